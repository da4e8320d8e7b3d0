#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# perf.data read directly, against the text that perf script made of the same recording of a guest.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
: >"$T/conf"
zolkit() { "$ZOL_BUILD/zolkit" --config "$T/conf" "$@"; }

data=$ZOL_TOP/tests/data/flame
zcat "$data/perf-script-zfs-full.txt.gz" >"$T/script.txt"
zcat "$data/perf.data.gz" >"$T/perf.data"
zcat "$data/kallsyms.txt.gz" >"$T/kallsyms"
: >"$T/none"

# kernel ARGS...: the stacks without user frames, which need the guest's files
kernel() {
	zolkit -q flame fold --kinds "$@" | awk '{
		n = $NF
		sub(/ [0-9]+$/, "")
		k = split($0, f, ";")
		s = f[1]
		for (i = 2; i <= k; i++)
			if (f[i] ~ /_\[[km]\]$/)
				s = s ";" f[i]
		sum[s] += n
	} END { for (s in sum) printf "%s %.0f\n", s, sum[s] }' | LC_ALL=C sort
}

kernel --perf-addresses "$T/perf.data" >"$T/got"
# perf ends the last function of a module before its last byte.
kernel "$T/script.txt" | sed 's/\[spl.ko\]_\[m\]/spl_thread_exit_[m]/' | LC_ALL=C sort >"$T/want"
ok 'the same stacks and counts as from perf script text' cmp "$T/got" "$T/want"

kernel "$T/perf.data" >"$T/calls"
is 'with calls instead of return addresses the sum stays' "$(awk '{ n += $NF } END { printf "%.0f", n }' "$T/calls")" \
	"$(awk '{ n += $NF } END { printf "%.0f", n }' "$T/want")"
is 'and what differs is little' "$(($(diff "$T/got" "$T/calls" | grep -c '^[<>]') < 100))" 1

run zolkit -v flame fold "$T/perf.data"
unlike 'kallsyms beside the recording leaves no kernel frame without a name' "$err" 'kernel frames has no name'
run zolkit -v flame fold --kallsyms "$T/none" "$T/perf.data"
like 'without it none has one' "$err" '100.00% of the weight of kernel frames'
run zolkit flame fold - <"$T/perf.data"
is 'a pipe is read as well' "$status" 0

zolkit -q flame render --comm txg_sync -o "$T/a.svg" "$T/perf.data"
like 'frames of zfs are those of a module' "$(zolkit -q flame fold --kinds -c txg_sync "$T/perf.data")" \
	'spa_sync_\[m\].*;dsl_pool_sync_\[m\]'
ok 'the picture names them with their module' grep -q '<title>spa_sync \[zfs\] (' "$T/a.svg"

zolkit -q flame render -c txg_sync -f spa_sync -o "$T/cut.svg" "$T/perf.data"
ok 'and says of how much it is a cut' grep -qE '>txg_sync, spa_sync\(\), of [0-9]+ samples of [a-z:-]+<' "$T/cut.svg"

# A module whose file alone knows its symbols: one function, as long as zfs is, and one in .init.text.
mkdir -p "$T/root/lib/modules/6.1.192-zfsdev/extra"
as -o "$T/zfs.ko" - <<-'EOT'
	.text
	.type the_whole_of_zfs, @function
	the_whole_of_zfs: .space 6000000
	.size the_whole_of_zfs, 6000000
	.section .init.text, "ax"
	.type in_spl, @function
	in_spl: .space 0x23000
	.size in_spl, 0x23000
EOT
ld -r --build-id=0x0123456789abcdef -o "$T/zfs.linked" "$T/zfs.ko" && mv "$T/zfs.linked" "$T/zfs.ko"
printf '%s\n' 'zfs 6131712 1 - Live 0xffffffffc0024000 (PO)' 'zfs .text 0xffffffffc0024000' \
	'zfs .init.text 0xffffffffc0000000' >"$T/modules"
