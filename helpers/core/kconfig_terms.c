/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Conditions in the shape in which the kernel's conf compares them. Found by observation: conf --helpnewconfig
 * prints each condition as it has it then, and below which entry of the menu it stands.
 */
#include "core/kconfig_priv.h"

/* One operand: SYM and NOT (a), comparisons (a, b), AND and OR of others (v). */
struct term {
	uint8_t op; /* enum zol_kop */
	struct zol_kplace at;
	struct zol_ksym *a, *b;
	struct term **v;
	size_t n, cap;
};

static bool is_list(const struct term *t)
{
	return t->op == ZOL_KO_AND || t->op == ZOL_KO_OR;
}

static struct term *new_term(struct zol_kterms *w, enum zol_kop op, struct zol_kplace at)
{
	struct term *t = ++w->work > ZOL_KTERMS_WORK ? NULL : zol_karena_alloc(&w->scratch, sizeof(*t));

	if (!t) {
		w->failed = true;
		return NULL;
	}
	t->op = (uint8_t)op;
	t->at = at;
	return t;
}

static bool add(struct zol_kterms *w, struct term *list, struct term *t)
{
	if (t && list->n == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 4;
		struct term **v = zol_karena_alloc(&w->scratch, cap * sizeof(struct term *));

		if (v && list->n)
			memcpy(v, list->v, list->n * sizeof(struct term *));
		list->v = v;
		list->cap = v ? cap : 0;
	}
	if (!t || !list->v) {
		w->failed = true;
		return false;
	}
	list->v[list->n++] = t;
	return true;
}

static void make_constant(struct term *t, struct zol_ksym *s)
{
	t->op = ZOL_KO_SYM;
	t->a = s;
	t->b = NULL;
	t->n = 0;
}

static bool is_constant(const struct term *t, const struct zol_ksym *s)
{
	return t->op == ZOL_KO_SYM && t->a == s;
}

/* --- from expressions ---------------------------------------------------------------------------- */

static enum zol_kop opposite(enum zol_kop op)
{
	static const enum zol_kop ops[] = { ZOL_KO_NOT, ZOL_KO_SYM, ZOL_KO_OR, ZOL_KO_AND, ZOL_KO_NE,
					    ZOL_KO_EQ,  ZOL_KO_GE,  ZOL_KO_GT, ZOL_KO_LE,  ZOL_KO_LT };

	return ops[op];
}

/* A bool that is compared with a constant is the bool, or not it, or known. */
static void plain(const struct zol_kconfig *k, struct term *t)
{
	if ((t->op == ZOL_KO_NOT || t->op == ZOL_KO_SYM) && (t->a == k->y || t->a == k->n || t->a == k->m)) {
		if (t->op == ZOL_KO_NOT)
			make_constant(t, t->a == k->y ? k->n : t->a == k->n ? k->y : k->m);
		return;
	}
	if ((t->op != ZOL_KO_EQ && t->op != ZOL_KO_NE) || t->a->type != ZOL_KT_BOOL)
		return;
	bool is = t->op == ZOL_KO_EQ;

	if (t->b == k->m) {
		make_constant(t, is ? k->n : k->y);
	} else if (t->b == k->y || t->b == k->n) {
		t->op = is == (t->b == k->y) ? ZOL_KO_SYM : ZOL_KO_NOT;
		t->b = NULL;
	}
}

static struct term *from(struct zol_kterms *w, const struct zol_kexpr *e, bool negated);

/* The operands of a chain that leans to the left, from the last one to the first. */
static void gather(struct zol_kterms *w, const struct zol_kexpr *e, bool negated, struct term *list)
{
	while (!w->failed) {
		for (; e->op == ZOL_KO_NOT; e = e->l)
			negated = !negated;
		enum zol_kop op = negated ? opposite(e->op) : (enum zol_kop)e->op;

		if (op != (enum zol_kop)list->op) {
			add(w, list, from(w, e, negated));
			return;
		}
		gather(w, e->r, negated, list);
		e = e->l;
	}
}

static struct term *from(struct zol_kterms *w, const struct zol_kexpr *e, bool negated)
{
	for (; e->op == ZOL_KO_NOT; e = e->l)
		negated = !negated;
	struct term *t =
		new_term(w, negated ? opposite(e->op) : (enum zol_kop)e->op, (struct zol_kplace){ e->file, e->line });

