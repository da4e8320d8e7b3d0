/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kconfig_sets.h"

#define COST_SETTING 10U
#define COST_LOWERED 15U /* more, when the user asked for something else */
#define COST_SELECTS 12U /* counted at most: what a setting selects in its turn */

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

void zol_ksets_put_empty(struct zol_ksets *to)
{
	const struct zol_kcand none = { .n = 0, .cost = 0 };

	put(to, &none);
}

static uint16_t cost_of(const struct zol_kgoal *g)
{
	unsigned cost = COST_SETTING, selects = 0;

	if (g->text)
		return (uint16_t)(cost + (g->s->has_user && g->s->user_line ? COST_LOWERED : 0));
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

		if (o->s == g.s && g.text)
			return strcmp(o->text, g.text) == 0;
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

void zol_ksets_cross(const struct zol_ksets *a, const struct zol_ksets *b, struct zol_ksets *to)
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

void zol_ksets_join_some(const struct zol_ksets *from, size_t most, struct zol_ksets *to)
{
	for (size_t i = 0; i < from->n && i < most; i++)
		put(to, &from->v[i]);
}

void zol_ksets_join(const struct zol_ksets *from, struct zol_ksets *to)
{
	zol_ksets_join_some(from, from->n, to);
}

/* from, each with one more setting. */
void zol_ksets_with(const struct zol_ksets *from, struct zol_kgoal g, struct zol_ksets *to)
{
	for (size_t i = 0; i < from->n; i++) {
		struct zol_kcand c = from->v[i];

		if (add(&c, g))
			put(to, &c);
	}
}
