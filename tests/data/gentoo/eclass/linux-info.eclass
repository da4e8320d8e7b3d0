# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

# @ECLASS: linux-info.eclass
# @MAINTAINER:
# nobody@example.org
# @SUPPORTED_EAPIS: 8
# @BLURB: test stand-in: what the kernel is, and its configuration
# @DESCRIPTION:
# Answers as Gentoo's own eclass of this name does, as far as the tests of the
# overlay need it.

if [[ -z ${_LINUX_INFO_ECLASS} ]]; then
_LINUX_INFO_ECLASS=1

inherit toolchain-funcs

# @ECLASS_VARIABLE: KERNEL_DIR
# @USER_VARIABLE
# @DESCRIPTION:
# The sources of the kernel; KBUILD_OUTPUT the tree built elsewhere.
: "${KERNEL_DIR:=${ROOT%/}/usr/src/linux}"

set_arch_to_kernel() { ARCH=$(tc-arch-kernel); export ARCH; }
set_arch_to_pkgmgr() { ARCH=$(tc-arch); export ARCH; }
qeinfo() { [[ ${EBUILD_PHASE} == depend ]] || einfo "$@"; }
qewarn() { [[ ${EBUILD_PHASE} == depend ]] || ewarn "$@"; }
qeerror() { [[ ${EBUILD_PHASE} == depend ]] || eerror "$@"; }

_linux-info_make() { sed -nE "s/^$1 *:?= *//p" "${KV_DIR}/Makefile" | head -n 1; }

# @FUNCTION: get_version
# @USAGE:
# @DESCRIPTION:
# Sets KV_DIR, KV_OUT_DIR, KV_MAJOR, KV_MINOR, KV_PATCH, KV_EXTRA, KV_LOCAL, KV_FULL.
get_version() {
	local release

	[[ -n ${KV_FULL} ]] && return 0
	KV_DIR=$(readlink -f "${KERNEL_DIR}" 2>/dev/null)
	if [[ ! -s ${KV_DIR}/Makefile ]]; then
		qeerror "Could not find a Makefile in the kernel source directory."
		return 1
	fi
	KV_OUT_DIR=${KBUILD_OUTPUT:-${KV_DIR}}
	if [[ -z ${KBUILD_OUTPUT} && -L ${KV_DIR}/source ]]; then
		KV_OUT_DIR=${KV_DIR}
		KV_DIR=$(readlink -f "${KV_DIR}/source")
		[[ -s ${KV_DIR}/Makefile ]] || { qeerror "Could not find a Makefile."; return 1; }
	fi
	KV_MAJOR=$(_linux-info_make VERSION)
	KV_MINOR=$(_linux-info_make PATCHLEVEL)
	KV_PATCH=$(_linux-info_make SUBLEVEL)
	KV_EXTRA=$(_linux-info_make EXTRAVERSION)
	KV_FULL=${KV_MAJOR}.${KV_MINOR}.${KV_PATCH}${KV_EXTRA}
	release=${KV_OUT_DIR}/include/config/kernel.release
	[[ -s ${release} ]] && KV_FULL=$(<"${release}")
	KV_LOCAL=${KV_FULL#"${KV_MAJOR}.${KV_MINOR}.${KV_PATCH}${KV_EXTRA}"}
	qeinfo "Found sources for kernel version: ${KV_FULL}"
}
get_running_version() { KV_FULL=$(uname -r); }
linux-info_get_any_version() { get_version || get_running_version; }

# @FUNCTION: kernel_is
# @USAGE: [-lt|-le|-eq|-ge|-gt] <version>
# @DESCRIPTION:
# Compares the version of the kernel.
kernel_is() {
	local op=-eq

	[[ $1 == -* ]] && { op=$1; shift; }
	linux-info_get_any_version || return 1
	test $((KV_MAJOR * 65536 + KV_MINOR * 256 + KV_PATCH)) "${op}" \
		$((${1:-KV_MAJOR} * 65536 + ${2:-KV_MINOR} * 256 + ${3:-KV_PATCH}))
}

linux_config_src_exists() { [[ -s ${KV_OUT_DIR}/.config ]]; }
linux_config_bin_exists() { [[ -s /proc/config.gz ]]; }
linux_config_exists() { linux_config_src_exists; }
linux_config_path() { linux_config_src_exists && echo "${KV_OUT_DIR}/.config"; }
require_configured_kernel() {
	get_version || die "no kernel"
	linux_config_src_exists || die "Kernel not configured; no .config found in ${KV_OUT_DIR}"
}
linux_chkconfig_present() { grep -qsE "^CONFIG_$1=[ym]" "${KV_OUT_DIR}/.config"; }
linux_chkconfig_module() { grep -qs "^CONFIG_$1=m" "${KV_OUT_DIR}/.config"; }
linux_chkconfig_builtin() { grep -qs "^CONFIG_$1=y" "${KV_OUT_DIR}/.config"; }
linux_chkconfig_string() { sed -n "s/^CONFIG_$1=//p" "${KV_OUT_DIR}/.config"; }
check_kernel_built() {
	require_configured_kernel
	[[ -f ${KV_OUT_DIR}/Module.symvers ]] || die "Kernel sources need compiling first"
}
check_modules_supported() {
	require_configured_kernel
	linux_chkconfig_builtin MODULES || die "No support for external modules"
}

# @FUNCTION: check_extra_config
# @USAGE:
# @DESCRIPTION:
# Judges the configuration by CONFIG_CHECK: FOO must be there, !FOO must not,
# ~ makes it a warning.
check_extra_config() {
	local one name soft bad=

	linux-info_get_any_version || return 0
	linux_config_exists || return 0
	for one in ${CONFIG_CHECK}; do
		soft=
		[[ ${one} == "~"* ]] && { soft=1; one=${one#"~"}; }
		name=${one#!}
		if [[ ${one} == !* ]]; then
			linux_chkconfig_present "${name}" || continue
		else
			linux_chkconfig_present "${name}" && continue
		fi
		if [[ -n ${soft} ]]; then
			ewarn "  CONFIG_${name}: is not as it should be"
		else
			eerror "  CONFIG_${name}: is not as it should be"
			bad=1
		fi
	done
	[[ -z ${bad} || -n ${CHECKCONFIG_DONOTHING} ]] || die "Incorrect kernel configuration options"
}

# @FUNCTION: linux-info_pkg_setup
# @USAGE:
# @DESCRIPTION:
# Finds the kernel and checks its configuration.
linux-info_pkg_setup() {
	linux-info_get_any_version
	[[ -n ${CONFIG_CHECK} ]] && check_extra_config
}
fi

EXPORT_FUNCTIONS pkg_setup
