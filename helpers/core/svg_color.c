/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "core/svg.h"

const char *const zol_palette_names[] = { "kind", "safe", "hot",    "mem",    "io",     "red",  "green",
					  "blue", "aqua", "yellow", "purple", "orange", "grey", NULL };

/* A colour and how much of it the name decides: from lo to lo + span in each part. */
struct tint {
	unsigned char lo[3], span[3];
};

static const struct tint by_kind[ZOL_FRAME_KINDS] = {
	[ZOL_FRAME_USER] = { { 100, 165, 215 }, { 40, 30, 30 } },
	[ZOL_FRAME_KERNEL] = { { 235, 160, 60 }, { 20, 40, 40 } },
	[ZOL_FRAME_MODULE] = { { 220, 85, 90 }, { 30, 50, 45 } },
	[ZOL_FRAME_JIT] = { { 90, 190, 100 }, { 40, 35, 40 } },
	[ZOL_FRAME_INLINE] = { { 100, 200, 190 }, { 50, 30, 40 } },
	[ZOL_FRAME_TASK] = { { 190, 190, 195 }, { 20, 20, 20 } },
	[ZOL_FRAME_SEPARATOR] = { { 160, 160, 160 }, { 0, 0, 0 } },
};

/* M. Okabe, K. Ito: Color Universal Design (2008), lightened a little so that black text is read on them. */
static const struct tint by_kind_safe[ZOL_FRAME_KINDS] = {
	[ZOL_FRAME_USER] = { { 86, 180, 233 }, { 30, 20, 20 } },
	[ZOL_FRAME_KERNEL] = { { 225, 159, 10 }, { 25, 20, 30 } },
	[ZOL_FRAME_MODULE] = { { 213, 105, 30 }, { 20, 25, 30 } },
	[ZOL_FRAME_JIT] = { { 30, 158, 115 }, { 30, 20, 20 } },
	[ZOL_FRAME_INLINE] = { { 235, 225, 66 }, { 15, 10, 40 } },
	[ZOL_FRAME_TASK] = { { 195, 195, 195 }, { 20, 20, 20 } },
	[ZOL_FRAME_SEPARATOR] = { { 160, 160, 160 }, { 0, 0, 0 } },
};

static const struct tint plain[] = {
	[ZOL_PALETTE_HOT] = { { 205, 60, 0 }, { 50, 170, 55 } },
	[ZOL_PALETTE_MEM] = { { 0, 190, 0 }, { 0, 50, 210 } },
	[ZOL_PALETTE_IO] = { { 80, 80, 190 }, { 60, 60, 55 } },
	[ZOL_PALETTE_RED] = { { 215, 80, 80 }, { 40, 80, 80 } },
	[ZOL_PALETTE_GREEN] = { { 80, 180, 80 }, { 70, 60, 70 } },
	[ZOL_PALETTE_BLUE] = { { 100, 130, 205 }, { 80, 60, 50 } },
	[ZOL_PALETTE_AQUA] = { { 70, 170, 180 }, { 60, 50, 50 } },
	[ZOL_PALETTE_YELLOW] = { { 190, 190, 60 }, { 50, 50, 40 } },
	[ZOL_PALETTE_PURPLE] = { { 190, 100, 190 }, { 60, 60, 60 } },
	[ZOL_PALETTE_ORANGE] = { { 205, 110, 20 }, { 50, 60, 40 } },
	[ZOL_PALETTE_GREY] = { { 180, 180, 180 }, { 40, 40, 40 } },
};

const char *zol_palette_color(enum zol_palette p, const struct zol_frame *f, char buf[static ZOL_COLOR_TEXT])
{
	uint64_t h = zol_fnv64(ZOL_FNV_SEED, f->name, f->len);
	bool separator = f->kind == ZOL_FRAME_SEPARATOR;
	const struct tint *t;
	unsigned rgb[3];

	if (p == ZOL_PALETTE_KIND || separator)
		t = &by_kind[f->kind];
	else
		t = p == ZOL_PALETTE_SAFE ? &by_kind_safe[f->kind] : &plain[p];
	/* Modules differ by their name too: zfs from spl. */
	if (f->kind == ZOL_FRAME_MODULE && f->module && p <= ZOL_PALETTE_SAFE)
		h = (h & 0xff) | (zol_fnv64(ZOL_FNV_SEED, f->module, strlen(f->module)) & 0xffff00);
	for (unsigned i = 0; i < 3; i++)
		rgb[i] = t->lo[i] + (unsigned)(t->span[i] * ((h >> (8 * i)) & 0xff) / 255);
	(void)snprintf(buf, ZOL_COLOR_TEXT, "#%02x%02x%02x", rgb[0] & 0xff, rgb[1] & 0xff, rgb[2] & 0xff);
	return buf;
}

const char *zol_palette_change(double change, char buf[static ZOL_COLOR_TEXT])
{
	double size = change < 0 ? -change : change;
	unsigned faded = 255 - (unsigned)(210 * (size > 1 ? 1 : size));

	if (change > 0)
		(void)snprintf(buf, ZOL_COLOR_TEXT, "#ff%02x%02x", faded & 0xff, faded & 0xff);
	else
		(void)snprintf(buf, ZOL_COLOR_TEXT, "#%02x%02xff", faded & 0xff, faded & 0xff);
	return buf;
}
