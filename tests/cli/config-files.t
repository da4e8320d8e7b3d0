#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
. "${ZOL_TOP:?}/tests/lib/tap.sh"

zolkit=$ZOL_BUILD/zolkit
export HOME="$T/home" XDG_CONFIG_HOME="$T/xdg" ZOLKIT_CONFIG=''
unset SUDO_UID ZOLKIT_GUEST ZOLKIT_DATA ZOLKIT_GUESTS ZOLKIT_STATE ZOLKIT_CACHE ZOLKIT_RUN
mkdir -p "$T/xdg/zolkit" "$T/home/.config/zolkit"
user=$T/xdg/zolkit/zolkit.conf
json() { python3 -c "import json, sys; d = json.loads(sys.argv[1]); print($1)" "$out"; }

is "the installed configuration is what the rows say" "$("$ZOL_BUILD/zolkit-gen" zolkit.conf)" \
	"$(<"$ZOL_TOP/conf/zolkit.conf")"
# Uncommented, it is right, and changes nothing.
sed 's/^#\([a-z]\)/\1/' "$ZOL_TOP/conf/zolkit.conf" >"$T/all"
run "$zolkit" config check "$T/all"
is "every default is a right value" "$status $out" "0 "
run "$zolkit" --config "$T/all" config show --json
is "and the default" "$(json '[r["key"] for r in d if r["origin"] == "default"]')" "[]"
all=$(json '[(r["key"], r["value"]) for r in d if r["key"] != "paths.conf"]')
run "$zolkit" --config /dev/null config show --json
is "only regular files are read" "$status" 3
: >"$T/empty"
run "$zolkit" --config "$T/empty" config show --json
is "the same values as without" "$(json '[(r["key"], r["value"]) for r in d if r["key"] != "paths.conf"]')" "$all"

# --- show and get ---
cat >"$user" <<END
[vm]
memory = 4G ; enough
kernel_args = one two
	three
kernel_args = four
[chroot]
code = ~/zfs
END
run "$zolkit" config show
like "show: value and origin" "$out" "vm.memory +4G +$user:2"
like "show: the last line of a list" "$out" "vm.kernel_args +one two three four +$user:5"
like "show: ~/ is expanded" "$out" "chroot.code +$T/home/zfs"
like "show: defaults" "$out" 'vm.accel +auto +default'
run "$zolkit" config show --changed vm
is "show --changed of one section" "$(awk 'NR > 1 { print $1 }' <<<"$out" | tr '\n' ' ')" "vm.memory vm.kernel_args "
run "$zolkit" config show network
like "show of no section" "$status $err" '^2 .*no section \[network\]'
run "$zolkit" config get vm.kernel_args
is "get: a list by lines" "$out" $'one\ntwo\nthree\nfour'
run "$zolkit" config get guest.hostname
is "get: empty text" "$status,$out" "0,"
run "$zolkit" config get stage.keys --json
is "get --json" "$(json '(d["key"], d["origin"])')" "('stage.keys', 'default')"
run "$zolkit" config get vm.memmory
like "get of no key" "$status $err" "^2 .*no key 'memmory' in section \[vm\].*did you mean 'memory'"
run "$zolkit" config get memory
like "get without a section" "$status $err" '^2 .*SECTION.KEY'

# --- precedence ---
run env ZOLKIT_GUEST=envguest "$zolkit" config show guest --json
is "environment" "$(json '(d[0]["value"], d[0]["origin"])')" "('envguest', 'environment ZOLKIT_GUEST')"
run env ZOLKIT_GUEST=envguest "$zolkit" -g opt config show guest --json
is "--guest wins" "$(json '(d[0]["value"], d[0]["origin"])')" "('opt', 'option --guest')"
printf '[vm]\nmemory = 1G\n' >"$T/other"
run env ZOLKIT_CONFIG="$T/other" "$zolkit" config get vm.memory
is "ZOLKIT_CONFIG replaces the files" "$out" 1G
run env ZOLKIT_CONFIG="$T/nonexistent" "$zolkit" --config "$T/other" config get vm.memory
is "--config replaces that" "$out" 1G
run "$zolkit" --config "$T/nonexistent" config get vm.memory
like "a named file must exist" "$status $err" '^3 .*No such file'
run env ZOLKIT_STATE=relative "$zolkit" config get vm.memory
like "a wrong variable" "$status $err" '^2 .*ZOLKIT_STATE.*absolute'
run env -u XDG_CONFIG_HOME "$zolkit" config get vm.memory
is "without XDG_CONFIG_HOME: ~/.config" "$out" 0
printf '[vm]\nmemory = 3G\n' >"$T/home/.config/zolkit/zolkit.conf"
run env -u XDG_CONFIG_HOME "$zolkit" config get vm.memory
is "which is read" "$out" 3G

