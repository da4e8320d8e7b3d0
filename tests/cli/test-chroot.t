#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zolkit test run --where chroot: commands as tests in a guest's chroot, a suite with files, set-up and
# limits, and what is left behind when the runner is killed.
# shellcheck disable=SC2016,SC2154 # for the shell of the guest; tap.sh sets status, out and err
. "${ZOL_TOP:?}/tests/lib/chroot.sh" || exit 1

cmd=$ZOL_TOP/conf/suites/cmd.ini
t() { z test run --where chroot "$cmd" -- "$@"; }
last() { z test report last -f json | jq -r ".tests[] | $1"; }
verdict() { last '.verdict + ": " + (.reason // "-")'; }

run t sh -c 'echo hello; test -e /etc/passwd'
is 'a command passes' "$status $(verdict)" '0 PASS: -'
is 'what it printed is kept' "$(cat "$(last .log)")" hello
echo here >"$G/only-here"
run t cat /only-here
is 'it runs in the tree of the guest' "$status $(cat "$(last .log)")" '0 here'
run t sh -c 'echo it broke; exit 5'
is 'a status is a failure' "$status $(verdict)" '1 FAIL: exit status 5: it broke'
run t sh -c 'echo no device; exit 77'
is '77 skips' "$status $(verdict)" '0 SKIP: no device'
run t sh -c 'kill -SEGV $$'
is 'so is a signal' "$status $(last .verdict)" '1 FAIL'
like 'which is told' "$(last .reason)" 'signal 11|status 139'
run t sh -c 'printf "1..2\nok 1 - a\nnot ok 2 - b\n"'
is 'TAP is read' "$status $(last .verdict)" '1 FAIL'
run t sh -c 'printf "1..2\nok 1 - a\n"'
is 'TAP that is cut is a failure' "$status $(last .verdict)" '1 FAIL'
run t /no/such/program
is 'a program that is not there is a failure' "$status $(last .verdict)" '1 FAIL'
run z test run --where chroot --env "TOLD=a b" "$cmd" -- sh -c 'test "$TOLD" = "a b"'
is 'the environment arrives' "$status" 0
run z test run --where chroot --retry 1 "$cmd" -- sh -c 'test -e /tmp/again || { : >/tmp/again; exit 1; }'
is 'state stays between tries: both seen is flaky' "$(last '.verdict + " " + (.passed | tostring)')" 'FLAKY 1'

# --- a limit ends all that the test has started -------------------------------------------------------
mark=zol-t-$$-left
run z test run --where chroot --limit 1s "$cmd" -- sh -c "sh -c 'sleep 600; : $mark' & sh -c 'trap \"\" TERM; sleep 600; : $mark'"
is 'a limit is kept' "$status $(last .verdict)" '1 TIMEOUT'
is 'nothing that it started is left' "$(pgrep -fc -- ": $mark\$")" 0

# --- a suite of its own ---------------------------------------------------------------------------------
mkdir "$T/suites"
echo 'from the host' >"$T/suites/data"
cat >"$T/suites/own.ini" <<'EOT'
[suite]
name = own
title = a suite for the chroot
where = chroot
parser = exit
list = command /bin/sh -c 'echo one; echo two; echo three'
install = data /opt/own/data 0600
setup = /bin/sh -c 'echo set >/opt/own/state'
before = /bin/sh -c 'echo "before $1" >>/opt/own/state' sh ${test}
command = /bin/sh -c 'cat /opt/own/data; echo kept >"$2/file"; pwd; [ "$1" != two ]' sh ${test} ${results}
after = /bin/sh -c 'echo "after $1" >>/opt/own/state' sh ${test}
teardown = /bin/sh -c 'echo end >>/opt/own/state'
artifact = ${results}
directory = /opt/own
require = program:sh path:/opt/own/data
timeout = 20s
EOT
run z test run "$T/suites/own.ini"
is 'a suite says by itself that it runs there' "$status $(last '.name + " " + .verdict' | tr '\n' ' ')" '1 one PASS two FAIL three PASS '
is 'its files were put there' "$(stat -c %a "$G/opt/own/data") $(cat "$G/opt/own/data")" '600 from the host'
is 'its steps ran in order' "$(tr '\n' ',' <"$G/opt/own/state")" \
	'set,before one,after one,before two,after two,before three,after three,end,'
is 'in its directory' "$(cat "$(last 'select(.name == "one") | .log')")" $'from the host\n/opt/own'
tar=$(find "$T/state/test" -name '*two*.tar')
is 'files of a failed test are kept' "$(tar -xOf "$tar" 2>/dev/null)" kept
sed -i 's/program:sh/program:sh program:no-such-tool user:nobody-has-it/' "$T/suites/own.ini"
run z test run "$T/suites/own.ini"
is 'what it lacks is told before any test' "$status $(last .verdict | sort -u)" '3 null'
like 'by name' "$err" 'without program:no-such-tool user:nobody-has-it'

# --- many at once, and a runner that is killed --------------------------------------------------------
cat >"$T/suites/many.ini" <<'EOT'
[suite]
name = many
title = many
where = chroot
parser = exit
list = command /bin/sh -c 'i=1; while [ $i -le 12 ]; do echo t$i; i=$((i+1)); done'
command = /bin/sh -c 'sleep 0.2; echo done >/root/many-$1; : many-chroot-test' sh ${test}
timeout = 20s
EOT
run z test run -j 3 "$T/suites/many.ini"
is 'three at a time' "$status $(last .verdict | sort | uniq -c | tr -s ' ')" '0  12 PASS'
is 'all in the guest' "$(find "$G/root" -name 'many-*' | wc -l)" 12
z -q test run --db "$T/k.db" "$T/suites/many.ini" >/dev/null 2>&1 &
pid=$!
until [[ -e $T/k.db && $(sqlite3 "$T/k.db" 'SELECT count(*) FROM results WHERE state = 2' 2>/dev/null) -gt 2 ]]; do sleep 0.02; done
kill -9 "$(pgrep -P "$pid" | head -n 1)"
wait "$pid" 2>/dev/null
gone ': many-chroot-test'
ok 'with the runner goes what it ran' true
run z test run --db "$T/k.db" --resume last
is 'and the run completes' "$status $(sqlite3 "$T/k.db" 'SELECT count(*), sum(passed) FROM results')" '0 12|12'
is 'no /tmp of a run is left' "$(find "$T/state/test" -name 'chroot.*' | wc -l)" 0
is 'nothing is mounted in the guest' "$(grep -c " $G" /proc/self/mountinfo)" 0
done_testing
