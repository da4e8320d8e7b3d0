/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/guest_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/path.h"
#include "sys/clone.h"
#include "sys/overlay.h"

char *zol_guest_overlay_dir(const struct zol_guest *g)
{
	return zol_path_join(g->dir, "overlay");
}

/* 1 when the guest is an overlay. */
static int is_overlay(const struct zol_guest *g, struct zol_err *err)
{
	ZOL_AUTO(free) char *dir = zol_guest_overlay_dir(g);

	return dir ? zol_overlay_exists(dir, err) : zol_err_oom(err);
}

char *zol_guest_overlay_run(const struct zol_settings *set, const char *name)
{
	/* no guest's name begins with a dot */
	return zol_asprintf("%s/.overlay/%s", set->paths.run, name);
}

int zol_guest_writable(const struct zol_settings *set, const struct zol_guest *g, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv names = ZOL_STRV_INIT;
	int r = zol_guest_dependents(set, g, &names, err);

	if (r < 0 || !names.len)
		return r < 0 ? r : 0;
	(void)zol_err_set(err, ZOL_SYSTEM, EBUSY, "the overlay guest %s needs the tree of %s unchanged", names.v[0],
			  g->name);
	return zol_err_hint(err, "work in %s, or in another clone", names.v[0]);
}

int zol_guest_overlay_enter(const struct zol_settings *set, const struct zol_guest *g, struct zol_overlay_mount *ret,
			    struct zol_err *err)
{
	ZOL_AUTO(overlay_mount) struct zol_overlay_mount m = ZOL_OVERLAY_MOUNT_INIT;
	ZOL_AUTO(free) char *dir = zol_guest_overlay_dir(g);
	ZOL_AUTO(free) char *run = zol_guest_overlay_run(set, g->name);
	int r = is_overlay(g, err);

