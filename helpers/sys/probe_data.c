/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Times, mappings, locks, space and input/output. */

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/path.h"
#include "sys/probe_checks.h"

static int d_time_ns(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = zol_probe_file(dir, "ns", "x");
	const struct timespec t[2] = { { 1000000000, 123456789 }, { 1000000000, 987654321 } };
	struct stat st;

	if (fd < 0 || utimensat(dir, "ns", t, 0) < 0 || fstatat(dir, "ns", &st, 0) < 0)
		return errno;
	return st.st_mtim.tv_nsec == 987654321 ? 0 : zol_probe_wrong(why, "nanoseconds lost");
}

static int d_time_mtime(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = zol_probe_file(dir, "mtime", "x");
	const struct timespec t[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	struct stat st;

	if (fd < 0 || futimens(fd, t) < 0 || pwrite(fd, "y", 1, 0) < 0 || fsync(fd) < 0 || fstat(fd, &st) < 0)
		return errno;
	return st.st_mtim.tv_sec > 1000 ? 0 : zol_probe_wrong(why, "time not moved");
}

/* A mapped page of a fresh file, or NULL with errno. */
static char *map_file(int fd, int prot, int flags)
{
	char *map;

	if (fd < 0 || ftruncate(fd, 4096) < 0)
		return NULL;
	map = mmap(NULL, 4096, prot, flags, fd, 0);
	return map == MAP_FAILED ? NULL : map;
}

static int d_mmap_shared(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = zol_probe_file(dir, "map", "x");
	char *map = map_file(fd, PROT_READ | PROT_WRITE, MAP_SHARED);
	int rc;

	(void)why;
	if (!map)
		return errno;
	map[1] = 'm';
	rc = zol_probe_rc(msync(map, 4096, MS_SYNC));
	(void)munmap(map, 4096);
	return rc;
}

static int d_mmap_coherent(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = zol_probe_file(dir, "coherent", "x");
	char *map = map_file(fd, PROT_READ | PROT_WRITE, MAP_SHARED);
	char c = 0;

	if (!map) {
		*why = "no shared mappings";
		return ZOL_CHECK_SKIP;
	}
	map[7] = 'c';
	if (msync(map, 4096, MS_SYNC) < 0 || pread(fd, &c, 1, 7) < 0) {
		int e = errno;

		(void)munmap(map, 4096);
		return e;
	}
	(void)munmap(map, 4096);
	return c == 'c' ? 0 : zol_probe_wrong(why, "read() sees old data");
}

static int d_mmap_exec(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = zol_probe_file(dir, "mapx", "x");
	char *map = map_file(fd, PROT_READ | PROT_EXEC, MAP_PRIVATE);

	(void)why;
	if (!map)
		return errno;
	(void)munmap(map, 4096);
	return 0;
}

/* Copies this very program (static, so it runs anywhere) and runs the copy with an argument it answers at once. */
static int copy_self(int dir, const char *name)
{
	ZOL_AUTO(fd) int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	ZOL_AUTO(fd) int out = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	char buf[65536];
	ssize_t n;

	if (in < 0 || out < 0)
		return -1;
	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, (size_t)n) != n)
			return -1;
	return n < 0 ? -1 : 0;
}

static int d_exec(int dir, const char **why)
{
	int status = 0;
	pid_t pid;

	if (copy_self(dir, "self") < 0)
		return errno;
	pid = fork();
	if (pid == 0) {
		char prog[] = "self", arg[] = "--version", *argv[] = { prog, arg, NULL }, *env[] = { NULL };
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);

		(void)dup2(null, 1);
		(void)dup2(null, 2);
		(void)syscall(SYS_execveat, dir, "self", argv, env, 0);
		_exit(126);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return errno;
	return WIFEXITED(status) && WEXITSTATUS(status) != 126 ? 0 : zol_probe_wrong(why, "did not run");
}

static int second(int dir, const char *name)
{
	return openat(dir, name, O_RDWR | O_CLOEXEC);
}

static int d_flock(int dir, const char **why)
{
	ZOL_AUTO(fd) int a = zol_probe_file(dir, "flock", "x");
	ZOL_AUTO(fd) int b = second(dir, "flock");

	if (a < 0 || b < 0 || flock(a, LOCK_EX | LOCK_NB) < 0)
		return errno;
	if (flock(b, LOCK_EX | LOCK_NB) == 0)
		return zol_probe_wrong(why, "two exclusive locks");
	return errno == EWOULDBLOCK ? 0 : errno;
}

static int set_lock(int fd, int cmd)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 10 };

	return fcntl(fd, cmd, &l);
}

