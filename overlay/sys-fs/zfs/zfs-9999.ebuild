# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

EAPI=8

MODULES_INITRAMFS_IUSE=+initramfs
MODULES_OPTIONAL_IUSE=+modules

# What src_configure sets up and pkg_setup asks of the kernel, for a look
# before anything is built.
ZFS_LIVE_KERNEL_CHECK="MODULES EFI_PARTITION ZLIB_DEFLATE ZLIB_INFLATE
	!DEBUG_LOCK_ALLOC !TRIM_UNUSED_KSYMS"

inherit flag-o-matic linux-mod-r1 multiprocessing pam
inherit shell-completion systemd udev zfs-live

DESCRIPTION="Kernel modules and userland of ZFS, from a developer's own checkout"
HOMEPAGE="https://openzfs.org/ https://github.com/openzfs/zfs"
EGIT_REPO_URI="https://github.com/openzfs/zfs.git"

LICENSE="BSD-2 CDDL MIT modules? ( debug? ( GPL-2+ ) )"
# The soname of libzfs.
SLOT="0/7"
IUSE="custom-cflags debug minimal nls pam +rootfs test-suite unwind"
REQUIRED_USE="test-suite? ( !minimal )"
RESTRICT="test"

DEPEND="
	dev-libs/openssl:=
	net-libs/libtirpc:=
	sys-apps/util-linux
	virtual/libudev:=
	virtual/zlib:=
	pam? ( sys-libs/pam )
	unwind? ( sys-libs/libunwind:= )
"
RDEPEND="
	${DEPEND}
	!sys-fs/zfs-kmod
	app-alternatives/awk
	virtual/udev
	!minimal? ( dev-lang/python )
	rootfs? (
		app-alternatives/cpio
		app-misc/pax-utils
	)
	test-suite? (
		app-alternatives/bc
		app-shells/ksh
		sys-apps/kmod[tools]
		sys-block/parted
		sys-fs/lsscsi
		sys-fs/mdadm
		sys-process/procps
	)
"
BDEPEND="
	app-alternatives/awk
	virtual/pkgconfig
	modules? ( dev-lang/perl )
	!minimal? ( dev-lang/python )
	nls? ( sys-devel/gettext )
"

pkg_setup() {
	local CONFIG_CHECK="
		EFI_PARTITION
		ZLIB_DEFLATE
		ZLIB_INFLATE
		!DEBUG_LOCK_ALLOC
	"
	# With debug, OpenZFS's assertions and DWARF are its own; a kernel
	# without DWARF gives back traces without its own half.
	use debug && CONFIG_CHECK+="
		~DEBUG_INFO
		~FRAME_POINTER
		~!DEBUG_INFO_REDUCED
	"
	use rootfs && CONFIG_CHECK+="
		BLK_DEV_INITRD
		DEVTMPFS
	"
	use test-suite && CONFIG_CHECK+="
		BLK_DEV_LOOP
	"
	local ERROR_BLK_DEV_LOOP="The ZFS test suite needs loop devices: CONFIG_BLK_DEV_LOOP"

	if use modules; then
		linux-mod-r1_pkg_setup
	else
		linux-info_pkg_setup
	fi
	zfs-live_pkg_setup

	# DWARF in the modules, whatever the kernel itself has.
	if use modules && ! use strip; then
		MODULES_MAKEARGS+=( CONFIG_DEBUG_INFO=y )
	fi
}

