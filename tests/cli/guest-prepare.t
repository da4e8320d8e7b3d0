#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
. "$ZOL_TOP/tests/lib/tap.sh"

((EUID == 0)) || skip_all 'needs root'

mkdir "$T/guest" "$T/state" "$T/run" "$T/cache"
cat > "$T/conf" <<-EOF
	[paths]
	guests = $T/guest
	state = $T/state
	run = $T/run
	cache = $T/cache
	[guest]
	tmp_size = 1G
EOF
zol() { "$ZOL_BUILD/zolkit" --config "$T/conf" "$@"; }
# Everything about a tree but the times.
snapshot() {
	(cd "$1" && find . -printf '%p %y %m %U:%G %l\n' | sort && find . -type f -exec sha256sum {} + | sort)
}
# Times too: changes when anything at all was written.
times() { (cd "$1" && find . -printf '%p %T@ %C@\n' | sort); }

tree_common() {
	mkdir -p "$1"/{bin,sbin,etc/conf.d,etc/portage,tmp,var/cache/distfiles,root}
	printf 'root:x:0:0:root:/root:/bin/bash\nportage:x:250:250::/x:/bin/false\n' > "$1/etc/passwd"
	printf 'root:x:0:\nportage::250:\n' > "$1/etc/group"
	printf 'root::10770:0:::::\n' > "$1/etc/shadow"
	printf '/dev/BOOT /boot ext4 noauto 1 2\nnas:/x /x nfs defaults 0 0\nLABEL=swap none swap sw 0 0' > "$1/etc/fstab"
	printf '127.0.0.1 localhost\n' > "$1/etc/hosts"
	printf 'hostname="localhost"\n' > "$1/etc/conf.d/hostname"
	: > "$1/sbin/agetty"; : > "$1/bin/sh"
	chmod 755 "$1/sbin/agetty" "$1/bin/sh"
	chmod 640 "$1/etc/fstab"; chown 3:4 "$1/etc/fstab"
}
tree_sysv() {
	tree_common "$1"
	: > "$1/sbin/init"; : > "$1/sbin/openrc-run"
	printf 'id:3:initdefault:\n#s0:12345:respawn:/sbin/agetty -L 115200 ttyS0 vt100\n' > "$1/etc/inittab"
}
tree_systemd() {
	tree_common "$1"
	mkdir -p "$1/usr/lib/systemd/system/local-fs.target.wants" "$1/run"
	ln -s ../lib/systemd/systemd "$1/sbin/init"
	ln -s ../tmp.mount "$1/usr/lib/systemd/system/local-fs.target.wants/tmp.mount"
	: > "$1/usr/lib/systemd/system/serial-getty@.service"
	ln -s ../run/systemd/resolve/stub-resolv.conf "$1/etc/resolv.conf"
}

# --- one run, a second one, and back ---
for kind in sysv systemd; do
	g=$T/guest/$kind
	"tree_$kind" "$g"
	before=$(snapshot "$g")
	run zol --dry-run guest prepare "$kind"
	is "$kind: --dry-run ends well" "$status" 0
	like "$kind: --dry-run prints a difference" "$out" $'--- a/etc/fstab\n\+\+\+ b/etc/fstab\n@@'
	is "$kind: --dry-run changes nothing" "$(snapshot "$g")" "$before"
	patched=$out
	run zol guest prepare "$kind"
	is "$kind: prepare ends well" "$status" 0
	after=$(times "$g")
	is "$kind: the difference printed is the one made" \
		"$(sed -n '/^--- a\/etc\/fstab/,/^--- \|^mkdir\|^chown/p' <<< "$patched" | sed '$d' |
			(cp "$g/etc/fstab" "$T/x" && patch -Rs -o - "$T/x" 2>&1))" \
		$'/dev/BOOT /boot ext4 noauto 1 2\nnas:/x /x nfs defaults 0 0\nLABEL=swap none swap sw 0 0'
	is "$kind: owner and mode of an edited file stay" "$(stat -c '%u:%g %a' "$g/etc/fstab")" '3:4 640'
	like "$kind: the user's own line stays" "$(cat "$g/etc/fstab")" $'\nnas:/x /x nfs defaults 0 0\n'
	is "$kind: Portage's directory has its owner" "$(stat -c %u:%g "$g/var/db/repos/gentoo")" 250:250
	run zol guest prepare "$kind"
	is "$kind: a second run ends well" "$status" 0
	like "$kind: and says so" "$err" 'prepared already'
	is "$kind: and writes nothing" "$(times "$g")" "$after"
	run zol guest prepare "$kind" --undo
	is "$kind: undo ends well" "$status" 0
	is "$kind: all is as it was" "$(snapshot "$g")" "$before"
	run zol guest prepare "$kind" --undo
	like "$kind: nothing to undo a second time" "$err" 'nothing of guest'
