/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>

#include "core/inittab.h"

#define LEVELS "12345"

static const char *const actions[] = { "respawn",   "wait",        "once",         "boot",       "bootwait",
				       "off",       "ondemand",    "initdefault",  "sysinit",    "powerwait",
				       "powerfail", "powerokwait", "powerfailnow", "ctrlaltdel", "kbrequest",
				       "askfirst",  "shutdown",    "restart" };

static bool action_known(struct zol_span a)
{
	for (size_t i = 0; i < ZOL_COUNT(actions); i++)
		if (zol_span_eq(a, actions[i]))
			return true;
	return false;
}

/* Cuts the text up to the next colon off *rest. */
static bool colon(struct zol_span *rest, struct zol_span *ret)
{
	const char *c = memchr(rest->ptr, ':', rest->len);

	if (!c)
		return false;
	*ret = zol_span(rest->ptr, (size_t)(c - rest->ptr));
	*rest = zol_span(c + 1, rest->len - ret->len - 1);
	return true;
}

static bool all_in(struct zol_span a, const char *set)
{
	for (size_t i = 0; i < a.len; i++)
		if (!strchr(set, a.ptr[i]) || a.ptr[i] == '\0')
			return false;
	return true;
}

bool zol_inittab_parse(struct zol_span line, struct zol_inittab_entry *ret)
{
	struct zol_span rest = zol_span_trim(line);

	ret->off = false;
	while (rest.len > 0 && (rest.ptr[0] == '#' || (ret->off && isblank((unsigned char)rest.ptr[0])))) {
		ret->off = true;
		rest = zol_span(rest.ptr + 1, rest.len - 1);
	}
	if (!colon(&rest, &ret->id) || !colon(&rest, &ret->levels) || !colon(&rest, &ret->action))
		return false;
	ret->process = zol_span_trim(rest);
	for (size_t i = 0; i < ret->id.len; i++)
		if (!isgraph((unsigned char)ret->id.ptr[i]))
			return false;
	return ret->id.len <= 32 && all_in(ret->levels, "0123456789SsABCabc") && action_known(ret->action);
}

bool zol_inittab_is_busybox(struct zol_span text)
{
	struct zol_inittab_entry e;
	struct zol_span line;

	/* What was switched off or replaced counts as well: the edits must not change the answer. */
	while (zol_span_line(&text, &line)) {
		if (zol_span_starts(line, ZOL_LINE_WAS))
			line = zol_span(line.ptr + strlen(ZOL_LINE_WAS), line.len - strlen(ZOL_LINE_WAS));
		if (!zol_inittab_parse(line, &e) || e.off)
			continue;
		if (e.id.len == 0 || e.id.len > 4 || zol_span_eq(e.action, "askfirst"))
			return true;
		if (zol_span_eq(e.action, "initdefault"))
			return false;
	}
	return false;
}

static struct zol_span base_name(struct zol_span word)
{
	const char *slash = memrchr(word.ptr, '/', word.len);

	return slash ? zol_span(slash + 1, (size_t)(word.ptr + word.len - slash) - 1) : word;
}

/* "ttyS0" or "/dev/ttyS0". */
static bool is_tty(struct zol_span word, const char *tty)
{
	if (zol_span_starts(word, "/dev/"))
		word = zol_span(word.ptr + 5, word.len - 5);
	return zol_span_eq(word, tty);
}

/* Whether the entry serves the terminal, whatever the program. */
static bool serves(const struct zol_inittab_entry *e, const char *tty, bool busybox)
{
	struct zol_span rest = e->process, word;
	bool getty = false, found = false;

	if (busybox && zol_span_eq(e->id, tty))
		return true;
	while (zol_span_field(&rest, " \t", &word)) {
		if (zol_span_ends(base_name(word), "getty"))
			getty = true;
		else if (is_tty(word, tty))
			found = true;
	}
	/* In a comment, only what is surely an entry counts; prose may name the terminal too. */
	return found && (getty || !e->off);
}

static bool is_shell(struct zol_span process)
{
	struct zol_span word;

	if (zol_span_starts(process, "-"))
		process = zol_span(process.ptr + 1, process.len - 1);
	if (!zol_span_field(&process, " \t", &word))
		return false;
	word = base_name(word);
	return zol_span_eq(word, "sh") || zol_span_eq(word, "bash") || zol_span_eq(word, "ash") ||
	       zol_span_eq(word, "dash") || zol_span_eq(word, "zsh");
}

