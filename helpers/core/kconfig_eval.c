/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values. All is calculated when it is asked for and remembered until user values change. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/kconfig_priv.h"

static uint8_t min2(uint8_t a, uint8_t b)
{
	return a < b ? a : b;
}

static uint8_t max2(uint8_t a, uint8_t b)
{
	return a > b ? a : b;
}

void zol_kconfig_changed(struct zol_kconfig *k)
{
	if (++k->gen == 0) /* after 4 billion changes */
		k->gen = 1;
	k->modules_val = ZOL_KN;
	if (!k->modules)
		return;
	zol_ksym_calc(k, k->modules);
	k->modules_val = k->modules->val;
	/* What MODULES itself needed was calculated as if there were none. */
	if (k->modules_val != ZOL_KN) {
		k->gen++;
		k->modules->vis_gen = k->gen;
		k->modules->gen = k->gen;
	}
}

enum zol_ktype zol_ksym_type(const struct zol_kconfig *k, const struct zol_ksym *s)
{
	return s->type == ZOL_KT_TRISTATE && k->modules_val == ZOL_KN ? ZOL_KT_BOOL : (enum zol_ktype)s->type;
}

/* --- expressions --------------------------------------------------------------------------------- */

enum number { TEXT, SIGNED, UNSIGNED };

static enum number parse_number(const struct zol_ksym *s, const char *text, long long *ret)
{
	char *end;

	if (zol_ksym_is_tri(s)) {
		*ret = !strcmp(text, "n") ? 0 : !strcmp(text, "m") ? 1 : !strcmp(text, "y") ? 2 : -1;
		return SIGNED;
	}
	errno = 0;
	if (s->type == ZOL_KT_HEX)
		*ret = (long long)strtoull(text, &end, 16);
	else
		*ret = strtoll(text, &end, s->type == ZOL_KT_INT ? 10 : 0);
	if (errno || *end || end == text || !strchr("0123456789abcdefABCDEF", end[-1]))
		return TEXT;
	return s->type == ZOL_KT_HEX ? UNSIGNED : SIGNED;
}

static int compare(const struct zol_kexpr *e, const char *a, const char *b)
{
	long long x = 0, y = 0;
	enum number na = parse_number(e->a, a, &x), nb = parse_number(e->b, b, &y);

	if (na == TEXT || nb == TEXT)
		return strcmp(a, b);
	if (na == UNSIGNED || nb == UNSIGNED)
		return (unsigned long long)x < (unsigned long long)y ? -1 : x != y;
	return x < y ? -1 : x > y;
}

bool zol_kexpr_compare(const struct zol_kexpr *e, const char *a, const char *b)
{
	int c = compare(e, a, b);

	switch (e->op) {
	case ZOL_KO_EQ:
		return c == 0;
	case ZOL_KO_NE:
		return c != 0;
	case ZOL_KO_LT:
		return c < 0;
	case ZOL_KO_LE:
		return c <= 0;
	case ZOL_KO_GT:
		return c > 0;
	default:
		return c >= 0;
	}
}

static uint8_t eval(struct zol_kconfig *k, struct zol_kexpr *e);

/* Chains lean to the left and may be long (hundreds of selectors): no recursion along them. */
static uint8_t eval_or(struct zol_kconfig *k, struct zol_kexpr *e)
{
	uint8_t v = ZOL_KN;

	while (e->op == ZOL_KO_OR) {
		v = max2(v, eval(k, e->r));
		if (v == ZOL_KY)
			return v;
		e = e->l;
	}
	return max2(v, eval(k, e));
}

static void remember(const struct zol_kconfig *k, struct zol_kexpr *e, uint8_t v)
{
	/* While a choice is made its own value is not known for good. */
	if (!k->choosing)
		e->gen = k->gen;
	e->val = v;
}

#define CHAIN 32 /* real trees have hardly more in one condition */

/*
 * The same for AND, of which the first operand is asked first, as by conf: who asks first matters where a value is
 * made of itself. Of a chain that is longer than any real one the last ones are.
 */
