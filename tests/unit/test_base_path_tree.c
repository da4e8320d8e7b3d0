/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap: statx renameat2 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/path.h"

#include "scratch.h"
#include "unit.h"

/* Directories of this inode look like mount points: 1 as Linux 5.8 and later show them, 2 as before. */
static ino_t mounted;
static int how;

int __real_statx(int fd, const char *path, int flags, unsigned mask, struct statx *sx);
int __wrap_statx(int fd, const char *path, int flags, unsigned mask, struct statx *sx);
int __wrap_statx(int fd, const char *path, int flags, unsigned mask, struct statx *sx)
{
	int rc = __real_statx(fd, path, flags, mask, sx);

	if (rc == 0 && how == 1 && sx->stx_ino == mounted) {
		sx->stx_attributes_mask |= STATX_ATTR_MOUNT_ROOT;
		sx->stx_attributes |= STATX_ATTR_MOUNT_ROOT;
	} else if (rc == 0 && how == 2) {
		sx->stx_attributes_mask &= ~(uint64_t)STATX_ATTR_MOUNT_ROOT;
		if (sx->stx_ino == mounted)
			sx->stx_dev_minor += 77;
	}
	return rc;
}

static bool there(const struct scratch *d, const char *name)
{
	struct stat st;

	return fstatat(d->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static void make_dir(const struct scratch *d, const char *name, const char *file)
{
	ZOL_AUTO(free) char *path = zol_path_join(name, file);

	assert_int_equal(mkdirat(d->fd, name, 0755), 0);
	scratch_put(d, path, file);
}

/* From now on, renameat2 of these flags is unknown to the file system. */
static unsigned unknown_flags;

int __real_renameat2(int from, const char *a, int to, const char *b, unsigned flags);
int __wrap_renameat2(int from, const char *a, int to, const char *b, unsigned flags);
int __wrap_renameat2(int from, const char *a, int to, const char *b, unsigned flags)
{
	if (!(flags & unknown_flags))
		return __real_renameat2(from, a, to, b, flags);
	errno = EINVAL;
	return -1;
}

UNIT(a_directory_takes_the_place_of_another)
{
	static const unsigned unknown[] = { 0, RENAME_EXCHANGE, RENAME_EXCHANGE | RENAME_NOREPLACE };

	for (size_t i = 0; i < ZOL_COUNT(unknown); i++) {
		SCRATCH(dir);
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		unknown_flags = unknown[i];
		make_dir(&dir, "one", "first");
		assert_int_equal(zol_swap_dir(dir.fd, "one", "it", &err), 0);
		assert_true(there(&dir, "it/first"));
		make_dir(&dir, "two", "second");
		make_dir(&dir, "two.old", "left by a run that was killed");
		assert_int_equal(zol_swap_dir(dir.fd, "two", "it", &err), 0);
		assert_true(there(&dir, "it/second"));
		assert_false(there(&dir, "it/first"));
		assert_false(there(&dir, "one"));
		assert_false(there(&dir, "two"));
		if (unknown[i] & RENAME_EXCHANGE)
			assert_false(there(&dir, "two.old"));
		assert_true(zol_swap_dir(dir.fd, "none", "it", &err) < 0);
		assert_non_null(strstr(zol_err_text(&err), "cannot put it in place"));
		assert_true(there(&dir, "it/second"));
	}
	unknown_flags = 0;
}

UNIT(what_is_not_there_is_removed_already)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_rmtree(dir.fd, "none", &err), 0);
}

UNIT(files_and_links_are_removed)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	scratch_put(&dir, "file", "x");
	assert_int_equal(symlinkat("file", dir.fd, "link"), 0);
	assert_int_equal(zol_rmtree(dir.fd, "link", &err), 0);
	assert_true(there(&dir, "file"));
	assert_int_equal(zol_rmtree(dir.fd, "file", &err), 0);
	assert_false(there(&dir, "file"));
}

