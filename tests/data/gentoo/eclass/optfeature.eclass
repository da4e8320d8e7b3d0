# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

# @ECLASS: optfeature.eclass
# @MAINTAINER:
# nobody@example.org
# @SUPPORTED_EAPIS: 8
# @BLURB: test stand-in: packages that would be of use
# @DESCRIPTION:
# Answers as Gentoo's own eclass of this name does, as far as the tests of the
# overlay need it.

if [[ -z ${_OPTFEATURE_ECLASS} ]]; then
_OPTFEATURE_ECLASS=1

# @FUNCTION: optfeature
# @USAGE: <what for> <atoms>
# @DESCRIPTION:
# Tells of packages that are not installed.
optfeature() {
	local what=$1 atom

	shift
	for atom; do
		has_version "${atom}" || elog "  ${atom} for ${what}"
	done
}
fi
