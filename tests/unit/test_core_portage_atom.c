/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/portage_atom.h"
#include "unit.h"

static int rank(const char *atom)
{
	const struct zol_package zfs = { zol_span_c("sys-fs"), zol_span_c("zfs"), zol_span_c("9999") };

	return zol_portage_atom(zol_span_c(atom), &zfs);
}

UNIT(ranks_atoms)
{
	assert_int_equal(rank("sys-fs/zfs"), ZOL_ATOM_PLAIN);
	assert_int_equal(rank("sys-fs/zfs::zolkit"), ZOL_ATOM_PLAIN);
	assert_int_equal(rank("sys-fs/zfs[debug]"), ZOL_ATOM_PLAIN);
	assert_int_equal(rank("sys-fs/zfs:0"), ZOL_ATOM_SLOT);
	assert_int_equal(rank("sys-fs/zfs:0/7::gentoo"), ZOL_ATOM_SLOT);
	assert_int_equal(rank("=sys-fs/zfs-9999"), ZOL_ATOM_EXACT);
	assert_int_equal(rank("=sys-fs/zfs-9999::zolkit"), ZOL_ATOM_EXACT);
	assert_int_equal(rank("~sys-fs/zfs-9999"), ZOL_ATOM_ANY_REVISION);
	assert_int_equal(rank("=sys-fs/zfs-9999*"), ZOL_ATOM_PREFIX);
	assert_int_equal(rank(">=sys-fs/zfs-2.3"), ZOL_ATOM_RANGE);
	assert_int_equal(rank(">sys-fs/zfs-2.3:0"), ZOL_ATOM_SLOT);
	assert_int_equal(rank("<=sys-fs/zfs-9999"), ZOL_ATOM_RANGE);
	assert_int_equal(rank("sys-fs/*"), ZOL_ATOM_WILD);
	assert_int_equal(rank("*/zfs"), ZOL_ATOM_WILD);
	assert_int_equal(rank("*/*"), ZOL_ATOM_ALL);
	assert_int_equal(rank("*/*:0"), ZOL_ATOM_WILD_SLOT);
	assert_int_equal(rank("s*s/z*"), ZOL_ATOM_WILD);
}

UNIT(leaves_others_alone)
{
	static const char *const atoms[] = { "sys-fs/zfs-kmod",
					     "sys-fs/zf",
					     "=sys-fs/zfs-2.3",
					     "<sys-fs/zfs-9999",
					     ">sys-fs/zfs-9999",
					     "~sys-fs/zfs-9998",
					     "=sys-fs/zfs-99*",
					     "app/zfs",
					     "zfs",
					     "",
					     "=",
					     "!sys-fs/zfs",
					     "=sys-fs/zfs",
					     "=sys-fs/zfs-kmod-1",
					     "s*x/z*",
					     "*",
					     ">=zfs-1",
					     "=sys-fs/zfs-9999999*",
					     "z/*" };

	for (size_t i = 0; i < ZOL_COUNT(atoms); i++)
		if (rank(atoms[i]) != 0)
			fail_msg("%s fits", atoms[i]);
}

UNIT(any_revision)
{
	const struct zol_package p = { zol_span_c("a"), zol_span_c("b"), zol_span_c("1.2-r3") };

	assert_int_equal(zol_portage_atom(zol_span_c("~a/b-1.2"), &p), ZOL_ATOM_ANY_REVISION);
	assert_int_equal(zol_portage_atom(zol_span_c("=a/b-1.2"), &p), 0);
	assert_int_equal(zol_portage_atom(zol_span_c("=a/b-1*"), &p), ZOL_ATOM_PREFIX);
	assert_int_equal(zol_portage_atom(zol_span_c("=a/b-1.2*"), &p), ZOL_ATOM_PREFIX);
	assert_int_equal(zol_portage_atom(zol_span_c("=a/b-1.2-r3"), &p), ZOL_ATOM_EXACT);
}

