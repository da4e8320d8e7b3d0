/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/testcase.h"

#include <strings.h>

#include "base/room.h"

static const char *const names[ZOL_VERDICTS] = { "-",    "PASS",  "FAIL",    "SKIP", "CRASH",
						 "HANG", "FLAKY", "TIMEOUT", "LOST" };
static const char letters[ZOL_VERDICTS] = { ' ', '.', 'F', 's', 'C', 'H', 'f', 'T', 'L' };
/* Which of several bad verdicts is told. */
static const unsigned char severity[ZOL_VERDICTS] = { 0, 2, 4, 1, 7, 6, 3, 5, 0 };

const char *zol_verdict_name(enum zol_verdict v)
{
	return (unsigned)v < ZOL_VERDICTS ? names[v] : names[0];
}

char zol_verdict_letter(enum zol_verdict v)
{
	return (unsigned)v < ZOL_VERDICTS ? letters[v] : ' ';
}

enum zol_verdict zol_verdict_from(int64_t n)
{
	return n > 0 && n < (int64_t)ZOL_VERDICTS ? (enum zol_verdict)n : ZOL_V_NONE;
}

bool zol_verdict_parse(const char *name, enum zol_verdict *ret)
{
	for (unsigned i = 1; i < ZOL_VERDICTS; i++) {
		if (strcasecmp(name, names[i]) != 0)
			continue;
		*ret = (enum zol_verdict)i;
		return true;
	}
	return false;
}

bool zol_verdict_bad(enum zol_verdict v)
{
	return v == ZOL_V_FAIL || v == ZOL_V_CRASH || v == ZOL_V_HANG || v == ZOL_V_TIMEOUT || v == ZOL_V_LOST;
}

enum zol_verdict zol_verdict_of(const struct zol_attempt *a, size_t n, size_t *ret_which)
{
	enum zol_verdict worst = ZOL_V_NONE;
	bool passed = false;
	bool failed = false;
	size_t lost = n;

	*ret_which = n;
	for (size_t i = 0; i < n; i++) {
		enum zol_verdict v = a[i].verdict;

		if (v == ZOL_V_LOST) {
			lost = i;
			continue;
		}
		passed = passed || v == ZOL_V_PASS || v == ZOL_V_FLAKY;
		failed = failed || zol_verdict_bad(v) || v == ZOL_V_FLAKY;
		if (v == ZOL_V_NONE || severity[v] <= severity[worst])
			continue;
		worst = v;
		*ret_which = i;
	}
	if (worst == ZOL_V_NONE && lost < n) {
		*ret_which = lost;
		return ZOL_V_LOST;
	}
	return passed && failed ? ZOL_V_FLAKY : worst;
}

void zol_case_set_free(struct zol_case_set *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct zol_case *r = &s->v[i];
		char *owned[] = { r->suite, r->name, r->reason, r->log, r->console, r->stacks, r->output, r->strip };

		for (size_t k = 0; k < ZOL_COUNT(owned); k++)
			free(owned[k]);
	}
	for (size_t i = 0; i < s->nfacts; i++) {
		free(s->facts[i].key);
		free(s->facts[i].value);
	}
	free(s->facts);
	free(s->v);
	free(s->name);
	free(s->where);
	*s = (struct zol_case_set){ 0 };
}

struct zol_case *zol_case_add(struct zol_case_set *s)
{
	struct zol_case *v = zol_room(s->v, &s->cap, s->n + 1, sizeof(*v));

	if (!v)
		return NULL;
	s->v = v;
	s->v[s->n] = (struct zol_case){ 0 };
	return &s->v[s->n++];
}

int zol_case_fact(struct zol_case_set *s, const char *key, const char *value, struct zol_err *err)
{
	struct zol_fact *v = reallocarray(s->facts, s->nfacts + 1, sizeof(*v));

	if (!v)
		return zol_err_oom(err);
	s->facts = v;
	v[s->nfacts] = (struct zol_fact){ .key = strdup(key), .value = strdup(value) };
	s->nfacts++;
	return v[s->nfacts - 1].key && v[s->nfacts - 1].value ? 0 : zol_err_oom(err);
}

void zol_case_count(const struct zol_case_set *s, size_t count[static ZOL_VERDICTS])
{
	memset(count, 0, ZOL_VERDICTS * sizeof(*count));
	for (size_t i = 0; i < s->n; i++)
		count[s->v[i].verdict]++;
}
