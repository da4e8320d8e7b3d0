#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sys-kernel/spl by real Portage, from a checkout that is built as the SPL was: autoconf, a makefile
# that takes INSTALL_MOD_PATH, one module and one program; against a kernel tree of a few files.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
. "$ZOL_TOP/tests/lib/gitrepo.sh"
. "$ZOL_TOP/tests/lib/portage.sh"

command -v autoreconf >/dev/null || skip_all 'no autoconf'
[[ -z ${GENTOO:-} ]] || skip_all 'the kernel tree of the test is for the stand-ins'
cpv=sys-kernel/spl-9999

# --- a kernel, built in ---
linux=$T/linux
mkdir -p "$linux/include/config"
printf 'VERSION = 4\nPATCHLEVEL = 19\nSUBLEVEL = 7\nEXTRAVERSION =\n' >"$linux/Makefile"
echo 4.19.7-test >"$linux/include/config/kernel.release"
: >"$linux/Module.symvers"
printf 'CONFIG_%s=y\n' MODULES KALLSYMS ZLIB_DEFLATE ZLIB_INFLATE DEBUG_INFO FRAME_POINTER >"$linux/.config"

# --- a checkout, of another user ---
mkdir -p "$T/code"
git_repo "$T/code/spl"
cat >"$T/code/spl/configure.ac" <<'EOF'
AC_INIT([spl], [0.7.13])
AC_PROG_CC
dnl The real one preprocesses with it, without AC_PROG_CPP.
AS_IF([test "x$CPP" = x], [AC_MSG_ERROR([no CPP])])
AC_ARG_WITH([config])
AC_ARG_WITH([linux], [], [AC_SUBST([LINUX], [$with_linux])])
AC_ARG_WITH([linux-obj], [], [AC_SUBST([LINUX_OBJ], [$with_linux_obj])])
AC_ARG_ENABLE([debug])
AC_ARG_ENABLE([debug-kmem])
AC_ARG_ENABLE([debug-kmem-tracking])
AC_SUBST([said], ["config=$with_config debug=$enable_debug kmem=$enable_debug_kmem tracking=$enable_debug_kmem_tracking"])
AC_CONFIG_FILES([Makefile])
AC_OUTPUT
EOF
cat >"$T/code/spl/Makefile.in" <<'EOF'
all: spl.ko splat
spl.ko: spl.c
	$(CC) -c -g -o $@ $<
splat: splat.c
	@CC@ @CFLAGS@ -o $@ $<
install: all
	install -Dm755 splat $(DESTDIR)@sbindir@/splat
	install -Dm644 spl.ko $(DESTDIR)$(INSTALL_MOD_PATH)/lib/modules/$(KERNELRELEASE)/extra/spl/spl.ko
	mkdir -p $(DESTDIR)@datarootdir@/spl
	echo '@said@ linux=@LINUX@ obj=@LINUX_OBJ@' > $(DESTDIR)@datarootdir@/spl/said
EOF
echo 'int spl(void); int spl(void) { return 0; }' >"$T/code/spl/spl.c"
echo 'int main(void) { return 0; }' >"$T/code/spl/splat.c"
echo 'Brian' | tee "$T/code/spl/AUTHORS" >"$T/code/spl/DISCLAIMER"
git_commit "$T/code/spl" one
git -C "$T/code/spl" branch spl-0.7-release
git -C "$T/code/spl" checkout -q -b mine
echo 'int main(void) { return 7; }' >"$T/code/spl/splat.c"
git_commit "$T/code/spl" two
want=$(git -C "$T/code/spl" rev-parse spl-0.7-release)
mine=$(git -C "$T/code/spl" rev-parse mine)
((EUID)) || chown -R 1000:1000 "$T/code"

portage_env "$T/p"
portage_conf 'ACCEPT_KEYWORDS="**"' 'USE="-strip"' "spl_LIVE_REPO=\"$T/code/spl\""
PORTAGE_ENV+=("KERNEL_DIR=$linux")

run portage_run env USE=debug emerge --oneshot --nodeps --quiet-build=n --color=n "=$cpv"
is 'a checkout is built and merged' "$status" 0 || diag "$(tail -n 30 "$T/.out" "$T/.err")"
is 'from the branch of the old releases' "$(portage_var "$cpv" EGIT_VERSION)" "$want"
is 'configured by USE flags, for that kernel' "$(cat "$EROOT/usr/share/spl/said")" \
	"config=all debug=yes kmem=no tracking=no linux=$linux obj=$linux"
ok 'the module is in its place' test -s "$EROOT/lib/modules/4.19.7-test/extra/spl/spl.ko"
ok 'with its symbols' grep -q debug_info <(readelf -S "$EROOT/lib/modules/4.19.7-test/extra/spl/spl.ko")
ok 'splat runs' "$EROOT/sbin/splat"
ok 'the package owns them' grep -qF "obj $EROOT/lib/modules/4.19.7-test/extra/spl/spl.ko " "$EROOT/var/db/pkg/$cpv/CONTENTS"

run portage_run env spl_LIVE_BRANCH=mine USE=debug-kmem emerge --oneshot --nodeps --quiet-build=n --color=n "=$cpv"
is 'another branch takes its place' "$status:$(portage_var "$cpv" EGIT_VERSION)" "0:$mine"
"$EROOT/sbin/splat"
is 'with its program' $? 7
like 'and other flags' "$(cat "$EROOT/usr/share/spl/said")" 'debug=no kmem=yes tracking=yes '

run portage_run env spl_LIVE_BRANCH=nowhere emerge --oneshot --nodeps --quiet-build=n --color=n "=$cpv"
isnt 'a branch that is not there fails' "$status" 0
like 'by its name' "$out$err" nowhere
sed -i '/ZLIB_INFLATE/d' "$linux/.config"
run portage_run emerge --oneshot --nodeps --quiet-build=n --color=n "=$cpv"
isnt 'a kernel that lacks something fails' "$status" 0
like 'with what it lacks' "$out$err" ZLIB_INFLATE
run portage_run emerge --pretend --color=n "=sys-fs/zfs-2.3.0" "=$cpv"
like 'it does not go with a ZFS that has it inside' "$out$err" 'blocks.*sys-fs/zfs-2\.3\.0'
done_testing
