#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kernel fragments, kernel merge: on Debian's kernel source, by the tree's own conf.
. "$ZOL_TOP/tests/lib/tap.sh"

tree=$("$ZOL_TOP/tests/lib/kconfig-tree" 6.1) || skip_all "linux-source-6.1 is not installed"
cat >"$T/conf" <<-E
	[paths]
	conf = $ZOL_TOP/conf
	cache = $T/cache
	state = $T/state
	guests = $T/guests
	[kernel]
	source = $tree
	base = tinyconfig
E
z=("$ZOL_BUILD/zolkit-kernel" --config "$T/conf")

run "${z[@]}" kernel fragments --names
is 'fragments: exit status' "$status" 0
is 'fragments: all names, sorted' "$out" "$(cd "$ZOL_TOP/conf/kernel" && printf '%s\n' *.config | sed 's/\.config$//' | sort)"
run "${z[@]}" --json kernel fragments
ok 'fragments: valid JSON with a description each' \
	python3 -c 'import json,sys; assert all(f["why"] and f["settings"] > 0 for f in json.loads(sys.argv[1]))' "$out"

run "${z[@]}" kernel merge -O "$T/none" boot9p
is 'a build directory that does not exist' "$status" 3

run "${z[@]}" kernel merge -o "$T/a.config" boot9p guest zfs trace gdb tests virtiofs
is 'all that a guest needs survives on tinyconfig' "$status" 0
is 'nothing on standard output when nothing is wrong' "$out" ''
for s in VIRTIO_CONSOLE NET_9P_VIRTIO 9P_FS 9P_FS_POSIX_ACL OVERLAY_FS SERIAL_8250_CONSOLE DEVTMPFS_MOUNT \
	PVPANIC MAGIC_SYSRQ_SERIAL VIRTIO_FS USER_NS UNIX KPROBE_EVENTS FUNCTION_GRAPH_TRACER ZLIB_DEFLATE; do
	ok "CONFIG_$s=y" grep -qx "CONFIG_$s=y" "$T/a.config"
done
ok 'brd is a module' grep -qx 'CONFIG_BLK_DEV_RAM=m' "$T/a.config"
ok 'a fragment for a later release is left out' ! grep -q 'SLUB_TINY' "$T/a.config"

printf 'CONFIG_KEXEC=y\nCONFIG_KEXEC=y\nCONFIG_PCI=n\nCONFIG_PCI=y\nCONFIG_ISO9660_FS=m\nCONFIG_NFS_FS=m\nCONFIG_ROOT_NFS=y\n' >"$T/sum.config"
run "${z[@]}" kernel merge -b defconfig -o "$T/c.config" "$T/sum.config"
like 'the parts of the summary: what is said again, overridden and lost' "$err" \
	'7 settings: 4 as asked, 1 said again, 1 overridden, 1 did not survive'
run "${z[@]}" kernel merge -b defconfig -o "$T/c.config" boot9p guest zfs trace gdb tests
ok 'the parts of the summary make up the whole' awk '
	/settings: / { n = $0; gsub(/[^0-9]+/, " ", n); split(n, part); for (i = 2; i in part; i++) sum += part[i]; all = part[1] }
	END { exit !(all > 100 && all == sum) }' <<<"$err"

printf 'CONFIG_KPROBE_EVENTX=y\nCONFIG_NR_CPUS=99999\n\n# @why stacks\nCONFIG_FRAME_POINTER=y\n' >"$T/bad.config"
run "${z[@]}" kernel merge boot9p "$T/bad.config"
is 'settings that do not survive: exit status' "$status" 1
like 'an unknown name' "$err" "bad.config:1: CONFIG_KPROBE_EVENTX=y did not survive: it is n \(unknown\)"
like 'and the nearest one' "$err" 'did you mean KPROBE_EVENTS\?'
like 'what selects a promptless symbol, with its place' "$err" \
	'ARCH_WANT_FRAME_POINTERS has no prompt \[lib/Kconfig.debug:[0-9]+\].*selected by UNWINDER_FRAME_POINTER \(now n\) \[arch/x86/Kconfig.debug:[0-9]+\]'
