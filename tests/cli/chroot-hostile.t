#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A guest whose own directories lead elsewhere: nothing outside it is ever made, changed or mounted on.
. "${ZOL_TOP:?}/tests/lib/chroot.sh" || exit 1

# What must not change: a directory that links of the guest name absolutely and relatively.
out_dir=$T/outside
mkdir -p "$out_dir"/{code,resolv.d,portage,shm} "$T/host/zfs" "$T/host/spl" "$T/host/dist"
for f in file resolv.conf code/file portage/file; do echo canary > "$out_dir/$f"; done
chmod 700 "$out_dir/portage"
canary() { (cd "$T" && find outside host -printf '%p %y %m %U:%G %s %T@ %l\n' | sort && find outside -type f -exec cat {} +); }
before_outside=$(canary)
before_mounts=$(cat /proc/self/mountinfo)
before_host=$(stat -c '%n %y' /etc /etc/resolv.conf /run /dev/shm /tmp/.. 2>&1; cat /etc/resolv.conf; ls -A /dev /mnt)
printf '[chroot]\ncode = %s %s\ndistfiles = %s\n' "$T/host/zfs" "$T/host/spl" "$T/host/dist" >> "$C"

# What everything that is touched on the way in can be.
names=(etc etc/resolv.conf etc/passwd etc/profile mnt mnt/code mnt/code/zfs proc dev sys tmp run run/zolkit var var/tmp
	var/tmp/portage var/cache var/cache/distfiles usr bin/sh root srv)
kinds=("link $out_dir" "link ../../../../../../../..$out_dir" "link $out_dir/missing" 'link /proc/1/root' "link $out_dir/file"
	'link /dev' 'link /' 'link .' file fifo missing)

make_hostile() {
	[[ ! -e $2/$1 && ! -L $2/$1 ]] || mv "$2/$1" "$2/.saved"
	[[ -d $2/${1%/*} || $1 != */* ]] || mkdir -p "$2/${1%/*}"
	case $3 in
	link\ *) ln -s "${3#link }" "$2/$1" ;;
	file) echo text > "$2/$1" ;;
	fifo) mkfifo "$2/$1" ;;
	missing) ;;
	esac
}

mend() {
	[[ ! -e $2/$1 && ! -L $2/$1 ]] || rm -rf --one-file-system "${2:?}/$1"
	[[ ! -e $2/.saved ]] || mv "$2/.saved" "$2/$1"
}

crashed='' hung='' i=0
attempt() {
	# To the end, with a write through every name from inside, unless it is refused.
	timeout -k 5 20 "$ZOL_BUILD/zolkit" --config "$C" chroot run -r "$1" -e A=b -- /bin/busybox true > "$T/log" 2>&1 < /dev/null
	local rc=$?
	((rc == 124 || rc == 137)) && hung+=" $2"
	((rc > 128 && rc != 137)) && crashed+=" $2"
	((rc == 0)) && entered=$((entered + 1))
	((rc == 3 || rc == 2)) && refused=$((refused + 1))
}
entered=0 refused=0
root=$T/h
cp -al "$G" "$root"
for name in "${names[@]}"; do
	for kind in "${kinds[@]}"; do
		make_hostile "$name" "$root" "$kind"
		attempt "$root" "[$name: $kind]"
		mend "$name" "$root"
		i=$((i + 1))
	done
done
diag "$i hostile trees: $entered entered, $refused refused"
is 'none crashes it' "$crashed" ''
is 'none hangs it' "$hung" ''
is 'every one is entered or refused' $((entered + refused)) "$i"
ok 'some are entered' test "$entered" -gt 50
ok 'some are refused' test "$refused" -gt 20
is 'nothing outside was made or changed' "$(canary)" "$before_outside"
is "the host's mounts are as they were" "$(cat /proc/self/mountinfo)" "$before_mounts"
is "the host's own directories are as they were" \
	"$(stat -c '%n %y' /etc /etc/resolv.conf /run /dev/shm /tmp/.. 2>&1; cat /etc/resolv.conf; ls -A /dev /mnt)" "$before_host"

# All at once.
for name in etc mnt proc dev sys tmp run var; do rm -rf --one-file-system "${root:?}/$name"; make_hostile "$name" "$root" "link $out_dir"; done
attempt "$root" all
is 'all of them at once: nothing outside changed' "$(canary)" "$before_outside"
rm -rf --one-file-system "$root"

# A tree that changes while it is entered: directories become links and back.
cp -al "$G" "$root"
mkdir -p "$root/mnt/code" "$root/var/cache/distfiles" "$root/var/tmp/portage"
(
	trap 'exit 0' TERM
	while :; do
		for name in mnt var/cache etc run tmp; do
			mv "$root/$name" "$root/$name.away" && ln -s "$out_dir" "$root/$name"
			rm "$root/$name" && mv "$root/$name.away" "$root/$name"
		done
	done
) 2> /dev/null &
swapper=$!
entered=0 refused=0 crashed='' hung=''
for ((i = 0; i < 50; i++)); do attempt "$root" swap; done
kill "$swapper"
wait "$swapper"
is 'a tree that is changed meanwhile: entered or refused' "$((entered + refused))$crashed$hung" 50
is 'and nothing outside changed' "$(canary)" "$before_outside"
is 'nor is anything mounted' "$(cat /proc/self/mountinfo)" "$before_mounts"
done_testing
