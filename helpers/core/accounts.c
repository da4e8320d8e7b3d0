/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/accounts.h"
#include "base/num.h"

#define MAX_FIELDS 9

struct entry {
	struct zol_span f[MAX_FIELDS];
	size_t n;
};

/* Finds the entry of that name; empty fields count. */
static bool entry(struct zol_span text, const char *name, struct entry *ret)
{
	struct zol_span line;

	while (zol_span_line(&text, &line)) {
		line = zol_span_trim(line);
		for (ret->n = 0; ret->n < MAX_FIELDS; ret->n++) {
			const char *c = line.len ? memchr(line.ptr, ':', line.len) : NULL;
			size_t len = c ? (size_t)(c - line.ptr) : line.len;

			ret->f[ret->n] = zol_span(line.ptr, len);
			if (!c) {
				ret->n++;
				break;
			}
			line = zol_span(c + 1, line.len - len - 1);
		}
		if (ret->n >= 2 && zol_span_eq(ret->f[0], name))
			return true;
	}
	return false;
}

static bool id_of(struct zol_span text, int64_t *ret)
{
	uint64_t id;

	if (!zol_span_u64(text, &id) || id >= UINT32_MAX)
		return false;
	*ret = (int64_t)id;
	return true;
}

bool zol_accounts_user(struct zol_span passwd, const char *name, int64_t *ret_uid, int64_t *ret_gid)
{
	int64_t uid, gid;
	struct entry e = { .n = 0 };

	if (!entry(passwd, name, &e) || e.n < 4 || !id_of(e.f[2], &uid) || !id_of(e.f[3], &gid))
		return false;
	*ret_uid = uid;
	*ret_gid = gid;
	return true;
}

bool zol_accounts_group(struct zol_span group, const char *name, int64_t *ret_gid)
{
	struct entry e = { .n = 0 };

	return entry(group, name, &e) && e.n >= 3 && id_of(e.f[2], ret_gid);
}

enum zol_login zol_accounts_root(struct zol_span passwd, struct zol_span shadow, int64_t today)
{
	struct zol_span word;
	struct entry p = { .n = 0 }, s = { .n = 0 };
	uint64_t day;

	if (!entry(passwd, "root", &p) || p.n < 3)
		return ZOL_LOGIN_ABSENT;
	if (p.n >= 7 && (zol_span_ends(p.f[6], "/nologin") || zol_span_ends(p.f[6], "/false")))
		return ZOL_LOGIN_SHELL;
	word = p.f[1];
	if (entry(shadow, "root", &s)) {
		word = s.f[1];
		if (s.n >= 8 && s.f[7].len > 0 && zol_span_u64(s.f[7], &day) && (int64_t)day <= today)
			return ZOL_LOGIN_EXPIRED;
		if (s.n >= 3 && zol_span_eq(s.f[2], "0"))
			return ZOL_LOGIN_EXPIRED;
	} else if (zol_span_eq(word, "x")) {
		return ZOL_LOGIN_ABSENT;
	}
	if (zol_span_starts(word, "!") || zol_span_starts(word, "*"))
		return ZOL_LOGIN_LOCKED;
	return ZOL_LOGIN_OK;
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
