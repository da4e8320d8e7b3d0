/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts.h"

#include <inttypes.h>

#include "core/strmap.h"

#define HEAD "zolkit-facts 1"
#define END "end"

void zol_facts_free(struct zol_facts *f)
{
	zol_strv_free(&f->lines);
}

static void escape(struct zol_str *s, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c == 0x7f || c == '\\')
			zol_str_printf(s, "\\%03o", c);
		else
			zol_str_putc(s, *text);
	}
}

static void add_line(struct zol_facts *f, const struct zol_str *line)
{
	if (line->oom)
		f->lines.oom = true;
	else
		zol_strv_add(&f->lines, zol_str_c(line));
}

void zol_facts_word(struct zol_facts *f, const char *word)
{
	ZOL_AUTO(str) struct zol_str line = ZOL_STR_INIT;

	zol_str_puts(&line, "W ");
	escape(&line, word);
	add_line(f, &line);
}

void zol_facts_file(struct zol_facts *f, const char *path, uint64_t print, int64_t size)
{
	ZOL_AUTO(str) struct zol_str line = ZOL_STR_INIT;

	if (size < 0)
		zol_str_puts(&line, "F - ");
	else
		zol_str_printf(&line, "F %016" PRIx64 ":%" PRId64 " ", print, size);
	escape(&line, path);
	add_line(f, &line);
}

/* What a line is about: a file's path, a word up to its "=". */
static struct zol_span subject(const char *line)
{
	const char *at = line + 2;
	const char *end;

	if (line[0] == 'F') {
		const char *blank = strchr(at, ' ');

		return zol_span_c(blank ? blank + 1 : at);
	}
	end = strchr(at, '=');
	return end ? zol_span(at, (size_t)(end - at)) : zol_span_c(at);
}

/* By kind and subject, then the rest: so two values of one subject stand at the same place. */
static int compare(const char *a, const char *b)
{
	struct zol_span x = subject(a), y = subject(b);
	size_t len = x.len < y.len ? x.len : y.len;
	int rc = a[0] - b[0];

	if (!rc && len)
		rc = memcmp(x.ptr, y.ptr, len);
	return rc ? rc : (x.len > y.len) - (x.len < y.len);
}

static int sorter(const void *a, const void *b)
{
	const char *x = *(char *const *)a, *y = *(char *const *)b;
	int rc = compare(x, y);

	return rc ? rc : strcmp(x, y);
}

int zol_facts_sort(struct zol_facts *f, struct zol_err *err)
{
	struct zol_strv *v = &f->lines;
	size_t kept = 0;

	if (zol_strv_check(v, err))
		return -(int)err->code;
	if (v->len)
		qsort(v->v, v->len, sizeof(*v->v), sorter);
	for (size_t i = 0; i < v->len; i++) {
		if (kept && strcmp(v->v[kept - 1], v->v[i]) == 0)
			free(v->v[i]);
		else
			v->v[kept++] = v->v[i];
	}
	if (v->v)
		v->v[kept] = NULL;
	v->len = kept;
	return 0;
}

void zol_facts_text(const struct zol_facts *f, struct zol_str *out)
{
	zol_str_puts(out, HEAD "\n");
	for (size_t i = 0; i < f->lines.len; i++)
		zol_str_printf(out, "%s\n", f->lines.v[i]);
	zol_str_puts(out, END "\n");
}

bool zol_facts_parse(struct zol_span text, struct zol_facts *ret)
{
	struct zol_span line;

	if (!zol_span_line(&text, &line) || !zol_span_eq(line, HEAD))
		return false;
	while (zol_span_line(&text, &line)) {
		if (zol_span_eq(line, END))
			return !text.len && !ret->lines.oom;
		if (line.len < 2 || (line.ptr[0] != 'W' && line.ptr[0] != 'F') || line.ptr[1] != ' ' ||
		    memchr(line.ptr, '\0', line.len))
			return false;
		zol_strv_addn(&ret->lines, line.ptr, line.len);
	}
	return false;
}

/* before: of a line that is another one now, else NULL */
static void tell(struct zol_strv *out, const char *line, const char *before, const char *what)
{
	struct zol_span s = subject(line);

	if (line[0] == 'F')
		zol_strv_addf(out, "%.*s %s", (int)s.len, s.ptr, what);
	else if (before)
		zol_strv_addf(out, "%s instead of %s", line + 2, before + 2);
	else
		zol_strv_addf(out, "%s %s", line + 2, what);
}

size_t zol_facts_diff(const struct zol_facts *before, const struct zol_facts *now, size_t max, struct zol_strv *out)
{
	size_t i = 0, j = 0, told = 0;

	for (;;) {
		const char *a = i < before->lines.len ? before->lines.v[i] : NULL;
		const char *b = j < now->lines.len ? now->lines.v[j] : NULL;

		if (!a && !b)
			return told;
		if (a && (!b || compare(a, b) < 0)) {
			if (told++ < max)
				tell(out, a, NULL, "is gone");
			i++;
		} else if (!a || compare(a, b) > 0) {
			if (told++ < max)
				tell(out, b, NULL, "is new");
			j++;
		} else {
			if (strcmp(a, b) != 0 && told++ < max)
				tell(out, b, a, "changed");
			i++;
			j++;
		}
	}
}

uint64_t zol_facts_print(const struct zol_facts *f)
{
	uint64_t seed = ZOL_FNV_SEED;

	for (size_t i = 0; i < f->lines.len; i++)
		seed = zol_fnv64(seed, f->lines.v[i], strlen(f->lines.v[i]) + 1);
	return seed;
}
