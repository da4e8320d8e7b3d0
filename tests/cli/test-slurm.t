#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zolkit test submit on a real Slurm of two nodes: an array of parts, a node that fails under one of them,
# and the merged result is that of the run that was not divided.
# shellcheck disable=SC2154
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/testrun.sh
. "$ZOL_TOP/tests/lib/testrun.sh"
# shellcheck source=tests/lib/slurm.sh
. "$ZOL_TOP/tests/lib/slurm.sh"
testrun_setup
slurm_start

cat >"$T/many.ini" <<EOT
[suite]
name = many
title = many tests
where = vm
parser = exit
list = command /bin/sh -c 'i=1; while [ \$i -le 24 ]; do echo t\$i; i=\$((i+1)); done'
command = /bin/sh -c 'case \$1 in t7) exit 1 ;; t9) exit 77 ;; esac; sleep 0.1' sh \${test}
timeout = 20s
EOT
all=$(z -q test run --where host --name whole "$T/many.ini" >/dev/null; verdicts whole | sort)
merged() { jq -r '.tests[] | .name + " " + .verdict' "$1/report.json" | sort; }

run timeout 120 "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" test submit --slurm --wait -N 4 --where host "$T/many.ini"
is 'the exit status is that of the tests' "$status" 1
diag "$out $err"
dir=$(tail -n 1 <<<"$out")
is 'four parts ran' "$(cat "$dir"/shard-[1-4].status | wc -l)" 4
is 'and the merged result is that of the whole' "$(merged "$dir")" "$all"
is 'on both nodes' "$(grep -ho '(n[12])' "$dir"/shard-*.started | sort -u | tr -d '\n')" '(n1)(n2)'
like 'Slurm knows the exit status of a part' "$(cat "$T/slurm/log/jobcomp.txt" 2>/dev/null)" 'ExitCode=1:0'
ok 'reports are there' test -s "$dir/report.html" -a -s "$dir/report.junit"

sed -i 's/sleep 0.1/sleep 0.4/' "$T/many.ini"
run z test submit --slurm -N 2 --where host --dir "$T/jobs" "$T/many.ini"
is 'without --wait it returns at once' "$status" 0
done_in() { sqlite3 "$T/jobs/shard-$1.db" 'SELECT count(*) FROM results WHERE state = 2' 2>/dev/null || echo 0; }
for ((i = 0; i < 200; i++)); do
	(($(done_in 1) >= 2)) && break
	sleep 0.2
done
node=$(sed -nE 's/.*\((n[12])\).*/\1/p' "$T/jobs/shard-1.started" | tail -n 1)
before=$(done_in 1)
scontrol update nodename="$node" state=down reason=test
# Slurm lets a job that it queues again wait for two minutes: not us
for ((i = 0; i < 100; i++)); do
	job=$(squeue -h -r -t PENDING -n zolkit-test -o '%i' | head -n 1)
	[[ $job ]] && break
	sleep 0.2
done
ok 'a part whose node fails is queued again' test -n "$job"
diag "node $node after $before tests, job $job"
scontrol update nodename="$node" state=resume 2>/dev/null
for ((i = 0; i < 300; i++)); do
	for job in $(squeue -h -r -t PENDING -n zolkit-test -o '%i'); do
		scontrol update jobid="$job" starttime=now 2>/dev/null
	done
	[[ -s $T/jobs/report.html ]] && break
	sleep 0.3
done
is 'it goes on where it stopped' "$(merged "$T/jobs")" "$all"
like 'as a restart' "$(cat "$T/jobs/shard-1.started")" 'restart 1'
is 'nothing was run twice but what was interrupted' \
	"$(sqlite3 "$T/jobs/shard-1.db" 'SELECT count(*) FROM attempts WHERE verdict <> 8')" \
	"$(sqlite3 "$T/jobs/shard-1.db" 'SELECT count(*) FROM results')"
done_testing
