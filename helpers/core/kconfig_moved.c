/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kconfig_moved.h"

#include <stdlib.h>

#include "base/room.h"

#define FEW_WORDS 3U  /* shorter prompts ("lz4") are the same by chance */
#define HELP_WORDS 8U /* so are shorter helps */
#define NAME_WORDS 16U

void zol_kmoveds_free(struct zol_kmoveds *m)
{
	free(m->v);
	*m = (struct zol_kmoveds){ 0 };
}

void zol_kmoved_text(unsigned same, struct zol_str *out)
{
	static const char *const names[] = { "prompt", "help", "file", "directory", "place", "name", "type" };
	const char *blank = "";

	for (size_t i = 0; i < ZOL_COUNT(names); i++) {
		if (!(same & (1U << i)))
			continue;
		zol_str_printf(out, "%s%s", blank, names[i]);
		blank = " ";
	}
}

/* --- what is known of a symbol --------------------------------------------------------------------- */

struct trait {
	const struct zol_ksym *s;
	const char *prompt, *before, *after; /* neighbours in the tree, NULL: none */
	struct zol_span file, dir;
	uint64_t help; /* 0: none, or a short one */
	unsigned words;
};

struct traits {
	struct trait *v;
	size_t n;
};

static void traits_free(struct traits *t)
{
	free(t->v);
}
ZOL_CLEANUP_STRUCT(traits, struct traits, traits_free);

static bool is_defined(const struct zol_kconfig *k, const char *name)
{
	const struct zol_ksym *s = zol_kconfig_find(k, name);

	return s && (s->flags & ZOL_KS_DEFINED);
}

static unsigned count_words(const char *text)
{
	struct zol_span rest = zol_span_c(text), word;
	unsigned n = 0;

	while (zol_span_field(&rest, " \t", &word))
		n++;
	return n;
}

/* The lines of a symbol's help, whatever their indent, as one number. */
static uint64_t help_of(struct zol_span text, uint32_t line_number)
{
	struct zol_span line = { 0 }, word;
	uint64_t hash = ZOL_FNV_SEED;
	unsigned words = 0;
	bool inside = false;

	for (uint32_t i = 0; i < line_number; i++)
		if (!zol_span_line(&text, &line))
			return 0;
	while (zol_span_line(&text, &line)) {
		if (line.len && line.ptr[0] != ' ' && line.ptr[0] != '\t')
			break; /* the next entry */
		struct zol_span trimmed = zol_span_trim(line);

		if (!inside) {
			inside = zol_span_eq(trimmed, "help") || zol_span_eq(trimmed, "---help---");
			continue;
		}
		while (zol_span_field(&trimmed, " \t", &word)) {
			hash = zol_fnv64(hash, word.ptr, word.len);
			hash = zol_fnv64(hash, " ", 1);
			words++;
		}
	}
	return words >= HELP_WORDS ? hash : 0;
}

struct order {
	const char **before, **after; /* by index of symbol */
	const struct zol_ksym *last;
};

static void walk(struct order *o, const struct zol_kmenu *m)
{
	for (const struct zol_kmenu *c = m->first; c; c = c->next) {
		if (c->sym && c->sym->name && c->sym->node == c) {
			if (o->last) {
				o->before[c->sym->index] = o->last->name;
				o->after[o->last->index] = c->sym->name;
			}
			o->last = c->sym;
		}
		walk(o, c);
	}
}

static void set_place(struct trait *t, const char *file)
{
	const char *slash = strrchr(file, '/');

	t->file = zol_span_c(file);
	t->dir = zol_span(file, slash ? (size_t)(slash - file) : 0);
}

/* Symbols with a name that the other tree does not define. */
static int collect(const struct zol_kconfig *k, const struct zol_kconfig *other, const struct order *o,
		   struct traits *ret, struct zol_err *err)
{
	ret->v = calloc(k->nsyms + 1, sizeof(*ret->v));
	if (!ret->v)
		return zol_err_oom(err);
	for (size_t i = 0; i < k->nsyms; i++) {
		const struct zol_ksym *s = k->syms[i];

		if (!s->name || !s->node || !(s->flags & ZOL_KS_DEFINED) || is_defined(other, s->name))
			continue;
		struct trait *t = &ret->v[ret->n++];

		*t = (struct trait){ .s = s, .before = o->before[i], .after = o->after[i] };
		for (const struct zol_kprop *p = s->props; p && !t->prompt; p = p->next)
			t->prompt = p->kind == ZOL_KP_PROMPT ? p->text : NULL;
		t->words = t->prompt ? count_words(t->prompt) : 0;
		set_place(t, k->files[s->node->file]);
	}
	return 0;
}

/* Each file is read once. */
static int read_helps(const struct zol_kconfig *k, struct traits *t, struct zol_err *err)
{
	for (size_t f = 0; f < k->nfiles; f++) {
		ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
		bool have = false;

		for (size_t i = 0; i < t->n; i++) {
			if (t->v[i].s->node->file != f)
				continue;
			int rc = have ? 0 : k->io->read(k->io->ctx, k->files[f], &text, err);

			if (rc < 0)
				return rc;
			have = true;
			t->v[i].help = help_of(zol_span_str(&text), t->v[i].s->node->line);
		}
	}
	return 0;
}

