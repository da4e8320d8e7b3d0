#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The manual pages: made without complaint, and complete by the option rows.
. "${ZOL_TOP:?}/tests/lib/tap.sh"

command -v man >/dev/null || skip_all "no man"
export MANWIDTH=200 MANROFFOPT='' LC_ALL=C.UTF-8

# The page as text, hyphenation off, in one line.
text_of() { man --no-hyphenation --no-justification -l "$1" 2>/dev/null | sed 's/.\x08//g' | tr -s ' \n' ' '; }

mapfile -t pages < <(cd "$ZOL_TOP" && printf '%s\n' helpers/man/*.scd eclass/*.eclass | sed -E 's|.*/||; s/\.scd$//; s/\.eclass$/&.5/')
for page in "${pages[@]}"; do
	built=$ZOL_BUILD/man/$page
	ok "$page is built" test -s "$built"
	run man -l --warnings "$built"
	is "$page: no warnings" "$err" ''
	unlike "$page: no marker is left" "$(<"$built")" '@(SYNOPSIS|OPTIONS|SETTINGS|MODULES|EXITS)'
	if command -v mandoc >/dev/null; then
		# Paragraphs are begun too often by scdoc.
		is "$page: nor from mandoc" "$(mandoc -T lint -W warning "$built" | grep -v 'skipping paragraph macro')" ''
	else
		skip "$page: nor from mandoc" 'no mandoc'
	fi
	like "$page: whatis knows it" "$(lexgrog "$built" 2>&1)" "\"${page%.[58]} - [A-Za-z]"
	text=$(text_of "$built")
	unlike "$page: options can be pasted" "$text" $'[\u2010\u2212]'
	for section in NAME DESCRIPTION 'SEE ALSO'; do
		like "$page has $section" "$text" "$section"
	done
	[[ $page == *.5 ]] || like "$page has EXIT STATUS" "$text" 'EXIT STATUS'
done

# What SEE ALSO names of ours is there.
named() { sed -n '/^.SH SEE ALSO/,$p' "$@" | grep -oE '\\fB[^ ]+\\fR\([58]\)' | sed 's/\\fB//; s/\\fR(/./; s/)$//; s/\\//g; s/&//g' | sort -u; }
lost=$(named "${pages[@]/#/$ZOL_BUILD/man/}" | grep -E '^zolkit|eclass' | while read -r page; do
	[[ " ${pages[*]} " == *" $page "* ]] || echo "$page"
done)
is "the pages that SEE ALSO names are there" "$lost" ''
like "an eclass among them" "$(named "$ZOL_BUILD/man/zolkit-portage.8")" 'zfs-live.eclass.5'

# Every action and option is in the page of its module.
missing=() n=0
declare -A texts=()
while IFS=$'\t' read -r kind module action name letter value choices; do
	case $module in
	'*' | -) page=zolkit.8 ;;
	*) page=zolkit-$module.8 ;;
	esac
	[[ -e $ZOL_TOP/helpers/man/$page.scd ]] || {
		[[ $kind == module ]] && missing+=("page $page")
		continue
	}
	[[ ${texts[$page]-} ]] || texts[$page]=$(text_of "$ZOL_BUILD/man/$page")
	n=$((n + 1))
	case $kind in
	action)
		[[ $module == - ]] && command="zolkit $action" || command="zolkit $module $action"
		[[ ${texts[$page]} == *"$command"* ]] || missing+=("$command")
		;;
	option)
		[[ ${texts[$page]} == *"--$name"* ]] || missing+=("$module $action --$name")
		[[ $letter == - || ${texts[$page]} == *"-$letter, --$name"* ]] || missing+=("$module $action -$letter")
		for choice in ${choices//,/ }; do
			[[ ${texts[$page]} == *"$choice"* ]] || missing+=("$module $action --$name $choice")
		done
		;;
	esac
done < <("$ZOL_BUILD/zolkit-gen" rows)
ok "there are rows" test "$n" -gt 10
is "all are in the pages" "${missing[*]}" ''

# Every key is in zolkit.conf(5) with its default.
text=$(text_of "$ZOL_BUILD/man/zolkit.conf.5")
missing=() n=0
while read -r line; do
	[[ $line =~ ^#([a-z_]+)\ =\ ?(.*)$ ]] || continue
	n=$((n + 1))
	[[ $text == *"${BASH_REMATCH[1]} ("*"Default: ${BASH_REMATCH[2]:-empty}."* ]] || missing+=("${BASH_REMATCH[1]}")
done <"$ZOL_TOP/conf/zolkit.conf"
ok "there are keys" test "$n" -gt 20
is "all are in zolkit.conf(5)" "${missing[*]}" ''
done_testing
