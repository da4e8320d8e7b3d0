/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/rows.h"
#include "cmd/kernel_common.h"
#include "core/kconfig_dotconfig.h"
#include "core/kconfig_never.h"
#include "core/kconfig_satisfy.h"

#define ALTERNATIVES 3U

void zol_kernel_added_free(struct zol_kernel_added *a)
{
	zol_strv_free(&a->settings);
	zol_strv_free(&a->for_what);
	zol_strv_free(&a->alternatives);
	zol_strv_free(&a->alternative_to);
	zol_strv_free(&a->unreached);
}

/* Lists that belong together: one that lost an entry must not be read beside the others. */
static int whole(const struct zol_kernel_added *a, struct zol_err *err)
{
	const struct zol_strv *const all[] = { &a->settings, &a->for_what, &a->alternatives, &a->alternative_to,
					       &a->unreached };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < ZOL_COUNT(all); i++)
		rc = zol_strv_check(all[i], err);
	return rc;
}

/* A request as a goal; false for what is no value of a symbol of this tree. */
static bool goal_of(const struct zol_kconfig *k, const struct zol_kset *set, struct zol_kgoal *ret)
{
	struct zol_ksym *s = zol_kconfig_find(k, set->name);

	if (!s || !(s->flags & ZOL_KS_DEFINED) || !zol_kconfig_valid(s, zol_span_c(set->value)))
		return false;
	bool tri = zol_ksym_is_tri(s);
	char c = set->value[0];

	*ret = (struct zol_kgoal){ s,
				   !tri     ? ZOL_KY :
				   c == 'n' ? ZOL_KN :
				   c == 'm' ? ZOL_KM :
					      ZOL_KY,
				   tri ? NULL : set->value };
	return true;
}

/* A text of ours where the tree wants any. */
static bool made_up(const struct zol_kgoal *g)
{
	return g->text && strcmp(g->text, "\"" ZOL_KSAT_ANY_TEXT "\"") == 0;
}

/* What a fragment asked for in vain may have to be something else for another request. */
static void tell_change(const struct zol_cli *cli, const struct zol_kernel_model *m, const struct zol_kset *asked,
			const char *value)
{
	if (asked && m->settings.files.v[asked->file] != m->settings.files.v[m->settings.files.len - 1])
		zol_out_warn(&cli->out, "CONFIG_%s=%s instead of %s, which %s:%u asks for", asked->name, value,
			     asked->value, m->settings.files.v[asked->file], asked->line);
}

static int add_answer(const struct zol_cli *cli, struct zol_kernel_model *m, const struct zol_kset *request,
		      const struct zol_kanswer *a, struct zol_kernel_added *ret, struct zol_err *err)
{
	const char *name = request->name, *value = request->value;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < a->n; i++) {
		const struct zol_kset *asked = zol_kfrags_find(&m->settings, a->v[i].s->name);
		const char *set = zol_kgoal_value(&a->v[i]);
		ZOL_AUTO(free) char *word = zol_asprintf("%s=%s", a->v[i].s->name, set);

		if (!word)
			return zol_err_oom(err);
		if (asked && strcmp(asked->value, set) == 0)
			continue;
		tell_change(cli, m, asked, set);
		if (made_up(&a->v[i]))
			zol_out_warn(&cli->out, "CONFIG_%s: put in what is right, any text that is not empty does",
				     a->v[i].s->name);
		zol_strv_addf(&ret->for_what, "%s=%s", name, value);
		rc = zol_kfrags_add_word(&m->settings, "satisfy", word, err);
		if (rc == 0)
			zol_strv_add(&ret->settings, word);
	}
	return rc;
}

/* "X=y Y=y", for what */
static void add_alternatives(const struct zol_ksat *sat, const struct zol_kset *request, struct zol_kernel_added *ret)
{
	for (size_t i = 0; i < sat->nalts; i++) {
		ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

		for (size_t n = 0; n < sat->alts[i].n; n++)
			zol_str_printf(&text, "%s%s=%s", n ? " " : "", sat->alts[i].v[n].s->name,
				       zol_kgoal_value(&sat->alts[i].v[n]));
		zol_strv_add(&ret->alternatives, zol_str_c(&text));
		zol_strv_addf(&ret->alternative_to, "%s=%s", request->name, request->value);
	}
}

/* Text without quotes, m for a bool: nothing to search for. */
static void tell_invalid(const struct zol_cli *cli, const struct zol_kernel_model *m, const struct zol_kset *set,
			 struct zol_kernel_added *ret)
{
	static const char *const types[] = { "?", "bool", "tristate", "int", "hex", "string (which stands in quotes)" };
	const struct zol_ksym *s = zol_kconfig_find(&m->l.k, set->name);

	if (!s || !(s->flags & ZOL_KS_DEFINED)) {
		if (strcmp(set->value, "n") == 0)
			return;
		zol_out_warn(&cli->out, "CONFIG_%s=%s cannot be reached: this tree has no such symbol for ARCH=%s",
			     set->name, set->value, m->options.arch);
	} else if (!zol_kconfig_valid(s, zol_span_c(set->value))) {
		zol_out_warn(&cli->out, "CONFIG_%s=%s cannot be reached: this is no value of a %s", set->name,
			     set->value, types[s->type]);
	} else {
		return;
	}
	zol_strv_addf(&ret->unreached, "%s=%s", set->name, set->value);
}

