#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every fuzz target takes its seeds, cut and damaged copies of them, and nothing at all.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"

cd "$ZOL_TOP/tests/fuzz" || exit 1
for source in fuzz_*.c; do
	name=${source#fuzz_} name=${name%.c}
	seeds=("corpus/$name"/*)
	if [[ ! -e ${seeds[0]} ]]; then
		ok "$name has seeds" false
		continue
	fi
	ok "$name takes ${#seeds[@]} seeds and what is made of them" "$ZOL_BUILD/tests/fuzz/${source%.c}" "${seeds[@]}"
done
done_testing
