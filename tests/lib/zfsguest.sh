# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # root and the like are for the tests; T is tap.sh's
#
# The guest with real ZFS that tests/vm/zfs.t leaves, for tests that come after it (they say why they
# skip when it is not there); after tap.sh:
#
#	zfs_guest_setup          or skips all
#	z ARGS...                zolkit with the guest and its configuration
#	zfs_guest_start ARGS...  boots it with `vm start`, or ends the script; it is stopped at the end
#	zfs_guest_perf           puts perf with its libraries into the guest, or skips all
#	/tmp/zolkit-load N       in the guest: ZFS is loaded, and N transaction groups are written and synced
#	$root $release           the guest's tree; of its kernel

zfs_guest_setup() {
	local dir=$ZOL_TOP/build/vm
	[[ -s $dir/zfs-guest && -s $dir/zolkit.conf ]] || skip_all 'no guest with ZFS (zfs.t makes it)'
	root=$(cat "$dir/zfs-guest")
	release=$(cat "$dir/state/guests/gentoo/kernel/release" 2>/dev/null)
	find "$root/lib/modules/$release/extra" -name 'zfs.ko' 2>/dev/null | grep -q . || skip_all 'the guest has no zfs.ko'
	command -v qemu-system-x86_64 >/dev/null || skip_all 'no qemu-system-x86_64'
	((EUID == 0)) || skip_all 'needs root for the owners of the 9p root'
	cat "$dir/zolkit.conf" - >"$T/zolkit.conf" <<-EOF
		[chroot]
		code = $dir/code
		[src]
		checkouts = zfs=$dir/code/zfs
	EOF
}

z() { "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" -g gentoo "$@"; }
zfs_guest_stop() { z -q vm stop >/dev/null 2>&1; }

zfs_guest_start() {
	at_exit zfs_guest_stop
	z -q vm start "$@" || {
		ok 'the VM boots' false
		exit 1
	}
	z vm exec -- sh -c 'cat >/tmp/zolkit-load && chmod +x /tmp/zolkit-load' <<-'EOF'
		#!/bin/sh
		set -e
		modprobe zfs
		modprobe brd rd_nr=1 rd_size=131072
		mkdir -p /tmp/pool
		zpool create -f -m /tmp/pool -o cachefile=none -O compression=lz4 pool /dev/ram0
		i=0
		while [ $i -lt "$1" ]; do
			dd if=/dev/urandom of=/tmp/pool/$i bs=16k count=60 2>/dev/null
			sync
			i=$((i + 1))
		done
		zpool destroy pool
		echo written
	EOF
}

# The guest may be another distribution than this machine: perf brings its libraries, and their loader.
zfs_guest_perf() {
	local perf loader lib to=$root/opt/perf
	perf=$(command -v perf) || skip_all 'no perf to put into the guest'
	loader=$(ldd "$perf" | grep -oE '/[^ ]*/ld-linux[^ ]+') || skip_all "perf names no loader"
	rm -rf "$to"
	mkdir -p "$to"
	cp -L "$perf" "$loader" "$to/"
	while read -r lib; do cp -L "$lib" "$to/"; done < <(ldd "$perf" | sed -nE 's/.*=> (\/[^ ]+) .*/\1/p')
	printf '#!/bin/sh\nexec /opt/perf/%s --library-path /opt/perf /opt/perf/perf "$@"\n' "${loader##*/}" >"$root/usr/bin/perf"
	chmod 755 "$root/usr/bin/perf"
	at_exit zfs_guest_perf_gone
}
zfs_guest_perf_gone() { rm -rf "$root/opt/perf" "$root/usr/bin/perf"; }
