#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zfs-live.eclass under real Portage, with a small package of autotools in place of ZFS (tests/vm/zfs.t
# has the real one): what <pn>_LIVE_* name is what is built, errors name the variable, kept build
# trees give what clean ones give and are given up when they look suspicious.
# shellcheck disable=SC2016,SC2154
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/gitrepo.sh
. "$ZOL_TOP/tests/lib/gitrepo.sh"
# shellcheck source=tests/lib/portage.sh
. "$ZOL_TOP/tests/lib/portage.sh"

chmod 755 "$T"
command -v automake >/dev/null || skip_all 'no automake'
cp -rL "$ZOL_TOP/overlay" "$T/ov"
rm -rf "$T/ov/metadata/md5-cache"
mkdir -p "$T/ov/sys-fs/tiny" "$T/bin"
cat >"$T/ov/sys-fs/tiny/tiny-9999.ebuild" <<'E'
# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

EAPI=8

inherit zfs-live

DESCRIPTION="A package of the tests"
HOMEPAGE="https://example.org/"
EGIT_REPO_URI="https://example.invalid/tiny.git"

LICENSE="MIT"
SLOT="0"
IUSE="extra"

pkg_setup() {
	KV_OUT_DIR=${TINY_KERNEL}
	KV_FULL=6.1.7-tiny
	zfs-live_pkg_setup
}

src_configure() {
	zfs-live_configure $(use_enable extra)
}

src_compile() {
	zfs-live_make
}

src_install() {
	default
	zfs-live_install_done
}
E
mkdir -p "$T/tiny/lib"
cd "$T/tiny" || exit 1
cat >configure.ac <<'E'
AC_INIT([tiny], [1.0])
AC_CONFIG_AUX_DIR([config])
AM_INIT_AUTOMAKE([foreign])
AC_PROG_CC
AC_PROG_RANLIB
AM_PROG_AR
m4_include([config/words.m4])
AC_CONFIG_HEADERS([tiny_config.h])
AC_CONFIG_FILES([Makefile lib/Makefile])
AC_OUTPUT
E
mkdir config
echo 'AC_DEFINE([WORD], ["one"], [a word])' >config/words.m4
printf 'SUBDIRS = lib\nbin_PROGRAMS = tiny\ntiny_SOURCES = main.c\ntiny_LDADD = lib/liba.a\n' >Makefile.am
printf 'noinst_LIBRARIES = liba.a\nliba_a_SOURCES = a.c b.c\n' >lib/Makefile.am
printf '#include <stdio.h>\n#include "tiny_config.h"\nint a(void);\nint main(void) { return printf("%%s %%d\\n", WORD, a()) < 0; }\n' >main.c
echo 'int b(void); int a(void) { return 1 + b(); }' >lib/a.c
echo 'int b(void) { return 10; }' >lib/b.c
echo 'Version: 1.0' >META
git_repo .
git_commit . one
git branch other
cd "$ZOL_TOP" || exit 1

portage_env "$T/p" "$T/ov"
mkdir -p "$EROOT/usr/bin" "$T/kernel"
ln -s "$ZOL_BUILD/zolkit" "$EROOT/usr/bin/zolkit"
echo CONFIG_A=y >"$T/kernel/.config"
portage_conf 'ACCEPT_KEYWORDS="**"' 'CFLAGS="-O1"' "TINY_KERNEL=\"$T/kernel\"" "ZFS_LIVE_CACHE=\"$T/cache\""
cp "$EROOT/etc/portage/make.conf" "$T/make.conf"
ebuild=$T/ov/sys-fs/tiny/tiny-9999.ebuild
image=$T/p/tmp/portage/sys-fs/tiny-9999/image
# with LINE... -- PHASE...: the phases with these lines in make.conf
with() {
	cp "$T/make.conf" "$EROOT/etc/portage/make.conf"
	while [[ $1 != -- ]]; do portage_conf "$1" && shift; done
	shift
	run portage_run ebuild "$ebuild" clean "$@"
	out+=$err
}
live="tiny_LIVE_REPO=\"$T/tiny\""
keep='ZFS_LIVE_INCREMENTAL="yes"'
tree() { find "$T/cache" -name tree -type d; }
says() { "$image$EROOT/usr/bin/tiny"; }

# --- what is named is what is built -----------------------------------------------------------------

