#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The zsh completion, run in an interactive zsh on a pseudo-terminal.
. "${ZOL_TOP:?}/tests/lib/tap.sh"

command -v zsh >/dev/null || skip_all "no zsh"
mkdir "$T/bin" "$T/fpath" "$T/dir"
cp "$ZOL_BUILD/gen/_zolkit" "$T/fpath/"
ok "is valid" zsh -n "$T/fpath/_zolkit"
printf '#!/bin/sh\nprintf "%%s\\n" alpha beta\n' >"$T/bin/zolkit"
chmod +x "$T/bin/zolkit"
touch "$T/dir/fileb" "$T/dir/filec"

# Each line of "in" is completed at its end; "out" gets "LINE<tab>matches".
cat >"$T/init.zsh" <<'END'
fpath=( $T/fpath $fpath )
autoload -Uz compinit
compinit -D -u
zstyle ':completion:*' group-name ''
setopt noautomenu nolistbeep
compadd() {
	local -a matches
	if [[ ${argv[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
		builtin compadd "$@"
		return
	fi
	builtin compadd -A matches "$@"
	[[ -z $matches ]] || print -r -- ${(pj:\n:)matches} >>$T/matches
	builtin compadd "$@"
}
capture() {
	local line=$BUFFER
	: >|$T/matches
	zle complete-word
	print -r -- "$line	${(j: :)${(ou)${(f)"$(<$T/matches)"}}}" >>$T/out
	BUFFER=
	print -n ZOLDONE
}
zle -N capture
bindkey '^T' capture
cd $T/dir
print ZOLREADY
END
cat >"$T/drive.zsh" <<'END'
zmodload zsh/zpty
zpty z "T=$T PATH=$PATH TERM=dumb zsh -f -i"
zpty -w z "unsetopt zle_bracketed_paste 2>/dev/null; PS1= ; source $T/init.zsh"
zpty -r z seen '*ZOLREADY*'
while IFS= read -r line; do
	zpty -w -n z "$line"$'\x14'
	zpty -r z seen '*ZOLDONE*' || break
done <$T/in
zpty -d z
END

missing=() n=0
declare -A choices_of=()
while IFS=$'\t' read -r kind module action name letter value choices; do
	case $module in
	'*') words='zolkit' ;;
	-) words="zolkit $action" ;;
	*) words="zolkit $module $action" ;;
	esac
	[[ $kind == option ]] || continue
	printf '%s --\n' "$words"
	[[ -z $choices || $value == maybe ]] || printf '%s --%s \n' "$words" "$name"
done < <("$ZOL_BUILD/zolkit-gen" rows) | sort -u >"$T/in"
# A bar stands for the end of a line that ends in a blank.
sed 's,|$,,' >>"$T/in" <<'END'
zolkit |
zolkit conf
zolkit config |
zolkit conf s
zolkit -q --color=never config |
zolkit -g |
zolkit --color |
zolkit config show --ch
zolkit config show --dry
zolkit config check file
zolkit frob x
zolkit config show -
zolkit chroot run -- zolki
zolkit chroot run cat file
END
env T="$T" PATH="$T/bin:$PATH" timeout 120 zsh -f "$T/drive.zsh" >/dev/null 2>&1
matches() { awk -F '\t' -v want="$1" '$1 == want { print $2 }' "$T/out" | tail -n 1 | tr ' ' '\n' | sort | tr '\n' ' ' | sed 's|^ *||; s| *$||'; }

is "every line was completed" "$(wc -l <"$T/out")" "$(wc -l <"$T/in")"
like "modules" " $(matches 'zolkit ') " ' config '
like "top-level commands" " $(matches 'zolkit ') " ' doctor .*up '
is "module by prefix" "$(matches 'zolkit conf')" config
is "actions" "$(matches 'zolkit config ')" "check get show"
is "actions after a prefix" "$(matches 'zolkit conf s')" show
is "global options before the module" "$(matches 'zolkit -q --color=never config ')" "check get show"
is "guests" "$(matches 'zolkit -g ')" "alpha beta"
is "choices" "$(matches 'zolkit --color ')" "always auto never"
is "options by prefix" "$(matches 'zolkit config show --ch')" --changed
is "no option that is refused" "$(matches 'zolkit config show --dry')" ''
is "files" "$(matches 'zolkit config check file')" "fileb filec"
is "nothing after what is no module" "$(matches 'zolkit frob x')" ''
is "programs" "$(matches 'zolkit chroot run -- zolki')" zolkit
is "and then their own words" "$(matches 'zolkit chroot run cat file')" "fileb filec"
like "letters" " $(matches 'zolkit config show -') " ' -c '

while IFS=$'\t' read -r kind module action name letter value choices; do
	[[ $kind == option ]] || continue
	n=$((n + 1))
	case $module in
	'*') words='zolkit' ;;
	-) words="zolkit $action" ;;
	*) words="zolkit $module $action" ;;
	esac
	[[ " $(matches "$words --") " =~ \ --$name=?\  ]] || missing+=("$words --$name")
	[[ -z $choices || $value == maybe ]] || [[ $(matches "$words --$name ") == "$(tr , '\n' <<<"$choices" | sort | tr '\n' ' ' | sed 's/ $//')" ]] ||
		missing+=("$words --$name $choices")
done < <("$ZOL_BUILD/zolkit-gen" rows)
ok "there are options" test "$n" -gt 10
is "all are completed" "${missing[*]}" ''
done_testing
