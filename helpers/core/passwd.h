/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A guest's /etc/passwd, /etc/group and /etc/shadow, read as text: its users are not the host's, and the C
 * library's functions would look at the host's (or load the guest's NSS modules). Formats:
 * passwd(5), group(5), shadow(5).
 */

#include <stdint.h>

#include "base/str.h"

struct zol_passwd {
	uint32_t uid, gid;
	char *name, *home, *shell; /* home and shell "" when the file has none */
};

void zol_passwd_free(struct zol_passwd *p) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(passwd, struct zol_passwd, zol_passwd_free);

/*
 * Looks a user up by name, or by number when name is all digits and no user has it for a name.
 * Returns 1 when found, 0 when not, or out of memory. Malformed lines are passed over, as the C
 * library does.
 */
int zol_passwd_find(struct zol_span passwd, const char *name, struct zol_passwd *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 3, 4);

/* The numbers of a user and of a group by name alone; false when there is no such entry. */
bool zol_passwd_ids(struct zol_span passwd, const char *name, uint32_t *ret_uid, uint32_t *ret_gid)
	ZOL_NONNULL(2, 3, 4);
bool zol_passwd_group(struct zol_span group, const char *name, uint32_t *ret_gid) ZOL_NONNULL(2, 3);

/*
 * The groups of a user: first, then all that name the user as a member, at most max in all.
 * Returns how many there are in gids.
 */
size_t zol_passwd_groups(struct zol_span group, const char *user, uint32_t first, uint32_t *gids, size_t max)
	ZOL_NONNULL(2, 4);

/* Why `login -f root` (agetty's autologin) may be refused. */
enum zol_login {
	ZOL_LOGIN_OK,
	ZOL_LOGIN_LOCKED,  /* the password field begins with ! or *: some logins refuse */
	ZOL_LOGIN_EXPIRED, /* the password must be changed first, or the account has expired */
	ZOL_LOGIN_SHELL,   /* root's shell is nologin or false */
	ZOL_LOGIN_ABSENT,  /* no entry at all */
};

/* shadow may be empty (the passwd field then counts); today is in days since 1970. */
enum zol_login zol_passwd_root(struct zol_span passwd, struct zol_span shadow, int64_t today);
const char *zol_login_text(enum zol_login l);
