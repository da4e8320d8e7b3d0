/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what was written to what it means: dependencies of all that stands around, reverse ones, choices. */
#include "core/kconfig_priv.h"

struct work {
	struct zol_kconfig *k;
	struct zol_kterms *terms; /* conditions are to be made simpler, or NULL */
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

/* Two conditions as one. */
static struct zol_kexpr *both(struct work *w, struct zol_kexpr *l, struct zol_kexpr *r)
{
	return w->terms ? zol_kterms_join(w->terms, l, r) : zol_kexpr_and(w->k, l, r, &w->oom);
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

static void rewrite_menu(struct work *w, struct zol_kmenu *m)
{
	rewrite_m(w, m->dep);
	rewrite_m(w, m->visible);
	for (struct zol_kprop *p = m->props; p && p->menu == m; p = p->next)
		rewrite_m(w, p->cond);
	for (struct zol_kmenu *c = m->first; c; c = c->next)
		rewrite_menu(w, c);
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
	*to = zol_kexpr_or(w->k, *to, zol_kexpr_and(w->k, self, p->full, &w->oom), &w->oom);
}

/* The properties that were given at this place. */
static void finish_props(struct work *w, struct zol_kmenu *m)
{
	for (struct zol_kprop *p = m->props; p && p->menu == m; p = p->next) {
		struct zol_kexpr *cond = p->cond;

		if (p->kind == ZOL_KP_PROMPT)
			cond = zol_kexpr_and(w->k, cond, m->shown, &w->oom);
		p->full = both(w, m->full, cond);
		if (p->kind == ZOL_KP_SELECT || p->kind == ZOL_KP_IMPLY)
			reverse(w, p, m->sym);
	}
}

static void finish_menu(struct work *w, struct zol_kmenu *m)
{
	struct zol_kmenu *up = m->parent;
	/* Up to 6.10 members depend on the choice's symbol, and so on its prompt too. */
	bool on_choice = up->kind == ZOL_KM_CHOICE && w->k->choices == 1;
	struct zol_kexpr *outer = on_choice ? leaf(w, up->sym, up) : up->full;

	m->full = both(w, outer, m->dep);
	m->shown = up->shown;
	if (m->sym) {
		finish_props(w, m);
	} else if (m->prompt) {
		/* "visible if" is for the prompts of symbols; menus and comments inside are not concerned. */
		m->prompt->full = m->full;
	}
	m->shown = zol_kexpr_and(w->k, m->shown, m->visible, &w->oom);
	for (struct zol_kmenu *c = m->first; c; c = c->next)
		finish_menu(w, c);
}

/* --- choices ------------------------------------------------------------------------------------- */

static void finish_choices(struct work *w, struct zol_kmenu *m)
{
	for (struct zol_kmenu *c = m->first; c; c = c->next) {
		if (c->kind == ZOL_KM_CHOICE)
			w->oom |= !zol_kmembers_find(w->k, c);
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
}

static void warn_without_type(const struct zol_kconfig *k, const struct zol_ksym *s)
{
	if (s->node && s->type == ZOL_KT_UNKNOWN && !(s->flags & ZOL_KS_CHOICE))
		zol_kconfig_warn(k, s->node->file, s->node->line, "config symbol '%s' defined without type",
				 s->name ? s->name : "choice");
}

static void finish_all(struct work *w)
{
	for (size_t i = 0; i < w->k->nsyms; i++) {
		w->k->syms[i]->rev_dep = w->k->syms[i]->implied = NULL;
		w->k->syms[i]->checked = 0;
	}
	for (struct zol_kmenu *c = w->k->root.first; c; c = c->next)
		finish_menu(w, c);
	finish_choices(w, &w->k->root);
	for (size_t i = 0; i < w->k->nsyms && !w->oom; i++)
		finish_symbol(w, w->k->syms[i]);
}

/* What conf makes simpler may be a circle no more: "A || !A" is y, whatever A hangs on. */
static int check_again(struct work *w, struct zol_err *err)
{
	ZOL_AUTO(kterms) struct zol_kterms terms = { .k = w->k };

	w->terms = &terms;
	finish_all(w);
	w->terms = NULL;
	if (terms.failed)
		return ZOL_MALFORMED;
	zol_err_clear(err);
	return zol_kconfig_check_cycles(w->k, err);
}

int zol_kconfig_finish(struct zol_kconfig *k, struct zol_err *err)
{
	struct work w = { .k = k };
	int rc;

	for (struct zol_kmenu *c = k->root.first; c; c = c->next)
		rewrite_menu(&w, c);
	finish_all(&w);
	if (w.oom)
		return zol_err_oom(err);
	for (size_t i = 0; i < k->nsyms; i++)
		warn_without_type(k, k->syms[i]);
	rc = zol_kconfig_check_cycles(k, err);
	if (rc < 0 && check_again(&w, err) == 0)
		rc = w.oom ? zol_err_oom(err) : 0;
	if (rc < 0)
		return rc;
	k->rank = UINT32_MAX / 2 - 1;
	zol_kconfig_changed(k);
	return 0;
}