like 'the value out of range' "$err" "bad.config:2: CONFIG_NR_CPUS=99999 did not survive: it is "
like 'the promptless one, with what it was wanted for' "$err" "bad.config:5: CONFIG_FRAME_POINTER=y .*wanted for: stacks"
like 'the .config goes to standard output' "$out" 'CONFIG_9P_FS=y'
run "${z[@]}" --json kernel merge boot9p "$T/bad.config"
ok 'the same as JSON' python3 -c '
import json, sys
rows = json.loads(sys.argv[1])
assert [(r["symbol"], r["line"]) for r in rows] == [("KPROBE_EVENTX", 1), ("NR_CPUS", 2), ("FRAME_POINTER", 5)], rows
' "$out"

gzip -c "$T/a.config" >"$T/a.config.gz"
xz -c "$T/a.config" >"$T/a.config.xz"
for f in a.config a.config.gz a.config.xz; do
	run "${z[@]}" kernel merge -b "$T/$f" -o "$T/b.config" boot9p
	is "base $f: exit status" "$status" 0
	ok "base $f: nothing else changed" cmp "$T/a.config" "$T/b.config"
done
printf '\037\213rubbish' >"$T/broken.gz"
run "${z[@]}" kernel merge -b "$T/broken.gz" boot9p
is 'a base that cannot be decompressed' "$status" 6
run "${z[@]}" kernel merge -b no-such-base boot9p
is 'a base that is not there' "$status" 2
run "${z[@]}" kernel merge -b nosuchconfig boot9p
is 'a target that the tree does not have' "$status" 2
run "${z[@]}" kernel merge boot9
is 'an unknown fragment: exit status' "$status" 2
like 'and the nearest name' "$err" "did you mean 'boot9p'"
printf 'CONFIG_X=y\nX=y\n' >"$T/malformed.config"
run "${z[@]}" kernel merge "$T/malformed.config"
is 'a malformed fragment: exit status' "$status" 6
like 'and its place' "$err" 'malformed.config:2:'

# The guide's own name, gone since 4.11: conf drops it without a word.
printf 'CONFIG_KPROBE_EVENT=y\n' >"$T/guide.config"
run "${z[@]}" kernel merge -o "$T/c.config" boot9p trace "$T/guide.config"
is 'a renamed symbol: exit status' "$status" 0
like 'a renamed symbol: said' "$err" 'guide.config:1: CONFIG_KPROBE_EVENT is called CONFIG_KPROBE_EVENTS since 4.11'
ok 'a renamed symbol: set' grep -qx 'CONFIG_KPROBE_EVENTS=y' "$T/c.config"

printf 'CONFIG_DEFAULT_HOSTNAME=abc\nCONFIG_KASAN=m\nCONFIG_HZ_100=y\nCONFIG_HZ_300=y\n' >"$T/traps.config"
run "${z[@]}" kernel merge -b defconfig -o "$T/c.config" "$T/traps.config"
is 'traps: exit status' "$status" 1
like 'traps: text without quotes' "$out" 'traps.config:1: .*\(bad-value\).*write "abc" with the quotes'
like 'traps: m for a bool' "$out" 'traps.config:2: .*it is a bool'
like 'traps: a choice that is lost, with the place of the winner' "$out" 'traps.config:3: .*its choice \[.*\] is HZ_300, from .*traps.config:4'

printf 'CONFIG_KEXEC=y\nCONFIG_BLK_DEV_LOOP=m\n' >"$T/one.config"
printf 'CONFIG_KEXEC=n\nCONFIG_BLK_DEV_LOOP=m\n' >"$T/two.config"
run "${z[@]}" --json kernel merge -b defconfig -o "$T/c.config" "$T/one.config" "$T/two.config"
is 'a later fragment wins' "$status" 0
ok 'a later fragment wins: both places' python3 -c '
import json, sys
rows = [r for r in json.loads(sys.argv[1]) if r["status"] == "overridden"]
assert [(r["symbol"], r["line"], r["by"].split("/")[-1]) for r in rows] == [("KEXEC", 1, "two.config:1")], rows' "$out"

