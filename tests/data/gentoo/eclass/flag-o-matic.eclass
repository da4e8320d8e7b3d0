# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

# @ECLASS: flag-o-matic.eclass
# @MAINTAINER:
# nobody@example.org
# @SUPPORTED_EAPIS: 8
# @BLURB: test stand-in: edits of compiler flags
# @DESCRIPTION:
# Answers as Gentoo's own eclass of this name does, as far as the tests of the
# overlay need it.

if [[ -z ${_FLAG_O_MATIC_ECLASS} ]]; then
_FLAG_O_MATIC_ECLASS=1

inherit toolchain-funcs

# @FUNCTION: append-cppflags
# @USAGE: <flags>
# @DESCRIPTION:
# Appends to CPPFLAGS; the others of this kind to theirs.
append-cppflags() { export CPPFLAGS+=" $*"; }
append-cflags() { export CFLAGS+=" $*"; }
append-cxxflags() { export CXXFLAGS+=" $*"; }
append-ldflags() { export LDFLAGS+=" $*"; }
append-flags() { append-cflags "$@"; append-cxxflags "$@"; }

# @FUNCTION: filter-flags
# @USAGE: <patterns>
# @DESCRIPTION:
# Takes flags out.
filter-flags() {
	local var flag pattern kept keep

	for var in CFLAGS CXXFLAGS CPPFLAGS LDFLAGS; do
		kept=()
		for flag in ${!var}; do
			keep=1
			for pattern; do
				# shellcheck disable=SC2053 # a pattern it is
				[[ ${flag} == ${pattern} ]] && keep=
			done
			[[ -n ${keep} ]] && kept+=( "${flag}" )
		done
		export "${var}=${kept[*]}"
	done
}
filter-ldflags() { filter-flags "$@"; }
filter-lto() { filter-flags '-flto*'; }
strip-flags() { :; }
strip-unsupported-flags() { :; }
replace-flags() { :; }
is-flagq() { [[ " ${CFLAGS} " == *" $1 "* ]]; }
get-flag() { :; }
fi
