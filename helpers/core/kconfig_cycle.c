/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Symbols that need themselves: an error, as with the kernel's own tools. */
#include "core/kconfig_priv.h"

enum { NEW, ON_PATH, DONE };

#define PATH_SHOWN 32U

struct search {
	struct zol_kconfig *k;
	struct zol_str path; /* of the cycle, once found, innermost first */
	unsigned shown;
	const struct zol_ksym *start; /* where the cycle closes; NULL when the path has reached it */
	bool found;
};

static bool visit(struct search *se, struct zol_ksym *s);

static bool visit_expr(struct search *se, const struct zol_kexpr *e)
{
	for (; e; e = e->l) {
		if (e->a && visit(se, e->a))
			return true;
		if (e->b && visit(se, e->b))
			return true;
		if (e->r && visit_expr(se, e->r))
			return true;
	}
	return false;
}

static bool visit_props(struct search *se, const struct zol_ksym *s)
{
	for (const struct zol_kprop *p = s->props; p; p = p->next) {
		if (p->kind == ZOL_KP_SELECT || p->kind == ZOL_KP_IMPLY)
			continue;
		if (visit_expr(se, p->full))
			return true;
		/* The defaults of a choice name its members, which need the choice. */
		if (p->kind == ZOL_KP_DEFAULT && !(s->flags & ZOL_KS_CHOICE) && visit_expr(se, p->value))
			return true;
	}
	return false;
}

/* On the way back from where the cycle closed: who is in it. */
static void remember(struct search *se, const struct zol_ksym *s)
{
	if (!se->start)
		return;
	if (se->shown++ < PATH_SHOWN)
		zol_str_printf(&se->path, " <- %s (%s:%u)", s->name ? s->name : "choice",
			       s->node ? se->k->files[s->node->file] : "?", s->node ? s->node->line : 0);
	if (s == se->start)
		se->start = NULL;
}

static bool visit(struct search *se, struct zol_ksym *s)
{
	if ((s->flags & ZOL_KS_CONST) || s->checked == DONE)
		return false;
	if (s->checked == ON_PATH) {
		zol_str_puts(&se->path, s->name ? s->name : "choice");
		se->start = s;
		se->found = true;
		return true;
	}
	s->checked = ON_PATH;
	if (visit_expr(se, s->rev_dep) || visit_expr(se, s->implied) || visit_props(se, s)) {
		remember(se, s);
		return true;
	}
	s->checked = DONE;
	return false;
}

int zol_kconfig_check_cycles(struct zol_kconfig *k, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str none = ZOL_STR_INIT;
	struct search se = { .k = k, .path = none };

	for (size_t i = 0; i < k->nsyms && !se.found; i++)
		(void)visit(&se, k->syms[i]);
	int rc = se.found ? zol_err_set(err, ZOL_MALFORMED, 0, "recursive dependency: %s", zol_str_c(&se.path)) : 0;

	zol_str_free(&se.path);
	return rc;
}
