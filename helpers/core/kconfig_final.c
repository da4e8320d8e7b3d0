/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what was written to what it means: dependencies of all that stands around, reverse ones, choices. */
#include "core/kconfig_priv.h"

struct work {
	struct zol_kconfig *k;
	bool oom;
};

static struct zol_kexpr *leaf(struct work *w, struct zol_ksym *s, const struct zol_kmenu *m)
{
	struct zol_kexpr *e = zol_kexpr_new(w->k, ZOL_KO_SYM, m->file, m->line);

	if (e)
		e->a = s;
	else
		w->oom = true;
	return e;
}

/* A literal m is worth m only when modules are there: "m && MODULES". */
static void rewrite_m(struct work *w, struct zol_kexpr *e)
{
	for (; e && e->op <= ZOL_KO_OR; e = e->l) {
		if (e->op == ZOL_KO_SYM) {
			if (e->a != w->k->m)
				return;
			struct zol_kexpr *m = zol_kexpr_new(w->k, ZOL_KO_SYM, e->file, e->line);
			struct zol_kexpr *mod = zol_kexpr_new(w->k, ZOL_KO_SYM, e->file, e->line);

			if (!m || !mod) {
				w->oom = true;
				return;
			}
			m->a = w->k->m;
			mod->a = w->k->modules ? w->k->modules : w->k->n;
			e->a = NULL;
			e->op = ZOL_KO_AND;
			e->l = m;
			e->r = mod;
			return;
		}
		if (e->op != ZOL_KO_NOT)
			rewrite_m(w, e->r);
	}
}

static struct zol_kexpr * and (struct work * w, struct zol_kexpr *l, struct zol_kexpr *r)
{
	return zol_kexpr_and(w->k, l, r, &w->oom);
}

/* "select T if C" in S: what S contributes to T. */
static void reverse(struct work *w, struct zol_kprop *p, struct zol_ksym *s)
{
	struct zol_kexpr **to = p->kind == ZOL_KP_SELECT ? &p->value->a->rev_dep : &p->value->a->implied;
	struct zol_kexpr *self = zol_kexpr_new(w->k, ZOL_KO_SYM, p->file, p->line);

	if (!self) {
		w->oom = true;
		return;
	}
	self->a = s;
	*to = zol_kexpr_or(w->k, *to, and(w, self, p->full), &w->oom);
}

/* The properties that were given at this place. */
static void finish_props(struct work *w, struct zol_kmenu *m)
{
	for (struct zol_kprop *p = m->sym->props; p; p = p->next) {
		if (p->menu != m)
			continue;
		rewrite_m(w, p->cond);
		p->full = and(w, m->full, p->cond);
		if (p->kind == ZOL_KP_PROMPT)
			p->full = and(w, p->full, m->shown);
		else if (p->kind == ZOL_KP_SELECT || p->kind == ZOL_KP_IMPLY)
			reverse(w, p, m->sym);
	}
}

static void finish_menu(struct work *w, struct zol_kmenu *m)
{
	struct zol_kmenu *up = m->parent;
	/* Up to 6.10 members depend on the choice's symbol, and so on its prompt too. */
	bool on_choice = up->kind == ZOL_KM_CHOICE && w->k->choices == 1;
	struct zol_kexpr *outer = on_choice ? leaf(w, up->sym, up) : up->full;

	rewrite_m(w, m->dep);
	rewrite_m(w, m->visible);
	m->full = and(w, outer, m->dep);
	m->shown = up->shown;
	if (m->sym) {
		finish_props(w, m);
	} else if (m->prompt) {
		/* "visible if" is for the prompts of symbols; menus and comments inside are not concerned. */
		m->prompt->full = m->full;
	}
	m->shown = and(w, m->shown, m->visible);
	for (struct zol_kmenu *c = m->first; c; c = c->next)
		finish_menu(w, c);
}

/* --- choices ------------------------------------------------------------------------------------- */

/* Whether e can only be true when s is not n: s, s=y, s=m or s!=n as one of its conjuncts. */
static bool
	requires(const struct zol_kconfig *k, const struct zol_kexpr *e, const struct zol_ksym *s)
{
	if (!e)
		return false;
	switch (e->op) {
	case ZOL_KO_AND:
		return requires(k, e->l, s) || requires(k, e->r, s);
	case ZOL_KO_SYM:
		return e->a == s;
	case ZOL_KO_EQ:
		return e->a == s && (e->b == k->y || e->b == k->m);
	case ZOL_KO_NE:
		return e->a == s && e->b == k->n;
	default:
		return false;
	}
}

