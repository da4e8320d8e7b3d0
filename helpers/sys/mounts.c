/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/path.h"
#include "sys/mnt.h"
#include "sys/mounts.h"
#include "sys/resolv.h"

struct apply {
	enum zol_mnt_api api;
	const struct zol_events *ev;
	int tree; /* the mount that becomes the root, or -1 */
	int root; /* of the guest */
	int run;  /* root of its /run, or -1 */
	int hold;
	bool points_made;
};

/* Makes the directory, or the empty file, that dst names inside the guest, when it is missing. */
static int make_point(int root, const struct zol_mop *op, struct zol_err *err)
{
	if (!(op->flags & ZOL_MP_FILE)) {
		int rc = zol_mkdirs_in(root, op->dst, 0755, err);

		return rc < 0 ? rc : 0;
	}
	ZOL_AUTO(free) char *dir = strdup(op->dst);

	if (!dir)
		return zol_err_oom(err);
	*strrchr(dir, '/') = '\0';
	int rc = *dir ? zol_mkdirs_in(root, dir, 0755, err) : 0;
	if (rc < 0)
		return rc;
	ZOL_AUTO(fd) int fd = zol_open_in(root, op->dst, O_PATH, 0, err);

	if (fd >= 0 || err->errnum != ENOENT)
		return fd >= 0 ? 0 : zol_take_fd(&fd);
	zol_err_clear(err);
	fd = zol_open_in(root, op->dst, O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644, err);
	return fd >= 0 ? 0 : zol_take_fd(&fd);
}

/* Makes the points of everything that is still to come, while nothing of the host's is mounted. */
static int make_points(const struct zol_mplan *plan, size_t from, int root, struct zol_err *err)
{
	for (size_t i = from; i < plan->len; i++) {
		const struct zol_mop *op = &plan->ops[i];

		if (!(op->flags & ZOL_MP_CREATE))
			continue;
		int rc = make_point(root, op, err);

		if (rc < 0)
			return zol_err_wrap(err, "cannot make the mount point %s in the guest", op->dst);
	}
	return 0;
}

/* The mount point as a descriptor. 0 when an optional one does not exist. */
static int open_point(const struct apply *a, const struct zol_mop *op, int *ret, struct zol_err *err)
{
	int want = (op->flags & ZOL_MP_FILE) ? O_PATH : O_PATH | O_DIRECTORY;
	ZOL_AUTO(fd) int fd = zol_open_in(a->root, op->dst, want, 0, err);
	struct stat st, root;

	if (fd < 0 && (op->flags & ZOL_MP_OPTIONAL)) {
		zol_err_clear(err);
		return 0;
	}
	if (fd < 0)
		return zol_take_fd(&fd);
	if (fstat(fd, &st) < 0 || fstat(a->root, &root) < 0)
		return zol_err_sys(err, "cannot look at it");
	if (st.st_dev == root.st_dev && st.st_ino == root.st_ino)
		return zol_err_set(err, ZOL_SYSTEM, EBUSY, "it is the guest's root itself");
	*ret = zol_take_fd(&fd);
	return 1;
}

/* Whether something is mounted on the directory: its parent lies on another mount or device. */
static bool is_mounted(const struct apply *a, const struct zol_mop *op)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const char *name = NULL;
	ZOL_AUTO(fd) int parent = zol_open_parent_in(a->root, op->dst, &name, &err);
	ZOL_AUTO(fd) int self = parent < 0 ? -1 : zol_open_in(a->root, op->dst, O_PATH, 0, &err);
	uint64_t id_parent = 0, id_self = 0;
	struct stat st_parent, st_self;

	if (self < 0)
		return false;
	if (zol_mnt_id(parent, &id_parent, &err) == 0 && zol_mnt_id(self, &id_self, &err) == 0)
		return id_parent != id_self;
	return fstat(parent, &st_parent) == 0 && fstat(self, &st_self) == 0 && st_parent.st_dev != st_self.st_dev;
}

static int new_tmpfs(const struct apply *a, const struct zol_mop *op, int dst, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str options = ZOL_STR_INIT;

	zol_str_printf(&options, "mode=%o", op->mode);
	if (op->size)
		zol_str_printf(&options, ",size=%llu", (unsigned long long)op->size);

	size_t plain = options.len;

	if (op->uid || op->gid)
		zol_str_printf(&options, ",uid=%u,gid=%u", op->uid, op->gid);
	int rc = zol_str_check(&options, err);
	if (rc < 0)
		return rc;
	int fd = zol_mnt_new(a->api, "tmpfs", zol_str_c(&options), dst, op->flags, err);

	if (fd >= 0 || options.len == plain || err->errnum != EINVAL)
		return fd;
	/* The root of a user namespace that does not map the owner. */
	zol_ev_note(a->ev, ZOL_LEVEL_INFO, "%s belongs to root: user %u is unknown in this user namespace", op->dst,
		    op->uid);
	zol_err_clear(err);
	zol_str_truncate(&options, plain);
	return zol_mnt_new(a->api, "tmpfs", zol_str_c(&options), dst, op->flags, err);
}

