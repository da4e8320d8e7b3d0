#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The same chroot on kernels, and behind filters, that lack the newer calls; and without root.
. "${ZOL_TOP:?}/tests/lib/chroot.sh" || exit 1

nosys=$ZOL_BUILD/tests/lib/nosys
mkdir -p "$T/host/zfs/sub dir" "$T/host/spl"
echo code > "$T/host/zfs/file"
mount -t tmpfs -o noatime tmpfs "$T/host/zfs/sub dir"
at_exit umount "$T/host/zfs/sub dir"
echo deep > "$T/host/zfs/sub dir/file"
echo f > "$T/host/file"
ln -s /nowhere "$G/srv"
before=$(cat /proc/self/mountinfo)

cat > "$G/root/look" <<'EOF'
cat /mnt/code/zfs/file "/mnt/code/zfs/sub dir/file" /opt/file
for f in /mnt/code/zfs/x "/mnt/code/zfs/sub dir/x" /mnt/code/spl/x; do touch "$f" 2> /dev/null && echo "WRITABLE $f"; done
awk '$5 ~ "^/mnt/code/" || $5 == "/proc" || $5 == "/tmp" { print $5, $6 }' /proc/self/mountinfo
stat -c '%a %n' /tmp /run /var/tmp/portage
test -s /etc/resolv.conf && echo resolves
ls /proc/self/fd | wc -l
test -e /dev/null && test -d /sys/kernel && echo host
awk '$7 ~ /shared/ { print "SHARED", $5 }' /proc/self/mountinfo
EOF
look() { "$@" "$ZOL_BUILD/zolkit" --config "$C" chroot run -c "$T/host/zfs" -c "$T/host/spl" -b "$T/host/file:/opt/file" -- sh /root/look; }

run look env
want=$out
is 'with everything there' "$status/$err" 0/
like 'the code is read-only' "$want" '/mnt/code/zfs ro,nosuid,nodev'
like 'a mount below it keeps its own flags' "$want" '/mnt/code/zfs/sub\\040dir ro,nosuid,nodev,noatime'
unlike 'nothing is writable or shared' "$want" 'WRITABLE|SHARED'

new=open_tree,move_mount,fsopen,fsconfig,fsmount,mount_setattr
for errno in ENOSYS EPERM; do
	for calls in openat2 mount_setattr close_range "$new" "openat2,close_range,pidfd_open,$new"; do
		run look "$nosys" "$errno" "$calls"
		is "$errno for $calls changes nothing" "$status/$out" "0/$want"
	done
done
run look "$nosys" EINVAL pivot_root
is 'a root that cannot be pivoted is moved over' "$status/$out" "0/$want"
run look "$nosys" EPERM pivot_root
is 'other failures of pivot_root are failures' "$status" 3
is "the host's mounts are as they were" "$(cat /proc/self/mountinfo)" "$before"

# --- the root of a user namespace
if unshare -Ur true 2> /dev/null; then
	user() { unshare -Ur "$ZOL_BUILD/zolkit" --config "$C" chroot run "$@"; }
	for pid in --pid --no-pid; do
		run user "$pid" -c "$T/host/zfs" -- sh -c 'id -u; cat "/mnt/code/sub dir/file"; touch "/mnt/code/sub dir/x" || exit 7'
		is "in a user namespace with $pid" "$status/$out" $'7/0\ndeep'
	done
	run user --user user -- true
	is 'becoming another user is refused there' "$status" 3
	like 'with the reason' "$err" 'cannot become user'
else
	skip 'in a user namespace' 'this kernel has none'
fi
if command -v setpriv > /dev/null; then
	chmod 755 "$T"
	run setpriv --reuid 65534 --regid 65534 --clear-groups "$ZOL_BUILD/zolkit" --config "$C" chroot run -- true
	isnt 'without any right it fails' "$status" 0
	like 'and says what it needs' "$err" 'root'
fi
done_testing
