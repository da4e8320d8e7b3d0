#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kernel diff and kernel renames, on small trees of our own and on Debian's kernel sources.
. "$ZOL_TOP/tests/lib/tap.sh"

mkdir -p "$T/old" "$T/new" "$T/conf.d/kernel"
for t in old new; do
	printf 'VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\nEXTRAVERSION =\n' >"$T/$t/Makefile"
done
cat >"$T/old/Kconfig" <<-E
	mainmenu "test"
	config MODULES
	 bool "modules"
	 modules
	config BASE
	 bool "base"
	 select LIB
	config LIB
	 bool
	config EXTRA
	 bool "extra"
	 default y if BASE
	config NAME
	 string "name"
	 default "none"
	config MOVED
	 tristate "a driver that moves"
	 help
	  What it does, told in more than eight words or so.
	config LZ4
	 bool "lz4"
	config LAST
	 bool "last"
E
cat >"$T/new/Kconfig" <<-E
	mainmenu "test"
	config MODULES
	 bool "modules"
	 modules
	config NEW_MOVED
	 tristate "a driver that moves"
	 help
	  What it does, told in more than eight words or so.
	config OTHER
	 bool "lz4"
	config LAST
	 bool "last"
E
cat >"$T/conf" <<-E
	[paths]
	conf = $T/conf.d
	cache = $T/cache
	[kernel]
	source = $T/old
	fragments =
	localversion =
E
z=("$ZOL_BUILD/zolkit-kernel" --config "$T/conf")
printf 'CONFIG_NAME="none"\n# CONFIG_BASE is not set\nCONFIG_LZ4=y\n' >"$T/a.config"
printf 'CONFIG_BASE=y\nCONFIG_LIB=y\nCONFIG_EXTRA=y\nCONFIG_NAME="x"\n# CONFIG_LZ4 is not set\n' >"$T/b.config"

run "${z[@]}" kernel diff "$T/a.config" "$T/a.config"
is 'the same: exit status' "$status" 0
is 'the same: nothing is said' "$out" ''
run "${z[@]}" kernel diff "$T/a.config" "$T/b.config"
is 'different: exit status' "$status" 1
is 'different: wishes and consequences' "$out" 'CONFIG_BASE: n -> y (requested)
CONFIG_EXTRA: n -> y (consequential)
CONFIG_LIB: n -> y (consequential)
CONFIG_LZ4: y -> n (requested)
CONFIG_NAME: "none" -> "x" (requested)'
gzip -k "$T/a.config"
run "${z[@]}" --json kernel diff "$T/a.config.gz" "$T/b.config"
is 'a compressed one, as JSON: exit status' "$status" 1
ok 'JSON' python3 -c '
import json, sys
rows = json.loads(sys.argv[1])
assert [(r["symbol"], r["kind"]) for r in rows if r["to"] == "y"] == [
    ("BASE", "requested"), ("EXTRA", "consequential"), ("LIB", "consequential")], rows' "$out"
run "${z[@]}" kernel diff alldefconfig "$T/b.config"
is 'a target of the tree' "$status" 1
like 'a target of the tree: its values' "$out" 'CONFIG_BASE: n -> y \(requested\)'
printf '# @why all\n\nCONFIG_BASE=y\n' >"$T/f.config"
run "${z[@]}" kernel diff "$T/a.config" -f "$T/f.config"
is 'against a merge: exit status' "$status" 1
is 'against a merge: by which line' "$out" "CONFIG_BASE: n -> y (requested, $T/f.config:3)
CONFIG_EXTRA: n -> y (consequential)
CONFIG_LIB: n -> y (consequential)"
run "${z[@]}" -v kernel diff "$T/a.config" -f "$T/f.config"
like 'against a merge: what selects it' "$out" 'selected by BASE \(now y, from .*f.config:3\) \[Kconfig:7\]'
run "${z[@]}" kernel diff "$T/b.config" -f "$T/f.config"
is 'against a merge that changes nothing' "$status" 0
run "${z[@]}" kernel diff "$T/a.config"
is 'with nothing to compare with' "$status" 2
run "${z[@]}" kernel diff "$T/a.config" "$T/b.config" -f "$T/f.config"
is 'three things at once' "$status" 2
run "${z[@]}" kernel diff "$T/a.config" "$T/none"
is 'a file that is not there' "$status" 2
sed -i "s|^source = .*|source = $T/nowhere|" "$T/conf"
run "${z[@]}" kernel diff "$T/a.config" "$T/b.config"
is 'without a tree: exit status' "$status" 1
like 'without a tree: no kinds' "$out" '^CONFIG_BASE: n -> y'$'\n'

printf 'GONE\tLONG\t4.11\tlooked at\n# LAST_OLD\tLAST\t4.12\n' >"$T/conf.d/kernel/renames.tsv"
run "${z[@]}" kernel renames "$T/old" "$T/new"
is 'renames: exit status' "$status" 0
is 'renames: the list as it is, and the proposal' "$out" "$(cat "$T/conf.d/kernel/renames.tsv")
# Proposed for 6.1: look at each; lines with \"# \" are not in force.
MOVED	NEW_MOVED	6.1	135: the same prompt help file name type"
run "${z[@]}" kernel renames -o "$T/conf.d/kernel/renames.tsv" "$T/old" "$T/new"
is 'renames: to the table' "$status" 0
run "${z[@]}" --json kernel renames "$T/old" "$T/new"
is 'renames: what stands there is not proposed again' "$out" '[]'
printf 'CONFIG_MODULES=y\nCONFIG_MOVED=m\n' >"$T/m.config"
run "${z[@]}" kernel merge -s "$T/new" -b allnoconfig -o "$T/c.config" "$T/m.config"
is 'renames: merge follows it' "$status" 0
ok 'renames: merge sets the new name' grep -qx 'CONFIG_NEW_MOVED=m' "$T/c.config"
run "${z[@]}" kernel renames "$T/old"
is 'renames: one tree' "$status" 2
run "${z[@]}" kernel renames "$T/old" "$T"
is 'renames: no tree' "$status" 2

old=$("$ZOL_TOP/tests/lib/kconfig-tree" 6.1) && new=$("$ZOL_TOP/tests/lib/kconfig-tree" 6.12)
if [[ ${new:-} ]]; then
	: >"$T/conf.d/kernel/renames.tsv"
	run "${z[@]}" kernel renames "$old" "$new"
	for pair in RETPOLINE:MITIGATION_RETPOLINE CPU_SRSO:MITIGATION_SRSO SLS:MITIGATION_SLS PARIDE_EPATC8:PATA_PARPORT_EPATC8; do
		like "6.1 to 6.12: $pair" "$out" $'(^|\n)'"${pair%:*}"$'\t'"${pair#*:}"$'\t6.12\t'
	done
	first=$out
	run "${z[@]}" kernel renames "$old" "$new"
	is 'the same again' "$out" "$first"
else
	skip '6.1 to 6.12' 'linux-source-6.1 and 6.12 are not both installed'
fi
done_testing
