/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/rows.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/*
 * Length of the valid UTF-8 sequence at p, of which left bytes are there, or 0: no overlong forms,
 * no surrogates, nothing above U+10FFFF (RFC 3629).
 */
static size_t utf8_len(const unsigned char *p, size_t left)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (n > left)
		return 0;
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

/* A control character that is a sequence of n bytes; U+0080 to U+009F are some as well: terminals obey them. */
static bool is_control(const unsigned char *p, size_t n)
{
	return (n == 1 && (*p < 0x20 || *p == 0x7f)) || (n == 2 && p[0] == 0xc2 && p[1] < 0xa0);
}

static void json_char(struct zol_str *s, const unsigned char *p, size_t n)
{
	switch (*p) {
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
		/* what U+0080 to U+009F have behind their first byte is their number */
		if (is_control(p, n))
			zol_str_printf(s, "\\u%04x", p[n - 1]);
		else
			zol_str_add(s, p, n);
	}
}

void zol_json_string(struct zol_str *s, const char *text)
{
	const unsigned char *p = (const unsigned char *)text, *end = p + strlen(text);

	zol_str_putc(s, '"');
	while (p < end) {
		size_t n = utf8_len(p, (size_t)(end - p));

		if (n)
			json_char(s, p, n);
		else
			zol_str_puts(s, REPLACEMENT);
		p += n ? n : 1;
	}
	zol_str_putc(s, '"');
}

void zol_text_escape(struct zol_str *s, const char *text)
{
	const unsigned char *p = (const unsigned char *)text, *end = p + strlen(text);

	while (p < end) {
		size_t n = utf8_len(p, (size_t)(end - p));

		if (!n || is_control(p, n))
			for (size_t i = 0; i < (n ? n : 1); i++)
				zol_str_printf(s, "\\x%02x", p[i]);
		else
			zol_str_add(s, p, n);
		p += n ? n : 1;
	}
}

/* What stands for the character of n bytes at p in XML, or NULL for itself. */
static const char *xml_char(const unsigned char *p, size_t n)
{
	switch (*p) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\t':
		return "&#9;";
	case '\r':
		return "&#13;";
	case '\n':
		return NULL;
	default:
		/* U+FFFE and U+FFFF are no characters. */
		return !n || is_control(p, n) || (n == 3 && !memcmp(p, "\xef\xbf", 2) && p[2] >= 0xbe) ? REPLACEMENT :
													 NULL;
	}
}

void zol_xml_text(struct zol_str *s, struct zol_span text)
{
	const unsigned char *p = (const unsigned char *)text.ptr, *kept = p;
	size_t n;

	for (size_t left = text.len; left; left -= n, p += n) {
		size_t len = utf8_len(p, left);
		const char *as = xml_char(p, len);

		n = len ? len : 1;
		if (!as)
			continue;
		zol_str_add(s, kept, (size_t)(p - kept));
		zol_str_puts(s, as);
		kept = p + n;
	}
	zol_str_add(s, kept, (size_t)(p - kept));
}

size_t zol_text_width(const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)text[i] & 0xc0U) != 0x80U;
	return n;
}

/* Where a word that is longer than i bytes is cut: behind a separator in its last half, else there. */
static size_t cut_at(const char *word, size_t i)
{
	for (size_t k = i; k > i / 2; k--)
		if (strchr("/_.,:=-", word[k - 1]))
			return k;
	return i;
}

bool zol_text_piece(struct zol_span *left, size_t width, bool cut, struct zol_span *ret)
{
	size_t columns = 0, fits = 0, i = 0;
	bool inside = false;

	if (!left->len)
		return false;
	for (; i < left->len; i++) {
		unsigned char c = (unsigned char)left->ptr[i];

		if (c == ' ' && inside && left->ptr[i - 1] != ' ')
			fits = i;
		inside |= c != ' ';
		if ((c & 0xc0U) == 0x80U)
			continue;
		/* the blank that ends a word may stand behind the edge */
		if (columns++ >= width && (cut || fits))
			break;
	}
	if (i == left->len)
		fits = i;
	else if (!fits)
		fits = cut_at(left->ptr, i);
	*ret = zol_span(left->ptr, fits);
	while (fits < left->len && left->ptr[fits] == ' ')
		fits++;
	*left = zol_span(left->ptr + fits, left->len - fits);
	return true;
}

void zol_text_wrap(struct zol_str *s, struct zol_span text, size_t indent, size_t width)
{
	struct zol_span piece;
	bool first = true;

	while (zol_text_piece(&text, width > indent ? width - indent : 1, false, &piece)) {
		if (!first)
			zol_str_printf(s, "\n%*s", (int)indent, "");
		zol_str_add(s, piece.ptr, piece.len);
		first = false;
	}
}
