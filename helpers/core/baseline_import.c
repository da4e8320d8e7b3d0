/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/baseline.h"

#define ISSUES "https://github.com/openzfs/zfs/issues/"

/* --- OpenZFS ------------------------------------------------------------------------------------- */

/* Where in the Python text we are. */
struct python {
	struct zol_span rest;
	struct zol_strv names, values; /* of ..._reason = '...' */
	const char *list;              /* "known", "maybe" or NULL */
	bool foreign;                  /* for another system */
	char *test;                    /* whose [state, reason] comes */
};

static void free_python(struct python *p)
{
	zol_strv_free(&p->names);
	zol_strv_free(&p->values);
	free(p->test);
}

ZOL_CLEANUP_STRUCT(python, struct python, free_python);

/* The text between the first pair of quotes in line; what is behind it comes back in *rest. */
static bool quoted(struct zol_span line, struct zol_span *ret, struct zol_span *rest)
{
	for (size_t i = 0; i < line.len; i++) {
		const char *end;

		if (line.ptr[i] != '\'' && line.ptr[i] != '"')
			continue;
		end = memchr(line.ptr + i + 1, line.ptr[i], line.len - i - 1);
		if (!end)
			return false;
		*ret = zol_span(line.ptr + i + 1, (size_t)(end - line.ptr) - i - 1);
		*rest = zol_span(end + 1, line.len - (size_t)(end + 1 - line.ptr));
		return true;
	}
	return false;
}

static void track(struct python *p, struct zol_span line, struct zol_span text)
{
	struct zol_span word;
	struct zol_span rest;

	if (zol_span_starts(text, "if sys.platform") || zol_span_starts(text, "elif sys.platform"))
		p->foreign = !zol_span_has(text, "linux");
	else if (zol_span_starts(text, "else:") || (line.ptr[0] != ' ' && line.ptr[0] != '}' && line.ptr[0] != ')'))
		p->foreign = false;
	if (zol_span_starts(text, "known = {") || zol_span_starts(text, "known.update("))
		p->list = "known";
	else if (zol_span_starts(text, "maybe = {") || zol_span_starts(text, "maybe.update("))
		p->list = "maybe";
	else if (text.len && text.ptr[0] == '}')
		p->list = NULL;
	else if (!p->list && !p->foreign && zol_span_has(text, "_reason = ") && quoted(text, &word, &rest)) {
		rest = text;
		(void)zol_span_field(&rest, " =", &text);
		zol_strv_addn(&p->names, text.ptr, text.len);
		zol_strv_addn(&p->values, word.ptr, word.len);
	}
}

/* What stands behind the state: a number, a name of a reason, or a text. */
static int set_reason(const struct python *p, struct zol_expect *e, struct zol_span text, struct zol_err *err)
{
	struct zol_span word = text;
	struct zol_span rest;
	bool number = true;

	if (!quoted(text, &word, &rest)) {
		rest = text;
		if (!zol_span_field(&rest, " ,]\t", &word))
			return 0;
	}
	for (size_t i = 0; i < word.len; i++)
		number = number && word.ptr[i] >= '0' && word.ptr[i] <= '9';
	if (number && word.len > 0) {
		e->issue = zol_asprintf(ISSUES "%.*s", (int)word.len, word.ptr);
		return e->issue ? 0 : zol_err_oom(err);
	}
	/* Where memory ran out there are fewer values than names; that is told at the end. */
	for (size_t i = 0; i < p->names.len && i < p->values.len; i++)
		if (zol_span_eq(word, p->names.v[i]))
			word = zol_span_c(p->values.v[i]);
	e->reason = zol_span_dup(word);
	return e->reason ? 0 : zol_err_oom(err);
}

static int add_entry(struct python *p, const char *suite, struct zol_span text, struct zol_baseline *b,
		     struct zol_err *err)
{
	struct zol_expect *e;
	struct zol_span state;
	struct zol_span rest;
	ZOL_AUTO(free) char *name = NULL;
	enum zol_verdict v;

	if (!quoted(text, &state, &rest))
		return 0;
	name = zol_span_dup(state);
	if (!name)
		return zol_err_oom(err);
	if (!zol_verdict_parse(name, &v))
		return zol_err_set(err, ZOL_MALFORMED, 0, "%s has the result '%s'", p->test, name);
	e = zol_baseline_add(b);
	if (e)
		e->test = zol_asprintf("%s/%s", suite, p->test);
	if (!e || !e->test)
		return zol_err_oom(err);
	e->allowed = 1U << v;
	if (strcmp(p->list, "maybe") == 0)
		e->allowed |= 1U << ZOL_V_PASS;
	free(zol_take_ptr(p->test));
	return set_reason(p, e, rest, err);
}

static int entry(struct python *p, const char *suite, struct zol_span text, struct zol_baseline *b, struct zol_err *err)
{
	struct zol_span name;
	struct zol_span rest = text;
	const char *open;

	if (!p->list || p->foreign)
		return 0;
	if (!p->test) {
		if (!quoted(text, &name, &rest) || rest.len == 0 || rest.ptr[0] != ':')
			return 0;
		p->test = zol_span_dup(name);
		if (!p->test)
			return zol_err_oom(err);
	}
	open = rest.len ? memchr(rest.ptr, '[', rest.len) : NULL;
	if (!open)
		return 0;
	return add_entry(p, suite, zol_span(open, (size_t)(rest.ptr + rest.len - open)), b, err);
}

int zol_baseline_import_zts(struct zol_span text, const char *suite, struct zol_baseline *b, struct zol_err *err)
{
	ZOL_AUTO(python) struct python p = { .rest = text };
	struct zol_span line;
	size_t before = b->n;

	while (zol_span_line(&p.rest, &line)) {
		struct zol_span trimmed = zol_span_trim(line);

		if (trimmed.len == 0 || trimmed.ptr[0] == '#')
			continue;
		track(&p, line, trimmed);
		if (entry(&p, suite, trimmed, b, err) < 0)
			return -(int)err->code;
	}
	if (zol_strv_check(&p.names, err) < 0 || zol_strv_check(&p.values, err) < 0)
		return -(int)err->code;
	return b->n > before ? 0 : zol_err_set(err, ZOL_MALFORMED, 0, "there is neither \"known\" nor \"maybe\"");
}

/* --- xfstests ------------------------------------------------------------------------------------ */

int zol_baseline_import_xfstests(struct zol_span text, const char *suite, struct zol_baseline *b, struct zol_err *err)
{
	struct zol_span line;

	while (zol_span_line(&text, &line)) {
		const char *hash = line.len ? memchr(line.ptr, '#', line.len) : NULL;
		struct zol_span rest = zol_span(line.ptr, hash ? (size_t)(hash - line.ptr) : line.len);
		struct zol_span why = { 0 };
		struct zol_span test;
		struct zol_expect *e;

		if (hash)
			why = zol_span_trim(zol_span(hash + 1, (size_t)(line.ptr + line.len - hash) - 1));
		if (!zol_span_field(&rest, " \t\r", &test))
			continue;
		e = zol_baseline_add(b);
		if (!e)
			return zol_err_oom(err);
		e->test = zol_asprintf("%s/%.*s", suite, (int)test.len, test.ptr);
		e->allowed = 1U << ZOL_V_FAIL | 1U << ZOL_V_SKIP | 1U << ZOL_V_CRASH | 1U << ZOL_V_HANG |
			     1U << ZOL_V_TIMEOUT;
		if (why.len > 0)
			e->reason = zol_span_dup(why);
		if (!e->test || (why.len > 0 && !e->reason))
			return zol_err_oom(err);
	}
	return 0;
}
