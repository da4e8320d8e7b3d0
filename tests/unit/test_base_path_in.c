/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap: syscall mkdirat */
#include <errno.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include "base/path.h"

#include "scratch.h"
#include "unit.h"

/* What openat2(2) shall fail with; 0: it works. */
static int openat2_errno, openat2_again;

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
long __wrap_syscall(long number, ...)
{
	long a[4];
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 4; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (number == SYS_openat2 && (openat2_errno || openat2_again > 0)) {
		errno = openat2_errno ? openat2_errno : EAGAIN;
		openat2_again--;
		return -1;
	}
	return __real_syscall(number, a[0], a[1], a[2], a[3]);
}

/* Somebody else makes each directory a moment before us. */
static bool others_first;

int __real_mkdirat(int dir, const char *path, mode_t mode);
int __wrap_mkdirat(int dir, const char *path, mode_t mode);
int __wrap_mkdirat(int dir, const char *path, mode_t mode)
{
	if (others_first)
		(void)__real_mkdirat(dir, path, 0755);
	return __real_mkdirat(dir, path, mode);
}

/* A guest that tries to lead us out, in all the ways that a tree can. */
static void build_tree(const struct scratch *d)
{
	static const char *const dirs[] = { "etc",  "etc/deep", "usr",           "usr/bin", "outside",
					    "root", "root/etc", "root/etc/deep", "root/usr" };
	static const char *const links[][2] = {
		{ "/etc", "root/abs" },
		{ "etc", "root/rel" },
		{ "../../../../etc", "root/up" },
		{ "/etc/hosts", "root/usr/hosts" },
		{ "../etc/hosts", "root/usr/relhosts" },
		{ "loop2", "root/loop1" },
		{ "loop1", "root/loop2" },
		{ "self", "root/self" },
		{ "nowhere", "root/dangling" },
		{ "/nowhere/deep", "root/dangling2" },
		{ "/", "root/slash" },
		{ ".", "root/dot" },
		{ "..", "root/dotdot" },
		{ "etc/", "root/trailing" },
		{ "etc/hosts/", "root/filetrailing" },
		{ "abs", "root/chain1" },
		{ "chain1/deep/..", "root/chain2" },
	};

	for (size_t i = 0; i < ZOL_COUNT(dirs); i++)
		assert_int_equal(mkdirat(d->fd, dirs[i], 0755), 0);
	for (size_t i = 0; i < ZOL_COUNT(links); i++)
		assert_int_equal(symlinkat(links[i][0], d->fd, links[i][1]), 0);
	scratch_put(d, "etc/hosts", "outside");
	scratch_put(d, "secret", "outside");
	scratch_put(d, "root/etc/hosts", "inside");
	scratch_put(d, "root/etc/deep/file", "inside");
}

static int open_root(const struct scratch *d, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_path_join(d->path, "root");

	return zol_root_open(path, err);
}

static const char *const paths[] = {
	"",
	"/",
	".",
	"..",
	"../..",
	"/../..",
	"etc",
	"/etc",
	"etc/",
	"etc/hosts",
	"/etc/hosts",
	"etc/hosts/",
	"etc/hosts/x",
	"etc//deep///file",
	"etc/./deep/../hosts",
	"abs",
	"abs/hosts",
	"abs/",
	"rel/hosts",
	"up/hosts",
	"up/../secret",
	"../secret",
	"/../secret",
	"usr/hosts",
	"usr/relhosts",
	"loop1",
	"loop1/x",
	"self",
	"dangling",
	"dangling/x",
	"dangling2",
	"slash",
	"slash/etc/hosts",
	"dot/etc/hosts",
	"dot",
	"dotdot",
	"dotdot/secret",
	"dotdot/dotdot/etc/hosts",
	"trailing",
	"trailing/hosts",
	"filetrailing",
	"chain1/hosts",
	"chain2/hosts",
	"none",
	"none/x",
	"none/",
	"etc/none",
	"etc/deep/../../../..",
	"usr/../etc/hosts",
};

/* The outcome of one open as text: an error number, or what was opened. */
static char *outcome(int root, const char *path, int flags)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(fd) int fd = zol_open_in(root, path, flags, 0600, &err);
	struct stat st;

	if (fd < 0)
		return zol_asprintf("errno %d", err.errnum);
	assert_int_equal(fstat(fd, &st), 0);
	/* Files that the test itself made have no stable number: their kind must do. */
	if (flags & O_CREAT)
		return zol_asprintf("mode %o flags %o", st.st_mode,
				    (unsigned)(fcntl(fd, F_GETFL) & ~(O_NOFOLLOW | O_DIRECTORY)));
	return zol_asprintf("inode %ju mode %o flags %o cloexec %d", (uintmax_t)st.st_ino, st.st_mode,
			    (unsigned)(fcntl(fd, F_GETFL) & ~(O_NOFOLLOW | O_DIRECTORY)), fcntl(fd, F_GETFD));
}

