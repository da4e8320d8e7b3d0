/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/num.h"
#include "core/perftext.h"

#define NS 1000000000ULL
#define MAX_WORDS 64U /* of a line that are looked at */
#define SKIPPED_WORDS 3U

static bool digits(struct zol_span w)
{
	uint64_t n;

	return zol_span_u64(w, &n);
}

/* "12", "-1" */
static bool read_id(struct zol_span w, int64_t *ret)
{
	uint64_t n;

	if (zol_span_eq(w, "-1")) {
		*ret = -1;
		return true;
	}
	if (!zol_span_u64(w, &n) || n > INT32_MAX)
		return false;
	*ret = (int64_t)n;
	return true;
}

/* "TID", "PID/TID" */
static bool read_ids(struct zol_span w, int64_t *ret_pid, int64_t *ret_tid)
{
	const char *slash = memchr(w.ptr, '/', w.len);
	size_t n = slash ? (size_t)(slash - w.ptr) : 0;

	*ret_pid = -1;
	if (!slash)
		return read_id(w, ret_tid);
	return read_id(zol_span(w.ptr, n), ret_pid) && read_id(zol_span(slash + 1, w.len - n - 1), ret_tid);
}

/* "[003]" */
static bool is_cpu(struct zol_span w)
{
	return w.len > 2 && w.ptr[0] == '[' && w.ptr[w.len - 1] == ']' && digits(zol_span(w.ptr + 1, w.len - 2));
}

/* "44.268618:", with six or nine places. */
static bool read_time(struct zol_span w, uint64_t *ret)
{
	const char *dot = memchr(w.ptr, '.', w.len);
	struct zol_span whole, part;
	uint64_t sec, frac;

	if (!dot || w.ptr[w.len - 1] != ':')
		return false;
	whole = zol_span(w.ptr, (size_t)(dot - w.ptr));
	part = zol_span(dot + 1, w.len - whole.len - 2);
	if (!zol_span_u64(whole, &sec) || !zol_span_u64(part, &frac) || part.len > 9 || sec > UINT64_MAX / NS - 1)
		return false;
	for (size_t i = part.len; i < 9; i++)
		frac *= 10;
	*ret = sec * NS + frac;
	return true;
}

struct words {
	struct zol_span v[MAX_WORDS];
	size_t len;
};

static void split(struct zol_span line, struct words *w)
{
	w->len = 0;
	while (w->len < MAX_WORDS && zol_span_field(&line, " \t", &w->v[w->len]))
		w->len++;
}

/* Which word is the thread? 0: none, as the task's name comes first. */
static size_t find_ids(const struct words *w, struct zol_perf_head *h)
{
	int64_t pid, tid;
	uint64_t time;

	for (size_t i = 2; i < w->len; i++) {
		if (!is_cpu(w->v[i]) && !read_time(w->v[i], &time))
			continue;
		if (read_ids(w->v[i - 1], &h->pid, &h->tid)) {
			h->anchored = true;
			return i - 1;
		}
	}
	for (size_t i = 1; i < w->len; i++) {
		if (read_ids(w->v[i], &pid, &tid)) {
			h->pid = pid;
			h->tid = tid;
			return i;
		}
	}
	return 0;
}

/* "[VM:00001 VCPU:000 ]" stands before events of guests. */
static struct zol_span without_guest(struct zol_span line)
{
	const char *end = zol_span_starts(line, "[VM:") ? memchr(line.ptr, ']', line.len) : NULL;

	if (!end)
		return line;
	return zol_span(end + 1, line.len - (size_t)(end + 1 - line.ptr));
}

static bool read_event(const struct words *w, size_t i, struct zol_span line, struct zol_perf_head *h)
{
	struct zol_span word;

	if (i < w->len && digits(w->v[i])) {
		h->has_period = zol_span_u64(w->v[i], &h->period);
		i++;
	}
	if (i >= w->len || w->v[i].ptr[w->v[i].len - 1] != ':')
		return false;
	word = w->v[i];
	h->event = zol_span(word.ptr, word.len - 1);
	h->rest = zol_span(word.ptr + word.len, (size_t)(line.ptr + line.len - word.ptr) - word.len);
	return true;
}

bool zol_perf_head_read(struct zol_span line, struct zol_perf_head *ret)
{
	struct zol_perf_head h = { .pid = -1, .tid = -1 };
	struct words w;
	size_t ids, i;

	line = without_guest(line);
	split(line, &w);
	ids = find_ids(&w, &h);
	if (!ids)
		return false;
	h.comm = zol_span_trim(zol_span(line.ptr, (size_t)(w.v[ids].ptr - line.ptr)));
	i = ids + 1;
	if (i < w.len && is_cpu(w.v[i]))
		i++;
	/* Flags and the time of day may stand before the time. */
	for (size_t k = i; k < w.len && k <= i + SKIPPED_WORDS; k++) {
		h.has_time = read_time(w.v[k], &h.time);
		if (h.has_time) {
			i = k + 1;
			break;
		}
	}
	if (!read_event(&w, i, line, &h)) {
		h.has_period = false;
		h.rest = zol_span(line.ptr + line.len, 0);
	}
	*ret = h;
	return true;
}

/* A line that only a stack of perf script has: blank, address, name. */
static bool is_frame(struct zol_span line)
{
	struct zol_span word, rest = line;
	uint64_t addr;

	return line.len > 3 && (line.ptr[0] == '\t' || line.ptr[0] == ' ') && zol_span_field(&rest, " \t", &word) &&
	       zol_span_hex(word, &addr) && rest.len > 1;
}

bool zol_perftext_looks(struct zol_span head)
{
	struct zol_span line;
	struct zol_perf_head h;

	while (zol_span_line(&head, &line)) {
		if (is_frame(line) || (zol_perf_head_read(line, &h) && h.anchored && h.event.len))
			return true;
	}
	return false;
}