/* The other request; forced: one that selects it without a condition. */
static const struct zol_kset *in_the_way(struct zol_kernel_model *m, struct zol_ksat *sat, const struct zol_kgoal *goal,
					 bool *forced)
{
	ZOL_AUTO(strv) struct zol_strv chain = ZOL_STRV_INIT;
	const struct zol_kwhy why = zol_kernel_why(m, &chain);
	const struct zol_ksym *by = !goal->text && goal->want == ZOL_KN ? zol_kwhy_forced(&why, goal->s) : NULL;

	*forced = by != NULL;
	if (!by) {
		const struct zol_kgoal *broken = zol_ksat_blocker(sat, *goal);

		by = broken ? broken->s : NULL;
	}
	return by && by->name ? zol_kfrags_find(&m->settings, by->name) : NULL;
}

/* With the proof; or, where the search found nothing, what another request stands in the way of, and why it is so now. */
static void tell_unreached(const struct zol_cli *cli, struct zol_kernel_model *m, struct zol_ksat *sat,
			   const struct zol_kset *set, const struct zol_kgoal *goal, bool proved)
{
	ZOL_AUTO(strv) struct zol_strv lines = ZOL_STRV_INIT;
	const struct zol_kwhy why = zol_kernel_why(m, &lines);
	bool forced = false;
	const struct zol_kset *asked = proved ? NULL : in_the_way(m, sat, goal, &forced);

	if (proved)
		zol_kwhy_never(&why, &sat->bounds, goal->s, set->value);
	else
		(void)zol_kwhy(&why, set->name, set->value);
	if (asked)
		zol_out_warn(&cli->out, "CONFIG_%s=%s cannot be reached: it %s CONFIG_%s=%s, which %s:%u asks for",
			     set->name, set->value, forced ? "can never hold together with" : "breaks", asked->name,
			     asked->value, m->settings.files.v[asked->file], asked->line);
	else
		zol_out_warn(&cli->out, "CONFIG_%s=%s cannot be reached%s, because", set->name, set->value,
			     proved ? ", whatever is set" : ": no way was found");
	for (size_t i = 0; i < lines.len; i++)
		fprintf(cli->out.err, "%s\n", lines.v[i]);
}

static int solve_all(struct zol_cli *cli, struct zol_kernel_model *m, struct zol_ksat *sat, struct zol_kgoal *goals,
		     struct zol_kernel_added *ret, struct zol_err *err)
{
	size_t n = m->settings.len;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct zol_kset set = m->settings.v[i];
		struct zol_kanswer answer;
		enum zol_ksat_result how;

		if (!goals[i].s || zol_kgoal_met(&m->l.k, &goals[i]))
			continue;
		how = zol_ksat_solve(sat, goals[i], &answer);
		if (how == ZOL_KSAT_FOUND) {
			rc = add_answer(cli, m, &set, &answer, ret, err);
			add_alternatives(sat, &set, ret);
		} else {
			tell_unreached(cli, m, sat, &set, &goals[i], how == ZOL_KSAT_IMPOSSIBLE);
			zol_strv_addf(&ret->unreached, "%s=%s", set.name, set.value);
		}
	}
	return rc;
}

/* What was added as y but can only be m after all is said as what it is. */
static void weaken(struct zol_kernel_model *m, struct zol_kset *set, struct zol_strv *texts, size_t index)
{
	struct zol_ksym *s = zol_kconfig_find(&m->l.k, set->name);

	if (!s || index >= texts->len || strcmp(set->value, "y") != 0 || strcmp(zol_ksym_text(&m->l.k, s), "m") != 0)
		return;
	set->value = "m";
	texts->v[index][strlen(texts->v[index]) - 1] = 'm';
}

int zol_kernel_solve(struct zol_cli *cli, struct zol_kernel_model *m, struct zol_kernel_added *ret, struct zol_err *err)
{
	size_t n = m->settings.len, nkeep = 0;
	ZOL_AUTO(free) struct zol_kgoal *goals = calloc(n + 1, sizeof(*goals));
	ZOL_AUTO(free) struct zol_kgoal *keep = calloc(n + 1, sizeof(*keep));
	ZOL_AUTO(ksat) struct zol_ksat sat = { 0 };
	struct zol_kanswer alts[ALTERNATIVES];

	if (!goals || !keep)
		return zol_err_oom(err);
	for (size_t i = 0; i < n; i++) {
		const struct zol_kset *s = &m->settings.v[i];

		if (zol_kfrags_is_last(&m->settings, s) && goal_of(&m->l.k, s, &goals[i])) {
			keep[nkeep++] = goals[i];
			continue;
		}
		goals[i].s = NULL;
		if (zol_kfrags_is_last(&m->settings, s))
			tell_invalid(cli, m, s, ret);
	}
	int rc = zol_ksat_init(&sat, &m->l.k, keep, nkeep, err);

	sat.alts = ret->want_alternatives ? alts : NULL;
	sat.max_alts = ALTERNATIVES;
	if (rc == 0)
		rc = solve_all(cli, m, &sat, goals, ret, err);
	if (rc == 0)
		rc = whole(ret, err);
	if (rc < 0)
		return rc;
	for (size_t i = n; i < m->settings.len; i++)
		weaken(m, &m->settings.v[i], &ret->settings, i - n);
	zol_str_truncate(&m->text, 0);
	return zol_kplan_apply(&m->l.k, &m->base, &m->settings, &m->text, err);
}

