/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* perf.data with what resolves its addresses: lists of symbols, files, unpacking, demangling. */

#include "base/event.h"
#include "core/flamefold.h"

/* The most that is read of what cannot be mapped: 4 GiB, less where that is no size. */
#define ZOL_FLAME_READ_MAX ((size_t)((4ULL << 30) < SIZE_MAX / 2 ? 4ULL << 30 : SIZE_MAX / 2))

/* Where to look. NULL: what stands beside the recording, else this machine when it was recorded here. */
struct zol_flame_where {
	const char *kallsyms;       /* of the recorded kernel; best taken after the recording */
	const char *guest_kallsyms; /* of a guest of the recorded machine (perf kvm) */
	const char *modules;        /* lines of /proc/modules and of sections: for what kallsyms does not know */
	const char *vmlinux;        /* instead of kallsyms */
	const char *root;           /* where its files are: the tree of a guest, a copy; "/" */
};

struct zol_flame_source {
	const char *path; /* "-": standard input */
	const struct zol_fold_opts *opts;
	struct zol_flame_where where; /* for perf.data */
};

/* Folds the bytes of the recording that src names. ev may be NULL. */
int zol_flame_data_read(const struct zol_flame_source *src, struct zol_span bytes, const struct zol_events *ev,
			struct zol_stacks *ret, struct zol_fold_stats *ret_stats, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 4, 5, 6);