run "${z[@]}" kernel merge zfs lockdep
is 'what can never hold together: exit status' "$status" 6
like 'and what it is' "$err" 'zfs:[0-9]+ \(CONFIG_DEBUG_LOCK_ALLOC=n\) and lockdep:[0-9]+ \(CONFIG_PROVE_LOCKING=y\) can never'
like 'and why' "$err" 'selects DEBUG_LOCK_ALLOC \[lib/Kconfig.debug:[0-9]+\].*GPL-only'

# Every fragment on every base, on both generations of choices; the tree's own conf has the last word.
for version in 6.1 6.12; do
	t=$("$ZOL_TOP/tests/lib/kconfig-tree" $version) || continue
	cloud=/usr/src/linux-config-$version/config.amd64_none_cloud-amd64.xz
	[[ -r $cloud ]] || cloud=''
	for base in allnoconfig defconfig $cloud; do
		for f in "$ZOL_TOP"/conf/kernel/*.config; do
			f=${f##*/}
			run "${z[@]}" kernel merge -s "$t" -b "$base" -o "$T/c.config" "${f%.config}"
			is "$version ${base##*/}: ${f%.config} holds alone" "$status" 0
		done
	done
	for base in tinyconfig allnoconfig defconfig $cloud; do
		run "${z[@]}" kernel merge -s "$t" -b $base --verify -o "$T/c.config" boot9p guest zfs trace gdb tests virtiofs kasan
		is "$version $base: all fragments hold" "$status" 0
		unlike "$version $base: conf agrees" "$err" 'another .config'
	done
done

run "${z[@]}" kernel explain -f boot9p ZLIB_DEFLATE=y
is 'explain: exit status when it is not so' "$status" 1
like 'explain: selectors' "$out" 'selected by CRYPTO_DEFLATE \(now n\) \[crypto/Kconfig:'
run "${z[@]}" kernel explain -f boot9p -f zfs ZLIB_DEFLATE=y
is 'explain: exit status when it is so' "$status" 0
run "${z[@]}" kernel explain -f boot9p KPROBE_EVENT
is 'explain: a name that is gone' "$status" 2
like 'explain: and its new name' "$err" 'called CONFIG_KPROBE_EVENTS now'
: >"$T/empty.config"
run "${z[@]}" kernel satisfy -b allnoconfig -f "$T/empty.config" ZLIB_DEFLATE
is 'satisfy: exit status' "$status" 0
is 'satisfy: the sensible answer, not a file system' "$(grep -v '^# or' <<<"$out")" $'CONFIG_ZLIB_DEFLATE=y\nCONFIG_CRYPTO=y\nCONFIG_CRYPTO_DEFLATE=y'
like 'satisfy: other ways' "$out" '# or, for CONFIG_ZLIB_DEFLATE=y: BTRFS_FS=y'
run "${z[@]}" kernel satisfy -b defconfig -f "$T/empty.config" NR_CPUS=8 DEFAULT_HOSTNAME='"guest"' CMDLINE_OVERRIDE=y
is 'satisfy: numbers and texts' "$status" 0
like 'satisfy: a number' "$out" 'CONFIG_NR_CPUS=8'
like 'satisfy: what only wants some text' "$out" 'CONFIG_CMDLINE="..."'
like 'satisfy: which is said' "$err" 'CONFIG_CMDLINE: put in what is right, any text'
run "${z[@]}" kernel satisfy -b defconfig -f "$T/empty.config" NR_CPUS=99999 DEFAULT_HOSTNAME=guest
is 'satisfy: values that cannot be' "$status" 1
like 'satisfy: a number that cannot be' "$err" \
	'NR_CPUS=99999 cannot be reached, whatever is set.*its range is NR_CPUS_RANGE_BEGIN to NR_CPUS_RANGE_END, at most [0-9]+ \[arch/x86/Kconfig:[0-9]+\]'
