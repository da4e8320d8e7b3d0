#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A real guest under gdb: a module of our own, built against the guest's kernel, is loaded, debugged,
# reloaded and debugged again, with KASLR and without; the map from outside is the one from inside.
# shellcheck disable=SC2016,SC2154 # $pc is for gdb; tap.sh sets status, out and err; vm.sh root
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/vm.sh
. "$ZOL_TOP/tests/lib/vm.sh"

command -v gdb >/dev/null || skip_all 'no gdb'
vm_setup
kernel=$(readlink -f "$ZOL_KERNEL")
vmlinux=${kernel%/*}/vmlinux
release=$(cat "${kernel%/*}/release" 2>/dev/null)
build=$(dirname "$(readlink -f "${ZOL_KERNEL%/*}/build/Makefile")" 2>/dev/null)
[[ -f $vmlinux && -n $release && -e $build/Module.symvers ]] || skip_all 'the kernel was not built by zolkit kernel build'

# zoltest_limit is what the debugger has to read, the line with "marked" where it has to stop.
mkdir -p "$T/mod" "$root/lib/modules/$release/extra"
cat >"$T/mod/zoltest.c" <<'EOF'
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>

int zoltest_limit = 4711;
module_param(zoltest_limit, int, 0644);
static struct task_struct *sleeper;

static noinline int zoltest_inner(int a)
{
	return READ_ONCE(zoltest_limit) + a; /* marked */
}

static int zoltest_set(const char *val, const struct kernel_param *kp)
{
	int r = zoltest_inner(7);

	if (val[0] == 't')
		dump_stack();
	return r > 0 ? 0 : -EINVAL;
}

static const struct kernel_param_ops ops = { .set = zoltest_set };
module_param_cb(poke, &ops, NULL, 0200);

static noinline int zoltest_sleep(void *arg)
{
	while (!kthread_should_stop())
		msleep(200); /* blocked: in state D */
	return 0;
}

static int __init zoltest_init(void)
{
	sleeper = kthread_run(zoltest_sleep, NULL, "zoltest");
	return PTR_ERR_OR_ZERO(sleeper);
}

static void __exit zoltest_exit(void)
{
	kthread_stop(sleeper);
}

module_init(zoltest_init);
module_exit(zoltest_exit);
MODULE_LICENSE("GPL");
EOF
printf 'obj-m := zoltest.o\nccflags-y := -g\n' >"$T/mod/Makefile"
make -s -C "$build" M="$T/mod" CC="${CC:-gcc}" modules >"$T/make.log" 2>&1 || {
	diag "$(tail -n 20 "$T/make.log")"
	ok 'a module is built against the kernel' false
	exit 1
}
cp "$T/mod/zoltest.ko" "$root/lib/modules/$release/extra/"
# two of the kernel's own, so that addresses differ after a reload
find "$build" -name loop.ko -o -name brd.ko | while read -r f; do cp "$f" "$root/lib/modules/$release/extra/"; done
ln -s "$vmlinux" "$T/state/guests/t/kernel/vmlinux"
marked=$(grep -n marked "$T/mod/zoltest.c" | cut -d: -f1)
ko=/lib/modules/$release/extra

g() { z vm exec -N -- "$@"; }
# poking: writes to the parameter again and again, so that zoltest_set() runs whenever gdb is ready; enough ends it
poking() {
	g sh -c 'rm -f /tmp/enough; touch /tmp/poking; (while [ ! -e /tmp/enough ]; do
		echo x >/sys/module/zoltest/parameters/poke; sleep 0.2; done; rm /tmp/poking) >/dev/null 2>&1 &'
}
enough() { g sh -c 'touch /tmp/enough; while [ -e /tmp/poking ]; do sleep 0.1; done'; }
# map HOW...: without what only one side can know
map() { z debug symbols --map-only "$@" | grep -v '\.data\.\.percpu' | sort; }

