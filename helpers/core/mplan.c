/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/room.h"
#include "base/rows.h"
#include "core/mplan.h"

static const char code_point[] = "/mnt/code";
static const uint64_t run_size = 256U << 20;

static bool given(const char *text)
{
	return text && *text;
}

void zol_mplan_free(struct zol_mplan *p)
{
	for (size_t i = 0; i < p->len; i++) {
		free(p->ops[i].src);
		free(p->ops[i].dst);
		free(p->ops[i].opts);
	}
	free(p->ops);
	*p = (struct zol_mplan){ 0 };
}

void zol_mbind_free(struct zol_mbind *b)
{
	free(b->src);
	free(b->dst);
	*b = (struct zol_mbind){ 0 };
}

/* Absolute and without "." or ".." components. */
static bool plain_path(struct zol_span path)
{
	struct zol_span field;

	if (!zol_span_starts(path, "/"))
		return false;
	while (zol_span_field(&path, "/", &field))
		if (zol_span_eq(field, ".") || zol_span_eq(field, ".."))
			return false;
	return true;
}

int zol_mplan_bind(const char *text, struct zol_mbind *ret, struct zol_err *err)
{
	const char *colon = strchr(text, ':');

	if (!colon)
		return zol_err_set(err, ZOL_USAGE, 0, "'%s': expected SRC:DST or SRC:DST:ro", text);

	struct zol_span src = zol_span(text, (size_t)(colon - text));
	const char *end = strchr(colon + 1, ':');
	struct zol_span dst = end ? zol_span(colon + 1, (size_t)(end - colon - 1)) : zol_span_c(colon + 1);

	if (end && strcmp(end, ":ro") != 0 && strcmp(end, ":rw") != 0)
		return zol_err_set(err, ZOL_USAGE, 0, "'%s': '%s' is neither ro nor rw", text, end + 1);
	if (!plain_path(src) || !plain_path(dst))
		return zol_err_set(err, ZOL_USAGE, 0, "'%s': both paths must be absolute, without '.' and '..'", text);
	ret->rdonly = end && strcmp(end, ":ro") == 0;
	ret->file = false;
	ret->src = zol_span_dup(src);
	ret->dst = zol_span_dup(dst);
	if (ret->src && ret->dst)
		return 0;
	zol_mbind_free(ret);
	return zol_err_oom(err);
}

/* Appends an operation; the caller sets what else it needs. Never NULL: a spare when out of memory. */
static struct zol_mop *add(struct zol_mplan *p, struct zol_mop *spare, enum zol_mop_kind kind, const char *src,
			   const char *dst)
{
	void *grown = zol_room(p->ops, &p->cap, p->len + 1, sizeof(*p->ops));

	if (!grown) {
		p->oom = true;
		return spare;
	}
	p->ops = grown;

	struct zol_mop *op = &p->ops[p->len++];

	*op = (struct zol_mop){ .kind = kind, .src = src ? strdup(src) : NULL, .dst = strdup(dst) };
	if ((src && !op->src) || !op->dst)
		p->oom = true;
	return op;
}

static struct zol_mop *add_tmpfs(struct zol_mplan *p, struct zol_mop *spare, const char *dst, unsigned mode,
				 uint64_t size)
{
	struct zol_mop *op = add(p, spare, ZOL_MOP_TMPFS, NULL, dst);

	op->flags = ZOL_MP_NOSUID | ZOL_MP_NODEV | ZOL_MP_CREATE;
	op->mode = mode;
	op->size = size;
	return op;
}

static void add_clone(struct zol_mplan *p, const char *src, const char *dst, unsigned flags)
{
	struct zol_mop spare;

	add(p, &spare, ZOL_MOP_CLONE, src, dst)->flags = flags;
}

/* The last component, without slashes at the end; empty for "/". */
static struct zol_span last_name(const char *path)
{
	size_t end = strlen(path);

	while (end > 0 && path[end - 1] == '/')
		end--;

	size_t start = end;

	while (start > 0 && path[start - 1] != '/')
		start--;
	return zol_span(path + start, end - start);
}

static bool same_path(const char *a, const char *b)
{
	struct zol_span x = zol_span_c(a), y = zol_span_c(b), fx, fy;

	for (;;) {
		bool more_x = zol_span_field(&x, "/", &fx), more_y = zol_span_field(&y, "/", &fy);

		if (more_x != more_y)
			return false;
		if (!more_x)
			return true;
		if (fx.len != fy.len || memcmp(fx.ptr, fy.ptr, fx.len) != 0)
			return false;
	}
}

