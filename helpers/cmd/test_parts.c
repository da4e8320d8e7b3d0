/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/num.h"
#include "base/path.h"
#include "cmd/test_run.h"
#include "core/shard.h"
#include "core/strmap.h"

#define DEFAULT_MS 10000U /* of a test when nothing at all is known */
#define FACT_MAX (16U << 20)

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static int duration_of(struct zol_db *db, const struct zol_test_plan *p, const char *test, uint64_t *ms,
		       struct zol_err *err)
{
	int64_t value = 0;

	if (zol_sql_number(db->sql,
			   "SELECT avg(ms) FROM (SELECT r.ms FROM results r JOIN names n ON n.id = r.test"
			   " WHERE n.suite = ? AND n.name = ? AND r.verdict IN (1, 6) ORDER BY r.run DESC LIMIT 10)",
			   ZOL_SQL_V(ZOL_SQL_T(p->suite.name), ZOL_SQL_T(test)), &value, err) < 0)
		return -(int)err->code;
	*ms = value > 0 ? (uint64_t)value : 0;
	return 0;
}

/* "MS NAME" lines, as `test submit` writes them. */
static int read_durations(const char *path, const struct zol_strv *tests, uint64_t *ms, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(strmap) struct zol_strmap index = ZOL_STRMAP_INIT;
	struct zol_span rest;
	struct zol_span line;

	for (size_t i = 0; i < tests->len; i++) {
		uint32_t *slot = zol_strmap_slot(&index, zol_span_c(tests->v[i]));

		if (!slot)
			return zol_err_oom(err);
		*slot = (uint32_t)i;
	}
	if (zol_read_file(path, FACT_MAX, &text, err) < 0)
		return -(int)err->code;
	rest = zol_span_str(&text);
	for (unsigned n = 1; zol_span_line(&rest, &line); n++) {
		const char *blank = memchr(line.ptr, ' ', line.len);
		uint64_t value;
		uint32_t at;

		if (!blank || !zol_span_u64(zol_span(line.ptr, (size_t)(blank - line.ptr)), &value))
			return zol_err_set(err, ZOL_MALFORMED, 0, "%s:%u: no \"MS NAME\"", path, n);
		at = zol_strmap_get(&index, zol_span(blank + 1, line.len - (size_t)(blank - line.ptr) - 1));
		if (at != ZOL_STRMAP_NONE)
			ms[at] = value;
	}
	return 0;
}

/* What each test took on average when it passed lately; unknown ones get the median of the others. */
static int durations(struct zol_db *db, const struct zol_test_plan *p, const struct zol_strv *tests, uint64_t *ms,
		     struct zol_err *err)
{
	ZOL_AUTO(free) uint64_t *known = calloc(tests->len + 1, sizeof(*known));
	size_t n = 0;
	uint64_t median = DEFAULT_MS;

	if (!known)
		return zol_err_oom(err);
	if (p->a->durations && read_durations(p->a->durations, tests, ms, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < tests->len; i++) {
		if (!p->a->durations && duration_of(db, p, tests->v[i], &ms[i], err) < 0)
			return -(int)err->code;
		if (ms[i])
			known[n++] = ms[i];
	}
	qsort(known, n, sizeof(*known), by_number);
	if (n > 0)
		median = known[n / 2];
	for (size_t i = 0; i < tests->len; i++)
		if (ms[i] == 0)
			ms[i] = median;
	return 0;
}

/* Tests of a serial suite that must follow each other: those of a group, else of a directory. */
static int units(const struct zol_suite *s, const struct zol_strv *tests, unsigned *ret_unit, size_t *ret_n,
		 struct zol_err *err)
{
	ZOL_AUTO(strmap) struct zol_strmap known = ZOL_STRMAP_INIT;

