#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zolkit src clone and index.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/gitrepo.sh
. "$ZOL_TOP/tests/lib/gitrepo.sh"

src() { run "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" src "$@"; }

git_repo "$T/up.git"
mkdir "$T/up.git/dir"
echo 'int a(void) { return 1; }' >"$T/up.git/a.c"
echo '#define B 2' >"$T/up.git/dir/b.h"
echo text >"$T/up.git/README"
ln -s a.c "$T/up.git/link.c"
git_commit "$T/up.git" first
git -C "$T/up.git" tag v1
git -C "$T/up.git" branch other

src clone "$T/up.git" "$T/c1"
is 'a local path' "$status$(git -C "$T/c1" status --porcelain -b)" '0## master...origin/master'
is 'with content' "$(cat "$T/c1/a.c" "$T/c1/dir/b.h")" "$(cat "$T/up.git/a.c" "$T/up.git/dir/b.h")"
is 'tags' "$(git -C "$T/c1" tag)" v1
is 'and branches' "$(git -C "$T/c1" branch -r)" $'  origin/master\n  origin/other'
ok 'which is sound' git -C "$T/c1" fsck --strict
is 'no mark is left' "$(ls "$T/c1/.git/zolkit-clone" 2>/dev/null)" ''
src clone --branch other "file://$T/up.git" "$T/c2"
is 'a file URL and a branch' "$status$(git -C "$T/c2" symbolic-ref --short HEAD)" 0other
(cd "$T" && mkdir in && cd in && "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" -q src clone "$T/up.git")
is 'the directory is named like the URL' "$(ls "$T/in")" up
src clone --branch nonesuch "$T/up.git" "$T/c3"
is 'a branch that is not there' "$status" 2
src clone "$T/up.git" "$T/c3"
is 'then one that is: the rest is done' "$status$(cat "$T/c3/README")" 0text

# Again: fetches, and touches no file.
echo mine >"$T/c1/a.c"
echo more >>"$T/up.git/README"
git_commit "$T/up.git" second
src clone "$T/up.git" "$T/c1"
is 'again it fetches' "$status$(git -C "$T/c1" rev-parse origin/master)" "0$(git -C "$T/up.git" rev-parse master)"
is 'and leaves files and branch alone' "$(cat "$T/c1/a.c" "$T/c1/README")$(git -C "$T/c1" log --format=%s -1)" $'mine\ntextfirst'
src clone "$T/c2" "$T/c1"
like 'another URL is refused' "$status$err" '^2.*is a clone of'
mkdir "$T/home"
git config --file "$T/home/.gitconfig" "url.$T/up.git.insteadOf" https://git.example.org/up
for i in 'is used' 'and known again'; do
	HOME=$T/home src clone https://git.example.org/up "$T/c4"
	is "what url.*.insteadOf makes of a URL $i" "$status$(cat "$T/c4/dir/b.h")" "0#define B 2"
done
rm -r "$T/c4"
mkdir "$T/full"
echo x >"$T/full/x"
src clone "$T/up.git" "$T/full"
is 'so is a directory with other things' "$status$(ls -A "$T/full")" 2x
git_repo "$T/mine"
echo x >"$T/mine/x"
git -C "$T/mine" remote add origin "$T/up.git"
src clone "$T/up.git" "$T/mine"
is 'a repository of the user gets the objects and keeps its files' "$status$(ls "$T/mine")" 0x
src clone "$T/nowhere" "$T/c4"
is 'a remote that is not there' "$status" 4
src clone "$T/up.git" "$T/c4"
is 'the leftovers of that are of another URL' "$status" 2
src clone http://127.0.0.1:1/x.git "$T/c5"
is 'nobody answers' "$status" 4
git init -q --bare "$T/empty.git"
src clone "$T/empty.git" "$T/c6"
is 'an empty repository' "$status" 0

# Killed: at once, while objects come, while files are written; each time the same command goes on.
for i in {1..400}; do seq "$i" $((i + 300)) >"$T/up.git/file$i.c"; done
git_commit "$T/up.git" many
for delay in 0.002 0.01 0.02 0.04 0.08; do
	timeout -s KILL $delay "$ZOL_BUILD/zolkit-src" --config "$T/zolkit.conf" src clone "$T/up.git" "$T/killed" >/dev/null 2>&1
