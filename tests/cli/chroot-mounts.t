#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What is mounted in the chroot, and how; resolv.conf; the in-use mark.
. "${ZOL_TOP:?}/tests/lib/chroot.sh" || exit 1

# opts_of MOUNTPOINT: options of the mount inside, of the one on top
opts_of() { inside "${@:2}" -- awk -v p="$1" '$5 == p { o = $6 } END { print o }' /proc/self/mountinfo; }

before=$(cat /proc/self/mountinfo)

# --- what is there
run inside -- stat -c '%a %n' /tmp /run /var/tmp/portage
is 'modes of the fresh directories' "$out" $'1777 /tmp\n755 /run\n775 /var/tmp/portage'
is 'portage owns its directory' "$(inside -- stat -c %u:%g /var/tmp/portage)" 250:250
for d in /tmp /run /var/tmp/portage /dev/shm; do
	is "$d is a tmpfs" "$(inside -- stat -fc %T "$d")" tmpfs
	inside -- touch "$d/trace"
done
is 'what is written there never reaches the tree' "$(find "$G" -name trace; rm -f /dev/shm/trace)" ''
is '/proc is of the own PID namespace' "$(inside -- sh -c 'ls -d /proc/[0-9]* | wc -l')" "$(inside --pid -- sh -c 'ls -d /proc/[0-9]* | wc -l')"
like '/proc cannot hold programs' "$(opts_of /proc)" 'nosuid,nodev,noexec'
is '/dev is whole' "$(inside -- sh -c 'echo x > /dev/null; head -c 4 /dev/zero | wc -c; ls -d /dev/pts')" $'4\n/dev/pts'
ok '/sys is whole' inside -- test -d /sys/kernel
ok 'bash can hold a here-document' inside -- bash -c 'cat << E | grep -q x
x
E'
printf 'PORTAGE_TMPDIR="/var/build"\n' > "$T/make.conf"
mkdir -p "$G/etc/portage"
cp "$T/make.conf" "$G/etc/portage/make.conf"
is "PORTAGE_TMPDIR of the guest's make.conf" "$(inside -- stat -fc %T /var/build/portage)" tmpfs
rm "$G/etc/portage/make.conf"
printf '[guest]\ntmp_size = 8M\nportage_tmp_size = 16M\n' >> "$C"
is 'sizes of the configuration' "$(inside -- df -k /tmp /var/tmp/portage | awk 'NR > 1 { print $2 }')" $'8192\n16384'

# --- code
mkdir -p "$T/host/zfs/sub" "$T/host/spl" "$T/host/other/zfs"
echo code > "$T/host/zfs/file"
mount -t tmpfs tmpfs "$T/host/zfs/sub"
at_exit umount "$T/host/zfs/sub"
echo deep > "$T/host/zfs/sub/file"
run inside -c "$T/host/zfs" -- cat /mnt/code/file /mnt/code/sub/file
is 'one code directory is /mnt/code itself, with its submounts' "$out" $'code\ndeep'
for f in new file sub/new sub/file; do
	run inside -c "$T/host/zfs" -- sh -c "echo x > /mnt/code/$f"
	like "writing $f there fails as read-only" "$err" 'Read-only file system'
done
like 'code: no set-user-id, no devices' "$(opts_of /mnt/code -c "$T/host/zfs")" 'ro,nosuid,nodev'
like 'nor on its submounts' "$(opts_of /mnt/code/sub -c "$T/host/zfs")" 'ro,nosuid,nodev'
run inside -c "$T/host/zfs" -- mount -o remount,bind,rw /mnt/code
ok 'the host can still write' touch "$T/host/zfs/new" "$T/host/zfs/sub/new"
printf '[chroot]\ncode = %s\n' "$T/host/zfs" >> "$C"
is 'several appear by name' "$(inside -c "$T/host/spl/" -- ls /mnt/code)" $'spl\nzfs'
is 'the same one twice is one' "$(inside -c "$T/host/zfs" -- cat /mnt/code/file)" code
run inside -c "$T/host/other/zfs" -- true
is 'two of one name are refused' "$status" 2
run inside -c "$T/host/none" -- true
is 'a missing one is refused' "$status" 2
is 'none on request' "$(inside --no-code -- ls -A /mnt/code)" ''
mv "$T/host/zfs/sub/file" "$T/host/moved"
is 'a change of the host shows at once' "$(inside -- ls /mnt/code/sub)" new
printf 'code = %s/gone\n' "$T" >> "$C"
run inside -- true
is 'a configured one that is missing is left out' "$status" 0
like 'with a warning' "$err" "$T/gone.* left out"
sed -i '/gone/d' "$C"

