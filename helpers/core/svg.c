/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/svg.h"

#include <stdlib.h>

#include "base/rows.h"

#define FONT 12U
#define CHAR_WIDTH 7.1 /* of the monospaced font at that size, about */
#define PAD 10U
#define TOP 56U
#define BOTTOM 40U

struct canvas {
	const struct zol_stacks *s;
	const struct zol_boxes *b;
	const struct zol_svg_opts *o;
	struct zol_str *out;
	unsigned rows;   /* drawn */
	double scale;    /* px per count */
	double biggest;  /* change of share of any frame, for the colours of a differential */
	uint64_t before; /* sums */
	uint64_t count;
};

static void put_text(struct zol_str *out, const char *text)
{
	zol_xml_text(out, zol_span_c(text));
}

static void put_lines(struct zol_str *out, const char *const *lines)
{
	for (; *lines; lines++) {
		zol_str_puts(out, *lines);
		zol_str_putc(out, '\n');
	}
}

/* 1,234,567 */
static void put_grouped(struct zol_str *out, uint64_t count, uint32_t scale)
{
	ZOL_AUTO(str) struct zol_str t = ZOL_STR_INIT;
	size_t whole;

	zol_folded_count(count, scale, &t);
	whole = strcspn(zol_str_c(&t), ".");
	for (size_t i = 0; i < t.len; i++) {
		if (i && i < whole && (whole - i) % 3 == 0)
			zol_str_putc(out, ',');
		zol_str_putc(out, t.ptr[i]);
	}
	out->oom = out->oom || t.oom;
}

static uint64_t width_of(const struct canvas *c, const struct zol_box *box)
{
	return c->o->width_is_before ? box->before : box->count;
}

static double share(uint64_t part, uint64_t whole)
{
	return whole ? (double)part / (double)whole : 0;
}

static double change_of(const struct canvas *c, const struct zol_box *box)
{
	return share(box->count, c->count) - share(box->before, c->before);
}

static void put_tip(const struct canvas *c, const struct zol_box *box, const struct zol_frame *f)
{
	zol_xml_text(c->out, zol_span(f->name, f->len));
	if (f->module) {
		zol_str_puts(c->out, " [");
		put_text(c->out, f->module);
		zol_str_putc(c->out, ']');
	}
	zol_str_puts(c->out, " (");
	put_grouped(c->out, width_of(c, box), c->s->scale);
	zol_str_putc(c->out, ' ');
	put_text(c->out, c->o->unit);
	zol_str_printf(c->out, ", %.2f%%", 100 * share(width_of(c, box), width_of(c, &c->b->v[0])));
	if (c->s->differential)
		zol_str_printf(c->out, "; %+.2f%%", 100 * change_of(c, box));
	zol_str_putc(c->out, ')');
}

/* As many characters as fit into the box. */
static void put_label(const struct canvas *c, const struct zol_frame *f, double width)
{
	double room = (width - 6) / CHAR_WIDTH;
	size_t fit = room < 3 ? 0 : (size_t)room;

	if (!fit)
		return;
	if (f->len <= fit) {
		zol_xml_text(c->out, zol_span(f->name, f->len));
		return;
	}
	fit -= 2;
	while (fit && ((unsigned char)f->name[fit] & 0xc0) == 0x80)
		fit--;
	zol_xml_text(c->out, zol_span(f->name, fit));
	zol_str_puts(c->out, "..");
}

static void put_box(const struct canvas *c, const struct zol_box *box, double start)
{
	static const struct zol_frame all = { .name = "all", .len = 3, .kind = ZOL_FRAME_TASK };
	const struct zol_frame *f = box->frame == UINT32_MAX ? &all : &c->s->frames[box->frame];
	double x = PAD + start * c->scale, w = (double)width_of(c, box) * c->scale;
	unsigned row = c->o->icicle ? box->depth : c->rows - 1 - box->depth;
	unsigned y = TOP + row * c->o->height;
	char color[ZOL_COLOR_TEXT];

	if (c->s->differential)
		(void)zol_palette_change(c->biggest > 0 ? change_of(c, box) / c->biggest : 0, color);
	else
		(void)zol_palette_color(c->o->palette, f, color);
	zol_str_puts(c->out, "<g><title>");
	put_tip(c, box, f);
	zol_str_printf(c->out, "</title><rect x=\"%.3f\" y=\"%u\" width=\"%.3f\" height=\"%u\" fill=\"%s\"/>", x, y, w,
		       c->o->height - 1, color);
	zol_str_printf(c->out, "<text x=\"%.2f\" y=\"%u\">", x + 3, y + c->o->height - 4);
	put_label(c, f, w);
	zol_str_puts(c->out, "</text></g>\n");
}

/* Deepest row that has a frame wide enough, and the greatest change. */
static void measure(struct canvas *c)
{
	const struct zol_box *all = &c->b->v[0];
	uint64_t whole = width_of(c, all);

	c->count = all->count;
	c->before = all->before;
	c->scale = whole ? (double)(c->o->width - 2 * PAD) / (double)whole : 0;
	c->rows = 1;
	for (size_t i = 0; i < c->b->len; i++) {
		const struct zol_box *box = &c->b->v[i];
		double change = change_of(c, box);

		if ((double)width_of(c, box) * c->scale < c->o->min_width)
			continue;
		if (box->depth + 1 > c->rows)
			c->rows = box->depth + 1;
		if (change < 0)
			change = -change;
		if (change > c->biggest)
			c->biggest = change;
	}
}

