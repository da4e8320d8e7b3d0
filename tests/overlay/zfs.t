#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sys-fs/zfs-9999 under real Portage in a prefix, with a small source in place of ZFS that has its layout
# (tests/vm/zfs.t has the real one, without a prefix): all is installed below the prefix, and once.
# shellcheck disable=SC2016,SC2154
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/gitrepo.sh
. "$ZOL_TOP/tests/lib/gitrepo.sh"
# shellcheck source=tests/lib/portage.sh
. "$ZOL_TOP/tests/lib/portage.sh"

chmod 755 "$T"
command -v autoconf >/dev/null || skip_all 'no autoconf'
cp -rL "$ZOL_TOP/overlay" "$T/ov"
portage_env "$T/p" "$T/ov"

mkdir -p "$T/zfs"/{module,contrib/bash_completion.d,tests}
cd "$T/zfs" || exit 1
cat >configure.ac <<'E'
AC_INIT([zfs], [1.0])
AC_SUBST([systemdunitdir], [$with_systemdunitdir])
AC_SUBST([udevdir], [$with_udevdir])
AC_SUBST([pamdir], [$with_pammoduledir])
AC_SUBST([pamconfdir], [$with_pamconfigsdir])
AC_SUBST([linux], [$with_linux_obj])
AC_CONFIG_FILES([Makefile module/Makefile tests/Makefile])
AC_OUTPUT
E
cat >Makefile.in <<'E'
prefix = @prefix@
exec_prefix = @exec_prefix@
datarootdir = @datarootdir@
all:
	cd tests && $(MAKE) all
install:
	install -D META $(DESTDIR)@bindir@/zpool
	install -D META $(DESTDIR)@libdir@/libzfs.la
	install -D META $(DESTDIR)@systemdunitdir@/zfs-mount.service
	echo EnvironmentFile=-/etc/default/zfs >>$(DESTDIR)@systemdunitdir@/zfs-mount.service
	install -D META $(DESTDIR)@udevdir@/vdev_id
	install -D META $(DESTDIR)@pamdir@/pam_zfs_key.so
	install -D META $(DESTDIR)@pamconfdir@/zfs_key
	install -D META $(DESTDIR)@datadir@/zfs/common.sh
	cd tests && $(MAKE) install
	cd module && $(MAKE) install
E
cat >module/Makefile.in <<'E'
INSTALL_MOD_PATH ?= $(DESTDIR)
# Gentoo's own eclass asks modinfo for which kernel it is.
zfs.ko:
	printf '.section .modinfo,"a"\n.string "vermagic=6.1.7-tests SMP"\n' | $(CC) -c -x assembler -o $@ -
install: zfs.ko
	install -D zfs.ko $(INSTALL_MOD_PATH)/lib/modules/6.1.7-tests/extra/zfs.ko
E
printf 'all:\n\texit 1\ninstall:\n\tinstall -D ../META $(DESTDIR)@prefix@/share/zfs/zfs-tests/a\n' >tests/Makefile.in
touch AUTHORS COPYRIGHT README.md contrib/bash_completion.d/zfs
echo 'Version: 1.0' >META
git_repo .
git_commit . one
cd "$ZOL_TOP" || exit 1
((EUID)) || chown -R 1000:1000 "$T/zfs"

mkdir -p "$T/kernel/include/config"
printf 'VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 7\nEXTRAVERSION = -tests\n' >"$T/kernel/Makefile"
printf 'CONFIG_%s=y\n' MODULES EFI_PARTITION ZLIB_DEFLATE ZLIB_INFLATE >"$T/kernel/.config"
echo 6.1.7-tests >"$T/kernel/include/config/kernel.release"
touch "$T/kernel/Module.symvers"
# Gentoo's own eclass asks whether it runs here.
mkdir -p "$T/kernel/scripts/mod"
ln -s "$(type -P true)" "$T/kernel/scripts/mod/modpost"
portage_conf 'ACCEPT_KEYWORDS="**"' "zfs_LIVE_REPO=\"$T/zfs\"" "KERNEL_DIR=\"$T/kernel\"" \
	'USE="minimal modules pam -strip -rootfs -initramfs -debug -nls -test-suite"'