static int new_proc(const struct apply *a, const struct zol_mop *op, int dst, struct zol_err *err)
{
	int fd = zol_mnt_new(a->api, "proc", "", dst, op->flags, err);

	if (fd >= 0 || err->errnum != EPERM)
		return fd;
	/*
	 * A user namespace may not have a fresh proc when the one that it sees is partly covered, as
	 * in most containers (fs/namespace.c, mount_too_revealing), nor without a PID namespace of its own.
	 */
	zol_err_clear(err);
	zol_ev_note(a->ev, ZOL_LEVEL_INFO, "the kernel refuses a fresh /proc here: the guest sees the host's");
	ZOL_AUTO(fd) int src = zol_root_open("/proc", err);

	return src < 0 ? zol_take_fd(&src) : zol_mnt_clone(a->api, src, dst, ZOL_MP_SLAVE, err);
}

static int clone_host(const struct apply *a, const struct zol_mop *op, int dst, struct zol_err *err)
{
	ZOL_AUTO(fd) int src = open(op->src, O_PATH | O_CLOEXEC);

	if (src < 0)
		return zol_err_sys(err, "cannot open it");
	return zol_mnt_clone(a->api, src, dst, op->flags, err);
}

static int apply_point(struct apply *a, const struct zol_mop *op, struct zol_err *err)
{
	ZOL_AUTO(fd) int dst = -1, top = -1;
	int rc = 0;

	if (op->kind == ZOL_MOP_TMPFS && (op->flags & ZOL_MP_CREATE))
		rc = make_point(a->root, op, err);
	if (rc == 0)
		rc = open_point(a, op, &dst, err);
	if (rc <= 0 || ((op->flags & ZOL_MP_UNMOUNTED) && is_mounted(a, op)))
		return rc < 0 ? rc : 0;
	if (op->kind == ZOL_MOP_TMPFS)
		top = new_tmpfs(a, op, dst, err);
	else if (op->kind == ZOL_MOP_PROC)
		top = new_proc(a, op, dst, err);
	else
		top = clone_host(a, op, dst, err);
	if (top < 0)
		return zol_take_fd(&top);
	if (strcmp(op->dst, "/run") == 0 && a->run < 0)
		a->run = zol_take_fd(&top);
	return 0;
}

/* Our own /run by descriptor; without one in the plan there is nowhere to put the copy. */
static int apply_resolv(struct apply *a, const struct zol_mop *op, struct zol_err *err)
{
	const struct zol_resolv_at at = { .api = a->api, .root = a->root, .run = a->run };

	if (a->run < 0)
		return zol_err_set(err, ZOL_SYSTEM, 0, "the plan has no /run before it");
	return zol_resolv_mount(&at, op->src, a->ev, &a->hold, err);
}

static int mount_root(const struct apply *a, const struct zol_mop *op, struct zol_err *err)
{
	if (op->kind == ZOL_MOP_ROOT)
		return zol_mnt_root(a->api, op->src, err);
	return a->tree >= 0 ? zol_mnt_attach(op->src, a->tree, err) : zol_mnt_overlay(op->src, op->opts, err);
}

static int apply_op(struct apply *a, const struct zol_mplan *plan, size_t at, struct zol_err *err)
{
	const struct zol_mop *op = &plan->ops[at];
	int rc = 0;

	if (op->kind == ZOL_MOP_ROOT || op->kind == ZOL_MOP_OVERLAY) {
		a->root = mount_root(a, op, err);
		return a->root < 0 ? a->root : 0;
	}
	if (a->root < 0)
		return zol_err_set(err, ZOL_SYSTEM, 0, "the plan has no root before it");
	if (op->kind != ZOL_MOP_TMPFS && !a->points_made) {
		rc = make_points(plan, at, a->root, err);
		a->points_made = true;
	}
	if (rc == 0)
		rc = op->kind == ZOL_MOP_RESOLV ? apply_resolv(a, op, err) : apply_point(a, op, err);
	return rc < 0 ?
		       zol_err_wrap(err, "%s%s%s", op->src ? op->src : "", op->src ? " on the guest's " : "", op->dst) :
		       0;
}

int zol_mounts_apply(const struct zol_mplan *plan, int tree, const struct zol_events *ev, int *ret_hold,
		     struct zol_err *err)
{
	struct apply a = {
		.api = zol_mnt_probe(), .ev = ev, .tree = tree, .root = -1, .run = -1, .hold = -1, .points_made = false
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < plan->len; i++)
		rc = apply_op(&a, plan, i, err);
	zol_cleanup_fd(&a.run);
	if (rc < 0) {
		zol_cleanup_fd(&a.root);
		zol_cleanup_fd(&a.hold);
		return rc;
	}
	*ret_hold = a.hold;
	return a.root;
}
