/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Kinds of files, owners, attributes, renames and directories. */

#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/path.h"
#include "sys/probe_checks.h"

/* renameat2(2): a static musl of Debian 12 has no wrapper for it. */
static int rename2(int from_dir, const char *from, int to_dir, const char *to, unsigned int flags)
{
	return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
}

static int needs_root(const char **why)
{
	*why = "needs root";
	return ZOL_CHECK_SKIP;
}

static int n_mkfifo(int dir, const char **why)
{
	struct stat st;

	if (mkfifoat(dir, "fifo", 0600) < 0)
		return errno;
	if (fstatat(dir, "fifo", &st, 0) < 0)
		return errno;
	return S_ISFIFO(st.st_mode) ? 0 : zol_probe_wrong(why, "no fifo came of it");
}

static int n_mknod(int dir, const char **why)
{
	struct stat st;

	if (geteuid() != 0)
		return needs_root(why);
	if (mknodat(dir, "null", S_IFCHR | 0600, makedev(1, 3)) < 0)
		return errno;
	if (fstatat(dir, "null", &st, 0) < 0)
		return errno;
	return S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3) ? 0 : zol_probe_wrong(why, "no device came of it");
}

static int n_socket(int dir, const char **why)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	ZOL_AUTO(fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ZOL_AUTO(fd) int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || client < 0) {
		*why = "no Unix sockets in this kernel";
		return ZOL_CHECK_SKIP;
	}
	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "/proc/self/fd/%d/socket", dir);
	if (bind(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0 || listen(fd, 1) < 0)
		return errno;
	return zol_probe_rc(connect(client, (const struct sockaddr *)&addr, sizeof(addr)));
}

static int n_symlink(int dir, const char **why)
{
	char buf[32] = "";

	if (symlinkat("to/nowhere", dir, "sym") < 0 || readlinkat(dir, "sym", buf, sizeof(buf) - 1) < 0)
		return errno;
	return strcmp(buf, "to/nowhere") == 0 ? 0 : zol_probe_wrong(why, "reads back differently");
}

static int n_hardlink(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = zol_probe_file(dir, "hard1", "x");
	struct stat a, b;

	if (fd < 0 || linkat(dir, "hard1", dir, "hard2", 0) < 0 || fstatat(dir, "hard1", &a, 0) < 0 ||
	    fstatat(dir, "hard2", &b, 0) < 0)
		return errno;
	return a.st_ino == b.st_ino && b.st_nlink == 2 ? 0 : zol_probe_wrong(why, "two files, not one");
}

static int mode_kept(int dir, const char *name, mode_t mode, const char **why)
{
	struct stat st;

	if (fchmodat(dir, name, mode, 0) < 0 || fstatat(dir, name, &st, 0) < 0)
		return errno;
	return (st.st_mode & 07777) == mode ? 0 : zol_probe_wrong(why, "mode not kept");
}

static int n_sticky(int dir, const char **why)
{
	if (mkdirat(dir, "sticky", 0755) < 0)
		return errno;
	return mode_kept(dir, "sticky", 01777, why);
}

static int n_setuid(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = zol_probe_file(dir, "setuid", "x");

	return fd < 0 ? errno : mode_kept(dir, "setuid", 04755, why);
}

static int n_setgid_dir(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = -1;
	struct stat st;

	if (geteuid() != 0)
		return needs_root(why);
	if (mkdirat(dir, "setgid", 0755) < 0 || fchownat(dir, "setgid", 0, 7, 0) < 0 ||
	    fchmodat(dir, "setgid", 02775, 0) < 0)
		return errno;
	fd = zol_probe_file(dir, "setgid/file", "x");
	if (fd < 0 || fstat(fd, &st) < 0)
		return errno;
	return st.st_gid == 7 ? 0 : zol_probe_wrong(why, "group not inherited");
}

static int n_chown(int dir, const char **why)
{
	ZOL_AUTO(fd) int fd = zol_probe_file(dir, "chown", "x");
	struct stat st;

	if (geteuid() != 0)
		return needs_root(why);
	if (fd < 0 || fchownat(dir, "chown", 250, 250, 0) < 0 || fstatat(dir, "chown", &st, 0) < 0)
		return errno;
	return st.st_uid == 250 && st.st_gid == 250 ? 0 : zol_probe_wrong(why, "owner not kept");
}

static int xattr_kept(int dir, const char *file, const char *attr, const void *value, size_t len)
{
	ZOL_AUTO(fd) int fd = zol_probe_file(dir, file, "x");
	char buf[128];

	if (fd < 0 || fsetxattr(fd, attr, value, len, 0) < 0)
		return errno;
	if (fgetxattr(fd, attr, buf, sizeof(buf)) != (ssize_t)len)
		return errno ? errno : EIO;
	return 0;
}

static int n_xattr_user(int dir, const char **why)
{
	(void)why;
	return xattr_kept(dir, "xattr-user", "user.zolkit", "value", 5);
}

static int n_xattr_trusted(int dir, const char **why)
{
	if (geteuid() != 0)
		return needs_root(why);
	return xattr_kept(dir, "xattr-trusted", "trusted.zolkit", "value", 5);
}

static int n_xattr_capability(int dir, const char **why)
{
	/* struct vfs_cap_data of revision 2 with CAP_NET_RAW permitted: linux/capability.h */
	const uint32_t cap[5] = { htole32(0x02000000), htole32(1U << 13), 0, 0, 0 };

	if (geteuid() != 0)
		return needs_root(why);
	return xattr_kept(dir, "xattr-cap", "security.capability", cap, sizeof(cap));
}

