/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/kheaders.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/path.h"
#include "base/str.h"
#include "sys/fswalk.h"

#define MARK ".zolkit-headers" /* in a tree that we made */

struct walk {
	const char *arch;
	bool built; /* from is the O= directory */
	int to;
};

/* --- which files --------------------------------------------------------------------------------- */

/* Is there a directory of this name in path (which ends with a file's name)? */
static bool below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	for (const char *at = path; (at = strstr(at, dir)); at += len)
		if ((at == path || at[-1] == '/') && at[len] == '/')
			return true;
	return false;
}

static bool starts(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return strncmp(path, dir, len) == 0 && path[len] == '/';
}

static const char *in_arch(const struct walk *w, const char *path)
{
	size_t len = strlen(w->arch);

	if (strncmp(path, "arch/", 5) != 0 || strncmp(path + 5, w->arch, len) != 0 || path[5 + len] != '/')
		return NULL;
	return path + 6 + len;
}

static bool from_tree(const struct walk *w, const char *path)
{
	const char *base = zol_base_name(path);
	const char *inside = in_arch(w, path);

	if (base == path)
		return strncmp(base, "Makefile", 8) == 0 || strcmp(base, "Kbuild") == 0 || strcmp(base, "Kconfig") == 0;
	if (starts(path, "include") || starts(path, "scripts"))
		return true;
	if (!inside)
		return false;
	if (base == inside && strncmp(base, "Makefile", 8) == 0)
		return true;
	return below(inside, "include") || below(inside, "scripts") || strcmp(base, "Kbuild.platforms") == 0 ||
	       strcmp(base, "Platform") == 0;
}

static bool from_build(const struct walk *w, const char *path)
{
	static const char *const files[] = { ".config", "Module.symvers", "tools/objtool/objtool",
					     "tools/bpf/resolve_btfids/resolve_btfids" };
	const char *inside = in_arch(w, path);
	const char *base = zol_base_name(path);
	size_t len = strlen(base);

	for (size_t i = 0; i < ZOL_COUNT(files); i++)
		if (strcmp(path, files[i]) == 0)
			return true;
	if ((len > 2 && strcmp(base + len - 2, ".o") == 0) || (len > 4 && strcmp(base + len - 4, ".cmd") == 0))
		return false;
	return starts(path, "include") || starts(path, "scripts") || (inside && starts(inside, "include"));
}

static bool wanted(const struct walk *w, const char *path)
{
	return w->built ? from_build(w, path) : from_tree(w, path);
}

/* Whether something below this directory can be wanted. */
static bool enter(const struct walk *w, const char *path)
{
	static const char *const tops[] = {
		"include", "scripts", "arch", "tools", "tools/objtool", "tools/bpf", "tools/bpf/resolve_btfids"
	};

	for (size_t i = 0; i < ZOL_COUNT(tops); i++)
		if (strcmp(path, tops[i]) == 0)
			return strncmp(path, "tools", 5) != 0 || w->built;
	if (starts(path, "include") || starts(path, "scripts"))
		return true;
	return strncmp(path, "arch/", 5) == 0 &&
	       (strcmp(path + 5, w->arch) == 0 || (in_arch(w, path) && (!w->built || below(path, "include") ||
									strcmp(zol_base_name(path), "include") == 0)));
}

/* --- copying ------------------------------------------------------------------------------------- */

static int copy_data(int in, int out, const char *path, struct zol_err *err)
{
	char buf[65536];

	for (;;) {
		ssize_t n = read(in, buf, sizeof(buf));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return zol_err_sys(err, "cannot read %s", path);
		if (n == 0)
			return 0;
		if (zol_write_all(out, buf, (size_t)n, err))
			return zol_err_wrap(err, "%s", path);
	}
}

/* The directories above a path of the new tree. */
static int make_parents(int to, const char *path, struct zol_err *err)
{
	ZOL_AUTO(free) char *dir = zol_asprintf("%.*s", (int)(zol_base_name(path) - path), path);

	if (!dir)
		return zol_err_oom(err);
	return zol_mkdirs_in(to, dir, 0755, err) < 0 ? -(int)err->code : 0;
}

/* A file of the new tree, which lies in the guest: that may run, and put links and nodes there meanwhile. */
static int create(int to, const char *path, struct zol_err *err)
{
	static const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
	int fd = zol_open_in(to, path, flags, 0600, err);

	if (fd >= 0 || err->errnum != ENOENT)
		return fd;
	zol_err_clear(err);
	return make_parents(to, path, err) ? -(int)err->code : zol_open_in(to, path, flags, 0600, err);
}

