#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Our eselect module, news item and repositories.xml, read by real eselect: ESELECT=DIR is its source tree,
# ESELECT_REPOSITORY=DIR that of eselect-repository. make check-gentoo ESELECT=DIR ESELECT_REPOSITORY=DIR
. "${ZOL_TOP:?}/tests/lib/tap.sh"
[[ -e ${ESELECT:-}/bin/eselect.in ]] || skip_all 'ESELECT=DIR names no source tree of eselect'
# shellcheck source=tests/lib/pguest.sh
. "$ZOL_TOP/tests/lib/pguest.sh"
# shellcheck source=tests/lib/portage.sh
. "$ZOL_TOP/tests/lib/portage.sh"
# shellcheck source=tests/lib/eselect.sh
. "$ZOL_TOP/tests/lib/eselect.sh"

portage_env "$T/p"
ok 'eselect is there' eselect_make "$ESELECT" "$T/e" "$EROOT"
cp "$ZOL_BUILD/gen/zolkit.eselect" "$T/e/share/eselect/modules/"
# The programs of this build, with the configuration of the test.
PORTAGE_ENV+=("ZOLKIT_CONFIG=$C")
for i in "${!PORTAGE_ENV[@]}"; do PORTAGE_ENV[i]=${PORTAGE_ENV[i]/#PATH=/PATH=$ZOL_BUILD:}; done
es() { portage_run "$T/e/bin/eselect" --colour=no "$@"; }

# --- eselect zolkit ---
run es modules list
like 'the module is listed' "$out" 'zolkit +The ZFSOnLinux development kit'
run es zolkit help
is 'help' "$status" 0
like 'has our actions' "$out" $'\n  set <package> <branch> +Choose the branch'
run es zolkit usage
is 'usage' "$status" 0
run es zolkit version
like 'version' "$out" "$(<"$ZOL_TOP/VERSION")"
echo 'zfs_LIVE_REPO="/mnt/code/zfs"' >"$G/etc/make.conf"
pguest_vdb sys-fs/zfs-9999 "$(git -C "$CODE" rev-parse HEAD~2)"
run es zolkit list
is 'list' "$status" 0
like 'says what is installed, and how far behind' "$out" 'sys-fs/zfs.*2'
is 'the same as by zolkit itself' "$out" "$(z portage live list)"
run es zolkit set zfs my-branch
is 'set' "$status" 0
run es zolkit show zfs
like 'show' "$out" my-branch
run es zolkit unset zfs
is 'unset' "$status" 0
run es zolkit show zfs
unlike 'takes it back' "$out" my-branch
run es zolkit set zfs no-such-branch
isnt 'a failure is one' "$status" 0
like 'that eselect tells' "$err" '!!! Error: zolkit portage failed'
run es zolkit config get guest.name
is 'a module with an action of its own' "$out" g
run es zolkit nonsense
like 'an unknown action' "$err" 'Action nonsense unknown'

# --- eselect news ---
portage_conf 'FEATURES="${FEATURES} news"'
mkdir -p "$EROOT/var/db/pkg/sys-fs/zfs-9999" "$EROOT/var/lib/gentoo/news"
printf '9999\n' >"$EROOT/var/db/pkg/sys-fs/zfs-9999/PVR"
for pair in CATEGORY=sys-fs PF=zfs-9999 SLOT=0 EAPI=8 repository=zolkit KEYWORDS= IUSE= USE=; do
	echo "${pair#*=}" >"$EROOT/var/db/pkg/sys-fs/zfs-9999/${pair%%=*}"
done
portage_run emerge --check-news --quiet >/dev/null 2>"$T/news.err"
run es news list all
like 'our news item is listed' "$out" "$(sed -n 's/^Title: //p' "$ZOL_TOP"/metadata/news/*/*.en.txt | head -n 1 | cut -c1-40)"
run es news read all
like 'and read' "$out" "$(sed '1,/^$/d' "$ZOL_TOP"/metadata/news/*/*.en.txt | sed -n '/./{p;q}' | cut -c1-30)"

# --- eselect repository ---
if [[ ! -e ${ESELECT_REPOSITORY:-}/repository.eselect.in ]]; then
	skip 'eselect repository' 'ESELECT_REPOSITORY=DIR names no source tree of eselect-repository'
	done_testing
	exit
fi
for python in /usr/bin/python3 "$(type -P python3)"; do
	"$python" -c 'import lxml.etree' 2>/dev/null && break
	python=
done
[[ $python ]] || { skip 'eselect repository' 'no lxml for python3'; done_testing; exit; }
modules=$T/e/share/eselect/modules
sed -e "s|^CACHEDIR=.*|CACHEDIR=$T/cache|; s|^SYSCONFDIR=.*|SYSCONFDIR=$T/repo/etc|; s|^SHAREDSTATEDIR=.*|SHAREDSTATEDIR=$T/repo/var|" \
	-e "s|^HELPER=.*|HELPER=$modules/eselect-repo-helper|; s|^CONFIG=.*|CONFIG=$modules/eselect-repo.conf|" \
	"$ESELECT_REPOSITORY/repository.eselect.in" >"$modules/repository.eselect"
sed "1s|.*|#!$python|" "$ESELECT_REPOSITORY/eselect-repo-helper" >"$modules/eselect-repo-helper"
chmod 755 "$modules/eselect-repo-helper"
sed "s|^REMOTE_LIST_CACHEDIR=.*|REMOTE_LIST_CACHEDIR=$T/cache|" "$ESELECT_REPOSITORY/eselect-repo.conf" >"$modules/eselect-repo.conf"
mkdir -p "$T/cache" "$T/repo/etc/portage/repos.conf"
cp "$ZOL_TOP/repositories.xml" "$T/cache/"
run es repository list
is 'repositories.xml is read' "$status" 0
like 'and has our repository' "$out" 'zolkit .*https://github.com/zolkit/zolkit'
run es repository enable zolkit
is 'which can be enabled' "$status" 0
like 'with what repos.conf needs' "$(cat "$T"/repo/etc/portage/repos.conf/*)" '\[zolkit\].*sync-type = git.*sync-uri = https://github.com/zolkit/zolkit.git'
run es repository list -i
like 'and is then' "$out" 'zolkit'
done_testing
