# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

# @ECLASS: shell-completion.eclass
# @MAINTAINER:
# nobody@example.org
# @SUPPORTED_EAPIS: 8
# @BLURB: test stand-in: completions
# @DESCRIPTION:
# Answers as Gentoo's own eclass of this name does, as far as the tests of the
# overlay need it.

if [[ -z ${_SHELL_COMPLETION_ECLASS} ]]; then
_SHELL_COMPLETION_ECLASS=1

# @FUNCTION: get_bashcompdir
# @USAGE:
# @DESCRIPTION:
# Where completions go, with EPREFIX; the others of this kind too.
get_bashcompdir() { echo "${EPREFIX}/usr/share/bash-completion/completions"; }
get_bashhelpersdir() { echo "${EPREFIX}/usr/share/bash-completion/helpers"; }
get_zshcompdir() { echo "${EPREFIX}/usr/share/zsh/site-functions"; }
get_fishcompdir() { echo "${EPREFIX}/usr/share/fish/vendor_completions.d"; }
dobashcomp() { ( insopts -m 0644; insinto /usr/share/bash-completion/completions; doins "$@" ); }
newbashcomp() { ( insopts -m 0644; insinto /usr/share/bash-completion/completions; newins "$@" ); }
dozshcomp() { ( insopts -m 0644; insinto /usr/share/zsh/site-functions; doins "$@" ); }
dofishcomp() { ( insopts -m 0644; insinto /usr/share/fish/vendor_completions.d; doins "$@" ); }
bashcomp_alias() { :; }
fi
