# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

# @ECLASS: systemd.eclass
# @MAINTAINER:
# nobody@example.org
# @SUPPORTED_EAPIS: 8
# @BLURB: test stand-in: directories of units
# @DESCRIPTION:
# Answers as Gentoo's own eclass of this name does, as far as the tests of the
# overlay need it.

if [[ -z ${_SYSTEMD_ECLASS} ]]; then
_SYSTEMD_ECLASS=1

# @FUNCTION: systemd_get_systemunitdir
# @USAGE:
# @DESCRIPTION:
# Where units go, with EPREFIX; so the others.
systemd_get_systemunitdir() { echo "${EPREFIX}/usr/lib/systemd/system"; }
systemd_get_utildir() { echo "${EPREFIX}/usr/lib/systemd"; }
systemd_get_modulesloaddir() { echo "${EPREFIX}/usr/lib/modules-load.d"; }
systemd_get_systempresetdir() { echo "${EPREFIX}/usr/lib/systemd/system-preset"; }
systemd_get_systemgeneratordir() { echo "${EPREFIX}/usr/lib/systemd/system-generators"; }

# @FUNCTION: systemd_dounit
# @USAGE: <units>
# @DESCRIPTION:
# Installs units.
systemd_dounit() {
	(
		insopts -m 0644
		insinto /usr/lib/systemd/system
		doins "$@"
	)
}
systemd_newunit() {
	(
		insopts -m 0644
		insinto /usr/lib/systemd/system
		newins "$@"
	)
}
systemd_reenable() { :; }
fi
