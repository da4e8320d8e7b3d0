/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is a member of a choice. Up to 6.10 that is who stands directly below it in the menu, and an entry that
 * depends on the one before it does not: Documentation/kbuild/kconfig-language.rst, "Menu structure".
 */
#include "base/room.h"
#include "core/kconfig_priv.h"

#define DEEP 256U /* entries that each depend on the one before */

struct work {
	struct zol_kconfig *k;
	struct zol_kterms terms;
	struct zol_ksym *choice;
	struct zol_ksym **v;
	size_t n, cap;
	bool oom;
};

/* --- the menu's structure ------------------------------------------------------------------------ */

/* Whether s occurs, before anything is made simpler. */
static bool mentions(const struct zol_kexpr *e, const struct zol_ksym *s)
{
	for (; e; e = e->l)
		if (e->a == s || e->b == s || (e->r && mentions(e->r, s)))
			return true;
	return false;
}

/* What an entry of the choice depends on, as conf has it. */
static struct zol_kexpr *place(struct work *w, const struct zol_kmenu *m)
{
	struct zol_kexpr choice = { .op = ZOL_KO_SYM, .a = w->choice, .file = m->file, .line = m->line };

	if (m->parent->kind == ZOL_KM_IF)
		return zol_kterms_join(&w->terms, place(w, m->parent), m->dep);
	return zol_kterms_join(&w->terms, &choice, m->dep);
}

static struct zol_kexpr *condition(struct work *w, const struct zol_kmenu *m)
{
	struct zol_kexpr *e = place(w, m);

	if (!m->prompt)
		return e;
	return zol_kterms_join(&w->terms, e, zol_kexpr_and(w->k, m->prompt->cond, m->shown, &w->oom));
}

static bool is_below(struct work *w, const struct zol_kmenu *m, const struct zol_kmenu *up)
{
	if (!mentions(m->prompt ? m->prompt->full : m->full, up->sym))
		return false;
	struct zol_kexpr *e = up->prompt ? condition(w, up) : NULL;

	return zol_kterms_below(&w->terms, e, condition(w, m), up->sym);
}

/* Finds what stands below m, of what follows; returns the next entry that does not. */
static struct zol_kmenu *find_below(struct work *w, struct zol_kmenu *m, unsigned depth)
{
	struct zol_kmenu *next = m->next;

	for (struct zol_kmenu *c = m->first; c && depth < DEEP;)
		c = find_below(w, c, depth + 1);
	if (m->first || !m->sym || depth >= DEEP)
		return next;
	while (next && is_below(w, next, m)) {
		next->above = m;
		next = find_below(w, next, depth + 1);
	}
	return next;
}

/* --- members ------------------------------------------------------------------------------------- */

static void add_member(struct work *w, struct zol_ksym *s)
{
	if (s->flags & ZOL_KS_MEMBER)
		return;
	struct zol_ksym **v = zol_room(w->v, &w->cap, w->n + 1, sizeof(struct zol_ksym *));

	if (!v) {
		w->oom = true;
		return;
	}
	w->v = v;
	s->flags |= ZOL_KS_MEMBER;
	s->choice = w->choice;
	s->rank = UINT32_MAX / 2 + (uint32_t)w->n;
	w->v[w->n++] = s;
}

/* They are found again when conditions have become simpler. */
static void forget(struct zol_kmenu *m)
{
	for (struct zol_kmenu *c = m->first; c; c = c->next) {
		c->above = NULL;
		forget(c);
	}
}

/* From c on, what stands directly below above (NULL: the choice); entries without a prompt do not count as such. */
static void collect(struct work *w, struct zol_kmenu *c, const struct zol_kmenu *above)
{
	for (; c; c = c->next) {
		if (c->above != above)
			continue;
		if (c->kind == ZOL_KM_IF)
			collect(w, c->first, NULL);
		if (c->kind != ZOL_KM_CONFIG)
			continue;
		add_member(w, c->sym);
		if (!c->prompt && c->next && c->next->above == c)
			collect(w, c->next, c);
	}
}

