/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/flame.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/num.h"
#include "base/path.h"
#include "base/progress.h"
#include "base/rows.h"
#include "core/flamegraph.h"
#include "core/svg.h"
#include "sys/fence.h"
#include "sys/flame_read.h"

#define NS_OF_MS 1000000U
#define TOP_LINES 30U

const struct zol_bind zol_binds_flame[] = {
	{ "flame", "record", zol_cmd_flame_record }, { "flame", "check", zol_cmd_flame_check },
	{ "flame", "fold", zol_cmd_flame_fold },     { "flame", "render", zol_cmd_flame_render },
	{ "flame", "diff", zol_cmd_flame_diff },     { "flame", "top", zol_cmd_flame_top },
};
const size_t zol_nbinds_flame = ZOL_COUNT(zol_binds_flame);

static int read_ids(const struct zol_strv *words, const char *option, uint64_t **ret, struct zol_err *err)
{
	*ret = calloc(words->len + 1, sizeof(**ret));
	if (!*ret)
		return zol_err_oom(err);
	for (size_t i = 0; i < words->len; i++) {
		if (zol_num_u64(words->v[i], 0, INT32_MAX, &(*ret)[i], err) < 0)
			return zol_err_wrap(err, "--%s", option);
	}
	return 0;
}

static int choice(const char *word, const char *const *names)
{
	for (int i = 0; word && names[i]; i++) {
		if (!strcmp(word, names[i]))
			return i;
	}
	return 0;
}

/* What was read, what was left out: for who trusts a picture. */
static void tell(const struct zol_cli *cli, const struct zol_fold_stats *st, enum zol_flame_form form)
{
	if (form == ZOL_FLAME_FOLDED || !st->samples)
		return;
	zol_out_info(&cli->out, "%" PRIu64 " samples of %s; counts are %s", st->samples,
		     st->event[0] ? st->event : "an event without a name", st->periods ? "periods" : "samples");
	if (st->cut)
		zol_out_verbose(&cli->out, "%" PRIu64 " samples were cut", st->cut);
	if (st->empty)
		zol_out_verbose(&cli->out, "%" PRIu64 " samples have no callchain: they count for their task",
				st->empty);
	if (st->others)
		zol_out_warn(&cli->out, "%" PRIu64 " samples of other events are left out: --event, --all-events",
			     st->others);
	if (st->odd)
		zol_out_warn(&cli->out, "%" PRIu64 " lines or records were not understood", st->odd);
	if (st->lost)
		zol_out_warn(&cli->out, "%" PRIu64 " samples were lost while recording", st->lost);
}

static void tell_unresolved(const struct zol_cli *cli, const struct zol_stacks *s, enum zol_flame_form form)
{
	struct zol_unresolved u;

	if (form == ZOL_FLAME_FOLDED)
		return;
	zol_stacks_unresolved(s, &u);
	if (u.kernel_lost > 0)
		zol_out_info(&cli->out, "%.2f%% of the weight of kernel frames has no name",
			     100 * u.kernel_lost / u.kernel);
	if (u.user_lost > 0)
		zol_out_verbose(&cli->out, "%.2f%% of the weight of user frames has no name",
				100 * u.user_lost / u.user);
}

int zol_flame_input(struct zol_cli *cli, const struct zol_flame_in_args *a, const char *path, struct zol_stacks *ret,
		    struct zol_fold_stats *ret_stats, struct zol_err *err)
{
	static const char *const counts[] = { "auto", "samples", "periods", NULL };
	static const char *const shows[] = { "comm", "pid", "tid", NULL };
	ZOL_AUTO(progress) struct zol_progress *p = zol_progress_new(&cli->out, NULL, 0);
	struct zol_events ev = zol_progress_events(p, &cli->out);
	ZOL_AUTO(free) uint64_t *pids = NULL;
	ZOL_AUTO(free) uint64_t *tids = NULL;
	enum zol_flame_form form;

	if (read_ids(&a->pid, "pid", &pids, err) < 0 || read_ids(&a->tid, "tid", &tids, err) < 0)
		return -(int)err->code;
	const struct zol_fold_opts opts = {
		.cut = { .pids = pids,
			 .npids = a->pid.len,
			 .tids = tids,
			 .ntids = a->tid.len,
			 .from = a->from * NS_OF_MS,
			 .to = a->to * NS_OF_MS,
			 .comms = zol_strv_list(&a->comm),
			 .funcs = zol_strv_list(&a->func),
			 .regex = a->regex },
		.event = a->event,
		.all_events = a->all_events,
		.count = (enum zol_fold_count)choice(a->count, counts),
		.show = (enum zol_fold_show)choice(a->show, shows),
		.addrs = a->addrs,
		.inlined = a->inlined,
		.perf_addresses = a->perf_addresses,
	};
	const struct zol_flame_source src = { .path = path,
					      .opts = &opts,
					      .where = { .kallsyms = a->kallsyms,
							 .guest_kallsyms = a->guest_kallsyms,
							 .modules = a->modules,
							 .vmlinux = a->vmlinux,
							 .root = a->root } };

