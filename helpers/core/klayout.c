/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/num.h"
#include "core/klayout.h"

#define OFFSET_MAX 8192U /* struct module of a kernel with everything has 2 kB */

/* Ways to say the same in kernels of different age, newest first. */
struct way {
	const char *type, *path;
};

static bool first_of(const struct zol_types *t, const struct way *ways, size_t n, uint64_t *ret)
{
	for (size_t i = 0; i < n; i++)
		if (t->offset(t->ctx, ways[i].type, ways[i].path, ret))
			return true;
	return false;
}

static int missing(const char *what, struct zol_err *err)
{
	return zol_err_set(err, ZOL_NEGATIVE, 0, "the types do not tell where %s of a module is", what);
}

static bool module_part(const struct zol_types *t, struct zol_klayout *l, const char **ret_what)
{
	static const struct way bases[] = { { "module", "mem.base" },
					    { "module", "core_layout.base" },
					    { "module", "module_core" } };
	static const struct way sizes[] = { { "module", "mem.size" },
					    { "module", "core_layout.size" },
					    { "module", "core_size" } };
	static const struct {
		const char *member;
		size_t offset;
	} plain[] = { { "list", offsetof(struct zol_klayout, list) },
		      { "name", offsetof(struct zol_klayout, name) },
		      { "state", offsetof(struct zol_klayout, state) },
		      { "sect_attrs", offsetof(struct zol_klayout, sect_attrs) } };

	for (size_t i = 0; i < ZOL_COUNT(plain); i++) {
		uint64_t value;

		*ret_what = plain[i].member;
		if (!t->offset(t->ctx, "module", plain[i].member, &value))
			return false;
		memcpy((char *)l + plain[i].offset, &value, sizeof(value));
	}
	*ret_what = "the code";
	if (!first_of(t, bases, ZOL_COUNT(bases), &l->base) || !first_of(t, sizes, ZOL_COUNT(sizes), &l->size))
		return false;
	if (!t->offset(t->ctx, "module", "percpu", &l->percpu))
		l->percpu = 0;
	return true;
}

/* Since 6.14: attribute_group, then bin_attribute structures, with a list of pointers to them. */
static bool new_sections(const struct zol_types *t, struct zol_klayout *l)
{
	uint64_t ignored;

	if (t->offset(t->ctx, "module_sect_attrs", "nsections", &ignored))
		return false;
	if (!t->offset(t->ctx, "module_sect_attrs", "grp.bin_attrs", &l->bin_attrs) ||
	    !t->offset(t->ctx, "bin_attribute", "attr.name", &l->bin_name) ||
	    !t->offset(t->ctx, "bin_attribute", "private", &l->bin_private))
		return false;
	return true;
}

static bool old_sections(const struct zol_types *t, struct zol_klayout *l)
{
	/* 5.8: battr.attr.name; before, mattr with a name of its own */
	static const struct way names[] = { { "module_sect_attr", "battr.attr.name" },
					    { "module_sect_attr", "name" },
					    { "module_sect_attr", "mattr.attr.name" } };

	return t->offset(t->ctx, "module_sect_attrs", "nsections", &l->nsections) &&
	       t->offset(t->ctx, "module_sect_attrs", "attrs", &l->attrs) &&
	       t->size(t->ctx, "module_sect_attr", &l->stride) && first_of(t, names, ZOL_COUNT(names), &l->attr_name) &&
	       t->offset(t->ctx, "module_sect_attr", "address", &l->attr_addr);
}

/*
 * module_sect_attrs is private to one file of the kernel; the types of a module do not have it, but those it
 * is made of. That works from 5.8 on, while the structure is an attribute_group, a count and an array of
 * { bin_attribute, address }.
 */
static bool derived_sections(const struct zol_types *t, struct zol_klayout *l)
{
	uint64_t group, attr, ignored;

	if (!t->offset(t->ctx, "module", "core_layout.base", &ignored) &&
	    !t->offset(t->ctx, "module", "mem.base", &ignored))
		return false;
	if (t->offset(t->ctx, "module_sect_attrs", "grp.bin_attrs", &ignored)) /* it is known, and another one */
		return false;
	if (!t->size(t->ctx, "attribute_group", &group) || !t->size(t->ctx, "bin_attribute", &attr) ||
	    !t->offset(t->ctx, "bin_attribute", "attr.name", &l->attr_name))
		return false;
	l->nsections = group;
	l->attrs = group + 8;
	l->stride = attr + 8;
	l->attr_addr = attr;
	return true;
}

