#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Recordings in a guest, through its agent: what a command does, cuts, a signal, a check.
# shellcheck disable=SC2016,SC2154 # $ is for the guest's shell; tap.sh sets status, out and err
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/vm.sh
. "$ZOL_TOP/tests/lib/vm.sh"

vm_setup
perf=$(command -v perf) || skip_all 'no perf to put into the guest'
# perf as this machine has it, with the libraries that it is linked to.
mkdir -p "$root/usr/bin"
cp -L "$perf" "$root/usr/bin/perf"
while read -r lib; do
	mkdir -p "$root${lib%/*}"
	cp -L "$lib" "$root$lib"
done < <(ldd "$perf" | grep -oE '/[^ ]+')

# shellcheck disable=SC2119
vm_boot
run z vm exec -- perf version
like 'perf runs in the guest' "$out" 'perf version'
run z --json flame check
like 'a check looks at the guest' "$out" '"unwinder".*"(ORC|frame pointers)'
like 'and finds its symbols' "$out" '[0-9]{4,} symbols with addresses'

# A task with a name of its own that is busy in the kernel.
cat >"$root/load" <<-'EOT'
	#!/bin/sh
	i=0
	while [ $i -lt 1500 ]; do
		: >/tmp/file
		read x </proc/self/stat
		cd /proc/self/task && cd /
		i=$((i + 1))
	done
	echo from the guest
EOT
chmod +x "$root/load"
run z flame record --comm load -o "$T/rec" -- /load
is 'a recording while a command runs in the guest' "$status" 0
like 'shows what the command prints, and ends with where the picture is' "$out" "^from the guest
$T/rec/flame.svg\$"
is 'beside it stands what its addresses mean' "$(cd "$T/rec" && printf '%s ' *)" \
	'build-ids flame.svg kallsyms modules perf.data release '
folded=$(z -q flame fold --kinds --comm load "$T/rec/perf.data")
like 'functions of the kernel are found by their names' "$folded" \
	'entry_SYSCALL_64_after_hwframe_\[k\];do_syscall_64_\[k\];.*(open|read)[a-z_0-9]*_\[k\]'
unlike 'and every frame of the kernel has one' "$folded" '\][^;]*\]_\[k\]|;\[unknown\]_\[k\]'
ok 'the picture is of that task' grep -q '<title>do_syscall_64 \[' "$T/rec/flame.svg"
like 'the release is that of the guest' "$(cat "$T/rec/release")" "^$(z vm exec -- uname -r)\$"
is 'nothing stays in the guest' "$(z vm exec -- sh -c 'ls -d /tmp/zolkit-flame.* /.debug /root/.debug 2>/dev/null')" ''

env --default-signal=INT "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" flame record -o "$T/two" >"$T/out" 2>"$T/err" &
pid=$!
until z vm exec -- sh -c 'pidof perf && ls /tmp/zolkit-flame.*/perf.data' >/dev/null 2>&1; do sleep 0.5; done
z vm exec -- /load >/dev/null
kill -INT "$pid"
wait "$pid"
is 'SIGINT ends a recording, which is fetched and drawn' "$? $(cat "$T/out")" "0 $T/two/flame.svg"
like 'the idle task is in it' "$(z -q flame fold --comm swapper "$T/two/perf.data")" 'start_kernel|cpu_startup_entry'

z vm exec -- mv /usr/bin/perf /usr/bin/perf.away
run z flame record -o "$T/none" -- true
is 'without perf in the guest' "$status" 7
like 'there is a word about it' "$err" 'perf cannot be run there'
run z flame check
is 'which a check says, too' "$status" 1

z -q vm stop 2>/dev/null
done_testing