attach_and_hit() { # WHAT
	poking
	run timeout 150 "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" debug attach --batch --break zoltest_inner -- \
		-ex continue -ex 'print zoltest_limit' -ex 'print a' -ex 'info line *$pc' -ex bt -ex 'print &zoltest_limit'
	enough
	is "$1: gdb ends well" "$status" 0
	like "$1: a hardware breakpoint in the module is hit" "$out" 'hit Breakpoint 1, zoltest_inner \(a=[^)]*7\)'
	like "$1: with its line" "$out" "zoltest.c:($marked|$((marked - 1)))"
	like "$1: a global variable has its value" "$out" '\$1 = 4711'
	like "$1: the caller is there" "$out" '#1 .*zoltest_set .*zoltest.c:[0-9]+'
	like "$1: and the kernel's own functions" "$out" '(param_attr_store|module_attr_store)'
	run z vm monitor info status
	like "$1: the guest goes on" "$out" 'running'
	is "$1: the socket is ours alone" "$(stat -c %a "$T/run/t/gdb.sock")" 600
}

for how in kaslr nokaslr; do
	args=()
	[[ $how == kaslr ]] || args=(--append nokaslr)
	vm_boot --gdb "${args[@]}"
	is "$how: the gdbserver's socket is ours alone" "$(stat -c %a "$T/run/t")" 700
	ok "$how: the module is loaded" g insmod "$ko/zoltest.ko"
	map --inside >"$T/inside"
	map --stub "$T/run/t/gdb.sock" >"$T/stub"
	map --outside >"$T/outside"
	ok "$how: the map through the gdbserver is the one from inside" cmp "$T/inside" "$T/stub"
	ok "$how: and so is the one through the monitor" cmp "$T/inside" "$T/outside"
	[[ $how == kaslr ]] || is 'nokaslr: the kernel is not moved' "$(awk '/^symbol _stext/ { print $3 }' "$T/inside")" \
		"$(nm "$vmlinux" | awk '$3 == "_stext" { print $1; exit }')"
	[[ $how == nokaslr ]] || attach_and_hit "$how"
	g sh -c "rmmod zoltest; insmod $ko/loop.ko 2>/dev/null; insmod $ko/brd.ko 2>/dev/null; insmod $ko/zoltest.ko"
	map --inside >"$T/later"
	isnt "$how: a reload moves the module" "$(grep ' .text ' "$T/inside")" "$(grep ' .text ' "$T/later")"
	attach_and_hit "$how, reloaded"
	[[ $how == nokaslr ]] || z -q vm stop
done

# --- zolkit-reload: the module is loaded anew while gdb stays ------------------------------------

# The guest stands still until gdb lets it go, which it does when it has its breakpoints.
cat >"$T/cycle" <<EOF
until "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" vm monitor info status | grep -q running; do sleep 0.2; done
"$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" vm exec -N -- sh -c \\
	'rmmod zoltest; rmmod loop; insmod $ko/zoltest.ko; echo x >/sys/module/zoltest/parameters/poke'
EOF
cat >"$T/cycle.gdb" <<EOF
shell sh "$T/cycle" >/dev/null 2>&1 &
zolkit-follow
hbreak zoltest_set
continue
print zoltest_limit
EOF
run timeout 100 "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" debug attach --batch -- -x "$T/cycle.gdb"
wait
like 'zolkit-follow: the module that is loaded while gdb waits is hit' "$out" 'Breakpoint [0-9]+, zoltest_set'
like 'and its data is where it is now' "$out" '= 4711'

# --- a guest that stands still -------------------------------------------------------------------

z vm monitor stop
z debug symbols --stub "$T/run/t/gdb.sock" --map-only >"$T/stopped" 2>"$T/err"
run z vm monitor info status
like 'a guest that stood still stands still after a walk' "$out" 'paused'
run z debug symbols -o "$T/s.gdb"
is 'its map comes from its memory, unasked' "$status" 0
z vm monitor cont
ok 'and is the one from inside' cmp <(z debug symbols --inside --map-only | sort) <(grep -v percpu "$T/stopped" | sort)

# --- stacks and traces ---------------------------------------------------------------------------

