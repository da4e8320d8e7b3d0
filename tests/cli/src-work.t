#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zolkit src list, status, branch and worktree.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/gitrepo.sh
. "$ZOL_TOP/tests/lib/gitrepo.sh"

repo=$T/code/zfs
src() { run "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" src "$@"; }
json() { run "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" --json src "$@"; }
git_() { git -C "$repo" "$@"; }
# py EXPR: of the JSON in $out as d.
py() { python3 -c "import json,sys; d=json.load(sys.stdin); print($1)" <<<"$out"; }
head_of() { git_ symbolic-ref --short HEAD; }

mkdir "$T/code"
git_repo "$T/up"
echo one >"$T/up/one"
echo two >"$T/up/two"
echo ignored.o >"$T/up/.gitignore"
git_commit "$T/up" first
git -C "$T/up" branch feature
git clone -q "$T/up" "$repo"

src status -r "$repo"
is 'status' "$status" 0
like 'of a clean checkout' "$out" 'branch: +master.*subject: +first.*upstream: +origin/master.*state: +clean'
echo edited >"$repo/one"
echo new >"$repo/new"
git_ rm -q --cached two
index=$(stat -c '%y %i' "$repo/.git/index")
touch "$repo/.gitignore"
src status -r "$repo"
is 'looking leaves the index alone' "$(stat -c '%y %i' "$repo/.git/index")" "$index"
is 'the files that differ are those of Git' "$(tail -n 4 <<<"$out" | sort)" "$(git_ status --porcelain | sort)"
json status -r "$repo/"
is 'as JSON' "$(py '(d["branch"], d["dirty"], d["staged"], d["edited"], d["untracked"], d["ahead"], len(d["files"]))')" \
	"('master', True, 1, 1, 2, 0, 4)" || diag "$out"
git_ reset -q

git_ commit -qam local
git -C "$T/up" commit -q --allow-empty -m theirs
git_ fetch -q
json status -r "$repo"
is 'ahead and behind' "$(py '(d["ahead"], d["behind"])')" '(1, 1)'

git_repo "$T/code/spl"
git init -q --bare "$T/code/bare"
mkdir "$T/code/nothing"
printf '[src]\ncheckouts = work=%s %s\n' "$repo" "$T/code" >"$T/zolkit.conf"
json list
is 'a named checkout, and those in a directory, once each' "$(py '[r["name"] for r in d]')" "['work', 'bare', 'spl']"
is 'with state' "$(py '[(r["branch"], r["ahead"], r["behind"], r["state"]) for r in d]')" \
	"[('master', 1, 1, '1 new'), ('master', 0, 0, 'bare'), ('master', 0, 0, 'clean')]"
src list
like 'as a table' "$out" 'NAME +BRANCH +COMMIT +STATE +UPSTREAM +AHEAD +BEHIND +PATH'
src list "$T/code/nothing" "$T/nowhere"
like 'one that is not there is a row' "$out" 'nowhere'
is 'and no failure' "$status" 0

# branch
json branch -r "$repo" list --all
is 'branches' "$(py 'sorted((b["name"], b["current"], b["remote"]) for b in d)')" \
	"[('master', True, False), ('origin/feature', False, True), ('origin/master', False, True)]"
src branch -r "$repo" create topic HEAD~1
is 'create' "$status$(git_ rev-parse topic)$(head_of)" "0$(git_ rev-parse HEAD~1)master"
src branch -r "$repo" create topic
is 'one that exists is not made again' "$status" 2
src branch -r "$repo" create 'a..b'
is 'nor one with a bad name' "$status" 2
src branch -r "$repo" create other nonesuch
is 'nor one at nothing' "$status" 2

