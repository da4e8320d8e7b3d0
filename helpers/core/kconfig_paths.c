/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kconfig_paths.h"

#include <limits.h>
#include <stdlib.h>

#include "core/kconfig_dotconfig.h"

#define SELECTORS_MAX 64U

static void symbol(struct zol_kpaths *p, struct zol_ksym *s, uint8_t v, bool up, struct zol_ksets *ret);
static void expr(struct zol_kpaths *p, struct zol_kexpr *e, uint8_t v, bool up, struct zol_ksets *ret);
static void text_comparison(struct zol_kpaths *p, struct zol_kexpr *e, bool hold, struct zol_ksets *ret);

/* --- expressions ---------------------------------------------------------------------------------- */

/* "A = c", "A != c" for the values of bool and tristate. */
static void comparison(struct zol_kpaths *p, struct zol_kexpr *e, bool hold, struct zol_ksets *ret)
{
	struct zol_ksym *s = e->a, *c = e->b;
	bool equal = (e->op == ZOL_KO_EQ) == hold;

	if (s->type >= ZOL_KT_INT) {
		text_comparison(p, e, hold, ret);
		return;
	}
	if ((e->op != ZOL_KO_EQ && e->op != ZOL_KO_NE) || !(c == p->k->y || c == p->k->m || c == p->k->n))
		return;
	struct zol_ksets low = { .n = 0 }, high = { .n = 0 };

	if (equal) {
		symbol(p, s, c->val, true, &low);
		symbol(p, s, c->val, false, &high);
		zol_ksets_cross(&low, &high, ret);
		if (c->val == ZOL_KM)
			zol_ksets_with(&low, (struct zol_kgoal){ s, ZOL_KM, NULL }, ret);
		return;
	}
	if (c->val > ZOL_KN)
		symbol(p, s, (uint8_t)(c->val - 1), false, &low);
	if (c->val < ZOL_KY)
		symbol(p, s, (uint8_t)(c->val + 1), true, &high);
	zol_ksets_join(&low, ret);
	zol_ksets_join(&high, ret);
}

static bool met(struct zol_kpaths *p, struct zol_kexpr *e, uint8_t v, bool up)
{
	uint8_t now = (uint8_t)zol_kexpr_value(p->k, e);

	return up ? now >= v : now <= v;
}

/* All of a chain that leans to the left, from the first one that is not met on: hundreds select some symbols. */
static void both(struct zol_kpaths *p, struct zol_kexpr *e, uint8_t v, bool up, struct zol_ksets *ret)
{
	struct zol_ksets all = { .n = 0 };
	struct zol_kexpr **chain, *x = e;
	size_t n = 0;

	/* Each one costs a step; the first is paid for. */
	for (; x->op == e->op && !met(p, x, v, up) && n <= p->budget; x = x->l)
		n++;
	chain = zol_karena_alloc(&p->arena, n * sizeof(struct zol_kexpr *));
	if (!chain)
		return;
	p->budget -= n ? (unsigned)n - 1 : 0;
	n = 0;
	for (const struct zol_kexpr *y = e; y != x; y = y->l)
		chain[n++] = y->r;
	expr(p, x, v, up, &all);
	while (n-- > 0 && all.n) {
		struct zol_ksets r = { .n = 0 }, l = all;

		expr(p, chain[n], v, up, &r);
		all.n = 0;
		zol_ksets_cross(&l, &r, &all);
	}
	zol_ksets_join(&all, ret);
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
	if (met(p, e, v, up)) {
		zol_ksets_put_empty(ret);
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
		zol_ksets_cross(&cond, &value, ret);
	}
}

