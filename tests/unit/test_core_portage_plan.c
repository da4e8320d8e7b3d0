/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/portage_plan.h"
#include "prep_trees.h"

#define CONF "etc/portage/make.conf"
#define USE "etc/portage/package.use"
#define REPOS "etc/portage/repos.conf"
#define ENV "etc/portage/env/zolkit/x.conf"

static struct zol_portage_piece pieces[4];

static struct zol_portage_want wanted(const char *text)
{
	static const char *const dirs[] = { "var/cache/zolkit", NULL };
	const struct zol_span t = zol_span_c(text);

	pieces[0] = (struct zol_portage_piece){ .path = CONF, .name = "00-zolkit.conf", .text = t, .flat = true };
	pieces[1] = (struct zol_portage_piece){ .path = USE, .name = "00-zolkit", .text = t };
	pieces[2] = (struct zol_portage_piece){ .path = REPOS,
						.name = "00-zolkit.conf",
						.text = zol_span_c("# r\n[gentoo]\na = 1\n[zolkit]\nb = 2\n"),
						.sections = true };
	pieces[3] = (struct zol_portage_piece){ .path = ENV, .text = t, .whole = true };
	return (struct zol_portage_want){ .pieces = pieces, .npieces = 4, .flags = "-O2 -ggdb", .dirs = dirs };
}

static size_t run(struct mem_tree *t, struct zol_journal *j, const struct zol_portage_want *w, size_t limit)
{
	ZOL_AUTO(prep_plan) struct zol_prep_plan plan = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_prep_view view = mem_view(t);

	if (zol_portage_plan(&view, w, &plan, &err) != 0)
		fail_msg("%s", zol_err_text(&err));
	keep(j, &plan.before, true);
	mem_apply(t, &plan, limit);
	if (limit >= plan.nacts)
		keep(j, &plan.after, false);
	return plan.nacts;
}

static void take_back(struct mem_tree *t, const struct zol_journal *j, const struct zol_portage_want *w)
{
	ZOL_AUTO(prep_plan) struct zol_prep_plan plan = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_prep_view view = mem_view(t);

	assert_int_equal(zol_portage_undo(&view, j, w, &plan, &err), 0);
	mem_apply(t, &plan, LIMIT);
}

static void stage3(struct mem_tree *t)
{
	common(t);
	(void)mem_file(t, CONF, "# catalyst\nCOMMON_FLAGS=\"-O2 -pipe\"\nCFLAGS=\"${COMMON_FLAGS}\"\n");
	mem_parents(t, USE "/x");
}

static void flat(struct mem_tree *t)
{
	common(t);
	(void)mem_file(t, CONF, "A=mine");
	(void)mem_file(t, USE, "a/b c\n");
	(void)mem_file(t, REPOS, "[gentoo]\nlocation = /mine\n");
}

static void bare_tree(struct mem_tree *t)
{
	common(t);
	mem_parents(t, "etc/portage/x");
}

static tree_fn *const kinds[] = { stage3, flat, bare_tree };

UNIT(once_and_back)
{
	for (size_t i = 0; i < ZOL_COUNT(kinds); i++) {
		ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
		ZOL_AUTO(journal) struct zol_journal j = { 0 };
		ZOL_AUTO(str) struct zol_str before = ZOL_STR_INIT, after = ZOL_STR_INIT;
		const struct zol_portage_want w = wanted("x=1\n");

		kinds[i](&t);
		mem_dump(&t, &before);
		assert_true(run(&t, &j, &w, LIMIT) > 0);
		assert_int_equal(run(&t, &j, &w, LIMIT), 0);
		take_back(&t, &j, &w);
		mem_dump(&t, &after);
		assert_string_equal(zol_str_c(&after), zol_str_c(&before));
	}
}

UNIT(killed_anywhere)
{
	for (size_t i = 0; i < ZOL_COUNT(kinds); i++) {
		for (size_t limit = 0; limit < 12; limit++) {
			ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
			ZOL_AUTO(journal) struct zol_journal j = { 0 };
			ZOL_AUTO(str) struct zol_str before = ZOL_STR_INIT, after = ZOL_STR_INIT;
			const struct zol_portage_want w = wanted("x=1\n");

			kinds[i](&t);
			mem_dump(&t, &before);
			(void)run(&t, &j, &w, limit);
			(void)run(&t, &j, &w, LIMIT);
			assert_int_equal(run(&t, &j, &w, LIMIT), 0);
			take_back(&t, &j, &w);
			mem_dump(&t, &after);
			assert_string_equal(zol_str_c(&after), zol_str_c(&before));
		}
	}
}

