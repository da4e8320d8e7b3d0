/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "btf_make.h"
#include "core/btf.h"
#include "unit.h"

enum { INT = 1, PTR = 2, ARRAY = 3, STRUCT = 4, UNION = 5, ENUM = 6, FWD = 7, TYPEDEF = 8, CONST = 10, PROTO = 13 };
#define BITFIELDS 0x80000000U

/*
 * 1 int, 2 char[56], 3 struct list_head { next, prev }, 4 struct module_layout { base@0, size@8 },
 * 5 typedef ml -> 4, 6 const -> 5, 7 union { int u; struct 8 }, 8 struct { pad; deep@32 },
 * 9 array of 6, 10 struct module, 11 forward module, 12 a prototype, 13 an enumeration
 */
static void sample(struct zol_str *out)
{
	struct btf_make m = { 0 };

	btf_type(&m, "int", INT, 0, 4);
	btf_32(&m.types, 32);
	btf_type(&m, "", ARRAY, 0, 0);
	btf_32(&m.types, 1);
	btf_32(&m.types, 1);
	btf_32(&m.types, 56);
	btf_type(&m, "list_head", STRUCT, 2, 16);
	btf_member(&m, "next", 1, 0);
	btf_member(&m, "prev", 1, 64);
	btf_type(&m, "module_layout", STRUCT, 2, 16);
	btf_member(&m, "base", 1, 0);
	btf_member(&m, "size", 1, 64);
	btf_type(&m, "ml", TYPEDEF, 0, 4);
	btf_type(&m, "", CONST, 0, 5);
	btf_type(&m, "", UNION, 2, 8);
	btf_member(&m, "u", 1, 0);
	btf_member(&m, "", 8, 0);
	btf_type(&m, "", STRUCT, 2, 8);
	btf_member(&m, "pad", 1, 0);
	btf_member(&m, "deep", 1, 32);
	btf_type(&m, "", ARRAY, 0, 0);
	btf_32(&m.types, 6);
	btf_32(&m.types, 1);
	btf_32(&m.types, 7);
	btf_type(&m, "module", STRUCT | BITFIELDS, 6, 512);
	btf_member(&m, "state", 1, 0);
	btf_member(&m, "list", 3, 64);
	btf_member(&m, "name", 2, 192);
	btf_member(&m, "", 7, 640);
	btf_member(&m, "mem", 9, 1024);
	btf_member(&m, "flag", 1, 3U << 24 | 2051);
	btf_type(&m, "module", FWD, 0, 0);
	btf_type(&m, "", PROTO, 1, 1);
	btf_32(&m.types, 0);
	btf_32(&m.types, 1);
	btf_type(&m, "e", ENUM, 1, 4);
	btf_32(&m.types, 0);
	btf_32(&m.types, 7);
	btf_done(&m, out);
}

static uint64_t offset(const struct zol_btf *b, const char *path)
{
	uint64_t v = 0;

	return zol_btf_offset(b, "module", path, &v) ? v : UINT64_MAX;
}

UNIT(members_are_found_wherever_they_are)
{
	ZOL_AUTO(str) struct zol_str data = ZOL_STR_INIT;
	ZOL_AUTO(btf) struct zol_btf b = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	uint64_t v;

	sample(&data);
	assert_int_equal(zol_btf_open(zol_span_str(&data), &b, &err), 0);
	assert_int_equal(b.ntypes, 13);
	assert_int_equal(offset(&b, "state"), 0);
	assert_int_equal(offset(&b, "list"), 8);
	assert_int_equal(offset(&b, "list.prev"), 16);
	assert_int_equal(offset(&b, "name"), 24);
	assert_int_equal(offset(&b, "u"), 80);
	assert_int_equal(offset(&b, "deep"), 84);
	assert_int_equal(offset(&b, "mem"), 128);
	assert_int_equal(offset(&b, "mem.size"), 136);
	assert_true(zol_btf_size(&b, "module", &v) && v == 512);
	assert_true(zol_btf_size(&b, "module_layout", &v) && v == 16);
}

UNIT(what_is_not_there_is_not_found)
{
	ZOL_AUTO(str) struct zol_str data = ZOL_STR_INIT;
	ZOL_AUTO(btf) struct zol_btf b = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	uint64_t v;

	sample(&data);
	assert_int_equal(zol_btf_open(zol_span_str(&data), &b, &err), 0);
	assert_true(offset(&b, "nothing") == UINT64_MAX);
	assert_true(offset(&b, "state.x") == UINT64_MAX);
	assert_true(offset(&b, "name.x") == UINT64_MAX);
	assert_true(offset(&b, "mem.nothing") == UINT64_MAX);
	assert_true(offset(&b, "flag") == UINT64_MAX); /* no whole byte */
	assert_false(zol_btf_offset(&b, "nothing", "list", &v));
	assert_false(zol_btf_size(&b, "ml", &v)); /* a typedef is no structure */
}

static void refuses(const struct zol_str *data, const char *why)
{
	ZOL_AUTO(btf) struct zol_btf b = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_btf_open(zol_span_str(data), &b, &err), -ZOL_MALFORMED);
	if (!strstr(zol_err_text(&err), why))
		fail_msg("%s", zol_err_text(&err));
}

UNIT(broken_headers_are_refused)
{
	ZOL_AUTO(str) struct zol_str data = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str empty = ZOL_STR_INIT;

	refuses(&empty, "no BTF");
	sample(&data);
	data.ptr[0] = 0;
	refuses(&data, "no BTF");
	data.ptr[0] = (char)0x9f;
	data.ptr[7] = 0x7f; /* length of the header */
	refuses(&data, "lies outside");
	data.ptr[7] = 0;
	data.ptr[4] = 3;
	refuses(&data, "lies outside");
	data.ptr[4] = 24;
	data.ptr[15] = 0x7f; /* of the types */
	refuses(&data, "lies outside");
	data.ptr[15] = 0;
	data.ptr[data.len - 1] = 'x';
	refuses(&data, "strings without an end");
}

UNIT(broken_types_are_refused)
{
	struct btf_make cut = { 0 };
	struct btf_make kind = { 0 };
	struct btf_make head = { 0 };
	ZOL_AUTO(str) struct zol_str a = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str b = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str c = ZOL_STR_INIT;

	btf_type(&cut, "module", STRUCT, 2, 16);
	btf_member(&cut, "one", 1, 0);
	btf_done(&cut, &a);
	refuses(&a, "type 1 is cut short");
	btf_type(&kind, "module", 31, 0, 16);
	btf_done(&kind, &b);
	refuses(&b, "of kind 31");
	btf_32(&head.types, 0);
	btf_done(&head, &c);
	refuses(&c, "type 1 is cut short");
}

UNIT(circles_end)
{
	struct btf_make m = { 0 };
	ZOL_AUTO(str) struct zol_str data = ZOL_STR_INIT;
	ZOL_AUTO(btf) struct zol_btf b = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	uint64_t v;

	btf_type(&m, "t", TYPEDEF, 0, 2);
	btf_type(&m, "u", TYPEDEF, 0, 1);
	btf_type(&m, "module", STRUCT, 2, 8);
	btf_member(&m, "", 3, 0);
	btf_member(&m, "loop", 1, 0);
	btf_done(&m, &data);
	assert_int_equal(zol_btf_open(zol_span_str(&data), &b, &err), 0);
	assert_false(zol_btf_offset(&b, "module", "loop.x", &v));
	assert_false(zol_btf_offset(&b, "module", "other", &v));
}

UNIT_MAIN()
