# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

# @ECLASS: udev.eclass
# @MAINTAINER:
# nobody@example.org
# @SUPPORTED_EAPIS: 8
# @BLURB: test stand-in: directories of rules
# @DESCRIPTION:
# Answers as Gentoo's own eclass of this name does, as far as the tests of the
# overlay need it.

if [[ -z ${_UDEV_ECLASS} ]]; then
_UDEV_ECLASS=1

# @FUNCTION: get_udevdir
# @USAGE:
# @DESCRIPTION:
# Where udev's files go, without EPREFIX.
get_udevdir() { echo /lib/udev; }
udev_get_udevdir() { get_udevdir; }
# @FUNCTION: udev_reload
# @USAGE:
# @DESCRIPTION:
# Nothing to reload in a test.
udev_reload() { :; }
udev_dorules() { ( insinto "$(get_udevdir)/rules.d"; doins "$@" ); }
fi
