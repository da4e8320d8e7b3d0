/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>

#include "core/portage_atom.h"

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

bool zol_portage_line(struct zol_span *rest, struct zol_span *ret_words)
{
	struct zol_span line;

	while (zol_span_line(rest, &line)) {
		struct zol_span left = line, word;
		const char *end = line.ptr;

		while (zol_span_field(&left, ZOL_PORTAGE_BLANKS, &word) && word.ptr[0] != '#')
			end = word.ptr + word.len;
		*ret_words = zol_span_trim(zol_span(line.ptr, (size_t)(end - line.ptr)));
		if (ret_words->len)
			return true;
	}
	return false;
}

/* --- versions --- */

static struct zol_span from(struct zol_span a, size_t n)
{
	return zol_span(a.ptr + n, a.len - n);
}

/* Cuts the digits off. */
static struct zol_span number(struct zol_span *a)
{
	struct zol_span n = *a;

	n.len = 0;
	while (n.len < a->len && digit(a->ptr[n.len]))
		n.len++;
	*a = from(*a, n.len);
	return n;
}

static int as_number(struct zol_span a, struct zol_span b)
{
	while (a.len && a.ptr[0] == '0')
		a = from(a, 1);
	while (b.len && b.ptr[0] == '0')
		b = from(b, 1);
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return a.len ? memcmp(a.ptr, b.ptr, a.len) : 0;
}

/* A component behind the first dot: with a leading zero it is a fraction. */
static int as_component(struct zol_span a, struct zol_span b)
{
	size_t n;
	int c;

	if (!a.len || !b.len || (a.ptr[0] != '0' && b.ptr[0] != '0'))
		return as_number(a, b);
	while (a.len && a.ptr[a.len - 1] == '0')
		a.len--;
	while (b.len && b.ptr[b.len - 1] == '0')
		b.len--;
	n = a.len < b.len ? a.len : b.len;
	c = n ? memcmp(a.ptr, b.ptr, n) : 0;
	return c ? c : (a.len > b.len) - (a.len < b.len);
}

/* Cuts "_rc2" off: its rank, 0 for no suffix; less than 0 is before the release. */
static int suffix(struct zol_span *a, struct zol_span *ret_number)
{
	static const struct {
		const char *name;
		int rank;
	} known[] = { { "_alpha", -4 }, { "_beta", -3 }, { "_pre", -2 }, { "_rc", -1 }, { "_p", 1 } };

	*ret_number = zol_span("", 0);
	for (size_t i = 0; i < ZOL_COUNT(known); i++) {
		if (!zol_span_starts(*a, known[i].name))
			continue;
		*a = from(*a, strlen(known[i].name));
		*ret_number = number(a);
		return known[i].rank;
	}
	return 0;
}

static int suffixes(struct zol_span *a, struct zol_span *b)
{
	for (;;) {
		struct zol_span na, nb;
		int ra = suffix(a, &na), rb = suffix(b, &nb);

		if (ra != rb)
			return ra < rb ? -1 : 1;
		if (ra == 0)
			return 0;
		int c = as_number(na, nb);

		if (c)
			return c;
	}
}

static struct zol_span revision(struct zol_span a)
{
	return zol_span_starts(a, "-r") ? from(a, 2) : zol_span("", 0);
}

static char letter(struct zol_span *a)
{
	char c = a->len && a->ptr[0] >= 'a' && a->ptr[0] <= 'z' ? a->ptr[0] : 0;

	if (c)
		*a = from(*a, 1);
	return c;
}

int zol_portage_vercmp(struct zol_span a, struct zol_span b)
{
	int c = as_number(number(&a), number(&b));

	while (!c && a.len && b.len && a.ptr[0] == '.' && b.ptr[0] == '.') {
		a = from(a, 1);
		b = from(b, 1);
		struct zol_span na = number(&a), nb = number(&b);

		c = as_component(na, nb);
	}
	if (!c)
		c = (a.len && a.ptr[0] == '.') - (b.len && b.ptr[0] == '.');
	if (!c) {
		char la = letter(&a), lb = letter(&b);

		c = (la > lb) - (la < lb);
	}
	if (!c)
		c = suffixes(&a, &b);
	if (!c)
		c = as_number(revision(a), revision(b));
	return c;
}

/* --- atoms --- */