static uint8_t eval_and(struct zol_kconfig *k, struct zol_kexpr *e)
{
	struct zol_kexpr *chain[CHAIN];
	uint8_t v = ZOL_KY;
	size_t n = 0;

	for (; n < CHAIN && e->op == ZOL_KO_AND && e->gen != k->gen; e = e->l)
		chain[n++] = e;
	for (; n == CHAIN && v != ZOL_KN && e->op == ZOL_KO_AND && e->gen != k->gen; e = e->l)
		v = min2(v, eval(k, e->r));
	v = v == ZOL_KN ? v : min2(v, eval(k, e));
	while (n > 0) {
		e = chain[--n];
		v = v == ZOL_KN ? v : min2(v, eval(k, e->r));
		remember(k, e, v);
	}
	return v;
}

static uint8_t eval(struct zol_kconfig *k, struct zol_kexpr *e)
{
	if (e->gen == k->gen)
		return e->val;
	uint8_t v;

	switch (e->op) {
	case ZOL_KO_SYM:
		zol_ksym_calc(k, e->a);
		return zol_ksym_is_tri(e->a) ? e->a->val : ZOL_KN;
	case ZOL_KO_NOT:
		v = (uint8_t)(ZOL_KY - eval(k, e->l));
		break;
	case ZOL_KO_AND:
		return eval_and(k, e);
	case ZOL_KO_OR:
		v = eval_or(k, e);
		break;
	default:
		v = zol_kexpr_compare(e, zol_ksym_text(k, e->a), zol_ksym_text(k, e->b)) ? ZOL_KY : ZOL_KN;
		break;
	}
	remember(k, e, v);
	return v;
}

enum zol_ktri zol_kexpr_value(struct zol_kconfig *k, struct zol_kexpr *e)
{
	return e ? (enum zol_ktri)eval(k, e) : ZOL_KY;
}

static uint8_t value(struct zol_kconfig *k, struct zol_kexpr *e)
{
	return e ? eval(k, e) : ZOL_KY;
}

/* --- symbols ------------------------------------------------------------------------------------- */

static void calc_visibility(struct zol_kconfig *k, struct zol_ksym *s)
{
	if (s->vis_gen == k->gen)
		return;
	s->vis_gen = k->gen;
	s->visible = ZOL_KN; /* for who asks meanwhile: a member of two choices */
	bool is_bool = zol_ksym_type(k, s) != ZOL_KT_TRISTATE;
	uint8_t v = ZOL_KN;

	for (const struct zol_kprop *p = s->props; p && v != ZOL_KY; p = p->next)
		if (p->kind == ZOL_KP_PROMPT)
			v = max2(v, value(k, p->full));
	/* What only migrates has no prompt, but the value of an old .config counts. */
	if (s->flags & ZOL_KS_TRANSITIONAL)
		v = ZOL_KY;
	s->visible = v == ZOL_KM && is_bool ? ZOL_KY : v;
	/* Selecting or implying a member of a choice has no effect (arch/x86: X86_RDC321X selects M486). */
	s->dir = s->rev = s->imp = ZOL_KN;
	if (s->flags & ZOL_KS_MEMBER)
		return;
	v = value(k, s->dir_dep);
	s->dir = v == ZOL_KM && is_bool ? ZOL_KY : v;
	v = s->rev_dep ? eval(k, s->rev_dep) : ZOL_KN;
	s->rev = v == ZOL_KM && is_bool ? ZOL_KY : v;
	v = s->implied ? eval(k, s->implied) : ZOL_KN;
	s->imp = v == ZOL_KM && is_bool ? ZOL_KY : v;
}

/* The first default whose condition holds. */
static const struct zol_kprop *active_default(struct zol_kconfig *k, const struct zol_ksym *s, uint8_t *ret_cond)
{
	for (const struct zol_kprop *p = s->props; p; p = p->next) {
		if (p->kind != ZOL_KP_DEFAULT)
			continue;
		*ret_cond = value(k, p->full);
		if (*ret_cond != ZOL_KN)
			return p;
	}
	return NULL;
}

static bool member_of_made_choice(const struct zol_ksym *s)
{
	return (s->flags & ZOL_KS_MEMBER) && s->visible == ZOL_KY;
}

