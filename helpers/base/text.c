/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/rows.h"

/*
 * Length of the valid UTF-8 sequence at p, or 0: no overlong forms, no surrogates, nothing
 * above U+10FFFF (RFC 3629). The NUL at the end stops it from reading on.
 */
static size_t utf8_len(const unsigned char *p)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

static void json_char(struct zol_str *s, unsigned char c)
{
	switch (c) {
	case '"':
		zol_str_puts(s, "\\\"");
		break;
	case '\\':
		zol_str_puts(s, "\\\\");
		break;
	case '\n':
		zol_str_puts(s, "\\n");
		break;
	case '\t':
		zol_str_puts(s, "\\t");
		break;
	case '\r':
		zol_str_puts(s, "\\r");
		break;
	default:
		if (c < 0x20 || c == 0x7f)
			zol_str_printf(s, "\\u%04x", c);
		else
			zol_str_putc(s, (char)c);
	}
}

void zol_json_string(struct zol_str *s, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	zol_str_putc(s, '"');
	while (*p) {
		size_t n = utf8_len(p);

		if (n == 1)
			json_char(s, *p);
		else if (n)
			zol_str_add(s, p, n);
		else
			zol_str_puts(s, "\xef\xbf\xbd");
		p += n ? n : 1;
	}
	zol_str_putc(s, '"');
}

void zol_text_escape(struct zol_str *s, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	while (*p) {
		size_t n = utf8_len(p);
		/* U+0080 to U+009F are control characters as well: terminals obey them. */
		bool control = (n == 1 && (*p < 0x20 || *p == 0x7f)) || (n == 2 && p[0] == 0xc2 && p[1] < 0xa0);

		if (!n || control)
			for (size_t i = 0; i < (n ? n : 1); i++)
				zol_str_printf(s, "\\x%02x", p[i]);
		else
			zol_str_add(s, p, n);
		p += n ? n : 1;
	}
}
