/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * LD_PRELOAD=faults.so ZOL_FAULT=KIND:N[:ERRNO] CMD: in every process of a zolkit program the Nth
 * call of a kind fails. A line "KIND N" is added to the file $ZOL_FAULT_SEEN when it does. Kinds:
 * see kinds[]; errno is a number; a negative one is a signal that the process gets instead, before the call.
 * ZOL_FAULT=count fails nothing: $ZOL_FAULT_SEEN, a file of 8 zero bytes
 * for each kind, gets the most calls of each that a process made.
 *
 * ZOL_CLOCK=SECONDS[@N]: the time of day is so much later (or, negative, earlier), from the Nth look at
 * it on. Built by tests/lib/faults.sh, since it is no program.
 */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum kind { ALLOC, OPEN, READ, WRITE, SYNC, RENAME, MKDIR, UNLINK, SPAWN, PIPE, SOCKET, MOUNT, LOCK, KINDS };

static const char *const kinds[KINDS] = { "alloc",  "open",  "read", "write",  "sync",  "rename", "mkdir",
					  "unlink", "spawn", "pipe", "socket", "mount", "lock" };
static const int errors[KINDS] = { ENOMEM, EMFILE, EIO,    ENOSPC, EIO,   EROFS, ENOSPC,
				   EROFS,  EAGAIN, ENFILE, EMFILE, EPERM, ENOLCK };

static atomic_long left[KINDS];
static bool armed;
static int error;
/* When counting: the most of all processes, in a file. */
static atomic_long *most;

