/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/accounts.h"
#include "unit.h"

#define PASSWD "root:x:0:0:root:/root:/bin/bash\nportage:x:250:251:portage:/var/tmp/portage:/bin/false\nbroken:x:a:b\n"

UNIT(finds_numbers)
{
	int64_t uid = -1, gid = -1;

	assert_true(zol_accounts_user(zol_span_c(PASSWD), "portage", &uid, &gid));
	assert_int_equal(uid, 250);
	assert_int_equal(gid, 251);
	assert_true(zol_accounts_group(zol_span_c("root:x:0:\nportage::252:portage,root\r\n"), "portage", &gid));
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
	int64_t uid, gid;

	for (size_t i = 0; i < ZOL_COUNT(bad); i++)
		assert_false(zol_accounts_user(zol_span_c(bad[i]), "portage", &uid, &gid));
	assert_false(zol_accounts_user(zol_span_c(PASSWD), "broken", &uid, &gid));
	assert_false(zol_accounts_group(zol_span_c("portage:x"), "portage", &gid));
}

static enum zol_login root(const char *passwd, const char *shadow)
{
	return zol_accounts_root(zol_span_c(passwd), zol_span_c(shadow), 20000);
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