like 'satisfy: text without quotes' "$err" 'DEFAULT_HOSTNAME=guest cannot be reached: this is no value of a string'
run "${z[@]}" kernel satisfy -b defconfig -f "$T/empty.config" FRAME_POINTER
like 'satisfy: by the selector' "$out" 'CONFIG_UNWINDER_FRAME_POINTER=y'
printf '%s\n' "$out" >"$T/answer.config"
run "${z[@]}" kernel merge -b defconfig --verify -o "$T/c.config" "$T/answer.config"
is 'satisfy: the answer holds, conf agrees' "$status" 0
run "${z[@]}" kernel satisfy -b defconfig -f "$T/empty.config" ARM_AMBA
is 'satisfy: what cannot be: exit status' "$status" 1
like 'satisfy: what cannot be is proved' "$err" 'ARM_AMBA=y cannot be reached, whatever is set, because.*ARM_AMBA has no prompt \[drivers/amba/Kconfig:[0-9]+\].*needs ARM \[.*\], which is defined nowhere for this ARCH'
is 'satisfy: what cannot be is not printed as if it could' "$out" ''
run "${z[@]}" kernel satisfy -b defconfig -f "$T/empty.config" MMU=n
like 'satisfy: what is never off' "$err" 'MMU=n cannot be .*a default that always holds \[arch/x86/Kconfig:[0-9]+\]'
run "${z[@]}" kernel satisfy -b defconfig -f lockdep DEBUG_LOCK_ALLOC=n
is 'satisfy: what a request forbids: exit status' "$status" 1
like 'satisfy: what a request forbids: both' "$err" \
	'DEBUG_LOCK_ALLOC=n cannot be reached: it can never hold together with CONFIG_PROVE_LOCKING=y, which lockdep:[0-9]+ asks'
printf 'CONFIG_NET=n\n' >"$T/net.config"
run "${z[@]}" kernel satisfy -b allnoconfig -f "$T/net.config" INET
like 'satisfy: what breaks another request' "$err" 'INET=y cannot be reached: it breaks CONFIG_NET=n, which .*/net.config:1 asks for'
like 'satisfy: and why it is so now' "$err" 'needs NET \(now n\) \[net/Kconfig:[0-9]+\]'
printf 'CONFIG_KPROBE_EVENTS=y\nCONFIG_FUNCTION_GRAPH_TRACER=y\nCONFIG_9P_FS=y\n' >"$T/wishes.config"
run "${z[@]}" kernel merge -b allnoconfig -o "$T/c.config" "$T/wishes.config"
is 'merge without --satisfy: exit status' "$status" 1
run "${z[@]}" kernel merge -b allnoconfig --satisfy --verify -o "$T/c.config" "$T/wishes.config"
is 'merge --satisfy: exit status' "$status" 0
like 'merge --satisfy: what was added is said' "$err" 'added CONFIG_FTRACE=y for CONFIG_KPROBE_EVENTS=y'
unlike 'merge --satisfy: conf agrees' "$err" 'another .config'
run "${z[@]}" kernel check -c "$T/a.config.gz" boot9p guest zfs
is 'check: all there' "$status" 0
run "${z[@]}" kernel check -c "$T/a.config" -e '!DEBUG_LOCK_ALLOC CONFIG_EFI_PARTITION ~NOT_THERE @BLK_DEV_RAM'
is 'check: a CONFIG_CHECK string' "$status" 0
like 'check: what only warns is told' "$out" 'NOT_THERE'
run "${z[@]}" kernel check -c "$T/a.config" -e '!BLOCK @EFI_PARTITION KASAN'
is 'check: what is missing' "$status" 1
is 'check: all of it' "$(wc -l <<<"$out")" 4
run "${z[@]}" kernel check -c "$T/a.config" -e 'A-B'
is 'check: a malformed string' "$status" 2

run "${z[@]}" kernel merge -s "$T" boot9p
is 'a source that is no kernel tree' "$status" 2
done_testing
