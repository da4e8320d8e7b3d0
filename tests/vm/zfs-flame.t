#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A recording of real ZFS at work in the guest that zfs.t has made. Its modules are loaded while perf
# records, which perf itself does not find its way through: here their frames have names.
# shellcheck disable=SC2016,SC2154 # $ is for the guest's shell; tap.sh sets status, out and err
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/zfsguest.sh
. "$ZOL_TOP/tests/lib/zfsguest.sh"

zfs_guest_setup
zfs_guest_perf
# shellcheck disable=SC2119
zfs_guest_start
run z flame check
like 'a check finds perf and the unwinder' "$out" $'perf +ok .*unwinder +ok '

is 'ZFS is not loaded yet' "$(z vm exec -- grep -c '^zfs ' /proc/modules)" 0
run z flame record --comm txg_sync -o "$T/rec" -- /tmp/zolkit-load 4
is 'ZFS is loaded and used while a recording is made' "$status" 0 || diag "$err"
is 'which ends with where the picture is' "$out" $'written\n'"$T/rec/flame.svg"
is 'beside it stands what its addresses mean' "$(cd "$T/rec" && printf '%s ' *)" \
	'build-ids flame.svg kallsyms modules perf.data release '
like 'with the addresses of every section' "$(cat "$T/rec/modules")" $'\nzfs \.text 0x[0-9a-f]{16}\n'

z -q flame fold --kinds "$T/rec/perf.data" --root "$root" >"$T/folded"
txg=$(grep '^txg_sync;' "$T/folded")
# FUNCTION...: a stack in which these are called one from the other, directly or not
calls() { grep -qE "^txg_sync;ret_from_fork_\[k\];kthread_\[k\];$(printf '([^;]*;)*%s_\\[m\\];' "$@")" <<<"$txg;"; }
ok 'the thread that syncs is found, with the functions of ZFS by their names' \
	calls thread_generic_wrapper txg_sync_thread spa_sync dsl_pool_sync || diag "$(head -n 5 <<<"$txg")"
ok 'the picture has them' grep -q '<title>spa_sync \[' "$T/rec/flame.svg"
ok 'and what they call' grep -q '<title>dsl_pool_sync \[' "$T/rec/flame.svg"
is 'and it is of that thread alone' "$(z -q flame fold --comm txg_sync "$T/rec/perf.data" --root "$root" | cut -d';' -f1 | sort -u)" txg_sync
# It is sorted by what functions spend themselves; this one calls others.
run z flame top --lines 1000 --func spa_sync --root "$root" "$T/rec/perf.data"
like 'a table has it by function, too' "$out" 'dsl_pool_sync'

# FOLDED: how much of the weight of kernel frames has no name, in hundredths of a percent
unresolved() {
	awk '{
		n = split(substr($0, 1, length($0) - length($NF) - 1), f, ";")
		for (i = 2; i <= n; i++)
			if (f[i] ~ /_\[[km]\]$/) { all += $NF; if (f[i] ~ /^\[/) lost += $NF }
	} END { printf "%d\n", all ? lost * 10000 / all : 10000 }' "$1"
}
ours=$(unresolved "$T/folded")
perf script -i "$T/rec/perf.data" --kallsyms "$T/rec/kallsyms" 2>/dev/null | z -q flame fold --kinds - >"$T/theirs"
theirs=$(unresolved "$T/theirs")
diag "kernel frames without a name: $ours, by perf script $theirs, in 1/100 % of the weight"
ok 'less than 2 % of the weight of kernel frames has no name' test "$ours" -lt 200
ok 'perf script leaves more' test "$theirs" -gt "$ours"

done_testing
