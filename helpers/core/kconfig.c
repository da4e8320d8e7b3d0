/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>

#include "base/room.h"
#include "core/kconfig_priv.h"

#define FILES_MAX 65535U

struct zol_ksym *zol_kconfig_new_symbol(struct zol_kconfig *k, struct zol_span name)
{
	struct zol_ksym **v = zol_room(k->syms, &k->syms_cap, k->nsyms + 1, sizeof(struct zol_ksym *));

	if (!v)
		return NULL;
	k->syms = v;
	struct zol_ksym *s = zol_karena_alloc(&k->arena, sizeof(*s));

	if (!s)
		return NULL;
	s->name = name.ptr ? zol_karena_dup(&k->arena, name) : NULL;
	if (name.ptr && !s->name)
		return NULL;
	s->props_end = &s->props;
	s->index = (uint32_t)k->nsyms;
	k->syms[k->nsyms++] = s;
	return s;
}

struct zol_ksym *zol_kconfig_symbol(struct zol_kconfig *k, struct zol_span name, bool constant)
{
	/* y, m and n are constants, quoted or not. */
	if (name.len == 1) {
		if (name.ptr[0] == 'y')
			return k->y;
		if (name.ptr[0] == 'm')
			return k->m;
		if (name.ptr[0] == 'n')
			return k->n;
	}
	struct zol_strmap *map = constant ? &k->constants : &k->names;
	uint32_t i = zol_strmap_get(map, name);

	if (i != ZOL_STRMAP_NONE)
		return k->syms[i];
	struct zol_ksym *s = zol_kconfig_new_symbol(k, name);
	uint32_t *slot = s ? zol_strmap_slot(map, zol_span(s->name, name.len)) : NULL;

	if (!slot)
		return NULL;
	*slot = s->index;
	if (constant) {
		s->flags = ZOL_KS_CONST;
		s->type = ZOL_KT_STRING;
		s->str = s->name;
	}
	return s;
}

int zol_kconfig_file(struct zol_kconfig *k, const char *name, uint16_t *ret, struct zol_err *err)
{
	if (k->nfiles == FILES_MAX)
		return zol_err_set(err, ZOL_MALFORMED, 0, "%s: more than %u files", name, FILES_MAX);
	const char **v = zol_room(k->files, &k->files_cap, k->nfiles + 1, sizeof(char *));

	if (!v)
		return zol_err_oom(err);
	k->files = v;
	const char *kept = zol_karena_dup(&k->arena, zol_span_c(name));

	if (!kept)
		return zol_err_oom(err);
	*ret = (uint16_t)k->nfiles;
	k->files[k->nfiles++] = kept;
	return 0;
}

static struct zol_ksym *constant(struct zol_kconfig *k, const char *name, enum zol_ktri val)
{
	struct zol_ksym *s = zol_kconfig_new_symbol(k, zol_span_c(name));

	if (s) {
		s->flags = ZOL_KS_CONST;
		s->type = ZOL_KT_TRISTATE;
		s->val = (uint8_t)val;
		s->str = s->name;
	}
	return s;
}

int zol_kconfig_init(struct zol_kconfig *k, const struct zol_kio *io, unsigned choices, struct zol_err *err)
{
	*k = (struct zol_kconfig){ .io = io, .choices = choices, .gen = 1 };
	k->y = constant(k, "y", ZOL_KY);
	k->m = constant(k, "m", ZOL_KM);
	k->n = constant(k, "n", ZOL_KN);
	k->root.kind = ZOL_KM_MENU;
	return k->y && k->m && k->n ? 0 : zol_err_oom(err);
}

void zol_kconfig_free(struct zol_kconfig *k)
{
	zol_kmacro_free(k);
	zol_strmap_free(&k->names);
	zol_strmap_free(&k->constants);
	free(k->syms);
	free(k->files);
	zol_karena_free(&k->arena);
	*k = (struct zol_kconfig){ 0 };
}

struct zol_ksym *zol_kconfig_find(const struct zol_kconfig *k, const char *name)
{
	uint32_t i = zol_strmap_get(&k->names, zol_span_c(name));

	return i == ZOL_STRMAP_NONE ? NULL : k->syms[i];
}

void zol_kconfig_warn(const struct zol_kconfig *k, uint16_t file, uint32_t line, const char *fmt, ...)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	va_list ap;

	if (!k->io->note)
		return;
	zol_str_printf(&text, "%s:%u: ", k->files[file], line);
	va_start(ap, fmt);
	zol_str_vprintf(&text, fmt, ap);
	va_end(ap);
	k->io->note(k->io->ctx, zol_str_c(&text));
}
