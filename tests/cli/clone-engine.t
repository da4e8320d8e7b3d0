#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Trees cloned by snapshot, by reflink, by overlay and by copying are the same trees.
. "${ZOL_TOP:?}/tests/lib/tap.sh" || exit 1

((EUID == 0)) || skip_all "owners, device nodes and mounts need root"
clone=$ZOL_BUILD/tests/lib/clonetool
[[ -x $clone ]] || skip_all "clonetool is not built"
list() { python3 "$ZOL_TOP/tests/lib/treelist.py" "$@"; }

fill() {
	local src=$1 i
	mkdir -p "$src/a/b/c" "$src/sticky" "$src/ro"
	for ((i = 0; i < 60; i++)); do
		mkdir -p "$src/many/d$i/e/f"
		echo "$i" >"$src/many/d$i/e/f/file"
		ln "$src/many/d$i/e/f/file" "$src/many/hard$i"
	done
	ln "$src/many/hard1" "$src/a/b/c/hard"
	ln -s /etc/passwd "$src/a/link"
	ln -s a "$src/dirlink"
	printf x >"$src/odd"$'\n'"name"
	truncate -s 3M "$src/hole"
	printf data | dd of="$src/hole" bs=1 seek=2097152 conv=notrunc status=none
	truncate -s 4M "$src/only-hole"
	head -c 3000000 /dev/urandom >"$src/big"
	: >"$src/empty"
	mkfifo "$src/fifo"
	mknod "$src/null" c 1 3 2>/dev/null
	printf suid >"$src/suid"
	chown 1234:5678 "$src/suid" "$src/a/b"
	chown -h 77:88 "$src/a/link"
	chmod 4755 "$src/suid"
	chmod 1777 "$src/sticky"
	chmod 000 "$src/empty"
	setfattr -n security.capability -v 0x0100000200040000000000000000000000000000 "$src/big" 2>/dev/null
	setfattr -n user.one -v two "$src/a" 2>/dev/null
	setfattr -n trusted.zol -v kept "$src/big" 2>/dev/null
	command -v setfacl >/dev/null && setfacl -m u:1234:rwx,d:u:7:r-x "$src/ro" 2>/dev/null
	chmod 555 "$src/ro"
	find "$src" -depth -exec touch -h -d '2001-02-03 04:05:06.123456789' {} +
	chown 3:4 "$src"
	chmod 711 "$src"
	touch -d '2002-02-03 04:05:06.987654321' "$src"
}

# check FS DIR: src lies in DIR.
check_copy() {
	local fs=$1 dir=$2
	run "$clone" clone copy "$dir/src" "$dir/copy"
	is "$fs: copied" "$status $out" "0 copy"
	# xfs may have put more blocks aside behind the end of a file.
	list "$dir/src" --no-blocks >"$T/want"
	list "$dir/copy" --no-blocks >"$T/got"
	ok "$fs: the copy is the same tree" diff -u "$T/want" "$T/got"
	ok "$fs: and keeps holes" test "$(stat -c %b "$dir/copy/hole")" -lt 2000 -a "$(stat -c %b "$dir/copy/only-hole")" = 0
	is "$fs: nothing beside it" "$(find "$dir" -mindepth 1 -maxdepth 1 -printf "%f\n" | sort | xargs)" "copy src"
	run "$clone" clone copy "$dir/src" "$dir/copy"
	like "$fs: an existing tree is refused" "$status $err" '^3 .*File exists'
	ok "$fs: and removed when asked" "$clone" remove "$dir" copy
}

mkdir "$T/plain"
fill "$T/plain/src"
check_copy "this file system" "$T/plain"
mv "$T/plain/src" "$T/src"
before=$(list "$T/src")

# What is mounted in the source is not copied.
mkdir -p "$T/src/a/b/mnt"
if unshare -m mount -t tmpfs none "$T/src/a/b/mnt" 2>/dev/null; then
	run unshare -m bash -c 'mount -t tmpfs none "$1/src/a/b/mnt" && echo secret >"$1/src/a/b/mnt/file" && exec "$2" clone copy "$1/src" "$1/mounted"' \
		- "$T" "$clone"
	is "mount points are not entered" "$status $(ls -A "$T/mounted/a/b/mnt")" "0 "
	rm -rf "$T/mounted"
