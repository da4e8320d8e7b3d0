/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "base/lock.h"
#include "base/num.h"
#include "base/sig.h"

/* A holder's line is short; what is longer was not written by us. */
#define HOLDER_MAX 256

/* Parses "<pid> <what>"; false when the holder has not written it (yet). */
static bool read_holder(int fd, int64_t *ret_pid, struct zol_str *what)
{
	char buf[HOLDER_MAX];
	struct zol_span rest, line, field;
	uint64_t pid;
	ssize_t n = pread(fd, buf, sizeof(buf), 0);

	if (n <= 0)
		return false;
	rest = zol_span(buf, (size_t)n);
	if (!zol_span_line(&rest, &line) || !zol_span_field(&line, " ", &field) || !zol_span_u64(field, &pid) ||
	    pid > INT32_MAX)
		return false;
	line = zol_span_trim(line);
	*ret_pid = (int64_t)pid;
	zol_str_add(what, line.ptr, line.len);
	return true;
}

static int write_holder(int fd, const char *what)
{
	char buf[HOLDER_MAX];
	int n = snprintf(buf, sizeof(buf) - 1, "%ld %s", (long)getpid(), what);

	if (n < 0)
		return -1;
	if ((size_t)n > sizeof(buf) - 2)
		n = (int)sizeof(buf) - 2;
	buf[n++] = '\n';
	if (ftruncate(fd, 0) < 0)
		return -1;
	return pwrite(fd, buf, (size_t)n, 0) == n ? 0 : -1;
}

/* zol_lock_holder() holds the lock for a moment: that must not be taken for a holder. */
#define PROBE_MS 10

/* flock(2) knows no time limit, and an alarm would disturb the caller: short naps do. */
static int wait_lock(int fd, uint64_t wait_ms, struct zol_err *err)
{
	uint64_t start = zol_now_ms(), nap_ms = 2;

	for (;;) {
		struct timespec ts;

		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return zol_err_sys(err, "cannot lock");
		if (zol_sig_check(err) < 0)
			return -(int)err->code;
		if (zol_now_ms() - start >= (wait_ms > PROBE_MS ? wait_ms : PROBE_MS))
			return 1;
		ts = (struct timespec){ .tv_nsec = (long)nap_ms * 1000000 };
		(void)nanosleep(&ts, NULL);
		if (nap_ms < 100)
			nap_ms *= 2;
	}
}

static int report_held(int fd, const char *path, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str what = ZOL_STR_INIT;
	int64_t pid = 0;

	if (read_holder(fd, &pid, &what))
		(void)zol_err_set(err, ZOL_SYSTEM, 0, "%s is locked by process %" PRId64 " (%s)", path, pid,
				  zol_str_c(&what));
	else
		(void)zol_err_set(err, ZOL_SYSTEM, 0, "%s is locked by another process", path);
	err->errnum = EWOULDBLOCK;
	return -(int)ZOL_SYSTEM;
}

int zol_lock_take(const char *path, const char *what, uint64_t wait_ms, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = -1;
	int rc;

	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (fd < 0)
		return zol_err_sys(err, "cannot open lock file %s", path);
	rc = wait_lock(fd, wait_ms, err);
	if (rc < 0)
		return zol_err_wrap(err, "%s", path);
	if (rc > 0)
		return report_held(fd, path, err);
	if (write_holder(fd, what) < 0)
		return zol_err_sys(err, "cannot write lock file %s", path);
	return zol_take_fd(&fd);
}

int zol_lock_holder(const char *path, int64_t *ret_pid, struct zol_str *what, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = -1;
	int64_t pid = 0;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT ? 0 : zol_err_sys(err, "cannot open lock file %s", path);
	/* A shared lock, at once given back: who takes the lock at this moment tries again. */
	if (flock(fd, LOCK_SH | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK)
		return zol_err_sys(err, "cannot look at lock %s", path);
	(void)read_holder(fd, &pid, what);
	*ret_pid = pid;
	return zol_str_check(what, err) < 0 ? -(int)err->code : 1;
}
