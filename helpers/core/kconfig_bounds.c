/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kconfig_bounds.h"

#include <stdlib.h>

#include "core/kconfig_dotconfig.h"

void zol_kbounds_free(struct zol_kbounds *b)
{
	free(b->min);
	free(b->max);
	*b = (struct zol_kbounds){ 0 };
}

struct bounds {
	const struct zol_kconfig *k;
	const struct zol_kbounds *b;
};

static uint8_t high(const struct bounds *c, const struct zol_kexpr *e);
static uint8_t low(const struct bounds *c, const struct zol_kexpr *e);

/* y, m or n, or text in quotes: -1, it has one value. */
static uint8_t of_symbol(const struct bounds *c, const struct zol_ksym *s, bool up)
{
	if (s->flags & ZOL_KS_CONST)
		return s->type == ZOL_KT_TRISTATE ? s->val : ZOL_KN;
	return up ? c->b->max[s->index] : c->b->min[s->index];
}

/* --- comparisons ----------------------------------------------------------------------------------- */

/* The text of what has only one: a constant, a number, a name that is not defined; else NULL. */
static const char *fixed_text(const struct zol_ksym *s)
{
	return (s->flags & ZOL_KS_CONST) || s->type == ZOL_KT_UNKNOWN ? s->name : NULL;
}

/* Whether what a symbol without a prompt can be makes the comparison hold. */
static bool any_default_holds(const struct zol_kconfig *k, const struct zol_kexpr *e, const char *b)
{
	const char *none = k->choices == 1 || e->a->type == ZOL_KT_STRING ? "" : e->a->type == ZOL_KT_HEX ? "0x0" : "0";

	if (zol_kexpr_compare(e, none, b))
		return true;
	for (const struct zol_kprop *p = e->a->props; p; p = p->next) {
		if (p->kind == ZOL_KP_PROMPT || p->kind == ZOL_KP_RANGE)
			return true;
		if (p->kind != ZOL_KP_DEFAULT)
			continue;
		const char *a = p->value->op == ZOL_KO_SYM ? fixed_text(p->value->a) : NULL;

		if (!a || zol_kexpr_compare(e, a, b))
			return true;
	}
	return false;
}

static uint8_t high_compare(const struct bounds *c, const struct zol_kexpr *e)
{
	const struct zol_kconfig *k = c->k;
	const char *b = fixed_text(e->b);

	if (e->a->type >= ZOL_KT_INT)
		return !b || any_default_holds(k, e, b) ? ZOL_KY : ZOL_KN;
	if (e->op == ZOL_KO_EQ && (e->b == k->y || e->b == k->m))
		return of_symbol(c, e->a, true) >= e->b->val ? ZOL_KY : ZOL_KN;
	if (e->op == ZOL_KO_EQ && e->b == k->n && zol_ksym_is_tri(e->a))
		return of_symbol(c, e->a, false) == ZOL_KN ? ZOL_KY : ZOL_KN;
	if (e->op == ZOL_KO_NE && e->b == k->n && zol_ksym_is_tri(e->a))
		return of_symbol(c, e->a, true) > ZOL_KN ? ZOL_KY : ZOL_KN;
	if (e->op == ZOL_KO_NE && e->b == k->y && zol_ksym_is_tri(e->a))
		return of_symbol(c, e->a, false) < ZOL_KY ? ZOL_KY : ZOL_KN;
	return ZOL_KY;
}

/* --- expressions ----------------------------------------------------------------------------------- */

/* AND and OR of all of a chain that leans to the left. */
static uint8_t chain(const struct bounds *c, const struct zol_kexpr *e, bool up)
{
	uint8_t op = e->op, stop = op == ZOL_KO_AND ? ZOL_KN : ZOL_KY, v = (uint8_t)(ZOL_KY - stop);

	while (e->op == op && v != stop) {
		uint8_t r = up ? high(c, e->r) : low(c, e->r);

		v = (op == ZOL_KO_AND) == (r < v) ? r : v;
		e = e->l;
	}
	if (v == stop)
		return v;
	uint8_t l = up ? high(c, e) : low(c, e);

	return (op == ZOL_KO_AND) == (l < v) ? l : v;
}

static uint8_t high(const struct bounds *c, const struct zol_kexpr *e)
{
	if (!e)
		return ZOL_KY;
	switch (e->op) {
	case ZOL_KO_SYM:
		return of_symbol(c, e->a, true);
	case ZOL_KO_NOT:
		return (uint8_t)(ZOL_KY - low(c, e->l));
	case ZOL_KO_AND:
	case ZOL_KO_OR:
		return chain(c, e, true);
	default:
		return high_compare(c, e);
	}
}

static uint8_t low(const struct bounds *c, const struct zol_kexpr *e)
{
	if (!e)
		return ZOL_KY;
	switch (e->op) {
	case ZOL_KO_SYM:
		return of_symbol(c, e->a, false);
	case ZOL_KO_NOT:
		return (uint8_t)(ZOL_KY - high(c, e->l));
	case ZOL_KO_AND:
	case ZOL_KO_OR:
		return chain(c, e, false);
	default:
		return ZOL_KN; /* not looked into */
	}
}

enum zol_ktri zol_kbounds_high(const struct zol_kconfig *k, const struct zol_kbounds *b, const struct zol_kexpr *e)
{
	return high(&(struct bounds){ k, b }, e);
}

enum zol_ktri zol_kbounds_low(const struct zol_kconfig *k, const struct zol_kbounds *b, const struct zol_kexpr *e)
{
	return low(&(struct bounds){ k, b }, e);
}

/* --- symbols --------------------------------------------------------------------------------------- */

