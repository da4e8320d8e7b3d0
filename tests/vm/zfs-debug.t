#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Real ZFS under gdb, in the guest that zfs.t has made: breakpoints in zfs.ko, which is loaded, and loaded
# anew elsewhere, with KASLR and without; lines and data are right because every section is placed.
# shellcheck disable=SC2016,SC2119,SC2154 # $pc is for gdb; tap.sh sets status, out and err
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/zfsguest.sh
. "$ZOL_TOP/tests/lib/zfsguest.sh"

command -v gdb >/dev/null || skip_all 'no gdb'
zfs_guest_setup
socket=$ZOL_TOP/build/vm/run/gentoo/gdb.sock
g() { z vm exec -N -- "$@"; }
map() { z debug symbols --map-only "$@" | grep -v '\.data\.\.percpu' | sort; }
place() { map --inside | sed -n '/^module zfs /s/^module zfs [0-9]* Live \([0-9a-f]*\) .*/\1/p'; }

# While something is debugged, the guest asks again and again which pools there are.
asking='rm -f /tmp/enough; touch /tmp/asking; (while [ ! -e /tmp/enough ]; do zpool list >/dev/null 2>&1; sleep 0.2; done
	rm /tmp/asking) >/dev/null 2>&1 &'
enough() { g sh -c 'touch /tmp/enough; while [ -e /tmp/asking ]; do sleep 0.1; done'; }

# load VALUE MODULE...: all of ZFS anew, behind other modules, and with a value of its own for a parameter.
loading='v=$1
	shift
	if grep -q "^zfs " /proc/modules; then modprobe -r zfs; fi
	for m in zcommon znvpair spl loop brd; do if grep -q "^$m " /proc/modules; then rmmod $m; fi; done
	for m; do modprobe $m; done
	modprobe zfs
	echo $v >/sys/module/zfs/parameters/zfs_txg_timeout'
load() { g sh -ec "$loading" sh "$@"; }

# seen WHAT VALUE: what gdb has printed of the breakpoint
seen() {
	like "$1: a hardware breakpoint in zfs.ko is hit" "$out" \
		'hit Breakpoint [0-9.]+, zfs_ioc_pool_configs \(zc=0x[0-9a-f]+\) at [^ ]*/module/zfs/zfs_ioctl.c:[0-9]+'
	like "$1: with its line, from the checkout" "$out" $'\n[0-9]+\t\tif \\(\\(configs = spa_all_configs\\('
	like "$1: a global variable has its value" "$out" "[$]1 = $2"$'\n'
	like "$1: the callers are there" "$out" '#[1-9] .*zfsdev_ioctl_common .*zfs_ioctl.c:[0-9]+.*#[1-9] .*zfsdev_ioctl .*zfs_ioctl_os.c:[0-9]+'
	like "$1: and the kernel's own functions" "$out" '(__x64_sys_ioctl|do_syscall_64)'
}

attach() { # WHAT VALUE
	g sh -c "$asking"
	run timeout 150 "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" -g gentoo debug attach --batch \
		--break zfs_ioc_pool_configs -- \
		-ex continue -ex 'print zfs_txg_timeout' -ex 'list' -ex bt
	is "$1: gdb ends well" "$status" 0
	enough
	seen "$1" "$2"
}

for how in kaslr nokaslr; do
	args=()
	[[ $how == kaslr ]] || args=(--append nokaslr)
	zfs_guest_start --gdb "${args[@]}"
	ok "$how: ZFS is loaded" load 4713
	first=$(place)
	ok "$how: and loaded anew" load 4715 brd loop
	isnt "$how: where it was not before" "$(place)" "$first"
	ok "$how: the map from outside is the one from inside" cmp <(map --inside) <(map --outside)
	attach "$how, loaded anew" 4715
	[[ $how == kaslr ]] || continue

	# gdb stays while ZFS is loaded once more.
	load 4717
	before=$(place)
	printf '%s' "$asking" >"$T/asking"
	printf '%s' "$loading" >"$T/loading"
	cat >"$T/again" <<-EOT
		g() { "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" -g gentoo vm exec -N -- sh "\$@"; }
		g -ec "\$(cat "$T/loading")" sh 4719 brd loop
		g -c "\$(cat "$T/asking")"
	EOT
	cat >"$T/again.gdb" <<-EOT
		detach
		shell sh "$T/again" >"$T/again.log" 2>&1
		target remote $socket
		zolkit-reload
		hbreak zfs_ioc_pool_configs
		continue
		print zfs_txg_timeout
		list
		bt
	EOT
	run timeout 200 "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" -g gentoo debug attach --batch -- \
		-x "$T/again.gdb"
	enough
	isnt 'zolkit-reload: ZFS lies elsewhere again' "$(place)" "$before"
	seen 'zolkit-reload' 4719 || diag "$(cat "$T/again.log")"
	zfs_guest_stop
done
done_testing
