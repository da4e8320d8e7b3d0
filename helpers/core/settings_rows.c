/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/settings.h"

#define ROW(section, key, kind, fallback, help)                                                                        \
	{ #section, #key, ZOL_SET_##kind, offsetof(struct zol_settings, section.key), fallback, NULL, NULL, help }
#define ROW_ENV(section, key, kind, fallback, env, help)                                                               \
	{ #section, #key, ZOL_SET_##kind, offsetof(struct zol_settings, section.key), fallback, NULL, env, help }
#define ROW_CHOICE(section, key, fallback, choices, help)                                                              \
	{ #section, #key, ZOL_SET_CHOICE, offsetof(struct zol_settings, section.key), fallback, choices, NULL, help }

static const char *const trees[] = { "auto", "webrsync", "none", NULL };
static const char *const accels[] = { "auto", "kvm", "tcg", NULL };
static const char *const transports[] = { "9p", "virtiofs", NULL };
static const char *const caches[] = { "none", "loose", "fscache", "mmap", "readahead", NULL };
static const char *const security_models[] = { "passthrough", "mapped-xattr", "mapped-file", "none", NULL };

static const struct zol_set_row rows[] = {
	ROW_ENV(paths, guests, PATH, "/guest", "ZOLKIT_GUESTS", "Where the guests' root trees are, one directory each."),
	ROW_ENV(paths, state, PATH, "/var/lib/zolkit", "ZOLKIT_STATE",
		"What must outlive a reboot: records of guests, kernel builds, logs, rollback state."),
	ROW_ENV(paths, cache, PATH, "/var/cache/zolkit", "ZOLKIT_CACHE",
		"What can be fetched or computed again: verified stage3 archives."),
	ROW_ENV(paths, run, PATH, "/run/zolkit", "ZOLKIT_RUN", "Sockets and pid files of running guests."),
	ROW_ENV(paths, conf, PATH, "/usr/share/zolkit", "ZOLKIT_DATA",
		"The kit's own data: kernel fragments, Portage templates, suites."),

	ROW(stage, mirrors, LIST, "https://distfiles.gentoo.org",
	    "Mirrors, tried in order. http, https and file URLs; what they deliver counts only when it is signed."),
	ROW(stage, arch, STR, "amd64", "Architecture of the stage3, as mirrors name it."),
	ROW(stage, variant, STR, "openrc", "Variant of the stage3: openrc, systemd, hardened-openrc, musl, x32-openrc ..."),
	ROW(stage, keyring, PATH, "/usr/share/openpgp-keys/gentoo-release.asc",
	    "OpenPGP keyring, armored or binary, that holds the release keys."),
	ROW(stage, keys, LIST, "13EBBDBEDE7A12775DFDB1BABB572E0E2D182910",
	    "Fingerprints of the primary keys that may sign a stage3. No other key of the keyring counts."),
	ROW(stage, max_age, DURATION, "14d", "Refuse an index that was signed longer ago than this; 0: any age."),
	ROW(stage, max_size, SIZE, "32G", "Refuse an archive that unpacks to more than this; 0: any size."),
	ROW(stage, stall, DURATION, "30s", "Try the next mirror when no byte came for this long."),

	ROW_ENV(guest, name, STR, "gentoo", "ZOLKIT_GUEST", "The guest that is meant when none is named with -g."),
	ROW(guest, hostname, STR, "", "Its host name; empty: the guest's name."),
	ROW(guest, tmp_size, SIZE, "0", "Size of the tmpfs on /tmp in the guest; 0: the kernel's choice, half of memory."),
	ROW(guest, portage_tmp_size, SIZE, "0",
	    "Size of the tmpfs on /var/tmp/portage in the guest; 0: the kernel's choice, half of memory."),
	ROW(guest, autologin, BOOL, "yes", "Log root in on the serial consoles without a password."),

	ROW(chroot, code, LIST, "",
	    "Directories of the host that appear below /mnt/code in the guest, read-only. ~/ is your home directory."),
	ROW(chroot, portage_tree, PATH, "", "The host's Gentoo repository, to be used read-only in the guest; empty: its own."),
	ROW(chroot, distfiles, PATH, "", "The host's distfiles, to be shared with the guest; empty: its own."),
	ROW(chroot, binpkgs, PATH, "", "The host's binary packages, to be shared with the guest; empty: its own."),
	ROW(chroot, pid_namespace, BOOL, "yes", "Give the chroot its own process numbers, so that nothing started there outlives it."),

	ROW(portage, jobs, U64, "0", "Parallel jobs of emerge in the guest; 0: by the CPUs and the memory of this host."),
	ROW(portage, march, STR, "",
	    "The CPU that code in the guest is made for: native when the VM runs on this host's with KVM; empty: any."),
	ROW(portage, ccache, BOOL, "yes", "Use ccache in the guest once it is installed there."),
	ROW(portage, buildpkg, BOOL, "yes", "Keep binary packages of what is built, but for live packages."),
	ROW(portage, pgo, BOOL, "no", "Build the guest's GCC with profile-guided optimization: takes hours, then saves a tenth."),
	ROW(portage, incremental, BOOL, "yes", "Keep the build trees of live packages, so that a rebuild does only what changed."),
	ROW_CHOICE(portage, tree, "auto", trees,
	    "How the guest gets the Gentoo repository: webrsync fetches it when it is missing; auto, too, unless chroot.portage_tree is set."),
	ROW(portage, overlay, PATH, "", "The host's copy of this overlay, shown to the guest read-only; empty: where it is found."),

	ROW(kernel, source, PATH, "/usr/src/linux", "Kernel source: a tree in the guest, or when the guest has none there, on the host."),
	ROW(kernel, base, STR, "defconfig",
	    "What the configuration starts from: tinyconfig, defconfig, host (the running kernel's) or a file."),
	ROW(kernel, fragments, LIST, "boot9p guest trace zfs",
	    "Configuration fragments, merged in order: names below paths.conf/kernel, or files."),
	ROW(kernel, localversion, STR, "-zolkit", "Appended to the kernel's release."),
	ROW(kernel, jobs, U64, "0", "Parallel jobs of a build; 0: one for each CPU."),
	ROW(kernel, ccache, BOOL, "yes", "Use ccache when it is installed."),

	ROW(vm, qemu, STR, "", "The QEMU program; empty: qemu-system-<architecture> from PATH."),
	ROW_CHOICE(vm, accel, "auto", accels, "How the CPU is emulated; auto finds out what works on this host."),
	ROW(vm, machine, STR, "", "QEMU's machine type; empty: one that fits the architecture."),
	ROW(vm, cpu, STR, "", "QEMU's CPU model; empty: host with kvm, max without."),
	ROW(vm, smp, U64, "0", "Number of CPUs; 0: those of the host, at most 8."),
	ROW(vm, memory, SIZE, "0", "Memory; 0: a quarter of the host's, between 1G and 8G."),
	ROW(vm, msize, SIZE, "500K", "Largest 9p message; kernels cut off what is more than 500K."),
	ROW(vm, boot_timeout, DURATION, "0", "How long the boot may stay silent before the watchdog ends it; 0: by accelerator."),
	ROW(vm, stop_timeout, DURATION, "1m", "How long a guest may take to power off before the next means is tried."),
	ROW_CHOICE(vm, transport, "9p", transports, "How the guest reaches its root tree."),
	ROW_CHOICE(vm, cache, "mmap", caches, "Cache mode of the 9p root."),
	ROW_CHOICE(vm, security_model, "passthrough", security_models, "How QEMU stores owners and modes for 9p."),
	ROW(vm, kernel_args, LIST, "", "Further words of the kernel's command line."),
	ROW(vm, qemu_args, LIST, "", "Further arguments of QEMU."),

	ROW(src, checkouts, LIST, "",
	    "Git checkouts: NAME=DIR for one that can be called by its name, or DIR, for one or for a directory that holds some."),
};

_Static_assert(ZOL_COUNT(rows) <= ZOL_SETTINGS_MAX, "ZOL_SETTINGS_MAX is too small");

const struct zol_set_row *zol_settings_rows(size_t *ret_n)
{
	*ret_n = ZOL_COUNT(rows);
	return rows;
}
