#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Source lines for findings of zolkit test classify, with a kernel and a module made on the spot.
# shellcheck disable=SC2154 # tap.sh sets status, out and err; debug.sh root and rel
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/debug.sh
. "$ZOL_TOP/tests/lib/debug.sh"

debug_conf
kernel=$T/state/guests/t/kernel/vmlinux
module=$root/lib/modules/$rel/extra/zt.ko
debug_kernel "$kernel" || { ok 'the kernel is built' false; exit 1; }
debug_module zt "$module" || { ok 'the module is built' false; exit 1; }
line_of() { grep -nF "$2" "$T/src/$1" | head -n 1 | cut -d: -f1; }
mod=$(debug_frame "$module" zt_outer)
ker=$(debug_frame "$kernel" kernel_outer)

cat >"$T/log" <<EOF
[    0.000000] Linux version $rel (nobody@nowhere) #1
[   12.345678] BUG: kernel NULL pointer dereference, address: 0000000000000008
[   12.345679] CPU: 0 PID: 1 Comm: sh
[   12.345680] RIP: 0010:$ker
[   12.345681] Call Trace:
[   12.345683]  $mod [zt]
[   12.345684] ---[ end trace 0 ]---
[   13.000001] BUG: KASAN: slab-out-of-bounds in $mod [zt]
[   13.000002] Read of size 8 at addr ffff888000000000 by task sh/1
[   14.000001] WARNING: CPU: 0 PID: 1 at fs/known.c:77 no_such+0x1/0x20
[   14.000002] ---[ end trace 0 ]---
[   15.000001] BUG: kernel NULL pointer dereference, address: 0000000000000008
[   15.000002] RIP: 0010:nowhere_at_all+0x12/0x40 [gone]
[   15.000003] Call Trace:
EOF
sources() { jq -r '.[] | .kind + " " + (.function // "-") + " " + (.source // "-") + " " + (.inlined // "-")' <<<"$out"; }

run z --json test classify "$T/log"
is 'without files nothing is resolved' "$(sources)" 'null-deref kernel_outer - -
kasan zt_outer - -
warn no_such fs/known.c:77 -
null-deref nowhere_at_all - -'

# Of the program counter the instruction itself counts, of a return address the call before it.
after=$(line_of kernel.c 'return kernel_inner(a)')
run z --json test classify --vmlinux "$kernel" --root "$root" "$T/log"
is 'findings stay findings' "$status" 1
is 'the kernel and the module give the lines' "$(sources | sed 's|/[^ ]*/||')" "null-deref kernel_outer kernel.c:$after -
kasan zt_outer zt.c:$(line_of zt.c 'zt_inner(a + 1)') zt_inlined
warn no_such fs/known.c:77 -
null-deref nowhere_at_all - -"
like 'what has no file is named' "$err" 'no file of module gone'
run z test classify --vmlinux "$kernel" --root "$root" "$T/log"
like 'the verdict has it' "$out" "kasan: zt_outer \[zt\] at [^ ]*zt.c:[0-9]+ \(zt_inlined\): BUG: KASAN"

run z --json -g t test classify "$T/log"
is 'so does the guest, by its name' "$(sources | grep -c 'zt.c:\|kernel.c:')" 2
run z --json test classify --vmlinux "$kernel" --tree "$root/lib/modules/$rel/extra" "$T/log"
is 'and a tree of modules' "$(sources | grep -c 'zt.c:\|kernel.c:')" 2

sed 's/Linux version [^ ]*/Linux version 5.4.0/' "$T/log" >"$T/other"
run z --json test classify --vmlinux "$kernel" "$T/other"
is 'a kernel of another version gives none' "$(sources | grep -c 'kernel.c:')" 0
like 'which is said' "$err" "the text is of Linux 5.4.0, .*vmlinux is $rel"

mv "$kernel" "$T/kernel"
strip -g -o "$T/stripped" "$T/kernel"
run z --json test classify --vmlinux "$T/stripped" "$T/log"
is 'one without debug information gives none' "$status $(sources | grep -c 'kernel.c:')" '1 0'
mv "$T/kernel" "$kernel"
run z --json test classify --vmlinux "$T/stripped" -g t "$T/log"
is 'unless another one of the same build has it' "$(sources | grep -c 'kernel.c:')" 1
run z test classify --vmlinux "$T/none" "$T/log"
is 'one that is not there is a failure' "$status" 3
head -c 3000 "$kernel" >"$T/cut"
run z --json test classify --vmlinux "$T/cut" "$T/log"
is 'one that is cut costs the lines, not the verdicts' "$status $(sources | wc -l)" '1 4'
run z --json test classify --vmlinux "$kernel" --root "$root" "$ZOL_TOP/tests/data/console/clean-words.log"
is 'a clean log stays clean' "$status:$out" '0:[]'

run z --json test classify --vmlinux "$kernel" --root "$T/nowhere" "$T/log"
is 'a tree that is not there costs the lines, too' "$status $(sources | wc -l)" '1 4'
like 'and is named' "$err" "$T/nowhere"
done_testing
