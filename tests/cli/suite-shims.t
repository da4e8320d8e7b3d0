#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What xfstests is given in place of mount, df and findmnt: pools appear as their devices. A tmpfs with
# a pool's name stands in the mount table; the rest passes through to the real programs.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"

((EUID == 0)) || skip_all 'mounts need root'
unshare -m true 2>/dev/null || skip_all 'no mount namespaces here'

here=/usr/local/libexec/zolkit/xfstests
mkdir "$T/bin" "$T/mnt" "$T/plain"
cp "$ZOL_TOP/conf/suites/xfstests/shim" "$T/bin/shim"
# The directory that it takes out of PATH is where it is installed in a guest.
sed -i "s#\\\\/usr\\\\/local\\\\/libexec\\\\/zolkit\\\\/xfstests#${T//\//\\\\\/}\\\\/bin#" "$T/bin/shim"
for name in mkfs.zfs fsck.zfs mount umount df findmnt; do ln -s shim "$T/bin/$name"; done
unlike 'the copy knows its place' "$(<"$T/bin/shim")" "${here//\//\\\\/}:"

# inside CMD...: in a mount namespace with the file systems, the shims first in PATH.
# shellcheck disable=SC2016 # expanded by the shell that runs inside
inside() {
	unshare -m bash -c 'mount --make-rprivate / && mount -t tmpfs xfst_vda "$T/mnt" && mount -t tmpfs plain "$T/plain" &&
		PATH=$T/bin:$PATH; eval "$1"' bash "$1"
}
export T
# shellcheck disable=SC2016 # the same
{
	run inside 'df -T -P "$T/mnt" | tail -1'
	like 'df names the device' "$out" '^/dev/vda +tmpfs '
	run inside 'df -T -P | grep -c xfst_'
	is 'and no pool' "$out" 0
	run inside 'mount | grep " $T/"'
	like 'mount without arguments too' "$out" "^/dev/vda on $T/mnt type tmpfs"
	like 'others stay as they are' "$out" "plain on $T/plain type tmpfs"
	run inside 'findmnt -rn -o SOURCE "$T/mnt"'
	is 'and findmnt' "$out" /dev/vda
	run inside 'mount -o remount,ro "$T/plain" && touch "$T/plain/x"'
	is 'what it does not know passes through' "$status" 1
	run inside 'umount "$T/plain" && findmnt -rn "$T/plain"'
	is 'umount too' "$status" 1
	run inside 'findmnt -rn /nowhere/at/all'
	is 'the exit status stays that of the program' "$status" 1
	run inside 'mkfs.zfs /nowhere'
	is 'mkfs.zfs wants a block device' "$status:$err" '1:mkfs.zfs: /nowhere: no block device'
	run inside 'fsck.zfs /nowhere'
	is 'fsck.zfs wants a pool' "$status" 8
}
done_testing
