#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Rules that hold for all files: licence line, include guard, banned functions, blanks, paths.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"

# files DIR: what belongs to the project (all files, when DIR is no checkout).
files() {
	(cd "$1" && { git ls-files 2>/dev/null || find . -type f -printf '%P\n'; }) | grep -vE '^(COPYING|tests/data/|tests/fuzz/corpus/)'
}

# search DIR REGEX [FILTER]: places that match.
search() {
	(cd "$1" && files . | grep -E "${3:-.}" | tr '\n' '\0' | xargs -0 grep -HnIPs -e "$2")
}

licence() {
	(cd "$1" && files . | grep -E '\.([ch]|sh|t|mk)$|(^|/)Makefile$' | tr '\n' '\0' |
		xargs -0 awk 'FNR <= 2 && /SPDX-License-Identifier: GPL-2.0-or-later/ { ok[FILENAME] = 1 }
			{ seen[FILENAME] = 1 } END { for (f in seen) if (!(f in ok)) print f }')
}

guard() {
	(cd "$1" && files . | grep '\.h$' | tr '\n' '\0' | xargs -0 grep -Ls '^#pragma once$')
}

# Calls that have a safer form, and ways into a shell.
banned='(?<![\w.>])(system|popen|strcpy|strcat|sprintf|vsprintf|strncpy|strncat|gets|atoi|atol|atof|strtok|mktemp|tmpnam|alloca|setjmp|longjmp)\s*\('
# Places of one machine, and texts that were meant for somebody else.
private='(?<![\w.])/work/|/tmp/[a-z]/|\b(FIXME|XXX|TODO)\b'

cd "$ZOL_TOP" || exit 1
is 'the licence stands in the first lines' "$(licence .)" ''
is 'headers are included once' "$(guard .)" ''
is 'no banned function is called' "$(search . "$banned" '^(helpers|tests)/.*\.[ch]$')" ''
is 'no blanks at the end of a line' "$(search . '[ \t]+$' '\.([ch]|sh|t|mk|eclass|ebuild|md|scd|conf|config)$')" ''
is 'no private paths or notes' "$(search . "$private" | grep -v '^tests/lint/source\.t:')" ''

mkdir "$T/tree" "$T/tree/helpers"
printf '/* SPDX-License-Identifier: GPL-2.0-or-later */\nint f(void) { return atoi("1"); } \n' >"$T/tree/helpers/a.c"
printf 'int no_atoi(int), o = s.gets(1); /* TODO */\n' >"$T/tree/helpers/b.h"
is 'a missing licence is found' "$(licence "$T/tree")" 'helpers/b.h'
is 'a missing guard is found' "$(guard "$T/tree")" 'helpers/b.h'
like 'a banned call is found' "$(search "$T/tree" "$banned")" '^helpers/a.c:2:[^'$'\n'']*$'
like 'a trailing blank is found' "$(search "$T/tree" '[ \t]+$')" '^helpers/a.c:2:[^'$'\n'']*$'
like 'a private path is found' "$(search "$T/tree" "$private")" '^helpers/b.h:1:'
done_testing
