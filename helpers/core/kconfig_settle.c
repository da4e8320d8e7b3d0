/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What conf does with user values when it has read them (linux:scripts/kconfig/confdata.c conf_read()). */
#include <stdlib.h>
#include <string.h>

#include "core/kconfig_dotconfig.h"
#include "core/kconfig_priv.h"

static bool agrees(const struct zol_ksym *s)
{
	if (zol_ksym_is_tri(s))
		return s->user == s->val;
	return s->user_str && s->str && strcmp(s->user_str, s->str) == 0;
}

/* Where conf has a symbol: its hash table, and the newest first (linux:scripts/kconfig/symbol.c sym_lookup()). */
struct place {
	struct zol_ksym *sym;
	uint32_t bucket;
};

static uint32_t bucket_of(const struct zol_kconfig *k, const char *name)
{
	uint32_t hash = 2166136261U;

	for (; name && *name; name++)
		hash = (hash ^ (unsigned char)*name) * 0x01000193U;
	return name ? hash % (k->choices == 1 ? 9973 : 1U << 14) : 0;
}

static int compare_places(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	if (a->bucket != b->bucket)
		return a->bucket < b->bucket ? -1 : 1;
	return (a->sym->index < b->sym->index) - (a->sym->index > b->sym->index);
}

/* All symbols in the order in which conf looks at them; NULL: out of memory. */
static struct place *order_of_conf(const struct zol_kconfig *k)
{
	struct place *v = calloc(k->nsyms ? k->nsyms : 1, sizeof(*v));

	for (size_t i = 0; v && i < k->nsyms; i++)
		v[i] = (struct place){ k->syms[i], bucket_of(k, k->syms[i]->name) };
	if (v)
		qsort(v, k->nsyms, sizeof(*v), compare_places);
	return v;
}

/* What is made of itself depends on who asks first. */
static void calc_in_order_of_conf(struct zol_kconfig *k)
{
	ZOL_AUTO(free) struct place *v = order_of_conf(k);

	if (!v)
		return;
	zol_kconfig_changed(k);
	for (size_t i = 0; i < k->nsyms; i++)
		if (!(v[i].sym->flags & ZOL_KS_CHOICE))
			zol_ksym_calc(k, v[i].sym);
}

/* Calculates all of them. */
static bool any_disagreement(struct zol_kconfig *k)
{
	bool any = false;

	/* Choices are asked by their members. */
	for (size_t i = 0; i < k->nsyms; i++)
		if (!(k->syms[i]->flags & ZOL_KS_CHOICE))
			zol_ksym_calc(k, k->syms[i]);
	if (k->cyclic)
		calc_in_order_of_conf(k);
	for (size_t i = 0; i < k->nsyms; i++) {
		struct zol_ksym *s = k->syms[i];

		if ((s->flags & (ZOL_KS_CHOICE | ZOL_KS_CONST)) || s->type == ZOL_KT_UNKNOWN)
			continue;
		any |= s->has_user && s->write ? !agrees(s) : s->has_user || s->write;
	}
	return any;
}

/* All but those of generation 0 stay as they are: conf clears no more than their SYMBOL_VALID. */
static void keep_others(struct zol_kconfig *k)
{
	uint32_t before = k->gen;

	if (++k->gen == 0)
		k->gen = 1;
	for (size_t i = 0; i < k->nsyms; i++) {
		struct zol_ksym *s = k->syms[i];

		if (s->gen == before)
			s->gen = s->vis_gen = k->gen;
	}
}

/* Up to 6.10 conf forgets what lies beyond its range; later it is cut to it (observed: 6.1 and 6.12). */
static bool forgets(struct zol_kconfig *k, struct zol_ksym *s)
{
	return k->choices == 1 && s->has_user && (s->type == ZOL_KT_INT || s->type == ZOL_KT_HEX) &&
	       zol_ksym_beyond(k, s, s->user_str);
}

void zol_kconfig_settle(struct zol_kconfig *k)
{
	ZOL_AUTO(free) struct place *order = NULL;
	bool unsaved = any_disagreement(k), forgot = false;

	/* The end of one range may be what the one before it has lost. */
	for (size_t i = 0; i < k->nsyms && !order; i++)
		if (forgets(k, k->syms[i]))
			order = order_of_conf(k);
	for (size_t i = 0; i < k->nsyms; i++) {
		struct zol_ksym *s = order ? order[i].sym : k->syms[i];

		if (!s->has_user || (s->flags & (ZOL_KS_MEMBER | ZOL_KS_CHOICE | ZOL_KS_CONST)))
			continue;
		/* What is not shown has another value anyway. */
		if (s->visible == ZOL_KN && !unsaved)
			s->has_user = false;
		if (forgets(k, s)) {
			s->has_user = false;
			s->gen = s->vis_gen = 0;
			unsaved = forgot = true;
		}
	}
	if (forgot)
		keep_others(k);
}
