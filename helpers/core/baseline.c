/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/baseline.h"

#include <fnmatch.h>

#include "base/num.h"
#include "core/suite_ini.h"

void zol_baseline_free(struct zol_baseline *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct zol_expect *e = &b->v[i];
		char *owned[] = { e->test, e->reason, e->issue, e->kernel, e->zfs, e->expires };

		for (size_t k = 0; k < ZOL_COUNT(owned); k++)
			free(owned[k]);
	}
	free(b->v);
	*b = (struct zol_baseline){ 0 };
}

struct zol_expect *zol_baseline_add(struct zol_baseline *b)
{
	struct zol_expect *v = reallocarray(b->v, b->n + 1, sizeof(*v));

	if (!v)
		return NULL;
	b->v = v;
	v[b->n] = (struct zol_expect){ 0 };
	return &v[b->n++];
}

/* --- versions ------------------------------------------------------------------------------------ */

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The next number of a version, 0 at its end. */
static unsigned long long next_number(const char **at)
{
	unsigned long long n = 0;

	for (; digit(**at); ++*at)
		if (n < 1000000000000ULL)
			n = n * 10 + (unsigned long long)(**at - '0');
	if (**at == '.' && digit((*at)[1]))
		++*at;
	return n;
}

int zol_version_compare(const char *a, const char *b)
{
	while (digit(*a) || digit(*b)) {
		unsigned long long x = next_number(&a);
		unsigned long long y = next_number(&b);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

static int fits_one(struct zol_span bound, const char *version)
{
	static const char *const ops[] = { ">=", "<=", "!=", ">", "<", "=" };
	char text[64];
	size_t op = 0;
	int c;

	while (op < ZOL_COUNT(ops) && !zol_span_starts(bound, ops[op]))
		op++;
	if (op == ZOL_COUNT(ops))
		return -1;
	bound = zol_span(bound.ptr + strlen(ops[op]), bound.len - strlen(ops[op]));
	if (bound.len == 0 || bound.len >= sizeof(text) || !digit(bound.ptr[0]))
		return -1;
	memcpy(text, bound.ptr, bound.len);
	text[bound.len] = '\0';
	c = zol_version_compare(version, text);
	switch (op) {
	case 0:
		return c >= 0;
	case 1:
		return c <= 0;
	case 2:
		return c != 0;
	case 3:
		return c > 0;
	case 4:
		return c < 0;
	default:
		return c == 0;
	}
}

int zol_version_fits(const char *bounds, const char *version)
{
	struct zol_span rest = zol_span_c(bounds);
	struct zol_span one;
	int all = 1;

	while (zol_span_field(&rest, " \t\n,", &one)) {
		int r = fits_one(one, version);

		if (r < 0)
			return -1;
		all = all && r;
	}
	return all;
}

/* --- reading ------------------------------------------------------------------------------------- */

static int read_verdicts(const char *value, unsigned *allowed)
{
	struct zol_span rest = zol_span_c(value);
	struct zol_span word;

	while (zol_span_field(&rest, " \t\n,|", &word)) {
		char name[16];
		enum zol_verdict v;

		if (word.len >= sizeof(name))
			return -1;
		memcpy(name, word.ptr, word.len);
		name[word.len] = '\0';
		if (!zol_verdict_parse(name, &v))
			return -1;
		*allowed |= 1U << v;
	}
	return *allowed ? 0 : -1;
}

bool zol_expect_is_day(const char *text)
{
	static const char form[] = "dddd-dd-dd";

	for (size_t i = 0; i < sizeof(form) - 1; i++)
		if (form[i] == 'd' ? !digit(text[i]) : text[i] != form[i])
			return false;
	return text[sizeof(form) - 1] == '\0';
}

static int wrong(unsigned line, const char *what, const char *value, struct zol_err *err)
{
	return zol_err_set(err, ZOL_MALFORMED, 0, "line %u: %s '%s'", line, what, value);
}

static int set(struct zol_expect *e, const char *key, const char *value, unsigned line, struct zol_err *err)
{
	const struct {
		const char *key;
		char **slot;
	} texts[] = { { "reason", &e->reason },
		      { "issue", &e->issue },
		      { "kernel", &e->kernel },
		      { "zfs", &e->zfs },
		      { "expires", &e->expires } };

	if (strcmp(key, "expect") == 0)
		return read_verdicts(value, &e->allowed) < 0 ? wrong(line, "no verdict:", value, err) : 0;
	for (size_t i = 0; i < ZOL_COUNT(texts); i++) {
		if (strcmp(key, texts[i].key) != 0)
			continue;
		if ((i == 2 || i == 3) && zol_version_fits(value, "1") < 0)
			return wrong(line, "no bounds of versions:", value, err);
		if (i == 4 && !zol_expect_is_day(value))
			return wrong(line, "no day as in 2027-06-30:", value, err);
		free(*texts[i].slot);
		*texts[i].slot = strdup(value);
		return *texts[i].slot ? 0 : zol_err_oom(err);
	}
	return wrong(line, "unknown key", key, err);
}

static int take(struct zol_suite_ini *ini, struct zol_baseline *b, size_t *first, struct zol_err *err)
{
	struct zol_expect *e;

	if (ini->has_key) {
		if (b->n == *first)
			return wrong(ini->line, "no test before", zol_str_c(&ini->key), err);
		return set(&b->v[b->n - 1], zol_str_c(&ini->key), zol_str_c(&ini->value), ini->line, err);
	}
	if (!strchr(zol_str_c(&ini->section), '/'))
		return wrong(ini->line, "no suite/test:", zol_str_c(&ini->section), err);
	e = zol_baseline_add(b);
	if (e)
		e->test = strdup(zol_str_c(&ini->section));
	return e && e->test ? 0 : zol_err_oom(err);
}

int zol_baseline_parse(struct zol_span text, struct zol_baseline *b, struct zol_err *err)
{
	ZOL_AUTO(suite_ini) struct zol_suite_ini ini = { 0 };
	size_t first = b->n;
	int r;

	zol_suite_ini_open(&ini, text);
	while ((r = zol_suite_ini_next(&ini, err)) > 0) {
		r = take(&ini, b, &first, err);
		if (r < 0)
			return r;
	}
	for (size_t i = first; i < b->n && r == 0; i++)
		if (!b->v[i].allowed)
			r = zol_err_set(err, ZOL_MALFORMED, 0, "%s does not say what to expect", b->v[i].test);
	return r;
}

/* --- use ----------------------------------------------------------------------------------------- */

static bool in_range(const char *bounds, const char *version)
{
	return !bounds || (version && zol_version_fits(bounds, version) > 0);
}

const struct zol_expect *zol_baseline_find(const struct zol_baseline *b, const char *test, const char *kernel,
					   const char *zfs)
{
	for (size_t i = b->n; i > 0; i--) {
		const struct zol_expect *e = &b->v[i - 1];

		if ((strcmp(e->test, test) == 0 || fnmatch(e->test, test, 0) == 0) && in_range(e->kernel, kernel) &&
		    in_range(e->zfs, zfs))
			return e;
	}
	return NULL;
}

bool zol_expect_expired(const struct zol_expect *e, const char *today)
{
	return e->expires && strcmp(today, e->expires) > 0;
}

bool zol_expect_allows(const struct zol_expect *e, enum zol_verdict v)
{
	return (e->allowed >> v & 1U) != 0;
}

/* A value's further lines begin with a blank, else they were keys. */
static void write_value(const char *key, const char *value, struct zol_str *s)
{
	zol_str_printf(s, "%s = ", key);
	for (; *value; value++) {
		zol_str_putc(s, *value);
		if (*value == '\n')
			zol_str_putc(s, '\t');
	}
	zol_str_putc(s, '\n');
}

void zol_expect_write(const struct zol_expect *e, struct zol_str *s)
{
	const char *const keys[] = { "reason", "issue", "kernel", "zfs", "expires" };
	const char *const values[] = { e->reason, e->issue, e->kernel, e->zfs, e->expires };

	zol_str_printf(s, "[%s]\nexpect =", e->test);
	for (unsigned v = 0; v < ZOL_VERDICTS; v++)
		if (zol_expect_allows(e, (enum zol_verdict)v))
			zol_str_printf(s, " %s", zol_verdict_name((enum zol_verdict)v));
	zol_str_putc(s, '\n');
	for (size_t i = 0; i < ZOL_COUNT(keys); i++)
		if (values[i])
			write_value(keys[i], values[i], s);
	zol_str_putc(s, '\n');
}