fi
rmdir "$T/src/a/b/mnt"
touch -d '2001-02-03 04:05:06.123456789' "$T/src/a/b"

# Deeper than each thread can have all directories open with the usual limit on descriptors.
python3 - "$T/deep" <<-'E'
	import os, sys
	os.mkdir(sys.argv[1])
	for chain in "abcd":
	    os.chdir(sys.argv[1])
	    os.mkdir(chain)
	    os.chdir(chain)
	    for i in range(240):
	        open("f", "w").close()
	        os.link("f", "g")
	        os.mkdir("d")
	        os.chdir("d")
E
for limit in 'ulimit -Sn 1024' 'ulimit -n 1024'; do
	run bash -c "$limit"' && exec "$@"' - "$clone" clone copy "$T/deep" "$T/deep2"
	is "a deep tree, $limit: cloned" "$status $err" "0 "
	is "a deep tree, $limit: all of it" "$(find "$T/deep2" | wc -l)" "$(find "$T/deep" | wc -l)"
	rm -rf "$T/deep2"
done
rm -rf "$T/deep"

# A clone that is killed leaves nothing that the next one does not remove.
for delay in 0.001 0.003 0.006 0.01 0.02; do
	# Waited for: its lock is free only when it is gone.
	"$clone" clone copy "$T/src" "$T/killed" >/dev/null 2>&1 &
	sleep "$delay"
	kill -KILL $! 2>/dev/null
	{ wait $!; } 2>/dev/null
	[[ -d $T/killed ]] && rm -rf "$T/killed"
done
run "$clone" clone copy "$T/src" "$T/killed"
is "after kills: cloned" "$status" 0
is "after kills: the same tree" "$(list "$T/killed")" "$before"
is "after kills: nothing is left" "$(find "$T" -maxdepth 1 -name '.killed*')" ''
rm -rf "$T/killed"

# File systems of their own.
with_fs() {
	local fs=$1 mkfs=$2 options=$3
	command -v "mkfs.$fs" >/dev/null && grep -qw "$fs" /proc/filesystems || { skip "$fs" "no mkfs.$fs or no such file system here"; return; }
	mkdir -p "$T/$fs"
	truncate -s 400M "$T/$fs.img"
	# shellcheck disable=SC2086
	"mkfs.$fs" $mkfs "$T/$fs.img" >/dev/null 2>&1 && mount -o "loop$options" "$T/$fs.img" "$T/$fs" 2>/dev/null ||
		{ skip "$fs" "cannot be mounted here"; return; }
	at_exit umount "$T/$fs"
	fill "$T/$fs/src"
	check_copy "$fs" "$T/$fs"
	run "$clone" clone auto "$T/$fs/src" "$T/$fs/reflink"
	is "$fs: auto picks reflink for a plain directory" "$status $out" "0 reflink"
	list "$T/$fs/src" >"$T/want"
	list "$T/$fs/reflink" >"$T/got"
	ok "$fs: the reflinked tree is the same" diff -u "$T/want" "$T/got"
	like "$fs: and shares its blocks" "$(filefrag -v "$T/$fs/reflink/big" 2>/dev/null)" 'shared|^$'
	echo changed >"$T/$fs/reflink/many/d1/e/f/file"
	is "$fs: writing to it leaves the original" "$(<"$T/$fs/src/many/hard1")" 1
}
with_fs xfs "-q" ""
with_fs btrfs "-q" ""
if mountpoint -q "$T/btrfs"; then
	printf 'x' >"$T/one"
	tar -C "$T/src" --xattrs --xattrs-include='*' -cpf "$T/src.tar" .
	run "$ZOL_BUILD/zolkit-stage" stage unpack --no-verify "$T/src.tar" "$T/btrfs/guest"
	is "btrfs: what is unpacked becomes a subvolume" "$status $(stat -c %i "$T/btrfs/guest")" "0 256"
	run "$clone" clone auto "$T/btrfs/guest" "$T/btrfs/second"
	is "btrfs: auto picks a snapshot for it" "$status $out" "0 subvolume"
	list "$T/btrfs/guest" >"$T/want"
	list "$T/btrfs/second" >"$T/got"
	ok "btrfs: the snapshot is the same tree" diff -u "$T/want" "$T/got"
	ok "btrfs: a subvolume is removed" "$clone" remove "$T/btrfs" second
	ok "btrfs: and gone" test ! -e "$T/btrfs/second"
	run "$ZOL_BUILD/zolkit-stage" stage unpack --no-verify --max-size 1K "$T/src.tar" "$T/btrfs/never"
	is "btrfs: a failed run leaves nothing" "$status $(find "$T/btrfs" -maxdepth 1 -name '.*' | wc -l)" "5 0"
