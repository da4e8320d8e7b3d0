#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sys-fs/zolkit by real Portage: the archive of make dist, built, merged, run, upgraded to the live
# version, merged into another root, asked for a guest, unmerged.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/stage-mirror.sh
. "$ZOL_TOP/tests/lib/stage-mirror.sh"
. "$ZOL_TOP/tests/lib/gitrepo.sh"
. "$ZOL_TOP/tests/lib/portage.sh"
. "$ZOL_TOP/tests/lib/overlay.sh"

version=$(<"$ZOL_TOP/VERSION")
archive=zolkit-$version.tar.xz

# --- the archive ---
mkdir "$T/src"
tar -c -C "$ZOL_TOP" --exclude=./build --exclude=./.git . | tar -x -C "$T/src"
git_repo "$T/src"
git_commit "$T/src" one
unset MAKEFLAGS MFLAGS MAKELEVEL CFLAGS LDFLAGS CPPFLAGS BUILD
make -s -C "$T/src" overlay-manifest >"$T/log" 2>&1 || diag "$(tail "$T/log")"
sum() { sha512sum <"$T/src/build/$archive" | cut -d' ' -f1; }
first=$(sum)
GIT_COMMITTER_DATE='2025-01-01T00:00:00Z' git_commit "$T/src" 'checksums'
make -s -C "$T/src" dist >/dev/null
is 'the archive is the same after a commit of its checksums' "$(sum)" "$first"
like 'which are those of the Manifest' "$(<"$T/src/overlay/sys-fs/zolkit/Manifest")" "^DIST $archive [0-9]+ BLAKE2B [0-9a-f]{128} SHA512 $first\$"
is 'it holds one directory' "$(tar -tJf "$T/src/build/$archive" | cut -d/ -f1 | sort -u)" "zolkit-$version"
is "nobody's" "$(tar -tvJf "$T/src/build/$archive" --numeric-owner | awk '{ print $2 }' | sort -u)" 0/0
echo '/* more */' >>"$T/src/helpers/cmd/main_zolkit.c"
GIT_COMMITTER_DATE='2025-01-01T00:00:00Z' git_commit "$T/src" 'more'
make -s -C "$T/src" dist >/dev/null
isnt 'another source is another archive' "$(sum)" "$first"
git -C "$T/src" reset -q --hard HEAD~1
make -s -C "$T/src" dist >/dev/null
is 'the version of the ebuild is that of the project' "$(cd "$ZOL_TOP/overlay/sys-fs/zolkit" && echo *.ebuild)" "zolkit-$version.ebuild zolkit-9999.ebuild"
ok 'whose ebuild is that of the live version' cmp "$ZOL_TOP/overlay/sys-fs/zolkit/"zolkit-{9999,"$version"}.ebuild

# Every library that the makefile asks for is a dependency.
declare -A provides=([libcurl]=net-misc/curl [libcrypto]=dev-libs/openssl [libarchive]=app-arch/libarchive [liblzma]=app-arch/xz-utils
	[libzstd]=app-arch/zstd [inih]=dev-libs/inih [jansson]=dev-libs/jansson [libgit2]=dev-libs/libgit2 [sqlite3]=dev-db/sqlite
	[libelf]=virtual/libelf [libdw]=dev-libs/elfutils [libkmod]=sys-apps/kmod [zlib]=sys-libs/zlib)
for lib in $(sed -n 's/^LIBS_PC := //p' "$ZOL_TOP/Makefile"); do
	grep -qE "^	${provides[$lib]:-nothing}([:[]|\$)" "$ZOL_TOP/overlay/sys-fs/zolkit/zolkit-9999.ebuild" || lacking+=" $lib"
done
is 'every library of the makefile is a dependency' "${lacking:-}" ''

# --- built and merged ---
overlay_copy "$T/up"
cp "$T/src/overlay/sys-fs/zolkit/Manifest" "$T/up/overlay/sys-fs/zolkit/"
portage_env "$T/p" "$T/up/overlay"
cp "$T/src/build/$archive" "$T/p/distfiles/"
portage_conf 'CFLAGS="-O0"' 'ACCEPT_KEYWORDS="**"' "FEATURES=\"\${FEATURES} buildpkg -buildpkg-live binpkg-multi-instance\"" \
	"zolkit_LIVE_REPO=\"$T/src\"" 'BINPKG_FORMAT="gpkg"'
if command -v ccache >/dev/null; then
	# The live version is the same code in another directory.
	PORTAGE_ENV+=("CC=ccache gcc" "CCACHE_DIR=${CCACHE_DIR:-$T/ccache}" CCACHE_NOHASHDIR=1)
