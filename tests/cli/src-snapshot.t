#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zolkit src snapshot: a commit of the working tree that leaves everything else as it was.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/gitrepo.sh
. "$ZOL_TOP/tests/lib/gitrepo.sh"

repo=$T/repo
snap() { run "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" src snapshot -r "$repo" "$@"; }
git_() { git -C "$repo" "$@"; }
# state: all of the working tree and of .git that a snapshot must leave alone, with times.
state() {
	(cd "$repo" && find . -type f ! -path './.git/objects/*' ! -path './.git/refs/zolkit/*' -printf '%p %T@ %C@ %i %s %m\n' |
		sort && sha1sum .git/index .git/HEAD .git/logs/HEAD .git/logs/refs/heads/*)
}
# files COMMIT: mode, blob and name of each file.
files() { git_ ls-tree -r "$1"; }
# worktree_tree [-A]: the tree that Git itself makes of the working tree, in an index of its own.
worktree_tree() {
	cp "$repo/.git/index" "$T/index"
	GIT_INDEX_FILE=$T/index git -C "$repo" add "${1:--u}"
	GIT_INDEX_FILE=$T/index git -C "$repo" write-tree
}

git_repo "$repo"
snap
is 'a repository without a commit is clean or gets a root commit' "$status" 0
mkdir "$repo/dir"
for i in 1 2 3 4 5; do echo "$i" >"$repo/f$i"; done
echo text >"$repo/dir/file"
ln -s f1 "$repo/link"
echo '*.o' >"$repo/.gitignore"
git_commit "$repo" first
head=$(git_ rev-parse HEAD)

before=$(state)
snap
is 'without edits it is HEAD' "$status $out" "0 $head"
is 'and no ref is made' "$(git_ for-each-ref refs/zolkit)" "$(git_ for-each-ref refs/zolkit | grep -v "$head")"
is 'and nothing is touched' "$(state)" "$before"

# Every kind of edit.
echo edited >"$repo/f1"
rm "$repo/f2"
chmod +x "$repo/f3"
rm "$repo/f4"
ln -s f1 "$repo/f4"
echo staged >"$repo/f5"
git_ add f5
echo 'staged, then edited' >"$repo/f5"
echo added >"$repo/added"
git_ add added
rm "$repo/link"
mkdir "$repo/link"
echo below >"$repo/link/below"
git_ add link/below
echo intended >"$repo/intended"
git_ add -N intended
git_ rm -q --cached dir/file
echo unknown >"$repo/unknown"
echo ignored >"$repo/x.o"
before=$(state)
snap
first=$out
is 'edits make a commit' "$status" 0
is 'index, branch, logs and files are untouched, times and all' "$(state)" "$before"
is 'it has the tree that git add -u would make' "$(git_ rev-parse "$first^{tree}")" "$(worktree_tree)"
is 'it stands on HEAD' "$(git_ rev-parse "$first^")" "$head"
like 'new files are mentioned' "$err" '2 new files are left out'
ref=$(git_ for-each-ref --format='%(refname)' --points-at "$first")
like 'a ref keeps it' "$ref" '^refs/zolkit/snapshot/[0-9TZ]+-'"${first:0:16}"'$'
is 'no branch has it' "$(git_ branch --contains "$first")" ''
snap
is 'the same state is the same commit' "$out" "$first"
is 'and has one ref' "$(git_ for-each-ref --points-at "$first" | wc -l)" 1
touch "$repo/f1" "$repo/dir"
snap
is 'a touch changes nothing' "$out" "$first"
snap --new
is '--new takes what is not ignored' "$(git_ rev-parse "$out^{tree}")" "$(worktree_tree -A)"
like 'which is another commit' "$(files "$out")" 'unknown'
git_ gc -q --prune=now
ok 'both survive garbage collection' git -C "$repo" cat-file -e "$first^{tree}"
ok 'the repository is sound' git -C "$repo" fsck --strict
snap
is 'also when refs are packed' "$out" "$first"

# An edit within the same second and of the same size (racily clean for Git).
git_ reset -q --hard
git_ clean -fdq
echo aaaa >"$repo/f1"
git_ add f1
echo bbbb >"$repo/f1"
snap
is 'a racy edit is seen' "$(git_ cat-file blob "$out:f1")" bbbb

for i in 1 2 3 4; do
	echo "$i" >"$repo/f1"
	snap --keep 3
done
is '--keep lets old ones go' "$(git_ for-each-ref refs/zolkit | wc -l)" 3
is 'but not the last' "$(git_ for-each-ref --points-at "$out" | wc -l)" 1
count=$(git_ for-each-ref refs/zolkit)
echo dry >"$repo/f1"
run "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" -n src snapshot -r "$repo"
is 'a dry run makes no ref' "$status $(git_ for-each-ref refs/zolkit)" "0 $count"
run "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" --json src snapshot -r "$repo"
is 'JSON' "$(python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["clean"], d["changed"], d["ref"][:20])' <<<"$out")" \
	'False 1 refs/zolkit/snapshot'

run "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" src snapshot -r "$repo/dir"
is 'from a directory below' "$status" 0

# A linked worktree has its own edits.
git_ worktree add -q -b other "$T/wt"
echo other >"$T/wt/f2"
run "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" src snapshot -r "$T/wt"
is 'a linked worktree' "$(git_ cat-file blob "$out:f2")" other
echo mine >"$T/wt/f1" && git -C "$T/wt" commit -qam mine && echo yours >"$T/wt/f1"
git_ checkout -q -f && echo theirs >"$repo/f1" && git_ commit -qam theirs
git_ merge other >/dev/null 2>&1
snap
is 'unmerged files are refused' "$status" 1
like 'with the reason' "$err" 'unmerged'
git init -q --bare "$T/bare"
run "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" src snapshot -r "$T/bare"
is 'a bare repository has none' "$status" 2
printf '[src]\ncheckouts = zfs=%s\n' "$T/wt" >"$T/zolkit.conf"
run "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" src snapshot -r zfs
is 'a configured name' "$(git_ cat-file blob "$out:f1")" yours
done_testing
