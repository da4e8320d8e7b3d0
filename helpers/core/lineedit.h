/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Line edits that can be found again, brought up to date and taken back: marked blocks, and
 * lines switched off by a prefix. All is in the text itself, so that a copied tree carries it:
 *
 *	# >>> zolkit: serial ttyS0 [1b2c3d4e]
 *	#zolkit-was:#s0:12345:respawn:/sbin/agetty -L 115200 ttyS0 vt100
 *	s0:12345:respawn:/sbin/agetty -a root -L 115200 ttyS0 vt100
 *	# <<< zolkit: serial ttyS0
 *
 * The sum in brackets is that of the lines between the marks as they were written: a block whose
 * sum no longer fits was changed by somebody else, and is kept. "eof" after the sum says that the
 * text had no newline at its end. Marks without their partner are ordinary comments.
 */

#include <stdint.h>

#include "base/str.h"

/* Stands before a line of the original that is switched off. */
#define ZOL_LINE_WAS "#zolkit-was:"

/* What an edit came to. */
enum zol_edit {
	ZOL_EDIT_SAME,    /* all was there already */
	ZOL_EDIT_CHANGED, /* the text is another one now */
	ZOL_EDIT_KEPT,    /* something of the user's stands there and was left alone */
};

struct zol_block {
	size_t at, len; /* in the text, marks included */
	struct zol_span name;
	struct zol_span body; /* the lines between the marks */
	bool eof;             /* the text had no newline at its end */
	bool changed;         /* the body is not what was written */
};

/* The next block at or after *pos, which is moved behind it; false when there is none. */
bool zol_lineedit_block(struct zol_span text, size_t *pos, struct zol_block *ret) ZOL_NONNULL(2, 3);

/* The block of that name. */
bool zol_lineedit_find(struct zol_span text, const char *name, struct zol_block *ret) ZOL_NONNULL(2, 3);

/* A line outside of all blocks and not switched off. */
struct zol_line {
	size_t at, len;       /* in the text, its newline included */
	struct zol_span text; /* without CR, LF and trailing blanks */
};

/* Walks over those lines. Start with *pos 0. */
bool zol_lineedit_line(struct zol_span text, size_t *pos, struct zol_line *ret) ZOL_NONNULL(2, 3);

/*
 * Sees to it that the block `name` holds these lines (each with its LF). A block of that name is
 * brought up to date where it stands, unless it was changed (ZOL_EDIT_KEPT). Else a new one takes
 * the place of the line `replace`, which is kept in it, or is appended when that is NULL.
 * name must hold neither '[' nor control characters.
 */
int zol_lineedit_put(struct zol_str *text, const char *name, struct zol_span lines, const struct zol_line *replace,
		     enum zol_edit *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 5, 6);

/* Switches one line off. */
int zol_lineedit_off(struct zol_str *text, const struct zol_line *line, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/*
 * Takes the edits back: the block of that name, or with name NULL all blocks and all lines that were
 * switched off. Changed blocks stay as they are; *ret_kept counts them.
 */
int zol_lineedit_drop(struct zol_str *text, const char *name, unsigned *ret_kept, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);

/* FNV-1a, 32 bits: tells changed from unchanged, protects from nothing. */
uint32_t zol_lineedit_sum(struct zol_span text);

/*
 * For whole files of ours: their last line is "# zolkit: made by zolkit [sum]", the sum
 * being that of all before it. seal() appends it; sealed() says whether it stands there and fits.
 */
void zol_lineedit_seal(struct zol_str *text) ZOL_NONNULL(1);
bool zol_lineedit_sealed(struct zol_span text);
