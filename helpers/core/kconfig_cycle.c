/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Symbols that need themselves: an error, in the words of the kernel's own tools. */
#include "core/kconfig_priv.h"

enum { NEW, ON_PATH, DONE };

#define DEEP \
	4096U     /* symbols that hang on each other, and parentheses in between; real trees have less than a hundred */
#define SHOWN 16U /* of a cycle, and of cycles */

/* How one symbol hangs on the next. */
struct step {
	const struct zol_ksym *s;
	const char *how;
	unsigned height; /* as far as it is known */
};

struct search {
	struct zol_kconfig *k;
	struct zol_str text;
	unsigned found;
	const struct zol_ksym *start; /* where a cycle closes, until the way back has reached it */
	struct step *path;
	size_t depth;
	unsigned *height; /* by index of symbol: how many stand below it */
	unsigned nested;  /* parentheses that are open, of all symbols on the path */
	bool deep;
};

static bool visit(struct search *se, struct zol_ksym *s);

/* Of "SELECTOR && conditions" the selector comes first: it is what a cycle is told by. */
static bool visit_first(struct search *se, const struct zol_kexpr *e)
{
	while (e->op == ZOL_KO_AND && e->l)
		e = e->l;
	return e->a && visit(se, e->a);
}

/* A symbol of an expression, so deep in it. */
static bool visit_operand(struct search *se, struct zol_ksym *s, unsigned inside)
{
	if (!s)
		return false;
	bool closed = visit(se, s);
	unsigned height = se->height[s->index] + inside + 1, *highest = &se->path[se->depth - 1].height;

	*highest = height > *highest ? height : *highest;
	se->deep |= height > DEEP;
	return closed;
}

/* inside: operators around it that evaluation is called for. It is not for each of a chain. */
static bool visit_expr(struct search *se, const struct zol_kexpr *e, const char *how, unsigned inside)
{
	bool top = true, closed = false, within = inside > 0;

	se->path[se->depth - 1].how = how;
	se->nested += within;
	se->deep |= se->depth + se->nested > DEEP;
	for (; e && !closed && !se->deep; e = e->l) {
		inside += e->op == ZOL_KO_NOT || (e->l && e->op != e->l->op);
		closed = (top && e->op == ZOL_KO_AND && visit_first(se, e)) || visit_operand(se, e->a, inside) ||
			 visit_operand(se, e->b, inside) || (e->r && visit_expr(se, e->r, how, inside + 1));
		top = e->op == ZOL_KO_OR;
	}
	se->nested -= within;
	return closed;
}

static bool visit_props(struct search *se, const struct zol_ksym *s)
{
	static const char *const hows[] = { "prompt is visible depending on", "default value is visible depending on",
					    "select is visible depending on", "imply is visible depending on",
					    "range is visible depending on" };

	for (const struct zol_kprop *p = s->props; p; p = p->next) {
		if (p->kind == ZOL_KP_SELECT || p->kind == ZOL_KP_IMPLY)
			continue;
		if (p->full != s->dir_dep && visit_expr(se, p->full, hows[p->kind], 0))
			return true;
		/* The defaults of a choice name its members, which need the choice. */
		if (p->kind == ZOL_KP_DEFAULT && !(s->flags & ZOL_KS_CHOICE) &&
		    visit_expr(se, p->value, "default value contains", 0))
			return true;
	}
	return false;
}

static const char *name_of(const struct zol_ksym *s)
{
	return s->name ? s->name : "<choice>";
}

/* Whether a circle that closes at s may be told from the place of p: the members of a choice and itself are one. */
static bool closes_at(const struct zol_ksym *p, const struct zol_ksym *s)
{
	return p == s || (s->choice && (p == s->choice || p->choice == s->choice));
}

/* s stands on the path already, or belongs to the choice that is looked at: all from there on. */
static void report(struct search *se, const struct zol_ksym *s)
{
	size_t first = se->depth;

	se->start = s;
	if (se->found++ >= SHOWN)
		return;
	while (first > 1 && !closes_at(se->path[first - 1].s, s))
		first--;
	zol_str_printf(&se->text, "%s%s:%u: recursive dependency detected!", se->text.len ? "\n" : "",
		       s->node ? se->k->files[s->node->file] : "?", s->node ? s->node->line : 0);
	for (size_t i = first - 1; i < se->depth && i < first + SHOWN; i++)
		zol_str_printf(&se->text, "\n\tsymbol %s %s %s", name_of(se->path[i].s), se->path[i].how,
			       name_of(i + 1 < se->depth ? se->path[i + 1].s : s));
}

/* All that s hangs on; *height becomes its one, if it is higher. */
static bool visit_needs(struct search *se, struct zol_ksym *s, unsigned *height)
{
	se->path[se->depth++] = (struct step){ .s = s };
	bool closed = visit_expr(se, s->dir_dep, "depends on", 0) || visit_expr(se, s->rev_dep, "is selected by", 0) ||
		      visit_expr(se, s->implied, "is implied by", 0) || visit_props(se, s);

	*height = se->path[--se->depth].height > *height ? se->path[se->depth].height : *height;
	return closed;
}

/* Whether the way back to where a cycle closes goes on. A member is looked at with its choice, as by the kernel's
 * sym_check_deps() (scripts/kconfig/symbol.c). */
static bool visit(struct search *se, struct zol_ksym *s)
{
	if ((s->flags & ZOL_KS_CONST) || s->checked == DONE)
		return false;
	if (s->checked == ON_PATH) {
		report(se, s);
		return true;
	}
	if (s->choice && s->choice->checked == NEW)
		return visit(se, s->choice);
	if (se->depth == DEEP) {
		se->deep = true;
		return false;
	}
	s->checked = ON_PATH;
	for (uint32_t i = 0; i < s->nmembers; i++)
		s->members[i]->checked = ON_PATH;
	unsigned height = 0;
	bool closed = visit_needs(se, s, &height);

	s->checked = DONE;
	/* Members may need their choice, but not each other. */
	for (uint32_t i = 0; i < s->nmembers && !closed; i++)
		closed = visit_needs(se, s->members[i], &height);
	se->height[s->index] = height;
	for (uint32_t i = 0; i < s->nmembers; i++) {
		s->members[i]->checked = DONE;
		se->height[s->members[i]->index] = height + 1;
	}
	if (closed && (s == se->start || s == se->start->choice))
		closed = false;
	return closed;
}

int zol_kconfig_check_cycles(struct zol_kconfig *k, struct zol_err *err)
{
	ZOL_AUTO(free) struct step *path = calloc(DEEP, sizeof(*path));
	ZOL_AUTO(free) unsigned *height = calloc(k->nsyms + 1, sizeof(*height));
	struct search se = { .k = k, .path = path, .height = height };
	int rc = 0;

	if (!path || !height)
		return zol_err_oom(err);
	for (size_t i = 0; i < k->nsyms && !se.deep; i++)
		(void)visit(&se, k->syms[i]);
	if (se.found)
		rc = zol_err_set(err, ZOL_MALFORMED, 0, "%s", zol_str_c(&se.text));
	else if (se.deep)
		rc = zol_err_set(err, ZOL_MALFORMED, 0, "more than %u symbols hang on each other", DEEP);
	zol_str_free(&se.text);
	return rc;
}
