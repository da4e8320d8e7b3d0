#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Real suites on real ZFS, in the guest that zfs.t leaves: tests of the ZFS Test Suite and fio in a VM, ztest in
# the chroot; and a zfs.ko with a planted VERIFY that fails, which costs one test.
# shellcheck disable=SC2016,SC2119,SC2154
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/suites.sh
. "$ZOL_TOP/tests/lib/suites.sh"
suites_setup
live=$(dirname "$root"/var/cache/zolkit/live/sys-fs/zfs/*/tree/META)
ko=$(find "$root/lib/modules" -name zfs.ko)

ok 'the guest gets what the suites want' suites_packages suites ksh sudo fio || exit 1
ok 'and the ZFS Test Suite' suites_zts || exit 1

# --- the ZFS Test Suite -------------------------------------------------------------------------------

run test_run zts quick
diag "$(results)"
is 'tests of the ZFS Test Suite pass' "$status" 0 || diag "$err"
is 'with results of their own' "$(verdicts | sort)" 'atime/atime_001_pos PASS
cachefile/cachefile_001_pos PASS
cli_root/zfs/zfs_001_neg PASS
cli_root/zfs_create/zfs_create_001_pos PASS'
environment() { report | jq -r ".environment.$1"; }
like 'the run knows the source of its kernel' "$(environment kernel_source)" '^linux-source-[0-9.]+ [0-9]+\.[0-9]+\.[0-9]+-[0-9]+$'
like 'the configuration' "$(environment config)" '^[0-9a-f]{16}$'
like 'and the commit of its ZFS' "$(environment zfs_commit)" '^[0-9a-f]{40}$'

# --- fio ----------------------------------------------------------------------------------------------

run test_run --set size=512M --set time=3 fio randomwrite
diag "$(results)"
is 'fio runs on a pool' "$status $(verdicts)" '0 randomwrite PASS' || diag "$err"
like 'and its numbers are told' "$err" 'PASS +randomwrite .*write\.iops [0-9.]+ ops/s'

# --- a planted defect -----------------------------------------------------------------------------------

cat >"$T/planted.ini" <<'EOT'
[suite]
name = planted
title = before and after a function that is broken
where = vm
parser = exit
list = fixed
tests = before broken after
setup = /bin/sh -ec 'modprobe zfs; truncate -s 128m /run/vdev; zpool create -f -m /run/pool planted /run/vdev'
command = /bin/sh -ec 'case $1 in broken) zpool history planted ;; *) zfs create planted/$1; zfs list planted/$1 ;; esac' sh ${test}
timeout = 5m
EOT
source=$live/module/zfs/zfs_ioctl.c
cp -p "$source" "$T/zfs_ioctl.c"
cp -p "$ko" "$T/zfs.ko"
mend() {
	cp "$T/zfs_ioctl.c" "$source" # newer than its object
	cp -p "$T/zfs.ko" "$ko"
}
at_exit mend
sed -i '/^zfs_ioc_pool_get_history(zfs_cmd_t/,/^}/s/^\tif ((size = zc->zc_history_len) == 0)/\tVERIFY3U(zc->zc_history_len, ==, 0);\n&/' "$source"
line=$(grep -n 'VERIFY3U(zc->zc_history_len, ==, 0)' "$source" | cut -d: -f1)
ok 'a VERIFY that fails is planted' test -n "$line"
z -q chroot run --no-code -- make -s -C "${live#"$root"}/module" CONFIG_DEBUG_INFO=y modules >"$T/make.log" 2>&1
is 'the module is built from the kept tree' "$?" 0 || diag "$(tail -n 5 "$T/make.log")"
is 'and nothing else of it' "$(find "$live/module" -name '*.o' -newer "$source" ! -name 'zfs*.o' ! -name '*.mod.o' | wc -l)" 0
cp "$live/module/zfs/zfs.ko" "$ko"

run test_run "$T/planted.ini"
diag "$(results)"
is 'it costs one test, and the run goes on with the next' "$(verdicts)" 'before PASS
broken CRASH
after PASS' || diag "$err"
like 'the reason says what failed and where' "$(field broken reason)" \
	"zfs-panic: zfs_ioc_pool_get_history .*zfs_ioctl\.c:$line"
ok 'the console is kept' grep -q 'VERIFY3' "$(field broken console)"
mend

# --- ztest ----------------------------------------------------------------------------------------------

run test_run --set time=5 ztest guide
diag "$(results)"
is 'ztest runs in the chroot' "$status $(verdicts)" '0 guide PASS' || diag "$err"
ok 'and leaves nothing' test ! -e "$root/var/tmp/ztest-0"
done_testing
