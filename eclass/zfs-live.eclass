# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

# @ECLASS: zfs-live.eclass
# @MAINTAINER:
# The zolkit developers <zolkit@example.org>
# @AUTHOR:
# The zolkit developers <zolkit@example.org>
# @SUPPORTED_EAPIS: 8
# @PROVIDES: git-r3
# @BLURB: live ebuilds of ZFS from a developer's own checkout, rebuilt incrementally
# @DESCRIPTION:
# Which repository, branch and commit a live package is built from is said by
# the variables that the ZFSOnLinux Development Guide made known:
# zfs_LIVE_REPO, zfs_LIVE_BRANCH, zfs_LIVE_COMMIT and zfs_LIVE_COMMIT_DATE, and
# the same with spl_.  They are set in make.conf, the environment or
# package.env; the eclass hands them to git-r3.eclass by the names that it
# knows, checks that what they name is there, and makes a repository of another
# user readable to git.
#
# With ZFS_LIVE_INCREMENTAL the package is not built from nothing each time.  A
# build tree is kept for each package, release of its code, kernel and set of
# options; it is brought to the commit by touching only what differs.
# autoreconf and configure run only when something changed that they depend on,
# make does the rest, and installing and merging are as always.  After an error
# in the sources make goes on from where it was.  Whatever looks suspicious (a
# build that ended otherwise, another version of the ebuild, a file that nobody
# knows) leads to a clean tree.
#
# The work is done by the zolkit program (sys-fs/zolkit).  Without it packages
# are built as by any other live ebuild, with a warning.
# @EXAMPLE:
# @CODE
# # /etc/portage/make.conf: the branch "feature" of a checkout
# zfs_LIVE_REPO="/mnt/code/zfs"
# zfs_LIVE_BRANCH="feature"
# ZFS_LIVE_INCREMENTAL="yes"
# @CODE
#
# @CODE
# # an ebuild
# inherit autotools linux-mod-r1 zfs-live
# EGIT_REPO_URI="https://github.com/openzfs/zfs.git"
#
# pkg_setup() { linux-mod-r1_pkg_setup; zfs-live_pkg_setup; }
# src_configure() { zfs-live_configure --with-linux="${KV_DIR}"; }
# src_compile() { zfs-live_make "${MODULES_MAKEARGS[@]}"; }
# src_install() {
#     emake "${MODULES_MAKEARGS[@]}" DESTDIR="${D}" INSTALL_MOD_PATH="${ED}" install
#     zfs-live_install_done
# }
# @CODE

case ${EAPI} in
	8) ;;
	*) die "${ECLASS}: EAPI ${EAPI:-0} not supported" ;;
esac

if [[ -z ${_ZFS_LIVE_ECLASS} ]]; then
_ZFS_LIVE_ECLASS=1

inherit autotools git-r3 toolchain-funcs

# @ECLASS_VARIABLE: zfs_LIVE_REPO
# @USER_VARIABLE
# @DEFAULT_UNSET
# @DESCRIPTION:
# The repository that sys-fs/zfs is built from: a directory or a URL.  The
# ebuild's own EGIT_REPO_URI when empty.

# @ECLASS_VARIABLE: zfs_LIVE_BRANCH
# @USER_VARIABLE
# @DEFAULT_UNSET
# @DESCRIPTION:
# The branch; that of the repository's HEAD when empty.

# @ECLASS_VARIABLE: zfs_LIVE_COMMIT
# @USER_VARIABLE
# @DEFAULT_UNSET
# @DESCRIPTION:
# A commit by its id, or a tag.  In a local repository it may be one that is on
# no branch but has a ref, as "zolkit src snapshot" makes them.

# @ECLASS_VARIABLE: zfs_LIVE_COMMIT_DATE
# @USER_VARIABLE
# @DEFAULT_UNSET
# @DESCRIPTION:
# The last commit of the branch before this date.

# @ECLASS_VARIABLE: spl_LIVE_REPO
# @USER_VARIABLE
# @DEFAULT_UNSET
# @DESCRIPTION:
# As zfs_LIVE_REPO, for sys-kernel/spl.

