/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/path.h"

#include "scratch.h"
#include "unit.h"

static void joins(const char *dir, const char *name, const char *want)
{
	ZOL_AUTO(free) char *got = zol_path_join(dir, name);

	assert_string_equal(got, want);
}

UNIT(joins_without_doubled_slashes)
{
	joins("/a", "b", "/a/b");
	joins("/a//", "//b/c", "/a/b/c");
	joins("/", "b", "/b");
	joins("/", "", "/");
	joins("", "b", "b");
	joins("a", "", "a/");
}

UNIT(which_looks_into_path)
{
	SCRATCH(dir);
	ZOL_AUTO(free) char *tool = zol_path_join(dir.path, "tool");
	ZOL_AUTO(free) char *saved = zol_asprintf("%s", getenv("PATH"));
	ZOL_AUTO(free) char *path = zol_asprintf("/nowhere::%s:/usr/bin", dir.path);
	ZOL_AUTO(free) char *found = NULL;

	assert_int_equal(setenv("PATH", path, 1), 0);
	assert_null(zol_path_which("tool"));
	scratch_put(&dir, "tool", "#!/bin/sh\n");
	assert_null(zol_path_which("tool"));
	assert_int_equal(chmod(tool, 0755), 0);
	found = zol_path_which("tool");
	assert_string_equal(found, tool);
	assert_null(zol_path_which(""));
	assert_int_equal(setenv("PATH", saved, 1), 0);
}

UNIT(which_takes_a_path_as_it_is)
{
	ZOL_AUTO(free) char *sh = zol_path_which("/bin/sh");

	assert_string_equal(sh, "/bin/sh");
	assert_null(zol_path_which("/etc/passwd"));
	assert_null(zol_path_which("/usr"));
}

UNIT(which_has_a_default_path)
{
	ZOL_AUTO(free) char *saved = zol_asprintf("%s", getenv("PATH"));
	ZOL_AUTO(free) char *sh = NULL;

	assert_int_equal(unsetenv("PATH"), 0);
	sh = zol_path_which("sh");
	assert_int_equal(setenv("PATH", saved, 1), 0);
	assert_non_null(sh);
	assert_int_equal(sh[0], '/');
}

UNIT(names)
{
	static const char *const good[] = {
		"a", "gentoo", "zfs-2.2_rc1+x", "0", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	static const char *const bad[] = {
		"",
		".",
		"..",
		".a",
		"-a",
		"_a",
		"a..b",
		"a/b",
		"a b",
		"a\n",
		"\xc3\xa4",
		"a:b",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};

	for (size_t i = 0; i < ZOL_COUNT(good); i++)
		assert_true(zol_name_ok(good[i]));
	for (size_t i = 0; i < ZOL_COUNT(bad); i++)
		assert_false(zol_name_ok(bad[i]));
}

UNIT(exists_does_not_follow)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *link = zol_path_join(dir.path, "link");
	ZOL_AUTO(free) char *below = zol_path_join(dir.path, "file/x");
	ZOL_AUTO(free) char *loop = zol_path_join(dir.path, "link/x");

	assert_int_equal(zol_exists(link, &err), 0);
	assert_int_equal(symlink("link", link), 0);
	assert_int_equal(zol_exists(link, &err), 1);
	scratch_put(&dir, "file", "");
	assert_int_equal(zol_exists(below, &err), 0);
	assert_int_equal(zol_exists(loop, &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, ELOOP);
}

UNIT(mkdirs_makes_all_with_the_mode)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *path = zol_path_join(dir.path, "a//b/c/");
	mode_t mask = umask(077);
	struct stat st;

	assert_int_equal(zol_mkdirs(path, 0755, &err), 0);
	(void)umask(mask);
	assert_int_equal(fstatat(dir.fd, "a/b/c", &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0755);
	assert_int_equal(fstatat(dir.fd, "a", &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0755);
	assert_int_equal(zol_mkdirs(path, 0700, &err), 1);
	assert_int_equal(fstatat(dir.fd, "a", &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0755);
}

UNIT(mkdirs_follows_links_and_refuses_files)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *through = zol_path_join(dir.path, "link/b");
	ZOL_AUTO(free) char *file = zol_path_join(dir.path, "file/b");
	struct stat st;

	assert_int_equal(mkdirat(dir.fd, "real", 0755), 0);
	assert_int_equal(symlinkat("real", dir.fd, "link"), 0);
	assert_int_equal(zol_mkdirs(through, 0755, &err), 0);
	assert_int_equal(fstatat(dir.fd, "real/b", &st, 0), 0);
	scratch_put(&dir, "file", "");
	assert_int_equal(zol_mkdirs(file, 0755, &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, ENOTDIR);
}

UNIT(fsync_of_directories)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_fsync_dir(dir.fd, NULL, &err), 0);
	assert_int_equal(zol_fsync_dir(dir.fd, "", &err), 0);
	assert_int_equal(zol_fsync_dir(AT_FDCWD, dir.path, &err), 0);
	assert_int_equal(zol_fsync_dir(dir.fd, "none", &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, ENOENT);
}

UNIT(a_descriptor_has_a_path)
{
	SCRATCH(dir);
	ZOL_AUTO(free) char *real = realpath(dir.path, NULL);
	ZOL_AUTO(free) char *path = zol_fd_path(dir.fd);

	assert_string_equal(path, real);
	assert_null(zol_fd_path(-1));
}

UNIT_MAIN()
