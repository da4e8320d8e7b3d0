/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/symfiles.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "base/path.h"
#include "core/elf.h"
#include "core/modmap.h"
#include "sys/mapfile.h"
#include "wrap/archive.h"

#define DEPTH 16
#define UNPACKED_MAX (1ULL << 30)

void zol_symwant_free(struct zol_symwant *w)
{
	free(w->file);
	free(w->id);
	free(w->other);
	free(w->other_id);
	*w = (struct zol_symwant){ 0 };
}

int zol_symwant_check(const struct zol_symwant *w, struct zol_err *err)
{
	if (w->file || !w->other)
		return 0;
	zol_err_set(err, ZOL_VERIFY, 0, "the running %s has build-id %s, but %s has %s", w->name, w->build_id, w->other,
		    w->other_id ? w->other_id : "none");
	return zol_err_hint(err, "load what was built last, or name the tree it was built in with --tree");
}

struct zol_span zol_symfile_module(const char *name, bool *ret_packed)
{
	static const struct {
		const char *suffix;
		bool packed;
	} forms[] = { { ".ko", false },   { ".ko.debug", false }, { ".ko.gz", true },
		      { ".ko.xz", true }, { ".ko.zst", true },    { ".ko.bz2", true } };
	struct zol_span all = zol_span_c(name);

	for (size_t i = 0; i < ZOL_COUNT(forms); i++) {
		if (!zol_span_ends(all, forms[i].suffix))
			continue;
		*ret_packed = forms[i].packed;
		return zol_span(name, all.len - strlen(forms[i].suffix));
	}
	return zol_span(NULL, 0);
}

/* --- one file ------------------------------------------------------------------------------------ */

struct search {
	const struct zol_symsearch *s;
	struct zol_symwant *wants;
	size_t n;
};

static bool has_debug(const struct zol_elf *e)
{
	struct zol_elf_section s;

	return (zol_elf_find(e, ".debug_info", &s) || zol_elf_find(e, ".zdebug_info", &s)) && s.data.len > 0;
}

static int replace(char **slot, char *value, struct zol_err *err)
{
	if (!value)
		return zol_err_oom(err);
	free(*slot);
	*slot = value;
	return 0;
}

/* Judges a plain ELF file. 1: it is what was wanted. */
static int judge(struct zol_symwant *w, int fd, struct zol_err *err)
{
	ZOL_AUTO(err) struct zol_err broken = ZOL_ERR_INIT;
	ZOL_AUTO(mapfile) struct zol_mapfile m = { 0 };
	char text[ZOL_BUILD_ID_TEXT] = "";
	struct zol_span id;
	struct zol_elf e;

	if (zol_mapfile_fd(fd, &m, &broken) < 0 || zol_elf_open(m.bytes, &e, &broken) < 0)
		return 0;
	if (zol_elf_build_id(&e, &id))
		(void)zol_build_id_text(id, text);
	if (w->build_id && strcmp(text, w->build_id) != 0) {
		if (replace(&w->other, zol_fd_path(fd), err) < 0 ||
		    replace(&w->other_id, strdup(*text ? text : "none"), err) < 0)
			return -(int)err->code;
		return 0;
	}
	if (w->file && (w->debug || !has_debug(&e)))
		return 0;
	/* without an id to go by, the first file decides which one the others have to have */
	if (w->file && strcmp(w->id, text) != 0)
		return 0;
	if (replace(&w->file, zol_fd_path(fd), err) < 0 || replace(&w->id, strdup(text), err) < 0)
		return -(int)err->code;
	w->debug = has_debug(&e);
	return 1;
}

static char *cache_path(const struct search *x, const char *id, const char *name)
{
	return zol_asprintf("%s/debug/%s/%s.ko", x->s->cache, id, name);
}

/* What is there may be cut short: it is not worth an fsync. */
static int open_cached(const struct search *x, const struct zol_symwant *w)
{
	ZOL_AUTO(free) char *path = w->build_id ? cache_path(x, w->build_id, w->name) : NULL;
	ZOL_AUTO(fd) int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
	ZOL_AUTO(err) struct zol_err broken = ZOL_ERR_INIT;
	ZOL_AUTO(mapfile) struct zol_mapfile m = { 0 };
	struct zol_elf e;

	if (fd < 0 || zol_mapfile_fd(fd, &m, &broken) < 0 || zol_elf_open(m.bytes, &e, &broken) < 0)
		return -1;
	return zol_take_fd(&fd);
}

static int place(const struct search *x, const char *temp, int fd, const char *name, struct zol_err *err)
{
	ZOL_AUTO(mapfile) struct zol_mapfile m = { 0 };
	char text[ZOL_BUILD_ID_TEXT] = "";
	ZOL_AUTO(free) char *path = NULL;
	struct zol_span id;
	struct zol_elf e;

	if (zol_mapfile_fd(fd, &m, err) < 0 || zol_elf_open(m.bytes, &e, err) < 0)
		return -(int)err->code;
	path = cache_path(x, zol_elf_build_id(&e, &id) ? zol_build_id_text(id, text) : "none", name);
	if (!path)
		return zol_err_oom(err);
	*strrchr(path, '/') = '\0';
	if (zol_mkdirs(path, 0755, err) < 0)
		return -(int)err->code;
	path[strlen(path)] = '/';
	return rename(temp, path) < 0 ? zol_err_sys(err, "%s", path) : 0;
}

