#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The fish completion, asked with complete -C.
. "${ZOL_TOP:?}/tests/lib/tap.sh"

command -v fish >/dev/null || skip_all "no fish"
export HOME="$T" XDG_CONFIG_HOME="$T/c" XDG_DATA_HOME="$T/d" XDG_CACHE_HOME="$T/ca"
mkdir "$T/bin" "$T/dir"
printf '#!/bin/sh\nprintf "%%s\\n" alpha beta\n' >"$T/bin/zolkit"
chmod +x "$T/bin/zolkit"
PATH=$T/bin:$PATH
touch "$T/dir/fileb" "$T/dir/filec"
ok "is valid" fish --no-config --no-execute "$ZOL_BUILD/gen/zolkit.fish"

while IFS=$'\t' read -r kind module action name letter value choices; do
	case $module in
	'*') words='zolkit' ;;
	-) words="zolkit $action" ;;
	*) words="zolkit $module $action" ;;
	esac
	[[ $kind == option ]] || continue
	printf '%s --\n' "$words"
	[[ $letter == - ]] || printf '%s -\n' "$words"
	[[ -z $choices || $value == maybe ]] || printf '%s --%s \n' "$words" "$name"
done < <("$ZOL_BUILD/zolkit-gen" rows) | sort -u >"$T/in"
# A bar stands for the end of a line that ends in a blank.
sed 's,|$,,' >>"$T/in" <<'END'
zolkit |
zolkit conf
zolkit config |
zolkit conf s
zolkit config show --ch
zolkit -q --color=never config |
zolkit --color never config |
zolkit -qg alpha config |
zolkit -g |
zolkit --guest=be
zolkit config check file
zolkit frob |
zolkit chroot run -- zolki
zolkit chroot run cat file
END
cat >"$T/ask.fish" <<'END'
source $argv[1]
cd $argv[2]
while read -l line
	set -l found (complete -C $line | string replace -r '\t.*' '' | sort -u)
	printf '%s\t%s\n' $line "$found"
end
END
timeout 300 fish --no-config "$T/ask.fish" "$ZOL_BUILD/gen/zolkit.fish" "$T/dir" <"$T/in" >"$T/out" 2>"$T/err"
is "without complaint" "$(<"$T/err")" ''
matches() { awk -F '\t' -v want="$1" '$1 == want { print $2 }' "$T/out" | tail -n 1; }

like "modules" " $(matches 'zolkit ') " ' config '
like "top-level commands" " $(matches 'zolkit ') " ' doctor .*up '
is "module by prefix" "$(matches 'zolkit conf')" config
is "actions" "$(matches 'zolkit config ')" "check get show"
is "actions after a prefix" "$(matches 'zolkit conf s')" show
is "options by prefix" "$(matches 'zolkit config show --ch')" --changed
is "after global options" "$(matches 'zolkit -q --color=never config ')" "check get show"
is "after one with a value" "$(matches 'zolkit --color never config ')" "check get show"
is "after a bundle with a value" "$(matches 'zolkit -qg alpha config ')" "check get show"
is "guests" "$(matches 'zolkit -g ')" "alpha beta"
is "guests after =" "$(matches 'zolkit --guest=be')" "--guest=beta"
is "programs" "$(matches 'zolkit chroot run -- zolki')" zolkit
is "and then files" "$(matches 'zolkit chroot run cat file')" "fileb filec"
is "files" "$(matches 'zolkit config check file')" "fileb filec"
is "nothing after what is no module" "$(matches 'zolkit frob ')" ''

missing=() n=0
while IFS=$'\t' read -r kind module action name letter value choices; do
	[[ $kind == option ]] || continue
	n=$((n + 1))
	case $module in
	'*') words='zolkit' ;;
	-) words="zolkit $action" ;;
	*) words="zolkit $module $action" ;;
	esac
	[[ " $(matches "$words --") " =~ \ --$name=?\  ]] || missing+=("$words --$name")
	[[ $letter == - || " $(matches "$words -") " == *" -$letter "* ]] || missing+=("$words -$letter")
	[[ -z $choices || $value == maybe ]] || [[ $(matches "$words --$name ") == "$(tr , '\n' <<<"$choices" | sort | tr '\n' ' ' | sed 's/ $//')" ]] ||
		missing+=("$words --$name $choices")
done < <("$ZOL_BUILD/zolkit-gen" rows)
ok "there are options" test "$n" -gt 10
is "all are completed" "${missing[*]}" ''
done_testing