fi
run portage_emerge "=sys-fs/zolkit-$version"
is 'the archive is built and merged' "$status" 0 || diag "$(tail -n 30 "$T/.out")"
unlike 'without a complaint of Portage' "$out$err" 'QA Notice'
like 'that says how to go on' "$out" 'emerge --config sys-fs/zolkit'
like 'and what is of use besides' "$out" 'dev-util/cscope for indexes'
is 'it runs' "$("$EROOT/usr/bin/zolkit" --version)" "zolkit $version"
like 'finds its other programs' "$("$EROOT/usr/bin/zolkit" stage --help)" 'Usage: zolkit .*stage <action>'
like 'its data' "$("$EROOT/usr/bin/zolkit" kernel fragments)" 'boot9p +[0-9]+'
is 'its configuration' "$("$EROOT/usr/bin/zolkit" config show --verbose 2>&1 | grep -c "$EROOT/etc/zolkit")" \
	"$("$EROOT/usr/bin/zolkit" config show --verbose 2>&1 | grep -c "/etc/zolkit")"
for f in usr/libexec/zolkit/zolkit-{agent,stage,vm} usr/share/man/man8/zolkit-vm.8* usr/share/man/man5/{zolkit.conf,{zfs-live,zolkit-kernel}.eclass}.5* \
	usr/share/bash-completion/completions/zolkit usr/share/zsh/site-functions/_zolkit \
	usr/share/fish/vendor_completions.d/zolkit.fish usr/share/eselect/modules/zolkit.eselect etc/zolkit/zolkit.conf \
	etc/init.d/zolkit etc/conf.d/zolkit usr/lib/tmpfiles.d/zolkit.conf; do
	# shellcheck disable=SC2086 # Portage compresses manual pages
	[[ -s $(echo "$EROOT"/$f) ]] || absent+=" $f"
done
is 'all its files are there' "${absent:-}" ''
# Gentoo's eclass asks the host's systemd where units go.
is 'and a unit' "$(cd "$EROOT" && find usr/lib lib -name zolkit@.service 2>/dev/null | grep -c '/systemd/system/')" 1
ok 'the service can be run' test -x "$EROOT/etc/init.d/zolkit" -a ! -x "$EROOT/etc/conf.d/zolkit"
ok 'it is POSIX shell' sh -n "$EROOT/etc/init.d/zolkit"
ok 'there is a place for its state' test -d "$EROOT/var/lib/zolkit"
is 'nothing of it is in /usr/local, /run or /var/cache' \
	"$(grep -oE "^[a-z]+ $EROOT/(usr/local|run|var/cache)" "$EROOT/var/db/pkg/sys-fs/zolkit-$version/CONTENTS")" ''
like 'programs are stripped' "$(file -b "$EROOT/usr/bin/zolkit" 2>/dev/null || readelf -S "$EROOT/usr/bin/zolkit" | grep -q '\.symtab' || echo ', stripped')" ', stripped'

# The service does what it says: with openrc-run's functions played by the shell.
service() { # NAME FUNCTION
	(
		cd "$T" && mkdir -p calls && : >calls/log
		# shellcheck disable=SC2016 # for the inner shell
		sed "s|/usr/bin/zolkit|$T/calls/zolkit|" "$EROOT/etc/init.d/zolkit" >calls/service
		printf '#!/bin/sh\necho "$*" >>%s\n' "$T/calls/log" >calls/zolkit
		chmod +x calls/zolkit
		RC_SVCNAME=$1 ZOLKIT_START_OPTS='--smp 2' sh -c 'ebegin() { :; }; eend() { return $1; }; . ./calls/service; "$1"' sh "$2"
		cat calls/log
	)
}
is 'the service boots the configured guest' "$(service zolkit start)" 'vm start --smp 2'
is 'and others by their names' "$(service zolkit.try stop)" '-g try vm stop'

