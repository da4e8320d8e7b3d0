/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kconfig_paths.h"

#define COST_SETTING 10U
#define COST_LOWERED 15U /* more, when the user asked for the higher value */
#define COST_SELECTS 12U /* counted at most: what a setting selects in its turn */
#define SELECTORS_MAX 64U

static void symbol(struct zol_kpaths *p, struct zol_ksym *s, uint8_t v, bool up, struct zol_ksets *ret);
static void expr(struct zol_kpaths *p, struct zol_kexpr *e, uint8_t v, bool up, struct zol_ksets *ret);

static void put(struct zol_ksets *to, const struct zol_kcand *c)
{
	size_t at = to->n;

	while (at && to->v[at - 1].cost > c->cost)
		at--;
	if (at == ZOL_KALTS)
		return;
	if (to->n < ZOL_KALTS)
		to->n++;
	for (size_t i = to->n - 1; i > at; i--) /* the dearest falls off */
		to->v[i] = to->v[i - 1];
	to->v[at] = *c;
}

static void put_empty(struct zol_ksets *to)
{
	const struct zol_kcand none = { .n = 0, .cost = 0 };

	put(to, &none);
}

static uint16_t cost_of(const struct zol_kgoal *g)
{
	unsigned cost = COST_SETTING, selects = 0;

	if (g->want == ZOL_KN)
		return (uint16_t)(cost + (g->s->has_user && g->s->user_line && g->s->user ? COST_LOWERED : 0));
	for (const struct zol_kprop *p = g->s->props; p && selects < COST_SELECTS; p = p->next)
		selects += p->kind == ZOL_KP_SELECT;
	if (g->s->has_user && g->s->user_line && g->s->user < g->want)
		cost += COST_LOWERED;
	return (uint16_t)(cost + 2 * selects);
}

/* Adds one setting; false when it contradicts. */
static bool add(struct zol_kcand *c, struct zol_kgoal g)
{
	for (size_t i = 0; i < c->n; i++) {
		struct zol_kgoal *o = &c->v[i];

		if (o->s == g.s) {
			if ((o->want == ZOL_KN) != (g.want == ZOL_KN))
				return false;
			if (g.want > o->want)
				o->want = g.want;
			return true;
		}
		if (g.want == ZOL_KY && o->want == ZOL_KY && (g.s->flags & o->s->flags & ZOL_KS_MEMBER) &&
		    g.s->choice == o->s->choice)
			return false;
	}
	if (c->n == ZOL_KSET_MAX)
		return false;
	c->v[c->n++] = g;
	c->cost = (uint16_t)(c->cost + cost_of(&g));
	return true;
}

static void cross(const struct zol_ksets *a, const struct zol_ksets *b, struct zol_ksets *to)
{
	for (size_t i = 0; i < a->n; i++) {
		for (size_t j = 0; j < b->n; j++) {
			struct zol_kcand c = a->v[i];
			bool fits = true;

			for (size_t n = 0; n < b->v[j].n && fits; n++)
				fits = add(&c, b->v[j].v[n]);
			if (fits)
				put(to, &c);
		}
	}
}

static void join_some(const struct zol_ksets *from, size_t most, struct zol_ksets *to)
{
	for (size_t i = 0; i < from->n && i < most; i++)
		put(to, &from->v[i]);
}

static void join(const struct zol_ksets *from, struct zol_ksets *to)
{
	join_some(from, from->n, to);
}

/* from, each with one more setting. */
static void with(const struct zol_ksets *from, struct zol_kgoal g, struct zol_ksets *to)
{
	for (size_t i = 0; i < from->n; i++) {
		struct zol_kcand c = from->v[i];

		if (add(&c, g))
			put(to, &c);
	}
}

/* --- expressions ---------------------------------------------------------------------------------- */

