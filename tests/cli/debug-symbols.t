#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# gdb scripts from maps: read by the real gdb, with real ELF files that have a module's sections.
# shellcheck disable=SC2154 # tap.sh sets status, out and err; debug.sh root and rel
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/debug.sh
. "$ZOL_TOP/tests/lib/debug.sh"

debug_conf
extra=$root/lib/modules/$rel/extra
kernel=$T/state/guests/t/kernel/vmlinux
debug_kernel "$kernel" || { ok 'the kernel is built' false; exit 1; }
debug_module zt "$extra/zt.ko" || { ok 'the module is built' false; exit 1; }
debug_module dash-ed "$T/none" 2>/dev/null
sed 's/zt_/dash_ed_/g' "$T/src/zt.c" >"$T/src/dash_ed.c"
debug_module dash_ed "$extra/dash-ed.ko"
stext=$((16#$(debug_sym "$kernel" _stext)))
slide=$((0x13800000))
base=$((0xffffffffc0024000))

# gdb SCRIPT COMMANDS...: what they print
gdb_on() {
	local script=$1 c args=()
	shift
	for c; do args+=(-ex "$c"); done
	gdb -q -nx -batch -x "$script" "${args[@]}" 2>&1 </dev/null
}
hex() { printf '0x%x' "$1"; }

{
	debug_map_head "$kernel" $((stext + slide))
	debug_map_module zt "$extra/zt.ko" $base
	debug_map_module dash_ed "$extra/dash-ed.ko" $((base + 0x100000))
} >"$T/map"
run z debug symbols --map "$T/map" -o "$T/s.gdb"
is 'a script is written' "$status" 0
[[ $status == 0 ]] || diag "$err"
is 'gdb reads it without a complaint' "$(gdb_on "$T/s.gdb" | grep -iE 'error|warning|cannot|no such|not found')" ''

# --- every section -------------------------------------------------------------------------------

gdb_on "$T/s.gdb" 'maint info sections -all-objects' | sed -n '/zt\.ko/,/dash-ed\.ko/p' >"$T/files"
wrong=
while read -r word name addr; do
	[[ $word == section ]] || continue
	case $name in .init*) continue ;; esac
	size=$(readelf -SW "$extra/zt.ko" | awk -v s="$name" '{ sub(/^ *\[ *[0-9]+\]/, "") } $1 == s { print $5; exit }')
	((16#$size > 0)) || continue
	grep -q " 0x$addr->0x.*: ${name//./\\.} " "$T/files" || wrong+="$name "
done < <(sed -n '/^module zt /,/^module dash/p' "$T/map")
is 'every section is where the map has it' "$wrong" ''
ok 'those are more than the usual seven' test "$(grep -c '0xffffffffc00.*->.* ALLOC' "$T/files")" -ge 7
is 'freed init sections are not there' "$(grep -c '0xffffffffc.*: .init.text' "$T/files")" 0

data=$(awk '/^module/ { m = $2 } m == "zt" && $2 == ".data" { print $3; exit }' "$T/map")
off=$((16#$(debug_sym "$extra/zt.ko" zt_limit)))
like 'a global variable has its address' "$(gdb_on "$T/s.gdb" 'print &zt_limit')" \
	"$(hex $((16#$data + off))) <zt_limit>"
like 'a function its line' "$(gdb_on "$T/s.gdb" 'info line zt_inner')" "Line [0-9]+ of \"zt.c\" starts at address $(hex $base)"
like 'a module with a dash in its file is found' "$(gdb_on "$T/s.gdb" 'info line dash_ed_inner')" 'of "dash_ed.c"'

# --- the kernel ----------------------------------------------------------------------------------

like 'the kernel is moved' "$(gdb_on "$T/s.gdb" 'print &kernel_global')" \
	"$(hex $((16#$(debug_sym "$kernel" kernel_global) + slide))) <kernel_global>"
sed "s/^symbol .*/symbol _stext $(printf %x "$stext")/" "$T/map" >"$T/map.still"
z debug symbols --map "$T/map.still" >"$T/still.gdb"
like 'and is not where it was not' "$(gdb_on "$T/still.gdb" 'print &kernel_global')" "0x$(debug_sym "$kernel" kernel_global) "
is 'confirm is what it was' "$(gdb -q -nx -x "$T/s.gdb" -ex 'show confirm' -ex quit 2>&1 </dev/null |
	grep -c 'Whether to confirm.*is on')" 1
is 'or was not' "$(gdb -q -nx -iex 'set confirm off' -x "$T/s.gdb" -ex 'show confirm' -ex quit 2>&1 </dev/null |
	grep -c 'Whether to confirm.*is off')" 1

# --- reloading -----------------------------------------------------------------------------------

{
	debug_map_head "$kernel" $((stext + slide))
	debug_map_module zt "$extra/zt.ko" $((base + 0x40000))
} >"$T/map.later"
cp "$T/map" "$T/map.now"
z debug symbols --map "$T/map.now" -o "$T/r.gdb"
out=$(gdb_on "$T/r.gdb" 'break zt_inner' "shell cp '$T/map.later' '$T/map.now'" zolkit-reload 'info line zt_inner' \
	'info breakpoints' 'info line dash_ed_inner')
like 'zolkit-reload moves a module' "$out" "Line [0-9]+ of \"zt.c\" starts at address $(hex $((base + 0x40000)))"
like 'a breakpoint in it moves along, and stays enabled' "$out" \
	"keep +y +0x0*$(printf %x $((base + 0x40000)))[0-9a-f ]* in zt_inner"
like 'what is not loaded any more is gone' "$out" 'dash_ed_inner.* (in current context|not defined)|No symbol "dash_ed_inner"'
out=$(gdb_on "$T/r.gdb" "shell rm '$T/map.now'" zolkit-reload 'info line zt_inner')
like 'a reload that fails leaves all as it was' "$out" 'stay as they were.*starts at address'

# --- being loaded --------------------------------------------------------------------------------

debug_map_module zt "$extra/zt.ko" $base Loading >"$T/map.loading"
run z debug symbols --map "$T/map.loading"
like 'init sections of a module that is being loaded are there' "$out" '-s \.init\.text 0x'
like 'a map without the kernel says so' "$err" 'does not tell where the kernel is'

# --- files by build-id ---------------------------------------------------------------------------

one=$(debug_id "$extra/zt.ko")
mkdir -p "$T/tree/module"
mv "$extra/zt.ko" "$T/tree/module/zt.ko"
debug_module zt "$extra/zt.ko" -DOTHER -O2
other=$(debug_id "$extra/zt.ko")
isnt 'another build has another id' "$one" "$other"
run z debug symbols --map "$T/map"
is 'a file of another build is refused' "$status" 5
like 'with both ids' "$err" "zt has build-id $one, but .*/zt.ko has $other"
run z debug symbols --map "$T/map" --skip-mismatch
is 'or left out' "$status$(grep -c 'add-symbol-file .*zt.ko' <<<"$out")" 00
run z debug symbols --map "$T/map" --tree "$T/tree"
like 'the right one of several of one name is found in a build tree' "$out" "add-symbol-file \"$T/tree/module/zt.ko\""
mkdir -p "$T/kbuild/drivers/x" "$T/kbuild/elsewhere"
cp "$T/tree/module/zt.ko" "$T/kbuild/drivers/x/zt.ko"
for kind in o ko; do
	echo "drivers/x/zt.$kind" >"$T/kbuild/modules.order"
	run z debug symbols --map "$T/map" --tree "$T/kbuild"
	like "and by the list of Kbuild (.$kind)" "$out" "add-symbol-file \"$T/kbuild/drivers/x/zt.ko\""
done
mv "$T/kbuild/drivers/x/zt.ko" "$T/kbuild/elsewhere/"
run z debug symbols --map "$T/map" --tree "$T/kbuild"
like 'or though the list is wrong' "$out" "add-symbol-file \"$T/kbuild/elsewhere/zt.ko\""
for pack in 'gzip:gz' 'xz:xz' 'zstd:zst' 'bzip2:bz2'; do
	command -v "${pack%:*}" >/dev/null || continue
	rm -rf "$T/cache" "$extra"/zt.ko*
	"${pack%:*}" -c "$T/tree/module/zt.ko" >"$extra/zt.ko.${pack#*:}"
	run z debug symbols --map "$T/map" -o "$T/p.gdb"
	like "a module packed by ${pack%:*} is unpacked" "$(gdb_on "$T/p.gdb" 'info line zt_inner')" 'of "zt.c" starts'
	ok 'into the cache, by its id' cmp "$T/cache/debug/$one/zt.ko" "$T/tree/module/zt.ko"
done
# What a crash of the machine may leave of a file in the cache.
for size in 0 1000; do
	truncate -s "$size" "$T/cache/debug/$one/zt.ko"
	run z debug symbols --map "$T/map"
	like "one cut to $size bytes in the cache does not count" "$out" "add-symbol-file \"$T/cache/debug/$one/zt.ko\""
	ok 'and is made anew' cmp "$T/cache/debug/$one/zt.ko" "$T/tree/module/zt.ko"
done
rm -rf "$T/cache" "$extra"/zt.ko*
echo broken >"$extra/zt.ko.xz"
run z debug symbols --map "$T/map"
like 'a broken file is no file' "$status $err" '^0 .*no file of module zt was found'
is 'and leaves nothing behind' "$(find "$T/cache" -type f 2>/dev/null)" ''

rm -f "$extra"/zt.ko*
objcopy --strip-debug "$T/tree/module/zt.ko" "$extra/zt.ko"
debug=$root/usr/lib/debug/.build-id/${one:0:2}
mkdir -p "$debug"
run z debug symbols --map "$T/map"
like 'a stripped file will do' "$out" 'zt.ko has no debug information'
objcopy --only-keep-debug "$T/tree/module/zt.ko" "$debug/${one:2}.debug"
run z debug symbols --map "$T/map" -o "$T/d.gdb"
like 'one with debug information is better' "$(gdb_on "$T/d.gdb" 'info line zt_inner')" "of \"zt.c\" starts at address $(hex $base)"
rm -rf "${root:?}/usr"
ln -sf "$T/tree/module/zt.ko" "$extra/zt.ko"
run z debug symbols --map "$T/map"
unlike 'links in the guest are not followed' "$out" 'add-symbol-file .*zt.ko'
rm "$extra/zt.ko"
cp "$T/tree/module/zt.ko" "$extra/"

# --- sources -------------------------------------------------------------------------------------

mv "$T/src" "$T/moved"
run z debug symbols --map "$T/map" --source "$T/src=$T/moved" -o "$T/src.gdb"
like 'sources that were moved are found' "$(gdb_on "$T/src.gdb" 'list zt_inner')" 'zt_counter \+= a'
run z debug symbols --map "$T/map" --source "$T/src"
is 'a mapping is FROM=TO' "$status" 2
mkdir -p "$root/${T#/}"
mv "$T/moved" "$root/$T/src"
run z debug symbols --map "$T/map" -o "$T/src.gdb"
like 'in the guest, too' "$(gdb_on "$T/src.gdb" 'list zt_inner')" 'zt_counter \+= a'
mv "$root/$T/src" "$T/src"

# --- maps ----------------------------------------------------------------------------------------

printf 'zt 16384 0 - Live 0x0000000000000000\nzt .text 0x0\n' >"$T/zero"
run z debug symbols --map "$T/zero"
is 'hidden addresses are a negative answer' "$status" 1
like 'that tells why' "$err" 'kptr_restrict'
printf 'zt .te"xt 0x10\n' >"$T/bad"
run z debug symbols --map "$T/bad"
is 'a name that is none is malformed' "$status" 6
printf 'zt 16384 0 - Live 0xffffffffc0024000 (O)\n/sys/module/zt/sections/.text:0xffffffffc0024000\nzt .data 0xffffffffc0027000\n' >"$T/any"
run z debug symbols --map "$T/any"
like 'what people collect by hand is read' "$out" 'zt.ko" 0xffffffffc0024000 -s .data 0xffffffffc0027000'
run z debug symbols --map - --map-only <"$T/map"
is 'a map comes back as it was' "$out" "$(<"$T/map")"
run z debug symbols --map "$T/map" --outside
is 'there is one map at a time' "$status" 2
run z debug symbols
is 'without a VM there is nobody to ask' "$status" 3
run z debug attach
is 'nor to attach to' "$status" 3
like 'which says what to do' "$err" 'vm start'

# --- files only ----------------------------------------------------------------------------------

run z debug symbols --files-only
is 'the files of a guest are listed without a VM' "$status" 0
like 'each with its id' "$out" "zt +$one +yes +$extra/zt.ko"
run z --guest none debug symbols --files-only
is 'a guest that there is none of' "$status" 2
for words in '--json' '--files-only --map-only' '--keep-stopped'; do
	# shellcheck disable=SC2086 # words
	run z debug symbols --map "$T/map" $words
	is "no sense: $words" "$status" 2
done
run z --json debug symbols --files-only zt -o "$T/list"
is 'or one of them, as JSON' "$(jq -r '.[] | .module + .build_id + (.debug | tostring)' <<<"$out")" "zt${one}true"
is 'and to a file' "$(cat "$T/list")" "zt $one debug $extra/zt.ko"
run z debug symbols --files-only --root "$root" --release nosuch
is 'a tree and a kernel can be named' "$status" 0
unlike 'of which it has nothing' "$out" "$one"
mkdir -p "$T/other/lib/modules/9.9-other/extra"
cp "$extra/zt.ko" "$T/other/lib/modules/9.9-other/extra/"
run z --guest none debug symbols --files-only --root "$T/other" --release 9.9-other
like 'no guest is needed then' "$status:$out" "^0:.*zt +$one +yes +$T/other/lib/modules/9.9-other/extra/zt.ko"
run z debug symbols --files-only --root "$T/nowhere"
is 'a tree that is not there' "$status" 3
run z debug symbols --release "$rel"
is 'without --files-only a release means nothing' "$status" 2
run z debug symbols --files-only --release ../x
is 'a release is a name' "$status" 2
run z debug symbols --files-only nosuch
is 'one that is not there is a negative answer' "$status" 1

# --- sources -------------------------------------------------------------------------------------

debug_module zu "$extra/zu.ko"
{ cat "$T/map"; debug_map_module zu "$extra/zu.ko" $((0xffffffffc0900000)); } >"$T/map.two"
mkdir -p "$T/checkout/src"
cp "$T/src/zt.c" "$T/src/zu.c" "$T/checkout/src/"
printf '[src]\ncheckouts = zfs=%s\n' "$T/checkout" | cat "$T/zolkit.conf" - >"$T/src.conf"
run "$ZOL_BUILD/zolkit" --config "$T/src.conf" debug symbols --map "$T/map.two" -o "$T/two.gdb"
is 'two modules of one checkout are found in it' "$status:$(grep -c '^  add-symbol-file .*/z[tu].ko' "$T/two.gdb")" 0:2
is 'by what is said once' "$(grep '^set substitute-path.*/checkout' "$T/two.gdb")" "set substitute-path \"$T\" \"$T/checkout\""
mv "$T/src" "$T/src.away"
like 'and gdb reads the lines of either' "$(gdb_on "$T/two.gdb" 'list zt_outer' 'list zu_outer')" 'int zt_outer.*int zu_outer'
done_testing
