# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

# @ECLASS: git-r3.eclass
# @MAINTAINER:
# nobody@example.org
# @SUPPORTED_EAPIS: 8
# @BLURB: test stand-in: sources from git
# @DESCRIPTION:
# Answers as Gentoo's own eclass of this name does, as far as the tests of the
# overlay need it.

case ${EAPI} in
	7|8|9) ;;
	*) die "${ECLASS}: EAPI ${EAPI:-0} not supported" ;;
esac

if [[ -z ${_GIT_R3_ECLASS} ]]; then
_GIT_R3_ECLASS=1

PROPERTIES+=" live"
BDEPEND=">=dev-vcs/git-1.8.2.1[curl]"

# @ECLASS_VARIABLE: EGIT_REPO_URI
# @REQUIRED
# @DESCRIPTION:
# Where the repository is; EGIT_BRANCH, EGIT_COMMIT and EGIT_COMMIT_DATE choose
# what of it, EGIT_CHECKOUT_DIR (${WORKDIR}/${P}) where it goes.

_git-r3_env() {
	local prefix=${PN//[-+]/_} var live

	[[ ${prefix} == [0-9]* ]] && prefix=_${prefix}
	for var in REPO BRANCH COMMIT COMMIT_DATE; do
		live=${prefix}_LIVE_${var}
		[[ -n ${!live} ]] || continue
		[[ ${EAPI} == 9 ]] && die "Using ${live} is not supported"
		ewarn "Using ${live}, no support will be provided"
		if [[ ${var} == REPO ]]; then
			EGIT_REPO_URI=${!live}
		else
			declare -g "EGIT_${var}=${!live}"
		fi
	done
	[[ -n ${EGIT_REPO_URI} ]] || die "EGIT_REPO_URI must be set"
	: "${EGIT3_STORE_DIR:=${PORTAGE_ACTUAL_DISTDIR:-${DISTDIR}}/git3-src}"
}

_git-r3_store() {
	local name=${1#*://*/}

	name=${name%.git}
	echo "${EGIT3_STORE_DIR}/${name//\//_}.git"
}

# @FUNCTION: git-r3_fetch
# @USAGE: [repo-uri [remote-ref]]
# @DESCRIPTION:
# Brings the branch, and the commit when one is asked for, into the store.
git-r3_fetch() {
	_git-r3_env
	local uri=${1:-${EGIT_REPO_URI%%[[:space:]]*}} ref=${2:-HEAD} store

	store=$(_git-r3_store "${uri}")
	[[ -n ${EGIT_BRANCH} && -z $2 ]] && ref=refs/heads/${EGIT_BRANCH}
	if [[ ! -d ${store} ]]; then
		addwrite "${EGIT3_STORE_DIR%/*}"
		mkdir -p "${EGIT3_STORE_DIR}" || die
		git init -q --bare "${store}" || die
	fi
	addwrite "${EGIT3_STORE_DIR}"
	einfo "Fetching ${uri} ..."
	[[ -n ${EVCS_OFFLINE} ]] ||
		git --git-dir="${store}" fetch -q --force "${uri}" \
			"${ref}:refs/git-r3/${CATEGORY}/${PN}/${SLOT%/*}/__main__" ||
		die "Unable to fetch from any of EGIT_REPO_URI"
	if [[ -n ${EGIT_COMMIT} ]]; then
		[[ ${EGIT_COMMIT} == refs/* ]] && ref=+${EGIT_COMMIT}:${EGIT_COMMIT} || ref=${EGIT_COMMIT}
		git --git-dir="${store}" cat-file -e "${EGIT_COMMIT}^{commit}" 2>/dev/null ||
			git --git-dir="${store}" fetch -q "${uri}" "${ref}" ||
			die "Unable to fetch ${EGIT_COMMIT}"
	fi
}

# @FUNCTION: git-r3_checkout
# @USAGE: [repo-uri [checkout-path [local-id [path...]]]]
# @DESCRIPTION:
# Checks it out and exports EGIT_VERSION.
git-r3_checkout() {
	_git-r3_env
	local uri=${1:-${EGIT_REPO_URI%%[[:space:]]*}} store want
	local dir=${2:-${EGIT_CHECKOUT_DIR:-${WORKDIR}/${P}}}

	store=$(_git-r3_store "${uri}")
	want=${EGIT_COMMIT:-refs/git-r3/${CATEGORY}/${PN}/${SLOT%/*}/__main__}
	if [[ -n ${EGIT_COMMIT_DATE} ]]; then
		want=$(git --git-dir="${store}" rev-list --max-count=1 --first-parent \
			--before="${EGIT_COMMIT_DATE}" "${want}") || die
		[[ -n ${want} ]] || die "no commit before ${EGIT_COMMIT_DATE}"
	fi
	einfo "Checking out ${uri} to ${dir} ..."
	git clone -q --no-checkout --shared "${store}" "${dir}" || die
	EGIT_VERSION=$(git --git-dir="${store}" rev-parse "${want}^{commit}") || die
	if [[ -n $4 ]]; then
		git -C "${dir}" checkout -q "${EGIT_VERSION}" -- "${@:4}" || die
	else
		git -C "${dir}" checkout -q --detach "${EGIT_VERSION}" || die
	fi
	EGIT_DIR=${dir}/.git
	export EGIT_DIR EGIT_VERSION EGIT_BRANCH EGIT_REPO_URI
	einfo "Checked out ${EGIT_VERSION}"
}

# @FUNCTION: git-r3_src_unpack
# @USAGE:
# @DESCRIPTION:
# Both.
git-r3_src_unpack() {
	git-r3_fetch
	git-r3_checkout
}
fi

EXPORT_FUNCTIONS src_unpack
