#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zolkit src export of trees that Git would never make, into directories that change under it,
# killed at any time, and without openat2.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/gitrepo.sh
. "$ZOL_TOP/tests/lib/gitrepo.sh"

zol() { "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" "$@"; }
git_() { git -C "$T/repo" "$@"; }
git_repo "$T/repo"
echo good >"$T/repo/good"
git_commit "$T/repo" good

# tree MODE NAME ID ...: a tree object made by hand (git mktree would refuse most), its id.
tree() {
	python3 - "$@" <<-'EOF2' | git_ hash-object -t tree -w --literally --stdin
		import os, sys
		a = sys.argv[1:]
		for mode, name, oid in zip(a[0::3], a[1::3], a[2::3]):
		    sys.stdout.buffer.write(mode.encode() + b' ' + os.fsencode(name) + b'\0' + bytes.fromhex(oid))
	EOF2
}
blob=$(echo evil | git_ hash-object -w --stdin)
link=$(printf '%s' "$T/outside" | git_ hash-object -w --stdin)
mkdir "$T/outside"
good=$(tree 100644 good "$blob")

# refused DESC TREE
refused() {
	local commit
	commit=$(git_ commit-tree "$2" -m hostile)
	rm -rf "$T/out"
	run zol src export -r "$T/repo" -c "$commit" -t "$T/out/deep"
	is "$1: refused" "$status$(ls -A "$T/out/deep" 2>/dev/null)$(ls -A "$T/outside")" 6
}
refused '.git' "$(tree 40000 .git "$good")"
refused '.GIT' "$(tree 100644 .GIT "$blob")"
refused '.git below' "$(tree 40000 sub "$(tree 40000 .git "$good")")"
refused '..' "$(tree 40000 .. "$good")"
refused '.' "$(tree 40000 . "$good")"
refused 'a slash in a name' "$(tree 100644 ../../outside/evil "$blob")"
refused 'an absolute name' "$(tree 100644 "$T/outside/evil" "$blob")"
refused 'the manifest' "$(tree 100644 .zolkit-export "$blob")"
refused 'its temporary name' "$(tree 120000 .zolkit-export.tmp "$link")"
refused 'a link and a directory of one name' "$(tree 120000 dir "$link" 40000 dir "$good")"
refused 'one name twice' "$(tree 100644 x "$blob" 100644 x "$blob")"
refused 'a long name' "$(tree 100644 "$(printf 'x%.0s' {1..300})" "$blob")"
refused 'a submodule with a bad name' "$(tree 160000 .. "$(git_ rev-parse HEAD)")"

# An empty name, where libgit2 lets it through, is refused as well; where not, it says why.
commit=$(git_ commit-tree "$(tree 100644 '' "$blob")" -m empty)
run zol src export -r "$T/repo" -c "$commit" -t "$T/empty"
isnt 'an empty name is refused' "$status" 0
commit=$(git_ commit-tree "$(tree 120000 empty-link "$(git_ hash-object -w --stdin </dev/null)")" -m link)
run zol src export -r "$T/repo" -c "$commit" -t "$T/empty2"
isnt 'so is a link to nothing' "$status" 0

# Links that point outside are made, and never followed.
commit=$(git_ commit-tree "$(tree 120000 dir "$link")" -m link)
commit2=$(git_ commit-tree "$(tree 40000 dir "$good")" -m dir)
rm -rf "$T/out"
run zol src export -r "$T/repo" -c "$commit" -t "$T/out"
is 'a link outside is a link' "$(readlink "$T/out/dir")" "$T/outside"
run zol src export -r "$T/repo" -c "$commit2" -t "$T/out"
is 'what replaces it is written beneath' "$(cat "$T/out/dir/good")$(ls -A "$T/outside")" evil
rm -r "$T/out/dir"
ln -s "$T/outside" "$T/out/dir"
echo precious >"$T/outside/good"
run zol src export -r "$T/repo" -c HEAD -t "$T/out"
is 'nor is anything removed through one' "$status$(cat "$T/outside/good")" 0precious
# A manifest that names what it must not.
sed -i 's/ good$/ ..\/outside\/good/' "$T/out/.zolkit-export"
run zol src export -r "$T/repo" -c "$commit2" -t "$T/out"
is 'a forged manifest is refused' "$status$(cat "$T/outside/good")" 6precious
rm "$T/out/.zolkit-export"
ln -s "$T/outside/good" "$T/out/.zolkit-export"
run zol src export -r "$T/repo" -c HEAD -t "$T/out"
isnt 'a link as the manifest, too' "$status" 0
# Odd things in place of files.
rm -rf "$T/out"
zol -q src export -r "$T/repo" -t "$T/out"
rm "$T/out/good"
mkfifo "$T/out/good"
run timeout 20 "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" src export -r "$T/repo" -t "$T/out"
is 'a FIFO in place of a file' "$status$(cat "$T/out/good")" 0good
echo hard >"$T/outside/hard"
ln -f "$T/outside/hard" "$T/out/good"
run zol src export -r "$T/repo" -t "$T/out"
is 'a hard link to something else is not written into' "$(cat "$T/outside/hard" "$T/out/good")" $'hard\ngood'

