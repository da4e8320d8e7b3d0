/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>

#include "base/lock.h"

#include "scratch.h"
#include "unit.h"

UNIT(lock_is_exclusive_and_names_its_holder)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str what = ZOL_STR_INIT;
	ZOL_AUTO(free) char *path = zol_path_join(dir.path, "lock");
	ZOL_AUTO(free) char *me = zol_asprintf("process %ld (building a kernel)", (long)getpid());
	ZOL_AUTO(fd) int held = -1;
	int64_t pid = 0;
	struct stat st;

	assert_int_equal(zol_lock_holder(path, &pid, &what, &err), 0);
	held = zol_lock_take(path, "building a kernel", 0, &err);
	assert_true(held >= 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(zol_lock_holder(path, &pid, &what, &err), 1);
	assert_int_equal(pid, getpid());
	assert_string_equal(zol_str_c(&what), "building a kernel");
	assert_int_equal(zol_lock_take(path, "me too", 0, &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, EWOULDBLOCK);
	assert_non_null(strstr(err.msg, me));
}

UNIT(lock_ends_with_its_descriptor)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str what = ZOL_STR_INIT;
	ZOL_AUTO(free) char *path = zol_path_join(dir.path, "lock");
	int64_t pid = 0;
	int fd = zol_lock_take(path, "first, with a long text", 0, &err);

	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(zol_lock_holder(path, &pid, &what, &err), 0);
	fd = zol_lock_take(path, "second", 0, &err);
	assert_true(fd >= 0);
	assert_int_equal(zol_lock_holder(path, &pid, &what, &err), 1);
	assert_string_equal(zol_str_c(&what), "second");
	assert_int_equal(close(fd), 0);
}

UNIT(waiting_ends_when_the_holder_does)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *path = zol_path_join(dir.path, "lock");
	int ready[2], fd;
	pid_t pid;
	char c;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		fd = zol_lock_take(path, "child", 0, &err);
		(void)!write(ready[1], "x", 1);
		(void)usleep(100000);
		_exit(fd < 0);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	fd = zol_lock_take(path, "parent", 60000, &err);
	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(close(ready[0]), 0);
	assert_int_equal(close(ready[1]), 0);
}

UNIT(holder_that_wrote_nothing)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *path = zol_path_join(dir.path, "lock");
	ZOL_AUTO(fd) int fd = zol_lock_take(path, "x", 0, &err);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(zol_lock_take(path, "y", 0, &err), -(int)ZOL_SYSTEM);
	assert_non_null(strstr(err.msg, "locked by another process"));
}

UNIT(long_texts_are_cut)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str what = ZOL_STR_INIT;
	ZOL_AUTO(free) char *path = zol_path_join(dir.path, "lock");
	ZOL_AUTO(free) char *text = zol_asprintf("%0500d", 1);
	ZOL_AUTO(fd) int fd = zol_lock_take(path, text, 0, &err);
	int64_t pid = 0;

	assert_true(fd >= 0);
	assert_int_equal(zol_lock_holder(path, &pid, &what, &err), 1);
	assert_true(what.len > 200 && what.len < 256);
}

UNIT(links_and_missing_directories_are_refused)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *path = zol_path_join(dir.path, "lock");
	ZOL_AUTO(free) char *missing = zol_path_join(dir.path, "no/lock");

	assert_int_equal(symlink("elsewhere", path), 0);
	assert_int_equal(zol_lock_take(path, "x", 0, &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, ELOOP);
	zol_err_clear(&err);
	assert_int_equal(zol_lock_take(missing, "x", 0, &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, ENOENT);
}

UNIT_MAIN()
