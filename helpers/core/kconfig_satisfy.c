/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kconfig_satisfy.h"

#include "core/kconfig_dotconfig.h"
#include "core/kconfig_paths.h"

#define STATES 24U
#define BUDGET 20000U
#define BUDGET_WIDE 100000U

bool zol_kgoal_met(struct zol_kconfig *k, const struct zol_kgoal *g)
{
	zol_ksym_calc(k, g->s);
	return g->want == ZOL_KM ? g->s->val >= ZOL_KM : g->s->val == g->want;
}

/* --- what is possible at all ---------------------------------------------------------------------- */

static uint8_t max_of(const struct zol_ksat *sat, const struct zol_ksym *s)
{
	if (s->flags & ZOL_KS_CONST)
		return s->type == ZOL_KT_TRISTATE ? s->val : ZOL_KN;
	return sat->max[s->index];
}

static uint8_t max_compare(const struct zol_ksat *sat, const struct zol_kexpr *e)
{
	const struct zol_kconfig *k = sat->k;
	bool tri = e->a->type == ZOL_KT_BOOL || e->a->type == ZOL_KT_TRISTATE || e->a->type == ZOL_KT_UNKNOWN;

	if (!tri)
		return ZOL_KY;
	if (e->op == ZOL_KO_EQ && (e->b == k->y || e->b == k->m))
		return max_of(sat, e->a) >= e->b->val ? ZOL_KY : ZOL_KN;
	if (e->op == ZOL_KO_NE && e->b == k->n && e->a->type != ZOL_KT_UNKNOWN)
		return max_of(sat, e->a) > ZOL_KN ? ZOL_KY : ZOL_KN;
	return ZOL_KY;
}

static uint8_t max_expr(const struct zol_ksat *sat, const struct zol_kexpr *e)
{
	if (!e)
		return ZOL_KY;
	uint8_t l, r;

	switch (e->op) {
	case ZOL_KO_SYM:
		return max_of(sat, e->a);
	case ZOL_KO_NOT:
		return e->l->op == ZOL_KO_SYM && e->l->a == sat->k->y ? ZOL_KN : ZOL_KY;
	case ZOL_KO_AND:
		l = max_expr(sat, e->l);
		r = l == ZOL_KN ? l : max_expr(sat, e->r);
		return l < r ? l : r;
	case ZOL_KO_OR:
		r = ZOL_KN;
		for (; e->op == ZOL_KO_OR && r != ZOL_KY; e = e->l) {
			l = max_expr(sat, e->r);
			r = l > r ? l : r;
		}
		l = r == ZOL_KY ? r : max_expr(sat, e);
		return l > r ? l : r;
	default:
		return max_compare(sat, e);
	}
}

static uint8_t max_symbol(const struct zol_ksat *sat, const struct zol_ksym *s)
{
	uint8_t v = s->rev_dep ? max_expr(sat, s->rev_dep) : ZOL_KN;
	uint8_t w = s->implied ? max_expr(sat, s->implied) : ZOL_KN;

	v = w > v ? w : v;
	for (const struct zol_kprop *p = s->props; p && v != ZOL_KY; p = p->next) {
		if (p->kind != ZOL_KP_PROMPT && p->kind != ZOL_KP_DEFAULT)
			continue;
		w = max_expr(sat, p->full);
		if (p->kind == ZOL_KP_DEFAULT && !(s->flags & ZOL_KS_CHOICE)) {
			uint8_t d = max_expr(sat, p->value);

			w = d < w ? d : w;
		}
		v = w > v ? w : v;
	}
	/* m of a bool, and of all without modules, counts as y. */
	return v == ZOL_KM ? (s->type == ZOL_KT_TRISTATE ? ZOL_KM : ZOL_KY) : v;
}

/* The least fixed point: what is never raised can never be. */
static void find_bounds(struct zol_ksat *sat)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < sat->k->nsyms; i++) {
			const struct zol_ksym *s = sat->k->syms[i];

			if ((s->type != ZOL_KT_BOOL && s->type != ZOL_KT_TRISTATE) || sat->max[i] == ZOL_KY)
				continue;
			uint8_t v = max_symbol(sat, s);

			changed |= v > sat->max[i];
			sat->max[i] = v > sat->max[i] ? v : sat->max[i];
		}
	}
}

int zol_ksat_init(struct zol_ksat *sat, struct zol_kconfig *k, const struct zol_kgoal *keep, size_t nkeep,
		  struct zol_err *err)
{
	*sat = (struct zol_ksat){ .k = k, .keep = keep, .nkeep = nkeep };
	sat->max = calloc(k->nsyms ? k->nsyms : 1, 1);
	sat->kept = calloc(nkeep ? nkeep : 1, 1);
	if (!sat->max || !sat->kept)
		return zol_err_oom(err);
	find_bounds(sat);
	return 0;
}

void zol_ksat_free(struct zol_ksat *sat)
{
	free(sat->max);
	free(sat->kept);
	*sat = (struct zol_ksat){ 0 };
}

/* --- trying --------------------------------------------------------------------------------------- */

/* User values before a set was applied. */
struct saved {
	struct zol_ksym *s;
	struct zol_ksym was, choice_was;
};

struct journal {
	struct saved v[ZOL_KSET_MAX * 2];
	size_t n;
};

