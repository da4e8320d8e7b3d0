/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "prep_trees.h"

UNIT(what_each_init_gets)
{
	ZOL_AUTO(mem)
	struct mem_tree s = { .len = 0 }, d = { .len = 0 }, o = { .len = 0 }, m = { .len = 0 }, b = { .len = 0 };
	ZOL_AUTO(journal) struct zol_journal js = { 0 }, jd = { 0 }, jo = { 0 }, jm = { 0 }, jb = { 0 };

	sysv(&s);
	(void)prepare(&s, &js, LIMIT);
	has(&s, "etc/inittab", "\ns0:12345:respawn:/sbin/agetty -a root -L 115200 ttyS0 vt100\n");
	has(&s, "etc/inittab", "\ns1:12345:respawn:/sbin/agetty -a root -L 115200 ttyS1 vt100\n");
	has(&s, "etc/conf.d/hostname", "\nhostname=\"box\"\n");
	has(&s, "etc/init.d/zolkit-agent", "#!/sbin/openrc-run\n");
	assert_int_equal(mem_get(&s, "etc/init.d/zolkit-agent")->owner.mode, 0755);
	has(&s, "etc/runlevels/default/zolkit-agent", "/etc/init.d/zolkit-agent");
	has(&s, "etc/resolv.conf", "search lan\nnameserver 192.0.2.1\nnameserver 10.0.2.3\n");
	has(&s, "etc/hosts", "127.0.1.1\tbox.localdomain box\n");
	has(&s, "etc/fstab", "tmpfs\t/tmp\ttmpfs\tnosuid,mode=1777,size=1G\t0 0\n");
	has(&s, "etc/fstab", "mode=0775,uid=250,gid=251");
	has(&s, "usr/local/libexec/zolkit/zolkit-agent", "AGENT");
	assert_int_equal(mem_get(&s, "var/cache/distfiles")->owner.uid, 250);
	assert_int_equal(mem_get(&s, "var/db/repos/gentoo")->owner.gid, 251);
	assert_null(mem_find(&s, "etc/hostname"));
	debian(&d);
	(void)prepare(&d, &jd, LIMIT);
	has(&d, "etc/inittab", ":12345:respawn:/usr/local/libexec/zolkit/zolkit-agent\n");
	assert_string_equal(text(&d, "etc/hostname"), "box\n");
	assert_null(mem_find(&d, "var/db/repos"));
	openrc(&o);
	(void)prepare(&o, &jo, LIMIT);
	has(&o, "etc/conf.d/agetty.ttyS0", "agetty_options=\"-a root -L\"\n");
	has(&o, "etc/runlevels/default/agetty.ttyS1", "/etc/init.d/agetty.ttyS1");
	has(&o, "etc/init.d/agetty.ttyS0", "agetty");
	systemd(&m);
	(void)prepare(&m, &jm, LIMIT);
	has(&m, "etc/systemd/system/serial-getty@ttyS0.service.d/zolkit.conf", "--autologin root");
	has(&m, "etc/systemd/system/getty.target.wants/serial-getty@ttyS1.service", "serial-getty@.service");
	has(&m, "etc/systemd/system/multi-user.target.wants/zolkit-agent.service", "/etc/systemd/system/zolkit-agent");
	assert_null(strstr(text(&m, "etc/fstab"), "tmpfs\t/tmp\t"));
	has(&m, "etc/resolv.conf", "../run/systemd");
	busybox(&b);
	(void)prepare(&b, &jb, LIMIT);
	has(&b, "etc/inittab", "\nttyS0::respawn:-/bin/sh\n");
	has(&b, "etc/inittab", "\n::respawn:/usr/local/libexec/zolkit/zolkit-agent\n");
}