static int n_acl(int dir, const char **why)
{
	/* posix_acl_xattr version 2: USER_OBJ rw, USER 250 r, GROUP_OBJ r, MASK r, OTHER - */
	struct {
		uint32_t version;
		struct {
			uint16_t tag, perm;
			uint32_t id;
		} e[5];
	} acl = { htole32(2),
		  { { htole16(0x01), htole16(6), UINT32_MAX },
		    { htole16(0x02), htole16(4), htole32(250) },
		    { htole16(0x04), htole16(4), UINT32_MAX },
		    { htole16(0x10), htole16(4), UINT32_MAX },
		    { htole16(0x20), htole16(0), UINT32_MAX } } };

	(void)why;
	return xattr_kept(dir, "acl", "system.posix_acl_access", &acl, sizeof(acl));
}

static int n_rename_noreplace(int dir, const char **why)
{
	ZOL_AUTO(fd) int a = zol_probe_file(dir, "noreplace1", "a");
	ZOL_AUTO(fd) int b = zol_probe_file(dir, "noreplace2", "b");

	if (a < 0 || b < 0)
		return errno;
	if (rename2(dir, "noreplace1", dir, "noreplace2", RENAME_NOREPLACE) == 0)
		return zol_probe_wrong(why, "replaced all the same");
	if (errno != EEXIST)
		return errno;
	return zol_probe_rc(rename2(dir, "noreplace1", dir, "noreplace3", RENAME_NOREPLACE));
}

static int n_rename_exchange(int dir, const char **why)
{
	ZOL_AUTO(fd) int a = zol_probe_file(dir, "exchange1", "a");
	ZOL_AUTO(fd) int b = zol_probe_file(dir, "exchange2", "longer");
	struct stat st;

	if (a < 0 || b < 0 || rename2(dir, "exchange1", dir, "exchange2", RENAME_EXCHANGE) < 0 ||
	    fstatat(dir, "exchange1", &st, 0) < 0)
		return errno;
	return st.st_size == 6 ? 0 : zol_probe_wrong(why, "not exchanged");
}

static int n_rename_dir(int dir, const char **why)
{
	(void)why;
	if (mkdirat(dir, "dir1", 0755) < 0 || mkdirat(dir, "dir2", 0755) < 0)
		return errno;
	return zol_probe_rc(renameat(dir, "dir1", dir, "dir2"));
}

#define MANY 1000

static int n_readdir(int dir, const char **why)
{
	ZOL_AUTO(dir) DIR *d = NULL;
	ZOL_AUTO(fd) int fd = -1;
	const struct dirent *e;
	unsigned seen = 0;

	if (mkdirat(dir, "many", 0755) < 0)
		return errno;
	for (unsigned i = 0; i < MANY; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "many/%u", i);
		if (symlinkat("x", dir, name) < 0)
			return errno;
	}
	fd = openat(dir, "many", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d = fd < 0 ? NULL : fdopendir(fd);
	if (!d)
		return errno;
	(void)zol_take_fd(&fd);
	while ((e = readdir(d)))
		seen += e->d_name[0] != '.';
	return seen == MANY ? 0 : zol_probe_wrong(why, "not every entry was listed once");
}

static int name_kept(int dir, const char *name)
{
	ZOL_AUTO(fd) int fd = zol_probe_file(dir, name, "x");
	struct stat st;

	return fd < 0 ? errno : zol_probe_rc(fstatat(dir, name, &st, 0));
}

static int n_long_name(int dir, const char **why)
{
	char name[256];

	(void)why;
	memset(name, 'n', 255);
	name[255] = '\0';
	return name_kept(dir, name);
}

static int n_byte_name(int dir, const char **why)
{
	(void)why;
	return name_kept(dir, "bytes-\xff\xfe\x80");
}

static int n_inotify(int dir, const char **why)
{
	ZOL_AUTO(fd) int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	ZOL_AUTO(fd) int file = -1;
	char path[64], buf[512];

	if (watch < 0) {
		*why = "no inotify in this kernel";
		return ZOL_CHECK_SKIP;
	}
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", dir);
	if (inotify_add_watch(watch, path, IN_CREATE) < 0)
		return errno;
	file = zol_probe_file(dir, "noticed", "x");
	if (file < 0)
		return errno;
	return read(watch, buf, sizeof(buf)) > 0 ? 0 : zol_probe_wrong(why, "no event");
}

const struct zol_probe_check zol_probe_names[] = {
	{ "mkfifo", n_mkfifo },
	{ "mknod", n_mknod },
	{ "socket", n_socket },
	{ "symlink", n_symlink },
	{ "hardlink", n_hardlink },
	{ "sticky", n_sticky },
	{ "setuid", n_setuid },
	{ "setgid-dir", n_setgid_dir },
	{ "chown", n_chown },
	{ "xattr-user", n_xattr_user },
	{ "xattr-trusted", n_xattr_trusted },
	{ "xattr-capability", n_xattr_capability },
	{ "acl", n_acl },
	{ "rename-noreplace", n_rename_noreplace },
	{ "rename-exchange", n_rename_exchange },
	{ "rename-dir", n_rename_dir },
	{ "readdir", n_readdir },
	{ "long-name", n_long_name },
	{ "byte-name", n_byte_name },
	{ "inotify", n_inotify },
	{ NULL, NULL },
};
