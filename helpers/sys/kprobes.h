/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The $(shell,...) probes of Kconfig files: run in a private empty directory, remembered in a file.
 * A remembered answer holds for the same command, compiler and other tools (path, size, time),
 * PATH and the variables given. Answers of probes that were killed are never kept.
 */

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "core/strmap.h"

/* Zero-initialise. */
struct zol_kprobes {
	char *file;            /* the cache; NULL: none */
	bool no_run;           /* unknown probes are not run: tests count as failed, versions as 0 */
	struct zol_strv env;   /* for the commands */
	struct zol_strv text;  /* command, answer, command, answer ... */
	struct zol_strmap map; /* command -> index of its answer in text */
	char *dir;             /* the private directory, when there is one */
	size_t asked, run;     /* how many probes, how many of them were run */
	bool dirty;
};

/*
 * cache: directory, NULL: nothing is remembered. env: NAME=value list that commands get besides
 * PATH. tools: programs whose change makes remembered answers worthless. extra: text that is part
 * of the key as well (the tree).
 */
int zol_kprobes_open(struct zol_kprobes *p, const char *cache, const struct zol_strv *env, const char *const *tools,
		     const char *extra, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4, 5, 6);

/* Appends what the command prints. */
int zol_kprobes_ask(struct zol_kprobes *p, const char *command, struct zol_str *out, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* Writes new answers to the cache; failing to is no failure of ours. */
void zol_kprobes_save(struct zol_kprobes *p) ZOL_NONNULL(1);
void zol_kprobes_free(struct zol_kprobes *p) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(kprobes, struct zol_kprobes, zol_kprobes_free);
