#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shard.sh DIR N ZOLKIT CONFIG GUEST RUN-ARGS...: one part of N of a test run, a task of a Slurm job array
# (or of GNU parallel: ZOLKIT_SHARD). DIR is on a file system that all nodes share. A task that Slurm has
# queued again, as its node failed, goes on where the part stopped.
dir=$1 n=$2 zolkit=$3 config=$4 guest=$5
shift 5
i=${SLURM_ARRAY_TASK_ID:-${ZOLKIT_SHARD:?}}
db=$dir/shard-$i.db

set -- "--shard=$i/$n" "$@"
# written before anything is done: a part that is lost is seen
printf '%s: shard %s/%s, restart %s\n' "$(uname -n)${SLURMD_NODENAME:+ ($SLURMD_NODENAME)}" "$i" "$n" \
	"${SLURM_RESTART_COUNT:-0}" >>"$dir/shard-$i.started"

run() { "$zolkit" ${config:+"--config=$config"} ${guest:+"--guest=$guest"} test "$@"; }

if [ -e "$db" ] && [ "$(run runs --db "$db" --json 2>/dev/null)" != '[]' ] && run runs --db "$db" >/dev/null 2>&1; then
	run run --db "$db" --resume last --format tap --output "$dir/shard-$i.tap"
else
	run run --db "$db" --format tap --output "$dir/shard-$i.tap" "$@"
fi
status=$?
printf '%s\n' "$status" >"$dir/shard-$i.status"
exit "$status"
