# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

EAPI=8

inherit flag-o-matic linux-mod-r1 toolchain-funcs zfs-live

DESCRIPTION="Solaris Porting Layer, for the 0.6 and 0.7 branches of ZFSOnLinux"
HOMEPAGE="https://github.com/zfsonlinux/spl"
EGIT_REPO_URI="https://github.com/zfsonlinux/spl.git"
EGIT_BRANCH="spl-0.7-release"

LICENSE="GPL-2+"
SLOT="0"
IUSE="custom-cflags debug debug-kmem"

# Later versions of ZFS bring it along.
RDEPEND="!>=sys-fs/zfs-0.8.0"
BDEPEND="dev-lang/perl"

DOCS=( AUTHORS DISCLAIMER )

# The kernels that the branch was made for: its META and its release notes (0.7.13).
MODULES_KERNEL_MAX=5.0
MODULES_KERNEL_MIN=2.6.32

# linux-mod-r1 only warns of a kernel that is too new, and configure would fail
# on it after minutes, with a test that says nothing of the reason.
_spl_check_kernel() {
	[[ ${MERGE_TYPE} == binary || -n ${SPL_KERNEL_ANY} ]] && return
	ver_test "${KV_MAJOR}.${KV_MINOR}" -le "${MODULES_KERNEL_MAX}" && return

	eerror "The SPL of the 0.6 and 0.7 branches knows kernels ${MODULES_KERNEL_MIN} to"
	eerror "${MODULES_KERNEL_MAX}, and this one is ${KV_FULL}.  Since 0.8 the SPL is a part of ZFS:"
	eerror "sys-fs/zfs builds it, for current kernels, too.  For a branch of your own"
	eerror "that knows this kernel, set SPL_KERNEL_ANY=1."
	die "SPL 0.7 needs a kernel from ${MODULES_KERNEL_MIN} to ${MODULES_KERNEL_MAX}, not ${KV_FULL}"
}

pkg_setup() {
	CONFIG_CHECK="
		KALLSYMS
		ZLIB_DEFLATE
		ZLIB_INFLATE
		!PAX_KERNEXEC_PLUGIN_METHOD_OR
		!PAX_RANDKSTACK
	"
	use debug && CONFIG_CHECK+=" DEBUG_INFO FRAME_POINTER"
	linux-mod-r1_pkg_setup
	_spl_check_kernel
	zfs-live_pkg_setup
}

src_configure() {
	use custom-cflags || strip-flags
	filter-ldflags -Wl,*

	local myconf=(
		--bindir="${EPREFIX}/bin"
		--sbindir="${EPREFIX}/sbin"
		--with-config=all
		--with-linux="${KV_DIR}"
		--with-linux-obj="${KV_OUT_DIR}"
		$(use_enable debug)
		$(use_enable debug-kmem)
		$(use_enable debug-kmem debug-kmem-tracking)
	)

	# Its tests of the kernel ask ${CPP}, which autoconf 2.71 sets only where AC_PROG_CPP is called.
	local -x CPP
	CPP="$(tc-getCC) -E"
	# configure runs kbuild, which would read Portage's ARCH.
	set_arch_to_kernel
	zfs-live_configure "${myconf[@]}"
	set_arch_to_pkgmgr
}

src_compile() {
	zfs-live_make "${MODULES_MAKEARGS[@]}"
}

src_install() {
	emake "${MODULES_MAKEARGS[@]}" DESTDIR="${D}" INSTALL_MOD_PATH="${EPREFIX}" install
	modules_post_process
	zfs-live_install_done

	einstalldocs
}

pkg_postinst() {
	linux-mod-r1_pkg_postinst
	zfs-live_pkg_postinst
}
