#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The classifier on consoles of real guests: a module does what it is told, and init goes.
# shellcheck disable=SC2016,SC2154
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/vm.sh
. "$ZOL_TOP/tests/lib/vm.sh"

vm_setup
tree=$(realpath -m "${ZOL_KERNEL%/*}/build")
[[ -e $tree/Module.symvers ]] || skip_all "no tree to build modules with beside $ZOL_KERNEL"
cp "$ZOL_TOP/tests/data/console/module/zolfault.c" "$T/"
echo 'obj-m := zolfault.o' >"$T/Makefile"
make -s -C "$tree" M="$T" KCFLAGS=-g modules >"$T/make.log" 2>&1 || { diag "$(tail -5 "$T/make.log")"; skip_all 'the module cannot be built'; }
cp "$T/zolfault.ko" "$root/root/"

# console ARGS...: boots with the command; what the console said is in $T/console.
console() {
	run z vm run -- "$@"
	cp "$log" "$T/console" 2>/dev/null || cp "$T"/state/*/*/log/console.log "$T/console"
	[[ -z ${ZOL_KEEP:-} ]] || cp "$T/console" "$ZOL_KEEP/${*: -1}.log"
}
line_of() { grep -nF "$1" "$T/zolfault.c" | head -n 1 | cut -d: -f1; }
verdict() { "$ZOL_BUILD/zolkit" --json test classify "$T/console" | jq -r '.[] | .kind + " " + (.function // "-") + " " + (.module // "-") + " " + (.source // "-")'; }

console true
is 'a healthy guest has nothing to tell' "$status:$(verdict)" '0:'
console sh -c 'insmod /root/zolfault.ko what=null; sleep 1' null
is 'a NULL pointer' "$(verdict)" 'null-deref zolfault_null zolfault -'
vmlinux=${ZOL_KERNEL%/*}/vmlinux
if [[ -f $vmlinux ]]; then
	found=$("$ZOL_BUILD/zolkit" --json test classify --vmlinux "$vmlinux" --tree "$T" "$T/console" | jq -r '.[].source')
	is 'its line, from the debug information of the module' "${found##*/}" "zolfault.c:$(line_of 'return *p')"
	# The runner finds it by itself in the tree that it boots.
	release=$(cat "$tree/include/config/kernel.release")
	mkdir -p "$root/lib/modules/$release/extra"
	cp "$T/zolfault.ko" "$root/lib/modules/$release/extra/"
	ln -s "$vmlinux" "$T/state/guests/t/kernel/vmlinux"
	run z test run "$ZOL_TOP/conf/suites/cmd.ini" -- insmod /root/zolfault.ko what=null
	like 'a run says it, too' "$(z test report last -f json | jq -r '.tests[0] | .verdict + " " + .reason')" \
		"^CRASH null-deref: zolfault_null \[zolfault\] at [^ ]*zolfault.c:$(line_of 'return *p'): "
else
	skip 'lines of source' 'no vmlinux beside the kernel'
fi
console sh -c 'insmod /root/zolfault.ko what=bug; sleep 1' bug
like 'BUG()' "$(verdict)" '^bug zolfault_bug zolfault .*zolfault\.c:15$'
console sh -c 'insmod /root/zolfault.ko what=warn; sleep 1' warn
like 'WARN_ON()' "$(verdict)" '^warn zolfault_warn zolfault .*zolfault\.c:20$'
console sh -c 'insmod /root/zolfault.ko what=verify; sleep 1' verify
is 'a failed VERIFY, as the SPL reports it' "$(verdict)" 'zfs-panic zolfault_verify zolfault zolfault.c:27'
console sh -c 'echo 1 >/proc/sys/kernel/sysrq; echo f >/proc/sysrq-trigger; sleep 1' oom
like 'out of memory' "$(verdict)" '^oom '
console sh -c 'echo c >/proc/sysrq-trigger' crash
is 'a crash by sysrq' "$(verdict)" 'panic sysrq_handle_crash - -'
console sh -c 'echo 1 >/proc/sys/kernel/sysrq; echo w >/proc/sysrq-trigger; echo l >/proc/sysrq-trigger; echo t >/proc/sysrq-trigger; sleep 1' sysrq
is 'what sysrq shows is no finding' "$(verdict)" ''
done_testing