static int copy_file(int from, int to, const char *path, struct zol_err *err)
{
	ZOL_AUTO(fd) int in = openat(from, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st, made;

	if (in < 0 || fstat(in, &st) < 0)
		return zol_err_sys(err, "cannot open %s", path);
	ZOL_AUTO(fd) int out = create(to, path, err);

	if (out < 0 || fstat(out, &made) < 0)
		return out < 0 ? zol_err_wrap(err, "cannot create %s", path) : zol_err_sys(err, "%s", path);
	if (!S_ISREG(made.st_mode))
		return zol_err_set(err, ZOL_SYSTEM, EINVAL, "%s is no regular file", path);
	if (copy_data(in, out, path, err))
		return -(int)err->code;
	const struct timespec times[2] = { st.st_atim, st.st_mtim };

	if (fchmod(out, st.st_mode & 0111 ? 0755 : 0644) < 0 || futimens(out, times) < 0)
		return zol_err_sys(err, "cannot finish %s", path);
	return 0;
}

static int copy_entry(void *ctx, int from, const char *path, const struct stat *st, struct zol_err *err)
{
	const struct walk *w = ctx;

	if (S_ISDIR(st->st_mode))
		return !enter(w, path);
	if (!S_ISREG(st->st_mode) || !wanted(w, path))
		return 0;
	return copy_file(from, w->to, path, err);
}

static int copy_from(const struct zol_kheaders *h, bool built, int to, struct zol_err *err)
{
	struct walk w = { .arch = h->arch, .built = built, .to = to };
	const char *dir = built ? h->build : h->tree;
	ZOL_AUTO(fd) int from = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (from < 0)
		return zol_err_sys(err, "cannot open %s", dir);
	int rc = zol_fswalk(from, copy_entry, &w, err);

	return rc < 0 ? zol_err_wrap(err, "%s", dir) : 0;
}

/* --- putting in place ---------------------------------------------------------------------------- */

static int fill(const struct zol_kheaders *h, int src, const char *name, struct zol_err *err)
{
	ZOL_AUTO(free) char *tmp = zol_asprintf(".%s.zol-new", name);

	if (!tmp)
		return zol_err_oom(err);
	if (zol_rmtree(src, tmp, err))
		return -(int)err->code;
	if (mkdirat(src, tmp, 0755) < 0)
		return zol_err_sys(err, "cannot make /usr/src/%s", tmp);
	ZOL_AUTO(fd) int to = openat(src, tmp, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (to < 0)
		return zol_err_sys(err, "cannot open /usr/src/%s", tmp);
	if (copy_from(h, false, to, err) || copy_from(h, true, to, err))
		return -(int)err->code;
	ZOL_AUTO(fd) int mark = openat(to, MARK, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	if (mark < 0 || syncfs(to) < 0)
		return zol_err_sys(err, "cannot finish /usr/src/%s", tmp);
	return zol_swap_dir(src, tmp, name, err) < 0 ? zol_err_wrap(err, "/usr/src") : 0;
}

/* A link, replaced as a whole. */
static int put_link(int dir, const char *name, const char *target, struct zol_err *err)
{
	ZOL_AUTO(free) char *tmp = zol_asprintf(".%s.zol-new", name);

	if (!tmp)
		return zol_err_oom(err);
	(void)unlinkat(dir, tmp, 0);
	if (symlinkat(target, dir, tmp) < 0 || renameat(dir, tmp, dir, name) < 0)
		return zol_err_sys(err, "cannot make the link %s", name);
	return 0;
}

/* /usr/src/linux belongs to the user as soon as it points to anything else than a tree of ours. */
static bool may_link(int src)
{
	struct stat st;
	char target[512];
	ssize_t n = readlinkat(src, "linux", target, sizeof(target) - 1);

	if (n < 0)
		return fstatat(src, "linux", &st, AT_SYMLINK_NOFOLLOW) < 0;
	target[n] = '\0';
	if (strchr(target, '/'))
		return false;
	ZOL_AUTO(free) char *mark = zol_asprintf("%s/" MARK, target);

	return fstatat(src, target, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	       (mark && fstatat(src, mark, &st, AT_SYMLINK_NOFOLLOW) == 0);
}

static int link_modules(int root, const char *release, const char *name, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_asprintf("/lib/modules/%s", release);
	ZOL_AUTO(free) char *target = zol_asprintf("/usr/src/%s", name);

	if (!path || !target)
		return zol_err_oom(err);
	if (zol_mkdirs_in(root, path, 0755, err) < 0)
		return -(int)err->code;
	ZOL_AUTO(fd) int dir = zol_open_in(root, path, O_RDONLY | O_DIRECTORY, 0, err);

	if (dir < 0 || put_link(dir, "build", target, err) || put_link(dir, "source", target, err))
		return -(int)err->code;
	return 0;
}

int zol_kheaders_install(const struct zol_kheaders *h, struct zol_err *err)
{
	ZOL_AUTO(free) char *name = zol_asprintf("linux-%s", h->release);
	ZOL_AUTO(fd) int root = zol_root_open(h->guest_root, err);

	if (root < 0 || !name)
		return name ? -(int)err->code : zol_err_oom(err);
	if (zol_mkdirs_in(root, "/usr/src", 0755, err) < 0)
		return zol_err_wrap(err, "%s", h->guest_root);
	ZOL_AUTO(fd) int src = zol_open_in(root, "/usr/src", O_RDONLY | O_DIRECTORY, 0, err);

	if (src < 0)
		return zol_err_wrap(err, "%s", h->guest_root);
	if (fill(h, src, name, err) || link_modules(root, h->release, name, err))
		return zol_err_wrap(err, "headers for %s", h->guest_root);
	if (!may_link(src))
		return 1;
	return put_link(src, "linux", name, err);
}

bool zol_kheaders_there(const char *guest_root, const char *release)
{
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *path = zol_asprintf("/lib/modules/%s/build/" MARK, release);
	ZOL_AUTO(fd) int root = zol_root_open(guest_root, &ignored);
	ZOL_AUTO(fd) int fd = root >= 0 && path ? zol_open_in(root, path, O_PATH, 0, &ignored) : -1;

	return fd >= 0;
}
