#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# make check-xfstests XFSTESTS=DIR: xfstests from a source tree, built in the guest that zfs.t leaves. Its selftest
# group, whose outcome is known before; then the guide's list on ZFS, whose results are printed. TESTS_XFS
# names others than the guide's, JOBS_XFS how many VMs work at the same time, LIMIT_XFS the time for a test.
# shellcheck disable=SC2119,SC2154
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/suites.sh
. "$ZOL_TOP/tests/lib/suites.sh"
# shellcheck source=tests/lib/reports.sh
. "$ZOL_TOP/tests/lib/reports.sh"
suites_setup
[[ -x ${XFSTESTS:-}/check ]] || skip_all 'XFSTESTS names no source tree of xfstests'

ok 'the guest gets what xfstests wants' suites_packages xfstests xfsprogs xfslibs-dev libaio-dev uuid-runtime \
	libgdbm-dev libcap-dev libtool-bin automake autoconf gawk acl attr bc e2fsprogs fdisk quota psmisc procps file || exit 1
ok 'and the source' suites_source "$XFSTESTS" /var/lib/xfstests check || exit 1
z -q chroot run --no-code --directory=/var/lib/xfstests -- make -j2 >"$T/make.log" 2>&1
is 'it is built there' "$?" 0 || { diag "$(tail -n 20 "$T/make.log")"; exit 1; }

run test_run selftest
diag "$(results)"
is 'the seven behaviours of its selftest group are told apart' "$(verdicts | grep -v /007)" 'selftest/001 PASS
selftest/002 FAIL
selftest/003 FAIL
selftest/004 SKIP
selftest/005 CRASH
selftest/006 TIMEOUT' || diag "$err"
like 'the mismatch has its reason' "$(field selftest/002 reason)" 'output mismatch'
like 'so has the failure' "$(field selftest/003 reason)" 'output mismatch|exit status 1'
is 'and what was skipped' "$(field selftest/004 reason)" 'Always skip me'
like 'the crash that of the kernel' "$(field selftest/005 reason)" 'sysrq triggered crash'
like 'the hang its limit' "$(field selftest/006 reason)" 'ended at its limit'
z test report --db "$ZOL_TEST_DB" -f tap -o "$T/r.tap"
like "Perl's parser reads the TAP" "$(tap_counts "$T/r.tap")" '^7 run, [45] failed, 1 skipped, errors: none$'
z test report --db "$ZOL_TEST_DB" -f junit -o "$T/r.xml"
like 'junitparser the JUnit' "$(junit_counts "$T/r.xml")" '^7 tests, [23] failures, 2 errors, 1 skipped$'
# It fails every other time, by chance.
run test_run --repeat 10 selftest selftest/007
diag "$(results)"
is 'and what is flaky' "$(verdicts)" 'selftest/007 FLAKY' || diag "$err"

run test_run --set fstyp=tmpfs xfstests generic/131
diag "$(results)"
is 'a test passes on a file system of the kernel' "$status $(verdicts)" '0 generic/131 PASS' || diag "$err"

read -ra tests <<<"${TESTS_XFS:-guide}"
run test_run ${LIMIT_XFS:+--limit "$LIMIT_XFS"} ${JOBS_XFS:+--jobs "$JOBS_XFS"} xfstests "${tests[@]}"
diag "$(results)"
is 'the tests on ZFS come to an end' "$(verdicts | grep -cE ' (none|LOST)$')" 0 || diag "$err"
# shellcheck disable=SC2016 # awk's
ok 'and most of those that can run there pass' \
	awk '$2 == "PASS" { good++ } $2 != "PASS" && $2 != "SKIP" { bad++ } END { exit !(good > 4 * bad) }' <(verdicts)
diag "$(verdicts | awk '{ n[$2]++ } END { for (v in n) print v, n[v] }')"
done_testing