fi
rm -rf "$T/ext"
run "$clone" clone reflink "$T/src" "$T/ext"
if ((status)); then
	like "reflink where there is none: said so" "$status $err" '^3 .*cannot share blocks'
	is "and nothing is left" "$(find "$T" -maxdepth 1 -name '*ext*')" ''
fi

# Overlays.
mkdir -p "$T/state" "$T/guests"
run "$clone" clone overlay "$T/src" "$T/guests/two" "$T/state/two"
is "overlay: made" "$status $out $(ls -A "$T/guests/two")" "0 overlay "
[[ $(stat -f -c %T "$T") == overlayfs ]] || mount_ok=1
probe=$("$clone" run "$T/state/two" "$T/run/two" "$T/guests/two" true 2>&1) || mount_ok=0
if ((mount_ok)); then
	is "overlay: the first user mounts it" "$probe" new
	"$clone" run "$T/state/two" "$T/run/two" "$T/guests/two" python3 "$ZOL_TOP/tests/lib/treelist.py" "$T/guests/two" --no-blocks 2>/dev/null |
		sed -E 's/ \("links", .*//; s/ \(.links., .*//' >"$T/got"
	list "$T/src" --no-blocks | sed -E 's/ \(.links., .*//' >"$T/want"
	ok "overlay: the same tree" diff -u "$T/want" "$T/got"
	is "overlay: nothing in the host's mount table" "$(grep -c "$T/guests" /proc/self/mountinfo)" 0
	is "overlay: the mount point stays empty outside" "$(ls -A "$T/guests/two")" ''
	mkfifo "$T/go"
	"$clone" run "$T/state/two" "$T/run/two" "$T/guests/two" bash -c 'echo first >"$1/new"; rm "$1/big"; echo up >"$2"; read -r _ <"$2"' - "$T/guests/two" "$T/go" 2>"$T/first" &
	first=$!
	read -r _ <"$T/go"
	run "$clone" run "$T/state/two" "$T/run/two" "$T/guests/two" cat "$T/guests/two/new"
	is "overlay: a second user shares the mount" "$status $out $err" "0 first shared"
	run "$clone" run "$T/state/two" "$T/run/two" "$T/guests/two" bash -c "echo second >>'$T/guests/two/new'"
	echo >"$T/go"
	wait "$first"
	run "$clone" run "$T/state/two" "$T/run/two" "$T/guests/two" cat "$T/guests/two/new"
	is "overlay: after both have left, a new mount has what both wrote" "$out $err" $'first\nsecond new'
	ok "overlay: the original has nothing of it" test ! -e "$T/src/new" -a -e "$T/src/big"
	run "$clone" clone auto "$T/guests/two" "$T/guests/three" "$T/state/three" "$T/state/two"
	is "overlay: a clone of it is one too" "$status $out" "0 overlay"
	run "$clone" run "$T/state/three" "$T/run/three" "$T/guests/three" bash -c "cat '$T/guests/three/new'; ls '$T/guests/three/big'"
	like "overlay: with all layers" "$out $err" $'first\nsecond .*big.*No such'
else
	skip "overlay mounts" "$probe"
fi
run "$clone" clone copy "$T/guests/two" "$T/guests/four" "$T/state/four" "$T/state/two"
like "overlay: cannot be copied unmounted" "$status $err" '^3 .*only be cloned by another overlay'
run "$clone" clone overlay "$T/src" "$T/guests/two" "$T/state/two"
like "overlay: an existing one is refused" "$status $err" '^3 .*File exists'
is "the source never changed" "$(list "$T/src")" "$before"

done_testing
