# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
#
# A guest "g" whose Portage is looked at, with a checkout of two branches that it sees as
# /mnt/code/zfs. Sourced after tap.sh. $G is its tree, $C the configuration, $CODE the checkout; z runs
# zolkit with it.
#
#	pguest_vdb CPV COMMIT [RELEASE]    records an installed live package

. "$ZOL_TOP/tests/lib/gitrepo.sh"
((EUID == 0)) || skip_all 'needs root'

C=$T/conf G=$T/guests/g CODE=$T/code/zfs
mkdir -p "$G"/{etc,var/db/pkg,bin} "$T/code" "$T/home"
printf 'root:x:0:0::/root:/bin/sh\nportage:x:250:250::/:/bin/false\n' >"$G/etc/passwd"
printf 'root:x:0:\nportage:x:250:\n' >"$G/etc/group"
cat >"$C" <<-EOF
	[paths]
	guests = $T/guests
	state = $T/state
	cache = $T/cache
	run = $T/run
	[guest]
	name = g
	[chroot]
	code = $T/code
	EOF
unset XDG_CONFIG_HOME ZOLKIT_CONFIG
export HOME=$T/home
z() { "$ZOL_BUILD/zolkit" --config "$C" "$@"; }

git_repo "$CODE"
for i in 1 2 3 4 5; do
	echo "$i" >"$CODE/file"
	git_commit "$CODE" "change $i"
done
git -C "$CODE" branch my-branch HEAD~2

pguest_vdb() {
	local dir=$G/var/db/pkg/$1

	mkdir -p "$dir"
	printf 'declare -x EGIT_BRANCH="master"\ndeclare -x EGIT_REPO_URI="/mnt/code/zfs"\ndeclare -x EGIT_VERSION="%s"\n' "$2" |
		bzip2 >"$dir/environment.bz2"
	printf 'dir /lib\nobj /usr/sbin/zpool 00 1\n' >"$dir/CONTENTS"
	[[ -z ${3:-} ]] || printf 'obj /lib/modules/%s/extra/zfs.ko 00 1\n' "$3" >>"$dir/CONTENTS"
}
# Everything about a tree but the times; and with them.
tree_of() { (cd "$1" && find . -printf '%p %y %m %U:%G %l\n' | sort && find . -type f -exec sha256sum {} + | sort); }
times_of() { (cd "$1" && find . -printf '%p %T@ %C@\n' | sort); }
