#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The root of the checkout and its overlay/ are repositories that Portage reads, syncs and resolves.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
. "$ZOL_TOP/tests/lib/gitrepo.sh"
. "$ZOL_TOP/tests/lib/portage.sh"
. "$ZOL_TOP/tests/lib/overlay.sh"

# leaving DIR: symbolic links below DIR that are absolute, lead nowhere or out of it.
leaving() {
	(
		cd "$1" || exit
		find . -path ./build -prune -o -path ./.git -prune -o -type l -print | while IFS= read -r l; do
			to=$(readlink "$l") real=$(realpath -q -e "$l")
			[[ $to != /* && -n $real && $real/ == "$(realpath .)"/* ]] || echo "$l -> $to"
		done
	)
}

# resolves: of the repository $where, with its profile.
resolves() {
	local zfs f

	if ! portage_whole; then
		skip "$where: all can be resolved" "$GENTOO has not all packages"
		return
	fi
	run portage_run env ACCEPT_KEYWORDS=amd64 emerge --pretend --verbose --color=n sys-fs/zfs sys-fs/zolkit sys-kernel/zolkit-kernel
	is "$where: all can be resolved" "$status" 0 || diag "$out$err"
	zfs=$(grep ' sys-fs/zfs-' <<<"$out")
	like "$where: ZFS is the live one" "$zfs" 'sys-fs/zfs-9999:0/7::zolkit '
	is "$where: as a developer wants it" "$(for f in custom-cflags debug modules test-suite -initramfs -rootfs -strip; do
		grep -qE "[\" ]${f}[\" *%(]" <<<"$zfs" || echo "not $f"; done)" ''
	like "$where: the toolset too" "$out" 'sys-fs/zolkit-9999::zolkit '
}

overlay_copy "$T/up"
is 'no link leaves the repository' "$(leaving "$T/up")" ''
ln -s /etc "$T/up/overlay/out"
is 'one that does is found' "$(leaving "$T/up")" './overlay/out -> /etc'
rm "$T/up/overlay/out"

portage_env "$T/p"
for location in "$T/up" "$T/up/overlay"; do
	where=${location#"$T"/}
	portage_repos_conf gentoo "$GENTOO_MAIN" zolkit "$location" >"$EROOT/etc/portage/repos.conf"
	run portage_run portageq get_repos "$EROOT"
	is "$where: is a repository" "$status:$out:$err" '0:zolkit gentoo:'
	run portage_run portageq get_repo_path "$EROOT" zolkit
	is "$where: is where it should be" "$out" "$location"
	run portage_run emerge --list-sets
	like "$where: its sets are there" "$out" $'(^|\n)zfs-live-rebuild\nzolkit($|\n)|(^|\n)zfs-live-rebuild\n(.*\n)*zolkit($|\n)'
	is "$where: and complete" "$err" ''
	ln -sfn "$location/profiles/zolkit/amd64" "$EROOT/etc/portage/make.profile"
	run portage_run portageq envvar zfs_LIVE_REPO ARCH
	is "$where: its profile stands on Gentoo's" "$status:$out" $'0:/mnt/code/zfs\namd64'
	resolves
	ln -sfn "$GENTOO_MAIN/profiles/default/linux/amd64/23.0" "$EROOT/etc/portage/make.profile"
done

# A user's repository, synced by git.
git_repo "$T/up"
git_commit "$T/up" one
mkdir -p "$EROOT/var/db/repos"
{
	portage_repos_conf gentoo "$GENTOO_MAIN"
	printf '[zolkit]\nlocation = %s\nsync-type = git\nsync-uri = file://%s\nauto-sync = yes\n' \
		"$EROOT/var/db/repos/zolkit" "$T/up"
} >"$EROOT/etc/portage/repos.conf"
run portage_run emaint sync --repo zolkit
is 'it syncs' "$status" 0
ok 'all of it came' diff -r --exclude=.git "$T/up" "$EROOT/var/db/repos/zolkit"
run portage_run portageq get_repos "$EROOT"
is 'and is a repository' "$out:$err" 'zolkit gentoo:'
echo '# more' >>"$T/up/overlay/profiles/zolkit/amd64/make.defaults"
git_commit "$T/up" two
run portage_run emaint sync --repo zolkit
is 'it syncs again' "$status" 0
is 'the change came' "$(tail -n 1 "$EROOT/var/db/repos/zolkit/profiles/zolkit/amd64/make.defaults")" '# more'
done_testing
