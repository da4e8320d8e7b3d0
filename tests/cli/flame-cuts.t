#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The options of the pictures, the folded stacks and the table: cuts by what was written down by hand, palettes,
# directions, the least width; and on a real recording that a cut is what awk takes of the whole.
# shellcheck disable=SC2154 # tap.sh sets status, out and err
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
: >"$T/conf"
zolkit() { "$ZOL_BUILD/zolkit" --config "$T/conf" "$@"; }
fold() { zolkit -q flame fold "$@" "$T/script.txt"; }

# Two threads of a process and a task of the same name, in 4 seconds.
{
	printf 'txg_sync 92/92 [000] 1.0: 10 cycles:\n\tffffffffc0000010 spa_sync+0x1 ([zfs])\n\tffffffff81000010 kthread+0x1 ([kernel.kallsyms])\n\n'
	printf 'txg_sync 92/93 [001] 2.0: 20 cycles:\n\tffffffffc0000020 dbuf_find.isra.0+0x1 ([zfs])\n\tffffffffc0000010 spa_sync+0x1 ([zfs])\n\n'
	printf 'txg_sync 94/94 [000] 3.0: 40 cycles:\n\tffffffffc0000030 dbuf_find_bp+0x1 ([zfs])\n\n'
	printf 'fio 95/95 [000] 4.0: 80 cycles:\n\t55550000 main+0x1 (/usr/bin/fio)\n\n'
	printf 'fio 95/95 [000] 5.0: 160 faults:\n\t55550000 main+0x1 (/usr/bin/fio)\n\n'
} >"$T/script.txt"

is '--comm is the name of a task' "$(fold --comm txg_sync | awk '{ n += $NF } END { print n }')" 70
is '--pid is all of its threads' "$(fold --pid 92)" $'txg_sync;kthread;spa_sync 10\ntxg_sync;spa_sync;dbuf_find.isra.0 20'
is '--tid is one of them' "$(fold --tid 93)" 'txg_sync;spa_sync;dbuf_find.isra.0 20'
is '--func is a whole name, whatever the compiler appended' "$(fold --func dbuf_find)" 'txg_sync;spa_sync;dbuf_find.isra.0 20'
is 'or with --regex a part of one' "$(fold --regex --func dbuf_ | awk '{ n += $NF } END { print n }')" 60
is '--regex means --comm, too' "$(fold --regex --comm '^(txg|fio)' | awk '{ n += $NF } END { print n }')" 150
is 'cuts are taken together' "$(fold --comm txg_sync --pid 94)" 'txg_sync;dbuf_find_bp 40'
is '--from and --to are seconds after the first sample' "$(fold --from 500ms --to 2500ms | awk '{ n += $NF } END { print n }')" 60
is '--event is one of them' "$(fold --event faults)" 'fio;main 160'
is '--all-events is the sum' "$(fold --all-events --comm fio)" 'fio;main 240'
is '--count samples counts each once' "$(fold --count samples --comm txg_sync | awk '{ n += $NF } END { print n }')" 3
is '--show names processes and threads' "$(fold --show tid --tid 93)" 'txg_sync-92/93;spa_sync;dbuf_find.isra.0 20'
run zolkit flame fold --regex --comm '(' "$T/script.txt"
is 'an expression that is none is refused' "$status" 2
run zolkit flame fold --pid 1 "$T/script.txt"
is 'a cut that leaves nothing is a negative answer' "$status" 1

# --- the table -----------------------------------------------------------------------------------

run zolkit --json flame top "$T/script.txt"
is 'self is where it was, total all below' "$(jq -r '.[] | select(.function == "spa_sync") | "\(.self) \(.total) \(.kind) \(.module)"' <<<"$out")" \
	'10 30 module zfs'
run zolkit flame top "$T/script.txt"
like 'the same on the terminal' "$out" '6\.67 +20\.00 +10 +30 +module +zfs +spa_sync'
is '--lines is how many' "$(zolkit flame top -l 2 "$T/script.txt" | wc -l)" 3

# --- pictures ------------------------------------------------------------------------------------

draw() { zolkit -q flame render "$@" "$T/script.txt"; }
frames() { grep -o '<g><title>[^(<]*' | sed 's/<g><title>//; s/ *$//; s/ \[.*//' | sort -u | tr '\n' ' '; }
for palette in kind safe hot mem io red green blue aqua yellow purple orange grey; do
	draw --palette "$palette" >"$T/$palette.svg"
	ok "palette $palette is a whole picture" python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' "$T/$palette.svg"
done
isnt 'the palettes differ' "$(md5sum <"$T/kind.svg")" "$(md5sum <"$T/safe.svg")"
ok 'frames of ZFS have their module in the picture' grep -qF '<title>spa_sync [zfs] (20 cycles' "$T/kind.svg"
is 'a frame narrower than --min-width is left out' "$(draw --min-width 50% | frames)" 'all fio main '
is 'which is told in pixels, too' "$(draw --width 1000 --min-width 300 | frames)" 'all fio main txg_sync '
is '--reverse begins at the leaves' "$(draw --format folded --reverse --func dbuf_find)" 'dbuf_find.isra.0;spa_sync;txg_sync 20'
isnt '--icicle stands on its head' "$(draw --icicle | md5sum)" "$(draw | md5sum)"
run zolkit flame render --palette pink "$T/script.txt"
is 'a palette that is none is refused' "$status" 2

# --- a real recording ----------------------------------------------------------------------------

zcat "$ZOL_TOP/tests/data/flame/perf.data.gz" >"$T/perf.data"
zcat "$ZOL_TOP/tests/data/flame/kallsyms.txt.gz" >"$T/kallsyms"
zolkit -q flame fold --show tid "$T/perf.data" >"$T/all"
# COMMAND: the sum of what awk takes of all stacks
sum() { awk "$1"' { n += $NF } END { printf "%.0f", n }' "$T/all"; }
weight() { zolkit -q flame fold --show tid "$@" "$T/perf.data" | awk '{ n += $NF } END { printf "%.0f", n }'; }
is 'a thread of a real recording weighs what it weighs in the whole' "$(weight --tid 71)" "$(sum '$1 ~ "^z_wr_iss-71/71;"')"
is 'a task, too' "$(weight --comm fio)" "$(sum '$1 ~ "^fio-"')"
is 'and a function' "$(weight --func spa_sync)" "$(sum '/;spa_sync[; ]/')"
done_testing
