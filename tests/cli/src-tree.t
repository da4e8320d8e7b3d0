#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zolkit src tree: which tree a build gets, when it is given up and why, and which steps are due. What
# zfs-live.eclass makes of it is in tests/overlay/live.t.
# shellcheck disable=SC2154
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/gitrepo.sh
. "$ZOL_TOP/tests/lib/gitrepo.sh"

zol() { "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" "$@"; }
git_repo "$T/repo"
mkdir "$T/repo/config"
echo 'AC_INIT' >"$T/repo/configure.ac"
echo 'one' >"$T/repo/config/a.m4"
git_commit "$T/repo" one
echo 'CONFIG_A=y' >"$T/kernel"
echo 'EAPI=8' >"$T/recipe"

# open [ARGS...]: of the version 2.1, for a kernel, with an option and a compiler; sets $tree and $how.
open() {
	run zol src tree open --cache "$T/cache" --family 2.1 --release 6.1-a --option 'USE debug' --recipe 'gcc 12' \
		--recipe-file "$T/recipe" "$@"
	tree=${out%%$'\n'*}
	how=${out##*$'\n'}
}
build() { # brings it to the commit, and leaves an object
	zol -q src export --repo "$T/repo" --to "$tree" && echo object >"$tree/a.o" && zol src tree seal --tree "$tree"
}
# given_up DESC REASON: what was built is gone, and it is told why.
given_up() {
	is "$1" "$status:$how:$(ls -A "$tree")" '0:fresh:'
	like "$1: told" "$err" "^ \\* a clean build tree: $2\$" || diag "$err"
	build
}

# --- which tree -----------------------------------------------------------------------------------------

open
is 'a first tree is fresh' "$status:$how" 0:fresh
is 'and nothing is told' "$err" ''
first=$tree
build
open
is 'it is kept' "$how:$tree:$(<"$tree/a.o")" "kept:$first:object"
zol src tree seal --tree "$tree"
open --option 'USE debug' --option 'CFLAGS=-O2'
isnt 'another set of options has another tree' "$tree" "$first"
open --family 2.2
isnt 'so has another family' "$tree" "$first"
open --release 6.1-b
isnt 'and another kernel' "$tree" "$first"
is 'each with its own' "$(find "$T/cache" -name tree | wc -l)" 4
open
is 'none has cost the first' "$how:$tree" "kept:$first"
zol src tree seal --tree "$tree"
open --family 2.3
is 'the one not used longest goes' "$(find "$T/cache" -name tree | wc -l)" 4
ok 'not one that was' test -e "$first/a.o"
open --family 2.4 --keep 1
ok 'of one there is the newest' test "$(find "$T/cache" -name tree)" = "$tree"

# --- suspicion ------------------------------------------------------------------------------------------

open && build
open
open
given_up 'a build that did not come to its end' 'the last build in it did not come to its end'
open --recipe 'gcc 13'
given_up 'another compiler' '.*gcc.*'
open
given_up 'and the first again' '.*gcc.*'
echo '# edited' >>"$T/recipe"
open
given_up 'another ebuild' ".*/recipe changed"
: >"$tree/stray.c"
open
given_up 'a file that nobody knows' 'nobody knows the file stray\.c'
echo other >"$tree/a.o"
open
given_up 'an object that somebody else wrote' 'a\.o was touched since it was built'
rm "$tree/a.o"
open
given_up 'one that is gone' 'a\.o is gone'
chmod +x "$tree/a.o"
open
given_up 'one that became a program' 'a\.o was touched since it was built'
rm "$tree/../recipe"
open
given_up 'a tree of unknown origin' 'nobody knows what it was built with'
echo nonsense >"$tree/../sealed"
open
given_up 'a damaged seal' '.*sealed.*'
rm "$tree/.zolkit-export"
open
given_up 'no manifest' '.*\.zolkit-export.*'
open --discard 'because I say so'
given_up 'when it is asked for' 'because I say so'
: >"$tree/"$'a\e[31m.c'
open
unlike 'names cannot paint the terminal' "$err" $'\e'
build

# --- steps ----------------------------------------------------------------------------------------------

due() {
	run zol src tree due --tree "$tree" --step configure --input '*.m4' --input configure.ac --file "$T/kernel" \
		--built 'Makefile*' --output configure --word "${word:-a}"
}
# is_due DESC REASON: it is, for that reason; and then it is not any more.
is_due() {
	due
	like "$1" "$status:$err" "^0: \\* configure: $2"
	zol src tree 'done' --tree "$tree" --step configure
	due
	is "$1, once" "$status:$err" '1:'
}
open
: >"$tree/configure"
is_due 'a step that was never done' 'it was never done'
word=b
is_due 'another argument' '.*'
echo 'CONFIG_B=y' >>"$T/kernel"
is_due 'another configuration of the kernel' "$T/kernel changed"
rm "$T/kernel"
is_due 'none at all' "$T/kernel"
echo two >"$T/repo/config/a.m4"
git_commit "$T/repo" two
zol -q src export --repo "$T/repo" --to "$tree"
is_due 'another macro' 'config/a\.m4 changed'
echo three >"$T/repo/config/b.m4"
git_commit "$T/repo" three
zol -q src export --repo "$T/repo" --to "$tree"
is_due 'a new one' 'config/b\.m4'
echo all: >"$tree/Makefile"
is_due 'a file that was built' 'Makefile'
touch "$tree/Makefile"
due
is 'content counts, not times' "$status" 1
rm "$tree/configure"
due
like 'a result that is not there' "$status:$err" '^0:.*configure is not there'
due
is 'asking is not doing' "$status" 0
: >"$tree/configure"
# A tree that is given up takes its steps along.
open
build
due
like 'a clean tree has nothing done' "$status:$err" '^0:.*it was never done'

# --- wrong uses -----------------------------------------------------------------------------------------

for args in 'open' 'open --cache x --family 2.1' 'open --cache x --family ../x --release r' 'open --cache x --family f --release a/b' \
	'due' "due --tree $tree" "due --tree $tree --step ../x" 'seal' 'burn --tree x' "due --tree $T/none --step x"; do
	# shellcheck disable=SC2086
	run zol src tree $args
	isnt "refused: $args" "$status:$err" '0:'
done
run zol src tree 'done' --tree "$tree" --step other
like 'a step that nobody asked about' "$status:$err" '^[1-9].*step other was not asked for'
ok 'nothing was made' test ! -e x
run zol --json src tree open --cache "$T/cache" --family 2.1 --release 6.1-a
like 'in JSON' "$out" '"tree": *"/.*/tree".*"fresh": *true'
done_testing
