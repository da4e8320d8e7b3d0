#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The terminal of the command, the interactive shell, and signals.
. "${ZOL_TOP:?}/tests/lib/chroot.sh" || exit 1
command -v python3 > /dev/null || skip_all 'needs python3'

on_tty() { run python3 "$ZOL_TOP/tests/lib/on-tty.py" "$1" "$ZOL_BUILD/zolkit" --config "$C" chroot "${@:2}"; }
on_tty_sh() { run python3 "$ZOL_TOP/tests/lib/on-tty.py" "$1" sh -c "$2" sh "$ZOL_BUILD/zolkit" --config "$C" chroot; }

on_tty '' run -- sh -c 'test -t 0 && test -t 1 && test -t 2 && stty size; exit 3'
is 'the command has a terminal of the same size' "$out" $'33 99\n\nstatus 3 terminal same'
on_tty '' run -- sh -c 'echo one; echo two >&2'
is 'lines end as they should' "$out" $'one\ntwo\n\nstatus 0 terminal same'
on_tty 'typed\n\x04' run -- sh -c 'echo ready; cat'
is 'what is typed arrives, with the end of file' "$out" $'ready\ntyped\ntyped\n\nstatus 0 terminal same'
on_tty '\x03' run -- sh -c 'trap "echo caught; exit 5" INT; echo ready; while :; do sleep 0.1; done'
like 'control-C reaches the command' "$out" $'caught\n\nstatus 5 terminal same'
on_tty '\x03' run -- sh -c 'echo ready; exec sleep 99'
like 'and ends one that does not mind it' "$out" 'status 130 terminal same'
on_tty 'RESIZEx\n' run -- bash -c 'trap "stty size" WINCH; echo ready; read x; while [[ $(stty size) != "44 111" ]]; do sleep 0.05; done; stty size'
like 'a change of the size arrives' "$out" $'44 111\n\nstatus 0'
on_tty '' run -- python3 -c 1
like 'the terminal is put back after a failure too' "$out" 'status 127 terminal same'
on_tty '' run -r "$T/none" -- true
like 'and when nothing was started' "$out" 'status 3 terminal same'

# TIOCSTI and the like work on one's own terminal only: it is another one, in another session.
on_tty_sh '' 'readlink /proc/self/fd/0; "$@" run -- sh -c "readlink /proc/self/fd/0; cut -d\" \" -f6 /proc/self/stat"'
mapfile -t lines <<< "$out"
like 'the outer terminal' "${lines[0]}" '^/dev/pts/'
like 'the inner terminal' "${lines[1]}" '^/dev/pts/'
isnt 'is another one' "${lines[0]}" "${lines[1]}"
like 'in a session that begins inside' "${lines[2]}" '^[1-9]$'

on_tty_sh '' '"$@" run -- sh -c "test -t 0 && test ! -t 1 && test -t 2 && echo mixed" | cat'
is 'only the streams that are terminals become the new one' "$out" $'mixed\n\nstatus 0 terminal same'
on_tty_sh '' 'echo piped | "$@" run -- sh -c "cat; test ! -t 0 && test -t 1 && echo mixed"'
is 'also with a piped stdin' "$out" $'piped\nmixed\n\nstatus 0 terminal same'
on_tty_sh '' '"$@" run -- sh -c "echo out; test -t 1" > /dev/null 2>&1 < /dev/null; echo $?'
is 'none when no stream is one' "$out" $'1\n\nstatus 0 terminal same'

# --- the shell
echo 'alias there="echo bashrc was read"' > "$G/root/.bashrc"
echo 'echo ready' >> "$G/root/.bashrc"
on_tty 'echo "[$PROFILE_READ]"; there; pwd; exit 7\n' enter
like 'the prompt says where one is' "$out" '\(chroot g\) '
like 'the profile was read' "$out" '\[yes\]'
like "and the user's own file" "$out" 'bashrc was read'
like "the shell's status comes back" "$out" 'status 7 terminal same'
on_tty 'exit\n' enter --env X=1 g
like 'a guest by name' "$out" 'status 0'
mv "$G/bin/bash" "$G/bin/bash.away"
echo 'echo ready' >> "$G/etc/profile"
on_tty 'echo "[$PROFILE_READ]"; exit 8\n' enter
like 'without bash: the prompt of another shell' "$out" '\(chroot g\) '
like 'its status' "$out" 'status 8 terminal same'
mv "$G/bin/bash.away" "$G/bin/bash"
sed -i '/ready/d' "$G/etc/profile"

# --- signals from outside
for sig in TERM INT HUP QUIT USR1 USR2; do
	: > "$T/log"
	inside_exec -- bash -c "trap 'echo got $sig; exit 9' $sig; echo ready; while :; do sleep 0.05; done" > "$T/log" &
	pid=$!
	until grep -q ready "$T/log"; do sleep 0.02; done
	kill -"$sig" "$pid"
	wait "$pid"
	is "SIG$sig is passed on, and the command's own status comes back" "$?/$(tail -1 "$T/log")" "9/got $sig"
done
: > "$T/log"
inside_exec --no-pid -- sh -c 'echo ready; sleep 97.5; echo not reached' > "$T/log" &
pid=$!
until grep -q ready "$T/log"; do sleep 0.02; done
kill -TERM "$pid"
wait "$pid"
is 'the whole process group gets it' "$?/$(cat "$T/log")" 143/ready
gone '^sleep 97\.5'
done_testing
