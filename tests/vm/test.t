#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zolkit test in a VM: the seven ways in which a test can end are told apart, a crash and a hang cost one
# test each, and what the runner, QEMU or a full disk do at any moment loses and doubles nothing.
# shellcheck disable=SC2154
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/vm.sh
. "$ZOL_TOP/tests/lib/vm.sh"
# shellcheck source=tests/lib/reports.sh
. "$ZOL_TOP/tests/lib/reports.sh"
vm_setup
# busybox has no chrt: the one of util-linux with its libraries
for file in $(ldd "$(command -v chrt)" | sed -nE 's|^[^/]*(/[^ ]+) \(0x.*|\1|p'); do
	mkdir -p "$root${file%/*}"
	cp -L "$file" "$root$file"
done
cp "$(command -v chrt)" "$root/bin/chrt"
suite=$ZOL_TOP/tests/data/test/seven.ini
db=$T/state/test/results.db

verdicts() { z test report "$1" -f json | jq -r '.tests[] | .name + " " + (.verdict // "none")'; }

run z test run --retry 1 --exclude stuck "$suite"
is 'the run completes with a negative answer' "$status" 1
is 'all are told apart' "$(verdicts last)" 'pass PASS
mismatch FAIL
fail FAIL
skip SKIP
crash CRASH
hang TIMEOUT
flaky FLAKY
after PASS'
diag "$err"
reason() { z test report last -f json | jq -r ".tests[] | select(.name == \"$1\") | .$2"; }
like 'the crash has the reason that the kernel gave' "$(reason crash reason)" 'sysrq|NULL|crash|panic'
ok 'and the words of the console' grep -q 'Kernel panic' "$(reason crash console)"
ok 'whose blocked tasks were asked for' grep -q 'sysrq: ' "$(reason hang console)"
if command -v gdb >/dev/null; then
	ok 'and the stacks of all processors' grep -q 'CPU#1' "$(reason hang stacks)"
else
	skip 'stacks' 'no gdb'
fi
ok 'without the tests before' ! grep -q 'test skip begins' "$(reason crash console)"
is 'flaky means both' "$(reason flaky attempts) $(reason flaky passed)" '2 1'
z test report last -f tap -o "$T/r.tap"
is "Perl's parser reads the TAP" "$(tap_counts "$T/r.tap")" '8 run, 4 failed, 1 skipped, errors: none'
z test report last -f junit -o "$T/r.xml"
is 'junitparser the JUnit' "$(junit_counts "$T/r.xml")" '8 tests, 2 failures, 2 errors, 1 skipped'

run z test run "$suite" stuck after
diag "$err"
is 'a guest in which nothing answers any more costs one test' "$(verdicts last)" 'stuck HANG
after PASS'
like 'it has its reason' "$(reason stuck reason)" 'cannot be killed|stall|lockup|does not answer'

# --- QEMU and the runner are killed -------------------------------------------------------------------
cat >"$T/steps.ini" <<'EOT'
[suite]
name = steps
title = steps
where = vm
parser = exit
list = fixed
tests = s1 s2 s3 s4 s5 s6 s7 s8
command = /bin/sh -c 'echo $1; cat /proc/cmdline; grep -c ^processor /proc/cpuinfo; sleep 1; test -b $2' sh ${test} ${disk1}
timeout = 20s
EOT
ask() { sqlite3 -cmd '.timeout 5000' "$db" "$1" 2>/dev/null; }
begin=$(ask 'SELECT max(id) FROM runs')
wait_for() { # SQL that gives a number above 0
	local i
	for ((i = 0; i < 300; i++)); do
		[[ $(ask "$1") -gt 0 ]] && return
		sleep 0.1
	done
	return 1
}
z -q test run "$suite" pass >/dev/null 2>&1
z -q test run "$T/steps.ini" >/dev/null 2>&1 &
pid=$!
this=$((begin + 2))
ok 'a run is on its way' wait_for "SELECT count(*) FROM results WHERE run = $this AND state = 2"
kill -9 "$(pgrep -f 'guest=t.test[0-9]|-name t.test[0-9]' | head -n 1)"
ok 'after QEMU was killed it goes on' wait_for "SELECT count(*) FROM attempts WHERE run = $this AND verdict = 8"
ok 'and another test is done' wait_for "SELECT count(*) > 2 FROM results WHERE run = $this AND state = 2"
kill -9 "$(pgrep -P "$pid" | head -n 1)"
wait "$pid" 2>/dev/null
for ((i = 0; i < 100; i++)); do
	pgrep -f 'guest=t.test[0-9]|-name t.test[0-9]' >/dev/null || break
	sleep 0.2
