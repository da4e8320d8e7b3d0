#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The grammar, the exit codes and the streams of the front command.
. "${ZOL_TOP:?}/tests/lib/tap.sh"

zolkit=$ZOL_BUILD/zolkit
export ZOLKIT_CONFIG="$T/conf" HOME="$T" XDG_CONFIG_HOME="$T/xdg"
unset ZOLKIT_GUEST ZOLKIT_COLOR ZOLKIT_DATA ZOLKIT_GUESTS ZOLKIT_STATE ZOLKIT_CACHE ZOLKIT_RUN NO_COLOR NOCOLOR
: >"$T/conf"

# --- help and version ---
run "$zolkit" --version
is "--version" "$status $out" "0 zolkit $(cat "$ZOL_TOP/VERSION")"
run "$zolkit" --help
is "--help: status" "$status" 0
like "--help goes to stdout" "$out" 'Usage: zolkit \[global options\] <module> <action>'
is "--help says nothing on stderr" "$err" ''
like "--help names the exit codes" "$out" '5 verification'
run "$zolkit" config --help
like "--help of a module" "$out" 'Actions:'
run "$zolkit" config get --help
like "--help of an action" "$out" 'Usage: zolkit config get \[options\] SECTION.KEY'
run "$zolkit" conf g -h
like "-h after prefixes" "$out" 'Usage: zolkit config get '
run "$zolkit" --help config get
like "--help may stand first" "$out" 'Usage: zolkit config get '

# Help and version must work when the configuration does not.
echo garbage >"$T/conf"
run "$zolkit" --version
is "--version reads no configuration" "$status" 0
run "$zolkit" config get --help
is "--help reads no configuration" "$status" 0
: >"$T/conf"

# --- usage errors: 2, and a way out ---
bad() { # DESC REGEX ARGS...
	local desc=$1 regex=$2
	shift 2
	run "$zolkit" "$@"
	is "$desc: status" "$status" 2
	like "$desc: message" "$err" "$regex"
	is "$desc: nothing on stdout" "$out" ''
}
bad "no module" 'a module is missing'
bad "unknown module" "no module 'confg'.*did you mean 'config'\?" confg
bad "unknown action" "no config action 'chekc'.*did you mean 'check'\?" config chekc
bad "missing action" 'an action of config is missing' config
bad "missing operand" 'SECTION.KEY is missing' config get
bad "too many operands" "too much: 'b'" config get vm.cpu b
bad "unknown option" "no option '--al'.*zolkit config show --help" config show --al
bad "near option" "did you mean '--changed'" config show --change
bad "flag with a value" '--changed takes no value' config show --changed=1
bad "option without its value" '--guest needs a value: NAME' config show -g
bad "wrong choice" "'purple' is none of: always, auto, never" --color purple config show
bad "no number" 'progress-fd' --progress-fd x config show
bad "closed progress descriptor" 'descriptor 87' --progress-fd 87 config show
bad "no dry run" 'show has no --dry-run' -n config show
bad "empty word" "no module ''" ''
bad "bytes that are no text" '\\xff\\x1b\[31m' $'\xff\e[31m'

