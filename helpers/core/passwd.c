/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/passwd.h"
#include "base/num.h"

enum { USER_FIELDS = 7, GROUP_FIELDS = 4, MAX_FIELDS = 9 };

/* Splits at single colons, an empty field being one; returns how many there are (MAX_FIELDS + 1: more than that). */
static size_t split(struct zol_span line, struct zol_span fields[static MAX_FIELDS])
{
	line = zol_span_trim(line);
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

		if (split(line, fields) != USER_FIELDS || !fields[0].len || !id_of(fields[2], &uid) ||
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
	found.shell = zol_span_dup(f[6]);
	if (!found.name || !found.home || !found.shell)
		return zol_err_oom(err);
	*ret = found;
	found = (struct zol_passwd){ 0 };
	return 1;
}

bool zol_passwd_ids(struct zol_span passwd, const char *name, uint32_t *ret_uid, uint32_t *ret_gid)
{
	struct zol_span f[MAX_FIELDS];

	return find(passwd, name, false, f) && id_of(f[2], ret_uid) && id_of(f[3], ret_gid);
}

bool zol_passwd_group(struct zol_span group, const char *name, uint32_t *ret_gid)
{
	struct zol_span line, f[MAX_FIELDS];

	while (zol_span_line(&group, &line))
		if (split(line, f) == GROUP_FIELDS && zol_span_eq(f[0], name) && id_of(f[2], ret_gid))
			return true;
	return false;
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

		if (split(line, f) == GROUP_FIELDS && id_of(f[2], &gid) && gid != first && is_member(f[3], user))
			gids[n++] = gid;
	}
	return n;
}

/* Why shadow(5) refuses root, or what it holds for a password in ret_word. */
static enum zol_login shadow_root(struct zol_span shadow, int64_t today, struct zol_span *ret_word)
{
	struct zol_span line, f[MAX_FIELDS];
	uint64_t day;

	while (zol_span_line(&shadow, &line)) {
		size_t n = split(line, f);

		if (n < 2 || !zol_span_eq(f[0], "root"))
			continue;
		if (n >= 8 && f[7].len > 0 && zol_span_u64(f[7], &day) && (int64_t)day <= today)
			return ZOL_LOGIN_EXPIRED;
		*ret_word = f[1];
		return n >= 3 && zol_span_eq(f[2], "0") ? ZOL_LOGIN_EXPIRED : ZOL_LOGIN_OK;
	}
	return zol_span_eq(*ret_word, "x") ? ZOL_LOGIN_ABSENT : ZOL_LOGIN_OK;
}

enum zol_login zol_passwd_root(struct zol_span passwd, struct zol_span shadow, int64_t today)
{
	struct zol_span f[MAX_FIELDS];
	enum zol_login l;

	if (!find(passwd, "root", false, f))
		return ZOL_LOGIN_ABSENT;
	if (zol_span_ends(f[6], "/nologin") || zol_span_ends(f[6], "/false"))
		return ZOL_LOGIN_SHELL;
	l = shadow_root(shadow, today, &f[1]);
	if (l != ZOL_LOGIN_OK)
		return l;
	return zol_span_starts(f[1], "!") || zol_span_starts(f[1], "*") ? ZOL_LOGIN_LOCKED : ZOL_LOGIN_OK;
}

const char *zol_login_text(enum zol_login l)
{
	switch (l) {
	case ZOL_LOGIN_LOCKED:
		return "root's password is locked";
	case ZOL_LOGIN_EXPIRED:
		return "root's password or account has expired";
	case ZOL_LOGIN_SHELL:
		return "root's shell refuses logins";
	case ZOL_LOGIN_ABSENT:
		return "root has no account";
	case ZOL_LOGIN_OK:
		break;
	}
	return "root can log in";
}
