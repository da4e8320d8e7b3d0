/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap: malloc calloc realloc reallocarray strdup strndup */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>

#include "capture.h"
#include "oom.h"
#include "unit.h"

static void clean_environment(void)
{
	(void)unsetenv("NO_COLOR");
	(void)unsetenv("NOCOLOR");
	(void)unsetenv("EINFO_QUIET");
	(void)unsetenv("COLUMNS");
	(void)setenv("TERM", "xterm", 1);
}

/* A terminal of our own: both of its ends as streams. */
struct terminal {
	int master;
	FILE *stream;
};

static struct terminal open_terminal(unsigned short columns)
{
	struct terminal t = { .master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC) };
	struct winsize ws = { .ws_row = 24, .ws_col = columns };
	char name[64];

	assert_true(t.master >= 0);
	assert_int_equal(grantpt(t.master) | unlockpt(t.master), 0);
	assert_int_equal(ptsname_r(t.master, name, sizeof(name)), 0);
	assert_int_equal(ioctl(t.master, TIOCSWINSZ, &ws), 0);
	t.stream = fopen(name, "we");
	assert_non_null(t.stream);
	return t;
}

static void zol_cleanup_terminal(struct terminal *t)
{
	(void)fclose(t->stream);
	(void)close(t->master);
}

#define TERMINAL(name, columns) \
	__attribute__((cleanup(zol_cleanup_terminal))) struct terminal name = open_terminal(columns)

UNIT(no_terminal_no_colour)
{
	CAPTURE(c);
	struct zol_out o;

	clean_environment();
	zol_out_init(&o, c.o.out, c.o.err, ZOL_COLOR_AUTO);
	assert_false(o.color_out || o.color_err || o.tty_err || o.json);
	assert_int_equal(o.width, 80);
	assert_int_equal(o.progress_fd, -1);
	assert_int_equal(o.verbosity, 0);
	assert_int_equal(setenv("COLUMNS", "132", 1), 0);
	zol_out_init(&o, c.o.out, c.o.err, ZOL_COLOR_ALWAYS);
	assert_true(o.color_out && o.color_err && !o.tty_err);
	assert_int_equal(o.width, 132);
	assert_int_equal(o.width_out, 0);
	assert_int_equal(setenv("COLUMNS", "wide", 1), 0);
	zol_out_init(&o, c.o.out, c.o.err, ZOL_COLOR_NEVER);
	assert_int_equal(o.width, 80);
}

UNIT(terminals_get_colour_unless_told_otherwise)
{
	TERMINAL(t, 97);
	struct zol_out o;

	clean_environment();
	zol_out_init(&o, t.stream, t.stream, ZOL_COLOR_AUTO);
	assert_true(o.color_out && o.color_err && o.tty_err);
	assert_int_equal(o.width, 97);
	assert_int_equal(o.width_out, 97);
	zol_out_init(&o, t.stream, t.stream, ZOL_COLOR_NEVER);
	assert_true(!o.color_out && !o.color_err && o.tty_err);
	(void)setenv("NO_COLOR", "1", 1);
	zol_out_init(&o, t.stream, t.stream, ZOL_COLOR_AUTO);
	assert_true(!o.color_out && !o.color_err && o.tty_err);
	zol_out_init(&o, t.stream, t.stream, ZOL_COLOR_ALWAYS);
	assert_true(o.color_out);
	(void)setenv("NO_COLOR", "", 1);
	zol_out_init(&o, t.stream, t.stream, ZOL_COLOR_AUTO);
	assert_true(o.color_out);
	(void)setenv("NOCOLOR", "true", 1);
	zol_out_init(&o, t.stream, t.stream, ZOL_COLOR_AUTO);
	assert_false(o.color_out);
	(void)setenv("NOCOLOR", "false", 1);
	zol_out_init(&o, t.stream, t.stream, ZOL_COLOR_AUTO);
	assert_true(o.color_out);
	(void)setenv("TERM", "dumb", 1);
	zol_out_init(&o, t.stream, t.stream, ZOL_COLOR_AUTO);
	assert_true(!o.color_out && !o.tty_err);
	(void)setenv("EINFO_QUIET", "yes", 1);
	zol_out_init(&o, t.stream, t.stream, ZOL_COLOR_AUTO);
	assert_int_equal(o.verbosity, -1);
	clean_environment();
}

UNIT(lines_look_as_those_of_openrc)
{
	CAPTURE(c);

	zol_out_info(&c.o, "guest %s", "gentoo");
	zol_out_warn(&c.o, "careful");
	assert_string_equal(capture_err(&c), " * guest gentoo\n * careful\n");
	c.o.color_err = true;
	zol_out_info(&c.o, "x");
	zol_out_warn(&c.o, "y");
	assert_non_null(strstr(capture_err(&c), " \033[32;01m*\033[0m x\n \033[33;01m*\033[0m y\n"));
	assert_int_equal(c.out_len, 0);
}

UNIT(each_line_of_a_text_is_marked)
{
	CAPTURE(c);

	zol_out_info(&c.o, "one\ntwo");
	zol_out_info(&c.o, "%s", "");
	assert_string_equal(capture_err(&c), " * one\n * two\n");
}

