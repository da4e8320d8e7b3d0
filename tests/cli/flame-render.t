#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A real recording of ZFS in a guest, against what stackcollapse-perf.pl made of it.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
: >"$T/conf"
zolkit() { "$ZOL_BUILD/zolkit" --config "$T/conf" "$@"; }

data=$ZOL_TOP/tests/data/flame
zcat "$data/perf-script-zfs-full.txt.gz" >"$T/script.txt"
zcat "$data/perf-zfs.folded.gz" >"$T/want"

zolkit -q flame fold "$T/script.txt" >"$T/got"
# Known differences: the task of exited threads, and brackets around brackets.
sed -E 's/^:-1____-1_\[000\]____[0-9.]+:;/:-1;/; s/\[\[vdso\]\]/[vdso]/g' "$T/want" | LC_ALL=C sort >"$T/want.sorted"
LC_ALL=C sort "$T/got" >"$T/got.sorted"
ok 'the stacks and counts are those of stackcollapse-perf.pl' cmp "$T/want.sorted" "$T/got.sorted"

zolkit -q flame fold - <"$T/script.txt" >"$T/piped"
ok 'a pipe gives the same' cmp "$T/got" "$T/piped"
ok 'folded stacks are read again' cmp "$T/got" <(zolkit -q flame fold "$T/got")

is '--comm is the grep of the guide' "$(zolkit -q flame fold --comm txg_sync "$T/script.txt" | wc -l)" \
	"$(grep -c '^txg_sync;' "$T/want")"
like '--kinds tells modules' "$(zolkit -q flame fold --kinds -c txg_sync "$T/script.txt")" 'spa_sync_\[m\]'
run zolkit flame fold --comm nobody "$T/script.txt"
is 'nothing left is a negative answer' "$status" 1

{ cat "$T/got"; printf '%b\n' 't;<a&"\x01\xff]]> 1000000000000'; } >"$T/hostile"
zolkit -q flame render -o "$T/a.svg" --title '<&>' "$T/hostile"
ok 'the picture is valid XML' python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$T/a.svg"
ok 'nothing comes from outside' ! grep -nE '(href|src)=|url\(|@import' "$T/a.svg"
zolkit -q flame render --format speedscope -o "$T/a.json" "$T/script.txt"
ok 'speedscope gets JSON' python3 -c 'import json, sys
p = json.load(open(sys.argv[1])); q = p["profiles"][0]
assert sum(q["weights"]) == q["endValue"] and len(q["samples"]) == len(q["weights"])' "$T/a.json"

run zolkit -q flame diff --normalize "$T/got"
is 'one file has nothing to be scaled by' "$status" 2
run zolkit -q flame diff "$T/got" "$T/hostile"
like 'a differential has changes' "$out" '; \+[0-9.]+%\)'
run zolkit -q --json flame top -l 1 --comm txg_sync "$T/script.txt"
like 'the table says where it was' "$out" '"kind": ?"(module|kernel)"'
done_testing
