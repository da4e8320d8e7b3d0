/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>

#include "base/num.h"
#include "base/progress.h"
#include "base/rows.h"

#define DRAW_MS 100
/* The rate follows the last seconds, not the average of the whole. */
#define RATE_MS 1000
#define BAR_MAX 40

struct zol_progress {
	const struct zol_out *out;
	struct zol_strv names; /* of the planned stages */
	unsigned *weights;
	uint64_t weight_sum, weight_done; /* of all; of the stages that are over */
	unsigned weight;                  /* of the present one; 0: it was not planned */
	struct zol_str stage;
	uint64_t total, done;
	enum zol_unit unit;
	uint64_t drawn_at, sent_at; /* ms; 0: not yet */
	uint64_t rate_at, rate_done;
	double rate; /* units a second; 0: unknown */
	bool visible;
};

struct zol_progress *zol_progress_new(const struct zol_out *out, const struct zol_weight *stages, size_t n)
{
	struct zol_progress *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->out = out;
	p->weights = calloc(n + 1, sizeof(*p->weights));
	for (size_t i = 0; p->weights && i < n; i++) {
		zol_strv_add(&p->names, stages[i].stage);
		p->weights[i] = stages[i].weight;
		p->weight_sum += stages[i].weight;
	}
	if (!p->weights || p->names.oom) {
		zol_progress_free(p);
		return NULL;
	}
	return p;
}

static bool draws(const struct zol_progress *p)
{
	return p->out->tty_err && p->out->verbosity >= 0;
}

static double fraction(const struct zol_progress *p)
{
	if (!p->total)
		return 0;
	return p->done >= p->total ? 1 : (double)p->done / (double)p->total;
}

/* Of all stages, 0 to 1; without a plan, of the present one. */
static double overall(const struct zol_progress *p)
{
	if (!p->weight_sum)
		return fraction(p);
	return ((double)p->weight_done + fraction(p) * p->weight) / (double)p->weight_sum;
}

static void send_json(struct zol_progress *p, uint64_t now)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	p->sent_at = now;
	zol_str_puts(&s, "{\"stage\":");
	zol_json_string(&s, zol_str_c(&p->stage));
	zol_str_printf(&s, ",\"done\":%" PRIu64 ",\"total\":%" PRIu64 ",\"unit\":\"%s\",\"overall\":%.4f}\n", p->done,
		       p->total, p->unit == ZOL_UNIT_BYTES ? "bytes" : "count", overall(p));
	/* Whoever does not listen any more misses it. */
	if (!s.oom && write(p->out->progress_fd, s.ptr, s.len) < 0)
		return;
}

static void add_amount(struct zol_str *s, const struct zol_progress *p)
{
	char a[ZOL_NUM_TEXT], b[ZOL_NUM_TEXT];

	if (p->unit == ZOL_UNIT_BYTES) {
		zol_str_printf(s, "  %s", zol_num_fmt_size(p->done, a));
		if (p->total)
			zol_str_printf(s, " of %s", zol_num_fmt_size(p->total, b));
		if (p->rate >= 1)
			zol_str_printf(s, "  %s/s", zol_num_fmt_size((uint64_t)p->rate, a));
	} else if (p->total) {
		zol_str_printf(s, "  %" PRIu64 " of %" PRIu64, p->done, p->total);
	} else if (p->done) {
		zol_str_printf(s, "  %" PRIu64, p->done);
	}
	if (p->total > p->done && p->rate > 0) {
		double left_s = (double)(p->total - p->done) / p->rate;

		/* Tenths of a second would only flicker. */
		if (left_s < 1e6)
			zol_str_printf(s, "  %s left", zol_num_fmt_duration(((uint64_t)left_s + 1) * 1000, a));
	}
}

static void add_bar(struct zol_str *s, double part, int room)
{
	int filled = (int)(part * room + 0.5);

	zol_str_putc(s, '[');
	for (int i = 0; i < room; i++)
		zol_str_putc(s, i < filled ? '#' : '-');
	zol_str_printf(s, "] %3d%%", (int)(part * 100));
}

static void draw(struct zol_progress *p, uint64_t now)
{
	ZOL_AUTO(str) struct zol_str left = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str right = ZOL_STR_INIT;
	size_t width = p->out->width > 1 ? (size_t)p->out->width - 1 : 0;
	size_t used;

	p->drawn_at = now;
	p->visible = true;
	zol_str_printf(&left, " * %s ", zol_str_c(&p->stage));
	add_amount(&right, p);
	used = left.len + right.len + 7; /* the brackets and " 100%" */
	if ((p->total || p->weight_sum) && used + 5 <= width) {
		size_t room = width - used;

		add_bar(&left, overall(p), room > BAR_MAX ? BAR_MAX : (int)room);
	}
	zol_str_add(&left, zol_str_c(&right), right.len);
	zol_str_truncate(&left, width);
	(void)fprintf(p->out->err, "\r%s\033[K", zol_str_c(&left));
	(void)fflush(p->out->err);
}