image=$T/p/tmp/portage/sys-fs/zfs-9999/image
merge() { run portage_run ebuild "$T/ov/sys-fs/zfs/zfs-9999.ebuild" clean install && out+=$err; }

merge
is 'it is installed' "$status" 0 || diag "$(tail -n 30 <<<"$out")"
is 'all of it below the prefix' "$(find "$image" -type f ! -path "$image$EROOT/*")" ''
is 'and the prefix is there once' "$(find "$image" -path "*$EROOT/*$EROOT/*")" ''
for file in bin/zpool usr/lib/systemd/system/zfs-mount.service lib/udev/vdev_id lib/modules/6.1.7-tests/extra/zfs.ko; do
	ok "$file" test -s "$image$EROOT/$file"
done
is 'the module of PAM' "$(find "$image$EROOT" -name pam_zfs_key.so -path '*/lib*/security/*' | wc -l)" 1
is 'its configuration is not' "$(find "$image" -name zfs_key)" ''
is 'units have no file of environment' "$(cat "$image$EROOT/usr/lib/systemd/system/zfs-mount.service")" 'Version: 1.0'
is 'the suite is neither built nor installed' "$(find "$image" -path '*zfs-tests*')" ''

# --- the kernel's configuration ---

ebuild=$T/ov/sys-fs/zfs/zfs-9999.ebuild
look() { run portage_run env "$@" ebuild "$ebuild" clean "$phase" && out+=$err; }
kconfig() { printf 'CONFIG_%s=y\n' MODULES ZLIB_DEFLATE ZLIB_INFLATE "$@" >"$T/kernel/.config"; }
phase=pretend
kconfig DEBUG_LOCK_ALLOC
look
like 'without the program nothing is asked before the build, which is said' "$status:$out" \
	'^0:.*There is no zolkit program .sys-fs/zolkit.: "zolkit kernel check" is left out'
mkdir -p "$EROOT/usr/bin"
ln -s "$ZOL_BUILD/zolkit" "$EROOT/usr/bin/zolkit"
look
like 'with it, what the configuration lacks is told at once' "$status:$out" '^1:.*EFI_PARTITION.*lacks what is listed above'
like 'with what it must not have' "$out" 'DEBUG_LOCK_ALLOC'
like 'of the kernel that was built for' "$out" "$T/kernel/\.config"
look CHECKCONFIG_DONOTHING=1
is 'CHECKCONFIG_DONOTHING is obeyed' "$status" 0
look USE=-modules
is 'without modules any kernel does' "$status" 0
kconfig EFI_PARTITION
look
is 'and so does a good one' "$status" 0 || diag "$(tail -n 20 <<<"$out")"
phase=setup
look 'USE=-minimal test-suite'
like 'the suite needs loop devices' "$status:$out" '^1:.*BLK_DEV_LOOP'
kconfig EFI_PARTITION BLK_DEV_LOOP
look 'USE=-minimal test-suite'
is 'and is content when they are there' "$status" 0 || diag "$(tail -n 20 <<<"$out")"
phase=unpack
look spl_LIVE_REPO=/mnt/code/spl zfs_kmod_LIVE_BRANCH=master
like 'the variables of old packages are answered' "$status:$out" '^0:.*zfs_kmod_LIVE_BRANCH is ignored.*spl_LIVE_REPO is ignored'

# Before 2.0, the Makefile of the modules put DESTDIR before the path itself.
sed -i -e 1d -e 's|\$(INSTALL|$(DESTDIR)&|' "$T/zfs/module/Makefile.in"
git -C "$T/zfs" -c safe.directory='*' commit -qam old
merge
is 'an older branch' "$status:$(find "$image" -name zfs.ko)" "0:$image$EROOT/lib/modules/6.1.7-tests/extra/zfs.ko" ||
	diag "$(tail -n 30 <<<"$out")"
done_testing
