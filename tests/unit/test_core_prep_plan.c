/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "memtree.h"

#define LIMIT SIZE_MAX

static struct zol_prep_want want(const struct zol_journal *j)
{
	return (struct zol_prep_want){
		.hostname = "box",
		.arch = "amd64",
		.autologin = true,
		.tmp_size = 1U << 30,
		.resolv = zol_span_c("# c\nsearch lan\nnameserver 127.0.0.53\nnameserver 192.0.2.1\n"),
		.agent = { "zolkit-agent", zol_span_c("AGENT") },
		.probe = { "zolkit-probe", zol_span_c("PROBE") },
		.today = 20000,
		.journal = j,
	};
}

static void common(struct mem_tree *t)
{
	(void)mem_file(t, "etc/passwd", "root:x:0:0::/root:/bin/bash\nportage:x:250:250::/x:/bin/false\n");
	(void)mem_file(t, "etc/group", "root:x:0:\nportage::251:\n");
	(void)mem_file(t, "etc/shadow", "root::10770:0:::::\n");
	(void)mem_file(t, "etc/fstab", "/dev/ROOT / ext3 noatime 0 1\nnas:/x /x nfs defaults 0 0");
	(void)mem_file(t, "etc/hosts", "127.0.0.1 localhost\n");
	(void)mem_file(t, "sbin/agetty", "");
	(void)mem_file(t, "bin/sh", "");
	(void)mem_file(t, "var/cache/distfiles/x", "");
}

static void sysv(struct mem_tree *t)
{
	common(t);
	(void)mem_file(t, "sbin/init", "");
	(void)mem_file(t, "sbin/openrc-run", "");
	(void)mem_file(t, "etc/conf.d/hostname", "# name\nhostname=\"localhost\"\n");
	(void)mem_file(t, "etc/inittab", "id:3:initdefault:\n#s0:12345:respawn:/sbin/agetty -L 115200 ttyS0 vt100\n");
}

static void debian(struct mem_tree *t)
{
	common(t);
	(void)mem_file(t, "sbin/init", "");
	(void)mem_file(t, "etc/hostname", "host");
	(void)mem_file(t, "etc/passwd", "root:x:0:0::/root:/bin/bash\n");
	(void)mem_file(t, "etc/inittab", "id:2:initdefault:\n#T0:23:respawn:/sbin/getty -L ttyS0 9600 vt100\n");
}

static void openrc(struct mem_tree *t)
{
	common(t);
	mem_link(t, "sbin/init", "openrc-init");
	(void)mem_file(t, "etc/conf.d/hostname", "hostname=\"localhost\"\n");
	(void)mem_file(t, "etc/init.d/agetty", "");
	mem_parents(t, "etc/runlevels/default/x");
}

static void systemd(struct mem_tree *t)
{
	common(t);
	mem_link(t, "sbin/init", "../lib/systemd/systemd");
	(void)mem_file(t, "usr/lib/systemd/system/serial-getty@.service", "");
	mem_link(t, "usr/lib/systemd/system/local-fs.target.wants/tmp.mount", "../tmp.mount");
	mem_link(t, "etc/resolv.conf", "../run/systemd/resolve/stub-resolv.conf");
}

static void busybox(struct mem_tree *t)
{
	common(t);
	mem_link(t, "sbin/init", "/bin/busybox");
	(void)mem_file(t, "etc/inittab", "::sysinit:/etc/init.d/rcS\n");
}

typedef void tree_fn(struct mem_tree *t);

static void plan_for(struct mem_tree *t, struct zol_prep_want *w, struct zol_prep_plan *plan)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_prep_view view = mem_view(t);

	if (zol_prep_plan(&view, w, plan, &err) != 0)
		fail_msg("%s", zol_err_text(&err));
}

static void keep(struct zol_journal *j, const struct zol_journal *add, bool fresh)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	for (size_t i = 0; i < add->n; i++)
		if (!fresh || !zol_journal_find(j, add->v[i].kind, add->v[i].path))
			assert_true(zol_journal_add(j, &add->v[i], &err) >= 0);
}

/* One run of prepare that gets as far as `limit` acts. */
static size_t prepare(struct mem_tree *t, struct zol_journal *j, size_t limit)
{
	ZOL_AUTO(prep_plan) struct zol_prep_plan plan = { 0 };
	struct zol_prep_want w = want(j);
	size_t n;

	plan_for(t, &w, &plan);
	n = plan.nacts;
	keep(j, &plan.before, true);
	mem_apply(t, &plan, limit);
	if (limit >= n)
		keep(j, &plan.after, false);
	return n;
}

static size_t undo(struct mem_tree *t, const struct zol_journal *j, size_t limit)
{
	ZOL_AUTO(prep_plan) struct zol_prep_plan plan = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_prep_view view = mem_view(t);

	assert_int_equal(zol_prep_undo(&view, j, &plan, &err), 0);
	mem_apply(t, &plan, limit);
	return plan.nacts;
}

static tree_fn *const trees[] = { sysv, debian, openrc, systemd, busybox };

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

static const char *text(struct mem_tree *t, const char *path)
{
	struct mem_node *n = mem_find(t, path);

	return n ? zol_str_c(&n->data) : "";
}

static void has(struct mem_tree *t, const char *path, const char *part)
{
	if (!strstr(text(t, path), part))
		fail_msg("%s lacks \"%s\":\n%s", path, part, text(t, path));
}

UNIT(what_each_init_gets)
{
	ZOL_AUTO(mem)
	struct mem_tree s = { .len = 0 },
			d = { .len = 0 }, o = { .len = 0 }, m = { .len = 0 }, b = { .len = 0 };
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

static enum zol_prep_state worst(struct mem_tree *t, const struct zol_journal *j, const char *path, size_t *ret_acts)
{
	ZOL_AUTO(prep_plan) struct zol_prep_plan plan = { 0 };
	struct zol_prep_want w = want(j);
	enum zol_prep_state state = ZOL_PREP_CURRENT;

	plan_for(t, &w, &plan);
	for (size_t i = 0; i < plan.nitems; i++)
		if (strcmp(plan.items[i].path, path) == 0 && plan.items[i].state > state)
			state = plan.items[i].state;
	*ret_acts = plan.nacts;
	return state;
}

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
