#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The slow analysers: `make lint` (ZOL_LINT_FULL=1) only.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"

[[ ${ZOL_LINT_FULL:-} ]] || skip_all 'only with ZOL_LINT_FULL=1 (make lint)'
read -ra libs < <(pkg-config --cflags libcurl libcrypto libarchive liblzma inih jansson libgit2 sqlite3 2>/dev/null)
flags=(-std=gnu17 -D_GNU_SOURCE -DZOL_VERSION=0 -DZOL_PREFIX=/usr -DZOL_SYSCONFDIR=/etc -DOPENSSL_NO_DEPRECATED
	-DZOL_ANALYZER -Ihelpers "${libs[@]}")

# Each takes a tree and prints what it finds. None of them knows the cleanup attribute: all call
# leaks what it releases. With ZOL_LEAKS_ONLY such variables are static, which keeps what they hold:
# that way cppcheck finds the leaks of all others. For clang and gcc it would be no C; leaks that only
# they could see are found by make check-asan and make check-valgrind.
tidy() { (cd "$1" && find helpers -name '*.c' -print0 | xargs -0 -n 8 -P 2 sh -c 'tidy=$1; shift; flags=$1; shift
	# shellcheck disable=SC2086
	$tidy --quiet "$@" -- $flags 2>/dev/null' - "$tidy" "${flags[*]}" | grep -E '(warning|error):' | grep -vE 'Potential (leak of memory|memory leak)'); }
analyzer() { (cd "$1" && find helpers -name '*.c' -print0 |
	xargs -0 -n 1 -P 2 gcc "${flags[@]}" -O0 -fanalyzer -Wno-analyzer-malloc-leak -c -o /dev/null 2>&1 |
	# What gcc 12 cannot place is about the temporary of a cleanup.
	grep -E '^[^:]+:[0-9]+:.*(warning|error):'); }
check() { (cd "$1" && cppcheck --quiet --std=c11 --enable=warning,portability,performance --inline-suppr \
	--suppress=missingIncludeSystem --suppress=memleak --suppress=resourceLeak -D_GNU_SOURCE -DZOL_VERSION=0 \
	-Ihelpers --template='{file}:{line}: {severity}: {message} [{id}]' helpers 2>&1); }
leaks() { (cd "$1" && cppcheck --quiet --std=c11 --inline-suppr --suppress=missingIncludeSystem -D_GNU_SOURCE \
	-DZOL_VERSION=0 -DZOL_LEAKS_ONLY -Ihelpers --template='{file}:{line}: {severity}: {message} [{id}]' helpers 2>&1); }
# The code is C23 as well: what newer compilers take by default.
c23() { (cd "$1" && find helpers -name '*.c' -print0 | xargs -0 -n 16 -P 2 "$clang" "${flags[@]/gnu17/gnu23}" \
	-Wall -Wextra -fsyntax-only 2>&1 | grep -E '(warning|error):'); }

mkdir -p "$T/helpers/base"
cp "$ZOL_TOP/.clang-tidy" "$T/"
cat >"$T/helpers/base/bad.c" <<'EOF'
#include <stdlib.h>
#include <stddef.h>
int bad(int n);
int bad(int n)
{
	int nullptr = 0, *p = malloc(sizeof(int));
	*p = n + nullptr;
	free(p);
	if (n)
		free(p);
	return 0;
}
EOF

if tidy=$(command -v clang-tidy-19 || command -v clang-tidy); then
	is 'clang-tidy is content' "$(tidy "$ZOL_TOP")" ''
	like 'clang-tidy finds a double free' "$(tidy "$T")" 'clang-analyzer-unix.Malloc'
else
	skip 'clang-tidy is content' 'no clang-tidy'
fi
is 'gcc -fanalyzer is content' "$(analyzer "$ZOL_TOP")" ''
like 'gcc -fanalyzer finds a double free' "$(analyzer "$T")" 'Wanalyzer-double-free'
if command -v cppcheck >/dev/null; then
	is 'cppcheck is content' "$(check "$ZOL_TOP")" ''
	like 'cppcheck finds a double free' "$(check "$T")" 'doubleFree'
	is 'cppcheck finds no leak' "$(leaks "$ZOL_TOP")" ''
	cp "$ZOL_TOP/helpers/base/attr.h" "$T/helpers/base/"
	printf '%s\n' '#include "base/attr.h"' 'int leak(int n);' 'int leak(int n)' '{' \
		'	ZOL_AUTO(free) char *kept = malloc(8);' '	char *lost = malloc(8);' \
		'	return kept && lost ? kept[n] + lost[n] : 0;' '}' > "$T/helpers/base/leak.c"
	is 'cppcheck finds a leak, and only that one' "$(leaks "$T" | grep -o 'Memory leak: .*')" 'Memory leak: lost [memleak]'
	rm "$T"/helpers/base/{leak.c,attr.h}
else
	skip 'cppcheck is content' 'no cppcheck'
fi
if clang=$(command -v clang-19 || command -v clang); then
	is 'the code is C23 as well' "$(c23 "$ZOL_TOP")" ''
	like 'a name that C23 took is found' "$(c23 "$T")" 'error:'
else
	skip 'the code is C23 as well' 'no clang'
fi
done_testing
