/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/portage_conf.h"

#include "base/room.h"

#define VALUE_MAX_LEN (1U << 20)
#define VALUES_MAX_LEN (16U << 20) /* of all: $NAME makes much of little */
#define SOURCE_DEPTH 8
#define SOURCE_FILES 64

void zol_pvars_free(struct zol_pvars *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->v[i].name);
		free(p->v[i].value);
		free(p->v[i].origin);
	}
	free(p->v);
	zol_strmap_free(&p->by_name);
	*p = (struct zol_pvars){ 0 };
}

static struct zol_pvar *find(const struct zol_pvars *p, struct zol_span name)
{
	uint32_t i = zol_strmap_get(&p->by_name, name);

	return i == ZOL_STRMAP_NONE ? NULL : &p->v[i];
}

const struct zol_pvar *zol_pvars_find(const struct zol_pvars *p, const char *name)
{
	return find(p, zol_span_c(name));
}

const char *zol_pvars_value(const struct zol_pvars *p, const char *name)
{
	const struct zol_pvar *v = zol_pvars_find(p, name);

	return v ? v->value : "";
}

/* A new one, without a value yet. */
static struct zol_pvar *add(struct zol_pvars *p, struct zol_span name)
{
	struct zol_pvar *v = zol_room(p->v, &p->cap, p->n + 1, sizeof(*v));
	ZOL_AUTO(free) char *key = zol_span_dup(name), *none = strdup("");
	uint32_t *slot;

	if (v)
		p->v = v;
	slot = v && key && none ? zol_strmap_slot(&p->by_name, zol_span_c(key)) : NULL;
	if (!slot)
		return NULL;
	*slot = (uint32_t)p->n;
	p->v[p->n] = (struct zol_pvar){ .name = zol_take_ptr(key), .value = zol_take_ptr(none) };
	return &p->v[p->n++];
}

int zol_pvars_set(struct zol_pvars *p, struct zol_span name, struct zol_span value, const char *origin,
		  struct zol_err *err)
{
	ZOL_AUTO(free) char *text = zol_span_dup(value), *from = strdup(origin);
	struct zol_pvar *v = find(p, name);

	if (value.len > VALUES_MAX_LEN - p->bytes)
		return zol_err_set(err, ZOL_MALFORMED, 0, "%s: all values together have more than %u MiB", origin,
				   VALUES_MAX_LEN >> 20);
	v = v ? v : add(p, name);
	if (!text || !from || !v)
		return zol_err_oom(err);
	p->bytes += strlen(text) - strlen(v->value);
	free(v->value);
	free(v->origin);
	v->value = zol_take_ptr(text);
	v->origin = zol_take_ptr(from);
	return 0;
}

/* --- the lexer: Python's shlex in posix mode, with the word characters that Portage gives it --- */

struct lexer {
	struct zol_span text;
	size_t at;
	unsigned line, began; /* where the present token begins */
	const char *origin;
};

static int bad(const struct lexer *l, const char *what, struct zol_err *err)
{
	return zol_err_set(err, ZOL_MALFORMED, 0, "%s:%u: %s", l->origin, l->began, what);
}