/* "A = c", "A != c" for the values of bool and tristate; others cannot be brought about. */
static void comparison(struct zol_kpaths *p, struct zol_kexpr *e, bool hold, struct zol_ksets *ret)
{
	struct zol_ksym *s = e->a, *c = e->b;
	bool equal = (e->op == ZOL_KO_EQ) == hold;

	if ((e->op != ZOL_KO_EQ && e->op != ZOL_KO_NE) || !(c == p->k->y || c == p->k->m || c == p->k->n))
		return;
	struct zol_ksets low = { .n = 0 }, high = { .n = 0 };

	if (equal) {
		symbol(p, s, c->val, true, &low);
		symbol(p, s, c->val, false, &high);
		cross(&low, &high, ret);
		if (c->val == ZOL_KM)
			with(&low, (struct zol_kgoal){ s, ZOL_KM }, ret);
		return;
	}
	if (c->val > ZOL_KN)
		symbol(p, s, (uint8_t)(c->val - 1), false, &low);
	if (c->val < ZOL_KY)
		symbol(p, s, (uint8_t)(c->val + 1), true, &high);
	join(&low, ret);
	join(&high, ret);
}

static void both(struct zol_kpaths *p, struct zol_kexpr *e, uint8_t v, bool up, struct zol_ksets *ret)
{
	struct zol_ksets l = { .n = 0 }, r = { .n = 0 };

	expr(p, e->l, v, up, &l);
	if (l.n)
		expr(p, e->r, v, up, &r);
	cross(&l, &r, ret);
}

static void either(struct zol_kpaths *p, struct zol_kexpr *e, uint8_t v, bool up, struct zol_ksets *ret)
{
	uint8_t op = e->op;

	for (unsigned n = 0; e->op == op && n < SELECTORS_MAX; e = e->l, n++)
		expr(p, e->r, v, up, ret);
	expr(p, e, v, up, ret);
}

static void expr(struct zol_kpaths *p, struct zol_kexpr *e, uint8_t v, bool up, struct zol_ksets *ret)
{
	uint8_t now = (uint8_t)zol_kexpr_value(p->k, e);

	if (up ? now >= v : now <= v) {
		put_empty(ret);
		return;
	}
	if (!e || !p->budget)
		return;
	p->budget--;
	switch (e->op) {
	case ZOL_KO_SYM:
		symbol(p, e->a, v, up, ret);
		break;
	case ZOL_KO_NOT:
		expr(p, e->l, (uint8_t)(ZOL_KY - v), !up, ret);
		break;
	case ZOL_KO_AND:
		if (up)
			both(p, e, v, up, ret);
		else
			either(p, e, v, up, ret);
		break;
	case ZOL_KO_OR:
		if (up)
			either(p, e, v, up, ret);
		else
			both(p, e, v, up, ret);
		break;
	default:
		comparison(p, e, up, ret);
		break;
	}
}

/* --- symbols -------------------------------------------------------------------------------------- */

/* A tristate may be asked to be m even when there are no modules yet: it is y then. */
static uint8_t settable(const struct zol_ksym *s, uint8_t v)
{
	return s->type == ZOL_KT_TRISTATE || v == ZOL_KN ? v : ZOL_KY;
}

static void raise_by_default(struct zol_kpaths *p, struct zol_ksym *s, uint8_t v, struct zol_ksets *ret)
{
	for (struct zol_kprop *d = s->props; d; d = d->next) {
		struct zol_ksets cond = { .n = 0 }, value = { .n = 0 };

		if (d->kind != ZOL_KP_DEFAULT)
			continue;
		expr(p, d->full, v, true, &cond);
		if (cond.n)
			expr(p, d->value, v, true, &value);
		cross(&cond, &value, ret);
	}
}

static void raise(struct zol_kpaths *p, struct zol_ksym *s, uint8_t v, struct zol_ksets *ret)
{
	bool prompt = false;

	for (struct zol_kprop *q = s->props; q; q = q->next) {
		struct zol_ksets shown = { .n = 0 };

		if (q->kind != ZOL_KP_PROMPT)
			continue;
		expr(p, q->full, v, true, &shown);
		if (s->flags & ZOL_KS_CHOICE)
			join(&shown, ret);
		else
			with(&shown, (struct zol_kgoal){ s, settable(s, v) }, ret);
		prompt = true;
	}
	if ((s->flags & ZOL_KS_CHOICE) || (prompt && ret->n && !p->wide))
		return;
	struct zol_ksets selected = { .n = 0 }, given = { .n = 0 };

	if (!prompt || p->wide) {
		raise_by_default(p, s, v, &given);
		if (s->implied)
			expr(p, s->implied, v, true, &given);
	}
	if (s->rev_dep)
		expr(p, s->rev_dep, v, true, &selected);
	/* Each kind of way gets its share, or cheap ones of one kind that all fail hide the others. */
	join_some(&selected, given.n ? ZOL_KALTS - ZOL_KALTS / 4 : ZOL_KALTS, ret);
	join_some(&given, selected.n ? ZOL_KALTS / 4 : ZOL_KALTS, ret);
}