/* -a root, -aroot, --autologin root, --autologin=root, mingetty's --autologin too. */
static bool logs_in(struct zol_span process)
{
	struct zol_span word;
	bool next = false;

	if (is_shell(process))
		return true;
	while (zol_span_field(&process, " \t", &word)) {
		if (next)
			return zol_span_eq(word, "root");
		if (zol_span_eq(word, "-aroot") || zol_span_eq(word, "--autologin=root"))
			return true;
		next = zol_span_eq(word, "-a") || zol_span_eq(word, "--autologin");
	}
	return false;
}

/* What is there for one terminal. */
struct found {
	struct zol_line line; /* the one to replace */
	struct zol_inittab_entry entry;
	unsigned active, off;
	bool done;  /* an active entry does what is wanted */
	char level; /* of initdefault, or 0 */
};

static bool active_does(const struct zol_inittab_entry *e, const struct zol_inittab_console *want)
{
	return zol_span_eq(e->action, "respawn") && (!want->autologin || logs_in(e->process));
}

static struct found look(struct zol_span text, const struct zol_inittab_console *want, bool busybox)
{
	struct found f = { .level = 0 };
	struct zol_inittab_entry e;
	struct zol_line line;
	size_t pos = 0;

	while (zol_lineedit_line(text, &pos, &line)) {
		if (!zol_inittab_parse(line.text, &e))
			continue;
		if (!e.off && zol_span_eq(e.action, "initdefault") && e.levels.len > 0)
			f.level = e.levels.ptr[0];
		if (!serves(&e, want->tty, busybox))
			continue;
		if (!e.off && active_does(&e, want))
			f.done = true;
		if (e.off ? f.off + f.active == 0 : f.active == 0) {
			f.line = line;
			f.entry = e;
		}
		*(e.off ? &f.off : &f.active) += 1;
	}
	return f;
}

/* Whether an active entry (other than that at `but`) has the id. */
static bool id_taken(struct zol_span text, struct zol_span id, size_t but)
{
	struct zol_inittab_entry e;
	struct zol_line line;
	struct zol_block b;
	size_t pos = 0;

	while (zol_lineedit_line(text, &pos, &line))
		if (line.at != but && zol_inittab_parse(line.text, &e) && !e.off && e.id.len == id.len &&
		    memcmp(e.id.ptr, id.ptr, id.len) == 0)
			return true;
	for (pos = 0; zol_lineedit_block(text, &pos, &b);) {
		struct zol_span body = b.body, l;

		while (zol_span_line(&body, &l))
			if (zol_inittab_parse(l, &e) && !e.off && e.id.len == id.len &&
			    memcmp(e.id.ptr, id.ptr, id.len) == 0)
				return true;
	}
	return false;
}

