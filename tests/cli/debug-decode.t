#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Files and lines for kernel traces, with a kernel and a module made on the spot.
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
id=$(debug_id "$module")

line_of() { grep -nF "$2" "$T/src/$1" | head -n 1 | cut -d: -f1; }

mod=$(debug_frame "$module" zt_outer)
ker=$(debug_frame "$kernel" kernel_outer)
inner=$(printf 'zt_inner+0x0/0x%x' $((16#$(nm -S "$module" | awk '$4 == "zt_inner" { print $2 }'))))
like 'the trace has real offsets' "$mod $ker" '^zt_outer\+0x[1-9a-f][0-9a-f]*/0x[0-9a-f]+ kernel_outer\+0x[1-9a-f]'
cat >"$T/trace" <<EOF
[   12.345678] BUG: unable to handle page fault for address: 0000000000000008
[   12.345679] RIP: 0010:$inner [zt]
[   12.345680] Code: 40 00 48
[   12.345681] Call Trace:
[   12.345682]  <TASK>
[   12.345683]  $mod [zt]
[   12.345684]  ? $ker
[   12.345685]  no_such_function+0x12/0x34
[   12.345686]  $mod [nosuch]
[   12.345687]  </TASK>
EOF
run z debug decode "$T/trace"
is 'a trace is decoded' "$status" 0
like 'the call in the kernel has its line, not the next one' "$out" \
	"\? kernel_outer[^ ]+ \(([^ ]*/)?kernel.c:$(line_of kernel.c 'return kernel_inner')\)"
like 'in a module, through what was inlined there' "$out" \
	"zt_outer[^ ]+ \[zt\] \(zt_inlined, ([^ ]*/)?zt.c:$(line_of zt.c 'zt_inner(a + 1)')\)"
like 'and from where' "$out" "inlined into zt_outer \(([^ ]*/)?zt.c:$(line_of zt.c 'zt_inlined(a) +')\)"
first=$(line_of zt.c 'static int zt_inner')
like 'where it was executing is taken as it is' "$out" "RIP: 0010:zt_inner[^ ]+ \[zt\] \(([^ ]*/)?zt.c:($first|$((first + 1))|$((first + 2)))\)"
is 'the rest stays as it was' "$(sed '/inlined into/d; s| (\([^ ]*, \)\?[^ ]*\.c:[0-9]*)$||' <<<"$out")" "$(<"$T/trace")"
like 'a module without a file is named' "$err" 'no file of module nosuch'
run z debug decode --no-inlines "$T/trace"
is 'inlined functions can be left out' "$(grep -c inlined <<<"$out")" 0
# shellcheck disable=SC2016 # for the inner shell
run bash -c '"$0" --config "$1" debug decode <"$2"' "$ZOL_BUILD/zolkit" "$T/zolkit.conf" "$T/trace"
like 'stdin is read' "$out" 'kernel.c:'
sed "s/\[zt\]/[zt $id]/" "$T/trace" >"$T/with-id"
run z debug decode "$T/with-id"
like 'a build-id in the trace is heeded' "$out" "\[zt $id\] \(zt_inlined"
sed 's/\[zt\]/[zt 00112233445566778899]/' "$T/trace" >"$T/wrong-id"
run z debug decode "$T/wrong-id"
like 'a module of another build is not taken for it' "$err" "build-id 00112233445566778899, but .* has $id"
unlike 'and not decoded' "$out" 'zt.c:'
for ((i = 0; i < 4100; i++)); do echo "[ 1.0]  f+0x1/0x20 [m$i]"; done >"$T/modules"
run z debug decode "$T/modules"
like 'more modules than any kernel has' "$status $err" '^6 .*more than 4096 modules'
run z debug decode -k "$T/none" "$T/trace"
like 'without a kernel the modules still are' "$out" 'zt.c:'
run z debug decode "$ZOL_TOP/tests/cli/debug-decode.t"
is 'what is no trace stays as it is' "$out" "$(<"$ZOL_TOP/tests/cli/debug-decode.t")"
awk 'BEGIN { while (n++ <= 2 ^ 20) print " none+0x1/0x2" }' >"$T/frames"
run z debug decode "$T/frames"
is 'a million frames are too many' "$status" 6
like 'and it is said what to do' "$err" $'more than 1048576 frames\n *give a part of the text'
run z debug decode "$T/none"
is 'a file that is not there is a failure' "$status" 3
done_testing