# @ECLASS_VARIABLE: spl_LIVE_BRANCH
# @USER_VARIABLE
# @DEFAULT_UNSET
# @DESCRIPTION:
# As zfs_LIVE_BRANCH, for sys-kernel/spl.

# @ECLASS_VARIABLE: spl_LIVE_COMMIT
# @USER_VARIABLE
# @DEFAULT_UNSET
# @DESCRIPTION:
# As zfs_LIVE_COMMIT, for sys-kernel/spl.

# @ECLASS_VARIABLE: spl_LIVE_COMMIT_DATE
# @USER_VARIABLE
# @DEFAULT_UNSET
# @DESCRIPTION:
# As zfs_LIVE_COMMIT_DATE, for sys-kernel/spl.

# @ECLASS_VARIABLE: ZFS_LIVE_INCREMENTAL
# @USER_VARIABLE
# @DEFAULT_UNSET
# @DESCRIPTION:
# If set, and not to "no" or "0", build trees are kept and built on.

# @ECLASS_VARIABLE: ZFS_LIVE_CACHE
# @USER_VARIABLE
# @DESCRIPTION:
# Where the build trees are kept.  A tree of ZFS takes about one gigabyte.
: "${ZFS_LIVE_CACHE:=/var/cache/zolkit/live}"

# @ECLASS_VARIABLE: ZFS_LIVE_RECIPE
# @DEFAULT_UNSET
# @PRE_INHERIT
# @DESCRIPTION:
# An array of further words that make a kept build tree useless when they
# change.  The ebuild, this eclass, Portage's settings of the compiler and the
# compiler itself are always among them.

# @ECLASS_VARIABLE: ZFS_LIVE_KERNEL_CHECK
# @DEFAULT_UNSET
# @PRE_INHERIT
# @DESCRIPTION:
# What the kernel's configuration must have, in the words of CONFIG_CHECK of
# linux-info.eclass; looked at in pkg_pretend, before anything is built.

# @ECLASS_VARIABLE: _ZFS_LIVE_TREE
# @INTERNAL
# @DEFAULT_UNSET
# @DESCRIPTION:
# The kept build tree in use; empty for a clean build.

# @ECLASS_VARIABLE: _ZFS_LIVE_FRESH
# @INTERNAL
# @DEFAULT_UNSET
# @DESCRIPTION:
# "fresh" when nothing was ever built in the tree, else "kept".

# @FUNCTION: _zfs-live_helper
# @USAGE: <argument>...
# @RETURN: the exit status of the zolkit program, 127 when there is none
# @INTERNAL
# @DESCRIPTION:
# Runs the zolkit program by its name.  All that it needs is in its arguments:
# Portage's variables are not for other programs to read.
_zfs-live_helper() {
	if ! type -P zolkit >/dev/null; then
		[[ ${1} != --* ]] || shift
		ewarn "There is no zolkit program (sys-fs/zolkit): \"zolkit ${*:1:2}\" is left out."
		return 127
	fi
	zolkit --color never "$@"
}

# @FUNCTION: zfs-live_incremental
# @RETURN: 0 when build trees are to be kept
# @DESCRIPTION:
# Whether the user asked for incremental builds, and the zolkit program is there.
zfs-live_incremental() {
	case ${ZFS_LIVE_INCREMENTAL,,} in
		''|0|n|no|false|off) return 1 ;;
	esac
	type -P zolkit >/dev/null
}

# @FUNCTION: zfs-live_pkg_pretend
# @DESCRIPTION:
# Has "zolkit kernel check" look at the configuration of the kernel that
# modules will be built for, when there is one already.
zfs-live_pkg_pretend() {
	debug-print-function "${FUNCNAME[0]}" "$@"

	[[ ${MERGE_TYPE} != binary && ${ZFS_LIVE_KERNEL_CHECK} ]] || return 0
	if in_iuse modules && ! use modules; then
		return 0
	fi

	local config=${KBUILD_OUTPUT:-${KERNEL_DIR:-${ROOT}/usr/src/linux}}/.config
	[[ -r ${config} ]] || return 0
	_zfs-live_helper --quiet kernel check --config "${config}" \
		--string "${ZFS_LIVE_KERNEL_CHECK}"
	case $? in
		0|127) ;;
		1)
			eerror "The kernel's configuration ${config} lacks what is listed above."
			[[ ${CHECKCONFIG_DONOTHING} ]] || die "the kernel's configuration does not do"
			;;
		*) ewarn "${config} could not be checked." ;;
	esac
}

