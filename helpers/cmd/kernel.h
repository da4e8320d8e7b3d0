/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The arguments of the kernel module's actions: filled from the rows of kernel_table.c. */

#include "cli/cli.h"

struct zol_kernel_merge_args {
	const char *base, *source, *build, *output, *arch;
	bool verify, no_probes, satisfy;
	struct zol_strv set;       /* --set X=v */
	struct zol_strv fragments; /* operands */
};

struct zol_kernel_explain_args {
	const char *base, *source, *arch;
	struct zol_strv fragments; /* --fragment */
	struct zol_strv symbols;   /* operands */
};

struct zol_kernel_satisfy_args {
	const char *base, *source, *arch;
	struct zol_strv fragments; /* --fragment */
	struct zol_strv symbols;   /* operands */
};

struct zol_kernel_check_args {
	const char *config, *check;
	struct zol_strv fragments;
};

struct zol_kernel_build_args {
	const char *base, *source, *output, *arch, *where;
	uint64_t jobs;
	bool force, no_ccache, no_modules;
	struct zol_strv set;
	struct zol_strv fragments;
};

struct zol_kernel_fragments_args {
	bool names;
};

struct zol_kernel_diff_args {
	const char *base, *source, *arch;
	struct zol_strv set;       /* --set X=v */
	struct zol_strv fragments; /* --fragment */
	struct zol_strv configs;   /* operands */
};

struct zol_kernel_renames_args {
	const char *arch, *output;
	struct zol_strv trees; /* operands */
};

extern const struct zol_module zol_module_kernel;
extern const struct zol_bind zol_binds_kernel[];
extern const size_t zol_nbinds_kernel;
