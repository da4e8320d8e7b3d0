/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "base/path.h"

int zol_exists(const char *path, struct zol_err *err)
{
	struct stat st;

	if (fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 1;
	if (errno == ENOENT || errno == ENOTDIR)
		return 0;
	return zol_err_sys(err, "cannot look at %s", path);
}

int zol_fsync_dir(int dirfd, const char *path, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = -1;
	bool self = !path || !*path;

	fd = openat(dirfd, self ? "." : path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return zol_err_sys(err, "cannot open directory %s", self ? "of the file" : path);
	/* Some filesystems cannot sync a directory (EINVAL): then there is nothing to sync. */
	if (fsync(fd) < 0 && errno != EINVAL && errno != EROFS)
		return zol_err_sys(err, "cannot sync directory %s", self ? "of the file" : path);
	return 0;
}

char *zol_path_join(const char *dir, const char *name)
{
	size_t len = strlen(dir);

	while (*name == '/')
		name++;
	while (len > 1 && dir[len - 1] == '/')
		len--;
	if (!len)
		return zol_asprintf("%s", name);
	return zol_asprintf("%.*s%s%s", (int)len, dir, dir[len - 1] == '/' ? "" : "/", name);
}

static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

char *zol_path_which(const char *program)
{
	struct zol_span rest, dir;
	const char *path = getenv("PATH");

	if (strchr(program, '/'))
		return is_program(program) ? zol_asprintf("%s", program) : NULL;
	if (!*program)
		return NULL;
	rest = zol_span_c(path && *path ? path : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	while (zol_span_field(&rest, ":", &dir)) {
		ZOL_AUTO(free) char *full = zol_asprintf("%.*s/%s", (int)dir.len, dir.ptr, program);

		if (full && is_program(full))
			return zol_take_ptr(full);
	}
	return NULL;
}

bool zol_name_ok(const char *name)
{
	static const char alnum[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	size_t len = strlen(name);

	if (!len || len > 64 || !strchr(alnum, name[0]) || strstr(name, ".."))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!strchr(alnum, name[i]) && !strchr("._+-", name[i]))
			return false;
	return true;
}

/* Makes one directory with exactly the mode; 1 when it was there. */
static int make_dir(const char *path, mode_t mode)
{
	ZOL_AUTO(fd) int fd = -1;
	struct stat st;

	if (mkdir(path, mode) < 0) {
		if (errno != EEXIST)
			return -errno;
		if (stat(path, &st) < 0)
			return -errno;
		return S_ISDIR(st.st_mode) ? 1 : -ENOTDIR;
	}
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 || fchmod(fd, mode) < 0 ? -errno : 0;
}

int zol_mkdirs(const char *path, mode_t mode, struct zol_err *err)
{
	ZOL_AUTO(free) char *part = NULL;
	struct stat st;
	int existed = 1;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return 1;
	part = zol_asprintf("%s", path);
	if (!part)
		return zol_err_oom(err);
	for (char *p = part; *p; p++) {
		char *end;
		char saved;
		int rc;

		p += strspn(p, "/");
		if (!*p)
			break;
		end = p + strcspn(p, "/");
		saved = *end;
		*end = '\0';
		rc = make_dir(part, mode);
		if (rc < 0)
			return zol_err_set(err, ZOL_SYSTEM, -rc, "cannot make directory %s", part);
		existed &= rc;
		*end = saved;
		p = end - 1;
	}
	return existed;
}

char *zol_fd_path(int fd)
{
	char link[64], path[PATH_MAX];
	ssize_t n;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return NULL;
	path[n] = '\0';
	return strdup(path);
}
