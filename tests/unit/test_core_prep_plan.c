/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "prep_trees.h"

UNIT(a_second_run_changes_nothing_and_undo_all)
{
	for (size_t i = 0; i < ZOL_COUNT(trees); i++) {
		ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
		ZOL_AUTO(journal) struct zol_journal j = { 0 };
		ZOL_AUTO(str) struct zol_str before = ZOL_STR_INIT, after = ZOL_STR_INIT;

		trees[i](&t);
		mem_dump(&t, &before);
		assert_true(prepare(&t, &j, LIMIT) > 8);
		assert_int_equal(prepare(&t, &j, LIMIT), 0);
		assert_true(undo(&t, &j, LIMIT) > 8);
		mem_dump(&t, &after);
		assert_string_equal(zol_str_c(&after), zol_str_c(&before));
		assert_int_equal(undo(&t, &j, LIMIT), 0);
	}
}

UNIT(interrupted_anywhere_it_comes_to_the_same)
{
	for (size_t i = 0; i < ZOL_COUNT(trees); i++) {
		ZOL_AUTO(str) struct zol_str before = ZOL_STR_INIT, whole = ZOL_STR_INIT, now = ZOL_STR_INIT;
		size_t n = 1;

		for (size_t cut = 0; cut <= n; cut++) {
			ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
			ZOL_AUTO(journal) struct zol_journal j = { 0 };

			trees[i](&t);
			mem_dump(&t, &before);
			n = prepare(&t, &j, cut == 0 ? LIMIT : cut - 1);
			(void)prepare(&t, &j, LIMIT);
			mem_dump(&t, cut == 0 ? &whole : &now);
			if (cut > 0)
				assert_string_equal(zol_str_c(&now), zol_str_c(&whole));
			(void)undo(&t, &j, cut);
			(void)undo(&t, &j, LIMIT);
			mem_dump(&t, &now);
			assert_string_equal(zol_str_c(&now), zol_str_c(&before));
		}
		assert_true(n > 8);
	}
}

UNIT(hostile_trees)
{
	static const char *const files[] = { "etc/inittab", "etc/fstab", "etc/hosts" };

	for (size_t i = 0; i < ZOL_COUNT(files); i++) {
		ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
		ZOL_AUTO(journal) struct zol_journal j = { 0 };
		char path[64];
		size_t n;

		(void)snprintf(path, sizeof(path), "/%s", files[i]);
		sysv(&t);
		mem_get(&t, files[i])->kind = ZOL_NODE_OTHER;
		assert_int_equal(worst(&t, &j, path, &n), ZOL_PREP_PROBLEM);
		mem_get(&t, files[i])->kind = ZOL_NODE_DIR;
		assert_int_equal(worst(&t, &j, path, &n), ZOL_PREP_PROBLEM);
		(void)mem_file(&t, files[i], "HUGE");
		assert_int_equal(worst(&t, &j, path, &n), ZOL_PREP_PROBLEM);
		mem_link(&t, files[i], "/nowhere");
		assert_int_equal(worst(&t, &j, path, &n), ZOL_PREP_PROBLEM);
		assert_true(n > 5);
	}
}

UNIT(a_file_where_a_directory_should_be)
{
	ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
	ZOL_AUTO(journal) struct zol_journal j = { 0 };
	size_t n;

	sysv(&t);
	(void)mem_file(&t, "usr", "");
	assert_int_equal(worst(&t, &j, "/usr", &n), ZOL_PREP_PROBLEM);
	mem_link(&t, "mnt", "/elsewhere");
	assert_int_equal(worst(&t, &j, "/mnt", &n), ZOL_PREP_PROBLEM);
	(void)prepare(&t, &j, LIMIT);
	assert_null(mem_find(&t, "etc/init.d/zolkit-agent"));
}

UNIT(shows_the_whole_plan)
{
	ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
	ZOL_AUTO(journal) struct zol_journal j = { 0 };
	ZOL_AUTO(prep_plan) struct zol_prep_plan plan = { 0 }, back = { 0 };
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_prep_view view = mem_view(&t);
	struct zol_prep_want w = want(&j);
	static const char *const parts[] = { "--- a/etc/inittab\n+++ b/etc/inittab\n",
					     "mkdir -m 0755 /mnt/code\n",
					     "chown 250:251 /var/cache/distfiles\n",
					     "mkdir -m 0755 /var/cache/binpkgs # owner 250:251\n",
					     "--- /dev/null\n+++ b/etc/resolv.conf\n",
					     "install -m 0755 # 5 bytes: /usr/local/libexec/zolkit/zolkit-agent\n",
					     "ln -s /etc/init.d/zolkit-agent /etc/runlevels/default/zolkit-agent\n" };
	static const char *const gone[] = { "rm /etc/resolv.conf\n", "rmdir --ignore-fail-on-non-empty /mnt/code\n",
					    "chown 0:0 /var/cache/distfiles\n" };

	sysv(&t);
	plan_for(&t, &w, &plan);
	assert_int_equal(zol_prep_show(&plan, &out, &err), 0);
	for (size_t i = 0; i < ZOL_COUNT(parts); i++)
		if (!strstr(zol_str_c(&out), parts[i]))
			fail_msg("no \"%s\" in\n%s", parts[i], zol_str_c(&out));
	keep(&j, &plan.before, true);
	mem_apply(&t, &plan, LIMIT);
	zol_str_truncate(&out, 0);
	assert_int_equal(zol_prep_undo(&view, &j, &back, &err), 0);
	assert_int_equal(zol_prep_show(&back, &out, &err), 0);
	for (size_t i = 0; i < ZOL_COUNT(gone); i++)
		assert_non_null(strstr(zol_str_c(&out), gone[i]));
}

UNIT_MAIN()
