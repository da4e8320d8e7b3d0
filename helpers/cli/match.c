/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/match.h"

#include "cli/parse.h"

/* One name that could be meant. */
struct candidate {
	const char *name;
	bool hidden;
	const struct zol_module *module;
	const struct zol_action *action;
};

struct candidates {
	struct candidate *v;
	size_t len;
};

ZOL_CLEANUP_PTR(candidates, struct candidate *, free);

static size_t count_first(const struct zol_table *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->nmodules; i++)
		n += t->modules[i]->name[0] ? 1 : t->modules[i]->nactions;
	return n;
}

static void add_actions(struct candidates *c, const struct zol_module *m)
{
	for (size_t i = 0; i < m->nactions; i++)
		c->v[c->len++] = (struct candidate){ .name = m->actions[i].name,
						     .hidden = (m->actions[i].flags & ZOL_ACT_HIDDEN) != 0,
						     .module = m,
						     .action = &m->actions[i] };
}

/* What is looked for: a first word of a command (m is NULL), or an action of m. */
struct wanted {
	const struct zol_table *t;
	const struct zol_module *m;
	const char *word;
};

static int refuse(const struct candidates *c, const struct wanted *w, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str shown = ZOL_STR_INIT;
	ZOL_AUTO(free) const char **names = calloc(c->len + 1, sizeof(*names));
	const char *near = NULL;
	size_t n = 0;

	for (size_t i = 0; names && i < c->len; i++)
		if (!c->v[i].hidden)
			names[n++] = c->v[i].name;
	if (names)
		near = zol_nearest(w->word, names, n);
	zol_cli_quote(&shown, w->word);
	zol_err_set(err, ZOL_USAGE, 0, "no %s%s '%s'", w->m ? w->m->name : "module", w->m ? " action" : "",
		    zol_str_c(&shown));
	if (near)
		return zol_err_hint(err, "did you mean '%s'?", near);
	return zol_err_hint(err, "see '%s%s%s --help'", w->t->program, w->m ? " " : "", w->m ? w->m->name : "");
}

static int ambiguous(const struct candidates *c, const struct wanted *w, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str list = ZOL_STR_INIT;
	size_t len = strlen(w->word);

	for (size_t i = 0; i < c->len; i++)
		if (!c->v[i].hidden && strncmp(c->v[i].name, w->word, len) == 0)
			zol_str_printf(&list, "%s%s", list.len ? ", " : "", c->v[i].name);
	return zol_err_set(err, ZOL_USAGE, 0, "%s%s '%s' is ambiguous: %s", w->m ? w->m->name : "module",
			   w->m ? " action" : "", w->word, zol_str_c(&list));
}

/* The one that the word means, or NULL with err set. */
static const struct candidate *find(const struct candidates *c, const struct wanted *w, struct zol_err *err)
{
	const struct candidate *found = NULL;
	size_t len = strlen(w->word), n = 0;

	for (size_t i = 0; i < c->len; i++) {
		if (strcmp(c->v[i].name, w->word) == 0)
			return &c->v[i];
		if (len && !c->v[i].hidden && strncmp(c->v[i].name, w->word, len) == 0) {
			found = &c->v[i];
			n++;
		}
	}
	if (n == 1)
		return found;
	if (n > 1)
		ambiguous(c, w, err);
	else
		refuse(c, w, err);
	return NULL;
}

int zol_match_first(const struct zol_table *t, const char *word, const struct zol_module **ret_module,
		    const struct zol_action **ret_action, struct zol_err *err)
{
	ZOL_AUTO(candidates) struct candidate *v = calloc(count_first(t) + 1, sizeof(*v));
	const struct wanted wanted = { .t = t, .word = word };
	struct candidates c = { .v = v, .len = 0 };
	const struct candidate *found;

	if (!v)
		return zol_err_oom(err);
	for (size_t i = 0; i < t->nmodules; i++) {
		const struct zol_module *m = t->modules[i];

		if (m->name[0])
			c.v[c.len++] = (struct candidate){ .name = m->name, .module = m };
		else
			add_actions(&c, m);
	}
	found = find(&c, &wanted, err);
	if (!found)
		return -(int)err->code;
	*ret_module = found->module;
	*ret_action = found->action;
	return 0;
}

int zol_match_action(const struct zol_table *t, const struct zol_module *m, const char *word,
		     const struct zol_action **ret, struct zol_err *err)
{
	ZOL_AUTO(candidates) struct candidate *v = calloc(m->nactions + 1, sizeof(*v));
	const struct wanted wanted = { .t = t, .m = m, .word = word };
	struct candidates c = { .v = v, .len = 0 };
	const struct candidate *found;

	if (!v)
		return zol_err_oom(err);
	add_actions(&c, m);
	found = find(&c, &wanted, err);
	if (!found)
		return -(int)err->code;
	*ret = found->action;
	return 0;
}

static const struct zol_opt *by_name(const struct zol_opt *opts, size_t n, const char *name, size_t len)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(opts[i].name, name, len) == 0 && !opts[i].name[len])
			return &opts[i];
	return NULL;
}

const struct zol_opt *zol_match_long(const struct zol_action *a, const char *name, size_t name_len, bool *ret_global)
{
	const struct zol_opt *globals, *found = a ? by_name(a->opts, a->nopts, name, name_len) : NULL;
	size_t n;

	*ret_global = !found;
	if (found)
		return found;
	globals = zol_cli_global_opts(&n);
	return by_name(globals, n, name, name_len);
}

static const struct zol_opt *by_letter(const struct zol_opt *opts, size_t n, char letter)
{
	for (size_t i = 0; i < n; i++)
		if (opts[i].letter == letter)
			return &opts[i];
	return NULL;
}

const struct zol_opt *zol_match_letter(const struct zol_action *a, char letter, bool *ret_global)
{
	const struct zol_opt *globals, *found = NULL;
	size_t n;

	*ret_global = false;
	if (!letter)
		return NULL;
	if (a)
		found = by_letter(a->opts, a->nopts, letter);
	*ret_global = !found;
	if (found)
		return found;
	globals = zol_cli_global_opts(&n);
	return by_letter(globals, n, letter);
}

const char *zol_match_nearest_opt(const struct zol_action *a, const char *name)
{
	size_t nglobals, nopts = a ? a->nopts : 0, n = 0;
	const struct zol_opt *globals = zol_cli_global_opts(&nglobals);
	ZOL_AUTO(free) const char **names = calloc(nopts + nglobals, sizeof(*names));

	if (!names)
		return NULL;
	for (size_t i = 0; i < nopts; i++)
		names[n++] = a->opts[i].name;
	for (size_t i = 0; i < nglobals; i++)
		names[n++] = globals[i].name;
	return zol_nearest(name, names, n);
}