UNIT(walk_and_openat2_agree)
{
	static const int flags[] = { O_RDONLY,
				     O_PATH,
				     O_PATH | O_NOFOLLOW,
				     O_RDONLY | O_NOFOLLOW,
				     O_RDONLY | O_DIRECTORY,
				     O_PATH | O_DIRECTORY,
				     O_WRONLY,
				     O_RDWR | O_NONBLOCK };
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(fd) int root = -1;

	build_tree(&dir);
	root = open_root(&dir, &err);
	assert_true(root >= 0);
	for (size_t i = 0; i < ZOL_COUNT(paths); i++) {
		for (size_t f = 0; f < ZOL_COUNT(flags); f++) {
			ZOL_AUTO(free) char *kernel = outcome(root, paths[i], flags[f]);
			ZOL_AUTO(free) char *walk = NULL;

			openat2_errno = f % 2 ? ENOSYS : EPERM;
			walk = outcome(root, paths[i], flags[f]);
			openat2_errno = 0;
			if (strcmp(kernel, walk) != 0)
				fail_msg("\"%s\" flags %o: openat2 gives %s, the walk %s", paths[i], (unsigned)flags[f],
					 kernel, walk);
		}
	}
}

UNIT(walk_and_openat2_create_alike)
{
	static const int flags[] = { O_WRONLY | O_CREAT, O_WRONLY | O_CREAT | O_EXCL, O_WRONLY | O_CREAT | O_NOFOLLOW,
				     O_RDWR | O_CREAT | O_TRUNC };

	for (size_t i = 0; i < ZOL_COUNT(paths); i++) {
		for (size_t f = 0; f < ZOL_COUNT(flags); f++) {
			char *got[2] = { NULL };

			for (int walk = 0; walk < 2; walk++) {
				SCRATCH(dir);
				ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
				ZOL_AUTO(fd) int root = -1;

				build_tree(&dir);
				root = open_root(&dir, &err);
				openat2_errno = walk ? ENOSYS : 0;
				got[walk] = outcome(root, paths[i], flags[f]);
				openat2_errno = 0;
				assert_string_equal(scratch_get(&dir, "secret"), "outside");
				assert_string_equal(scratch_get(&dir, "etc/hosts"), "outside");
			}
			if (strcmp(got[0], got[1]) != 0)
				fail_msg("\"%s\" flags %o: openat2 gives %s, the walk %s", paths[i], (unsigned)flags[f],
					 got[0], got[1]);
			free(got[0]);
			free(got[1]);
		}
	}
}

/* Every path that leads anywhere leads to something inside. */
UNIT(nothing_leads_out)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err none = ZOL_ERR_INIT;
	ZOL_AUTO(fd) int root = -1;

	build_tree(&dir);
	root = open_root(&dir, &none);
	for (int walk = 0; walk < 2; walk++) {
		for (size_t i = 0; i < ZOL_COUNT(paths); i++) {
			ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
			ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

			openat2_errno = walk ? ENOSYS : 0;
			if (zol_read_file_in(root, paths[i], 100, &text, &err) == 0)
				assert_string_equal(zol_str_c(&text), "inside");
			openat2_errno = 0;
		}
	}
}

UNIT(doubtful_answers_are_asked_again)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(fd) int fd = -1;
	ZOL_AUTO(fd) int again = -1;

	scratch_put(&dir, "file", "x");
	openat2_again = 5;
	fd = zol_open_in(dir.fd, "file", O_RDONLY, 0, &err);
	assert_true(fd >= 0);
	/* When that does not help, the walk does. */
	openat2_again = 1000;
	again = zol_open_in(dir.fd, "file", O_RDONLY, 0, &err);
	openat2_again = 0;
	assert_true(again >= 0);
}

UNIT(walk_has_limits)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str path = ZOL_STR_INIT;
	char name[300];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	openat2_errno = ENOSYS;
	for (int i = 0; i < 5000; i++)
		zol_str_puts(&path, "/a");
	assert_int_equal(zol_open_in(dir.fd, zol_str_c(&path), O_RDONLY, 0, &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, ENAMETOOLONG);
	zol_err_clear(&err);
	assert_int_equal(zol_open_in(dir.fd, name, O_RDONLY, 0, &err), -(int)ZOL_SYSTEM);
	openat2_errno = 0;
	assert_int_equal(err.errnum, ENOENT);
}

