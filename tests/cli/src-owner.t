#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Root in a user's repository acts as that user; nobody's safe.directory is asked or changed.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/gitrepo.sh
. "$ZOL_TOP/tests/lib/gitrepo.sh"

((EUID == 0)) || skip_all 'needs root'
uid=4711 gid=4712
setpriv --reuid $uid --regid $gid --clear-groups true 2>/dev/null || skip_all 'cannot become another user here'
zol() { "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" "$@"; }
as_user() { setpriv --reuid $uid --regid $gid --clear-groups env HOME="$T/user" "$@"; }
foreign() { find "$repo" ! -uid $uid -printf '%p %u\n'; }

chmod 755 "$T"
chmod 644 "$T/zolkit.conf"
export HOME=$T/root
mkdir "$T/user" "$T/root"
chown $uid:$gid "$T/user"
repo=$T/user/repo
as_user git init -q -b master "$repo"
as_user sh -c "echo one >'$repo/file' && mkdir '$repo/secret' && echo s >'$repo/secret/s'"
as_user git -C "$repo" add -A
as_user git -C "$repo" commit -qm first
chmod 700 "$repo"
as_user sh -c "echo edited >'$repo/file'"

run zol src snapshot -r "$repo"
is 'snapshot as root' "$status" 0
is 'what it made belongs to the owner' "$(foreign)" ''
id=$out
run as_user "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" src snapshot -r "$repo"
is 'the owner gets the same commit' "$out" "$id"
mkdir "$T/private"
chmod 700 "$T/private"
run zol src export -r "$repo" -c "$id" -t "$T/private/out"
is 'export into a directory of root' "$status$(cat "$T/private/out/file")" 0edited
is 'what it wrote belongs to root' "$(find "$T/private/out" ! -uid 0)" ''
is 'and nothing in the repository changed hands' "$(foreign)" ''
is 'no configuration was written' "$(find "$T/root" "$T/user" -maxdepth 1 -name '.git*' -o -maxdepth 1 -name .config)" ''

# The other way round: a user may export what they can read, and no more.
chmod 755 "$repo"
other() { setpriv --reuid 4720 --regid 4720 --clear-groups env HOME="$T/user" "$@"; }
mkdir "$T/other"
chown 4720 "$T/other"
run other "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" src export -r "$repo" -t "$T/other/out"
is 'another user exports' "$status$(cat "$T/other/out/file")" 0one
run other "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" src snapshot -r "$repo"
is 'but does not work in it' "$status" 2
like 'and is told why' "$err" 'belongs to another user'
chmod 700 "$repo"
run other "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" src export -r "$repo" -t "$T/other/out"
isnt 'nor exports what is closed' "$status" 0

# The owner's limits hold for root: a repository that points at what its owner cannot read.
git init -q "$T/private/repo"
echo private >"$T/private/repo/file"
git_commit "$T/private/repo" private
as_user sh -c "cd '$repo' && echo '$T/private/repo/.git/objects' >.git/objects/info/alternates"
run zol src export -r "$repo" -c "$(git -C "$T/private/repo" rev-parse HEAD)" -t "$T/private/leak"
isnt 'a closed object store is not read for them' "$status" 0
done_testing
