#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is seen in a terminal: no line of help, tables, chatter or errors is wider than it; colours only where they are
# wanted; nothing but text in a pipe; a pipe that is closed early is no drama.
# shellcheck disable=SC2119,SC2154
# shellcheck source=tests/lib/guide.sh
. "${ZOL_TOP:?}/tests/lib/guide.sh"
guide_world || { diag 'no world'; exit 1; }
guide_host || { diag 'no mirror or repository'; exit 1; }
terminal=$ZOL_TOP/tests/lib/terminal.py
export TERM=xterm-256color ZOLKIT_DATA=$ZOL_TOP/conf
unset COLUMNS

# wider WIDTH: lines of stdin that are, without their colours; a word that is longer than a line by itself does not count
wider() { sed $'s/\e\\[[0-9;]*m//g' | awk -v w="$1" 'length($0) > w && /[^ ] +[^ ]/ { print FILENAME ": " length($0) ": " $0 }'; }
isnt 'a wide line is found' "$(printf '%60s %60s\n' one two | wider 80)" ''

# Help, of everything that there is.
"$ZOL_BUILD/zolkit-gen" rows | awk -F '\t' '$1 == "module" && $2 != "-" { print $2 } $1 == "action" { print ($2 == "-" ? "" : $2 " ") $3 }' |
	sed 's|^|zolkit |; s|$| --help|' >help.sh
echo 'zolkit --help' >>help.sh
ok 'there is much help' test "$(wc -l <help.sh)" -gt 60
sh help.sh >help 2>&1
is 'help in a pipe has 80 columns' "$(wider 80 <help)" ''
unlike 'and is but text' "$(<help)" $'\e'
for width in 40 80 200; do
	"$terminal" "$width" sh help.sh >help
	# What cannot be folded: a usage line, the two columns of a list.
	is "help on a terminal of $width columns" "$(grep -v '^Usage: ' help | wider $((width < 64 ? 64 : width)))" ''
done
ok 'a wide terminal is used' test "$(wc -L <help)" -gt 90
ok 'but not farther than one can read' test "$(wc -L <help)" -le 110

like 'where there is no guest yet, what to do' "$(zolkit guest list 2>&1)" 'zolkit guest create'
is 'no rows for programs' "$(zolkit guest list --json 2>/dev/null)" '[]'
like 'where no VM has run' "$(zolkit vm status --all 2>&1)" 'zolkit vm start'

# A host on which something was done.
zolkit -q src clone https://github.com/openzfs/zfs ~/devel/zfs || exit 1
zolkit -q guest create gentoo 2>/dev/null && zolkit -q guest prepare gentoo 2>/dev/null &&
	zolkit -q portage setup --no-sync || exit 1
suite=$ZOL_TOP/tests/data/test/host.ini
for i in 1 2; do zolkit -q test run -w host "$suite" pass fail skip >/dev/null 2>&1; done

# What is seen every day, what is empty, and mistakes with the way out of them.
cat >commands <<-'END'
	zolkit doctor
	zolkit guest list
	zolkit guest show
	zolkit guest check
	zolkit guest prepare
	zolkit vm status
	zolkit vm exec true
	zolkit portage live list
	zolkit portage live set zfs nosuch
	zolkit kernel fragments
	zolkit kernel merge -o merged boot9p guest zfs
	zolkit kernel merge -o merged boot9p KASAN_VMALLOC=y
	zolkit kernel merge -o merged nosuch
	zolkit kernel explain KASAN_VMALLOC=y
	zolkit kernel satisfy KASAN_VMALLOC
	zolkit flame top -l 8 perf.data
	zolkit flame render --pid 99999 -o x.svg perf.data
	zolkit flame render -o x.svg /etc/passwd
	zolkit test list
	zolkit test list zts
	zolkit test list ztest
	zolkit test report
	zolkit test history pass
	zolkit test compare
	zolkit stage list
	zolkit stage fetch
	zolkit src list
	zolkit src status -r zfs
	zolkit config show
	zolkit config get nosuch
	zolkit up --dry-run
	zolkit vm start
	zolkit v st
	zolkit kernel build --nosuch