UNIT(inits)
{
	static const struct {
		const char *link;
		enum zol_init init;
	} rows[] = { { "/lib/systemd/systemd", ZOL_INIT_SYSTEMD },
		     { "openrc-init", ZOL_INIT_OPENRC },
		     { "../bin/busybox", ZOL_INIT_BUSYBOX },
		     { "runit-init", ZOL_INIT_UNKNOWN } };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	enum zol_init init;

	for (size_t i = 0; i < ZOL_COUNT(rows); i++) {
		ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
		const struct zol_prep_view view = mem_view(&t);

		mem_link(&t, "sbin/init", rows[i].link);
		assert_int_equal(zol_prep_init(&view, &init, &err), 0);
		assert_int_equal(init, rows[i].init);
		assert_non_null(zol_init_text(init));
	}
	ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
	const struct zol_prep_view view = mem_view(&t);

	assert_int_equal(zol_prep_init(&view, &init, &err), 0);
	assert_int_equal(init, ZOL_INIT_UNKNOWN);
	(void)mem_file(&t, "usr/lib/systemd/systemd", "");
	assert_int_equal(zol_prep_init(&view, &init, &err), 0);
	assert_int_equal(init, ZOL_INIT_SYSTEMD);
}

UNIT(an_unknown_init_is_a_problem)
{
	ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
	ZOL_AUTO(journal) struct zol_journal j = { 0 };
	size_t n;

	common(&t);
	assert_int_equal(worst(&t, &j, "/sbin/init", &n), ZOL_PREP_PROBLEM);
	(void)mem_file(&t, "sbin/init", "");
	mem_link(&t, "sbin/init", "busybox");
	assert_int_equal(worst(&t, &j, "/etc/inittab", &n), ZOL_PREP_WARN);
}

UNIT(root_that_cannot_log_in)
{
	ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
	ZOL_AUTO(journal) struct zol_journal j = { 0 };
	size_t n;

	sysv(&t);
	assert_int_equal(worst(&t, &j, "/etc/shadow", &n), ZOL_PREP_CURRENT);
	(void)mem_file(&t, "etc/shadow", "root:*:10770:0:::::\n");
	assert_int_equal(worst(&t, &j, "/etc/shadow", &n), ZOL_PREP_WARN);
	mem_remove(&t, mem_get(&t, "sbin/agetty"));
	assert_int_equal(worst(&t, &j, "/sbin/agetty", &n), ZOL_PREP_WARN);
}

UNIT(without_our_programs_nothing_starts_them)
{
	ZOL_AUTO(mem) struct mem_tree t = { .len = 0 };
	ZOL_AUTO(journal) struct zol_journal j = { 0 };
	ZOL_AUTO(prep_plan) struct zol_prep_plan plan = { 0 };
	struct zol_prep_want w = want(&j);

	w.agent.data = zol_span("", 0);
	sysv(&t);
	plan_for(&t, &w, &plan);
	mem_apply(&t, &plan, LIMIT);
	assert_null(mem_find(&t, "etc/init.d/zolkit-agent"));
	assert_non_null(mem_find(&t, "usr/local/libexec/zolkit/zolkit-probe"));
}

UNIT(architectures)
{
	char elf[20] = "\177ELF\2\1";

	elf[18] = 62;
	assert_string_equal(zol_prep_elf_arch(zol_span(elf, 20)), "amd64");
	elf[18] = (char)183;
	assert_string_equal(zol_prep_elf_arch(zol_span(elf, 20)), "arm64");
	elf[5] = 2;
	elf[18] = 0;
	elf[19] = 22;
	assert_string_equal(zol_prep_elf_arch(zol_span(elf, 20)), "s390");
	elf[19] = 99;
	assert_null(zol_prep_elf_arch(zol_span(elf, 20)));
	assert_null(zol_prep_elf_arch(zol_span(elf, 19)));
	assert_null(zol_prep_elf_arch(zol_span_c("#!/bin/sh\n# something else\n")));
	assert_string_equal(zol_prep_consoles("arm64")[0], "ttyAMA0");
	assert_string_equal(zol_prep_consoles("amd64")[1], "ttyS1");
	assert_string_equal(zol_prep_consoles("riscv")[0], "ttyS0");
	assert_null(zol_prep_consoles("riscv")[1]);
}

UNIT_MAIN()
