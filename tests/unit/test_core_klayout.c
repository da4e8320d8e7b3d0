/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/klayout.h"
#include "unit.h"

/* Types as a table: "type.path" offset, "=type" size. */
struct fact {
	const char *what;
	uint64_t value;
};

static bool look(void *ctx, const char *what, uint64_t *ret)
{
	for (const struct fact *f = ctx; f->what; f++) {
		if (strcmp(f->what, what) != 0)
			continue;
		*ret = f->value;
		return true;
	}
	return false;
}

static bool offset(void *ctx, const char *type, const char *path, uint64_t *ret)
{
	ZOL_AUTO(free) char *what = zol_asprintf("%s.%s", type, path);

	return look(ctx, what, ret);
}

static bool size(void *ctx, const char *type, uint64_t *ret)
{
	ZOL_AUTO(free) char *what = zol_asprintf("=%s", type);

	return look(ctx, what, ret);
}

static int find(const struct fact *facts, struct zol_klayout *l, struct zol_err *err)
{
	struct zol_types t = { .ctx = (void *)(uintptr_t)facts, .offset = offset, .size = size };

	return zol_klayout_find(&t, l, err);
}

#define COMMON { "module.list", 8 }, { "module.name", 24 }, { "module.state", 0 }, { "module.sect_attrs", 560 }
#define OLD_SECTIONS                                                                                           \
	{ "module_sect_attrs.nsections", 40 }, { "module_sect_attrs.attrs", 48 }, { "=module_sect_attr", 72 }, \
		{ "module_sect_attr.address", 64 }

UNIT(since_6_14)
{
	static const struct fact facts[] = { COMMON,
					     { "module.mem.base", 320 },
					     { "module.mem.size", 328 },
					     { "module.core_layout.base", 999 },
					     { "module_sect_attrs.grp.bin_attrs", 40 },
					     { "bin_attribute.attr.name", 0 },
					     { "bin_attribute.private", 24 },
					     { 0 } };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_klayout l;

	assert_int_equal(find(facts, &l, &err), 0);
	assert_int_equal(l.base, 320);
	assert_int_equal(l.bin_attrs, 40);
	assert_int_equal(l.bin_private, 24);
	assert_int_equal(l.percpu, 0);
}

UNIT(from_6_4_to_6_13)
{
	static const struct fact facts[] = { COMMON,
					     OLD_SECTIONS,
					     { "module.mem.base", 320 },
					     { "module.mem.size", 328 },
					     { "module.percpu", 584 },
					     { "module_sect_attrs.grp.bin_attrs", 24 },
					     { "module_sect_attr.battr.attr.name", 0 },
					     { 0 } };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_klayout l;

	assert_int_equal(find(facts, &l, &err), 0);
	assert_int_equal(l.size, 328);
	assert_int_equal(l.bin_attrs, 0);
	assert_int_equal(l.stride, 72);
	assert_int_equal(l.percpu, 584);
}

UNIT(from_4_5_to_6_3)
{
	static const struct fact facts[] = { COMMON,
					     OLD_SECTIONS,
					     { "module.core_layout.base", 320 },
					     { "module.core_layout.size", 328 },
					     { "module_sect_attr.mattr.attr.name", 8 },
					     { "module_sect_attr.name", 56 },
					     { 0 } };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_klayout l;

	assert_int_equal(find(facts, &l, &err), 0);
	assert_int_equal(l.base, 320);
	assert_int_equal(l.attr_name, 56);
	assert_int_equal(l.attr_addr, 64);
}

UNIT(before_4_5)
{
	static const struct fact facts[] = { COMMON,
					     OLD_SECTIONS,
					     { "module.module_core", 400 },
					     { "module.core_size", 412 },
					     { "module_sect_attr.mattr.attr.name", 8 },
					     { 0 } };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_klayout l;

	assert_int_equal(find(facts, &l, &err), 0);
	assert_int_equal(l.base, 400);
	assert_int_equal(l.size, 412);
	assert_int_equal(l.attr_name, 8);
}

