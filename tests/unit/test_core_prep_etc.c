/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "prep_trees.h"

UNIT(the_name_of_the_host)
{
	ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
	ZOL_AUTO(journal) struct zol_journal j = { 0 };
	ZOL_AUTO(prep_plan) struct zol_prep_plan plan = { 0 };
	struct zol_prep_want w;
	size_t n;

	debian(&t);
	(void)prepare(&t, &j, LIMIT);
	w = want(&j);
	w.hostname = "a.b.c";
	plan_for(&t, &w, &plan);
	mem_apply(&t, &plan, LIMIT);
	assert_string_equal(text(&t, "etc/hostname"), "a.b.c\n");
	has(&t, "etc/hosts", "127.0.1.1\ta.b.c a\n");
	/* Killed before the new sum was on record: still recognized where it is what is wanted. */
	zol_prep_plan_free(&plan);
	plan_for(&t, &w, &plan);
	assert_int_equal(plan.nacts, 0);
	keep(&j, &plan.after, false);
	(void)mem_file(&t, "etc/hostname", "mine\n");
	assert_int_equal(worst(&t, &j, "/etc/hostname", &n), ZOL_PREP_KEPT);
	(void)undo(&t, &j, LIMIT);
	assert_string_equal(text(&t, "etc/hostname"), "mine\n");
}

UNIT(the_plan_of_the_probe)
{
	ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
	ZOL_AUTO(journal) struct zol_journal j = { 0 };
	ZOL_AUTO(prep_plan) struct zol_prep_plan plan = { 0 }, less = { 0 };
	struct zol_prep_want w = want(&j);
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	sysv(&t);
	mem_parents(&t, "var/lib/fifo/x");
	mem_get(&t, "var/lib/fifo")->owner = (struct zol_owner){ 7, 8, 02770 };
	w.from_probe = true;
	w.probe_plan = zol_span_c("tmpfs\t/var/lib/fifo\tmkfifo fails\ntmpfs\t/etc\tno\ntmpfs\t/tmp\tO_TMPFILE\n");
	plan_for(&t, &w, &plan);
	assert_int_equal(zol_prep_show(&plan, &out, &err), 0);
	assert_non_null(strstr(zol_str_c(&out), "+tmpfs\t/var/lib/fifo\ttmpfs\tnosuid,mode=2770,uid=7,gid=8\t0 0\n"));
	assert_non_null(strstr(zol_str_c(&out), "+# mkfifo fails\n"));
	assert_null(strstr(zol_str_c(&out), "\t/etc\t"));
	assert_null(strstr(zol_str_c(&out), "tmpfs-probe /tmp"));
	mem_apply(&t, &plan, LIMIT);
	w.probe_plan = zol_span_c("");
	plan_for(&t, &w, &less);
	assert_int_equal(less.nacts, 1);
	mem_apply(&t, &less, LIMIT);
	assert_null(strstr(text(&t, "etc/fstab"), "fifo"));
}

UNIT(the_resolver)
{
	static const char *const hosts[][2] = {
		{ "", "\nnameserver 10.0.2.3\n" },
		{ "nameserver ::1\n", "\nnameserver 10.0.2.3\n" },
		{ "; x\noptions edns0\nnameserver 192.0.2.7", "\noptions edns0\nnameserver 192.0.2.7\n#" },
	};

	for (size_t i = 0; i < ZOL_COUNT(hosts); i++) {
		ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
		ZOL_AUTO(journal) struct zol_journal j = { 0 };
		ZOL_AUTO(prep_plan) struct zol_prep_plan plan = { 0 };
		struct zol_prep_want w = want(&j);

		sysv(&t);
		w.resolv = zol_span_c(hosts[i][0]);
		plan_for(&t, &w, &plan);
		mem_apply(&t, &plan, LIMIT);
		/* The mark that ends the block comes right after. */
		if (!strstr(text(&t, "etc/resolv.conf"), hosts[i][1]))
			fail_msg("%s", text(&t, "etc/resolv.conf"));
	}
}

UNIT(a_resolver_of_the_guests_own_stays)
{
	ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
	ZOL_AUTO(journal) struct zol_journal j = { 0 };

	sysv(&t);
	(void)mem_file(&t, "etc/resolv.conf", "nameserver 203.0.113.1\n");
	(void)prepare(&t, &j, LIMIT);
	assert_string_equal(text(&t, "etc/resolv.conf"), "nameserver 203.0.113.1\n");
}

UNIT(names_that_are_there_already)
{
	ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
	ZOL_AUTO(journal) struct zol_journal j = { 0 };
	static const char hosts[] = "127.0.0.1 localhost # box\n192.0.2.9\tbox.example box\n";

	debian(&t);
	(void)mem_file(&t, "etc/hostname", "box");
	(void)mem_file(&t, "etc/hosts", hosts);
	(void)prepare(&t, &j, LIMIT);
	assert_string_equal(text(&t, "etc/hosts"), hosts);
	assert_string_equal(text(&t, "etc/hostname"), "box");
	(void)mem_file(&t, "etc/hosts", "# nothing\n");
	(void)prepare(&t, &j, LIMIT);
	has(&t, "etc/hosts", "127.0.0.1\tlocalhost\n");
}

UNIT(owners_that_somebody_chose_stay)
{
	ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
	ZOL_AUTO(journal) struct zol_journal j = { 0 };

	sysv(&t);
	mem_get(&t, "var/cache/distfiles")->owner.uid = 1000;
	(void)prepare(&t, &j, LIMIT);
	assert_int_equal(mem_get(&t, "var/cache/distfiles")->owner.uid, 1000);
}

UNIT(a_directory_made_but_not_given_away_is_given_by_the_next_run)
{
	ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
	ZOL_AUTO(journal) struct zol_journal j = { 0 };

	sysv(&t);
	(void)prepare(&t, &j, LIMIT);
	mem_get(&t, "var/cache/binpkgs")->owner = (struct zol_owner){ 0, 0, 0755 };
	(void)prepare(&t, &j, LIMIT);
	assert_int_equal(mem_get(&t, "var/cache/binpkgs")->owner.uid, 250);
	assert_non_null(zol_journal_find(&j, ZOL_JOURNAL_MKDIR, "var/cache/binpkgs"));
	assert_null(zol_journal_find(&j, ZOL_JOURNAL_OWNER, "var/cache/binpkgs"));
	(void)undo(&t, &j, LIMIT);
	assert_null(mem_find(&t, "var/cache/binpkgs"));
}

UNIT(tmp_of_systemd)
{
	ZOL_AUTO(mem) struct mem_tree t = { .len = 0 }, masked = { .len = 0 };
	ZOL_AUTO(journal) struct zol_journal j = { 0 }, k = { 0 };

	systemd(&t);
	mem_remove(&t, mem_get(&t, "usr/lib/systemd/system/local-fs.target.wants/tmp.mount"));
	(void)prepare(&t, &j, LIMIT);
	has(&t, "etc/fstab", "tmpfs\t/tmp\t");
	systemd(&masked);
	mem_link(&masked, "etc/systemd/system/tmp.mount", "/dev/null");
	(void)prepare(&masked, &k, LIMIT);
	has(&masked, "etc/fstab", "tmpfs\t/tmp\t");
}

UNIT_MAIN()
