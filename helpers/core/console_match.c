/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/console_priv.h"

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Is what stands before the text such that it is the kernel that speaks? */
static bool is_placed(struct zol_span line, size_t prefix, size_t at, const struct zol_console_rule *rule)
{
	size_t n = at;
	char before = at > 0 ? line.ptr[at - 1] : ' ';

	if (strchr("\"'`=/", before) && before != '\0')
		return false;
	if (at <= prefix)
		return true;
	if (is_alnum(rule->text[0]) && is_alnum(before)) {
		/* Half a line of another CPU; but not DEBUG, and not a part of a name. */
		return rule->place == ZOL_PLACE_ANY && is_upper(rule->text[0]) && !is_upper(before) && before != '_';
	}
	if (rule->place == ZOL_PLACE_ANY)
		return true;
	while (n > prefix && line.ptr[n - 1] == ' ')
		n--;
	if (n == prefix)
		return true;
	before = line.ptr[n - 1];
	if (before == '-')
		return n - prefix >= 2 && line.ptr[n - 2] == '-';
	/* A tag, a time, a prompt, an ANSI sequence. */
	if (before == ':')
		return rule->place == ZOL_PLACE_TAG;
	return before != '\0' && (strchr("]#$>*[|!", before) || memrchr(line.ptr + prefix, '\033', n - prefix));
}

const struct zol_console_rule *zol_console_match(const struct zol_console_prefilter *p, struct zol_span line,
						 size_t prefix, size_t *ret_at)
{
	for (size_t at = 0; at < line.len; at++) {
		struct zol_span rest = zol_span(line.ptr + at, line.len - at);
		const struct zol_console_rule *r = NULL;

		while ((r = zol_console_prefilter_rule(p, rest, r))) {
			size_t n = strlen(r->text);
			struct zol_span behind = zol_span(rest.ptr + n, rest.len - n);

			if ((r->need && !zol_span_has(behind, r->need)) || (r->no && zol_span_has(behind, r->no)) ||
			    !is_placed(line, prefix, at, r))
				continue;
			*ret_at = at;
			return r;
		}
	}
	return NULL;
}

struct hint {
	const char *text;
	enum zol_finding_kind kind;
};

static enum zol_finding_kind by_hint(const struct hint *hints, size_t n, struct zol_span text,
				     enum zol_finding_kind fallback)
{
	for (size_t i = 0; i < n; i++)
		if (zol_span_has(text, hints[i].text))
			return hints[i].kind;
	return fallback;
}

enum zol_finding_kind zol_console_refine(const struct zol_console_rule *rule, struct zol_span said)
{
	static const struct hint panics[] = {
		{ "VERIFY", ZOL_FIND_ZFS_PANIC },
		{ "zfs: ", ZOL_FIND_ZFS_PANIC },
		{ "uncorrectable I/O", ZOL_FIND_ZFS_SUSPENDED },
		{ "appears to be hung", ZOL_FIND_ZFS_DEADMAN },
		{ "tack is corrupted", ZOL_FIND_STACK },
		{ "corrupted stack end", ZOL_FIND_STACK },
		{ "stack overflow", ZOL_FIND_STACK },
		{ "stack overran", ZOL_FIND_STACK },
		{ "ard LOCKUP", ZOL_FIND_HARD_LOCKUP },
		{ "Hard lockup", ZOL_FIND_HARD_LOCKUP },
		{ "softlockup", ZOL_FIND_SOFT_LOCKUP },
		{ "RCU Stall", ZOL_FIND_RCU_STALL },
		{ "hung_task", ZOL_FIND_HUNG_TASK },
		{ "ut of memory", ZOL_FIND_OOM },
		{ "System is deadlocked on memory", ZOL_FIND_OOM },
		{ "achine check", ZOL_FIND_HARDWARE },
		{ "panic_on_warn", ZOL_FIND_WARN },
		{ "UBSAN: ", ZOL_FIND_UBSAN },
		{ "KFENCE: ", ZOL_FIND_KFENCE },
		{ "double fault", ZOL_FIND_DOUBLE_FAULT },
		{ "panic forced after error", ZOL_FIND_FS },
		{ "scheduling while atomic", ZOL_FIND_ATOMIC },
		{ "bad mode", ZOL_FIND_TRAP },
		{ "ernel mode fault at", ZOL_FIND_PAGE_FAULT },
	};
	static const struct hint files[] = {
		{ "lib/refcount.c", ZOL_FIND_REFCOUNT },
		{ "include/linux/kref.h", ZOL_FIND_REFCOUNT },
		{ "include/linux/refcount.h", ZOL_FIND_REFCOUNT },
		{ "lib/list_debug.c", ZOL_FIND_LIST },
		{ "lib/debugobjects.c", ZOL_FIND_DEBUGOBJ },
		{ "kernel/locking/", ZOL_FIND_LOCKDEP },
		{ "kernel/lockdep.c", ZOL_FIND_LOCKDEP },
		{ "mm/usercopy.c", ZOL_FIND_USERCOPY },
		{ "mm/kfence/", ZOL_FIND_KFENCE },
	};
	static const struct hint dies[] = {
		{ "Oops - BUG", ZOL_FIND_BUG },
		{ "SP/PC alignment", ZOL_FIND_TRAP },
		{ "undefined instruction", ZOL_FIND_TRAP },
		{ "UBSAN", ZOL_FIND_UBSAN },
		{ "Oops - CFI", ZOL_FIND_TRAP },
	};
	enum zol_finding_kind kind = (enum zol_finding_kind)rule->kind;

