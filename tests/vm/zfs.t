#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The reason why all of this exists: real Portage emerges real ZFS from a checkout, with this overlay, in the
# chroot of the guest, against the kernel that `zolkit kernel build` made; the VM loads it and uses a
# pool; an edit is running in the VM after a rebuild that builds only what changed. The guest stays:
# build/vm/guest/gentoo then has ZFS with symbols for other tests.
# shellcheck disable=SC2016,SC2154
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/zfs.sh
. "$ZOL_TOP/tests/lib/zfs.sh"

((EUID == 0)) || skip_all 'a guest is entered as root'
dir=$ZOL_TOP/build/vm
[[ -e $dir/guest/gentoo && -e $dir/state/guests/gentoo/kernel/bzImage ]] || skip_all 'no guest (00-up.t makes it)'
cat "$dir/zolkit.conf" - >"$T/zolkit.conf" <<-EOF
	[chroot]
	code = $dir/code
EOF
z=("$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" -g gentoo)
root=$dir/guest/gentoo
stop() { "${z[@]}" -q vm stop >/dev/null 2>&1; }
at_exit stop

# What a command of the host took: seconds of CPU.
cpu_of() {
	local t
	t=$({ TIMEFORMAT='%U %S'; time "$@" >"$T/log" 2>&1; } 2>&1) || return 1
	awk '{ printf "%.0f\n", $1 + $2 }' <<<"$t"
}
emerge() { "${z[@]}" chroot run -- emerge --oneshot --nodeps --color=n sys-fs/zfs; }

mkdir -p "$dir/code"
zfs_source "$dir/code/zfs" 2>"$T/why"
status=$?
((status != 2)) || skip_all "no source of ZFS: $(tail -n 1 "$T/why")"
is 'the source of ZFS is a checkout' "$status" 0 || { diag "$(cat "$T/why")"; exit 1; }
checkout=(git -C "$dir/code/zfs" -c user.name=A -c user.email=a@example.org)
"${checkout[@]}" reset -q --hard
ok 'it gets a toolchain' zfs_toolchain "$root" "${z[@]}" || exit 1
ok 'and Portage' zfs_portage "$root" || exit 1
release=$(cat "$dir/state/guests/gentoo/kernel/release")
ok 'kernel build has left what modules are built with' test -e "$root/usr/src/linux/Module.symvers"

cold=$(cpu_of emerge)
ok 'emerge builds and merges ZFS' test -n "$cold" || { diag "$(tail -n 30 "$T/log")"; exit 1; }
diag "the first emerge took $cold s of CPU"
modules=$root/lib/modules/$release/extra
ko=$(find "$modules" -name zfs.ko)
ok 'the module is in the guest' test -s "$ko"
ok 'with symbols and DWARF' grep -q 'debug_info' <(readelf -SW "$ko")
is 'for its kernel' "$(modinfo -F vermagic "$ko" | cut -d' ' -f1)" "$release"
is 'the database knows the commit' \
	"$(bzcat "$root/var/db/pkg/sys-fs/zfs-9999/environment.bz2" | sed -n 's/^declare -x EGIT_VERSION="\(.*\)"/\1/p')" \
	"$("${checkout[@]}" rev-parse HEAD)"
symbols=$root/var/lib/zolkit/symbols/$release
build_id() { readelf -nW "$1" | sed -n 's/.*Build ID: *//p'; }
is 'its symbols are listed with its build-id' "$(sed -n 's/^zfs \([0-9a-f]* debug\) .*/\1/p' "$symbols")" "$(build_id "$ko") debug"
printf '%s\n' "$root" >"$dir/zfs-guest"
rm -rf "$dir/zfs-clean"
ok 'what was merged is put aside, for make check-bisect' zfs_aside "$root" "$dir/zfs-clean"
"${checkout[@]}" rev-parse HEAD >"$dir/zfs-clean/commit"

# --- in the VM --------------------------------------------------------------------------------------

run "${z[@]}" -q vm start
is 'the VM boots' "$status" 0 || diag "$err"
vm() { "${z[@]}" vm exec -- "$@"; }
run vm sh -ec 'modprobe zfs; modprobe brd rd_nr=1 rd_size=262144
	zpool create -f -m /tmp/test -o cachefile=/tmp/zpool.cache -O compression=lz4 test /dev/ram0
	dd if=/dev/urandom of=/tmp/test/file bs=64k count=100 2>/dev/null
	sha256sum /tmp/test/file >/tmp/sum; sync; zpool scrub -w test; zpool status -x test
	zpool export test; zpool import -d /dev -o cachefile=/tmp/zpool.cache test; sha256sum -c /tmp/sum'
is 'a pool is created, written, scrubbed, exported, imported and read' "$status" 0 || diag "$err"
like 'without an error' "$out" "pool 'test' is healthy.*: OK"

# --- an edit ----------------------------------------------------------------------------------------

txg=$dir/code/zfs/module/zfs/txg.c
value() { vm cat /sys/module/zfs/parameters/zfs_txg_timeout; }
is 'a parameter has its default' "$(value)" 5
sed -i -e 's/^int zfs_txg_timeout = 5;/int zfs_txg_timeout = 7;/' -e 's/Max seconds worth of delta per txg/Edited text/' "$txg"
"${checkout[@]}" commit -qam 'Edit a parameter'
warm=$(cpu_of emerge)
ok 'an edit is built and merged' test -n "$warm" || diag "$(tail -n 30 "$T/log")"
diag "after an edit emerge took $warm s of CPU"
unlike 'without configure' "$(cat "$T/log")" 'checking for gcc'
is 'the symbols are those of the new modules' "$(sed -n 's/^zfs \([0-9a-f]* debug\) .*/\1/p' "$symbols")" "$(build_id "$ko") debug"
vm sh -c 'exec sleep 1000 </tmp/test/file' &
holder=$!
sleep 2
run "${z[@]}" vm reload
is 'modules in use are not unloaded' "$status" 1
like 'but who holds them is named' "$err" 'test is mounted on /tmp/test.*sleep \(process [0-9]+\) has /tmp/test/file open'
vm sh -c 'kill $(pidof sleep)'
wait "$holder" 2>/dev/null
run "${z[@]}" vm reload
is 'the modules are exchanged' "$status" 0 || diag "$err"
is 'the edit runs in the VM' "$(value)" 7
like 'and its text is there' "$(vm modinfo -p zfs)" 'zfs_txg_timeout:Edited text'
is 'with the pool as it was' "$(vm sha256sum -c /tmp/sum)" '/tmp/test/file: OK'

# --- an edit that is not committed ---------------------------------------------------------------------

sed -i 's/^int zfs_txg_timeout = 7;/int zfs_txg_timeout = 9;/' "$txg"
run "${z[@]}" rebuild
is 'rebuild takes edits that are not committed' "$status" 0 || diag "$err"
is 'they run in the VM' "$(value)" 9
is 'and are still not committed' "$("${checkout[@]}" status --porcelain | tr -d '\n')" ' M module/zfs/txg.c'
"${checkout[@]}" reset -q --hard HEAD~

run vm zpool destroy test
is 'the pool is destroyed' "$status" 0
done_testing