static uint8_t unset_tri(struct zol_kconfig *k, struct zol_ksym *s)
{
	uint8_t v = ZOL_KN, cond;
	const struct zol_kprop *p = active_default(k, s, &cond);

	if (p) {
		v = min2(value(k, p->value), cond);
		if (v != ZOL_KN)
			s->write = true;
	}
	if (s->imp != ZOL_KN) {
		s->write = true;
		v = min2(max2(v, s->imp), s->dir);
	}
	return v;
}

static void calc_tri(struct zol_kconfig *k, struct zol_ksym *s)
{
	uint8_t v;

	if (s->visible != ZOL_KN)
		s->write = true;
	if (member_of_made_choice(s)) {
		s->val = s->choice->chosen == s ? ZOL_KY : ZOL_KN;
		return;
	}
	if (s->visible != ZOL_KN && s->has_user)
		v = min2(s->user, s->visible);
	else if (s->flags & ZOL_KS_CHOICE)
		v = ZOL_KN;
	else
		v = unset_tri(k, s);
	if (s->rev != ZOL_KN)
		s->write = true;
	v = max2(v, s->rev);
	s->val = v == ZOL_KM && zol_ksym_type(k, s) == ZOL_KT_BOOL ? ZOL_KY : v;
}

static int64_t bound(struct zol_kconfig *k, const struct zol_ksym *s, struct zol_ksym *end)
{
	enum zol_ktype type = end->type == ZOL_KT_INT || end->type == ZOL_KT_HEX ? (enum zol_ktype)end->type :
										   (enum zol_ktype)s->type;

	return strtoll(zol_ksym_text(k, end), NULL, type == ZOL_KT_HEX ? 16 : 10);
}

static const struct zol_kprop *active_range(struct zol_kconfig *k, const struct zol_ksym *s)
{
	for (const struct zol_kprop *p = s->props; p; p = p->next)
		if (p->kind == ZOL_KP_RANGE && value(k, p->full) != ZOL_KN)
			return p;
	return NULL;
}

bool zol_ksym_range(struct zol_kconfig *k, struct zol_ksym *s, int64_t *ret_low, int64_t *ret_high)
{
	const struct zol_kprop *p = active_range(k, s);

	if (!p)
		return false;
	*ret_low = bound(k, s, p->value->a);
	*ret_high = bound(k, s, p->value->b);
	return true;
}

#define RANGE_DEPTH 4096U

struct zol_ksym *zol_ksym_beyond(struct zol_kconfig *k, struct zol_ksym *s, const char *text)
{
	const struct zol_kprop *p = active_range(k, s);
	int64_t v = strtoll(text, NULL, s->type == ZOL_KT_HEX ? 16 : 10);

	/* Nobody has looked how many symbols hang on each other by their ranges, which may make circles. */
	if (!p || k->depth > RANGE_DEPTH)
		return NULL;
	if (v < bound(k, s, p->value->a))
		return p->value->a;
	return v > bound(k, s, p->value->b) ? p->value->b : NULL;
}

static void calc_text(struct zol_kconfig *k, struct zol_ksym *s)
{
	uint8_t cond;
	const struct zol_kprop *p;

	s->str = k->choices == 1 || s->type == ZOL_KT_STRING ? "" : s->type == ZOL_KT_HEX ? "0x0" : "0";
	s->write = s->visible != ZOL_KN;
	if (s->visible != ZOL_KN && s->has_user) {
		s->str = s->user_str;
	} else if ((p = active_default(k, s, &cond)) && p->value->op == ZOL_KO_SYM) {
		s->write = true;
		s->str = zol_ksym_text(k, p->value->a);
	}
	if (s->type == ZOL_KT_STRING)
		return;
	const struct zol_ksym *end = zol_ksym_beyond(k, s, s->str);

	s->str = end ? end->str : s->str;
}

/* --- choices ------------------------------------------------------------------------------------- */

