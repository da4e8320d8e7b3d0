/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A tree in memory behind struct zol_prep_view, and an interpreter of plans on it. */

#include <errno.h>

#include "core/prep_plan.h"
#include "unit.h"

struct mem_node {
	char path[128];
	enum zol_node_kind kind;
	bool link; /* data is its target */
	struct zol_owner owner;
	struct zol_str data;
};

struct mem_tree {
	struct mem_node n[200];
	size_t len;
};

static inline void mem_free(struct mem_tree *t)
{
	for (size_t i = 0; i < t->len; i++)
		zol_str_free(&t->n[i].data);
	t->len = 0;
}
ZOL_CLEANUP_STRUCT(mem, struct mem_tree, mem_free);

static inline struct mem_node *mem_find(struct mem_tree *t, const char *path)
{
	for (size_t i = 0; i < t->len; i++)
		if (strcmp(t->n[i].path, path) == 0)
			return &t->n[i];
	return NULL;
}

/* The same for one that must be there. */
__attribute__((noinline, returns_nonnull, unused)) static struct mem_node *mem_get(struct mem_tree *t, const char *path)
{
	struct mem_node *n = mem_find(t, path);

	if (!n)
		fail_msg("no %s", path);
	return n;
}

static inline struct mem_node *mem_new(struct mem_tree *t, const char *path, enum zol_node_kind kind)
{
	struct mem_node *n = mem_find(t, path);

	if (!n) {
		assert_true(t->len < ZOL_COUNT(t->n));
		n = &t->n[t->len++];
		*n = (struct mem_node){ .kind = kind, .owner = { 0, 0, kind == ZOL_NODE_DIR ? 0755 : 0644 } };
		assert_true(strlen(path) < sizeof(n->path));
		memcpy(n->path, path, strlen(path) + 1);
	}
	n->kind = kind;
	return n;
}

/* Makes the directories above a path. */
static inline void mem_parents(struct mem_tree *t, const char *path)
{
	char dir[128];

	for (const char *p = strchr(path, '/'); p; p = strchr(p + 1, '/')) {
		memcpy(dir, path, (size_t)(p - path));
		dir[p - path] = '\0';
		if (!mem_find(t, dir))
			(void)mem_new(t, dir, ZOL_NODE_DIR);
	}
}

static inline struct mem_node *mem_file(struct mem_tree *t, const char *path, const char *text)
{
	struct mem_node *n;

	mem_parents(t, path);
	n = mem_new(t, path, ZOL_NODE_FILE);
	zol_str_truncate(&n->data, 0);
	zol_str_puts(&n->data, text);
	return n;
}

static inline void mem_link(struct mem_tree *t, const char *path, const char *target)
{
	mem_parents(t, path);
	struct mem_node *n = mem_new(t, path, ZOL_NODE_OTHER);

	n->link = true;
	zol_str_truncate(&n->data, 0);
	zol_str_puts(&n->data, target);
}

static inline void mem_remove(struct mem_tree *t, struct mem_node *n)
{
	zol_str_free(&n->data);
	*n = t->n[--t->len];
}

/* What a link leads to: one step is enough here. */
static inline struct mem_node *mem_follow(struct mem_tree *t, struct mem_node *n)
{
	char path[256];
	const char *target = zol_str_c(&n->data), *slash = strrchr(n->path, '/');

	if (target[0] == '/')
		(void)snprintf(path, sizeof(path), "%s", target + 1);
	else
		(void)snprintf(path, sizeof(path), "%.*s%s", slash ? (int)(slash - n->path) + 1 : 0, n->path, target);
	return mem_find(t, path);
}

static inline int mem_stat(void *ctx, const char *path, struct zol_node *ret, struct zol_err *err)
{
	struct mem_node *n = mem_find(ctx, path), *to = n;

	(void)err;
	*ret = (struct zol_node){ .kind = ZOL_NODE_ABSENT };
	if (!n)
		return 0;
	if (n->link) {
		ret->link = true;
		to = mem_follow(ctx, n);
		if (!to)
			return 0;
	}
	ret->kind = to->kind;
	ret->owner = to->owner;
	return 0;
}

