# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

# @ECLASS: zolkit-kernel.eclass
# @MAINTAINER:
# The zolkit developers <zolkit@example.org>
# @AUTHOR:
# The zolkit developers <zolkit@example.org>
# @SUPPORTED_EAPIS: 8
# @PROVIDES: git-r3
# @BLURB: kernels for guests, configured from fragments by zolkit
# @DESCRIPTION:
# Builds a kernel from the developer's own checkout or from installed sources.
# The configuration is merged from a base and fragments, one USE flag each, by
# "zolkit kernel merge", which names every setting that did not survive and why.
# Installed are the image, the modules and a tree in which modules of others,
# such as those of ZFS, can be built; what was built is recorded below
# /var/lib/zolkit/kernels.
#
# The sources are those of linux_LIVE_REPO where it is set, else those of
# ZOLKIT_KERNEL_SOURCE.  They are never written to.
# @EXAMPLE:
# An ebuild needs no more than
# @CODE
# EAPI=8
#
# inherit zolkit-kernel
#
# DESCRIPTION="Linux kernel of a guest"
# HOMEPAGE="https://www.kernel.org/"
# @CODE
# and its user, in make.conf or package.env,
# @CODE
# linux_LIVE_REPO="/mnt/code/linux"
# linux_LIVE_BRANCH="my-branch"
# @CODE

case ${EAPI} in
	8) ;;
	*) die "${ECLASS}: EAPI ${EAPI:-0} not supported" ;;
esac

if [[ -z ${_ZOLKIT_KERNEL_ECLASS} ]]; then
_ZOLKIT_KERNEL_ECLASS=1

inherit git-r3 toolchain-funcs

# @ECLASS_VARIABLE: linux_LIVE_REPO
# @USER_VARIABLE
# @DEFAULT_UNSET
# @DESCRIPTION:
# The Git repository to build from: a directory or anything else that git can
# clone.

# @ECLASS_VARIABLE: linux_LIVE_BRANCH
# @USER_VARIABLE
# @DEFAULT_UNSET
# @DESCRIPTION:
# A branch of it, instead of the one that is checked out there.

# @ECLASS_VARIABLE: linux_LIVE_COMMIT
# @USER_VARIABLE
# @DEFAULT_UNSET
# @DESCRIPTION:
# A commit of that branch, instead of its newest.

# @ECLASS_VARIABLE: linux_LIVE_COMMIT_DATE
# @USER_VARIABLE
# @DEFAULT_UNSET
# @DESCRIPTION:
# The newest commit of the branch before this date.

# @ECLASS_VARIABLE: ZOLKIT_KERNEL_SOURCE
# @USER_VARIABLE
# @DESCRIPTION:
# Installed sources, used where linux_LIVE_REPO is not set.  Default:
# /usr/src/linux of the system that is built on.

# @ECLASS_VARIABLE: ZOLKIT_KERNEL_BASE
# @USER_VARIABLE
# @DESCRIPTION:
# What the fragments are merged into: tinyconfig, allnoconfig, defconfig, host
# (the configuration of the running kernel) or a file, compressed or not.
: "${ZOLKIT_KERNEL_BASE:=defconfig}"

# @ECLASS_VARIABLE: ZOLKIT_KERNEL_USER_FRAGMENTS
# @USER_VARIABLE
# @DEFAULT_UNSET
# @DESCRIPTION:
# Files with further settings, blank-separated, merged after all others.

# @ECLASS_VARIABLE: ZOLKIT_KERNEL_FRAGMENTS
# @PRE_INHERIT
# @DESCRIPTION:
# The fragments of zolkit that are USE flags, enabled by default with a plus
# sign.
if [[ -z ${ZOLKIT_KERNEL_FRAGMENTS[*]} ]]; then
	ZOLKIT_KERNEL_FRAGMENTS=(
		+boot9p gdb +guest kasan lockdep tests trace virtiofs +zfs
	)
fi

# @ECLASS_VARIABLE: ZOLKIT_KERNEL_LOCALVERSION
# @DESCRIPTION:
# What the release ends with, so that it is no other kernel's.
: "${ZOLKIT_KERNEL_LOCALVERSION:=-zolkit}"

# @ECLASS_VARIABLE: ZOLKIT_KERNEL_RELEASE
# @OUTPUT_VARIABLE
# @DESCRIPTION:
# The release of the kernel that was built, from src_install on.