/* Record locks belong to processes: the rival has to be another one. */
static int d_fcntl(int dir, const char **why)
{
	ZOL_AUTO(fd) int a = zol_probe_file(dir, "fcntl", "x");
	int status = 0;
	pid_t pid;

	if (a < 0 || set_lock(a, F_SETLK) < 0)
		return errno;
	pid = fork();
	if (pid == 0) {
		int b = second(dir, "fcntl");

		_exit(set_lock(b, F_SETLK) < 0 && (errno == EAGAIN || errno == EACCES) ? 0 : 1);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : zol_probe_wrong(why, "two exclusive locks");
}

static int d_fcntl_after_flock(int dir, const char **why)
{
	ZOL_AUTO(fd) int a = zol_probe_file(dir, "both", "x");

	(void)why;
	if (a < 0 || flock(a, LOCK_EX | LOCK_NB) < 0)
		return errno;
	return zol_probe_rc(set_lock(a, F_SETLK));
}

static int d_ofd(int dir, const char **why)
{
	ZOL_AUTO(fd) int a = zol_probe_file(dir, "ofd", "x");
	ZOL_AUTO(fd) int b = second(dir, "ofd");

	if (a < 0 || b < 0 || set_lock(a, F_OFD_SETLK) < 0)
		return errno;
	return set_lock(b, F_OFD_SETLK) < 0 ? 0 : zol_probe_wrong(why, "two exclusive locks");
}

static int d_fallocate(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = zol_probe_file(dir, "alloc", "x");

	(void)why;
	return fd < 0 ? errno : zol_probe_rc(fallocate(fd, 0, 0, 65536));
}

static int d_punch(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = zol_probe_file(dir, "punch", "x");

	(void)why;
	if (fd < 0 || ftruncate(fd, 65536) < 0)
		return errno;
	return zol_probe_rc(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096));
}

static int d_seek_hole(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = zol_probe_file(dir, "hole", "x");
	off_t at;

	if (fd < 0 || ftruncate(fd, 1 << 20) < 0)
		return errno;
	at = lseek(fd, 0, SEEK_HOLE);
	if (at < 0)
		return errno;
	return at < 1 << 20 ? 0 : zol_probe_wrong(why, "holes are not reported");
}

static int d_direct(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = openat(dir, "direct", O_RDWR | O_CREAT | O_DIRECT | O_CLOEXEC, 0600);
	static _Alignas(4096) char block[4096];

	(void)why;
	return fd < 0 ? errno : zol_probe_rc(pwrite(fd, block, sizeof(block), 0));
}

static int d_append(int dir, const char **why)
{
	ZOL_AUTO(fd) int a = openat(dir, "append", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	ZOL_AUTO(fd) int b = openat(dir, "append", O_WRONLY | O_APPEND | O_CLOEXEC);
	struct stat st;

	if (a < 0 || b < 0)
		return errno;
	for (int i = 0; i < 50; i++)
		if (write(a, "a\n", 2) != 2 || write(b, "b\n", 2) != 2)
			return errno;
	if (fstatat(dir, "append", &st, 0) < 0)
		return errno;
	return st.st_size == 200 ? 0 : zol_probe_wrong(why, "writes were lost");
}

static int d_large(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = zol_probe_file(dir, "large", "x");
	char c = 0;

	if (fd < 0 || pwrite(fd, "L", 1, 5LL << 30) < 0 || pread(fd, &c, 1, 5LL << 30) < 0)
		return errno;
	return c == 'L' ? 0 : zol_probe_wrong(why, "byte not read back");
}

static int d_copy_range(int dir, const char **why)
{
	ZOL_AUTO(fd) int a = zol_probe_file(dir, "range1", "text");
	ZOL_AUTO(fd) int b = zol_probe_file(dir, "range2", "");
	off_t from = 0;

	(void)why;
	if (a < 0 || b < 0)
		return errno;
	return zol_probe_rc(copy_file_range(a, &from, b, NULL, 4, 0));
}

static int d_sendfile(int dir, const char **why)
{
	ZOL_AUTO(fd) int a = zol_probe_file(dir, "send1", "text");
	ZOL_AUTO(fd) int b = zol_probe_file(dir, "send2", "");
	off_t from = 0;

	(void)why;
	return a < 0 || b < 0 ? errno : zol_probe_rc(sendfile(b, a, &from, 4));
}

const struct zol_probe_check zol_probe_data[] = {
	{ "time-ns", d_time_ns },
	{ "time-mtime", d_time_mtime },
	{ "mmap-shared", d_mmap_shared },
	{ "mmap-coherent", d_mmap_coherent },
	{ "mmap-exec", d_mmap_exec },
	{ "exec", d_exec },
	{ "flock", d_flock },
	{ "fcntl-lock", d_fcntl },
	{ "fcntl-after-flock", d_fcntl_after_flock },
	{ "ofd-lock", d_ofd },
	{ "fallocate", d_fallocate },
	{ "punch-hole", d_punch },
	{ "seek-hole", d_seek_hole },
	{ "direct-io", d_direct },
	{ "append", d_append },
	{ "large-offset", d_large },
	{ "copy-file-range", d_copy_range },
	{ "sendfile", d_sendfile },
	{ NULL, NULL },
};