static int describe(struct zol_kconfig *k, const struct zol_kconfig *other, struct traits *ret, struct zol_err *err)
{
	ZOL_AUTO(free) const char **before = calloc(k->nsyms + 1, sizeof(*before));
	ZOL_AUTO(free) const char **after = calloc(k->nsyms + 1, sizeof(*after));
	struct order o = { before, after, NULL };

	if (!before || !after)
		return zol_err_oom(err);
	walk(&o, &k->root);
	int rc = collect(k, other, &o, ret, err);

	return rc < 0 ? rc : read_helps(k, ret, err);
}

/* --- comparing ------------------------------------------------------------------------------------- */

static bool has_word(struct zol_span name, struct zol_span word)
{
	struct zol_span w;

	while (zol_span_field(&name, "_", &w))
		if (zol_span_same(w, word))
			return true;
	return false;
}

/* How many words of a are in b, and how many a has. */
static unsigned common(const char *a, const char *b, unsigned *ret_all)
{
	struct zol_span rest = zol_span_c(a), word;
	unsigned n = 0;

	*ret_all = 0;
	while (*ret_all < NAME_WORDS && zol_span_field(&rest, "_", &word)) {
		n += has_word(zol_span_c(b), word);
		++*ret_all;
	}
	return n;
}

static unsigned name_score(const char *a, const char *b, unsigned *same)
{
	unsigned na, nb, shared = common(a, b, &na);
	unsigned back = common(b, a, &nb);

	if ((shared == na || back == nb) && shared) {
		*same |= ZOL_KMOVED_NAME;
		return 20;
	}
	return na + nb ? 10 * (shared + back) / (na + nb) : 0;
}

static bool same_text(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static unsigned compare_traits(const struct trait *a, const struct trait *b, unsigned *same)
{
	unsigned score = 0;

	*same = 0;
	if (same_text(a->prompt, b->prompt)) {
		*same |= ZOL_KMOVED_PROMPT;
		score += a->words >= FEW_WORDS ? 55 : 15;
	}
	if (a->help && a->help == b->help) {
		*same |= ZOL_KMOVED_HELP;
		score += 40;
	}
	if (zol_span_same(a->file, b->file)) {
		*same |= ZOL_KMOVED_FILE;
		score += 15;
	} else if (zol_span_same(a->dir, b->dir)) {
		*same |= ZOL_KMOVED_DIR;
		score += 10;
	}
	if (same_text(a->before, b->before) || same_text(a->after, b->after)) {
		*same |= ZOL_KMOVED_PLACE;
		score += same_text(a->before, b->before) && same_text(a->after, b->after) ? 20 : 10;
	}
	if (a->s->type == b->s->type) {
		*same |= ZOL_KMOVED_TYPE;
		score += 5;
	}
	/* Names alone are no reason. */
	return score < 15 ? 0 : score + name_score(a->s->name, b->s->name, same);
}

static bool better(const struct zol_kmoved *a, const struct zol_kmoved *b)
{
	if (a->score != b->score)
		return a->score > b->score;
	int c = strcmp(a->from->name, b->from->name);

	return c ? c < 0 : strcmp(a->to->name, b->to->name) < 0;
}

static int by_score(const void *a, const void *b)
{
	return better(a, b) ? -1 : 1;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct zol_kmoved *)a)->from->name, ((const struct zol_kmoved *)b)->from->name);
}

/* All pairs that are possible; each old name has few. */
static int pairs(const struct traits *old, const struct traits *new, struct zol_kmoveds *ret, struct zol_err *err)
{
	size_t cap = 0;

	for (size_t i = 0; i < old->n; i++) {
		for (size_t j = 0; j < new->n; j++) {
			unsigned same, score = compare_traits(&old->v[i], &new->v[j], &same);
			struct zol_kmoved *v;

			if (score < ZOL_KMOVED_POSSIBLE)
				continue;
			v = zol_room(ret->v, &cap, ret->len + 1, sizeof(*v));
			if (!v)
				return zol_err_oom(err);
			ret->v = v;
			v[ret->len++] = (struct zol_kmoved){ old->v[i].s, new->v[j].s, score, same };
		}
	}
	return 0;
}

/* The best pair first; what has found its partner is out of the race. */
static int marry(size_t nold, size_t nnew, struct zol_kmoveds *m, struct zol_err *err)
{
	ZOL_AUTO(free) bool *old_taken = calloc(nold + 1, sizeof(bool));
	ZOL_AUTO(free) bool *new_taken = calloc(nnew + 1, sizeof(bool));
	size_t n = 0;

	if (!old_taken || !new_taken)
		return zol_err_oom(err);
	if (m->len)
		qsort(m->v, m->len, sizeof(*m->v), by_score);
	for (size_t i = 0; i < m->len; i++) {
		const struct zol_kmoved p = m->v[i];

		if (old_taken[p.from->index] || new_taken[p.to->index])
			continue;
		old_taken[p.from->index] = new_taken[p.to->index] = true;
		m->v[n++] = p;
	}
	m->len = n;
	if (n)
		qsort(m->v, n, sizeof(*m->v), by_name);
	return 0;
}

int zol_kmoveds_find(struct zol_kconfig *from, struct zol_kconfig *to, struct zol_kmoveds *ret, struct zol_err *err)
{
	ZOL_AUTO(traits) struct traits old = { 0 };
	ZOL_AUTO(traits) struct traits new = { 0 };
	int rc = describe(from, to, &old, err);

	if (rc == 0)
		rc = describe(to, from, &new, err);
	if (rc == 0)
		rc = pairs(&old, &new, ret, err);
	return rc == 0 ? marry(from->nsyms, to->nsyms, ret, err) : rc;
}