static inline int mem_read(void *ctx, const char *path, struct zol_str *out, struct zol_err *err)
{
	struct mem_node *n = mem_find(ctx, path);

	if (n && n->link)
		n = mem_follow(ctx, n);
	if (!n || n->kind != ZOL_NODE_FILE)
		return zol_err_set(err, ZOL_SYSTEM, EINVAL, "%s", path);
	if (strcmp(zol_str_c(&n->data), "HUGE") == 0)
		return zol_err_set(err, ZOL_MALFORMED, 0, "too large");
	zol_str_add(out, zol_str_c(&n->data), n->data.len);
	return zol_str_check(out, err);
}

static inline int mem_readlink(void *ctx, const char *path, struct zol_str *out, struct zol_err *err)
{
	struct mem_node *n = mem_find(ctx, path);

	if (!n || !n->link)
		return zol_err_set(err, ZOL_SYSTEM, EINVAL, "%s", path);
	zol_str_puts(out, zol_str_c(&n->data));
	return zol_str_check(out, err);
}

static inline struct zol_prep_view mem_view(struct mem_tree *t)
{
	return (struct zol_prep_view){ t, mem_stat, mem_read, mem_readlink };
}

static inline bool mem_empty(const struct mem_tree *t, const char *dir)
{
	size_t len = strlen(dir);

	for (size_t i = 0; i < t->len; i++)
		if (strncmp(t->n[i].path, dir, len) == 0 && t->n[i].path[len] == '/')
			return false;
	return true;
}

/* Carries out the first `limit` acts; each must be possible. */
static inline void mem_apply(struct mem_tree *t, const struct zol_prep_plan *plan, size_t limit)
{
	for (size_t i = 0; i < plan->nacts && i < limit; i++) {
		const struct zol_prep_act *a = &plan->acts[i];
		struct mem_node *n = mem_find(t, a->path);
		char parent[128] = "";
		const char *slash = strrchr(a->path, '/');

		if (slash) {
			memcpy(parent, a->path, (size_t)(slash - a->path));
			parent[slash - a->path] = '\0';
			assert_non_null(mem_find(t, parent));
		}
		switch (a->op) {
		case ZOL_PREP_MKDIR:
			assert_null(n);
			mem_new(t, a->path, ZOL_NODE_DIR)->owner = a->after;
			break;
		case ZOL_PREP_OWNER:
			mem_get(t, a->path)->owner = a->after;
			break;
		case ZOL_PREP_WRITE:
			assert_int_equal(n != NULL, a->existed);
			if (n && n->link)
				n = mem_follow(t, n);
			if (!n) {
				n = mem_new(t, a->path, ZOL_NODE_FILE);
				n->owner.mode = a->after.mode;
			}
			zol_str_truncate(&n->data, 0);
			zol_str_add(&n->data, zol_str_c(&a->text), a->text.len);
			break;
		case ZOL_PREP_LINK:
			assert_null(n);
			mem_link(t, a->path, a->target);
			break;
		case ZOL_PREP_UNLINK:
			mem_remove(t, mem_get(t, a->path));
			break;
		case ZOL_PREP_RMDIR:
			if (mem_empty(t, a->path))
				mem_remove(t, mem_get(t, a->path));
			break;
		}
	}
}

static inline int mem_order(const void *a, const void *b)
{
	return strcmp(((const struct mem_node *)a)->path, ((const struct mem_node *)b)->path);
}

/* All of the tree as one text. */
static inline void mem_dump(struct mem_tree *t, struct zol_str *out)
{
	qsort(t->n, t->len, sizeof(t->n[0]), mem_order);
	zol_str_truncate(out, 0);
	for (size_t i = 0; i < t->len; i++)
		zol_str_printf(out, "== %s %d %d %u:%u %o\n%s\n", t->n[i].path, t->n[i].kind, t->n[i].link,
			       t->n[i].owner.uid, t->n[i].owner.gid, t->n[i].owner.mode, zol_str_c(&t->n[i].data));
}
