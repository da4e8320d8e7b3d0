/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The arguments of the flame module's actions: filled from the rows of flame_table.c. */

#include "cli/cli.h"

/* What to read of a recording and how: the same in all actions that read one. */
struct zol_flame_in_args {
	struct zol_strv comm, func, pid, tid;
	bool regex, all_events, addrs, inlined, collapse;
	const char *event, *count, *show;
	uint64_t from, to; /* ms */
	/* of perf.data */
	const char *kallsyms, *guest_kallsyms, *modules, *vmlinux, *root;
	bool perf_addresses;
};

struct zol_flame_fold_args {
	struct zol_flame_in_args in;
	const char *output;
	bool kernel_marks, kind_marks;
	struct zol_strv files;
};

struct zol_flame_pic_args {
	const char *output, *title, *subtitle, *unit, *palette, *min_width, *format;
	uint64_t width, height;
	bool icicle, reverse;
	bool silent; /* no option: says nothing of the file */
};

struct zol_flame_render_args {
	struct zol_flame_in_args in;
	struct zol_flame_pic_args pic;
	struct zol_strv files;
};

struct zol_flame_diff_args {
	struct zol_flame_in_args in;
	struct zol_flame_pic_args pic;
	bool normalize, before;
	struct zol_strv files;
};

struct zol_flame_top_args {
	struct zol_flame_in_args in;
	uint64_t lines;
	struct zol_strv files;
};

struct zol_flame_record_args {
	struct zol_flame_in_args in;
	const char *output, *title;
	bool host;
	uint64_t frequency, duration;
	struct zol_strv command;
};

struct zol_flame_check_args {
	bool host;
	struct zol_strv programs;
};

extern const struct zol_module zol_module_flame;
extern const struct zol_bind zol_binds_flame[];
extern const size_t zol_nbinds_flame;

struct zol_stacks;
struct zol_fold_stats;

/* Reads one recording as the options say, reports what was read and what was left out. Nothing left is 1. */
int zol_flame_input(struct zol_cli *cli, const struct zol_flame_in_args *a, const char *path, struct zol_stacks *ret,
		    struct zol_fold_stats *ret_stats, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5, 6);

/* Draws stacks to the output that the options name. fallback: its title. */
int zol_flame_draw(struct zol_cli *cli, const struct zol_flame_pic_args *a, struct zol_stacks *s, const char *fallback,
		   bool before, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 6);

struct zol_flame_source;

/* Says why nothing is left of what src names: no samples, or none that the cuts leave, and which tasks there are. */
void zol_flame_tell_empty(const struct zol_cli *cli, const struct zol_flame_in_args *a,
			  const struct zol_flame_source *src) ZOL_NONNULL(1, 2, 3);

/* The unit of the tooltips: as given, else by the event. */
const char *zol_flame_unit(const struct zol_flame_pic_args *a, const struct zol_fold_stats *st) ZOL_NONNULL(1, 2);

/* Appends what the picture is of: samples, event, cuts. */
void zol_flame_subtitle(const struct zol_flame_in_args *a, const struct zol_fold_stats *st, struct zol_str *out)
	ZOL_NONNULL(1, 2, 3);

struct zol_flame_target;

/*
 * How commands are run in the guest (zolkit vm exec ...) or, with host, here. The words stay in words.
 * guest_root: the guest's tree, or "/".
 */
int zol_flame_target_of(struct zol_cli *cli, bool host, struct zol_strv *words, struct zol_flame_target *ret,
			struct zol_str *guest_root, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4, 5, 6);

zol_run_fn zol_cmd_flame_record, zol_cmd_flame_check;
zol_run_fn zol_cmd_flame_fold, zol_cmd_flame_render, zol_cmd_flame_diff, zol_cmd_flame_top;
