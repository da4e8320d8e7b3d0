#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sys-kernel/zolkit-kernel under real Portage: Kconfig files, makefiles and conf are those of Linux
# 6.1; what is compiled is one object (tests/data/kernel).
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
. "$ZOL_TOP/tests/lib/gitrepo.sh"
. "$ZOL_TOP/tests/lib/portage.sh"

tree=$("$ZOL_TOP/tests/lib/kconfig-tree" 6.1) || skip_all 'no linux-source-6.1'
[[ $(uname -m) == x86_64 ]] || skip_all 'the kernel of the test is for x86'
cpv=sys-kernel/zolkit-kernel-9999
ebuild=$ZOL_TOP/overlay/sys-kernel/zolkit-kernel/zolkit-kernel-9999.ebuild

portage_env "$T/p"
portage_conf 'ACCEPT_KEYWORDS="**"' "ZOLKIT_KERNEL_SOURCE=\"$T/none\"" 'ZOLKIT_KERNEL_BASE="tinyconfig"' \
	"ZOLKIT_KERNEL_USER_FRAGMENTS=\"$T/user.config\"" 'UNINSTALL_IGNORE=""'
mkdir -p "$EROOT/usr/bin"
ln -s "$ZOL_BUILD/zolkit" "$EROOT/usr/bin/zolkit"
printf 'CONFIG_HZ_1000=y\n' >"$T/user.config"
conf() { grep -E "^(# )?CONFIG_$1[ =]" "$T/p/tmp/portage/$cpv/work/build/.config"; }

run portage_run ebuild "$ebuild" pretend
is 'without sources it does not begin' "$status" 1
like 'and says which variable is meant' "$out$err" "ZOLKIT_KERNEL_SOURCE.*no kernel sources in $T/none"
run portage_run env "linux_LIVE_REPO=$T/nowhere" ebuild "$ebuild" pretend
like 'nor with a checkout that is not there' "$status:$out$err" "^1:.*linux_LIVE_REPO: no directory $T/nowhere"

# A checkout of Linux in which somebody has built, owned by somebody else.
mkdir "$T/linux"
cp -R "$tree/." "$ZOL_TOP/tests/data/kernel/." "$T/linux/"
# Only what configures for x86: the rest would be copied, installed and merged for nothing.
find "$T/linux" -name Makefile ! -path "$T/linux/Makefile" ! -path '*/scripts/*' ! -path '*/arch/x86/*' -delete
git_repo "$T/linux"
git -C "$T/linux" config core.autocrlf false
printf '.config\n/include/config/\n' >"$T/linux/.git/info/exclude"
git_commit "$T/linux" one
git -C "$T/linux" branch mine
echo '# newer' >>"$T/linux/GNUmakefile"
git_commit "$T/linux" two
((EUID)) || chown -R 1000:1000 "$T/linux"