static void put_button(const struct canvas *c, const char *id, unsigned x, const char *text)
{
	zol_str_printf(c->out, "<text id=\"%s\" class=\"button\" x=\"%u\" y=\"44\">%s</text>\n", id, x, text);
}

static void put_head(const struct canvas *c, unsigned height)
{
	unsigned width = c->o->width;

	zol_str_printf(c->out,
		       "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n"
		       "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"%u\" height=\"%u\" "
		       "viewBox=\"0 0 %u %u\" data-pad=\"%u\" data-char=\"%.1f\"%s>\n<title>",
		       width, height, width, height, PAD, CHAR_WIDTH, c->o->icicle ? " data-icicle=\"1\"" : "");
	put_text(c->out, c->o->title);
	zol_str_puts(c->out, "</title>\n<style>\n");
	put_lines(c->out, zol_svg_style);
	zol_str_puts(c->out, "</style>\n<rect id=\"ground\" x=\"0\" y=\"0\" width=\"100%\" height=\"100%\"/>\n");
	zol_str_printf(c->out, "<text class=\"title\" x=\"%u\" y=\"22\">", width / 2);
	put_text(c->out, c->o->title);
	zol_str_puts(c->out, "</text>\n");
	if (c->o->subtitle) {
		zol_str_printf(c->out, "<text class=\"subtitle\" x=\"%u\" y=\"40\">", width / 2);
		put_text(c->out, c->o->subtitle);
		zol_str_puts(c->out, "</text>\n");
	}
	zol_str_puts(c->out, "<g id=\"buttons\" class=\"off\">\n");
	put_button(c, "reset", PAD, "Reset zoom");
	put_button(c, "flip", PAD + 86, "Flip");
	put_button(c, "theme", PAD + 126, "Dark");
	put_button(c, "case", width - PAD - 76, "aA");
	put_button(c, "search", width - PAD - 48, "Search");
	zol_str_puts(c->out, "</g>\n");
}

static void put_legend(const struct canvas *c, unsigned y)
{
	static const char *const names[ZOL_FRAME_KINDS] = { "user", "kernel", "module", "jit", "inlined", "", "" };
	bool there[ZOL_FRAME_KINDS] = { false };
	unsigned x = c->o->width - PAD - 5 * 72;

	for (size_t i = 1; i < c->b->len; i++)
		there[c->s->frames[c->b->v[i].frame].kind] = true;
	for (unsigned k = 0; k < ZOL_FRAME_TASK; k++) {
		struct zol_frame f = { .name = names[k], .len = (uint32_t)strlen(names[k]), .kind = (uint8_t)k };
		char color[ZOL_COLOR_TEXT];

		if (!there[k])
			continue;
		zol_str_printf(c->out,
			       "<rect class=\"key\" x=\"%u\" y=\"%u\" width=\"10\" height=\"10\" fill=\"%s\"/>"
			       "<text x=\"%u\" y=\"%u\">%s</text>\n",
			       x, y - 9, zol_palette_color(c->o->palette, &f, color), x + 14, y, names[k]);
		x += 72;
	}
}

static void put_boxes(const struct canvas *c)
{
	/* What stands left of a box is of the same depth or above: sums per depth keep the order of the layout. */
	ZOL_AUTO(free) double *starts = calloc((size_t)c->b->depth + 2, sizeof(*starts));

	if (!starts) {
		c->out->oom = true;
		return;
	}
	for (size_t i = 0; i < c->b->len; i++) {
		const struct zol_box *box = &c->b->v[i];
		double w = (double)width_of(c, box);

		/* Boxes come depth first: the ones above begin where theirs below does. */
		starts[box->depth + 1] = starts[box->depth];
		if (w * c->scale >= c->o->min_width && w > 0)
			put_box(c, box, starts[box->depth]);
		starts[box->depth] += w;
	}
}

void zol_svg_write(const struct zol_stacks *s, const struct zol_boxes *b, const struct zol_svg_opts *o,
		   struct zol_str *out)
{
	struct canvas c = { .s = s, .b = b, .o = o, .out = out };
	unsigned height;

	measure(&c);
	height = TOP + c.rows * o->height + BOTTOM;
	put_head(&c, height);
	zol_str_puts(out, "<g id=\"frames\">\n");
	put_boxes(&c);
	zol_str_printf(out, "</g>\n<text id=\"details\" x=\"%u\" y=\"%u\"> </text>\n", PAD, height - 26);
	zol_str_printf(out, "<text id=\"matched\" x=\"%u\" y=\"%u\"> </text>\n", PAD, height - 8);
	if (!s->differential && o->palette <= ZOL_PALETTE_SAFE)
		put_legend(&c, height - 8);
	zol_str_puts(out, "<script><![CDATA[\n");
	put_lines(out, zol_svg_script);
	zol_str_puts(out, "]]></script>\n</svg>\n");
}