static const struct zol_kexpr *condition(const struct zol_kmenu *m)
{
	return m->prompt ? m->prompt->full : m->full;
}

struct members {
	struct zol_ksym **v;
	size_t n, cap;
	const struct zol_ksym *before; /* the last member: what needs it is shown below it and is none */
};

static void add_member(struct work *w, struct members *list, struct zol_ksym *choice, struct zol_kmenu *m)
{
	struct zol_ksym *s = m->sym;

	if (w->k->choices == 1 && list->before && requires(w->k, condition(m), list->before))
		return;
	list->before = s;
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i] == s)
			return;
	if (list->n == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 16;
		struct zol_ksym **v = reallocarray(list->v, cap, sizeof(struct zol_ksym *));

		if (!v) {
			w->oom = true;
			return;
		}
		list->v = v;
		list->cap = cap;
	}
	s->flags |= ZOL_KS_MEMBER;
	s->choice = choice;
	s->rank = UINT32_MAX / 2 + (uint32_t)list->n;
	list->v[list->n++] = s;
	if (choice->type == ZOL_KT_UNKNOWN)
		choice->type = s->type;
}

static void collect(struct work *w, struct members *list, struct zol_ksym *choice, const struct zol_kmenu *m)
{
	for (struct zol_kmenu *c = m->first; c; c = c->next) {
		if (c->kind == ZOL_KM_IF)
			collect(w, list, choice, c);
		else if (c->kind == ZOL_KM_CONFIG)
			add_member(w, list, choice, c);
	}
}

static void finish_choice(struct work *w, struct zol_kmenu *m)
{
	struct members list = { 0 };
	struct zol_ksym *s = m->sym;

	for (uint32_t i = 0; i < s->nmembers; i++)
		add_member(w, &list, s, s->members[i]->node);
	collect(w, &list, s, m);
	s->members = zol_karena_alloc(&w->k->arena, (list.n ? list.n : 1) * sizeof(struct zol_ksym *));
	if (s->members && list.n)
		memcpy(s->members, list.v, list.n * sizeof(struct zol_ksym *));
	else
		w->oom |= !s->members;
	s->nmembers = (uint32_t)list.n;
	free(list.v);
	if (s->type == ZOL_KT_UNKNOWN)
		s->type = ZOL_KT_BOOL;
	for (uint32_t i = 0; s->members && i < s->nmembers; i++)
		if (s->members[i]->type == ZOL_KT_UNKNOWN)
			s->members[i]->type = s->type;
	/* A choice that must be made is at least m where it is shown. */
	if (w->k->choices == 1 && !(s->flags & ZOL_KS_OPTIONAL)) {
		struct zol_kexpr *at_least = leaf(w, w->k->m, m);
		struct zol_kexpr *e = m->prompt ? and(w, m->prompt->full, at_least) : and(w, m->full, at_least);

		s->rev_dep = zol_kexpr_or(w->k, s->rev_dep, e, &w->oom);
	}
}

static void finish_choices(struct work *w, struct zol_kmenu *m)
{
	for (struct zol_kmenu *c = m->first; c; c = c->next) {
		if (c->kind == ZOL_KM_CHOICE)
			finish_choice(w, c);
		finish_choices(w, c);
	}
}

/* --- symbols ------------------------------------------------------------------------------------- */

static void finish_symbol(struct work *w, struct zol_ksym *s)
{
	struct zol_kexpr *dep = NULL;

	for (const struct zol_kmenu *m = s->node; m; m = m->same) {
		if (!m->full) {
			dep = NULL;
			break;
		}
		dep = zol_kexpr_or(w->k, dep, m->full, &w->oom);
	}
	s->dir_dep = dep;
	if (s->node && s->type == ZOL_KT_UNKNOWN && !(s->flags & ZOL_KS_CHOICE))
		zol_kconfig_warn(w->k, s->node->file, s->node->line, "config symbol '%s' defined without type",
				 s->name ? s->name : "choice");
}

int zol_kconfig_finish(struct zol_kconfig *k, struct zol_err *err)
{
	struct work w = { .k = k };

	for (struct zol_kmenu *c = k->root.first; c; c = c->next)
		finish_menu(&w, c);
	finish_choices(&w, &k->root);
	for (size_t i = 0; i < k->nsyms && !w.oom; i++)
		finish_symbol(&w, k->syms[i]);
	k->rank = UINT32_MAX / 2 - 1;
	zol_kconfig_changed(k);
	if (w.oom)
		return zol_err_oom(err);
	return zol_kconfig_check_cycles(k, err);
}
