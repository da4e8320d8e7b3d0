# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

# @ECLASS: linux-mod-r1.eclass
# @MAINTAINER:
# nobody@example.org
# @SUPPORTED_EAPIS: 8
# @PROVIDES: linux-info
# @BLURB: test stand-in: kernel modules from outside of the kernel
# @DESCRIPTION:
# Answers as Gentoo's own eclass of this name does, as far as the tests of the
# overlay need it.

if [[ -z ${_LINUX_MOD_R1_ECLASS} ]]; then
_LINUX_MOD_R1_ECLASS=1

inherit linux-info multiprocessing toolchain-funcs

IUSE="dist-kernel modules-compress modules-sign +strip ${MODULES_OPTIONAL_IUSE}"
_linux_mod_deps="
	sys-apps/kmod
	modules-sign? ( dev-libs/openssl )
"
if [[ -n ${MODULES_INITRAMFS_IUSE} ]]; then
	IUSE+=" ${MODULES_INITRAMFS_IUSE}"
fi
if [[ -n ${MODULES_OPTIONAL_IUSE} ]]; then
	BDEPEND="${MODULES_OPTIONAL_IUSE#+}? ( ${_linux_mod_deps} virtual/libelf )"
	IDEPEND="${MODULES_OPTIONAL_IUSE#+}? ( sys-apps/kmod )"
else
	BDEPEND="${_linux_mod_deps} virtual/libelf"
	IDEPEND="sys-apps/kmod"
fi
unset _linux_mod_deps

_modules_wanted() { [[ -z ${MODULES_OPTIONAL_IUSE} ]] || use "${MODULES_OPTIONAL_IUSE#+}"; }

# @FUNCTION: linux-mod-r1_pkg_setup
# @USAGE:
# @DESCRIPTION:
# Finds a kernel that is built, checks its configuration, sets MODULES_MAKEARGS.
linux-mod-r1_pkg_setup() {
	[[ ${MERGE_TYPE} != binary ]] && _modules_wanted || return 0
	CONFIG_CHECK+=" MODULES !TRIM_UNUSED_KSYMS"
	linux-info_pkg_setup
	check_kernel_built
	MODULES_MAKEARGS=(
		ARCH="$(tc-arch-kernel)"
		KERNELRELEASE="${KV_FULL}"
		CC="$(tc-getCC)"
		LD="$(tc-getLD)"
		NIH_SOURCE="${KV_DIR}"
		KDIR="${KV_OUT_DIR}"
		KERNEL_DIR="${KV_OUT_DIR}"
		KBUILD_OUTPUT=
		V=1
	)
}

# @FUNCTION: linux-mod-r1_src_compile
# @USAGE:
# @DESCRIPTION:
# Makes the modules of modlist: name=installdir:sourcedir:builddir:target.
linux-mod-r1_src_compile() {
	_modules_wanted || return 0
	[[ ${#modlist[@]} -gt 0 ]] || die "modlist is empty"
	local one parts

	for one in "${modlist[@]}"; do
		IFS=: read -r -a parts <<<"${one#*=}"
		emake -C "${parts[1]:-${S}}" "${MODULES_MAKEARGS[@]}" "${modargs[@]}" ${parts[3]}
	done
}

# @FUNCTION: linux-mod-r1_src_install
# @USAGE:
# @DESCRIPTION:
# Installs them, and the documentation of the package.
linux-mod-r1_src_install() {
	local one parts name

	if _modules_wanted; then
		for one in "${modlist[@]}"; do
			name=${one%%=*}
			IFS=: read -r -a parts <<<"${one#*=}"
			(
				insinto "/lib/modules/${KV_FULL}/${parts[0]:-extra}"
				doins "${parts[2]:-${parts[1]:-${S}}}/${name}.ko"
			)
		done
		modules_post_process
	fi
	einstalldocs
}

# @FUNCTION: modules_post_process
# @USAGE: [<path>]
# @DESCRIPTION:
# Strips the modules with USE=strip; what is not to be stripped is kept.
modules_post_process() {
	_modules_wanted || return 0
	local mods=()

	mapfile -td '' mods < <(find "${ED}${1:-/lib/modules/${KV_FULL}}" -name '*.ko' -print0)
	[[ ${#mods[@]} -gt 0 ]] || die "no modules were installed"
	use strip && { "$(tc-getSTRIP)" --strip-debug "${mods[@]}" || die; }
	dostrip -x "${mods[@]#"${ED}"}"
}

# @FUNCTION: linux-mod-r1_pkg_postinst
# @USAGE:
# @DESCRIPTION:
# Runs depmod where it makes sense.
linux-mod-r1_pkg_postinst() {
	_modules_wanted || return 0
	type -P depmod >/dev/null || return 0
	[[ -d ${EROOT}/lib/modules/${KV_FULL} ]] || return 0
	depmod -b "${EROOT:-/}" "${KV_FULL}" 2>/dev/null || ewarn "depmod failed"
}
modules_install() { :; }
fi

EXPORT_FUNCTIONS pkg_setup src_compile src_install pkg_postinst
