#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
. "${ZOL_TOP:?}/tests/lib/tap.sh" || exit 1

probe=$ZOL_BUILD/zolkit-probe
mkdir "$T/dir"

run "$probe" "$T/dir"
is "it ends well on a local file system" "$status" 0
like "every line is a result" "$(grep -vcP '^/\S+\t\S+\t[a-z-]+\t(ok|fail|skip)\t' <<<"$out")" '^0$'
ok "it tries at least 49 things" test "$(wc -l <<<"$out")" -ge 49
is "and leaves nothing behind" "$(ls -A "$T/dir")" ""
for check in unlinked-ftruncate rename-over-ftruncate mkfifo socket mmap-shared flock fcntl-lock exec readdir append; do
	like "a local file system can $check" "$out" "	$check	ok	"
done

# O_DIRECT and holes differ between file systems, deleted files do not: tmpfs passes all of them.
run "$probe" /dev/shm
is "tmpfs fails nothing that a directory's role needs" \
	"$(grep -P '\t(unlinked|rename-over|socket|mkfifo|mmap)\S*\tfail' <<<"$out")" ""
like "the type of the file system is the mounted one" "$out" '^/dev/shm	tmpfs	'

run "$probe" "$T/none"
is "a directory that is not there is passed over" "$status$out" 0
run "$probe"
is "no directory is a usage error" "$status" 2
run "$probe" relative
is "and so is a relative one" "$status" 2

if [ "$(id -u)" -eq 0 ]; then
	# shellcheck disable=SC2016 # for the inner shell
	run unshare -m sh -c 'mount -t tmpfs -o ro none "$1" && exec "$2" "$1"' sh "$T/dir" "$probe"
	is "a file system that cannot be written to is an error" "$status" 3
	like "that names the directory" "$err" "$T/dir"
	# shellcheck disable=SC2016 # for the inner shell
	run unshare -m sh -c 'mount -t tmpfs -o size=64k none "$1" && "$2" "$1" >"$3"; ls -A "$1"' sh "$T/dir" "$probe" "$T/full"
	is "a full disk leaves nothing behind either" "$out" ""
	like "and shows as failures" "$(cat "$T/full")" 'fail	ENOSPC'
else
	skip "read-only and full file systems" "needs root"
fi
done_testing
