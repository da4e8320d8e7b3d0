/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/ktrace.h"
#include "base/num.h"

static bool name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
	       c == '$';
}

static bool hex_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* "0x1a2" at *at. */
static bool hex_number(struct zol_span line, size_t *at, uint64_t *ret)
{
	size_t start = *at;
	size_t end;

	if (line.len - start < 3 || line.ptr[start] != '0' || line.ptr[start + 1] != 'x')
		return false;
	for (end = start + 2; end < line.len && hex_char(line.ptr[end]); end++)
		;
	if (!zol_span_hex(zol_span(line.ptr + start, end - start), ret))
		return false;
	*at = end;
	return true;
}

/* " [zfs]" or " [zfs 0123...]" at *at, or nothing. */
static void module_part(struct zol_span line, size_t *at, struct zol_kframe *f)
{
	size_t p = *at;
	size_t start;

	if (line.len - p < 4 || line.ptr[p] != ' ' || line.ptr[p + 1] != '[')
		return;
	p += 2;
	for (start = p; p < line.len && (name_char(line.ptr[p]) || line.ptr[p] == '-'); p++)
		;
	f->module = zol_span(line.ptr + start, p - start);
	if (p < line.len && line.ptr[p] == ' ') {
		for (start = ++p; p < line.len && hex_char(line.ptr[p]); p++)
			;
		f->build_id = zol_span(line.ptr + start, p - start);
	}
	if (p < line.len && line.ptr[p] == ']' && f->module.len > 0) {
		*at = p + 1;
		return;
	}
	f->module = f->build_id = zol_span(NULL, 0);
}

/* Whether the program counter's name stands before the frame: an instruction's address, not one to return to. */
static bool is_exact(struct zol_span before)
{
	static const char *const names[] = {
		"IP: ", "pc : ", "PC is at ", "NIP [", "epc : ", "Krnl PSW : ", "epc   : "
	};

	for (size_t i = 0; i < ZOL_COUNT(names); i++)
		if (zol_span_has(before, names[i]))
			return true;
	return false;
}

bool zol_ktrace_next(struct zol_span line, size_t *pos, struct zol_kframe *ret)
{
	size_t begin = *pos;

	while (*pos < line.len) {
		const char *plus = memchr(line.ptr + *pos, '+', line.len - *pos);
		struct zol_kframe f = { 0 };
		size_t start, at;

		if (!plus)
			break;
		at = start = (size_t)(plus - line.ptr);
		while (start > *pos && name_char(line.ptr[start - 1]))
			start--;
		f.symbol = zol_span(line.ptr + start, at - start);
		*pos = ++at;
		if (f.symbol.len == 0 || !hex_number(line, &at, &f.offset) || at >= line.len || line.ptr[at] != '/')
			continue;
		at++;
		if (!hex_number(line, &at, &f.size))
			continue;
		module_part(line, &at, &f);
		f.exact = is_exact(zol_span(line.ptr + begin, start - begin)) || f.offset == 0;
		f.end = *pos = at;
		*ret = f;
		return true;
	}
	*pos = line.len;
	return false;
}
