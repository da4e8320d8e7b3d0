#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zolkit test run on the host: verdicts, retries, limits, selection, and the reports read by parsers of others.
# shellcheck disable=SC2154
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/testrun.sh
. "$ZOL_TOP/tests/lib/testrun.sh"
# shellcheck source=tests/lib/reports.sh
. "$ZOL_TOP/tests/lib/reports.sh"
testrun_setup

run z test runs
is 'without results there is no database' "$status" 3
like 'and a hint says how to get one' "$err" 'zolkit test run'
run z test list
like 'suites are listed' "$out" 'ZFS Test Suite'

run z test run --where host --retry 1 "$suite"
is 'a failed test makes the answer negative' "$status" 1
is 'all verdicts are right' "$(verdicts)" 'pass PASS
mismatch FAIL
fail FAIL
skip SKIP
flaky FLAKY
hang TIMEOUT
after1 PASS
after2 SKIP'
is 'the reason is the last line' "$(field fail reason)" 'exit status 3: it is broken'
is 'so is that of a skipped test' "$(field skip reason)" 'no such device'
is 'what the suite leaves out says why' "$(field after2 reason)" 'not here'
like 'a limit is named' "$(field hang reason)" 'limit of 1.0 s'
is 'retries are counted' "$(field fail attempts) $(field flaky attempts) $(field flaky passed) $(field pass attempts)" '2 2 1 1'
is 'the log is kept' "$(<"$(field fail log)")" 'it is broken'
ok 'nothing of a hanging test is left' ! pgrep -f "sleep 1000 $T"

z test report -f tap >"$T/r.tap"
is 'TAP is read by TAP::Parser' "$(tap_counts "$T/r.tap")" '8 run, 3 failed, 2 skipped, errors: none'
is 'and is version 14' "$(head -n 1 "$T/r.tap")" 'TAP version 14'
z test report -f junit -o "$T/r.xml"
/usr/bin/python3 - "$T/r.xml" >"$T/junit.out" <<-'PY'
	import sys
	from junitparser import JUnitXml
	x = JUnitXml.fromfile(sys.argv[1])
	s = next(iter(x))
	kinds = {c.name: [type(r).__name__ for r in c.result] for c in s}
	print(kinds['fail'], kinds['hang'], kinds['skip'], kinds['pass'])
PY
is 'JUnit is read by junitparser' "$(junit_counts "$T/r.xml")" '8 tests, 2 failures, 1 errors, 2 skipped'
is 'with what became of each' "$(<"$T/junit.out")" "['Failure'] ['Error'] ['Skipped'] []"
ok 'JSON is JSON' jq -e '.tests | length == 8' <(z test report -f json)

run z test run --where host "$suite" quick --exclude flaky --exclude 'after?'
is 'groups and patterns select' "$(verdicts | cut -d' ' -f1 | tr '\n' ' ')" 'pass mismatch fail skip '
run z test run --where host "$suite" pass after1
is 'names select, and a good run is good' "$status $(verdicts | wc -l)" '0 2'
run z test run --where host "$suite" past
is 'an unknown test is refused' "$status" 2
like 'with the nearest' "$err" 'did you mean pass'
run z test run --where host --repeat 4 "$suite" flaky
is 'repetitions tell the rate' "$(field flaky verdict) $(field flaky attempts) $(field flaky passed)" 'FLAKY 4 2'
run z test run --where host cmd -- sh -c 'echo "TAP version 14"; echo "1..1"; echo "ok 1 - x"'
is 'any command is a test' "$status $(verdicts)" '0 sh PASS'
run z test run --where host cmd -- bash -c 'echo "TAP version 14"; echo "1..2"; echo "ok 1 - x"'
is 'a plan that is not kept is a failure' "$status $(verdicts)" '1 bash FAIL'
run z test run --where host cmd -- /nonexistent/program
is 'one that cannot be started has failed' "$status $(verdicts)" '1 program FAIL'
run z test run --where host splat
is 'a suite that is gone says so' "$status" 2
like 'and what replaced it' "$err" 'ztest|zts'

run z test run --where host "$ZOL_TOP/tests/data/test/zts.ini"
is 'an empty or cut log is a failure' "$(verdicts)" 'demo/pass PASS
demo/fail FAIL
demo/killed TIMEOUT
demo/empty FAIL
demo/cut FAIL'
isnt 'with a reason' "$(field demo/cut reason)" null

