/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fnmatch.h>
#include <sys/utsname.h>

#include "base/path.h"
#include "cmd/test_run.h"
#include "core/settings.h"
#include "core/strmap.h"
#include "sys/kbuild.h"

#define FACT_MAX (16U << 20)

void zol_test_plan_free(struct zol_test_plan *p)
{
	struct zol_case_set facts = { .facts = p->facts, .nfacts = p->nfacts };

	zol_case_set_free(&facts);
	zol_suite_free(&p->suite);
	free(p->suite_dir);
	free(p->shard);
	zol_strmap_free(&p->only);
	zol_strv_free(&p->args);
	zol_strv_free(&p->tests);
	zol_strv_free(&p->env);
	zol_strv_free(&p->set_names);
	zol_strv_free(&p->set_values);
	*p = (struct zol_test_plan){ 0 };
}

/* A suite whose command is the user's: then the operands are that, and the test has the program's name. */
static bool takes_args(const struct zol_suite *s)
{
	return zol_strv_has(&s->command, "${args}") && s->tests.len == 0 && s->listing == ZOL_LIST_FIXED;
}

static bool selected(const struct zol_suite *s, const char *test, const char *word)
{
	const struct zol_suite_group *g = zol_suite_group(s, word);

	return strcmp(test, word) == 0 || fnmatch(word, test, 0) == 0 || (g && zol_suite_group_has(g, test));
}

static int none_selected(const struct zol_suite *s, const struct zol_strv *all, const char *word, struct zol_err *err)
{
	const char *near = all->len ? zol_nearest(word, zol_strv_list(all), all->len) : NULL;

	zol_err_set(err, ZOL_USAGE, 0, "suite %s has no test, pattern or group '%s'", s->name, word);
	return near ? zol_err_hint(err, "did you mean %s?", near) :
		      zol_err_hint(err, "list them: zolkit test list %s", s->name);
}

static bool excluded(const struct zol_test_plan *p, const char *test)
{
	for (size_t i = 0; i < p->a->exclude.len; i++)
		if (selected(&p->suite, test, p->a->exclude.v[i]))
			return true;
	return false;
}

/* In the suite's order, each once. */
static int select_tests(struct zol_test_plan *p, const struct zol_strv *all, struct zol_err *err)
{
	const struct zol_strv *what = &p->a->what;
	ZOL_AUTO(free) bool *hit = calloc(what->len + 1, sizeof(*hit));
	ZOL_AUTO(strmap) struct zol_strmap seen = ZOL_STRMAP_INIT;

	if (!hit)
		return zol_err_oom(err);
	for (size_t i = 0; i < all->len; i++) {
		const char *test = all->v[i];
		uint32_t *slot = zol_strmap_slot(&seen, zol_span_c(test));
		bool wanted = what->len < 2;

		if (!slot)
			return zol_err_oom(err);
		if (*slot != ZOL_STRMAP_NONE)
			continue;
		*slot = 1;
		for (size_t k = 1; k < what->len; k++)
			if (selected(&p->suite, test, what->v[k]))
				wanted = hit[k] = true;
		if (wanted && !excluded(p, test))
			zol_strv_add(&p->tests, test);
	}
	for (size_t k = 1; k < what->len; k++)
		if (!hit[k])
			return none_selected(&p->suite, all, what->v[k], err);
	return zol_strv_check(&p->tests, err);
}

/* --- environment --------------------------------------------------------------------------------- */

static void fact(struct zol_test_plan *p, const char *key, const char *value)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_case_set set = { .facts = p->facts, .nfacts = p->nfacts };

	if (value && *value)
		(void)!zol_case_fact(&set, key, value, &err);
	p->facts = set.facts;
	p->nfacts = set.nfacts;
}

/* Of the kernel that was built for the guest: a fingerprint of its configuration, and what its source was. */
static void kernel_facts(const struct zol_cli *cli, const struct zol_test_target *t, struct zol_test_plan *p)
{
	ZOL_AUTO(free)
	char *dir = zol_asprintf("%s/guests/%s/kernel", cli->settings->paths.state, t->guest ? t->guest : "");
	ZOL_AUTO(free) char *path = dir ? zol_path_join(dir, "config") : NULL;
	ZOL_AUTO(krecord) struct zol_krecord record = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	char hash[17];

	if (!path || t->boot.kernel)
		return;
	if (zol_read_file(path, FACT_MAX, &text, &err) == 0) {
		(void)snprintf(hash, sizeof(hash), "%016jx", (uintmax_t)zol_fnv64(ZOL_FNV_SEED, text.ptr, text.len));
		fact(p, "config", hash);
	}
	zol_err_clear(&err);
	if (zol_kbuild_record(dir, &record, &err) == 0)
		fact(p, "kernel_source", record.origin ? record.origin : record.source);
}

/*
 * Kernel, machine and version of ZFS, as the target says; and the commit that Portage has noted for a live ZFS, since the
 * version names it only where the checkout has tags.
 */
