#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# portage live: what is said of live packages, by files that Portage would read in the same order.
. "${ZOL_TOP:?}/tests/lib/tap.sh"
. "$ZOL_TOP/tests/lib/pguest.sh"

P=$G/etc/portage
head_id=$(git -C "$CODE" rev-parse HEAD) old=$(git -C "$CODE" rev-parse HEAD~3)
branch_id=$(git -C "$CODE" rev-parse my-branch)
show() { z portage live show "$@" --json; }
field() { show "${2:-zfs}" | jq -r ".$1"; }
mkdir -p "$P"

run z portage live
is 'without any configuration it lists zfs' "$status" 0
like 'as not installed' "$out" 'sys-fs/zfs +- +- +- +- +not installed'

# --- precedence ---
echo 'zfs_LIVE_REPO="/mnt/code/zfs" zfs_LIVE_BRANCH="from-conf"' >"$P/make.conf"
is 'make.conf counts' "$(field branch)" from-conf
is 'and is named' "$(field branch_from)" /etc/portage/make.conf
is 'the repository is found on the host' "$(field place)" "$CODE"
mkdir -p "$P/env/sys-fs" "$P/package.env"
printf 'zfs_LIVE_BRANCH="plain"\n' >"$P/env/a"
printf 'zfs_LIVE_BRANCH="exact"\n' >"$P/env/b"
printf 'zfs_LIVE_BRANCH="wild"\n' >"$P/env/c"
printf '=sys-fs/zfs-9999 b\n' >"$P/package.env/1"
printf 'sys-fs/zfs a # b\nsys-*/* c\n' >"$P/package.env/2"
printf 'sys-fs/zfs c\n' | tee "$P/package.env/3~" >"$P/package.env/.4"
is 'the closest atom of package.env counts' "$(field branch)" exact
rm "$P/package.env/1"
is 'then the plain one' "$(field branch)" plain
is 'and its file is named' "$(field branch_from)" /etc/portage/env/a
printf 'zfs_LIVE_BRANCH=my-branch\npre_src_unpack() {\n\t:\n}\n' >"$P/env/sys-fs/zfs"
is 'what bash reads is the strongest' "$(field branch)" my-branch
is 'the commit is the tip of that branch' "$(field tip)" "$branch_id"
rm -r "$P/env/sys-fs" "$P/package.env"

# --- links that lead back ---
rm "$P/make.conf"
mkdir "$P/make.conf"
for i in {1..12}; do ln -s . "$P/make.conf/link$i"; done
echo 'zfs_LIVE_BRANCH="from-conf"' >"$P/make.conf/00"
got=$(timeout -k 1 60 "$ZOL_BUILD/zolkit" --config "$C" portage live show zfs --json | jq -r .branch)
is 'a directory full of links to itself is read to an end' "$got" from-conf
rm -r "$P/make.conf"
echo 'zfs_LIVE_REPO="/mnt/code/zfs" zfs_LIVE_BRANCH="from-conf"' >"$P/make.conf"

# --- a profile, in a repository that repos.conf names ---
mkdir -p "$G/var/db/repos/x/profiles/p/child" "$P/repos.conf" "$G/var/db/repos/y/profiles/q"
printf '[x]\nlocation = /var/db/repos/x\n[y]\nlocation = /var/db/repos/y\n' >"$P/repos.conf/r"
printf '..\ny:q\n' >"$G/var/db/repos/x/profiles/p/child/parent"
echo 'spl_LIVE_REPO="/mnt/code/zfs" spl_LIVE_BRANCH="low"' >"$G/var/db/repos/x/profiles/p/make.defaults"
echo 'spl_LIVE_BRANCH="master"' >"$G/var/db/repos/y/profiles/q/make.defaults"
ln -s ../../var/db/repos/x/profiles/p/child "$P/make.profile"
is 'the profile counts, its later parent more' "$(field branch spl)" master
is 'and its parent' "$(field repo spl)" /mnt/code/zfs
echo 'x:p/child' >"$G/var/db/repos/y/profiles/q/parent"
is 'a profile that is its own parent does no harm' "$(field repo spl)" /mnt/code/zfs
ln -sfn /etc/passwd "$P/make.profile"
is 'nor does one that is none' "$(field repo spl)" null

