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
run z test run --where host "$T/place.ini"
is 'a variable that nothing sets is told' "$status" 2
like 'by its name' "$err" 'nothing sets \$\{work\}'
done_testing