	if (!t)
		return NULL;
	if (!is_list(t)) {
		t->a = e->a;
		t->b = e->b;
		plain(w->k, t);
		return t;
	}
	gather(w, e, negated, t);
	for (size_t i = 0; i < t->n / 2; i++) {
		struct term *other = t->v[i];

		t->v[i] = t->v[t->n - 1 - i];
		t->v[t->n - 1 - i] = other;
	}
	return t;
}

/* --- known operands ------------------------------------------------------------------------------ */

/* What changes nothing goes, what decides all stays alone, and a list of one is that one. */
static struct term *fold(struct zol_kterms *w, struct term *t)
{
	const struct zol_kconfig *k = w->k;
	struct zol_ksym *nothing = t->op == ZOL_KO_AND ? k->y : k->n, *all = t->op == ZOL_KO_AND ? k->n : k->y;
	struct term **v = t->v;
	size_t n = t->n;

	if (!is_list(t))
		return t;
	t->v = NULL;
	t->n = t->cap = 0;
	for (size_t i = 0; i < n; i++) {
		struct term *c = fold(w, v[i]);

		if (is_constant(c, all)) {
			make_constant(t, all);
			return t;
		}
		for (size_t j = 0; c->op == t->op && j < c->n; j++)
			add(w, t, c->v[j]);
		if (c->op != t->op && !is_constant(c, nothing))
			add(w, t, c);
	}
	if (t->n == 0)
		make_constant(t, nothing);
	return t->n == 1 ? t->v[0] : t;
}

/* --- operands that say the same ------------------------------------------------------------------ */

static struct term *copy(struct zol_kterms *w, const struct term *t)
{
	struct term *c = new_term(w, t->op, t->at);

	if (!c)
		return NULL;
	c->a = t->a;
	c->b = t->b;
	for (size_t i = 0; i < t->n; i++)
		add(w, c, copy(w, t->v[i]));
	return c;
}

static bool is_known(const struct zol_kterms *w, const struct term *t)
{
	return is_constant(t, w->k->y) || is_constant(t, w->k->n);
}

static bool same_lists(struct zol_kterms *w, const struct term *x, const struct term *y);

static bool same(struct zol_kterms *w, const struct term *x, const struct term *y)
{
	w->failed |= ++w->work > ZOL_KTERMS_WORK;
	if (x->op != y->op || w->failed)
		return false;
	return is_list(x) ? same_lists(w, x, y) : x->a == y->a && x->b == y->b;
}

/* Takes out of both lists what they share. */
static void take_shared_out(struct zol_kterms *w, struct term *x, struct term *y)
{
	for (size_t i = 0; i < x->n; i++) {
		size_t j = is_known(w, x->v[i]) ? y->n : 0;

		while (j < y->n && !same(w, x->v[i], y->v[j]))
			j++;
		if (j == y->n)
			continue;
		memmove(y->v + j, y->v + j + 1, (y->n - j - 1) * sizeof(struct term *));
		y->n--;
		memmove(x->v + i, x->v + i + 1, (x->n - i - 1) * sizeof(struct term *));
		x->n--;
		i--;
	}
}

/* The same but for what they share and what is known. */
static bool same_lists(struct zol_kterms *w, const struct term *x, const struct term *y)
{
	struct term *l = copy(w, x), *r = copy(w, y);

	if (w->failed)
		return false;
	take_shared_out(w, l, r);
	l = fold(w, l);
	r = fold(w, r);
	return l->op == ZOL_KO_SYM && r->op == ZOL_KO_SYM && l->a == r->a;
}

static bool two(const struct term *x, const struct term *y, const struct zol_ksym *a, const struct zol_ksym *b)
{
	return (x->b == a && y->b == b) || (x->b == b && y->b == a);
}

static bool set(struct term *t, enum zol_kop op, struct zol_ksym *b)
{
	t->op = (uint8_t)op;
	t->b = b;
	return true;
}

/* x || y of one symbol as one, in x. */
static bool either(const struct zol_kconfig *k, struct term *x, const struct term *y)
{
	if (x->a->type == ZOL_KT_BOOL &&
	    ((x->op == ZOL_KO_SYM && y->op == ZOL_KO_NOT) || (x->op == ZOL_KO_NOT && y->op == ZOL_KO_SYM))) {
		make_constant(x, k->y);
		return true;
	}
	if (x->a->type != ZOL_KT_TRISTATE || x->op != ZOL_KO_EQ || y->op != ZOL_KO_EQ)
		return false;
	if (two(x, y, k->y, k->m))
		return set(x, ZOL_KO_NE, k->n);
	if (two(x, y, k->y, k->n))
		return set(x, ZOL_KO_NE, k->m);
	return two(x, y, k->m, k->n) && set(x, ZOL_KO_NE, k->y);
}