static bool alnum(int c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool word_char(int c)
{
	return alnum(c) || (c > 0 && c < 128 && strchr("~!@#$%*_\\:;?,./-+{}", c));
}

static int next(struct lexer *l)
{
	if (l->at >= l->text.len)
		return -1;
	int c = (unsigned char)l->text.ptr[l->at++];

	l->line += c == '\n';
	return c;
}

static void skip_comment(struct lexer *l)
{
	int c;

	do
		c = next(l);
	while (c >= 0 && c != '\n');
}

/* Behind a backslash, outside of quotes (0) or in double ones. */
static int escaped(struct lexer *l, int quote, struct zol_str *tok, struct zol_err *err)
{
	int c = next(l);

	if (c < 0)
		return bad(l, "nothing follows the backslash", err);
	if (quote && c != '\\' && c != quote)
		zol_str_putc(tok, '\\');
	zol_str_putc(tok, (char)c);
	return 0;
}

static int quoted(struct lexer *l, int quote, struct zol_str *tok, struct zol_err *err)
{
	for (;;) {
		int c = next(l), r = 0;

		if (c < 0)
			return bad(l, "a quote is not closed", err);
		if (c == quote)
			return 0;
		if (c == '\\' && quote == '"')
			r = escaped(l, quote, tok, err);
		else
			zol_str_putc(tok, (char)c);
		if (r < 0)
			return r;
	}
}

/* The rest of a word, whose first character c is read already. */
static int word(struct lexer *l, int c, struct zol_str *tok, struct zol_err *err)
{
	for (; c >= 0; c = next(l)) {
		int r = 0;

		if (c == '"' || c == '\'') {
			r = quoted(l, c, tok, err);
		} else if (c == '\\') {
			r = escaped(l, 0, tok, err);
		} else if (c == '#' || c == ' ' || c == '\t' || c == '\r' || c == '\n') {
			if (c == '#')
				skip_comment(l);
			break;
		} else if (word_char(c)) {
			zol_str_putc(tok, (char)c);
		} else {
			l->at--;
			break;
		}
		if (r < 0)
			return r;
	}
	return 1;
}

/* 1 with a token, 0 at the end. */
static int token(struct lexer *l, struct zol_str *tok, struct zol_err *err)
{
	int c, r;

	zol_str_truncate(tok, 0);
	for (;;) {
		c = next(l);
		if (c < 0)
			return 0;
		if (c == '#')
			skip_comment(l);
		else if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
			break;
	}
	l->began = l->line;
	if (c == '"' || c == '\'' || c == '\\' || word_char(c)) {
		r = word(l, c, tok, err);
	} else {
		zol_str_putc(tok, (char)c);
		r = 1;
	}
	if (r > 0 && tok->len > VALUE_MAX_LEN)
		return bad(l, "too long", err);
	return r > 0 && zol_str_check(tok, err) < 0 ? -(int)err->code : r;
}

/* --- expansion --- */

/* Behind "\": what bash does in an assignment; everything else stays, with its backslash. */
static size_t backslash(struct zol_span in, size_t at, struct zol_str *out)
{
	char c = in.ptr[at];

	at++;
	if (c == '\n')
		return at;
	if (c != '$' && c != '\\') {
		zol_str_putc(out, '\\');
		zol_str_putc(out, c);
		return at;
	}
	zol_str_putc(out, c);
	/* Portage's own quirk, which it keeps: a quote or "$" behind an escaped backslash is literal. */
	if (c == '\\' && at < in.len && strchr("'\"$", in.ptr[at]) && in.ptr[at])
		zol_str_putc(out, in.ptr[at++]);
	return at;
}

/* Behind "$" at `at`; false: a substitution that Portage refuses. */
static bool dollar(struct zol_span in, size_t *at, const struct zol_pvars *vars, struct zol_str *out)
{
	bool braced = in.ptr[*at] == '{';
	size_t begin = *at + braced, end = begin;
	const struct zol_pvar *v;

	while (end < in.len && (alnum((unsigned char)in.ptr[end]) || in.ptr[end] == '_'))
		end++;
	if (end == begin || (braced && (end >= in.len || in.ptr[end] != '}')))
		return false;
	v = find(vars, zol_span(in.ptr + begin, end - begin));
	if (v)
		zol_str_puts(out, v->value);
	*at = end + braced;
	return true;
}

/* What Portage cannot expand becomes nothing at all. */
static void expand(struct zol_span in, const struct zol_pvars *vars, struct zol_str *out)
{
	bool single = false, dbl = false;

	for (size_t at = 0; at < in.len && out->len <= VALUE_MAX_LEN;) {
		char c = in.ptr[at++];

		if (c == '\'')
			single = dbl ? single : !single;
		else if (c == '"')
			dbl = single ? dbl : !dbl;
		/* A newline is a blank; "\" and "$" mean something unless they are the last character. */
		bool means = !single && (c == '\n' || ((c == '\\' || c == '$') && at < in.len));

		if (!means) {
			zol_str_putc(out, c);
		} else if (c == '\n') {
			zol_str_putc(out, ' ');
		} else if (c == '\\') {
			at = backslash(in, at, out);
		} else if (!dollar(in, &at, vars, out)) {
			zol_str_truncate(out, 0);
			return;
		}
	}
}

static int assign(struct lexer *l, struct zol_span name, struct zol_span raw, struct zol_pvars *vars,
		  struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str value = ZOL_STR_INIT;
	int r;

	expand(raw, vars, &value);
	r = zol_str_check(&value, err);
	if (r < 0)
		return r;
	if (value.len > VALUE_MAX_LEN)
		return bad(l, "the value is too long", err);
	return zol_pvars_set(vars, name, zol_span_str(&value), l->origin, err);
}

static bool name_ok(struct zol_span name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!alnum((unsigned char)name.ptr[i]) && name.ptr[i] != '_')
			return false;
	return name.len > 0 && !(name.ptr[0] >= '0' && name.ptr[0] <= '9');
}

/* "source FILE", whose token is tok. */
static int source(struct lexer *l, const struct zol_str *tok, struct zol_portage_source *src, struct zol_pvars *vars,
		  struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str path = ZOL_STR_INIT, text = ZOL_STR_INIT, full = ZOL_STR_INIT;
	const char *slash = strrchr(l->origin, '/');
	int r;

	expand(zol_span_str(tok), vars, &path);
	if (!src || path.len == 0)
		return zol_str_check(&path, err);
	if (src->depth >= SOURCE_DEPTH || src->files >= SOURCE_FILES)
		return bad(l, "source: files within files without end", err);
	if (path.ptr[0] != '/' && slash)
		zol_str_add(&full, l->origin, (size_t)(slash - l->origin) + 1);
	zol_str_puts(&full, zol_str_c(&path));
	r = zol_str_check(&full, err);
	if (r == 0)
		r = src->read(src->ctx, zol_str_c(&full), &text, err);
	if (r > 0)
		return bad(l, "source: there is no such file", err);
	if (r < 0)
		return r;
	src->depth++;
	src->files++;
	r = zol_portage_conf(zol_span_str(&text), zol_str_c(&full), src, vars, err);
	src->depth--;
	return r;
}

