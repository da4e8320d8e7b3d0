/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Boxes as an SVG of one file: script and style inside, nothing from outside, valid XML whatever the
 * names hold. Without scripts (an <img>, a mail) it is a picture with tooltips; with them it zooms,
 * searches, turns upside down and keeps its state in the address.
 */

#include "core/flamegraph.h"

enum zol_palette {
	ZOL_PALETTE_KIND, /* kernel, module, user, just-in-time and inlined code */
	ZOL_PALETTE_SAFE, /* the same in colours that colour-blind people tell apart (Okabe and Ito) */
	ZOL_PALETTE_HOT,
	ZOL_PALETTE_MEM,
	ZOL_PALETTE_IO,
	ZOL_PALETTE_RED,
	ZOL_PALETTE_GREEN,
	ZOL_PALETTE_BLUE,
	ZOL_PALETTE_AQUA,
	ZOL_PALETTE_YELLOW,
	ZOL_PALETTE_PURPLE,
	ZOL_PALETTE_ORANGE,
	ZOL_PALETTE_GREY,
};

/* Names of the palettes in the order of the enum, NULL-terminated. */
extern const char *const zol_palette_names[];

/* "#rrggbb" of a frame. */
#define ZOL_COLOR_TEXT 8
const char *zol_palette_color(enum zol_palette p, const struct zol_frame *f, char buf[static ZOL_COLOR_TEXT])
	ZOL_NONNULL(2, 3);
/* Of a change by -1 .. 1: blue for less, red for more, white for none. */
const char *zol_palette_change(double change, char buf[static ZOL_COLOR_TEXT]) ZOL_NONNULL(2);

struct zol_svg_opts {
	const char *title, *subtitle; /* subtitle may be NULL */
	const char *unit;             /* what is counted: "samples" */
	enum zol_palette palette;
	unsigned width;       /* px */
	unsigned height;      /* px of a frame */
	double min_width;     /* px: narrower frames are left out; they would not be seen */
	bool icicle;          /* upside down: roots at the top */
	bool width_is_before; /* of a differential: what was, not what is */
};

/* Appends the picture. s must be what the boxes were made of. */
void zol_svg_write(const struct zol_stacks *s, const struct zol_boxes *b, const struct zol_svg_opts *o,
		   struct zol_str *out) ZOL_NONNULL(1, 2, 3, 4);

/* The lines of the script and of the style of the picture, NULL-terminated. */
extern const char *const zol_svg_script[], *const zol_svg_style[];