/* x && y of one symbol as one, in x, when x is the symbol. */
static bool symbol_and(const struct zol_kconfig *k, struct term *x, const struct term *y)
{
	if (y->op == ZOL_KO_EQ && y->b == k->y)
		return set(x, ZOL_KO_EQ, k->y);
	if (y->op == ZOL_KO_NE && y->b == k->n)
		return set(x, ZOL_KO_SYM, NULL);
	return y->op == ZOL_KO_NE && y->b == k->m && set(x, ZOL_KO_EQ, k->y);
}

static bool both(const struct zol_kconfig *k, struct term *x, const struct term *y)
{
	if (x->op == ZOL_KO_SYM)
		return symbol_and(k, x, y);
	if (y->op == ZOL_KO_SYM)
		return symbol_and(k, x, &(struct term){ .op = x->op, .a = x->a, .b = x->b });
	if (x->a->type != ZOL_KT_TRISTATE)
		return false;
	if (x->op == ZOL_KO_NE && y->op == ZOL_KO_EQ) {
		if (!(x->b->flags & y->b->flags & ZOL_KS_CONST))
			return false;
		if (x->b != y->b)
			return set(x, ZOL_KO_EQ, y->b);
		make_constant(x, k->n);
		return true;
	}
	if (x->op == ZOL_KO_EQ && y->op == ZOL_KO_NE) {
		if (!(x->b->flags & y->b->flags & ZOL_KS_CONST))
			return false;
		if (x->b == y->b)
			make_constant(x, k->n);
		return true;
	}
	if (x->op != ZOL_KO_NE || y->op != ZOL_KO_NE)
		return false;
	if (two(x, y, k->y, k->n))
		return set(x, ZOL_KO_EQ, k->m);
	if (two(x, y, k->y, k->m))
		return set(x, ZOL_KO_EQ, k->n);
	return two(x, y, k->m, k->n) && set(x, ZOL_KO_EQ, k->y);
}

static bool of_a_symbol(const struct term *t)
{
	return t->op == ZOL_KO_SYM || t->op == ZOL_KO_NOT || t->op == ZOL_KO_EQ || t->op == ZOL_KO_NE;
}

/* Two operands as one, in x: false when they stay two. */
static bool unite(struct zol_kterms *w, enum zol_kop op, struct term *x, const struct term *y)
{
	if (same(w, x, y))
		return true;
	if (!of_a_symbol(x) || !of_a_symbol(y) || x->a != y->a || !zol_ksym_is_tri(x->a))
		return false;
	return op == ZOL_KO_OR ? either(w->k, x, y) : both(w->k, x, y);
}

/* One round; whether anything was found. */
static bool take_doubles_out(struct zol_kterms *w, struct term *t)
{
	bool any = false;

	if (!is_list(t))
		return false;
	for (size_t i = 0; i < t->n; i++)
		any |= take_doubles_out(w, t->v[i]);
	for (size_t i = 0; i + 1 < t->n; i++) {
		for (size_t j = i + 1; j < t->n && !w->failed; j++) {
			if (!unite(w, t->op, t->v[j], t->v[i]))
				continue;
			memmove(t->v + i, t->v + i + 1, (t->n - i - 1) * sizeof(struct term *));
			t->n--;
			any = true;
			j = i;
		}
	}
	return any;
}

static struct term *reduce(struct zol_kterms *w, struct term *t)
{
	/* What is known is folded, up to 6.10 only when something else was found. */
	if (t && w->k->choices == 2)
		t = fold(w, t);
	while (t && !w->failed && take_doubles_out(w, t))
		t = fold(w, t);
	return t;
}

/* --- back ---------------------------------------------------------------------------------------- */

static struct zol_kexpr *to_expr(struct zol_kterms *w, const struct term *t)
{
	struct zol_kexpr *e = NULL;