big=$(printf 'x%.0s' {1..100000})
run "$zolkit" "$big"
is "a huge word is refused" "$status" 2
ok "and not repeated whole" test ${#err} -lt 200

# --- options anywhere, in any form ---
printf '[guest]\nname = filed\n' >"$T/one.conf"
same() { # DESC ARGS...
	local desc=$1
	shift
	run "$zolkit" "$@"
	is "$desc" "$status $out" "0 filed"
}
same "global option first" --config "$T/one.conf" config get guest.name
same "between module and action" config --config="$T/one.conf" get guest.name
same "among the action's" config get --config "$T/one.conf" guest.name
same "after the operand" config get guest.name --config="$T/one.conf"
same "the last one wins" --config /nonexistent config get guest.name --config "$T/one.conf"
same "-- ends options" config get --config "$T/one.conf" -- guest.name
run "$zolkit" -gother config get guest.name
is "-gNAME" "$out" other
run "$zolkit" -qvg other config get guest.name
is "bundled" "$out" other
run "$zolkit" config get -- --help
like "--help after -- is an operand" "$err" 'SECTION.KEY'

# --- streams ---
run "$zolkit" config get vm.bogus --json
is "errors as JSON: status" "$status" 2
ok "errors as JSON" python3 -c 'import json, sys; e = json.loads(sys.argv[1])["error"]; assert e["message"], e' "$out$err"
if [[ -w /dev/full ]]; then
	rc=0
	"$zolkit" config show >/dev/full 2>"$T/e" || rc=$?
	is "a full disk is a failure" "$rc" 3
	like "and is said" "$(<"$T/e")" 'No space left'
	rc=0
	"$zolkit" --version >/dev/full 2>/dev/null || rc=$?
	is "for --version too" "$rc" 3
fi
rc=0
"$zolkit" config show >&- 2>"$T/e" || rc=$?
is "a closed stdout is a failure" "$rc" 3
# The reader has closed its end before anything is written.
mkfifo "$T/pipe"
(exec 3<"$T/pipe") &
exec 4>"$T/pipe"
wait $!
rc=0
"$zolkit" config show >&4 2>"$T/e" || rc=$?
exec 4>&-
is "a closed pipe is a failure, not a signal" "$rc" 3
run bash -c '"$1" config get vm.accel <&- 2>&-' - "$zolkit"
is "closed stdin and stderr do no harm" "$status $out" "0 auto"
run "$zolkit" --color always config get vm.bogus
like "--color always" "$err" $'\e\\['
run "$zolkit" config get vm.bogus
unlike "no colour into a file" "$err" $'\e\\['
ZOLKIT_COLOR=always run "$zolkit" config get vm.bogus
like "ZOLKIT_COLOR" "$err" $'\e\\['

# --- every option of every action is in its help ---
declare -A missing=() help=()
n=0
while IFS=$'\t' read -r kind module action name letter value choices; do
	[[ $kind == option ]] || continue
	n=$((n + 1))
	case $module in
	'*') words=() ;;
	-) words=("$action") ;;
	*) words=("$module" "$action") ;;
	esac
	key="zolkit ${words[*]}"
	[[ ${help[$key]-} ]] || help[$key]=$("$zolkit" "${words[@]}" --help)
	[[ ${help[$key]} == *"--$name"* ]] || missing["$key --$name"]=1
	[[ $letter == - || ${help[$key]} == *"-$letter, --$name"* ]] || missing["$key -$letter"]=1
	for choice in ${choices//,/ }; do
		[[ ${help[$key]} == *"$choice"* ]] || missing["$key --$name $choice"]=1
	done
	[[ $value == flag ]] || [[ ${help[$key]} =~ --$name(\ |\[=)[A-Z] ]] || missing["$key --$name has no value name"]=1
done < <("$ZOL_BUILD/zolkit-gen" rows)
ok "there are options" test "$n" -gt 10
is "all of them are in the help" "${!missing[*]}" ''

# --- the program behind a module ---
run "$ZOL_BUILD/zolkit-gen" nonsense
is "zolkit-gen: usage" "$status" 2
printf '@OPTIONS nosuch@\n' >"$T/x.scd"
run "$ZOL_BUILD/zolkit-gen" man "$T/x.scd"
is "zolkit-gen: unknown module" "$status" 6
printf 'x\n@BOGUS@\n' >"$T/x.scd"
run "$ZOL_BUILD/zolkit-gen" man "$T/x.scd"
like "zolkit-gen: unknown marker" "$status $err" '^6 .*x.scd:2: unknown marker'
printf 'user@example.org @ @home@x\n' >"$T/x.scd"
run "$ZOL_BUILD/zolkit-gen" man "$T/x.scd"
is "zolkit-gen: other at signs stay" "$status $out" '0 user@example.org @ @home@x'
done_testing