done
like 'systemd: no second tmpfs on /tmp' "$(zol guest prepare systemd 2>&1; cat "$T/guest/systemd/etc/fstab")" 'var/tmp/portage'
unlike 'systemd: tmp.mount does it' "$(cat "$T/guest/systemd/etc/fstab")" $'\t/tmp\t'

# --- changes by hand ---
run zol guest prepare sysv
sed -i 's/-a root -L 115200 ttyS0/-a user -L 115200 ttyS0/' "$T/guest/sysv/etc/inittab"
hand=$(cat "$T/guest/sysv/etc/inittab")
run zol guest prepare sysv
is 'a change by hand is no failure' "$status" 0
like 'it is reported' "$err" 'inittab: .*changed by hand'
is 'and kept' "$(cat "$T/guest/sysv/etc/inittab")" "$hand"
run zol --json guest prepare sysv
ok 'rows as JSON' jq -e 'map(select(.state == "kept" and .path == "/etc/inittab")) | length == 1' <<< "$out"
printf '/dev/sdz9 /mnt/new ext4 defaults 0 0\n' >> "$T/guest/sysv/etc/fstab"
run zol guest prepare sysv
like 'a new line that wants a disk is switched off' "$(cat "$T/guest/sysv/etc/fstab")" '#zolkit-was:/dev/sdz9'

# --- the plan of the probe ---
run zol guest prepare sysv --from-probe --undo
is "what the probe found is not to be taken back with it" "$status" 2
run zol guest prepare sysv --from-probe
is 'no plan: refused' "$status" 2
printf 'tmpfs\t/var/lib/fifo\tmkfifo fails\ntmpfs\t/etc\tno\n' > "$T/state/guests/sysv/probe.plan"
run zol guest prepare sysv --from-probe
is 'with a plan' "$status" 0
like 'a line for it' "$(cat "$T/guest/sysv/etc/fstab")" $'tmpfs\t/var/lib/fifo\ttmpfs\t'
like 'a place the system lives in is refused' "$err" '/etc: the probe asks'
ok 'the mount point is made' test -d "$T/guest/sysv/var/lib/fifo"

# --- trees that mean ill ---
mkdir "$T/outside"
echo secret > "$T/outside/secret"
for f in inittab fstab hosts hostname resolv.conf passwd; do cp "$T/outside/secret" "$T/outside/$f"; done
mkdir -p "$T/outside/"{conf.d,init.d,portage,code,zolkit}
outside=$(snapshot "$T/outside"; times "$T/outside")
hostile() { # NAME CODE...: makes a tree, makes it hostile by CODE, prepares and undoes it
	local name=$1 g=$T/guest/$1
	tree_sysv "$g"
	(cd "$g" && eval "$2")
	run timeout 20 "$ZOL_BUILD/zolkit" --config "$T/conf" guest prepare "$name"
	ok "$name: ends in time with a verdict (status $status)" test "$status" -le 6
	run timeout 20 "$ZOL_BUILD/zolkit" --config "$T/conf" guest prepare "$name" --undo
	ok "$name: so does undo (status $status)" test "$status" -le 6
	is "$name: nothing outside was touched" "$(snapshot "$T/outside"; times "$T/outside")" "$outside"
}
up=../../../../../../../../../../../..
hostile etc-absolute "rm -r etc; ln -s $T/outside etc"
hostile etc-relative "rm -r etc; ln -s $up$T/outside etc"
hostile inittab-link "ln -sf $T/outside/inittab etc/inittab"
hostile fstab-link "ln -sf $up$T/outside/fstab etc/fstab"
hostile resolv-link "ln -sf $T/outside/resolv.conf etc/resolv.conf"
hostile hostname-link "ln -sf $T/outside/hostname etc/hostname"
hostile hosts-dangling "ln -sf /nowhere/hosts etc/hosts"
hostile hosts-loop "ln -sf hosts etc/hosts"
hostile inittab-fifo "rm etc/inittab; mkfifo etc/inittab"
hostile fstab-fifo "rm etc/fstab; mkfifo etc/fstab"
hostile passwd-fifo "rm etc/passwd; mkfifo etc/passwd"
hostile inittab-device "rm etc/inittab; mknod etc/inittab c 1 5 || mkfifo etc/inittab"
hostile inittab-directory "rm etc/inittab; mkdir etc/inittab"
hostile inittab-huge "truncate -s 5G etc/inittab"
hostile inittab-zeros "truncate -s 8M etc/inittab"
hostile init-fifo "rm sbin/init bin/sh; mkfifo sbin/init bin/sh"
hostile init-link "ln -sf $T/outside/secret sbin/init"
hostile mnt-link "ln -s $T/outside mnt"
hostile usr-link "ln -s $T/outside usr"
hostile libexec-link "mkdir -p usr/local; ln -s $T/outside usr/local/libexec"
hostile program-link "mkdir -p usr/local/libexec/zolkit; ln -s $T/outside/secret usr/local/libexec/zolkit/zolkit-probe"
hostile var-link "rm -r var; ln -s $T/outside var"
hostile distfiles-link "rm -r var/cache/distfiles; ln -s $T/outside var/cache/distfiles"
hostile confd-link "rm -r etc/conf.d; ln -s $T/outside/conf.d etc/conf.d"
hostile proc-link "rm etc/inittab; ln -s /proc/self/root$T/outside/inittab etc/inittab"
run timeout 20 "$ZOL_BUILD/zolkit" --config "$T/conf" guest prepare inittab-fifo
is 'what cannot be prepared is a negative answer' "$status" 1
like 'and named' "$err" '/etc/inittab: not a regular file'
rm -r "$T/guest/mnt-link"; ln -s "$T/outside" "$T/guest/mnt-link"
run zol guest prepare mnt-link
is 'a guest that is a link is refused' "$status" 3
run zol guest prepare nosuch
is 'no such guest' "$status" 2
run zol guest prepare ../outside
is 'a name that leads out' "$status" 2

