/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/clone.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/path.h"
#include "sys/clone_copy.h"
#include "sys/overlay.h"
#include "sys/staging.h"

static const char *const names[] = {
	[ZOL_CLONE_AUTO] = "auto",       [ZOL_CLONE_SUBVOLUME] = "subvolume", [ZOL_CLONE_REFLINK] = "reflink",
	[ZOL_CLONE_OVERLAY] = "overlay", [ZOL_CLONE_COPY] = "copy",
};

const char *zol_clone_name(enum zol_clone_how how)
{
	return (size_t)how < ZOL_COUNT(names) ? names[how] : "auto";
}

bool zol_clone_parse(const char *name, enum zol_clone_how *ret)
{
	for (size_t i = 0; i < ZOL_COUNT(names); i++)
		if (!strcmp(names[i], name)) {
			*ret = (enum zol_clone_how)i;
			return true;
		}
	return false;
}

int zol_clone_remove(int parent, const char *name, struct zol_err *err)
{
	return zol_staging_remove(parent, name, err);
}

static int by_snapshot(const struct zol_clone *job, int src, struct zol_err *err)
{
	ZOL_AUTO(staging) struct zol_staging st = ZOL_STAGING_INIT;
	int rc = zol_staging_begin_snapshot(job->dst, "cloning", src, &st, err);

	return rc ? rc : zol_staging_commit(&st, err);
}

/* Can blocks be shared between the two? Asked with a file of one byte, before anything is done. */
static bool can_reflink(int dir, struct zol_err *err)
{
	ZOL_AUTO(fd) int a = openat(dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	ZOL_AUTO(fd) int b = a < 0 ? -1 : openat(dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;

	if (b < 0 || zol_write_all(a, "x", 1, &ignored) || ioctl(b, FICLONE, a)) {
		zol_err_set(err, ZOL_SYSTEM, EOPNOTSUPP, "the file system cannot share blocks between files");
		return false;
	}
	return true;
}

static int by_files(const struct zol_clone *job, int src, bool reflink, struct zol_err *err)
{
	ZOL_AUTO(staging) struct zol_staging st = ZOL_STAGING_INIT;
	struct stat from, to;
	int rc = zol_staging_begin(job->dst, "cloning", &st, err);

	if (rc)
		return rc;
	if (fstat(src, &from) || fstat(st.outer, &to))
		return zol_err_sys(err, "cannot look at the tree");
	/* On btrfs the devices of subvolumes differ, and blocks can be shared all the same. */
	if (reflink && !can_reflink(st.outer, err))
		return -(int)err->code;
	zol_ev_stage(job->ev, "clone", 0, ZOL_UNIT_COUNT);
	rc = zol_clone_copy(src, st.root, reflink, job->threads, job->ev, err);
	if (rc && reflink && (err->errnum == EXDEV || err->errnum == EINVAL || err->errnum == ENOTTY))
		err->errnum = EOPNOTSUPP;
	return rc ? rc : zol_staging_commit(&st, err);
}

/* The empty directory on which the overlay is mounted by its users. */
static int make_mount_point(const struct zol_clone *job, struct zol_err *err)
{
	if (mkdir(job->dst, 0755) && (errno != EEXIST || rmdir(job->dst) || mkdir(job->dst, 0755)))
		return zol_err_sys(err, "%s", job->dst);
	return 0;
}

static int by_overlay(const struct zol_clone *job, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv lowers = ZOL_STRV_INIT;
	ZOL_AUTO(free) char *src = realpath(job->src, NULL);
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	int rc = 0;

	if (!job->overlay)
		return zol_err_set(err, ZOL_SYSTEM, EOPNOTSUPP, "no place for an overlay was given");
	if (!src)
		return zol_err_sys(err, "%s", job->src);
	if (job->src_overlay) {
		zol_strv_addf(&lowers, "%s/upper", job->src_overlay);
		rc = zol_overlay_lowers(job->src_overlay, &lowers, err);
	} else {
		zol_strv_add(&lowers, src);
	}
	if (!rc)
		rc = zol_strv_check(&lowers, err);
	if (!rc)
		rc = zol_overlay_make(job->overlay, zol_strv_list(&lowers), err);
	if (rc)
		return rc;
	rc = make_mount_point(job, err);
	if (rc && zol_rmtree(AT_FDCWD, job->overlay, &ignored))
		zol_err_clear(&ignored);
	return rc;
}

static int by(const struct zol_clone *job, enum zol_clone_how how, int src, struct zol_err *err)
{
	switch (how) {
	case ZOL_CLONE_SUBVOLUME:
		return by_snapshot(job, src, err);
	case ZOL_CLONE_REFLINK:
		return by_files(job, src, true, err);
	case ZOL_CLONE_OVERLAY:
		return by_overlay(job, err);
	case ZOL_CLONE_COPY:
		return by_files(job, src, false, err);
	case ZOL_CLONE_AUTO:
	default:
		return zol_err_set(err, ZOL_SYSTEM, EOPNOTSUPP, "no way to clone");
	}
}

/* Failures that mean: not this way, but perhaps another one. */
static bool not_this_way(const struct zol_err *err)
{
	return err->errnum == ENOTTY || err->errnum == EOPNOTSUPP || err->errnum == EXDEV || err->errnum == ENODEV;
}

int zol_clone_tree(const struct zol_clone *job, enum zol_clone_how *ret, struct zol_err *err)
{
	ZOL_AUTO(fd) int src = open(job->src, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum zol_clone_how first = job->how ? job->how : ZOL_CLONE_SUBVOLUME;
	enum zol_clone_how last = job->how ? job->how : ZOL_CLONE_COPY;
	int rc = 0;

	if (src < 0)
		return zol_err_sys(err, "%s", job->src);
	if (job->src_overlay) {
		if (job->how && job->how != ZOL_CLONE_OVERLAY)
			return zol_err_set(err, ZOL_SYSTEM, EOPNOTSUPP,
					   "an overlay can only be cloned by another overlay, not by %s",
					   zol_clone_name(job->how));
		first = last = ZOL_CLONE_OVERLAY;
	}
	for (enum zol_clone_how how = first; how <= last; how++) {
		zol_err_clear(err);
		rc = by(job, how, src, err);
		if (!rc) {
			*ret = how;
			return 0;
		}
		if (!not_this_way(err))
			break;
		if (first == last)
			err->errnum = EOPNOTSUPP;
	}
	return rc;
}
