#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# make check-dump, in a copy of the guest that zfs.t has made, with a kernel that has DWARF: what `debug dump`
# writes is opened by crash(8) and drgn, with KASLR and without, compressed and not, and both read a pool of
# real ZFS in it; the walk from outside by DWARF and by BTF; gdb with lines of the kernel itself. A kernel
# with DWARF takes ten minutes and more to build, so this is not part of make check-vm.
# shellcheck disable=SC2016,SC2154 # $pc is for gdb; tap.sh sets status, out and err
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/zfsguest.sh
. "$ZOL_TOP/tests/lib/zfsguest.sh"
# shellcheck source=tests/lib/standin.sh
. "$ZOL_TOP/tests/lib/standin.sh"
# shellcheck source=tests/lib/zfs.sh
. "$ZOL_TOP/tests/lib/zfs.sh"

command -v crash >/dev/null || skip_all 'no crash'
crash_version=$(crash --version | sed -n 's/^crash \([0-9.]*\).*/\1/p')
command -v gdb >/dev/null || skip_all 'no gdb'
zfs_guest_setup
dir=$ZOL_TOP/build/vm
source=$(standin_kernel_source)
[[ -n $source ]] || skip_all 'no kernel source below /usr/src (package linux-source-6.1)'

# drgn: the program in PATH, else from PyPI into a directory of its own
drgn=$(command -v drgn) || drgn=$dir/drgn/bin/drgn
[[ -x $drgn ]] || { python3 -m venv "$dir/drgn" && "$dir/drgn/bin/pip" -q install --disable-pip-version-check drgn; } >"$T/drgn.log" 2>&1

z() { "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" -g dwarf "$@"; }
g() { z vm exec -N -- "$@"; }
map() { z debug symbols --map-only "$@" | grep -v '\.data\.\.percpu' | sort; }

# --- the guest and its kernel --------------------------------------------------------------------

# The modules of ZFS stay those of the guest that was copied: the fragment changes nothing that they see.
fragments=(boot9p virtiofs guest zfs gdb)
[[ -e $dir/guest/dwarf ]] || ok 'the guest is copied' "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" -q guest clone --how copy gentoo dwarf
run z -q kernel build --source "$source" -S RANDOMIZE_BASE=y "${fragments[@]}"
is 'a kernel with DWARF is built' "$status" 0 || { diag "$(tail -n 20 <<<"$err")"; exit 1; }
kernel=$dir/state/guests/dwarf/kernel
ok 'and has it' grep -q '\.debug_info' <(readelf -SW "$kernel/vmlinux")
is 'its release is that of the modules' "$(cat "$kernel/release")" "$release"

# --- sessions ------------------------------------------------------------------------------------

spa='((struct spa *)((char *)spa_namespace_avl.avl_root - (unsigned long)&((struct spa *)0)->spa_avl))'
cat >"$T/session.crash" <<-EOF
	sys
	bt -a
	mod
	log
	p zfs_txg_timeout
	p $spa->spa_name
	p $spa->spa_state
	struct spa.spa_name,spa_avl -o
	foreach bt
	quit
EOF
cat >"$T/session.py" <<-'EOF'
	from drgn import container_of
	from drgn.helpers.linux.pid import for_each_task
	print("release", prog["UTS_RELEASE"].string_().decode())
	print("timeout", prog["zfs_txg_timeout"].value_())
	spa = container_of(prog["spa_namespace_avl"].avl_root, "struct spa", "spa_avl")
	print("pool", spa.spa_name.string_().decode())
	print("state", spa.spa_state.format_(type_name=False))
	for task in for_each_task(prog):
	    if task.comm.string_() == b"txg_sync":
	        print("stack", " ".join(f.name for f in prog.stack_trace(task)))
EOF

# The line of a dump's README that starts a program.
command_of() { sed -n "s/^\t\($1 .*\)/\1/p" "$2/README"; }

