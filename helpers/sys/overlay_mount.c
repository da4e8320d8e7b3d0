/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/overlay.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include "base/lock.h"
#include "base/num.h"
#include "base/path.h"

enum { LOCK_WAIT_MS = 30000, USERS_MAX = 64 << 10, STAT_MAX = 4096 };

void zol_overlay_mount_free(struct zol_overlay_mount *m)
{
	zol_cleanup_fd(&m->mnt);
	zol_cleanup_fd(&m->lock);
	free(m->users);
	*m = (struct zol_overlay_mount)ZOL_OVERLAY_MOUNT_INIT;
}

/* When the process began, in clock ticks since boot (proc(5), field 22 of stat): 0 when there is none. */
static uint64_t start_time(int64_t pid)
{
	ZOL_AUTO(free) char *path = zol_asprintf("/proc/%" PRId64 "/stat", pid);
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_span rest, field;
	const char *end;
	uint64_t value = 0;
	int n = 3;

	if (!path || zol_read_file(path, STAT_MAX, &text, &err))
		return 0;
	/* The name, in parentheses, may hold anything. */
	end = strrchr(zol_str_c(&text), ')');
	rest = zol_span_c(end ? end + 1 : "");
	while (zol_span_field(&rest, " ", &field) && n++ < 22)
		continue;
	return n == 23 && zol_span_u64(field, &value) ? value : 0;
}

struct user {
	uint64_t pid, started;
	struct zol_span path;
};

/* One line of the register; false for those that have ended. */
static bool parse_user(struct zol_span line, struct user *ret)
{
	struct zol_span pid, started;

	if (!zol_span_field(&line, " ", &pid) || !zol_span_field(&line, " ", &started) || line.len < 2)
		return false;
	ret->path = zol_span(line.ptr + 1, line.len - 1);
	return zol_span_u64(pid, &ret->pid) && zol_span_u64(started, &ret->started) && ret->started &&
	       start_time((int64_t)ret->pid) == ret->started;
}

/* --- the child: system calls only, as another thread of ours may hold any lock ----------------- */

static int send_fd(int sock, int fd)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .room = { 0 } };
	char byte = 0;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(sock, &msg, 0) == 1 ? 0 : -1;
}

struct job {
	const char *ns, *tree;      /* of the process that has the mount; NULL: mount anew */
	const char *options, *spot; /* for a new one: where, in a namespace of the child's own */
};