static void update_rate(struct zol_progress *p, uint64_t now)
{
	double rate;

	if (now - p->rate_at < RATE_MS && p->rate > 0)
		return;
	if (now - p->rate_at < DRAW_MS || p->done < p->rate_done)
		return;
	rate = (double)(p->done - p->rate_done) * 1000 / (double)(now - p->rate_at);
	p->rate = p->rate > 0 ? p->rate * 0.7 + rate * 0.3 : rate;
	p->rate_at = now;
	p->rate_done = p->done;
}

/* Everything up to the stage that begins is over. */
static void find_weight(struct zol_progress *p, const char *name)
{
	uint64_t before = 0;

	p->weight_done += p->weight;
	p->weight = 0;
	for (size_t i = 0; i < p->names.len; i++) {
		if (strcmp(p->names.v[i], name) == 0) {
			p->weight_done = before;
			p->weight = p->weights[i];
			return;
		}
		before += p->weights[i];
	}
}

static void on_stage(void *ctx, const char *name, uint64_t total, enum zol_unit unit)
{
	struct zol_progress *p = ctx;
	uint64_t now = zol_now_ms();

	find_weight(p, name);
	zol_str_truncate(&p->stage, 0);
	zol_text_escape(&p->stage, name);
	p->total = total;
	p->done = 0;
	p->unit = unit;
	p->rate = 0;
	p->rate_at = now;
	p->rate_done = 0;
	if (p->out->progress_fd >= 0)
		send_json(p, now);
	if (draws(p))
		draw(p, now);
}

static void on_progress(void *ctx, uint64_t done)
{
	struct zol_progress *p = ctx;
	uint64_t now = zol_now_ms();
	bool end = p->total && done >= p->total && p->done < p->total;

	p->done = done;
	update_rate(p, now);
	if (p->out->progress_fd >= 0 && (end || now - p->sent_at >= DRAW_MS))
		send_json(p, now);
	if (draws(p) && (end || now - p->drawn_at >= DRAW_MS))
		draw(p, now);
}

static void say(const struct zol_out *out, enum zol_level level, const char *text)
{
	if (level == ZOL_LEVEL_WARN)
		zol_out_warn(out, "%s", text);
	else if (level == ZOL_LEVEL_NOTE)
		zol_out_info(out, "%s", text);
	else if (out->verbosity >= (level == ZOL_LEVEL_INFO ? 1 : 2))
		zol_out_verbose(out, "%s", text);
}

static void on_note(void *ctx, enum zol_level level, const char *text)
{
	struct zol_progress *p = ctx;

	zol_progress_hide(p);
	say(p->out, level, text);
}

static void on_note_alone(void *ctx, enum zol_level level, const char *text)
{
	say(ctx, level, text);
}

struct zol_events zol_progress_events(struct zol_progress *p, const struct zol_out *out)
{
	/* A callback's context is not const; on_note_alone() only reads it. */
	if (!p)
		return (struct zol_events){ .ctx = (void *)(uintptr_t)out, .note = on_note_alone };
	return (struct zol_events){ .ctx = p, .stage = on_stage, .progress = on_progress, .note = on_note };
}

void zol_progress_hide(struct zol_progress *p)
{
	if (!p || !p->visible)
		return;
	(void)fputs("\r\033[K", p->out->err);
	(void)fflush(p->out->err);
	p->visible = false;
	p->drawn_at = 0;
}

void zol_progress_free(struct zol_progress *p)
{
	if (!p)
		return;
	zol_progress_hide(p);
	zol_strv_free(&p->names);
	zol_str_free(&p->stage);
	free(p->weights);
	free(p);
}

/* --- from a child --- */

/* What follows "key": in the line, or an empty span. Our own writer puts no blanks. */
static struct zol_span value_of(struct zol_span line, const char *key)
{
	size_t len = strlen(key);

	for (size_t i = 0; i + len <= line.len; i++)
		if (memcmp(line.ptr + i, key, len) == 0)
			return zol_span(line.ptr + i + len, line.len - i - len);
	return zol_span("", 0);
}

static bool number_of(struct zol_span line, const char *key, uint64_t *ret)
{
	struct zol_span v = value_of(line, key);
	size_t n = 0;

	while (n < v.len && v.ptr[n] >= '0' && v.ptr[n] <= '9')
		n++;
	return zol_span_u64(zol_span(v.ptr, n), ret);
}

void zol_progress_relay(const struct zol_events *ev, struct zol_span line)
{
	ZOL_AUTO(free) char *name = NULL;
	struct zol_span rest = value_of(line, "{\"stage\":\"");
	const char *quote = rest.len ? memchr(rest.ptr, '"', rest.len) : NULL;
	uint64_t done = 0, total = 0;

	if (!quote || !number_of(line, "\"done\":", &done) || !number_of(line, "\"total\":", &total))
		return;
	/* A stage begins with nothing done; what follows is its progress. */
	if (done) {
		zol_ev_progress(ev, done);
		return;
	}
	name = zol_span_dup(zol_span(rest.ptr, (size_t)(quote - rest.ptr)));
	if (name)
		zol_ev_stage(ev, name, total,
			     zol_span_starts(value_of(line, "\"unit\":"), "\"bytes\"") ? ZOL_UNIT_BYTES :
											 ZOL_UNIT_COUNT);
}
