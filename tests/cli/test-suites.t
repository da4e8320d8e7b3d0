#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zolkit test run with the parsers of suites: their programs' output decides, not their exit status. The
# output is that of tests/data/suite; runfiles are listed; what is cut is never a pass.
# shellcheck disable=SC2154,SC2119
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/testrun.sh
. "$ZOL_TOP/tests/lib/testrun.sh"
testrun_setup

data=$ZOL_TOP/tests/data/suite
# describe NAME PARSER STATUS LOG LIST...: a suite whose every test prints a log and exits with a status.
describe() {
	printf '%s\n' '[suite]' "name = $1" "title = $1" 'where = vm' "parser = $2" "${@:5}" \
		"command = sh -c 'cat \"\$1\"; exit \$2' sh $data/$4 $3" >"$T/$1.ini"
}

cat >"$T/a.run" <<'RUN'
[DEFAULT]
pre = setup
[tests/functional/acl/off]
tests = ['setup', 'dosmode',
    'slow', 'skipped', 'unheard']
[tests/functional/acl/posix]
tests = ['one']
RUN
describe zts zts 0 zts-mixed.log "list = runfile $T/a.run"
run z test run --where host "$T/zts.ini"
is 'ZTS: tests come from the runfile, verdicts from the log' "$(verdicts)" 'acl/off/setup PASS
acl/off/dosmode FAIL
acl/off/slow TIMEOUT
acl/off/skipped SKIP
acl/off/unheard FAIL
acl/posix/one FAIL'
is 'with the reason of the log' "$(field acl/off/dosmode reason)" 'chmod A+w file exited 1'

describe cut zts 0 zts-cut.log 'tests = acl/off/setup'
run z test run --where host "$T/cut.ini"
is 'a cut log is no pass' "$(verdicts):$(field acl/off/setup reason)" 'acl/off/setup FAIL:the log ends before the summary'

describe xfs xfstests 0 xfstests.log 'tests = generic/001 generic/003 generic/004 generic/005 generic/008'
run z test run --where host "$T/xfs.ini"
is 'xfstests: each end that check knows' "$(verdicts)" 'generic/001 PASS
generic/003 FAIL
generic/004 SKIP
generic/005 SKIP
generic/008 FAIL'

describe tap tap 0 tap-cut.log 'tests = t'
run z test run --where host "$T/tap.ini"
is 'TAP: fewer tests than planned' "$(verdicts):$(field t reason)" 't FAIL:fewer tests than planned'
describe plain tap 3 filebench-bad.log 'tests = t'
run z test run --where host "$T/plain.ini"
like 'without TAP the exit status counts' "$(verdicts):$(field t reason)" '^t FAIL:exit status 3: '
describe fio fio 0 fio.json 'tests = randomwrite'
run z test run --where host "$T/fio.ini"
is 'fio: a whole document passes' "$(verdicts)" 'randomwrite PASS'
is 'with its numbers' "$(field randomwrite reason)" 'randomwrite.write.bandwidth 4179908 B/s, randomwrite.write.iops 1020 ops/s, randomwrite.write.latency 31352 us, randomwrite.write.latency.p99 60031 us'

run z test run splat
like 'splat: elsewhere says what replaced it' "$err" 'the suites zts and ztest'
isnt 'and does not run' "$status" 0
done_testing