/* Unpacks into the cache; the descriptor is that of the file there. */
static int unpack(const struct search *x, int in, const char *name, struct zol_err *err)
{
	ZOL_AUTO(free) char *dir = zol_asprintf("%s/debug", x->s->cache);
	ZOL_AUTO(free) char *temp = zol_asprintf("%s/debug/.%s.XXXXXX", x->s->cache, name);
	ZOL_AUTO(fd) int out = -1;

	if (!dir || !temp)
		return zol_err_oom(err);
	if (zol_mkdirs(dir, 0755, err) < 0)
		return -(int)err->code;
	out = mkostemp(temp, O_CLOEXEC);
	if (out < 0)
		return zol_err_sys(err, "%s", temp);
	if (fchmod(out, 0644) < 0 || zol_unpack_file(in, out, UNPACKED_MAX, err) < 0 ||
	    place(x, temp, out, name, err) < 0) {
		(void)unlink(temp);
		return err->code ? -(int)err->code : zol_err_sys(err, "%s", temp);
	}
	return zol_take_fd(&out);
}

/* A file that may be w. Only failures of ours are failures. */
static int consider(const struct search *x, struct zol_symwant *w, int fd, bool packed, struct zol_err *err)
{
	ZOL_AUTO(err) struct zol_err broken = ZOL_ERR_INIT;
	ZOL_AUTO(fd) int plain = -1;
	int r;

	if (!packed) {
		r = judge(w, fd, err);
		return r < 0 ? r : 0;
	}
	plain = open_cached(x, w);
	if (plain < 0)
		plain = unpack(x, fd, w->name, &broken);
	if (plain < 0 && broken.code != ZOL_MALFORMED) { /* a full disk, say */
		zol_err_move(err, &broken);
		return -(int)err->code;
	}
	r = plain < 0 ? 0 : judge(w, plain, err);
	return r < 0 ? r : 0;
}

/* --- directories --------------------------------------------------------------------------------- */

