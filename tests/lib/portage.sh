# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Real Portage for tests. Portage and pkgcheck come from PyPI, pinned by hash, into build/portage;
# packages are built and merged into a Gentoo prefix that is a directory of the test's own, so
# that nothing of the host is read as configuration or written. The main repository "gentoo" is
# tests/data/gentoo with a package without content for each line of its packages.list, or the real
# one: GENTOO=DIR (make check-gentoo GENTOO=DIR).
#
#	portage_venv              the tools are there; skips the whole test when they cannot be
#	portage_env DIR [REPO]    a prefix below DIR with our overlay, or the repository REPO
#	portage_conf LINE...      appends lines to its make.conf
#	portage_run CMD...        a command in the prefix's environment
#	portage_emerge ARG...     emerge of one package or more, without dependencies being merged
#	portage_resolve ARG...    emerge --pretend with all dependencies
#	portage_vdb ATOM KEY      what the installed package's database says (DEPEND, CONTENTS, ...)
#	portage_var CPV NAME      a variable that its build left in the database
#	portage_whole             the main repository has all that ours depends on (GENTOO=DIR may be a part)
#	portage_log CPV           where the log of its last build is
#
# Variables: PORTAGE_VENV; after portage_env also EROOT (the prefix), GENTOO_MAIN (the main
# repository), PORTAGE_ENV (array: NAME=VALUE for portage_run; a test may append).

portage_venv_make() { # DIR
	local python=/usr/bin/python3 dir=$1

	[[ -x $python ]] || python=python3
	rm -rf "$dir.tmp" "$dir"
	"$python" -m venv "$dir.tmp" && "$dir.tmp/bin/pip" install --disable-pip-version-check -q --require-hashes \
		--only-binary :all: --no-deps -r "$ZOL_TOP/tests/lib/portage-requirements.txt" || return 1
	# Its scripts name the directory they were made in.
	grep -rlIZ --include='*' -e "$dir.tmp" "$dir.tmp/bin" "$dir.tmp/pyvenv.cfg" \
		"$dir.tmp/lib/portage" "$dir.tmp"/lib/python*/site-packages/portage |
		xargs -0 -r sed -i "s|$dir\.tmp|$dir|g"
	# The bytecode of the old names is no good; that of the new one is written once, here.
	find "$dir.tmp" -name __pycache__ -prune -exec rm -rf {} +
	mv "$dir.tmp" "$dir" && "$dir/bin/python" -m compileall -q "$dir/lib"/python*/site-packages/{portage,_emerge} >/dev/null
	cp "$ZOL_TOP/tests/lib/portage-requirements.txt" "$dir/installed"
}

# Status 1: they cannot be had; the reason is in $PORTAGE_VENV.log.
portage_venv_try() {
	local lock

	PORTAGE_VENV=$ZOL_TOP/build/portage
	mkdir -p "$ZOL_TOP/build"
	exec {lock}>"$PORTAGE_VENV.lock"
	flock "$lock"
	cmp -s "$ZOL_TOP/tests/lib/portage-requirements.txt" "$PORTAGE_VENV/installed" ||
		portage_venv_make "$PORTAGE_VENV" >"$PORTAGE_VENV.log" 2>&1
	local rc=$?
	exec {lock}>&-
	return "$rc"
}

portage_venv() {
	portage_venv_try || skip_all "no Portage: $(grep -iE 'error|no module' "$PORTAGE_VENV.log" | tail -n 1)"
}