# --- shared directories and binds
mkdir -p "$T/host/tree/app" "$T/host/dist" "$T/host/bin" "$G/var/db/repos/gentoo"
printf 'portage_tree = %s\ndistfiles = %s\nbinpkgs = %s\n' "$T/host/tree" "$T/host/dist" "$T/host/bin" >> "$C"
run inside -- sh -c 'ls /var/db/repos/gentoo; echo d > /var/cache/distfiles/d; echo b > /var/cache/binpkgs/b; echo x > /var/db/repos/gentoo/x'
is 'the Portage tree is shared' "$out" app
like 'read-only' "$err" 'Read-only file system'
is 'distfiles and binary packages go both ways' "$(cat "$T/host/dist/d" "$T/host/bin/b")" $'d\nb'
echo file > "$T/host/file"
run inside -b "$T/host/spl:/srv/a b" -b "$T/host/zfs:/opt/ro:ro" -b "$T/host/file:/opt/file" -- \
	sh -c 'touch "/srv/a b/made"; cat /opt/file; ls /opt/ro; touch /opt/ro/sub/x'
is 'binds: a directory, a file' "$out" $'file\nfile\nnew\nsub'
like 'a read-only bind is recursive' "$err" 'Read-only'
ok 'a writable one is' test -f "$T/host/spl/made"
for bad in x:y "$T/host" "$T/host:rel" "$T/host:/a/../b" "$T/host:/a:rx" "$T/none:/a"; do
	run inside -b "$bad" -- true
	is "bind '${bad//"$T"/T}' is refused" "$status" 2
done
run inside -b "$T/host/spl:/" -- true
is "a bind over the guest's root is refused" "$status" 3
run inside -b "$T/host/spl:/dev/zolkit-none" -- true
is 'a bind below /dev needs a place there' "$status" 3
ok 'and makes none on the host' test ! -e /dev/zolkit-none

# --- mounts below the guest's tree
mkdir -p "$G/home/deep"
mount -t tmpfs tmpfs "$G/home/deep"
echo sub > "$G/home/deep/f"
is 'what the host mounted in the tree is there' "$(inside -- cat /home/deep/f)" sub
umount "$G/home/deep"

# --- resolv.conf
host=$(cat /etc/resolv.conf)
resolv() { rm -f "$G/etc/resolv.conf"; }
run inside -- cat /etc/resolv.conf
is 'a guest without one gets the host'\''s' "$out" "$host"
ok 'and keeps none' test ! -e "$G/etc/resolv.conf"
inside_exec -- sleep 99.5 &
pid=$!
there '^sleep 99\.5'
inside -- true
ok 'while somebody is in, the mount point stays' test -f "$G/etc/resolv.conf"
is 'and is empty' "$(cat "$G/etc/resolv.conf")" ''
kill -9 "$pid"
wait "$pid" 2> /dev/null
gone '^sleep 99\.5'
inside -- true
ok 'what a killed one left goes with the next' test ! -e "$G/etc/resolv.conf"
echo own > "$G/etc/resolv.conf"
is "the guest's own is covered" "$(inside -- cat /etc/resolv.conf)" "$host"
inside -- sh -c 'echo changed > /etc/resolv.conf'
is 'and never written' "$(cat "$G/etc/resolv.conf")" own
is "nor the host's" "$(cat /etc/resolv.conf)" "$host"
: > "$G/etc/resolv.conf"
inside -- true
ok 'an empty one of its own stays' test -f "$G/etc/resolv.conf"
for link in ../run/systemd/resolve/stub-resolv.conf /run/resolvconf/resolv.conf ../run/resolv.conf; do
	ln -sfn "$link" "$G/etc/resolv.conf"
	is "a link to $link is served" "$(inside -- cat /etc/resolv.conf)" "$host"
	is 'and stays a link' "$(readlink "$G/etc/resolv.conf")" "$link"
done
ln -sfn /nowhere/at/all "$G/etc/resolv.conf"
run inside -- true
is 'a link to nowhere is no failure' "$status" 0
like 'but said' "$err" 'leads nowhere'
rm "$G/etc/resolv.conf"
mkdir "$G/etc/resolv.conf"
run inside -- true
like 'nor is a directory' "$status/$err" '^0/.*no name resolution'
rmdir "$G/etc/resolv.conf"
# A file each: busybox's cat uses sendfile(2), which does not lock an offset that is shared.
for i in $(seq 12); do inside -- cat /etc/resolv.conf > "$T/all.$i" & done
wait
is 'many at once all have it' "$(cat "$T"/all.* | grep -c "$(head -1 <<< "$host")")" 12
inside -- true
ok 'and leave none behind' test ! -e "$G/etc/resolv.conf"

# --- dry run
run z -n chroot run -c "$T/host/spl" -- echo 'a b'
like 'a dry run shows the mounts' "$out" "bind +$T/host/zfs -> /mnt/code/zfs +rbind,ro,nosuid,nodev"
like 'and the command' "$out" "run +echo 'a b'"
is 'and changes nothing' "$(ls -A "$T/state/guests/g")" inuse

# --- in use
inside_exec -- sleep 99.75 &
pid=$!
there '^sleep 99\.75'
ok 'an entry holds the mark' ! flock --nonblock --exclusive "$T/state/guests/g/inuse" true
ok 'shared' flock --nonblock --shared "$T/state/guests/g/inuse" true
kill "$pid"
wait "$pid"
ok 'and gives it back' flock --nonblock --exclusive "$T/state/guests/g/inuse" true
is "the host's mounts are as they were" "$(grep -v "$T/host/zfs/sub" /proc/self/mountinfo)" "$before"

done_testing
