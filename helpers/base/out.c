/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>

#include "base/num.h"
#include "base/out.h"
#include "base/rows.h"

/* As OpenRC has them (openrc:src/libeinfo/libeinfo.c, the default colours). */
#define GOOD "\033[32;01m"
#define WARN "\033[33;01m"
#define BAD "\033[31;01m"
#define NORMAL "\033[0m"
/* Columns of " * " and of "zolkit: ". */
enum { MARK = 3, NAME = 8 };

static bool env_set(const char *name)
{
	const char *v = getenv(name);

	return v && *v;
}

/* Portage's NOCOLOR and OpenRC's EINFO_QUIET hold yes or no. */
static bool env_yes(const char *name)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const char *v = getenv(name);
	bool yes = false;

	return v && zol_num_bool(v, &yes, &err) == 0 && yes;
}

static bool want_color(FILE *stream, enum zol_color color, bool dumb)
{
	if (color != ZOL_COLOR_AUTO)
		return color == ZOL_COLOR_ALWAYS;
	return !dumb && !env_set("NO_COLOR") && !env_yes("NOCOLOR") && isatty(fileno(stream));
}

static int columns(FILE *stream)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct winsize ws = { 0 };
	const char *env = getenv("COLUMNS");
	uint64_t n = 0;

	if (ioctl(fileno(stream), TIOCGWINSZ, &ws) == 0 && ws.ws_col)
		return ws.ws_col;
	if (env && zol_num_u64(env, 20, 1000, &n, &err) == 0)
		return (int)n;
	return 80;
}

void zol_out_init(struct zol_out *o, FILE *out, FILE *err, enum zol_color color)
{
	const char *term = getenv("TERM");
	bool dumb = !term || !*term || strcmp(term, "dumb") == 0;

	*o = (struct zol_out){
		.out = out,
		.err = err,
		.verbosity = env_yes("EINFO_QUIET") ? -1 : 0,
		.color_out = want_color(out, color, dumb),
		.color_err = want_color(err, color, dumb),
		.tty_err = !dumb && isatty(fileno(err)),
		.width = columns(err),
		.width_out = isatty(fileno(out)) ? columns(out) : 0,
		.progress_fd = -1,
	};
}

/* More of a line says nothing to a reader: it is what was found in some file. */
#define LINE_SHOWN 2000

/*
 * A line as it may be shown to a terminal: without control characters, and not endless; its words go on below
 * the first one where the terminal ends.
 */
static void add_line(struct zol_str *all, const struct zol_out *o, struct zol_span line, size_t indent)
{
	size_t shown = line.len < LINE_SHOWN ? line.len : LINE_SHOWN;
	ZOL_AUTO(free) char *text = NULL;
	ZOL_AUTO(str) struct zol_str safe = ZOL_STR_INIT;

	while (shown < line.len && shown && ((unsigned char)line.ptr[shown] & 0xc0) == 0x80)
		shown--;
	text = zol_span_dup(zol_span(line.ptr, shown));
	if (text)
		zol_text_escape(&safe, text);
	if (shown < line.len)
		zol_str_printf(&safe, " ... (%zu more bytes)", line.len - shown);
	zol_text_wrap(all, zol_span_str(&safe), indent,
		      o->tty_err && o->width > (int)indent * 2 ? (size_t)o->width : SIZE_MAX);
	zol_str_putc(all, '\n');
	all->oom |= !text || safe.oom;
}

/* A text of many lines gets the mark on each. */
static void say(const struct zol_out *o, const char *color, const char *fmt, va_list ap) ZOL_PRINTF(3, 0);
static void say(const struct zol_out *o, const char *color, const char *fmt, va_list ap)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str all = ZOL_STR_INIT;
	struct zol_span rest, line;

	zol_str_vprintf(&text, fmt, ap);
	rest = zol_span_str(&text);
	while (zol_span_line(&rest, &line)) {
		zol_str_printf(&all, " %s*%s ", o->color_err ? color : "", o->color_err ? NORMAL : "");
		add_line(&all, o, line, MARK);
	}
	/* results printed before stay before, where both streams go to one place */
	(void)fflush(o->out);
	if (text.oom || all.oom)
		(void)fputs(" * there is no memory for a message\n", o->err);
	else
		(void)fwrite(zol_str_c(&all), 1, all.len, o->err);
	(void)fflush(o->err);
}

