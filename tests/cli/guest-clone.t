#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/lib/tap.sh
. "$ZOL_TOP/tests/lib/tap.sh"

((EUID == 0)) || skip_all 'needs root'

mkdir "$T/guest" "$T/state" "$T/run" "$T/cache"
printf '[paths]\nguests = %s\nstate = %s\nrun = %s\ncache = %s\n' "$T/guest" "$T/state" "$T/run" "$T/cache" > "$T/conf"
zol() { "$ZOL_BUILD/zolkit" --config "$T/conf" "$@"; }
record() { sed -n "s/^$2 = //p" "$T/state/guests/$1/guest.ini"; }
snapshot() { (cd "$1" && find . -printf '%p %y %m %U:%G %l %T@\n' | sort && find . -type f -exec sha256sum {} + | sort); }

g=$T/guest/src
mkdir -p "$g"/{bin,sbin,etc} "$T/state/guests/src/kernel"
: > "$g/sbin/init"; : > "$g/bin/sh"; : > "$g/sbin/agetty"
printf 'root:x:0:0::/root:/bin/bash\n' > "$g/etc/passwd"
printf 'root::10770:0:::::\n' > "$g/etc/shadow"
printf 'id:3:initdefault:\n' > "$g/etc/inittab"
ln "$g/bin/sh" "$g/bin/bash"; ln -s bash "$g/bin/link"; chown 5:6 "$g/etc/passwd"
printf '[guest]\nname = src\nstate = ready\nstamp = 20260811T083102Z\n' > "$T/state/guests/src/guest.ini"
echo image > "$T/state/guests/src/kernel/bzImage"
zol guest prepare src 2> /dev/null

run zol --dry-run guest clone src one
is 'dry run' "$status $(ls "$T/guest")" '0 src'
run zol guest clone src one --how copy
is 'a copy' "$status" 0
is 'the same tree' "$(snapshot "$T/guest/one")" "$(snapshot "$g")"
is 'on record' "$(record one parent) $(record one method) $(record one state) $(record one stamp)" \
	'src copy ready 20260811T083102Z'
is 'its kernel' "$(cat "$T/state/guests/one/kernel/bzImage")" image
run zol guest clone src one
is 'again: well' "$status" 0
like 'again: says so' "$err" 'already'
run zol guest prepare one
is 'prepared again' "$status" 0
is 'it gets a name of its own' "$(cat "$T/guest/one/etc/hostname")" one
is 'the source keeps its own' "$(cat "$g/etc/hostname")" src
run zol guest prepare one --undo
is 'what the source was given can be taken back' "$(cat "$T/guest/one/etc/inittab")" 'id:3:initdefault:'
run zol guest remove src
is 'a copy needs no source: removed' "$status" 0
ok 'the copy is there still' test -e "$T/guest/one/etc/passwd"

# --- refusals ---
run zol guest clone one one
is 'of itself' "$status" 2
run zol guest clone nosuch two
is 'of none' "$status" 2
mkdir -p "$T/guest/other/etc"
run zol guest clone one other
is 'over another' "$status" 2
exec 7<> "$T/state/guests/one/vm.lock"; flock 7
run zol guest clone one two
is 'its VM runs: refused' "$status" 3
exec 7>&-
exec 7<> "$T/state/guests/one/inuse"; flock -s 7
run zol guest clone one two
is 'somebody is in its chroot: refused' "$status" 3
exec 7>&-
ok 'nothing was made' test ! -e "$T/guest/two"
run zol guest clone one two --how magic
is 'no such way' "$status" 2

# --- as an overlay ---
run zol guest clone one over --how overlay
if ((status == 0)); then
	is 'an overlay' "$(record over method)" overlay
	is 'the tree is not copied' "$(find "$T/guest/over" -mindepth 1)" ''
	run zol guest prepare over
	is 'it can be prepared' "$status" 0
	is 'its changes are its own' "$(cat "$T/state/guests/over/overlay/upper/etc/hostname")" over
	is 'the tree below is as it was' "$(cat "$T/guest/one/etc/inittab")" 'id:3:initdefault:'
	is 'nothing stays mounted' "$(grep -c "$T" /proc/self/mountinfo)" 0
	run zol guest prepare over
	like 'a second run finds it done' "$err" 'prepared already'
	run zol --json guest list
	ok 'its init is known' jq -e 'map(select(.name == "over"))[0].init == "sysvinit"' <<< "$out"
	run zol guest prepare one
	is 'what it lies on must not change' "$status" 3
	run zol guest remove one
	is 'nor go' "$status" 3
	run zol guest clone over more
	is 'an overlay of an overlay' "$status $(record more method)" '0 overlay'
	run zol guest remove over
	is 'which keeps the middle one' "$status" 3
	run zol guest remove more
	is 'the last one goes' "$status" 0
	run zol guest remove over
	is 'then the middle one' "$status" 0
	ok 'with its layers' test ! -e "$T/state/guests/over/overlay"
	run zol guest prepare one
	is 'then the first one may change again' "$status" 0
else
	diag "$err"
	skip 'overlays' 'the file system here has none'
fi

# --- killed at every step, run again ---
if command -v strace > /dev/null && strace -o /dev/null true 2> /dev/null; then
	bad=0 kills=0
	for how in copy overlay; do
		zol guest clone one probe --how "$how" > /dev/null 2>&1 || continue
		zol guest remove probe > /dev/null 2>&1
		for n in 1 2 3 4 6 8 10; do
			strace -f -o /dev/null -e trace=renameat,renameat2,rename,mkdirat,mkdir,linkat \
				-e "inject=renameat,renameat2,rename,mkdirat,mkdir,linkat:signal=KILL:when=$n" \
				"$ZOL_BUILD/zolkit" --config "$T/conf" guest clone one killed --how "$how" > /dev/null 2>&1 ||
				kills=$((kills + 1))
			zol guest clone one killed --how "$how" > /dev/null 2>&1
			[[ $(record killed state) == ready ]] || { bad=$((bad + 1)); diag "$how $n: not ready"; }
			[[ $how != copy || $(snapshot "$T/guest/killed") == $(snapshot "$T/guest/one") ]] || bad=$((bad + 1))
			zol guest remove killed > /dev/null 2>&1
			[[ -z $(find "$T/guest" -mindepth 1 -maxdepth 1 -name '*killed*') ]] || { bad=$((bad + 1)); diag "$how $n: a rest"; }
		done
	done 2> /dev/null
	ok "it was killed often enough ($kills times)" test "$kills" -ge 6
	is 'killed anywhere and run again, the clone is whole' "$bad" 0
else
	skip 'killed anywhere and run again, the clone is whole' 'no strace'
fi

done_testing
