# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

# @ECLASS: pam.eclass
# @MAINTAINER:
# nobody@example.org
# @SUPPORTED_EAPIS: 8
# @BLURB: test stand-in: directories of PAM
# @DESCRIPTION:
# Answers as Gentoo's own eclass of this name does, as far as the tests of the
# overlay need it.

if [[ -z ${_PAM_ECLASS} ]]; then
_PAM_ECLASS=1

# @FUNCTION: getpam_mod_dir
# @USAGE:
# @DESCRIPTION:
# Where PAM modules go.
getpam_mod_dir() { echo "/$(get_libdir)/security"; }
fi
