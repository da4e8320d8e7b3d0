/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kallsyms.h"

#include "base/num.h"

#define GROUPS_MAX 4096U /* more modules than any kernel has */

void zol_kallsyms_free(struct zol_kallsyms *k)
{
	zol_syms_free(&k->syms);
	zol_strv_free(&k->modules);
	*k = (struct zol_kallsyms){ 0 };
}

uint16_t zol_kallsyms_group(struct zol_kallsyms *k, struct zol_span module)
{
	/* Symbols of one module stand together: the last one is nearly always it. */
	for (size_t i = k->modules.len; i-- > 0;) {
		if (zol_span_eq(module, k->modules.v[i]))
			return (uint16_t)(i + 1);
	}
	if (!module.len || k->modules.len >= GROUPS_MAX)
		return 0;
	zol_strv_addn(&k->modules, module.ptr, module.len);
	return k->modules.oom ? 0 : (uint16_t)k->modules.len;
}

/* "ffffffff81000000 "; the digits are all that takes time in a file of 70,000 lines. */
static const char *read_addr(const char *p, const char *end, uint64_t *ret)
{
	uint64_t n = 0;
	int digits = 0, d;

	for (; p < end && (d = zol_hex_digit(*p)) >= 0; p++, digits++)
		n = n << 4 | (unsigned)d;
	if (!digits || digits > 16 || p >= end || *p != ' ')
		return NULL;
	*ret = n;
	return p + 1;
}

/* Cuts "\t[zfs]" off the name. */
static struct zol_span cut_module(struct zol_span *name)
{
	const char *tab = memchr(name->ptr, '\t', name->len);
	struct zol_span m;

	if (!tab)
		return zol_span("", 0);
	m = zol_span_trim(zol_span(tab, name->len - (size_t)(tab - name->ptr)));
	name->len = (size_t)(tab - name->ptr);
	if (m.len > 2 && m.ptr[0] == '[' && m.ptr[m.len - 1] == ']')
		return zol_span(m.ptr + 1, m.len - 2);
	return zol_span("", 0);
}

static bool read_line(struct zol_kallsyms *k, struct zol_span line)
{
	const char *end = line.ptr + line.len, *p;
	struct zol_span name, module;
	uint64_t addr;
	char type;

	p = read_addr(line.ptr, end, &addr);
	if (!p || end - p < 3 || p[1] != ' ')
		return false;
	type = *p & (char)~0x20;
	k->hidden += addr == 0;
	if ((type != 'T' && type != 'W' && type != 'D' && type != 'B') || !addr)
		return true;
	name = zol_span(p + 2, (size_t)(end - p) - 2);
	module = cut_module(&name);
	if (zol_span_eq(name, "_text"))
		k->text = addr;
	if (zol_span_eq(name, "_stext"))
		k->stext = addr;
	zol_syms_add(&k->syms, addr, 0, name,
		     type == 'W' ? ZOL_SYM_WEAK :
		     *p & 0x20   ? ZOL_SYM_LOCAL :
				   ZOL_SYM_GLOBAL,
		     module.len ? zol_kallsyms_group(k, module) : 0);
	if (!k->syms.oom)
		k->syms.v[k->syms.len - 1].code = type == 'T' || type == 'W';
	return true;
}

int zol_kallsyms_parse(struct zol_span text, struct zol_kallsyms *ret, struct zol_err *err)
{
	ZOL_AUTO(kallsyms) struct zol_kallsyms k = { 0 };
	struct zol_span line;
	size_t n = 0;

	while (zol_span_line(&text, &line)) {
		n++;
		if (line.len && !read_line(&k, line))
			return zol_err_set(err, ZOL_MALFORMED, 0, "line %zu is no symbol of a kernel", n);
	}
	if (zol_strv_check(&k.modules, err) < 0 || zol_syms_sort(&k.syms, err) < 0)
		return -(int)err->code;
	*ret = k;
	k = (struct zol_kallsyms){ 0 };
	return 0;
}

void zol_kallsyms_shift(struct zol_kallsyms *k, uint64_t by)
{
	for (size_t i = 0; by && i < k->syms.len; i++) {
		struct zol_sym *y = &k->syms.v[i];

		if (y->group)
			continue;
		y->start += by;
		y->end += by;
	}
	k->text += k->text ? by : 0;
	k->stext += k->stext ? by : 0;
	k->syms.sorted = k->syms.sorted && !by;
}

const char *zol_kallsyms_module(const struct zol_kallsyms *k, const struct zol_sym *y)
{
	return y->group && y->group <= k->modules.len ? k->modules.v[y->group - 1] : NULL;
}
