#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The bash completion, run as readline would run it.
. "${ZOL_TOP:?}/tests/lib/tap.sh"

script=$ZOL_BUILD/gen/zolkit.bash
ok "is valid" bash -n "$script"
if command -v shellcheck >/dev/null; then
	ok "passes shellcheck" shellcheck -s bash "$script"
else
	skip "passes shellcheck" "no shellcheck"
fi
# shellcheck disable=SC1090
. "$script"
is "is registered" "$(complete -p zolkit)" 'complete -F _zolkit zolkit'

# A program that knows guests; it shows what it was called with.
mkdir "$T/bin" "$T/dir" "$T/dir/sub dir"
printf '#!/bin/sh\necho "$*" >"%s/called"\nprintf "%%s\\n" alpha beta "al\\$(touch %s/pwned)"\n' "$T" "$T" >"$T/bin/zolkit"
chmod +x "$T/bin/zolkit"
PATH=$T/bin:$PATH
touch "$T/dir/file one" "$T/dir/fileb"
cd "$T/dir" || exit 1

# comp WORDS...: the completions of the last word, sorted. "=" is split off as readline does.
comp() {
	local word
	COMP_WORDS=()
	for word; do
		if [[ $COMP_WORDBREAKS == *=* && $word == --*=* ]]; then
			COMP_WORDS+=("${word%%=*}" '=')
			[[ -z ${word#*=} ]] || COMP_WORDS+=("${word#*=}")
		else
			COMP_WORDS+=("$word")
		fi
	done
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	COMPREPLY=()
	_zolkit
	printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' ' | sed 's/ $//'
}

like "modules" " $(comp zolkit '') " ' config '
like "top-level commands" " $(comp zolkit '') " ' doctor .*up '
is "module by prefix" "$(comp zolkit conf)" config
is "actions" "$(comp zolkit config '')" "check get show"
is "actions after a prefix" "$(comp zolkit conf sh)" show
is "nothing after what is no module" "$(comp zolkit frob '')" ''
is "nothing after an ambiguous prefix of an action" "$(comp zolkit config '' '')" ''
is "options before the module" "$(comp zolkit --c)" "--color --config"
is "options of the action" "$(comp zolkit config show --ch)" --changed
is "and the global ones" "$(comp zolkit config show --gu)" --guest
is "but not those it refuses" "$(comp zolkit config show --dry)" ''
is "letters" "$(comp zolkit config show -c)" -c
is "choices" "$(comp zolkit --color '')" "always auto never"
is "choices after =" "$(comp zolkit --color=a)" "always auto"
is "choices after = alone" "$(comp zolkit --color=)" "always auto never"
is "a flag before it changes nothing" "$(comp zolkit --quiet conf):$(comp zolkit -- conf)" config:config
is "an action's flag neither" "$(comp zolkit config show --changed --gu)" --guest
is "nor an operand before another" "$(comp zolkit kernel merge fileb file)" 'file one fileb'
is "the value is skipped" "$(comp zolkit --color always conf)" config
is "also after =" "$(comp zolkit --color=always conf)" config
is "also in bundles" "$(comp zolkit -qg alpha conf)" config
is "also inside the word" "$(comp zolkit -galpha conf)" config
is "guests" "$(comp zolkit -g b)" beta
is "guests are asked for" "$(<"$T/called")" "guest list --names"
is "guests after =" "$(comp zolkit --guest=be)" beta
comp zolkit --config "$T/x" -g b >/dev/null
is "with the same configuration" "$(<"$T/called")" "--config $T/x guest list --names"
comp zolkit --config="$T/y" -g a >/dev/null
is "also after =" "$(<"$T/called")" "--config $T/y guest list --names"
ok "names are never executed" test ! -e "$T/pwned"
is "files" "$(comp zolkit config check 'fi')" "file one fileb"
is "files of an option" "$(comp zolkit --config file)" "file one fileb"
is "quoted files" "$(comp zolkit config check 'file\ o')" "file one"
is "after -- only operands" "$(comp zolkit config check -- -)" ''
is "operands after --" "$(comp zolkit config check -- fileb)" fileb
like "programs" " $(comp zolkit chroot run -- ls) " ' ls '
is "and then files" "$(comp zolkit chroot run ls -l file)" "file one fileb"
is "an option of the program is not ours" "$(comp zolkit chroot run ls --ver)" ''
(
	COMP_WORDBREAKS=${COMP_WORDBREAKS//=/}
	is "without = as a word break" "$(comp zolkit --color=al)" --color=always
	exit $((tap_failed > 0))
) || tap_failed=$((tap_failed + 1))
tap_n=$((tap_n + 1))

# --- everything that the tables have is offered ---
missing=() n=0
declare -A offered=()
while IFS=$'\t' read -r kind module action name letter value choices; do
	n=$((n + 1))
	case $module in
	'*' | '') words=() ;;
	-) words=("$action") ;;
	*) words=("$module" ${action:+"$action"}) ;;
	esac
	case $kind in
	module)
		[[ $module == - || $(comp zolkit "$module") == *"$module"* ]] || missing+=("$module")
		;;
	action)
		if [[ $module == - ]]; then
			[[ " $(comp zolkit "$action") " == *" $action "* ]] || missing+=("$action")
		else
			[[ " $(comp zolkit "$module" "$action") " == *" $action "* ]] || missing+=("$module $action")
		fi
		;;
	option)
		key="x ${words[*]}"
		[[ ${offered[$key]-} ]] || offered[$key]=" $(comp zolkit "${words[@]}" -) "
		[[ ${offered[$key]} == *" --$name "* ]] || missing+=("${words[*]} --$name")
		[[ $letter == - || ${offered[$key]} == *" -$letter "* ]] || missing+=("${words[*]} -$letter")
		[[ $value != value || -z $choices ]] || [[ $(comp zolkit "${words[@]}" "--$name" '') == "$(tr , '\n' <<<"$choices" | sort | tr '\n' ' ' | sed 's/ $//')" ]] ||
			missing+=("${words[*]} --$name $choices")
		;;
	esac
done < <("$ZOL_BUILD/zolkit-gen" rows)
ok "there are rows" test "$n" -gt 20
is "all are completed" "${missing[*]}" ''
done_testing