UNIT(the_users_lines_are_last)
{
	ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
	ZOL_AUTO(journal) struct zol_journal j = { 0 };
	const struct zol_portage_want w = wanted("A=ours\n");
	const char *conf;

	flat(&t);
	(void)run(&t, &j, &w, LIMIT);
	conf = text(&t, CONF);
	assert_true(strstr(conf, "A=ours") < strstr(conf, "A=mine"));
	/* A section twice in one file is an error for Portage: the user's stays alone. */
	has(&t, REPOS, "[zolkit]");
	assert_null(strstr(text(&t, REPOS), "a = 1"));
	has(&t, REPOS, "location = /mine");
}

UNIT(what_is_to_be_last_is_last)
{
	ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
	ZOL_AUTO(journal) struct zol_journal j = { 0 };
	struct zol_portage_want w = wanted("a/b zz\n");

	flat(&t);
	(void)run(&t, &j, &w, LIMIT);
	struct zol_portage_piece last = { .path = USE, .name = "zz", .text = zol_span_c("a/b last\n"), .last = true };
	const struct zol_portage_want two = { .pieces = &last, .npieces = 1 };

	assert_true(run(&t, &j, &two, LIMIT) > 0);
	assert_int_equal(run(&t, &j, &two, LIMIT), 0);
	assert_true(strstr(text(&t, USE), "a/b c") < strstr(text(&t, USE), "a/b last"));
	assert_int_equal(run(&t, &j, &w, LIMIT), 0);
	last.text = zol_span_c("");
	assert_int_equal(run(&t, &j, &two, LIMIT), 1);
	assert_null(strstr(text(&t, USE), "last"));
	has(&t, USE, "a/b zz");
}

UNIT(brings_up_to_date)
{
	ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
	ZOL_AUTO(journal) struct zol_journal j = { 0 };
	struct zol_portage_want w = wanted("x=1\n");

	stage3(&t);
	(void)run(&t, &j, &w, LIMIT);
	has(&t, CONF, "COMMON_FLAGS=\"-O2 -ggdb\"");
	w = wanted("x=2\n");
	w.flags = "-O3";
	assert_true(run(&t, &j, &w, LIMIT) > 0);
	assert_int_equal(run(&t, &j, &w, LIMIT), 0);
	has(&t, CONF, "x=2");
	has(&t, CONF, "COMMON_FLAGS=\"-O3\"");
	assert_null(strstr(text(&t, CONF), "x=1"));
	has(&t, USE "/00-zolkit", "x=2");
	w = wanted("");
	assert_true(run(&t, &j, &w, LIMIT) > 0);
	assert_null(mem_find(&t, USE "/00-zolkit"));
	assert_null(mem_find(&t, ENV));
	assert_null(strstr(text(&t, CONF), "x=2"));
	assert_int_equal(run(&t, &j, &w, LIMIT), 0);
}

UNIT(a_users_choice_of_flags_stays)
{
	ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
	ZOL_AUTO(journal) struct zol_journal j = { 0 };
	const struct zol_portage_want w = wanted("x=1\n");

	common(&t);
	(void)mem_file(&t, CONF, "COMMON_FLAGS=\"-O2 -pipe -march=native\"\n");
	(void)run(&t, &j, &w, LIMIT);
	assert_null(strstr(text(&t, CONF), "-ggdb"));
}

UNIT(edits_of_ours_are_kept)
{
	ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
	ZOL_AUTO(journal) struct zol_journal j = { 0 };
	struct zol_portage_want w = wanted("x=1\n");
	struct mem_node *n;

	stage3(&t);
	(void)run(&t, &j, &w, LIMIT);
	(void)mem_file(&t, USE "/00-zolkit", "x=edited\n# zolkit: made by zolkit [00000000]\n");
	n = mem_get(&t, CONF);
	memcpy(strstr(n->data.ptr, "x=1"), "x=7", 3);
	w = wanted("x=2\n");
	(void)run(&t, &j, &w, LIMIT);
	has(&t, USE "/00-zolkit", "x=edited");
	has(&t, CONF, "x=7");
	w = wanted("");
	(void)run(&t, &j, &w, LIMIT);
	has(&t, USE "/00-zolkit", "x=edited");
	has(&t, CONF, "x=7");
}

UNIT(odd_files_are_left_alone)
{
	ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
	ZOL_AUTO(prep_plan) struct zol_prep_plan plan = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_portage_want w = wanted("x=1\n");
	const struct zol_prep_view view = mem_view(&t);
	unsigned problems = 0;

	common(&t);
	mem_link(&t, USE, "/nowhere");
	mem_link(&t, CONF, "/nowhere");
	mem_parents(&t, REPOS);
	(void)mem_new(&t, REPOS, ZOL_NODE_OTHER);
	assert_int_equal(zol_portage_plan(&view, &w, &plan, &err), 0);
	for (size_t i = 0; i < plan.nitems; i++)
		problems += plan.items[i].state == ZOL_PREP_PROBLEM;
	assert_int_equal(problems, 3);
}

UNIT_MAIN()