# The main repository, into DIR.
portage_main_make() { # DIR
	local dir=$1 cpv slot cp name

	mkdir -p "$dir"
	cp -R "$ZOL_TOP/tests/data/gentoo/." "$dir/"
	while read -r cpv slot; do
		[[ $cpv == [a-z]* ]] || continue
		cp=${cpv%-*} name=${cp#*/}
		mkdir -p "$dir/$cp"
		cat >"$dir/$cp/${cpv#*/}.ebuild" <<-EOF
			EAPI=8
			DESCRIPTION="A package of the tests without content"
			HOMEPAGE="https://example.org/$name"
			S="\${WORKDIR}"
			LICENSE="GPL-2"
			SLOT="${slot:-0}"
			KEYWORDS="amd64"
			IUSE="$(sed -n "s|^$cp  *use: *||p" "$dir/iuse.list")"
		EOF
	done <"$dir/packages.list"
	mkdir -p "$dir/licenses"
	for name in CDDL GPL-2 GPL-2+ BSD BSD-2 MIT; do echo "$name" >"$dir/licenses/$name"; done
}

portage_repos_conf() { # NAME LOCATION...
	printf '[DEFAULT]\nmain-repo = gentoo\n\n'
	while (($#)); do
		printf '[%s]\nlocation = %s\nauto-sync = no\nsync-type = rsync\nsync-uri = rsync://127.0.0.1/none\n\n' "$1" "$2"
		shift 2
	done
}

# What Gentoo's own autotools.eclass and libtool.eclass find by the database or below the prefix, from the host.
portage_host_tools() { # DIR
	local dir=$1 cpv vdb guess

	for cpv in dev-build/automake-1.18.1:1.18 dev-build/autoconf-2.73:2.73; do
		vdb=$EROOT/var/db/pkg/${cpv%:*}
		mkdir -p "$vdb"
		echo dev-build >"$vdb/CATEGORY"
		basename "${cpv%:*}" >"$vdb/PF"
		echo "${cpv#*:}" >"$vdb/SLOT"
		echo 8 >"$vdb/EAPI"
	done
	mkdir -p "$EROOT/usr/share/gnuconfig"
	for guess in /usr/share/automake-*/config.guess /usr/share/misc/config.guess; do
		[[ ! -e $guess ]] || cp "${guess%.guess}".{guess,sub} "$EROOT/usr/share/gnuconfig/"
	done
	# eclasses ask pkg-config for directories: those of Gentoo, not of this machine
	mkdir -p "$dir/pkgconfig"
	printf '%s\n' 'Name: systemd' 'Description: directories' 'Version: 255' "systemdsystemunitdir=$EROOT/usr/lib/systemd/system" \
		"systemdsystempresetdir=$EROOT/usr/lib/systemd/system-preset" >"$dir/pkgconfig/systemd.pc"
	printf '%s\n' 'Name: udev' 'Description: directories' 'Version: 255' "udevdir=$EROOT/lib/udev" >"$dir/pkgconfig/udev.pc"
	command -v eltpatch >/dev/null || ln -sfn "$(type -P true)" "$dir/bin/eltpatch"
}

portage_env() { # DIR [OVERLAY]
	local dir=$1 overlay=${2:-$ZOL_TOP/overlay} user

	portage_venv
	EROOT=$dir/eroot
	GENTOO_MAIN=${GENTOO:-}
	if [[ -z $GENTOO_MAIN ]]; then
		GENTOO_MAIN=$dir/gentoo
		portage_main_make "$GENTOO_MAIN"
	fi
	user=$(id -un)
	mkdir -p "$EROOT"/etc/portage "$EROOT"/{usr/,}share/portage "$EROOT"/var/db/pkg "$dir"/{bin,home,tmp,distfiles,binpkgs}
	# Portage of a virtual environment looks below share/, any other one below usr/share/.
	ln -sfn "$PORTAGE_VENV/share/portage/config" "$EROOT/usr/share/portage/config"
	ln -sfn "$PORTAGE_VENV/share/portage/config" "$EROOT/share/portage/config"
	ln -sfn "$GENTOO_MAIN/profiles/default/linux/amd64/23.0" "$EROOT/etc/portage/make.profile"
	ln -sfn "$PORTAGE_VENV/bin/python" "$dir/bin/python"
	# GNU tar by the name that Portage from a wheel calls it.
	command -v gtar >/dev/null || ln -sfn "$(command -v tar)" "$dir/bin/gtar"
	portage_repos_conf gentoo "$GENTOO_MAIN" zolkit "$overlay" >"$EROOT/etc/portage/repos.conf"
	cat >"$EROOT/etc/portage/make.conf" <<-EOF
		CHOST="x86_64-pc-linux-gnu"
		DISTDIR="$dir/distfiles"
		PKGDIR="$dir/binpkgs"
		PORTAGE_TMPDIR="$dir/tmp"
		PORTAGE_USERNAME="$user"
		PORTAGE_GRPNAME="$(id -gn)"
		ACCEPT_KEYWORDS="~amd64"
		ACCEPT_LICENSE="*"
		MAKEOPTS="-j2"
		NOCOLOR="true"
		FEATURES="-sandbox -usersandbox -userpriv -userfetch -usersync -network-sandbox -ipc-sandbox"
		FEATURES="\${FEATURES} -pid-sandbox -mount-sandbox -qa-unresolved-soname-deps -news -merge-wait"
		CONFIG_PROTECT="$EROOT/etc"
	EOF
	[[ -z ${GENTOO:-} ]] || portage_host_tools "$dir"
	PORTAGE_ENV=(
		"PORTAGE_OVERRIDE_EPREFIX=$EROOT" "HOME=$dir/home" LC_ALL=C.UTF-8 TERM=dumb
		"PATH=$dir/bin:$EROOT/usr/bin:$PORTAGE_VENV/bin:/usr/sbin:/usr/bin:/sbin:/bin"
		"GIT_CONFIG_SYSTEM=$dir/gitconfig" "ZOL_TOP=$ZOL_TOP" "PKG_CONFIG_PATH=$dir/pkgconfig"
	)
}

portage_whole() { [[ -z ${GENTOO:-} || ( -d $GENTOO/sys-apps/baselayout && -d $GENTOO/app-misc/tmux ) ]]; }
portage_conf() { printf '%s\n' "$@" >>"$EROOT/etc/portage/make.conf"; }
portage_run() { env -i "${PORTAGE_ENV[@]}" "$@" </dev/null; }
portage_emerge() { portage_run emerge --oneshot --nodeps --quiet-build=n --color=n "$@"; }
portage_resolve() { portage_run emerge --pretend --verbose --color=n "$@"; }
portage_vdb() { cat "$EROOT/var/db/pkg/$1/$2"; }
portage_var() { # CPV NAME
	bzcat "$EROOT/var/db/pkg/$1/environment.bz2" | sed -nE "s/^declare (-[-a-zA-Z]+) $2=(.*)/\2/p" | head -n 1 |
		sed -e 's/^"//' -e 's/"$//'
}
portage_log() { echo "${EROOT%/eroot}/tmp/portage/$1/temp/build.log"; }