with "tiny_LIVE_REPO=\"$T/nowhere\"" -- unpack
like 'a directory that is not there is named with its variable' "$status:$out" "^1:.*tiny_LIVE_REPO=\"$T/nowhere\": there is no such directory"
with "tiny_LIVE_REPO=\"$T/kernel\"" -- unpack
like 'so is one that is no repository' "$status:$out" '^1:.*tiny_LIVE_REPO="[^"]*" is no repository of git'
with "$live" 'tiny_LIVE_BRANCH="my-fix"' -- unpack
like 'so is a branch that is not there, with those that are' "$status:$out" '^1:.*tiny_LIVE_BRANCH="my-fix": .* has no such branch, but master other'
with "$live" 'tiny_LIVE_COMMIT="0123456789abcdef0123456789abcdef01234567"' -- unpack
like 'so is a commit' "$status:$out" '^1:.*tiny_LIVE_COMMIT="0123456.* has no such commit'
with "tiny_LIVE_REPO=\"file://$T/kernel\"" -- unpack
like 'file: URIs are directories' "$status:$out" '^1:.*tiny_LIVE_REPO="[^"]*" is no repository of git'
((EUID)) || chown -R 1000:1000 "$T/tiny"
with "$live" -- install
is 'a repository of somebody else is read' "$status" 0 || diag "$(tail -n 30 <<<"$out")"
is 'and built' "$(says)" 'one 11'
unlike 'git-r3 does not see the variables' "$out" 'no support will be provided'
ok 'the user'"'"'s own git configuration stays as it is' test ! -e "$T/p/home/.gitconfig"
mkdir "$T/clean" && cp -a "$image" "$T/clean/one"

# --- kept trees -------------------------------------------------------------------------------------

echo 'int b(void) { return 20; }' >"$T/tiny/lib/b.c"
GIT_COMMITTER_DATE='2024-03-01T00:00:00Z' git -C "$T/tiny" -c safe.directory='*' commit -qam two
with "$live" -- install
is 'a clean build of an edit' "$status:$(says)" '0:one 21'
cp -a "$image" "$T/clean/two"

git -C "$T/tiny" -c safe.directory='*' branch -qf other HEAD~
with "$live" 'tiny_LIVE_COMMIT_DATE="2024-02-01"' -- unpack
is 'a date is the last commit until then' "$status:$(<"$T/p/tmp/portage/sys-fs/tiny-9999/work/tiny-9999/lib/b.c")" \
	'0:int b(void) { return 10; }' || diag "$(tail -n 20 <<<"$out")"
with "$live" "$keep" 'tiny_LIVE_BRANCH="other"' -- install
is 'the first build in a kept tree' "$status:$(says)" '0:one 11' || diag "$(tail -n 30 <<<"$out")"
is 'gives what a clean one gives' "$(diff -r "$T/clean/one" "$image")" ''
ok 'its tree is kept' test -x "$(tree)/tiny"
before=$(stat -c '%n %y' "$(tree)"/{configure,config.status,main.o,lib/a.o,lib/b.o})
with "$live" "$keep" 'tiny_LIVE_BRANCH="other"' -- install
is 'the same again makes nothing' "$status:$(stat -c '%n %y' "$(tree)"/{configure,config.status,main.o,lib/a.o,lib/b.o})" "0:$before"
is 'and installs all of it' "$(diff -r "$T/clean/one" "$image")" ''
with "$live" "$keep" -- install
is 'an edit' "$status:$(says)" '0:one 21'
is 'gives what a clean build gives' "$(diff -r "$T/clean/two" "$image")" ''
is 'and makes only what depends on it' \
	"$(diff <(stat -c '%n %y' "$(tree)"/{configure,config.status,main.o,lib/a.o,lib/b.o}) - <<<"$before" | grep -c '^<')" 1

echo 'int b(void) { return 30; }' >"$T/tiny/lib/b.c"
snapshot=$("$ZOL_BUILD/zolkit" src snapshot -r "$T/tiny")
with "$live" "$keep" "tiny_LIVE_COMMIT=\"$snapshot\"" -- install
is 'a snapshot of what is not committed, on no branch' "$status:$(says)" '0:one 31' || diag "$(tail -n 30 <<<"$out")"
git -C "$T/tiny" -c safe.directory='*' commit -qam three

echo CONFIG_B=y >>"$T/kernel/.config"
echo '0x1 a_symbol vmlinux EXPORT_SYMBOL' >"$T/kernel/Module.symvers"
before=$(stat -c '%n %y' "$(tree)"/{configure,lib/a.o})
status_was=$(stat -c %y "$(tree)/config.status")
with "$live" "$keep" -- install
is 'another configuration of the kernel' "$status:$(says)" '0:one 31'
like 'is told' "$out" 'configure: .*kernel/.config changed'
like 'so are other symbols of it' "$out" 'configure: .*kernel/Module\.symvers'
isnt 'configure runs' "$(stat -c %y "$(tree)/config.status")" "$status_was"
is 'and nothing else' "$(stat -c '%n %y' "$(tree)"/{configure,lib/a.o})" "$before"