UNIT(walk_stops_when_it_is_too_deep)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str path = ZOL_STR_INIT;

	int at = dup(dir.fd);

	for (int i = 0; i < 250; i++) {
		int next;

		zol_str_puts(&path, "d/");
		assert_int_equal(mkdirat(at, "d", 0755), 0);
		next = openat(at, "d", O_RDONLY | O_DIRECTORY);
		(void)close(at);
		at = next;
	}
	(void)close(at);
	openat2_errno = ENOSYS;
	assert_int_equal(zol_open_in(dir.fd, zol_str_c(&path), O_RDONLY, 0, &err), -(int)ZOL_SYSTEM);
	openat2_errno = 0;
	assert_int_equal(err.errnum, ENAMETOOLONG);
}

static void parent_is(int root, const char *path, const char *dir, const char *name)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(fd) int fd = -1;
	const char *got = NULL;
	struct stat a, b;

	fd = zol_open_parent_in(root, path, &got, &err);
	assert_true(fd >= 0);
	assert_string_equal(got, name);
	assert_int_equal(fstat(fd, &a), 0);
	assert_int_equal(fstatat(root, dir, &b, 0), 0);
	assert_int_equal(a.st_ino, b.st_ino);
}

UNIT(parents)
{
	static const char *const bad[] = { "", "/", "etc/", ".", "..", "etc/..", "etc/." };
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(fd) int root = -1;
	const char *name = NULL;

	build_tree(&dir);
	root = open_root(&dir, &err);
	for (int walk = 0; walk < 2; walk++) {
		openat2_errno = walk ? ENOSYS : 0;
		parent_is(root, "etc/hosts", "etc", "hosts");
		parent_is(root, "/abs/hosts", "etc", "hosts");
		parent_is(root, "abs", ".", "abs");
		parent_is(root, "/new", ".", "new");
		parent_is(root, "../../new", ".", "new");
		parent_is(root, "usr/hosts", "usr", "hosts");
	}
	openat2_errno = 0;
	for (size_t i = 0; i < ZOL_COUNT(bad); i++) {
		assert_int_equal(zol_open_parent_in(root, bad[i], &name, &err), -(int)ZOL_SYSTEM);
		assert_int_equal(err.errnum, EINVAL);
		zol_err_clear(&err);
	}
	assert_int_equal(zol_open_parent_in(root, "none/x", &name, &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, ENOENT);
	assert_null(name);
}

UNIT(who_makes_the_same_directories_is_in_nobodys_way)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(fd) int root = -1;
	int rc;

	build_tree(&dir);
	root = open_root(&dir, &err);
	others_first = true;
	rc = zol_mkdirs_in(root, "/abs/new/deeper", 0700, &err);
	others_first = false;
	assert_int_equal(rc, 1);
	/* a link that leads nowhere is no directory */
	assert_int_equal(zol_mkdirs_in(root, "dangling", 0700, &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, EEXIST);
}

UNIT(mkdirs_stays_inside)
{
	for (int walk = 0; walk < 2; walk++) {
		SCRATCH(dir);
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		ZOL_AUTO(fd) int root = -1;
		mode_t mask = umask(077);
		struct stat st;

		build_tree(&dir);
		root = open_root(&dir, &err);
		openat2_errno = walk ? ENOSYS : 0;
		assert_int_equal(zol_mkdirs_in(root, "/abs/new/deeper", 0751, &err), 0);
		assert_int_equal(zol_mkdirs_in(root, "../../up2", 0755, &err), 0);
		assert_int_equal(zol_mkdirs_in(root, "etc/new/deeper/", 0700, &err), 1);
		assert_int_equal(zol_mkdirs_in(root, "/", 0700, &err), 1);
		assert_int_equal(zol_mkdirs_in(root, "etc/hosts/x", 0700, &err), -(int)ZOL_SYSTEM);
		assert_int_equal(err.errnum, ENOTDIR);
		zol_err_clear(&err);
		assert_int_equal(zol_mkdirs_in(root, "dangling/x", 0700, &err), -(int)ZOL_SYSTEM);
		openat2_errno = 0;
		(void)umask(mask);
		assert_int_equal(fstatat(dir.fd, "root/etc/new/deeper", &st, 0), 0);
		assert_int_equal(st.st_mode, S_IFDIR | 0751);
		assert_int_equal(fstatat(dir.fd, "root/up2", &st, 0), 0);
		assert_int_equal(fstatat(dir.fd, "etc/new", &st, 0), -1);
		assert_int_equal(fstatat(dir.fd, "up2", &st, 0), -1);
	}
}

UNIT(roots_are_directories)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_root_open("/etc/passwd", &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, ENOTDIR);
	zol_err_clear(&err);
	assert_int_equal(zol_root_open("/no/such/root", &err), -(int)ZOL_SYSTEM);
	assert_non_null(strstr(err.msg, "/no/such/root"));
}

UNIT_MAIN()