/* "*" stands for any run of characters. */
static bool glob(struct zol_span pattern, struct zol_span text)
{
	size_t p = 0, t = 0, star = SIZE_MAX, mark = 0;

	while (t < text.len) {
		if (p < pattern.len && pattern.ptr[p] == '*') {
			star = p++;
			mark = t;
		} else if (p < pattern.len && pattern.ptr[p] == text.ptr[t]) {
			p++;
			t++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			t = ++mark;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
		p++;
	return p == pattern.len;
}

/* Without [use], ::repository and :slot. */
static struct zol_span bare(struct zol_span atom, bool *ret_slot)
{
	const char *cut = atom.len ? memchr(atom.ptr, '[', atom.len) : NULL;

	if (cut)
		atom.len = (size_t)(cut - atom.ptr);
	cut = atom.len ? memchr(atom.ptr, ':', atom.len) : NULL;
	*ret_slot = cut && cut + 1 < atom.ptr + atom.len && cut[1] != ':';
	if (cut)
		atom.len = (size_t)(cut - atom.ptr);
	return atom;
}

static bool split(struct zol_span text, struct zol_span *ret_category, struct zol_span *ret_name)
{
	const char *slash = text.len ? memchr(text.ptr, '/', text.len) : NULL;

	if (!slash)
		return false;
	*ret_category = zol_span(text.ptr, (size_t)(slash - text.ptr));
	*ret_name = zol_span(slash + 1, text.len - ret_category->len - 1);
	return true;
}

static bool valid_in_name(char c)
{
	return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c && strchr("+_-.", c));
}

bool zol_package_parse(struct zol_span text, struct zol_package *ret)
{
	struct zol_package p = { .version = zol_span("", 0) };

	if (!split(text, &p.category, &p.name) || !p.category.len || !p.name.len || p.name.ptr[0] == '-' ||
	    p.name.ptr[0] == '.' || p.category.ptr[0] == '-' || p.category.ptr[0] == '.')
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (!valid_in_name(text.ptr[i]) && text.ptr + i != p.name.ptr - 1)
			return false;
	for (size_t i = p.name.len - 1; i-- > 1;) {
		if (p.name.ptr[i] != '-' || !digit(p.name.ptr[i + 1]))
			continue;
		/* "-r1" is part of the version, and stands behind it. */
		p.version = from(p.name, i + 1);
		p.name.len = i;
		break;
	}
	*ret = p;
	return true;
}

/* Behind the operator: "sys-fs/zfs-2.3". Cuts category and name off; what is left is the version. */
static bool versioned(struct zol_span text, const struct zol_package *pkg, struct zol_span *ret_version)
{
	struct zol_span category, name;

	if (!split(text, &category, &name) || !zol_span_same(category, pkg->category) ||
	    name.len <= pkg->name.len + 1 || memcmp(name.ptr, pkg->name.ptr, pkg->name.len) != 0 ||
	    name.ptr[pkg->name.len] != '-')
		return false;
	*ret_version = from(name, pkg->name.len + 1);
	return digit(ret_version->ptr[0]);
}

/* "1.2" are the first parts of 1.2.3 and 1.2_rc1, not of 1.23. */
static bool has_parts(struct zol_span version, struct zol_span parts)
{
	if (version.len < parts.len || memcmp(version.ptr, parts.ptr, parts.len) != 0)
		return false;
	if (version.len == parts.len)
		return true;
	char next = version.ptr[parts.len];

	return strchr("._-", next) || digit(parts.ptr[parts.len - 1]) != digit(next);
}

static int by_version(const char *op, struct zol_span text, const struct zol_package *pkg, bool slot)
{
	struct zol_span version;
	bool prefix = *op == '=' && zol_span_ends(text, "*");
	int c;

	if (prefix)
		text.len--;
	if (!versioned(text, pkg, &version))
		return 0;
	if (prefix)
		return has_parts(pkg->version, version) ? ZOL_ATOM_PREFIX : 0;
	if (*op == '~') {
		const char *r = memmem(pkg->version.ptr, pkg->version.len, "-r", 2);
		size_t len = r ? (size_t)(r - pkg->version.ptr) : pkg->version.len;

		return zol_portage_vercmp(zol_span(pkg->version.ptr, len), version) == 0 ? ZOL_ATOM_ANY_REVISION : 0;
	}
	c = zol_portage_vercmp(pkg->version, version);
	if (*op == '=')
		return c == 0 ? ZOL_ATOM_EXACT : 0;
	if ((*op == '>' ? c > 0 : c < 0) || (op[1] == '=' && c == 0))
		return slot ? ZOL_ATOM_SLOT : ZOL_ATOM_RANGE;
	return 0;
}

static int wild(struct zol_span text, const struct zol_package *pkg, bool slot)
{
	struct zol_span category, name;

	if (!split(text, &category, &name) || !glob(category, pkg->category) || !glob(name, pkg->name))
		return 0;
	if (zol_span_same(text, zol_span_c("*/*")) && !slot)
		return ZOL_ATOM_ALL;
	return slot ? ZOL_ATOM_WILD_SLOT : ZOL_ATOM_WILD;
}

int zol_portage_atom(struct zol_span atom, const struct zol_package *pkg)
{
	static const char *const ops[] = { ">=", "<=", ">", "<", "~", "=" };
	struct zol_span category, name, text;
	bool slot;

	text = bare(atom, &slot);
	for (size_t i = 0; i < ZOL_COUNT(ops); i++)
		if (zol_span_starts(text, ops[i]))
			return by_version(ops[i], from(text, strlen(ops[i])), pkg, slot);
	if (text.len && memchr(text.ptr, '*', text.len))
		return wild(text, pkg, slot);
	if (!split(text, &category, &name) || !zol_span_same(category, pkg->category) ||
	    !zol_span_same(name, pkg->name))
		return 0;
	return slot ? ZOL_ATOM_SLOT : ZOL_ATOM_PLAIN;
}

void zol_portage_live_var(struct zol_span name, const char *what, struct zol_str *ret)
{
	if (name.len && digit(name.ptr[0]))
		zol_str_putc(ret, '_');
	for (size_t i = 0; i < name.len; i++)
		zol_str_putc(ret, name.ptr[i] == '-' || name.ptr[i] == '+' ? '_' : name.ptr[i]);
	zol_str_printf(ret, "_LIVE_%s", what);
}
