#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What stackcollapse-perf.pl, inferno, flamegraph.pl or perf's own flamegraph.py get wrong, one by one.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
: >"$T/conf"
zolkit() { "$ZOL_BUILD/zolkit" --config "$T/conf" "$@"; }
fold() { zolkit -q flame fold "$@" -; }

is 'the last sample counts without an empty line behind it' "$(printf 'a 1 [000] 1.0: 5 cycles:\n\t12 f+0x1 (/bin/x)' | fold)" 'a;f 5'
is 'a task of one letter is that letter, not the whole line' \
	"$(printf 'a 12345 [000] 10.000001: 100 cpu-clock:\n\t12 f+0x1 (/bin/x)\n\n' | fold)" 'a;f 100'
is 'tasks that have exited are one root' \
	"$(printf ':-1    -1 [000] 1397.%d: 5 cpu-clock:\n\t12 f (/bin/x)\n\n' 1 2 | fold)" ':-1;f 10'
is 'a task may end in a number' "$(printf 'pool 3 12345 [001] 1.0: 5 cycles:\n\t12 f (/bin/x)\n\n' | fold)" 'pool_3;f 5'
is 'a sample without a callchain counts for its task' "$(printf 'a 1 [000] 1.0: 5 cycles:\n\na 1 [000] 2.0: 6 cycles:\n\t1 f (/x)\n\n' | fold)" \
	'a 5
a;f 6'
is 'templates of C++ stay' "$(printf 'a 1 [000] 1.0: 5 cycles:\n\t1 std::function<void (int)>::operator()(int) const+0x1 (/x)\n\n' | fold)" \
	'a;std::function<void (int)>::operator() 5'
modules=$(printf 'a 1 [000] 1.0: 5 cycles:\n\tffffffffc0000001 %s\n\n' 'f (/lib/modules/6.1/extra/zfs.ko)' 'f (/lib/modules/6.1/zfs.ko.zst)' \
	'f ([zfs])' | fold --kinds)
is 'a module is a module in every spelling: by path, packed, in brackets' "$modules" 'a;f_[m] 15'
is 'which --kernel-annotations counts as kernel' "$(printf 'a 1 [000] 1.0: 5 cycles:\n\tffffffffc0000001 f ([zfs])\n\n' | fold -k)" 'a;f_[k] 5'
is 'the table does so, too' "$(printf 'a 1 [000] 1.0: 5 cycles:\n\tffffffffc0000001 f ([zfs])\n\n' |
	zolkit -q --json flame top - | grep -oE '"(kind|module)": ?"[a-z]*"' | tr -d ' \n')" '"kind":"module""module":"zfs"'
zolkit -q flame render -o "$T/a.svg" - <<<'a;foo 1
a;foo.isra.0;x 1
a;foo;y 1'
is 'a function is drawn once beside its variants' "$(grep -c '<title>foo (2 ' "$T/a.svg") $(grep -c '<title>foo (' "$T/a.svg")" '1 1'
is 'and --func means all of them' "$(printf 'a;foo 1\na;foo.isra.0;x 1\na;food;y 1\n' | fold --func foo | awk '{ n += $NF } END { print n }')" 2
is 'periods count, and other events stay out' "$(printf 'a 1 [000] 1.0: 7 cycles:\n\t1 f (/x)\n\na 1 [000] 2.0: 9 faults:\n\t1 f (/x)\n\n' | fold)" 'a;f 7'
run zolkit flame render -o "$T/none.svg" /dev/null
is 'nothing at all is an answer of its own' "$status" 1
done_testing
