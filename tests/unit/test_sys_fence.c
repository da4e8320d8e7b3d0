/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scratch.h"
#include "sys/fence.h"
#include "unit.h"

enum {
	WRITES_INSIDE = 1,
	MAKES_INSIDE = 2,
	WRITES_OUTSIDE = 4,
	MAKES_OUTSIDE = 8,
	REMOVES_OUTSIDE = 16,
	NO_FENCE = 32,
	READS = 64,
	NULL_DEVICE = 128
};

static bool writes(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	return fd >= 0 && write(fd, "x", 1) == 1 && close(fd) == 0;
}

/* In a child, which the fence stays around: what it could do. */
static int behind(const char *inside, const char *outside)
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		char a[640], b[640];
		int r = zol_fence_raise(&inside, 1, &err), can = 0;

		(void)snprintf(a, sizeof(a), "%s/file", inside);
		(void)snprintf(b, sizeof(b), "%s/file", outside);
		if (r < 0 || prctl(PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L) != 1)
			_exit(255);
		if (r == ZOL_FENCE_NONE)
			_exit(NO_FENCE);
		can |= writes(a) ? WRITES_INSIDE : 0;
		can |= access(b, R_OK) == 0 && open(b, O_RDONLY | O_CLOEXEC) >= 0 ? READS : 0;
		can |= writes(b) ? WRITES_OUTSIDE : 0;
		can |= writes("/dev/null") ? NULL_DEVICE : 0;
		(void)snprintf(a, sizeof(a), "%s/dir", inside);
		can |= mkdir(a, 0700) == 0 ? MAKES_INSIDE : 0;
		can |= unlink(b) == 0 ? REMOVES_OUTSIDE : 0;
		(void)snprintf(b, sizeof(b), "%s/dir", outside);
		can |= mkdir(b, 0700) == 0 ? MAKES_OUTSIDE : 0;
		_exit(can);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

UNIT(what_is_not_named_cannot_be_written)
{
	ZOL_AUTO(scratch) struct scratch s = scratch_make();
	char inside[512], outside[512], file[600];
	int can;

	(void)snprintf(inside, sizeof(inside), "%s/in", s.path);
	(void)snprintf(outside, sizeof(outside), "%s/out", s.path);
	(void)snprintf(file, sizeof(file), "%s/file", outside);
	assert_int_equal(mkdir(inside, 0700) | mkdir(outside, 0700), 0);
	assert_true(writes(file));
	can = behind(inside, outside);
	if (can == NO_FENCE)
		return; /* no Landlock in this kernel, or under valgrind: that it is said is all that is promised */
	assert_int_equal(can, WRITES_INSIDE | MAKES_INSIDE | READS | NULL_DEVICE);
}

UNIT(a_directory_that_is_not_there_is_told)
{
	static const char *const none = "/nonexistent/directory";
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		int r = zol_fence_raise(&none, 1, &err);

		_exit(r == ZOL_FENCE_NONE || (r == -ZOL_SYSTEM && strstr(zol_err_text(&err), none)) ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* What a reader still can: bits of the first enum, or 255. */
static int reads_behind(const char *output, const char *outside)
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
		struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };
		const struct zol_fence_reader reader = { .output = output };
		char file[640];
		int r = zol_fence_reader_raise(&reader, &err), can = 0;

		if (r < 0 || syscall(SYS_capget, &head, data) || (data[0].permitted & 1U << CAP_SYS_ADMIN) ||
		    (data[0].permitted & 1U << CAP_NET_ADMIN) || (data[1].permitted & ~CAP_TO_MASK(CAP_SYSLOG)))
			_exit(255);
		if (r == ZOL_FENCE_NONE)
			_exit(NO_FENCE);
		can |= writes(output) ? WRITES_INSIDE : 0;
		(void)snprintf(file, sizeof(file), "%s/file", outside);
		can |= open(file, O_RDONLY | O_CLOEXEC) >= 0 ? READS : 0;
		can |= writes(file) ? WRITES_OUTSIDE : 0;
		_exit(can);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

UNIT(a_reader_writes_its_output_alone)
{
	ZOL_AUTO(scratch) struct scratch s = scratch_make();
	char inside[512], outside[512], file[600], link[600];
	int can;

	(void)snprintf(inside, sizeof(inside), "%s/in", s.path);
	(void)snprintf(outside, sizeof(outside), "%s/out", s.path);
	assert_int_equal(mkdir(inside, 0700) | mkdir(outside, 0700), 0);
	(void)snprintf(file, sizeof(file), "%s/file", outside);
	assert_true(writes(file));
	(void)snprintf(file, sizeof(file), "%s/file", inside);
	can = reads_behind(file, outside);
	if (can == NO_FENCE)
		return; /* no Landlock in this kernel, or under valgrind: that it is said is all that is promised */
	assert_int_equal(can, WRITES_INSIDE | READS);
	/* through a link, too */
	(void)snprintf(link, sizeof(link), "%s/link", s.path);
	assert_int_equal(symlink(file, link), 0);
	assert_int_equal(reads_behind(link, outside), WRITES_INSIDE | READS);
	/* no output, or none that could be: nothing is written */
	assert_int_equal(reads_behind("-", outside), READS);
	assert_int_equal(reads_behind("/nonexistent/file", outside), READS);
}

UNIT_MAIN()
