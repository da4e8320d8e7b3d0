/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap: write fsync getrandom */
#include <errno.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "base/path.h"

#include "scratch.h"
#include "unit.h"

/* What write(2) and fsync(2) shall fail with, and how many bytes write takes at once. */
static int write_errno, fsync_errno, write_interrupts, random_fails;
static size_t write_most = SIZE_MAX;

ssize_t __real_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len)
{
	if (write_interrupts > 0) {
		write_interrupts--;
		errno = EINTR;
		return -1;
	}
	if (write_errno) {
		errno = write_errno;
		return -1;
	}
	return __real_write(fd, data, len < write_most ? len : write_most);
}

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
	if (!fsync_errno)
		return __real_fsync(fd);
	errno = fsync_errno;
	return -1;
}

ssize_t __real_getrandom(void *buf, size_t len, unsigned flags);
ssize_t __wrap_getrandom(void *buf, size_t len, unsigned flags);
ssize_t __wrap_getrandom(void *buf, size_t len, unsigned flags)
{
	if (!random_fails)
		return __real_getrandom(buf, len, flags);
	errno = ENOSYS;
	return -1;
}

static int write_in(const struct scratch *d, const char *path, const char *text, mode_t mode, struct zol_err *err)
{
	return zol_write_file_in(d->fd, path, text, strlen(text), mode, err);
}

static size_t entries(const struct scratch *d)
{
	ZOL_AUTO(dir) DIR *dir = opendir(d->path);
	size_t n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	return n - 2;
}

UNIT(reads_whole_files)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(free) char *path = zol_path_join(dir.path, "file");

	scratch_put(&dir, "file", "hello");
	zol_str_puts(&s, "> ");
	assert_int_equal(zol_read_file(path, 5, &s, &err), 0);
	assert_string_equal(zol_str_c(&s), "> hello");
	assert_int_equal(zol_read_file_in(dir.fd, "/file", 100, &s, &err), 0);
	assert_string_equal(zol_str_c(&s), "> hellohello");
}

UNIT(files_that_are_too_large_are_malformed)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	scratch_put(&dir, "file", "hello");
	zol_str_puts(&s, "kept");
	assert_int_equal(zol_read_file_in(dir.fd, "file", 4, &s, &err), -(int)ZOL_MALFORMED);
	assert_string_equal(err.msg, "file: more than 4 bytes");
	assert_string_equal(zol_str_c(&s), "kept");
}

UNIT(files_without_a_size_are_read)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	assert_int_equal(zol_read_file("/proc/self/status", ZOL_READ_MAX, &s, &err), 0);
	assert_non_null(strstr(zol_str_c(&s), "Name:"));
}

UNIT(large_files_are_read)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str in = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;

	for (int i = 0; i < 100000; i++)
		zol_str_printf(&in, "%d\n", i);
	assert_int_equal(zol_write_file_in(dir.fd, "f", in.ptr, in.len, 0644, &err), 0);
	assert_int_equal(zol_read_file_in(dir.fd, "f", ZOL_READ_MAX, &out, &err), 0);
	assert_int_equal(out.len, in.len);
	assert_memory_equal(out.ptr, in.ptr, in.len);
}

UNIT(only_regular_files_are_read)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	assert_int_equal(mkfifoat(dir.fd, "fifo", 0600), 0);
	assert_int_equal(zol_read_file_in(dir.fd, "fifo", 9, &s, &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, EINVAL);
	zol_err_clear(&err);
	assert_int_equal(zol_read_file("/dev/zero", 9, &s, &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, EINVAL);
	zol_err_clear(&err);
	assert_int_equal(zol_read_file("/", 9, &s, &err), -(int)ZOL_SYSTEM);
	zol_err_clear(&err);
	assert_int_equal(zol_read_file("/no/such/file", 9, &s, &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, ENOENT);
}

UNIT(all_is_written_in_spite_of_signals_and_short_writes)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	write_most = 2;
	write_interrupts = 3;
	assert_int_equal(write_in(&dir, "f", "hello world", 0644, &err), 0);
	write_most = SIZE_MAX;
	assert_string_equal(scratch_get(&dir, "f"), "hello world");
}

UNIT(new_files_have_exactly_the_mode)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	mode_t mask = umask(077);
	struct stat st;

	assert_int_equal(write_in(&dir, "f", "x", 0755, &err), 0);
	(void)umask(mask);
	assert_int_equal(fstatat(dir.fd, "f", &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0755);
	assert_int_equal(entries(&dir), 1);
}

UNIT(replaced_files_keep_mode_and_attributes)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *path = zol_path_join(dir.path, "f");
	struct stat before, after;
	char value[8] = "";
	bool has_xattr;

	scratch_put(&dir, "f", "old");
	assert_int_equal(chmod(path, 0751), 0);
	has_xattr = setxattr(path, "user.note", "mine", 4, 0) == 0;
	assert_int_equal(stat(path, &before), 0);
	assert_int_equal(zol_write_file(path, "new", 3, 0600, &err), 0);
	assert_int_equal(stat(path, &after), 0);
	assert_string_equal(scratch_get(&dir, "f"), "new");
	assert_int_equal(after.st_mode, before.st_mode);
	assert_true(after.st_ino != before.st_ino);
	if (has_xattr) {
		assert_int_equal(getxattr(path, "user.note", value, sizeof(value)), 4);
		assert_string_equal(value, "mine");
	}
	/* Root can see that the owner stays; others own what they replace. */
	if (geteuid() == 0) {
		assert_int_equal(chown(path, 1234, 2345), 0);
		assert_int_equal(zol_write_file(path, "x", 1, 0600, &err), 0);
		assert_int_equal(stat(path, &after), 0);
		assert_int_equal(after.st_uid, 1234);
		assert_int_equal(after.st_gid, 2345);
		assert_int_equal(after.st_mode, before.st_mode);
	}
}