# --- what is installed ---
echo 'zfs_LIVE_REPO="/mnt/code/zfs"' >"$P/make.conf"
pguest_vdb sys-fs/zfs-9999 "$old" 6.1.0-x
pguest_vdb sys-fs/zolkit-9999 "$head_id"
mkdir -p "$G/var/db/pkg/sys-apps/sed-4.9"
is 'the installed commit' "$(field installed)" "$old"
is 'the kernel of its modules' "$(field kernel)" 6.1.0-x
is 'how far it is behind' "$(field behind)/$(field ahead)" 3/0
run z portage live list
like 'the list has all live packages' "$out" 'sys-fs/zfs +/mnt/code/zfs .* 3 behind.*sys-fs/zolkit'
unlike 'and no others' "$out" sed
pguest_vdb sys-fs/zfs-9999 "$(git -C "$CODE" commit-tree -m other -p HEAD~4 'HEAD^{tree}')"
is 'behind and ahead of another line' "$(field state)" '4 behind, 1 ahead'
pguest_vdb sys-fs/zfs-9999 "$head_id"
is 'current' "$(field state)" current
pguest_vdb sys-fs/zfs-9999 0123456789012345678901234567890123456789
like 'a commit that the repository has not' "$(field state)" 'not in the repository'
pguest_vdb sys-fs/zfs-9999 'x; rm -rf /'
is 'a commit that is none' "$(field installed)" null
printf 'BZh9junk' >"$G/var/db/pkg/sys-fs/zfs-9999/environment.bz2"
run z portage live
is 'a damaged database is no reason to fail' "$status" 0
like 'but told' "$out" 'environment.bz2'
pguest_vdb sys-fs/zfs-9999 "$old"

# --- a repository elsewhere: the clone that git-r3 keeps ---
echo 'zfs_LIVE_REPO="https://example.org/openzfs/zfs.git" zfs_LIVE_BRANCH="master"' >"$P/make.conf"
is 'not fetched yet' "$(field state)" 'not fetched yet'
git clone -q --bare "$CODE" "$T/bare" && mkdir -p "$G/var/cache/distfiles/git3-src" &&
	mv "$T/bare" "$G/var/cache/distfiles/git3-src/openzfs_zfs.git"
is 'compared with what was fetched' "$(field behind)" 3
mv "$G/var/cache/distfiles/git3-src/openzfs_zfs.git" "$T/outside.git"
ln -s "$T/outside.git" "$G/var/cache/distfiles/git3-src/openzfs_zfs.git"
is 'a link out of the guest leads nowhere' "$(field state)" 'not fetched yet'
rm "$G/var/cache/distfiles/git3-src/openzfs_zfs.git"

# --- set ---
echo 'zfs_LIVE_REPO="/mnt/code/zfs" zfs_LIVE_BRANCH="master"' >"$P/make.conf"
before=$(tree_of "$G")
run z portage live set zfs my-brunch
is 'a branch that is not there is a wrong operand' "$status" 2
like 'the nearest one is named' "$err" 'did you mean my-branch'
run z portage live set zfs master --commit 0000000
is 'nor is a commit' "$status" 2
run z portage live set zfs 'a"b'
is 'nor a name with quotes' "$status" 2
run z portage live set zfs my-branch --repo "$T/nowhere"
is 'nor a repository' "$status" 2
run z portage live set zfs my-branch --repo "$T/home"
like 'a directory that the guest does not see' "$err" 'does not see'
run z portage live set zfs my-branch --repo https://example.org/x.git
like 'a URI that cannot be looked at' "$err" '--force'
run z portage live set nozfs my-branch
is 'nor a package without a category' "$status" 2
run z portage live -n set zfs my-branch
like 'a dry run shows the file' "$out" '\+zfs_LIVE_BRANCH="my-branch"'
is 'nothing was written by any of these' "$(tree_of "$G")" "$before"
run z portage live set zfs my-branch
is 'set' "$status" 0
is 'what is set counts' "$(field branch) $(field tip)" "my-branch $branch_id"
after=$(times_of "$G")
run z portage live set zfs my-branch
like 'set so already' "$err" 'already'
is 'nothing is written then' "$(times_of "$G")" "$after"
run z portage live set zfs --commit "$(git -C "$CODE" rev-parse --short HEAD~4)"
is 'a commit becomes its whole name' "$(field commit)" "$(git -C "$CODE" rev-parse HEAD~4)"
is 'the branch stays' "$(field branch)" my-branch
run z portage live set spl master --repo "$CODE"
is 'a second package' "$status $(field repo spl) $(field branch spl)" '0 /mnt/code/zfs master'
is 'the first one is as it was' "$(field branch)" my-branch
run z portage live unset spl
is 'unset' "$status $(field repo spl)" '0 null'
run z portage live unset zfs
is 'all is as it was, but for empty directories' "$(tree_of "$G" | grep -v ' d ')" "$(grep -v ' d ' <<<"$before")"
run z portage live unset zfs
like 'nothing to unset' "$err" 'nothing is set'

