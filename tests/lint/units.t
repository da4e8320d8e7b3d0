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

# Tests that only exist prove nothing: each unit must assert something, itself or by a function or macro of its file
# or of a header.
hollow() {
	(cd "$1" && shopt -s nullglob && awk '
	function settle(name, known, more) {
		do {
			more = 0
			for (name in body)
				for (known in sure)
					if (!(name in sure) && body[name] ~ "(^|[^A-Za-z0-9_])" known "[(]") { sure[name]; more = 1; break }
		} while (more)
		for (name in body) if (name ~ /^UNIT\(/ && !(name in sure)) print file ": " name
		for (name in sure) if (file !~ /\.h$/ && !(name in shared)) delete sure[name]
			else shared[name]
		if (file !~ /\.h$/) delete body
	}
	FNR == 1 { if (file) settle(); file = FILENAME; name = "" }
	/^(# *define )?[A-Za-z_].*\(/ && !/;$/ && !/^__attribute__/ && !name {
		name = $0
		if (/^UNIT\(/) next
		sub(/^# *define /, "", name); sub(/\(.*/, "", name); sub(/.*[ *]/, "", name)
	}
	name { body[name] = body[name] "\n" $0 }
	name && /(assert|expect)_[a-z_]*\(|fail(_msg)?\(/ { sure[name] }
	/^# *define/ { macro = 1 }
	/^}/ || (macro && !/\\$/) { name = ""; macro = 0 }
	END { settle() }' tests/unit/*.h tests/unit/test_*.c | sort)
}

if [[ ${ZOL_QUICK:-} ]]; then
	skip 'every file has a unit test' 'quick'
else
	is 'every file has a unit test' "$(untested "$ZOL_TOP")" ''
fi

is 'every unit asserts something' "$(hollow "$ZOL_TOP")" ''

mkdir -p "$T/helpers/core" "$T/tests/unit"
touch "$T/helpers/core/"{a,a_b,c,c_d_e}.c "$T/tests/unit/test_core_"{a,c_d}.c
is 'a missing test is found' "$(untested "$T")" 'helpers/core/c.c has no test'
printf 'static void sure(int a)\n{\n\tassert_true(a);\n}\nstatic inline void nothing(void)\n{\n}\n' >"$T/tests/unit/a.h"
printf '#define SURE(a) assert_true(a)\nUNIT(x)\n{\n\tSURE(1);\n}\nUNIT(y)\n{\n\tnothing();\n}\nstatic void by(int a)\n{\n\tsure(a);\n}\nUNIT(z)\n{\n\tby(1);\n}\n' \
	>"$T/tests/unit/test_core_a.c"
printf 'static void by(int a)\n{\n}\nUNIT(z)\n{\n\tby(1);\n\tSURE(1);\n}\n' >"$T/tests/unit/test_core_c_d.c"
is 'hollow tests are found' "$(hollow "$T")" 'tests/unit/test_core_a.c: UNIT(y)
tests/unit/test_core_c_d.c: UNIT(z)'
done_testing
