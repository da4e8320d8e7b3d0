#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# make check-xfstests XFSTESTS=DIR: xfstests from a source tree, built in the guest that zfs.t leaves. Its selftest
# group, whose outcome is known before; then the guide's list on ZFS, whose results are printed. TESTS_XFS
# names others than the guide's.
# shellcheck disable=SC2119,SC2154
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/suites.sh
. "$ZOL_TOP/tests/lib/suites.sh"
suites_setup
[[ -x ${XFSTESTS:-}/check ]] || skip_all 'XFSTESTS names no source tree of xfstests'

ok 'the guest gets what xfstests wants' suites_packages xfstests xfsprogs xfslibs-dev libaio-dev uuid-runtime \
	libgdbm-dev libcap-dev libtool-bin automake autoconf gawk acl attr bc e2fsprogs quota psmisc procps file || exit 1
ok 'and the source' suites_source "$XFSTESTS" /var/lib/xfstests check || exit 1
z -q chroot run --no-code --directory=/var/lib/xfstests -- make -j2 >"$T/make.log" 2>&1
is 'it is built there' "$?" 0 || { diag "$(tail -n 20 "$T/make.log")"; exit 1; }

run test_run --retry 1 selftest
diag "$(results)"
is 'the seven behaviours of its selftest group are told apart' "$(verdicts)" 'selftest/001 PASS
selftest/002 FAIL
selftest/003 FAIL
selftest/004 SKIP
selftest/005 CRASH
selftest/006 TIMEOUT
selftest/007 FLAKY' || diag "$err"

read -ra tests <<<"${TESTS_XFS:-guide}"
run test_run xfstests "${tests[@]}"
diag "$(results)"
is 'the tests on ZFS come to an end' "$(verdicts | grep -cE ' (none|LOST)$')" 0 || diag "$err"
ok 'and some pass' test "$(verdicts | grep -c ' PASS$')" -gt 0
diag "$(verdicts | awk '{ n[$2]++ } END { for (v in n) print v, n[v] }')"
done_testing
