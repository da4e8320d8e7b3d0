/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/mplan.h"
#include "unit.h"

static struct zol_mplan build(const struct zol_mplan_in *in)
{
	struct zol_mplan p = { 0 };
	struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_mplan_build(in, &p, &err), 0);
	assert_int_equal(err.code, ZOL_OK);
	return p;
}

/* The place of an operation in the plan; the length of the plan when there is none for dst. */
static size_t place(const struct zol_mplan *p, const char *dst)
{
	size_t i = 0;

	while (i < p->len && strcmp(p->ops[i].dst, dst) != 0)
		i++;
	return i;
}

static const struct zol_mop *find(const struct zol_mplan *p, const char *dst)
{
	assert_true(place(p, dst) < p->len);
	return &p->ops[place(p, dst)];
}

UNIT(the_least_plan)
{
	const struct zol_mplan_in in = { .root = "/g" };
	ZOL_AUTO(mplan) struct zol_mplan p = build(&in);
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	zol_mplan_text(&p, &text);
	assert_string_equal(zol_str_c(&text), "root    /g -> /  rbind,private\n"
					      "tmpfs   /run  mode=0755,size=256M,nosuid,nodev,create\n"
					      "tmpfs   /tmp  mode=1777,nosuid,nodev,create\n"
					      "proc    /proc  nosuid,nodev,noexec,create\n"
					      "bind    /dev -> /dev  rbind,slave,create\n"
					      "bind    /sys -> /sys  rbind,slave,create\n"
					      "tmpfs   /dev/shm  mode=1777,nosuid,nodev,optional,if-unmounted\n");
}

UNIT(the_order_keeps_the_host_out_of_reach)
{
	static const char *const code[] = { "/home/me/zfs", "/home/me/spl", NULL };
	struct zol_mbind bind = { .src = (char[]){ "/a" }, .dst = (char[]){ "/dev/x" }, .rdonly = true, .file = true };
	const struct zol_mplan_in in = {
		.root = "/g",
		.code = code,
		.binds = &bind,
		.nbinds = 1,
		.portage_tree = "/var/db/repos/gentoo",
		.distfiles = "/d",
		.binpkgs = "/b",
		.resolv = "/etc/resolv.conf",
		.tmp_size = 1U << 30,
		.portage_tmp_size = 2U << 30,
		.portage_tmpdir = "/var/tmp/portage",
		.portage_uid = 250,
		.portage_gid = 251,
	};
	ZOL_AUTO(mplan) struct zol_mplan p = build(&in);
	size_t resolv = place(&p, "/etc/resolv.conf"), dev = place(&p, "/dev");

	assert_int_equal(p.ops[0].kind, ZOL_MOP_ROOT);
	/* Every tmpfs that makes its mount point comes before the first thing of the host's. */
	for (size_t i = 1; i < p.len; i++) {
		if (p.ops[i].kind == ZOL_MOP_TMPFS && (p.ops[i].flags & ZOL_MP_CREATE))
			assert_true(i < resolv);
		if (p.ops[i].kind == ZOL_MOP_CLONE || p.ops[i].kind == ZOL_MOP_PROC)
			assert_true(i > resolv);
	}
	assert_true(place(&p, "/mnt/code") < place(&p, "/mnt/code/zfs"));
	assert_true(dev < place(&p, "/dev/shm"));
	assert_true(dev < place(&p, "/dev/x"));
	assert_false(find(&p, "/dev/shm")->flags & ZOL_MP_CREATE);
	assert_int_equal(find(&p, "/mnt/code/spl")->flags,
			 ZOL_MP_RDONLY | ZOL_MP_NOSUID | ZOL_MP_NODEV | ZOL_MP_CREATE);
	assert_true(find(&p, "/var/db/repos/gentoo")->flags & ZOL_MP_RDONLY);
	assert_false(find(&p, "/var/cache/distfiles")->flags & ZOL_MP_RDONLY);
	assert_false(find(&p, "/var/cache/binpkgs")->flags & ZOL_MP_RDONLY);
	assert_int_equal(find(&p, "/dev/x")->flags, ZOL_MP_CREATE | ZOL_MP_RDONLY | ZOL_MP_FILE);
	assert_int_equal(find(&p, "/tmp")->size, 1U << 30);
	assert_int_equal(find(&p, "/var/tmp/portage")->uid, 250);
	assert_int_equal(find(&p, "/var/tmp/portage")->gid, 251);
	assert_int_equal(find(&p, "/var/tmp/portage")->mode, 0775);
}

UNIT(an_overlay_is_mounted_first)
{
	const struct zol_mplan_in in = { .root = "/g/two", .overlay = "lowerdir=/l,upperdir=/u,workdir=/w" };
	ZOL_AUTO(mplan) struct zol_mplan p = build(&in);
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	assert_int_equal(p.ops[0].kind, ZOL_MOP_OVERLAY);
	assert_string_equal(p.ops[0].src, "/g/two");
	assert_string_equal(p.ops[0].opts, "lowerdir=/l,upperdir=/u,workdir=/w");
	zol_mplan_text(&p, &text);
	assert_non_null(strstr(zol_str_c(&text), "overlay /g/two -> /  lowerdir=/l,upperdir=/u,workdir=/w\n"));
}

