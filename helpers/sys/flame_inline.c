/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/flame_inline.h"

#include "base/path.h"
#include "base/room.h"
#include "wrap/dwfl.h"

#define SLOTS 16384U /* of what was asked before */
#define DEEPEST 15U

struct symbol {
	const char *name; /* of libdw */
	uint64_t addr;
};

/* A file with code, found or not. */
struct file {
	char *key; /* "" for the kernel, the name of a module, the path of a program */
	struct zol_dwfl *dw;
	struct symbol *symbols; /* by name */
	size_t nsymbols, cap;
	struct file *next;
};

struct slot {
	const struct file *file;
	uint64_t addr;
	size_t n;
	const char *names[DEEPEST];
};

struct zol_inliner {
	struct zol_images *images;
	const struct zol_strv *modules;
	const char *vmlinux;
	struct file *files;
	struct slot *slots;
};

int zol_inliner_new(struct zol_images *images, const struct zol_strv *modules, const char *vmlinux,
		    struct zol_inliner **ret, struct zol_err *err)
{
	ZOL_AUTO(inliner) struct zol_inliner *n = calloc(1, sizeof(*n));

	if (!n)
		return zol_err_oom(err);
	n->images = images;
	n->modules = modules;
	n->vmlinux = vmlinux;
	n->slots = calloc(SLOTS, sizeof(*n->slots));
	if (!n->slots)
		return zol_err_oom(err);
	*ret = zol_take_ptr(n);
	return 0;
}

static void file_free(struct file *f)
{
	zol_dwfl_free(f->dw);
	free(f->symbols);
	free(f->key);
	free(f);
}

void zol_inliner_free(struct zol_inliner *n)
{
	if (!n)
		return;
	while (n->files) {
		struct file *f = n->files;

		n->files = f->next;
		file_free(f);
	}
	free(n->slots);
	free(n);
}

static bool add_symbol(void *ctx, const char *name, uint64_t addr, uint64_t size)
{
	struct file *f = ctx;

	(void)size;
	struct symbol *v = zol_room(f->symbols, &f->cap, f->nsymbols + 1, sizeof(*v));

	if (!v)
		return false;
	f->symbols = v;
	f->symbols[f->nsymbols++] = (struct symbol){ name, addr };
	return true;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct symbol *)a)->name, ((const struct symbol *)b)->name);
}

/* Opens what fd is. Without DWARF there is nothing to know. */
static void open_fd(struct file *f, int fd)
{
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *path = zol_asprintf("/proc/self/fd/%d", fd);

	if (!path || zol_dwfl_open(path, &f->dw, &ignored) < 0)
		return;
	zol_dwfl_symbols(f->dw, add_symbol, f);
	if (f->nsymbols)
		qsort(f->symbols, f->nsymbols, sizeof(*f->symbols), by_name);
}

static void open_below(const struct zol_inliner *n, struct file *f, const char *path, bool pack)
{
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	ZOL_AUTO(fd) int fd = -1;

	if (zol_images_open(n->images, path, pack, &fd, &ignored) == 0)
		open_fd(f, fd);
}

static void open_file(const struct zol_inliner *n, struct file *f, enum zol_frame_kind kind)
{
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;

	if (kind == ZOL_FRAME_USER) {
		open_below(n, f, f->key, false);
		return;
	}
	if (kind == ZOL_FRAME_KERNEL) {
		if (n->vmlinux && zol_dwfl_open(n->vmlinux, &f->dw, &ignored) == 0) {
			zol_dwfl_symbols(f->dw, add_symbol, f);
			if (f->nsymbols)
				qsort(f->symbols, f->nsymbols, sizeof(*f->symbols), by_name);
		}
		return;
	}
	for (size_t i = 0; i + 1 < n->modules->len; i += 2) {
		const char *path = n->modules->v[i + 1];

		if (!strcmp(n->modules->v[i], f->key))
			open_below(n, f, path, !zol_span_ends(zol_span_c(path), ".ko"));
	}
}

static struct file *file_of(struct zol_inliner *n, const struct zol_perf_code *c)
{
	struct zol_span key = c->kind == ZOL_FRAME_USER   ? c->dso->path :
			      c->kind == ZOL_FRAME_MODULE ? c->module :
							    zol_span("", 0);
	struct file *f;

	for (f = n->files; f; f = f->next) {
		if (zol_span_eq(key, f->key))
			return f;
	}
	f = calloc(1, sizeof(*f));
	if (!f)
		return NULL;
	f->key = zol_span_dup(key);
	if (!f->key) {
		free(f);
		return NULL;
	}
	open_file(n, f, c->kind);
	f->next = n->files;
	n->files = f;
	return f;
}

/* The address of a function as libdw has it. Static functions of one name cannot be told apart: none then. */
static bool find_symbol(const struct file *f, struct zol_span name, uint64_t *ret)
{
	size_t lo = 0, hi = f->nsymbols;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = strncmp(f->symbols[mid].name, name.ptr, name.len);

		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == f->nsymbols || !zol_span_eq(name, f->symbols[lo].name))
		return false;
	*ret = f->symbols[lo].addr;
	return lo + 1 == f->nsymbols || !zol_span_eq(name, f->symbols[lo + 1].name) || f->symbols[lo + 1].addr == *ret;
}

static void ask(const struct file *f, struct slot *s)
{
	struct zol_dwfl_line lines[ZOL_DWFL_LINES];
	size_t n = zol_dwfl_lines(f->dw, s->addr, true, lines);

	/* the last one is the function itself */
	for (size_t i = 0; i + 1 < n && s->n < DEEPEST; i++) {
		if (lines[i].func)
			s->names[s->n++] = lines[i].func;
	}
}

size_t zol_inliner_get(struct zol_inliner *n, const struct zol_perf_code *code, const char **names, size_t cap)
{
	const struct file *f = file_of(n, code);
	uint64_t addr = code->addr;
	struct slot *s;

	if (!f || !f->dw)
		return 0;
	if (code->kind != ZOL_FRAME_USER) {
		if (!find_symbol(f, code->function, &addr))
			return 0;
		addr += code->offset;
	}
	s = &n->slots[(addr ^ (uint64_t)(uintptr_t)f) * 0x9e3779b97f4a7c15ULL >> 50 & (SLOTS - 1)];
	if (s->file != f || s->addr != addr) {
		*s = (struct slot){ .file = f, .addr = addr };
		ask(f, s);
	}
	for (size_t i = 0; i < s->n && i < cap; i++)
		names[i] = s->names[i];
	return s->n < cap ? s->n : cap;
}
