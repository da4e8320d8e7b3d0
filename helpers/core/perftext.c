/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/perftext.h"

#include <stdlib.h>

#include "base/num.h"

#define LINE_MAX_BYTES (1U << 20)
#define DEPTH_MAX 4096U

/*
 * Lines of frames come again and again: what a line means is remembered in a table that each line
 * has one place in. Longer lines are read anew each time.
 */
#define MEMO_SLOTS 65536U
#define MEMO_TEXT 120U

struct memo {
	uint32_t frame;
	uint16_t len; /* 0: empty */
	char text[MEMO_TEXT];
};

enum state {
	BETWEEN,  /* an empty line or the start: a sample's first line comes */
	FRAMES,   /* its frames come */
	SKIPPING, /* the frames of a sample that is not wanted */
};

struct zol_perftext {
	const struct zol_fold_opts *o;
	struct zol_stacks *s;
	struct zol_fold_stats st;
	struct memo *memo;
	struct zol_str rest; /* of a line that is not complete */
	struct zol_str name; /* scratch */
	enum state state;
	bool java, have_first;
	uint64_t first_time;
	/* the open sample */
	uint32_t task;
	uint64_t weight;
	uint32_t ids[DEPTH_MAX + 1]; /* filled from the end: leaf last */
	size_t depth;
};

int zol_perftext_new(const struct zol_fold_opts *opts, struct zol_stacks *stacks, struct zol_perftext **ret,
		     struct zol_err *err)
{
	struct zol_perftext *p = calloc(1, sizeof(*p));

	if (p)
		p->memo = calloc(MEMO_SLOTS, sizeof(*p->memo));
	if (!p || !p->memo) {
		zol_perftext_free(p);
		return zol_err_oom(err);
	}
	p->o = opts;
	p->s = stacks;
	*ret = p;
	return 0;
}

void zol_perftext_free(struct zol_perftext *p)
{
	if (!p)
		return;
	free(p->memo);
	zol_str_free(&p->rest);
	zol_str_free(&p->name);
	free(p);
}

static void end_sample(struct zol_perftext *p)
{
	size_t at = DEPTH_MAX - p->depth;

	if (p->state == FRAMES) {
		p->ids[at] = p->task;
		p->st.samples++;
		p->st.empty += p->depth == 0;
		zol_stacks_add(p->s, p->ids + at, p->depth + 1, p->weight, 0);
	}
	p->state = BETWEEN;
}

static void push(struct zol_perftext *p, uint32_t frame)
{
	if (p->depth < DEPTH_MAX && frame != UINT32_MAX) {
		p->ids[DEPTH_MAX - p->depth] = frame;
		p->depth++;
	}
}

/* The file in the brackets at the end, which may hold brackets itself: "(/memfd:a (deleted))". */
static struct zol_span cut_dso(struct zol_span *line)
{
	struct zol_span t = zol_span_trim(*line);
	int depth = 0;

	if (!zol_span_ends(t, ")"))
		return zol_span(NULL, 0);
	for (size_t i = t.len; i-- > 0;) {
		depth += t.ptr[i] == ')';
		depth -= t.ptr[i] == '(';
		if (depth == 0 && (i == 0 || t.ptr[i - 1] == ' ')) {
			*line = zol_span(t.ptr, i);
			return zol_span(t.ptr + i + 1, t.len - i - 2);
		}
	}
	return zol_span(NULL, 0);
}

/* "+0x1f" */
static struct zol_span cut_offset(struct zol_span name)
{
	const char *plus = name.len ? memrchr(name.ptr, '+', name.len) : NULL;
	struct zol_span hex;
	uint64_t n;

	if (!plus)
		return name;
	hex = zol_span(plus + 1, name.len - (size_t)(plus + 1 - name.ptr));
	return zol_span_starts(hex, "0x") && zol_span_hex(hex, &n) ? zol_span(name.ptr, (size_t)(plus - name.ptr)) :
								     name;
}

