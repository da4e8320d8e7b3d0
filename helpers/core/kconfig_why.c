/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kconfig_why.h"

#include <inttypes.h>
#include <stdarg.h>

#define DEPTH_MAX 6U    /* of symbols that block symbols */
#define ALTERNATIVES 8U /* shown of an "or", or of selectors */
#define SEEN_MAX 64U
#define CHAIN_MAX 10U
#define EXPR_MAX 200U /* bytes shown */

static const char *const tri_names[] = { "n", "m", "y" };

const char *zol_kcause_name(enum zol_kcause c)
{
	static const char *const names[] = { "met",    "stronger", "unknown",  "bad-value", "range", "promptless",
					     "hidden", "limited",  "selected", "choice",    "other" };

	return names[c];
}

void zol_kwhy_expr_text(const struct zol_kexpr *e, struct zol_str *out)
{
	size_t most = out->len + EXPR_MAX;

	zol_kexpr_text(e, out);
	if (out->len > most) {
		zol_str_truncate(out, most);
		zol_str_puts(out, " ...");
	}
}

struct walk {
	const struct zol_kwhy *w;
	struct zol_kconfig *k;
	const struct zol_ksym *seen[SEEN_MAX];
	size_t nseen;
	unsigned depth;
};

void zol_kwhy_say(const struct zol_kwhy *w, unsigned indent, const char *fmt, ...)
{
	ZOL_AUTO(str) struct zol_str line = ZOL_STR_INIT;
	va_list ap;

	for (unsigned i = 0; i < indent; i++)
		zol_str_puts(&line, "  ");
	va_start(ap, fmt);
	zol_str_vprintf(&line, fmt, ap);
	va_end(ap);
	zol_strv_add(w->lines, zol_str_c(&line));
}

static const char *file_of(const struct walk *wk, uint16_t file)
{
	return wk->k->files[file];
}

static void why_below(struct walk *wk, struct zol_ksym *s, enum zol_ktri level, unsigned indent);

static bool seen(struct walk *wk, const struct zol_ksym *s)
{
	for (size_t i = 0; i < wk->nseen; i++)
		if (wk->seen[i] == s)
			return true;
	if (wk->nseen == SEEN_MAX)
		return true;
	wk->seen[wk->nseen++] = s;
	return false;
}

static void why_expr(struct walk *wk, struct zol_kexpr *e, enum zol_ktri level, unsigned indent);

static void why_symbol(struct walk *wk, struct zol_kexpr *e, enum zol_ktri level, unsigned indent)
{
	struct zol_ksym *s = e->a;

	/* A choice only passes on what it needs itself. */
	if (s->flags & ZOL_KS_CHOICE) {
		why_below(wk, s, level, indent);
		return;
	}
	if (s == wk->k->n) {
		zol_kwhy_say(wk->w, indent, "- never [%s:%u]", file_of(wk, e->file), e->line);
		return;
	}
	zol_kwhy_say(
		wk->w, indent, "- needs %s%s (now %s) [%s:%u]", zol_ksym_label(s), level == ZOL_KY ? "" : " (m or y)",
		s->type == ZOL_KT_UNKNOWN ? "not defined" : zol_ksym_text(wk->k, s), file_of(wk, e->file), e->line);
	if (s->type == ZOL_KT_UNKNOWN)
		return;
	if (!(s->flags & ZOL_KS_CONST) && wk->depth < DEPTH_MAX && !seen(wk, s)) {
		wk->depth++;
		why_below(wk, s, level, indent + 1);
		wk->depth--;
	}
}

static void why_or(struct walk *wk, struct zol_kexpr *e, enum zol_ktri level, unsigned indent)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	unsigned n = 0;

	zol_kwhy_expr_text(e, &text);
	zol_kwhy_say(wk->w, indent, "- needs one of %s (now %s) [%s:%u]", zol_str_c(&text),
		     tri_names[zol_kexpr_value(wk->k, e)], file_of(wk, e->file), e->line);
	for (; e->op == ZOL_KO_OR && n < ALTERNATIVES; e = e->l, n++)
		why_expr(wk, e->r, level, indent + 1);
	if (n < ALTERNATIVES)
		why_expr(wk, e, level, indent + 1);
}

static void why_and(struct walk *wk, const struct zol_kexpr *e, enum zol_ktri level, unsigned indent)
{
	struct zol_kexpr *v[ZOL_KCHAIN];
	size_t n = zol_kexpr_chain(e, v);

	for (size_t i = 0; i < n && i < ZOL_KCHAIN; i++)
		why_expr(wk, v[i], level, indent);
}

