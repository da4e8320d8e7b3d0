# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

# @ECLASS: distutils-r1.eclass
# @MAINTAINER:
# nobody@example.org
# @SUPPORTED_EAPIS: 8
# @BLURB: test stand-in: Python packages, of which a test has none
# @DESCRIPTION:
# Answers as Gentoo's own eclass of this name does, as far as the tests of the
# overlay need it.

if [[ -z ${_DISTUTILS_R1_ECLASS} ]]; then
_DISTUTILS_R1_ECLASS=1

IUSE="python_targets_python3_13"
PYTHON_DEPS="dev-lang/python:3.13"
PYTHON_REQUIRED_USE="python_targets_python3_13"
PYTHON_USEDEP="python_targets_python3_13(-)?"
if [[ -z ${DISTUTILS_OPTIONAL} ]]; then
	RDEPEND="${PYTHON_DEPS}"
fi

python_setup() { export EPYTHON=python3 PYTHON=/usr/bin/python3; }
python_foreach_impl() { python_setup; "$@"; }
distutils-r1_src_prepare() { :; }
distutils-r1_src_configure() { :; }
distutils-r1_src_compile() { :; }
distutils-r1_src_install() { :; }
distutils-r1_python_install() { :; }
python_fix_shebang() { :; }
python_optimize() { :; }
fi
