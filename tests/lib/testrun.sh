# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # T is tap.sh's
#
# What the tests of zolkit test share, after tap.sh: a configuration below $T, and results by name.
#
#	z ARGS...          zolkit with the configuration of the test
#	verdicts [RUN]     "NAME VERDICT" lines
#	field TEST KEY     of the newest run

testrun_setup() {
	mkdir -p "$T/seven" "$T/state"
	printf '[paths]\nstate = %s\nrun = %s\nguests = %s\ncache = %s\n' "$T/state" "$T/run" "$T/guests" "$T/cache" \
		>"$T/zolkit.conf"
	export SEVEN_DIR=$T/seven
	suite=$ZOL_TOP/tests/data/test/host.ini
	db=$T/state/test/results.db
}

z() { "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" "$@"; }
verdicts() { z test report "${1:-last}" -f json | jq -r '.tests[] | .name + " " + (.verdict // "none")'; }
field() { z test report last -f json | jq -r ".tests[] | select(.name == \"$1\") | .$2"; }

# What every database must be, whatever was killed: sound, each test of a run once, nothing half done.
sound() {
	[[ $(sqlite3 "$1" 'PRAGMA integrity_check; PRAGMA foreign_key_check') == ok ]] &&
		[[ $(sqlite3 "$1" 'SELECT count(*) FROM results r WHERE state = 2 AND tries <>
			(SELECT count(*) FROM attempts a WHERE a.run = r.run AND a.test = r.test)') == 0 ]]
}
