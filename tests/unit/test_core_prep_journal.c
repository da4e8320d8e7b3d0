/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/prep_journal.h"
#include "unit.h"

#define TEXT                                            \
	"create\tetc/hosts\n"                           \
	"replace\tetc/hostname\t0badcafe\t6f6c640a00\n" \
	"copy\tusr/x\t00000001\n"                       \
	"mkdir\tmnt/code\n"                             \
	"owner\tvar/cache\t0:0:0755\t250:250:0775\n"    \
	"link\tetc/l\t/etc/target of it\n"

UNIT(writes_what_it_reads)
{
	ZOL_AUTO(journal) struct zol_journal j = { 0 };
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_journal_entry *e;

	assert_int_equal(zol_journal_parse(zol_span_c("# comment\n\n" TEXT), &j, &err), 0);
	assert_int_equal(j.n, 6);
	e = zol_journal_find(&j, ZOL_JOURNAL_REPLACE, "etc/hostname");
	assert_non_null(e);
	assert_int_equal(e->sum, 0x0badcafe);
	assert_int_equal(e->old.len, 5);
	assert_memory_equal(e->old.ptr, "old\n", 5);
	e = zol_journal_find(&j, ZOL_JOURNAL_OWNER, "var/cache");
	assert_int_equal(e->after.mode, 0775);
	assert_null(zol_journal_find(&j, ZOL_JOURNAL_CREATE, "var/cache"));
	zol_journal_text(&j, &out);
	assert_string_equal(zol_str_c(&out), TEXT);
}

UNIT(the_first_original_stays)
{
	ZOL_AUTO(journal) struct zol_journal j = { 0 };
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_journal_parse(zol_span_c("replace\ta\t00000001\t6f6c64\n"), &j, &err), 0);
	assert_int_equal(zol_journal_parse(zol_span_c("replace\ta\t00000002\t6e6577\n"), &j, &err), 0);
	assert_int_equal(zol_journal_add(&j, &j.v[0], &err), 1);
	zol_journal_text(&j, &out);
	assert_string_equal(zol_str_c(&out), "replace\ta\t00000002\t6f6c64\n");
}

UNIT(refuses_broken_lines)
{
	static const char *const bad[] = { "create",
					   "create\t",
					   "nonsense\ta",
					   "replace\ta\t1\t00",
					   "replace\ta\t00000001\t0",
					   "replace\ta\t00000001\t0g",
					   "copy\ta",
					   "copy\ta\t0000000x",
					   "owner\ta\t0:0\t0:0:0",
					   "owner\ta\t0:0:9\t0:0:0",
					   "owner\ta\t0:0:0755",
					   "owner\ta\t4294967296:0:0755\t0:0:0",
					   "owner\ta\t0:0:777777\t0:0:0",
					   "link\ta" };

	for (size_t i = 0; i < ZOL_COUNT(bad); i++) {
		ZOL_AUTO(journal) struct zol_journal j = { 0 };
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		if (zol_journal_parse(zol_span_c(bad[i]), &j, &err) != -ZOL_MALFORMED)
			fail_msg("\"%s\" passed", bad[i]);
		assert_int_equal(j.n, 0);
	}
}

UNIT(grows)
{
	ZOL_AUTO(journal) struct zol_journal j = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT, out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	for (int i = 0; i < 100; i++)
		zol_str_printf(&text, "mkdir\td%d\n", i);
	assert_int_equal(zol_journal_parse(zol_span_str(&text), &j, &err), 0);
	zol_journal_text(&j, &out);
	assert_string_equal(zol_str_c(&out), zol_str_c(&text));
}

UNIT_MAIN()
