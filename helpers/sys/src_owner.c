/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/src_owner.h"

#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"

/* Linux gives a process no more; the NGROUPS_MAX of musl is 32. */
#define MOST_GROUPS 65536

/* The .git in dir, or dir itself when it looks like a bare repository: fills *st, returns 1. */
static int repo_at(const char *dir, struct stat *st)
{
	ZOL_AUTO(free) char *git = zol_path_join(dir, ".git");
	ZOL_AUTO(free) char *objects = zol_path_join(dir, "objects");
	ZOL_AUTO(free) char *head = zol_path_join(dir, "HEAD");
	struct stat ignored;

	if (git && !stat(git, st))
		return 1;
	return objects && head && !stat(objects, &ignored) && S_ISDIR(ignored.st_mode) && !stat(head, &ignored) &&
	       !stat(dir, st);
}

/* Cuts the last component off; false at the top. */
static bool up(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash || !path[1])
		return false;
	slash[slash == path ? 1 : 0] = '\0';
	return true;
}

/* path without links, as far as it exists. */
static int existing(const char *path, char ret[PATH_MAX], struct zol_err *err)
{
	ZOL_AUTO(free) char *cut = strdup(path);
	char *slash;

	while (cut && !realpath(cut, ret)) {
		if (errno != ENOENT)
			return zol_err_sys(err, "%s", path);
		while ((slash = strrchr(cut, '/')) && !slash[1] && slash != cut)
			*slash = '\0';
		if (!slash) {
			free(cut);
			cut = strdup(".");
		} else {
			slash[slash == cut ? 1 : 0] = '\0';
		}
	}
	return cut ? 0 : zol_err_oom(err);
}

static int find_groups(struct zol_src_owner *o, struct zol_err *err)
{
	int n = 32;

	do {
		gid_t *more = reallocarray(o->groups, (size_t)n, sizeof(*more));

		if (!more)
			return zol_err_oom(err);
		o->groups = more;
		o->ngroups = n;
		if (o->home && *o->name && getgrouplist(o->name, o->gid, o->groups, &o->ngroups) >= 0)
			return 0;
		n *= 2;
	} while (o->home && *o->name && n <= MOST_GROUPS);
	/* No such user: the group of the repository, and no other. */
	o->groups[0] = o->gid;
	o->ngroups = 1;
	return 0;
}

static int find_user(struct zol_src_owner *o, struct zol_err *err)
{
	struct passwd pw, *found = NULL;
	ZOL_AUTO(free) char *buf = malloc(65536);

	if (!buf)
		return zol_err_oom(err);
	if (getpwuid_r(o->uid, &pw, buf, 65536, &found) || !found) {
		o->name = strdup("");
		o->home = strdup("");
	} else {
		o->gid = pw.pw_gid;
		o->name = strdup(pw.pw_name);
		o->home = strdup(pw.pw_dir);
	}
	if (!o->name || !o->home)
		return zol_err_oom(err);
	return find_groups(o, err);
}

int zol_src_owner_of(const char *path, struct zol_src_owner *ret, struct zol_err *err)
{
	ZOL_AUTO(src_owner) struct zol_src_owner o = ZOL_SRC_OWNER_INIT;
	char at[PATH_MAX], dir[PATH_MAX];
	struct stat st;

	if (existing(path, at, err))
		return -(int)err->code;
	memcpy(dir, at, sizeof(dir));
	while (!repo_at(dir, &st)) {
		if (up(dir))
			continue;
		if (stat(at, &st))
			return zol_err_sys(err, "%s", at);
		break;
	}
	o.uid = st.st_uid;
	o.gid = st.st_gid;
	o.our_uid = geteuid();
	o.our_gid = getegid();
	o.other = o.our_uid == 0 && o.uid != 0;
	if (o.other && find_user(&o, err))
		return -(int)err->code;
	*ret = o;
	o = (struct zol_src_owner)ZOL_SRC_OWNER_INIT;
	return 0;
}

void zol_src_owner_free(struct zol_src_owner *o)
{
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;

	if (o->entered) {
		/* With the owner's ids this fails, and nothing is to be gained. */
		if (!zol_src_owner_leave(o, 0, &ignored) && setgroups((size_t)o->nsaved, o->saved))
			o->nsaved = 0;
	}
	free(o->name);
	free(o->home);
	free(o->groups);
	free(o->saved);
	*o = (struct zol_src_owner)ZOL_SRC_OWNER_INIT;
}

static int cannot_act(const struct zol_src_owner *o, struct zol_err *err)
{
	return zol_err_sys(err, "cannot act as the repository's owner %s (uid %u)",
			   *o->name ? o->name : "without a name", (unsigned)o->uid);
}

static int save_groups(struct zol_src_owner *o, struct zol_err *err)
{
	o->saved = calloc(MOST_GROUPS, sizeof(*o->saved));
	if (!o->saved)
		return zol_err_oom(err);
	o->nsaved = getgroups(MOST_GROUPS, o->saved);
	return o->nsaved < 0 ? zol_err_sys(err, "cannot read the groups") : 0;
}

int zol_src_owner_enter(struct zol_src_owner *o, struct zol_err *err)
{
	if (!o->other)
		return 0;
	if (!o->entered) {
		if (save_groups(o, err))
			return -(int)err->code;
		if (setgroups((size_t)o->ngroups, o->groups))
			return cannot_act(o, err);
		o->entered = true;
	}
	if (setegid(o->gid) || seteuid(o->uid))
		return cannot_act(o, err);
	return 0;
}

int zol_src_owner_leave(struct zol_src_owner *o, int rc, struct zol_err *err)
{
	if (!o->other || !o->entered)
		return rc;
	/* In the group list the owner's stay until the end: root does without. */
	if (seteuid(o->our_uid) || setegid(o->our_gid)) {
		int cause = errno;

		zol_err_clear(err);
		return zol_err_set(err, ZOL_SYSTEM, cause, "cannot be ourselves again");
	}
	return rc;
}

int zol_src_owner_become(struct zol_src_owner *o, struct zol_err *err)
{
	if (!o->other)
		return 0;
	if (setgroups((size_t)o->ngroups, o->groups) || setresgid(o->gid, o->gid, o->gid) ||
	    setresuid(o->uid, o->uid, o->uid))
		return cannot_act(o, err);
	o->other = false;
	/* Nobody's home: one that is not there, rather than root's. */
	if (setenv("HOME", *o->home ? o->home : "/nonexistent", 1) || setenv("USER", o->name, 1) ||
	    setenv("LOGNAME", o->name, 1) || unsetenv("XDG_CONFIG_HOME"))
		return zol_err_sys(err, "cannot set the environment");
	return 0;
}
