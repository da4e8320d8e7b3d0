#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zolkit vm where no VM is needed: the line that it would run, what is missing, states.
# shellcheck disable=SC2154
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"

mkdir -p "$T/guests/t/bin" "$T/state/guests/t/kernel" "$T/run"
: >"$T/state/guests/t/kernel/bzImage"
conf() {
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
		smp = 3
		memory = 1536M
		$1
	EOF
}
z() { "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" "$@"; }
# The arguments of QEMU as its shell would see them, one a line.
argv() {
	z -n vm start "$@" >"$T/line" || return
	sed -i 's/^qemu-system-x86_64/printf "%s\\n"/; s/^mkdir.*//' "$T/line"
	bash "$T/line"
}

conf ''
run argv
is 'the plan is made' "$status" 0
like 'processors and memory are as configured' "$out" $'-smp\n3\n-m\n1536M'
like 'so is the kernel' "$out" $'-kernel\n'"$T/state/guests/t/kernel/bzImage"
like 'and the tree' "$out" "local,id=root,path=$T/guests/t,security_model=passthrough"
like 'the root has a tag without a slash' "$out" 'root=zolroot rootfstype=9p .*msize=512000,cache=mmap rw '
unlike 'nothing listens on TCP' "$out" 'tcp:|-s$|-gdb'
unlike 'init is the guest'"'"'s own' "$out" ' init='
is 'nothing was made' "$(ls -A "$T/run" "$T/state/guests/t")" "$T/run:

$T/state/guests/t:
kernel"
run argv -E
like 'ephemeral: read-only, the agent first' "$out" ' ro .*init=/usr/local/libexec/zolkit/zolkit-agent zolkit_mode=ephemeral'
like 'for QEMU too' "$out" 'readonly=on'
run argv -E -a init=/bin/own
like 'and an init of the user after it' "$out" 'zolkit_mode=ephemeral zolkit_init=/bin/own'
unlike 'not instead of it' "$out" ' init=/bin/own'
run argv --smp 1 -m 256M -a nokaslr -a 'a b' -Q -device -Q 'x,y z' --snapshot
like 'options stand before the configuration' "$out" $'-smp\n1\n-m\n256M'
like 'words of the kernel' "$out" $' nokaslr "a b"\n'
like 'arguments of QEMU stay whole' "$out" $'\n-device\nx,y z$'
like 'snapshot' "$out" $'\n-snapshot\n'
conf $'kernel_args = quiet debug\nqemu_args = -s\ncache = loose\nmsize = 64K\nsecurity_model = none'
run argv -a last
like 'the configured words come first' "$out" $'msize=65536,cache=loose .* quiet debug last\n'
like 'and the security model' "$out" 'security_model=none'
conf 'machine = microvm'
run z -n vm start
is 'microvm under TCG is a usage error' "$status" 2
like 'that says why' "$err" 'microvm does not boot under TCG'

conf ''
ln -s t "$T/guests/link,with comma"
run argv -r "$T/guests/link,with comma/bin"
like 'a tree is named by its real path' "$out" "path=$T/guests/t/bin,"
run z -n -g none vm start
is 'a guest that is not there is a system error' "$status" 3
like 'with what to do' "$err" 'zolkit guest create'
run z -n vm start -k "$T/none"
is 'so is a kernel' "$status" 3
rm "$T/state/guests/t/kernel/bzImage"
run z -n vm start
like 'with what to do about it' "$err" 'zolkit kernel build'
run z -n -g ../x vm start
is 'a name that is none is a usage error' "$status" 2
run z -n vm start -k /dev/null -a 'a"b'
is 'a quote cannot go to the kernel' "$status" 2
run z -n vm start -k /dev/null -a "$(printf 'x%.0s' {1..2100})"
like 'nor more than it takes' "$err" 'kernel command line of [0-9]+ bytes'
run z vm run
is 'run wants a command' "$status" 2

run z vm status
is 'what was never started does not run' "$status" 1
like 'and says so' "$out" 'state: +stopped'
run z --json vm status
is 'in JSON too' "$(python3 -c 'import json,sys; print(json.loads(sys.argv[1])["state"])' "$out" 2>&1)" stopped
run z --json vm status --all
is 'it is not among all' "$out" '[]'
run z vm exec -- true
is 'no VM, no command' "$status" 3
like 'but a hint' "$err" 'zolkit vm start'
run z vm console
is 'no console' "$status" 3
run z vm monitor info status
is 'no monitor' "$status" 3
run z vm drop-caches
is 'no caches' "$status" 3
for key in x '^?' '^@' '^`' '^1'; do
	run z vm console -e "$key"
	is "an escape that is no key: $key" "$status" 2
done
run z vm probe --sysenv --json
is 'shell variables are no JSON' "$status" 2
: >"$T/file"
sed "s|^state = .*|state = $T/file|" "$T/zolkit.conf" >"$T/other.conf"
run "$ZOL_BUILD/zolkit" --config "$T/other.conf" vm status --all
is 'a state directory that cannot be read is a failure' "$status" 3

# What a supervisor that was killed leaves behind.
mkdir -m 700 "$T/run/t"
echo '{"pid": 1, "supervisor": 1}' >"$T/run/t/vm.json"
: >"$T/state/guests/t/vm.lock"
run z vm status
is 'stale state is no VM' "$status" 1
run z vm stop
is 'stopping it is done already' "$status" 0
ok 'and tidies up' test ! -e "$T/run/t"

# A long run directory: QEMU gets short names and a place to stand.
: >"$T/state/guests/t/kernel/bzImage"
long=$T/$(printf 'long%.0s' {1..30})
sed -i "s|^run = .*|run = $long|" "$T/zolkit.conf"
run z -n vm start
like 'a long run directory becomes the working directory' "$out" "cd $long/t &&"
like 'with names that fit' "$out" 'path=agent-port.sock,'
if [[ -x $(command -v virtiofsd || echo /usr/lib/qemu/virtiofsd) ]]; then
	conf 'transport = virtiofs'
	run z -n vm start
	like 'virtiofs starts its daemon first' "$out" "virtiofsd --socket-path=$T/run/t/fs.sock"
	like 'and shares the memory' "$out" 'memory-backend-memfd,id=mem,size=1536M,share=on'
else
	skip 'virtiofs starts its daemon first' 'no virtiofsd'
	skip 'and shares the memory' 'no virtiofsd'
fi
done_testing