echo 'my edit' >"$repo/one"
before=$(sha1sum "$repo/one" "$repo/.git/index" "$repo/.git/HEAD")
src branch -r "$repo" switch topic
is 'switching would lose an edit' "$status" 1
like 'which is named' "$err" 'overwrite edits in one'
is 'and nothing has changed' "$(sha1sum "$repo/one" "$repo/.git/index" "$repo/.git/HEAD")" "$before"
git_ checkout -q one
echo 'my edit' >"$repo/two"
run "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" -n src branch -r "$repo" switch topic
is 'a dry run stays' "$status$(head_of)" 0master
src branch -r "$repo" switch topic
is 'an edit that is not concerned is carried along' "$status$(head_of)$(cat "$repo/two" "$repo/one")" $'0topicmy edit\none'
is 'as git switch does' "$(git_ status --porcelain)" ' M two
?? new'
like 'the reflog tells' "$(git_ reflog -1 HEAD)" 'moving from master to topic'
src branch -r "$repo" switch topic
like 'twice is once' "$status$err" '^0.*already'
git_ checkout -q two
echo mine >"$repo/untracked"
git_ checkout -q -b with && echo theirs >"$repo/untracked" && git_ add -f untracked && git_ commit -qm with
git_ checkout -q topic
echo mine >"$repo/untracked"
src branch -r "$repo" switch with
is 'a new file is not overwritten' "$status$(cat "$repo/untracked")" 1mine
rm "$repo/untracked"
echo obj >"$repo/ignored.o"
git_ checkout -q with && echo theirs >"$repo/ignored.o" && git_ add -f ignored.o && git_ commit -qm ignored && git_ checkout -q topic
echo obj >"$repo/ignored.o"
src branch -r "$repo" switch with
is 'an ignored one neither' "$status$(cat "$repo/ignored.o")" 1obj
src branch -r "$repo" switch feature
is 'a branch of the remote is made' "$status$(head_of)$(git_ rev-parse --abbrev-ref 'feature@{u}')" 0featureorigin/feature
src branch -r "$repo" switch nowhere
is 'one that is nowhere is not' "$status" 2
src branch -r "$repo" create -s fresh
is 'create and switch' "$status$(head_of)" 0fresh
src branch -r "$repo" list -s
is 'an option of another verb' "$status" 2
src branch -r "$repo" switch --all topic
is 'and another one' "$status" 2
src worktree -r "$repo" list --force
is 'and of worktree' "$status" 2
src branch -r "$repo" switch
like 'operands that are missing are named' "$err" "'switch' takes NAME"
src branch -r "$repo" frobnicate
is 'there is no such verb' "$status" 2

# worktree
src worktree -r "$repo" add "$T/wt1"
is 'a worktree with a new branch' "$status$(git -C "$T/wt1" symbolic-ref --short HEAD)" 0wt1
src worktree -r "$repo" add "$T/wt2" master
is 'one with a branch that exists' "$status$(cat "$T/wt2/one")" 0edited
src worktree -r "$repo" add "$T/wt3" master
is 'not twice' "$status$(ls -d "$T/wt3" 2>/dev/null)" 1
src branch -r "$repo" switch master
is 'nor is it checked out elsewhere' "$status" 1
json worktree -r "$repo"
is 'they are listed' "$(py 'sorted((w["name"], w["branch"], w["there"]) for w in d)')" \
	"[('wt1', 'wt1', True), ('wt2', 'master', True)]"
is 'as Git lists them' "$(git_ worktree list | wc -l)" 3
echo edit >"$T/wt1/one"
src worktree -r "$repo" remove wt1
is 'one with edits is not removed' "$status$(cat "$T/wt1/one")" 1edit
git -C "$T/wt1" checkout -q one && echo build >"$T/wt1/ignored.o"
src worktree -r "$repo" remove "$T/wt1"
is 'nor with ignored files' "$status$(cat "$T/wt1/ignored.o")" 1build
src worktree -r "$repo" remove --force "$T/wt1"
is 'but by force' "$status$(ls -d "$T/wt1" 2>/dev/null)" 0
git_ worktree lock wt2 --reason 'on a stick'
src worktree -r "$repo" remove wt2
like 'a locked one stays' "$status$err" '^1.*on a stick'
git_ worktree unlock wt2
src worktree -r "$repo" remove wt2
is 'a clean one goes' "$status$(git_ worktree list | wc -l)" 01
ok 'its branch stays' git -C "$repo" rev-parse -q --verify master
src worktree -r "$repo" remove nonesuch
is 'there is no such worktree' "$status" 2
done_testing
