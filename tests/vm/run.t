#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# vm run: boot, one command, its status; only what the guest has reported counts.
# shellcheck disable=SC2016,SC2154
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/vm.sh
. "$ZOL_TOP/tests/lib/vm.sh"

vm_setup
rm -r "${root:?}/usr"
run z vm run -- sh -c 'echo out; echo err >&2; cat; echo $$ $PPID; exit 42' <<<'input'
is 'the status is the command'"'"'s' "$status" 42
like 'its output comes back' "$out" '^out
input
[0-9]+ 1$'
like 'on its own stream' "$err" '^err$'
is 'the agent was put into the tree' "$(cmp "$root/usr/local/libexec/zolkit/zolkit-agent" "$ZOL_BUILD/zolkit-agent" && echo same)" same
is 'nothing runs afterwards' "$(ls "$T/run")" ''

run z vm run -- sh -c 'for d in /proc /sys /dev /dev/pts /dev/shm /run /tmp; do grep -q " $d " /proc/mounts || echo "$d"; done; ping -c 1 127.0.0.1 >/dev/null || echo lo; touch /root/written'
is 'what a command needs is mounted' "$out" ''
ok 'what it wrote is in the tree' test -e "$root/root/written"
run z vm run -- sh -c 'kill -9 $$'
is 'a signal is 128 + N' "$status" 137

(cd "$root" && find . -printf '%p %y %m %s %T@ %l\n' | sort && find . -type f -exec sha256sum {} +) >"$T/before"
run z vm run --ephemeral -- sh -c 'rm -r /bin/[a-r]* /etc; echo x >/root/new; mkdir /d; chmod 700 /sbin; ls /root'
is 'an ephemeral guest sees its changes' "$status:$out" '0:new
written'
(cd "$root" && find . -printf '%p %y %m %s %T@ %l\n' | sort && find . -type f -exec sha256sum {} +) >"$T/after"
ok 'and the tree is byte for byte the same' cmp "$T/before" "$T/after"

run z vm run -- sh -c 'echo c >/proc/sysrq-trigger'
is 'a crash is a failure' "$status" 7
like 'with the reason' "$err" 'Kernel panic - not syncing: sysrq triggered crash'
run z vm run -- sh -c 'sync; echo o >/proc/sysrq-trigger; sleep 60'
is 'a power-off behind the back of the agent is no success' "$status" 7
like 'but named' "$err" 'the VM ended before the command did'

line=$(z --dry-run vm run -- true)
like 'the dry run shows the line' "$line" 'qemu-system-x86_64 .*mount_tag=zolroot'
is 'and changes nothing' "$(ls "$T/run")" ''
line=${line/init=*zolkit_mode=run/init=\/sbin\/init}
printf '::sysinit:/bin/sh -c "echo pasted line works; /bin/poweroff -f"\n' >"$root/etc/inittab"
run timeout 120 bash -c "$line" </dev/null
like 'which boots when pasted into a shell' "$out" 'pasted line works'

mkdir -p "$T/$(printf 'long%.0s' {1..30})"
sed -i "s|^run = .*|run = $T/$(printf 'long%.0s' {1..30})|" "$T/zolkit.conf"
run z vm run -- echo 'long path'
is 'a run directory longer than a socket name is no problem' "$out" 'long path'
if [[ -x $(command -v virtiofsd || echo /usr/lib/qemu/virtiofsd) ]]; then
	sed -i 's/^accel = tcg/&\ntransport = virtiofs/' "$T/zolkit.conf"
	run z vm run -- sh -c 'grep " / virtiofs " /proc/mounts >/dev/null && echo through >/root/virtiofs'
	is 'the root may come by virtiofs' "$status $(cat "$root/root/virtiofs" 2>&1)" '0 through'
else
	skip 'the root may come by virtiofs' 'no virtiofsd'
fi
done_testing