void zol_out_info(const struct zol_out *o, const char *fmt, ...)
{
	va_list ap;

	if (o->verbosity < 0)
		return;
	va_start(ap, fmt);
	say(o, GOOD, fmt, ap);
	va_end(ap);
}

void zol_out_already(const struct zol_out *o, const char *fmt, ...)
{
	static const char line[] = "{\"already\":true}\n";
	va_list ap;

	if (o->progress_fd >= 0 && write(o->progress_fd, line, sizeof(line) - 1) < 0)
		zol_out_verbose(o, "progress descriptor: %s", strerror(errno));
	if (o->verbosity < 0)
		return;
	va_start(ap, fmt);
	say(o, GOOD, fmt, ap);
	va_end(ap);
}

void zol_out_verbose(const struct zol_out *o, const char *fmt, ...)
{
	va_list ap;

	if (o->verbosity < 1)
		return;
	va_start(ap, fmt);
	say(o, GOOD, fmt, ap);
	va_end(ap);
}

void zol_out_warn(const struct zol_out *o, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(o, WARN, fmt, ap);
	va_end(ap);
}

static const char *code_name(enum zol_code code)
{
	static const char *const names[] = {
		[ZOL_OK] = "ok",
		[ZOL_NEGATIVE] = "negative",
		[ZOL_USAGE] = "usage",
		[ZOL_SYSTEM] = "system",
		[ZOL_NETWORK] = "network",
		[ZOL_VERIFY] = "verify",
		[ZOL_MALFORMED] = "malformed",
		[ZOL_CHILD] = "child",
	};

	return (size_t)code < ZOL_COUNT(names) ? names[code] : "unknown";
}

static void error_json(const struct zol_out *o, const struct zol_err *e)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_str_printf(&s, "{\"error\": {\"code\": %d, \"kind\": \"%s\", \"errno\": %d, \"message\": ", (int)e->code,
		       code_name(e->code), e->errnum);
	zol_json_string(&s, zol_err_text(e));
	zol_str_puts(&s, ", \"hint\": ");
	if (e->hint)
		zol_json_string(&s, e->hint);
	else
		zol_str_puts(&s, "null");
	zol_str_puts(&s, "}}\n");
	if (s.oom)
		(void)fprintf(o->err, "{\"error\": {\"code\": %d, \"message\": \"out of memory\"}}\n", (int)e->code);
	else
		(void)fwrite(zol_str_c(&s), 1, s.len, o->err);
}

/* Where there is no memory for more: one line, of which no terminal takes anything for a command. */
static void error_plain(FILE *f, const char *text)
{
	(void)fputs("zolkit: ", f);
	for (; *text; text++)
		(void)fputc(*text >= ' ' && *text <= '~' ? *text : '?', f);
	(void)fputc('\n', f);
}

void zol_out_error(const struct zol_out *o, const struct zol_err *e)
{
	ZOL_AUTO(str) struct zol_str all = ZOL_STR_INIT;

	/* What was printed before shall stand before it, also when both go to one file. */
	(void)fflush(o->out);
	if (o->json) {
		error_json(o, e);
	} else {
		zol_str_printf(&all, "%szolkit:%s ", o->color_err ? BAD : "", o->color_err ? NORMAL : "");
		add_line(&all, o, zol_span_c(zol_err_text(e)), NAME);
		if (e->hint) {
			zol_str_puts(&all, "        ");
			add_line(&all, o, zol_span_c(e->hint), NAME);
		}
		if (all.oom)
			error_plain(o->err, zol_err_text(e));
		else
			(void)fwrite(zol_str_c(&all), 1, all.len, o->err);
	}
	(void)fflush(o->err);
}

int zol_out_finish(const struct zol_out *o, struct zol_err *err)
{
	if (fflush(o->out) == 0 && !ferror(o->out))
		return 0;
	return zol_err_set(err, ZOL_SYSTEM, errno ? errno : EIO, "cannot write to standard output");
}
