/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "prep_trees.h"

UNIT(changes_by_hand_are_kept)
{
	ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
	ZOL_AUTO(journal) struct zol_journal j = { 0 };
	static const char *const files[] = { "etc/inittab", "etc/fstab", "etc/init.d/zolkit-agent",
					     "etc/conf.d/hostname" };
	static const char *const from[] = { "-a root -L", "nosuid,mode=1777", "respawn_delay=1", "\"box\"" };
	size_t n;

	sysv(&t);
	(void)prepare(&t, &j, LIMIT);
	for (size_t i = 0; i < ZOL_COUNT(files); i++) {
		char *at = strstr(mem_get(&t, files[i])->data.ptr, from[i]);

		assert_non_null(at);
		at[1] = 'Q';
	}
	mem_get(&t, "etc/runlevels/default/zolkit-agent")->data.ptr[0] = 'x';
	for (size_t i = 0; i < ZOL_COUNT(files); i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "/%s", files[i]);
		assert_int_equal(worst(&t, &j, path, &n), ZOL_PREP_KEPT);
		assert_int_equal(n, 0);
	}
	assert_int_equal(worst(&t, &j, "/etc/runlevels/default/zolkit-agent", &n), ZOL_PREP_KEPT);
	(void)undo(&t, &j, LIMIT);
	has(&t, "etc/inittab", "-Q root -L");
	has(&t, "etc/init.d/zolkit-agent", "rQspawn_delay");
	assert_null(mem_find(&t, "etc/resolv.conf"));
}

UNIT(without_a_journal_the_marks_suffice)
{
	ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
	ZOL_AUTO(journal) struct zol_journal j = { 0 }, lost = { 0 };
	ZOL_AUTO(str) struct zol_str inittab = ZOL_STR_INIT, fstab = ZOL_STR_INIT;

	sysv(&t);
	zol_str_puts(&inittab, text(&t, "etc/inittab"));
	zol_str_puts(&fstab, text(&t, "etc/fstab"));
	(void)prepare(&t, &j, LIMIT);
	(void)undo(&t, &lost, LIMIT);
	assert_string_equal(text(&t, "etc/inittab"), zol_str_c(&inittab));
	assert_string_equal(text(&t, "etc/fstab"), zol_str_c(&fstab));
	/* What no mark tells of stays. */
	assert_non_null(mem_find(&t, "mnt/code"));
}

UNIT(what_was_put_in_place_of_ours_stays)
{
	ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
	ZOL_AUTO(journal) struct zol_journal j = { 0 };

	sysv(&t);
	(void)prepare(&t, &j, LIMIT);
	(void)mem_file(&t, "usr/local/libexec/zolkit/zolkit-agent", "another");
	(void)mem_file(&t, "mnt/code/file", "");
	(void)mem_file(&t, "etc/resolv.conf", "nameserver 203.0.113.1\n");
	mem_get(&t, "var/cache/distfiles")->owner.uid = 77;
	mem_remove(&t, mem_get(&t, "etc/runlevels/default/zolkit-agent"));
	(void)mem_file(&t, "etc/runlevels/default/zolkit-agent", "a file");
	mem_remove(&t, mem_get(&t, "usr/local/libexec/zolkit/zolkit-probe"));
	(void)undo(&t, &j, LIMIT);
	has(&t, "usr/local/libexec/zolkit/zolkit-agent", "another");
	has(&t, "etc/runlevels/default/zolkit-agent", "a file");
	has(&t, "etc/resolv.conf", "203.0.113.1");
	assert_non_null(mem_find(&t, "mnt/code"));
	assert_int_equal(mem_get(&t, "var/cache/distfiles")->owner.uid, 77);
	assert_null(mem_find(&t, "var/cache/binpkgs"));
}

UNIT(lines_added_to_a_file_of_ours_stay)
{
	ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
	ZOL_AUTO(journal) struct zol_journal j = { 0 };

	sysv(&t);
	(void)prepare(&t, &j, LIMIT);
	zol_str_puts(&mem_get(&t, "etc/resolv.conf")->data, "options edns0\n");
	(void)undo(&t, &j, LIMIT);
	assert_string_equal(text(&t, "etc/resolv.conf"), "options edns0\n");
}

UNIT_MAIN()
