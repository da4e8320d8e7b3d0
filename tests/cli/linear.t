#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Nothing takes more than its share of a larger input: the instructions for ten times as much are counted
# (valgrind's callgrind), not timed. What is linear is near ten, what is quadratic near a hundred.
# shellcheck disable=SC2154
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh" || exit 1
# shellcheck source=tests/lib/gitrepo.sh
. "$ZOL_TOP/tests/lib/gitrepo.sh"

[[ -z ${ZOL_QUICK:-} ]] || skip_all 'slow'
[[ $ZOL_BUILD != */asan ]] || skip_all 'valgrind does not run sanitized programs'
command -v valgrind > /dev/null || skip_all 'no valgrind'
unset XDG_CONFIG_HOME ZOLKIT_CONFIG
export HOME=$T
printf '[paths]\nconf = %s\nstate = %s/state\ncache = %s/cache\nguests = %s/guests\nrun = %s/run\n' \
	"$ZOL_TOP/conf" "$T" "$T" "$T" "$T" > "$T/conf"

# count PROGRAM ARG...: sets $instructions and $status.
count() {
	local program=$1
	shift
	run env --chdir="$T" valgrind --tool=callgrind --callgrind-out-file=/dev/null "$ZOL_BUILD/$program" "$@"
	instructions=$(sed -n 's/^==[0-9]*== Collected : \([0-9]*\)$/\1/p' <<< "$err")
}

# linear DESC STATUS PROGRAM ARG...: "@" in an argument is 0, 1 and 2: no input, one and ten times as much.
linear() {
	local desc=$1 want=$2 program=$3 i at=()
	shift 3
	for i in 0 1 2; do
		count "$program" "${@//@/$i}"
		at[i]=${instructions:-0}
		((i == 0 || status == want)) || {
			is "$desc: exit status" "$status" "$want"
			diag "$(grep -v '^==' <<< "$err" | head -5)"
			return
		}
	done
	local one=$((at[1] - at[0])) ten=$((at[2] - at[0]))
	ok "$desc: $one instructions, $ten for ten times as much" test "$one" -gt 0 -a "$ten" -lt $((one * 16))
}
many() { # HOW-MANY FORMAT: the numbers of lines in that format
	seq 1 "$1" | awk -v f="$2" '{ gsub(/\\n/, "\n", f); printf f "\n", $1, $1, $1, $1 }'
}

# The test can fail: sed's hold space is appended to itself by copying.
cat > "$T/quadratic.awk" <<- 'EOF'
	{ for (i = 1; i <= NR; i++) x += i; }
EOF
many 30 '%d' > "$T/q1"
many 300 '%d' > "$T/q2"
: > "$T/q0"
for i in 0 1 2; do
	run valgrind --tool=callgrind --callgrind-out-file=/dev/null "$(readlink -f "$(command -v awk)")" -f "$T/quadratic.awk" "$T/q$i"
	q[i]=$(sed -n 's/^==[0-9]*== Collected : \([0-9]*\)$/\1/p' <<< "$err")
done
ok 'a quadratic program is found' test $((q[2] - q[0])) -gt $(((q[1] - q[0]) * 16))

n=(1 200 2000)
for i in 0 1 2; do
	many "${n[i]}" 'prog%d 1 [000] %d.000000: 1 cycles:\n\tffffffff81000000 f%d+0x1 ([kernel.kallsyms])\n\tffffffff81000001 g%d+0x1 ([kernel.kallsyms])\n' > "$T/script$i"
	many "${n[i]}" 'main;f%d;g%d;h 3' > "$T/folded$i"
	many "${n[i]}" '[   %d.000000] WARNING: CPU: 0 PID: %d at fs/f%d.c:1 g%d+0x1/0x2' > "$T/log$i"
	many "${n[i]}" 'CONFIG_S%d=y' > "$T/frag$i.config"
	mkdir -p "$T/tree$i"
	printf 'VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\nEXTRAVERSION =\n' > "$T/tree$i/Makefile"
	many "${n[i]}" 'config S%d\n\tbool "s %d"\n' > "$T/tree$i/Kconfig"
	{ cat "$T/conf"; echo '[src]'; many "${n[i]}" 'checkouts = n%d=/x/%d'; } > "$T/conf$i"
	many "${n[i]}" ' f%d+0x1/0x2 [m]' > "$T/trace$i"
	mkdir -p "$T/files$i"
	(cd "$T/files$i" && seq 1 "${n[i]}" | xargs touch)
	tar -C "$T/files$i" --numeric-owner -cJf "$T/files$i.tar.xz" .
	git_repo "$T/repo$i"
	cp -r "$T/files$i" "$T/repo$i/d"
	git_commit "$T/repo$i" first
done
linear 'flame fold' 0 zolkit-flame --config "$T/conf" flame fold script@
linear 'flame render' 0 zolkit-flame --config "$T/conf" flame render folded@
linear 'flame diff' 0 zolkit-flame --config "$T/conf" flame diff folded@ folded@
linear 'test classify' 1 zolkit-test --config "$T/conf" test classify log@
linear 'kernel merge' 0 zolkit-kernel --config "$T/conf" kernel merge -s tree@ -b allnoconfig --no-probes "$T/frag@.config"
linear 'config show' 0 zolkit --config "$T/conf@" config show
linear 'debug decode' 0 zolkit-debug --config "$T/conf" -g g debug decode trace@
linear 'stage unpack' 0 zolkit-stage --config "$T/conf" stage unpack --no-verify files@.tar.xz out@
linear 'src snapshot' 0 zolkit-src --config "$T/conf" src snapshot -r repo@
linear 'src export' 0 zolkit-src --config "$T/conf" src export --repo repo@ --commit HEAD --to exported@
done_testing