# --- killed at every step, run again ---
if command -v strace > /dev/null && strace -o /dev/null true 2> /dev/null; then
	tree_sysv "$T/guest/whole"
	before=$(snapshot "$T/guest/whole")
	sed -i "s/^\[guest\]/[guest]\nhostname = kill/" "$T/conf"
	zol guest prepare whole 2> /dev/null
	whole=$(snapshot "$T/guest/whole")
	bad=0 kills=0
	for call in renameat,renameat2,rename fsync mkdirat fchown,fchownat symlinkat; do
		for n in 1 2 3 5 8 13 21; do
			rm -rf "$T/guest/killed" "$T/state/guests/killed"
			tree_sysv "$T/guest/killed"
			strace -f -o /dev/null -e "trace=$call" -e "inject=$call:signal=KILL:when=$n" \
				"$ZOL_BUILD/zolkit" --config "$T/conf" guest prepare killed > /dev/null 2>&1 || kills=$((kills + 1))
			zol guest prepare killed > /dev/null 2>&1
			[[ $(snapshot "$T/guest/killed") == "$whole" ]] || { bad=$((bad + 1)); diag "prepare: $call $n"; }
			strace -f -o /dev/null -e "trace=$call,unlinkat" -e "inject=$call,unlinkat:signal=KILL:when=$n" \
				"$ZOL_BUILD/zolkit" --config "$T/conf" guest prepare --undo killed > /dev/null 2>&1 ||
				kills=$((kills + 1))
			zol guest prepare --undo killed > /dev/null 2>&1
			[[ $(snapshot "$T/guest/killed") == "$before" ]] || { bad=$((bad + 1)); diag "undo: $call $n"; }
		done
	done 2> /dev/null
	ok "it was killed often enough ($kills times)" test "$kills" -ge 25
	is 'killed anywhere and run again, the tree is the same' "$bad" 0
else
	skip 'killed anywhere and run again, the tree is the same' 'no strace'
fi

# --- two at once ---
exec 7<> "$T/state/guests/whole/lock"
flock 7
run zol guest prepare whole
is 'locked: refused' "$status" 3
like 'by whom' "$err" 'locked'
exec 7>&-


# --- what a guest's file has in it does not reach the terminal ---
tree_sysv "$T/guest/hostile"
printf 'nas:/x /x nfs defaults 0 0\t# \033[2Jgone \302\2332J\n' >> "$T/guest/hostile/etc/fstab"
run python3 "$ZOL_TOP/tests/lib/on-tty.py" '' "$ZOL_BUILD/zolkit" --config "$T/conf" --dry-run guest prepare hostile
like 'a terminal gets the difference' "$out" $'\\+tmpfs\t/tmp'
like 'and control characters escaped' "$out" $'0 0\t# \\\\x1b\\[2Jgone \\\\xc2\\\\x9b2J'
run zol --dry-run guest prepare hostile
like 'another program gets them as they are' "$out" $'# \033\\[2Jgone \302\2332J'

done_testing