sed -i 's/"one"/"two"/' "$T/tiny/config/words.m4"
git -C "$T/tiny" -c safe.directory='*' commit -qam four
with "$live" "$keep" -- install
is 'a macro changed' "$status:$(says)" '0:two 31'
like 'autoreconf runs for it' "$out" 'autoreconf: config/words.m4 changed'
printf 'noinst_LIBRARIES = liba.a\nliba_a_SOURCES = a.c b.c\nAM_CPPFLAGS = -Db=c\n' >"$T/tiny/lib/Makefile.am"
git -C "$T/tiny" -c safe.directory='*' commit -qam five
before=$(stat -c %y "$(tree)/lib/a.o")
with "$live" "$keep" -- install
like 'flags changed' "$status:$out" '^0:.*makefiles: lib/Makefile changed'
isnt 'all objects are made anew' "$(stat -c %y "$(tree)/lib/a.o")" "$before"
with "$live" "$keep" 'USE="extra"' -- configure
is 'other options have a tree of their own' "$status:$(tree | wc -l)" 0:2
rm -rf "$T"/cache/sys-fs/tiny/*/
with "$live" "$keep" -- install

# --- suspicion --------------------------------------------------------------------------------------

touch "$(tree)/lib/stray.c"
with "$live" "$keep" -- install
like 'a file that nobody knows' "$status:$out" '^0:.*a clean build tree: nobody knows the file lib/stray.c'
ok 'is gone with the tree' test ! -e "$(tree)/lib/stray.c"
echo '# edited' >>"$ebuild"
with "$live" "$keep" -- install
like 'another ebuild' "$status:$out" '^0:.*a clean build tree: .*tiny-9999.ebuild changed'
echo '# edited' >>"$T/ov/eclass/zfs-live.eclass"
with "$live" "$keep" -- install
like 'another eclass' "$status:$out" '^0:.*a clean build tree: .*zfs-live.eclass changed'
# A compiler that names another version of itself.
printf '#!/bin/sh\n[ "$*" = -v ] && { echo "gcc version 99.1.0" >&2; exit; }\nexec gcc "$@"\n' >"$T/bin/cc99"
chmod 755 "$T/bin/cc99"
with "$live" "$keep" "CC=\"$T/bin/cc99\"" -- install
like 'another compiler' "$status:$out" '^0:.*a clean build tree: .*gcc version 99'
is 'all of them give the same' "$(says)" 'two 31'
with "$live" "$keep" -- install

# --- errors -----------------------------------------------------------------------------------------

edit() { git -C "$T/tiny" -c safe.directory='*' commit -qam "$1"; }
echo 'int b(void) { return' >"$T/tiny/lib/b.c"
edit broken
with "$live" "$keep" -- install
like 'an error in the sources' "$status:$out" '^1:.*b\.c:1:.*is kept: the next build goes on from there'
# What a command had begun to write when it failed looks like something that was made.
echo 'int b(void) { return 40; }' >"$T/tiny/lib/b.c"
printf 'data_DATA = note\nnote:\n\techo half >$@\n\ttest -e $(srcdir)/ok && echo whole >>$@\n' >>"$T/tiny/lib/Makefile.am"
edit mended
with "$live" "$keep" -- install
like 'the next build goes on, to another error' "$status:$out" '^1:.*note'
: >"$T/tiny/lib/ok"
git -C "$T/tiny" -c safe.directory='*' add lib/ok
edit ok
with "$live" "$keep" -- install
is 'both are mended' "$status:$(says)" '0:two 41' || diag "$(tail -n 30 <<<"$out")"
unlike 'without a clean tree' "$out" 'a clean build tree'
is 'nothing half made is left' "$(xargs <"$image$EROOT/usr/share/note")" 'half whole'
cp -a "$image" "$T/kept"
with "$live" -- install
is 'and all is as in a clean build' "$(diff -r "$T/kept" "$image")" ''

cp "$T/tiny/configure.ac" "$T/configure.ac"
sed -i 's/^AC_OUTPUT/AC_MSG_ERROR([no])\nAC_OUTPUT/' "$T/tiny/configure.ac"
edit 'no configure'
with "$live" "$keep" -- install
is 'a configure that fails' "$status" 1
cp "$T/configure.ac" "$T/tiny/configure.ac"
edit configure
with "$live" "$keep" -- install
like 'is followed by a clean tree' "$status:$out" '^0:.*a clean build tree: the last build in it did not come to its end'
is 'and all is well' "$(says)" 'two 41'

# --- and again suspicion ----------------------------------------------------------------------------

echo damaged >"$(tree)/.zolkit-export"
with "$live" "$keep" -- install
like 'a damaged manifest' "$status:$out" '^0:.*a clean build tree: .*zolkit-export'
# --- without the helper -----------------------------------------------------------------------------

rm "$EROOT/usr/bin/zolkit"
with "$live" "$keep" -- install
like 'without the program it is a clean build, with a warning' "$status:$out" '^0:.*there is no zolkit program'
is 'of the same' "$(says)" 'two 41'
ln -s "$ZOL_BUILD/zolkit" "$EROOT/usr/bin/zolkit"
portage_conf "$keep"
run portage_emerge sys-fs/tiny
is 'it merges' "$status" 0
is 'and the database knows the commit' "$(portage_var sys-fs/tiny-9999 EGIT_VERSION)" "$(git -C "$T/tiny" -c safe.directory='*' rev-parse HEAD)"
like 'and the contents' "$(portage_vdb sys-fs/tiny-9999 CONTENTS)" 'obj .*/usr/bin/tiny '
done_testing