run z debug stacks
like 'blocked tasks are shown by SysRq over the serial line' "$out" 'Show Blocked State.*task:zoltest'
like 'with the lines of the module' "$out" "zoltest_sleep[^ ]+ \[zoltest\] \([^)]*zoltest.c:$(grep -n 'msleep(200)' "$T/mod/zoltest.c" | cut -d: -f1)\)"
run z debug stacks --all
like 'or all of them' "$out" 'Show State.*task:(init|busybox|kthreadd)'
run z debug stacks --cpus
like 'or what the CPUs do' "$out" 'Thread 2 .*Thread 1 '
z vm monitor stop
run z debug stacks
like 'also of a guest that does not run' "$err$out" 'does not answer.*Thread 1'
run z vm monitor info status
like 'which is left as it was' "$out" 'paused'
z vm monitor cont
g sh -c 'echo t >/sys/module/zoltest/parameters/poke; dmesg' >"$T/dmesg"
run z debug decode "$T/dmesg"
like 'a trace of dmesg is decoded' "$out" "zoltest_set[^ ]+ \[zoltest\] \([^)]*zoltest.c:[0-9]+\)"

# --- dumps ---------------------------------------------------------------------------------------

run z debug dump --format elf "$T/dump"
is 'a dump is made' "$status" 0
is 'and named' "$out" "$T/dump"
is 'with all that is needed beside it' "$(cd "$T/dump" && ls README crash.commands modules.map vmcore vmcoreinfo vmlinux zoltest.ko)" \
	$'README\ncrash.commands\nmodules.map\nvmcore\nvmcoreinfo\nvmlinux\nzoltest.ko'
ok 'the files are the right ones' cmp "$T/dump/zoltest.ko" "$T/mod/zoltest.ko"
like 'crash is told of the modules' "$(cat "$T/dump/crash.commands")" '(^|
)mod -s zoltest zoltest.ko(
|$)'
like 'and so is drgn' "$(cat "$T/dump/README")" $'\tdrgn --architecture x86_64 --vmcoreinfo vmcoreinfo -c vmcore -s vmlinux .*-s zoltest.ko'
like 'what the kernel did not tell QEMU is beside it' "$(cat "$T/dump/vmcoreinfo")" \
	"^OSRELEASE=$release"$'\n'".*SYMBOL\(swapper_pg_dir\)=ffffffff[0-9a-f]*000"$'\n'".*NUMBER\(phys_base\)=-?[0-9]+"
# Read by physical address: the banner of the kernel that ran, found in the ELF file's segments.
ok 'the memory is in it' grep -qaF "Linux version $release" "$T/dump/vmcore"
run z debug dump "$T/dump"
is 'an old one is not replaced' "$status" 2
rm -rf "$T/dump"
run z debug dump --no-files
is 'one goes below the state by itself' "$(cd "$T/state/guests/t/dumps" && ls -d -- */*)" "$(cd "$T/state/guests/t/dumps" && ls -d -- */{README,crash.commands,modules.map,vmcore,vmcoreinfo})"
is 'compressed, and not as a stream' "$(head -c 8 "$T"/state/guests/t/dumps/*/vmcore)" 'KDUMP   '
like 'its commands name the files where they are' "$(cat "$T"/state/guests/t/dumps/*/crash.commands)" "mod -s zoltest $root$ko/zoltest.ko"
mkdir "$T/small"
if mount -t tmpfs -o size=4m none "$T/small" 2>/dev/null; then
	run z debug dump "$T/small/dump"
	is 'a full disk is a failure' "$status" 3
	is 'that leaves nothing behind' "$(ls -A "$T/small")" ''
	umount "$T/small"
	run z vm monitor info status
	like 'and the guest goes on' "$out" 'running'
else
	skip 'a full disk' 'no tmpfs can be mounted'
fi
z -q vm stop

# --- from the first instruction on ---------------------------------------------------------------

vm_boot --gdb=wait --append nokaslr
run z vm monitor info status
like 'with --gdb=wait nothing runs' "$out" 'prelaunch|paused'
run timeout 100 "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" debug attach --batch --break start_kernel -- -ex continue -ex 'info symbol $pc'
like 'gdb stops at the beginning of the kernel' "$out" 'start_kernel in section'
is 'and the guest boots when it has gone' "$(z vm exec -N -- echo up)" 'up'
z -q vm stop
done_testing