END
# seen WIDTH: all of them on one terminal
seen() { sed 's/^/zolkit() { command zolkit "$@" || :; }\n/;1!s/^zolkit().*\n//' commands >run.sh; "$terminal" "$1" sh run.sh; }
for width in 80 200; do
	seen $width >screen
	is "what is printed fits $width columns" "$(wider $width <screen)" ''
done
ok 'it was much' test "$(wc -l <screen)" -gt 150
like 'in colour' "$(<screen)" $'\e\\[32;01m\\*\e\\[0m '
like 'with bold headings' "$(<screen)" $'\e\\[1mSUITE +'
is 'in no other colours than those of OpenRC, on any background' \
	"$(grep -o $'\e[^m]*m' screen | sort -u)" $'\e[0m\n\e[1m\n\e[31;01m\n\e[32;01m\n\e[33;01m'
NO_COLOR=1 seen 80 >screen
unlike 'NO_COLOR: no colours' "$(<screen)" $'\e\\[[0-9;]*m'
TERM=dumb seen 80 >screen
unlike 'a dumb terminal: text alone' "$(<screen)" $'\e'
sh run.sh >plain 2>&1
unlike 'in a pipe: text alone' "$(<plain)" $'[\e\r]'
like 'where a row is one line' "$(sh -c 'zolkit doctor' 2>&1)" $'\nvm +kvm +[^\n]*(qemu|/dev/kvm)[^\n]*\n'

# A machine reads what is piped: the same rows, whatever the terminal.
wide=$(COLUMNS=40 zolkit config show)
is 'rows in a pipe do not depend on COLUMNS' "$wide" "$(COLUMNS=200 zolkit config show)"

# Reading stops early.
for command in 'config show' 'kernel fragments' 'test list' '--help'; do
	# shellcheck disable=SC2086 # words
	err=$({ zolkit $command | head -1 >first; } 2>&1)
	ok "$command | head -1: has its line" test -s first
	is "$command | head -1: nothing is complained about" "$err" ''
done

# Unknown is a dash, and null.
like 'a VM that does not run has no PID' "$(zolkit vm status)" $'\npid: +-\nuptime: +-\n'
is 'for programs, too' "$(zolkit vm status --json | jq -c '[.pid, .supervisor, .uptime_ms]')" '[null,null,null]'
like 'a test that was never run took no time' "$(zolkit test list ztest)" $'\nztest +mirror +- +- +families'
is 'nor for programs' "$(zolkit test list ztest --json | jq -c '.[0].ms')" null

# Each mistake tells the way on.
while IFS='|' read -r command want; do
	# shellcheck disable=SC2086 # words
	run zolkit $command
	like "$command: what to do" "$err" "$want"
done <<-'END'
	vm start|build it: zolkit kernel build
	vm exec true|boot it: zolkit vm start
	vm console|does not run[[:space:]]+boot it: zolkit vm start
	vm monitor|does not run[[:space:]]+boot it: zolkit vm start
	debug attach|does not run[[:space:]]+boot it: zolkit vm start
	kernel merge -o x nosuch|list them: zolkit kernel fragments
	kernel merge -o x gest|did you mean 'guest'
	portage live set zfs nosuch|list them: zolkit src branch
	config get nosuch|list them: zolkit config show
	test run nosuch|list them: zolkit test list
	test list zts|build it: zolkit kernel build
	src branch|zolkit src list shows
	src status|zolkit src list shows
	src status -r /|zolkit src clone gets one
	-g other guest prepare|make it: zolkit guest create other
	guest remove other|name another: zolkit guest list
	flame render -o x.svg /etc/passwd|neither perf.data nor
	flame render --pid 99999 -o x.svg perf.data|no stack is of --pid 99999
	flame render --tid 99999 -o x.svg perf.data|its tasks: [^ ]+-[0-9]+/[0-9]+,
	flame render --pid 99999 -o x.svg perf.data|its tasks: [^ ]+-[0-9]+, .* and [0-9]+ more
	flame render --comm nosuch -o x.svg perf.data|its tasks: .*txg_sync
	flame render --event nosuch -o x.svg perf.data|its event: cpu-clock
	nosuch|zolkit --help
END
done_testing
