#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# portage setup: once, again, and back; the user's own lines; the overlay and the repository in the chroot.
. "${ZOL_TOP:?}/tests/lib/chroot.sh"
mv "$C" "$T/conf"
C=$T/conf
. "$ZOL_TOP/tests/lib/gitrepo.sh"

P=$G/etc/portage
mkdir -p "$P/package.use" "$T/code" "$G/usr/bin"
stage3='# catalyst
COMMON_FLAGS="-O2 -pipe"
CFLAGS="${COMMON_FLAGS}"
LC_MESSAGES=C.UTF-8'
printf '%s\n' "$stage3" >"$P/make.conf"
echo 'sys-fs/zfs -debug' >"$P/package.use/mine"
printf 'a/b ~amd64\n' >"$P/package.accept_keywords"
printf '[chroot]\ncode = %s\n' "$T/code" >>"$C"
tree_of() { (cd "$1" && find . -printf '%p %y %m %U:%G %l\n' | sort && find . -type f -exec sha256sum {} + | sort); }
times_of() { (cd "$1" && find . -printf '%p %T@ %C@\n' | sort); }
# A line of our part of a file.
has() { grep -qF -- "$2" "$P/$1"; }

before=$(tree_of "$G")
run z -n portage setup
is 'a dry run ends well' "$status" 0
like 'and prints the difference' "$out" $'--- a/etc/portage/make.conf\n\+\+\+ b/etc/portage/make.conf'
like 'and the step that fetches the repository' "$out" 'emerge-webrsync'
is 'and changes nothing' "$(tree_of "$G")" "$before"
run z -n --json portage setup
ok 'as JSON it is nothing else' python3 -m json.tool <<<"$out"
cp -a "$G" "$T/guests/other"
run z -n -g other portage setup
is 'that step is one for the guest that is meant' "${out##*$'\n'}" "zolkit --config $C --guest other chroot run -- emerge-webrsync"

run z portage setup --no-sync
is 'setup' "$status" 0
after=$(times_of "$G")
run z portage setup --no-sync
like 'a second run has nothing to do' "$err" 'set up already'
is 'and writes nothing' "$(times_of "$G")" "$after"
ok 'jobs are set' grep -qE "^MAKEOPTS=\"-j[1-9][0-9]* -l$(nproc)\"" "$P/make.conf"
ok "the flags of the stage3 are ours" has make.conf 'COMMON_FLAGS="-O2 -pipe -ggdb"'
like "the user's lines are last" "$(tail -n 1 "$P/make.conf")" LC_MESSAGES
ok 'ccache is not switched on where it is not' test -z "$(grep '^FEATURES.*ccache' "$P/make.conf")"
like 'which is said' "$err" 'dev-util/ccache'
is 'a flat file has our block first' "$(head -c 22 "$P/package.accept_keywords")" '# >>> zolkit: portage '
like "and the user's line last" "$(tail -n 1 "$P/package.accept_keywords")" 'a/b ~amd64'
ok 'the live build is incremental' has env/zolkit/live.conf 'ZFS_LIVE_INCREMENTAL="1"'
ok 'in a directory that the sandbox allows' has env/zolkit/live.conf 'SANDBOX_WRITE="/var/cache/zolkit/live"'
is 'which is portage'"'"'s' "$(stat -c %u "$G/var/cache/zolkit/live")" 250
ok 'no checkout is made up' test -z "$(grep -r zfs_LIVE_REPO= "$P")"
for word in '^PORTDIR=' '^DISTDIR=' webrsync-gpg\" metadata-transfer\" '^spl_LIVE' '^zfs_kmod' sys-fs/zfs-kmod\ \\*; do
	is "nothing of the old guide is left: $word" "$(grep -rE "$word" "$P")" ''
done