	if (r <= 0)
		return r;
	if (!dir || !run)
		return zol_err_oom(err);
	r = zol_overlay_open(dir, run, &m, err);
	if (r < 0)
		return r;
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return zol_err_sys(err, "cannot make a mount namespace");
	if (syscall(SYS_move_mount, m.mnt, "", AT_FDCWD, g->root, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return zol_err_sys(err, "cannot mount the overlay of %s", g->name);
	*ret = m;
	m = (struct zol_overlay_mount)ZOL_OVERLAY_MOUNT_INIT;
	return 1;
}

int zol_guest_tree_open(const struct zol_settings *set, const struct zol_guest *g, struct zol_err *err)
{
	ZOL_AUTO(overlay_mount) struct zol_overlay_mount m = ZOL_OVERLAY_MOUNT_INIT;
	int r = zol_guest_overlay_enter(set, g, &m, err);

	if (r > 0)
		r = zol_overlay_register(&m, getpid(), g->root, err);
	return r < 0 ? r : zol_root_open(g->root, err);
}

int zol_guest_tree_look(const struct zol_guest *g, struct zol_err *err)
{
	ZOL_AUTO(free) char *dir = zol_guest_overlay_dir(g);
	ZOL_AUTO(strv) struct zol_strv lowers = ZOL_STRV_INIT;
	int r = is_overlay(g, err);

	if (r <= 0)
		return r < 0 ? r : zol_root_open(g->root, err);
	if (!dir)
		return zol_err_oom(err);
	r = zol_overlay_lowers(dir, &lowers, err);
	if (r < 0)
		return r;
	return zol_root_open(lowers.len > 0 ? lowers.v[lowers.len - 1] : g->root, err);
}

/* Gives every file of the source's directory to the copy by hard link: they are replaced, never written to. */
static int link_file(const struct zol_guest *src, const struct zol_guest *dst, const char *name, struct zol_err *err)
{
	ZOL_AUTO(free) char *from = zol_path_join(src->dir, name);
	ZOL_AUTO(free) char *to = zol_path_join(dst->dir, name);

	if (!from || !to)
		return zol_err_oom(err);
	if (linkat(AT_FDCWD, from, AT_FDCWD, to, 0) == 0 || errno == ENOENT || errno == EEXIST)
		return 0;
	return zol_err_sys(err, "cannot link %s to %s", from, to);
}

static int copy_state(const struct zol_guest *src, const struct zol_guest *dst, struct zol_err *err)
{
	static const char *const names[] = { "prepare.journal",   "probe.plan",    "kernel/bzImage", "kernel/vmlinux",
					     "kernel/System.map", "kernel/config", "kernel/release" };
	ZOL_AUTO(free) char *had = zol_path_join(src->dir, "kernel");
	ZOL_AUTO(free) char *kernel = zol_path_join(dst->dir, "kernel");
	int r;

	if (!kernel || !had)
		return zol_err_oom(err);
	r = zol_exists(had, err);
	if (r > 0)
		r = zol_mkdirs(kernel, 0755, err);
	for (size_t i = 0; r >= 0 && i < ZOL_COUNT(names); i++)
		r = link_file(src, dst, names[i], err);
	return r < 0 ? r : 0;
}

static bool set(struct zol_guest_record *rec, const char *key, const char *value)
{
	return !value || zol_guest_record_set(rec, key, zol_span_c(value));
}

/* Puts on record what is going to happen, so that an interrupted run is recognized. */
static int begin(const struct zol_guest *src, struct zol_guest *dst, struct zol_err *err)
{
	const struct zol_guest_record *from = &src->record;
	struct zol_guest_record *to = &dst->record;

	zol_guest_record_free(to);
	if (!set(to, "state", "creating") || !set(to, "parent", src->name) || !set(to, "stage3", from->stage3) ||
	    !set(to, "stamp", from->stamp) || !set(to, "variant", from->variant) || !set(to, "arch", from->arch) ||
	    !set(to, "sha512", from->sha512) || !set(to, "blake2b", from->blake2b))
		return zol_err_oom(err);
	to->created = (int64_t)time(NULL);
	return zol_guest_save(dst, err);
}

/* What an interrupted clone left. */
static int sweep(const struct zol_guest *dst, struct zol_err *err)
{
	ZOL_AUTO(free) char *parent = zol_asprintf("%.*s", (int)(strrchr(dst->root, '/') - dst->root), dst->root);
	ZOL_AUTO(free) char *overlay = zol_guest_overlay_dir(dst);
	ZOL_AUTO(fd) int fd = -1;
	int r;

	if (!parent || !overlay)
		return zol_err_oom(err);
	r = zol_exists(overlay, err);
	if (r > 0)
		r = zol_rmtree(AT_FDCWD, overlay, err);
	if (r < 0 || !dst->exists)
		return r;
	fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return zol_err_sys(err, "%s", parent);
	return zol_clone_remove(fd, dst->name, err);
}

int zol_guest_clone(const struct zol_guest *src, struct zol_guest *dst, const char *how, const struct zol_events *ev,
		    struct zol_err *err)
{
	ZOL_AUTO(free) char *overlay = zol_guest_overlay_dir(dst);
	ZOL_AUTO(free) char *src_overlay = zol_guest_overlay_dir(src);
	struct zol_clone job = { .src = src->root, .dst = dst->root, .overlay = overlay, .ev = ev };
	int r;

	if (!overlay || !src_overlay)
		return zol_err_oom(err);
	if (!zol_clone_parse(how, &job.how))
		return zol_err_set(err, ZOL_USAGE, 0, "no way to clone: %s", how);
	r = zol_overlay_exists(src_overlay, err);
	if (r > 0)
		job.src_overlay = src_overlay;
	if (r >= 0)
		r = sweep(dst, err);
	if (r >= 0)
		r = begin(src, dst, err);
	if (r == 0)
		r = zol_clone_tree(&job, &job.how, err);
	if (r == 0)
		r = copy_state(src, dst, err);
	if (r < 0)
		return r;
	if (!set(&dst->record, "method", zol_clone_name(job.how)) || !set(&dst->record, "state", "ready"))
		return zol_err_oom(err);
	return zol_guest_save(dst, err);
}