src_configure() {
	use custom-cflags || strip-flags

	local myconf=(
		--bindir="${EPREFIX}/bin"
		--sbindir="${EPREFIX}/sbin"
		--localstatedir="${EPREFIX}/var"
		--disable-static
		--enable-shared
		--disable-pyzfs
		--enable-systemd
		--enable-sysvinit
		--with-config="$(usex modules all user)"
		--with-dracutdir="${EPREFIX}/usr/lib/dracut"
		--with-pamconfigsdir="${EPREFIX}/unwanted_files"
		--with-pammoduledir="${EPREFIX}$(getpam_mod_dir)"
		--with-systemdpresetdir="$(systemd_get_systempresetdir)"
		--with-systemdunitdir="$(systemd_get_systemunitdir)"
		--with-udevdir="${EPREFIX}$(get_udevdir)"
		--with-vendor=gentoo
		$(use_enable debug)
		$(use_enable debug debuginfo)
		$(use_enable nls)
		$(use_enable pam)
		TEST_JOBS="$(makeopts_jobs)"
	)
	# Older branches do not know it.
	grep -q with-libunwind configure && myconf+=( $(use_with unwind libunwind) )
	if use modules; then
		myconf+=(
			--with-linux="${KV_DIR}"
			--with-linux-obj="${KV_OUT_DIR}"
			# The compiler that the kernel was built with, also for
			# the questions that configure asks by compiling.
			KERNEL_CC="${KERNEL_CC}"
			KERNEL_LD="${KERNEL_LD}"
		)
	fi
	if use minimal; then
		myconf+=( --without-python )
	else
		myconf+=( --with-python=3 )
	fi

	# configure runs kbuild, which would read Portage's ARCH.
	set_arch_to_kernel
	zfs-live_configure "${myconf[@]}"
	set_arch_to_pkgmgr

	# The suite is most of the directories that branches before 2.2 have make
	# visit, and what is in them is installed for the suite alone.
	if ! use test-suite && [[ -f tests/Makefile ]]; then
		printf '%%:\n\t@:\nall install clean:\n\t@:\n' > tests/GNUmakefile || die
	fi
}

src_compile() {
	zfs-live_make "${MODULES_MAKEARGS[@]}"
}

src_install() {
	local makeargs=( "${MODULES_MAKEARGS[@]}" DESTDIR="${D}" )

	# configure put the prefix into all paths but that of the modules.
	if use modules; then
		if grep -q 'DESTDIR)$(INSTALL_MOD_PATH)' module/Makefile.in; then
			# Branches before 2.0.
			makeargs+=( INSTALL_MOD_PATH="${EPREFIX}" )
		else
			makeargs+=( INSTALL_MOD_PATH="${ED}" )
		fi
	fi
	emake "${makeargs[@]}" install
	use modules && modules_post_process
	zfs-live_install_done

	local DOCS=( AUTHORS COPYRIGHT META README.md )
	einstalldocs

	use pam && { rm -r "${ED}"/unwanted_files || die; }
	if ! use test-suite; then
		rm -rf "${ED}"/usr/share/zfs/{test-runner,zfs-tests,runfiles} || die
		rm -f "${ED}"/usr/share/zfs/*.sh || die
	fi
	find "${ED}" -name '*.la' -delete || die

	newbashcomp contrib/bash_completion.d/zfs zfs
	bashcomp_alias zfs zpool

	# /etc/conf.d is OpenRC's: units of systemd do not read it.
	local units
	units=$(systemd_get_systemunitdir)
	find "${D}${units}" -name 'zfs*.service' -type f \
		-exec sed -i -e '/^EnvironmentFile=/d' {} + || die
	[[ ! -e ${ED}/etc/conf.d/zfs ]] || fperms 0644 /etc/conf.d/zfs
	# OpenRC unmounts everything anyway, and complains about what is gone.
	if [[ -e ${ED}/etc/default/zfs ]]; then
		sed -i -e '/^ZFS_UNMOUNT=/s/yes/no/' "${ED}"/etc/default/zfs || die
	fi
}

pkg_postinst() {
	udev_reload

	if use modules; then
		linux-mod-r1_pkg_postinst
		zfs-live_pkg_postinst
	fi

	if use rootfs && ! has_version sys-kernel/dracut && ! has_version sys-kernel/genkernel; then
		elog "A root file system on ZFS needs an initramfs; sys-kernel/dracut and"
		elog "sys-kernel/genkernel make one."
	fi
}

pkg_postrm() {
	udev_reload
}
