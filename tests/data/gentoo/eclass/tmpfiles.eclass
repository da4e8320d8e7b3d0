# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

# @ECLASS: tmpfiles.eclass
# @MAINTAINER:
# nobody@example.org
# @SUPPORTED_EAPIS: 8
# @BLURB: test stand-in: tmpfiles.d
# @DESCRIPTION:
# Answers as Gentoo's own eclass of this name does, as far as the tests of the
# overlay need it.

if [[ -z ${_TMPFILES_ECLASS} ]]; then
_TMPFILES_ECLASS=1

RDEPEND="virtual/tmpfiles"

# @FUNCTION: dotmpfiles
# @USAGE: <files>
# @DESCRIPTION:
# Installs files for tmpfiles.d.
dotmpfiles() {
	(
		insopts -m 0644
		insinto /usr/lib/tmpfiles.d
		doins "$@"
	)
}
newtmpfiles() {
	(
		insopts -m 0644
		insinto /usr/lib/tmpfiles.d
		newins "$@"
	)
}

# @FUNCTION: tmpfiles_process
# @USAGE: <names>
# @DESCRIPTION:
# Makes what the files say, where there is a program for it.
tmpfiles_process() {
	[[ ${EBUILD_PHASE} == postinst ]] || die "${FUNCNAME}: only in pkg_postinst"
	local name

	for name; do
		[[ -e ${EROOT}/usr/lib/tmpfiles.d/${name} ]] || die "${FUNCNAME}: no ${name}"
		if type -P systemd-tmpfiles >/dev/null; then
			systemd-tmpfiles --create --root="${EROOT:-/}" "${name}" || return 1
		fi
	done
}
fi