UNIT(trees_are_removed_and_links_not_followed)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_mkdirs_in(dir.fd, "t/a/b/c", 0755, &err), 0);
	assert_int_equal(zol_mkdirs_in(dir.fd, "t/d/e", 0755, &err), 0);
	assert_int_equal(zol_mkdirs_in(dir.fd, "keep/me", 0755, &err), 0);
	scratch_put(&dir, "t/a/file", "x");
	scratch_put(&dir, "t/a/b/c/file", "x");
	scratch_put(&dir, "keep/file", "x");
	assert_int_equal(symlinkat("../keep", dir.fd, "t/link"), 0);
	assert_int_equal(symlinkat("../../keep", dir.fd, "t/a/link"), 0);
	assert_int_equal(mkfifoat(dir.fd, "t/fifo", 0600), 0);
	assert_int_equal(zol_rmtree(dir.fd, "t", &err), 0);
	assert_false(there(&dir, "t"));
	assert_true(there(&dir, "keep/file"));
	assert_true(there(&dir, "keep/me"));
}

UNIT(wide_trees_are_removed)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	for (int i = 0; i < 300; i++) {
		ZOL_AUTO(free) char *path = zol_asprintf("t/%d/%d", i % 20, i);

		assert_int_equal(zol_mkdirs_in(dir.fd, path, 0755, &err), 0);
	}
	assert_int_equal(zol_rmtree(dir.fd, "t", &err), 0);
	assert_false(there(&dir, "t"));
}

/* Deeper than there are descriptors, and longer than PATH_MAX. */
UNIT(deep_trees_are_removed)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	int fd = dir.fd;

	for (int i = 0; i < 3000; i++) {
		int next;

		assert_int_equal(mkdirat(fd, "deep", 0755), 0);
		next = openat(fd, "deep", O_PATH | O_DIRECTORY | O_CLOEXEC);
		assert_true(next >= 0);
		if (fd != dir.fd)
			(void)close(fd);
		fd = next;
	}
	(void)close(fd);
	assert_int_equal(zol_rmtree(dir.fd, "deep", &err), 0);
	assert_false(there(&dir, "deep"));
}

UNIT(unsearchable_directories_are_opened_up)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *shut = zol_path_join(dir.path, "t/shut");
	ZOL_AUTO(free) char *readonly = zol_path_join(dir.path, "t/readonly");

	assert_int_equal(zol_mkdirs_in(dir.fd, "t/shut/x", 0755, &err), 0);
	assert_int_equal(zol_mkdirs_in(dir.fd, "t/readonly/x", 0755, &err), 0);
	scratch_put(&dir, "t/readonly/file", "x");
	assert_int_equal(chmod(shut, 0), 0);
	assert_int_equal(chmod(readonly, 0555), 0);
	assert_int_equal(zol_rmtree(dir.fd, "t", &err), 0);
	assert_false(there(&dir, "t"));
}

UNIT(mounts_are_not_crossed)
{
	for (how = 1; how <= 2; how++) {
		SCRATCH(dir);
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		struct stat st;

		assert_int_equal(zol_mkdirs_in(dir.fd, "t/a/mnt/precious", 0755, &err), 0);
		assert_int_equal(fstatat(dir.fd, "t/a/mnt", &st, 0), 0);
		mounted = st.st_ino;
		assert_int_equal(zol_rmtree(dir.fd, "t", &err), -(int)ZOL_SYSTEM);
		assert_int_equal(err.errnum, EBUSY);
		assert_string_equal(err.msg, "t: cannot remove a/mnt: Device or resource busy");
		assert_true(there(&dir, "t/a/mnt/precious"));
		zol_err_clear(&err);
		/* Nor when it is the top itself. */
		assert_int_equal(zol_rmtree(dir.fd, "t/a/mnt", &err), -(int)ZOL_SYSTEM);
		assert_int_equal(err.errnum, EBUSY);
		assert_true(there(&dir, "t/a/mnt/precious"));
		mounted = 0;
	}
	how = 0;
}

UNIT(paths_from_the_host)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *path = zol_path_join(dir.path, "t");

	assert_int_equal(zol_mkdirs_in(dir.fd, "t/a", 0755, &err), 0);
	assert_int_equal(zol_rmtree(AT_FDCWD, path, &err), 0);
	assert_false(there(&dir, "t"));
}

UNIT_MAIN()
