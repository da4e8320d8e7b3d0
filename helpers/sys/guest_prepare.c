/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "base/path.h"
#include "base/sig.h"
#include "sys/guest_prepare.h"

/* Configuration files and our own static programs; nothing we edit is larger. */
#define TEXT_MAX (32U << 20)

/* --- the view --- */

static bool not_there(int errnum)
{
	return errnum == ENOENT || errnum == ENOTDIR || errnum == ELOOP;
}

/* Opens for looking only. -1 with err unset when it is not there. */
static int look(int root, const char *path, int flags, struct zol_err *err)
{
	int fd = zol_open_in(root, path, O_PATH | flags, 0, err);

	if (fd >= 0 || !not_there(err->errnum))
		return fd;
	zol_err_clear(err);
	return -1;
}

static int view_stat(void *ctx, const char *path, struct zol_node *ret, struct zol_err *err)
{
	const int *root = ctx;
	ZOL_AUTO(fd) int name = look(*root, path, O_NOFOLLOW, err);
	ZOL_AUTO(fd) int fd = -1;
	struct stat st;

	*ret = (struct zol_node){ .kind = ZOL_NODE_ABSENT };
	if (name < 0)
		return err->code == ZOL_OK ? 0 : -(int)err->code;
	if (fstat(name, &st) < 0)
		return zol_err_sys(err, "%s", path);
	ret->link = S_ISLNK(st.st_mode);
	if (ret->link) {
		fd = look(*root, path, 0, err);
		if (fd < 0)
			return err->code == ZOL_OK ? 0 : -(int)err->code;
		if (fstat(fd, &st) < 0)
			return zol_err_sys(err, "%s", path);
	}
	ret->kind = S_ISREG(st.st_mode) ? ZOL_NODE_FILE : S_ISDIR(st.st_mode) ? ZOL_NODE_DIR : ZOL_NODE_OTHER;
	ret->owner = (struct zol_owner){ st.st_uid, st.st_gid, st.st_mode & 07777 };
	return 0;
}

static int view_read(void *ctx, const char *path, struct zol_str *out, struct zol_err *err)
{
	const int *root = ctx;

	return zol_read_file_in(*root, path, TEXT_MAX, out, err);
}

static int view_readlink(void *ctx, const char *path, struct zol_str *out, struct zol_err *err)
{
	const int *root = ctx;
	ZOL_AUTO(fd) int fd = zol_open_in(*root, path, O_PATH | O_NOFOLLOW, 0, err);
	char target[PATH_MAX];
	ssize_t n;

	if (fd < 0)
		return fd;
	n = readlinkat(fd, "", target, sizeof(target));
	if (n < 0)
		return zol_err_sys(err, "%s", path);
	zol_str_add(out, target, (size_t)n);
	return zol_str_check(out, err);
}

struct zol_prep_view zol_guest_view(int *root)
{
	return (struct zol_prep_view){ root, view_stat, view_read, view_readlink };
}

int zol_guest_arch(int root, const char **ret, struct zol_err *err)
{
	static const char *const programs[] = { "bin/sh", "bin/bash", "usr/bin/env", "sbin/init" };
	static const char *const hosts[][2] = { { "x86_64", "amd64" },  { "aarch64", "arm64" },
						{ "ppc64le", "ppc64" }, { "riscv64", "riscv" },
						{ "s390x", "s390" },    { "loongarch64", "loong" } };
	struct utsname u;

	for (size_t i = 0; i < ZOL_COUNT(programs); i++) {
		struct zol_node node;
		ZOL_AUTO(fd) int fd = -1;
		char head[20];
		int r = view_stat(&root, programs[i], &node, err);

		if (r < 0)
			return r;
		if (node.kind != ZOL_NODE_FILE)
			continue;
		fd = zol_open_in(root, programs[i], O_RDONLY | O_NONBLOCK | O_NOCTTY, 0, err);
		if (fd < 0)
			return fd;
		*ret = read(fd, head, sizeof(head)) == sizeof(head) ? zol_prep_elf_arch(zol_span(head, sizeof(head))) :
								      NULL;
		if (*ret)
			return 0;
	}
	*ret = "amd64";
	if (uname(&u) < 0)
		return zol_err_sys(err, "uname");
	for (size_t i = 0; i < ZOL_COUNT(hosts); i++)
		if (strcmp(u.machine, hosts[i][0]) == 0)
			*ret = hosts[i][1];
	return 0;
}

/* --- the journal --- */

int zol_guest_journal(const struct zol_guest *g, const char *name, struct zol_journal *ret, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	int r = zol_guest_read(g, name ? name : "prepare.journal", ZOL_READ_MAX, &text, err);

	if (r <= 0)
		return r;
	r = zol_journal_parse(zol_span_str(&text), ret, err);
	return r < 0 ? zol_err_wrap(err, "%s/%s", g->dir, name ? name : "prepare.journal") : 0;
}

