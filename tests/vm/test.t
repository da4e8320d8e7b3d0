#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zolkit test in a VM: the seven ways in which a test can end are told apart, a crash and a hang cost one
# test each, and what the runner, QEMU or a full disk do at any moment loses and doubles nothing.
# shellcheck disable=SC2154
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/vm.sh
. "$ZOL_TOP/tests/lib/vm.sh"
vm_setup
# busybox has no chrt: the one of util-linux with its libraries
for file in $(ldd "$(command -v chrt)" | sed -nE 's|^[^/]*(/[^ ]+) \(0x.*|\1|p'); do
	mkdir -p "$root${file%/*}"
	cp -L "$file" "$root$file"
done
cp "$(command -v chrt)" "$root/bin/chrt"
suite=$ZOL_TOP/tests/data/test/seven.ini
db=$T/state/test/results.db

verdicts() { z test report "$1" -f json | jq -r '.tests[] | .name + " " + (.verdict // "none")'; }

run z test run --retry 1 --exclude stuck "$suite"
is 'the run completes with a negative answer' "$status" 1
is 'all are told apart' "$(verdicts last)" 'pass PASS
mismatch FAIL
fail FAIL
skip SKIP
crash CRASH
hang TIMEOUT
flaky FLAKY
after PASS'
diag "$err"
reason() { z test report last -f json | jq -r ".tests[] | select(.name == \"$1\") | .$2"; }
like 'the crash has the reason that the kernel gave' "$(reason crash reason)" 'sysrq|NULL|crash|panic'
ok 'and the words of the console' grep -q 'Kernel panic' "$(reason crash console)"
ok 'whose blocked tasks were asked for' grep -q 'sysrq: ' "$(reason hang console)"
ok 'without the tests before' ! grep -q 'test skip begins' "$(reason crash console)"
is 'flaky means both' "$(reason flaky attempts) $(reason flaky passed)" '2 1'

run z test run "$suite" stuck after
diag "$err"
is 'a guest in which nothing answers any more costs one test' "$(verdicts last)" 'stuck HANG
after PASS'
like 'it has its reason' "$(reason stuck reason)" 'cannot be killed|stall|lockup|does not answer'
is 'nothing is running any more' "$(pgrep -fc "guest=t.test[0-9]" || true)" 0
is 'no VM is left behind' "$(ls "$T/run")" ''
done_testing
