/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A clearsigned file: what is accepted is one frame and nothing else, and its text can be framed again. */
#include <stdint.h>
#include <stdlib.h>

#include "core/clearsign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static size_t count(struct zol_span file, const char *what)
{
	size_t n = 0, len = strlen(what);
	struct zol_span line;

	while (zol_span_line(&file, &line))
		n += line.len >= len && memcmp(line.ptr, what, len) == 0;
	return n;
}

static void frame_again(const struct zol_str *text)
{
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
	ZOL_AUTO(clearsign) struct zol_clearsign c = { .text = ZOL_STR_INIT };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_span rest = zol_span_str(text), line;
	size_t lines = 1;

	for (size_t i = 0; i < text->len; i++)
		lines += text->ptr[i] == '\n';
	zol_str_puts(&file, "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n");
	for (size_t i = 0; i < lines && text->len; i++) {
		if (!zol_span_line(&rest, &line))
			line = zol_span("", 0);
		if (line.len && line.ptr[0] == '-')
			zol_str_puts(&file, "- ");
		zol_str_add(&file, line.ptr, line.len);
		zol_str_putc(&file, '\n');
	}
	zol_str_puts(&file, "-----BEGIN PGP SIGNATURE-----\n\naGVsbG8=\n-----END PGP SIGNATURE-----\n");
	must(zol_clearsign_split(zol_span_str(&file), &c, &err) == 0);
	must(c.text.len == text->len && (!text->len || !memcmp(c.text.ptr, text->ptr, text->len)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zol_span file = zol_span((const char *)data, size);
	ZOL_AUTO(clearsign) struct zol_clearsign c = { .text = ZOL_STR_INIT };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	if (zol_clearsign_split(file, &c, &err)) {
		must(err.code == ZOL_MALFORMED && !c.text.ptr && !c.sig.ptr);
		return 0;
	}
	must(count(file, "-----BEGIN PGP SIGNED MESSAGE-----") == 1 && count(file, "-----BEGIN") == 2);
	must(size > 34 && memcmp(data, "-----BEGIN PGP SIGNED MESSAGE-----", 34) == 0);
	must(c.sig.len > 0);
	for (size_t i = 0; i < c.text.len; i++)
		must(c.text.ptr[i] == '\n' || c.text.ptr[i] == '\t' || (c.text.ptr[i] >= 0x20 && c.text.ptr[i] < 0x7f));
	frame_again(&c.text);
	return 0;
}
