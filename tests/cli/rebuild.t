#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# rebuild: snapshot, emerge in the chroot, what is passed over; with an emerge that records what it is asked
# for, as the real one would.
. "${ZOL_TOP:?}/tests/lib/chroot.sh"
mv "$C" "$T/conf"
C=$T/conf
. "$ZOL_TOP/tests/lib/gitrepo.sh"

CODE=$T/code/zfs
mkdir -p "$G/usr/bin" "$G/etc/portage" "$T/code"
printf '[chroot]\ncode = %s\n' "$T/code" >>"$C"
git_repo "$CODE"
for i in 1 2 3; do echo "$i" >"$CODE/file"; git_commit "$CODE" "change $i"; done
echo 'zfs_LIVE_REPO="/mnt/code/zfs"' >"$G/etc/portage/make.conf"
# Does what matters of emerge: the commit it was given is the one that is installed then.
cat >"$G/usr/bin/emerge" <<'END'
#!/bin/bash
echo "emerge $*"
[[ -e /fail ]] && { echo "broken" >&2; exit 1; }
[[ -e /slow ]] && { touch /started; sleep 987.5; }
mkdir -p /var/db/pkg/sys-fs/zfs-9999
echo "declare -x EGIT_VERSION=\"$zfs_LIVE_COMMIT\"" | bzip2 > /var/db/pkg/sys-fs/zfs-9999/environment.bz2
echo "obj /lib/modules/$(cat /release)/extra/zfs.ko 0 1" > /var/db/pkg/sys-fs/zfs-9999/CONTENTS
echo "$zfs_LIVE_COMMIT" >> /built
END
chmod 755 "$G/usr/bin/emerge"
echo 6.1.0-a >"$G/release"
built() { tail -n 1 "$G/built"; }
# bzip2 is what the emerge above needs: it comes with the host's libraries.
chroot "$G" bzip2 --help >/dev/null 2>&1 || {
	cp "$(command -v bzip2)" "$G/usr/bin/bzip2"
	for lib in $(ldd "$(command -v bzip2)" | grep -oE '/[^ ]+'); do mkdir -p "$G${lib%/*}" && cp -L "$lib" "$G$lib"; done
}

run z -n rebuild
is 'a dry run' "$status" 0
like 'prints the snapshot' "$out" "zolkit --config $C src snapshot --repo $CODE"
like 'and emerge' "$out" 'portage emerge --env=zfs_LIVE_COMMIT=[0-9a-f]{40} -- --oneshot .* =sys-fs/zfs-9999'
ok 'and does nothing' test ! -e "$G/built"
cp -a "$G" "$T/guests/other"
run z -n -g other rebuild
like 'for the guest that is meant' "$out" "--config $C --guest other portage emerge"
rm -r "$T/guests/other"

run z rebuild --no-snapshot --new
is 'new files without a snapshot' "$status" 2

run z rebuild
is 'a rebuild' "$status" 0
is 'without edits builds HEAD' "$(built)" "$(git -C "$CODE" rev-parse HEAD)"
like 'the summary has the steps' "$out" 'snapshot +sys-fs/zfs +[0-9a-f]{12} +no edits'
like 'and their times' "$out" 'emerge +sys-fs/zfs +[0-9a-f]{12} +done +[0-9.]+s'
like 'no virtual machine runs' "$out" 'reload +- +- +no VM runs'
like 'what emerge said is kept' "$(cat "$T/state/guests/g/log/emerge.log")" 'emerge --oneshot .*=sys-fs/zfs-9999'
is 'the branch, the index and the tree are as they were' "$(git -C "$CODE" status --porcelain)" ''

run z rebuild
like 'what is installed is not built again' "$out" 'emerge +sys-fs/zfs +[0-9a-f]{12} +current'
is 'indeed' "$(wc -l <"$G/built")" 1
run z rebuild --force
is 'but with --force' "$(wc -l <"$G/built")" 2

mkdir -p "$T/state/guests/g/kernel" && echo 6.1.0-b >"$T/state/guests/g/kernel/release"
echo 6.1.0-b >"$G/release"
run z rebuild
is 'another kernel needs other modules' "$(wc -l <"$G/built")" 3
run z rebuild
is 'once' "$(wc -l <"$G/built")" 3

