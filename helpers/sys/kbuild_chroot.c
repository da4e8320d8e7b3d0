/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/kbuild_chroot.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/path.h"
#include "core/strmap.h"

#define PATH_INSIDE "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static void bind(struct zol_strv *ret, const char *dir, const char *how)
{
	if (!dir || access(dir, F_OK) < 0)
		return;
	zol_strv_add(ret, "--bind");
	zol_strv_addf(ret, "%s:%s%s", dir, dir, how);
}

/* Of the environment, only what is about the build holds in the guest, too. */
static bool concerns(const char *assignment)
{
	static const char *const names[] = { "KBUILD_", "LC_ALL=", "CCACHE_DIR=", "CCACHE_MAXSIZE=" };

	for (size_t i = 0; i < ZOL_COUNT(names); i++)
		if (strncmp(assignment, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

void zol_kchroot_argv(const struct zol_kchroot *c, const char *const *argv, const char *const *env,
		      struct zol_strv *ret)
{
	zol_strv_extend(ret, c->enter);
	zol_strv_add(ret, "--no-profile");
	zol_strv_add(ret, "--no-code");
	bind(ret, c->source, ":ro");
	for (size_t i = 0; i < ZOL_KCHROOT_DIRS; i++)
		bind(ret, c->dirs[i], "");
	for (; env && *env; env++) {
		if (!concerns(*env))
			continue;
		zol_strv_add(ret, "--env");
		zol_strv_add(ret, *env);
	}
	zol_strv_add(ret, "--env");
	zol_strv_addf(ret, "PATH=%s%s" PATH_INSIDE, c->ccache ? c->ccache : "", c->ccache ? ":" : "");
	zol_strv_add(ret, "--");
	zol_strv_extend(ret, argv);
}

int zol_kchroot_run(void *ctx, const struct zol_run *run, struct zol_run_result *ret, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	struct zol_run inside = *run;

	zol_kchroot_argv(ctx, run->spawn.argv, run->spawn.env, &argv);
	if (zol_strv_check(&argv, err) < 0)
		return -(int)err->code;
	inside.spawn.argv = zol_strv_list(&argv);
	inside.spawn.env = NULL;
	return zol_proc_run(&inside, ret, err);
}

const char *zol_kchroot_ccache(const struct zol_kchroot *c)
{
	static const char *const places[] = { "/usr/lib/ccache/bin", "/usr/lib/ccache", "/usr/lib64/ccache" };

	for (size_t i = 0; i < ZOL_COUNT(places); i++) {
		ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
		ZOL_AUTO(free) char *gcc = zol_path_join(places[i], "gcc");
		ZOL_AUTO(fd) int fd = gcc ? zol_open_in(c->root, gcc, O_PATH, 0, &ignored) : -1;

		if (fd >= 0)
			return places[i];
	}
	return NULL;
}

/* Looks a program up as PATH_INSIDE does; its facts go into seed. */
static bool add_program(const struct zol_kchroot *c, const char *name, uint64_t *seed)
{
	static const char *const dirs[] = { "usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin", "sbin", "bin" };

	for (size_t i = 0; i < ZOL_COUNT(dirs); i++) {
		ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
		ZOL_AUTO(free) char *path = zol_path_join(dirs[i], name);
		ZOL_AUTO(fd) int fd = path ? zol_open_in(c->root, path, O_PATH, 0, &ignored) : -1;
		struct stat st;

		if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
			continue;
		const int64_t facts[] = { (int64_t)st.st_size, (int64_t)st.st_mtim.tv_sec, (int64_t)st.st_ino };

		*seed = zol_fnv64(*seed, path, strlen(path) + 1);
		*seed = zol_fnv64(*seed, facts, sizeof(facts));
		return true;
	}
	return false;
}

int zol_kchroot_programs(const struct zol_kchroot *c, uint64_t *seed, struct zol_err *err)
{
	static const char *const programs[] = { "gcc", "make", "ld", "as" };

	*seed = zol_fnv64(*seed, "chroot", sizeof("chroot"));
	for (size_t i = 0; i < ZOL_COUNT(programs); i++) {
		if (add_program(c, programs[i], seed) || i > 1)
			continue;
		(void)zol_err_set(err, ZOL_SYSTEM, ENOENT, "guest %s has no %s to build a kernel with", c->guest,
				  programs[i]);
		return zol_err_hint(err, "--where host builds with the host's");
	}
	return 0;
}
