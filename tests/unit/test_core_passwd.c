/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/passwd.h"
#include "unit.h"

static const char passwd[] = "# not a user\n"
			     "root:x:0:0:root:/root:/bin/bash\n"
			     "short:x:7\n"
			     "nouid:x:x:0::/:/bin/sh\n"
			     "many:x:1:1:a:b:c:d\n"
			     ":x:5:5::/:/bin/sh\n"
			     "minus:x:4294967295:0::/:/bin/sh\n"
			     "portage:x:250:251:portage:/var/tmp/portage:/bin/false\r\n"
			     "77:x:1077:1077::/home/77:\n"
			     "last:x:78:78::/home/last:/bin/sh";

static int find(const char *name, struct zol_passwd *ret)
{
	struct zol_err err = ZOL_ERR_INIT;
	int rc = zol_passwd_find(zol_span_c(passwd), name, ret, &err);

	assert_int_equal(err.code, ZOL_OK);
	return rc;
}

UNIT(finds_users_by_name)
{
	ZOL_AUTO(passwd) struct zol_passwd p = { 0 };

	assert_int_equal(find("portage", &p), 1);
	assert_int_equal(p.uid, 250);
	assert_int_equal(p.gid, 251);
	assert_string_equal(p.name, "portage");
	assert_string_equal(p.home, "/var/tmp/portage");
	assert_string_equal(p.shell, "/bin/false");
}

UNIT(finds_users_by_number_after_names)
{
	ZOL_AUTO(passwd) struct zol_passwd a = { 0 }, b = { 0 };

	assert_int_equal(find("0", &a), 1);
	assert_string_equal(a.name, "root");
	assert_int_equal(find("77", &b), 1);
	assert_int_equal(b.uid, 1077);
	assert_string_equal(b.shell, "");
}

UNIT(reads_a_last_line_without_its_end)
{
	ZOL_AUTO(passwd) struct zol_passwd p = { 0 };

	assert_int_equal(find("last", &p), 1);
	assert_string_equal(p.shell, "/bin/sh");
}

UNIT(passes_over_malformed_lines)
{
	static const char *const none[] = { "short", "nouid",  "many",         "",
					    "minus", "nobody", "# not a user", "4294967295" };

	for (size_t i = 0; i < ZOL_COUNT(none); i++) {
		struct zol_passwd p = { 0 };

		assert_int_equal(find(none[i], &p), 0);
		assert_null(p.name);
	}
}

UNIT(collects_groups)
{
	static const char group[] =
		"root:x:0:\nwheel:x:10:root,user\nbad:x:y:user\nshort:user\nusers:x:100:other,user\r\n"
		"own:x:1000:user\nprefix:x:12:username\nlast:x:13:user";
	uint32_t gids[8];

	assert_int_equal(zol_passwd_groups(zol_span_c(group), "user", 1000, gids, ZOL_COUNT(gids)), 4);
	assert_int_equal(gids[0], 1000);
	assert_int_equal(gids[1], 10);
	assert_int_equal(gids[2], 100);
	assert_int_equal(gids[3], 13);
}

UNIT(collects_no_more_groups_than_fit)
{
	uint32_t gids[2] = { 9, 9 };

	assert_int_equal(zol_passwd_groups(zol_span_c("a:x:1:u\nb:x:2:u\nc:x:3:u\n"), "u", 0, gids, 2), 2);
	assert_int_equal(gids[1], 1);
	assert_int_equal(zol_passwd_groups(zol_span_c("a:x:1:u\n"), "u", 0, gids, 0), 0);
	assert_int_equal(zol_passwd_groups(zol_span_c(""), "u", 5, gids, 2), 1);
}

#define PASSWD "root:x:0:0:root:/root:/bin/bash\nportage:x:250:251:portage:/var/tmp/portage:/bin/false\nbroken:x:a:b\n"

UNIT(finds_numbers)
{
	uint32_t uid = 0, gid = 0;

	assert_true(zol_passwd_ids(zol_span_c(PASSWD), "portage", &uid, &gid));
	assert_int_equal(uid, 250);
	assert_int_equal(gid, 251);
	assert_true(zol_passwd_group(zol_span_c("root:x:0:\nportage::252:portage,root\r\n"), "portage", &gid));
	assert_int_equal(gid, 252);
}

UNIT(is_not_taken_in_by_broken_entries)
{
	static const char *const bad[] = { "",
					   "portage",
					   "portage:",
					   "portage:x",
					   "portage:x:250",
					   "portage:x::250",
					   "portage:x:-1:250",
					   "portage:x:4294967295:250",
					   "xportage:x:250:250",
					   "portagex:x:250:250",
					   "broken:x:a:b",
					   "portage:x:99999999999999999999:1" };
	uint32_t uid, gid;

	for (size_t i = 0; i < ZOL_COUNT(bad); i++)
		assert_false(zol_passwd_ids(zol_span_c(bad[i]), "portage", &uid, &gid));
	assert_false(zol_passwd_ids(zol_span_c(PASSWD), "broken", &uid, &gid));
	assert_false(zol_passwd_group(zol_span_c("portage:x"), "portage", &gid));
}

static enum zol_login root(const char *users, const char *shadow)
{
	return zol_passwd_root(zol_span_c(users), zol_span_c(shadow), 20000);
}

UNIT(tells_why_root_cannot_log_in)
{
	assert_int_equal(root(PASSWD, "root::10770:0:::::\n"), ZOL_LOGIN_OK);
	assert_int_equal(root(PASSWD, "daemon:*:1::::::\nroot:$6$x$y:10770:0:99999:7:::\n"), ZOL_LOGIN_OK);
	assert_int_equal(root(PASSWD, "root:*:10770:0:::::\n"), ZOL_LOGIN_LOCKED);
	assert_int_equal(root(PASSWD, "root:!:10770:0:::::\n"), ZOL_LOGIN_LOCKED);
	assert_int_equal(root(PASSWD, "root:!$6$x$y:10770:0:::::\n"), ZOL_LOGIN_LOCKED);
	assert_int_equal(root(PASSWD, "root::0:0:::::\n"), ZOL_LOGIN_EXPIRED);
	assert_int_equal(root(PASSWD, "root::10770:0::::19999:\n"), ZOL_LOGIN_EXPIRED);
	assert_int_equal(root(PASSWD, "root::10770:0::::20001:\n"), ZOL_LOGIN_OK);
	assert_int_equal(root(PASSWD, ""), ZOL_LOGIN_ABSENT);
	assert_int_equal(root("", "root::1::::::\n"), ZOL_LOGIN_ABSENT);
	assert_int_equal(root("root::0:0:root:/root:/bin/sh\n", ""), ZOL_LOGIN_OK);
	assert_int_equal(root("root:*:0:0:root:/root:/bin/sh\n", ""), ZOL_LOGIN_LOCKED);
	assert_int_equal(root("root:x:0:0:root:/root:/sbin/nologin\n", "root::1::::::\n"), ZOL_LOGIN_SHELL);
	assert_int_equal(root("root:x:0:0:root:/root:/bin/false\n", "root::1::::::\n"), ZOL_LOGIN_SHELL);
}

UNIT(has_a_text_for_each)
{
	for (int l = ZOL_LOGIN_OK; l <= ZOL_LOGIN_ABSENT; l++)
		assert_non_null(strstr(zol_login_text((enum zol_login)l), "root"));
}

UNIT_MAIN()