LICENSE="GPL-2"
SLOT="0"
IUSE="${ZOLKIT_KERNEL_FRAGMENTS[*]}"
# PROVE_LOCKING makes mutexes GPL-only.
if has lockdep "${ZOLKIT_KERNEL_FRAGMENTS[@]#+}" && has zfs "${ZOLKIT_KERNEL_FRAGMENTS[@]#+}"; then
	REQUIRED_USE="lockdep? ( !zfs )"
fi

BDEPEND="
	app-alternatives/bc
	app-alternatives/lex
	app-alternatives/yacc
	dev-lang/perl
	sys-apps/kmod
	sys-fs/zolkit
	virtual/libelf
"
IDEPEND="sys-apps/kmod"

S="${WORKDIR}/linux"

# @FUNCTION: _zolkit-kernel_installed
# @INTERNAL
# @DESCRIPTION:
# Prints where the installed sources are.
_zolkit-kernel_installed() {
	echo "${ZOLKIT_KERNEL_SOURCE:-${BROOT}/usr/src/linux}"
}

# @FUNCTION: _zolkit-kernel_make
# @USAGE: <arguments>
# @INTERNAL
# @DESCRIPTION:
# make, out of the tree, with the toolchain of Portage.  An empty LOCALVERSION
# keeps the kernel from adding a plus sign to the release of a git checkout.
_zolkit-kernel_make() {
	emake -C "${S}" O="${WORKDIR}/build" ARCH="$(tc-arch-kernel)" \
		CC="$(tc-getCC)" LD="$(tc-getLD)" AR="$(tc-getAR)" NM="$(tc-getNM)" \
		OBJCOPY="$(tc-getOBJCOPY)" STRIP="$(tc-getSTRIP)" \
		HOSTCC="$(tc-getBUILD_CC)" KBUILD_BUILD_USER=portage \
		KBUILD_BUILD_HOST=zolkit LOCALVERSION= "$@"
}

# @FUNCTION: _zolkit-kernel_ask
# @USAGE: <target>
# @INTERNAL
# @DESCRIPTION:
# Prints what a target of the kernel's makefile prints.
_zolkit-kernel_ask() {
	# Without jobs and noise: the answer is the last line.
	MAKEOPTS='' _zolkit-kernel_make -s --no-print-directory "$1" | tail -n 1
	[[ ${PIPESTATUS[0]} -eq 0 ]] || die "make $1 failed"
}

