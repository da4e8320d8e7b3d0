#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bash -n and shellcheck over all shell code of ours. Tests call functions in ways that a reader
# of one file cannot see (SC2317), hold scripts in single quotes, and leave fields of read unused:
# of tests, only the warnings count.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"

# scripts DIR: names of the shell scripts.
scripts() {
	(cd "$1" && { git ls-files 2>/dev/null || find . -type f -printf '%P\n'; } | while IFS= read -r f; do
		[[ -f $f ]] || continue
		case $f in
		*.sh) echo "$f" ;;
		*.c | *.h | *.md | *.scd | *.ebuild | *.eclass | tests/data/*) ;;
		*)
			IFS= read -r line <"$f" 2>/dev/null
			[[ $line =~ ^'#!'.*/(env )?(ba)?sh( |$) ]] && echo "$f"
			;;
		esac
	done)
}

syntax() { (cd "$1" && scripts . | while IFS= read -r f; do bash -n "$f" 2>&1; done); }
# One process per few files: the time goes into each file's own analysis.
checked() {
	(
		cd "$1" || exit
		scripts . | grep -v '^tests/' | tr '\n' '\0' |
			xargs -0 -r -n 4 -P 2 shellcheck -x -e SC2317,SC1091 -f gcc 2>&1
		scripts . | grep '^tests/' | tr '\n' '\0' |
			xargs -0 -r -n 4 -P 2 shellcheck -x -S warning -e SC2317,SC1091,SC2034,SC2010,SC2011 -f gcc 2>&1
	)
}

command -v shellcheck >/dev/null || skip_all 'no shellcheck'
is 'bash reads all scripts' "$(syntax "$ZOL_TOP")" ''
if [[ ${ZOL_QUICK:-} ]]; then
	skip 'shellcheck is content' 'quick'
else
	is 'shellcheck is content' "$(checked "$ZOL_TOP")" ''
fi

mkdir "$T/tree"
printf '#!/bin/bash\nif true; then\n' >"$T/tree/broken"
like 'a syntax error is found' "$(syntax "$T/tree")" 'broken: line [0-9]+: syntax error'
printf '#!/bin/bash\nrm $1\n' >"$T/tree/broken"
like 'an unquoted expansion is found' "$(checked "$T/tree")" 'broken:2:4: note: .*SC2086'
done_testing
