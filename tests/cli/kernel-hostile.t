#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Kconfig files, configurations and fragments made to hurt: a clear error with its place, in bounded memory and time.
. "$ZOL_TOP/tests/lib/tap.sh"

mkdir -p "$T/tree" "$T/conf.d/kernel"
printf 'VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\nEXTRAVERSION =\n' >"$T/tree/Makefile"
printf '[paths]\nconf = %s\ncache = %s\n[kernel]\nsource = %s\nfragments =\nlocalversion =\n' "$T/conf.d" "$T/cache" "$T/tree" >"$T/conf"
: >"$T/empty.config"

# merge FRAGMENT...: with 1.5 GB of address space (a sanitizer needs more) and 20 seconds.
merge() {
	if [[ $ZOL_BUILD == *asan* ]]; then
		timeout 60 "$ZOL_BUILD/zolkit-kernel" --config "$T/conf" kernel merge -b "${base:-allnoconfig}" -o "$T/out" "$@"
	else
		(ulimit -v 1500000 && timeout 20 "$ZOL_BUILD/zolkit-kernel" --config "$T/conf" kernel merge -b "${base:-allnoconfig}" -o "$T/out" "$@")
	fi
}
# refuses NAME REGEX: the tree as it stands is malformed, and that is said at its place.
refuses() {
	run merge "$T/empty.config"
	is "$1: exit status" "$status" 6
	like "$1: what and where" "${err:0:2000}" "$2"
}
# takes NAME: no harm done.
takes() {
	run merge "$T/empty.config"
	is "$1: exit status" "$status" 0 || diag "${err:0:500}"
}
kconfig() { python3 -c "import sys; sys.stdout.write($1)" >"$T/tree/Kconfig"; }

printf 'source "a"\n' >"$T/tree/Kconfig"
printf '\n\nsource "b"\n' >"$T/tree/a"
printf 'source "a"\n' >"$T/tree/b"
refuses 'files that source each other' 'b:1: Recursive inclusion detected.*current file : a'
printf 'source "nowhere"\n' >"$T/tree/Kconfig"
refuses 'a file that is not there' "Kconfig:1: can't open file \"nowhere\""
for ((i = 0; i < 70; i++)); do echo "source \"deep$((i + 1))\"" >"$T/tree/deep$i"; done
printf 'source "deep0"\n' >"$T/tree/Kconfig"
refuses 'files that source others without end' 'deep[0-9]+:1: files that source each other, more than'
kconfig "'source \".\"\n'"
run merge "$T/empty.config"
is 'a directory for a file: exit status' "$status" 3
like 'a directory for a file: where' "$err" 'Kconfig:1: .*Is a directory'

kconfig "'x := ' + '\$(a' * 5000 + ')' * 5000 + '\n'"
refuses 'macros nested 5,000 deep' 'Kconfig:1: .*nested too deep'
kconfig "'a0 = xxxxxxxxxx\n' + ''.join('a%d = \$(a%d)\$(a%d)\n' % (i + 1, i, i) for i in range(60)) + 'config \$(a60)\n'"
refuses 'macros that double sixty times' 'Kconfig:62: macros expand without end'
kconfig "'a = \$(b)\nb = \$(a)\nx := \$(a)\n'"
refuses 'macros that call each other' "Kconfig:3: Recursive variable 'a' references itself"
kconfig "'f = \$(f,\$(1))\nx := \$(f,1)\n'"
refuses 'a function that calls itself' 'Kconfig:2: .*nested too deep'
kconfig "'x := \$(f' + ',a' * 100 + ')\n'"
refuses 'too many arguments' 'Kconfig:1: too many arguments'
kconfig "'config A\n\tbool \"\$(unclosed\"\n'"
refuses 'a macro that does not end' 'Kconfig:2: '