static void copy_user(struct zol_ksym *to, const struct zol_ksym *from)
{
	to->has_user = from->has_user;
	to->user = from->user;
	to->user_line = from->user_line;
	to->user_str = from->user_str;
	to->user_member = from->user_member;
	to->rank = from->rank;
}

static void apply(struct zol_kconfig *k, const struct zol_kanswer *a, struct journal *j)
{
	static const char *const names[] = { "n", "m", "y" };

	j->n = 0;
	for (size_t i = 0; i < a->n; i++) {
		struct saved *sv = &j->v[j->n++];

		sv->s = a->v[i].s;
		sv->was = *sv->s;
		if (sv->s->choice)
			sv->choice_was = *sv->s->choice;
		(void)zol_kconfig_assign(k, zol_span_c(sv->s->name), zol_span_c(names[a->v[i].want]), false,
					 sv->s->user_line);
	}
	zol_kconfig_changed(k);
}

static void undo(struct zol_kconfig *k, const struct journal *j)
{
	for (size_t i = j->n; i > 0; i--) {
		const struct saved *sv = &j->v[i - 1];

		copy_user(sv->s, &sv->was);
		if (sv->s->choice)
			copy_user(sv->s->choice, &sv->choice_was);
	}
	zol_kconfig_changed(k);
}

static bool all_kept(const struct zol_ksat *sat, const struct zol_kgoal *goal)
{
	for (size_t i = 0; i < sat->nkeep; i++)
		if (sat->kept[i] && sat->keep[i].s != goal->s && !zol_kgoal_met(sat->k, &sat->keep[i]))
			return false;
	return true;
}

static bool works(struct zol_ksat *sat, const struct zol_kgoal *goal)
{
	sat->tried++;
	return zol_kgoal_met(sat->k, goal) && all_kept(sat, goal);
}

/* Leaves out what is not needed; the model has no part of the answer in force before and after. */
static void minimise(struct zol_ksat *sat, const struct zol_kgoal *goal, struct zol_kanswer *a)
{
	struct journal j;

	for (size_t i = 0; i < a->n;) {
		struct zol_kanswer less = *a;

		memmove(&less.v[i], &less.v[i + 1], (less.n - i - 1) * sizeof(less.v[0]));
		less.n--;
		apply(sat->k, &less, &j);
		bool good = works(sat, goal);

		undo(sat->k, &j);
		if (good)
			*a = less;
		else
			i++;
	}
}

/* b on top of a; false when there is no room. */
static bool extend(const struct zol_kanswer *a, const struct zol_kcand *b, struct zol_kanswer *ret)
{
	*ret = *a;
	for (size_t i = 0; i < b->n; i++) {
		size_t at = 0;

		while (at < ret->n && ret->v[at].s != b->v[i].s)
			at++;
		if (at == ZOL_COUNT(ret->v))
			return false;
		ret->v[at] = b->v[i];
		ret->n += at == ret->n;
	}
	return true;
}

struct search {
	struct zol_ksat *sat;
	struct zol_kgoal goal;
	struct zol_kanswer states[STATES];
	size_t n;
	bool wide;
};

/* Tries what leads on from a state; true when the goal was reached (in *ret). */
static bool expand(struct search *se, const struct zol_kanswer *state, struct zol_kanswer *ret)
{
	struct zol_kconfig *k = se->sat->k;
	struct zol_kpaths p = {
		.k = k, .max = se->sat->max, .wide = se->wide, .budget = se->wide ? BUDGET_WIDE : BUDGET
	};
	struct zol_ksets sets = { .n = 0 };
	struct zol_kanswer next;
	struct journal j;

	apply(k, state, &j);
	zol_ksym_calc(k, se->goal.s);
	zol_kpaths_symbol(&p, se->goal.s, se->goal.want, se->goal.s->val < se->goal.want, &sets);
	zol_karena_free(&p.arena);
	undo(k, &j);
	for (size_t i = 0; i < sets.n; i++) {
		if (!sets.v[i].n || !extend(state, &sets.v[i], &next))
			continue;
		apply(k, &next, &j);
		bool good = works(se->sat, &se->goal);

		undo(k, &j);
		if (good) {
			*ret = next;
			return true;
		}
		if (se->n < STATES)
			se->states[se->n++] = next;
	}
	return false;
}

static bool run(struct search *se, bool wide, struct zol_kanswer *ret)
{
	se->wide = wide;
	se->n = 1;
	se->states[0].n = 0;
	for (size_t i = 0; i < se->n; i++) {
		struct zol_kanswer from = se->states[i];

		if (expand(se, &from, ret))
			return true;
	}
	return false;
}

enum zol_ksat_result zol_ksat_solve(struct zol_ksat *sat, struct zol_kgoal goal, struct zol_kanswer *ret)
{
	struct search se = { .sat = sat, .goal = goal };
	struct journal j;

	ret->n = 0;
	if (zol_kgoal_met(sat->k, &goal))
		return ZOL_KSAT_FOUND;
	if (sat->max[goal.s->index] < goal.want)
		return ZOL_KSAT_IMPOSSIBLE;
	for (size_t i = 0; i < sat->nkeep; i++)
		sat->kept[i] = zol_kgoal_met(sat->k, &sat->keep[i]);
	if (!run(&se, false, ret) && !run(&se, true, ret)) {
		ret->n = 0;
		return ZOL_KSAT_NONE;
	}
	minimise(sat, &goal, ret);
	if (!sat->dry)
		apply(sat->k, ret, &j);
	return ZOL_KSAT_FOUND;
}