done
ok 'with the runner its VM is gone' ! pgrep -f 'guest=t.test[0-9]|-name t.test[0-9]'
run z test run --resume last
is 'resumed, the run completes' "$status" 0
is 'each test has passed once' "$(ask "SELECT count(*), sum(verdict = 1), sum(passed) FROM results WHERE run = $this")" '8|8|8'
is 'two attempts were lost' "$(ask "SELECT count(*) FROM attempts WHERE run = $this AND verdict = 8")" 2

# At random moments: while it boots, sets up, runs a test or writes its result.
of_random="run = (SELECT id FROM runs WHERE name = 'random')"
start() { # or goes on; before the first machine is up nothing is written down
	local how=(--name random "$T/steps.ini")
	[[ $(ask "SELECT count(*) FROM runs WHERE name = 'random'") != 1 ]] || how=(--resume random)
	z -q test run "${how[@]}" >/dev/null 2>&1 &
	pid=$!
}
rows() { ask "SELECT test, verdict, tries, passed FROM results WHERE state = 2 AND $of_random"; }
start
hit='' unsound=0 was=''
for ((round = 0; round < 5; round++)); do
	# the first time before eight tests of a second each can be done
	sleep "$((1 + RANDOM % 6)).$((RANDOM % 10))"
	victim='' what=QEMU
	((RANDOM % 2)) || victim=$(pgrep -f 'guest=t.test[0-9]|-name t.test[0-9]' | head -n 1)
	[[ $victim ]] || { victim=$(pgrep -P "$pid" | head -n 1) && what=runner; }
	[[ $victim ]] && kill -9 "$victim" 2>/dev/null && hit+="$what "
	[[ $(ask 'PRAGMA integrity_check') == ok ]] || unsound=$((unsound + 1))
	now=$(rows)
	[[ -z $(comm -23 <(sort <<<"$was") <(sort <<<"$now")) ]] || unsound=$((unsound + 1))
	was=$now
	# A runner goes on without its machine, unless that was still booting.
	[[ $what == runner ]] || sleep 2
	alive "$(pgrep -P "$pid" | head -n 1)" && continue
	wait "$pid" 2>/dev/null
	start
done
wait "$pid" 2>/dev/null
diag "killed: $hit"
ok 'runner and machine were killed at random moments' test -n "$hit"
start
wait "$pid" 2>/dev/null
is 'the database was sound each time, and what was done stayed' "$unsound" 0
diag "$(rows | tr '\n' ' ')"
is 'the run completes: no result is lost or doubled' "$(ask "SELECT count(*), sum(state = 2), sum(passed = 1), sum(passed > 1) FROM results
	WHERE $of_random AND (verdict = 1 OR verdict = 8 AND tries = 2)")" "8|8|$(ask "SELECT sum(verdict = 1) FROM results WHERE $of_random")|0"

sed -i '/^smp/d' "$T/zolkit.conf"
run z test run -j 3 "$T/steps.ini"
is 'three VMs of one guest share a run' "$status $(ask 'SELECT count(*), sum(passed), max(tries) FROM results WHERE run = (SELECT max(id) FROM runs)')" '0 8|8|1'
cpus=$(($(nproc) / 3))
like 'they share the processors, and the guest keeps what it has read' "$(<"$(reason s1 log)")" \
	"cache=loose .*"$'\n'"$((cpus > 8 ? 8 : cpus > 0 ? cpus : 1))\$"
is 'the guest is as it was' "$(ls "$root/run")" ''
is 'nothing is running any more' "$(pgrep -fc "guest=t.test[0-9]" || true)" 0
is 'no VM is left behind' "$(ls "$T/run")" ''
done_testing