UNIT(one_code_directory_is_the_point_itself)
{
	static const char *const once[] = { "/home/me/zfs", "/home/me/zfs/", "/home//me/zfs", NULL };
	const struct zol_mplan_in in = { .root = "/g", .code = once };
	ZOL_AUTO(mplan) struct zol_mplan p = build(&in);

	assert_string_equal(find(&p, "/mnt/code")->src, "/home/me/zfs");
	assert_int_equal(find(&p, "/mnt/code")->kind, ZOL_MOP_CLONE);
	assert_int_equal(place(&p, "/mnt/code/zfs"), p.len);
}

UNIT(several_lie_below_it_on_a_tmpfs)
{
	static const char *const two[] = { "/a/zfs/", "/a/spl", NULL };
	const struct zol_mplan_in in = { .root = "/g", .code = two };
	ZOL_AUTO(mplan) struct zol_mplan p = build(&in);

	assert_int_equal(find(&p, "/mnt/code")->kind, ZOL_MOP_TMPFS);
	assert_string_equal(find(&p, "/mnt/code/zfs")->src, "/a/zfs/");
	assert_true(place(&p, "/mnt/code/spl") < p.len);
}

UNIT(refuses_code_that_cannot_be_told_apart)
{
	static const char *const bad[][3] = {
		{ "/a/zfs", "/b/zfs", NULL }, { "/", NULL, NULL },     { "zfs", NULL, NULL },
		{ "", NULL, NULL },           { "/a/..", NULL, NULL }, { "/a/./b", NULL, NULL },
	};

	for (size_t i = 0; i < ZOL_COUNT(bad); i++) {
		const struct zol_mplan_in in = { .root = "/g", .code = bad[i] };
		struct zol_mplan p = { 0 };
		struct zol_err err = ZOL_ERR_INIT;

		assert_int_equal(zol_mplan_build(&in, &p, &err), -ZOL_USAGE);
		assert_null(p.ops);
		zol_err_clear(&err);
	}
}

UNIT(reads_binds)
{
	static const struct {
		const char *text, *src, *dst;
		bool rdonly;
	} cases[] = {
		{ "/a:/b", "/a", "/b", false },
		{ "/a b:/c d:ro", "/a b", "/c d", true },
		{ "/a:/b:rw", "/a", "/b", false },
		{ "/..a/b..:/.c", "/..a/b..", "/.c", false },
	};

	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		ZOL_AUTO(mbind) struct zol_mbind b = { 0 };
		struct zol_err err = ZOL_ERR_INIT;

		assert_int_equal(zol_mplan_bind(cases[i].text, &b, &err), 0);
		assert_string_equal(b.src, cases[i].src);
		assert_string_equal(b.dst, cases[i].dst);
		assert_int_equal(b.rdonly, cases[i].rdonly);
		assert_false(b.file);
	}
}

UNIT(refuses_bad_binds)
{
	static const char *const bad[] = { "",         "/a",      ":",       "/a:",      ":/b",
					   "a:/b",     "/a:b",    "/a:/b:",  "/a:/b:xo", "/a:/b:ro:ro",
					   "/a/..:/b", "/a:/./b", "/a:/b/.." };

	for (size_t i = 0; i < ZOL_COUNT(bad); i++) {
		struct zol_mbind b = { 0 };
		struct zol_err err = ZOL_ERR_INIT;

		assert_int_equal(zol_mplan_bind(bad[i], &b, &err), -ZOL_USAGE);
		assert_null(b.src);
		zol_err_clear(&err);
	}
}

UNIT(finds_where_portage_builds)
{
	static const struct {
		const char *conf, *want;
	} cases[] = {
		{ "", "/var/tmp/portage" },
		{ "PORTAGE_TMPDIR=/x\n", "/x/portage" },
		{ "PORTAGE_TMPDIR=\"/x/y/\" # why\n", "/x/y/portage" },
		{ "  PORTAGE_TMPDIR='/x'\nUSE=a\n", "/x/portage" },
		{ "PORTAGE_TMPDIR=/x\nPORTAGE_TMPDIR=/y\n", "/y/portage" },
		{ "#PORTAGE_TMPDIR=/x\n", "/var/tmp/portage" },
		{ "PORTAGE_TMPDIR=\"${ROOT}/x\"\n", "/var/tmp/portage" },
		{ "PORTAGE_TMPDIR=/a/../b\n", "/var/tmp/portage" },
		{ "PORTAGE_TMPDIR=rel\n", "/var/tmp/portage" },
		{ "PORTAGE_TMPDIR=\"/unclosed\n", "/var/tmp/portage" },
		{ "PORTAGE_TMPDIR=/a b\n", "/var/tmp/portage" },
		{ "PORTAGE_TMPDIR=\n", "/var/tmp/portage" },
		{ "PORTAGE_TMPDIR=/\n", "/portage" },
		{ "PORTAGE_TMPDIR=//\r\n", "/portage" },
	};

	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		ZOL_AUTO(str) struct zol_str got = ZOL_STR_INIT;

		zol_mplan_portage_tmpdir(zol_span_c(cases[i].conf), &got);
		assert_string_equal(zol_str_c(&got), cases[i].want);
	}
}

UNIT(text_is_safe_to_show)
{
	const struct zol_mplan_in in = { .root = "/g\033[2J\n" };
	ZOL_AUTO(mplan) struct zol_mplan p = build(&in);
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	zol_mplan_text(&p, &text);
	assert_null(strchr(zol_str_c(&text), '\033'));
	assert_non_null(strstr(zol_str_c(&text), "-> /  rbind"));
}

UNIT_MAIN()
