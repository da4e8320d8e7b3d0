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

UNIT_MAIN()
