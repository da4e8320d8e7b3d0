# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

EAPI=8

inherit zolkit-kernel

DESCRIPTION="Linux kernel of a guest, from a checkout or installed sources"
HOMEPAGE="https://www.kernel.org/"
