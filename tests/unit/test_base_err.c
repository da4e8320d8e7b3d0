/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/err.h"

#include "unit.h"

UNIT(set_records_and_forwards_the_code)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_err_set(&err, ZOL_VERIFY, 0, "%s is %d", "it", 5), -(int)ZOL_VERIFY);
	assert_int_equal(err.code, ZOL_VERIFY);
	assert_int_equal(err.errnum, 0);
	assert_string_equal(err.msg, "it is 5");
	assert_null(err.hint);
}

UNIT(errno_text_is_appended)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	errno = EACCES;
	assert_int_equal(zol_err_sys(&err, "cannot open %s", "/x"), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, EACCES);
	assert_string_equal(zol_err_text(&err), "cannot open /x: Permission denied");
}

UNIT(wrap_puts_context_before)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	(void)zol_err_set(&err, ZOL_MALFORMED, 0, "line 3");
	assert_int_equal(zol_err_wrap(&err, "file %s", "a"), -(int)ZOL_MALFORMED);
	assert_int_equal(zol_err_wrap(&err, "guest %s", "g"), -(int)ZOL_MALFORMED);
	assert_string_equal(err.msg, "guest g: file a: line 3");
}

UNIT(out_of_memory_has_a_text_and_can_be_wrapped)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_err_oom(&err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, ENOMEM);
	assert_string_equal(zol_err_text(&err), "out of memory");
	(void)zol_err_wrap(&err, "reading");
	assert_string_equal(zol_err_text(&err), "reading: out of memory");
}

UNIT(texts_without_message)
{
	struct zol_err err = ZOL_ERR_INIT;

	assert_string_equal(zol_err_text(&err), "no error");
	err.code = ZOL_CHILD;
	assert_non_null(strstr(zol_err_text(&err), "failed"));
	err.errnum = ENOENT;
	assert_string_equal(zol_err_text(&err), "No such file or directory");
}

UNIT(hint_is_replaced)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	(void)zol_err_set(&err, ZOL_USAGE, 0, "no");
	assert_int_equal(zol_err_hint(&err, "try %s", "a"), -(int)ZOL_USAGE);
	assert_int_equal(zol_err_hint(&err, "try %s", "b"), -(int)ZOL_USAGE);
	assert_string_equal(err.hint, "try b");
	assert_string_equal(err.msg, "no");
}

UNIT(move_leaves_nothing_behind)
{
	ZOL_AUTO(err) struct zol_err to = ZOL_ERR_INIT;
	ZOL_AUTO(err) struct zol_err from = ZOL_ERR_INIT;

	(void)zol_err_set(&from, ZOL_NETWORK, 0, "no mirror");
	(void)zol_err_hint(&from, "later");
	zol_err_move(&to, &from);
	assert_int_equal(from.code, ZOL_OK);
	assert_null(from.msg);
	assert_null(from.hint);
	assert_int_equal(to.code, ZOL_NETWORK);
	assert_string_equal(to.msg, "no mirror");
	assert_string_equal(to.hint, "later");
	zol_err_move(&to, &to);
	assert_string_equal(to.msg, "no mirror");
}

UNIT(clear_makes_unset)
{
	struct zol_err err = ZOL_ERR_INIT;

	(void)zol_err_set(&err, ZOL_USAGE, ENOENT, "x");
	zol_err_clear(&err);
	assert_int_equal(err.code, ZOL_OK);
	assert_int_equal(err.errnum, 0);
	assert_null(err.msg);
}

UNIT_MAIN()
