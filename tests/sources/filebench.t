#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# make check-filebench FILEBENCH=DIR: filebench from a source tree, built in the guest that zfs.t leaves, runs
# the guide's workload on ZFS.
# shellcheck disable=SC2119,SC2154
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/suites.sh
. "$ZOL_TOP/tests/lib/suites.sh"
suites_setup
[[ -e ${FILEBENCH:-}/parser_gram.y ]] || skip_all 'FILEBENCH names no source tree of filebench'

ok 'the guest gets what filebench wants' suites_packages filebench libtool-bin automake autoconf flex bison || exit 1
ok 'and the source' suites_source "$FILEBENCH" /var/lib/filebench filebench.h || exit 1
z -q chroot run --no-code --directory=/var/lib/filebench -- sh -ec 'libtoolize; aclocal; autoheader
	automake --add-missing; autoconf; ./configure --prefix=/usr/local; make; make install' >"$T/make.log" 2>&1
is 'it is built there' "$?" 0 || { diag "$(tail -n 20 "$T/make.log")"; exit 1; }

# Its pool is in memory: more of it than /dev/shm has is an I/O error, and the pool is suspended.
run test_run --memory 2G --set size=768M filebench randomwrite
diag "$(results)"
is 'the workload runs on ZFS' "$status $(verdicts)" '0 randomwrite PASS' || diag "$err"
done_testing
