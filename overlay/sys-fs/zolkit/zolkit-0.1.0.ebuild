# Copyright 2026 Gentoo Authors
# Distributed under the terms of the GNU General Public License v2

EAPI=8

inherit optfeature shell-completion systemd tmpfiles toolchain-funcs

if [[ ${PV} == 9999 ]]; then
	inherit git-r3
	EGIT_REPO_URI="https://github.com/zolkit/zolkit.git"
else
	SRC_URI="https://github.com/zolkit/zolkit/releases/download/v${PV}/${P}.tar.xz"
	KEYWORDS="~amd64"
fi

DESCRIPTION="ZFSOnLinux development kit: guests, kernels, live builds, tests, debugging"
HOMEPAGE="https://github.com/zolkit/zolkit"

LICENSE="GPL-2+"
SLOT="0"
IUSE="+qemu test"
RESTRICT="!test? ( test )"

RDEPEND="
	app-arch/bzip2:=
	app-arch/libarchive:=[lzma,zstd]
	app-arch/xz-utils
	app-arch/zstd:=
	dev-db/sqlite:3
	dev-libs/elfutils
	dev-libs/inih
	dev-libs/jansson:=
	dev-libs/libgit2:=
	dev-libs/openssl:=
	net-misc/curl[ssl]
"
DEPEND="
	${RDEPEND}
	test? ( dev-util/cmocka )
"
RDEPEND+="
	app-admin/eselect
	app-crypt/gnupg
	sec-keys/openpgp-keys-gentoo-release
	qemu? ( app-emulation/qemu[virtfs] )
"
BDEPEND="
	app-text/scdoc
	virtual/pkgconfig
	test? ( dev-lang/perl )
"

# They run inside of guests, and are as small as can be.
QA_PRESTRIPPED="
	usr/libexec/zolkit/zolkit-agent
	usr/libexec/zolkit/zolkit-probe
"

_zolkit_emake() {
	emake V=1 \
		CC="$(tc-getCC)" AR="$(tc-getAR)" PKG_CONFIG="$(tc-getPKG_CONFIG)" \
		PREFIX="${EPREFIX}/usr" SYSCONFDIR="${EPREFIX}/etc" \
		BASHCOMPDIR="$(get_bashcompdir)" ZSHCOMPDIR="$(get_zshcompdir)" \
		FISHCOMPDIR="$(get_fishcompdir)" "$@"
}

src_compile() {
	_zolkit_emake all
}

src_test() {
	_zolkit_emake check-run TESTS='$(UNITS)'
}

src_install() {
	_zolkit_emake DESTDIR="${D}" install
	einstalldocs

	newinitd conf/init.d/zolkit.initd zolkit
	newconfd conf/init.d/zolkit.confd zolkit
	systemd_dounit conf/systemd/zolkit@.service
	dotmpfiles conf/tmpfiles.d/zolkit.conf

	keepdir /var/lib/zolkit
}

pkg_postinst() {
	tmpfiles_process zolkit.conf

	[[ -z ${REPLACING_VERSIONS} ]] || return 0
	elog "Create a first guest, as configured in ${EROOT}/etc/zolkit/zolkit.conf:"
	elog "    emerge --config ${CATEGORY}/${PN}"
	elog "or do all of it, up to the running virtual machine: zolkit up"
	optfeature "indexes of source code" dev-util/cscope dev-util/ctags
	optfeature "compiling the same kernel again" dev-util/ccache
	optfeature "debugging a guest" dev-debug/gdb
	optfeature "flame graphs" dev-util/perf
}

pkg_config() {
	# What to create is in zolkit.conf, whether it is there already the helpers
	# know: to run this again does what is left to do.
	[[ -z ${ROOT} ]] || die "Guests are created by the system that runs them: not below ROOT"

	local zolkit="${EROOT}/usr/bin/zolkit" guest

	guest=$("${zolkit}" config get guest.name) || die "zolkit.conf is not right"
	einfo "Creating guest ${guest} ..."
	"${zolkit}" -g "${guest}" guest create || die "zolkit guest create failed"
	"${zolkit}" -g "${guest}" guest prepare || die "zolkit guest prepare failed"
	einfo "Guest ${guest} is ready.  Continue with: zolkit up"
}