/* The same question comes up hundreds of times below different selectors. */
static void raise_known(struct zol_kpaths *p, struct zol_ksym *s, uint8_t v, struct zol_ksets *ret)
{
	struct zol_ksets **slot = &p->memo[s->index * 2 + (v == ZOL_KY)];

	if (!*slot) {
		struct zol_ksets fresh = { .n = 0 };

		raise(p, s, v, &fresh);
		if (!p->budget || !(*slot = zol_karena_alloc(&p->arena, sizeof(**slot)))) {
			join(&fresh, ret);
			return;
		}
		**slot = fresh;
	}
	join(*slot, ret);
}

static void lower_member(struct zol_kpaths *p, struct zol_ksym *s, struct zol_ksets *ret)
{
	for (uint32_t i = 0; i < s->choice->nmembers; i++)
		if (s->choice->members[i] != s)
			symbol(p, s->choice->members[i], ZOL_KY, true, ret);
	/* Or no choice at all. */
	symbol(p, s->choice, ZOL_KN, false, ret);
}

static void lower(struct zol_kpaths *p, struct zol_ksym *s, uint8_t v, struct zol_ksets *ret)
{
	struct zol_ksets free = { .n = 0 };

	if (s->flags & ZOL_KS_CHOICE) {
		for (struct zol_kprop *q = s->props; q; q = q->next)
			if (q->kind == ZOL_KP_PROMPT)
				expr(p, q->full, v, false, ret);
		return;
	}
	if (s->rev_dep)
		expr(p, s->rev_dep, v, false, &free);
	else
		put_empty(&free);
	if (!free.n)
		return;
	if ((s->flags & ZOL_KS_MEMBER) && s->choice->chosen == s) {
		lower_member(p, s, ret);
		return;
	}
	if (s->visible != ZOL_KN) {
		with(&free, (struct zol_kgoal){ s, settable(s, v) }, ret);
		return;
	}
	if (s->rev > v) /* nothing but the selectors */
		join(&free, ret);
	for (struct zol_kprop *d = s->props; d; d = d->next) {
		struct zol_ksets off = { .n = 0 };

		if (d->kind != ZOL_KP_DEFAULT || zol_kexpr_value(p->k, d->full) == ZOL_KN)
			continue;
		expr(p, d->full, v, false, &off);
		expr(p, d->value, v, false, &off);
		cross(&free, &off, ret);
		break;
	}
}

static void symbol(struct zol_kpaths *p, struct zol_ksym *s, uint8_t v, bool up, struct zol_ksets *ret)
{
	if (s->flags & ZOL_KS_CONST) {
		if (up ? s->val >= v : s->val <= v)
			put_empty(ret);
		return;
	}
	if (s->type != ZOL_KT_BOOL && s->type != ZOL_KT_TRISTATE) {
		if (!up && s->type == ZOL_KT_UNKNOWN)
			put_empty(ret);
		return;
	}
	zol_ksym_calc(p->k, s);
	if (up ? s->val >= v : s->val <= v) {
		put_empty(ret);
		return;
	}
	if ((up && p->max[s->index] < v) || p->depth == ZOL_COUNT(p->stack) || !p->budget)
		return;
	for (unsigned i = 0; i < p->depth; i++)
		if (p->stack[i] == s)
			return;
	p->budget--;
	p->stack[p->depth++] = s;
	if (up)
		raise_known(p, s, v, ret);
	else
		lower(p, s, v, ret);
	p->depth--;
}

void zol_kpaths_symbol(struct zol_kpaths *p, struct zol_ksym *s, uint8_t v, bool up, struct zol_ksets *ret)
{
	p->depth = 0;
	p->memo = zol_karena_alloc(&p->arena, p->k->nsyms * 2 * sizeof(struct zol_ksets *));
	if (p->memo)
		symbol(p, s, v, up, ret);
}