static uint32_t make_frame(struct zol_perftext *p, struct zol_span name, struct zol_span dso, uint64_t addr, bool inner)
{
	enum zol_frame_kind kind = inner ? ZOL_FRAME_INLINE : zol_dso_kind(dso, addr);
	bool known = !zol_span_eq(dso, "[unknown]") && !zol_span_eq(dso, "inlined");

	zol_str_truncate(&p->name, 0);
	if (zol_span_eq(name, "[unknown]") || !name.len)
		zol_frame_unknown(known ? dso : zol_span(NULL, 0), addr, p->o->addrs, &p->name);
	else
		zol_frame_tidy(name, p->java, &p->name);
	if (!p->name.len)
		return UINT32_MAX;
	return zol_stacks_frame(p->s, zol_span_str(&p->name), kind, known ? zol_dso_module(dso) : zol_span(NULL, 0));
}

/* Splits at arrows from the inside out, as the leaf comes first. Returns the frame when there was just one. */
static uint32_t add_names(struct zol_perftext *p, struct zol_span name, struct zol_span dso, uint64_t addr)
{
	struct zol_span parts[ZOL_FRAME_PARTS];
	size_t n = zol_frame_arrows(name, parts);
	uint32_t frame = UINT32_MAX;

	for (size_t i = n; i-- > 0;) {
		frame = make_frame(p, parts[i], dso, addr, i > 0);
		push(p, frame);
	}
	return n == 1 ? frame : UINT32_MAX;
}

/* Returns the frame if it is one that may be remembered for this line. */
static uint32_t read_frame(struct zol_perftext *p, struct zol_span line)
{
	struct zol_span word, dso, name;
	uint64_t addr;

	if (!zol_span_field(&line, " \t", &word))
		return UINT32_MAX;
	if (!zol_span_hex(word, &addr)) /* a source line, or what else was asked for */
		return UINT32_MAX;
	dso = cut_dso(&line);
	if (zol_span_eq(dso, "inlined") && !p->o->inlined)
		return UINT32_MAX;
	if (!zol_span_starts(dso, "[anon:"))
		dso = cut_offset(dso); /* -F dsoff */
	name = cut_offset(zol_span_trim(line));
	return add_names(p, name, dso, addr);
}

/* Eight bytes at a time from both ends: the address and the name and file. The line has at least 32. */
static uint64_t hash_line(const char *p, size_t len)
{
	uint64_t a, b, c, d;

	memcpy(&a, p, 8);
	memcpy(&b, p + 8, 8);
	memcpy(&c, p + len - 24, 8);
	memcpy(&d, p + 14, 8);
	a = (a ^ (b << 7) ^ len) * 0x9e3779b97f4a7c15ULL;
	c = (c ^ (d << 13)) * 0xff51afd7ed558ccdULL;
	a ^= c ^ (a >> 29) ^ (c >> 31);
	return a * 0xc4ceb9fe1a85ec53ULL;
}

static void on_frame(struct zol_perftext *p, struct zol_span line)
{
	struct memo *m;
	uint32_t frame;

	if (line.len < 32 || line.len > MEMO_TEXT || p->java) {
		(void)read_frame(p, line);
		return;
	}
	m = &p->memo[hash_line(line.ptr, line.len) >> 48];
	if (m->len == line.len && !memcmp(m->text, line.ptr, line.len)) {
		push(p, m->frame);
		return;
	}
	frame = read_frame(p, line);
	if (frame != UINT32_MAX) {
		m->frame = frame;
		m->len = (uint16_t)line.len;
		memcpy(m->text, line.ptr, line.len);
	}
}

