/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fnmatch.h>

#include "core/suite.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* One word from *at on; false when a quote is not closed. */
static bool take_word(struct zol_span text, size_t *at, struct zol_str *word)
{
	char quote = 0;

	for (; *at < text.len; ++*at) {
		char c = text.ptr[*at];

		if (!quote && is_blank(c))
			return true;
		if (quote ? c == quote : c == '\'' || c == '"') {
			quote = quote ? 0 : c;
			continue;
		}
		if (c == '\\' && quote != '\'' && *at + 1 < text.len)
			c = text.ptr[++*at];
		zol_str_putc(word, c);
	}
	return quote == 0;
}

int zol_suite_words(struct zol_span line, struct zol_strv *ret, struct zol_err *err)
{
	for (size_t at = 0;;) {
		ZOL_AUTO(str) struct zol_str word = ZOL_STR_INIT;

		while (at < line.len && is_blank(line.ptr[at]))
			at++;
		if (at >= line.len)
			return zol_strv_check(ret, err);
		if (!take_word(line, &at, &word))
			return zol_err_set(err, ZOL_MALFORMED, 0, "a quote is not closed");
		if (zol_str_check(&word, err) < 0)
			return -(int)err->code;
		zol_strv_add(ret, zol_str_c(&word));
	}
}

static const char *value_of(const struct zol_suite *s, const struct zol_suite_vars *vars, struct zol_span name)
{
	for (size_t i = 0; i < vars->len; i++)
		if (zol_span_eq(name, vars->names[i]))
			return vars->values[i];
	for (size_t i = s->var_names.len; i > 0; i--)
		if (zol_span_eq(name, s->var_names.v[i - 1]))
			return s->var_values.v[i - 1];
	return NULL;
}

/* Values may name others; what names itself ends at the depth. */
#define EXPAND_DEPTH 8

static int expand_text(const struct zol_suite *s, const struct zol_suite_vars *vars, struct zol_span text,
		       struct zol_str *ret, unsigned depth, struct zol_err *err);

static int expand_name(const struct zol_suite *s, const struct zol_suite_vars *vars, struct zol_span name,
		       struct zol_str *ret, unsigned depth, struct zol_err *err)
{
	const char *value = value_of(s, vars, name);

	if (!value)
		return zol_err_set(err, ZOL_USAGE, 0, "suite %s: nothing sets ${%.*s}", s->name ? s->name : "-",
				   (int)(name.len < 100 ? name.len : 100), name.ptr);
	if (depth >= EXPAND_DEPTH || ret->len > (1U << 20))
		return zol_err_set(err, ZOL_USAGE, 0, "suite %s: ${%.*s} names itself", s->name ? s->name : "-",
				   (int)(name.len < 100 ? name.len : 100), name.ptr);
	return expand_text(s, vars, zol_span_c(value), ret, depth + 1, err);
}

static int expand_text(const struct zol_suite *s, const struct zol_suite_vars *vars, struct zol_span text,
		       struct zol_str *ret, unsigned depth, struct zol_err *err)
{
	while (text.len > 0) {
		const char *at = memmem(text.ptr, text.len, "${", 2);
		const char *end = at ? memchr(at, '}', (size_t)(text.ptr + text.len - at)) : NULL;
		size_t plain = end ? (size_t)(at - text.ptr) : text.len;

		if (plain > 0)
			zol_str_add(ret, text.ptr, plain);
		if (!end)
			break;
		if (expand_name(s, vars, zol_span(at + 2, (size_t)(end - at) - 2), ret, depth, err) < 0)
			return -(int)err->code;
		text = zol_span(end + 1, (size_t)(text.ptr + text.len - end) - 1);
	}
	return zol_str_check(ret, err);
}

int zol_suite_expand(const struct zol_suite *s, const struct zol_strv *words, const struct zol_suite_vars *vars,
		     struct zol_strv *ret, struct zol_err *err)
{
	for (size_t i = 0; i < words->len; i++) {
		ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

		if (strcmp(words->v[i], "${args}") == 0) {
			zol_strv_extend(ret, vars->args);
			continue;
		}
		if (expand_text(s, vars, zol_span_c(words->v[i]), &text, 0, err) < 0)
			return -(int)err->code;
		zol_strv_add(ret, zol_str_c(&text));
	}
	return zol_strv_check(ret, err);
}

const struct zol_suite_group *zol_suite_group(const struct zol_suite *s, const char *name)
{
	for (size_t i = 0; i < s->ngroups; i++)
		if (s->groups[i].name && strcmp(s->groups[i].name, name) == 0)
			return &s->groups[i];
	return NULL;
}

bool zol_suite_group_has(const struct zol_suite_group *g, const char *test)
{
	for (size_t i = 0; i < g->tests.len; i++)
		if (strcmp(g->tests.v[i], test) == 0 || fnmatch(g->tests.v[i], test, 0) == 0)
			return true;
	return false;
}

void zol_suite_test(const struct zol_suite *s, const char *test, struct zol_suite_test *ret)
{
	*ret = (struct zol_suite_test){ .timeout = s->timeout, .ceiling = s->ceiling, .command = &s->command };
	for (size_t i = 0; i < s->nrules; i++) {
		const struct zol_suite_rule *r = &s->rules[i];

		if (fnmatch(r->pattern, test, 0) != 0)
			continue;
		if (r->timeout)
			ret->timeout = r->timeout;
		if (r->skip)
			ret->skip = r->skip;
		if (r->command.len)
			ret->command = &r->command;
	}
	if (ret->ceiling < ret->timeout)
		ret->ceiling = ret->timeout;
}

uint64_t zol_suite_limit(const struct zol_suite *s, const char *test, uint64_t longest)
{
	struct zol_suite_test t;
	uint64_t limit;

	zol_suite_test(s, test, &t);
	if (longest == 0 || t.timeout != s->timeout)
		return t.timeout;
	if (__builtin_mul_overflow(longest, s->factor, &limit) || limit > t.ceiling)
		return t.ceiling;
	return limit < s->floor ? s->floor : limit;
}
