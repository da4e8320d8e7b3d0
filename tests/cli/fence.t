#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Work on what strangers sent happens behind a fence: a gpgv that was taken over can write nothing outside
# the cache and the state, nor gain privileges; nor can what reads recordings, logs and object files.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh" || exit 1
# shellcheck source=tests/lib/stage-mirror.sh
. "$ZOL_TOP/tests/lib/stage-mirror.sh"

type -P gpg gpgv > /dev/null || skip_all 'no gpg'
mirror_make || exit 1
mkdir "$T/bin" "$T/outside"
landlock=yes
! "$ZOL_BUILD/tests/unit/test_sys_fence" 2>&1 | grep -q SKIPPED || landlock=
cat > "$T/bin/gpgv" <<- EOF
	#!/bin/bash
	mkdir "$T/cache/taken"
	touch "$T/cache/taken/file" "$T/outside/file" 2> /dev/null
	grep -q 'NoNewPrivs:[[:space:]]1' /proc/self/status && mkdir "$T/cache/taken/no-new-privileges"
	PATH=/usr/bin:/bin exec gpgv "\$@"
EOF
chmod +x "$T/bin/gpgv"
ln -s gpgv "$T/bin/probe"
mkdir -p "$T/cache"
"$T/bin/probe" --version > /dev/null
ok 'without the fence it could' test -e "$T/outside/file" -a -e "$T/cache/taken/file"
rm -rf "$T/outside/file" "$T/cache"
run env PATH="$T/bin:$PATH" "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" stage fetch --mirror "file://$MIRROR" openrc
is 'the fetch itself works' "$status" 0 || diag "$err"
ok 'the cache can be written' test -e "$T/cache/taken/file"
ok 'no privilege can be gained' test -d "$T/cache/taken/no-new-privileges"
if [[ ! $landlock ]]; then
	skip 'nothing else can' 'no Landlock in this kernel'
else
	ok 'nothing else can' test ! -e "$T/outside/file"
fi

# --- readers of recordings, logs and object files ---
[[ $ZOL_BUILD != */asan ]] || { done_testing; exit 0; } # which must be the first that is preloaded
gcc -shared -fPIC -O2 -D_GNU_SOURCE -std=gnu17 -o "$T/taken.so" "$ZOL_TOP/tests/data/faults/taken.c" || exit 1
# A port that somebody listens on.
exec {listener}< <(exec python3 -c 'import socket, signal
s = socket.create_server(("127.0.0.1", 0), backlog=64)
print(s.getsockname()[1], flush=True)
signal.pause()')
listening=$!
read -r port <&"$listener"
mkdir -p "$T/inside" "$T/r/guest/g/lib" "$T/r/state" "$T/r/cache" "$T/taken"
printf '[paths]\nguests = %s/guest\nstate = %s/state\ncache = %s/cache\nrun = %s/run\n[guest]\nname = g\n' \
	"$T/r" "$T/r" "$T/r" "$T/r" > "$T/r/conf"
printf 'a;b;c 3\na;b;d 4\n' > "$T/x.folded"
printf 'RIP: 0010:zt_outer+0x4/0x20 [zt]\n' > "$T/trace"
printf 'zolkit-map 1\nrelease 6.1.0\nmodule zt 4096 Live 1000 -\n' > "$T/map"

# taken NAME INSIDE ARG...: what a program that was taken over could do while it is zolkit ARG...
taken() {
	local name=$1
	run env TAKEN_IN="$2" TAKEN_OUT="$T/taken" TAKEN_PORT="$port" LD_PRELOAD="$T/taken.so" \
		"$ZOL_BUILD/zolkit" --config "$T/r/conf" "${@:3}"
	got=$(sed -n 's/^taken: //p' <<< "$err")
	rm -f "$T/taken/taken"
	mountpoint -q "$T/taken" && umount "$T/taken"
	is "$name: no privilege can be gained" "$(grep -o 'privileges=.' <<< "$got")" privileges=0 || diag "$status: $err"
	((EUID != 0)) || is "$name: nor is there any over mounts" "$(grep -o 'mount=.' <<< "$got")" mount=0
	if [[ ! $landlock ]]; then
		skip "$name: nothing can be written" 'no Landlock in this kernel'
		return
	fi
	is "$name: nothing but its output can be written" "$(grep -o 'outside=.' <<< "$got")" outside=0
	[[ -z $2 ]] || is "$name: the output can" "$(grep -o 'inside=.' <<< "$got")" inside=1
	if [[ $network ]]; then
		is "$name: nobody can be called" "$(grep -o 'connect=.' <<< "$got")" connect=0
	else
		skip "$name: nobody can be called" 'this Landlock knows no network'
	fi
}
# Of what has no fence: the test can fail.
run env TAKEN_IN="$T/inside" TAKEN_OUT="$T/taken" TAKEN_PORT="$port" LD_PRELOAD="$T/taken.so" \
	"$ZOL_BUILD/zolkit" --config "$T/r/conf" test list
like 'without a fence a reader could' "$err" 'taken: inside=1 outside=1 connect=1 privileges=1'
rm -f "$T/taken/taken"
! mountpoint -q "$T/taken" || umount "$T/taken"
# Linux 6.7 has Landlock for TCP.
network=
[[ $(printf '%s\n' 6.7 "$(uname -r)" | sort -V | head -n 1) != 6.7 ]] || network=$landlock

taken 'flame fold' "$T/inside" flame fold -o "$T/inside/out" "$T/x.folded"
is 'which works' "$status:$(wc -l < "$T/inside/out")" 0:2
taken 'flame render' "$T/inside" flame render -o "$T/inside/out.svg" "$T/x.folded"
is 'which works, too' "$status" 0
taken 'flame diff' '' flame diff "$T/x.folded" "$T/x.folded"
taken 'flame top' '' flame top "$T/x.folded"
taken 'test classify' '' test classify "$T/x.folded"
taken 'debug decode' "$T/r/cache/debug" debug decode "$T/trace"
taken 'debug symbols' "$T/inside" debug symbols --map "$T/map" -o "$T/inside/out.gdb"
is 'which writes its script' "$status" 0 || diag "$err"
(cd "$T/inside" && "$ZOL_BUILD/zolkit" --config "$T/r/conf" flame fold -q -o here "$T/x.folded")
ok 'an output without a directory is written' test -s "$T/inside/here"
ln -s ../inside/linked "$T/outside/link"
: > "$T/inside/linked"
run "$ZOL_BUILD/zolkit" --config "$T/r/conf" flame fold -o "$T/outside/link" "$T/x.folded"
is 'so is one behind a link' "$status" 0 || diag "$err"
kill "$listening"
done_testing
