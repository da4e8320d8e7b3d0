/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/num.h"
#include "base/room.h"
#include "core/prep_journal.h"

static const char *const kinds[] = {
	[ZOL_JOURNAL_CREATE] = "create", [ZOL_JOURNAL_REPLACE] = "replace", [ZOL_JOURNAL_COPY] = "copy",
	[ZOL_JOURNAL_MKDIR] = "mkdir",   [ZOL_JOURNAL_OWNER] = "owner",     [ZOL_JOURNAL_LINK] = "link",
};

static void entry_free(struct zol_journal_entry *e)
{
	free(e->path);
	zol_str_free(&e->old);
}

void zol_journal_free(struct zol_journal *j)
{
	for (size_t i = 0; i < j->n; i++)
		entry_free(&j->v[i]);
	free(j->v);
	*j = (struct zol_journal){ 0 };
}

const struct zol_journal_entry *zol_journal_find(const struct zol_journal *j, enum zol_journal_kind kind,
						 const char *path)
{
	for (size_t i = 0; i < j->n; i++)
		if (j->v[i].kind == kind && strcmp(j->v[i].path, path) == 0)
			return &j->v[i];
	return NULL;
}

bool zol_journal_knows(const struct zol_journal *j, const struct zol_journal_entry *e)
{
	return zol_journal_find(j, e->kind, e->path) ||
	       (e->kind == ZOL_JOURNAL_OWNER && zol_journal_find(j, ZOL_JOURNAL_MKDIR, e->path));
}

static struct zol_journal_entry *room(struct zol_journal *j)
{
	struct zol_journal_entry *v = zol_room(j->v, &j->cap, j->n + 1, sizeof(*v));

	if (!v)
		return NULL;
	j->v = v;
	return &j->v[j->n];
}

static bool owner_same(const struct zol_owner *a, const struct zol_owner *b)
{
	return a->uid == b->uid && a->gid == b->gid && a->mode == b->mode;
}

int zol_journal_add(struct zol_journal *j, const struct zol_journal_entry *e, struct zol_err *err)
{
	struct zol_journal_entry *at;

	/* An original that is cut short must not get on record. */
	if (e->old.oom)
		return zol_err_oom(err);
	for (size_t i = 0; i < j->n; i++) {
		at = &j->v[i];
		if (at->kind != e->kind || strcmp(at->path, e->path) != 0)
			continue;
		if (at->sum == e->sum && owner_same(&at->after, &e->after))
			return 1;
		at->sum = e->sum;
		at->after = e->after;
		return 0;
	}
	at = room(j);
	if (!at)
		return zol_err_oom(err);
	*at = (struct zol_journal_entry){ .kind = e->kind, .sum = e->sum, .before = e->before, .after = e->after };
	at->path = zol_asprintf("%s", e->path);
	zol_str_add(&at->old, zol_str_c(&e->old), e->old.len);
	if (!at->path || at->old.oom) {
		entry_free(at);
		return zol_err_oom(err);
	}
	j->n++;
	return 0;
}

static bool from_hex(struct zol_span hex, struct zol_str *out)
{
	if (hex.len % 2)
		return false;
	for (size_t i = 0; i < hex.len; i += 2) {
		int hi = zol_hex_digit(hex.ptr[i]), lo = zol_hex_digit(hex.ptr[i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		zol_str_putc(out, (char)(hi << 4 | lo));
	}
	return true;
}

static bool octal(struct zol_span text, uint32_t *ret)
{
	uint32_t v = 0;

	if (text.len == 0 || text.len > 5)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '7')
			return false;
		v = v << 3 | (uint32_t)(text.ptr[i] - '0');
	}
	*ret = v;
	return true;
}

