#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every text that commands read, with a line of a megabyte, NUL bytes, or nothing but those: what cannot be
# used is said in a short message, what can is used, within bounded memory and time.
# shellcheck source=tests/lib/tap.sh disable=SC2154
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/world.sh
. "$ZOL_TOP/tests/lib/world.sh"
# shellcheck source=tests/lib/stage-mirror.sh
. "$ZOL_TOP/tests/lib/stage-mirror.sh"
[[ $EUID == 0 ]] || skip_all 'guests are made as root'
mirror_make || exit 1
world "$T/w" '[stage]' "keyring = $KEY/release.asc" 'keys =' "keys = $(< "$KEY/fingerprint")" "mirrors = file://$MIRROR" ||
	{ diag "$(< "$T/w/log")"; exit 1; }
# An address sanitizer's shadow is larger than any limit.
memory=1000000
[[ $ZOL_BUILD != */asan ]] || memory=unlimited

head -c 1048576 /dev/zero > "$T/nul"
tr '\0' a < "$T/nul" > "$T/long"
tr '\0' ' ' < "$T/nul" > "$T/blank"
# Variants of a text: $1 is the original.
variant() {
	case $2 in
	first) cat "$T/long" <(echo) "$1" ;;
	last) cat "$1" "$T/long" ;;
	value) head -n 1 "$1" | tr -d '\n'; cat "$T/blank" "$T/long" <(echo); tail -n +2 "$1" ;;
	nul) cat "$1"; printf 'a\0b = \0c\n' ;;
	zeros) cat "$T/nul" ;;
	esac
}

# text FILE STATUSES COMMAND...: in each variant of the file the command ends with one of the statuses.
text() {
	local file=$W/$1 statuses=$2 v wrong='' status
	shift 2
	cp -p "$file" "$T/keep"
	for v in first last value nul zeros; do
		variant "$T/keep" "$v" > "$file"
		status=0
		(ulimit -v "$memory"; timeout -k 5 60 "$ZOL_BUILD/zolkit" --config "$W/conf" "${@//\{\}/$W}") > "$T/out" 2> "$T/err" < /dev/null || status=$?
		[[ $statuses == *$status* ]] || wrong+="$v: status $status: $(head -c 300 "$T/err")"$'\n'
		((status < 2)) || grep -q '[a-z][a-z][a-z]' "$T/err" || wrong+="$v: status $status without a word"$'\n'
		((status < 2 || $(stat -c %s "$T/err") < 10000)) || wrong+="$v: a message of $(stat -c %s "$T/err") bytes"$'\n'
		(($(stat -c %s "$T/out") < 8000000)) || wrong+="$v: $(stat -c %s "$T/out") bytes of output"$'\n'
		! LC_ALL=C grep -qa $'[\x01-\x08\x0b-\x1f]' "$T/err" || wrong+="$v: control characters on stderr"$'\n'
	done
	tap_result $((${#wrong} > 0)) "${file#"$W/"}: $*" "$wrong"
	cp -p "$T/keep" "$file"
}

printf '[two/good]\nexpect = fail\nreason = because\nexpires = 2099-01-01\n' > "$W/base.ini"
printf 'Ran: generic/001\nFailures: generic/001\n' > "$W/results"
printf 'RIP: 0010:zt_outer+0x4/0x10 [zt]\n' > "$W/trace"
printf 'zolkit-map 1\nrelease 6.1\nsymbol _stext ffffffff81000000\n' > "$W/map"
printf '[DEFAULT]\ntags = ["functional"]\n[tests/functional/a]\ntests = ["one", "two"]\n' > "$W/common.run"
sed 's|^list = .*|list = runfile '"$W"'/common.run|; /^tests = /d' "$W/two.ini" > "$W/run.ini"
for file in "$INDEX" latest-stage3.txt; do
	cp "$AUTO/$file" "$W/$file"
	ln -sf "$W/$file" "$AUTO/$file"
done
git -C "$W/repo" pack-refs --all
zcat "$ZOL_TOP/tests/data/flame/perf.data.gz" > "$W/perf.data"

text conf 26 config show
text conf 16 config check {}/conf
text conf 26 guest list
text frag.config 016 kernel merge -s {}/tree -b allnoconfig --no-probes -o {}/out.config {}/frag.config
text a.config 016 kernel merge -s {}/tree -b {}/a.config --no-probes -o {}/out.config {}/frag.config
text a.config 016 kernel diff -s {}/tree {}/a.config {}/b.config
text a.config 016 kernel check -c {}/a.config {}/frag.config
text tree/sub/Kconfig 06 kernel merge -s {}/tree -b allnoconfig --no-probes -o {}/out.config {}/frag.config
text tree/Makefile 06 kernel merge -s {}/tree -b allnoconfig --no-probes -o {}/out.config {}/frag.config
for file in inittab fstab passwd group hosts shadow; do text "guest/g/etc/$file" 06 guest prepare -n; done
text guest/g/etc/passwd 06 chroot run -n true
text guest/g/etc/portage/make.conf 06 portage setup -n --no-sync
text state/guests/g/guest.ini 06 guest show g
text state/guests/g/guest.ini 0 guest list
text a.log 01 test classify {}/a.log
text a.log 01 test classify --json {}/a.log
text script.txt 06 flame fold {}/script.txt
text x.folded 06 flame render {}/x.folded
text x.folded 06 flame top {}/x.folded
text x.folded 06 flame diff {}/x.folded {}/y.folded
text perf.data 06 flame fold {}/perf.data
text two.ini 6 test list {}/two.ini
text common.run 6 test run --where host --name x {}/run.ini
text base.ini 6 test compare -b {}/base.ini
text results 06 test baseline import xfstests {}/results
text results 06 test baseline import zts {}/results
text repo/.git/config 036 src status -r {}/repo
text repo/.git/HEAD 36 src status -r {}/repo
text repo/.git/packed-refs 036 src branch -r {}/repo
text trace 06 debug decode {}/trace
text map 06 debug symbols --map {}/map
text latest-stage3.txt 56 stage list openrc
text "$INDEX" 56 stage fetch openrc
rm -rf "$W/cache" "$W/state/stage"
run w stage fetch openrc
is 'the mirror is whole again' "$status" 0
done_testing
