/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Trees of each kind in memory, and a run of prepare on them. */

#include <stdio.h>

#include "memtree.h"

#define LIMIT SIZE_MAX

static inline struct zol_prep_want want(const struct zol_journal *j)
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

static inline void common(struct mem_tree *t)
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

static inline void sysv(struct mem_tree *t)
{
	common(t);
	(void)mem_file(t, "sbin/init", "");
	(void)mem_file(t, "sbin/openrc-run", "");
	(void)mem_file(t, "etc/conf.d/hostname", "# name\nhostname=\"localhost\"\n");
	(void)mem_file(t, "etc/inittab", "id:3:initdefault:\n#s0:12345:respawn:/sbin/agetty -L 115200 ttyS0 vt100\n");
}

static inline void debian(struct mem_tree *t)
{
	common(t);
	(void)mem_file(t, "sbin/init", "");
	(void)mem_file(t, "etc/hostname", "host");
	(void)mem_file(t, "etc/passwd", "root:x:0:0::/root:/bin/bash\n");
	(void)mem_file(t, "etc/inittab", "id:2:initdefault:\n#T0:23:respawn:/sbin/getty -L ttyS0 9600 vt100\n");
}

static inline void openrc(struct mem_tree *t)
{
	common(t);
	mem_link(t, "sbin/init", "openrc-init");
	(void)mem_file(t, "etc/conf.d/hostname", "hostname=\"localhost\"\n");
	(void)mem_file(t, "etc/init.d/agetty", "");
	mem_parents(t, "etc/runlevels/default/x");
}

static inline void systemd(struct mem_tree *t)
{
	common(t);
	mem_link(t, "sbin/init", "../lib/systemd/systemd");
	(void)mem_file(t, "usr/lib/systemd/system/serial-getty@.service", "");
	mem_link(t, "usr/lib/systemd/system/local-fs.target.wants/tmp.mount", "../tmp.mount");
	mem_link(t, "etc/resolv.conf", "../run/systemd/resolve/stub-resolv.conf");
}

static inline void busybox(struct mem_tree *t)
{
	common(t);
	mem_link(t, "sbin/init", "/bin/busybox");
	(void)mem_file(t, "etc/inittab", "::sysinit:/etc/init.d/rcS\n");
}

typedef void tree_fn(struct mem_tree *t);

static inline void plan_for(struct mem_tree *t, struct zol_prep_want *w, struct zol_prep_plan *plan)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_prep_view view = mem_view(t);

	if (zol_prep_plan(&view, w, plan, &err) != 0)
		fail_msg("%s", zol_err_text(&err));
}

static inline void keep(struct zol_journal *j, const struct zol_journal *add, bool fresh)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	for (size_t i = 0; i < add->n; i++)
		if (!fresh || !zol_journal_knows(j, &add->v[i]))
			assert_true(zol_journal_add(j, &add->v[i], &err) >= 0);
}

/* One run of prepare that gets as far as `limit` acts. */
static inline size_t prepare(struct mem_tree *t, struct zol_journal *j, size_t limit)
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

static inline size_t undo(struct mem_tree *t, const struct zol_journal *j, size_t limit)
{
	ZOL_AUTO(prep_plan) struct zol_prep_plan plan = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_prep_view view = mem_view(t);

	assert_int_equal(zol_prep_undo(&view, j, &plan, &err), 0);
	mem_apply(t, &plan, limit);
	return plan.nacts;
}

__attribute__((unused)) static tree_fn *const trees[] = { sysv, debian, openrc, systemd, busybox };

static inline const char *text(struct mem_tree *t, const char *path)
{
	struct mem_node *n = mem_find(t, path);

	return n ? zol_str_c(&n->data) : "";
}

static inline void has(struct mem_tree *t, const char *path, const char *part)
{
	if (!strstr(text(t, path), part))
		fail_msg("%s lacks \"%s\":\n%s", path, part, text(t, path));
}

static inline enum zol_prep_state worst(struct mem_tree *t, const struct zol_journal *j, const char *path,
					size_t *ret_acts)
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