portage_conf "linux_LIVE_REPO=\"$T/linux\"" 'linux_LIVE_BRANCH="mine"'
run portage_run env linux_LIVE_BRANCH=nowhere ebuild "$ebuild" clean unpack
like 'a branch that is not there is named' "$status:$out$err" "^1:.*linux_LIVE_BRANCH: $T/linux has no branch nowhere"
run portage_run env 'USE=-trace gdb' emerge --oneshot --nodeps --color=n --quiet-build=n "=$cpv"
ok 'a checkout is built and merged' test "$status" = 0 || diag "$(tail -n 30 "$T/.out")"
release=$(cd "$EROOT/boot" && echo vmlinuz-*)
release=${release#vmlinuz-}
like 'with a release of its own' "$release" '^6\.1\.[0-9]+-zolkit$'
config=$EROOT/boot/config-$release
is 'fragments by USE flag were merged' "$(grep -cE '^CONFIG_(9P_FS|VIRTIO_PCI|ZLIB_DEFLATE|GDB_SCRIPTS)=y$' "$config")" 4
is 'those without are not' "$(grep -c '^CONFIG_\(KASAN\|VIRTIO_FS\)=y$' "$config")" 0
is "the user's own too" "$(grep -c '^CONFIG_HZ_1000=y$' "$config")" 1
ok 'it is what the program says it is' "$ZOL_BUILD/zolkit" kernel check --config "$config" boot9p guest zfs gdb
is 'from the branch that was asked for' "$(portage_var "$cpv" EGIT_VERSION)" "$(git -C "$T/linux" -c safe.directory='*' rev-parse mine)"
for f in "boot/System.map-$release" "usr/lib/debug/lib/modules/$release/vmlinux" "lib/modules/$release/kernel/tiny.ko" \
	"usr/src/linux-$release/"{Makefile,.config,Module.symvers,include/config/auto.conf,scripts/Kbuild.include} \
	"lib/modules/$release/build/Makefile"; do
	ok "installed: ${f//$release/R}" test -s "$EROOT/$f"
done
ok 'symbols survive' grep -q debug_info <(readelf -S "$EROOT/lib/modules/$release/kernel/tiny.ko")
ok 'depmod ran' grep -q tiny.ko "$EROOT/lib/modules/$release/modules.dep"
is 'it is what modules are built against' "$(readlink "$EROOT/usr/src/linux")" "linux-$release"
record=$EROOT/var/lib/zolkit/kernels/$release.ini
is 'what was built is recorded' "$(sed -n 's/^\(release\|source\|branch\|commit\|base\|fragments\) = //p' "$record")" \
	"$release
$T/linux
mine
$(git -C "$T/linux" -c safe.directory='*' rev-parse mine)
tinyconfig
boot9p gdb guest zfs $T/user.config"
ok 'the package owns its files' grep -qF "obj $EROOT/usr/src/linux-$release/.config " "$EROOT/var/db/pkg/$cpv/CONTENTS"
is 'nothing but the record, the link and depmod is without an owner' "$(
	cd "$EROOT" && find boot lib usr/src usr/lib/debug var/lib/zolkit \( -type f -o -type l \) -printf '%p\n' | sort >"$T/there"
	awk -v p="$EROOT/" '$1 != "dir" { print substr($2, length(p) + 1) }' "var/db/pkg/$cpv/CONTENTS" | sort |
		comm -23 "$T/there" - | sed "s|$release|R|" | grep -v '^lib/modules/R/modules\.')" \
	'usr/src/linux
var/lib/zolkit/kernels/R.ini'
before=$(cat "$record")
run portage_run ebuild "$EROOT/var/db/pkg/$cpv/zolkit-kernel-9999.ebuild" postinst
is 'pkg_postinst can run again' "$status:$(cat "$record")" "0:$before"

portage_run emerge --unmerge --color=n "=$cpv" >"$T/unmerge.log" 2>&1
is 'unmerging leaves nothing' "$(cd "$EROOT" && find boot lib usr/src usr/lib/debug var/lib/zolkit/kernels ! -type d 2>/dev/null)" ''

# Installed sources, in which somebody has built; a setting that cannot be had.
rm -rf "$T/linux/.git"
: >"$T/linux/.config"
echo 'CONFIG_NO_SUCH_THING=y' >"$T/user.config"
run portage_run env linux_LIVE_REPO= "ZOLKIT_KERNEL_SOURCE=$T/linux" 'USE=-* boot9p' ebuild "$ebuild" clean configure
is 'a setting that does not survive ends the build' "$status" 1
like 'and is named' "$out$err" 'NO_SUCH_THING'
like 'with what to do' "$out$err" 'not all settings survived: see above, and "zolkit kernel explain"'
echo 'CONFIG_HZ_100=y' >"$T/user.config"
run portage_run env linux_LIVE_REPO= "ZOLKIT_KERNEL_SOURCE=$T/linux" 'USE=-* boot9p' ebuild "$ebuild" clean configure
is 'installed sources are configured, unclean as they are' "$status:$(conf HZ)" '0:CONFIG_HZ=100'
ok 'and left alone' test -e "$T/linux/.config" -a ! -e "$T/linux/include/config"
run portage_run env 'USE=lockdep zfs' emerge --pretend --nodeps --color=n "=$cpv"
like 'lockdep and zfs are refused together' "$out$err" 'lockdep\? \( !zfs \)'
done_testing
