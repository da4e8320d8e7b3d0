#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# up, all but the boot: from a signed mirror to a guest whose Portage is set up and whose kernel is built,
# with ZFS by Portage when that is wished. emerge and the kernel's sources are stand-ins; tests/vm/00-up.t
# has a real kernel and boots it, tests/vm/zfs.t a real Portage.
. "${ZOL_TOP:?}/tests/lib/tap.sh" || exit 1
# shellcheck source=tests/lib/stage-mirror.sh
. "$ZOL_TOP/tests/lib/stage-mirror.sh"
PATH=$PATH:/usr/sbin:/sbin
((EUID == 0)) || skip_all 'needs root'
type -P gpg gpgv >/dev/null || skip_all 'no gpg'
command -v depmod >/dev/null || skip_all 'depmod is not installed'

"$ZOL_TOP/tests/lib/miniroot" "$T/tree"
mkdir -p "$T/tree/etc/portage"
printf 'COMMON_FLAGS="-O2 -pipe"\n' >"$T/tree/etc/portage/make.conf"
printf 'id:3:initdefault:\nc1:12345:respawn:/sbin/agetty 38400 tty1 linux\n' >"$T/tree/etc/inittab"
printf '/dev/BOOT /boot ext2 noauto 1 2\n' >"$T/tree/etc/fstab"
cat >"$T/tree/usr/bin/emerge" <<'END'
#!/bin/sh
echo "emerge $*"
[ ! -e /etc/broken ] || { echo 'it broke' >&2; exit 1; }
release=$(ls /lib/modules | tail -n 1)
mkdir -p /var/db/pkg/sys-fs/zfs-9999 "/lib/modules/$release/extra"
: >"/lib/modules/$release/extra/zfs.ko"
END
printf '#!/bin/sh\nmkdir -p /var/db/repos/gentoo/profiles\necho gentoo >/var/db/repos/gentoo/profiles/repo_name\necho run >>/root/synced\n' \
	>"$T/tree/usr/bin/emerge-webrsync"
chmod 755 "$T"/tree/usr/bin/emerge*
mirror_make || exit 1
"$ZOL_TOP/tests/lib/kbuild-tree" "$T/linux"
printf 'CONFIG_MODULES=y\nCONFIG_A=y\n' >"$T/f.config"
sed -i "s|^\[paths\]|[paths]\nconf = $ZOL_TOP/conf\nguests = $T/guest|
	s|^\[stage\]|[stage]\nmirrors = file://$MIRROR\nvariant = openrc\narch = amd64|" "$T/zolkit.conf"
printf '[guest]\nname = g\n[kernel]\nsource = %s\nbase = tinyconfig\nfragments =\nfragments = %s\nlocalversion =\njobs = 1\n' \
	"$T/linux" "$T/f.config" >>"$T/zolkit.conf"
up() { "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" "$@"; }
# "STEP RESULT" of each row.
steps() { python3 -c 'import json, sys; print("\n".join(r["step"] + " " + r["result"] for r in json.load(sys.stdin)))' <<<"$out"; }
G=$T/guest/g

run up -n up --no-boot
mine="zolkit --config $T/zolkit.conf"
is 'a dry run prints all steps, as they can be typed' "$out" "$mine stage fetch openrc
$mine guest create g --variant openrc
$mine guest prepare g
$mine portage setup
$mine kernel build"
ok 'and makes nothing' test ! -e "$G"
run up -n --json up
is 'a plan is no JSON' "$status $out" '2 '

run up --json up --no-boot
is 'from nothing to a kernel' "$status" 0 || diag "$err"
is 'by these steps' "$(steps)" $'fetch done\ncreate done\nprepare done\nportage done\nkernel done'
ok 'Portage is configured' grep -q '>>> zolkit: portage' "$G/etc/portage/make.conf"
ok 'for the live version, too' grep -rq '^=sys-fs/zfs-9999' "$G/etc/portage/package.accept_keywords"
ok 'and has its repository' test -e "$G/var/db/repos/gentoo/profiles/repo_name"
like 'the next step is offered' "$err" 'zolkit up --with-zfs'

run up --json up --no-boot
is 'again: nothing to do' "$(steps)" $'fetch current\ncreate current\nprepare current\nportage current\nkernel current'
is 'the repository is fetched once' "$(cat "$G/root/synced")" run

# --- ZFS ---
: >"$G/etc/broken"
run up up --no-boot --with-zfs
is 'a failure of emerge is that of a child' "$status" 7
like 'which names the step' "$err" 'zfs: emerge ended with status 1'
like 'and what has its words' "$err" "$T/state/guests/g/log/emerge.log"
rm "$G/etc/broken"
run up -n up --no-boot --with-zfs
like 'a dry run prints the command' "$out" 'conf portage emerge -- --ask=n sys-fs/zfs'
run up --json up --no-boot --with-zfs
is 'run again it goes on' "$(steps | tail -n 2)" $'kernel current\nzfs done'
is 'what emerge says is kept' "$(cat "$T/state/guests/g/log/emerge.log")" 'emerge --ask=n sys-fs/zfs'
unlike 'what is installed is not offered' "$err" 'with-zfs'
run up --json up --no-boot -z
is 'nor built again' "$(steps | tail -n 1)" 'zfs current'
run up up --no-boot
like 'but told without the option, too' "$err" 'ZFS is installed'
sed -i 's/^R := .*/R := 6.1.8-test/' "$T/linux/Makefile"
run up --json up --no-boot --with-zfs
is 'another kernel needs other modules' "$(steps | tail -n 2)" $'kernel done\nzfs done'

# --- a guest without Portage ---
rm "$G/usr/bin/emerge"
run up --json up --no-boot
is 'a guest without Portage is well, too' "$status" 0
is 'there is no step' "$(steps | grep -c portage)" 0
like 'which is said' "$err" 'portage: passed over, the guest has none'
unlike 'and nothing is offered that needs it' "$err" 'with-zfs'
sed -i 's/^R := .*/R := 6.1.9-test/' "$T/linux/Makefile"
run up up --no-boot --with-zfs
is 'ZFS cannot be had there' "$status" 2
like 'which is said, too' "$err" 'no Portage to build ZFS with'
is 'before the kernel is built' "$(cat "$T/state/guests/g/kernel/release")" 6.1.8-test

# --- no repository ---
run up -g other up --no-boot --no-sync
is 'without the repository' "$status" 0
ok 'it is not fetched' test ! -e "$T/guest/other/root/synced"
done_testing
