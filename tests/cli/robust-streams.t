#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every command that prints, with its streams closed or full, without a terminal, and in the C locale: what it
# says and its exit status are the same where they can be, and a failure that is told where they cannot.
# shellcheck source=tests/lib/tap.sh disable=SC2154
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/world.sh
. "$ZOL_TOP/tests/lib/world.sh"
[[ $EUID == 0 && -w /dev/full ]] || skip_all 'no root or no /dev/full'
world "$T/w" || { diag "$(< "$T/w/log")"; exit 1; }

# again DESC [WANT-STATUS]: what the command just did is what it did at first.
again() {
	local what=''
	((status == ${2:-$want})) || what="exit status $status, not ${2:-$want}"
	[[ $# == 2 ]] || cmp -s "$T/out" "$T/out0" || what+="; other output: $(cmp "$T/out" "$T/out0" 2>&1)"
	[[ -z $what ]] || wrong+="$1: $what; $(head -c 300 "$T/err")"$'\n'
}

# Full and closed: a command that prints has failed then, and says so; one that does not is not disturbed.
unprinted() { # DESC REGEX
	local must=$want
	[[ ! -s $T/out0 ]] || must=3
	again "$1" "$must"
	[[ $must != 3 || $want == 3 ]] || grep -qE "$2" "$T/err" || wrong+="$1: not told: $(< "$T/err")"$'\n'
}

one() {
	local wrong='' want
	status=0
	w "$@" > "$T/out0" 2> "$T/err" < /dev/null || status=$?
	want=$status
	((want < 2)) || wrong="undisturbed: status $want: $(< "$T/err")"$'\n'
	status=0; w "$@" > /dev/full 2> "$T/err" < /dev/null || status=$?
	unprinted 'stdout full' 'No space left'
	status=0; w "$@" >&- 2> "$T/err" < /dev/null || status=$?
	unprinted 'stdout closed' 'cannot write|Bad file'
	status=0; w "$@" > "$T/out" 2>&- < /dev/null || status=$?
	again 'stderr closed'
	status=0; w "$@" > "$T/out" 2> /dev/full < /dev/null || status=$?
	again 'stderr full'
	status=0; w "$@" > "$T/out" 2> "$T/err" <&- || status=$?
	again 'stdin closed'
	status=0; w "$@" <&- >&- 2>&- || status=$?
	[[ ! -s $T/out0 ]] && again 'all closed' "$want" || again 'all closed' 3
	status=0; LC_ALL=C w "$@" > "$T/out" 2> "$T/err" < /dev/null || status=$?
	again 'LC_ALL=C'
	status=0
	env -u TERM -u HOME setsid -w "$ZOL_BUILD/zolkit" --config "$W/conf" "${@//\{\}/$W}" > "$T/out" 2> "$T/err" < /dev/null || status=$?
	again 'no terminal, no home'
	tap_result $((${#wrong} > 0)) "$*" "$wrong"
}

while read -ra command; do
	one "${command[@]}"
done <<- EOF
	config show
	config get vm.accel
	config check
	doctor config src --no-boot
	guest list
	guest list --json
	guest show g
	guest check g
	guest prepare -n
	guest create -n two
	guest clone -n g two
	guest remove -n g
	kernel merge -s {}/tree -b allnoconfig --no-probes {}/frag.config
	kernel check -c {}/b.config -e A
	kernel explain -s {}/tree -b {}/b.config A
	kernel satisfy -s {}/tree -b {}/b.config A
	kernel diff -s {}/tree {}/a.config {}/b.config
	kernel renames {}/older {}/tree
	kernel fragments
	portage setup -n --no-sync
	portage live show sys-fs/zfs
	flame fold {}/script.txt
	flame top {}/x.folded
	flame render {}/x.folded
	flame diff {}/x.folded {}/y.folded
	src list {}
	src status -r {}/repo
	src branch -r {}/repo
	src worktree -r {}/repo
	src snapshot -r {}/repo
	test list
	test list {}/two.ini
	test runs
	test report last
	test report last -f json
	test report last -f junit
	test history good
	test slow
	test compare
	test baseline list
	test classify {}/a.log
	vm status
	vm start -n
	vm run -n true
	chroot run -n true
	up -n --no-sync
	rebuild -n
	debug decode {}/a.log
	EOF

# Nothing is half written: a file that cannot be written whole is not touched, and a device is no file.
echo before > "$W/keep.svg"
mknod "$W/full" c 1 7
run w flame render -o {}/full {}/x.folded
ok 'a device is not replaced' test -c "$W/full"
isnt 'and that it is full is told' "$status" 0
run bash -c 'ulimit -f 1; trap "" XFSZ; exec "$@"' - "$ZOL_BUILD/zolkit" --config "$W/conf" flame render -o "$W/keep.svg" "$W/x.folded"
is 'a file that became too large is a failure' "$status" 3
is 'and the old one stays' "$(< "$W/keep.svg")" before
is 'alone' "$(find "$W" -maxdepth 1 -name '.keep*')" ''
done_testing
