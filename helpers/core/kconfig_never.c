/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kconfig_never.h"

#define DEPTH_MAX 8U    /* of symbols that need symbols */
#define ALTERNATIVES 8U /* shown of an "or" */
#define SEEN_MAX 64U

struct proof {
	const struct zol_kwhy *w;
	const struct zol_kbounds *b;
	const struct zol_kconfig *k;
	const struct zol_ksym *seen[SEEN_MAX];
	size_t nseen;
	unsigned depth;
};

static bool enter(struct proof *p, const struct zol_ksym *s)
{
	if ((s->flags & ZOL_KS_CONST) || p->depth == DEPTH_MAX || p->nseen == SEEN_MAX)
		return false;
	for (size_t i = 0; i < p->nseen; i++)
		if (p->seen[i] == s)
			return false;
	p->seen[p->nseen++] = s;
	p->depth++;
	return true;
}

static const char *file_of(const struct proof *p, uint16_t file)
{
	return p->k->files[file];
}

static bool can(const struct proof *p, const struct zol_kexpr *e, enum zol_ktri level)
{
	return zol_kbounds_high(p->k, p->b, e) >= level;
}

static void too_low(struct proof *p, const struct zol_ksym *s, enum zol_ktri level, unsigned indent);
static void too_high(struct proof *p, const struct zol_ksym *s, unsigned indent);
static void expr(struct proof *p, const struct zol_kexpr *e, enum zol_ktri level, unsigned indent);

/* --- conditions ----------------------------------------------------------------------------------- */

static void one_symbol(struct proof *p, const struct zol_kexpr *e, enum zol_ktri level, unsigned indent)
{
	const struct zol_ksym *s = e->a;

	if (s->flags & ZOL_KS_CONST) {
		zol_kwhy_say(p->w, indent, "- never%s [%s:%u]", s == p->k->m ? " more than m" : "", file_of(p, e->file),
			     e->line);
		return;
	}
	zol_kwhy_say(p->w, indent, "- needs %s%s [%s:%u]%s", zol_ksym_label(s),
		     level == ZOL_KY && p->b->max[s->index] == ZOL_KM ? "=y" : "", file_of(p, e->file), e->line,
		     s->type == ZOL_KT_UNKNOWN ? ", which is defined nowhere for this ARCH" : "");
	if (zol_ksym_is_tri(s) && enter(p, s)) {
		too_low(p, s, level, indent + 1);
		p->depth--;
	}
}

static void either(struct proof *p, const struct zol_kexpr *e, enum zol_ktri level, unsigned indent)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	unsigned n = 0;

	zol_kwhy_expr_text(e, &text);
	zol_kwhy_say(p->w, indent, "- needs one of %s [%s:%u]", zol_str_c(&text), file_of(p, e->file), e->line);
	for (; e->op == ZOL_KO_OR && n < ALTERNATIVES; e = e->l, n++)
		expr(p, e->r, level, indent + 1);
	if (n < ALTERNATIVES)
		expr(p, e, level, indent + 1);
}

/* Of a conjunction; one of them cannot. */
static const struct zol_kexpr *first_that_cannot(const struct proof *p, const struct zol_kexpr *e, enum zol_ktri level)
{
	const struct zol_kexpr *first = e->r;

	for (; e->op == ZOL_KO_AND; e = e->l)
		if (!can(p, e->r, level))
			first = e->r;
	return can(p, e, level) ? first : e;
}

