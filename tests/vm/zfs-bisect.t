#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# make check-bisect, in the guest that zfs.t has made: a search through commits of real ZFS, of which one does
# not compile, one has the kernel panic and one hangs, ends at the right one; and back at the first commit all
# files are those of the clean build. Some minutes, and so not part of make check-vm.
# shellcheck disable=SC2016,SC2154
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/zfs.sh
. "$ZOL_TOP/tests/lib/zfs.sh"

((EUID == 0)) || skip_all 'a guest is entered as root'
dir=$ZOL_TOP/build/vm
[[ -e $dir/guest/gentoo && -e $dir/state/guests/gentoo/kernel/bzImage ]] || skip_all 'no guest (00-up.t makes it)'
[[ -e $dir/zfs-clean/commit ]] || skip_all 'no ZFS in it (zfs.t builds it)'
cat "$dir/zolkit.conf" - >"$T/zolkit.conf" <<-EOF
	[chroot]
	code = $dir/code
EOF
z=("$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" -g gentoo)
root=$dir/guest/gentoo
stop() { "${z[@]}" -q vm stop >/dev/null 2>&1; }
at_exit stop

# What a command of the host took: seconds of CPU.
cpu_of() {
	local t
	t=$({ TIMEFORMAT='%U %S'; time "$@" >"$T/log" 2>&1; } 2>&1) || return 1
	awk '{ printf "%.0f\n", $1 + $2 }' <<<"$t"
}
emerge() { "${z[@]}" chroot run -- emerge --oneshot --nodeps --color=n sys-fs/zfs; }

checkout=(git -C "$dir/code/zfs" -c user.name=A -c user.email=a@example.org)

# --- the commit that broke it -------------------------------------------------------------------------

disk=$dir/code/zfs/module/os/linux/zfs/vdev_disk.c
base=$(<"$dir/zfs-clean/commit")
"${checkout[@]}" reset -q --hard "$base"
edit() { # SUBJECT SED-SCRIPT
	sed -i "$2" "$disk" && "${checkout[@]}" commit -qam "$1"
}
edit 'Say more' '$a /* one more line */'
edit 'Not compile' '$a int does_not_compile = ;'
edit 'Compile again' '$d'
edit 'Panic' '0,/Must have a pathname/s|^.*Must have a pathname|	panic("broken by an edit");\n&|'
edit 'Hang instead' 's|panic("broken by an edit")|for (;;) schedule_timeout_uninterruptible(HZ)|'
for i in 1 2 3 4 5; do edit "Say even more $i" '$a /* and another */'; done
run "${z[@]}" rebuild --bisect --timeout 180s "$base" master -- sh -c 'modprobe zfs; modprobe brd rd_nr=1 rd_size=131072
	zpool create -f -O mountpoint=none -o cachefile=none judge /dev/ram0 && zpool destroy judge'
is 'a search through commits ends' "$status" 0 || diag "$err"
like 'one that does not compile is skipped' "$out" '[0-9a-f]{12} +skip +does not build .*Not compile'
like 'a hang is bad' "$out" '[0-9a-f]{12} +bad +hang .*Hang instead'
like 'a panic is bad' "$out" '[0-9a-f]{12} +bad +crash .*Panic'
like 'and the first bad commit' "$out" "first bad commit: $("${checkout[@]}" rev-parse master~6) Panic"
unlike 'no error has cost the build tree' "$(cat "$dir/state/guests/gentoo/log/emerge.log")" 'a clean build tree'
"${checkout[@]}" reset -q --hard "$base"

# --- the same as in the beginning ------------------------------------------------------------------------

again=$(cpu_of emerge)
ok 'the first commit is built again' test -n "$again" || diag "$(tail -n 30 "$T/log")"
diag "which took $again s of CPU"
unlike 'in the tree of all the others' "$(cat "$T/log")" 'a clean build tree'
is 'all that is merged is as from the clean build' "$(zfs_differ "$root" "$dir/zfs-clean")" ''
done_testing
