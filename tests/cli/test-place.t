#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Where a suite's commands run and with what environment: variables are replaced there, too, and what its
# set-up makes may be the directory.
# shellcheck disable=SC2154
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/testrun.sh
. "$ZOL_TOP/tests/lib/testrun.sh"
testrun_setup
cat >"$T/place.ini" <<'EOT'
[suite]
name = place
title = place
where = vm
parser = exit
list = fixed
tests = one two
setup = mkdir ${work}
before = /bin/sh -c 'pwd >>${work}/before; echo "$WHO" >>${work}/before'
command = /bin/sh -c 'pwd; echo "$WHO"; [ "$PWD" = "$1" ] && [ "$WHO" = "me-$2" ]' sh ${work} ${test}
after = rm -f ${work}/gone
directory = ${work}
env = WHO=${who}-${test}

[vars]
who = me
EOT

run z test run --where host --set "work=$T/work" "$T/place.ini"
is 'both tests find themselves where they should be' "$status" 0 || diag "$err" "$(cat "$T"/state/test/results.db.d/*/*.log)"
is 'each with its environment' "$(verdicts)" 'one PASS
two PASS'
is 'the other commands have it, too, and run in /' "$(sed -n 'n;p' "$T/work/before")" 'me-one
me-two'
# What is to be kept of a test is, before the suite clears up.
cat >"$T/keep.ini" <<'EOT'
[suite]
name = keep
title = keep
where = vm
parser = exit
list = fixed
tests = bad
before = mkdir ${work}
command = /bin/sh -c 'echo core >core.1; exit 1'
after = rm -r ${work}
directory = ${work}
artifact = ${work}/core*
EOT
run z test run --where host --set "work=$T/kept" "$T/keep.ini"
is 'a test fails' "$status $(verdicts)" '1 bad FAIL'
is 'what it left is kept' "$(tar -xOf "$(find "$T/state/test/results.db.d" -name '*.tar')")" core
ok 'and cleared away' test ! -e "$T/kept"

is 'the environment names the kernel, with ZFS or without' "$(z test report last -f json | jq -r .environment.kernel)" \
	"$(uname -r)"
run z test run --where host "$T/place.ini"
is 'a variable that nothing sets is told' "$status" 2
like 'by its name' "$err" 'nothing sets \$\{work\}'
done_testing
