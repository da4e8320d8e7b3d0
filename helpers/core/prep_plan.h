/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What `guest prepare` is going to do, as data: built here from what a guest's tree holds (seen
 * through a view, so that nothing here makes a system call), shown by --dry-run, carried out by
 * sys/guest_prepare. A plan for a tree that is prepared already is empty.
 *
 * All paths are inside the guest, without a leading slash.
 */

#include "core/lineedit.h"
#include "core/prep_journal.h"

enum zol_node_kind { ZOL_NODE_ABSENT, ZOL_NODE_FILE, ZOL_NODE_DIR, ZOL_NODE_OTHER };

struct zol_node {
	enum zol_node_kind kind; /* of what a link leads to */
	bool link;               /* the name itself is a symbolic link; ABSENT then: it leads nowhere */
	struct zol_owner owner;
};

/* How the tree is seen. Each returns 0 or a failure; a name that is not there is no failure of stat. */
struct zol_prep_view {
	void *ctx;
	int (*stat)(void *ctx, const char *path, struct zol_node *ret, struct zol_err *err);
	int (*read)(void *ctx, const char *path, struct zol_str *out, struct zol_err *err);
	int (*readlink)(void *ctx, const char *path, struct zol_str *out, struct zol_err *err);
};

/* A program of ours that goes into the guest. */
struct zol_prep_program {
	const char *name;     /* zolkit-agent */
	struct zol_span data; /* its bytes; empty: not found on this host */
};

struct zol_prep_want {
	const char *hostname;
	const char *arch; /* of the guest: amd64, arm64, ... */
	bool autologin;
	uint64_t tmp_size, portage_tmp_size; /* bytes; 0: half of the memory */
	struct zol_span resolv;              /* the host's resolv.conf, or empty */
	struct zol_prep_program agent, probe;
	bool from_probe;
	struct zol_span probe_plan;        /* with from_probe: probe.plan */
	int64_t today;                     /* days since 1970 */
	const struct zol_journal *journal; /* of earlier runs */
};

enum zol_prep_op {
	ZOL_PREP_MKDIR,  /* path with owner after */
	ZOL_PREP_OWNER,  /* from before to after */
	ZOL_PREP_WRITE,  /* old becomes text */
	ZOL_PREP_LINK,   /* symbolic link to target */
	ZOL_PREP_UNLINK, /* file or link */
	ZOL_PREP_RMDIR,  /* if empty */
};

struct zol_prep_act {
	enum zol_prep_op op;
	char *path;
	char *target;
	struct zol_owner before, after;
	bool existed; /* WRITE: the file is there */
	bool binary;  /* WRITE: not to be shown as a diff */
	struct zol_str old, text;
};

/* One thing that was looked at, for the report. */
enum zol_prep_state {
	ZOL_PREP_CURRENT, /* as it should be already */
	ZOL_PREP_CHANGE,  /* the plan changes it */
	ZOL_PREP_KEPT,    /* the user's own: left alone */
	ZOL_PREP_WARN,    /* done as far as it goes; something does not work as wished */
	ZOL_PREP_PROBLEM, /* cannot be prepared as it is */
};

struct zol_prep_item {
	enum zol_prep_state state;
	char *path;
	char *text;
};

struct zol_prep_plan {
	struct zol_prep_act *acts;
	size_t nacts, acts_cap;
	struct zol_prep_item *items;
	size_t nitems, items_cap;
	const char *journal;       /* name of its journal; NULL: prepare.journal */
	struct zol_journal before; /* to be on record before the acts: entries not there yet */
	struct zol_journal after;  /* and after them: new sums */
};

void zol_prep_plan_free(struct zol_prep_plan *p) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(prep_plan, struct zol_prep_plan, zol_prep_plan_free);

enum zol_init { ZOL_INIT_UNKNOWN, ZOL_INIT_SYSV, ZOL_INIT_OPENRC, ZOL_INIT_SYSTEMD, ZOL_INIT_BUSYBOX };

/* The init a tree boots, by what /sbin/init is; "sysvinit", "openrc-init", ... */
int zol_prep_init(const struct zol_prep_view *view, enum zol_init *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
const char *zol_init_text(enum zol_init init);

/* Gentoo's name for the machine of an ELF program's first 20 bytes; NULL when it is none we know. */
const char *zol_prep_elf_arch(struct zol_span head);

/* The serial terminals of QEMU's machine for that architecture, NULL-terminated; never empty. */
const char *const *zol_prep_consoles(const char *arch);

/* Where our programs and the virtio port are inside a guest. */
#define ZOL_GUEST_LIBEXEC "usr/local/libexec/zolkit"

/* Appends to the plan what prepares the tree. */
int zol_prep_plan(const struct zol_prep_view *view, const struct zol_prep_want *want, struct zol_prep_plan *plan,
		  struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* Appends to the plan what takes all of it back. */
int zol_prep_undo(const struct zol_prep_view *view, const struct zol_journal *journal, struct zol_prep_plan *plan,
		  struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* The same for others' edits: of these files (NULL-terminated), where the journal does not have them. */
int zol_prep_undo_files(const struct zol_prep_view *view, const struct zol_journal *journal, const char *const *files,
			struct zol_prep_plan *plan, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5);

/* The plan as --dry-run shows it: unified diffs, and a line for each other act. */
int zol_prep_show(const struct zol_prep_plan *plan, struct zol_str *out, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
