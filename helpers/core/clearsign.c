/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/clearsign.h"

#include "core/armor.h"

#define BEGIN_TEXT "-----BEGIN PGP SIGNED MESSAGE-----"
#define BEGIN_SIG "-----BEGIN PGP SIGNATURE-----"
#define END_SIG "-----END PGP SIGNATURE-----"

struct reader {
	struct zol_span rest;
	size_t lineno;
};

void zol_clearsign_free(struct zol_clearsign *c)
{
	zol_str_free(&c->text);
	zol_str_free(&c->sig);
}

static int bad(const struct reader *r, struct zol_err *err, const char *what)
{
	return zol_err_set(err, ZOL_MALFORMED, 0, "line %zu: %s", r->lineno, what);
}

/* The next line without blanks, tabs and CR at its end, which no cleartext signature covers. */
static bool next_line(struct reader *r, struct zol_span *ret)
{
	if (!zol_span_line(&r->rest, ret))
		return false;
	r->lineno++;
	while (ret->len && memchr(" \t\r", ret->ptr[ret->len - 1], 3))
		ret->len--;
	return true;
}

static int check_bytes(struct zol_span file, struct zol_err *err)
{
	struct reader r = { .rest = file };
	struct zol_span line;

	while (next_line(&r, &line)) {
		for (size_t i = 0; i < line.len; i++) {
			unsigned char c = (unsigned char)line.ptr[i];

			if (c == 0 || (c < 0x20 && c != '\t') || c >= 0x7f)
				return bad(&r, err, "a byte that does not belong into a signed text file");
		}
	}
	return 0;
}

static int read_headers(struct reader *r, struct zol_err *err)
{
	struct zol_span line;

	if (!next_line(r, &line))
		return zol_err_set(err, ZOL_MALFORMED, 0, "the file is empty");
	if (!zol_span_eq(line, BEGIN_TEXT)) {
		if (memmem(r->rest.ptr, r->rest.len, BEGIN_TEXT, sizeof(BEGIN_TEXT) - 1))
			return bad(r, err, "unsigned text before the signed block");
		return zol_err_set(err, ZOL_MALFORMED, 0, "it is not signed (no '%s')", BEGIN_TEXT);
	}
	while (next_line(r, &line)) {
		if (line.len == 0)
			return 0;
		if (!zol_span_starts(line, "Hash: "))
			return bad(r, err, "a header other than 'Hash:' in the signed block");
	}
	return bad(r, err, "the signed block is cut short");
}

/* Up to the signature, whose first byte is given back. */
static int read_text(struct reader *r, struct zol_str *text, const char **ret_sig, struct zol_err *err)
{
	struct zol_span line;
	bool first = true;

	while (next_line(r, &line)) {
		if (zol_span_eq(line, BEGIN_SIG)) {
			*ret_sig = line.ptr;
			return 0;
		}
		if (line.len && line.ptr[0] == '-') {
			if (line.len >= 10 && !memcmp(line.ptr, "-----BEGIN", 10))
				return bad(r, err, "a second block begins inside the signed block");
			/* "- " may have lost its blank with the trailing ones. */
			if (line.len > 1 && line.ptr[1] != ' ')
				return bad(r, err, "a line of the signed text begins with an unescaped dash");
			line = line.len > 1 ? zol_span(line.ptr + 2, line.len - 2) : zol_span("", 0);
		}
		if (!first)
			zol_str_putc(text, '\n');
		first = false;
		zol_str_add(text, line.ptr, line.len);
	}
	return bad(r, err, "the signed block is cut short");
}

/* Everything from BEGIN PGP SIGNATURE to its END; nothing may follow. */
static int read_signature(struct reader *r, const char *begin, struct zol_str *sig, struct zol_err *err)
{
	struct zol_span line;
	size_t first = r->lineno - 1;

	while (next_line(r, &line)) {
		if (zol_span_starts(line, "-----BEGIN"))
			return bad(r, err, "a second block begins inside the signature");
		if (!zol_span_eq(line, END_SIG))
			continue;
		if (zol_armor_decode(zol_span(begin, (size_t)(line.ptr + line.len - begin)), ZOL_ARMOR_SIGNATURE, sig,
				     err))
			return zol_err_wrap(err, "signature that begins at line %zu", first + 1);
		while (next_line(r, &line)) {
			if (zol_span_starts(line, "-----BEGIN"))
				return bad(r, err, "a second signed block after the first");
			if (line.len)
				return bad(r, err, "unsigned text after the signed block");
		}
		return 0;
	}
	return bad(r, err, "the signature is cut short");
}

int zol_clearsign_split(struct zol_span file, struct zol_clearsign *ret, struct zol_err *err)
{
	ZOL_AUTO(clearsign) struct zol_clearsign c = { .text = ZOL_STR_INIT };
	struct reader r = { .rest = file };
	const char *sig = NULL;

	if (check_bytes(file, err) || read_headers(&r, err) || read_text(&r, &c.text, &sig, err))
		return -(int)err->code;
	if (read_signature(&r, sig, &c.sig, err) || zol_str_check(&c.text, err))
		return -(int)err->code;
	*ret = c;
	c = (struct zol_clearsign){ .text = ZOL_STR_INIT };
	return 0;
}