static bool plausible(const struct zol_klayout *l)
{
	const uint64_t all[] = { l->list,       l->name,      l->state,    l->base,        l->size,
				 l->sect_attrs, l->percpu,    l->attrs,    l->stride,      l->attr_name,
				 l->attr_addr,  l->bin_attrs, l->bin_name, l->bin_private, l->nsections };

	for (size_t i = 0; i < ZOL_COUNT(all); i++)
		if (all[i] > OFFSET_MAX)
			return false;
	if (l->name == 0 || l->sect_attrs == 0)
		return false;
	return l->bin_attrs || (l->stride >= 16 && l->attr_name + 8 <= l->stride && l->attr_addr + 8 <= l->stride);
}

int zol_klayout_find(const struct zol_types *t, struct zol_klayout *ret, struct zol_err *err)
{
	struct zol_klayout l = { 0 };
	const char *what = "";

	if (!module_part(t, &l, &what))
		return missing(what, err);
	if (!new_sections(t, &l) && !old_sections(t, &l) && !derived_sections(t, &l))
		return missing("the list of sections", err);
	if (!plausible(&l))
		return zol_err_set(err, ZOL_MALFORMED, 0, "the types of struct module make no sense");
	*ret = l;
	return 0;
}

/* --- cache --------------------------------------------------------------------------------------- */

#define FIELD(member) { #member, offsetof(struct zol_klayout, member) }
static const struct {
	const char *name;
	size_t offset;
} fields[] = { FIELD(list),       FIELD(name),      FIELD(state),     FIELD(base),     FIELD(size),
	       FIELD(sect_attrs), FIELD(percpu),    FIELD(nsections), FIELD(attrs),    FIELD(stride),
	       FIELD(attr_name),  FIELD(attr_addr), FIELD(bin_attrs), FIELD(bin_name), FIELD(bin_private) };

void zol_klayout_text(const struct zol_klayout *l, struct zol_str *out)
{
	zol_str_puts(out, "zolkit-layout 1\n");
	for (size_t i = 0; i < ZOL_COUNT(fields); i++) {
		uint64_t value;

		memcpy(&value, (const char *)l + fields[i].offset, sizeof(value));
		zol_str_printf(out, "%s %" PRIu64 "\n", fields[i].name, value);
	}
}

/* *seen: a bit for each that was there. */
static bool take_field(struct zol_klayout *l, struct zol_span name, uint64_t value, unsigned *seen)
{
	for (size_t i = 0; i < ZOL_COUNT(fields); i++) {
		if (!zol_span_eq(name, fields[i].name))
			continue;
		memcpy((char *)l + fields[i].offset, &value, sizeof(value));
		*seen |= 1U << i;
		return true;
	}
	return false;
}

int zol_klayout_parse(struct zol_span text, struct zol_klayout *ret, struct zol_err *err)
{
	struct zol_klayout l = { 0 };
	struct zol_span line, name, number;
	unsigned seen = 0;

	if (!zol_span_line(&text, &line) || !zol_span_eq(line, "zolkit-layout 1"))
		return zol_err_set(err, ZOL_MALFORMED, 0, "this is no layout");
	while (zol_span_line(&text, &line)) {
		uint64_t value;

		if (!zol_span_field(&line, " ", &name) || !zol_span_field(&line, " ", &number) ||
		    !zol_span_u64(number, &value) || !take_field(&l, name, value, &seen))
			return zol_err_set(err, ZOL_MALFORMED, 0, "a layout with a line that is none");
	}
	if (seen != (1U << ZOL_COUNT(fields)) - 1 || !plausible(&l))
		return zol_err_set(err, ZOL_MALFORMED, 0, "a layout that is not whole");
	*ret = l;
	return 0;
}