sed "0,/^title = /s|^title = .*|&\nsetup = /bin/sh -c 'echo begun; echo no such pool >\&2; exit 3'|" "$suite" >"$T/lame.ini"
run z test run --where host --db "$T/lame.db" "$T/lame.ini"
like 'a set-up that fails ends the run and says why' "$status $err" '^[3-9] .*set-up of suite .*failed \(status 3\): no such pool'

run z test list "$suite"
like 'the last results are listed' "$out" 'hang +TIMEOUT'
run z test run --where host -j 3 "$suite"
is 'three workers do every test once' "$(verdicts | wc -l) $(sqlite3 "$db" 'SELECT count(*), sum(tries) FROM results WHERE run = (SELECT max(id) FROM runs)')" '8 8|8'
ok 'the database is sound' sound "$db"
run z test runs
like 'runs are listed' "$out" 'host +host'

# history, rates
run z test history host/flaky
is 'history has every run of a test, the newest first' "$(z --json test history host/flaky | jq -r '[.[].run] | join(" ")')" "$(sqlite3 "$db" "SELECT group_concat(run, ' ') FROM (SELECT run FROM results r JOIN names n ON n.id = r.test WHERE n.name = 'flaky' AND n.suite = 'host' ORDER BY run DESC)")"
like 'and its rate with an interval' "$err" 'passed [0-9]+ of [0-9]+ attempts: [0-9]+ % \([0-9]+ \.\. [0-9]+ %\)'
is 'flaky tests are found' "$(z --json test flaky | jq -r '.[].name')" flaky
is 'the slowest test is first' "$(z --json test slow | jq -r '.[0].name')" hang
run z test history nothing
is 'a test that nobody knows is refused' "$status" 2

echo 'no database' >"$T/junk.db"
run z test runs --db "$T/junk.db"
is 'what is no database is malformed' "$status" 6
sqlite3 "$T/other.db" 'CREATE TABLE x(a)'
run z test runs --db "$T/other.db"
is 'so is a database of others' "$status" 6
cp "$db" "$T/newer.db" && sqlite3 "$T/newer.db" 'PRAGMA user_version = 99'
run z test runs --db "$T/newer.db"
like 'and one of a later version' "$status $err" '6 .*schema 99'

# One that somebody has made: numbers that are no verdicts, no text where some must be.
hostile() { # SQL: the exit statuses of what reads it
	cp "$db" "$T/evil.db"
	sqlite3 "$T/evil.db" 'PRAGMA writable_schema = ON' "UPDATE sqlite_schema SET sql = replace(sql, ' NOT NULL', '')" \
		'PRAGMA writable_schema = OFF'
	sqlite3 "$T/evil.db" 'PRAGMA foreign_keys = OFF' "$1"
	local words
	for words in 'report last' 'report -f html -o page last' 'report -f junit last' 'compare last' runs 'baseline update last'; do
		# shellcheck disable=SC2086 # words
		(cd "$T" && run z test $words --db evil.db && echo "$status")
	done | sort -u | tr '\n' ' '
	rm -f "$T/merged.db"
	run z test merge --db "$T/merged.db" "$T/evil.db"
	echo "$status"
}
is 'verdicts that there are none of' "$(hostile 'UPDATE results SET verdict = 100000; UPDATE attempts SET verdict = -7000')" '0 0'
# It can be looked at, but not be merged.
is 'no text where one must be' "$(hostile 'UPDATE names SET suite = NULL, name = NULL; UPDATE artefacts SET path = NULL; UPDATE runs SET suite = NULL')" '0 1 3'

# --- where a report goes, and what is not ignored ---
z test report -o "$T/table" >"$T/printed"
like 'a table goes to its file' "$(head -n 1 "$T/table")" '^SUITE +TEST +VERDICT'
is 'and nowhere else' "$(cat "$T/printed")" ''
for words in 'report --json -f tap' 'run --resume last cmd' 'baseline list more' 'baseline update --json' \
	'baseline import zts' 'baseline update --expires soon' 'submit --slurm -j 2 cmd'; do
	# shellcheck disable=SC2086 # words
	run z test $words
	is "no sense: $words" "$status" 2
done
run z test list --db "$T/typo.db"
is 'a database that was named must be there' "$status" 3
sets=()
for i in {1..33}; do sets+=(--set "v$i=x"); done
run z test run "${sets[@]}" cmd --where host -- true
is 'more variables than are taken' "$status" 2
done_testing