UNIT(a_module_s_types_are_enough)
{
	static const struct fact facts[] = { COMMON,
					     { "module.core_layout.base", 320 },
					     { "module.core_layout.size", 328 },
					     { "=attribute_group", 40 },
					     { "=bin_attribute", 64 },
					     { "bin_attribute.attr.name", 0 },
					     { 0 } };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_klayout l;

	assert_int_equal(find(facts, &l, &err), 0);
	assert_int_equal(l.nsections, 40);
	assert_int_equal(l.attrs, 48);
	assert_int_equal(l.stride, 72);
	assert_int_equal(l.attr_addr, 64);
}

/* Who knows half of the new form knows that it is not the old one. */
UNIT(the_forms_are_not_mixed)
{
	static const struct fact facts[] = { COMMON,
					     { "module.mem.base", 320 },
					     { "module.mem.size", 328 },
					     { "module_sect_attrs.grp.bin_attrs", 40 },
					     { "=attribute_group", 40 },
					     { "=bin_attribute", 64 },
					     { "bin_attribute.attr.name", 0 },
					     { 0 } };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_klayout l;

	assert_int_equal(find(facts, &l, &err), -ZOL_NEGATIVE);
	assert_non_null(strstr(zol_err_text(&err), "sections"));
}

UNIT(what_is_missing_is_named)
{
	static const struct fact none[] = { { 0 } };
	static const struct fact no_base[] = { COMMON, OLD_SECTIONS, { 0 } };
	static const struct fact no_sections[] = {
		COMMON, { "module.module_core", 1 }, { "module.core_size", 1 }, { 0 }
	};
	static const struct fact mad[] = { COMMON,
					   OLD_SECTIONS,
					   { "module.mem.base", 32000 },
					   { "module.mem.size", 8 },
					   { "module_sect_attr.name", 0 },
					   { 0 } };
	ZOL_AUTO(err) struct zol_err a = ZOL_ERR_INIT;
	ZOL_AUTO(err) struct zol_err b = ZOL_ERR_INIT;
	ZOL_AUTO(err) struct zol_err c = ZOL_ERR_INIT;
	ZOL_AUTO(err) struct zol_err d = ZOL_ERR_INIT;
	struct zol_klayout l;

	assert_int_equal(find(none, &l, &a), -ZOL_NEGATIVE);
	assert_non_null(strstr(zol_err_text(&a), "list"));
	assert_int_equal(find(no_base, &l, &b), -ZOL_NEGATIVE);
	assert_non_null(strstr(zol_err_text(&b), "the code"));
	assert_int_equal(find(no_sections, &l, &c), -ZOL_NEGATIVE);
	assert_non_null(strstr(zol_err_text(&c), "sections"));
	assert_int_equal(find(mad, &l, &d), -ZOL_MALFORMED);
}

UNIT(the_cache_gives_back_what_it_got)
{
	struct zol_klayout l = { .list = 8,
				 .name = 24,
				 .base = 320,
				 .size = 328,
				 .sect_attrs = 560,
				 .percpu = 584,
				 .nsections = 40,
				 .attrs = 48,
				 .stride = 72,
				 .attr_addr = 64 };
	struct zol_klayout back = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	zol_klayout_text(&l, &text);
	assert_int_equal(zol_klayout_parse(zol_span_str(&text), &back, &err), 0);
	assert_memory_equal(&l, &back, sizeof(l));
}

UNIT(a_broken_cache_is_refused)
{
	static const char *const bad[] = { "", "zolkit-layout 2\n", "zolkit-layout 1\n", "zolkit-layout 1\nlist\n",
					   "zolkit-layout 1\nlist x\n", "zolkit-layout 1\nother 1\n",
					   /* size is missing, list stands there twice */
					   "zolkit-layout 1\nlist 8\nlist 8\nname 24\nstate 0\nbase 320\n"
					   "sect_attrs 560\npercpu 584\nnsections 40\nattrs 48\nstride 72\n"
					   "attr_name 0\nattr_addr 64\nbin_attrs 0\nbin_name 0\nbin_private 0\n" };

	for (size_t i = 0; i < ZOL_COUNT(bad); i++) {
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		struct zol_klayout l;

		assert_int_equal(zol_klayout_parse(zol_span_c(bad[i]), &l, &err), -ZOL_MALFORMED);
	}
}

UNIT_MAIN()