# --- who may write what we follow ---
chmod 666 "$user"
run "$zolkit" config get vm.memory
is "a file that everybody may write is ignored" "$status $out" "0 0"
like "and that is said" "$err" 'zolkit.conf is ignored: everybody may write it'
chmod 644 "$user"
if ((EUID == 0)); then
	chown 12345 "$user"
	run "$zolkit" config get vm.memory
	is "a file of somebody else is ignored" "$out" 0
	like "and that is said" "$err" 'belongs to somebody else'
	run env SUDO_UID=12345 XDG_CONFIG_HOME="$T/xdg" "$zolkit" config get vm.memory
	is "with sudo, root's XDG_CONFIG_HOME does not count" "$out" 0
	chown 0 "$user"
else
	skip "a file of somebody else is ignored" "needs root"
fi

# --- check ---
run "$zolkit" config check
is "check: what is read now" "$status" 0
like "check: says which files" "$err" "$user"
printf '[vm]\nmemory = 4G\nmemmory = 3G\n' >"$T/bad1"
printf '[vm]\nmemory = lots\n' >"$T/bad2"
printf '[vm]\n[stages]\n' >"$T/bad3"
run "$zolkit" config check "$T/other" "$T/bad1" "$T/bad2" "$T/bad3"
is "check: a wrong file is a negative answer" "$status" 1
is "check: with file, line, and the nearest" "$(head -1 <<<"$out")" \
	"$T/bad1:3: no key 'memmory' in section [vm] (did you mean 'memory'?)"
like "check: every file is looked at" "$out" "$T/bad2:2: memory: .*lots"
like "check: a section without keys" "$out" "$T/bad3:2: no section \[stages\] .*\[stage\]"
run "$zolkit" config check --json "$T/other" "$T/bad1"
is "check --json" "$status $(json '[(r["ok"], r["hint"]) for r in d]')" \
	"1 [(True, None), (False, \"did you mean 'memory'?\")]"
run "$zolkit" config check "$T/nonexistent"
is "check: an absent file is a failure" "$status" 3
cp "$T/bad1" "$user"
run "$zolkit" config check
like "check: the user's own" "$status $out" "^1 $user:3: no key 'memmory'"
run "$zolkit" config show
is "nobody runs with half of a file" "$status" 2
is "and nothing is shown" "$out" ''

# --- what inih would cut or misread ---
{
	printf '[stage]\narch = x86\n[vm]\nkernel_args = '
	printf 'a%.0s' {1..400}
	echo
} >"$T/long"
run "$zolkit" config check "$T/long"
like "a line over 198 bytes" "$status $out" "^1 $T/long:4: line is longer than 198 bytes"
printf '[vm]\ncpu = max\n  memory = 2G\n' >"$T/indented"
run "$zolkit" config check "$T/indented"
like "an indented key" "$out" "$T/indented:3: .*begin 'memory' in the first column"
printf '[vm]\nmemory\n' >"$T/novalue"
run "$zolkit" config check "$T/novalue"
like "a key without a value" "$out" "$T/novalue:2: neither"
printf '[vm]\ncpu = a\0b\n' >"$T/nul"
run "$zolkit" config check "$T/nul"
like "a NUL byte" "$out" "$T/nul:2: NUL byte"
printf '[vm]\r\ncpu = max\r\n' >"$T/crlf"
run "$zolkit" --config "$T/crlf" config get vm.cpu
is "lines that end in CR LF" "$out" max
head -c 2000000 /dev/zero | tr '\0' '#' >"$T/huge"
run "$zolkit" config check "$T/huge"
isnt "a huge file is refused" "$status" 0
done_testing
