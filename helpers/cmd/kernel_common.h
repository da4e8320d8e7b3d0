/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the actions of the kernel module share. */

#include "cmd/kernel.h"
#include "core/settings.h"
#include "sys/kmerge.h"
#include "sys/kplan.h"

/* The requests of a command: fragments (given, or those configured), the configured local version, --set. */
struct zol_kernel_ask {
	const struct zol_strv *fragments, *set;
	const char *tree; /* for @since and @until; NULL: all hold */
	const char *arch;
	bool build; /* a kernel to boot: the local version, too, where fragments are given */
};

/* ret_names (may be NULL): the fragments' names, blank-separated. */
int zol_kernel_settings(const struct zol_cli *cli, const struct zol_kernel_ask *ask, struct zol_kfrags *ret,
			struct zol_str *ret_names, struct zol_err *err);

/* Where the fragments are. Owned by the caller; NULL when out of memory. */
char *zol_kernel_dir(const struct zol_cli *cli);

/* The name of the guest concerned. */
const char *zol_kernel_guest(const struct zol_cli *cli);

/* ARCH= : as given, or the guest's. */
const char *zol_kernel_arch(const struct zol_cli *cli, const char *given);

/* A tree's model with base and requests, for the actions that evaluate. Zero-initialise; not to be moved. */
struct zol_kernel_model {
	struct zol_str tree, base, text, renames; /* text: the resulting .config */
	struct zol_kload_options options;
	struct zol_kloaded l;
	struct zol_kfrags settings;
	struct zol_str place; /* the last answer to a question for a place */
};

void zol_kernel_model_free(struct zol_kernel_model *m);
ZOL_CLEANUP_STRUCT(kernel_model, struct zol_kernel_model, zol_kernel_model_free);

struct zol_kernel_open {
	const char *source, *base, *arch; /* NULL: as configured */
	bool no_probes;
	const struct zol_strv *fragments, *set;
	bool build; /* as in zol_kernel_ask */
};

/* Loads the tree, renames what has another name there (saying so), applies base and requests. */
int zol_kernel_open(struct zol_cli *cli, const struct zol_kernel_open *o, struct zol_kernel_model *m,
		    struct zol_err *err);

/* Reasons for what became of a setting; how to ask for places. */
struct zol_kwhy zol_kernel_why(struct zol_kernel_model *m, struct zol_strv *lines);

/*
 * What did not survive: rows as JSON, or text lines to `to`, with causes and reasons when there is
 * a model (may be NULL). Two requests that can never hold together are ZOL_MALFORMED.
 */
int zol_kernel_report(struct zol_cli *cli, const struct zol_kfrags *settings, const struct zol_kmerged *merged,
		      struct zol_kernel_model *m, FILE *to, struct zol_err *err);

/* What was added for a request, or why nothing could be. */
struct zol_kernel_added {
	struct zol_strv settings; /* "X=y" */
	struct zol_strv for_what; /* "Y=y", for each of them */
	bool want_alternatives;
	struct zol_strv alternatives;   /* "X=y Z=y", other ways */
	struct zol_strv alternative_to; /* "Y=y", for each of them */
	struct zol_strv unreached;      /* "X=y": what cannot be had */
};

void zol_kernel_added_free(struct zol_kernel_added *a);
ZOL_CLEANUP_STRUCT(kernel_added, struct zol_kernel_added, zol_kernel_added_free);

/* Adds to m->settings what its unmet requests need, and applies all anew. */
int zol_kernel_solve(struct zol_cli *cli, struct zol_kernel_model *m, struct zol_kernel_added *ret,
		     struct zol_err *err);

/* The tree's conf makes another .config: said by merge and build alike. */
void zol_kernel_tell_differs(const struct zol_cli *cli);

/* The table of renamed symbols, appended; nothing when there is none. */
int zol_kernel_read_renames(const struct zol_cli *cli, struct zol_str *out, struct zol_err *err);

zol_run_fn zol_cmd_kernel_satisfy, zol_cmd_kernel_diff, zol_cmd_kernel_renames, zol_cmd_kernel_merge,
	zol_cmd_kernel_build, zol_cmd_kernel_fragments, zol_cmd_kernel_explain, zol_cmd_kernel_check;
