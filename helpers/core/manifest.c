/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/manifest.h"

#include <strings.h>

#include "base/num.h"
#include "base/room.h"

bool zol_stamp_eq(const struct zol_stamp *a, const struct zol_stamp *b)
{
	return a->known && b->known && a->size == b->size && a->mtime == b->mtime && a->ctime == b->ctime &&
	       a->ino == b->ino;
}

/* The paths of thousands of files, one behind the other. */
struct zol_manifest_names {
	struct zol_manifest_names *next;
	size_t used;
	char text[65536 - 32];
};

/* A path's copy, which lives as long as the manifest; NULL when out of memory. */
static const char *keep_name(struct zol_manifest *m, struct zol_span path)
{
	struct zol_manifest_names *n = m->names;
	char *at;

	if (!n || path.len >= sizeof(n->text) - n->used) {
		n = malloc(sizeof(*n));
		if (!n)
			return NULL;
		n->next = m->names;
		n->used = 0;
		m->names = n;
	}
	at = n->text + n->used;
	memcpy(at, path.ptr, path.len);
	at[path.len] = '\0';
	n->used += path.len + 1;
	return at;
}

void zol_manifest_free(struct zol_manifest *m)
{
	for (struct zol_manifest_names *n = m->names, *next; n; n = next) {
		next = n->next;
		free(n);
	}
	free(m->v);
	free(m->boot);
	free(m->commit);
	*m = (struct zol_manifest)ZOL_MANIFEST_INIT;
}

static bool component_ok(struct zol_span c)
{
	if (!c.len || c.len > 255 || zol_span_eq(c, ".") || zol_span_eq(c, ".."))
		return false;
	return !(c.len == 4 && !strncasecmp(c.ptr, ".git", 4));
}

bool zol_manifest_path_ok(struct zol_span path)
{
	size_t from = 0;

	if (!path.len || path.len >= 4096 || memchr(path.ptr, '\0', path.len) ||
	    zol_span_starts(path, ZOL_MANIFEST_NAME))
		return false;
	for (size_t i = 0; i <= path.len; i++) {
		if (i < path.len && path.ptr[i] != '/')
			continue;
		if (!component_ok(zol_span(path.ptr + from, i - from)))
			return false;
		from = i + 1;
	}
	return true;
}

/* The rank of a byte: the end, then '/', then the others. */
static int rank(char c)
{
	if (c == '\0')
		return 0;
	return c == '/' ? 1 : (int)(unsigned char)c + 1;
}

int zol_manifest_cmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return rank(*a) - rank(*b);
}

static bool oid_ok(struct zol_span oid)
{
	if (oid.len != 40 && oid.len != 64)
		return false;
	for (size_t i = 0; i < oid.len; i++) {
		char c = oid.ptr[i];

		if ((c < '0' || c > '9') && (c < 'a' || c > 'f'))
			return false;
	}
	return true;
}

static struct zol_manifest_entry *new_entry(struct zol_manifest *m)
{
	struct zol_manifest_entry *v = zol_room(m->v, &m->cap, m->len + 1, sizeof(*v));

	if (!v)
		return NULL;
	m->v = v;
	m->v[m->len] = (struct zol_manifest_entry){ .path = NULL };
	return &m->v[m->len];
}

/* The path as it can stand in a message. */
static int bad_path(struct zol_span path, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str shown = ZOL_STR_INIT;

	for (size_t i = 0; i < path.len && i < 200; i++) {
		if (path.ptr[i] >= ' ' && path.ptr[i] <= '~')
			zol_str_putc(&shown, path.ptr[i]);
		else
			zol_str_printf(&shown, "\\%03o", (unsigned)(unsigned char)path.ptr[i]);
	}
	return zol_err_set(err, ZOL_MALFORMED, 0, "the path '%s' may not be written", zol_str_c(&shown));
}

