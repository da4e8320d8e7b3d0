#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What describes the overlay: generated files, XML, news, and pkgcheck's opinion of all of it.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
. "$ZOL_TOP/tests/lib/portage.sh"
. "$ZOL_TOP/tests/lib/overlay.sh"

overlay_copy "$T/up"
up=$T/up/overlay
portage_env "$T/p" "$up"

# --- generated files ---
if [[ -n ${GENTOO:-} ]]; then
	skip 'the caches are of this overlay' 'they are compared with those of the stand-ins'
else
	ok 'the caches are of this overlay (make overlay-cache)' "$ZOL_TOP/tests/lib/overlay-cache" --check
fi
mkdir "$T/c"
cp -R "$ZOL_TOP"/{overlay,eclass,metadata,profiles,sets,sets.conf,sys-fs,sys-kernel} "$T/c/"
mkdir -p "$T/c/tests/data" "$T/c/build"
cp -R "$ZOL_TOP/tests/lib" "$T/c/tests/"
cp -R "$ZOL_TOP/tests/data/gentoo" "$T/c/tests/data/"
ln -s "$ZOL_TOP/build/portage" "$T/c/build/portage"
sed -i 's/^DESCRIPTION="Solaris/&,/' "$T/c/overlay/sys-kernel/spl/spl-9999.ebuild"
run env GENTOO= "$T/c/tests/lib/overlay-cache" --check
is 'a stale one is found' "$status" 1
like 'and shown' "$out" 'Solaris, Porting Layer'
ok 'and made anew' env GENTOO= "$T/c/tests/lib/overlay-cache"
ok 'whereupon it is right' env GENTOO= "$T/c/tests/lib/overlay-cache" --check

# Portage takes them: an entry that says something else than its ebuild is believed.
entry=$up/metadata/md5-cache/sys-kernel/spl-9999
sed -i 's/^DESCRIPTION=.*/DESCRIPTION=from the cache/' "$entry"
run portage_run portageq metadata "$EROOT" ebuild sys-kernel/spl-9999 DESCRIPTION
if [[ -n ${GENTOO:-} ]]; then
	skip 'Portage reads the cache' 'the checksums of the eclasses are those of the stand-ins'
else
	is 'Portage reads the cache' "$out" 'from the cache'
fi
cp "$ZOL_TOP/overlay/${entry#"$up/"}" "$entry"

# --- XML ---
valid() { # DTD FILE...
	"$PORTAGE_VENV/bin/python" - "$@" <<-'EOF'
		import sys
		from lxml import etree
		dtd = etree.DTD(sys.argv[1])
		for name in sys.argv[2:]:
		    if not dtd.validate(etree.parse(name)):
		        print(name, dtd.error_log.filter_from_errors()[0].message)
	EOF
}
dtds=$ZOL_TOP/tests/data/gentoo/metadata/dtd
packages=("$up"/sys-*/*/)
is 'every package has a metadata.xml' "$(for p in "${packages[@]}"; do [[ -s $p/metadata.xml ]] || echo "$p"; done)" ''
is 'which is valid' "$(valid "$dtds/metadata.dtd" "${packages[@]/%/metadata.xml}" 2>&1)" ''
is 'so is repositories.xml' "$(valid "$dtds/repositories.dtd" "$ZOL_TOP/repositories.xml" 2>&1)" ''
sed 's/<repo /<repo color="red" /; s/quality=/x=/' "$ZOL_TOP/repositories.xml" >"$T/bad.xml"
like 'an invalid one is found' "$(valid "$dtds/repositories.dtd" "$T/bad.xml" 2>&1)" 'bad\.xml '
is 'it names the repository' "$("$PORTAGE_VENV/bin/python" -c 'import sys
from lxml import etree
print(etree.parse(sys.argv[1]).findtext("repo/name"))' "$ZOL_TOP/repositories.xml")" "$(<"$up/profiles/repo_name")"

# --- the example for repos.conf ---
location=$EROOT/var/db/repos/zolkit
mkdir -p "${location%/*}"
cp -R "$T/up" "$location"
{
	portage_repos_conf gentoo "$GENTOO_MAIN"
	sed "s|/var/db/repos|$EROOT&|" "$up/repos.conf"
} >"$EROOT/etc/portage/repos.conf"
run portage_run portageq repos_config "$EROOT"
like 'Portage reads the example for repos.conf' "$out" \
	$'\\[zolkit\\]\n(.*\n)*auto-sync = yes\n(.*\n)*location = '"$location"$'\n(.*\n)*sync-type = git\n'
is 'without a remark' "$err" ''
portage_repos_conf gentoo "$GENTOO_MAIN" zolkit "$up" >"$EROOT/etc/portage/repos.conf"

# --- news ---
news() { portage_run env FEATURES=news emerge --check-news --color=n 2>&1; }
unlike 'news are not for those whom they do not concern' "$(news)" 'need.* reading'
if [[ -n ${GENTOO:-} ]]; then
	skip 'but for those who have ZFS' 'there is nothing small to merge as sys-fs/zfs'
else
	portage_emerge "=sys-fs/zfs-2.3.0" >"$T/log" 2>&1 || diag "$(tail "$T/log")"
	like 'but for those who have ZFS' "$(news)" "1 news items? need.* reading for repository 'zolkit'"
	is 'by its name' "$(cat "$EROOT/var/lib/gentoo/news/news-zolkit.unread")" "$(cd "$up/metadata/news" && echo *)"
fi
long=$(awk '/^$/ { body = 1 } body && length > 80' "$up"/metadata/news/*/*.txt)
is 'no line is too long' "$long" ''

