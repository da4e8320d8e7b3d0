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
# Parts by what their own histories know are those of two divisions: a test may be in neither.
part() { # DB PART, by $T/durations
	z -q test run --where host --db "$T/$1" --durations "$T/durations" --shard "$2" "$T/many.ini" t1 t2 t3 t4 >/dev/null
}
echo '39000 t1' | cat - <(printf '1000 t%d\n' 2 3 4) >"$T/durations"
part o1.db 1/2
printf '%s\n' '5000 t1' '3000 t2' '3000 t3' '900 t4' >"$T/durations"
part o2.db 2/2
part o3.db 1/2
run z test merge --db "$T/m4.db" "$T"/o[12].db
is 'parts of two divisions are no success' "$status" 1
like 'the file is named, and what to do' "$err" "o2.db is part of another division: .*--durations"
run z test merge --db "$T/m5.db" "$T"/o[23].db
is 'those of one are' "$status" 0 || diag "$err"
run z test merge --db "$T/m6.db" "$T/none.db"
is 'a file that is not there is named once' "$err" "zolkit: $T/none.db: unable to open database file: No such file or directory"
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

# --- serial suites: who builds on the test before runs behind it, in the same place -----------------------
mkdir "$T/serial"
cat >"$T/serial.ini" <<'EOT'
[suite]
name = serial
title = tests that leave state behind
where = vm
parser = exit
serial = yes
list = fixed
tests = g1/a g2/a free g1/b other g2/b g1/c g2/c
command = /bin/sh -c 'echo "$2 $1 $PPID" >>"$SERIAL_DIR/order"; sleep 0.2' sh ${test} ${suite}
timeout = 20s
[group loose]
tests = free other
EOT
export SERIAL_DIR=$T/serial
run z test run --where host --db "$T/serial.db" -j 4 "$T/serial.ini"
is 'a serial suite runs with jobs' "$status" 0
is 'each test ran once' "$(cut -d' ' -f2 "$SERIAL_DIR/order" | sort | tr '\n' ' ')" 'free g1/a g1/b g1/c g2/a g2/b g2/c other '
in_order() { awk -v g="$1" '$2 ~ g { printf "%s ", $2; if (!($3 in seen)) { seen[$3]; n++ } } END { print n }' "$SERIAL_DIR/order"; }
is 'those of a directory in order, by one worker' "$(in_order '^g1/') $(in_order '^g2/')" 'g1/a g1/b g1/c 1 g2/a g2/b g2/c 1'
is 'those of a group, too' "$(in_order '^(free|other)$')" 'free other 1'
is 'by several workers in all' "$(awk '{ print $3 }' "$SERIAL_DIR/order" | sort -u | wc -l)" 3
# parts SUITE: how many of four shards have tests of each directory or group
parts() {
	local i
	for i in 1 2 3 4; do
		: >"$SERIAL_DIR/order"
		# each part by the same durations: none are known
		z -q test run --where host --db "$T/parts$i.db" --shard "$i/4" "$1" >/dev/null 2>&1
		rm -f "$T/parts$i.db"
		awk '{ print $2 }' "$SERIAL_DIR/order" | sed 's|/.*||; s/free\|other/loose/' | sort -u
	done | sort | uniq -c | awk '{ printf "%s %s ", $2, $1 }'
}
sed '/serial = /d' "$T/serial.ini" >"$T/spread.ini"
is 'no shard has half of a group' "$(parts "$T/serial.ini")" 'g1 1 g2 1 loose 1 '
isnt 'but for this key they have' "$(parts "$T/spread.ini")" 'g1 1 g2 1 loose 1 '

if command -v parallel >/dev/null; then
	run z test submit --parallel -N 3 -j 2 --where host "$T/many.ini"
	is 'parallel: the status is that of the whole' "$status" 1
	is 'parallel: so are the results' "$(jq -r '.tests[] | .name + " " + .verdict' "$out/report.json" | sort)" "$all"
	ok 'parallel: reports are there' test -s "$out/report.html" -a -s "$out/report.junit" -a -s "$out/report.tap"
else
	skip 'parallel' 'no GNU parallel'
fi
done_testing
