#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zolkit src export: only what differs is touched; build products survive; hostile trees are refused.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/gitrepo.sh
. "$ZOL_TOP/tests/lib/gitrepo.sh"

zol() { "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" "$@"; }
export_to() { run zol src export --repo "$T/repo" --to "$T/out" "$@"; }
# content DIR: every file of an export with mode and content.
content() {
	(cd "$1" && find . -mindepth 1 ! -name .zolkit-export ! -type d -printf '%P %M %l\n' | sort &&
		find . -type f ! -name .zolkit-export -print0 | sort -z | xargs -0 sha1sum)
}
# times DIR: of every file.
times() { (cd "$1" && find . -type f ! -name .zolkit-export -printf '%P %T@ %i\n' | sort); }
# like_git DESC COMMIT: the directory is just what git archive makes of it.
like_git() {
	rm -rf "$T/want"
	mkdir "$T/want"
	git -C "$T/repo" -c tar.umask=022 archive "$2" | tar -x -C "$T/want"
	is "$1" "$(content "$T/out")" "$(content "$T/want")"
}

git_repo "$T/repo"
mkdir -p "$T/repo/module/zfs" "$T/repo/scripts"
for i in {1..20}; do echo "int f$i;" >"$T/repo/module/zfs/f$i.c"; done
printf '#!/bin/sh\n' >"$T/repo/scripts/run"
chmod 755 "$T/repo/scripts/run"
ln -s run "$T/repo/scripts/link"
: >"$T/repo/empty"
echo odd >"$T/repo/"$'a \\ "b"\n\xc3\xa4'
git_commit "$T/repo" first

export_to
is 'a new directory is made' "$status $out" '0 '
like 'the summary says what' "$err" '24 of 24 files written, 0 removed'
like_git 'it is what git archive makes' HEAD
before=$(times "$T/out")
manifest=$(stat -c %y.%i "$T/out/.zolkit-export")
export_to
is 'a second run succeeds' "$status" 0
like 'it says that nothing was to be done' "$err" 'already'
is 'it touches nothing' "$(times "$T/out")" "$before"
is 'not even the manifest' "$(stat -c %y.%i "$T/out/.zolkit-export")" "$manifest"

# One edit, one new, one gone, one only executable; build products beside them.
echo 'int f1 = 1;' >"$T/repo/module/zfs/f1.c"
mkdir "$T/repo/module/new"
echo x >"$T/repo/module/new/x.c"
git -C "$T/repo" rm -q module/zfs/f2.c scripts/link
chmod +x "$T/repo/module/zfs/f3.c"
git_commit "$T/repo" second
echo object >"$T/out/module/zfs/f1.o"
echo object >"$T/out/module/zfs/f2.o"
run zol -n src export --repo "$T/repo" --to "$T/out"
is 'a dry run lists the changes' "$(sort <<<"$out")" 'D module/zfs/f2.c
D scripts/link
M module/zfs/f3.c
W module/new/x.c
W module/zfs/f1.c'
is 'and makes none' "$(times "$T/out" | grep -v '\.o ')" "$before"
export_to --list
is 'the changes are listed' "$(sort <<<"$out")" 'D module/zfs/f2.c
D scripts/link
M module/zfs/f3.c
W module/new/x.c
W module/zfs/f1.c'
is 'build products survive' "$(cat "$T/out/module/zfs/"f[12].o)" $'object\nobject'
is 'all other files keep their times' \
	"$(times "$T/out" | grep -vE '/(f1\.c|f3\.c|x\.c|.*\.o) ')" "$(grep -vE '/(f1|f2|f3)\.c ' <<<"$before")"
is 'one whose mode alone changes keeps its time' "$(stat -c %Y "$T/out/module/zfs/f3.c")" \
	"$(sed -n 's/^module.zfs.f3.c \([0-9]*\)\..*/\1/p' <<<"$before")"
rm "$T/out/module/zfs/"f[12].o
like_git 'it is what git archive makes, again' HEAD

# What was edited in the directory is brought back; what was only touched stays.
echo patched >"$T/out/module/zfs/f4.c"
touch -d '2001-01-01' "$T/out/module/zfs/f5.c"
rm "$T/out/scripts/run"
export_to --list
is 'edits in the directory are undone' "$(sort <<<"$out")" 'W module/zfs/f4.c
W scripts/run'
is 'a touch is not' "$(date -r "$T/out/module/zfs/f5.c" +%Y)" 2001
export_to
like 'then all is known again' "$err" already

# Back, by id.
export_to --commit HEAD~1
like_git 'an older commit' HEAD~1
is 'its directories went' "$(ls -d "$T/out/module/new" 2>&1)" "ls: cannot access '$T/out/module/new': No such file or directory"

