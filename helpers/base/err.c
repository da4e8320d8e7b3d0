/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

/* What they are for analysers. */
#undef zol_err_set
#undef zol_err_oom

/* Formats without the help of base/str.h, which itself reports through this file. */
static char *format(const char *fmt, va_list ap) ZOL_PRINTF(1, 0);
static char *format(const char *fmt, va_list ap)
{
	char *text = NULL;

	return vasprintf(&text, fmt, ap) < 0 ? NULL : text;
}

/* Joins two texts with ": "; NULL when out of memory. */
static char *join(const char *a, const char *b)
{
	char *text = NULL;

	return asprintf(&text, "%s: %s", a, b) < 0 ? NULL : text;
}

static void replace(char **slot, char *text)
{
	free(*slot);
	*slot = text;
}

int zol_err_set(struct zol_err *err, enum zol_code code, int errnum, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = format(fmt, ap);
	va_end(ap);
	if (text && errnum) {
		char *whole = join(text, strerror(errnum));

		free(text);
		text = whole;
	}
	zol_err_clear(err);
	err->code = code;
	err->errnum = errnum;
	err->msg = text;
	return -(int)code;
}

int zol_err_oom(struct zol_err *err)
{
	/* No text: there is no memory for one, and zol_err_text() knows what to say. */
	zol_err_clear(err);
	err->code = ZOL_SYSTEM;
	err->errnum = ENOMEM;
	return -(int)ZOL_SYSTEM;
}

int zol_err_wrap(struct zol_err *err, const char *fmt, ...)
{
	ZOL_AUTO(free) char *context = NULL;
	va_list ap;

	va_start(ap, fmt);
	context = format(fmt, ap);
	va_end(ap);
	if (context) {
		char *whole = join(context, zol_err_text(err));

		if (whole)
			replace(&err->msg, whole);
	}
	return -(int)err->code;
}

int zol_err_hint(struct zol_err *err, const char *fmt, ...)
{
	char *hint;
	va_list ap;

	va_start(ap, fmt);
	hint = format(fmt, ap);
	va_end(ap);
	if (hint)
		replace(&err->hint, hint);
	return -(int)err->code;
}

const char *zol_err_text(const struct zol_err *err)
{
	if (err->msg)
		return err->msg;
	if (err->errnum == ENOMEM)
		return "out of memory";
	if (err->errnum)
		return strerror(err->errnum);
	return err->code == ZOL_OK ? "no error" : "failed (and no memory left to say why)";
}

void zol_err_clear(struct zol_err *err)
{
	free(err->msg);
	free(err->hint);
	*err = (struct zol_err)ZOL_ERR_INIT;
}

void zol_err_move(struct zol_err *to, struct zol_err *from)
{
	if (to == from)
		return;
	zol_err_clear(to);
	*to = *from;
	*from = (struct zol_err)ZOL_ERR_INIT;
}
