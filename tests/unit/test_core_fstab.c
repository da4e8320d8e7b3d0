/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/fstab.h"
#include "guest_cases.h"

static void edit(const struct guest_case *c, struct zol_str *text, struct zol_str *note, bool *ret_changed)
{
	char path[64], reason[64], buf[32];
	struct zol_tmpfs want = {
		.path = guest_case_arg(c, "tmp", path, sizeof(path)), .mode = 01777, .uid = -1, .gid = -1
	};
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	enum zol_edit e;
	unsigned n;

	want.reason = guest_case_arg(c, "reason", reason, sizeof(reason));
	want.probe = guest_case_arg(c, "probe", buf, sizeof(buf));
	if (guest_case_arg(c, "size", buf, sizeof(buf)))
		want.size = strtoull(buf, NULL, 10);
	if (guest_case_arg(c, "mode", buf, sizeof(buf)))
		want.mode = (unsigned)strtoul(buf, NULL, 8);
	if (guest_case_arg(c, "uid", buf, sizeof(buf)))
		want.uid = want.gid = strtol(buf, NULL, 10);
	assert_int_equal(zol_fstab_disable(text, &n, note, &err), 0);
	assert_int_equal(zol_fstab_tmpfs(text, &want, &e, note, &err), 0);
	*ret_changed = n > 0 || e == ZOL_EDIT_CHANGED;
}

UNIT(cases)
{
	guest_cases_run("fstab", edit);
}

UNIT(parses_fields)
{
	struct zol_fstab_entry e;

	assert_true(zol_fstab_parse(zol_span_c(" a\tb  c d 0 0"), &e));
	assert_true(zol_span_eq(e.spec, "a") && zol_span_eq(e.file, "b") && zol_span_eq(e.type, "c") &&
		    zol_span_eq(e.opts, "d"));
	assert_true(zol_fstab_parse(zol_span_c("a b c"), &e));
	assert_int_equal(e.opts.len, 0);
	assert_false(zol_fstab_parse(zol_span_c("a b"), &e));
	assert_false(zol_fstab_parse(zol_span_c("# a b c"), &e));
	assert_false(zol_fstab_parse(zol_span_c("   "), &e));
}

UNIT(paths_that_may_be_a_tmpfs)
{
	static const char *const good[] = {
		"/tmp", "/var/tmp", "/var/tmp/portage", "/var/lib/x", "/srv", "/root/.cache"
	};
	static const char *const evil[] = { "",           "/",     "tmp",         "/etc",     "/etc/x",
					    "/usr/local", "/var",  "/var/lib",    "/bin",     "/lib64",
					    "/a//b",      "/a/",   "/a/../b",     "/a/./b",   "/a/..",
					    "/a b",       "/a\nb", "/a\\040",     "/dev/shm", "/proc",
					    "/boot/x",    "/a#b",  "/var/db/pkg", "/home",    "/x\x7f" };
	char text[300] = "/";

	for (size_t i = 0; i < ZOL_COUNT(good); i++)
		assert_true(zol_tmpfs_path_ok(good[i]));
	for (size_t i = 0; i < ZOL_COUNT(evil); i++)
		if (zol_tmpfs_path_ok(evil[i]))
			fail_msg("\"%s\" passed", evil[i]);
	memset(text + 1, 'a', 280);
	assert_false(zol_tmpfs_path_ok(text));
}

static void probe(struct zol_str *text, const char *path)
{
	const struct zol_tmpfs want = {
		.path = path, .mode = 0700, .uid = 5, .gid = 0, .reason = "a\nb", .probe = true
	};
	ZOL_AUTO(str) struct zol_str note = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	enum zol_edit e;

	assert_int_equal(zol_fstab_tmpfs(text, &want, &e, &note, &err), 0);
	assert_int_equal(e, ZOL_EDIT_CHANGED);
}

UNIT(takes_back_what_the_probe_no_longer_asks_for)
{
	static const char *const now[] = { "/b" };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	unsigned n;

	probe(&text, "/a");
	probe(&text, "/b");
	probe(&text, "/c");
	assert_non_null(strstr(zol_str_c(&text), "# a b\n"));
	assert_non_null(strstr(zol_str_c(&text), "mode=0700,uid=5\t"));
	assert_int_equal(zol_fstab_probe_gone(&text, now, 1, &n, &err), 0);
	assert_int_equal(n, 2);
	assert_null(strstr(zol_str_c(&text), "/a"));
	assert_non_null(strstr(zol_str_c(&text), "/b"));
	assert_null(strstr(zol_str_c(&text), "/c"));
	assert_int_equal(zol_fstab_probe_gone(&text, NULL, 0, &n, &err), 0);
	assert_int_equal(n, 1);
	assert_int_equal(text.len, 0);
}

UNIT(one_line_a_place)
{
	const struct zol_tmpfs want = { .path = "/a", .mode = 01777, .uid = -1, .gid = -1 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT, note = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	enum zol_edit e;

	probe(&text, "/a");
	assert_int_equal(zol_fstab_tmpfs(&text, &want, &e, &note, &err), 0);
	assert_int_equal(e, ZOL_EDIT_SAME);
}

UNIT(reads_the_plan_of_the_probe)
{
	struct zol_span rest = zol_span_c("# plan\ntmpfs\t/a\twhy so\r\nother\t/x\ttmpfs\ntmpfs\ntmpfs\t/b\n"), path,
			why;

	assert_true(zol_probe_plan_next(&rest, &path, &why));
	assert_true(zol_span_eq(path, "/a") && zol_span_eq(why, "why so"));
	assert_true(zol_probe_plan_next(&rest, &path, &why));
	assert_true(zol_span_eq(path, "/b") && why.len == 0);
	assert_false(zol_probe_plan_next(&rest, &path, &why));
}

UNIT_MAIN()
