/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wrap/gpgv.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/num.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/sig.h"

#define STATUS_MAX (64U << 10)
#define MEMORY_MAX (1UL << 30)

/* Descriptors in the child. */
enum { FD_KEYRING = 3, FD_SIG = 4, FD_DATA = 5 };

void zol_gpgv_result_free(struct zol_gpgv_result *r)
{
	zol_str_free(&r->status);
}

static int memfd(const char *name, struct zol_span data, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = memfd_create(name, MFD_CLOEXEC);

	if (fd < 0)
		return zol_err_sys(err, "memfd_create");
	if (zol_write_all(fd, data.ptr, data.len, err))
		return -(int)err->code;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return zol_err_sys(err, "lseek");
	return zol_take_fd(&fd);
}

/* A second fence behind the timeout: where a limit cannot be set, the timeout is enough. */
static void fence(pid_t pid, rlim_t seconds)
{
	const struct rlimit none = { 0, 0 }, memory = { MEMORY_MAX, MEMORY_MAX }, cpu = { seconds, seconds };

	(void)prlimit(pid, RLIMIT_AS, &memory, NULL);
	(void)prlimit(pid, RLIMIT_CPU, &cpu, NULL);
	(void)prlimit(pid, RLIMIT_FSIZE, &none, NULL);
	(void)prlimit(pid, RLIMIT_CORE, &none, NULL);
}

/* Reads the status lines until gpgv closes them. */
static int read_status(struct zol_proc *p, uint64_t deadline, struct zol_str *out, struct zol_err *err)
{
	for (;;) {
		struct pollfd pfd = { .fd = p->out, .events = POLLIN };
		uint64_t now = zol_now_ms();
		char buf[4096];
		ssize_t n;

		if (now >= deadline)
			return zol_err_set(err, ZOL_CHILD, 0, "gpgv did not end in time");
		if (out->len > STATUS_MAX)
			return zol_err_set(err, ZOL_CHILD, 0, "gpgv says more than it can have to say");
		if (poll(&pfd, 1, deadline - now > 1000 ? 1000 : (int)(deadline - now)) < 0 && errno != EINTR)
			return zol_err_sys(err, "poll");
		if (zol_sig_check(err))
			return -(int)err->code;
		if (!pfd.revents)
			continue;
		n = read(p->out, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return zol_err_sys(err, "reading from gpgv");
		if (n == 0)
			return zol_str_check(out, err);
		zol_str_add(out, buf, (size_t)n);
	}
}

static int run(const int fds[static 3], uint64_t timeout_ms, struct zol_gpgv_result *ret, struct zol_err *err)
{
	static const char *const argv[] = {
		"gpgv",      "--quiet",         "--homedir",       "/nonexistent",    "--status-fd", "1",
		"--keyring", "/proc/self/fd/3", "/proc/self/fd/4", "/proc/self/fd/5", NULL
	};
	static const char *const env[] = { "LC_ALL=C", "PATH=/usr/bin:/bin", NULL };
	const struct zol_fdmap map[] = { { fds[0], FD_KEYRING }, { fds[1], FD_SIG }, { fds[2], FD_DATA } };
	const struct zol_spawn spawn = { .argv = argv,
					 .env = env,
					 .cwd = "/",
					 .in = ZOL_STDIO_NULL,
					 .out = ZOL_STDIO_PIPE,
					 .err = ZOL_STDIO_NULL,
					 .fds = map,
					 .nfds = ZOL_COUNT(map),
					 .pdeathsig = SIGKILL };
	ZOL_AUTO(proc) struct zol_proc p = ZOL_PROC_INIT;
	struct zol_exit ended = { .status = -1 };
	uint64_t deadline = zol_now_ms() + timeout_ms;
	int rc;

	if (zol_proc_spawn(&spawn, &p, err)) {
		if (err->errnum == ENOENT)
			return zol_err_hint(err, "install GnuPG (app-crypt/gnupg, or the package gpgv)");
		return -(int)err->code;
	}
	fence(p.pid, timeout_ms / 1000 + 1);
	if (read_status(&p, deadline, &ret->status, err))
		return -(int)err->code;
	rc = zol_proc_wait(&p, 2000, &ended, err);
	if (rc < 0)
		return rc;
	if (rc > 0)
		return zol_err_set(err, ZOL_CHILD, 0, "gpgv did not end in time");
	if (ended.signal)
		return zol_err_set(err, ZOL_CHILD, 0, "gpgv was ended by signal %d", ended.signal);
	ret->exit_status = ended.status;
	return 0;
}

int zol_gpgv_run(const struct zol_gpgv *req, struct zol_gpgv_result *ret, struct zol_err *err)
{
	ZOL_AUTO(gpgv_result) struct zol_gpgv_result r = { .exit_status = -1 };
	ZOL_AUTO(fd) int keyring = memfd("keyring", req->keyring, err);
	ZOL_AUTO(fd) int sig = keyring < 0 ? -1 : memfd("signature", req->sig, err);
	ZOL_AUTO(fd) int data = -1;
	uint64_t timeout = req->timeout_ms ? req->timeout_ms : 10000;

	if (keyring < 0 || sig < 0)
		return -(int)err->code;
	if (req->data_fd < 0) {
		data = memfd("data", req->data, err);
		if (data < 0)
			return data;
	}
	if (run((const int[]){ keyring, sig, req->data_fd < 0 ? data : req->data_fd }, timeout, &r, err))
		return -(int)err->code;
	*ret = r;
	r = (struct zol_gpgv_result){ .exit_status = -1 };
	return 0;
}
