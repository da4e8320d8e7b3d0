/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/portage_repos.h"
#include "unit.h"

UNIT(finds_locations)
{
	static const char text[] =
		"[DEFAULT]\nmain-repo = gentoo\nlocation = /no\n\n[gentoo]\nsync-type = rsync\n"
		"location = /a\n[zolkit]\nlocation=/z \n[gentoo]\n location = /b\n[]\nlocation = /e\n";
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	assert_true(zol_repos_location(zol_span_c(text), zol_span_c("gentoo"), &s));
	assert_string_equal(zol_str_c(&s), "/b");
	zol_str_truncate(&s, 0);
	assert_true(zol_repos_location(zol_span_c(text), zol_span_c("zolkit"), &s));
	assert_string_equal(zol_str_c(&s), "/z");
	zol_str_truncate(&s, 0);
	assert_false(zol_repos_location(zol_span_c(text), zol_span_c("none"), &s));
	assert_int_equal(s.len, 0);
}

/* As git-r3.eclass named them: facts of real stores. */
UNIT(names_stores)
{
	static const char *const pairs[][2] = {
		{ "https://github.com/openzfs/zfs.git", "openzfs_zfs.git" },
		{ "https://github.com/openzfs/zfs", "openzfs_zfs.git" },
		{ "/mnt/code/zfs", "_mnt_code_zfs.git" },
		{ "file:///mnt/code/zfs", "mnt_code_zfs.git" },
		{ "https://git.kernel.org/pub/scm/linux/kernel.git", "linux_kernel.git" },
		{ "https://anongit.gentoo.org/git/proj/portage.git/", "proj_portage.git" },
		{ "x", "x.git" },
	};

	for (size_t i = 0; i < ZOL_COUNT(pairs); i++) {
		ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

		zol_repos_store(zol_span_c(pairs[i][0]), &s);
		assert_string_equal(zol_str_c(&s), pairs[i][1]);
	}
}

static void maps(const char *const *code, const char *guest, const char *host)
{
	ZOL_AUTO(str) struct zol_str there = ZOL_STR_INIT, back = ZOL_STR_INIT;

	assert_int_equal(zol_repos_code(guest, code, &there), host != NULL);
	assert_string_equal(zol_str_c(&there), host ? host : "");
	if (!host)
		return;
	assert_true(zol_repos_in_guest(host, code, &back));
	assert_string_equal(zol_str_c(&back), guest);
}

UNIT(maps_code_directories)
{
	static const char *const none[] = { NULL }, *const one[] = { "/home/u/devel", NULL };
	static const char *const two[] = { "/home/u/devel", "/src/zfs", NULL };
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	maps(none, "/mnt/code/zfs", NULL);
	maps(one, "/mnt/code/zfs", "/home/u/devel/zfs");
	maps(one, "/mnt/code", "/home/u/devel");
	maps(one, "/mnt/codes", NULL);
	maps(one, "/root/zfs", NULL);
	maps(two, "/mnt/code/zfs", "/src/zfs");
	maps(two, "/mnt/code/devel/a/b", "/home/u/devel/a/b");
	maps(two, "/mnt/code/other", NULL);
	maps(two, "/mnt/code", NULL);
	assert_false(zol_repos_in_guest("/srcs", two, &s));
	assert_int_equal(s.len, 0);
}

UNIT_MAIN()