/* Brings the journal on disk up to date; with fresh_only, entries that are there already stay as they are. */
static int record(const struct zol_guest *g, const char *name, const struct zol_journal *add, bool fresh_only,
		  struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_path_join(g->dir, name ? name : "prepare.journal");
	ZOL_AUTO(journal) struct zol_journal j = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	bool changed = false;
	int r;

	if (!path)
		return zol_err_oom(err);
	r = zol_guest_journal(g, name, &j, err);
	for (size_t i = 0; r >= 0 && i < add->n; i++) {
		if (fresh_only && zol_journal_knows(&j, &add->v[i]))
			continue;
		r = zol_journal_add(&j, &add->v[i], err);
		changed = changed || r == 0;
	}
	if (r < 0 || !changed)
		return r < 0 ? r : 0;
	zol_journal_text(&j, &text);
	r = zol_str_check(&text, err);
	if (r == 0)
		r = zol_mkdirs(g->dir, 0755, err);
	return r < 0 ? r : zol_write_file(path, zol_str_c(&text), text.len, 0600, err);
}

/* --- the acts --- */

static int act_mkdir(int root, const struct zol_prep_act *a, struct zol_err *err)
{
	const char *name;
	ZOL_AUTO(fd) int parent = zol_open_parent_in(root, a->path, &name, err);
	ZOL_AUTO(fd) int fd = -1;

	if (parent < 0)
		return zol_take_fd(&parent);
	if (mkdirat(parent, name, a->after.mode) < 0 && errno != EEXIST)
		return zol_err_sys(err, "cannot make /%s", a->path);
	if (a->after.uid == 0 && a->after.gid == 0)
		return 0;
	fd = openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fchownat(fd, "", a->after.uid, a->after.gid, AT_EMPTY_PATH) < 0)
		return zol_err_sys(err, "cannot give /%s to %u:%u", a->path, a->after.uid, a->after.gid);
	return 0;
}

static int act_owner(int root, const struct zol_prep_act *a, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = zol_open_in(root, a->path, O_PATH | O_DIRECTORY, 0, err);

	if (fd < 0)
		return zol_take_fd(&fd);
	if (fchownat(fd, "", a->after.uid, a->after.gid, AT_EMPTY_PATH) < 0)
		return zol_err_sys(err, "cannot give /%s to %u:%u", a->path, a->after.uid, a->after.gid);
	return 0;
}

static int act_write(int root, const struct zol_prep_act *a, struct zol_err *err)
{
	return zol_write_file_in(root, a->path, zol_str_c(&a->text), a->text.len, a->after.mode, err);
}

static int act_name(int root, const struct zol_prep_act *a, struct zol_err *err)
{
	const char *name;
	ZOL_AUTO(fd) int parent = zol_open_parent_in(root, a->path, &name, err);

	if (parent < 0)
		return zol_take_fd(&parent);
	if (a->op == ZOL_PREP_LINK)
		return symlinkat(a->target, parent, name) == 0 ? 0 : zol_err_sys(err, "cannot link /%s", a->path);
	if (unlinkat(parent, name, a->op == ZOL_PREP_RMDIR ? AT_REMOVEDIR : 0) == 0 || errno == ENOENT)
		return 0;
	if (a->op == ZOL_PREP_RMDIR && (errno == ENOTEMPTY || errno == EEXIST || errno == EBUSY))
		return 0;
	return zol_err_sys(err, "cannot remove /%s", a->path);
}

static int carry_out(int root, const struct zol_prep_act *a, struct zol_err *err)
{
	switch (a->op) {
	case ZOL_PREP_MKDIR:
		return act_mkdir(root, a, err);
	case ZOL_PREP_OWNER:
		return act_owner(root, a, err);
	case ZOL_PREP_WRITE:
		return act_write(root, a, err);
	case ZOL_PREP_LINK:
	case ZOL_PREP_UNLINK:
	case ZOL_PREP_RMDIR:
		return act_name(root, a, err);
	}
	return 0;
}

int zol_guest_apply(const struct zol_guest *g, int root, const struct zol_prep_plan *plan, bool undo,
		    const struct zol_events *ev, struct zol_err *err)
{
	ZOL_AUTO(free) char *journal = zol_path_join(g->dir, plan->journal ? plan->journal : "prepare.journal");
	int r;

	if (!journal)
		return zol_err_oom(err);
	r = record(g, plan->journal, &plan->before, true, err);
	zol_ev_stage(ev, undo ? "undo" : "prepare", plan->nacts, ZOL_UNIT_COUNT);
	for (size_t i = 0; r == 0 && i < plan->nacts; i++) {
		r = zol_sig_check(err);
		if (r == 0)
			r = carry_out(root, &plan->acts[i], err);
		zol_ev_progress(ev, i + 1);
	}
	if (r < 0)
		return r;
	if (undo)
		return unlink(journal) == 0 || errno == ENOENT ? 0 : zol_err_sys(err, "%s", journal);
	return record(g, plan->journal, &plan->after, false, err);
}