# @FUNCTION: zfs-live_pkg_setup
# @DESCRIPTION:
# Makes the directories that the user that builds cannot make: that of git-r3's
# clones, and that of kept build trees.
zfs-live_pkg_setup() {
	debug-print-function "${FUNCNAME[0]}" "$@"

	local owner=${PORTAGE_USERNAME:-portage}:${PORTAGE_GRPNAME:-portage}
	local dir=${EGIT3_STORE_DIR:-${PORTAGE_ACTUAL_DISTDIR:-${DISTDIR}}/git3-src}

	if [[ ${MERGE_TYPE} == binary ]]; then
		return 0
	fi
	if [[ ${EUID} -eq 0 && ! -e ${dir} ]] && has userpriv ${FEATURES}; then
		{ mkdir -p "${dir}" && chown "${owner}" "${dir}"; } || die
	fi
	if [[ ${ZFS_LIVE_INCREMENTAL} ]] && ! type -P zolkit >/dev/null; then
		ewarn "ZFS_LIVE_INCREMENTAL is set, but there is no zolkit program (sys-fs/zolkit):"
		ewarn "this is a clean build."
	fi
	zfs-live_incremental || return 0

	dir=${ZFS_LIVE_CACHE}/${CATEGORY}/${PN}
	[[ ${dir} == /* ]] || die "ZFS_LIVE_CACHE=\"${ZFS_LIVE_CACHE}\" is no absolute path"
	(umask 022 && mkdir -p "${dir}") || die "ZFS_LIVE_CACHE: ${dir} cannot be made"
	if [[ ${EUID} -eq 0 ]] && has userpriv ${FEATURES}; then
		find "${dir}" -xdev ! -user "${owner%:*}" -exec chown -h "${owner}" {} + ||
			die "ZFS_LIVE_CACHE: ${dir} cannot be given to ${owner}"
	fi
}

# @FUNCTION: _zfs-live_map
# @INTERNAL
# @DESCRIPTION:
# Hands <pn>_LIVE_* to git-r3 as EGIT_*, and unsets them: git-r3 would warn in
# EAPI 8 and die in EAPI 9.
_zfs-live_map() {
	local pn=${PN//[-+]/_} name var
	[[ ${pn} == [0-9]* ]] && pn=_${pn}

	declare -g _ZFS_LIVE_VAR=${pn}_LIVE
	for name in REPO:REPO_URI BRANCH:BRANCH COMMIT:COMMIT COMMIT_DATE:COMMIT_DATE; do
		var=${pn}_LIVE_${name%:*}
		if [[ ${!var} ]]; then
			einfo "${var}=\"${!var}\""
			declare -g "EGIT_${name#*:}=${!var}"
		fi
		unset "${var}"
	done

	[[ ${PN} == zfs ]] || return 0
	for var in ${!zfs_kmod_LIVE_*} ${!spl_LIVE_*}; do
		[[ ${!var} ]] || continue
		ewarn "${var} is ignored: sys-fs/zfs has the modules and the SPL in it since 0.8,"
		ewarn "and is told by zfs_LIVE_* what to build."
	done
}

# @FUNCTION: _zfs-live_trust
# @USAGE: <directory>
# @INTERNAL
# @DESCRIPTION:
# Lets git read this repository whoever owns it.  upload-pack, which reads it
# for a fetch, sees neither the command line's configuration nor that of the
# environment; a file of our own reaches it, and nobody else.
_zfs-live_trust() {
	local file=${T}/zfs-live.gitconfig dir common

	if [[ ! -e ${file} ]]; then
		: > "${file}" || die
		if [[ -r ${GIT_CONFIG_GLOBAL:-${HOME}/.gitconfig} ]]; then
			git config --file "${file}" include.path \
				"${GIT_CONFIG_GLOBAL:-${HOME}/.gitconfig}" || die
		fi
	fi
	export GIT_CONFIG_GLOBAL=${file}
	for dir in "${1}" "${1}/.git"; do
		git config --file "${file}" --add safe.directory "${dir}" || die
	done
	# Of a linked worktree, the repository is elsewhere.
	common=$(git -C "${1}" rev-parse --path-format=absolute --git-common-dir 2>/dev/null)
	if [[ ${common} && ${common} != "${1}/.git" ]]; then
		git config --file "${file}" --add safe.directory "${common}" || die
		git config --file "${file}" --add safe.directory "${common%/.git}" || die
	fi
}

# @FUNCTION: _zfs-live_check_local
# @USAGE: <directory>
# @INTERNAL
# @DESCRIPTION:
# Proves that repository, branch and commit are there, so that the message can
# name the variable that is wrong.  A commit on no branch is asked for by a ref.
_zfs-live_check_local() {
	local dir=${1} v=${_ZFS_LIVE_VAR} ref

	[[ -d ${dir} ]] ||
		die "${v}_REPO=\"${dir}\": there is no such directory (in a chroot: is it bind-mounted?)"
	[[ -r ${dir} && -x ${dir} ]] ||
		die "${v}_REPO=\"${dir}\": user $(id -un) may not read it"
	_zfs-live_trust "${dir}"
	ref=$(git -C "${dir}" rev-parse --git-dir 2>&1) ||
		die "${v}_REPO=\"${dir}\" is no repository of git: ${ref##*$'\n'}"

	if [[ ${EGIT_BRANCH} ]]; then
		git -C "${dir}" show-ref --verify --quiet "refs/heads/${EGIT_BRANCH}" || die \
			"${v}_BRANCH=\"${EGIT_BRANCH}\": ${dir} has no such branch, but $(git -C "${dir}" \
				for-each-ref --count=8 --format='%(refname:short)' refs/heads | xargs)"
	fi
	if [[ ! ${EGIT_COMMIT} ]]; then
		[[ ${EGIT_BRANCH} ]] || git -C "${dir}" rev-parse --verify --quiet HEAD >/dev/null ||
			die "${v}_REPO=\"${dir}\": there is no commit in it"
		return 0
	fi

	git -C "${dir}" cat-file -e "${EGIT_COMMIT}^{commit}" 2>/dev/null ||
		die "${v}_COMMIT=\"${EGIT_COMMIT}\": ${dir} has no such commit"
	[[ ${EGIT_COMMIT} != refs/* ]] || return 0
	git -C "${dir}" show-ref --verify --quiet "refs/tags/${EGIT_COMMIT}" && return 0
	EGIT_COMMIT=$(git -C "${dir}" rev-parse "${EGIT_COMMIT}^{commit}") || die
	ref=${EGIT_BRANCH:+refs/heads/${EGIT_BRANCH}}
	git -C "${dir}" merge-base --is-ancestor "${EGIT_COMMIT}" "${ref:-HEAD}" && return 0
	ref=$(git -C "${dir}" for-each-ref --count=1 --points-at="${EGIT_COMMIT}" --format='%(refname)')
	if [[ ${ref} ]]; then
		EGIT_COMMIT=${ref}
		return 0
	fi
	ref=$(git -C "${dir}" for-each-ref --count=1 --contains="${EGIT_COMMIT}" \
		--format='%(refname:lstrip=2)' refs/heads)
	[[ ${ref} ]] || die "${v}_COMMIT=\"${EGIT_COMMIT}\" is on no branch of ${dir}, and no ref names it"
	EGIT_BRANCH=${ref}
}

# @FUNCTION: _zfs-live_check_remote
# @USAGE: <URI>
# @INTERNAL
# @DESCRIPTION:
# The same for a repository elsewhere, as far as one question to it can tell.
_zfs-live_check_remote() {
	local v=${_ZFS_LIVE_VAR} uri=${1}

	[[ ! ${EVCS_OFFLINE} ]] || return 0
	GIT_TERMINAL_PROMPT=0 git ls-remote --exit-code "${uri}" \
		"${EGIT_BRANCH:+refs/heads/}${EGIT_BRANCH:-HEAD}" >/dev/null
	case $? in
		0) ;;
		2) die "${v}_BRANCH=\"${EGIT_BRANCH:-HEAD}\": ${uri} has no such branch" ;;
		*) die "${v}_REPO=\"${uri}\" cannot be read: see git's message above" ;;
	esac
}

# @FUNCTION: _zfs-live_gitrev
# @INTERNAL
# @DESCRIPTION:
# Writes the revision that the modules will tell, by the commit alone: trees
# with and without a repository in them, patched or not, give the same.
_zfs-live_gitrev() {
	local rev file=${S}/include/zfs_gitrev.h

	[[ -f ${S}/scripts/make_gitrev.sh ]] || return 0
	rev=$(GIT_DIR=${EGIT_DIR} git describe --always --long --abbrev=12 "${EGIT_VERSION}") || die
	: > "${S}/.nogitrelease" || die
	rev=$'#define\tZFS_META_GITREV "'${rev}'"'
	if [[ ! -e ${file} || $(<"${file}") != "${rev}" ]]; then
		printf '%s\n' "${rev}" > "${file}" || die
	fi
}

# @FUNCTION: zfs-live_src_unpack
# @DESCRIPTION:
# Fetches by git-r3 what <pn>_LIVE_* name, and checks it out: into the work
# directory, or into the kept build tree.
zfs-live_src_unpack() {
	debug-print-function "${FUNCNAME[0]}" "$@"

	_ZFS_LIVE_TREE=
	_zfs-live_map
	case ${EGIT_REPO_URI} in
		/*) _zfs-live_check_local "${EGIT_REPO_URI%/}" ;;
		file:///*) _zfs-live_check_local "${EGIT_REPO_URI#file://}" ;;
		*) [[ ${EGIT_BRANCH} ]] && _zfs-live_check_remote "${EGIT_REPO_URI}" ;;
	esac

	if zfs-live_incremental; then
		git-r3_fetch
		# The rest of git-r3's work with as few files as can be.
		git-r3_checkout "" "${WORKDIR}/${PN}-git" "" META
		if ! _zfs-live_unpack_tree; then
			git-r3_checkout
			_ZFS_LIVE_TREE=
		fi
	else
		git-r3_src_unpack
	fi
	if [[ ! ${_ZFS_LIVE_TREE} && -d ${S}/.git ]]; then
		mv "${S}/.git" "${WORKDIR}/${P}.git" || die
		export EGIT_DIR=${WORKDIR}/${P}.git
	fi
	_zfs-live_gitrev
}

# @FUNCTION: _zfs-live_open_tree
# @USAGE: <argument>...
# @INTERNAL
# @DESCRIPTION:
# Has the helper choose, check and open the kept tree; sets _ZFS_LIVE_TREE.
_zfs-live_open_tree() {
	local flag version answer args=()

	version=$(sed -n 's/^[[:blank:]]*Version:[[:blank:]]*\([0-9]*\.[0-9]*\).*/\1/p' \
		"${WORKDIR}/${PN}-git/META") || die
	for flag in ${IUSE}; do
		flag=${flag#[+-]}
		use "${flag}" && args+=( --option "USE ${flag}" )
	done
	for flag in CFLAGS CXXFLAGS CPPFLAGS LDFLAGS CHOST ABI EXTRA_ECONF KERNEL_CC KERNEL_LD EPREFIX; do
		args+=( --option "${flag}=${!flag}" )
	done
	args+=(
		--recipe "slot=${SLOT}"
		--recipe "compiler=$($(tc-getCC) -v 2>&1 | tail -n 1) $($(tc-getCC) -dumpmachine)"
	)
	for flag in "${EBUILD}" "${_ZFS_LIVE_ECLASS_FILE}"; do
		[[ -r ${flag} ]] && args+=( --recipe-file "${flag}" )
	done
	for flag in "${ZFS_LIVE_RECIPE[@]}"; do
		args+=( --recipe "${flag}" )
	done
	answer=$(_zfs-live_helper src tree open --cache "${ZFS_LIVE_CACHE}/${CATEGORY}/${PN}" \
		--family "${version:-0}" --release "${KV_FULL:-none}" "${args[@]}" "$@") || return 1
	_ZFS_LIVE_TREE=${answer%%$'\n'*}
	_ZFS_LIVE_FRESH=${answer##*$'\n'}
	[[ -d ${_ZFS_LIVE_TREE} ]]
}

# @FUNCTION: _zfs-live_unpack_tree
# @RETURN: 0 when S is a kept tree with the commit in it
# @INTERNAL
# @DESCRIPTION:
# Brings the kept tree to the commit.
_zfs-live_unpack_tree() {
	local rc

	addwrite "${ZFS_LIVE_CACHE}"
	if _zfs-live_open_tree; then
		_zfs-live_helper src export --repo "${EGIT_DIR}" --commit "${EGIT_VERSION}" \
			--to "${_ZFS_LIVE_TREE}" --list
		rc=$?
		if [[ ${rc} -eq 3 || ${rc} -eq 6 ]]; then
			ewarn "The kept build tree cannot be brought to the commit: a clean one is taken."
			_zfs-live_open_tree --discard "the export failed" &&
				_zfs-live_helper src export --repo "${EGIT_DIR}" --commit "${EGIT_VERSION}" \
					--to "${_ZFS_LIVE_TREE}"
			rc=$?
		fi
		if [[ ${rc} -eq 0 ]]; then
			S=${_ZFS_LIVE_TREE}
			return 0
		fi
	fi
	ewarn "No build tree can be kept below ${ZFS_LIVE_CACHE}: this is a clean build."
	return 1
}

# @FUNCTION: zfs-live_due
# @USAGE: <step> [<option of "zolkit src tree due">...]
# @RETURN: 0 when the step must be run
# @DESCRIPTION:
# Whether a step has to be run: always in a clean tree, else when one of its
# inputs changed since it was done.
zfs-live_due() {
	[[ ${_ZFS_LIVE_TREE} ]] || return 0
	addwrite "${ZFS_LIVE_CACHE}"
	_zfs-live_helper src tree due --tree "${_ZFS_LIVE_TREE}" --step "$@"
	[[ $? -ne 1 ]]
}

# @FUNCTION: zfs-live_done
# @USAGE: <step>
# @DESCRIPTION:
# Records that a step was done with the inputs that zfs-live_due saw.
zfs-live_done() {
	[[ ${_ZFS_LIVE_TREE} ]] || return 0
	_zfs-live_helper src tree "done" --tree "${_ZFS_LIVE_TREE}" --step "$1" || die
}

# @FUNCTION: zfs-live_src_prepare
# @DESCRIPTION:
# The default one, then eautoreconf when what it reads changed.
zfs-live_src_prepare() {
	debug-print-function "${FUNCNAME[0]}" "$@"

	[[ ! ${_ZFS_LIVE_TREE} ]] || addwrite "${ZFS_LIVE_CACHE}"
	default
	if zfs-live_due autoreconf --input configure.ac --input acinclude.m4 --input autogen.sh \
		--input META --input '*.m4' --input '*.am' --output configure \
		--word "autoconf=$("$(type -P autoconf)" --version | head -n 1)" \
		--word "automake=$("$(type -P automake)" --version | head -n 1)"; then
		eautoreconf
		zfs-live_done autoreconf
	fi
}

# @FUNCTION: zfs-live_configure
# @USAGE: [<argument of econf>...]
# @DESCRIPTION:
# econf, when configure itself, its arguments or the kernel changed.  When that
# changed a Makefile, all is compiled anew.
zfs-live_configure() {
	debug-print-function "${FUNCNAME[0]}" "$@"

	local word file args=( --file configure --output config.status )

	if [[ ! ${_ZFS_LIVE_TREE} ]]; then
		econf "$@"
		return
	fi
	addwrite "${ZFS_LIVE_CACHE}"
	for word in "$@"; do
		args+=( --word "${word}" )
	done
	for file in .config Module.symvers include/config/kernel.release; do
		[[ ${KV_OUT_DIR} && -r ${KV_OUT_DIR}/${file} ]] && args+=( --file "${KV_OUT_DIR}/${file}" )
	done
	if zfs-live_due configure "${args[@]}"; then
		# econf turns off what tells make which objects a header is in.
		econf --enable-dependency-tracking "$@"
		zfs-live_done configure
	elif [[ -x config.status ]]; then
		# Makefile.in alone may have changed.
		nonfatal emake -q Makefile &>/dev/null || ./config.status || die
	fi
	# make does not know that other flags or lists of files make old objects wrong.
	if zfs-live_due makefiles --built Makefile --built '*/Makefile'; then
		[[ ${_ZFS_LIVE_FRESH} == fresh ]] || emake clean
		zfs-live_done makefiles
	fi
}

# @FUNCTION: zfs-live_make
# @USAGE: [<argument of emake>...]
# @DESCRIPTION:
# emake, for src_compile.  When make itself gives up, as it does at an error in
# the sources, the kept tree stays, and the next build goes on from there; what
# a failed command had begun to write is removed.  A make that was killed leaves
# a tree that is not built on.
zfs-live_make() {
	local rc

	if [[ ! ${_ZFS_LIVE_TREE} ]]; then
		emake "$@"
		return
	fi
	addwrite "${ZFS_LIVE_CACHE}"
	nonfatal emake --eval=.DELETE_ON_ERROR: "$@"
	rc=$?
	[[ ${rc} -ne 0 ]] || return 0
	if [[ ${rc} -eq 2 ]] && _zfs-live_helper src tree seal --tree "${_ZFS_LIVE_TREE}"; then
		eerror "What was built until now is kept: the next build goes on from there."
	fi
	die "make failed with status ${rc}: the error is above"
}

# @FUNCTION: zfs-live_install_done
# @DESCRIPTION:
# The last call in src_install: the build was a success, the tree may be built
# on the next time.  Records what is in it.
zfs-live_install_done() {
	debug-print-function "${FUNCNAME[0]}" "$@"

	[[ ${_ZFS_LIVE_TREE} ]] || return 0
	addwrite "${ZFS_LIVE_CACHE}"
	if [[ ${EUID} -eq 0 ]] && has userpriv ${FEATURES}; then
		find "${_ZFS_LIVE_TREE}" -user 0 \
			-exec chown -h "${PORTAGE_USERNAME:-portage}:${PORTAGE_GRPNAME:-portage}" {} + || die
	fi
	_zfs-live_helper src tree seal --tree "${_ZFS_LIVE_TREE}" ||
		ewarn "The build tree could not be sealed: the next build will be a clean one."
}

# @FUNCTION: zfs-live_pkg_postinst
# @DESCRIPTION:
# Has "zolkit debug symbols" list the modules that were installed, with their
# build-ids, in /var/lib/zolkit/symbols, by the kernel's release; tells when
# some have no symbols for debuggers and profilers.
zfs-live_pkg_postinst() {
	debug-print-function "${FUNCNAME[0]}" "$@"

	local dir=${EROOT}/lib/modules/${KV_FULL} list=${EROOT}/var/lib/zolkit/symbols/${KV_FULL}
	local names=()

	if ! in_iuse modules || ! use modules || { in_iuse strip && use strip; }; then
		return 0
	fi
	[[ ${KV_FULL} && -d ${dir}/extra ]] || return 0
	mapfile -t names < <(find "${dir}/extra" -name '*.ko*' -printf '%f\n' | sed 's/\.ko.*//' | LC_ALL=C sort)
	_zfs-live_helper --quiet debug symbols --files-only --root "${EROOT:-/}" \
		--release "${KV_FULL}" --output "${list}" "${names[@]}"
	case $? in
		0)
			! grep -q ' stripped ' "${list}" ||
				ewarn "Not all modules in ${dir} have symbols: gdb and perf will see addresses."
			;;
		127) ;;
		*) ewarn "The symbols of the modules in ${dir} were not found: see above." ;;
	esac
}

_ZFS_LIVE_ECLASS_FILE=${BASH_SOURCE[0]}

fi

EXPORT_FUNCTIONS pkg_pretend pkg_setup src_unpack src_prepare pkg_postinst
