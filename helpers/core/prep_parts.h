/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the files of the prepare plan share; nobody else needs it. */

#include "core/prep_plan.h"

struct zol_prep {
	const struct zol_prep_view *view;
	const struct zol_prep_want *want; /* NULL when undoing */
	struct zol_prep_plan *plan;
	enum zol_init init;
};

/* Records one thing for the report. */
int zol_prep_item(struct zol_prep *p, enum zol_prep_state state, const char *path, struct zol_err *err, const char *fmt,
		  ...) ZOL_MUST_CHECK ZOL_PRINTF(5, 6);

/* A zeroed act of that kind, owned by the plan; NULL when out of memory. */
struct zol_prep_act *zol_prep_act(struct zol_prep *p, enum zol_prep_op op, const char *path);

/* A text on its way from old to new. */
struct zol_prep_text {
	const char *path;
	bool existed;
	struct zol_str old, text;
};

void zol_prep_text_free(struct zol_prep_text *t);
ZOL_CLEANUP_STRUCT(prep_text, struct zol_prep_text, zol_prep_text_free);

/* Reads a text file. Returns 1 when it can be edited (or made), 0 when not, which is then in the report. */
int zol_prep_text_read(struct zol_prep *p, const char *path, struct zol_prep_text *t, struct zol_err *err);

/* Adds the act if the text changed. mode: of a new file. */
int zol_prep_text_write(struct zol_prep *p, struct zol_prep_text *t, uint32_t mode, struct zol_err *err);

/* Sees to it that the directory of a path (or, with self, the path itself) exists. 1: yes or planned; 0: cannot be. */
int zol_prep_parents(struct zol_prep *p, const char *path, bool self, struct zol_err *err);

/* A sealed file of ours. */
int zol_prep_own_file(struct zol_prep *p, const char *path, const char *text, uint32_t mode, struct zol_err *err);

/* A symbolic link of ours. */
int zol_prep_own_link(struct zol_prep *p, const char *path, const char *target, struct zol_err *err);

/* Reads a file for information only: empty when there is none that we may read. */
int zol_prep_peek(struct zol_prep *p, const char *path, struct zol_str *out, struct zol_err *err);

/* 1 when the path leads to a file / directory. */
int zol_prep_is(struct zol_prep *p, const char *path, enum zol_node_kind kind, struct zol_err *err);

/* Says in the report what became of one edit. */
int zol_prep_edited(struct zol_prep *p, const char *path, enum zol_edit edit, struct zol_str *note,
		    struct zol_err *err);

/*
 * A directory that is to be portage's, or root's where there is no such user; it is made, and a user's own choice of
 * owner stays.
 */
int zol_prep_portage_dir(struct zol_prep *p, const char *path, struct zol_err *err);

/* The parts, in order. */
int zol_prep_consoles_plan(struct zol_prep *p, struct zol_err *err);
int zol_prep_agent_plan(struct zol_prep *p, struct zol_err *err);
int zol_prep_fstab_plan(struct zol_prep *p, struct zol_err *err);
int zol_prep_dirs_plan(struct zol_prep *p, struct zol_err *err);
int zol_prep_names_plan(struct zol_prep *p, struct zol_err *err);
