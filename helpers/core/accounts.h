/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A guest's own passwd(5), group(5) and shadow(5): its numbers need not be the host's. */

#include <stdint.h>

#include "base/str.h"

/* Each returns false when the name (or a number in its entry) is not there. */
bool zol_accounts_user(struct zol_span passwd, const char *name, int64_t *ret_uid, int64_t *ret_gid)
	ZOL_NONNULL(2, 3, 4);
bool zol_accounts_group(struct zol_span group, const char *name, int64_t *ret_gid) ZOL_NONNULL(2, 3);

/* Why `login -f root` (agetty's autologin) may be refused. */
enum zol_login {
	ZOL_LOGIN_OK,
	ZOL_LOGIN_LOCKED,  /* the password field begins with ! or *: some logins refuse */
	ZOL_LOGIN_EXPIRED, /* the password must be changed first, or the account has expired */
	ZOL_LOGIN_SHELL,   /* root's shell is nologin or false */
	ZOL_LOGIN_ABSENT,  /* no entry at all */
};

/* shadow may be empty (the passwd field then counts); today is in days since 1970. */
enum zol_login zol_accounts_root(struct zol_span passwd, struct zol_span shadow, int64_t today);
const char *zol_login_text(enum zol_login l);