# --- what changes is brought up to date; what the user edits stays ---
mkdir -p "$G/var/db/pkg/dev-util/ccache-4.10" "$G/var/db/pkg/dev-util/debugedit-5.0"
git_repo "$T/code/zfs"
printf '[portage]\njobs = 7\npgo = yes\nmarch = native\nbuildpkg = no\n' >>"$C"
run z portage setup --no-sync
ok 'ccache is used once it is installed' grep -q '^FEATURES="${FEATURES} ccache"' "$P/make.conf"
ok 'and its directory made' test -d "$G/var/cache/ccache"
ok 'so are the sources, with debugedit' has make.conf installsources
ok 'jobs as configured' has make.conf 'MAKEOPTS="-j7 '
ok 'PGO is an option' has package.use/00-zolkit 'sys-devel/gcc pgo'
ok 'so is the CPU' has make.conf 'COMMON_FLAGS="-march=native -O2 -pipe -ggdb"'
ok 'whose flags are its own' grep -qE '^CPU_FLAGS_X86=".*sse2' "$P/make.conf"
ok 'so are binary packages' test -z "$(grep buildpkg "$P/make.conf")"
ok 'the checkout that the guest sees' has make.conf 'zfs_LIVE_REPO="/mnt/code/zfs"'
sed -i 's/test-suite/minimal/' "$P/package.use/00-zolkit"
sed -i 's/-j7/-j3/' "$P/make.conf"
printf '[portage]\njobs = 8\n' >>"$C"
run z portage setup --no-sync
like 'edits of our files are told' "$err" 'package.use/00-zolkit: changed by hand'
ok 'and stay' has package.use/00-zolkit minimal
ok 'those of our block, too' has make.conf '-j3'
sed -i 's/-j3/-j7/' "$P/make.conf"
sed -i 's/-march=native -O2/-O3/;' "$P/package.use/mine"
printf '[portage]\nincremental = no\n' >>"$C"
run z portage setup --no-sync
ok 'what is switched off goes' test ! -e "$P/env/zolkit/live.conf"

# --- the overlay in the chroot ---
run z portage emerge x
is 'a guest without emerge' "$status" 3
like 'which is said' "$err" 'no emerge in the guest'
cat >"$G/usr/bin/emerge" <<'END'
#!/bin/sh
cat /var/db/repos/zolkit/profiles/repo_name
(: >/var/db/repos/zolkit/x) 2>/dev/null && echo writable
echo "args: $* var: $V"
exit "${RC:-0}"
END
chmod 755 "$G/usr/bin/emerge"
run z portage emerge --env V=1 -- --oneshot 'a b'
is 'emerge' "$status" 0
is 'sees the overlay, read-only; its arguments and variables' "$out" $'zolkit\nargs: --oneshot a b var: 1'
run z portage emerge --env RC=1 -- x
is 'a failure is that of a child' "$status" 7
like 'with the status of emerge' "$err" 'emerge ended with status 1'
run z -n portage emerge -- -1 zfs
like 'a dry run prints the command' "$out" 'run +emerge -1 zfs'
mkdir "$G/var/db/repos/zolkit/profiles" && echo own >"$G/var/db/repos/zolkit/profiles/repo_name"
run z portage emerge x
like "a repository of the guest's own is not hidden" "$out" '^own'
rm -r "$G/var/db/repos/zolkit/profiles"

# --- the Gentoo repository ---
printf '#!/bin/sh\nmkdir -p /var/db/repos/gentoo/profiles\necho gentoo >/var/db/repos/gentoo/profiles/repo_name\n' >"$G/usr/bin/emerge-webrsync"
chmod 755 "$G/usr/bin/emerge-webrsync"
run z portage setup
is 'emerge-webrsync is run' "$status $(cat "$G/var/db/repos/gentoo/profiles/repo_name")" '0 gentoo'
printf '#!/bin/sh\nexit 9\n' >"$G/usr/bin/emerge-webrsync"
run z portage setup
is 'but not twice' "$status" 0
rm -r "$G/var/db/repos/gentoo"
run z portage setup
is 'its failure is that of a child' "$status" 7
mkdir -p "$T/tree/profiles" && printf '[chroot]\nportage_tree = %s\n' "$T/tree" >>"$C"
run z portage setup
is "the host's is shared when it is configured" "$status" 0
ok 'and not synced by the guest' has repos.conf/00-zolkit.conf 'auto-sync = no'
ok 'nor fetched' test -z "$(grep webrsync "$P/repos.conf/00-zolkit.conf")"

# --- back ---
printf '%s\n' 'sys-fs/zfs custom' >"$P/package.use/00-zolkit"
z portage setup >/dev/null 2>&1
run z portage setup --undo
is 'undo' "$status" 0
is 'make.conf is as it was' "$(cat "$P/make.conf")" "$stage3"
is 'package.accept_keywords, too' "$(cat "$P/package.accept_keywords")" 'a/b ~amd64'
is "what became the user's stays" "$(cat "$P/package.use/00-zolkit")" 'sys-fs/zfs custom'
ok 'the rest is gone' test ! -e "$P/env" -a ! -e "$P/repos.conf" -a ! -e "$P/package.env"
run z portage setup --undo
like 'nothing to undo a second time' "$err" 'nothing of Portage'
done_testing