static void raise(struct zol_kpaths *p, struct zol_ksym *s, uint8_t v, struct zol_ksets *ret)
{
	bool prompt = false;
	uint8_t set = settable(s, v);

	/* What a bool depends on may be m. */
	v = s->type == ZOL_KT_BOOL ? ZOL_KM : v;
	for (struct zol_kprop *q = s->props; q; q = q->next) {
		struct zol_ksets shown = { .n = 0 };

		if (q->kind != ZOL_KP_PROMPT)
			continue;
		expr(p, q->full, v, true, &shown);
		if (s->flags & ZOL_KS_CHOICE)
			zol_ksets_join(&shown, ret);
		else
			zol_ksets_with(&shown, (struct zol_kgoal){ s, set, NULL }, ret);
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
	zol_ksets_join_some(&selected, given.n ? ZOL_KALTS - ZOL_KALTS / 4 : ZOL_KALTS, ret);
	zol_ksets_join_some(&given, selected.n ? ZOL_KALTS / 4 : ZOL_KALTS, ret);
}

/* The same question comes up hundreds of times below different selectors. */
static void raise_known(struct zol_kpaths *p, struct zol_ksym *s, uint8_t v, struct zol_ksets *ret)
{
	struct zol_ksets **slot = &p->memo[s->index * 2 + (v == ZOL_KY)];

	if (!*slot) {
		struct zol_ksets fresh = { .n = 0 };

		raise(p, s, v, &fresh);
		if (!p->budget || !(*slot = zol_karena_alloc(&p->arena, sizeof(**slot)))) {
			zol_ksets_join(&fresh, ret);
			return;
		}
		**slot = fresh;
	}
	zol_ksets_join(*slot, ret);
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
		zol_ksets_put_empty(&free);
	if (!free.n)
		return;
	if ((s->flags & ZOL_KS_MEMBER) && s->choice->chosen == s) {
		lower_member(p, s, ret);
		return;
	}
	if (s->visible != ZOL_KN) {
		zol_ksets_with(&free, (struct zol_kgoal){ s, settable(s, v), NULL }, ret);
		return;
	}
	if (s->rev > v) /* nothing but the selectors */
		zol_ksets_join(&free, ret);
	for (struct zol_kprop *d = s->props; d; d = d->next) {
		struct zol_ksets off = { .n = 0 };

		if (d->kind != ZOL_KP_DEFAULT || zol_kexpr_value(p->k, d->full) == ZOL_KN)
			continue;
		expr(p, d->full, v, false, &off);
		expr(p, d->value, v, false, &off);
		zol_ksets_cross(&free, &off, ret);
		break;
	}
}

static void symbol(struct zol_kpaths *p, struct zol_ksym *s, uint8_t v, bool up, struct zol_ksets *ret)
{
	if (s->flags & ZOL_KS_CONST) {
		if (up ? s->val >= v : s->val <= v)
			zol_ksets_put_empty(ret);
		return;
	}
	if (s->type != ZOL_KT_BOOL && s->type != ZOL_KT_TRISTATE) {
		if (!up && s->type == ZOL_KT_UNKNOWN)
			zol_ksets_put_empty(ret);
		return;
	}
	zol_ksym_calc(p->k, s);
	if (up ? s->val >= v : s->val <= v) {
		zol_ksets_put_empty(ret);
		return;
	}
	/* Less than y is n for a bool. */
	if (!up && v == ZOL_KM && s->type == ZOL_KT_BOOL)
		v = ZOL_KN;
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

/* --- int, hex and string ---------------------------------------------------------------------------- */

static bool contains(const struct zol_kpaths *p, struct zol_ksym *s, const struct zol_kprop *r, const char *raw)
{
	int base = s->type == ZOL_KT_HEX ? 16 : 10;
	long long v = strtoll(raw, NULL, base);

	return v >= strtoll(zol_ksym_text(p->k, r->value->a), NULL, base) &&
	       v <= strtoll(zol_ksym_text(p->k, r->value->b), NULL, base);
}

/* Those of a kind before `before` whose condition holds are to be off. */
static void none_before(struct zol_kpaths *p, struct zol_ksym *s, const struct zol_kprop *before, struct zol_ksets *ret)
{
	zol_ksets_put_empty(ret);
	for (struct zol_kprop *q = s->props; q && q != before; q = q->next) {
		struct zol_ksets off = { .n = 0 }, all = { .n = 0 };

		if (q->kind != before->kind || zol_kexpr_value(p->k, q->full) == ZOL_KN)
			continue;
		expr(p, q->full, ZOL_KN, false, &off);
		zol_ksets_cross(ret, &off, &all);
		*ret = all;
	}
}

/* A range that has the value is to be the one in force. */
static void in_range(struct zol_kpaths *p, struct zol_ksym *s, const char *raw, struct zol_ksets *ret)
{
	bool any = false;

	for (struct zol_kprop *r = s->props; r && s->type != ZOL_KT_STRING; r = r->next) {
		struct zol_ksets on = { .n = 0 }, first = { .n = 0 };

		if (r->kind != ZOL_KP_RANGE)
			continue;
		any = true;
		if (!contains(p, s, r, raw))
			continue;
		expr(p, r->full, ZOL_KM, true, &on);
		none_before(p, s, r, &first);
		zol_ksets_cross(&on, &first, ret);
	}
	if (!any)
		zol_ksets_put_empty(ret);
}

/* A symbol that nobody can set gets the text by one of its defaults. */
static void text_by_default(struct zol_kpaths *p, struct zol_ksym *s, const char *raw, struct zol_ksets *ret)
{
	for (struct zol_kprop *d = s->props; d; d = d->next) {
		struct zol_ksets on = { .n = 0 }, first = { .n = 0 };

		if (d->kind != ZOL_KP_DEFAULT || d->value->op != ZOL_KO_SYM)
			continue;
		const char *got = zol_ksym_text(p->k, d->value->a);

		if (s->type == ZOL_KT_STRING ?
			    strncmp(got, raw + 1, strlen(got)) != 0 || strlen(got) + 2 != strlen(raw) :
			    strcmp(got, raw) != 0)
			continue;
		expr(p, d->full, ZOL_KM, true, &on);
		none_before(p, s, d, &first);
		zol_ksets_cross(&on, &first, ret);
	}
}

static void text(struct zol_kpaths *p, struct zol_ksym *s, const char *raw, struct zol_ksets *ret)
{
	struct zol_ksets fits = { .n = 0 };
	bool prompt = false;

	if (p->depth == ZOL_COUNT(p->stack) || !p->budget)
		return;
	for (unsigned i = 0; i < p->depth; i++)
		if (p->stack[i] == s)
			return;
	p->budget--;
	p->stack[p->depth++] = s;
	in_range(p, s, raw, &fits);
	for (struct zol_kprop *q = s->props; q; q = q->next) {
		struct zol_ksets shown = { .n = 0 }, all = { .n = 0 };

		if (q->kind != ZOL_KP_PROMPT)
			continue;
		prompt = true;
		expr(p, q->full, ZOL_KM, true, &shown);
		zol_ksets_cross(&shown, &fits, &all);
		zol_ksets_with(&all, (struct zol_kgoal){ s, ZOL_KY, raw }, ret);
	}
	if (!prompt)
		text_by_default(p, s, raw, ret);
	p->depth--;
}

/* The value as a .config has it, kept as long as the model; NULL when out of memory. */
static const char *raw_of(struct zol_kpaths *p, const struct zol_ksym *s, const char *value)
{
	ZOL_AUTO(free)
	char *made = s->type == ZOL_KT_STRING ? zol_asprintf("\"%s\"", value) : zol_asprintf("%s", value);

	return made ? zol_karena_dup(&p->k->arena, zol_span_c(made)) : NULL;
}

static void try_text(struct zol_kpaths *p, const struct zol_kexpr *e, bool hold, const char *value,
		     struct zol_ksets *ret)
{
	if (zol_kexpr_compare(e, value, zol_ksym_text(p->k, e->b)) != hold)
		return;
	const char *raw = raw_of(p, e->a, value);

	if (raw && zol_kconfig_valid(e->a, zol_span_c(raw)))
		text(p, e->a, raw, ret);
}

/* Text and numbers that may make a comparison hold: what it names, its neighbours, the symbol's own defaults. */
static void text_comparison(struct zol_kpaths *p, struct zol_kexpr *e, bool hold, struct zol_ksets *ret)
{
	const char *b = zol_ksym_text(p->k, e->b);
	bool hex = e->a->type == ZOL_KT_HEX;

	if (e->a->type == ZOL_KT_STRING) {
		try_text(p, e, hold, b, ret);
		try_text(p, e, hold, *b ? "" : ZOL_KSAT_ANY_TEXT, ret);
	} else {
		long long v = strtoll(b, NULL, hex ? 16 : 10);

		for (long long d = -1; d <= 1 && v > LLONG_MIN && v < LLONG_MAX; d++) {
			ZOL_AUTO(free) char *near = zol_asprintf(hex ? "0x%llx" : "%lld", v + d);

			if (near)
				try_text(p, e, hold, near, ret);
		}
	}
	for (const struct zol_kprop *d = e->a->props; d; d = d->next)
		if (d->kind == ZOL_KP_DEFAULT && d->value->op == ZOL_KO_SYM && (d->value->a->flags & ZOL_KS_CONST))
			try_text(p, e, hold, zol_ksym_text(p->k, d->value->a), ret);
}

void zol_kpaths_goal(struct zol_kpaths *p, const struct zol_kgoal *goal, struct zol_ksets *ret)
{
	p->depth = 0;
	p->memo = zol_karena_alloc(&p->arena, p->k->nsyms * 2 * sizeof(struct zol_ksets *));
	if (!p->memo)
		return;
	if (goal->text)
		text(p, goal->s, goal->text, ret);
	else
		symbol(p, goal->s, goal->want, goal->s->val < goal->want, ret);
}
