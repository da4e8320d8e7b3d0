/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap: malloc calloc realloc reallocarray strdup strndup */
#include <errno.h>
#include <stdlib.h>

#include "core/fstab.h"
#include "core/guest_record.h"
#include "core/inittab.h"
#include "core/udiff.h"
#include "oom.h"
#include "prep_trees.h"

/* A view of which the nth look fails. */
struct shaky {
	struct mem_tree *tree;
	long looks; /* until the failure; negative: none */
};

static bool shakes(struct shaky *s)
{
	if (s->looks < 0 || s->looks-- != 0)
		return false;
	oom_failed = true;
	return true;
}

static int shaky_stat(void *ctx, const char *path, struct zol_node *ret, struct zol_err *err)
{
	struct shaky *s = ctx;

	return shakes(s) ? zol_err_set(err, ZOL_SYSTEM, EIO, "%s", path) : mem_stat(s->tree, path, ret, err);
}

static int shaky_read(void *ctx, const char *path, struct zol_str *out, struct zol_err *err)
{
	struct shaky *s = ctx;

	return mem_read(s->tree, path, out, err);
}

static int shaky_readlink(void *ctx, const char *path, struct zol_str *out, struct zol_err *err)
{
	struct shaky *s = ctx;

	return shakes(s) ? zol_err_set(err, ZOL_SYSTEM, EIO, "%s", path) : mem_readlink(s->tree, path, out, err);
}

/* One plan and its text; with a journal that is not empty, the way back. */
static int run(struct mem_tree *t, const struct zol_journal *j, long looks, long allocations)
{
	static const char plan_text[] = "tmpfs\t/var/lib/fifo\tmkfifo\ntmpfs\t/etc\tno\n";
	ZOL_AUTO(prep_plan) struct zol_prep_plan plan = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	struct shaky s = { t, looks };
	const struct zol_prep_view view = { &s, shaky_stat, shaky_read, shaky_readlink };
	struct zol_prep_want w = want(j);
	int r;

	w.from_probe = true;
	w.probe_plan = zol_span_c(plan_text);
	oom_failed = false;
	oom_left = allocations;
	r = j->n > 0 ? zol_prep_undo(&view, j, &plan, &err) : zol_prep_plan(&view, &w, &plan, &err);
	oom_left = -1;
	/* Not under the failures: a diff can do without memory for its trace. */
	if (r == 0)
		assert_int_equal(zol_prep_show(&plan, &out, &err), 0);
	if (r < 0)
		assert_int_equal(err.errnum, looks >= 0 ? EIO : ENOMEM);
	return r;
}

/* Fails everything once: what failed must be told. */
static void each(struct mem_tree *t, const struct zol_journal *j)
{
	long n;

	for (n = 0; n < 10000; n++) {
		int r = run(t, j, n, -1);

		if (!oom_failed)
			break;
		assert_int_equal(r, -ZOL_SYSTEM);
	}
	assert_true(n > 5 && n < 10000);
	for (n = 0; n < 10000; n++) {
		int r = run(t, j, -1, n);

		if (!oom_failed)
			break;
		assert_int_equal(r, -ZOL_SYSTEM);
	}
	assert_true(n > 20 && n < 10000);
}

UNIT(whatever_fails_is_told)
{
	for (size_t i = 0; i < ZOL_COUNT(trees); i++) {
		ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
		ZOL_AUTO(journal) struct zol_journal j = { 0 };

		trees[i](&t);
		each(&t, &j);
		(void)prepare(&t, &j, LIMIT);
		each(&t, &j);
	}
}

typedef int try_fn(struct zol_err *err);

static int try_journal(struct zol_err *err)
{
	ZOL_AUTO(journal) struct zol_journal j = { 0 };
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	int r = zol_journal_parse(zol_span_c("replace\ta\t00000001\t6f6c\nlink\tb\tc\nmkdir\td\n"), &j, err);

	if (r < 0)
		return r;
	zol_journal_text(&j, &out);
	return zol_str_check(&out, err);
}

static int try_record(struct zol_err *err)
{
	ZOL_AUTO(guest_record) struct zol_guest_record r = { 0 };
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;

	if (!zol_guest_record_set(&r, "name", zol_span_c("g")))
		return zol_err_oom(err);
	if (zol_guest_record_stage3(&r, "stage3-amd64-openrc-20260811T083102Z.tar.xz", err) < 0)
		return -(int)err->code;
	zol_guest_record_text(&r, &out);
	return zol_str_check(&out, err);
}

static int try_udiff(struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;

	return zol_udiff(&out, "a", zol_span_c("1\n2\n"), "b", zol_span_c("1\n3\n"), err);
}

static int try_edits(struct zol_err *err)
{
	const struct zol_inittab_console tty = { "ttyS0", "/sbin/agetty", true };
	const struct zol_tmpfs tmp = { .path = "/x", .mode = 0700, .size = 1, .reason = "r", .probe = true };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT, note = ZOL_STR_INIT;
	enum zol_edit e;
	unsigned n;
	int r;

	zol_str_puts(&text, "a1:3:respawn:/sbin/getty ttyS0\nb1:3:respawn:/sbin/getty ttyS0\n/dev/sda / ext4\n");
	r = zol_str_check(&text, err);
	if (r == 0)
		r = zol_inittab_serial(&text, &tty, &e, &note, err);
	if (r == 0)
		r = zol_inittab_respawn(&text, "agent", "/a", &e, &note, err);
	if (r == 0)
		r = zol_fstab_disable(&text, &n, &note, err);
	if (r == 0)
		r = zol_fstab_tmpfs(&text, &tmp, &e, &note, err);
	if (r == 0)
		r = zol_fstab_probe_gone(&text, NULL, 0, &n, err);
	if (r == 0)
		r = zol_lineedit_drop(&text, NULL, &n, err);
	return r < 0 ? r : zol_str_check(&note, err);
}

UNIT(short_memory_is_told_by_each_part)
{
	/* The diff can do without the memory for its trace: it is only not minimal then. */
	static const struct {
		try_fn *fn;
		bool may_pass;
	} rows[] = { { try_journal, false }, { try_record, false }, { try_udiff, true }, { try_edits, false } };

	for (size_t i = 0; i < ZOL_COUNT(rows); i++) {
		long n = 0;

		for (; n < 1000; n++) {
			ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
			int r;

			oom_failed = false;
			oom_left = n;
			r = rows[i].fn(&err);
			oom_left = -1;
			if (!oom_failed)
				break;
			assert_true(r == -ZOL_SYSTEM || (rows[i].may_pass && r == 0));
		}
		assert_true(n > 2 && n < 1000);
	}
}

UNIT_MAIN()
