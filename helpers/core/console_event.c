/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/console_event.h"

#define DEEP 80U       /* lines that are read one by one behind evidence */
#define AFTER_END 12U  /* the same behind "end trace" */
#define HEAD_GAP 40U   /* lines between a cause and the BUG or WARNING that reports it */
#define DIE_GAP 150U   /* between a cause and its oops */
#define TAIL_GAP 2000U /* between an event and the panic over it */
#define HANG_GAP 3000U /* between reports of one hang */
#define SAME_GAP 400U  /* between lines of one kind that repeat */
#define EXCERPT_LINE 400U
#define BANNER "Linux version "

void zol_finding_free(struct zol_finding *v)
{
	free(v->title);
	free(v->function);
	free(v->module);
	free(v->place);
	free(v->file);
	free(v->inlined);
	zol_strv_free(&v->excerpt);
	*v = (struct zol_finding){ 0 };
}

static void frame_free(struct zol_console_symbol *f)
{
	free(f->name);
	free(f->module);
	free(f->place);
	free(f->file);
	*f = (struct zol_console_symbol){ 0 };
}

void zol_console_event_free(struct zol_console_event *e)
{
	frame_free(&e->counter);
	frame_free(&e->trace);
	frame_free(&e->doubtful);
	zol_finding_free(&e->v);
	*e = (struct zol_console_event){ 0 };
}

/* A copy without control characters, not longer than max. */
static char *clean(struct zol_span text, size_t max)
{
	text = zol_span_trim(text);
	if (text.len > max)
		text.len = max;
	return zol_span_dup_line(text);
}

static char *copy_name(struct zol_span name)
{
	return name.len > 0 ? clean(name, 200) : NULL;
}

static void keep_line(struct zol_console_find *f, struct zol_span line)
{
	ZOL_AUTO(free) char *copy = NULL;

	if (f->e.v.excerpt.len >= ZOL_FINDING_LINES)
		return;
	copy = clean(line, EXCERPT_LINE);
	if (copy && *copy)
		zol_strv_add(&f->e.v.excerpt, copy);
}

static void take(char **to, char **from)
{
	if (!*to)
		*to = zol_take_ptr(*from);
}

