/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>

#include "cmd/flame.h"
#include "sys/flame_read.h"

/* Why nothing is left of a recording, and which tasks there would be. */

enum { SHOWN = 6 };

struct task {
	uint32_t frame; /* its name */
	uint64_t count;
};

static void add_words(struct zol_str *s, const char *option, const struct zol_strv *words)
{
	for (size_t i = 0; i < words->len; i++)
		zol_str_printf(s, "%s--%s %s", s->len ? " " : "", option, words->v[i]);
}

/* The options that cut, as they were given. */
static void add_cuts(struct zol_str *s, const struct zol_flame_in_args *a)
{
	add_words(s, "comm", &a->comm);
	add_words(s, "pid", &a->pid);
	add_words(s, "tid", &a->tid);
	add_words(s, "func", &a->func);
	if (a->event)
		zol_str_printf(s, "%s--event %s", s->len ? " " : "", a->event);
	if (a->from)
		zol_str_puts(s, s->len ? " --from" : "--from");
	if (a->to)
		zol_str_puts(s, s->len ? " --to" : "--to");
}

static int by_frame(const void *a, const void *b)
{
	const struct task *x = a, *y = b;

	return (x->frame > y->frame) - (x->frame < y->frame);
}

static int by_count(const void *a, const void *b)
{
	const struct task *x = a, *y = b;

	return (x->count < y->count) - (x->count > y->count);
}

/* The tasks of s with most of its weight, "a, b and 3 more". */
static void add_tasks(struct zol_str *text, const struct zol_stacks *s)
{
	ZOL_AUTO(free) struct task *tasks = calloc(s->len + 1, sizeof(*tasks));
	size_t n = 0;

	if (!tasks)
		return;
	for (size_t i = 0; i < s->len; i++)
		tasks[i] = (struct task){ s->ids[s->v[i].at], s->v[i].count };
	qsort(tasks, s->len, sizeof(*tasks), by_frame);
	for (size_t i = 0; i < s->len; i++) {
		if (n && tasks[n - 1].frame == tasks[i].frame)
			tasks[n - 1].count += tasks[i].count;
		else
			tasks[n++] = tasks[i];
	}
	qsort(tasks, n, sizeof(*tasks), by_count);
	for (size_t i = 0; i < n && i < SHOWN; i++)
		zol_str_printf(text, "%s%s", i ? ", " : "", s->frames[tasks[i].frame].name);
	if (n > SHOWN)
		zol_str_printf(text, " and %zu more", n - SHOWN);
}

void zol_flame_tell_empty(const struct zol_cli *cli, const struct zol_flame_in_args *a,
			  const struct zol_flame_source *src)
{
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	ZOL_AUTO(stacks) struct zol_stacks all = { 0 };
	ZOL_AUTO(str) struct zol_str cuts = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str tasks = ZOL_STR_INIT;
	struct zol_fold_opts opts = *src->opts;
	struct zol_flame_source again = { .path = src->path, .opts = &opts, .where = src->where };
	struct zol_fold_stats st = { 0 };
	bool piped = strcmp(src->path, "-") == 0;
	const char *name = piped ? "standard input" : src->path;
	enum zol_flame_form form;

	add_cuts(&cuts, a);
	/* A pipe has been read. */
	if (cuts.len && piped) {
		zol_out_warn(&cli->out, "%s: no stack is of %s", name, zol_str_c(&cuts));
		return;
	}
	opts.cut = (struct zol_flamecut){ 0 };
	opts.event = NULL;
	if (a->pid.len || a->tid.len)
		opts.show = a->tid.len ? ZOL_SHOW_TID : ZOL_SHOW_PID;
	if (!cuts.len || zol_flame_read(&again, NULL, &all, &st, &form, &ignored) < 0 || !all.len) {
		zol_out_warn(&cli->out, "%s has no samples: record for longer, or while there is work", name);
		return;
	}
	zol_out_warn(&cli->out, "%s: no stack is of %s", name, zol_str_c(&cuts));
	if (a->event && st.event[0])
		zol_out_warn(&cli->out, "its event: %s", st.event);
	add_tasks(&tasks, &all);
	zol_out_warn(&cli->out, "its tasks: %s", zol_str_c(&tasks));
}