kconfig "'config A\n\tbool \"a\"\n\tdepends on ' + '(' * 200000 + 'A\n'"
refuses 'two hundred thousand parentheses' 'Kconfig:3: '
kconfig "'config A\n\tbool \"a\"\n\tdepends on ' + '!' * 200000 + 'B\n'"
refuses 'two hundred thousand exclamation marks' 'Kconfig:3: '
kconfig "'config A\n\tbool \"a\"\n\tdepends on ' + ' && '.join('B%d' % i for i in range(50000)) + '\n'"
takes 'a condition of fifty thousand symbols'
kconfig "'config B\n\tdef_bool y\nconfig A\n\tbool \"a\"\n\tdepends on ' + ' && '.join(['B'] * 300000) + '\n'"
takes 'a condition of one symbol three hundred thousand times'
kconfig "'config B\n\tdef_bool y\nconfig A\n\tbool \"a\"\n' + '\tdepends on B\n' * 300000"
takes 'three hundred thousand conditions'
kconfig "'config A\n\tbool \"a\"\n' * 100000"
takes 'a symbol that is defined a hundred thousand times'
kconfig "'if A\n' * 100000"
refuses 'a hundred thousand ifs' 'Kconfig:[0-9]+: blocks nested deeper'
kconfig "'menu \"m\"\n'"
refuses 'a menu without its end' 'Kconfig:1: the block that begins here is not closed'
kconfig "''.join('config A%d\n\tbool \"a\"\n\tdepends on A%d\n' % (i, i + 1) for i in range(20000))"
refuses 'twenty thousand symbols that hang on each other' 'hang on each other'
kconfig "'config M\n\tdef_bool A0\n\tmodules\n' + ''.join('config A%d\n\tdef_bool A%d\n' % (i, i + 1) for i in reversed(range(200000)))"
refuses 'two hundred thousand symbols that hang on each other, the last one first' 'hang on each other'
kconfig "''.join('config A%d\n\tdef_bool %sA%d\n' % (i, '!' * 1990, i + 1) for i in range(4000))"
refuses 'four thousand symbols that hang on each other by deep conditions' 'hang on each other'
kconfig "''.join('config A%d\n\tdef_bool %sA%d%s\n' % (i, '(y && ' * 1900, i + 1, ')' * 1900) for i in range(2000))"
refuses 'two thousand symbols that hang on each other by nested conditions' 'hang on each other'
kconfig "'config M\n\tdef_bool A0 > 0\n\tmodules\n' + ''.join('config A%d\n\tint \"a\"\n\trange A%d 9\n\tdefault 1\n' % (i, i + 1) for i in reversed(range(200000)))"
takes 'two hundred thousand symbols that hang on each other by their ranges'
kconfig "''.join('config A%d\n\tbool\n\tselect A%d\n' % (i, (i + 1) % 3000) for i in range(3000))"
refuses 'three thousand symbols that select each other' 'Kconfig:1: recursive dependency detected'

kconfig "'config A\n\tbool \"a\0b\"\n'"
refuses 'a NUL byte in quotes' 'Kconfig:2: a NUL byte'
kconfig "'config A\0B\n\tbool \"a\"\n'"
refuses 'a NUL byte in a name' 'Kconfig:1: a NUL byte'
kconfig "'x := a\0b\nconfig A\n\tbool \"a\"\n'"
refuses 'a NUL byte in a variable' 'Kconfig:1: a NUL byte'

if [[ ! ${ZOL_QUICK:-} && $ZOL_BUILD != *asan* ]]; then
	kconfig "'# ' + 'c' * 100000000 + '\nconfig A\n\tbool \"a\"\n'"
	refuses 'a comment of 100 MB' '(Kconfig: |Kconfig:1: ).*(large|long|bytes|MB|MiB)'
	kconfig "'config A\n\tbool \"' + 'p' * 100000000 + '\"\n'"
	refuses 'a prompt of 100 MB' '(Kconfig: |Kconfig:2: ).*(large|long|bytes|MB|MiB)'
	: >"$T/tree/Kconfig"
	python3 -c "print('CONFIG_A=' + 'y' * 100000000)" >"$T/big.config"
	run merge "$T/big.config"
	is 'a fragment with a line of 100 MB: refused' "$status" 6
	like 'a fragment with a line of 100 MB: which file' "${err:0:1000}" 'big.config'
	base=$T/big.config run merge "$T/empty.config"
	is 'a base with a line of 100 MB: refused' "$status" 6
	rm "$T/big.config"
fi

printf 'config A\n\tbool "a"\nconfig S\n\tstring "s"\n' >"$T/tree/Kconfig"
printf 'CONFIG_A=y\nCONFIG_S="a\0b"\n' >"$T/nul.config"
run merge "$T/nul.config"
is 'a NUL byte in a fragment: exit status' "$status" 6
like 'a NUL byte in a fragment: where' "$err" 'nul.config:2: a NUL byte'
base=$T/nul.config run merge "$T/empty.config"
is 'a NUL byte in a base: that line is no setting' "$status" 0
ok 'a NUL byte in a base: the others are' grep -qx 'CONFIG_A=y' "$T/out"
{ echo 'CONFIG_A=y'; yes '# a comment that is of no use to anybody at all' | head -c 20000000; } | gzip -1 >"$T/large.config.gz"
base=$T/large.config.gz run merge "$T/empty.config"
is 'a base of 20 MB, compressed: refused, not cut' "$status" 6
like 'a base of 20 MB, compressed: which file' "$err" 'large.config.gz: more than'
head -c 300000 /dev/urandom >"$T/random.config"
base=$T/random.config run merge "$T/empty.config"
ok 'a base of random bytes is passed over or refused' test "$status" -eq 0 -o "$status" -eq 6
done_testing
