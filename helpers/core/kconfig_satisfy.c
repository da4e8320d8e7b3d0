/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kconfig_satisfy.h"

#include <stdlib.h>

#include "core/kconfig_dotconfig.h"
#include "core/kconfig_paths.h"

#define STATES 24U
#define BUDGET 20000U
#define BUDGET_WIDE 100000U

const char *zol_kgoal_value(const struct zol_kgoal *g)
{
	static const char *const names[] = { "n", "m", "y" };

	return g->text ? g->text : names[g->want];
}

/* Numbers by what they are, text in its quotes. */
static bool same_text(struct zol_kconfig *k, struct zol_ksym *s, const char *raw)
{
	const char *now = zol_ksym_text(k, s);
	int base = s->type == ZOL_KT_HEX ? 16 : 10;

	if (s->type != ZOL_KT_STRING)
		return *now && strtoll(now, NULL, base) == strtoll(raw, NULL, base);
	if (*raw++ != '"')
		return false;
	for (; *raw && *raw != '"'; raw++, now++) {
		raw += *raw == '\\' && raw[1];
		if (*raw != *now)
			return false;
	}
	return !*now;
}

bool zol_kgoal_met(struct zol_kconfig *k, const struct zol_kgoal *g)
{
	zol_ksym_calc(k, g->s);
	if (g->text)
		return same_text(k, g->s, g->text);
	return g->want == ZOL_KM ? g->s->val >= ZOL_KM : g->s->val == g->want;
}

int zol_ksat_init(struct zol_ksat *sat, struct zol_kconfig *k, const struct zol_kgoal *keep, size_t nkeep,
		  struct zol_err *err)
{
	*sat = (struct zol_ksat){ .k = k, .keep = keep, .nkeep = nkeep };
	sat->kept = calloc(nkeep ? nkeep : 1, 1);
	if (!sat->kept)
		return zol_err_oom(err);
	return zol_kbounds_find(k, &sat->bounds, err);
}

