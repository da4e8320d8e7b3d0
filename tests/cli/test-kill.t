#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A runner that is killed at any moment, and a disk that is full: the database stays sound, --resume
# completes the run, and no result is lost or doubled.
# shellcheck disable=SC2154
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/testrun.sh
. "$ZOL_TOP/tests/lib/testrun.sh"
testrun_setup

cat >"$T/steps.ini" <<EOT
[suite]
name = steps
title = steps
where = vm
parser = exit
list = command /bin/sh -c 'i=1; while [ \$i -le 30 ]; do echo t\$i; i=\$((i+1)); done'
command = /bin/sh -c 'echo \$1 >>$T/log; echo output of \$1; sleep 0.1' sh \${test}
timeout = 20s
EOT
done_now() { sqlite3 -cmd '.timeout 5000' "$db" 'SELECT count(*) FROM results WHERE state = 2' 2>/dev/null || echo 0; }
state() { sqlite3 "$db" "SELECT test || ' ' || verdict || ' ' || tries FROM results WHERE state = 2 AND tries = 1 ORDER BY test"; }

z -q test run --where host "$T/steps.ini" >/dev/null 2>&1 &
pid=$!
kills=0 worse=0
for ((round = 0; round < 12; round++)); do
	sleep "0.$((RANDOM % 25 + 5))"
	# the runner, not the shell function that waits for it
	victim=$(pgrep -P "$pid" | head -n 1)
	kill -9 "${victim:-$pid}" 2>/dev/null && kills=$((kills + 1))
	wait "$pid" 2>/dev/null
	[[ -e $db ]] || { z -q test run --where host "$T/steps.ini" >/dev/null 2>&1 & pid=$!; continue; }
	sound "$db" || worse=$((worse + 1))
	was=$(state)
	(($(sqlite3 "$db" 'SELECT count(*) FROM results WHERE state < 2') == 0 && $(done_now) > 0)) && break
	z -q test run --resume last >/dev/null 2>&1 &
	pid=$!
	# what was done is not touched again
	sleep 0.05
	[[ -z $(comm -23 <(sort <<<"$was") <(state | sort)) ]] || worse=$((worse + 1))
done
wait "$pid" 2>/dev/null
ok "the runner was killed ($kills times)" test "$kills" -ge 2
is 'the database was sound each time, and results stayed' "$worse" 0
run z test run --resume last
is 'the run completes' "$status" 0
is 'every test has passed, once' "$(sqlite3 "$db" 'SELECT count(*), sum(verdict = 1), sum(passed) FROM results')" '30|30|30'
is 'tests that were interrupted have an attempt that says so' \
	"$(sqlite3 "$db" 'SELECT count(*) FROM attempts WHERE verdict NOT IN (1, 8)')" 0
run z test run --resume last
is 'once more does nothing' "$status $(sqlite3 "$db" 'SELECT sum(passed) FROM results')" '0 30'

# two at the same time
z -q test run --where host --db "$T/two.db" "$T/steps.ini" >/dev/null 2>&1 &
pid=$!
until [[ -e $T/two.db ]] && [[ $(sqlite3 "$T/two.db" 'SELECT count(*) FROM attempts' 2>/dev/null) -gt 0 ]]; do sleep 0.02; done
run z test run --db "$T/two.db" --resume last
like 'a run that goes on elsewhere is not taken over' "$status $err" '3 .*locked'
wait "$pid"

# SIGINT ends it at once, and resumably
z -q test run --where host --db "$T/int.db" "$T/steps.ini" >/dev/null 2>&1 &
pid=$!
until [[ -e $T/int.db ]] && [[ $(sqlite3 "$T/int.db" 'SELECT count(*) FROM attempts' 2>/dev/null) -gt 2 ]]; do sleep 0.02; done
kill -INT "$(pgrep -P "$pid" | head -n 1)"
wait "$pid"
isnt 'an interrupted run is no success' $? 0
run z test run --db "$T/int.db" --resume last
is 'and completes later' "$status $(sqlite3 "$T/int.db" 'SELECT count(*), sum(passed) FROM results')" '0 30|30'

