/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kconfig_diff.h"

#include <stdlib.h>

#include "base/room.h"

void zol_kchanges_free(struct zol_kchanges *c)
{
	free(c->v);
	*c = (struct zol_kchanges){ 0 };
}

static bool is_tri(const char *value)
{
	return value && value[0] && !value[1] && strchr("nmy", value[0]);
}

/* The two values, "n" where a y or m of the other side is not there; false when they are the same. */
static bool values(const struct zol_kfrags *a, const struct zol_kfrags *b, const char *name, struct zol_kchange *ret)
{
	const struct zol_kset *from = zol_kfrags_find(a, name), *to = zol_kfrags_find(b, name);

	*ret = (struct zol_kchange){ name, from ? from->value : NULL, to ? to->value : NULL };
	if (!ret->from && is_tri(ret->to))
		ret->from = "n";
	if (!ret->to && is_tri(ret->from))
		ret->to = "n";
	return ret->from && ret->to ? strcmp(ret->from, ret->to) != 0 : ret->from != ret->to;
}

bool zol_kchanges_same(const struct zol_kfrags *a, const struct zol_kfrags *b, const char *name)
{
	struct zol_kchange c;

	return !values(a, b, name, &c);
}

static int add(struct zol_kchanges *to, const struct zol_kchange *c, struct zol_err *err)
{
	struct zol_kchange *v = zol_room(to->v, &to->cap, to->len + 1, sizeof(*v));

	if (!v)
		return zol_err_oom(err);
	to->v = v;
	to->v[to->len++] = *c;
	return 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct zol_kchange *)a)->name, ((const struct zol_kchange *)b)->name);
}

int zol_kchanges_find(const struct zol_kfrags *from, const struct zol_kfrags *to, struct zol_kchanges *ret,
		      struct zol_err *err)
{
	const struct zol_kfrags *const both[] = { from, to };
	struct zol_kchange c;
	int rc = 0;

	for (size_t side = 0; side < ZOL_COUNT(both); side++) {
		const struct zol_kfrags *f = both[side];

		for (size_t i = 0; rc == 0 && i < f->len; i++) {
			if (!zol_kfrags_is_last(f, &f->v[i]) || (side == 1 && zol_kfrags_find(from, f->v[i].name)))
				continue;
			if (values(from, to, f->v[i].name, &c))
				rc = add(ret, &c, err);
		}
	}
	if (ret->len)
		qsort(ret->v, ret->len, sizeof(*ret->v), compare);
	return rc;
}
