/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdint.h>

#include "base/room.h"
#include "base/str.h"

void zol_strv_free(struct zol_strv *v)
{
	for (size_t i = 0; i < v->len; i++)
		free(v->v[i]);
	free(v->v);
	*v = (struct zol_strv)ZOL_STRV_INIT;
}

/* Room for one more string and the NULL behind it. */
static bool grow(struct zol_strv *v)
{
	char **p = v->oom ? NULL : zol_room(v->v, &v->cap, v->len + 2, sizeof(*p));

	if (!p) {
		v->oom = true;
		return false;
	}
	v->v = p;
	return true;
}

/* Takes over text; NULL is out of memory. */
static void push(struct zol_strv *v, char *text)
{
	if (!text)
		v->oom = true;
	if (!grow(v)) {
		free(text);
		return;
	}
	v->v[v->len++] = text;
	v->v[v->len] = NULL;
}

void zol_strv_add(struct zol_strv *v, const char *text)
{
	push(v, strdup(text));
}

void zol_strv_addn(struct zol_strv *v, const char *text, size_t len)
{
	push(v, strndup(text, len));
}

void zol_strv_addf(struct zol_strv *v, const char *fmt, ...)
{
	struct zol_str s = ZOL_STR_INIT;
	va_list ap;

	va_start(ap, fmt);
	zol_str_vprintf(&s, fmt, ap);
	va_end(ap);
	push(v, zol_str_take(&s));
}

void zol_strv_extend(struct zol_strv *v, const char *const *list)
{
	for (; list && *list; list++)
		zol_strv_add(v, *list);
}

int zol_strv_check(const struct zol_strv *v, struct zol_err *err)
{
	return v->oom ? zol_err_oom(err) : 0;
}

const char *const *zol_strv_list(const struct zol_strv *v)
{
	static const char *const empty[] = { NULL };

	return v->v ? (const char *const *)v->v : empty;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void zol_strv_sort(struct zol_strv *v, size_t from)
{
	if (v->len > from)
		qsort(v->v + from, v->len - from, sizeof(*v->v), by_bytes);
}

bool zol_strv_has(const struct zol_strv *v, const char *text)
{
	for (size_t i = 0; i < v->len; i++)
		if (strcmp(v->v[i], text) == 0)
			return true;
	return false;
}