by_crash() { # WHAT DIR VALUE
	local line text
	line=$(command_of crash "$2")
	text=$(cd "$2" && timeout 300 bash -c "${line/crash/crash -s} <\"\$0\"" "$T/session.crash" 2>&1)
	is "$1: crash ends well" "$?" 0
	like "$1: crash knows the system" "$text" "RELEASE: ${release//./\\.}"
	like "$1: and what each CPU did" "$text" 'CPU: 0 .*CPU: 1 '
	like "$1: and where zfs.ko lies, with its symbols" "$text" $'\n[0-9a-f]{16}  zfs  .* zfs\\.ko'
	like "$1: and the kernel's messages" "$text" 'Linux version .*ZFS: Loaded module'
	like "$1: and a variable of the module" "$text" "= $3"$'\n'
	like "$1: and a pool by struct spa" "$text" '= "livepool'
	like "$1: and that it is active" "$text" '= POOL_STATE_ACTIVE'
	# crash-utility/crash 88580068b7dd: pid.numbers[] of Linux 6.5, and of 6.1 and others since
	if [[ $text != *'COMMAND: "txg_sync"'* && $crash_version != "$(sort -V <<<"$crash_version"$'\n8.0.4' | tail -n 1)" ]]; then
		skip "$1: the tasks" "crash $crash_version finds none where struct pid ends in an array without a length (8.0.4 does)"
		return
	fi
	like "$1: and where the thread that syncs sleeps, in spl and zfs" "$text" \
		'COMMAND: "txg_sync".*__cv_[a-z_]*wait.* \[spl\].*txg_sync_thread.* \[zfs\]'
	unlike "$1: without a word of doubt" "$text" $'(^|\n)(WARNING|bt|mod): '
}

