#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The whole path: from a mirror to commands answered by a booted guest, then once more for a
# second guest whose making is killed again and again. What comes of it stays in build/vm: the
# other tests here use its kernel (tests/lib/kernel.sh).
. "${ZOL_TOP:?}/tests/lib/tap.sh" || exit 1
# shellcheck source=tests/lib/standin.sh
. "$ZOL_TOP/tests/lib/standin.sh"

[ "$(id -u)" -eq 0 ] || skip_all "a guest is made and entered as root"
source=$(standin_kernel_source)
[ -n "$source" ] || skip_all "no kernel source below /usr/src (package linux-source-6.1)"

dir=$ZOL_TOP/build/vm
mkdir -p "$dir"
zolkit=("$ZOL_BUILD/zolkit" --config "$dir/zolkit.conf")
ok "the stand-in is made and signed" standin_make "$dir"
standin_serve "$dir" || { diag "no server"; exit 1; }
at_exit standin_end
standin_conf "$dir"
for guest in gentoo second; do
	[ ! -e "$dir/guest/$guest" ] || "${zolkit[@]}" -q guest remove "$guest"
done
stop() { "${zolkit[@]}" -q vm stop >/dev/null 2>&1; }
at_exit stop

# --- the first time ---

run "${zolkit[@]}" up --source "$source"
is "up takes an empty directory to a running guest" "$status" 0
[ "$status" -eq 0 ] || diag "$err"
like "and says what it did" "$out" 'fetch +done.*create +done.*prepare +done.*kernel +(done|current).*boot +done'
like "and what to type next" "$err" 'zolkit vm exec'

run "${zolkit[@]}" vm exec -- uname -r
like "the kernel is the one that was built" "$out" '^6\.[0-9]+\.[0-9]+-zolkit$'
run "${zolkit[@]}" vm exec -- grep ' / ' /proc/mounts
like "the root is on 9p, by a tag without a slash" "$out" '^zolroot / 9p rw.*trans=virtio'
run "${zolkit[@]}" vm exec -- sh -c 'exit 42'
is "the exit status is the command's" "$status" 42
run "${zolkit[@]}" vm exec -- cat /proc/1/comm
is "the guest's own init runs" "$out" init
run "${zolkit[@]}" vm exec -- sh -c 'grep -c "^tmpfs /tmp tmpfs" /proc/mounts'
is "/tmp is a tmpfs" "$out" 1
run "${zolkit[@]}" vm exec -- sh -c 'cat <<E
here-document
E'
is "here-documents work" "$out" "here-document"

# --- beside the running guest ---

run "${zolkit[@]}" chroot run -- sh -c 'echo from-the-chroot >/root/seen; id -u'
is "the chroot is entered while the VM runs" "$status$out" 00
run "${zolkit[@]}" vm exec -- cat /root/seen
is "and the VM sees what was written there" "$out" "from-the-chroot"

run "${zolkit[@]}" --json vm probe --all
is "the probe runs in the guest" "$status" 0
probe() { # DIRECTORY CHECK: its result
	python3 -c '
import json, sys
for r in json.load(open(sys.argv[1])):
    if r["dir"] == sys.argv[2] and r["check"] == sys.argv[3]:
        print(r["fstype"], r["result"])' "$T/.out" "$1" "$2"
}
is "it finds that 9p cannot truncate a deleted file" "$(probe / unlinked-ftruncate)" "9p fail"
is "or make a fifo with passthrough" "$(probe / mkfifo)" "9p fail"
is "it finds that truncating a replaced file truncates the new one" "$(probe / rename-over-ftruncate)" "9p fail"
is "and that a tmpfs can" "$(probe /tmp unlinked-ftruncate)" "tmpfs ok"
ok "the plan is kept" test -e "$dir/state/guests/gentoo/probe.plan"
run "${zolkit[@]}" guest prepare --from-probe
is "prepare applies it" "$status" 0
run "${zolkit[@]}" -n guest prepare --from-probe
is "and finds nothing to do then" "$out" ""

# --- again ---

run "${zolkit[@]}" --json up --source "$source"
is "up again does nothing" "$(python3 -c '
import json, sys
print(sorted({r["result"] for r in json.load(sys.stdin)}))' <<<"$out")" "['current']"
ok "the guest passes its check" "${zolkit[@]}" guest check
run "${zolkit[@]}" guest remove gentoo
isnt "a running guest is not removed" "$status" 0
ok "the guest powers off" "${zolkit[@]}" vm stop
run "${zolkit[@]}" vm status
is "and is off then" "$status" 1

# --- killed at random points, and run again ---

kills=0
for _ in 1 2 3 4 5 6; do
	setsid "${zolkit[@]}" -g second -q up --no-boot --source "$source" >"$T/killed" 2>&1 &
	pid=$!
	for ((i = RANDOM % 120; i > 0; i--)); do
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.1
	done
	kill -KILL -- "-$pid" 2>/dev/null && kills=$((kills + 1))
	wait "$pid" 2>/dev/null
done
diag "killed $kills times"
run "${zolkit[@]}" -g second up --no-boot --source "$source"
is "what was killed is finished by running it again" "$status" 0
[ "$status" -eq 0 ] || diag "$err"
is "nothing unfinished is left beside the guest" "$(find "$dir/guest" -maxdepth 1 -name '.*partial*')" ""

# Everything but what differs between any two guests: names, times of creation, build paths in modules.
manifest() {
	(cd "$1" && find . -path ./root/seen -prune -o \( -type f -printf '%p %m %U:%G %n %s\n' -o -printf '%p %m %U:%G %y %l\n' \)) |
		grep -v -e '^./lib/modules\|^./usr/lib/modules\|^./usr/src/\|^./usr/src \|^./var/log\|^./run/\|^./root ' -e '^./etc/\(mtab\|adjtime\|motd\|hostname\|hosts\)' \
			-e '^./var/lib/\(urandom\|systemd\|initscripts\)' -e '^./var/lib ' | sort
}
ok "a guest that was never booted is there to compare with" \
	"${zolkit[@]}" -q guest create third
ok "and prepared" "${zolkit[@]}" -q -g third guest prepare third
is "the tree is that of an undisturbed run" "$(diff <(manifest "$dir/guest/third") <(manifest "$dir/guest/second"))" ""
# The third guest has no kernel: modules and headers are compared with the first one's.
modules() { (cd "$1" && find lib/modules/ usr/src/ \( -name '*.ko*' -o -name '*.h' \) | sort); }
is "with the same modules and headers as the undisturbed build" \
	"$(diff <(modules "$dir/guest/gentoo") <(modules "$dir/guest/second"))" ""
is "and the same configuration" "$(cmp "$dir/state/guests/gentoo/kernel/config" "$dir/state/guests/second/kernel/config" 2>&1)" ""
run "${zolkit[@]}" -g second vm run -- uname -r
like "its kernel boots" "$out" '-zolkit$'
for guest in second third; do
	ok "guest $guest is removed" "${zolkit[@]}" -q guest remove "$guest"
done
done_testing
