#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The TAP library itself: what it prints, and that a test that fails makes the script fail.
# shellcheck disable=SC2016 # the scripts are expanded later
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"

# try SCRIPT: runs it as a test of its own.
try() {
	printf '. "$ZOL_TOP/tests/lib/tap.sh"\n%s\n' "$1" >"$T/inner"
	run bash "$T/inner"
}

try 'plan 1; ok "it # works" true'
is 'a passing script exits with 0' "$status" 0
is 'and prints its plan and result' "$out" $'1..1\nok 1 - it \\# works'

try 'ok fails sh -c "echo why; exit 3"; done_testing'
is 'a failing test makes the script fail' "$status" 1
like 'the output of a failing command is shown' "$out" $'not ok 1 - fails\n# status 3: .*\n# why'

try 'ok negated ! false; ok wrong ! true; done_testing'
like '! expects failure' "$out" $'^ok 1 - negated\nnot ok 2 - wrong'

try 'ok missing ! no-such-program-here; done_testing'
is 'but not that there is no such program' "$status" 1

try 'is same a a; is other a b; isnt x a b; isnt y a a; done_testing'
like 'is and isnt compare' "$out" $'^ok 1.*\nnot ok 2.*expected: b\nok 3 - x\nnot ok 4 - y'

try 'like a foobar "^fo+b"; like b foobar "^bar"; unlike c foo bar; unlike d foo o; done_testing'
like 'like and unlike match' "$out" $'^ok 1.*\nnot ok 2.*\nok 3 - c\nnot ok 4 - d'

try 'run sh -c "echo o; echo e >&2; exit 5"; is s "$status:$out:$err" 5:o:e; done_testing'
is 'run gives status and both streams' "$status" 0

try 'plan 2; ok one true'
is 'a plan that is not kept fails' "$status" 1
try 'ok one true'
is 'no plan fails' "$status" 1
try 'ok one true; done_testing; exit 4'
is 'the status of exit is kept' "$status" 4

try 'skip_all no such thing; ok never false'
is 'skip_all passes' "$status:$out" '0:1..0 # SKIP no such thing'
try 'skip one why; done_testing'
is 'skip passes' "$status:$out" $'0:ok 1 - one # SKIP why\n1..1'

try 'echo "$T" >&2; touch "$T/x"; at_exit echo first; at_exit echo second; ok x test -d "$T"; done_testing'
like 'clean-up runs backwards' "$out" $'second\nfirst$'
ok 'the private directory is removed' ! test -e "$err"
try '(exit 3); echo "$T" >&2; (:); x=$(:); ok "still there" test -d "$T"; done_testing'
is 'subshells remove nothing' "$status" 0
done_testing