	if (is_list(t)) {
		for (size_t i = 0; i < t->n; i++) {
			struct zol_kexpr *r = to_expr(w, t->v[i]);

			if (!r)
				return NULL;
			e = t->op == ZOL_KO_AND ? zol_kexpr_and(w->k, e, r, &w->failed) :
						  zol_kexpr_or(w->k, e, r, &w->failed);
		}
		return e;
	}
	e = zol_kexpr_new(w->k, t->op, t->at.file, t->at.line);
	if (e && t->op == ZOL_KO_NOT) {
		e->l = zol_kexpr_new(w->k, ZOL_KO_SYM, t->at.file, t->at.line);
		if (e->l)
			e->l->a = t->a;
	} else if (e) {
		e->a = t->a;
		e->b = t->b;
	}
	if (!e || (t->op == ZOL_KO_NOT && !e->l)) {
		w->failed = true;
		return NULL;
	}
	return e;
}

static struct term *join(struct zol_kterms *w, struct zol_kexpr *l, struct zol_kexpr *r)
{
	struct zol_kexpr two = { .op = ZOL_KO_AND, .l = l, .r = r };

	if (r)
		two.file = r->file, two.line = r->line;
	return l || r ? from(w, !r ? l : !l ? r : &two, false) : NULL;
}

struct zol_kexpr *zol_kterms_join(struct zol_kterms *w, struct zol_kexpr *l, struct zol_kexpr *r)
{
	struct term *t = reduce(w, join(w, l, r));

	return t && !w->failed ? to_expr(w, t) : NULL;
}

void zol_kterms_free(struct zol_kterms *w)
{
	zol_karena_free(&w->scratch);
}

/* --- what stands below what ---------------------------------------------------------------------- */

static bool contains(const struct term *t, const struct zol_ksym *s)
{
	for (size_t i = 0; i < t->n; i++)
		if (contains(t->v[i], s))
			return true;
	return !is_list(t) && (t->a == s || t->b == s);
}

/* Whether s, or that it is not n, is one of the conditions. */
static bool
	requires(const struct zol_kconfig *k, const struct term *t, const struct zol_ksym *s)
{
	for (size_t i = 0; t->op == ZOL_KO_AND && i < t->n; i++)
		if (requires(k, t->v[i], s))
			return true;
	if (t->a != s)
		return false;
	return t->op == ZOL_KO_SYM || (t->op == ZOL_KO_EQ && (t->b == k->y || t->b == k->m)) ||
	       (t->op == ZOL_KO_NE && t->b == k->n);
}

/* t != n, as far as conf has it. */
static void not_n(const struct zol_kconfig *k, struct term *t)
{
	for (size_t i = 0; i < t->n; i++)
		not_n(k, t->v[i]);
	if ((t->op != ZOL_KO_SYM && t->op != ZOL_KO_NOT) || t->a->type == ZOL_KT_BOOL)
		return;
	t->op = t->op == ZOL_KO_SYM ? ZOL_KO_NE : ZOL_KO_EQ;
	t->b = k->n;
}

static struct term *as_list(struct zol_kterms *w, enum zol_kop op, struct term *t)
{
	struct term *list = t->op == op ? t : new_term(w, op, t->at);

	if (list && list != t)
		add(w, list, t);
	return list;
}

/* Takes out what both have as operands of op. */
static void take_out(struct zol_kterms *w, enum zol_kop op, struct term **x, struct term **y)
{
	*x = as_list(w, op, *x);
	*y = as_list(w, op, *y);
	if (!w->failed)
		take_shared_out(w, *x, *y);
}

/* Whether up has no condition that dep does not have, too. */
static bool has_all_of(struct zol_kterms *w, struct term *dep, struct term *up)
{
	enum zol_kop first = dep->op, second = up->op;

	if (first == ZOL_KO_AND || first == ZOL_KO_OR)
		take_out(w, first, &dep, &up);
	if (!w->failed && first != second && (second == ZOL_KO_AND || second == ZOL_KO_OR)) {
		/* Up is one operand of the first list, or was taken out. */
		if (up->op == first && up->n == 1)
			up = up->v[0];
		if (up->op == second)
			take_out(w, second, &dep, &up);
	}
	return !w->failed && is_constant(fold(w, up), w->k->y);
}

bool zol_kterms_below(struct zol_kterms *w, struct zol_kexpr *up, struct zol_kexpr *dep, const struct zol_ksym *s)
{
	struct term *t = dep ? from(w, dep, false) : NULL;

	if (!t || w->failed || !contains(t, s))
		return false;
	if (requires(w->k, t, s))
		return true;
	struct term *u = up ? from(w, up, false) : NULL;

	if (!u)
		return !w->failed;
	not_n(w->k, t);
	not_n(w->k, u);
	t = reduce(w, t);
	u = reduce(w, u);
	return !w->failed && has_all_of(w, t, u);
}
