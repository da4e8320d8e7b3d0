/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/console.h"

#define LINE_MAX_KEPT 4096U /* of a line without end, only so much is looked at */

const char *zol_boot_stage_name(enum zol_boot_stage stage)
{
	static const char *const names[] = { "firmware", "kernel", "root mount", "init", "agent" };

	return (size_t)stage < ZOL_COUNT(names) ? names[stage] : "unknown";
}

static struct zol_span skip(struct zol_span a, size_t n)
{
	return zol_span(a.ptr + n, a.len - n);
}

/* "[ 12.345678]", "[T1]", "[ C0]": digits, dots, blanks and one letter between brackets. */
static size_t bracket(struct zol_span a)
{
	if (a.len < 3 || a.ptr[0] != '[')
		return 0;
	for (size_t i = 1; i < a.len && i < 24; i++) {
		char c = a.ptr[i];

		if (c == ']')
			return i > 1 ? i + 1 : 0;
		if (!(c >= '0' && c <= '9') && c != '.' && c != ' ' && c != 'T' && c != 'C')
			return 0;
	}
	return 0;
}

struct zol_span zol_console_strip(struct zol_span line)
{
	while (line.len > 0 && (line.ptr[line.len - 1] == '\r' || line.ptr[line.len - 1] == '\n'))
		line.len--;
	while (line.len > 0 && line.ptr[0] == '\r')
		line = skip(line, 1);
	if (line.len > 2 && line.ptr[0] == '<' && line.ptr[2] == '>')
		line = skip(line, 3);
	for (size_t n = bracket(line); n > 0; n = bracket(line)) {
		line = skip(line, n);
		while (line.len > 0 && line.ptr[0] == ' ')
			line = skip(line, 1);
	}
	return line;
}

/* At the front, or behind a shell's prompt that the kernel has printed into. */
static bool says(struct zol_span line, const char *text)
{
	const char *at;

	if (zol_span_starts(line, text))
		return true;
	at = line.len > 2 ? memmem(line.ptr + 2, line.len - 2, text, strlen(text)) : NULL;
	return at && at[-1] == ' ' && (at[-2] == '#' || at[-2] == '$' || at[-2] == '>');
}

enum zol_console_kind zol_console_line(struct zol_span line)
{
	/* Fixed texts of linux: kernel/panic.c, arch/x86/kernel/dumpstack.c, mm/fault.c, traps.c, lib/bug.c. */
	static const char *const oops[] = {
		"BUG: ",
		"Oops: ",
		"kernel BUG at ",
		"general protection fault",
		"Unable to handle kernel ",
		"double fault: ",
		"stack segment: ",
		"invalid opcode: ",
		"Internal error: ",
		"PANIC at ", /* openzfs/zfs:module/os/linux/spl/spl-err.c: the thread halts, the kernel goes on */
	};

	/* Our own init gives up like the kernel does. */
	if (says(line, "Kernel panic - not syncing") || says(line, "zolkit-agent: fatal: "))
		return ZOL_CONSOLE_PANIC;
	for (size_t i = 0; i < ZOL_COUNT(oops); i++)
		if (says(line, oops[i]))
			return ZOL_CONSOLE_OOPS;
	return ZOL_CONSOLE_NOTHING;
}

static enum zol_boot_stage stage_of(struct zol_span line)
{
	/* linux:init/main.c run_init_process(), init/do_mounts.c, fs/9p, drivers/base/devtmpfs.c */
	if (zol_span_starts(line, "Run ") && zol_span_ends(line, " as init process"))
		return ZOL_BOOT_INIT;
	if (zol_span_starts(line, "VFS: ") || zol_span_starts(line, "9pnet_virtio: no channels available") ||
	    zol_span_starts(line, "md: Waiting for all devices") || zol_span_starts(line, "devtmpfs: mounted") ||
	    zol_span_starts(line, "Waiting for root device") || zol_span_starts(line, "Freeing unused kernel image"))
		return ZOL_BOOT_ROOT;
	if (zol_span_has(line, "Linux version ") || zol_span_has(line, "Booting the kernel") ||
	    zol_span_has(line, "Decompressing Linux"))
		return ZOL_BOOT_KERNEL;
	return ZOL_BOOT_FIRMWARE;
}

void zol_console_free(struct zol_console *c)
{
	zol_str_free(&c->line);
	for (size_t i = 0; i < ZOL_CONSOLE_KEEP; i++)
		free(c->last[i]);
	free(c->verdict);
	*c = (struct zol_console){ 0 };
}

static void keep(struct zol_console *c, struct zol_span line)
{
	char *copy = zol_span_dup_line(zol_span_trim(line));

	if (!copy || !*copy) {
		free(copy);
		return;
	}
	free(c->last[c->next]);
	c->last[c->next] = copy;
	c->next = (c->next + 1) % ZOL_CONSOLE_KEEP;
}

/* One complete line; true when it changed something. */
static bool take_line(struct zol_console *c)
{
	struct zol_span line = zol_console_strip(zol_span_str(&c->line));
	enum zol_boot_stage stage = stage_of(line);
	enum zol_console_kind kind = zol_console_line(line);
	bool changed = false;

	keep(c, zol_span_str(&c->line));
	if (stage > c->stage) {
		c->stage = stage;
		changed = true;
	}
	if (kind > c->kind) {
		free(c->verdict);
		c->verdict = zol_span_dup(line);
		c->kind = kind;
		changed = true;
	}
	zol_str_truncate(&c->line, 0);
	return changed;
}

bool zol_console_feed(struct zol_console *c, const void *data, size_t len)
{
	struct zol_span rest = zol_span(data, len);
	bool changed = false;

	c->bytes += len;
	while (rest.len > 0) {
		const char *lf = memchr(rest.ptr, '\n', rest.len);
		size_t n = lf ? (size_t)(lf - rest.ptr) : rest.len;
		size_t room = LINE_MAX_KEPT - c->line.len;

		if (n > 0)
			zol_str_add(&c->line, rest.ptr, n < room ? n : room);
		rest = skip(rest, lf ? n + 1 : n);
		if (lf)
			changed |= take_line(c);
	}
	return changed;
}

void zol_console_tail(const struct zol_console *c, struct zol_strv *lines)
{
	ZOL_AUTO(free) char *part = NULL;

	for (size_t i = 0; i < ZOL_CONSOLE_KEEP; i++) {
		const char *line = c->last[(c->next + i) % ZOL_CONSOLE_KEEP];

		if (line)
			zol_strv_add(lines, line);
	}
	part = zol_span_dup_line(zol_span_trim(zol_console_strip(zol_span_str(&c->line))));
	if (part && *part)
		zol_strv_add(lines, part);
}
