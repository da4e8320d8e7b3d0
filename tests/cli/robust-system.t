#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Read-only file systems below each of the directories, and a clock that jumps by a day or a year: what can
# be done is done, what cannot is told, and afterwards everything works as if nothing had been.
# shellcheck source=tests/lib/faults.sh disable=SC2154
. "${ZOL_TOP:?}/tests/lib/faults.sh" || exit 1
# shellcheck source=tests/lib/world.sh
. "$ZOL_TOP/tests/lib/world.sh"
# shellcheck source=tests/lib/stage-mirror.sh
. "$ZOL_TOP/tests/lib/stage-mirror.sh"
mirror_make || exit 1
world "$T/w" '[stage]' "keyring = $KEY/release.asc" 'keys =' "keys = $(< "$KEY/fingerprint")" "mirrors = file://$MIRROR" ||
	{ diag "$(< "$T/w/log")"; exit 1; }
cp -a "$T/w" "$T/w0"
anew() { rm -rf "$T/w"; cp -a "$T/w0" "$T/w"; }
limited() { timeout -k 5 60 "$ZOL_BUILD/zolkit" --config "$W/conf" "${@//\{\}/$W}" < /dev/null; }
tarball=$AUTO/$STAMP/$NAME

# --- read-only ---
# frozen DIR STATUS COMMAND...: with DIR read-only. One that failed works again when it no longer is.
frozen() {
	local dir=$W/$1 want=$2 desc wrong=''
	shift 2
	desc="${dir#"$W/"} is read-only: $*"
	anew
	mount --bind "$dir" "$dir" && mount -o remount,ro,bind "$dir" || { tap_result 1 "$desc" 'cannot mount'; return; }
	run limited "$@"
	umount "$dir"
	((status == want)) || wrong="status $status, not $want: $err"$'\n'
	[[ $want != 3 || $err == *'Read-only file system'* ]] || wrong+="not told: $err"$'\n'
	if [[ $want == 3 && $1 != vm ]]; then
		run limited "$@"
		((status == 0)) || wrong+="then status $status: $err"$'\n'
	fi
	tap_result $((${#wrong} > 0)) "$desc" "${wrong//$T/}"
}
while read -r dir want command; do
	command=${command//TARBALL/$tarball}
	[[ $command != vm\ start* ]] || command -v qemu-system-x86_64 > /dev/null || continue
	read -ra words <<< "$command"
	frozen "$dir" "$want" "${words[@]}"
done <<- EOF
	state 0 guest list
	state 0 guest show g
	state 3 guest prepare
	state 3 guest clone g two --how copy
	state 3 guest create three --no-verify --from TARBALL
	state 3 portage setup --no-sync
	state 3 test run --where host {}/two.ini
	state 3 test merge {}/state/test/results.db
	state 0 test runs
	state 0 test report last
	state 0 test history good
	state 0 test compare
	state 3 stage fetch openrc
	state 0 stage list
	state 3 vm start --no-wait
	state 0 vm stop
	cache 3 stage fetch openrc
	cache 0 guest create three --no-verify --from TARBALL
	cache 0 kernel merge -s {}/tree -b allnoconfig -o {}/out.config {}/frag.config
	cache 0 kernel explain -s {}/tree -b {}/b.config A
	run 0 guest prepare
	run 0 test run --where host {}/two.ini
	run 3 vm start --no-wait
	guest 1 guest check g
	guest 3 guest prepare
	guest 3 guest clone g two --how copy
	guest 3 guest create three --no-verify --from TARBALL
	guest 3 stage unpack --no-verify TARBALL {}/guest/four
	guest 3 portage setup --no-sync
	guest 3 guest remove g
	repo 0 src status -r {}/repo
	repo 0 src export --repo {}/repo --commit HEAD --to {}/exported
	repo 3 src snapshot -r {}/repo
	repo 3 src branch -r {}/repo create topic
	tree 3 src export --repo {}/repo --commit HEAD --to {}/tree/exported
	. 3 flame render -o {}/x.svg {}/x.folded
	. 3 kernel merge -s {}/tree -b allnoconfig -o {}/out.config {}/frag.config
EOF

# --- the clock ---
day=86400 year=31536000
at() { # SECONDS[@N] COMMAND...
	local clock=$1
	shift
	run env LD_PRELOAD="$T/faults.so" ZOL_CLOCK="$clock" timeout -k 5 60 "$ZOL_BUILD/zolkit" --config "$W/conf" "${@//\{\}/$W}"
}
anew
at "$year" guest clone g next --how copy
then=$(sed -n 's/^created = //p' "$W/state/guests/next/guest.ini")
ok 'the clock is moved' test "$((then - $(date +%s)))" -gt $((year - day))
for jump in -$day $year -$day@2 $year@2 -$year@3; do
	anew
	wrong=''
	while read -ra command; do
		at "$jump" "${command[@]}"
		((status < 2)) || wrong+="${command[*]}: status $status: $err"$'\n'
		run limited "${command[@]}"
		((status < 2)) || wrong+="then ${command[*]}: status $status: $err"$'\n'
	done <<- EOF
		guest prepare
		guest check g
		guest list
		guest clone g two --how copy
		portage setup --no-sync
		test run --where host {}/two.ini
		test runs
		test compare
		test history good
		kernel explain -s {}/tree -b {}/b.config A
		src snapshot -r {}/repo
		src export --repo {}/repo --commit HEAD --to {}/exported
	EOF
	tap_result $((${#wrong} > 0)) "commands while the clock jumps by $jump" "${wrong//$T/}" || true
	run limited test runs --json
	is "each run is there once ($jump)" "$(jq -r '[.[].run] | join(" ")' <<< "$out")" '1 2 3 4'
	is "none took less than no time ($jump)" "$(sqlite3 "$W/state/test/results.db" 'SELECT count(*) FROM attempts WHERE ms < 0')" 0
done

# A mirror seen from another time is refused, in so many words, and taken when the clock is right again.
anew
at $year stage fetch openrc
is 'in a year the mirror is stale' "$status" 5
like 'and that is said' "$err" 'stale: .* old'
at -$((3 * day)) stage fetch openrc
is 'three days ago it is from the future' "$status" 5
like 'and the clock is suspected' "$err" 'set the clock'
run limited stage fetch openrc
is 'with the right time it is taken' "$status" 0
at -$((3 * day)) stage fetch openrc --max-age 30d
isnt 'what is verified already is not lost by a wrong clock' "$(ls "$W"/cache/stage/*/verified 2> /dev/null)" ''

# What is due is told by contents and by which is newer, also when that came from the future.
if type -P cscope ctags > /dev/null; then
	at $year src index -r {}/repo
	like 'an index made in a year' "$err" 'cscope made'
	echo 'int later;' >> "$W/repo/dir/new.c"
	git -C "$W/repo" add dir/new.c
	run limited src index -r {}/repo
	like 'is made anew when the clock is right' "$err" 'cscope made'
	run limited src index -r {}/repo
	unlike 'and stays then' "$err" 'cscope made'
fi
at $year src export --repo {}/repo --commit HEAD --to {}/tree2
echo three > "$W/repo/dir/more.c"
git_commit "$W/repo" second 2> /dev/null
at -$day src export --repo {}/repo --commit HEAD --to {}/tree2
is 'an export follows commits, not the clock' "$(< "$W/tree2/dir/more.c")" three
tree=$(limited src tree open -c {}/cache/bt -f fam -r 6.1)
tree=${tree%%$'\n'*}
limited src export --repo {}/repo --commit HEAD --to "$tree" 2> /dev/null
due() { at "$1" src tree due -t "$tree" -s step -i '*.c' --file {}/a.config; }
due 0
is 'a step not done is due' "$status" 0
at $year src tree "done" -t "$tree" -s step
due 0
is 'one that was done in a year is done' "$status" 1
due -$day
is 'also a day ago' "$status" 1
echo '# more' >> "$W/a.config"
due -$day
is 'and due when its input changed' "$status" 0

# A run that is interrupted in one time and resumed in another.
anew
sed -i '/^tests = /d; /^command = /d' "$W/two.ini"
cat >> "$W/two.ini" <<- EOF
	tests = a b stop d
	command = /bin/sh -c 'test \${test} != stop || test -e $W/go || { : > $W/here; exec sleep 60; }'
	EOF
env LD_PRELOAD="$T/faults.so" ZOL_CLOCK=$year "$ZOL_BUILD/zolkit" --config "$W/conf" test run --where host "$W/two.ini" > /dev/null 2>&1 &
pid=$!
for ((i = 0; i < 600; i++)); do
	[[ ! -e $W/here ]] || break
	sleep 0.1
done
{ kill -9 "$pid"; wait "$pid"; } 2> /dev/null
: > "$W/go"
at -$day test run --resume last
is 'a run is resumed a year and a day before it was begun' "$status" 0
is 'and has each test once' \
	"$(sqlite3 "$W/state/test/results.db" 'SELECT group_concat(verdict, " ") FROM results WHERE run = 3')" '1 1 1 1'
done_testing