	if (zol_flame_read(&src, &ev, ret, ret_stats, &form, err) < 0)
		return -(int)err->code;
	zol_progress_hide(p);
	tell(cli, ret_stats, form);
	tell_unresolved(cli, ret, form);
	if (a->collapse)
		zol_stacks_collapse(ret);
	if (ret->len)
		return 0;
	zol_flame_tell_empty(cli, a, &src);
	return 1;
}

static int write_out(struct zol_cli *cli, const char *output, const struct zol_str *text, bool silent,
		     struct zol_err *err)
{
	if (zol_str_check(text, err) < 0)
		return -(int)err->code;
	if (output && strcmp(output, "-") != 0) {
		if (zol_write_file(output, text->ptr, text->len, 0644, err) < 0)
			return -(int)err->code;
		if (!silent)
			zol_out_info(&cli->out, "%s", output);
		return 0;
	}
	if (fwrite(zol_str_c(text), 1, text->len, cli->out.out) != text->len)
		return zol_err_sys(err, "cannot write");
	return 0;
}

/* Recordings are made by guests and strangers. */
static int fence(const char *output, struct zol_err *err)
{
	int r = zol_fence_reader_raise(&(struct zol_fence_reader){ .output = output }, err);

	return r < 0 ? r : 0;
}

int zol_cmd_flame_fold(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_flame_fold_args *a = args;
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_fold_stats st;
	int r = fence(a->output, err);

	if (r == 0)
		r = zol_flame_input(cli, &a->in, a->files.len ? a->files.v[0] : "-", &s, &st, err);
	if (r != 0)
		return r;
	if (zol_stacks_sort(&s, err) < 0)
		return -(int)err->code;
	zol_folded_write(&s,
			 a->kind_marks   ? ZOL_FOLD_KINDS :
			 a->kernel_marks ? ZOL_FOLD_KERNEL :
					   ZOL_FOLD_PLAIN,
			 &text);
	return write_out(cli, a->output, &text, false, err);
}

/* "0.5" px or "0.1%" of the picture. */
static int read_min_width(const char *text, unsigned width, double *ret, struct zol_err *err)
{
	char *end = NULL;
	double n = text ? strtod(text, &end) : 0.1;

	if (text && *end == '%' && end != text) {
		n *= width / 100.0;
		end++;
	}
	if (text && (end == text || *end || !(n >= 0 && n <= 1e6)))
		return zol_err_set(err, ZOL_USAGE, 0, "--min-width: '%s' is no width", text);
	*ret = n;
	return 0;
}

int zol_flame_draw(struct zol_cli *cli, const struct zol_flame_pic_args *a, struct zol_stacks *s, const char *fallback,
		   bool before, struct zol_err *err)
{
	ZOL_AUTO(boxes) struct zol_boxes boxes = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_svg_opts o = {
		.title = a->title ? a->title : fallback,
		.subtitle = a->subtitle,
		.unit = a->unit ? a->unit : "samples",
		.palette = (enum zol_palette)choice(a->palette, zol_palette_names),
		.width = a->width ? (unsigned)(a->width > 100000 ? 100000 : a->width) : 1200,
		.height = a->height ? (unsigned)(a->height > 1000 ? 1000 : a->height) : 16,
		.icicle = a->icicle,
		.width_is_before = before,
	};

	if (o.width < 400)
		o.width = 400;
	if (read_min_width(a->min_width, o.width, &o.min_width, err) < 0)
		return -(int)err->code;
	if (a->reverse)
		zol_stacks_reverse(s);
	if (zol_boxes_make(s, &boxes, err) < 0)
		return -(int)err->code;
	if (a->format && !strcmp(a->format, "speedscope"))
		zol_speedscope_write(s, o.title, &text);
	else if (a->format && !strcmp(a->format, "folded"))
		zol_folded_write(s, ZOL_FOLD_PLAIN, &text);
	else
		zol_svg_write(s, &boxes, &o, &text);
	return write_out(cli, a->output, &text, a->silent, err);
}

const char *zol_flame_unit(const struct zol_flame_pic_args *a, const struct zol_fold_stats *st)
{
	if (a->unit || !st->periods)
		return a->unit;
	if (!strncmp(st->event, "cpu-clock", 9) || !strncmp(st->event, "task-clock", 10))
		return "ns";
	return st->event[0] ? st->event : "events";
}

/* What was cut out of how much: the samples are counted before the cuts. */
void zol_flame_subtitle(const struct zol_flame_in_args *a, const struct zol_fold_stats *st, struct zol_str *out)
{
	for (size_t i = 0; i < a->comm.len; i++)
		zol_str_printf(out, "%s%s", out->len ? ", " : "", a->comm.v[i]);
	for (size_t i = 0; i < a->func.len; i++)
		zol_str_printf(out, "%s%s()", out->len ? ", " : "", a->func.v[i]);
	if (st->event[0])
		zol_str_printf(out, "%s%" PRIu64 " samples of %s", out->len ? ", of " : "", st->samples, st->event);
}

