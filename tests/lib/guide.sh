# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
#
# Runs what a page shows, as a reader would type it. Sourced instead of tap.sh, which it brings along: the script runs
# again in a mount namespace of its own.
#
#	guide_world [FROM TO]...   a root in which everything stands where a user of zolkit has it: /guest, /etc/zolkit,
#	                           /var/lib/zolkit, /var/cache/zolkit, /run/zolkit and the home directory are empty, or FROM
#	                           where TO is one of them; writes elsewhere are not seen by anybody else. $HOME is set,
#	                           programs are found in $PATH, and conf_here is the system's configuration
#	guide_host [STAMP]         what a host without virtual machines needs in it: a mirror of our own with a signed stage3
#	                           (busybox, with Gentoo's own inittab and fstab), made at STAMP; GitHub's openzfs/zfs, a repository
#	                           with something of ZFS; a kernel source; a recording; and the configuration for it
#	guide_run PAGE TEST        runs the commands of PAGE that are marked with TEST, in their order: each is one test,
#	                           of its exit status (0) and of what it prints

# shellcheck disable=SC2034 # conf_here is for tests
[[ $EUID == 0 ]] || { . "${ZOL_TOP:?}/tests/lib/tap.sh" || exit 1; skip_all 'needs root'; }
if [[ -z ${ZOL_GUIDE_NS:-} ]]; then
	export ZOL_GUIDE_NS=1
	exec unshare --mount --propagation private bash "$0" "$@"
fi
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh" || exit 1
guide=$ZOL_TOP/tests/lib/guide.py

guide_world() {
	local root=$T/world dir
	local -A from=()
	while (($#)); do
		from[$2]=$1
		shift 2
	done
	mkdir "$root" "$T/top" && mount -t tmpfs top "$T/top" && mkdir "$T/top/upper" "$T/top/work" || return 1
	mount -t overlay -o "lowerdir=/,upperdir=$T/top/upper,workdir=$T/top/work" world "$root" || return 1
	for dir in /proc /sys /dev; do
		mount --rbind "$dir" "$root$dir" || return 1
	done
	for dir in /tmp "$T" "$ZOL_TOP" "${ZOL_BUILD%/*}"; do
		[[ $dir == /tmp/* ]] || mount --bind "$dir" "$root$dir" || return 1
	done
	for dir in /guest /var/lib/zolkit /var/cache/zolkit /run/zolkit /etc/zolkit /root; do
		[[ ${from[$dir]-} ]] || { from[$dir]=$T/own$dir && mkdir -p "$T/own$dir"; }
		mkdir -p "$root$dir" && mount --bind "${from[$dir]}" "$root$dir" || return 1
	done
	mkdir "$root/.old" && pivot_root "$root" "$root/.old" && cd / && umount -l /.old || return 1
	rmdir /.old
	chmod 700 /run/zolkit
	export HOME=/root PATH=$ZOL_BUILD:$PATH
	unset XDG_CONFIG_HOME ZOLKIT_CONFIG ZOLKIT_GUEST NO_COLOR NOCOLOR SUDO_UID GIT_CONFIG_GLOBAL
	conf_here=/etc/zolkit/zolkit.conf
	cd "$HOME" || return 1
}

guide_run() { # PAGE TEST
	local page=$1 test=$2 line command shown status
	"$guide" list "$page" "$test" >"$T/commands" || { ok "$page can be read" false; return 1; }
	while IFS= read -rd '' line && IFS= read -rd '' command && IFS= read -rd '' shown; do
		printf '%s\n' "$shown" >"$T/shown"
		bash -c "$command" </dev/null >"$T/got" 2>&1
		status=$?
		is "${page##*/}:$line: ${command//$'\n'/ }" "$status $("$guide" match "$T/shown" "$T/got")" '0 '
	done <"$T/commands"
}

guide_stage3() { # TREE
	local file
	"$ZOL_TOP/tests/lib/miniroot" "$1" || return 1
	mkdir -p "$1/etc/portage"
	echo 'Gentoo Base System release 2.18' >"$1/etc/gentoo-release"
	for file in inittab-gentoo-amd64 fstab-gentoo; do
		sed -n '/^@INPUT/,/^@/{/^@/d;p}' "$ZOL_TOP/tests/data/guest/$file.case" >"$1/etc/${file%%-*}"
	done
}

guide_repository() { # DIR
	local git=(git -C "$1" -c user.name=A -c user.email=a@example.org)
	mkdir -p "$1/module/zfs" "$1/include/sys"
	cat >"$1/module/zfs/txg.c" <<-'END'
		#include <sys/txg.h>
		int zfs_txg_timeout = 5;
		void
		txg_sync_thread(void *arg)
		{
			spa_sync(arg, zfs_txg_timeout);
		}
	END
	echo 'void spa_sync(void *spa, int txg);' >"$1/include/sys/txg.h"
	git init -q -b master "$1" && "${git[@]}" add -A && "${git[@]}" commit -qm 'Something of ZFS'
}

guide_host() {
	local stamp=${1:-$(date -u -d '2 days ago' +%Y%m%dT%H%M%SZ)} kernel
	# shellcheck source=tests/lib/stage-mirror.sh
	. "$ZOL_TOP/tests/lib/stage-mirror.sh"

	type -P gpg gpgv cscope ctags >/dev/null || skip_all 'no gpg, cscope or ctags'
	kernel=$("$ZOL_TOP/tests/lib/kconfig-tree" 6.1) || skip_all 'linux-source-6.1 is not installed'
	KEY=$T/key MIRROR=$T/mirror
	guide_stage3 "$T/tree" && "$MAKE" key "$KEY" >/dev/null && "$MAKE" build --mirror "$MIRROR" --key "$KEY" \
		--tree "$T/tree" --level 0 --stamp "$stamp" >/dev/null && serve "$MIRROR" || return 1
	guide_repository "$T/openzfs" || return 1
	git config --global "url.$T/openzfs.insteadOf" https://github.com/openzfs/zfs
	cat >"$conf_here" <<-END
		[stage]
		mirrors = $URL
		keyring = $KEY/release.asc
		keys =
		keys = $(<"$KEY/fingerprint")
		[kernel]
		source = $kernel
		base = tinyconfig
	END
	guide_conf
	gzip -dc "$ZOL_TOP/tests/data/flame/perf.data.gz" >perf.data
	gzip -dc "$ZOL_TOP/tests/data/flame/kallsyms.txt.gz" >kallsyms
}

# The file that the guide has one write.
guide_conf() {
	local file=$conf_here.d/devel.conf
	mkdir -p "$conf_here.d"
	"$guide" file "$ZOL_TOP/doc/guide.md" "$file" >"$file"
}
