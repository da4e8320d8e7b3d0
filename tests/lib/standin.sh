# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A small but true stage3 stand-in and the world around it, for the demo and the tests under QEMU:
# a Debian root with sysvinit, bash and python3, described and signed exactly as Gentoo's stage3s
# are, served by a real HTTP server on loopback. Everything lives below one directory ($1 of
# standin_make) and is made once.
#
#	standin_make DIR      the stand-in, its key and mirror; DIR/mirror, DIR/key
#	standin_serve DIR     starts the server; sets STANDIN_URL; ended by standin_end
#	standin_conf DIR      DIR/zolkit.conf, with all paths below DIR
#	standin_end           stops the server

# shellcheck source=tests/lib/debian.sh
. "$ZOL_TOP/tests/lib/debian.sh"

STANDIN_PACKAGES=sysvinit-core,bash,passwd,python3-minimal,kmod,procps,mount,util-linux,iproute2

standin_root() { # TAR
	local log=$1.log sources

	# All of it from where the host has its packages: what is installed later has to agree with it.
	sources=$(debian_sources) || { echo "the host's apt has no bookworm configured" >&2; return 1; }
	mmdebstrap --mode=auto --variant=essential --include="$STANDIN_PACKAGES" \
		--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		bookworm "$1.tmp.tar" - <<<"$sources" >"$log" 2>&1 || { tail -n 5 "$log" >&2; return 1; }
	mv "$1.tmp.tar" "$1"
}

standin_make() { # DIR
	local dir=$1 make=$ZOL_TOP/tests/lib/stage3-make

	[ -e "$dir/mirror/done" ] && return 0
	mkdir -p "$dir"
	[ -s "$dir/root.tar" ] || standin_root "$dir/root.tar" || return 1
	"$make" key "$dir/key" >/dev/null || return 1
	"$make" build --mirror "$dir/mirror" --key "$dir/key" --tar "$dir/root.tar" >/dev/null || return 1
	rm -f "$dir/root.tar"
	: >"$dir/mirror/done"
}

standin_serve() { # DIR
	local port

	mkfifo "$1/port.$$" || return 1
	"$ZOL_TOP/tests/lib/httpd.py" --die-with-parent --log "$1/httpd.log" "$1/mirror" >"$1/port.$$" &
	STANDIN_PID=$!
	read -r port <"$1/port.$$"
	rm -f "$1/port.$$"
	[ -n "$port" ] || return 1
	STANDIN_URL=http://127.0.0.1:$port
}

standin_end() {
	[ -z "${STANDIN_PID:-}" ] || kill "$STANDIN_PID" 2>/dev/null
	STANDIN_PID=
}

standin_conf() { # DIR [LINE...]: further lines go at the end
	local dir=$1
	shift
	cat >"$dir/zolkit.conf" <<-EOF
		[paths]
		guests = $dir/guest
		state = $dir/state
		cache = $dir/cache
		run = $dir/run

		[stage]
		mirrors = $STANDIN_URL
		keyring = $dir/key/release.asc
		keys =
		keys = $(cat "$dir/key/fingerprint")

		[kernel]
		base = tinyconfig
		fragments =
		fragments = boot9p virtiofs guest zfs
		localversion = -zolkit

		[vm]
		memory = 1G
		smp = 2
	EOF
	[ $# -eq 0 ] || printf '%s\n' "$@" >>"$dir/zolkit.conf"
}

# The kernel source that the host's packages bring, as a tarball: newest last in version order.
standin_kernel_source() {
	find /usr/src -maxdepth 1 -name 'linux-source-6*.tar.xz' 2>/dev/null | sort -V | head -n 1
}
