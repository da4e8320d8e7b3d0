#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# chroot run: the command, its status, its surroundings.
. "${ZOL_TOP:?}/tests/lib/chroot.sh" || exit 1

# --- status
for code in 0 1 2 3 7 42 126 255; do
	run inside -- sh -c "exit $code"
	is "exit status $code comes back" "$status" "$code"
done
for sig in HUP INT USR1 ABRT KILL SEGV PIPE TERM; do
	run inside -- bash -c "kill -$sig \$\$"
	is "death by SIG$sig is 128 + its number" "$status" $((128 + $(kill -l "$sig")))
done
run inside -- no-such-program
is 'a missing program is 127' "$status" 127
run inside --no-pid -- sh -c 'exit 9'
is 'the status without a PID namespace' "$status" 9

# --- arguments
run inside -- printf '[%s]' 'a b' '' '*' '$HOME' $'x\ny' "'" '"' "\\" '--' '-e' 'X=1'
is 'arguments arrive as they are' "$out" "[a b][][*][\$HOME][x
y]['][\"][\\][--][-e][X=1]"
mapfile -t many < <(seq 1 20000)
run inside -- sh -c 'echo $#' sh "${many[@]}"
is 'twenty thousand arguments arrive' "$out" 20000
run inside -- sh -c 'echo ${#1}' sh "$(head -c 120000 /dev/zero | tr '\0' x)"
is 'a long argument arrives' "$out" 120000
run inside -- sh -c 'cat; exit 4' < <(printf 'input')
is 'stdin and the status of a filter' "$status" 4
is 'bytes pass unchanged' "$(printf 'a\0b\r\n\377' | inside -- cat | od -An -tx1)" "$(printf 'a\0b\r\n\377' | od -An -tx1)"
run inside -- sh -c 'echo out; echo err >&2'
is 'stdout and stderr stay apart' "$out/$err" out/err

# --- environment
run env -i HOME=/x SECRET=1 LD_PRELOAD= BASH_ENV=/x ENV=/x PATH="$PATH" TERM=vt100 LANG=C LC_ALL=C http_proxy=http://p:1 no_proxy=h \
	"$ZOL_BUILD/zolkit" --config "$C" chroot run -e A='1 2' -e 'PATH=/bin' -- /usr/bin/env
is 'the environment is what it should be' "$(sort <<< "$out" | grep -v '^SHLVL=\|^_=')" "$(sort <<-EOF
	A=1 2
	HOME=/root
	LANG=C.UTF-8
	LOGNAME=root
	PATH=/bin
	PROFILE_READ=yes
	PWD=/root
	SHELL=/bin/bash
	TERM=vt100
	USER=root
	http_proxy=http://p:1
	no_proxy=h
EOF
)"
run inside -e 'PROFILE_READ=mine' -- sh -c 'echo $PROFILE_READ'
is 'a variable of the user is stronger than the profile' "$out" mine
run inside --no-profile -- sh -c 'echo "[$PROFILE_READ]"'
is 'no profile on request' "$out" '[]'
run inside -e 'X=$(touch /tmp/evil); `id`' -- sh -c 'echo "$X"; ls /tmp'
is 'a value is never read as shell' "$out" '$(touch /tmp/evil); `id`'
for bad in X =1 1X=2 'A B=1' 'A-B=1'; do
	run inside -e "$bad" -- true
	is "variable '$bad' is refused" "$status" 2
done
run inside -- sh -c 'umask; pwd; id -u'
is 'umask, directory and user' "$out" $'0022\n/root\n0'
run inside -d /var/log -- pwd
is 'working directory' "$out" /var/log
run inside -d /none -- pwd
is 'a missing working directory is a failure of the system' "$status" 3
like 'and is named' "$err" '/none'
run inside --user user -- sh -c 'id -u; id -G; echo $HOME $USER'
is 'another user with all groups' "$out" $'1000\n1000 10 250\n/home user'
run inside --user nobody9 -- true
is 'an unknown user is refused' "$status" 2
run bash -c 'exec 7<"$1" 8>"$1.w"; shift; exec "$@"' - "$C" "$ZOL_BUILD/zolkit" --config "$C" chroot run -- sh -c 'ls /proc/self/fd | tr "\n" " "'
is 'no other descriptor is inherited' "$out" '0 1 2 3 '
run inside -- sh -c 'trap - PIPE; kill -PIPE $$; echo survived'
is 'SIGPIPE has its default action' "$out" ''