int zol_cmd_flame_render(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_flame_render_args *a = args;
	struct zol_flame_pic_args pic = a->pic;
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(str) struct zol_str subtitle = ZOL_STR_INIT;
	struct zol_fold_stats st;
	int r = fence(pic.output, err);

	if (r == 0)
		r = zol_flame_input(cli, &a->in, a->files.len ? a->files.v[0] : "-", &s, &st, err);
	if (r != 0)
		return r;
	pic.unit = zol_flame_unit(&a->pic, &st);
	zol_flame_subtitle(&a->in, &st, &subtitle);
	if (!pic.subtitle && subtitle.len)
		pic.subtitle = zol_str_c(&subtitle);
	return zol_flame_draw(cli, &pic, &s, "Flame graph", false, err);
}

int zol_cmd_flame_diff(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_flame_diff_args *a = args;
	struct zol_flame_pic_args pic = a->pic;
	ZOL_AUTO(stacks) struct zol_stacks before = { 0 };
	ZOL_AUTO(stacks) struct zol_stacks after = { 0 };
	ZOL_AUTO(stacks) struct zol_stacks both = { 0 };
	struct zol_fold_stats st;
	int r = fence(pic.output, err);

	if (r == 0)
		r = zol_flame_input(cli, &a->in, a->files.v[0], &before, &st, err);
	if (r != 0)
		return r;
	if (a->files.len < 2 && !before.differential)
		return zol_err_set(err, ZOL_USAGE, 0, "%s has no second count: name two files", a->files.v[0]);
	if (a->files.len < 2 && a->normalize)
		return zol_err_set(err, ZOL_USAGE, 0, "--normalize needs two files");
	pic.unit = zol_flame_unit(&a->pic, &st);
	if (a->files.len < 2)
		return zol_flame_draw(cli, &pic, &before, "Differential flame graph", a->before, err);
	r = zol_flame_input(cli, &a->in, a->files.v[1], &after, &st, err);
	if (r != 0)
		return r;
	if (zol_flame_diff_stacks(&before, &after, a->normalize, &both, err) < 0)
		return -(int)err->code;
	return zol_flame_draw(cli, &pic, &both, "Differential flame graph", a->before, err);
}

struct top_row {
	const char *function, *module, *kind;
	char self[12], total[12];
	const char *self_text, *total_text;
	uint64_t self_count, total_count;
};

static const struct zol_col top_cols[] = {
	ZOL_COL("self_percent", "SELF%", FIGURE, struct top_row, self_text),
	ZOL_COL("total_percent", "TOTAL%", FIGURE, struct top_row, total_text),
	ZOL_COL("self", "SELF", U64, struct top_row, self_count),
	ZOL_COL("total", "TOTAL", U64, struct top_row, total_count),
	ZOL_COL("kind", "KIND", STR, struct top_row, kind),
	ZOL_COL("module", "MODULE", STR, struct top_row, module),
	ZOL_COL("function", "FUNCTION", STR, struct top_row, function),
};

static void add_top(struct zol_rows *out, const struct zol_stacks *s, const struct zol_flame_row *r, uint64_t whole)
{
	static const char *const kinds[ZOL_FRAME_KINDS] = { "user", "kernel", "module", "jit", "inlined", "task", "-" };
	const struct zol_frame *f = &s->frames[r->frame];
	struct top_row row = { .function = f->name, .module = f->module, .kind = kinds[f->kind] };
	double percent = whole ? 100.0 / (double)whole : 0;
	uint32_t scale = s->scale ? s->scale : 1;

	(void)snprintf(row.self, sizeof(row.self), "%.2f", (double)r->self * percent);
	(void)snprintf(row.total, sizeof(row.total), "%.2f", (double)r->total * percent);
	row.self_text = row.self;
	row.total_text = row.total;
	row.self_count = r->self / scale;
	row.total_count = r->total / scale;
	zol_rows_add(out, &row);
}

int zol_cmd_flame_top(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_flame_top_args *a = args;
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(free) struct zol_flame_row *rows = NULL;
	ZOL_AUTO(rows) struct zol_rows out;
	struct zol_fold_stats st;
	size_t n = 0, lines = a->lines ? a->lines : TOP_LINES;
	int r;

	zol_rows_begin(&out, &cli->out, top_cols, ZOL_COUNT(top_cols));
	r = fence(NULL, err);
	if (r == 0)
		r = zol_flame_input(cli, &a->in, a->files.len ? a->files.v[0] : "-", &s, &st, err);
	if (r != 0)
		return r;
	if (zol_flame_table(&s, &rows, &n, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < n && i < lines; i++)
		add_top(&out, &s, &rows[i], zol_stacks_total(&s, NULL));
	return zol_rows_end(&out, err);
}