static void target_facts(struct zol_test_target *t, struct zol_test_plan *p)
{
	static const char script[] =
		"uname -r; uname -v; { cat /sys/module/zfs/version || modinfo -F version zfs || echo; } 2>/dev/null\n"
		"for e in /var/db/pkg/sys-fs/zfs-[0-9]*/environment.bz2; do bzip2 -dc \"$e\"; done 2>/dev/null |"
		" sed -n 's/^declare -x EGIT_VERSION=\"\\(.*\\)\"$/\\1/p' | head -n 1";
	static const char *const keys[] = { "kernel", "kernel_build", "zfs", "zfs_commit" };
	const char *argv[] = { "/bin/sh", "-c", script, NULL };
	struct zol_test_exec x = { .argv = argv, .in = -1, .out = -1, .err = -1, .limit = 30000 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_span rest;
	struct zol_span line;

	(void)!zol_test_target_capture(t, &x, &text, &err);
	rest = zol_span_str(&text);
	for (size_t i = 0; i < ZOL_COUNT(keys) && zol_span_line(&rest, &line); i++) {
		ZOL_AUTO(free) char *value = zol_span_dup(zol_span_trim(line));

		fact(p, keys[i], value);
	}
}

static void facts(const struct zol_cli *cli, struct zol_test_target *t, struct zol_test_plan *p)
{
	struct utsname u;

	if (uname(&u) == 0) {
		fact(p, "host", u.nodename);
		fact(p, "arch", u.machine);
	}
	if (t->place != ZOL_AT_HOST) {
		fact(p, "guest", t->guest);
		kernel_facts(cli, t, p);
	}
	if (t->up)
		target_facts(t, p);
	fact(p, "zolkit", cli->table->version);
}

/* Whether any word of the suite names the variable. */
static bool names_in(const struct zol_suite *s, const char *what)
{
	const struct zol_suite_cmds *const lists[] = { &s->setup, &s->before, &s->after, &s->teardown };
	const struct zol_strv *const words[] = { &s->command, &s->env, &s->var_values };

	for (size_t i = 0; i < ZOL_COUNT(words); i++)
		for (size_t k = 0; k < words[i]->len; k++)
			if (strstr(words[i]->v[k], what))
				return true;
	for (size_t i = 0; i < ZOL_COUNT(lists); i++)
		for (size_t k = 0; k < lists[i]->len; k++)
			for (size_t j = 0; j < lists[i]->v[k].argv.len; j++)
				if (strstr(lists[i]->v[k].argv.v[j], what))
					return true;
	for (size_t i = 0; i < s->nrules; i++)
		for (size_t k = 0; k < s->rules[i].command.len; k++)
			if (strstr(s->rules[i].command.v[k], what))
				return true;
	return false;
}

static int read_sets(struct zol_test_plan *p, struct zol_err *err)
{
	if (p->a->sets.len > ZOL_TEST_SETS_MAX)
		return zol_err_set(err, ZOL_USAGE, 0, "at most %d variables by --set", ZOL_TEST_SETS_MAX);
	for (size_t i = 0; i < p->a->sets.len; i++) {
		const char *text = p->a->sets.v[i];
		const char *equals = strchr(text, '=');

		if (!equals || equals == text)
			return zol_err_set(err, ZOL_USAGE, 0, "'%s' is not NAME=VALUE", text);
		zol_strv_addn(&p->set_names, text, (size_t)(equals - text));
		zol_strv_add(&p->set_values, equals + 1);
	}
	p->uses_results = names_in(&p->suite, "${results}");
	p->uses_disks = names_in(&p->suite, "${disk");
	return zol_strv_check(&p->set_names, err) < 0 ? -(int)err->code : zol_strv_check(&p->set_values, err);
}

/* --- the plan ------------------------------------------------------------------------------------- */

int zol_test_plan_load(struct zol_cli *cli, struct zol_test_plan *p, struct zol_err *err)
{
	const struct zol_test_run_args *a = p->a;

	if (a->what.len == 0)
		return zol_err_set(err, ZOL_USAGE, 0, "which suite?");
	if (zol_test_suite_load(cli, a->what.v[0], &p->suite, &p->suite_dir, err) < 0)
		return -(int)err->code;
	if (p->suite.gone)
		return zol_err_set(err, ZOL_USAGE, 0, "suite %s: %s", p->suite.name, p->suite.gone);
	p->place = a->where ? a->where : zol_suite_where_name(p->suite.where);
	p->suite.floor = a->floor ? a->floor : p->suite.floor;
	p->suite.ceiling = a->ceiling ? a->ceiling : p->suite.ceiling;
	p->suite.factor = a->factor ? a->factor : p->suite.factor;
	for (size_t i = 1; takes_args(&p->suite) && i < a->what.len; i++)
		zol_strv_add(&p->args, a->what.v[i]);
	if (takes_args(&p->suite) && p->args.len == 0)
		return zol_err_set(err, ZOL_USAGE, 0, "suite %s: which command?", p->suite.name);
	zol_strv_extend(&p->env, zol_strv_list(&p->suite.env));
	zol_strv_extend(&p->env, zol_strv_list(&a->env));
	return zol_strv_check(&p->env, err) < 0 ? -(int)err->code : read_sets(p, err);
}

int zol_test_plan_make(struct zol_cli *cli, struct zol_db *db, struct zol_test_target *t, struct zol_test_plan *p,
		       struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv all = ZOL_STRV_INIT;
	const char *slash;

	if (takes_args(&p->suite)) {
		slash = strrchr(p->args.v[0], '/');
		zol_strv_add(&p->tests, slash ? slash + 1 : p->args.v[0]);
	} else if (zol_test_suite_tests(&p->suite, t, &all, err) < 0 || select_tests(p, &all, err) < 0) {
		return -(int)err->code;
	}
	if (p->tests.len == 0)
		return zol_err_set(err, ZOL_USAGE, 0, "suite %s: no test is left", p->suite.name);
	if (p->a->shard && zol_test_parts_shard(db, p, err) < 0)
		return -(int)err->code;
	if (zol_test_target_up(t, err) < 0)
		return -(int)err->code;
	facts(cli, t, p);
	return zol_strv_check(&p->tests, err);
}