/* One statement. 1: done; 0: the end. */
static int statement(struct lexer *l, struct zol_portage_source *src, struct zol_pvars *vars, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str key = ZOL_STR_INIT, tok = ZOL_STR_INIT;
	int r = token(l, &key, err);

	if (r > 0 && zol_span_eq(zol_span_str(&key), "export"))
		r = token(l, &key, err);
	if (r <= 0)
		return r;
	r = token(l, &tok, err);
	if (r == 0)
		return bad(l, "ends too early", err);
	if (r < 0)
		return r;
	if (zol_span_eq(zol_span_str(&key), "source")) {
		r = source(l, &tok, src, vars, err);
		return r < 0 ? r : 1;
	}
	if (!zol_span_eq(zol_span_str(&tok), "="))
		return bad(l, "not an assignment", err);
	r = token(l, &tok, err);
	if (r == 0)
		return bad(l, "ends before the value", err);
	if (r > 0 && !name_ok(zol_span_str(&key)))
		return bad(l, "not the name of a variable", err);
	if (r > 0)
		r = assign(l, zol_span_str(&key), zol_span_str(&tok), vars, err);
	return r < 0 ? r : 1;
}

int zol_portage_conf(struct zol_span text, const char *origin, struct zol_portage_source *src, struct zol_pvars *vars,
		     struct zol_err *err)
{
	struct lexer l = { .text = text, .line = 1, .began = 1, .origin = origin };
	int r;

	do
		r = statement(&l, src, vars, err);
	while (r > 0);
	return r;
}

/* The name of a plain assignment that begins the line, or nothing. */
static struct zol_span assigned(struct zol_span line)
{
	const char *eq;
	struct zol_span t = zol_span_trim(line);

	if (zol_span_starts(t, "export ") || zol_span_starts(t, "export\t"))
		t = zol_span_trim(zol_span(t.ptr + 7, t.len - 7));
	eq = t.len ? memchr(t.ptr, '=', t.len) : NULL;
	t.len = eq ? (size_t)(eq - t.ptr) : 0;
	return name_ok(t) ? t : zol_span("", 0);
}

int zol_portage_bash(struct zol_span text, const char *origin, struct zol_pvars *vars, struct zol_err *err)
{
	struct zol_span rest = text, line;

	while (zol_span_line(&rest, &line)) {
		ZOL_AUTO(str) struct zol_str tok = ZOL_STR_INIT;
		ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
		struct zol_span name = assigned(line);
		struct lexer l = { .text = rest, .line = 1, .began = 1, .origin = origin };
		int r;

		if (!name.len)
			continue;
		l.text.ptr = name.ptr + name.len + 1;
		l.text.len = (size_t)(text.ptr + text.len - l.text.ptr);
		/* "NAME= # remark" is an empty value, which the lexer would look for on the next line. */
		if (l.text.len == 0 || strchr(" \t\r\n", l.text.ptr[0]))
			r = 0;
		else
			r = word(&l, next(&l), &tok, &ignored);
		if (r < 0)
			continue;
		r = zol_str_check(&tok, err);
		if (r == 0 && tok.len <= VALUE_MAX_LEN)
			r = assign(&l, name, zol_span_str(&tok), vars, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Behind the opening quote of a value that "declare -p" wrote. */
static bool declared_value(struct zol_span v, struct zol_str *value)
{
	for (size_t i = 0; i < v.len; i++) {
		char c = v.ptr[i];

		if (c == '"')
			return true;
		if (c == '\\' && i + 1 < v.len)
			c = v.ptr[++i];
		zol_str_putc(value, c);
	}
	return false;
}

bool zol_portage_declared(struct zol_span text, const char *name, struct zol_str *value)
{
	size_t len = strlen(name), before = value->len;
	struct zol_span line;

	while (zol_span_line(&text, &line)) {
		struct zol_span rest = line, word1, flags;

		if (!zol_span_starts(line, "declare -") || !zol_span_field(&rest, " ", &word1) ||
		    !zol_span_field(&rest, " ", &flags))
			continue;
		rest = zol_span_trim(rest);
		if (!zol_span_starts(rest, name) || rest.len < len + 2 || memcmp(rest.ptr + len, "=\"", 2) != 0)
			continue;
		/* A value of several lines goes on in what follows. */
		rest.ptr += len + 2;
		rest.len = (size_t)(text.ptr + text.len - rest.ptr);
		if (declared_value(rest, value))
			return !value->oom;
		zol_str_truncate(value, before);
	}
	return false;
}
