#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"

fmt=$(command -v clang-format-19 || command -v clang-format) || skip_all 'no clang-format'

# deviations DIR LAYER...: files that are not as clang-format would set them.
deviations() {
	local dir=$1
	shift
	(cd "$dir" && find "$@" -name '*.[ch]' -print0 | xargs -0 "$fmt" --dry-run 2>&1 |
		sed -n 's/^\([^:]*:[0-9]*\):.*code should be clang-formatted.*/\1/p' | sort -u | head -n 20)
}

where=(helpers tests)
[[ -z ${ZOL_QUICK:-} ]] || where=(helpers/{base,core,wrap,cli} tests/{unit,fuzz,lib})
is 'the code is formatted' "$(deviations "$ZOL_TOP" "${where[@]}")" '' || diag "$fmt -i FILE... sets it"
mkdir -p "$T/helpers"
cp "$ZOL_TOP/.clang-format" "$T/"
printf 'int f( void ) {return 1;}\n' >"$T/helpers/a.c"
like 'what is not is found' "$(deviations "$T" helpers)" '^helpers/a.c:1'
done_testing