static bool sample_wanted(struct zol_perftext *p, const struct zol_perf_head *h)
{
	if (!p->have_first && h->has_time) {
		p->have_first = true;
		p->first_time = h->time;
	}
	if (!zol_fold_wants_event(p->o, &p->st, h->event)) {
		p->st.others++;
		return false;
	}
	if (!zol_flamecut_sample(&p->o->cut, h->pid, h->tid, h->time > p->first_time ? h->time - p->first_time : 0)) {
		p->st.cut++;
		return false;
	}
	return true;
}

/* A frame on the line of the event, as perf prints it without callchains. */
static bool frame_on_line(struct zol_span rest)
{
	struct zol_span word, t = zol_span_trim(rest);
	uint64_t addr;

	return zol_span_ends(t, ")") && zol_span_field(&t, " \t", &word) && word.len >= 4 && zol_span_hex(word, &addr);
}

static void begin_sample(struct zol_perftext *p, const struct zol_perf_head *h)
{
	bool periods = p->o->count != ZOL_COUNT_SAMPLES && h->has_period;

	p->depth = 0;
	p->state = SKIPPING;
	p->java = zol_span_starts(h->comm, "java");
	if (!sample_wanted(p, h))
		return;
	p->st.periods = p->st.periods || periods;
	p->weight = periods ? h->period : 1;
	p->task = zol_frame_task(p->s, h->comm, p->o->show, h->pid, h->tid);
	if (p->task == UINT32_MAX) {
		p->s->oom = true;
		return;
	}
	p->state = FRAMES;
}

static void on_head(struct zol_perftext *p, struct zol_span line)
{
	struct zol_perf_head h = { .pid = -1, .tid = -1, .rest = zol_span(line.ptr, 0) };
	bool blank = line.ptr[0] == ' ' || line.ptr[0] == '\t';
	bool known = zol_perf_head_read(line, &h);

	if (!(known && h.anchored) && line.ptr[0] == '#')
		return;
	if (!known && blank) {
		p->st.odd++;
		return;
	}
	if (!known) /* -F comm */
		h.comm = zol_span_trim(line);
	begin_sample(p, &h);
	if (frame_on_line(h.rest)) {
		if (p->state == FRAMES)
			(void)read_frame(p, h.rest);
		end_sample(p);
	}
}

static void on_line(struct zol_perftext *p, struct zol_span line)
{
	if (line.len && line.ptr[line.len - 1] == '\r')
		line.len--;
	if (!line.len) {
		end_sample(p);
		return;
	}
	if (p->state != BETWEEN && (line.ptr[0] == '\t' || line.ptr[0] == ' ')) {
		if (p->state == FRAMES)
			on_frame(p, line);
		return;
	}
	if (!zol_span_trim(line).len)
		return;
	end_sample(p);
	on_head(p, line);
}

int zol_perftext_feed(struct zol_perftext *p, struct zol_span text, struct zol_err *err)
{
	const char *at = text.ptr, *end = text.ptr + text.len;

	while (at < end) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		struct zol_span line = zol_span(at, (size_t)((lf ? lf : end) - at));

		at = lf ? lf + 1 : end;
		if (p->rest.len || !lf)
			zol_str_add(&p->rest, line.ptr, line.len);
		if (p->rest.len > LINE_MAX_BYTES)
			return zol_err_set(err, ZOL_MALFORMED, 0, "a line is longer than %u bytes", LINE_MAX_BYTES);
		if (!lf)
			break;
		on_line(p, p->rest.len ? zol_span_str(&p->rest) : line);
		zol_str_truncate(&p->rest, 0);
	}
	if (zol_str_check(&p->rest, err) < 0 || zol_str_check(&p->name, err) < 0)
		return -(int)err->code;
	return zol_stacks_check(p->s, err);
}

int zol_perftext_finish(struct zol_perftext *p, struct zol_fold_stats *ret, struct zol_err *err)
{
	if (p->rest.len)
		on_line(p, zol_span_str(&p->rest));
	zol_str_truncate(&p->rest, 0);
	end_sample(p);
	*ret = p->st;
	return zol_stacks_check(p->s, err);
}