# A file becomes a directory, a directory a file.
git -C "$T/repo" checkout -q -b turn
git -C "$T/repo" rm -q -r scripts empty
mkdir "$T/repo/empty"
echo 1 >"$T/repo/empty/one"
echo 2 >"$T/repo/scripts"
git_commit "$T/repo" turned
export_to --commit turn
like_git 'a file becomes a directory, a directory a file' turn
export_to --commit master
like_git 'and back' master
echo product >"$T/out/scripts/product"
export_to --commit turn
is 'a directory with build products in the way is an error' "$status" 3
like 'that names it' "$err" "in the way of .*/scripts"
rm "$T/out/scripts/product"
export_to --commit turn
like 'the next run goes on' "$err" 'an earlier run had ended early'
like_git 'and completes it' turn

# Where no new file comes the manifest only gets a word that a run has begun; not when it has another name, too.
git -C "$T/repo" checkout -q -b edits
ln "$T/out/.zolkit-export" "$T/other-name"
for i in saved marked; do
	echo "$i" >"$T/repo/module/zfs/f5.c"
	git_commit "$T/repo" "edit $i"
	rm "$T/out/module/zfs/f5.c"
	mkdir "$T/out/module/zfs/f5.c"
	echo product >"$T/out/module/zfs/f5.c/product"
	before=$(stat -c %i "$T/out/.zolkit-export")
	export_to --commit edits
	is "an edit that fails ($i)" "$status$(sed -n 2p "$T/out/.zolkit-export")" '3state underway'
	if [[ $i == saved ]]; then
		is 'the other name' "$(sed -n 2p "$T/other-name")" 'state complete'
	else
		is 'it is the same file' "$(stat -c %i "$T/out/.zolkit-export")" "$before"
	fi
	rm -r "$T/out/module/zfs/f5.c"
	export_to --commit edits
	like "is known by the next run ($i)" "$err" 'an earlier run had ended early'
	like_git "which completes it ($i)" edits
done
export_to --commit turn
like_git 'and back to the older' turn
git -C "$T/repo" checkout -q turn

# Directories that have not changed since the manifest's commit are taken from it, if that can be had.
like 'no submodules are noted' "$(<"$T/out/.zolkit-export")" 'submodules none'
sed -i "s/^commit .*/commit $(printf '1%.0s' {1..40})/" "$T/out/.zolkit-export"
export_to --commit master
like_git 'from a commit that is gone' master
sed -i '/^submodules/d' "$T/out/.zolkit-export"
rm "$T/out/module/zfs/f7.c"
export_to --commit turn
like_git 'from one that may have submodules' turn
rm -r "$T/out/module"
export_to --commit turn
like_git 'what went behind our back comes again' turn

# After another boot nothing is taken on trust, and nothing that is right is written.
sed -i 's/^boot .*/boot 00000000-0000-0000-0000-000000000000/' "$T/out/.zolkit-export"
before=$(times "$T/out")
export_to --commit turn --list
is 'after another boot contents are compared' "$status$out$(times "$T/out")" "0$before"

# Directories that are not ours.
mkdir "$T/home"
echo precious >"$T/home/file"
run zol src export --repo "$T/repo" --to "$T/home"
is 'a directory with other things is refused' "$status$(ls -A "$T/home")" 2file
like 'with a reason' "$err" 'was not made by an export, and is not empty'
run zol src export --repo "$T/repo" --to "$T/repo"
is 'so is the repository itself' "$status" 2
echo damage >>"$T/out/.zolkit-export"
export_to
is 'a damaged manifest is refused' "$status" 6
rm "$T/out/.zolkit-export"
export_to
is 'a lost one, too' "$status" 2
run zol src export --repo "$T/repo" --to "$T/out" --commit nonesuch
is 'there is no such commit' "$status" 2
run zol src export --repo "$T/nowhere" --to "$T/out2"
is 'there is no such repository' "$status$(ls -d "$T/out2" 2>/dev/null)" 2
run zol src export --repo "$T/repo"
is '--to is needed' "$status" 2
ln -s "$T/home" "$T/link"
run zol src export --repo "$T/repo" --to "$T/link"
is 'a link to a foreign directory is as foreign' "$status" 2

# Two at once.
rm -rf "$T/out"
export_to --commit master
flock "$T/out" "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" src export --repo "$T/repo" --to "$T/out" 2>"$T/err"
is 'a second process is refused' $? 3
like 'and told why' "$(<"$T/err")" 'another process exports'

# Links in the directory are not followed.
rm -rf "$T/out/module"
ln -s "$T/home" "$T/out/module"
export_to --commit master
is 'a link in place of a directory goes' "$status$(ls -A "$T/home")" 0file
like_git 'and all is as it should be' master

run zol --json src export --repo "$T/repo" --to "$T/out" --commit turn
is 'JSON' "$(python3 -c 'import json,sys; d=json.load(sys.stdin); print(d["commit"]==sys.argv[1], d["removed"], d["already"], d["changes"][-1])' \
	"$(git -C "$T/repo" rev-parse turn)" <<<"$out")" 'True 2 False W scripts'
# --- a disk without room for the manifest ---
(trap '' XFSZ; ulimit -f 1; zol src export --repo "$T/repo" --to "$T/full" --commit HEAD) >/dev/null 2>&1
is 'a manifest that cannot be written fails' "$?" 3
is 'and no part of it stays' "$(find "$T/full" -mindepth 1)" ''
done_testing
