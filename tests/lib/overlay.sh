# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The overlay as a repository of its own, for tests.
#
#	overlay_copy DIR    what Portage reads of the checkout, into DIR

overlay_copy() { # DIR
	mkdir -p "$1"
	tar -c -C "$ZOL_TOP" overlay eclass metadata profiles sets sets.conf sys-fs sys-kernel |
		tar -x -C "$1"
}
