# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

# @ECLASS: usr-ldscript.eclass
# @MAINTAINER:
# nobody@example.org
# @SUPPORTED_EAPIS: 8
# @BLURB: test stand-in: libraries of the root file system
# @DESCRIPTION:
# Answers as Gentoo's own eclass of this name does, as far as the tests of the
# overlay need it.

if [[ -z ${_USR_LDSCRIPT_ECLASS} ]]; then
_USR_LDSCRIPT_ECLASS=1

IUSE="split-usr"

# @FUNCTION: gen_usr_ldscript
# @USAGE: [-a] <libraries>
# @DESCRIPTION:
# Nothing to do on a merged /usr.
gen_usr_ldscript() { :; }
fi