/* Whether list[at] is named among those before it: the same directory (1), or another of its name (-1). */
static int seen_before(const char *const *list, size_t at)
{
	struct zol_span name = last_name(list[at]);

	for (size_t i = 0; i < at; i++) {
		struct zol_span other = last_name(list[i]);

		if (same_path(list[i], list[at]))
			return 1;
		if (zol_span_same(name, other))
			return -1;
	}
	return 0;
}

/* How many different directories there are, or a failure. */
static int count_code(const char *const *code, struct zol_err *err)
{
	int n = 0;

	for (size_t i = 0; code && code[i]; i++) {
		int seen = seen_before(code, i);
		struct zol_span name = last_name(code[i]);

		if (!name.len || !plain_path(zol_span_c(code[i])))
			return zol_err_set(err, ZOL_USAGE, 0,
					   "'%s' cannot be a code directory: no absolute path with a name", code[i]);
		if (seen < 0)
			return zol_err_set(err, ZOL_USAGE, 0,
					   "two code directories are named '%.*s': both would be %s/%.*s",
					   (int)name.len, name.ptr, code_point, (int)name.len, name.ptr);
		n += seen == 0;
	}
	return n;
}

static void add_code(struct zol_mplan *p, const char *const *code, int n)
{
	const unsigned flags = ZOL_MP_RDONLY | ZOL_MP_NOSUID | ZOL_MP_NODEV | ZOL_MP_CREATE;

	for (size_t i = 0; code && code[i]; i++) {
		ZOL_AUTO(str) struct zol_str dst = ZOL_STR_INIT;
		struct zol_span name = last_name(code[i]);

		if (seen_before(code, i) > 0)
			continue;
		zol_str_puts(&dst, code_point);
		if (n > 1) {
			zol_str_putc(&dst, '/');
			zol_str_add(&dst, name.ptr, name.len);
		}
		p->oom |= dst.oom;
		add_clone(p, code[i], zol_str_c(&dst), flags);
	}
}

/* What is mounted in the guest's own tree, before anything of the host's. */
static void add_own(const struct zol_mplan_in *in, struct zol_mplan *p, int ncode)
{
	struct zol_mop spare;

	struct zol_mop *root = add(p, &spare, given(in->overlay) ? ZOL_MOP_OVERLAY : ZOL_MOP_ROOT, in->root, "/");

	if (given(in->overlay)) {
		root->opts = strdup(in->overlay);
		p->oom |= !root->opts;
	}
	add_tmpfs(p, &spare, "/run", 0755, run_size);
	add_tmpfs(p, &spare, "/tmp", 01777, in->tmp_size);
	if (given(in->portage_tmpdir)) {
		struct zol_mop *op = add_tmpfs(p, &spare, in->portage_tmpdir, 0775, in->portage_tmp_size);

		op->uid = in->portage_uid;
		op->gid = in->portage_gid;
	}
	if (ncode > 1)
		add_tmpfs(p, &spare, code_point, 0755, 1U << 20);
	if (given(in->resolv))
		add(p, &spare, ZOL_MOP_RESOLV, in->resolv, "/etc/resolv.conf");
}

static void add_shared(const struct zol_mplan_in *in, struct zol_mplan *p)
{
	const unsigned flags = ZOL_MP_NOSUID | ZOL_MP_NODEV | ZOL_MP_CREATE;

	if (given(in->portage_tree))
		add_clone(p, in->portage_tree, "/var/db/repos/gentoo", flags | ZOL_MP_RDONLY);
	if (given(in->portage_overlay))
		add_clone(p, in->portage_overlay, "/var/db/repos/zolkit",
			  ZOL_MP_NOSUID | ZOL_MP_NODEV | ZOL_MP_OPTIONAL | ZOL_MP_RDONLY);
	if (given(in->distfiles))
		add_clone(p, in->distfiles, "/var/cache/distfiles", flags);
	if (given(in->binpkgs))
		add_clone(p, in->binpkgs, "/var/cache/binpkgs", flags);
}

static void add_host(struct zol_mplan *p)
{
	struct zol_mop spare;

	add(p, &spare, ZOL_MOP_PROC, NULL, "/proc")->flags =
		ZOL_MP_NOSUID | ZOL_MP_NODEV | ZOL_MP_NOEXEC | ZOL_MP_CREATE;
	add_clone(p, "/dev", "/dev", ZOL_MP_SLAVE | ZOL_MP_CREATE);
	add_clone(p, "/sys", "/sys", ZOL_MP_SLAVE | ZOL_MP_CREATE);
	/* Never made when missing: /dev is the host's by now. */
	add_tmpfs(p, &spare, "/dev/shm", 01777, 0)->flags =
		ZOL_MP_NOSUID | ZOL_MP_NODEV | ZOL_MP_OPTIONAL | ZOL_MP_UNMOUNTED;
}

