/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/flamecut.h"

#include <regex.h>
#include <stdlib.h>

#define REGEX_TEXT 128

static bool among(const uint64_t *list, size_t n, int64_t id)
{
	for (size_t i = 0; i < n; i++) {
		if (id >= 0 && list[i] == (uint64_t)id)
			return true;
	}
	return n == 0;
}

bool zol_flamecut_sample(const struct zol_flamecut *c, int64_t pid, int64_t tid, uint64_t after)
{
	if (after < c->from || (c->to && after >= c->to))
		return false;
	/* Without -F pid only the thread is printed: that of a process is its first one. */
	return among(c->pids, c->npids, pid >= 0 ? pid : tid) && among(c->tids, c->ntids, tid);
}

static bool all_digits(const char *p, const char *end)
{
	for (; p < end; p++) {
		if (*p < '0' || *p > '9')
			return false;
	}
	return true;
}

struct zol_span zol_flamecut_bare(struct zol_span name)
{
	static const char *const marks[] = { "isra", "constprop", "part", "cold", "llvm", "lto_priv", "localalias" };

	for (;;) {
		const char *end = name.ptr + name.len, *dot = memrchr(name.ptr, '.', name.len);
		bool known = false;

		/* A number belongs to the word before it. */
		if (dot && dot > name.ptr && dot + 1 < end && all_digits(dot + 1, end)) {
			end = dot;
			dot = memrchr(name.ptr, '.', (size_t)(end - name.ptr));
		}
		if (!dot || dot == name.ptr)
			return name;
		for (size_t i = 0; i < ZOL_COUNT(marks) && !known; i++)
			known = zol_span_eq(zol_span(dot + 1, (size_t)(end - dot - 1)), marks[i]);
		if (!known)
			return name;
		name.len = (size_t)(dot - name.ptr);
	}
}

static struct zol_span bare_task(struct zol_span name)
{
	const char *dash = memrchr(name.ptr, '-', name.len);

	if (!dash || dash == name.ptr || dash + 1 == name.ptr + name.len)
		return name;
	for (const char *p = dash + 1; p < name.ptr + name.len; p++) {
		if ((*p < '0' || *p > '9') && *p != '/' && *p != '?')
			return name;
	}
	return zol_span(name.ptr, (size_t)(dash - name.ptr));
}

static bool equal_with_underscores(struct zol_span name, const char *want)
{
	size_t i = 0;

	for (; i < name.len && want[i]; i++) {
		char w = want[i] == ' ' ? '_' : want[i];

		if (name.ptr[i] != w && name.ptr[i] != want[i])
			return false;
	}
	return i == name.len && !want[i];
}

static bool name_matches(const struct zol_frame *f, const char *want, bool task)
{
	struct zol_span name = zol_span(f->name, f->len);

	if (!task)
		return zol_span_eq(name, want) || zol_span_eq(zol_flamecut_bare(name), want);
	return equal_with_underscores(name, want) || equal_with_underscores(bare_task(name), want);
}

/* Marks the frames that one text names. */
static int mark_frames(const struct zol_stacks *s, const char *want, bool regex, unsigned char bit,
		       unsigned char *marks, struct zol_err *err)
{
	regex_t re;
	int r = regex ? regcomp(&re, want, REG_EXTENDED | REG_NOSUB) : 0;

	if (r) {
		char text[REGEX_TEXT];

		regerror(r, &re, text, sizeof(text));
		return zol_err_set(err, ZOL_USAGE, 0, "'%s' is no regular expression: %s", want, text);
	}
	for (size_t i = 0; i < s->nframes; i++) {
		const struct zol_frame *f = &s->frames[i];

		if (regex ? regexec(&re, f->name, 0, NULL, 0) == 0 : name_matches(f, want, bit == 1))
			marks[i] |= bit;
	}
	if (regex)
		regfree(&re);
	return 0;
}

static bool stack_wanted(const struct zol_flamecut *c, const struct zol_stacks *s, const struct zol_stack *k,
			 const unsigned char *marks)
{
	const uint32_t *ids = s->ids + k->at;

	if (c->comms && c->comms[0] && (!k->len || !(marks[ids[0]] & 1)))
		return false;
	if (!c->funcs || !c->funcs[0])
		return true;
	for (uint32_t i = 1; i < k->len; i++) {
		if (marks[ids[i]] & 2)
			return true;
	}
	return false;
}

int zol_flamecut_apply(const struct zol_flamecut *c, struct zol_stacks *s, struct zol_err *err)
{
	ZOL_AUTO(free) unsigned char *marks = calloc(s->nframes + 1, 1);
	ZOL_AUTO(free) bool *keep = calloc(s->len + 1, sizeof(*keep));

	if (!marks || !keep)
		return zol_err_oom(err);
	for (size_t i = 0; c->comms && c->comms[i]; i++) {
		if (mark_frames(s, c->comms[i], c->regex, 1, marks, err) < 0)
			return -(int)err->code;
	}
	for (size_t i = 0; c->funcs && c->funcs[i]; i++) {
		if (mark_frames(s, c->funcs[i], c->regex, 2, marks, err) < 0)
			return -(int)err->code;
	}
	for (size_t i = 0; i < s->len; i++)
		keep[i] = stack_wanted(c, s, &s->v[i], marks);
	zol_stacks_keep(s, keep);
	return zol_stacks_check(s, err);
}
