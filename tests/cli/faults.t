#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every command through every failing call: the error is told, nothing is left, the next run succeeds.
# shellcheck source=tests/lib/faults.sh disable=SC2154 # calls is its
. "${ZOL_TOP:?}/tests/lib/faults.sh" || exit 1
# shellcheck source=tests/lib/gitrepo.sh
. "$ZOL_TOP/tests/lib/gitrepo.sh"
# shellcheck source=tests/lib/stage-mirror.sh
. "$ZOL_TOP/tests/lib/stage-mirror.sh"

template plain
walk plain -- config show
walk plain -- guest list

# --- a guest ---
template guest
g=$T/guest/guest/g
mkdir -p "$g"/{bin,sbin,etc/portage,tmp,var/cache/distfiles,root} "$T/guest/state/guests/g/kernel"
: > "$g/sbin/init"; : > "$g/bin/sh"; : > "$g/sbin/agetty"
printf 'root:x:0:0::/root:/bin/bash\nportage:x:250:250::/x:/bin/false\n' > "$g/etc/passwd"
printf 'root:x:0:\nportage::250:\n' > "$g/etc/group"
printf 'root::10770:0:::::\n' > "$g/etc/shadow"
printf 'id:3:initdefault:\n#s0:12345:respawn:/sbin/agetty -L 115200 ttyS0 vt100\n' > "$g/etc/inittab"
printf '127.0.0.1 localhost\n' > "$g/etc/hosts"
printf '[guest]\nname = g\nstate = ready\n' > "$T/guest/state/guests/g/guest.ini"
echo image > "$T/guest/state/guests/g/kernel/bzImage"
# An inittab that could be read only the second time has its new lines in another order.
walk guest --volatile guest/g/etc/inittab -- guest prepare
# What could not be removed, the next run that makes a tree of that name removes.
walk guest --ignore 'guest/.two.partial*' --volatile 'state/guests/two/guest.ini' -- guest clone g two --how copy
walk guest --status 0 --status 2 -- guest remove g
walk guest -- guest show g

# --- a tarball ---
template stage
mkdir -p "$T/src/d/e"
for i in 1 2 3; do echo "$i" > "$T/src/d/e/$i"; done
ln "$T/src/d/e/1" "$T/src/d/hard"
ln -s e "$T/src/d/link"
tar -C "$T/src" --numeric-owner -cJpf "$T/stage/t.tar.xz" .
walk stage --ignore '.out.partial*' --status 0 --status 3 -- stage unpack --no-verify {}/t.tar.xz {}/out
mirror_make || exit 1
template fetch
printf '[stage]\nkeyring = %s\nkeys =\nkeys = %s\nmirrors = file://%s\n' "$KEY/release.asc" "$(cat "$KEY/fingerprint")" \
	"$MIRROR" > "$T/fetch/more"
# No allocations: libcrypto 3.0 does not survive one that fails while it sets itself up.
walk fetch --kinds "$calls" --volatile '*/verified' -- stage fetch openrc

# --- a checkout ---
template src
git_repo "$T/src/repo"
mkdir "$T/src/repo/dir"
echo one > "$T/src/repo/dir/file"
ln -s dir "$T/src/repo/link"
git_commit "$T/src/repo" first
echo two > "$T/src/repo/dir/file"
# No allocations: libgit2 1.5 does not survive one that fails while it reads configuration.
walk src --kinds "$calls" --ignore 'repo/.git/objects*' --ignore 'repo/.git/refs/zolkit*' -- src snapshot -r {}/repo
walk src --kinds "$calls" --volatile 'tree/.zolkit-export' -- src export --repo {}/repo --commit HEAD --to {}/tree
walk src --kinds "$calls" --volatile 'repo/.git/logs*' --status 0 --status 2 -- src branch -r {}/repo create topic

# --- a profile ---
template flame
printf 'a;b;c 3\na;b;d 4\n' > "$T/flame/x.folded"
walk flame -- flame render -o {}/x.svg {}/x.folded

done_testing
