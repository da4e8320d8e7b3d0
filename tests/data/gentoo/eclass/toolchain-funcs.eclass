# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

# @ECLASS: toolchain-funcs.eclass
# @MAINTAINER:
# nobody@example.org
# @SUPPORTED_EAPIS: 8
# @BLURB: test stand-in: names of the tools of the toolchain
# @DESCRIPTION:
# Answers as Gentoo's own eclass of this name does, as far as the tests of the
# overlay need it.

if [[ -z ${_TOOLCHAIN_FUNCS_ECLASS} ]]; then
_TOOLCHAIN_FUNCS_ECLASS=1

_tc-get() {
	local var=$1 prog=$2

	[[ -n ${!var} ]] || {
		type -P "${CHOST}-${prog}" >/dev/null && prog=${CHOST}-${prog}
		declare -gx "${var}=${prog}"
	}
	echo "${!var}"
}

# @FUNCTION: tc-getCC
# @USAGE:
# @DESCRIPTION:
# The C compiler; so do the others of this kind.
tc-getCC() { _tc-get CC gcc; }
tc-getCXX() { _tc-get CXX g++; }
tc-getLD() { _tc-get LD ld; }
tc-getAR() { _tc-get AR ar; }
tc-getNM() { _tc-get NM nm; }
tc-getOBJCOPY() { _tc-get OBJCOPY objcopy; }
tc-getSTRIP() { _tc-get STRIP strip; }
tc-getPKG_CONFIG() { _tc-get PKG_CONFIG pkg-config; }
tc-getBUILD_CC() { _tc-get BUILD_CC gcc; }

# @FUNCTION: tc-export
# @USAGE: <variables>
# @DESCRIPTION:
# Exports the named ones.
tc-export() {
	local var

	for var; do
		"tc-get${var}" >/dev/null || die "tc-export: no ${var}"
		export "${var?}"
	done
}

tc-is-gcc() { [[ $($(tc-getCC) -dM -E -x c - </dev/null) != *__clang__* ]]; }
tc-is-clang() { ! tc-is-gcc; }
tc-is-lto() { [[ ${CFLAGS} == *-flto* ]]; }
tc-is-cross-compiler() { [[ ${CBUILD:-${CHOST}} != "${CHOST}" ]]; }
tc-enables-pie() { return 0; }
gcc-major-version() { $(tc-getCC) -dumpversion | cut -d. -f1; }

# @FUNCTION: tc-arch-kernel
# @USAGE: [target]
# @DESCRIPTION:
# What the kernel calls the architecture.
tc-arch-kernel() {
	case ${1:-${CHOST}} in
	x86_64* | i?86*) echo x86 ;;
	aarch64*) echo arm64 ;;
	powerpc*) echo powerpc ;;
	riscv*) echo riscv ;;
	*) echo "${ARCH}" ;;
	esac
}

tc-arch() {
	case ${1:-${CHOST}} in
	x86_64*) echo amd64 ;;
	aarch64*) echo arm64 ;;
	*) echo "${ARCH}" ;;
	esac
}
fi
