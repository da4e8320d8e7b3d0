/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/path.h"
#include "base/proc.h"
#include "sys/kbuild.h"
#include "sys/ktree.h"

/* Directories below /lib/modules/RELEASE that modules_install of the kernel itself never fills. */
static const char *const foreign[] = { "extra", "updates", "video", "weak-updates", "net", "dkms" };

/* Copies the guest's foreign modules into the staging directory, so that depmod sees them. */
static int keep_foreign(int modules, const char *release, int staged, struct zol_err *err)
{
	ZOL_AUTO(fd) int old = openat(modules, release, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (old < 0)
		return 0;
	for (size_t i = 0; i < ZOL_COUNT(foreign); i++) {
		ZOL_AUTO(fd) int from = openat(old, foreign[i], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (from < 0)
			continue;
		if (mkdirat(staged, foreign[i], 0755) < 0)
			return zol_err_sys(err, "cannot make %s", foreign[i]);
		ZOL_AUTO(fd) int to = openat(staged, foreign[i], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (to < 0)
			return zol_err_sys(err, "cannot open %s", foreign[i]);
		int rc = zol_ktree_copy(from, to, err);

		if (rc < 0)
			return zol_err_wrap(err, "modules in %s", foreign[i]);
	}
	return 0;
}

static int run_depmod(const char *staging, const char *release, struct zol_err *err)
{
	const char *program = access("/sbin/depmod", X_OK) == 0 ? "/sbin/depmod" : "depmod";
	const char *const argv[] = { program, "-b", staging, release, NULL };
	int rc = zol_proc_capture(argv, NULL, err);

	return rc < 0 ? zol_err_hint(err, "depmod comes with kmod") : 0;
}

static int copy_in(int modules, int staged, const char *release, struct zol_err *err)
{
	ZOL_AUTO(free) char *tmp = zol_asprintf(".%s.zol-new", release);

	if (!tmp)
		return zol_err_oom(err);
	int rc = zol_rmtree(modules, tmp, err);

	if (rc < 0)
		return rc;
	if (mkdirat(modules, tmp, 0755) < 0)
		return zol_err_sys(err, "cannot make /lib/modules/%s", tmp);
	ZOL_AUTO(fd) int to = openat(modules, tmp, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (to < 0)
		return zol_err_sys(err, "cannot open /lib/modules/%s", tmp);
	rc = zol_ktree_copy(staged, to, err);
	if (rc == 0)
		rc = zol_swap_dir(modules, tmp, release, err);
	if (rc < 0)
		return zol_err_wrap(err, "/lib/modules");
	return zol_fsync_dir(modules, "", err);
}

int zol_kmodules_install(const char *staging, const char *release, const char *guest_root, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_asprintf("%s/lib/modules/%s", staging, release);

	if (!path)
		return zol_err_oom(err);
	ZOL_AUTO(fd) int staged = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (staged < 0)
		return zol_err_sys(err, "cannot open %s", path);
	ZOL_AUTO(fd) int root = zol_root_open(guest_root, err);

	if (root < 0)
		return root;
	int rc = zol_mkdirs_in(root, "/lib/modules", 0755, err);

	if (rc < 0)
		return zol_err_wrap(err, "%s", guest_root);
	ZOL_AUTO(fd) int modules = zol_open_in(root, "/lib/modules", O_RDONLY | O_DIRECTORY, 0, err);

	if (modules < 0)
		return zol_err_wrap(err, "%s/lib/modules", guest_root);
	rc = keep_foreign(modules, release, staged, err);
	if (rc == 0)
		rc = run_depmod(staging, release, err);
	return rc == 0 ? copy_in(modules, staged, release, err) : rc;
}