UNIT(a_terminal_breaks_lines_between_words)
{
	CAPTURE(c);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	c.o.width = 20;
	zol_out_info(&c.o, "no terminal: a line is a line");
	assert_string_equal(capture_new(&c), " * no terminal: a line is a line\n");
	c.o.tty_err = true;
	zol_out_warn(&c.o, "a terminal of twenty columns\nand more");
	assert_string_equal(capture_new(&c), " * a terminal of\n   twenty columns\n * and more\n");
	(void)zol_err_set(&err, ZOL_USAGE, 0, "what was wrong");
	(void)zol_err_hint(&err, "what to do now");
	zol_out_error(&c.o, &err);
	assert_string_equal(capture_new(&c), "zolkit: what was\n        wrong\n        what to do\n        now\n");
	c.o.width = 5; /* not worth it */
	zol_out_info(&c.o, "a b c d e f");
	assert_string_equal(capture_new(&c), " * a b c d e f\n");
}

UNIT(verbosity_decides)
{
	CAPTURE(c);

	c.o.verbosity = -1;
	zol_out_info(&c.o, "hidden");
	zol_out_verbose(&c.o, "hidden");
	assert_string_equal(capture_err(&c), "");
	zol_out_warn(&c.o, "shown");
	assert_string_equal(capture_err(&c), " * shown\n");
	c.o.verbosity = 0;
	zol_out_verbose(&c.o, "hidden");
	c.o.verbosity = 1;
	zol_out_verbose(&c.o, "told");
	assert_string_equal(capture_err(&c), " * shown\n * told\n");
}

UNIT(what_a_file_held_is_shown_neither_whole_nor_raw)
{
	CAPTURE(c);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	char *endless = malloc(1000003);

	assert_non_null(endless);
	memset(endless, 'x', 1000000);
	/* A character lies across the cut. */
	endless[1990] = '\xc3';
	endless[1991] = '\xaf';
	endless[1000000] = '\0';
	zol_out_warn(&c.o, "line one \033[2J\nline two %s", endless);
	assert_non_null(strstr(capture_err(&c), " * line one \\x1b[2J\n * line two x"));
	assert_non_null(strstr(capture_err(&c), "x ... (998010 more bytes)\n"));
	(void)zol_err_set(&err, ZOL_MALFORMED, 0, "%s", endless);
	(void)zol_err_hint(&err, "%s\033", endless + 2001);
	zol_out_error(&c.o, &err);
	assert_non_null(strstr(capture_err(&c), "x ... (998000 more bytes)\n        x"));
	assert_true(strlen(capture_err(&c)) < 8200);
	free(endless);
}

UNIT(errors_with_hints)
{
	CAPTURE(c);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	(void)zol_err_set(&err, ZOL_SYSTEM, ENOENT, "no guest \033[31m");
	zol_out_error(&c.o, &err);
	assert_string_equal(capture_err(&c), "zolkit: no guest \\x1b[31m: No such file or directory\n");
	(void)zol_err_hint(&err, "make one");
	c.o.color_err = true;
	c.o.verbosity = -1;
	zol_out_error(&c.o, &err);
	assert_non_null(strstr(capture_err(&c), "\033[31;01mzolkit:\033[0m no guest"));
	assert_non_null(strstr(capture_err(&c), "\n        make one\n"));
}

UNIT(errors_as_json)
{
	CAPTURE(c);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	c.o.json = true;
	(void)zol_err_set(&err, ZOL_VERIFY, 0, "bad \"key\"");
	zol_out_error(&c.o, &err);
	assert_string_equal(capture_err(&c), "{\"error\": {\"code\": 5, \"kind\": \"verify\", \"errno\": 0, "
					     "\"message\": \"bad \\\"key\\\"\", \"hint\": null}}\n");
	(void)zol_err_hint(&err, "refresh");
	zol_out_error(&c.o, &err);
	assert_non_null(strstr(capture_err(&c), "\"hint\": \"refresh\"}}\n"));
}

UNIT(without_memory_something_is_said_all_the_same)
{
	for (int json = 0; json < 2; json++) {
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		bool failed = true;

		(void)zol_err_set(&err, ZOL_SYSTEM, 0, "no guest \033[31m");
		for (long n = 0; failed; n++) {
			CAPTURE(c);
			const char *said;

			c.o.json = json != 0;
			oom_failed = false;
			oom_left = n;
			zol_out_error(&c.o, &err);
			zol_out_warn(&c.o, "it is so");
			oom_left = -1;
			failed = oom_failed;
			said = capture_err(&c);
			assert_null(strchr(said, '\033'));
			assert_true(strstr(said, "no guest") ||
				    strstr(said, "{\"error\": {\"code\": 3, \"message\": \"out of memory\"}}"));
			assert_true(strstr(said, " * it is so\n") ||
				    strstr(said, " * there is no memory for a message\n"));
		}
	}
}

UNIT(full_disks_are_reported)
{
	ZOL_AUTO(file) FILE *full = fopen("/dev/full", "we");
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	CAPTURE(c);
	struct zol_out o = c.o;

	assert_int_equal(zol_out_finish(&o, &err), 0);
	assert_non_null(full);
	o.out = full;
	(void)fputs("text", full);
	assert_int_equal(zol_out_finish(&o, &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, ENOSPC);
}

UNIT_MAIN()