# --- sets ---
if portage_whole; then
	run portage_resolve @zolkit
	is '@zolkit can be resolved' "$status" 0
else
	skip '@zolkit can be resolved' "$GENTOO has not all packages"
fi
portage_whole && for atom in $(grep -v '^#' "$up/sets/zolkit"); do
	grep -qE "^\[ebuild.* $atom-[0-9]" <<<"$out" || missing+=" $atom"
done
is 'to all that it names' "${missing:-}" ''
run portage_resolve @zfs-live-rebuild
is '@zfs-live-rebuild is empty where nothing is live' "$status:$(grep -c '^\[ebuild' <<<"$out")" 0:0

# --- pkgcheck ---
# scan NAME: its findings for the repository, one a line, without what the list explains.
mkdir -p "$T/etc"
ln -s "$GENTOO_MAIN/profiles/default/linux/amd64/23.0" "$T/etc/make.profile"
filter=$ZOL_TOP/tests/overlay/pkgcheck.filter
grep -v '^#' "$filter" | cut -f1 >"$T/filter"
# A copy of a part of Gentoo lacks packages and licences.
portage_whole || echo '^(Non(existent|solvable)(Deps|Blocker)|UnknownLicenses)' >"$T/filter.part"
scan() {
	portage_repos_conf gentoo "$GENTOO_MAIN" zolkit "$1" >"$T/etc/repos.conf"
	portage_run pkgcheck --config "$T/etc" scan --color false -r "$1" >"$T/scan" 2>"$T/scan.err" || cat "$T/scan.err"
	grep '^  ' "$T/scan" | sed 's/^  //' | tee "$T/findings" | grep -vEf <(cat "$T"/filter*)
}
is 'pkgcheck finds nothing' "$(scan "$up")" ''
is 'what is filtered is still there' "$(while IFS= read -r re; do grep -qE -e "$re" "$T/findings" || echo "$re"; done <"$T/filter")" ''
is 'and explained' "$(grep -v '^#' "$filter" | grep -cvP '\t\S')" 0
cp -R "$T/up" "$T/planted"
sed -i -e 's/^DESCRIPTION=.*/DESCRIPTION="x"/' -e 's/^IUSE="/&undescribed /' "$T/planted/overlay/sys-kernel/spl/spl-9999.ebuild"
sed -i 's/^# @BLURB:.*//' "$T/planted/eclass/zolkit-kernel.eclass"
rm "$T/planted/overlay/sys-fs/zolkit/metadata.xml"
found=$(scan "$T/planted/overlay")
like 'a bad description is found' "$found" 'BadDescription'
like 'and an undescribed flag' "$found" 'UnknownUseFlags|MissingLocalUseDesc'
like 'and an eclass without a blurb' "$found" 'EclassDocError'
like 'and a package without metadata' "$found" "unknown USE flag: 'qemu'"
done_testing
