#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The guide (doc/guide.md), second half: every command that it marks with this test, as it stands there, in the guest
# that tests/vm/zfs.t has left: real ZFS, built by Portage, with symbols.
# shellcheck disable=SC2154
# shellcheck source=tests/lib/guide.sh
. "${ZOL_TOP:?}/tests/lib/guide.sh"

dir=$ZOL_TOP/build/vm
[[ -e $dir/zfs-guest && $(<"$dir/zfs-guest") == "$dir/guest/gentoo" ]] || skip_all 'no guest with ZFS (zfs.t makes it)'
perf=$(command -v perf) || skip_all 'no perf to put into the guest'
guide_world "$dir/guest" /guest "$dir/state" /var/lib/zolkit "$dir/cache" /var/cache/zolkit || { diag 'no world'; exit 1; }

# perf as this machine has it, with the libraries that it is linked to. What the guest has stays.
root=/guest/gentoo
while read -r lib; do
	[[ -e $root$lib ]] || { mkdir -p "$root${lib%/*}" && cp -L "$lib" "$root$lib"; }
done < <(ldd "$perf" | grep -oE '/[^ ]+')
cp -L "$perf" "$root/usr/bin/perf"

printf '[vm]\nmemory = 1G\nsmp = 2\n' >"$conf_here"
mkdir -p ~/devel && mount --bind "$dir/code" ~/devel
guide_conf
at_exit umount -l ~/devel
at_exit zolkit -q vm stop

guide_run "$ZOL_TOP/doc/guide.md" tests/vm/zfs-guide.t
done_testing
