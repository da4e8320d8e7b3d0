/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/shard.h"

#include "cmd/test.h"
#include "cmd/test_compare.h"

struct source {
	struct zol_db *db;
	int64_t run;
	char *suite, *place, *shard, *division;
};

static void free_sources(struct source *v, size_t n)
{
	for (size_t i = 0; v && i < n; i++) {
		zol_db_close(v[i].db);
		free(v[i].suite);
		free(v[i].place);
		free(v[i].shard);
		free(v[i].division);
	}
	free(v);
}

static int open_sources(const struct zol_test_merge_args *a, struct source *v, struct zol_err *err)
{
	for (size_t i = 0; i < a->files.len; i++) {
		struct source *s = &v[i];

		if (zol_db_open(a->files.v[i], false, &s->db, err) < 0)
			return -(int)err->code;
		if (zol_db_find(s->db, NULL, &s->run, err) < 0 ||
		    zol_db_run_text(s->db, s->run, "suite", &s->suite, err) < 0 ||
		    zol_db_run_text(s->db, s->run, "place", &s->place, err) < 0 ||
		    zol_db_run_text(s->db, s->run, "shard", &s->shard, err) < 0 ||
		    zol_db_run_fact(s->db, s->run, ZOL_DB_DIVISION, &s->division, err) < 0)
			return zol_err_wrap(err, "%s", a->files.v[i]);
		if (s->suite && v[0].suite && strcmp(s->suite, v[0].suite) != 0)
			return zol_err_set(err, ZOL_USAGE, 0, "%s is of suite %s, %s of suite %s", a->files.v[i],
					   s->suite, a->files.v[0], v[0].suite);
	}
	return 0;
}

/* Which parts of a divided run are not among the files: appended as text. */
static int missing_shards(const struct source *v, size_t n, struct zol_str *text, struct zol_err *err)
{
	unsigned parts = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned part;

		if (v[i].shard && zol_shard_parse(v[i].shard, &part, &parts, err) < 0)
			return -(int)err->code;
	}
	for (unsigned want = 1; want <= parts; want++) {
		bool there = false;

		for (size_t i = 0; i < n && !there; i++) {
			unsigned part = 0;
			unsigned of = 0;

			if (v[i].shard && zol_shard_parse(v[i].shard, &part, &of, err) < 0)
				return -(int)err->code;
			there = part == want && of == parts;
		}
		if (!there)
			zol_str_printf(text, "%s%u/%u", text->len ? ", " : "", want, parts);
	}
	return zol_str_check(text, err);
}

/* The first file whose part is one of another division than that of the files before it; NULL: there is none. */
static const char *other_division(const struct zol_test_merge_args *a, const struct source *v)
{
	const char *first = NULL;

	for (size_t i = 0; i < a->files.len; i++) {
		if (!first)
			first = v[i].division;
		else if (v[i].division && strcmp(first, v[i].division) != 0)
			return a->files.v[i];
	}
	return NULL;
}

static int begin(struct zol_db *db, const struct zol_test_merge_args *a, const struct source *v, int64_t *run,
		 struct zol_err *err)
{
	ZOL_AUTO(case_set) struct zol_case_set first = { 0 };
	struct zol_db_plan plan = { .name = a->name, .suite = v[0].suite, .where = v[0].place };

	if (zol_db_load(v[0].db, v[0].run, false, &first, err) < 0)
		return -(int)err->code;
	plan.facts = first.facts;
	plan.nfacts = first.nfacts;
	return zol_db_begin(db, &plan, run, err);
}

static int end(struct zol_cli *cli, struct zol_db *db, int64_t run, const struct zol_str *missing, const char *other,
	       struct zol_err *err)
{
	ZOL_AUTO(case_set) struct zol_case_set set = { 0 };
	size_t count[ZOL_VERDICTS];
	size_t bad = 0;

	if (zol_db_lose_rest(db, run, "its runner has left no result", err) < 0 || zol_db_end(db, run, err) < 0 ||
	    zol_db_load(db, run, false, &set, err) < 0)
		return -(int)err->code;
	zol_case_count(&set, count);
	for (unsigned k = 0; k < ZOL_VERDICTS; k++)
		if (zol_verdict_bad((enum zol_verdict)k))
			bad += count[k];
	zol_out_info(&cli->out, "run %jd: %zu tests, %zu passed, %zu skipped, %zu flaky, %zu bad", (intmax_t)run, set.n,
		     count[ZOL_V_PASS], count[ZOL_V_SKIP], count[ZOL_V_FLAKY], bad);
	if (missing->len)
		zol_out_warn(&cli->out, "parts without a database: %s", zol_str_c(missing));
	if (other)
		zol_out_warn(
			&cli->out,
			"%s is part of another division: tests may be missing; give all parts the same --durations",
			other);
	return bad || missing->len || other ? 1 : 0;
}

static int merge(struct zol_cli *cli, const struct zol_test_merge_args *a, struct source *v, struct zol_err *err)
{
	ZOL_AUTO(db) struct zol_db *db = NULL;
	ZOL_AUTO(str) struct zol_str missing = ZOL_STR_INIT;
	int64_t run;

	if (open_sources(a, v, err) < 0 || missing_shards(v, a->files.len, &missing, err) < 0 ||
	    zol_test_db_of(cli, a->db, true, &db, err) < 0 || begin(db, a, v, &run, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < a->files.len; i++) {
		ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;

		if (zol_db_absorb(db, run, v[i].db, v[i].run, err) == 0)
			continue;
		/* half a run is none */
		(void)!zol_sql_do(db->sql, "DELETE FROM runs WHERE id = ?", ZOL_SQL_V(ZOL_SQL_I(run)), &ignored);
		return -(int)err->code;
	}
	return end(cli, db, run, &missing, other_division(a, v), err);
}

int zol_cmd_test_merge(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_test_merge_args *a = args;
	struct source *v = calloc(a->files.len, sizeof(*v));
	int r;

	if (!v)
		return zol_err_oom(err);
	r = merge(cli, a, v, err);
	free_sources(v, a->files.len);
	return r;
}