echo 'zfs_LIVE_COMMIT="'"$old"'"' >>"$P/make.conf"
run z portage live set zfs my-branch
is 'a commit of make.conf is taken out of the way' "$(field commit) $(field tip)" "null $branch_id"
after=$(times_of "$G")
run z portage live set zfs my-branch
is 'and stays so' "$(times_of "$G")" "$after"
mkdir -p "$P/env/sys-fs" && echo 'zfs_LIVE_BRANCH=master' >"$P/env/sys-fs/zfs"
run z portage live set zfs my-branch
like 'a stronger setting is told' "$err" '/etc/portage/env/sys-fs/zfs sets the branch to master'
rm -r "$P/env/sys-fs"
z portage live unset zfs 2>/dev/null
rm -r "$P/package.env"
printf 'sys-fs/zfs mine\n' >"$P/package.env"
echo 'zfs_LIVE_BRANCH="mine"' >"$P/env/mine"
run z portage live set zfs my-branch
is 'a flat package.env: ours is behind the user'"'"'s' "$(field branch)" my-branch
is 'which stays' "$(head -n 1 "$P/package.env")" 'sys-fs/zfs mine'
z portage live unset zfs 2>/dev/null
is 'and comes back' "$(cat "$P/package.env")" 'sys-fs/zfs mine'

# --- hostile and broken configuration ---
printf 'zfs_LIVE_REPO="/mnt/code/zfs\n' >"$P/make.conf"
run z portage live
is 'a broken make.conf does not stop it' "$status" 0
like 'but is told' "$err" 'make.conf:1: a quote is not closed'
printf 'source make.conf\nsource make.conf\n' >"$P/make.conf"
run z portage live
is 'nor does one that reads itself' "$status" 0
ln -sf /dev/zero "$P/make.conf"
run z portage live
is 'nor one that is no file' "$status" 0
rm "$P/make.conf"
# --- the host's own ---
# As inside of a guest, where there are no guests; in a namespace of its own, with an /etc/portage.
inside() { # COMMAND...
	# shellcheck disable=SC2016
	unshare --mount sh -c 'mount -t tmpfs t "$0" && mkdir "$0/up" "$0/work" &&
		mount -t overlay -o "lowerdir=/etc,upperdir=$0/up,workdir=$0/work" e /etc && mkdir -p /etc/portage &&
		echo "zfs_LIVE_BRANCH=\"of-this-system\"" >/etc/portage/make.conf && exec "$@"' "$T/inside" "$@"
}
mkdir "$T/inside"
sed "s/^name = .*/name = nobody/" "$C" >"$T/none"
if inside true 2>/dev/null; then
	run inside "$ZOL_BUILD/zolkit" --config "$T/none" portage live show zfs
	like 'without a guest the system itself is meant' "$status $out" '^0 .*of-this-system'
	run inside "$ZOL_BUILD/zolkit" --config "$T/none" -g nobody portage live show zfs
	is 'unless a guest was named' "$status" 2
else
	skip 'without a guest the system itself is meant' 'no overlay on /etc'
fi
run z portage live list --host
is 'the host, too, has a configuration' "$status" 0
like 'in which zfs is looked for' "$out" 'sys-fs/zfs'
if [[ ! -d /etc/portage ]]; then
	run z portage live -n set zfs my-branch --repo "$CODE" --host
	like 'there a repository is where it is' "$out" "\\+zfs_LIVE_REPO=\"$CODE\""
	ok 'a dry run writes nothing' test ! -e /etc/portage
fi
cp "$C" "$T/named"
printf '[src]\ncheckouts = %s=/a /a %s\n' "$(printf 'n%.0s' {1..120})" "$CODE" >>"$T/named"
run "$ZOL_BUILD/zolkit" --config "$T/named" portage live -n set zfs master --repo zfs
like 'a checkout is known by the name of its directory, as to zolkit src' "$out" 'zfs_LIVE_REPO="/mnt/code/zfs"'
run "$ZOL_BUILD/zolkit" --config "$T/named" portage live -n set zfs master --repo "$(printf 'n%.0s' {1..120})"
is 'one that is not there is an error' "$status" 2
for words in 'unset zfs --commit HEAD' 'show zfs --repo x' 'list --force' '-g g list --host'; do
	# shellcheck disable=SC2086 # words
	run z portage live $words
	is "what has no meaning: $words" "$status" 2
done
run z portage live frob
is 'an unknown verb' "$status" 2
run z portage live show
is 'a missing operand' "$status" 2
done_testing