/* e is below level: what would have to change. */
static void why_expr(struct walk *wk, struct zol_kexpr *e, enum zol_ktri level, unsigned indent)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	if (!e || zol_kexpr_value(wk->k, e) >= level)
		return;
	switch (e->op) {
	case ZOL_KO_AND:
		why_and(wk, e, level, indent);
		return;
	case ZOL_KO_OR:
		why_or(wk, e, level, indent);
		return;
	case ZOL_KO_SYM:
		why_symbol(wk, e, level, indent);
		return;
	default:
		zol_kexpr_text(e, &text);
		zol_kwhy_say(wk->w, indent, "- needs %s", zol_str_c(&text));
		break;
	}
	if (e->op == ZOL_KO_NOT)
		zol_kwhy_say(wk->w, indent + 1, "now %s [%s:%u]", tri_names[zol_kexpr_value(wk->k, e)],
			     file_of(wk, e->file), e->line);
	else
		zol_kwhy_say(wk->w, indent + 1, "%s is \"%s\" [%s:%u]", zol_ksym_label(e->a),
			     zol_ksym_text(wk->k, e->a), file_of(wk, e->file), e->line);
}

/* --- a symbol that is lower than it should be ----------------------------------------------------- */

/* The first selectors, and how many there are. */
static unsigned selectors(struct walk *wk, const struct zol_ksym *s, unsigned indent)
{
	unsigned n = 0;

	for (struct zol_kexpr *e = s->rev_dep; e; n++) {
		struct zol_kexpr *term = e->op == ZOL_KO_OR ? e->r : e;
		struct zol_kexpr *self = term;

		while (self->op == ZOL_KO_AND)
			self = self->l;
		if (n < ALTERNATIVES && self->a)
			zol_kwhy_say(wk->w, indent, "- selected by %s (now %s) [%s:%u]", zol_ksym_label(self->a),
				     zol_ksym_text(wk->k, self->a), file_of(wk, self->file), self->line);
		e = e->op == ZOL_KO_OR ? e->l : NULL;
	}
	if (n > ALTERNATIVES)
		zol_kwhy_say(wk->w, indent, "- and by %u more", n - ALTERNATIVES);
	return n;
}

static void promptless(struct walk *wk, struct zol_ksym *s, unsigned indent)
{
	if (s->node)
		zol_kwhy_say(wk->w, indent, "%s has no prompt [%s:%u]", zol_ksym_label(s), file_of(wk, s->node->file),
			     s->node->line);
	else
		zol_kwhy_say(wk->w, indent, "%s is defined nowhere for this ARCH", zol_ksym_label(s));
	if (!selectors(wk, s, indent + 1) && s->node)
		zol_kwhy_say(wk->w, indent + 1, "- nothing selects it");
	for (const struct zol_kprop *p = s->props; p; p = p->next)
		if (p->kind == ZOL_KP_DEFAULT && zol_kexpr_value(wk->k, p->full) == ZOL_KN) {
			zol_kwhy_say(wk->w, indent + 1, "- a default does not hold [%s:%u]", file_of(wk, p->file),
				     p->line);
			why_expr(wk, p->full, ZOL_KM, indent + 2);
		}
}

static void hidden(struct walk *wk, struct zol_ksym *s, enum zol_ktri level, unsigned indent)
{
	for (const struct zol_kprop *p = s->props; p; p = p->next) {
		if (p->kind != ZOL_KP_PROMPT)
			continue;
		zol_kwhy_say(wk->w, indent, "%s [%s:%u] %s:", s->flags & ZOL_KS_CHOICE ? "the choice" : "its prompt",
			     file_of(wk, p->file), p->line,
			     level == ZOL_KY && s->visible == ZOL_KM ? "allows only m" : "is hidden");
		why_expr(wk, p->full, level, indent + 1);
	}
}

static void why_below(struct walk *wk, struct zol_ksym *s, enum zol_ktri level, unsigned indent)
{
	zol_ksym_calc(wk->k, s);
	if (!zol_ksym_is_tri(s))
		return;
	if (s->type == ZOL_KT_BOOL)
		level = level == ZOL_KM ? ZOL_KM : ZOL_KY;
	if (!zol_ksym_has_prompt(s))
		promptless(wk, s, indent);
	else if (s->visible < level)
		hidden(wk, s, level, indent);
	else if (s->flags & ZOL_KS_MEMBER && s->choice->chosen && s->choice->chosen != s)
		zol_kwhy_say(wk->w, indent, "its choice is %s", zol_ksym_label(s->choice->chosen));
	else if (!s->has_user || s->user < level)
		zol_kwhy_say(wk->w, indent, "it can be set");
}

