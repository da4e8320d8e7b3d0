/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * "[section]" and "key = value" text, entry by entry, with continued lines: suites, baselines, ZTS's
 * runfiles (Python's ConfigParser reads those: an indented line continues the value before it).
 * "#" and ";" in the first column begin a remark; nothing is interpreted inside a value.
 */

#include "base/str.h"

struct zol_suite_ini {
	struct zol_span rest;
	struct zol_str section, key, value; /* of the entry; continued lines are joined with LF */
	unsigned line;                      /* of the entry, from 1 */
	unsigned next;                      /* lines read */
	bool has_key;                       /* false: a section header without a key */
};

void zol_suite_ini_open(struct zol_suite_ini *ini, struct zol_span text) ZOL_NONNULL(1);
void zol_suite_ini_free(struct zol_suite_ini *ini) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(suite_ini, struct zol_suite_ini, zol_suite_ini_free);

/*
 * The next entry: 1 with section, key and value set (has_key false: a new section begins), 0 at the
 * end, ZOL_MALFORMED "line N: ..." for anything else.
 */
int zol_suite_ini_next(struct zol_suite_ini *ini, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