/* Only of this file, and only what nobody has locked. */
UNIT(what_a_killed_writer_left_is_removed)
{
	SCRATCH(dir);
	ZOL_AUTO(free) char *path = zol_path_join(dir.path, "f");
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(fd) int busy = -1;

	scratch_put(&dir, ".f.zol-AbCdEf", "stale");
	scratch_put(&dir, ".f.zol-BUSYab", "of another");
	scratch_put(&dir, ".f.zol-toolong", "not ours");
	scratch_put(&dir, ".ff.zol-AbCdEf", "of ff");
	assert_int_equal(mkdirat(dir.fd, ".f.zol-ADirec", 0755), 0);
	assert_int_equal(mkfifoat(dir.fd, ".f.zol-ApipeX", 0600), 0);
	busy = openat(dir.fd, ".f.zol-BUSYab", O_RDONLY | O_CLOEXEC);
	assert_int_equal(flock(busy, LOCK_EX), 0);
	assert_int_equal(zol_write_file(path, "new", 3, 0600, &err), 0);
	assert_string_equal(scratch_get(&dir, "f"), "new");
	assert_int_equal(faccessat(dir.fd, ".f.zol-AbCdEf", F_OK, 0), -1);
	assert_int_equal(faccessat(dir.fd, ".f.zol-BUSYab", F_OK, 0), 0);
	assert_int_equal(faccessat(dir.fd, ".f.zol-toolong", F_OK, 0), 0);
	assert_int_equal(faccessat(dir.fd, ".ff.zol-AbCdEf", F_OK, 0), 0);
	assert_int_equal(faccessat(dir.fd, ".f.zol-ADirec", F_OK, 0), 0);
	assert_int_equal(faccessat(dir.fd, ".f.zol-ApipeX", F_OK, 0), 0);
}

/* A full disk, a failing disk, no randomness: the old file is as it was, and nothing else is left. */
UNIT(failures_leave_the_old_file)
{
	static int *const knobs[] = { &write_errno, &fsync_errno, &random_fails };
	SCRATCH(dir);

	scratch_put(&dir, "f", "old");
	for (size_t i = 0; i < ZOL_COUNT(knobs); i++) {
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		*knobs[i] = ENOSPC;
		assert_int_equal(write_in(&dir, "f", "new", 0644, &err), -(int)ZOL_SYSTEM);
		*knobs[i] = 0;
		assert_true(err.errnum == ENOSPC || err.errnum == ENOSYS);
		assert_int_equal(strncmp(err.msg, "f: ", 3), 0);
		assert_string_equal(scratch_get(&dir, "f"), "old");
		assert_int_equal(entries(&dir), 1);
	}
}

UNIT(links_are_followed_inside)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(fd) int root = -1;
	struct stat st;

	assert_int_equal(mkdirat(dir.fd, "root", 0755), 0);
	assert_int_equal(mkdirat(dir.fd, "root/etc", 0755), 0);
	assert_int_equal(symlinkat("/etc/target", dir.fd, "root/abs"), 0);
	assert_int_equal(symlinkat("../../../rel", dir.fd, "root/etc/link"), 0);
	assert_int_equal(symlinkat("loop", dir.fd, "root/loop"), 0);
	root = openat(dir.fd, "root", O_PATH | O_CLOEXEC);
	assert_int_equal(zol_write_file_in(root, "abs", "one", 3, 0644, &err), 0);
	assert_int_equal(zol_write_file_in(root, "etc/link", "two", 3, 0644, &err), 0);
	assert_string_equal(scratch_get(&dir, "root/etc/target"), "one");
	assert_string_equal(scratch_get(&dir, "root/rel"), "two");
	assert_int_equal(fstatat(dir.fd, "root/abs", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(zol_write_file_in(root, "loop", "x", 1, 0644, &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, ELOOP);
}

UNIT(links_on_the_host_are_followed_too)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *link = zol_path_join(dir.path, "link");

	assert_int_equal(symlink("file", link), 0);
	assert_int_equal(zol_write_file(link, "x", 1, 0644, &err), 0);
	assert_string_equal(scratch_get(&dir, "file"), "x");
	assert_int_equal(entries(&dir), 2);
}

UNIT(what_is_no_file_is_refused)
{
	static const char *const bad[] = { "/", "dir/", ".", "..", "" };
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(mkdirat(dir.fd, "dir", 0755), 0);
	assert_int_equal(mkfifoat(dir.fd, "fifo", 0600), 0);
	assert_int_equal(write_in(&dir, "dir", "x", 0644, &err), -(int)ZOL_SYSTEM);
	zol_err_clear(&err);
	assert_int_equal(write_in(&dir, "fifo", "x", 0644, &err), -(int)ZOL_SYSTEM);
	zol_err_clear(&err);
	assert_int_equal(write_in(&dir, "none/f", "x", 0644, &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, ENOENT);
	for (size_t i = 0; i < ZOL_COUNT(bad); i++) {
		zol_err_clear(&err);
		assert_int_equal(zol_write_file(bad[i], "x", 1, 0644, &err), -(int)ZOL_SYSTEM);
		assert_int_equal(err.errnum, EINVAL);
	}
	assert_int_equal(entries(&dir), 2);
}

UNIT(long_names_are_written)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	char name[256];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(write_in(&dir, name, "x", 0644, &err), 0);
	assert_string_equal(scratch_get(&dir, name), "x");
}

UNIT_MAIN()
