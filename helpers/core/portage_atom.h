/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Lines of package.use and its kin (portage(5)), and which of their atoms fit a package. */

#include "base/str.h"

/* Characters between the words of a line, for zol_span_field(). */
#define ZOL_PORTAGE_BLANKS " \t\r\v\f"

/*
 * The next line that says something, without its comment; false when none is left. A "#" that
 * begins a word begins a comment.
 */
bool zol_portage_line(struct zol_span *rest, struct zol_span *ret_words) ZOL_NONNULL(1, 2);

/*
 * How closely an atom fits a package of that category, name and version (no slot, no repository
 * and no USE are asked for: they fit); 0: not at all. A closer one has the last word whatever its place
 * in the files, as in portage: dep/__init__.py best_match_to_list(). ZOL_ATOM_ALL is for all packages
 * alike, and therefore weaker than any other.
 */
enum {
	ZOL_ATOM_ALL = 1, /* * / * */
	ZOL_ATOM_WILD,
	ZOL_ATOM_WILD_SLOT,
	ZOL_ATOM_PLAIN,
	ZOL_ATOM_RANGE,
	ZOL_ATOM_SLOT,
	ZOL_ATOM_PREFIX, /* =cat/name-2.3* */
	ZOL_ATOM_ANY_REVISION,
	ZOL_ATOM_EXACT,
};

struct zol_package {
	struct zol_span category, name, version;
};

int zol_portage_atom(struct zol_span atom, const struct zol_package *pkg) ZOL_NONNULL(2);

/* Takes "sys-fs/zfs" apart; with a version when there is a "-" and a digit. False for anything else. */
bool zol_package_parse(struct zol_span text, struct zol_package *ret) ZOL_NONNULL(2);

/*
 * Compares two versions: numbers, a letter, suffixes (_alpha _beta _pre _rc _p), a revision, as the
 * Package Manager Specification has it. <0, 0, >0.
 */
int zol_portage_vercmp(struct zol_span a, struct zol_span b);

/* "zfs_LIVE_REPO" for "zfs" and "REPO": the variable that git-r3.eclass makes of a package's name. */
void zol_portage_live_var(struct zol_span name, const char *what, struct zol_str *ret) ZOL_NONNULL(2, 3);
