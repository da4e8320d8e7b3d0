#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Recordings of this machine: while a command runs, until a signal, with cuts, and what a check says.
# shellcheck disable=SC2154 # tap.sh sets status, out and err
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
: >"$T/conf"
export PERF_BUILDID_DIR=$T/debug
zolkit() { "$ZOL_BUILD/zolkit" --config "$T/conf" "$@"; }

run zolkit --json flame check --host /bin/sh
like 'a check says what it found' "$out" '"check": ?"permission"'
like 'and of the program that was named' "$out" '/bin/sh has'
run zolkit flame record
is 'without a guest that runs there is nothing to record' "$status $err" '7 zolkit: the VM of guest gentoo does not run
        boot it: zolkit vm start'
run zolkit flame check
is 'or to check, as zolkit vm says it' "$status $err" '7 zolkit: the VM of guest gentoo does not run
        boot it: zolkit vm start'

# Containers often forbid it.
perf record -q -e cpu-clock -a -o "$T/try" -- true 2>/dev/null || {
	skip 'recordings of this machine' "perf may not record here: $(perf record -e cpu-clock -a -o "$T/try" -- true 2>&1 |
		grep -v '^$' | head -n 1)"
	done_testing
	exit 0
}

# A task that is busy by a name of its own, in user code and in the kernel.
cp /bin/bash "$T/busybee"
run zolkit flame record --host --comm busybee -o "$T/one" -- "$T/busybee" -c 'for ((i = 0; i < 40000; i++)); do
	((i % 100)) || read -r x </proc/self/stat; done; echo from the command'
is 'a recording while a command runs' "$status" 0
is 'ends with where the picture is, behind what the command printed' "$out" "from the command
$T/one/flame.svg"
is 'beside it stands what its addresses mean' "$(cd "$T/one" && printf '%s ' *)" \
	'build-ids flame.svg kallsyms modules perf.data release '
ok 'the picture is of that task' grep -q '<title>busybee ' "$T/one/flame.svg"
ok 'and of no other' ! grep -q '<title>swapper ' "$T/one/flame.svg"
run zolkit -q flame fold --kinds -c busybee "$T/one/perf.data"
if (($(grep -cv ' 0000000000000000\|^0000000000000000' "$T/one/kallsyms") > 1000)); then
	like 'functions of the kernel have names' "$out" '(entry_SYSCALL|sysvec|asm_|el0).*_\[k\]'
else
	skip 'functions of the kernel have names' 'the kernel shows no addresses'
fi
run zolkit flame record --host -o "$T/one" -- true
is 'a recording is not overwritten' "$status" 2

perf script -i "$T/one/perf.data" >"$T/script.txt" 2>/dev/null
zolkit -q flame fold -c busybee --perf-addresses "$T/one/perf.data" >"$T/a"
zolkit -q flame fold -c busybee "$T/script.txt" >"$T/b"
# Of our task alone: files of others may be gone. Entries of linkage tables have no symbols for us.
same=$(awk '{ n = $NF; sub(/ [0-9]+$/, "") } NR == FNR { a[$0] = n; next }
	$0 in a { sum += a[$0] < n ? a[$0] : n } END { printf "%.0f", sum }' "$T/a" "$T/b")
all=$(awk '{ n += $NF } END { printf "%.0f", n }' "$T/b")
is 'perf script text of it has the same weight' "$(awk '{ n += $NF } END { printf "%.0f", n }' "$T/a")" "$all"
ok "and nearly all of it in the same stacks ($same of $all)" test "$((same * 10))" -ge "$((all * 9))"

"$ZOL_BUILD/zolkit" --config "$T/conf" flame record --host -o "$T/two" >"$T/out" 2>"$T/err" &
pid=$!
until [[ -s $T/two/perf.data ]]; do sleep 0.1; done
# perf says nowhere when it began: half a second of work is in the recording, however slow the machine.
"$T/busybee" -c 'for ((i = 0; i < 400000; i++)); do :; done'
kill -TERM "$pid"
wait "$pid"
is 'SIGTERM ends a recording, which is drawn all the same' "$? $(cat "$T/out")" "0 $T/two/flame.svg"
like 'it was told how to end it' "$(cat "$T/err")" 'recording until you press Ctrl-C'
mkdir "$T/mine"
run env PATH="$T/none" "$ZOL_BUILD/zolkit" --config "$T/conf" flame record --host -o "$T/mine" -- true
is 'without perf there is no recording' "$status" 3
ok "a directory of the user's stays when nothing was recorded" test -d "$T/mine"
run zolkit flame record --host -e no-such-event -d 1s -o "$T/three"
is 'an event that is not there is replaced' "$status" 0
like 'with a word about it' "$err" 'no-such-event cannot be recorded there: recording cpu-clock instead'
perf record -q -z -e cpu-clock,page-faults -a -g -o "$T/z.data" -- "$T/busybee" -c 'echo {1..9999} >/dev/null' 2>/dev/null
perf record -q -e cpu-clock -a -g -o - -- "$T/busybee" -c 'echo {1..9999}' >"$T/pipe.data" 2>/dev/null
for form in z pipe; do
	perf script -i "$T/$form.data" >"$T/$form.txt" 2>/dev/null
	is "recordings of the form $form have the weight of their text" \
		"$(zolkit -q flame fold "$T/$form.data" | awk '{ n += $NF } END { printf "%.0f", n }')" \
		"$(zolkit -q flame fold "$T/$form.txt" | awk '{ n += $NF } END { printf "%.0f", n }')"
done
run zolkit flame record --host -o "$T/no/such" -- true
is 'a directory that cannot be made' "$status" 3
done_testing
