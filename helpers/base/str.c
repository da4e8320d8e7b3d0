/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"

void zol_str_free(struct zol_str *s)
{
	free(s->ptr);
	*s = (struct zol_str)ZOL_STR_INIT;
}

char *zol_str_reserve(struct zol_str *s, size_t extra)
{
	size_t need, cap;
	char *p;

	if (s->oom)
		return NULL;
	if (__builtin_add_overflow(s->len, extra, &need) || need >= SIZE_MAX / 2) {
		s->oom = true;
		return NULL;
	}
	if (s->ptr && need < s->cap)
		return s->ptr + s->len;
	cap = s->cap + s->cap / 2;
	if (cap < need + 1)
		cap = need + 1;
	if (cap < 32)
		cap = 32;
	p = realloc(s->ptr, cap);
	if (!p) {
		s->oom = true;
		return NULL;
	}
	s->ptr = p;
	s->cap = cap;
	p[s->len] = '\0';
	return p + s->len;
}

void zol_str_add(struct zol_str *s, const void *data, size_t len)
{
	char *to = zol_str_reserve(s, len);

	if (!to)
		return;
	if (len)
		memcpy(to, data, len);
	s->len += len;
	s->ptr[s->len] = '\0';
}

void zol_str_puts(struct zol_str *s, const char *text)
{
	zol_str_add(s, text, strlen(text));
}

void zol_str_putc(struct zol_str *s, char c)
{
	zol_str_add(s, &c, 1);
}

void zol_str_vprintf(struct zol_str *s, const char *fmt, va_list ap)
{
	va_list again;
	size_t room;
	char *to;
	int n;

	to = zol_str_reserve(s, 64);
	if (!to)
		return;
	room = s->cap - s->len;
	va_copy(again, ap);
	n = vsnprintf(to, room, fmt, ap);
	if (n >= 0 && (size_t)n >= room) {
		to = zol_str_reserve(s, (size_t)n);
		if (to)
			n = vsnprintf(to, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	if (n < 0)
		s->oom = true;
	if (!s->oom)
		s->len += (size_t)n;
	else if (s->ptr)
		s->ptr[s->len] = '\0';
}

void zol_str_printf(struct zol_str *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	zol_str_vprintf(s, fmt, ap);
	va_end(ap);
}

void zol_str_truncate(struct zol_str *s, size_t len)
{
	if (s->ptr && len < s->len) {
		s->len = len;
		s->ptr[len] = '\0';
	}
}

const char *zol_str_c(const struct zol_str *s)
{
	return s->ptr ? s->ptr : "";
}

int zol_str_check(const struct zol_str *s, struct zol_err *err)
{
	return s->oom ? zol_err_oom(err) : 0;
}

char *zol_str_take(struct zol_str *s)
{
	char *p = NULL;

	if (zol_str_reserve(s, 0))
		p = zol_take_ptr(s->ptr);
	zol_str_free(s);
	return p;
}

char *zol_asprintf(const char *fmt, ...)
{
	struct zol_str s = ZOL_STR_INIT;
	va_list ap;

	va_start(ap, fmt);
	zol_str_vprintf(&s, fmt, ap);
	va_end(ap);
	return zol_str_take(&s);
}

static bool shell_plain(const char *word)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789_@%+=:,./-";

	return *word && word[strspn(word, plain)] == '\0';
}

void zol_str_hex(struct zol_str *s, const void *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *p = bytes;

	for (size_t i = 0; i < n; i++) {
		zol_str_putc(s, digits[p[i] >> 4]);
		zol_str_putc(s, digits[p[i] & 15]);
	}
}

void zol_str_shell_quote(struct zol_str *s, const char *word)
{
	if (shell_plain(word)) {
		zol_str_puts(s, word);
		return;
	}
	zol_str_putc(s, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			zol_str_puts(s, "'\\''");
		else
			zol_str_putc(s, *word);
	}
	zol_str_putc(s, '\'');
}

void zol_str_shell_join(struct zol_str *s, const char *const *argv)
{
	for (size_t i = 0; argv[i]; i++) {
		/* In the place of the command, "a=b" would be an assignment. */
		bool assigns = i == 0 && strchr(argv[i], '=') && shell_plain(argv[i]);

		if (i)
			zol_str_putc(s, ' ');
		if (assigns)
			zol_str_printf(s, "'%s'", argv[i]);
		else
			zol_str_shell_quote(s, argv[i]);
	}
}
