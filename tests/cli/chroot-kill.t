#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Killed at any point, on a host that shares its mounts: nothing of ours stays.
propagation=private
. "${ZOL_TOP:?}/tests/lib/chroot.sh" || exit 1

# As systemd does; whatever leaked out of a child namespace would show here.
mount --make-rshared /
mkdir -p "$T/host/zfs/sub"
mount -t tmpfs tmpfs "$T/host/zfs/sub"
at_exit umount "$T/host/zfs/sub"
printf '[chroot]\ncode = %s\n' "$T/host/zfs" >> "$C"
mapfile -t before < /proc/self/mountinfo

# mounts_same: as before? Read in one go by the shell itself.
mounts_same() {
	local now
	mapfile -t now < /proc/self/mountinfo
	[[ "${now[*]}" == "${before[*]}" ]]
}
tree() { (cd "$G" && find . -printf '%y %p %l\n' | sort); }
before_tree=$(tree)

# Something is mounted inside, and nothing of it outside.
inside_exec -- sleep 98.5 &
pid=$!
there '^sleep 98\.5'
ok 'while one is in, the host sees no mount' mounts_same
inner=$(pgrep -f '^sleep 98\.5')
ok 'and inside there are some' grep -q ' /mnt/code/sub ' "/proc/$inner/mountinfo"
mount -t tmpfs later "$T/host/zfs/sub"
ok 'a later mount of the host does not make code writable' ! grep -q ' /mnt/code[^ ]* rw' "/proc/$inner/mountinfo"
umount "$T/host/zfs/sub"
kill -9 "$pid"
wait "$pid" 2> /dev/null
gone '^sleep 98\.5'

# A hundred times at random points of the way: during set-up, in the command, with and without PID namespace,
# our own process or the first one inside.
bad=0
for ((i = 0; i < 100; i++)); do
	opt=--pid
	((i % 3)) || opt=--no-pid
	inside_exec "$opt" -- sh -c 'sleep 98.25 & sleep 98.25' 2> /dev/null &
	pid=$!
	printf -v pause '0.%03d' $((RANDOM % 30))
	sleep "$pause"
	victim=$pid
	# Without a PID namespace, what was left in the background outlives the first one: killing that is no case.
	[[ $opt == --pid ]] && ((i % 5 == 4)) && victim=$(pgrep -P "$pid" || echo "$pid")
	xargs -r kill -9 <<< "$victim" 2> /dev/null
	# With its first process gone, ours ends by itself.
	wait "$pid" 2> /dev/null
	mounts_same || bad=$((bad + 1))
done
is 'after each of a hundred kills the host has the mounts that it had' "$bad" 0
gone '^sleep 98\.25'
gone "$C chroot run"
is 'and no process is left' "$(pgrep -f "$T|^sleep 98\.25" | grep -vx -e $$ -e $PPID)" ''
inside -- true
is 'the tree is as one entry leaves it' "$(tree)" "$(printf '%s\n' "$before_tree" \
	"d ./mnt/code " "d ./var/tmp/portage " | sort)"
ok 'nobody holds the mark' flock --nonblock --exclusive "$T/state/guests/g/inuse" true
ok 'the tree can be removed at once' rm -rf --one-file-system "$G"
done_testing