# --- process numbers
like 'a PID namespace by default' "$(inside -- sh -c 'echo $$')" '^[0-9]$'
isnt 'none on request' "$(inside --no-pid -- sh -c 'echo $$')" "$(inside --pid -- sh -c 'echo $$')"
inside -- sh -c 'sleep 99.125 & exit 0'
ok 'what the command left behind ends with it' ! pgrep -f 'sleep 99\.125'
run inside --pid --no-pid -- true
is 'contradicting options are refused' "$status" 2
is 'the host name changes inside only' "$(inside -- sh -c 'hostname elsewhere; hostname'; hostname)" "elsewhere
$(hostname)"

# --- env-update
mkdir -p "$G/usr/sbin" "$G/etc/env.d"
printf '#!/bin/sh\necho chatter\necho x >> /root/updates\nread line && echo "read $line"\n: > /etc/profile.env\n' > "$G/usr/sbin/env-update"
chmod 755 "$G/usr/sbin/env-update"
run inside -- cat <<< mine
is 'env-update neither writes to stdout nor reads stdin' "$out" mine
is 'its chatter is on stderr' "$err" chatter
inside -- true
is 'it runs only when env.d changed' "$(wc -l < "$G/root/updates")" 1
touch -d '+10 seconds' "$G/etc/env.d/99new"
inside -- true 2> /dev/null
is 'and then again' "$(wc -l < "$G/root/updates")" 2
touch -d '+30 seconds' "$G/etc/profile.env"

# --- which tree
run inside -r "$T/none" -- true
is 'a missing tree' "$status" 3
run z -g none chroot run -- true
is 'a missing guest' "$status" 2
like 'is named' "$err" "none"
run z -g ../x chroot run -- true
is 'a name with a slash is refused' "$status" 2
run inside -r / -- true
is "the host's root is refused" "$status" 2
run z -g g chroot run -r "$G" -- true
is 'guest and tree exclude each other' "$status" 2
is 'a tree that is no guest' "$(inside --root "$G" -- cat /etc/group | head -1)" 'root:x:0:'
run z chroot run
is 'no command' "$status" 2
run env -i "$ZOL_BUILD/zolkit" --config "$C" chroot enter g <<< 'echo "$PROFILE_READ"; exit 6'
is 'enter reads commands from a pipe' "$status/$out" 6/yes

# --- time limit
run inside --timeout 300ms -- sleep 99
is 'a command is ended at its limit' "$status" 124
like 'with a word on it' "$err" 'time limit'
for opt in --pid --no-pid; do
	run inside "$opt" --timeout 300ms -- sh -c 'trap "" TERM; sleep 97.125 & wait; sleep 97.25'
	is "$opt: so is one that does not obey" "$status" 124
	is "$opt: with all that it has started" "$(pgrep -f '^sleep 97\.')" ''
done
run inside --timeout 300ms -- sh -c 'trap "exit 0" TERM; while :; do sleep 0.1; done'
is 'whatever it returns then is no success' "$status" 124

# --- a guest without a shell
mkdir -p "$T/bare/bin"
cp "$(command -v busybox)" "$T/bare/bin/echo"
run inside --root "$T/bare" -- echo hello
is 'a tree without a shell runs programs' "$out" hello
cp "$T/bare/bin/echo" "$T/bare/bin/env"
run inside --root "$T/bare" -e HOME=/none -e A=1 -e HOME=/mine -- env
is 'with the variables that are asked for, each once' "$(grep -E '^(HOME|A)=' <<< "$out" | sort)" $'A=1\nHOME=/mine'
run inside --root "$T/bare" -- nothing
is 'what cannot be executed there is a failure' "$status" 3
run inside --root "$T/bare" -- echo "$(head -c 200000 /dev/zero | tr '\0' x)"
isnt 'too long an argument is a failure' "$status" 0

# --- many at once
for i in 1 2 3 4 5 6 7 8; do inside -- sh -c "sleep 0.1; exit $i" & pids[i]=$!; done
sum=''
for i in 1 2 3 4 5 6 7 8; do wait "${pids[i]}"; sum+=$?; done
is 'entries at the same time do not disturb each other' "$sum" 12345678

done_testing
