# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

# @ECLASS: multiprocessing.eclass
# @MAINTAINER:
# nobody@example.org
# @SUPPORTED_EAPIS: 8
# @BLURB: test stand-in: numbers of jobs
# @DESCRIPTION:
# Answers as Gentoo's own eclass of this name does, as far as the tests of the
# overlay need it.

if [[ -z ${_MULTIPROCESSING_ECLASS} ]]; then
_MULTIPROCESSING_ECLASS=1

# @FUNCTION: get_nproc
# @USAGE: [fallback]
# @DESCRIPTION:
# How many processors there are.
get_nproc() { nproc 2>/dev/null || echo "${1:-1}"; }

# @FUNCTION: makeopts_jobs
# @USAGE: [options] [unlimited]
# @DESCRIPTION:
# The number after -j.
makeopts_jobs() {
	local opts=" ${1:-${MAKEOPTS}} " jobs

	jobs=$(sed -nE 's/.*[[:space:]](-j|--jobs[= ])[[:space:]]*([0-9]+)[[:space:]].*/\2/p' <<<"${opts}")
	echo "${jobs:-1}"
}
get_makeopts_jobs() { makeopts_jobs "${MAKEOPTS}"; }
fi