# a full disk
if ((EUID == 0)) && unshare -m true 2>/dev/null; then
	cat >"$T/full.sh" <<-'EOT'
		mount -t tmpfs -o size=6m tmpfs "$T/small" || exit 99
		head -c "$1" /dev/zero >"$T/small/filler"
		"$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" -q test run --where host --db "$T/small/r.db" "$T/steps.ini" >/dev/null 2>"$T/full.err"
		echo "first $?"
		rm "$T/small/filler"
		if "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" test runs --db "$T/small/r.db" >/dev/null 2>&1 &&
			[ "$(sqlite3 "$T/small/r.db" 'SELECT count(*) FROM runs')" -gt 0 ]; then
			"$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" -q test run --db "$T/small/r.db" --resume last >/dev/null 2>&1
			echo "then $? $(sqlite3 "$T/small/r.db" 'PRAGMA integrity_check; SELECT count(*), sum(passed), sum(verdict = 1) FROM results' | tr '\n' ' ')"
		else
			echo 'then nothing'
		fi
	EOT
	mkdir "$T/small"
	export T
	full=0 right=0
	for size in 6000000 6100000 6150000 6200000 6240000; do
		run timeout 60 unshare -m bash "$T/full.sh" "$size"
		[[ $out == 'first 0'* ]] || full=$((full + 1))
		[[ $out == *'then 0 ok 30|30|30 ' || $out == *'then nothing' ]] && right=$((right + 1))
		diag "$size: $out $(head -n 1 "$T/full.err")"
	done
	ok "the disk was full ($full of 5 times)" test "$full" -ge 2
	is 'with room again, all of them complete' "$right" 5

	# It fills up while the tests run, at a moment of its own each time.
	cat >"$T/fills.sh" <<-'EOT'
		mount -t tmpfs -o size=6m tmpfs "$T/small" || exit 99
		db=$T/small/r.db
		z() { "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" -q test run --db "$db" "$@" >/dev/null 2>>"$T/full.err"; }
		ask() { sqlite3 -cmd '.timeout 5000' "$db" "$1" 2>/dev/null; }
		z --where host -j "$2" "$T/steps.ini" &
		pid=$!
		until [ "$(ask 'SELECT count(*) FROM results WHERE state = 2')" -ge "$1" ] 2>/dev/null; do sleep 0.02; done
		cat /dev/zero >"$T/small/filler" 2>/dev/null
		wait "$pid"
		echo "first $?"
		was=$(ask 'SELECT test, verdict, tries FROM results WHERE state = 2 ORDER BY test')
		rm "$T/small/filler"
		z --resume last
		echo "then $? $(ask 'PRAGMA integrity_check; SELECT count(*), sum(passed), sum(verdict = 1) FROM results' | tr '\n' ' ')"
		for row in $was; do
			ask 'SELECT test, verdict, tries FROM results' | grep -qFx "$row" || echo "lost $row"
		done
	EOT
	full=0 right=0
	for jobs in 1 1 3; do
		points=$((RANDOM % 24 + 1))
		run timeout 60 unshare -m bash "$T/fills.sh" "$points" "$jobs"
		[[ $out == 'first 0'* ]] || full=$((full + 1))
		[[ $out == *$'\nthen 0 ok 30|30|30 ' ]] && right=$((right + 1))
		diag "after $points tests, $jobs at a time: $out"
	done
	ok "the disk filled up in a run ($full of 3 times)" test "$full" -ge 1
	is 'what was done stays as it was, and the rest follows' "$right" 3
else
	skip 'a full disk' 'needs root'
	skip 'with room again' 'needs root'
	skip 'a disk that fills up' 'needs root'
	skip 'what was done' 'needs root'
fi
done_testing