static uint8_t max2(uint8_t a, uint8_t b)
{
	return a > b ? a : b;
}

static uint8_t highest(const struct bounds *c, const struct zol_ksym *s)
{
	uint8_t v = s->rev_dep ? high(c, s->rev_dep) : ZOL_KN;

	v = s->implied ? max2(v, high(c, s->implied)) : v;
	for (const struct zol_kprop *p = s->props; p && v != ZOL_KY; p = p->next) {
		if (p->kind != ZOL_KP_PROMPT && p->kind != ZOL_KP_DEFAULT)
			continue;
		uint8_t w = high(c, p->full);

		if (p->kind == ZOL_KP_DEFAULT && !(s->flags & ZOL_KS_CHOICE)) {
			uint8_t d = high(c, p->value);

			w = d < w ? d : w;
		}
		v = max2(v, w);
	}
	/* m of a bool, and of all without modules, counts as y. */
	return v == ZOL_KM ? (s->type == ZOL_KT_TRISTATE ? ZOL_KM : ZOL_KY) : v;
}

/* By selects; without a prompt also by the defaults, when one of them surely holds. */
static uint8_t lowest(const struct bounds *c, const struct zol_ksym *s)
{
	uint8_t v = ZOL_KY, rev = s->rev_dep && !(s->flags & ZOL_KS_MEMBER) ? low(c, s->rev_dep) : ZOL_KN;
	bool sure = false;

	if (s->flags & (ZOL_KS_CHOICE | ZOL_KS_MEMBER))
		return ZOL_KN;
	for (const struct zol_kprop *p = s->props; p && !sure; p = p->next) {
		if (p->kind == ZOL_KP_PROMPT)
			return rev;
		if (p->kind != ZOL_KP_DEFAULT || high(c, p->full) == ZOL_KN)
			continue;
		uint8_t d = low(c, p->value), cond = low(c, p->full);

		sure = cond == ZOL_KY;
		/* A condition of m would cut it to m. */
		d = sure || d == ZOL_KN ? d : ZOL_KM;
		v = d < v ? d : v;
	}
	return sure && !s->implied && !zol_ksym_has_prompt(s) ? max2(v, rev) : rev;
}

static void fix(const struct bounds *c, uint8_t *of, uint8_t (*value)(const struct bounds *c, const struct zol_ksym *s))
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < c->k->nsyms; i++) {
			const struct zol_ksym *s = c->k->syms[i];

			if (!zol_ksym_is_tri(s) || of[i] == ZOL_KY)
				continue;
			uint8_t v = value(c, s);

			changed |= v > of[i];
			of[i] = max2(v, of[i]);
		}
	}
}

int zol_kbounds_find(struct zol_kconfig *k, struct zol_kbounds *ret, struct zol_err *err)
{
	size_t n = k->nsyms ? k->nsyms : 1;
	const struct bounds c = { k, ret };

	ret->min = calloc(n, 1);
	ret->max = calloc(n, 1);
	if (!ret->min || !ret->max)
		return zol_err_oom(err);
	/* First as if everything might be off; then what is always on rules out what needs it to be off. */
	fix(&c, ret->max, highest);
	fix(&c, ret->min, lowest);
	memset(ret->max, 0, n);
	fix(&c, ret->max, highest);
	return 0;
}

/* --- int, hex and string --------------------------------------------------------------------------- */

bool zol_kbounds_end(const struct zol_ksym *s, int base, bool up, long long *ret)
{
	const char *text = fixed_text(s);
	bool any = false;

	if (text) {
		*ret = strtoll(text, NULL, base);
		return true;
	}
	for (const struct zol_kprop *p = s->props; p; p = p->next) {
		if (p->kind == ZOL_KP_PROMPT || p->kind == ZOL_KP_RANGE)
			return false;
		if (p->kind != ZOL_KP_DEFAULT)
			continue;
		text = p->value->op == ZOL_KO_SYM ? fixed_text(p->value->a) : NULL;
		if (!text)
			return false;
		long long v = strtoll(text, NULL, base);

		*ret = !any || (up ? v > *ret : v < *ret) ? v : *ret;
		any = true;
	}
	return any;
}

static bool outside(const struct zol_ksym *s, const struct zol_kprop *p, const char *raw)
{
	int base = s->type == ZOL_KT_HEX ? 16 : 10;
	long long v = strtoll(raw, NULL, base), least, most;

	return (zol_kbounds_end(p->value->a, base, false, &least) && v < least) ||
	       (zol_kbounds_end(p->value->b, base, true, &most) && v > most);
}

bool zol_kbounds_never(struct zol_kconfig *k, const struct zol_kbounds *b, const struct zol_ksym *s, const char *raw)
{
	const struct bounds c = { k, b };
	bool settable = false, given = false, ranges = false, all_outside = true, always = false;

	if (!zol_kconfig_valid(s, zol_span_c(raw)))
		return true;
	for (const struct zol_kprop *p = s->props; p; p = p->next) {
		if (p->kind == ZOL_KP_PROMPT) {
			settable |= high(&c, p->full) != ZOL_KN;
		} else if (p->kind == ZOL_KP_DEFAULT) {
			const char *text = p->value->op == ZOL_KO_SYM ? fixed_text(p->value->a) : NULL;

			given |= !text || s->type == ZOL_KT_STRING || strcmp(text, raw) == 0;
		} else if (p->kind == ZOL_KP_RANGE) {
			ranges = true;
			all_outside &= outside(s, p, raw);
			always |= !p->cond;
		}
	}
	return (!settable && !given) || (ranges && all_outside && always && s->node && !s->node->same);
}
