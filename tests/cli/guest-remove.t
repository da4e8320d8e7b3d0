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
EOF
zol() { "$ZOL_BUILD/zolkit" --config "$T/conf" "$@"; }
tree() { # NAME [record lines]
	local g=$T/guest/$1
	mkdir -p "$g/etc" "$g/sbin" "$g/bin" "$g/deep/er" "$T/state/guests/$1"
	: > "$g/sbin/init"; : > "$g/bin/sh"; : > "$g/etc/passwd"
	printf 'id:3:initdefault:\n' > "$g/etc/inittab"
	touch "$g/deep/er/file"; ln -sfn "$T/keep" "$g/link"
	printf '[guest]\nname = %s\nstate = ready\n%s\n' "$1" "${2-}" > "$T/state/guests/$1/guest.ini"
}
echo kept > "$T/keep"

# --- what there is ---
run zol guest list
is 'no guests: no rows' "$out" ''
is 'no guests: well' "$status" 0
tree one 'stamp = 20260811T083102Z'
tree two 'parent = one'
mkdir "$T/guest/.hidden"; touch "$T/guest/file"
run zol guest list --names
is 'bare names' "$out" $'one\ntwo'
run zol --json guest list
ok 'rows as JSON' jq -e '.[0].name == "one" and .[0].init == "sysvinit" and .[0].prepared == false and .[1].parent == "one"' <<< "$out"
run zol guest list
like 'a table' "$out" $'NAME .*\none +sysvinit +20260811T083102Z'
run zol --json -g two guest show
ok 'one guest as JSON' jq -e '.name == "two" and .root == "'"$T/guest/two"'" and .kernel == null' <<< "$out"
run zol guest show tow
is 'show of none' "$status" 2
like 'suggests the nearest' "$err" "did you mean 'two'"
echo junk > "$T/state/guests/two/guest.ini"
run zol guest list
is 'a broken record does not hide the others' "$status" 0
like 'it is told' "$err" 'guest.ini: line 1'
run zol guest show two
is 'show of a broken one' "$status" 6
tree two 'parent = one'

# --- is it fit? ---
run zol --json guest check one
is 'check of an unprepared one is negative' "$status" 1
ok 'with the remedy' jq -e 'map(select(.check == "prepared" and .state == "problem"))[0].remedy == "zolkit -g one guest prepare"' <<< "$out"
zol guest prepare one 2> /dev/null
mkdir -p "$T/state/guests/one/kernel"; touch "$T/state/guests/one/kernel/bzImage"
run zol guest check one
is 'check of a prepared one with a kernel' "$status" 0
rm "$T/guest/one/bin/sh"
run zol guest check one
is 'without a shell it is negative again' "$status" 1
like 'and says why' "$out" '/bin/sh is missing'

# --- refusals ---
refused() { # DESC REGEX
	run zol guest remove "$name"
	is "$1: refused" "$status" 3
	like "$1: why" "$err" "$2"
	ok "$1: all is there still" test -e "$T/guest/$name/deep/er/file"
}
name=one
exec 7<> "$T/state/guests/one/vm.lock"; flock 7; echo "$$ vm" >&7
refused 'its VM runs' 'virtual machine of one runs'
exec 7>&-
exec 7<> "$T/state/guests/one/inuse"; flock -s 7
refused 'somebody is in its chroot' 'in use'
exec 7>&-
exec 7<> "$T/state/guests/one/lock"; flock 7
refused 'somebody works on it' 'locked'
exec 7>&-
tree two $'parent = one\nmethod = overlay'
refused 'a clone lies on it' 'tree of two lies on that of one'
tree two $'parent = one\nmethod = reflink'
if unshare -m true 2> /dev/null; then
	run unshare -m bash -c "mount -t tmpfs none '$T/guest/one/deep' && touch '$T/guest/one/deep/x' &&
		'$ZOL_BUILD/zolkit' --config '$T/conf' guest remove one; rc=\$?; [[ -e '$T/guest/one/deep/x' ]] || echo gone; exit \$rc"
	is 'something is mounted in it: refused' "$status" 3
	like 'where' "$err" "$T/guest/one/deep"
	is 'and untouched' "$out" ''
else
	skip 'mounted' 'no mount namespaces'
fi
run zol guest remove
is 'no name: wrong use' "$status" 2
run zol guest remove nosuch
is 'none of that name: wrong use' "$status" 2
run zol -g one guest remove
is 'the name must be said' "$status" 2
run zol -n guest remove one
like 'dry run' "$out" "rm -rf --one-file-system $T/guest/one"
ok 'removes nothing' test -e "$T/guest/one/etc"

# --- gone ---
run zol guest remove one
is 'removed' "$status" 0
ok 'the tree is gone' test ! -e "$T/guest/one"
is 'of the state only locks stay' "$(find "$T/state/guests/one" -mindepth 1 -printf "%f\n" | sort | tr "\n" " ")" 'inuse lock vm.lock '
is 'nothing outside was touched' "$(cat "$T/keep")" kept
is 'no hidden rest' "$(find "$T/guest" -mindepth 1 -maxdepth 1 -printf "%f\n" | sort | tr "\n" " ")" '.hidden file two '

# --- killed at every step, run again ---
if command -v strace > /dev/null && strace -o /dev/null true 2> /dev/null; then
	bad=0 kills=0
	for n in 1 2 3 4 5 6 7 8 9 10 12 14; do
		tree kill
		strace -f -o /dev/null -e trace=renameat,unlinkat,unlink,rmdir -e "inject=renameat,unlinkat:signal=KILL:when=$n" \
			"$ZOL_BUILD/zolkit" --config "$T/conf" guest remove kill > /dev/null 2>&1 || kills=$((kills + 1))
		# A half tree never has the guest's name.
		[[ ! -e $T/guest/kill || -e $T/guest/kill/deep/er/file ]] || bad=$((bad + 1))
		zol guest remove kill > /dev/null 2>&1
		[[ ! -e $T/guest/kill && ! -e $T/guest/.kill.removing && ! -e $T/state/guests/kill/guest.ini ]] || bad=$((bad + 1))
	done 2> /dev/null
	ok "it was killed often enough ($kills times)" test "$kills" -ge 6
	is 'killed anywhere and run again, all is gone and never half' "$bad" 0
else
	skip 'killed anywhere and run again, all is gone and never half' 'no strace'
fi

done_testing