struct added_row {
	const char *setting, *for_what;
	const char *const *alternatives;
};

static const struct zol_col cols[] = {
	ZOL_COL("setting", "SETTING", STR, struct added_row, setting),
	ZOL_COL("for", "FOR", STR, struct added_row, for_what),
	ZOL_COL("alternatives", NULL, LIST, struct added_row, alternatives),
};

/* Other ways to what the rows from here on are for; to the text they are comments, after the last row of it. */
static void alternatives_of(const struct zol_kernel_added *a, size_t i, struct zol_strv *ret)
{
	for (size_t n = 0; n < a->alternatives.len; n++)
		if (strcmp(a->alternative_to.v[n], a->for_what.v[i]) == 0)
			zol_strv_add(ret, a->alternatives.v[n]);
}

static void print_line(FILE *out, const char *setting)
{
	struct zol_span s = zol_span_c(setting);

	if (zol_span_ends(s, "=n"))
		fprintf(out, "# CONFIG_%.*s is not set\n", (int)s.len - 2, s.ptr);
	else
		fprintf(out, "CONFIG_%s\n", s.ptr);
}

static int print(struct zol_cli *cli, const struct zol_kernel_added *a, struct zol_err *err)
{
	ZOL_AUTO(rows) struct zol_rows rows = { 0 };

	zol_rows_begin(&rows, &cli->out, cols, ZOL_COUNT(cols));
	for (size_t i = 0; i < a->settings.len; i++) {
		ZOL_AUTO(strv) struct zol_strv others = ZOL_STRV_INIT;
		bool last = i + 1 == a->settings.len || strcmp(a->for_what.v[i], a->for_what.v[i + 1]) != 0;

		alternatives_of(a, i, &others);
		zol_rows_add(&rows, &(struct added_row){ a->settings.v[i], a->for_what.v[i], zol_strv_list(&others) });
		if (cli->out.json)
			continue;
		print_line(cli->out.out, a->settings.v[i]);
		for (size_t n = 0; last && n < others.len; n++)
			fprintf(cli->out.out, "# or, for CONFIG_%s: %s\n", a->for_what.v[i], others.v[n]);
	}
	return cli->out.json ? zol_rows_end(&rows, err) : 0;
}

/* After all was applied anew: is what was asked for there? */
static size_t unmet(struct zol_kernel_model *m, size_t first)
{
	size_t n = 0;

	for (size_t i = first; i < m->settings.len; i++) {
		struct zol_kgoal g;

		if (zol_kfrags_is_last(&m->settings, &m->settings.v[i]) && goal_of(&m->l.k, &m->settings.v[i], &g))
			n += !zol_kgoal_met(&m->l.k, &g);
	}
	return n;
}

int zol_cmd_kernel_satisfy(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_kernel_satisfy_args *a = args;
	const struct zol_kernel_open open = { a->source, a->base, a->arch, false, &a->fragments, &a->symbols, false };
	ZOL_AUTO(kernel_model) struct zol_kernel_model m = { 0 };
	ZOL_AUTO(kernel_added) struct zol_kernel_added added = { 0 };
	ZOL_AUTO(kernel_added) struct zol_kernel_added all = { 0 };
	int rc = zol_kernel_open(cli, &open, &m, err);

	added.want_alternatives = true;
	if (rc == 0)
		rc = zol_kernel_solve(cli, &m, &added, err);
	if (rc < 0)
		return rc;
	size_t left = unmet(&m, 0);

	/* The symbols asked for belong to the fragment that is printed, where they can be had. */
	for (size_t i = 0; i < a->symbols.len; i++) {
		const char *word = strncmp(a->symbols.v[i], "CONFIG_", 7) == 0 ? a->symbols.v[i] + 7 : a->symbols.v[i];
		ZOL_AUTO(free) char *set = zol_asprintf("%s%s", word, strchr(word, '=') ? "" : "=y");

		if (!set)
			return zol_err_oom(err);
		if (zol_strv_has(&added.unreached, set))
			continue;
		zol_strv_add(&all.settings, set);
		zol_strv_add(&all.for_what, set);
	}
	zol_strv_extend(&all.settings, zol_strv_list(&added.settings));
	zol_strv_extend(&all.for_what, zol_strv_list(&added.for_what));
	zol_strv_extend(&all.alternatives, zol_strv_list(&added.alternatives));
	zol_strv_extend(&all.alternative_to, zol_strv_list(&added.alternative_to));
	rc = whole(&all, err);
	if (rc == 0)
		rc = print(cli, &all, err);
	return rc < 0 ? rc : left + added.unreached.len > 0;
}
