/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/passwd.h"
#include "base/num.h"

enum { MAX_FIELDS = 7 };

/* Splits at single colons; returns how many fields there are (MAX_FIELDS + 1: more than that). */
static size_t split(struct zol_span line, struct zol_span fields[static MAX_FIELDS])
{
	for (size_t n = 0; n < MAX_FIELDS; n++) {
		const char *colon = line.len ? memchr(line.ptr, ':', line.len) : NULL;

		if (!colon) {
			fields[n] = line;
			return n + 1;
		}
		fields[n] = zol_span(line.ptr, (size_t)(colon - line.ptr));
		line = zol_span(colon + 1, line.len - fields[n].len - 1);
	}
	return MAX_FIELDS + 1;
}

/* An identifier; (uint32_t)-1 means "no change" to the kernel and is none. */
static bool id_of(struct zol_span text, uint32_t *ret)
{
	uint64_t id;

	if (!zol_span_u64(text, &id) || id >= UINT32_MAX)
		return false;
	*ret = (uint32_t)id;
	return true;
}

void zol_passwd_free(struct zol_passwd *p)
{
	free(p->name);
	free(p->home);
	free(p->shell);
	*p = (struct zol_passwd){ 0 };
}

static bool find(struct zol_span passwd, const char *name, bool by_number, struct zol_span fields[static MAX_FIELDS])
{
	struct zol_span line;

	while (zol_span_line(&passwd, &line)) {
		uint32_t uid, gid;

		if (split(line, fields) != MAX_FIELDS || !fields[0].len || !id_of(fields[2], &uid) ||
		    !id_of(fields[3], &gid))
			continue;
		if (zol_span_eq(fields[by_number ? 2 : 0], name))
			return true;
	}
	return false;
}

int zol_passwd_find(struct zol_span passwd, const char *name, struct zol_passwd *ret, struct zol_err *err)
{
	ZOL_AUTO(passwd) struct zol_passwd found = { 0 };
	struct zol_span f[MAX_FIELDS];

	if (!find(passwd, name, false, f) && !find(passwd, name, true, f))
		return 0;
	if (!id_of(f[2], &found.uid) || !id_of(f[3], &found.gid))
		return 0;
	found.name = zol_span_dup(f[0]);
	found.home = zol_span_dup(f[5]);
	found.shell = zol_span_dup(zol_span_trim(f[6]));
	if (!found.name || !found.home || !found.shell)
		return zol_err_oom(err);
	*ret = found;
	found = (struct zol_passwd){ 0 };
	return 1;
}

static bool is_member(struct zol_span members, const char *user)
{
	struct zol_span member;

	while (zol_span_field(&members, ",\r", &member))
		if (zol_span_eq(member, user))
			return true;
	return false;
}

size_t zol_passwd_groups(struct zol_span group, const char *user, uint32_t first, uint32_t *gids, size_t max)
{
	struct zol_span line, f[MAX_FIELDS];
	size_t n = 0;

	if (max > 0)
		gids[n++] = first;
	while (n < max && zol_span_line(&group, &line)) {
		uint32_t gid;

		if (split(line, f) == 4 && id_of(f[2], &gid) && gid != first && is_member(f[3], user))
			gids[n++] = gid;
	}
	return n;
}