static void expr(struct proof *p, const struct zol_kexpr *e, enum zol_ktri level, unsigned indent)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	switch (e->op) {
	case ZOL_KO_AND:
		expr(p, first_that_cannot(p, e, level), level, indent);
		return;
	case ZOL_KO_OR:
		either(p, e, level, indent);
		return;
	case ZOL_KO_SYM:
		one_symbol(p, e, level, indent);
		return;
	default:
		zol_kexpr_text(e, &text);
		zol_kwhy_say(p->w, indent, "- needs %s, which can never hold [%s:%u]", zol_str_c(&text),
			     file_of(p, e->file), e->line);
		break;
	}
	const struct zol_ksym *s = e->op != ZOL_KO_NOT ? e->a : e->l->op == ZOL_KO_SYM ? e->l->a : NULL;

	if (!s || !zol_ksym_is_tri(s) || !enter(p, s))
		return;
	if (p->b->min[s->index] > ZOL_KN)
		too_high(p, s, indent + 1);
	else if (p->b->max[s->index] < ZOL_KY)
		too_low(p, s, p->b->max[s->index] + 1, indent + 1);
	p->depth--;
}

/* --- a symbol that can never be as high ----------------------------------------------------------- */

/* self: the symbol that gives, the first part of its term; the rest is its condition. */
static void giver(struct proof *p, const struct zol_kexpr *term, const struct zol_kexpr *self, const char *how,
		  enum zol_ktri level, unsigned indent)
{
	bool itself = !can(p, self, level);

	zol_kwhy_say(p->w, indent, "- %s by %s [%s:%u], which can never be%s", how, zol_ksym_label(self->a),
		     file_of(p, self->file), self->line, itself ? "" : " with its condition");
	if (!itself) {
		expr(p, term, level, indent + 1);
	} else if (enter(p, self->a)) {
		too_low(p, self->a, level, indent + 1);
		p->depth--;
	}
}

/* The terms of a disjunction of what selects or implies it; how many there are. */
static unsigned givers(struct proof *p, const struct zol_kexpr *e, const char *how, enum zol_ktri level,
		       unsigned indent)
{
	unsigned n = 0;

	for (; e; n++) {
		const struct zol_kexpr *term = e->op == ZOL_KO_OR ? e->r : e, *self = term;

		while (self->op == ZOL_KO_AND)
			self = self->l;
		if (n < ALTERNATIVES && self->a)
			giver(p, term, self, how, level, indent);
		e = e->op == ZOL_KO_OR ? e->l : NULL;
	}
	if (n > ALTERNATIVES)
		zol_kwhy_say(p->w, indent, "- and by %u more, which can never be either", n - ALTERNATIVES);
	return n;
}

static void given(struct proof *p, const struct zol_ksym *s, enum zol_ktri level, unsigned indent)
{
	for (const struct zol_kprop *d = s->props; d; d = d->next) {
		if (d->kind != ZOL_KP_DEFAULT)
			continue;
		zol_kwhy_say(p->w, indent, "- its default cannot be enough [%s:%u]", file_of(p, d->file), d->line);
		expr(p, can(p, d->full, level) ? d->value : d->full, level, indent + 1);
	}
}

static void prompts(struct proof *p, const struct zol_ksym *s, enum zol_ktri level, unsigned indent)
{
	for (const struct zol_kprop *q = s->props; q; q = q->next) {
		if (q->kind != ZOL_KP_PROMPT)
			continue;
		zol_kwhy_say(p->w, indent,
			     "%s can never be %s [%s:%u]:", s->flags & ZOL_KS_CHOICE ? "the choice" : "its prompt",
			     can(p, q->full, ZOL_KM) ? "more than m" : "shown", file_of(p, q->file), q->line);
		expr(p, q->full, level, indent + 1);
	}
	if (!zol_ksym_has_prompt(s) && s->node)
		zol_kwhy_say(p->w, indent, "%s has no prompt [%s:%u]", zol_ksym_label(s), file_of(p, s->node->file),
			     s->node->line);
}

static void too_low(struct proof *p, const struct zol_ksym *s, enum zol_ktri level, unsigned indent)
{
	unsigned n;

	/* m of what a bool depends on counts as y. */
	level = s->type == ZOL_KT_BOOL ? ZOL_KM : level;
	prompts(p, s, level, indent);
	if (s->flags & ZOL_KS_CHOICE)
		return;
	n = givers(p, s->rev_dep, "selected", level, indent + 1);
	n += givers(p, s->implied, "implied", level, indent + 1);
	if (!n && !zol_ksym_has_prompt(s))
		zol_kwhy_say(p->w, indent + 1, "- nothing selects it");
	given(p, s, level, indent + 1);
}

