# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

# @ECLASS: autotools.eclass
# @MAINTAINER:
# nobody@example.org
# @SUPPORTED_EAPIS: 8
# @BLURB: test stand-in: autoreconf
# @DESCRIPTION:
# Answers as Gentoo's own eclass of this name does, as far as the tests of the
# overlay need it.

if [[ -z ${_AUTOTOOLS_ECLASS} ]]; then
_AUTOTOOLS_ECLASS=1

BDEPEND="
	>=dev-build/autoconf-2.72
	>=dev-build/automake-1.17
	>=dev-build/libtool-2.4.7
"

# @FUNCTION: eautoreconf
# @USAGE:
# @DESCRIPTION:
# Runs autoreconf in the working directory.
eautoreconf() {
	autoreconf --force --install || die "autoreconf failed"
}
eaclocal() { aclocal "$@" || die "aclocal failed"; }
eautoconf() { autoconf "$@" || die "autoconf failed"; }
eautomake() { automake --add-missing --copy "$@" || die "automake failed"; }
elibtoolize() { :; }
fi