static void count(void)
{
	const char *seen = getenv("ZOL_FAULT_SEEN");
	int fd = seen ? (int)syscall(SYS_openat, AT_FDCWD, seen, O_RDWR | O_CLOEXEC) : -1;
	void *map = fd >= 0 ? mmap(NULL, sizeof(left), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;

	if (map != MAP_FAILED)
		most = map;
	if (fd >= 0)
		syscall(SYS_close, fd);
}

static long clock_ahead;
static atomic_long looks;

static void set_clock(const char *spec)
{
	char *end;

	clock_ahead = strtol(spec, &end, 10);
	atomic_store(&looks, *end == '@' ? strtol(end + 1, NULL, 10) - 1 : 0);
}

/* How much the clock is ahead at this look at it. */
static long ahead(void)
{
	return clock_ahead && atomic_fetch_sub(&looks, 1) <= 0 ? clock_ahead : 0;
}

__attribute__((constructor)) static void arm(void)
{
	const char *spec = getenv("ZOL_FAULT"), *clock = getenv("ZOL_CLOCK");

	if (strncmp(program_invocation_short_name, "zolkit", 6) != 0)
		return;
	if (clock)
		set_clock(clock);
	if (!spec)
		return;
	if (strcmp(spec, "count") == 0)
		count();
	for (int k = 0; k < KINDS; k++) {
		size_t len = strlen(kinds[k]);
		char *end;

		if (strncmp(spec, kinds[k], len) != 0 || spec[len] != ':')
			continue;
		atomic_store(&left[k], strtol(spec + len + 1, &end, 10));
		error = *end == ':' ? (int)strtol(end + 1, NULL, 10) : errors[k];
		armed = true;
	}
}

/* Whether this call is the one; counts it. */
static bool fails(enum kind k)
{
	if (most) {
		long n = atomic_fetch_add(&left[k], 1) + 1, old = atomic_load(&most[k]);

		while (n > old && !atomic_compare_exchange_weak(&most[k], &old, n))
			;
		return false;
	}
	if (!armed || atomic_load(&left[k]) <= 0 || atomic_fetch_sub(&left[k], 1) != 1)
		return false;
	const char *seen = getenv("ZOL_FAULT_SEEN");
	int fd = seen ? (int)syscall(SYS_openat, AT_FDCWD, seen, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;

	if (fd >= 0) {
		(void)!syscall(SYS_write, fd, kinds[k], strlen(kinds[k]));
		(void)!syscall(SYS_write, fd, "\n", 1UL);
		syscall(SYS_close, fd);
	}
	if (error < 0) {
		(void)kill(getpid(), -error);
		return false;
	}
	errno = error;
	return true;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

void *malloc(size_t size)
{
	return fails(ALLOC) ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails(ALLOC) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	return fails(ALLOC) ? NULL : __libc_realloc(p, size);
}

#define FAIL(kind, type, name, params, args)                       \
	type name params;                                          \
	type name params                                           \
	{                                                          \
		return fails(kind) ? (type)(-1) : REAL(name) args; \
	}

static mode_t mode_of(int flags, va_list ap)
{
	return flags & (O_CREAT | O_TMPFILE) ? va_arg(ap, mode_t) : 0;
}

/* The functions of variable arguments. */
#define FAIL_OPEN(name, params, args)                                                   \
	int name params;                                                                \
	int name params                                                                 \
	{                                                                               \
		va_list ap;                                                             \
		va_start(ap, flags);                                                    \
		mode_t mode = mode_of(flags, ap);                                       \
		va_end(ap);                                                             \
		return fails(OPEN) ? -1 : ((int(*) params)dlsym(RTLD_NEXT, #name))args; \
	}

FAIL_OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
FAIL_OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
FAIL_OPEN(openat, (int dir, const char *path, int flags, ...), (dir, path, flags, mode))
FAIL_OPEN(openat64, (int dir, const char *path, int flags, ...), (dir, path, flags, mode))
FAIL(READ, ssize_t, read, (int fd, void *p, size_t n), (fd, p, n))
FAIL(READ, ssize_t, pread, (int fd, void *p, size_t n, off_t o), (fd, p, n, o))
FAIL(WRITE, ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n))
FAIL(WRITE, ssize_t, pwrite, (int fd, const void *p, size_t n, off_t o), (fd, p, n, o))
FAIL(SYNC, int, fsync, (int fd), (fd))
FAIL(SYNC, int, fdatasync, (int fd), (fd))
FAIL(RENAME, int, rename, (const char *a, const char *b), (a, b))
FAIL(RENAME, int, renameat, (int da, const char *a, int db, const char *b), (da, a, db, b))
FAIL(RENAME, int, renameat2, (int da, const char *a, int db, const char *b, unsigned f), (da, a, db, b, f))
FAIL(MKDIR, int, mkdir, (const char *path, mode_t mode), (path, mode))
FAIL(MKDIR, int, mkdirat, (int dir, const char *path, mode_t mode), (dir, path, mode))
FAIL(UNLINK, int, unlink, (const char *path), (path))
FAIL(UNLINK, int, unlinkat, (int dir, const char *path, int flags), (dir, path, flags))
FAIL(SPAWN, pid_t, fork, (void), ())
FAIL(PIPE, int, pipe, (int fd[2]), (fd))
FAIL(PIPE, int, pipe2, (int fd[2], int flags), (fd, flags))
FAIL(SOCKET, int, socket, (int domain, int type, int protocol), (domain, type, protocol))
FAIL(LOCK, int, flock, (int fd, int op), (fd, op))
FAIL(MOUNT, int, mount,
     (const char *source, const char *target, const char *type, unsigned long flags, const void *data),
     (source, target, type, flags, data))
FAIL(MOUNT, int, umount2, (const char *target, int flags), (target, flags))

int clock_gettime(clockid_t id, struct timespec *t)
{
	int r = REAL(clock_gettime)(id, t);

	if (r == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
		t->tv_sec += ahead();
	return r;
}

time_t time(time_t *t)
{
	time_t now = REAL(time)(NULL) + ahead();

	if (t)
		*t = now;
	return now;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone)
{
	int r = REAL(gettimeofday)(t, zone);

	if (r == 0)
		t->tv_sec += ahead();
	return r;
}

long syscall(long number, ...)
{
	static long (*real)(long, ...);
	va_list ap;
	long a[6];
	enum kind k = KINDS;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (number == SYS_openat2)
		k = OPEN;
	else if (number == SYS_clone)
		k = SPAWN;
	else if (number == SYS_open_tree || number == SYS_move_mount || number == SYS_fsopen || number == SYS_fsmount ||
		 number == SYS_fsconfig || number == SYS_mount_setattr || number == SYS_pivot_root)
		k = MOUNT;
	if (k != KINDS && fails(k))
		return -1;
	if (!real)
		real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
