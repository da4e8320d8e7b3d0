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
commands() { sed -n '/^```/,/^```$/{s/^[$#] zolkit /zolkit /;s/^zolkit //p}' "$1"; }
refused() {
	commands "$1" | sed 's/[|;&>#].*//' | while read -ra words; do
		local argv=() word
		for word in "${words[@]}"; do
			[[ $word != -- ]] || break
			argv+=("$word")
		done
		"$ZOL_BUILD/zolkit" "${argv[@]}" --help > "$T/help" 2>&1 || echo "${words[*]}: $(head -1 "$T/help")"
	done
}
for page in README.md doc/guide.md; do
	is "the commands of $page are understood" "$(refused $page)" ''
done
printf '```\nzolkit vm start --bogus -- x\n```\n' > "$T/planted.md"
like 'a planted one is not' "$(refused "$T/planted.md")" 'vm start --bogus'

# make TARGET, in quotes or in a box, is one of the Makefile's.
targets() { cat Makefile install.mk | sed -n 's/^\(\.PHONY: \)\?\([a-z][a-z -]*\)\(:.*\)\?$/\2/p' | tr ' ' '\n' | sort -u; }
unmade() {
	{
		grep -oh '`make [^`]*`' "$@" | tr -d '`'
		sed -n '/^```/,/^```$/p' "$@" | sed -n 's/^.*\(\<make [a-z].*\)$/\1/p' | sed 's/[#&].*//'
	} | tr ' ' '\n' | grep -E '^[a-z][a-z-]*$' | grep -vx -e make -e sudo -e cd | sort -u | comm -23 - <(targets)
}
is 'the targets that pages name are there' "$(unmade README.md CONTRIBUTING.md doc/*.md)" ''
printf 'say `make peace`\n```\nsudo make love     # not war\n```\n' > "$T/planted.md"
is 'planted ones are not' "$(unmade "$T/planted.md")" $'love\npeace'

# Each box of the guide names the tests that prove it. Boxes with a prompt are run by them; of the others, the tests have
# the commands in themselves.
unproven() { # PAGE
	local line tests test words command
	tests/lib/guide.py tests "$1" | while read -r line tests; do
		[[ $tests != file:* ]] || continue
		for test in $tests; do
			[[ -f $test ]] || echo "line $line: there is no test $test"
		done
		if [[ $(sed -n "${line}p" "$1") == '```console' ]]; then
			grep -qs '^guide_run ' "$tests" || echo "line $line: $tests does not run the guide"
			continue
		fi
		while read -ra words; do
			command=${words[0]}
			[[ ! ${words[1]-} =~ ^[a-z] ]] || command+=" ${words[1]}"
			# shellcheck disable=SC2086 # several tests
			grep -qsE -e "(^|[ \"])($command|${command#* })( |\$|\")" $tests || echo "line $line: no test of $command in $tests"
		done < <(sed -n "$((line + 1)),/^\`\`\`\$/s/^zolkit //p" "$1")
	done
}
is 'what the guide shows is run, or named with the test that proves it' "$(unproven doc/guide.md)" ''
printf '<!-- tests/cli/gone.t -->\n```console\n$ zolkit up\n```\n\n<!-- tests/cli/doctor.t -->\n```\nzolkit vm reload\n```\n```\nzolkit up\n```\n' \
	> "$T/planted.md"
is 'planted ones are found' "$(unproven "$T/planted.md")" 'line 2: there is no test tests/cli/gone.t
line 2: tests/cli/gone.t does not run the guide
line 7: no test of vm reload in tests/cli/doctor.t
line 10: there is no test -
line 10: no test of up in -'

# The table at its end: a line for each section that has a box, in its order; tests that are there; commands that are one.
table_rows() { sed -n '/^| section /,$p' "$1" | sed -n '3,$s/^| \(.*\) |$/\1/p'; }
sections() { awk '/^##/ { title = $0; sub(/^#+ /, "", title) } /^```[a-z]*$/ && title && title != last { print last = title }' "$1"; }
is 'each section of the guide is in its table' "$(table_rows doc/guide.md | sed 's/ | .*//')" "$(sections doc/guide.md)"
bad_rows() {
	local section commands tests word
	table_rows "$1" | sed 's/ | /\t/g' | while IFS=$'\t' read -r section commands tests; do
		grep -o '`[^`]*`' <<<"$commands" | tr -d '`' | while read -ra word; do
			"$ZOL_BUILD/zolkit" "${word[@]}" --help >/dev/null 2>&1 || echo "$section: no command ${word[*]}"
		done
		grep -o '`[^`]*`' <<<"$tests" | tr -d '`' | while read -r word; do
			[[ -x $word || -f $word ]] || echo "$section: no test $word"
		done
		[[ $commands == *'`'* && $tests == *'`'* ]] || echo "$section: no command or no test"
	done
}
is 'with commands and tests that are there' "$(bad_rows doc/guide.md)" ''
printf '| section | command | test |\n|---|---|---|\n| A | `vm fly` | `tests/cli/gone.t` |\n' > "$T/planted.md"
is 'planted ones are found there, too' "$(bad_rows "$T/planted.md")" $'A: no command vm fly\nA: no test tests/cli/gone.t'
done_testing