/* Of what was seen, the best for the verdict. */
static void settle(struct zol_console_event *e)
{
	struct zol_console_symbol *best = e->counter.name ? &e->counter : e->trace.name ? &e->trace : &e->doubtful;
	bool named = e->v.function != NULL;

	/* A function that its first line named gets its module from its own frame only. */
	if (named && best->name && strcmp(best->name, e->v.function) != 0)
		best = e->trace.name && strcmp(e->trace.name, e->v.function) == 0 ? &e->trace : NULL;
	if (best && best->name) {
		take(&e->v.function, &best->name);
		take(&e->v.module, &best->module);
		take(&e->v.place, &best->place);
		if (!e->v.file && best->file) {
			take(&e->v.file, &best->file);
			e->v.line = best->line;
		}
	}
	if (!e->v.module && e->trace.module && e->v.kind == ZOL_FIND_ZFS_PANIC)
		take(&e->v.module, &e->trace.module);
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_same(const struct zol_finding *a, const struct zol_finding *b)
{
	if (a->kind != b->kind || a->stopped || b->stopped || a->line != b->line ||
	    !same_text(a->function, b->function) || !same_text(a->file, b->file))
		return false;
	return a->function || a->file || same_text(a->title, b->title);
}

void zol_console_event_close(struct zol_console_find *f)
{
	struct zol_console_event *e = &f->e;

	if (!f->open)
		return;
	f->open = false;
	f->deep = 0;
	settle(e);
	for (size_t i = 0; i < f->n; i++)
		if (is_same(&f->found[i], &e->v)) {
			f->found[i].times += e->v.times;
			zol_console_event_free(e);
			return;
		}
	if (f->n < ZOL_FINDINGS) {
		f->found[f->n++] = e->v;
		e->v = (struct zol_finding){ 0 };
	} else {
		f->dropped++;
	}
	zol_console_event_free(e);
}

static void take_where(struct zol_finding *v, const struct zol_console_where *w)
{
	if (!v->file && w->file.len > 0) {
		v->file = copy_name(w->file);
		v->line = w->line;
	}
	if (!v->function && w->function.len > 0 && !zol_console_frame_dull(w->function, v->kind)) {
		v->function = copy_name(w->function);
		if (!v->module)
			v->module = copy_name(w->module);
		if (!v->place)
			v->place = copy_name(w->place);
	}
}

/* One line with what was found on it. */
struct seen {
	struct zol_span line, said, caller; /* said: from the rule's text on */
	const struct zol_console_rule *rule;
};

static void open_event(struct zol_console_find *f, const struct seen *s, enum zol_finding_kind kind)
{
	struct zol_console_event *e = &f->e;
	struct zol_console_where where;

	zol_console_event_close(f);
	*e = (struct zol_console_event){ .role = (enum zol_console_role)s->rule->role,
					 .first = f->lines,
					 .last = f->lines };
	e->v = (struct zol_finding){ .kind = kind, .at = f->lines + 1, .offset = f->bytes, .times = 1 };
	e->v.title = clean(s->said, EXCERPT_LINE);
	if (s->caller.len > 0 && s->caller.len < ZOL_CONSOLE_CALLER)
		memcpy(e->caller, s->caller.ptr, s->caller.len);
	e->body = s->rule->role == ZOL_ROLE_BODY;
	e->die = s->rule->role == ZOL_ROLE_DIE;
	e->v.stopped = s->rule->role == ZOL_ROLE_TAIL;
	f->open = true;
	f->changed = true;
	f->deep = DEEP;
	zol_console_where_read(s->rule, s->said, &where);
	take_where(&e->v, &where);
	keep_line(f, s->line);
}

static void join_event(struct zol_console_find *f, const struct seen *s)
{
	struct zol_console_where where;

	zol_console_where_read(s->rule, s->said, &where);
	take_where(&f->e.v, &where);
	keep_line(f, s->line);
	f->e.last = f->lines;
	f->deep = f->e.ended ? AFTER_END : DEEP;
}

static bool is_hang(enum zol_finding_kind kind)
{
	return kind == ZOL_FIND_HUNG_TASK || kind == ZOL_FIND_RCU_STALL || kind == ZOL_FIND_SOFT_LOCKUP ||
	       kind == ZOL_FIND_HARD_LOCKUP;
}

/* Kinds that only note something: a panic behind them is another matter, and so is an oops. */
static bool is_note(enum zol_finding_kind kind)
{
	return kind == ZOL_FIND_FS || kind == ZOL_FIND_IO || kind == ZOL_FIND_ZFS_IO || kind == ZOL_FIND_NET ||
	       kind == ZOL_FIND_PAGE_ALLOC || kind == ZOL_FIND_REBOOT || kind == ZOL_FIND_LEAK;
}

/* Another report of the memory or lock that the open event is about? */
static bool is_cause(const struct zol_console_event *e)
{
	return e->role == ZOL_ROLE_HEAD || e->v.kind == ZOL_FIND_BUG || e->v.kind == ZOL_FIND_KASAN ||
	       e->v.kind == ZOL_FIND_KFENCE || e->v.kind == ZOL_FIND_LIST || e->v.kind == ZOL_FIND_STACK;
}

static void on_tail(struct zol_console_find *f, const struct seen *s, enum zol_finding_kind kind)
{
	struct zol_console_event *e = &f->e;
	uint64_t gap = f->lines - e->last;

	if (!f->open || gap > TAIL_GAP || (is_note(e->v.kind) && (gap > 20 || e->v.kind != kind))) {
		open_event(f, s, kind);
		return;
	}
	if (!e->v.stopped)
		f->changed = true;
	e->v.stopped = true;
	join_event(f, s);
}

static bool joins(const struct zol_console_find *f, const struct seen *s, enum zol_finding_kind kind)
{
	const struct zol_console_event *e = &f->e;
	uint64_t gap = f->lines - e->last;

	if (!f->open)
		return false;
	switch ((enum zol_console_role)s->rule->role) {
	case ZOL_ROLE_BODY:
		return e->role == ZOL_ROLE_HEAD && !e->body && !e->die && gap <= HEAD_GAP;
	case ZOL_ROLE_DIE:
		if (zol_span_starts(s->said, "KASAN: "))
			return gap <= 10;
		return is_cause(e) && !e->die && !e->ended && gap <= DIE_GAP;
	case ZOL_ROLE_HANG:
		return gap <= HANG_GAP && !e->v.stopped && (e->v.kind == kind || (is_hang(e->v.kind) && is_hang(kind)));
	case ZOL_ROLE_HEAD:
		return e->role == ZOL_ROLE_HEAD && !e->body && !e->die && gap <= 3;
	case ZOL_ROLE_ALONE:
		return e->v.kind == kind &&
		       (is_note(kind) || kind == ZOL_FIND_OOM || kind == ZOL_FIND_BAD_PAGE ||
			kind == ZOL_FIND_ZFS_SUSPENDED || kind == ZOL_FIND_ZFS_DEADMAN) &&
		       gap <= SAME_GAP;
	case ZOL_ROLE_TAIL:
	case ZOL_ROLE_BOOT:
	case ZOL_ROLE_DOWN:
		break;
	}
	return false;
}

static void take_release(struct zol_console_find *f, struct zol_span said)
{
	struct zol_span rest = zol_span(said.ptr + strlen(BANNER), said.len - strlen(BANNER));
	struct zol_span word;

	if (!zol_span_field(&rest, " ", &word) || word.len >= sizeof(f->release))
		return;
	memcpy(f->release, word.ptr, word.len);
	f->release[word.len] = '\0';
}

/* The firmware's banner and then the kernel's are one start. */
static void on_boot(struct zol_console_find *f, const struct seen *s)
{
	bool kernel = zol_span_starts(s->said, BANNER);
	bool stopped = f->open && f->e.v.stopped;
	bool expected = f->down || stopped || (kernel ? !f->booted || f->firmware : !f->booted && !f->running);

	zol_console_event_close(f);
	if (kernel)
		take_release(f, s->said);
	for (size_t i = 0; i < f->n && !expected; i++)
		expected = f->found[i].stopped && i + 1 == f->n;
	if (!expected)
		open_event(f, s, ZOL_FIND_REBOOT);
	zol_console_event_close(f);
	f->booted = f->booted || kernel;
	f->firmware = !kernel;
	f->down = false;
}

static void on_rule(struct zol_console_find *f, const struct seen *s)
{
	enum zol_finding_kind kind = zol_console_refine(s->rule, s->said);

	if (s->rule->role == ZOL_ROLE_BOOT) {
		on_boot(f, s);
	} else if (s->rule->role == ZOL_ROLE_DOWN) {
		zol_console_event_close(f);
		f->down = true;
	} else if (s->rule->role == ZOL_ROLE_TAIL) {
		on_tail(f, s, kind);
	} else if (joins(f, s, kind)) {
		if (f->e.v.kind == kind && (s->rule->role == ZOL_ROLE_ALONE || kind == ZOL_FIND_HUNG_TASK))
			f->e.v.times++;
		f->e.body |= s->rule->role == ZOL_ROLE_BODY;
		f->e.die |= s->rule->role == ZOL_ROLE_DIE;
		join_event(f, s);
	} else {
		open_event(f, s, kind);
	}
}

static void take_frame(struct zol_console_symbol *to, const struct zol_console_frame *from)
{
	if (to->name)
		return;
	to->name = copy_name(from->name);
	to->module = copy_name(from->module);
	to->place = copy_name(from->place);
	to->file = copy_name(from->file);
	to->line = from->line;
}

/* A line behind the first one of an event: does it belong to it, and what does it tell? */
static void on_line(struct zol_console_find *f, struct zol_span line, struct zol_span text, struct zol_span caller)
{
	static const char *const marks[] = { "Call Trace:", "Call trace:", "Modules linked in:",
					     "CPU: ",       "Code: ",      "Showing stack for process ",
					     "Stack:",      "Backtrace:",  "task:" };
	struct zol_console_frame frame;
	struct zol_console_event *e = &f->e;

	if (e->caller[0] && caller.len > 0 && !zol_span_eq(caller, e->caller))
		return;
	keep_line(f, line);
	if (zol_span_starts(text, "---[ end ")) {
		e->ended = true;
		e->last = f->lines;
		f->deep = AFTER_END;
		return;
	}
	if (zol_console_frame_read(text, &frame)) {
		bool dull = zol_console_frame_dull(frame.name, e->v.kind);

		e->last = f->lines;
		f->deep = e->ended ? f->deep : DEEP;
		if (!dull)
			take_frame(frame.counter ? &e->counter : frame.doubtful ? &e->doubtful : &e->trace, &frame);
		return;
	}
	for (size_t i = 0; i < ZOL_COUNT(marks); i++)
		if (zol_span_starts(text, marks[i])) {
			e->last = f->lines;
			f->deep = e->ended ? f->deep : DEEP;
		}
}

/* One line, or a piece of a very long one, without its LF. */
void zol_console_event_line(struct zol_console_find *f, struct zol_span line)
{
	struct seen s = { .line = line };
	size_t at, prefix = zol_console_prefix(line, &s.caller);

	f->deep -= f->deep > 0;
	s.rule = zol_console_match(f->filter, line, prefix, &at);
	f->running |= prefix >= 8 && line.ptr[0] == '[' && !(s.rule && s.rule->role == ZOL_ROLE_BOOT);
	if (s.rule) {
		s.said = zol_span(line.ptr + at, line.len - at);
		s.line = zol_span(line.ptr + (prefix < at ? prefix : at), line.len - (prefix < at ? prefix : at));
		on_rule(f, &s);
	} else if (f->open && f->deep > 0) {
		struct zol_span text = zol_span(line.ptr + prefix, line.len - prefix);

		on_line(f, text, text, s.caller);
	}
}
