#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The readers of recordings, traces, logs, object files and Kconfig through every failing call.
# shellcheck source=tests/lib/faults.sh disable=SC2154 # calls is its
. "${ZOL_TOP:?}/tests/lib/faults.sh" || exit 1
# shellcheck source=tests/lib/debug.sh
. "$ZOL_TOP/tests/lib/debug.sh"

# --- a profile ---
template flame
data=$ZOL_TOP/tests/data/flame
zcat "$data/perf-script-zfs-full.txt.gz" 2> /dev/null | head -n 400 > "$T/flame/script.txt"
printf 'a;b;c 3\na;b;d 4\n' > "$T/flame/x.folded"
printf 'a;b;c 5\na;e 1\n' > "$T/flame/y.folded"
walk flame -- flame fold -o {}/out.folded {}/script.txt
walk flame -- flame diff -o {}/out.svg {}/x.folded {}/y.folded
walk flame -- flame top {}/x.folded
template perf
zcat "$data/perf.data.gz" > "$T/perf/perf.data"
walk perf -- flame render -o {}/out.svg {}/perf.data

# --- logs ---
template log
cp "$ZOL_TOP/tests/data/console/real-null.log" "$T/log/a.log"
walk log --status 1 -- test classify {}/a.log
walk log --status 1 -- test classify --json {}/a.log

# --- a kernel and a module ---
if type -P gcc ld readelf > /dev/null; then
	template debug
	rel=6.1.99-test
	mkdir -p "$T/src" "$T/debug/guest/g/lib/modules/$rel/extra" "$T/debug/state/guests/g/kernel"
	kernel=$T/debug/state/guests/g/kernel/vmlinux module=$T/debug/guest/g/lib/modules/$rel/extra/zt.ko
	ok 'a kernel and a module are built' eval 'debug_kernel "$kernel" && debug_module zt "$module"'
	{
		debug_map_head "$kernel" "$((16#$(debug_sym "$kernel" _stext)))"
		debug_map_module zt "$module" $((0x7fffffffc0100000 + 0x4000000000000000))
	} > "$T/debug/map"
	size=$(nm -S "$module" | awk '$4 == "zt_outer" { print $2 }')
	printf 'RIP: 0010:zt_outer+0x4/0x%x [zt]\n kernel_outer+0x5/0x20\n' "$((16#$size))" > "$T/debug/trace"
	# No allocations: libdw 0.188 does not survive one that fails while it reads attributes.
	walk debug --kinds "$calls" -- debug decode {}/trace
	walk debug --kinds "$calls" -- debug symbols --map {}/map -o {}/out.gdb
else
	skip 'debug' 'no gcc'
fi

# --- a kernel's configuration ---
template kernel
mkdir -p "$T/kernel/tree/sub"
printf 'VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\nEXTRAVERSION =\n' > "$T/kernel/tree/Makefile"
printf 'mainmenu "m"\nconfig A\n\tbool "a"\n\tselect B\nconfig B\n\tbool "b"\nsource "sub/Kconfig"\n' > "$T/kernel/tree/Kconfig"
printf 'config C\n\tint "c"\n\trange 1 9\n\tdefault 3\n' > "$T/kernel/tree/sub/Kconfig"
printf 'CONFIG_A=y\nCONFIG_C=5\n' > "$T/kernel/mine.config"
walk kernel -- kernel merge -s {}/tree -b allnoconfig --no-probes -o {}/out.config {}/mine.config
# Whoever could not look for a tool asks it again: the answers are kept under another name.
walk kernel --ignore 'cache/kernel/probes/*' -- kernel explain -s {}/tree -b {}/mine.config B
done_testing
