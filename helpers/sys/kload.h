/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Reads the Kconfig files of a kernel tree, read-only, without its make or conf. */

#include "core/kconfig.h"
#include "sys/kprobes.h"

struct zol_kload_options {
	const char *tree;
	const char *arch;            /* ARCH= : x86, i386, arm64, um ... */
	const char *cache;           /* for probes; NULL: nothing is remembered */
	bool no_probes;              /* probes are not run */
	const struct zol_events *ev; /* warnings of the language go to its notes; NULL: nowhere */
};

/* Zero-initialise. Not to be moved while the model is in use. */
struct zol_kloaded {
	struct zol_kconfig k;
	struct zol_kprobes probes;
	struct zol_kio io;
	struct zol_strv env; /* NAME=value, as the tree's Makefile exports them */
	int tree;            /* descriptor of its directory */
	const struct zol_events *ev;
	uint32_t version; /* ZOL_KVERSION */
	bool open;
};

void zol_kloaded_free(struct zol_kloaded *l) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(kloaded, struct zol_kloaded, zol_kloaded_free);

int zol_kload(const struct zol_kload_options *o, struct zol_kloaded *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
