#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sys-kernel/spl-9999 says at once, not after minutes of configure, that the kernel is none for it.
# shellcheck disable=SC2016,SC2154
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/gitrepo.sh
. "$ZOL_TOP/tests/lib/gitrepo.sh"
# shellcheck source=tests/lib/portage.sh
. "$ZOL_TOP/tests/lib/portage.sh"

cp -rL "$ZOL_TOP/overlay" "$T/ov"
portage_env "$T/p" "$T/ov"
git_repo "$T/spl"
echo 'Version: 0.7.13' >"$T/spl/META"
git_commit "$T/spl" one
kernel() { # MAJOR MINOR
	mkdir -p "$T/kernel/include/config"
	printf 'VERSION = %s\nPATCHLEVEL = %s\nSUBLEVEL = 0\nEXTRAVERSION = -tests\n' "$1" "$2" >"$T/kernel/Makefile"
	printf 'CONFIG_%s=y\n' MODULES KALLSYMS ZLIB_DEFLATE ZLIB_INFLATE >"$T/kernel/.config"
	echo "$1.$2.0-tests" >"$T/kernel/include/config/kernel.release"
	touch "$T/kernel/Module.symvers"
	# Gentoo's own eclass asks whether it runs here.
	mkdir -p "$T/kernel/scripts/mod"
	ln -sf "$(type -P true)" "$T/kernel/scripts/mod/modpost"
}
portage_conf 'ACCEPT_KEYWORDS="**"' "spl_LIVE_REPO=\"$T/spl\"" 'spl_LIVE_BRANCH="master"' "KERNEL_DIR=\"$T/kernel\""
setup() { run portage_run "$@" ebuild "$T/ov/sys-kernel/spl/spl-9999.ebuild" clean setup && out+=$err; }

kernel 5 1
setup env
isnt 'a kernel that is too new is refused' "$status" 0
like 'with the range' "$out$err" 'SPL 0.7 needs a kernel from 2.6.32 to 5.0, not 5.1.0-tests'
like 'and what to do' "$out$err" 'sys-fs/zfs builds it'
setup env SPL_KERNEL_ANY=1
is 'unless the branch knows it' "$status" 0 || diag "$(tail -n 20 <<<"$out")"
kernel 5 0
setup env
is 'the last one that it knows is good' "$status" 0 || diag "$(tail -n 20 <<<"$out")"
done_testing