run z -n rebuild
unlike 'nor does a dry run print it then' "$out" 'portage emerge'
echo edit >>"$CODE/file"
run z -n rebuild
plan=$out
run z rebuild
snap=$(built)
like 'what the dry run has printed is what is built' "$plan" "zfs_LIVE_COMMIT=$snap "
is 'edits are built' "$(git -C "$CODE" show "$snap:file")" $'3\nedit'
is 'as a commit on top of HEAD' "$(git -C "$CODE" rev-parse "$snap~1")" "$(git -C "$CODE" rev-parse HEAD)"
is 'that is on no branch' "$(git -C "$CODE" branch --contains "$snap")" ''
is 'the edit is still one' "$(git -C "$CODE" status --porcelain)" ' M file'
run z rebuild
is 'the same edit is not built again' "$(wc -l <"$G/built")" 4
run z rebuild --no-snapshot
is '--no-snapshot builds what is committed' "$(built)" "$(git -C "$CODE" rev-parse HEAD)"
: >"$CODE/new"
run z rebuild
is 'a new file is left out' "$(git -C "$CODE" ls-tree --name-only "$(built)")" file
run z rebuild --new
is 'but with --new' "$(git -C "$CODE" ls-tree --name-only "$(built)")" $'file\nnew'
rm "$CODE/new"

# --- another branch is configured than the one that is checked out ---
git -C "$CODE" branch other HEAD~2
z portage live set zfs other 2>/dev/null
run z rebuild
is 'the configured branch is built' "$(built)" "$(git -C "$CODE" rev-parse other)"
like 'without the edits, which is said' "$err" 'edits are left out'
run z rebuild --snapshot
is '--snapshot builds what is checked out' "$(git -C "$CODE" show "$(built):file")" $'3\nedit'
z portage live unset zfs 2>/dev/null

# --- a virtual machine that runs, as its lock tells ---
exec {lock}>"$T/state/guests/g/vm.lock"
flock "$lock"
run z -n rebuild
like 'the modules of a running one are to be loaded' "$out" $'\nzolkit .* vm reload$'
run z rebuild
isnt 'which fails when it does not answer' "$status" 0
like 'and is told as that step' "$err" '^zolkit: reload: '
like 'with what to do' "$err" 'zolkit rebuild again|zolkit vm'
run z rebuild --no-reload
is 'but with --no-reload' "$status" 0
exec {lock}>&-

# --- failures ---
touch "$G/fail"
git -C "$CODE" commit -qam 'change 4'
run z rebuild
is 'a failed build is that of a child' "$status" 7
like 'says where the log is' "$err" 'log/emerge.log'
like 'which has the reason' "$(cat "$T/state/guests/g/log/emerge.log" 2>&1; echo "$err")" 'broken|emerge ended'
rm "$G/fail"
run z rebuild
is 'the next run goes on' "$status $(built)" "0 $(git -C "$CODE" rev-parse HEAD)"
touch "$G/slow"
"$ZOL_BUILD/zolkit" --config "$C" -q rebuild --force >/dev/null 2>"$T/err" &
pid=$!
until [[ -e $G/started ]]; do sleep 0.1; done
kill -TERM "$pid"
wait "$pid"
like 'SIGTERM ends it' "$? $(cat "$T/err")" '^3 zolkit: sys-fs/zfs: interrupted'
is 'and the build with it' "$(pgrep -f '^sleep 987[.]5')" ''
rm "$G/slow" "$G/started"
run z rebuild --snapshot --no-snapshot
is 'contradictions are refused' "$status" 2
run z rebuild --here
is 'so are options of --bisect alone' "$status" 2
run z rebuild nozfs
is 'and what is no package' "$status" 2
echo 'zfs_LIVE_REPO="https://example.org/zfs.git"' >"$G/etc/portage/make.conf"
run z rebuild --snapshot
is 'there is no snapshot of what is elsewhere' "$status" 2
run z rebuild
is 'which is built as it is there' "$(built)" ''
done_testing