	*ret_n = 0;
	for (size_t i = 0; i < tests->len; i++) {
		const char *test = tests->v[i];
		const char *slash = strrchr(test, '/');
		struct zol_span key = zol_span(test, slash ? (size_t)(slash - test) + 1 : 0);
		uint32_t *slot;

		for (size_t g = 0; g < s->ngroups; g++) {
			if (!zol_suite_group_has(&s->groups[g], test))
				continue;
			key = zol_span_c(s->groups[g].name);
			break;
		}
		slot = zol_strmap_slot(&known, key);
		if (!slot)
			return zol_err_oom(err);
		if (*slot == ZOL_STRMAP_NONE)
			*slot = (uint32_t)(*ret_n)++;
		ret_unit[i] = *slot;
	}
	return 0;
}

/* part[i]: of test i, 0 .. parts - 1 */
static int split(struct zol_db *db, const struct zol_test_plan *p, const struct zol_strv *tests, unsigned parts,
		 unsigned *part, struct zol_err *err)
{
	ZOL_AUTO(free) uint64_t *ms = calloc(tests->len + 1, sizeof(*ms));
	ZOL_AUTO(free) uint64_t *sum = calloc(tests->len + 1, sizeof(*sum));
	ZOL_AUTO(free) unsigned *unit = calloc(tests->len + 1, sizeof(*unit));
	ZOL_AUTO(free) unsigned *where = calloc(tests->len + 1, sizeof(*where));
	struct zol_shard_result result;
	size_t n;

	if (!ms || !sum || !unit || !where)
		return zol_err_oom(err);
	if (durations(db, p, tests, ms, err) < 0)
		return -(int)err->code;
	if (!p->suite.serial)
		return zol_shard_split(ms, tests->len, parts, part, &result, err);
	if (units(&p->suite, tests, unit, &n, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < tests->len; i++)
		sum[unit[i]] += ms[i];
	if (zol_shard_split(sum, n, parts, where, &result, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < tests->len; i++)
		part[i] = where[unit[i]];
	return 0;
}

/* Which part has which test: equal in the runs of all parts, or a test may be in two of them, or in none. */
static int note_division(struct zol_test_plan *p, const unsigned *part, struct zol_err *err)
{
	struct zol_case_set set = { .facts = p->facts, .nfacts = p->nfacts };
	uint64_t sum = ZOL_FNV_SEED;
	char hash[17];

	for (size_t i = 0; i < p->tests.len; i++) {
		sum = zol_fnv64(sum, p->tests.v[i], strlen(p->tests.v[i]) + 1);
		sum = zol_fnv64(sum, &part[i], sizeof(part[i]));
	}
	(void)snprintf(hash, sizeof(hash), "%016jx", (uintmax_t)sum);
	int rc = zol_case_fact(&set, ZOL_DB_DIVISION, hash, err);

	p->facts = set.facts;
	p->nfacts = set.nfacts;
	return rc;
}

int zol_test_parts_shard(struct zol_db *db, struct zol_test_plan *p, struct zol_err *err)
{
	ZOL_AUTO(free) unsigned *part = calloc(p->tests.len + 1, sizeof(*part));
	ZOL_AUTO(strv) struct zol_strv mine = ZOL_STRV_INIT;
	unsigned which;
	unsigned parts;

	if (!part)
		return zol_err_oom(err);
	if (zol_shard_parse(p->a->shard, &which, &parts, err) < 0 || split(db, p, &p->tests, parts, part, err) < 0 ||
	    note_division(p, part, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < p->tests.len; i++)
		if (part[i] == which - 1)
			zol_strv_add(&mine, p->tests.v[i]);
	zol_strv_free(&p->tests);
	p->tests = mine;
	mine = (struct zol_strv)ZOL_STRV_INIT;
	p->shard = strdup(p->a->shard);
	return p->shard ? zol_strv_check(&p->tests, err) : zol_err_oom(err);
}

int zol_test_parts_jobs(struct zol_db *db, const struct zol_test_plan *p, int64_t run, struct zol_strv *tests,
			unsigned **ret_part, struct zol_err *err)
{
	ZOL_AUTO(free) unsigned *part = NULL;

	if (zol_db_planned(db, run, tests, err) < 0)
		return -(int)err->code;
	part = calloc(tests->len + 1, sizeof(*part));
	if (!part)
		return zol_err_oom(err);
	if (split(db, p, tests, (unsigned)p->a->jobs, part, err) < 0)
		return -(int)err->code;
	*ret_part = zol_take_ptr(part);
	return 0;
}
