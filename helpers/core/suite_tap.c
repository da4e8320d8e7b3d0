/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/num.h"
#include "core/suite_parsers.h"

#define LEVELS 16U

struct tap {
	struct zol_results *r;
	struct zol_str names[LEVELS]; /* of the sub-test that is open at each level */
	uint64_t count, plan;         /* at the top */
	bool has_plan, any, oom;
	struct zol_span bail, skip_all;
	size_t failed; /* 1 + row that may still get its reason */
};

static struct zol_span skip(struct zol_span a, size_t n)
{
	return zol_span(a.ptr + n, a.len - n);
}

static struct zol_span skip_blanks(struct zol_span a)
{
	while (a.len > 0 && (a.ptr[0] == ' ' || a.ptr[0] == '\t'))
		a = skip(a, 1);
	return a;
}

/* Behind an unescaped " #": the directive, with its text; *desc is cut before it. */
static struct zol_span directive(struct zol_span *desc)
{
	for (size_t i = 0; i + 1 < desc->len; i++)
		if (desc->ptr[i] == '#' && (i == 0 || desc->ptr[i - 1] == ' ')) {
			struct zol_span d = skip_blanks(skip(*desc, i + 1));

			*desc = zol_span_trim(zol_span(desc->ptr, i));
			return d;
		}
	return zol_span("", 0);
}

static bool word_is(struct zol_span text, const char *word)
{
	size_t n = strlen(word);

	return text.len >= n && strncasecmp(text.ptr, word, n) == 0;
}

static enum zol_test_status status_of(bool ok, struct zol_span d)
{
	if (word_is(d, "SKIP"))
		return ZOL_TEST_SKIP;
	if (word_is(d, "TO"
		       "DO") ||
	    word_is(d, "XFAIL"))
		return ok ? ZOL_TEST_PASS : ZOL_TEST_SKIP;
	if (word_is(d, "TIMEOUT"))
		return ZOL_TEST_TIMEOUT;
	if (word_is(d, "ERROR"))
		return ZOL_TEST_FAIL;
	return ok ? ZOL_TEST_PASS : ZOL_TEST_FAIL;
}

static void full_name(const struct tap *t, unsigned level, struct zol_span desc, struct zol_str *name)
{
	for (unsigned i = 1; i <= level; i++)
		if (t->names[i].len > 0) {
			zol_str_puts(name, zol_str_c(&t->names[i]));
			zol_str_putc(name, '/');
		}
	zol_str_add(name, desc.len ? desc.ptr : "", desc.len);
}

/* "ok 1 - name # SKIP reason" */
static bool take_result(struct tap *t, struct zol_span line, unsigned level)
{
	bool ok = zol_span_starts(line, "ok");
	struct zol_span rest = skip(line, ok ? 2 : zol_span_starts(line, "not ok") ? 6 : line.len), d, word, look;
	ZOL_AUTO(str) struct zol_str name = ZOL_STR_INIT;
	uint64_t number;

	if ((!ok && rest.len == 0 && !zol_span_eq(line, "not ok")) || (rest.len > 0 && rest.ptr[0] != ' '))
		return false;
	look = rest;
	if (zol_span_field(&look, " ", &word) && zol_span_u64(word, &number))
		rest = look;
	rest = skip_blanks(rest);
	if (zol_span_starts(rest, "- "))
		rest = skip(rest, 2);
	rest = zol_span_trim(rest);
	d = directive(&rest);
	t->any = true;
	t->count += level == 0;
	if (rest.len == 0)
		zol_str_printf(&name, "%zu", t->r->len + 1);
	else
		full_name(t, level, rest, &name);
	t->oom |= zol_results_add(t->r, zol_span_str(&name), status_of(ok, d), d, UINT64_MAX) < 0 || name.oom;
	t->failed = ok || d.len > 0 ? 0 : t->r->len;
	if (level + 1 < LEVELS)
		zol_str_truncate(&t->names[level + 1], 0);
	return true;
}

/* "1..12", "1..0 # SKIP reason" */
static bool take_plan(struct tap *t, struct zol_span line, unsigned level)
{
	struct zol_span word, d;
	uint64_t n;

	if (!zol_span_starts(line, "1.."))
		return false;
	line = skip(line, 3);
	d = directive(&line);
	if (!zol_span_field(&line, " ", &word) || !zol_span_u64(word, &n))
		return false;
	if (level == 0) {
		t->any = t->has_plan = true;
		t->plan = n;
		if (n == 0)
			t->skip_all = d.len ? d : zol_span_c("SKIP");
	}
	return true;
}

static void take_remark(struct tap *t, struct zol_span text, unsigned level)
{
	if (word_is(text, "Subtest: ") && level + 1 < LEVELS) {
		/* Before the sub-test's lines at the level of its parent, or indented as they are. */
		unsigned at = level > 0 ? level : 1;

		zol_str_truncate(&t->names[at], 0);
		text = skip(text, 9);
		zol_str_add(&t->names[at], text.ptr, text.len < ZOL_SUITE_NAME_MAX ? text.len : ZOL_SUITE_NAME_MAX);
		return;
	}
	if (t->failed > 0 && text.len > 0 && t->failed <= t->r->len) {
		t->r->v[t->failed - 1].reason = zol_span_dup_line(text);
		t->failed = 0;
	}
}

static void take_line(struct tap *t, struct zol_span line)
{
	struct zol_span text = skip_blanks(line);
	unsigned level = (unsigned)((line.len - text.len + 1) / 4);

	level = level < LEVELS ? level : LEVELS - 1;
	if (line.len - text.len == 2)
		level = 1; /* KTAP indents by two */
	while (text.len > 0 && text.ptr[text.len - 1] == '\r')
		text.len--;
	if (zol_span_starts(text, "Bail out!")) {
		t->any = true;
		t->bail = zol_span_trim(text);
	} else if (zol_span_starts(text, "#")) {
		take_remark(t, zol_span_trim(skip(text, 1)), level);
	} else if (!take_plan(t, text, level)) {
		(void)take_result(t, text, level);
	}
}

static const char *missing(const struct tap *t)
{
	if (!t->has_plan)
		return "the plan is missing: the test has not come to its end";
	if (t->plan != t->count)
		return t->count < t->plan ? "fewer tests than planned" : "more tests than planned";
	return NULL;
}

int zol_suite_tap(const struct zol_test_output *out, struct zol_results *r)
{
	struct tap t = { .r = r };
	struct zol_span rest = out->text, line;

	while (zol_span_line(&rest, &line))
		take_line(&t, line);
	for (size_t i = 0; i < LEVELS; i++) {
		t.oom |= t.names[i].oom;
		zol_str_free(&t.names[i]);
	}
	if (!t.any)
		return zol_suite_exit(out, r);
	if (t.bail.len > 0)
		t.oom |= zol_results_add(r, zol_span_c(out->test), ZOL_TEST_FAIL, t.bail, UINT64_MAX) < 0;
	else if (t.has_plan && t.plan == 0 && r->len == 0)
		t.oom |= zol_results_add(r, zol_span_c(out->test), ZOL_TEST_SKIP, t.skip_all, UINT64_MAX) < 0;
	zol_results_end(r, t.bail.len > 0 ? "bailed out" : missing(&t));
	return t.oom ? -1 : 0;
}
