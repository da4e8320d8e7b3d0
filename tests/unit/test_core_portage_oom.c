/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap: malloc calloc realloc reallocarray strdup strndup */
/* Each allocation, and each look at a tree, fails once: an error comes back, and nothing is lost. */
#include "core/portage_conf.h"
#include "core/portage_plan.h"
#include "core/portage_tune.h"
#include "oom.h"
#include "prep_trees.h"

static int no_file(void *ctx, const char *path, struct zol_str *text, struct zol_err *err)
{
	(void)ctx;
	if (strcmp(path, "/etc/more") != 0)
		return 1;
	zol_str_puts(text, "D=\"${A}\"\n");
	return zol_str_check(text, err);
}

static int read_all(void)
{
	static const char conf[] = "A=1\nexport B=\"x ${A} \\$ \\\\y\"\nA=\"$A$B\"\nsource more\nC='a'\n";
	static const char bash[] = "A=2\nexport E=\"x y\"\nif x; then\n";
	ZOL_AUTO(pvars) struct zol_pvars vars = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_portage_source src = { .read = no_file };
	int r = zol_portage_conf(zol_span_c(conf), "/etc/make.conf", &src, &vars, &err);

	if (r == 0)
		r = zol_portage_bash(zol_span_c(bash), "/e", &vars, &err);
	if (r == 0)
		assert_string_equal(zol_pvars_value(&vars, "D"), "1x 1 $ \\y");
	else
		assert_int_equal(r, -ZOL_SYSTEM);
	return r;
}

UNIT(reading_survives)
{
	for (long n = 0;; n++) {
		int r;

		oom_failed = false;
		oom_left = n;
		r = read_all();
		oom_left = -1;
		/* What is no assignment for bash may be lost with the memory for it. */
		if (!oom_failed) {
			assert_int_equal(r, 0);
			break;
		}
	}
}

UNIT(a_template_survives)
{
	const struct zol_tune_word word = { "A", "b" };

	for (long n = 0;; n++) {
		ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		int r;

		oom_failed = false;
		oom_left = n;
		r = zol_tune_template(zol_span_c("x@A@\n@?A y\n"), &word, 1, &out, &err);
		oom_left = -1;
		assert_int_equal(r != 0, oom_failed);
		if (!oom_failed)
			break;
	}
}

/* A view of which the nth look fails. */
struct shaky {
	struct mem_tree *tree;
	long looks;
};

static int shaky_stat(void *ctx, const char *path, struct zol_node *ret, struct zol_err *err)
{
	struct shaky *s = ctx;

	if (s->looks >= 0 && s->looks-- == 0) {
		oom_failed = true;
		return zol_err_set(err, ZOL_SYSTEM, EIO, "%s", path);
	}
	return mem_stat(s->tree, path, ret, err);
}

static int shaky_read(void *ctx, const char *path, struct zol_str *out, struct zol_err *err)
{
	return mem_read(((struct shaky *)ctx)->tree, path, out, err);
}

static int plan_all(struct mem_tree *t, const char *text, struct zol_journal *j, long looks, long allocations)
{
	static const char *const dirs[] = { "var/cache/zolkit", NULL };
	const struct zol_portage_piece pieces[] = {
		{ .path = "etc/portage/make.conf", .name = "00", .text = zol_span_c(text), .flat = true },
		{ .path = "etc/portage/package.use", .name = "00", .text = zol_span_c(text) },
		{ .path = "etc/portage/package.env", .name = "zz", .text = zol_span_c(text), .last = true },
		{ .path = "etc/portage/repos.conf", .name = "00", .text = zol_span_c("[b]\nx=1\n"), .sections = true },
		{ .path = "etc/portage/env/x", .text = zol_span_c(text), .whole = true },
	};
	const struct zol_portage_want want = { pieces, ZOL_COUNT(pieces), "-O3", dirs };
	ZOL_AUTO(prep_plan) struct zol_prep_plan plan = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct shaky s = { t, looks };
	const struct zol_prep_view view = { &s, shaky_stat, shaky_read, NULL };
	int r;

	oom_failed = false;
	oom_left = allocations;
	r = j->n ? zol_portage_undo(&view, j, &want, &plan, &err) : zol_portage_plan(&view, &want, &plan, &err);
	oom_left = -1;
	if (r != 0 || looks >= 0 || allocations >= 0)
		return r;
	if (!j->n) {
		keep(j, &plan.before, true);
		mem_apply(t, &plan, LIMIT);
		keep(j, &plan.after, false);
	}
	return 0;
}

static void each_fails(struct mem_tree *t, const char *text, struct zol_journal *j)
{
	for (int looking = 0; looking < 2; looking++) {
		for (long n = 0;; n++) {
			int r = plan_all(t, text, j, looking ? n : -1, looking ? -1 : n);

			if (!oom_failed) {
				assert_int_equal(r, 0);
				break;
			}
			if (r != -ZOL_SYSTEM)
				fail_msg("%d for %s %ld of \"%s\"", r, looking ? "look" : "allocation", n, text);
		}
	}
}

UNIT(planning_survives)
{
	ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
	ZOL_AUTO(journal) struct zol_journal j = { 0 }, none = { 0 };

	common(&t);
	(void)mem_file(&t, "etc/portage/make.conf", "# c\nCOMMON_FLAGS=\"-O2 -pipe\"\nA=1\n");
	(void)mem_file(&t, "etc/portage/package.env", "a/b c\n");
	(void)mem_file(&t, "etc/portage/repos.conf", "[a]\nx=1\n");
	mem_parents(&t, "etc/portage/package.use/x");
	each_fails(&t, "x=1\n", &j);
	assert_int_equal(plan_all(&t, "x=1\n", &j, -1, -1), 0);
	assert_true(j.n > 0);
	each_fails(&t, "x=2\n", &none);
	each_fails(&t, "", &none);
	each_fails(&t, "x=1\n", &j);
}

UNIT_MAIN()
