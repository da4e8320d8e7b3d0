#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Guests that are overlays of another one: each user sees the same tree, and the other one stays as it is.
. "${ZOL_TOP:?}/tests/lib/chroot.sh" || exit 1

O=$T/state/guests/o
mkdir -p "$O/overlay/upper" "$O/overlay/work" "$T/guests/o"
printf '[overlay]\nlower = %s\n' "$G" > "$O/overlay/overlay.ini"
printf '[guest]\nname = o\nstate = ready\nparent = g\nmethod = overlay\n' > "$O/guest.ini"
lower() { (cd "$G" && find . -printf '%y %p %s %T@\n' | sort); }
before_tree=$(lower)
before_mounts=$(cat /proc/self/mountinfo)
in_o() { z -g o chroot run "$@"; }

run in_o -- true
if [[ $status != 0 && $err == *'annot '*overlay* ]] && ! grep -q overlay /proc/filesystems; then
	skip_all 'this kernel has no overlay file system'
fi
is 'an overlay guest is entered' "$status/$err" 0/
run in_o -- sh -c 'cat /etc/group | head -1; echo changed > /etc/motd; rm /etc/passwd'
is 'it has the files of the other one' "$out" 'root:x:0:'
is 'a change goes to the upper directory' "$(cat "$O/overlay/upper/etc/motd")" changed
is 'and is there the next time' "$(in_o -- sh -c 'cat /etc/motd; ls /etc/passwd 2>&1 | wc -l')" $'changed\n1'
run z -n -g o chroot run -- true
like 'the plan has process numbers of its own, as the run does' "$out" '^unshare mount,ipc,uts,pid'
run z -n -g o chroot run --no-pid -- true
is 'and none without' "$status" 2
is 'the other one is as it was' "$(lower)" "$before_tree"
is 'resolv.conf is served' "$(in_o -- cat /etc/resolv.conf)" "$(cat /etc/resolv.conf)"
ok 'and leaves no trace' test ! -e "$O/overlay/upper/etc/resolv.conf"
(exec "$ZOL_BUILD/zolkit" --config "$C" -g o chroot run -- sh -c 'echo first > /root/f; while [ ! -e /root/g ]; do sleep 0.02; done; cat /root/g') > "$T/first" &
until [[ -s $O/overlay/upper/root/f ]]; do sleep 0.02; done
is 'a second entry sees what the first one wrote' "$(in_o -- cat /root/f)" first
in_o -- sh -c 'echo second > /root/g.new; mv /root/g.new /root/g'
wait $!
is 'and the first one what the second wrote' "$(cat "$T/first")" second
(exec "$ZOL_BUILD/zolkit" --config "$C" -g o chroot run -- sleep 96.5) &
pid=$!
there '^sleep 96\.5'
kill -9 "$pid"
wait "$pid" 2> /dev/null
gone '^sleep 96\.5'
is 'it can be entered after a kill' "$(in_o -- cat /root/f)" first
run in_o --no-pid -- true
is 'what could outlive its first process is refused' "$status" 2
run z -g g chroot run -- true
is 'the other one cannot be entered while this one needs it' "$status" 3
like 'by name' "$err" 'guest o'
like 'a dry run shows the layers' "$(z -n -g o chroot run -- true)" "overlay +$T/guests/o -> / +lowerdir=$G"
is "the host's mounts are as they were" "$(cat /proc/self/mountinfo)" "$before_mounts"
is 'and its directory is empty' "$(ls -A "$T/guests/o")" ''
done_testing
