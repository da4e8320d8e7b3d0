#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Killed at any point and run again: the tree of an undisturbed run, and nothing beside it.
. "${ZOL_TOP:?}/tests/lib/tap.sh" || exit 1

stage=$ZOL_BUILD/zolkit-stage
rounds=${ZOL_KILL_ROUNDS:-12}
list() { python3 "$ZOL_TOP/tests/lib/treelist.py" "$1"; }
names() { find "$1" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | xargs; }
mkdir -p "$T/src" "$T/out"
for ((d = 0; d < 12; d++)); do
	mkdir -p "$T/src/d$d/e/f"
	for ((i = 0; i < 25; i++)); do echo "$d $i" >"$T/src/d$d/e/f/$i"; done
	ln "$T/src/d$d/e/f/0" "$T/src/d$d/hard"
done
head -c 6000000 /dev/urandom >"$T/src/zlast"
find "$T/src" -depth -exec touch -d '2001-02-03 04:05:06.123456789' {} +
tar -C "$T/src" --numeric-owner -cpf "$T/t.tar" .
xz -0 -T2 --block-size=1MiB "$T/t.tar"
unpack() { "$stage" stage unpack --no-verify "$T/t.tar.xz" "$T/out/tree"; }

began=$(date +%s%N)
run unpack
took=$((($(date +%s%N) - began) / 1000000))
is "undisturbed" "$status" 0
want=$(list "$T/out/tree")
rm -rf "$T/out/tree"

# Up to a fifth longer than it takes, so that some runs finish.
killed=0 finished=0 bad='' RANDOM=7
for ((n = 0; n < rounds; n++)); do
	ms=$(((RANDOM * 32768 + RANDOM) % (took * 6 / 5 + 2)))
	# Waited for: its lock is free only when it is gone.
	"$stage" stage unpack --no-verify "$T/t.tar.xz" "$T/out/tree" >/dev/null 2>&1 &
	sleep "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"
	kill -KILL $! 2>/dev/null
	{ wait $!; } 2>/dev/null
	case $? in
	137) killed=$((killed + 1)) ;;
	0) finished=$((finished + 1)) ;;
	esac
	if [[ -e $T/out/tree ]]; then
		# There under its name: then it is whole, whatever happened.
		[[ $(list "$T/out/tree") == "$want" ]] || bad+=" $n: half a tree after ${ms}ms;"
		rm -rf "$T/out/tree"
	fi
	unpack >/dev/null 2>"$T/log" || bad+=" $n: $(<"$T/log");"
	[[ $(list "$T/out/tree") == "$want" ]] || bad+=" $n: another tree;"
	[[ $(ls -A "$T/out") == tree ]] || bad+=" $n: left $(names "$T/out");"
	rm -rf "$T/out/tree"
done
diag "$rounds runs of about ${took}ms: $killed killed, $finished finished"
is "SIGKILL at $rounds random points: the same tree, nothing left" "$bad" ''
ok "some of them were really killed" test "$killed" -gt 0

# A partial directory that somebody works on is left alone; what is not a run's own, too.
"$stage" stage unpack --no-verify "$T/t.tar.xz" "$T/out/other" 2>/dev/null &
other=$!
run unpack
wait "$other"
is "two at a time, for two directories" "$status $(names "$T/out")" "0 other tree"
rm -rf "$T/out/other" "$T/out/tree"
mkdir "$T/out/.tree.partial-00000001"
exec 8<"$T/out/.tree.partial-00000001"
flock 8
mkdir -p "$T/out/.tree.partial-00000002/root/x"
run unpack
is "a locked partial directory stays, a free one goes" "$status $(names "$T/out")" "0 .tree.partial-00000001 tree"
exec 8<&-
rm -rf "$T/out"/* "$T/out/.tree.partial-00000001"

# Signals: told apart from failures, and cleaned up at once.
mkfifo "$T/slow"
# With job control a background job does not ignore SIGINT.
set -m
for sig in INT TERM; do
	"$stage" stage unpack -j1 --no-verify "$T/t.tar.xz" "$T/out/tree" >/dev/null 2>"$T/log" &
	pid=$!
	for ((i = 0; i < 2000; i++)); do
		compgen -G "$T/out/.tree.partial-*" >/dev/null && break
		[[ -e $T/out/tree ]] && break
		read -rt 0.001 <>"$T/slow"
	done
	kill -"$sig" "$pid" 2>/dev/null
	wait "$pid"
	rc=$?
	if [[ -e $T/out/tree ]]; then
		skip "SIG$sig" "the run was faster than the signal"
	else
		like "SIG$sig: says that it was interrupted" "$rc $(<"$T/log")" '^3 .*[Ii]nterrupted'
		is "SIG$sig: nothing is left" "$(ls -A "$T/out")" ''
	fi
	rm -rf "$T/out/tree"
done

done_testing
