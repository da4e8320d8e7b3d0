/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wrap/json.h"

#include "unit.h"

static struct zol_json *parsed(const char *text)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_json *v = NULL;

	assert_int_equal(zol_json_parse(zol_span_c(text), &v, &err), 0);
	return v;
}

UNIT(members_are_read_by_kind)
{
	ZOL_AUTO(json)
	struct zol_json *v =
		parsed(" {\"s\": \"x\\u00e9\", \"n\": 42, \"neg\": -1, \"b\": true, \"o\": {\"k\": \"v\"}} ");

	assert_string_equal(zol_json_str(zol_json_get(v, "s"), "?"), "x\303\251");
	assert_int_equal(zol_json_u64(zol_json_get(v, "n"), 7), 42);
	assert_int_equal(zol_json_u64(zol_json_get(v, "neg"), 7), 7);
	assert_true(zol_json_bool(zol_json_get(v, "b"), false));
	assert_string_equal(zol_json_str(zol_json_get(zol_json_get(v, "o"), "k"), "?"), "v");
	/* What is not there, or is something else, is the fallback. */
	assert_string_equal(zol_json_str(zol_json_get(v, "n"), "?"), "?");
	assert_int_equal(zol_json_u64(zol_json_get(v, "s"), 7), 7);
	assert_true(zol_json_bool(zol_json_get(v, "n"), true));
	assert_null(zol_json_get(v, "none"));
	assert_null(zol_json_get(zol_json_get(v, "none"), "deeper"));
	assert_null(zol_json_get(NULL, "x"));
	assert_string_equal(zol_json_str(NULL, "fallback"), "fallback");
}

UNIT(broken_text_is_refused_with_its_place)
{
	static const char *const bad[] = {
		"", "{", "{\"a\": 1} x", "{\"a\": 1, \"a\": 2}", "{\"a\": nope}", "\"\377\""
	};

	for (size_t i = 0; i < ZOL_COUNT(bad); i++) {
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		struct zol_json *v = NULL;

		assert_int_equal(zol_json_parse(zol_span_c(bad[i]), &v, &err), -ZOL_MALFORMED);
		assert_non_null(strstr(zol_err_text(&err), "line 1 column"));
		assert_null(v);
	}
}

UNIT(objects_are_written)
{
	ZOL_AUTO(json) struct zol_json *v = zol_json_object();
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_json *inner = zol_json_object();

	zol_json_set_str(v, "execute", "quit \"now\"");
	zol_json_set_str(v, "none", NULL);
	zol_json_set_u64(v, "id", 3);
	zol_json_set_bool(v, "flag", true);
	zol_json_set_bool(inner, "x", false);
	zol_json_set(v, "arguments", inner);
	assert_int_equal(zol_json_dump(v, false, &s, &err), 0);
	assert_string_equal(zol_str_c(&s),
			    "{\"execute\":\"quit \\\"now\\\"\",\"id\":3,\"flag\":true,\"arguments\":{\"x\":false}}");
	zol_str_truncate(&s, 0);
	assert_int_equal(zol_json_dump(zol_json_get(v, "arguments"), true, &s, &err), 0);
	assert_string_equal(zol_str_c(&s), "{\n  \"x\": false\n}");
}

UNIT(nothing_is_taken_for_out_of_memory)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	zol_json_set_str(NULL, "a", "b");
	zol_json_set_u64(NULL, "a", 1);
	zol_json_set_bool(NULL, "a", true);
	zol_json_set(NULL, "a", zol_json_object());
	assert_int_equal(zol_json_dump(NULL, false, &s, &err), -ZOL_SYSTEM);
	zol_json_free(NULL);
}

UNIT_MAIN()