/* An id of two characters that nobody has: s0 for ttyS0 if possible. */
static void fresh_id(struct zol_span text, const char *tty, char id[static 3])
{
	static const char firsts[] = "szyxwvutrqponmlkjihgfedcba", seconds[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	size_t len = strlen(tty);

	id[0] = 's';
	id[1] = len > 0 && isdigit((unsigned char)tty[len - 1]) ? tty[len - 1] : '0';
	id[2] = '\0';
	for (size_t i = 0; id_taken(text, zol_span(id, 2), SIZE_MAX); i++) {
		id[0] = firsts[(i / (sizeof(seconds) - 1)) % (sizeof(firsts) - 1)];
		id[1] = seconds[i % (sizeof(seconds) - 1)];
		if (i >= (sizeof(firsts) - 1) * (sizeof(seconds) - 1))
			return;
	}
}

/* The body of our block if there is one already: its id and levels are kept. */
static bool own_entry(struct zol_span text, const char *name, struct zol_inittab_entry *ret)
{
	struct zol_span body, line;
	struct zol_block b;

	if (!zol_lineedit_find(text, name, &b))
		return false;
	body = b.body;
	while (zol_span_line(&body, &line))
		if (zol_inittab_parse(line, ret) && !ret->off)
			return true;
	return false;
}

static void sysv_line(struct zol_str *s, struct zol_span text, const struct found *f, const char *name,
		      const struct zol_inittab_console *want)
{
	struct zol_span id, levels = zol_span_c(LEVELS);
	struct zol_inittab_entry own;
	bool have = f->active + f->off > 0, ours = own_entry(text, name, &own);
	char made[3];

	if (ours) {
		id = own.id;
		levels = own.levels;
	} else if (have && f->entry.id.len > 0 && f->entry.id.len <= 4 && !id_taken(text, f->entry.id, f->line.at)) {
		id = f->entry.id;
	} else {
		fresh_id(text, want->tty, made);
		id = zol_span_c(made);
	}
	if (have && !ours && f->level && f->entry.levels.len > 0 &&
	    memchr(f->entry.levels.ptr, f->level, f->entry.levels.len))
		levels = f->entry.levels;
	zol_str_add(s, id.ptr, id.len);
	zol_str_putc(s, ':');
	zol_str_add(s, levels.ptr, levels.len);
	zol_str_printf(s, ":respawn:%s %s-L 115200 %s vt100\n", want->getty ? want->getty : "/sbin/getty",
		       want->autologin && want->getty ? "-a root " : "", want->tty);
}

static void busybox_line(struct zol_str *s, const struct zol_inittab_console *want)
{
	if (want->autologin)
		zol_str_printf(s, "%s::respawn:-/bin/sh\n", want->tty);
	else
		zol_str_printf(s, "%s::respawn:/sbin/getty -L 115200 %s vt100\n", want->tty, want->tty);
}

/* Switches off every active entry of the terminal but the one that is replaced. */
static int others_off(struct zol_str *text, const char *tty, bool busybox, size_t but, struct zol_err *err)
{
	struct zol_inittab_entry e;
	struct zol_line line;
	size_t pos = 0;
	int r;

	while (zol_lineedit_line(zol_span_str(text), &pos, &line)) {
		if (line.at <= but || !zol_inittab_parse(line.text, &e) || e.off || !serves(&e, tty, busybox))
			continue;
		r = zol_lineedit_off(text, &line, err);
		if (r < 0)
			return r;
		pos += strlen(ZOL_LINE_WAS);
	}
	return 0;
}

int zol_inittab_serial(struct zol_str *text, const struct zol_inittab_console *want, enum zol_edit *ret,
		       struct zol_str *note, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str name = ZOL_STR_INIT, line = ZOL_STR_INIT;
	bool busybox = zol_inittab_is_busybox(zol_span_str(text));
	struct found f = look(zol_span_str(text), want, busybox);
	struct zol_block b;
	bool ours, have;
	int r;

	zol_str_printf(&name, "serial %s", want->tty);
	r = zol_str_check(&name, err);
	if (r < 0)
		return r;
	ours = zol_lineedit_find(zol_span_str(text), zol_str_c(&name), &b);
	have = !ours && f.active + f.off > 0;
	*ret = ZOL_EDIT_SAME;
	if (f.done && !ours) {
		zol_str_printf(note, "%s already served by entry %.*s", want->tty, (int)f.entry.id.len, f.entry.id.ptr);
		return 0;
	}
	if (busybox)
		busybox_line(&line, want);
	else
		sysv_line(&line, zol_span_str(text), &f, zol_str_c(&name), want);
	zol_str_printf(note, "%s: %s", want->tty,
		       ours         ? "entry brought up to date" :
		       f.active > 0 ? "entry replaced" :
		       f.off > 0    ? "commented entry replaced" :
				      "no entry found, one appended");
	r = have && f.active > 1 ? others_off(text, want->tty, busybox, f.line.at, err) : 0;
	if (r < 0)
		return r;
	r = zol_str_check(&line, err);
	if (r < 0)
		return r;
	return zol_lineedit_put(text, zol_str_c(&name), zol_span_str(&line), have ? &f.line : NULL, ret, err);
}

int zol_inittab_respawn(struct zol_str *text, const char *name, const char *process, enum zol_edit *ret,
			struct zol_str *note, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str line = ZOL_STR_INIT;
	struct zol_inittab_entry own;
	char id[3];
	int r;

	if (zol_inittab_is_busybox(zol_span_str(text))) {
		zol_str_printf(&line, "::respawn:%s\n", process);
	} else if (own_entry(zol_span_str(text), name, &own)) {
		zol_str_add(&line, own.id.ptr, own.id.len);
		zol_str_printf(&line, ":" LEVELS ":respawn:%s\n", process);
	} else {
		fresh_id(zol_span_str(text), "z", id);
		zol_str_printf(&line, "%s:" LEVELS ":respawn:%s\n", id, process);
	}
	r = zol_str_check(&line, err);
	if (r < 0)
		return r;
	zol_str_printf(note, "entry for %s", process);
	return zol_lineedit_put(text, name, zol_span_str(&line), NULL, ret, err);
}