/* A bool in a tristate choice is there when the choice is made, and not when its members may be modules. */
static void only_when_made(struct work *w, struct zol_ksym *s)
{
	struct zol_kexpr *made = zol_kexpr_new(w->k, ZOL_KO_EQ, w->choice->node->file, w->choice->node->line);

	if (!made) {
		w->oom = true;
		return;
	}
	made->a = w->choice;
	made->b = w->k->y;
	s->node->full = zol_kexpr_and(w->k, made, s->node->full, &w->oom);
	for (struct zol_kprop *p = s->node->props; p && p->menu == s->node; p = p->next)
		p->full = zol_kexpr_and(w->k, made, p->full, &w->oom);
}

/* Up to 6.10 what stands in the choice itself gives and gets its type, member or not; what an "if" holds does not. */
static void set_types(struct work *w, const struct zol_kmenu *m)
{
	struct zol_ksym *choice = w->choice;

	for (const struct zol_kmenu *c = m->first; c && choice->type == ZOL_KT_UNKNOWN; c = c->next)
		if (c->sym)
			choice->type = c->sym->type;
	for (const struct zol_kmenu *c = m->first; c; c = c->next)
		if (c->sym && c->sym->type == ZOL_KT_UNKNOWN)
			c->sym->type = choice->type;
}

/* Later all members do. */
static void set_member_types(struct work *w)
{
	struct zol_ksym *choice = w->choice;

	for (size_t i = 0; i < w->n && choice->type == ZOL_KT_UNKNOWN; i++)
		choice->type = w->v[i]->type;
	if (choice->type == ZOL_KT_UNKNOWN)
		choice->type = ZOL_KT_BOOL;
	for (size_t i = 0; i < w->n; i++)
		if (w->v[i]->type == ZOL_KT_UNKNOWN)
			w->v[i]->type = choice->type;
}

/* A choice that must be made is at least m where it is shown. */
static void make_it(struct work *w, const struct zol_kmenu *m)
{
	struct zol_kexpr *at_least = zol_kexpr_new(w->k, ZOL_KO_SYM, m->file, m->line);

	if (!at_least) {
		w->oom = true;
		return;
	}
	at_least->a = w->k->m;
	struct zol_kexpr *e = zol_kexpr_and(w->k, m->prompt ? m->prompt->full : m->full, at_least, &w->oom);

	w->choice->rev_dep = zol_kexpr_or(w->k, w->choice->rev_dep, e, &w->oom);
}

static void find_members(struct work *w, struct zol_kmenu *m)
{
	if (w->k->choices == 1)
		set_types(w, m);
	forget(m);
	for (struct zol_kmenu *c = w->k->choices == 1 ? m->first : NULL; c;)
		c = find_below(w, c, 0);
	collect(w, m->first, NULL);
	if (w->k->choices > 1)
		set_member_types(w);
	for (size_t i = 0; w->k->choices == 1 && w->choice->type == ZOL_KT_TRISTATE && i < w->n; i++)
		if (w->v[i]->type != ZOL_KT_TRISTATE)
			only_when_made(w, w->v[i]);
}

bool zol_kmembers_find(struct zol_kconfig *k, struct zol_kmenu *m)
{
	struct zol_ksym *s = m->sym;
	struct work w = { .k = k, .terms = { .k = k }, .choice = s };

	for (uint32_t i = 0; i < s->nmembers; i++) {
		s->members[i]->flags &= (uint8_t)~ZOL_KS_MEMBER;
		add_member(&w, s->members[i]);
	}
	find_members(&w, m);
	zol_kterms_free(&w.terms);
	s->members = zol_karena_alloc(&k->arena, (w.n ? w.n : 1) * sizeof(struct zol_ksym *));
	if (s->members && w.n)
		memcpy(s->members, w.v, w.n * sizeof(struct zol_ksym *));
	else
		w.oom |= !s->members;
	s->nmembers = (uint32_t)w.n;
	free(w.v);
	if (k->choices == 1 && !(s->flags & ZOL_KS_OPTIONAL))
		make_it(&w, m);
	return !w.oom;
}