# @FUNCTION: zolkit-kernel_pkg_pretend
# @DESCRIPTION:
# Sees to it that there are sources, before anything is built.
zolkit-kernel_pkg_pretend() {
	local source

	[[ ${MERGE_TYPE} != binary ]] || return 0
	if [[ -n ${linux_LIVE_REPO} ]]; then
		[[ ${linux_LIVE_REPO} != /* || -d ${linux_LIVE_REPO} ]] ||
			die "linux_LIVE_REPO: no directory ${linux_LIVE_REPO}"
		return 0
	fi
	source=$(_zolkit-kernel_installed)
	if [[ ! -f ${source}/Makefile || ! -f ${source}/Kconfig ]]; then
		eerror "${source} has no kernel sources.  Set linux_LIVE_REPO to a checkout,"
		eerror "or ZOLKIT_KERNEL_SOURCE to where sources are installed."
		die "no kernel sources in ${source}"
	fi
}

# @FUNCTION: zolkit-kernel_src_unpack
# @DESCRIPTION:
# Checks linux_LIVE_REPO out, or copies the installed sources.
zolkit-kernel_src_unpack() {
	local source repo

	if [[ -n ${linux_LIVE_REPO} ]]; then
		EGIT_REPO_URI=${linux_LIVE_REPO}
		[[ -z ${linux_LIVE_BRANCH} ]] || EGIT_BRANCH=${linux_LIVE_BRANCH}
		[[ -z ${linux_LIVE_COMMIT} ]] || EGIT_COMMIT=${linux_LIVE_COMMIT}
		[[ -z ${linux_LIVE_COMMIT_DATE} ]] || EGIT_COMMIT_DATE=${linux_LIVE_COMMIT_DATE}
		EGIT_CHECKOUT_DIR=${S}
		if [[ ${EGIT_REPO_URI} == /* ]]; then
			# The checkout is its developer's, not Portage's.  HOME is private here.
			for repo in "${EGIT_REPO_URI}" "${EGIT_REPO_URI}/.git"; do
				git config --global --add safe.directory "${repo}" || die
			done
		fi
		if [[ -n ${EGIT_BRANCH} && -z ${EVCS_OFFLINE} ]]; then
			git ls-remote --exit-code --heads "${EGIT_REPO_URI}" "refs/heads/${EGIT_BRANCH}" >/dev/null ||
				die "linux_LIVE_BRANCH: ${EGIT_REPO_URI} has no branch ${EGIT_BRANCH}"
		fi
		git-r3_src_unpack
		return 0
	fi
	source=$(_zolkit-kernel_installed)
	einfo "Copying ${source} ..."
	mkdir -p "${S}" || die
	cp -R --preserve=mode,timestamps,links --reflink=auto "${source}"/. "${S}" ||
		die "cannot copy ${source}"
}

# @FUNCTION: zolkit-kernel_src_prepare
# @DESCRIPTION:
# Applies the user's patches, and sees to it that the tree is clean: it may have
# been built in where it was installed.
zolkit-kernel_src_prepare() {
	default
	mkdir -p "${WORKDIR}/build" || die
	if [[ -e ${S}/.config || -d ${S}/include/config ]]; then
		emake -C "${S}" ARCH="$(tc-arch-kernel)" mrproper
	fi
}

# @FUNCTION: zolkit-kernel_src_configure
# @DESCRIPTION:
# Merges the fragments whose USE flags are set.  A setting that does not survive
# ends the build, with the reason.
zolkit-kernel_src_configure() {
	local fragment fragments=() status=0

	for fragment in "${ZOLKIT_KERNEL_FRAGMENTS[@]#+}"; do
		use "${fragment}" && fragments+=( "${fragment}" )
	done
	fragments+=( ${ZOLKIT_KERNEL_USER_FRAGMENTS} )

	# What is configured for the guests of this host does not count here.
	printf '[paths]\ncache = %s\nstate = %s\n' "${T}/cache" "${T}/state" > "${T}/zolkit.conf" || die
	zolkit --config "${T}/zolkit.conf" --color never kernel merge \
		--source "${S}" --build "${WORKDIR}/build" --arch "$(tc-arch-kernel)" \
		--base "${ZOLKIT_KERNEL_BASE}" --satisfy --verify \
		--set "LOCALVERSION=\"${ZOLKIT_KERNEL_LOCALVERSION}\"" \
		--set LOCALVERSION_AUTO=n \
		--output "${WORKDIR}/build/.config" -- "${fragments[@]}" || status=$?
	case ${status} in
		0) ;;
		1) die "not all settings survived: see above, and \"zolkit kernel explain\"" ;;
		6) die "fragments contradict each other, or a file is malformed: see above" ;;
		*) die "zolkit kernel merge failed (${status})" ;;
	esac
	ZOLKIT_KERNEL_MERGED="${fragments[*]}"
}

# @FUNCTION: zolkit-kernel_src_compile
# @DESCRIPTION:
# Makes the image and the modules.
zolkit-kernel_src_compile() {
	_zolkit-kernel_make all
}

# @FUNCTION: _zolkit-kernel_install_tree
# @USAGE: <directory>
# @INTERNAL
# @DESCRIPTION:
# Installs what modules of others are built with: makefiles, headers and scripts
# of the sources, and what the build made of them.
_zolkit-kernel_install_tree() {
	local dir="${ED}$1" arch

	arch=$(tc-arch-kernel)
	mkdir -p "${dir}" || die
	(
		cd "${S}" || exit
		find . -path ./Documentation -prune -o -path './arch/*' ! -path "./arch/${arch}*" \
			! -path './arch/Kconfig*' -prune -o \( -name 'Makefile*' -o -name 'Kconfig*' \
			-o -name 'Kbuild*' -o -path './scripts/*' -o -path './include/*' \
			-o -path "./arch/${arch}/include/*" -o -path './tools/include/*' \) \
			\( -type f -o -type l \) -print0
	) > "${T}/tree" || die
	tar -c -C "${S}" --null -T "${T}/tree" | tar -x -C "${dir}"
	[[ ${PIPESTATUS[*]} == "0 0" ]] || die "cannot install the sources"
	(
		cd "${WORKDIR}/build" || exit
		find . -name '*.o' -prune -o -name '*.cmd' -prune -o \( -path './scripts/*' \
			-o -path './include/*' -o -path "./arch/${arch}/include/*" \
			-o -path ./tools/objtool/objtool -o -name .config -o -path ./Module.symvers \
			-o -path ./System.map -o -path "./arch/${arch}/kernel/vmlinux.lds" \) \
			-type f -print0
	) > "${T}/tree" || die
	tar -c -C "${WORKDIR}/build" --null -T "${T}/tree" | tar -x -C "${dir}"
	[[ ${PIPESTATUS[*]} == "0 0" ]] || die "cannot install the build tree"
	# It is not to be stripped, nor to be taken for programs.
	dostrip -x "$1"
}

# @FUNCTION: zolkit-kernel_src_install
# @DESCRIPTION:
# Installs image, modules, configuration, symbols and the tree for modules of
# others.
zolkit-kernel_src_install() {
	local image modules

	ZOLKIT_KERNEL_RELEASE=$(_zolkit-kernel_ask kernelrelease) || die
	image=$(_zolkit-kernel_ask image_name) || die
	[[ -n ${ZOLKIT_KERNEL_RELEASE} && -f ${WORKDIR}/build/${image} ]] || die "no image was built"

	insinto /boot
	newins "${WORKDIR}/build/${image}" "vmlinuz-${ZOLKIT_KERNEL_RELEASE}"
	newins "${WORKDIR}/build/System.map" "System.map-${ZOLKIT_KERNEL_RELEASE}"
	newins "${WORKDIR}/build/.config" "config-${ZOLKIT_KERNEL_RELEASE}"

	modules=/lib/modules/${ZOLKIT_KERNEL_RELEASE}
	if grep -qs '^CONFIG_MODULES=y' "${WORKDIR}/build/.config"; then
		_zolkit-kernel_make INSTALL_MOD_PATH="${ED}" DEPMOD=true modules_install
		rm -f "${ED}${modules}"/{build,source} || die
	fi
	_zolkit-kernel_install_tree "/usr/src/linux-${ZOLKIT_KERNEL_RELEASE}"
	dosym -r "/usr/src/linux-${ZOLKIT_KERNEL_RELEASE}" "${modules}/build"
	if [[ -f ${WORKDIR}/build/vmlinux ]]; then
		insinto "/usr/lib/debug${modules}"
		doins "${WORKDIR}/build/vmlinux"
	fi
	dostrip -x "${modules}" /usr/lib/debug
}

# @FUNCTION: zolkit-kernel_pkg_postinst
# @DESCRIPTION:
# Records what was built, and makes it what modules are built against unless
# something else is.  Fast, offline, and the same when it is run again.
zolkit-kernel_pkg_postinst() {
	local release=${ZOLKIT_KERNEL_RELEASE} dir="${EROOT}/var/lib/zolkit/kernels"
	local link="${EROOT}/usr/src/linux"

	mkdir -p "${dir}" || die
	cat > "${dir}/.${release}.new" <<-EOF || die
		[kernel]
		release = ${release}
		package = ${CATEGORY}/${PF}
		image = /boot/vmlinuz-${release}
		symbols = /usr/lib/debug/lib/modules/${release}/vmlinux
		source = ${EGIT_REPO_URI:-$(_zolkit-kernel_installed)}
		branch = ${EGIT_BRANCH}
		commit = ${EGIT_VERSION}
		base = ${ZOLKIT_KERNEL_BASE}
		fragments = ${ZOLKIT_KERNEL_MERGED}
	EOF
	mv "${dir}/.${release}.new" "${dir}/${release}.ini" || die

	if [[ ! -e ${link} ]]; then
		ln -sfn "linux-${release}" "${link}" || die
	fi
	[[ -d ${EROOT}/lib/modules/${release}/kernel ]] || return 0
	depmod -b "${EROOT:-/}" "${release}" || ewarn "depmod failed"
}

# @FUNCTION: zolkit-kernel_pkg_postrm
# @DESCRIPTION:
# Removes the record, and what depmod has made for modules that are gone.
zolkit-kernel_pkg_postrm() {
	local release=${ZOLKIT_KERNEL_RELEASE} link="${EROOT}/usr/src/linux"

	# Whether this very release was merged again is seen by its image.
	if [[ -z ${release} || -e ${EROOT}/boot/vmlinuz-${release} ]]; then
		return 0
	fi
	rm -f "${EROOT}/var/lib/zolkit/kernels/${release}.ini"
	if [[ -L ${link} && ! -e ${link} ]]; then
		rm -f "${link}"
	fi
	# Portage leaves modules in place (UNINSTALL_IGNORE): a kernel may be running.
	if [[ ! -d ${EROOT}/lib/modules/${release}/kernel ]]; then
		rm -f "${EROOT}/lib/modules/${release}"/modules.*
		rmdir "${EROOT}/lib/modules/${release}" 2>/dev/null
	fi
	return 0
}

fi

EXPORT_FUNCTIONS pkg_pretend src_unpack src_prepare src_configure src_compile src_install pkg_postinst pkg_postrm
