#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zolkit test run --shard, merge, and submit --parallel: the parts make the whole.
# shellcheck disable=SC2154
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/testrun.sh
. "$ZOL_TOP/tests/lib/testrun.sh"
testrun_setup

cat >"$T/many.ini" <<'EOT'
[suite]
name = many
title = many tests
where = vm
parser = exit
list = command /bin/sh -c 'i=1; while [ $i -le 40 ]; do echo t$i; i=$((i+1)); done'
command = /bin/sh -c 'case $1 in t7) exit 1 ;; t9) exit 77 ;; t1?) sleep 0.1 ;; esac' sh ${test}
timeout = 20s
EOT
all=$(z -q test run --where host --name whole "$T/many.ini" >/dev/null; verdicts whole | sort)
is 'forty tests ran' "$(wc -l <<<"$all")" 40

for i in 1 2 3; do
	z -q test run --where host --db "$T/s$i.db" --shard "$i/3" "$T/many.ini" >/dev/null
done
names() { sqlite3 "$1" 'SELECT name FROM names'; }
is 'the parts are the whole, each test once' "$(for i in 1 2 3; do names "$T/s$i.db"; done | sort)" \
	"$(cut -d' ' -f1 <<<"$all")"
run z test merge --db "$T/m.db" --name merged "$T"/s[123].db
is 'a failed test makes the merged run negative' "$status" 1
is 'the merged run is the unsharded one' "$(z test report --db "$T/m.db" -f json | jq -r '.tests[] | .name + " " + .verdict' | sort)" "$all"
ok 'its database is sound' sound "$T/m.db"
run z test merge --db "$T/m2.db" "$T/s1.db" "$T/s3.db"
is 'a missing part is no success' "$status" 1
like 'and is named' "$err" '2/3'
run z test merge --db "$T/m3.db" "$T/s1.db" "$T/s1.db"
is 'the same part twice is refused' "$status" 2
is 'and leaves no run' "$(sqlite3 "$T/m3.db" 'SELECT count(*) FROM runs')" 0
run z test run --where host --shard 4/3 "$T/many.ini"
is 'a part that is none is refused' "$status" 2

# recorded durations: one long test is a part of its own
{
	echo 39000 t40
	for i in {1..39}; do echo 1000 "t$i"; done
} >"$T/durations"
z -q test run --where host --db "$T/d.db" --durations "$T/durations" --shard 1/2 "$T/many.ini" >/dev/null
is 'durations balance the parts' "$(names "$T/d.db" | sort -V | tr '\n' ' ')" 't40 '
echo nonsense >"$T/durations"
run z test run --where host --db "$T/d.db" --durations "$T/durations" --shard 1/2 "$T/many.ini"
is 'wrong durations are malformed' "$status" 6

if command -v parallel >/dev/null; then
	run z test submit --parallel -N 3 -j 2 --where host "$T/many.ini"
	is 'parallel: the status is that of the whole' "$status" 1
	is 'parallel: so are the results' "$(jq -r '.tests[] | .name + " " + .verdict' "$out/report.json" | sort)" "$all"
	ok 'parallel: reports are there' test -s "$out/report.html" -a -s "$out/report.junit" -a -s "$out/report.tap"
else
	skip 'parallel' 'no GNU parallel'
fi
done_testing