for pack in cat gzip xz zstd bzip2; do
	case $pack in
	cat) suffix= ;;
	gzip) suffix=.gz ;;
	zstd) suffix=.zst ;;
	bzip2) suffix=.bz2 ;;
	*) suffix=.$pack ;;
	esac
	rm -f "$T/root/lib/modules/6.1.192-zfsdev/extra/"*
	$pack <"$T/zfs.ko" >"$T/root/lib/modules/6.1.192-zfsdev/extra/zfs.ko$suffix"
	echo "extra/zfs.ko$suffix: extra/spl.ko" >"$T/root/lib/modules/6.1.192-zfsdev/modules.dep"
	run zolkit -q flame fold --kinds -c txg_sync --kallsyms "$T/none" --modules "$T/modules" --root "$T/root" "$T/perf.data"
	like "files of modules ($pack) give what kallsyms does not know" "$out" ';in_spl_\[m\];(the_whole_of_zfs_\[m\];?)+'
done
head -c 100 "$T/root/lib/modules/6.1.192-zfsdev/extra/zfs.ko.bz2" >"$T/cut" && mv "$T/cut" "$T/root/lib/modules/6.1.192-zfsdev/extra/zfs.ko.bz2"
run zolkit -q flame fold --kinds -c txg_sync --kallsyms "$T/none" --modules "$T/modules" --root "$T/root" "$T/perf.data"
is 'a damaged one gives nothing' "$status $(grep -c the_whole_of_zfs <<<"$out")" '0 0'
cp "$T/zfs.ko" "$T/root/lib/modules/6.1.192-zfsdev/extra/zfs.ko"
echo 'extra/zfs.ko:' >"$T/root/lib/modules/6.1.192-zfsdev/modules.dep"
# DWARF says what the compiler has inlined.
cat >"$T/zfs.c" <<-'EOT'
	static inline __attribute__((always_inline)) void inmost(void) { __asm__ volatile(".skip 6000000"); }
	static inline __attribute__((always_inline)) void inner(void) { inmost(); }
	void the_whole_of_zfs(void) { inner(); }
EOT
mkdir -p "$T/inline/lib/modules/6.1.192-zfsdev/extra"
gcc -g -O1 -fcf-protection=none -c -o "$T/inlined.ko" "$T/zfs.c"
for pack in cat xz; do
	suffix=
	[[ $pack == cat ]] || suffix=.$pack
	rm -f "$T/inline/lib/modules/6.1.192-zfsdev/extra/"*
	$pack <"$T/inlined.ko" >"$T/inline/lib/modules/6.1.192-zfsdev/extra/zfs.ko$suffix"
	echo "extra/zfs.ko$suffix:" >"$T/inline/lib/modules/6.1.192-zfsdev/modules.dep"
	run zolkit flame fold --inline --kinds -c txg_sync --kallsyms "$T/none" --modules "$T/modules" --root "$T/inline" "$T/perf.data"
	like "functions that were inlined ($pack) stand behind theirs" "$out" ';the_whole_of_zfs_\[m\];inner_\[i\];inmost_\[i\]'
done
run zolkit flame fold --kinds -c txg_sync --kallsyms "$T/none" --modules "$T/modules" --root "$T/inline" "$T/perf.data"
unlike 'but not unasked' "$out" '_\[i\]'
# Beside a recording stands which build was loaded.
mkdir "$T/beside" && cp "$T/perf.data" "$T/modules" "$T/beside/" && echo 6.1.192-zfsdev >"$T/beside/release"
note=040000000800000003000000474e5500
for id in 0123456789abcdef 0123456789abcdee; do
	echo "zfs $note$id" >"$T/beside/build-ids"
	run zolkit flame fold --kinds -c txg_sync --kallsyms "$T/none" --root "$T/root" "$T/beside/perf.data"
	case $id in
	*f) like 'the file of the build that was loaded is taken' "$out" 'the_whole_of_zfs_' ;;
	*) unlike 'that of another build is not' "$out" 'the_whole_of_zfs_'
		like 'which is said' "$err" 'built anew since \(zfs\)' ;;
	esac
done
run zolkit -q flame fold --kinds -c txg_sync --modules "$T/modules" --root "$T/root" "$T/perf.data"
like 'code that was freed does not hide what came to its place' "$out" ';thread_generic_wrapper_\[m\];'

head -c 3000 "$T/perf.data" >"$T/cut.data"
run zolkit flame fold "$T/cut.data"
is 'what is there of a cut recording is read, and nothing is left' "$status" 1
printf '2ELIFREP%0100d' 0 >"$T/big"
run zolkit flame fold "$T/big"
is 'big-endian recordings are refused' "$status" 6
like 'by what they are' "$err" 'big-endian'
done_testing