/* --- a symbol that is never off -------------------------------------------------------------------- */

static void too_high(struct proof *p, const struct zol_ksym *s, unsigned indent)
{
	for (const struct zol_kexpr *e = s->rev_dep; e; e = e->op == ZOL_KO_OR ? e->l : NULL) {
		const struct zol_kexpr *term = e->op == ZOL_KO_OR ? e->r : e, *self = term;

		if (zol_kbounds_low(p->k, p->b, term) == ZOL_KN)
			continue;
		while (self->op == ZOL_KO_AND)
			self = self->l;
		zol_kwhy_say(p->w, indent, "- %s always selects %s [%s:%u]", zol_ksym_label(self->a), zol_ksym_label(s),
			     file_of(p, self->file), self->line);
		if (enter(p, self->a)) {
			too_high(p, self->a, indent + 1);
			p->depth--;
		}
		return;
	}
	for (const struct zol_kprop *d = s->props; d; d = d->next)
		if (d->kind == ZOL_KP_DEFAULT && zol_kbounds_low(p->k, p->b, d->full) > ZOL_KN) {
			zol_kwhy_say(p->w, indent, "%s has no prompt, and a default that always holds [%s:%u]",
				     zol_ksym_label(s), file_of(p, d->file), d->line);
			return;
		}
}

/* --- int, hex and string --------------------------------------------------------------------------- */

static void range(struct proof *p, const struct zol_ksym *s, const struct zol_kprop *r)
{
	const struct zol_ksym *a = r->value->a, *b = r->value->b;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	int base = s->type == ZOL_KT_HEX ? 16 : 10;
	long long v;

	zol_str_printf(&text, "its range is %s to %s", a->name, b->name);
	if (r->cond) {
		zol_str_puts(&text, " if ");
		zol_kwhy_expr_text(r->cond, &text);
	}
	if (a->type != ZOL_KT_UNKNOWN && zol_kbounds_end(a, base, false, &v))
		zol_str_printf(&text, base == 16 ? ", at least 0x%llx" : ", at least %lld", v);
	if (b->type != ZOL_KT_UNKNOWN && zol_kbounds_end(b, base, true, &v))
		zol_str_printf(&text, base == 16 ? ", at most 0x%llx" : ", at most %lld", v);
	zol_kwhy_say(p->w, 1, "%s [%s:%u]", zol_str_c(&text), file_of(p, r->file), r->line);
}

static void text(struct proof *p, const struct zol_ksym *s, const char *want)
{
	bool settable = false, any = false;

	for (const struct zol_kprop *q = s->props; q; q = q->next) {
		settable |= q->kind == ZOL_KP_PROMPT && can(p, q->full, ZOL_KM);
		any |= q->kind == ZOL_KP_DEFAULT;
	}
	if (!settable) {
		prompts(p, s, ZOL_KM, 1);
		zol_kwhy_say(p->w, 1, any ? "no default gives it %s" : "no default gives it %s: it has none", want);
		return;
	}
	for (const struct zol_kprop *q = s->props; q; q = q->next) {
		if (q->kind == ZOL_KP_RANGE)
			range(p, s, q);
	}
}

void zol_kwhy_never(const struct zol_kwhy *w, const struct zol_kbounds *b, struct zol_ksym *s, const char *want)
{
	struct proof p = { .w = w, .b = b, .k = w->k, .seen = { s }, .nseen = 1 };

	if (!zol_ksym_is_tri(s))
		text(&p, s, want);
	else if (strcmp(want, "n") == 0)
		too_high(&p, s, 1);
	else
		too_low(&p, s, *want == 'm' ? ZOL_KM : ZOL_KY, 1);
}