# --- a guest, made by the helpers ---
mkdir -p "$T"/tree/{bin,sbin,etc}
printf 'root:x:0:0:root:/root:/bin/bash\n' >"$T/tree/etc/passwd"
printf 'root:x:0:\n' >"$T/tree/etc/group"
printf 'root::10770:0:::::\n' >"$T/tree/etc/shadow"
printf 'id:3:initdefault:\n#s0:12345:respawn:/sbin/agetty -L 115200 ttyS0 vt100\n' >"$T/tree/etc/inittab"
install -m755 /dev/null "$T/tree/sbin/agetty"
install -m755 /dev/null "$T/tree/sbin/init"
install -m755 /dev/null "$T/tree/sbin/openrc-run"
if ((EUID == 0)) && type -P gpg gpgv >/dev/null && mirror_make; then
	cp "$EROOT/etc/zolkit/zolkit.conf" "$T/conf.shipped"
	cat >"$EROOT/etc/zolkit/zolkit.conf" <<-EOF
		[paths]
		guests = $T/guest
		state = $T/state
		cache = $T/cache
		run = $T/run
		[guest]
		name = first
		[stage]
		mirrors = file://$MIRROR
		variant = openrc
		arch = amd64
		keyring = $KEY/release.asc
		keys =
		keys = $(<"$KEY/fingerprint")
	EOF
	run portage_run emerge --config --color=n sys-fs/zolkit
	is 'emerge --config creates the guest' "$status" 0 || diag "$out" "$err"
	ok 'from a verified stage3' cmp "$T/guest/first/etc/gentoo-release" "$T/tree/etc/gentoo-release"
	like 'and says how to go on' "$out" 'Guest first is ready\.  Continue with: zolkit up'
	before=$(cd "$T/guest" && find . -printf '%p %T@\n' | sort)
	run portage_run emerge --config --color=n sys-fs/zolkit
	is 'again, it leaves the guest as it is' "$status:$(cd "$T/guest" && find . -printf '%p %T@\n' | sort)" "0:$before"
	echo 'nonsense' >>"$EROOT/etc/zolkit/zolkit.conf"
	run portage_run emerge --config --color=n sys-fs/zolkit
	isnt 'a wrong configuration fails' "$status" 0
	like 'by name' "$out$err" 'zolkit\.conf is not right'
else
	skip 'emerge --config creates the guest' 'needs root and gpg'
fi

# --- another root ---
run portage_run env "ROOT=$T/root" emerge --oneshot --nodeps --usepkgonly --color=n "=sys-fs/zolkit-$version"
is 'a binary package goes into another root' "$status" 0 || diag "$(tail -n 20 "$T/.out" "$T/.err")"
ok 'with all its files' test -x "$T/root$EROOT/usr/bin/zolkit" -a -s "$T/root$EROOT/usr/lib/tmpfiles.d/zolkit.conf"
run portage_run env "ROOT=$T/root" emerge --config --color=n sys-fs/zolkit
isnt 'where no guest is created' "$status" 0
like 'and which is said' "$out$err" 'not below ROOT'

# --- upgraded ---
echo '# mine' >>"$EROOT/etc/zolkit/zolkit.conf"
edited=$(sha256sum <"$EROOT/etc/zolkit/zolkit.conf")
run portage_emerge '=sys-fs/zolkit-9999'
is 'the live version takes its place' "$status:$(cd "$EROOT/var/db/pkg/sys-fs" && echo zolkit-*)" 0:zolkit-9999 || diag "$(tail -n 30 "$T/.out")"
unlike 'says nothing twice' "$out" 'emerge --config sys-fs/zolkit'
is 'and which commit it is' "$(portage_var sys-fs/zolkit-9999 EGIT_VERSION)" "$(git -C "$T/src" rev-parse HEAD)"
is "the user's configuration is as it was" "$(sha256sum <"$EROOT/etc/zolkit/zolkit.conf")" "$edited"
ok 'the new one lies beside' test -s "$EROOT/etc/zolkit/._cfg0000_zolkit.conf"
begin=$(find "$EROOT/etc" "$EROOT/usr" "$EROOT/var/lib/zolkit" -printf '%p %T@\n' | sort)
run portage_run ebuild "$EROOT/var/db/pkg/sys-fs/zolkit-9999/zolkit-9999.ebuild" postinst
is 'pkg_postinst can run again and changes nothing' \
	"$status:$(find "$EROOT/etc" "$EROOT/usr" "$EROOT/var/lib/zolkit" -printf '%p %T@\n' | sort)" "0:$begin"

# --- unmerged ---
run portage_run emerge --unmerge --color=n sys-fs/zolkit
is 'it can be unmerged' "$status" 0
# usr/share/gnuconfig is of those that a real main repository brings
is "nothing remains but the user's" "$(cd "$EROOT" && find etc/zolkit etc/init.d etc/conf.d usr/bin usr/libexec usr/share/[!p]* \
	usr/lib var/lib/zolkit ! -type d ! -path "usr/share/gnuconfig/*" 2>/dev/null | sort)" 'etc/zolkit/._cfg0000_zolkit.conf
etc/zolkit/zolkit.conf'
done_testing