done 2>/dev/null
src clone "$T/up.git" "$T/killed"
is 'a killed clone is completed' "$status$(git -C "$T/killed" status --porcelain)" 0
ok 'and sound' git -C "$T/killed" fsck --strict

for lock in config HEAD packed-refs "refs/remotes/origin/$(git -C "$T/up.git" branch --show-current)"; do
	to=$T/locked-${lock##*/}
	mkdir -p "$to/.git/${lock%"${lock##*/}"}"
	: >"$to/.git/$lock.lock"
	src clone "$T/up.git" "$to"
	is "one that was killed while it had $lock locked goes on" "$status$(git -C "$to" status --porcelain)" 0
done
: >"$T/killed/.git/zolkit-clone"
: >"$T/killed/.git/index.lock"
src clone "$T/up.git" "$T/killed"
is 'also when it was checking out' "$status$(git -C "$T/killed" status --porcelain)" 0

# index
printf '#!/bin/sh\n' >"$T/sh" # no program of these names
mkdir "$T/bin"
for p in git env; do ln -s "$(command -v $p)" "$T/bin/$p"; done
run env PATH="$T/bin" "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" src index -r "$T/c2"
is 'without the programs the list is made' "$status$(cat "$T/c2/cscope.files")" $'0a.c\ndir/b.h'
like 'and they are missed' "$err" 'neither cscope nor ctags'
is 'Git does not see it' "$(git -C "$T/c2" status --porcelain)" ''
# Stand-ins that count their runs: what is asked for when is the matter here.
cat >"$T/bin/cscope" <<-EOF2
	#!/bin/sh
	echo cscope "\$@" >>"$T/runs"
	: >cscope.out
EOF2
cat >"$T/bin/ctags" <<-EOF2
	#!/bin/sh
	echo ctags "\$@" >>"$T/runs"
	: >"\$2"
EOF2
chmod +x "$T/bin/"c*
index() {
	: >"$T/runs"
	run env PATH="$T/bin:$PATH" "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" src index -r "$T/c2" "$@"
}
sleep 0.02
index
is 'both are run' "$status$(cut -d' ' -f1 "$T/runs" | xargs)" '0cscope ctags'
is 'their files are ignored' "$(git -C "$T/c2" status --porcelain)" ''
index
is 'but not without need' "$status$(<"$T/runs")" 0
like 'which is said' "$err" current
touch "$T/c2/README"
index
is 'nor for other files' "$(<"$T/runs")" ''
sleep 0.02
touch "$T/c2/dir/b.h"
sleep 0.02
index
is 'a newer source is reason enough' "$(cut -d' ' -f1 "$T/runs" | xargs)" 'cscope ctags'
rm "$T/c2/tags"
index
is 'what is missing is made' "$(cut -d' ' -f1 "$T/runs" | xargs)" ctags
# Files are dated by a clock of ticks: a list that is written in the tick in which the programs begin is not newer than
# what they make. In memory, where the list is written at once.
memory=$(mktemp -d -p /dev/shm) && cp -a "$T/c2" "$memory/c"
again=''
for i in {1..20}; do
	echo "int x$i;" > "$memory/c/x$i.c"
	git -C "$memory/c" add "x$i.c"
	PATH=$T/bin:$PATH src index -r "$memory/c"
	: >"$T/runs"
	PATH=$T/bin:$PATH src index -r "$memory/c"
	again+=$(<"$T/runs")
done
rm -r "$memory"
is 'nothing is made twice for one list' "$again" ''
git -C "$T/c2" rm -q --cached dir/b.h
sleep 0.02
index
is 'so is another list' "$(cut -d' ' -f1 "$T/runs" | xargs)$(<"$T/c2/cscope.files")" 'cscope ctagsa.c'
index --all
is '--all asks for it' "$(cut -d' ' -f1 "$T/runs" | xargs)" 'cscope ctags'
printf '#!/bin/sh\necho broken >&2\nexit 3\n' >"$T/bin/cscope"
index --all
is 'a program that fails' "$status" 7
like 'is quoted' "$err" 'cscope failed \(status 3\): broken'
if command -v cscope >/dev/null && command -v ctags >/dev/null; then
	src index -r "$T/c3"
	is 'the real ones find things' "$status$(cd "$T/c3" && cscope -d -L -1 B | cut -d' ' -f1)$(grep -c '^B' "$T/c3/tags")" 0dir/b.h1
else
	skip 'the real ones find things' 'no cscope or no ctags'
fi
done_testing
