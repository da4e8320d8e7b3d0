# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # T, err and the like are tap.sh's
#
# What the tests in tests/vm share, after tap.sh: a busybox guest of their own below $T.
#
#	vm_setup           makes the guest "t" with busybox init and the agent; or skips all
#	z ARGS...          zolkit with the configuration of the test
#	vm_boot ARGS...    boots it with `vm start`, or ends the script
#	$root              the guest's tree
#
# For tests that want real ZFS: after tests/vm/zfs.t, build/vm/zfs-guest names the tree of a guest
# (configuration build/vm/zolkit.conf), in which zfs.ko and the others have symbols and DWARF.
#
# ZOL_KERNEL names the bzImage: 9p, virtio-pci, virtio-console, overlayfs and a serial console built in.

vm_conf() {
	mkdir -p "$T/guests/t" "$T/state" "$T/run"
	cat >"$T/zolkit.conf" <<-EOF
		[paths]
		guests = $T/guests
		state = $T/state
		cache = $T/cache
		run = $T/run
		[guest]
		name = t
		[vm]
		accel = tcg
		smp = 2
		memory = 384M
		boot_timeout = 60s
		stop_timeout = 20s
	EOF
	root=$T/guests/t log=$T/state/guests/t/log/console.log
}

z() { "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" "$@"; }

vm_tree() {
	local bb
	bb=$(command -v busybox) || skip_all 'no busybox'
	mkdir -p "$root"/{bin,sbin,dev,proc,sys,tmp,run,etc,root,usr/local/libexec/zolkit}
	cp "$bb" "$root/bin/busybox"
	local applet
	for applet in $("$bb" --list | grep -vx busybox); do ln -s busybox "$root/bin/$applet"; done
	ln -sf ../bin/busybox "$root/sbin/init"
	ln -sf ../bin/busybox "$root/sbin/poweroff"
	cp "$ZOL_BUILD/zolkit-agent" "$root/usr/local/libexec/zolkit/"
	cat >"$root/etc/inittab" <<-EOF
		::sysinit:/bin/mount -t proc proc /proc
		::sysinit:/bin/mount -t sysfs sys /sys
		::sysinit:/bin/mkdir -p /dev/pts
		::sysinit:/bin/mount -t devpts devpts /dev/pts
		::sysinit:/bin/mount -t tmpfs tmpfs /run
		::respawn:/usr/local/libexec/zolkit/zolkit-agent
		ttyS0::respawn:/bin/sh
		::shutdown:/bin/umount -a -r
	EOF
}

vm_setup() {
	[[ -f ${ZOL_KERNEL:-} ]] || skip_all 'ZOL_KERNEL names no kernel'
	command -v qemu-system-x86_64 >/dev/null || skip_all 'no qemu-system-x86_64'
	((EUID == 0)) || skip_all 'needs root for the owners of the 9p root'
	vm_conf
	vm_tree
	mkdir -p "$T/state/guests/t/kernel"
	ln -s "$(readlink -f "$ZOL_KERNEL")" "$T/state/guests/t/kernel/bzImage"
	at_exit vm_gone
}

# No VM outlives its test.
vm_gone() {
	local pid
	pid=$(vm_field supervisor)
	[[ ${pid:-0} -gt 1 ]] && kill -TERM "$pid" 2>/dev/null
	while [[ ${pid:-0} -gt 1 ]] && [[ -e /proc/$pid/exe ]]; do sleep 0.2; done
	return 0
}

vm_boot() {
	z -q vm start "$@" || {
		ok 'the VM boots' false
		diag "$(tail -n 20 "$log" 2>/dev/null)"
		exit 1
	}
}

# A number or word of `vm status --json`.
vm_field() { z --json vm status 2>/dev/null | sed -nE "s/.*\"$1\": \"?([^,\"}]*)\"?[,}].*/\1/p"; }

# Whether a process is there and no zombie.
alive() { [[ -e /proc/$1/exe ]] && readlink "/proc/$1/exe" >/dev/null 2>&1; }
