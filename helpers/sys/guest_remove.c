/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/lock.h"
#include "base/path.h"
#include "sys/clone.h"
#include "sys/guest.h"
#include "sys/guest_use.h"

void zol_guest_claim_free(struct zol_guest_claim *c)
{
	zol_cleanup_fd(&c->use);
	zol_cleanup_fd(&c->vm);
	*c = (struct zol_guest_claim)ZOL_GUEST_CLAIM_INIT;
}

/* Keeps virtual machines out; one that runs holds the lock. */
static int claim_vm(const struct zol_guest *g, struct zol_err *err)
{
	ZOL_AUTO(free) char *lock = zol_path_join(g->dir, "vm.lock");
	int64_t pid;
	int r = zol_guest_vm(g, &pid, err);

	if (r < 0)
		return r;
	if (r > 0) {
		(void)zol_err_set(err, ZOL_SYSTEM, EBUSY, "the virtual machine of %s runs (process %" PRId64 ")",
				  g->name, pid);
		return zol_err_hint(err, "zolkit -g %s vm stop ends it", g->name);
	}
	return lock ? zol_lock_take(lock, "guest remove", 0, err) : zol_err_oom(err);
}

static int nothing_mounted(const struct zol_guest *g, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv mounts = ZOL_STRV_INIT;
	int r = zol_guest_mounts(g, &mounts, err);

	if (r < 0 || mounts.len == 0)
		return r;
	(void)zol_err_set(err, ZOL_SYSTEM, EBUSY, "something is mounted in %s: %s%s", g->name, mounts.v[0],
			  mounts.len > 1 ? " and more" : "");
	return zol_err_hint(err, "umount -R %s", mounts.v[0]);
}

static int nothing_depends(const struct zol_settings *set, const struct zol_guest *g, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv clones = ZOL_STRV_INIT;
	int r = zol_guest_dependents(set, g, &clones, err);

	if (r < 0 || clones.len == 0)
		return r;
	(void)zol_err_set(err, ZOL_SYSTEM, EBUSY, "the tree of %s lies on that of %s", clones.v[0], g->name);
	return zol_err_hint(err, "zolkit guest remove %s first", clones.v[0]);
}

int zol_guest_claim(const struct zol_settings *set, const struct zol_guest *g, bool for_removal,
		    struct zol_guest_claim *ret, struct zol_err *err)
{
	ZOL_AUTO(guest_claim) struct zol_guest_claim c = ZOL_GUEST_CLAIM_INIT;

	c.vm = claim_vm(g, err);
	if (c.vm < 0)
		return c.vm;
	c.use = zol_guest_use_claim(set->paths.state, g->name, err);
	if (c.use < 0)
		return c.use;
	int r = for_removal ? nothing_mounted(g, err) : 0;

	if (r == 0 && for_removal)
		r = nothing_depends(set, g, err);
	if (r < 0)
		return r;
	*ret = (struct zol_guest_claim){ .use = zol_take_fd(&c.use), .vm = zol_take_fd(&c.vm) };
	return 0;
}

/* Locks stay: removing one would let two holders in. */
static bool stays(const char *name)
{
	static const char *const names[] = { ".", "..", "lock", "vm.lock", "inuse" };

	for (size_t i = 0; i < ZOL_COUNT(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* Removes all of the state but the locks. */
static int remove_state(const struct zol_guest *g, struct zol_err *err)
{
	ZOL_AUTO(dir) DIR *dir = opendir(g->dir);
	struct dirent *e;
	int r = 0;

	if (!dir)
		return errno == ENOENT ? 0 : zol_err_sys(err, "%s", g->dir);
	while (r == 0 && (errno = 0, e = readdir(dir))) {
		if (!stays(e->d_name))
			r = zol_rmtree(dirfd(dir), e->d_name, err);
	}
	return r == 0 && errno ? zol_err_sys(err, "%s", g->dir) : r;
}

/* The tree, by way of its hidden name. */
static int remove_tree(struct zol_guest *g, int guests, const char *doomed, struct zol_err *err)
{
	int r = zol_clone_remove(guests, doomed, err);

	if (r < 0 || !g->exists)
		return r;
	if (renameat(guests, g->name, guests, doomed) < 0)
		return zol_err_sys(err, "%s", g->root);
	g->exists = false;
	return zol_fsync_dir(guests, NULL, err);
}

int zol_guest_remove(const struct zol_settings *set, struct zol_guest *g, const struct zol_events *ev,
		     struct zol_err *err)
{
	ZOL_AUTO(free) char *doomed = zol_asprintf(ZOL_GUEST_DOOMED, g->name);
	ZOL_AUTO(fd) int guests = open(set->paths.guests, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = 0;

	if (!doomed)
		return zol_err_oom(err);
	if (guests < 0 && errno != ENOENT)
		return zol_err_sys(err, "%s", set->paths.guests);
	zol_ev_stage(ev, "remove", 0, ZOL_UNIT_COUNT);
	if (guests >= 0)
		r = remove_tree(g, guests, doomed, err);
	/* The record goes once nothing has the name any more: killed before, the next run finishes. */
	if (r == 0)
		r = remove_state(g, err);
	if (r == 0 && guests >= 0)
		r = zol_clone_remove(guests, doomed, err);
	if (r == 0)
		g->has_record = false;
	return r;
}
