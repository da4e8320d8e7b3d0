#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Commands in a running guest: status, streams, signals, limits, several at a time.
# shellcheck disable=SC2016,SC2154 # $ is for the guest's shell; tap.sh sets status, out and err
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/vm.sh
. "$ZOL_TOP/tests/lib/vm.sh"

vm_setup
# shellcheck disable=SC2119
vm_boot
is 'the VM runs' "$(vm_field state) $(vm_field stage)" 'running agent'
run z vm start
is 'a second start finds its work done' "$status" 0
like 'and says so' "$err" 'runs already'
run z vm run -- true
is 'a run beside it is refused' "$status" 3

for want in 0 1 42 255; do
	run z vm exec -- sh -c "exit $want"
	is "exit status $want comes back" "$status" "$want"
done
for sig in 1 9 11 15; do
	run z vm exec -- sh -c "kill -$sig \$\$"
	is "killed by signal $sig is 128 + $sig" "$status" $((128 + sig))
done
run z vm exec -- /no/such/program
is 'a program that is not there is 127' "$status" 127
like 'and named' "$err" '/no/such/program.*No such file'
run z vm exec -- /etc/inittab
is 'one that cannot be executed is 126' "$status" 126
run z vm exec -C /no/dir -- true
is 'a directory that is not there is 127' "$status" 127

run z vm exec -C /proc -e 'A=one two' -e B= -- sh -c 'pwd; echo "[$A][${B-unset}][${HOME}]"; echo err >&2; printf "%s|" "$@"' sh 'a b' '' "c'd\"e" '*'
is 'directory, environment and arguments arrive' "$out" "/proc
[one two][][/root]
a b||c'd\"e|*|"
is 'stderr is apart from stdout' "$err" 'err'
run z vm exec -N -- sh -c 'cat; echo "rc=$?"'
is 'without stdin there is an end of file' "$out" 'rc=0'
run z vm exec -e novalue -- true
is 'an environment word without = is a usage error' "$status" 2

head -c 10000000 /dev/urandom >"$T/in"
ok '10 MB go through stdin and stdout as they are' bash -c \
	'"$0" --config "$1" vm exec -- cat < "$2" | cmp - "$2"' "$ZOL_BUILD/zolkit" "$T/zolkit.conf" "$T/in"
z vm exec -- sh -c 'cat >&2' <"$T/in" 2>"$T/out" >"$T/none"
ok 'and through stderr' cmp "$T/in" "$T/out"
is 'with nothing on stdout' "$(wc -c <"$T/none")" 0
seq 1 40000 | tr -d '\n' | head -c 200000 >"$T/long"
run z vm exec -- sh -c 'echo "${#1}"' sh "$(head -c 120000 "$T/long")"
is 'an argument of 120 kB arrives' "$out" 120000
run z vm exec -- sh -c 'read x; echo "$x"' <"$T/in"
is 'a command that does not read its input ends' "$status" 0
run bash -c '"$0" --config "$1" vm exec -- cat /bin/busybox | head -c 5 >/dev/null; echo "${PIPESTATUS[0]}"' \
	"$ZOL_BUILD/zolkit" "$T/zolkit.conf"
isnt 'whoever closes our stdout ends us' "$out" 0

# The stream that nobody reads must not hold up others.
mkfifo "$T/fifo"
z vm exec -- cat /dev/zero >"$T/fifo" &
chatty=$!
exec 7<"$T/fifo"
head -c 100 <&7 >/dev/null
run timeout 60 "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" vm exec -- echo through
is 'a chatty stream that nobody reads does not hold up another' "$out" 'through'
exec 7<&-
wait "$chatty"
pids=()
for i in 1 2 3 4 5 6 7 8; do
	z vm exec -- sh -c "cat; exit $i" <"$T/in" >"$T/out.$i" &
	pids+=($!)
done
got=
for i in "${!pids[@]}"; do
	wait "${pids[i]}"
	got+="$? "
done
is 'eight at a time keep their statuses' "$got" '1 2 3 4 5 6 7 8 '
ok 'and their bytes' bash -c 'for i in 1 2 3 4 5 6 7 8; do cmp "$0/in" "$0/out.$i" || exit 1; done' "$T"

run z vm exec -T 1s -- sleep 600
is 'a command whose time is over is 124' "$status" 124
run z vm exec -- sh -c 'ps | grep -c "[s]leep 600"'
is 'and gone in the guest' "$out" 0
run z vm exec -T 1s -- sh -c 'trap "" TERM; while :; do sleep 1; done'
is 'also when it ignores SIGTERM' "$status" 124

# zolkit execs zolkit-vm, so that the process is the same.
for sig in INT TERM HUP; do
	"$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" vm exec -- \
		sh -c "trap 'echo $sig; exit 9' $sig; echo ready; while :; do sleep 0.1; done" >"$T/sig" 2>&1 </dev/null &
	pid=$!
	until grep -q ready "$T/sig"; do sleep 0.1; done
	env -i kill -s "$sig" "$pid"
	wait "$pid"
	is "SIG$sig is passed on and the command's own answer comes back" "$? $(grep -x "$sig" "$T/sig")" "9 $sig"
done
"$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" vm exec -- sh -c 'trap "" HUP; echo $$; exec sleep 700' >"$T/pid" &
pid=$!
until [[ -s $T/pid ]]; do sleep 0.1; done
kill -KILL "$pid"
wait "$pid" 2>/dev/null
run z vm exec -- sh -c 'for i in 1 2 3 4 5 6 7 8 9 10; do ps | grep -q "[s]leep 700" || exit 0; sleep 1; done; exit 1'
is 'a command whose client was killed is ended' "$status" 0

run script -qec "stty rows 33 cols 99; '$ZOL_BUILD/zolkit' --config '$T/zolkit.conf' vm exec -t -- sh -c 'tty; stty size'" /dev/null
like 'a terminal has the size of ours' "$out" '/dev/pts/[0-9].*33 99'

run z vm drop-caches
is 'caches are dropped' "$status" 0
run z vm drop-caches -w 9
is 'there is no cache 9' "$status" 2
run z vm monitor info status
like 'the monitor answers people' "$out" 'VM status: running'
run z vm monitor '{"execute": "query-name"}'
like 'and programs' "$out" '"name": "t"'
run z vm monitor '{"execute": "no-such"}'
is 'and refuses' "$status" 1

run z vm exec -- sh -c 'kill $(pidof zolkit-agent); sleep 5'
like 'an agent that is killed is noticed' "$status $err" '^7 zolkit: the agent in the guest was started anew'
run z vm exec -- echo again
is 'and the next one serves' "$out" 'again'

run z vm stop
is 'it stops' "$status" 0
like 'by its agent' "$err" 'powered off by its agent'
run z vm status
is 'its status says so' "$status" 1
is 'and nothing is left in the run directory' "$(ls "$T/run")" ''
run z vm exec -- true
is 'nothing to execute in then' "$status" 3
like 'with what to do' "$err" 'vm start'
run z vm stop
is 'a second stop finds its work done' "$status" 0
done_testing
