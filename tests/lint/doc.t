#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2016 # backquotes are Markdown here
# What the pages below doc/ and README.md name in this tree is there.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh" || exit 1
cd "$ZOL_TOP" || exit 1

# missing FILE...: paths in `quotes` that are nowhere
missing() {
	grep -oh '`\(tests\|doc\|conf\|helpers\|eclass\|overlay\)/[^`* ]*`' "$@" | tr -d '`' | sort -u |
		while read -r path; do [[ -e $path ]] || echo "$path"; done
}
for page in README.md CONTRIBUTING.md doc/*.md; do
	is "$page names what is there" "$(missing "$page")" ''
done
printf 'see `tests/cli/no-such-test.t`\n' > "$T/planted.md"
is 'a planted one is found' "$(missing "$T/planted.md")" tests/cli/no-such-test.t

# Each command in a box of the guide, with --help before its operands: the parser knows every word of it.
refused() {
	sed -n '/^```$/,/^```$/s/^zolkit //p' "$1" | while read -ra words; do
		local argv=() word
		for word in "${words[@]}"; do
			[[ $word != -- ]] || break
			argv+=("$word")
		done
		"$ZOL_BUILD/zolkit" "${argv[@]}" --help > "$T/help" 2>&1 || echo "${words[*]}: $(head -1 "$T/help")"
	done
}
is 'the commands of the guide are understood' "$(refused doc/guide.md)" ''
printf '```\nzolkit vm start --bogus -- x\n```\n' > "$T/planted.md"
like 'a planted one is not' "$(refused "$T/planted.md")" 'vm start --bogus'
done_testing