/* --- verdicts ------------------------------------------------------------------------------------- */

static const char *where(const struct walk *wk, const struct zol_ksym *s)
{
	const char *p = wk->w->place && s->user_line ? wk->w->place(wk->w->ctx, s->user_line) : NULL;

	return p ? p : "a default";
}

static enum zol_kcause below(struct walk *wk, struct zol_ksym *s, enum zol_ktri want)
{
	if (!zol_ksym_has_prompt(s)) {
		promptless(wk, s, 1);
		return ZOL_KC_PROMPTLESS;
	}
	if (s->visible == ZOL_KN) {
		hidden(wk, s, want, 1);
		return ZOL_KC_HIDDEN;
	}
	if ((s->flags & ZOL_KS_MEMBER) && s->choice->chosen && s->choice->chosen != s) {
		zol_kwhy_say(wk->w, 1, "its choice [%s:%u] is %s, from %s", file_of(wk, s->choice->node->file),
			     s->choice->node->line, zol_ksym_label(s->choice->chosen), where(wk, s->choice->chosen));
		return ZOL_KC_CHOICE;
	}
	if (s->visible < want) {
		hidden(wk, s, want, 1);
		return ZOL_KC_LIMITED;
	}
	zol_kwhy_say(wk->w, 1, "it can be set, but is %s from %s", zol_ksym_text(wk->k, s), where(wk, s));
	return ZOL_KC_OTHER;
}

static enum zol_kcause above(struct walk *wk, struct zol_ksym *s, enum zol_ktri want)
{
	if (s->rev > want) {
		for (struct zol_kexpr *e = s->rev_dep; e; e = e->op == ZOL_KO_OR ? e->l : NULL) {
			struct zol_kexpr *term = e->op == ZOL_KO_OR ? e->r : e, *self = term;

			while (self->op == ZOL_KO_AND)
				self = self->l;
			if (zol_kexpr_value(wk->k, term) > want && self->a)
				zol_kwhy_say(wk->w, 1, "- selected by %s (now %s, from %s) [%s:%u]",
					     zol_ksym_label(self->a), zol_ksym_text(wk->k, self->a), where(wk, self->a),
					     file_of(wk, self->file), self->line);
		}
		return ZOL_KC_SELECTED;
	}
	if ((s->flags & ZOL_KS_MEMBER) && s->choice->chosen == s) {
		zol_kwhy_say(wk->w, 1, "its choice must be made, and takes it [%s:%u]",
			     file_of(wk, s->choice->node->file), s->choice->node->line);
		return ZOL_KC_CHOICE;
	}
	for (const struct zol_kprop *p = s->props; p; p = p->next)
		if (p->kind == ZOL_KP_DEFAULT && zol_kexpr_value(wk->k, p->full) != ZOL_KN) {
			zol_kwhy_say(wk->w, 1, "a default gives it its value [%s:%u]", file_of(wk, p->file), p->line);
			break;
		}
	if (!zol_ksym_has_prompt(s)) {
		zol_kwhy_say(wk->w, 1, "it has no prompt, so that it cannot be set");
		return ZOL_KC_PROMPTLESS;
	}
	hidden(wk, s, ZOL_KM, 1);
	return ZOL_KC_HIDDEN;
}

static enum zol_kcause text_value(struct walk *wk, struct zol_ksym *s, const char *want)
{
	size_t n = strlen(want);
	bool quoted = n > 1 && want[0] == '"' && want[n - 1] == '"';
	const char *now = zol_ksym_text(wk->k, s);
	int64_t low, high;

	if (s->type == ZOL_KT_STRING) {
		if (quoted && strlen(now) == n - 2 && memcmp(now, want + 1, n - 2) == 0)
			return ZOL_KC_MET;
		if (!quoted) {
			zol_kwhy_say(wk->w, 1, "it is text: write \"%s\" with the quotes, or it is lost", want);
			return ZOL_KC_BAD_VALUE;
		}
	} else if (strcmp(now, want) == 0) {
		return ZOL_KC_MET;
	} else if (strspn(want, "-0123456789abcdefABCDEFxX") != n) {
		zol_kwhy_say(wk->w, 1, "it is a number%s", s->type == ZOL_KT_HEX ? " in hexadecimal" : "");
		return ZOL_KC_BAD_VALUE;
	}
	if (!zol_ksym_has_prompt(s)) {
		promptless(wk, s, 1);
		return ZOL_KC_PROMPTLESS;
	}
	if (s->visible == ZOL_KN) {
		hidden(wk, s, ZOL_KM, 1);
		return ZOL_KC_HIDDEN;
	}
	if (zol_ksym_range(wk->k, s, &low, &high)) {
		zol_kwhy_say(wk->w, 1, "its range is %" PRId64 " to %" PRId64 "; what lies outside is %s", low, high,
			     wk->k->choices == 1 ? "forgotten" : "cut to it");
		return ZOL_KC_RANGE;
	}
	return ZOL_KC_OTHER;
}