void zol_ksat_free(struct zol_ksat *sat)
{
	zol_kbounds_free(&sat->bounds);
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
	j->n = 0;
	for (size_t i = 0; i < a->n; i++) {
		struct saved *sv = &j->v[j->n++];

		sv->s = a->v[i].s;
		sv->was = *sv->s;
		if (sv->s->choice)
			sv->choice_was = *sv->s->choice;
		(void)zol_kconfig_assign(k, zol_span_c(sv->s->name), zol_span_c(zol_kgoal_value(&a->v[i])), false,
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

/* The first of those that must stay met and is not, or NULL. */
static const struct zol_kgoal *broken(const struct zol_ksat *sat, const struct zol_kgoal *goal)
{
	for (size_t i = 0; i < sat->nkeep; i++)
		if (sat->kept[i] && sat->keep[i].s != goal->s && !zol_kgoal_met(sat->k, &sat->keep[i]))
			return &sat->keep[i];
	return NULL;
}

static bool works(struct zol_ksat *sat, const struct zol_kgoal *goal)
{
	sat->tried++;
	return zol_kgoal_met(sat->k, goal) && !broken(sat, goal);
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

/* The first answer goes to *ret, others to the alternatives; whether more are wanted. */
static bool take(struct search *se, const struct zol_kanswer *a, bool *found, struct zol_kanswer *ret)
{
	struct zol_ksat *sat = se->sat;

	if (!*found)
		*ret = *a;
	else
		sat->alts[sat->nalts++] = *a;
	*found = true;
	return sat->alts && sat->nalts < sat->max_alts;
}

/* Tries what leads on from a state; true when the goal was reached (in *ret). */
static bool expand(struct search *se, const struct zol_kanswer *state, struct zol_kanswer *ret)
{
	struct zol_kconfig *k = se->sat->k;
	struct zol_kpaths p = {
		.k = k, .max = se->sat->bounds.max, .wide = se->wide, .budget = se->wide ? BUDGET_WIDE : BUDGET
	};
	struct zol_ksets sets = { .n = 0 };
	struct zol_kanswer next;
	struct journal j;
	bool found = false;

	apply(k, state, &j);
	/* What the goal broke is to be mended. */
	const struct zol_kgoal *aim = zol_kgoal_met(k, &se->goal) ? broken(se->sat, &se->goal) : NULL;

	aim = aim ? aim : &se->goal;
	zol_ksym_calc(k, aim->s);
	zol_kpaths_goal(&p, aim, &sets);
	zol_karena_free(&p.arena);
	undo(k, &j);
	for (size_t i = 0; i < sets.n; i++) {
		if (!sets.v[i].n || !extend(state, &sets.v[i], &next))
			continue;
		apply(k, &next, &j);
		bool good = works(se->sat, &se->goal);

		undo(k, &j);
		if (good && !take(se, &next, &found, ret))
			return true;
		if (!good && se->n < STATES)
			se->states[se->n++] = next;
	}
	return found;
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

static bool same_answer(const struct zol_kanswer *a, const struct zol_kanswer *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		size_t at = 0;

		while (at < b->n && b->v[at].s != a->v[i].s)
			at++;
		if (at == b->n || strcmp(zol_kgoal_value(&a->v[i]), zol_kgoal_value(&b->v[at])) != 0)
			return false;
	}
	return true;
}

/* Cut down as well; those that come to the same are one. */
static void minimise_alternatives(struct zol_ksat *sat, const struct zol_kgoal *goal, const struct zol_kanswer *first)
{
	size_t n = 0;

	for (size_t i = 0; i < sat->nalts; i++) {
		bool known;

		minimise(sat, goal, &sat->alts[i]);
		known = same_answer(&sat->alts[i], first);
		for (size_t j = 0; j < n && !known; j++)
			known = same_answer(&sat->alts[i], &sat->alts[j]);
		if (!known)
			sat->alts[n++] = sat->alts[i];
	}
	sat->nalts = n;
}

static bool impossible(const struct zol_ksat *sat, const struct zol_kgoal *g)
{
	if (g->text)
		return zol_kbounds_never(sat->k, &sat->bounds, g->s, g->text);
	return sat->bounds.max[g->s->index] < g->want || (g->want == ZOL_KN && sat->bounds.min[g->s->index] > ZOL_KN);
}

enum zol_ksat_result zol_ksat_solve(struct zol_ksat *sat, struct zol_kgoal goal, struct zol_kanswer *ret)
{
	struct search se = { .sat = sat, .goal = goal };
	struct journal j;

	ret->n = 0;
	sat->nalts = 0;
	if (zol_kgoal_met(sat->k, &goal))
		return ZOL_KSAT_FOUND;
	if (impossible(sat, &goal))
		return ZOL_KSAT_IMPOSSIBLE;
	for (size_t i = 0; i < sat->nkeep; i++)
		sat->kept[i] = zol_kgoal_met(sat->k, &sat->keep[i]);
	if (!run(&se, false, ret) && !run(&se, true, ret)) {
		ret->n = 0;
		return ZOL_KSAT_NONE;
	}
	minimise(sat, &goal, ret);
	minimise_alternatives(sat, &goal, ret);
	if (!sat->dry)
		apply(sat->k, ret, &j);
	return ZOL_KSAT_FOUND;
}

const struct zol_kgoal *zol_ksat_blocker(struct zol_ksat *sat, struct zol_kgoal goal)
{
	struct zol_ksat free_of = *sat;
	const struct zol_kgoal *ret = NULL;
	struct zol_kanswer answer;
	struct journal j;

	free_of.nkeep = 0;
	free_of.dry = true;
	free_of.alts = NULL;
	if (zol_ksat_solve(&free_of, goal, &answer) != ZOL_KSAT_FOUND)
		return NULL;
	apply(sat->k, &answer, &j);
	ret = broken(sat, &goal);
	undo(sat->k, &j);
	return ret;
}