by_drgn() { # WHAT DIR VALUE
	local line text
	line=$(command_of drgn "$2")
	text=$(cd "$2" && PATH=${drgn%/*}:$PATH timeout 300 bash -c "$line \"\$0\"" "$T/session.py" 2>&1)
	is "$1: drgn ends well" "$?" 0 || diag "$text"
	like "$1: drgn knows the release" "$text" "release ${release//./\\.}"
	like "$1: and a variable of the module" "$text" "timeout $3"
	like "$1: and a pool by struct spa" "$text" $'pool livepool\nstate POOL_STATE_ACTIVE'
	like "$1: and where the thread that syncs sleeps" "$text" 'stack .*schedule.*__cv_[a-z_]*wait.*txg_sync_thread.*kthread'
	unlike "$1: without a word of doubt" "$text" '([Ww]arning|could not)' || diag "$text"
}

# --- the walk from outside -----------------------------------------------------------------------

# by WHAT ZOLKIT-ARGS...: the map by a layout that is worked out anew
by() {
	local what=$1
	shift
	rm -f "$layout"
	ok "the walk by $what gives the map from inside" cmp <(map --inside) <(map --outside "$@")
	cp "$layout" "$T/layout.$what"
}

walk() {
	layout=$dir/cache/debug/$(readelf -nW "$kernel/vmlinux" | sed -n 's/.*Build ID: *//p')/layout
	by DWARF
	if command -v pahole >/dev/null; then
		cp -L "$kernel/vmlinux" "$T/vmlinux"
		pahole -J "$T/vmlinux" 2>/dev/null
		objcopy --strip-debug "$T/vmlinux"
		is 'a kernel has BTF and no DWARF' "$(readelf -SW "$T/vmlinux" | grep -oE '\.(BTF|debug_info) ' | tr -d '\n')" '.BTF '
		by BTF --vmlinux "$T/vmlinux"
		ok 'and both find the same layout' cmp "$T/layout.DWARF" "$T/layout.BTF"
		rm -f "$T/vmlinux"
	else
		skip 'the walk by BTF' 'no pahole'
	fi
}

# --- gdb -----------------------------------------------------------------------------------------

# attach WHAT ARGS...: the kernel and a module in one session
attach() {
	local what=$1
	shift
	g sh -c 'rm -f /tmp/enough; touch /tmp/asking; (while [ ! -e /tmp/enough ]; do zpool list; sleep 0.2; done
		rm /tmp/asking) >/dev/null 2>&1 &'
	run timeout 200 "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" -g dwarf debug attach --batch "$@" \
		--break zfs_ioc_pool_configs -- -ex continue -ex bt -ex 'print zfs_txg_timeout' -ex 'frame function do_syscall_64' \
		-ex list -ex 'print init_uts_ns.name.release' -ex 'info line do_sys_openat2' -ex 'show data-directory'
	g sh -c 'touch /tmp/enough; while [ -e /tmp/asking ]; do sleep 0.1; done'
	is "$what: gdb ends well" "$status" 0 || diag "$err"
	like "$what: the breakpoint in zfs.ko is hit" "$out" 'Breakpoint [0-9.]+, zfs_ioc_pool_configs \(.*zfs_ioctl.c:[0-9]+'
	like "$what: the callers in the kernel have their lines" "$out" '#[0-9]+ .*vfs_ioctl .*fs/ioctl\.c:[0-9]+.*do_syscall_64 .*common\.c:[0-9]+'
	like "$what: which are shown" "$out" $'\n[0-9]+\t.*do_syscall_x64'
	like "$what: a variable of the module" "$out" "= $value"$'\n'
	like "$what: and of the kernel" "$out" "\"$release\""
	like "$what: and its functions" "$out" 'Line [0-9]+ of "[^"]*fs/open.c" starts at address'
}

stacks() {
	run z debug stacks
	like 'blocked tasks have lines of the kernel' "$out" '(Show Blocked State|State:D)' || diag "$err"
	run z debug stacks --all
	like 'all tasks, too' "$out" 'schedule\+[^ ]+ \([^)]*kernel/sched/core\.c:[0-9]+\)'
	like 'and those of ZFS their own' "$out" 'txg_sync_thread\+[^ ]+ \[zfs\] \([^)]*txg\.c:[0-9]+\)'
	run z debug stacks --cpus
	like 'what the CPUs do has lines' "$out" 'Thread 2 .* at [^ ]*\.c:[0-9]+.*Thread 1 .* at [^ ]*\.c:[0-9]+'
}

make_pool='modprobe zfs; modprobe brd rd_nr=1 rd_size=131072; echo $1 >/sys/module/zfs/parameters/zfs_txg_timeout
	zpool create -f -O mountpoint=none -o cachefile=none livepool /dev/ram0'

value=4700
for how in kaslr nokaslr; do
	args=()
	[[ $how == kaslr ]] || args=(--append nokaslr)
	zfs_guest_start --gdb "${args[@]}"
	((value += 1))
	ok "$how: a pool is made" g sh -ec "$make_pool" sh "$value"
	for format in kdump-zlib elf; do
		rm -rf "$dir/dump"
		run z debug dump --format "$format" "$dir/dump"
		is "$how, $format: a dump is made" "$status" 0 || diag "$err"
		diag "$(du -h --apparent-size "$dir/dump/vmcore" | cut -f1) in $format"
		by_crash "$how, $format" "$dir/dump" "$value"
		if [[ -x $drgn ]]; then
			by_drgn "$how, $format" "$dir/dump" "$value"
		else
			skip "$how, $format: drgn" "there is none: $(tail -n 1 "$T/drgn.log")"
		fi
	done
	[[ $how == kaslr ]] || break
	walk
	stacks
	attach 'the gdb of this host'
	if zfs_packages "$dir/guest/dwarf" gdb -- "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" -g dwarf 2>"$T/why"; then
		attach "the guest's own gdb" --guest-gdb
		is 'which is the one in its tree' "$(grep -o 'data directory is .*' <<<"$out")" "data directory is \"$dir/guest/dwarf/usr/share/gdb\"."
		mkdir "$T/bin" && ln -s "$(command -v env)" "$T/bin/"
		run env PATH="$T/bin" "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" -g dwarf debug attach --batch -- -ex 'print zfs_txg_timeout'
		like 'and taken unasked by a host that has none' "$err" "no gdb on this host: the guest's own"
		like 'to the same effect' "$out" "= $value"
		z -q chroot run -- dpkg --remove gdb >/dev/null 2>&1
	else
		skip "the guest's own gdb" "it cannot be installed: $(tail -n 1 "$T/why")"
	fi
	zfs_guest_stop
done
rm -rf "$dir/dump"
zfs_guest_stop
done_testing