static int add_entry(struct zol_manifest *m, struct zol_span path, enum zol_manifest_kind kind, struct zol_span oid,
		     const struct zol_stamp *stamp, struct zol_err *err)
{
	struct zol_manifest_entry *e;

	if (!zol_manifest_path_ok(path))
		return bad_path(path, err);
	if (!oid_ok(oid))
		return zol_err_set(err, ZOL_MALFORMED, 0, "'%.*s' is no object id", (int)(oid.len < 80 ? oid.len : 80),
				   oid.ptr);
	e = new_entry(m);
	if (!e)
		return zol_err_oom(err);
	e->path = keep_name(m, path);
	if (!e->path)
		return zol_err_oom(err);
	e->kind = kind;
	e->stamp = *stamp;
	memcpy(e->oid, oid.ptr, oid.len);
	m->len++;
	return 0;
}

int zol_manifest_add(struct zol_manifest *m, struct zol_span path, enum zol_manifest_kind kind, struct zol_span oid,
		     struct zol_err *err)
{
	return add_entry(m, path, kind, oid, &(struct zol_stamp){ .known = false }, err);
}

/* One that is in a manifest has been looked at. */
static int copy_entry(struct zol_manifest *m, const struct zol_manifest_entry *e, struct zol_err *err)
{
	struct zol_manifest_entry *copy = new_entry(m);
	const char *path = copy ? keep_name(m, zol_span_c(e->path)) : NULL;

	if (!path)
		return zol_err_oom(err);
	*copy = *e;
	copy->path = path;
	m->len++;
	return 0;
}

static int by_path(const void *a, const void *b)
{
	const struct zol_manifest_entry *x = a, *y = b;

	return zol_manifest_cmp(x->path, y->path);
}

/* Is path below dir ("dir/...")? */
static bool is_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return !strncmp(path, dir, n) && path[n] == '/';
}

/* The trees of git come in nearly this order, most of them quite. */
static bool is_sorted(const struct zol_manifest *m)
{
	for (size_t i = 1; i < m->len; i++)
		if (zol_manifest_cmp(m->v[i - 1].path, m->v[i].path) > 0)
			return false;
	return true;
}

int zol_manifest_sort(struct zol_manifest *m, struct zol_err *err)
{
	if (!is_sorted(m))
		qsort(m->v, m->len, sizeof(*m->v), by_path);
	for (size_t i = 1; i < m->len; i++) {
		if (!strcmp(m->v[i - 1].path, m->v[i].path) || is_below(m->v[i].path, m->v[i - 1].path))
			return bad_path(zol_span_c(m->v[i].path), err);
	}
	return 0;
}