int zol_mplan_build(const struct zol_mplan_in *in, struct zol_mplan *ret, struct zol_err *err)
{
	ZOL_AUTO(mplan) struct zol_mplan p = { 0 };
	int ncode = count_code(in->code, err);

	if (ncode < 0)
		return ncode;
	add_own(in, &p, ncode);
	add_code(&p, in->code, ncode);
	add_shared(in, &p);
	add_host(&p);
	for (size_t i = 0; i < in->nbinds; i++)
		add_clone(&p, in->binds[i].src, in->binds[i].dst,
			  ZOL_MP_CREATE | (in->binds[i].rdonly ? ZOL_MP_RDONLY : 0) |
				  (in->binds[i].file ? ZOL_MP_FILE : 0));
	if (p.oom)
		return zol_err_oom(err);
	*ret = p;
	p = (struct zol_mplan){ 0 };
	return 0;
}

static const char *kind_name(enum zol_mop_kind kind)
{
	static const char *const names[] = {
		[ZOL_MOP_ROOT] = "root",     [ZOL_MOP_OVERLAY] = "overlay", [ZOL_MOP_TMPFS] = "tmpfs",
		[ZOL_MOP_RESOLV] = "resolv", [ZOL_MOP_CLONE] = "bind",      [ZOL_MOP_PROC] = "proc",
	};

	return names[kind];
}

static void text_flags(const struct zol_mop *op, struct zol_str *text)
{
	static const struct {
		unsigned flag;
		const char *name;
	} names[] = {
		{ ZOL_MP_RDONLY, "ro" },         { ZOL_MP_NOSUID, "nosuid" },
		{ ZOL_MP_NODEV, "nodev" },       { ZOL_MP_NOEXEC, "noexec" },
		{ ZOL_MP_SLAVE, "slave" },       { ZOL_MP_CREATE, "create" },
		{ ZOL_MP_OPTIONAL, "optional" }, { ZOL_MP_UNMOUNTED, "if-unmounted" },
	};
	const char *sep = "  ";

	if (op->kind == ZOL_MOP_TMPFS) {
		zol_str_printf(text, "%smode=%04o", sep, op->mode);
		sep = ",";
		if (op->size)
			zol_str_printf(text, ",size=%lluM", (unsigned long long)(op->size >> 20));
		if (op->uid || op->gid)
			zol_str_printf(text, ",uid=%u,gid=%u", op->uid, op->gid);
	} else if (op->kind == ZOL_MOP_ROOT || op->kind == ZOL_MOP_CLONE) {
		zol_str_printf(text, "%s%s", sep, op->kind == ZOL_MOP_ROOT ? "rbind,private" : "rbind");
		sep = ",";
	} else if (op->opts) {
		zol_str_puts(text, sep);
		zol_text_escape(text, op->opts);
		sep = ",";
	}
	for (size_t i = 0; i < ZOL_COUNT(names); i++) {
		if (!(op->flags & names[i].flag))
			continue;
		zol_str_printf(text, "%s%s", sep, names[i].name);
		sep = ",";
	}
}

void zol_mplan_text(const struct zol_mplan *p, struct zol_str *text)
{
	for (size_t i = 0; i < p->len; i++) {
		const struct zol_mop *op = &p->ops[i];

		zol_str_printf(text, "%-8s", kind_name(op->kind));
		if (op->src) {
			zol_text_escape(text, op->src);
			zol_str_puts(text, " -> ");
		}
		zol_text_escape(text, op->dst);
		text_flags(op, text);
		zol_str_putc(text, '\n');
	}
}

void zol_mplan_portage_tmpdir(struct zol_span make_conf, struct zol_str *ret)
{
	static const char key[] = "PORTAGE_TMPDIR=";
	struct zol_span line, dir = zol_span_c("/var/tmp");

	while (zol_span_line(&make_conf, &line)) {
		line = zol_span_trim(line);
		if (!zol_span_starts(line, key))
			continue;
		line = zol_span(line.ptr + sizeof(key) - 1, line.len - sizeof(key) + 1);

		const char *quote = line.len && (*line.ptr == '"' || *line.ptr == '\'') ? line.ptr : NULL;
		const char *end = quote ? memchr(quote + 1, *quote, line.len - 1) : NULL;

		if (end)
			line = zol_span(quote + 1, (size_t)(end - quote - 1));
		if (plain_path(line) && !memchr(line.ptr, '$', line.len) && !memchr(line.ptr, ' ', line.len))
			dir = line;
	}
	while (dir.len > 1 && dir.ptr[dir.len - 1] == '/')
		dir.len--;
	zol_str_add(ret, dir.ptr, dir.len == 1 ? 0 : dir.len);
	zol_str_puts(ret, "/portage");
}
