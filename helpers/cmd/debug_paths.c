/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <sys/stat.h>

#include "base/path.h"
#include "cmd/debug_paths.h"
#include "core/settings.h"
#include "sys/mapfile.h"
#include "wrap/dwfl.h"

void zol_debug_paths_free(struct zol_debug_paths *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->from[i]);
		free(p->to[i]);
	}
	*p = (struct zol_debug_paths){ 0 };
}

static int add(struct zol_debug_paths *p, struct zol_span from, const char *to, struct zol_err *err)
{
	if (p->n == ZOL_DEBUG_PATHS || from.len == 0)
		return 0;
	for (size_t i = 0; i < p->n; i++)
		if (zol_span_eq(from, p->from[i]))
			return 0;
	p->from[p->n] = zol_span_dup(from);
	p->to[p->n] = strdup(to);
	if (!p->from[p->n] || !p->to[p->n]) {
		free(p->from[p->n]);
		free(p->to[p->n]);
		return zol_err_oom(err);
	}
	p->n++;
	return 0;
}

static bool there(const char *path)
{
	return access(path, F_OK) == 0;
}

/* FROM=TO as the user has them. */
static int named(const struct zol_debug *d, struct zol_debug_paths *p, struct zol_err *err)
{
	const struct zol_strv *v = &d->where->sources;

	for (size_t i = 0; i < v->len; i++) {
		const char *eq = strchr(v->v[i], '=');

		if (!eq || eq == v->v[i] || !eq[1])
			return zol_err_set(err, ZOL_USAGE, 0, "'%s' is not FROM=TO", v->v[i]);
		if (add(p, zol_span(v->v[i], (size_t)(eq - v->v[i])), eq + 1, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

/* A checkout that has the end of path: the part before it is what moved. 1: mapped. */
static int by_checkout(const char *checkout, const char *path, struct zol_debug_paths *p, struct zol_err *err)
{
	for (const char *tail = strchr(path + 1, '/'); tail; tail = strchr(tail + 1, '/')) {
		ZOL_AUTO(free) char *here = zol_asprintf("%s%s", checkout, tail);

		if (!here)
			return zol_err_oom(err);
		/* a bare file name, or one directory of it, may be anybody's */
		if (!there(here) || !strchr(tail + 1, '/'))
			continue;
		size_t before = p->n;

		if (add(p, zol_span(path, (size_t)(tail - path)), checkout, err) < 0)
			return -(int)err->code;
		if (p->n > before)
			p->whole[before] = true;
		return 1;
	}
	return 0;
}

static int by_checkouts(const struct zol_debug *d, const char *path, struct zol_debug_paths *p, struct zol_err *err)
{
	const struct zol_strv *v = &d->cli->settings->src.checkouts;

	for (size_t i = 0; i < v->len; i++) {
		const char *eq = strchr(v->v[i], '=');
		int r = by_checkout(eq ? eq + 1 : v->v[i], path, p, err);

		if (r != 0)
			return r;
	}
	return 0;
}

/* In the guest's tree: all that was compiled below its first directories has moved there. */
static int by_root(const struct zol_debug *d, const char *path, struct zol_debug_paths *p, struct zol_err *err)
{
	ZOL_AUTO(free) char *here = d->root ? zol_asprintf("%s%s", d->root, path) : NULL;
	ZOL_AUTO(free) char *to = NULL;
	const char *slash = strrchr(path, '/');

	if (!here || !there(here))
		return 0;
	to = strndup(here, strlen(here) - strlen(slash));
	if (!to)
		return zol_err_oom(err);
	return add(p, zol_span(path, (size_t)(slash - path)), to, err);
}

static int one_file(const struct zol_debug *d, const char *file, struct zol_debug_paths *p, struct zol_err *err)
{
	ZOL_AUTO(err) struct zol_err none = ZOL_ERR_INIT;
	ZOL_AUTO(dwfl) struct zol_dwfl *dw = NULL;
	char path[PATH_MAX];
	int r;

	if (zol_dwfl_open(file, &dw, &none) < 0 || !zol_dwfl_source(dw, path, sizeof(path)))
		return 0;
	r = by_checkouts(d, path, p, err);
	if (r != 0 || there(path))
		return r < 0 ? r : 0;
	return by_root(d, path, p, err);
}

/* Does the file's DWARF speak of a tree that is a checkout now? Then it was built with another one that was read. */
static bool is_covered(const char *file, const struct zol_debug_paths *p)
{
	static const char *const strings[] = { ".debug_line_str", ".debug_str" };
	ZOL_AUTO(err) struct zol_err none = ZOL_ERR_INIT;
	ZOL_AUTO(mapfile) struct zol_mapfile m = { 0 };
	struct zol_elf_section s;
	struct zol_elf e;

	if (p->n == 0 || zol_mapfile_open(file, &m, &none) < 0 || zol_elf_open(m.bytes, &e, &none) < 0)
		return false;
	for (size_t i = 0; i < ZOL_COUNT(strings); i++) {
		if (!zol_elf_find(&e, strings[i], &s) || s.data.len == 0)
			continue;
		for (size_t j = 0; j < p->n; j++)
			if (p->whole[j] && zol_span_has(s.data, p->from[j]))
				return true;
	}
	return false;
}

static const struct zol_symwant *smallest(const struct zol_debug *d)
{
	const struct zol_symwant *best = NULL;
	off_t size = 0;
	struct stat st;

	for (size_t i = 0; i < d->nwants; i++) {
		const struct zol_symwant *w = &d->wants[i];

		if (!w->debug || stat(w->file, &st) < 0 || (best && st.st_size >= size))
			continue;
		best = w;
		size = st.st_size;
	}
	return best;
}

/* libdw relocates the whole of a module to read a name: of modules that were built together the smallest is read. */
static int all_files(const struct zol_debug *d, struct zol_debug_paths *p, struct zol_err *err)
{
	const struct zol_symwant *first = smallest(d);

	if (first && one_file(d, first->file, p, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < d->nwants && p->n < ZOL_DEBUG_PATHS; i++) {
		const struct zol_symwant *w = &d->wants[i];

		if (w->debug && w != first && !is_covered(w->file, p) && one_file(d, w->file, p, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

int zol_debug_paths(const struct zol_debug *d, struct zol_debug_paths *ret, struct zol_err *err)
{
	ZOL_AUTO(debug_paths) struct zol_debug_paths p = { 0 };

	if (named(d, &p, err) < 0)
		return -(int)err->code;
	if (all_files(d, &p, err) < 0)
		return -(int)err->code;
	if (d->kernel.path && one_file(d, d->kernel.path, &p, err) < 0)
		return -(int)err->code;
	*ret = p;
	p = (struct zol_debug_paths){ 0 };
	return 0;
}