static int walk(int dirfd, int depth, zol_symfile_fn *fn, void *ctx, struct zol_err *err)
{
	ZOL_AUTO(dir) DIR *d = fdopendir(dirfd);
	const struct dirent *e;

	if (!d) {
		close(dirfd);
		return 0;
	}
	while ((e = readdir(d))) {
		int sub;

		if (e->d_name[0] == '.' && (depth == 0 || strcmp(e->d_name, ".build-id") != 0))
			continue;
		if (e->d_type == DT_DIR && depth > 0) {
			sub = openat(dirfd, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			if (sub >= 0 && walk(sub, depth - 1, fn, ctx, err) < 0)
				return -(int)err->code;
		} else if ((e->d_type == DT_REG || e->d_type == DT_UNKNOWN) && fn(ctx, dirfd, e->d_name, err) < 0) {
			return -(int)err->code;
		}
	}
	return 0;
}

int zol_symfiles_walk(int root, const char *path, zol_symfile_fn *fn, void *ctx, struct zol_err *err)
{
	ZOL_AUTO(err) struct zol_err none = ZOL_ERR_INIT;
	int fd = root >= 0 ? zol_open_in(root, path, O_RDONLY | O_DIRECTORY, 0, &none) :
			     open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? 0 : walk(fd, DEPTH, fn, ctx, err);
}

static int module_file(void *ctx, int dirfd, const char *name, struct zol_err *err)
{
	const struct search *x = ctx;
	bool packed = false;
	struct zol_span module = zol_symfile_module(name, &packed);

	if (module.len == 0)
		return 0;
	for (size_t i = 0; i < x->n; i++) {
		struct zol_symwant *w = &x->wants[i];
		ZOL_AUTO(fd) int fd = -1;

		if (w->debug || !zol_kmod_same(zol_span_c(w->name), module))
			continue;
		fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
		if (fd >= 0 && consider(x, w, fd, packed, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

static bool all_found(const struct search *x)
{
	for (size_t i = 0; i < x->n; i++)
		if (!x->wants[i].debug)
			return false;
	return true;
}

static bool any_missing(const struct search *x)
{
	for (size_t i = 0; i < x->n; i++)
		if (!x->wants[i].file && strcmp(x->wants[i].name, "vmlinux") != 0)
			return true;
	return false;
}

/* <debug>/.build-id/ab/cdef....debug, as distributions lay them out. */
static int by_id(const struct search *x, int root, const char *debug, struct zol_err *err)
{
	for (size_t i = 0; i < x->n; i++) {
		ZOL_AUTO(err) struct zol_err none = ZOL_ERR_INIT;
		struct zol_symwant *w = &x->wants[i];
		ZOL_AUTO(free) char *path = NULL;
		ZOL_AUTO(fd) int fd = -1;

		if (w->debug || !w->build_id || strlen(w->build_id) < 3)
			continue;
		path = zol_asprintf("%s/.build-id/%.2s/%s.debug", debug, w->build_id, w->build_id + 2);
		if (!path)
			return zol_err_oom(err);
		fd = root >= 0 ? zol_open_in(root, path, O_RDONLY | O_NONBLOCK, 0, &none) :
				 open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		if (fd >= 0 && consider(x, w, fd, false, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

static int in_guest(const struct search *x, struct zol_err *err)
{
	static const char *const places[] = { "lib/modules", "usr/lib/modules", "usr/lib/debug/lib/modules",
					      "usr/lib/debug/usr/lib/modules" };

	if (x->s->root < 0)
		return 0;
	for (size_t i = 0; x->s->release && i < ZOL_COUNT(places) && !all_found(x); i++) {
		ZOL_AUTO(free) char *path = zol_asprintf("%s/%s", places[i], x->s->release);

		/* usr/lib is what lib is a link to; a second look finds the same */
		if (!path)
			return zol_err_oom(err);
		if (i == 1 && !any_missing(x))
			continue;
		if (zol_symfiles_walk(x->s->root, path, module_file, (void *)(uintptr_t)x, err) < 0)
			return -(int)err->code;
	}
	return by_id(x, x->s->root, "usr/lib/debug", err);
}

/* A line of modules.order: "fs/zfs.ko", or "fs/zfs.o" since Linux 6.3. */
static int ordered(const struct search *x, int dirfd, struct zol_span line, struct zol_err *err)
{
	size_t end = line.len;
	ZOL_AUTO(free) char *path = NULL;
	struct zol_span name;
	const char *slash;

	while (end > 0 && line.ptr[end - 1] != '.')
		end--;
	if (end < 2 || line.ptr[0] == '/')
		return 0;
	slash = memrchr(line.ptr, '/', end - 1);
	name = slash ? zol_span(slash + 1, (size_t)(line.ptr + end - 1 - slash - 1)) : zol_span(line.ptr, end - 1);
	for (size_t i = 0; i < x->n; i++) {
		struct zol_symwant *w = &x->wants[i];
		ZOL_AUTO(fd) int fd = -1;

		if (w->debug || !zol_kmod_same(zol_span_c(w->name), name))
			continue;
		path = path ? path : zol_asprintf("%.*sko", (int)end, line.ptr);
		if (!path)
			return zol_err_oom(err);
		fd = openat(dirfd, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
		if (fd >= 0 && consider(x, w, fd, false, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

/* What Kbuild says that it has built in a tree, without a walk through a thousand directories. 1: it says so. */
static int by_order(const struct search *x, const char *tree, struct zol_err *err)
{
	ZOL_AUTO(err) struct zol_err none = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(fd) int dirfd = open(tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct zol_span rest, line;

	if (dirfd < 0 || zol_read_file_in(dirfd, "modules.order", ZOL_READ_MAX, &text, &none) < 0)
		return 0;
	rest = zol_span_str(&text);
	while (zol_span_line(&rest, &line))
		if (ordered(x, dirfd, line, err) < 0)
			return -(int)err->code;
	return 1;
}

static int in_tree(const struct search *x, const char *tree, struct zol_err *err)
{
	int listed = by_order(x, tree, err);

	/* with a list there is nothing more to find, but for a module that it has not and that is nowhere else */
	if (listed < 0 || all_found(x) || (listed && !any_missing(x)))
		return listed < 0 ? listed : 0;
	return zol_symfiles_walk(-1, tree, module_file, (void *)(uintptr_t)x, err);
}

static int in_trees(const struct search *x, struct zol_err *err)
{
	const char *debug = x->s->debug ? x->s->debug : "/usr/lib/debug";
	ZOL_AUTO(free) char *modules = NULL;

	for (const char *const *t = x->s->trees; t && *t && !all_found(x); t++)
		if (in_tree(x, *t, err) < 0)
			return -(int)err->code;
	if (all_found(x) || !x->s->release)
		return 0;
	modules = zol_asprintf("%s/lib/modules/%s", debug, x->s->release);
	if (!modules)
		return zol_err_oom(err);
	return zol_symfiles_walk(-1, modules, module_file, (void *)(uintptr_t)x, err);
}

static int kernels(const struct search *x, struct zol_err *err)
{
	for (size_t i = 0; i < x->n; i++) {
		struct zol_symwant *w = &x->wants[i];

		if (strcmp(w->name, "vmlinux") != 0)
			continue;
		for (const char *const *k = x->s->kernels; k && *k && !w->debug; k++) {
			ZOL_AUTO(fd) int fd = open(*k, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

			if (fd >= 0 && judge(w, fd, err) < 0)
				return -(int)err->code;
		}
	}
	return 0;
}

int zol_symfiles_find(const struct zol_symsearch *s, struct zol_symwant *wants, size_t n, struct zol_err *err)
{
	struct search x = { .s = s, .wants = wants, .n = n };

	if (kernels(&x, err) < 0 || in_guest(&x, err) < 0 ||
	    by_id(&x, -1, s->debug ? s->debug : "/usr/lib/debug", err) < 0)
		return -(int)err->code;
	return in_trees(&x, err);
}