static bool owner(struct zol_span text, struct zol_owner *ret)
{
	struct zol_span u, g, m;
	uint64_t uid, gid;

	if (!zol_span_field(&text, ":", &u) || !zol_span_field(&text, ":", &g) || !zol_span_field(&text, ":", &m) ||
	    !zol_span_u64(u, &uid) || !zol_span_u64(g, &gid) || uid > UINT32_MAX || gid > UINT32_MAX)
		return false;
	*ret = (struct zol_owner){ (uint32_t)uid, (uint32_t)gid, 0 };
	return octal(m, &ret->mode);
}

static bool sum(struct zol_span text, uint32_t *ret)
{
	uint64_t v;

	if (text.len != 8 || !zol_span_hex(text, &v))
		return false;
	*ret = (uint32_t)v;
	return true;
}

/* What stands behind the path. */
static bool details(struct zol_journal_entry *e, struct zol_span a, struct zol_span b)
{
	switch (e->kind) {
	case ZOL_JOURNAL_CREATE:
	case ZOL_JOURNAL_MKDIR:
		return true;
	case ZOL_JOURNAL_REPLACE:
		return sum(a, &e->sum) && from_hex(b, &e->old);
	case ZOL_JOURNAL_COPY:
		return sum(a, &e->sum);
	case ZOL_JOURNAL_OWNER:
		return owner(a, &e->before) && owner(b, &e->after);
	case ZOL_JOURNAL_LINK:
		zol_str_add(&e->old, a.ptr, a.len);
		return a.len > 0;
	}
	return false;
}

static bool parse_line(struct zol_span line, struct zol_journal_entry *e, bool *ret_oom)
{
	struct zol_span kind, path, a = zol_span("", 0), b = zol_span("", 0);

	if (!zol_span_field(&line, "\t", &kind) || !zol_span_field(&line, "\t", &path))
		return false;
	(void)zol_span_field(&line, "\t", &a);
	(void)zol_span_field(&line, "\t", &b);
	for (size_t i = 0; i < ZOL_COUNT(kinds); i++) {
		if (!zol_span_eq(kind, kinds[i]))
			continue;
		e->kind = (enum zol_journal_kind)i;
		e->path = zol_span_dup(path);
		*ret_oom = !e->path;
		return details(e, a, b);
	}
	return false;
}

int zol_journal_parse(struct zol_span text, struct zol_journal *j, struct zol_err *err)
{
	struct zol_span line;

	for (unsigned n = 1; zol_span_line(&text, &line); n++) {
		struct zol_journal_entry e = { .path = NULL };
		bool oom = false;
		int r;

		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		if (memchr(line.ptr, '\0', line.len) || !parse_line(line, &e, &oom))
			r = zol_err_set(err, ZOL_MALFORMED, 0, "line %u is no journal entry", n);
		else
			r = oom || e.old.oom ? zol_err_oom(err) : zol_journal_add(j, &e, err);
		entry_free(&e);
		if (r < 0)
			return r;
	}
	return 0;
}

static void add_owner(struct zol_str *s, const struct zol_owner *o)
{
	zol_str_printf(s, "\t%" PRIu32 ":%" PRIu32 ":%04" PRIo32, o->uid, o->gid, o->mode);
}

void zol_journal_text(const struct zol_journal *j, struct zol_str *text)
{
	for (size_t i = 0; i < j->n; i++) {
		const struct zol_journal_entry *e = &j->v[i];

		zol_str_printf(text, "%s\t%s", kinds[e->kind], e->path);
		if (e->kind == ZOL_JOURNAL_REPLACE || e->kind == ZOL_JOURNAL_COPY)
			zol_str_printf(text, "\t%08" PRIx32, e->sum);
		if (e->kind == ZOL_JOURNAL_REPLACE) {
			zol_str_putc(text, '\t');
			zol_str_hex(text, e->old.ptr, e->old.len);
		}
		if (e->kind == ZOL_JOURNAL_LINK)
			zol_str_printf(text, "\t%s", zol_str_c(&e->old));
		if (e->kind == ZOL_JOURNAL_OWNER) {
			add_owner(text, &e->before);
			add_owner(text, &e->after);
		}
		zol_str_putc(text, '\n');
	}
}