enum zol_kcause zol_kwhy(const struct zol_kwhy *w, const char *name, const char *want)
{
	struct walk wk = { .w = w, .k = w->k };
	struct zol_ksym *s = zol_kconfig_find(w->k, name);

	if (!s || !(s->flags & ZOL_KS_DEFINED))
		return strcmp(want, "n") == 0 ? ZOL_KC_MET : ZOL_KC_UNKNOWN;
	zol_ksym_calc(w->k, s);
	wk.seen[wk.nseen++] = s;
	if (!zol_ksym_is_tri(s))
		return text_value(&wk, s, want);
	const char *at = want[0] && !want[1] ? strchr("nmy", want[0]) : NULL;

	if (!at || (*at == 'm' && s->type == ZOL_KT_BOOL)) {
		zol_kwhy_say(w, 1, "it is a %s: it can be %s", s->type == ZOL_KT_BOOL ? "bool" : "tristate",
			     s->type == ZOL_KT_BOOL ? "y or n, \"m\" is lost" : "y, m or n");
		return ZOL_KC_BAD_VALUE;
	}
	enum zol_ktri v = *at == 'n' ? ZOL_KN : *at == 'm' ? ZOL_KM : ZOL_KY;

	if (s->val == v)
		return ZOL_KC_MET;
	if (v == ZOL_KM && s->val == ZOL_KY && zol_ksym_type(w->k, s) == ZOL_KT_TRISTATE)
		return ZOL_KC_STRONGER;
	return s->val < v ? below(&wk, s, v) : above(&wk, s, v);
}

void zol_kwhy_state(const struct zol_kwhy *w, struct zol_ksym *s)
{
	static const char *const types[] = { "unknown", "bool", "tristate", "int", "hex", "string" };
	struct walk wk = { .w = w, .k = w->k };
	const char *now = zol_ksym_text(w->k, s);

	zol_kwhy_say(w, 0, "%s is \"%s\", a %s", zol_ksym_label(s), now, types[s->type]);
	for (const struct zol_kmenu *m = s->node; m; m = m->same)
		zol_kwhy_say(w, 1, "defined [%s:%u]%s%s%s", file_of(&wk, m->file), m->line, m->prompt ? " \"" : "",
			     m->prompt ? m->prompt->text : " without a prompt", m->prompt ? "\"" : "");
	if (s->has_user && s->visible != ZOL_KN)
		zol_kwhy_say(w, 1, "set by %s", where(&wk, s));
	else if (s->has_user)
		zol_kwhy_say(w, 1, "set by %s, which is lost: it is not shown", where(&wk, s));
	if (zol_ksym_is_tri(s) && s->rev != ZOL_KN)
		(void)above(&wk, s, ZOL_KN);
}

/* --- what can never hold together ------------------------------------------------------------------ */

static struct zol_ksym *forced(struct walk *wk, struct zol_ksym *s, unsigned depth)
{
	if (depth > CHAIN_MAX)
		return NULL;
	for (struct zol_kexpr *e = s->rev_dep; e; e = e->op == ZOL_KO_OR ? e->l : NULL) {
		struct zol_kexpr *self = e->op == ZOL_KO_OR ? e->r : e;

		while (self->op == ZOL_KO_AND)
			self = self->l;
		struct zol_ksym *by = self->a;

		if (!by || zol_kexpr_value(wk->k, e->op == ZOL_KO_OR ? e->r : e) != ZOL_KY)
			continue;
		bool plain = false;

		for (const struct zol_kprop *p = by->props; p; p = p->next)
			plain |= p->kind == ZOL_KP_SELECT && p->value->a == s && !p->cond;
		struct zol_ksym *root = !plain                                              ? NULL :
					by->user_line && by->has_user && by->user == ZOL_KY ? by :
											      forced(wk, by, depth + 1);

		if (root) {
			zol_kwhy_say(wk->w, 1, "- %s selects %s [%s:%u]", zol_ksym_label(by), zol_ksym_label(s),
				     file_of(wk, self->file), self->line);
			return root;
		}
	}
	return NULL;
}

struct zol_ksym *zol_kwhy_forced(const struct zol_kwhy *w, struct zol_ksym *s)
{
	struct walk wk = { .w = w, .k = w->k };

	zol_ksym_calc(w->k, s);
	return forced(&wk, s, 0);
}