# Submodules.
git_repo "$T/sub"
mkdir "$T/sub/d"
echo sub >"$T/sub/d/file"
git_commit "$T/sub" sub
git_ -c protocol.file.allow=always submodule --quiet add "$T/sub" ext/sub
git_commit "$T/repo" 'with a submodule'
rm -rf "$T/out"
run zol src export -r "$T/repo" -t "$T/out"
is 'a submodule that is there is exported' "$status$(cat "$T/out/ext/sub/d/file")" 0sub
rm -rf "$T/repo/ext/sub"
run zol src export -r "$T/repo" -t "$T/out"
like 'from .git/modules as well' "$status$err" '^0.*already'
run zol src export -r "$T/repo" -t "$T/out" --no-submodules
is 'or left out on demand' "$status$(ls -A "$T/out/ext/sub")" 0
rm -rf "$T/out"
run zol src export -r "$T/repo" -t "$T/out"
mv "$T/repo/.git/modules" "$T/repo/.git/modules.away"
mkdir -p "$T/repo/ext/sub"
echo x >"$T/repo/another"
git_commit "$T/repo" 'not of the submodule'
run zol src export -r "$T/repo" -t "$T/out"
is 'one that is no longer there is emptied, in a directory that has not changed' "$status$(ls -A "$T/out/ext")" 0sub
mv "$T/repo/.git/modules.away" "$T/repo/.git/modules"
git_ rm -q another
git_commit "$T/repo" 'not of the submodule, either'
run zol src export -r "$T/repo" -t "$T/out"
is 'and one that is there again is exported' "$status$(cat "$T/out/ext/sub/d/file")" 0sub
rm -rf "$T/repo/.git/modules" "$T/out"
run zol src export -r "$T/repo" -t "$T/out"
is 'without it there is an empty directory' "$status$(ls -A "$T/out/ext/sub")" 0
like 'which is said' "$err" 'submodule ext/sub is not there'
echo product >"$T/out/ext/sub/product"
run zol src export -r "$T/repo" -t "$T/out"
like 'what is built in it stays' "$status$err$(<"$T/out/ext/sub/product")" '^0.*already.*product'

# Killed at many points; the next run, for whatever commit, makes it right.
for i in {1..300}; do echo "$i" >"$T/repo/file$i"; done
mkdir "$T/repo/tree"
for i in {1..300}; do echo "$i" >"$T/repo/tree/$i"; done
git_commit "$T/repo" many
git_ tag many
git_ rm -rq tree
for i in {1..300}; do echo "new $i" >"$T/repo/file$i"; done
echo file >"$T/repo/tree"
git_commit "$T/repo" other
rm -rf "$T/out"
for delay in 0.004 0.006 0.008 0.01 0.012 0.014 0.016 0.02 0.025 0.03; do
	timeout -s KILL $delay "$ZOL_BUILD/zolkit-src" --config "$T/zolkit.conf" src export -r "$T/repo" -c many -t "$T/out"
	timeout -s KILL $delay "$ZOL_BUILD/zolkit-src" --config "$T/zolkit.conf" src export -r "$T/repo" -t "$T/out"
done >/dev/null 2>&1
run zol src export -r "$T/repo" -t "$T/out" --no-submodules
mkdir "$T/want"
git_ archive HEAD | tar -x -C "$T/want"
is 'after kills all is as it should be' "$status$(diff -r "$T/out" "$T/want")" "0Only in $T/out: .zolkit-export"

# Where the kernel has no openat2.
if [[ -x $ZOL_BUILD/tests/lib/nosys ]] && "$ZOL_BUILD/tests/lib/nosys" ENOSYS openat2 true 2>/dev/null; then
	rm -rf "$T/out"
	run "$ZOL_BUILD/tests/lib/nosys" ENOSYS openat2 "$ZOL_BUILD/zolkit-src" --config "$T/zolkit.conf" src export -r "$T/repo" -c many -t "$T/out"
	is 'without openat2' "$status$(cat "$T/out/tree/7")" 07
	rm -rf "$T/out/tree"
	mkdir "$T/outside/tree"
	ln -s "$T/outside/tree" "$T/out/tree"
	run "$ZOL_BUILD/tests/lib/nosys" ENOSYS openat2 "$ZOL_BUILD/zolkit-src" --config "$T/zolkit.conf" src export -r "$T/repo" -c many -t "$T/out"
	is 'links are not followed either' "$status$(ls "$T/outside/tree")$(cat "$T/out/tree/7")" 07
else
	skip 'without openat2' 'no nosys'
	skip 'links are not followed either' 'no nosys'
fi
done_testing