static int detach(int dir)
{
	return open_tree(dir, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
}

static int share(const struct job *job)
{
	int ns = open(job->ns, O_RDONLY | O_CLOEXEC);
	int tree = open(job->tree, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct statfs sf;

	if (ns < 0 || tree < 0 || fstatfs(tree, &sf) || sf.f_type != OVERLAYFS_SUPER_MAGIC) {
		errno = errno ? errno : ESTALE;
		return -1;
	}
	return setns(ns, CLONE_NEWNS) ? -1 : detach(tree);
}

static int mount_anew(const struct job *job)
{
	int dir;

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) ||
	    mount("overlay", job->spot, "overlay", 0, job->options))
		return -1;
	dir = open(job->spot, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return dir < 0 ? -1 : detach(dir);
}

static void child(int sock, const struct job *job)
{
	int fd;

	errno = 0;
	fd = job->ns ? share(job) : mount_anew(job);
	if (fd < 0 || send_fd(sock, fd))
		_exit(errno > 0 && errno < 250 ? errno : 250);
	_exit(0);
}

/* --- ours ------------------------------------------------------------------------------------- */

static int receive_fd(int sock)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
	};
	struct cmsghdr *c;
	ssize_t n;
	int fd = -1;

	do
		n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	c = n == 1 ? CMSG_FIRSTHDR(&msg) : NULL;
	if (c && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

/* Lets a child do the job. Returns the mount, or -1 with errno. */
static int in_child(const struct job *job)
{
	int pair[2], fd, cause, status = 0;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -1;
	pid = fork();
	if (pid == 0)
		child(pair[1], job);
	cause = pid < 0 ? errno : EIO;
	close(pair[1]);
	fd = pid < 0 ? -1 : receive_fd(pair[0]);
	close(pair[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (fd < 0)
		errno = pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) ? WEXITSTATUS(status) : cause;
	return fd;
}

/* From the first registered process that still has it; -1: none. */
static int from_user(const struct zol_str *users)
{
	struct zol_span rest = zol_span_str(users), line;

	while (zol_span_line(&rest, &line)) {
		struct user u;
		int fd = -1;

		if (!parse_user(line, &u))
			continue;
		ZOL_AUTO(free) char *ns = zol_asprintf("/proc/%" PRIu64 "/ns/mnt", u.pid);
		ZOL_AUTO(free)
		char *tree = zol_asprintf("/proc/%" PRIu64 "/root%.*s", u.pid, (int)u.path.len, u.path.ptr);

		if (ns && tree)
			fd = in_child(&(struct job){ .ns = ns, .tree = tree });
		if (fd >= 0)
			return fd;
	}
	return -1;
}

static int read_users(const char *path, struct zol_str *ret, struct zol_err *err)
{
	if (!zol_read_file(path, USERS_MAX, ret, err))
		return 0;
	if (err->errnum != ENOENT)
		return -(int)err->code;
	zol_err_clear(err);
	return 0;
}

static int get_mount(const char *dir, const char *rundir, struct zol_overlay_mount *m, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str users = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str options = ZOL_STR_INIT;
	int rc = read_users(m->users, &users, err);

	if (rc)
		return rc;
	m->mnt = from_user(&users);
	m->shared = m->mnt >= 0;
	if (m->shared)
		return 0;
	rc = zol_overlay_options(dir, &options, err);
	if (rc)
		return rc;
	m->mnt = in_child(&(struct job){ .options = zol_str_c(&options), .spot = rundir });
	if (m->mnt < 0)
		return zol_err_sys(err, "cannot mount the overlay %s", dir);
	return 0;
}

int zol_overlay_open(const char *dir, const char *rundir, struct zol_overlay_mount *ret, struct zol_err *err)
{
	ZOL_AUTO(overlay_mount) struct zol_overlay_mount m = ZOL_OVERLAY_MOUNT_INIT;
	ZOL_AUTO(free) char *lock = zol_path_join(rundir, "overlay.lock");
	int rc = zol_mkdirs(rundir, 0700, err);

	if (rc < 0)
		return rc;
	m.users = zol_path_join(rundir, "overlay.users");
	if (!lock || !m.users)
		return zol_err_oom(err);
	m.lock = zol_lock_take(lock, "mounting the overlay", LOCK_WAIT_MS, err);
	if (m.lock < 0)
		return -(int)err->code;
	rc = get_mount(dir, rundir, &m, err);
	if (rc)
		return rc;
	*ret = m;
	m = (struct zol_overlay_mount)ZOL_OVERLAY_MOUNT_INIT;
	return 0;
}

int zol_overlay_register(struct zol_overlay_mount *m, pid_t pid, const char *path, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str users = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_span rest, line;
	uint64_t started = start_time(pid);
	int rc = read_users(m->users, &users, err);

	if (rc)
		return rc;
	if (!started || strchr(path, '\n'))
		return zol_err_set(err, ZOL_SYSTEM, ESRCH, "process %d cannot be registered", (int)pid);
	rest = zol_span_str(&users);
	while (zol_span_line(&rest, &line)) {
		struct user u;

		if (parse_user(line, &u))
			zol_str_printf(&text, "%.*s\n", (int)line.len, line.ptr);
	}
	zol_str_printf(&text, "%d %" PRIu64 " %s\n", (int)pid, started, path);
	rc = zol_str_check(&text, err);
	if (!rc)
		rc = zol_write_file(m->users, zol_str_c(&text), text.len, 0600, err);
	if (!rc && m->lock >= 0)
		close(zol_take_fd(&m->lock));
	return rc;
}
