#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Each file of base, core, wrap and cli has a unit test: tests/unit/test_<layer>_<file>.c, or, for
# a file that is one part of several (path_in.c), that of the first part of its name.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"

untested() {
	local f layer name
	(cd "$1" && for f in helpers/{base,core,wrap,cli}/*.c; do
		[[ -e $f ]] || continue
		layer=${f#helpers/} layer=${layer%%/*} name=${f##*/} name=${name%.c}
		while [[ ! -e tests/unit/test_${layer}_$name.c ]]; do
			if [[ $name != *_* ]]; then
				echo "$f has no test"
				break
			fi
			name=${name%_*}
		done
	done)
}

# Tests that only exist prove nothing: each unit must hold assertions.
hollow() {
	(cd "$1" && awk 'FNR == 1 { name = "" }
		/^UNIT\(/ { name = $0; sure = 0 }
		/assert_|expect_|fail_msg|check|_is\(|like\(/ { sure = 1 }
		/^}/ { if (name && !sure) hollow[FILENAME ": " name] = 1; name = "" }
		END { for (h in hollow) print h }' tests/unit/test_*.c | sort)
}

if [[ ${ZOL_QUICK:-} ]]; then
	skip 'every file has a unit test' 'quick'
else
	is 'every file has a unit test' "$(untested "$ZOL_TOP")" ''
fi

mkdir -p "$T/helpers/core" "$T/tests/unit"
touch "$T/helpers/core/"{a,a_b,c,c_d_e}.c "$T/tests/unit/test_core_"{a,c_d}.c
is 'a missing test is found' "$(untested "$T")" 'helpers/core/c.c has no test'
printf 'UNIT(x)\n{\n\tassert_true(1);\n}\nUNIT(y)\n{\n}\n' >"$T/tests/unit/test_core_a.c"
is 'a hollow test is found' "$(hollow "$T")" 'tests/unit/test_core_a.c: UNIT(y)'
done_testing