	if (said.len > 300)
		said.len = 300;
	if (kind == ZOL_FIND_PANIC)
		return by_hint(panics, ZOL_COUNT(panics), said, kind);
	if (rule->role == ZOL_ROLE_BODY)
		return by_hint(files, ZOL_COUNT(files), said, kind);
	if (kind == ZOL_FIND_OOPS)
		return by_hint(dies, ZOL_COUNT(dies), said, kind);
	return kind;
}

/* The text behind the first mark, or nothing. */
static struct zol_span behind(struct zol_span text, const char *mark)
{
	const char *at = text.len > 0 ? memmem(text.ptr, text.len, mark, strlen(mark)) : NULL;
	size_t n = at ? (size_t)(at - text.ptr) + strlen(mark) : text.len;

	return zol_span(text.ptr + n, text.len - n);
}

/* A function's name up to what cannot be in it. */
static struct zol_span name_at(struct zol_span text)
{
	size_t n = 0;

	while (n < text.len && (is_alnum(text.ptr[n]) || text.ptr[n] == '.' || text.ptr[n] == '$'))
		n++;
	return n > 0 && !(text.ptr[0] >= '0' && text.ptr[0] <= '9') ? zol_span(text.ptr, n) : zol_span(NULL, 0);
}

/* "file.c:12:func()" of the SPL, "file.c:12 func+0x1/0x2" and "file.c:12 at func+0x1/0x2" of WARNING. */
static void read_place(struct zol_span text, struct zol_console_where *w)
{
	struct zol_console_frame frame;
	struct zol_span rest;

	if (!zol_console_place_read(text, &w->file, &w->line))
		return;
	rest = zol_span(text.ptr + w->file.len + 1, text.len - w->file.len - 1);
	while (rest.len > 0 && rest.ptr[0] >= '0' && rest.ptr[0] <= '9')
		rest = zol_span(rest.ptr + 1, rest.len - 1);
	if (rest.len > 1 && rest.ptr[0] == ':') {
		w->function = name_at(zol_span(rest.ptr + 1, rest.len - 1));
	} else if (zol_console_frame_read(rest, &frame)) {
		w->function = frame.name;
		w->place = frame.place;
		w->module = frame.module;
	}
}

/* " in func+0x1/0x2" or " in func" of the sanitizers. */
static void read_in(struct zol_span text, struct zol_console_where *w)
{
	struct zol_console_frame frame;
	struct zol_span rest = behind(text, " in ");

	if (rest.len == 0)
		return;
	if (zol_console_frame_read(rest, &frame) && frame.name.ptr == rest.ptr) {
		w->function = frame.name;
		w->place = frame.place;
		w->module = frame.module;
		return;
	}
	w->function = name_at(rest);
}

/* ", file: fs/xfs/x.c, line: 12" and "at line 12 of file fs/xfs/x.c.  Caller func+0x1/0x2" */
static void read_xfs(struct zol_span text, struct zol_console_where *w)
{
	struct zol_span file = behind(text, "file: "), line = behind(text, "line: "), caller = behind(text, "Caller ");
	struct zol_console_frame frame;
	size_t n = 0;

	if (file.len == 0) {
		file = behind(text, " of file ");
		line = behind(text, " at line ");
	}
	while (n < file.len && file.ptr[n] != ',' && file.ptr[n] != ' ')
		n++;
	while (n > 0 && file.ptr[n - 1] == '.')
		n--;
	w->file = zol_span(file.ptr, n);
	for (n = 0; n < line.len && n < 8 && line.ptr[n] >= '0' && line.ptr[n] <= '9'; n++)
		w->line = w->line * 10 + (unsigned)(line.ptr[n] - '0');
	if (zol_console_frame_read(caller, &frame)) {
		w->function = frame.name;
		w->place = frame.place;
		w->module = frame.module;
	}
}

void zol_console_where_read(const struct zol_console_rule *rule, struct zol_span said, struct zol_console_where *ret)
{
	struct zol_span rest = zol_span(said.ptr + strlen(rule->text), said.len - strlen(rule->text));

	*ret = (struct zol_console_where){ 0 };
	if (rule->role == ZOL_ROLE_BODY && zol_span_starts(rest, "CPU: "))
		rest = behind(rest, " at ");
	switch (rule->kind) {
	case ZOL_FIND_KASAN:
	case ZOL_FIND_KFENCE:
	case ZOL_FIND_KMSAN:
	case ZOL_FIND_KCSAN:
		read_in(said, ret);
		break;
	case ZOL_FIND_UBSAN:
		read_place(behind(said, " in "), ret);
		ret->function = zol_span(NULL, 0);
		break;
	case ZOL_FIND_WARN:
	case ZOL_FIND_BUG:
		if (zol_span_starts(said, "WARNING: CPU: "))
			rest = behind(said, " at ");
		read_place(rest, ret);
		break;
	case ZOL_FIND_ZFS_PANIC:
		read_place(zol_span_starts(said, "SPLError") ? behind(said, ":(") : rest, ret);
		break;
	case ZOL_FIND_STACK:
		ret->function = name_at(rest);
		break;
	case ZOL_FIND_PANIC:
		ret->function = name_at(behind(said, "is corrupted in: "));
		break;
	case ZOL_FIND_FS:
		read_xfs(said, ret);
		break;
	default:
		break;
	}
}