/* The first default that is shown, else the first member that is. */
struct zol_ksym *zol_kchoice_default(struct zol_kconfig *k, const struct zol_ksym *s)
{
	for (const struct zol_kprop *p = s->props; p; p = p->next) {
		if (p->kind != ZOL_KP_DEFAULT || value(k, p->full) == ZOL_KN || p->value->op != ZOL_KO_SYM)
			continue;
		calc_visibility(k, p->value->a);
		if (p->value->a->visible != ZOL_KN)
			return p->value->a;
	}
	for (uint32_t i = 0; i < s->nmembers; i++)
		if (s->members[i]->visible != ZOL_KN)
			return s->members[i];
	return NULL;
}

/* Since 6.11: the last mentioned y, else the default unless it was set to n, else ... */
static struct zol_ksym *choose2(struct zol_kconfig *k, const struct zol_ksym *s)
{
	struct zol_ksym *best = NULL, *last = NULL;

	for (uint32_t i = 0; i < s->nmembers; i++) {
		struct zol_ksym *m = s->members[i];

		if (m->visible == ZOL_KN)
			continue;
		if (m->has_user && m->user == ZOL_KY && (!best || m->rank < best->rank))
			best = m;
		if (!last || m->rank > last->rank)
			last = m;
	}
	if (best)
		return best;
	best = zol_kchoice_default(k, s);
	if (best && !(best->has_user && best->user == ZOL_KN))
		return best;
	for (uint32_t i = 0; i < s->nmembers; i++)
		if (s->members[i]->visible != ZOL_KN && !s->members[i]->has_user)
			return s->members[i];
	return last;
}

static struct zol_ksym *choose(struct zol_kconfig *k, struct zol_ksym *s)
{
	bool choosing = k->choosing;

	k->choosing |= k->choices == 1;
	for (uint32_t i = 0; i < s->nmembers; i++)
		calc_visibility(k, s->members[i]);
	k->choosing = choosing;
	if (k->choices == 2)
		return choose2(k, s);
	if (s->user_member && s->user_member->visible != ZOL_KN)
		return s->user_member;
	return zol_kchoice_default(k, s);
}

void zol_ksym_calc(struct zol_kconfig *k, struct zol_ksym *s)
{
	if (s->gen == k->gen || (s->flags & ZOL_KS_CONST)) {
		/* A choice and its members ask each other, in an order of their own. */
		k->cyclic |= s->busy && !(s->flags & (ZOL_KS_CHOICE | ZOL_KS_MEMBER));
		return;
	}
	s->gen = k->gen;
	s->busy = true;
	k->depth++;
	if (s->flags & ZOL_KS_MEMBER)
		zol_ksym_calc(k, s->choice);
	/* For who asks meanwhile, in trees that are no good: the same answer each time. */
	s->val = ZOL_KN;
	s->chosen = NULL;
	calc_visibility(k, s);
	s->write = false;
	switch ((enum zol_ktype)s->type) {
	case ZOL_KT_BOOL:
	case ZOL_KT_TRISTATE:
		calc_tri(k, s);
		break;
	case ZOL_KT_INT:
	case ZOL_KT_HEX:
	case ZOL_KT_STRING:
		calc_text(k, s);
		break;
	case ZOL_KT_UNKNOWN:
		s->val = ZOL_KN;
		s->str = s->name;
		break;
	}
	if ((s->flags & ZOL_KS_CHOICE) && (s->val == ZOL_KY || k->choices == 2))
		s->chosen = choose(k, s);
	/* Where there is nothing to choose, comments in the choice are not shown either. */
	if ((s->flags & ZOL_KS_CHOICE) && !s->chosen && s->val == ZOL_KY)
		s->val = ZOL_KN;
	s->busy = false;
	k->depth--;
}

const char *zol_ksym_text(struct zol_kconfig *k, struct zol_ksym *s)
{
	static const char *const names[] = { "n", "m", "y" };

	zol_ksym_calc(k, s);
	if (!zol_ksym_is_tri(s))
		return s->str ? s->str : "";
	return names[s->val];
}

bool zol_kmenu_visible(struct zol_kconfig *k, const struct zol_kmenu *m)
{
	if (!m->prompt || (m->visible && eval(k, m->visible) == ZOL_KN))
		return false;
	return value(k, m->prompt->full) != ZOL_KN;
}
