#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# summary.sh DIR N ZOLKIT CONFIG GUEST: makes one run of the parts in DIR and its reports. The exit status
# is 1 when a test has failed or a part is missing.
dir=$1 n=$2 zolkit=$3 config=$4 guest=$5

run() { "$zolkit" ${config:+"--config=$config"} ${guest:+"--guest=$guest"} test "$@"; }

set --
i=1
while [ "$i" -le "$n" ]; do
	[ ! -e "$dir/shard-$i.db" ] || set -- "$@" "$dir/shard-$i.db"
	i=$((i + 1))
done
[ $# -gt 0 ] || {
	echo "no part of $dir has left a result" >&2
	exit 3
}
rm -f "$dir/merged.db" "$dir/merged.db-wal" "$dir/merged.db-shm"
run merge --db "$dir/merged.db" "$@"
status=$?
for form in tap junit json html; do
	run report --db "$dir/merged.db" --format "$form" --output "$dir/report.$form" || status=3
done
exit "$status"