/* How many entries come before path. */
static size_t lower_bound(const struct zol_manifest *m, const char *path)
{
	size_t lo = 0, hi = m->len;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (zol_manifest_cmp(m->v[mid].path, path) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct zol_manifest_entry *zol_manifest_find(const struct zol_manifest *m, const char *path)
{
	size_t i = lower_bound(m, path);

	return i < m->len && !strcmp(m->v[i].path, path) ? &m->v[i] : NULL;
}

/* The first entry that may be below dir. */
static size_t first_below(const struct zol_manifest *m, const char *dir)
{
	size_t i = lower_bound(m, dir);

	return *dir && i < m->len && !strcmp(m->v[i].path, dir) ? i + 1 : i;
}

bool zol_manifest_below(const struct zol_manifest *m, const char *dir)
{
	size_t i = first_below(m, dir);

	return i < m->len && (!*dir || is_below(m->v[i].path, dir));
}

int zol_manifest_add_below(struct zol_manifest *m, const struct zol_manifest *from, const char *dir,
			   struct zol_err *err)
{
	for (size_t i = first_below(from, dir); i < from->len; i++) {
		if (*dir && !is_below(from->v[i].path, dir))
			break;
		if (copy_entry(m, &from->v[i], err))
			return -(int)err->code;
		m->v[m->len - 1].stamp.known = false;
	}
	return 0;
}

static bool parse_time(struct zol_span text, int64_t *ret)
{
	uint64_t v;

	if (!zol_span_u64(text, &v) || v > INT64_MAX)
		return false;
	*ret = (int64_t)v;
	return true;
}

static bool parse_stamp(struct zol_span text, struct zol_stamp *ret)
{
	struct zol_span part[4];
	size_t from = 0, n = 0;

	if (zol_span_eq(text, "-"))
		return true;
	for (size_t i = 0; i <= text.len; i++) {
		if (i < text.len && text.ptr[i] != ':')
			continue;
		if (n == 4)
			return false;
		part[n++] = zol_span(text.ptr + from, i - from);
		from = i + 1;
	}
	ret->known = true;
	return n == 4 && zol_span_u64(part[0], &ret->size) && parse_time(part[1], &ret->mtime) &&
	       parse_time(part[2], &ret->ctime) && zol_span_u64(part[3], &ret->ino);
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* Makes *text what it means; room holds the bytes of one that is not written as it is. */
static bool unescape(struct zol_span *text, struct zol_str *room)
{
	if (!text->len || !memchr(text->ptr, '\\', text->len))
		return true;
	for (size_t i = 0; i < text->len; i++) {
		const char *p = text->ptr + i;

		if (*p != '\\') {
			zol_str_putc(room, *p);
			continue;
		}
		if (text->len - i < 4 || !is_octal(p[1]) || p[1] > '3' || !is_octal(p[2]) || !is_octal(p[3]))
			return false;
		zol_str_putc(room, (char)((p[1] - '0') << 6 | (p[2] - '0') << 3 | (p[3] - '0')));
		i += 3;
	}
	*text = zol_span_str(room);
	return true;
}

/* The text up to the next blank off *rest. */
static struct zol_span word(struct zol_span *rest)
{
	const char *blank = rest->len ? memchr(rest->ptr, ' ', rest->len) : NULL;
	size_t n = blank ? (size_t)(blank - rest->ptr) : rest->len;
	struct zol_span w = zol_span(rest->ptr, n);

	*rest = blank ? zol_span(blank + 1, rest->len - n - 1) : zol_span(rest->ptr + n, 0);
	return w;
}

static int parse_entry(struct zol_span line, struct zol_manifest *m, struct zol_err *err)
{
	struct zol_span kind = word(&line), oid = word(&line), stamp = word(&line);
	ZOL_AUTO(str) struct zol_str path = ZOL_STR_INIT;
	struct zol_stamp s = { .known = false };

	if (kind.len != 1 || !strchr("FXLD", *kind.ptr) || !*kind.ptr || !parse_stamp(stamp, &s) ||
	    !unescape(&line, &path))
		return zol_err_set(err, ZOL_MALFORMED, 0, "this is no entry");
	if (zol_str_check(&path, err) || add_entry(m, line, (enum zol_manifest_kind) * kind.ptr, oid, &s, err))
		return -(int)err->code;
	if (m->len > 1 && zol_manifest_cmp(m->v[m->len - 2].path, m->v[m->len - 1].path) >= 0)
		return zol_err_set(err, ZOL_MALFORMED, 0, "the entries are not sorted");
	return 0;
}

/* "state", "boot", "commit" and "submodules". Returns 1 when the line is another one. */
static int parse_field(struct zol_span line, struct zol_manifest *m, struct zol_err *err)
{
	struct zol_span rest = line, key = word(&rest);
	bool boot = zol_span_eq(key, "boot");
	char **slot = boot ? &m->boot : &m->commit;

	if (zol_span_eq(key, "state")) {
		m->complete = zol_span_eq(rest, "complete");
		if (!m->complete && !zol_span_eq(rest, "underway"))
			return zol_err_set(err, ZOL_MALFORMED, 0, "no such state");
		return 0;
	}
	if (zol_span_eq(key, "submodules") && zol_span_eq(rest, "none")) {
		m->plain = true;
		return 0;
	}
	if (!boot && !zol_span_eq(key, "commit"))
		return 1;
	if (*slot || (boot ? !rest.len || rest.len > 64 : !oid_ok(rest)))
		return zol_err_set(err, ZOL_MALFORMED, 0, "this is no boot or commit id");
	*slot = zol_span_dup(rest);
	return *slot ? 0 : zol_err_oom(err);
}

static int parse_line(struct zol_span line, struct zol_manifest *m, bool *ended, struct zol_err *err)
{
	struct zol_span rest = line, key = word(&rest);
	uint64_t n;
	int rc;

	if (memchr(line.ptr, '\0', line.len))
		return zol_err_set(err, ZOL_MALFORMED, 0, "a NUL");
	if (zol_span_eq(key, "end")) {
		if (!zol_span_u64(rest, &n) || n != m->len)
			return zol_err_set(err, ZOL_MALFORMED, 0, "the number of entries is another one");
		*ended = true;
		return 0;
	}
	rc = m->len ? 1 : parse_field(line, m, err);
	return rc > 0 ? parse_entry(line, m, err) : rc;
}

int zol_manifest_parse(struct zol_span text, struct zol_manifest *ret, struct zol_err *err)
{
	ZOL_AUTO(manifest) struct zol_manifest m = ZOL_MANIFEST_INIT;
	struct zol_span line;
	bool ended = false;
	size_t n = 1;

	if (!zol_span_line(&text, &line) || !zol_span_eq(line, "zolkit-export 1"))
		return zol_err_set(err, ZOL_MALFORMED, 0, "this is no manifest of ours");
	while (!ended && zol_span_line(&text, &line)) {
		n++;
		if (!line.len || parse_line(line, &m, &ended, err)) {
			if (!line.len)
				(void)zol_err_set(err, ZOL_MALFORMED, 0, "an empty line");
			return zol_err_wrap(err, "line %zu", n);
		}
	}
	if (!ended || text.len)
		return zol_err_set(err, ZOL_MALFORMED, 0, ended ? "there is text behind its end" : "it is cut off");
	*ret = m;
	m = (struct zol_manifest)ZOL_MANIFEST_INIT;
	return 0;
}

static void escape(struct zol_str *text, const char *path)
{
	while (*path) {
		size_t plain = 0;

		while (path[plain] >= ' ' && path[plain] <= '~' && path[plain] != '\\')
			plain++;
		zol_str_add(text, path, plain);
		path += plain;
		if (*path)
			zol_str_printf(text, "\\%03o", (unsigned)(unsigned char)*path++);
	}
}

/* A manifest has four numbers for each file; printf() takes longer for them than for all else. */
static void put_number(struct zol_str *text, uint64_t v, char end)
{
	char buf[24];
	size_t at = sizeof(buf);

	buf[--at] = end;
	do
		buf[--at] = (char)('0' + v % 10);
	while ((v /= 10));
	zol_str_add(text, buf + at, sizeof(buf) - at);
}

void zol_manifest_text(const struct zol_manifest *m, struct zol_str *text)
{
	zol_str_puts(text, m->complete ? ZOL_MANIFEST_COMPLETE : ZOL_MANIFEST_UNDERWAY);
	if (m->boot)
		zol_str_printf(text, "boot %s\n", m->boot);
	if (m->commit)
		zol_str_printf(text, "commit %s\n", m->commit);
	if (m->plain)
		zol_str_puts(text, "submodules none\n");
	for (size_t i = 0; i < m->len; i++) {
		const struct zol_manifest_entry *e = &m->v[i];

		zol_str_putc(text, (char)e->kind);
		zol_str_putc(text, ' ');
		zol_str_puts(text, e->oid);
		zol_str_putc(text, ' ');
		/* Times before 1970 are not worth a format. */
		if (e->stamp.known && e->stamp.mtime >= 0 && e->stamp.ctime >= 0) {
			put_number(text, e->stamp.size, ':');
			put_number(text, (uint64_t)e->stamp.mtime, ':');
			put_number(text, (uint64_t)e->stamp.ctime, ':');
			put_number(text, e->stamp.ino, ' ');
		} else {
			zol_str_puts(text, "- ");
		}
		escape(text, e->path);
		zol_str_putc(text, '\n');
	}
	zol_str_printf(text, "end %zu\n", m->len);
}

int zol_manifest_union(const struct zol_manifest *a, const struct zol_manifest *b, struct zol_manifest *ret,
		       struct zol_err *err)
{
	ZOL_AUTO(manifest) struct zol_manifest m = ZOL_MANIFEST_INIT;
	size_t i = 0, j = 0;

	while (i < a->len || j < b->len) {
		int order;

		if (i == a->len)
			order = 1;
		else if (j == b->len)
			order = -1;
		else
			order = zol_manifest_cmp(a->v[i].path, b->v[j].path);
		if (copy_entry(&m, order <= 0 ? &a->v[i] : &b->v[j], err))
			return -(int)err->code;
		i += order <= 0;
		j += order >= 0;
	}
	*ret = m;
	m = (struct zol_manifest)ZOL_MANIFEST_INIT;
	return 0;
}
