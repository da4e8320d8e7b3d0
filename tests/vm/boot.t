#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Boots that go wrong are ended with the stage that they have reached; the console; what a killed
# supervisor leaves.
# shellcheck disable=SC2016,SC2154
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/vm.sh
. "$ZOL_TOP/tests/lib/vm.sh"

vm_setup
sed -i 's/^boot_timeout.*/boot_timeout = 8s/' "$T/zolkit.conf"
run z vm start --qemu-arg=-S
is 'a CPU that does not run is a failure' "$status" 7
like 'at the firmware' "$err" 'no progress for 8.0s at the stage "firmware"'
run z vm start -a root=/dev/nosuch -a rootwait
like 'a root that never comes, at the root mount' "$err" 'no progress.* at the stage "root mount"'
printf '#!/bin/sh\nexec sleep 1000\n' >"$root/sbin/sleeper"
chmod 755 "$root/sbin/sleeper"
run z vm start -a init=/sbin/sleeper
like 'an init that sleeps, at init' "$err" 'no progress.* at the stage "init"'
like 'with the last lines of the console' "$err" '\| .*Run /sbin/sleeper as init process'
is 'nothing is left of it' "$(ls "$T/run")" ''
run z vm status
like 'the status remembers' "$out" 'no progress'
sed -i 's/^boot_timeout.*/boot_timeout = 60s/' "$T/zolkit.conf"

run z vm start -a root=nosuch
is 'a root that is not there is a failure' "$status" 7
like 'at the root mount' "$err" 'Unable to mount root fs.* \(at the stage "root mount"\)'
run z vm start -a init=/bin/true
like 'an init that ends is a panic' "$err" 'Kernel panic - not syncing: Attempted to kill init.* \(at the stage "init"\)'
run z vm start --qemu-arg=-no-such-option
is 'QEMU that refuses is a failure' "$status" 7
like 'in its own words' "$err" 'QEMU ended with status 1: .*no-such-option'
run z vm start -k /dev/null
isnt 'so is no kernel at all' "$status" 0

run z vm start --ephemeral
is 'an ephemeral guest boots its own init' "$status" 0
is 'on an overlay' "$(z vm exec -- sh -c 'sed -n "s/.* \/ \(overlay\) .*/\1/p" /proc/mounts; cat /proc/1/comm; echo lost >/root/lost')" 'overlay
init'
z -q vm stop
ok 'whose changes are gone' test ! -e "$root/root/lost"

vm_boot
tries=0
sup=$(vm_field supervisor) qemu=$(vm_field pid)
ok 'QEMU runs' alive "$qemu"
(sleep 1; printf 'echo typed-$((40+2))\n'; sleep 3) | z vm console >"$T/c1" 2>/dev/null &
one=$!
(sleep 4) | z vm console -e none >"$T/c2" 2>/dev/null &
two=$!
until grep -q typed-42 "$T/c1" && grep -q typed-42 "$T/c2"; do
	sleep 0.2
	((++tries > 100)) && break
done
ok 'what one types on the console is answered' grep -q typed-42 "$T/c1"
ok 'and all see it' grep -q typed-42 "$T/c2"
ok 'and so does the log' grep -q typed-42 "$log"
like 'from the first line on' "$(head -n 3 "$log")" 'Linux version'
kill "$one" "$two" 2>/dev/null
wait "$one" "$two" 2>/dev/null
"$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" vm console -2 >"$T/c3" 2>/dev/null </dev/null &
two=$!
z vm exec -- sh -c 'sleep 1; echo second line >/dev/ttyS1; sleep 1'
kill "$two" 2>/dev/null
wait "$two" 2>/dev/null
ok 'the second serial line is one of its own' grep -q 'second line' "$T/c3"
is 'the run directory is private' "$(stat -c %a "$T/run/t")" 700
kill -KILL "$sup"
for ((i = 0; i < 50; i++)); do
	alive "$qemu" || break
	sleep 0.1
done
ok 'QEMU dies with its supervisor' ! alive "$qemu"
run z vm status
is 'what it left is not taken for a VM' "$status $(vm_field state)" '1 stopped'
run z vm exec -- true
is 'nor executed in' "$status" 3
vm_boot
is 'and the next start works' "$(z vm exec -- echo works)" works
ok 'the log of the boot before is kept' test -s "$log.old"

z -q vm stop
z -q vm start --no-wait --qemu-arg=-S
first=$(vm_field pid)
kill -ABRT "$first"
for ((i = 0; i < 50; i++)); do
	[[ $(vm_field pid) != "$first" ]] && break
	sleep 0.1
done
isnt 'QEMU that aborts before the guest has done anything is started again' "$(vm_field pid)" "$first"
kill -ABRT "$(vm_field pid)"
for ((i = 0; i < 50; i++)); do
	[[ $(vm_field state) == stopped ]] && break
	sleep 0.1
done
like 'but once only' "$(z vm status)" 'QEMU was killed by signal 6'
vm_boot
run z vm exec -- sh -c 'echo c >/proc/sysrq-trigger'
like 'a crash under a command ends it with the reason' "$status $err" '^7 .*sysrq triggered crash'
run z vm status
like 'and the status knows it' "$out" 'sysrq triggered crash'

# A guest that does not obey: neither its agent nor ACPI can power it off.
rm "$root/sbin/poweroff"
printf '#!/bin/sh\nmount -t proc p /proc; mount -t sysfs s /sys\nwhile :; do /usr/local/libexec/zolkit/zolkit-agent; done\n' \
	>"$root/sbin/stubborn"
chmod 755 "$root/sbin/stubborn"
mv "$root/bin/busybox" "$root/bin/bb"
ln -sf bb "$root/bin/sh" && ln -sf bb "$root/bin/mount"
vm_boot -a init=/sbin/stubborn
run z vm stop -l 1s
like 'a guest that does not obey is quit' "$status $err" '^0 .*QEMU was told to quit'
vm_boot -a init=/sbin/stubborn
run z vm stop --force
is 'or killed' "$status" 0
done_testing
