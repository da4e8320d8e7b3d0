/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Files of shell assignments as Portage reads them: make.conf, make.defaults, what package.env
 * names. Portage has no shell at that place but a lexer (Python's shlex, posix) and an expansion of
 * its own; both have quirks that are kept here (portage: util/__init__.py getconfig, varexpand):
 * quotes are gone before "$" is looked at, a newline in a value is a blank, "#" ends a word.
 */

#include "core/strmap.h"

struct zol_pvar {
	char *name, *value;
	char *origin; /* the file it comes from */
};

struct zol_pvars {
	struct zol_pvar *v;
	size_t n, cap;
	struct zol_strmap by_name; /* index in v */
	size_t bytes;              /* of all values */
};

void zol_pvars_free(struct zol_pvars *p) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(pvars, struct zol_pvars, zol_pvars_free);

/* NULL when it is not set. */
const struct zol_pvar *zol_pvars_find(const struct zol_pvars *p, const char *name) ZOL_NONNULL(1, 2);
/* Its value, "" when it is not set. */
const char *zol_pvars_value(const struct zol_pvars *p, const char *name) ZOL_NONNULL(1, 2);
/* ZOL_MALFORMED when all values together have more bytes than any program could be given. */
int zol_pvars_set(struct zol_pvars *p, struct zol_span name, struct zol_span value, const char *origin,
		  struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 4, 5);

/* How "source FILE" gets its text: 0, 1 when there is no such file, or a failure. */
struct zol_portage_source {
	void *ctx;
	int (*read)(void *ctx, const char *path, struct zol_str *text, struct zol_err *err);
	unsigned depth, files; /* so far; limits of ours, Portage has none */
};

/*
 * Adds what the text assigns, later ones over earlier ones; $NAME and ${NAME} are what is in vars by then. src may be
 * NULL: "source" is passed over. ZOL_MALFORMED names origin and line, where Portage gives up, too; what came
 * before it is in vars.
 */
int zol_portage_conf(struct zol_span text, const char *origin, struct zol_portage_source *src, struct zol_pvars *vars,
		     struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 4, 5);

/*
 * The same for what bash reads, /etc/portage/env/CATEGORY/NAME: only lines that are plain assignments,
 * or exports of them, count; all else is passed over.
 */
int zol_portage_bash(struct zol_span text, const char *origin, struct zol_pvars *vars, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 3, 4);

/*
 * A variable in what bash's "declare -p" wrote, as environment.bz2 of an installed package has it. Appends its
 * value; false when it is not there, or is one that is no plain text.
 */
bool zol_portage_declared(struct zol_span text, const char *name, struct zol_str *value) ZOL_NONNULL(2, 3);