static void order(const char *a, const char *b, int want)
{
	int c = zol_portage_vercmp(zol_span_c(a), zol_span_c(b)), d = zol_portage_vercmp(zol_span_c(b), zol_span_c(a));

	if ((c > 0) - (c < 0) != want || (d > 0) - (d < 0) != -want)
		fail_msg("%s against %s: %d and %d", a, b, c, d);
}

/* portage: tests/versions/test_vercmp.py has the same kinds. */
UNIT(compares_versions)
{
	order("6.0", "5.0", 1);
	order("5.0", "5", 1);
	order("1.0-r1", "1.0-r0", 1);
	order("999999999999999999999999999999", "999999999999999999999999999998", 1);
	order("1.0.0", "1.0", 1);
	order("1.0.0", "1.0b", 1);
	order("1b", "1", 1);
	order("1b_p1", "1_p1", 1);
	order("1.1b", "1.1", 1);
	order("12.2.5", "12.2b", 1);
	order("4.0", "5.0", -1);
	order("1.0_pre2", "1.0_p2", -1);
	order("1.0_alpha2", "1.0_p2", -1);
	order("1.0_alpha1", "1.0_beta1", -1);
	order("1.0_beta3", "1.0_rc3", -1);
	order("1.001000000000000000001", "1.001000000000000000002", -1);
	order("1.00100000000", "1.0010000000000000001", -1);
	order("1.01", "1.1", -1);
	order("1_p1", "1b_p1", -1);
	order("1.0_rc1_p1", "1.0_rc1", 1);
	order("4.0", "4.0", 0);
	order("1.0-r0", "1.0", 0);
	order("1.0_p0", "1.0_p", 0);
	order("007", "7", 0);
	order("9999", "2.4.0_rc2-r1", 1);
	order("0", "0", 0);
}

UNIT(takes_names_apart)
{
	struct zol_package p;
	static const char *const bad[] = { "zfs", "a/", "/b", "a/b c", "a/-b", ".x/y", "-a/b", "a/b/c", "" };

	assert_true(zol_package_parse(zol_span_c("sys-fs/zfs"), &p));
	assert_true(zol_span_eq(p.category, "sys-fs") && zol_span_eq(p.name, "zfs") && p.version.len == 0);
	assert_true(zol_package_parse(zol_span_c("a/gtk+-2-1.2_rc1-r3"), &p));
	assert_true(zol_span_eq(p.name, "gtk+-2") && zol_span_eq(p.version, "1.2_rc1-r3"));
	assert_true(zol_package_parse(zol_span_c("a/b"), &p));
	for (size_t i = 0; i < ZOL_COUNT(bad); i++)
		if (zol_package_parse(zol_span_c(bad[i]), &p))
			fail_msg("\"%s\" is taken", bad[i]);
}

UNIT(reads_lines)
{
	struct zol_span rest = zol_span_c("# c\n\n  a/b x y # z\n\t#d\na/b#c d\r\nlast"), words;

	assert_true(zol_portage_line(&rest, &words) && zol_span_eq(words, "a/b x y"));
	assert_true(zol_portage_line(&rest, &words) && zol_span_eq(words, "a/b#c d"));
	assert_true(zol_portage_line(&rest, &words) && zol_span_eq(words, "last"));
	assert_false(zol_portage_line(&rest, &words));
}

UNIT(names_variables)
{
	static const char *const pairs[][2] = { { "zfs", "zfs_LIVE_REPO" },
						{ "zfs-kmod", "zfs_kmod_LIVE_REPO" },
						{ "gtk+", "gtk__LIVE_REPO" },
						{ "7zip", "_7zip_LIVE_REPO" } };

	for (size_t i = 0; i < ZOL_COUNT(pairs); i++) {
		ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

		zol_portage_live_var(zol_span_c(pairs[i][0]), "REPO", &s);
		assert_string_equal(zol_str_c(&s), pairs[i][1]);
	}
}

UNIT_MAIN()
