/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/unpack_meta.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

/* Without privileges some things cannot be as the archive has them; say so once. */
static void tell_once(struct zol_meta_who *w)
{
	if (!w->told)
		zol_ev_note(w->ev, ZOL_LEVEL_WARN,
			    "not root: owners, set-id bits and privileged attributes are not kept");
	w->told = true;
}

static mode_t wanted_mode(struct zol_meta_who *w, mode_t mode)
{
	if (!w->privileged && (mode & (S_ISUID | S_ISGID))) {
		tell_once(w);
		mode &= (mode_t) ~(S_ISUID | S_ISGID);
	}
	return mode & 07777;
}

static int wanted_owner(struct zol_meta_who *w, const struct zol_tar_entry *e, uid_t *uid, gid_t *gid,
			struct zol_err *err)
{
	if (e->uid >= UINT32_MAX || e->gid >= UINT32_MAX)
		return zol_err_set(err, ZOL_MALFORMED, 0, "owner number out of range");
	*uid = (uid_t)e->uid;
	*gid = (gid_t)e->gid;
	if (!w->privileged && (*uid != w->uid || *gid != w->gid)) {
		tell_once(w);
		*uid = w->uid;
		*gid = w->gid;
	}
	return 0;
}

static bool owned_already(const struct zol_meta_who *w, uid_t uid, gid_t gid)
{
	return uid == w->uid && gid == w->gid;
}

/* False for attributes that only root may set, when we are not. */
static bool xattr_wanted(struct zol_meta_who *w, const char *name)
{
	if (w->privileged || !strncmp(name, "user.", 5) || !strncmp(name, "system.posix_acl_", 17))
		return true;
	tell_once(w);
	return false;
}

static bool is_acl(const char *name)
{
	return !strncmp(name, "system.posix_acl_", 17);
}

/* Sets the ACLs, or all other attributes, of an open file. */
static int set_xattrs(struct zol_meta_who *w, int fd, const struct zol_tar_xattr *x, size_t n, bool acls,
		      struct zol_err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (is_acl(x[i].name) != acls || !xattr_wanted(w, x[i].name))
			continue;
		if (fsetxattr(fd, x[i].name, x[i].value, x[i].size, 0))
			return zol_err_sys(err, "cannot set the attribute %s", x[i].name);
	}
	return 0;
}

/*
 * The order matters: chown clears set-id bits and capabilities, chmod changes the mask of an ACL,
 * and everything touches the times.
 */
int zol_meta_set(struct zol_meta_who *w, int fd, const struct zol_meta *m, struct zol_err *err)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, m->mtime };
	bool chowned = !owned_already(w, m->uid, m->gid);
	int rc;

	if (chowned && fchown(fd, m->uid, m->gid))
		return zol_err_sys(err, "cannot give it to owner %u:%u", m->uid, m->gid);
	rc = set_xattrs(w, fd, m->xattrs, m->nxattrs, false, err);
	if (rc)
		return rc;
	if ((chowned || !m->mode_done || m->nxattrs || (m->mode & ~(mode_t)0777)) && fchmod(fd, m->mode))
		return zol_err_sys(err, "cannot set mode %04o", m->mode);
	rc = set_xattrs(w, fd, m->xattrs, m->nxattrs, true, err);
	if (rc)
		return rc;
	if (m->has_mtime && futimens(fd, times))
		return zol_err_sys(err, "cannot set its time");
	return 0;
}

int zol_meta_of(struct zol_meta_who *w, const struct zol_tar_entry *e, struct zol_meta *ret, struct zol_err *err)
{
	ret->mode = wanted_mode(w, e->mode);
	ret->mode_done = false;
	ret->has_mtime = e->has_mtime;
	ret->mtime = e->mtime;
	ret->xattrs = e->xattrs;
	ret->nxattrs = e->nxattrs;
	return wanted_owner(w, e, &ret->uid, &ret->gid, err);
}

/* What has no descriptor of its own: reached through its directory's, without following a link. */
int zol_meta_set_node(struct zol_meta_who *w, const struct zol_meta *m, const struct zol_meta_node *node,
		      struct zol_err *err)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, m->mtime };
	ZOL_AUTO(free) char *path = NULL;

	if (!owned_already(w, m->uid, m->gid) && fchownat(node->dir, node->name, m->uid, m->gid, AT_SYMLINK_NOFOLLOW))
		return zol_err_sys(err, "cannot give it to owner %u:%u", m->uid, m->gid);
	/* Devices and fifos only: the archive has just made it here, so it is no link. */
	if (!node->link && fchmodat(node->dir, node->name, m->mode, 0))
		return zol_err_sys(err, "cannot set mode %04o", m->mode);
	for (size_t i = 0; i < m->nxattrs; i++) {
		if (!xattr_wanted(w, m->xattrs[i].name))
			continue;
		free(path);
		path = zol_asprintf("/proc/self/fd/%d/%s", node->dir, node->name);
		if (!path)
			return zol_err_oom(err);
		if (lsetxattr(path, m->xattrs[i].name, m->xattrs[i].value, m->xattrs[i].size, 0) == 0)
			continue;
		if (errno == EPERM && !strncmp(m->xattrs[i].name, "user.", 5))
			return zol_err_set(err, ZOL_MALFORMED, 0, "no file of this kind can have the attribute %s",
					   m->xattrs[i].name);
		return zol_err_sys(err, "cannot set the attribute %s", m->xattrs[i].name);
	}
	if (m->has_mtime && utimensat(node->dir, node->name, times, AT_SYMLINK_NOFOLLOW))
		return zol_err_sys(err, "cannot set its time");
	return 0;
}
