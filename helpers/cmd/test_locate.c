/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/num.h"
#include "base/proc.h"
#include "cmd/app.h"
#include "cmd/test.h"

#define LOCATE_MS 60000U
#define OUTPUT_MAX (1U << 20)
#define MARK '@' /* in front of the number of a finding */

/* The line of the excerpt that has the place: whether it is a return address stands there. */
static const char *line_of(const struct zol_finding *v)
{
	for (size_t i = 0; i < v->excerpt.len; i++)
		if (strstr(v->excerpt.v[i], v->place))
			return v->excerpt.v[i];
	return NULL;
}

/* A text for the decoder, a line a finding; false when there is nothing to ask. */
static bool questions(const struct zol_console_find *f, struct zol_str *text)
{
	const char *release = zol_console_find_release(f);
	bool any = false;

	if (release)
		zol_str_printf(text, "Linux version %s #\n", release);
	for (size_t i = 0; i < zol_console_find_count(f); i++) {
		const struct zol_finding *v = zol_console_find_get(f, i);
		const char *line = v->place && !v->file ? line_of(v) : NULL;

		if (!v->place || v->file)
			continue;
		any = true;
		if (line)
			zol_str_printf(text, "%c%zu %s\n", MARK, i, line);
		else if (v->module)
			zol_str_printf(text, "%c%zu %s [%s]\n", MARK, i, v->place, v->module);
		else
			zol_str_printf(text, "%c%zu %s\n", MARK, i, v->place);
	}
	return any;
}

/* "(file:line)" or "(function, file:line)" at the start. */
static bool read_source(struct zol_span text, struct zol_span *inlined, struct zol_span *file, unsigned *line)
{
	const char *end = zol_span_starts(text, "(") ? memchr(text.ptr, ')', text.len) : NULL;
	struct zol_span in = end ? zol_span(text.ptr + 1, (size_t)(end - text.ptr) - 1) : zol_span(NULL, 0);
	const char *comma = in.len > 0 ? memmem(in.ptr, in.len, ", ", 2) : NULL;
	const char *colon;
	uint64_t number;

	*inlined = zol_span(in.ptr, comma ? (size_t)(comma - in.ptr) : 0);
	if (comma)
		in = zol_span(comma + 2, in.len - (size_t)(comma - in.ptr) - 2);
	colon = in.len > 0 ? memrchr(in.ptr, ':', in.len) : NULL;
	if (!colon || !zol_span_u64(zol_span(colon + 1, in.len - (size_t)(colon - in.ptr) - 1), &number) ||
	    number > UINT32_MAX)
		return false;
	*file = zol_span(in.ptr, (size_t)(colon - in.ptr));
	*line = (unsigned)number;
	return true;
}

/* "@3 RIP: 0010:name+0x1/0x20 [mod] (file.c:12)" */
static int answer(struct zol_console_find *f, struct zol_span text, struct zol_err *err)
{
	struct zol_span word, inlined, file;
	const struct zol_finding *v;
	const char *at;
	uint64_t i;
	unsigned line;

	if (text.len == 0 || text.ptr[0] != MARK || !zol_span_field(&text, " ", &word) ||
	    !zol_span_u64(zol_span(word.ptr + 1, word.len - 1), &i))
		return 0;
	v = zol_console_find_get(f, i);
	at = v && v->place ? memmem(text.ptr, text.len, v->place, strlen(v->place)) : NULL;
	if (!at)
		return 0;
	text = zol_span(at + strlen(v->place), text.len - (size_t)(at - text.ptr) - strlen(v->place));
	if (zol_span_starts(text, " [")) {
		at = memchr(text.ptr, ']', text.len);
		if (!at)
			return 0;
		text = zol_span(at + 1, text.len - (size_t)(at - text.ptr) - 1);
	}
	if (!zol_span_starts(text, " (") || !read_source(zol_span(text.ptr + 1, text.len - 1), &inlined, &file, &line))
		return 0;
	return zol_console_find_locate(f, i, inlined, file, line, err);
}

static int command(const struct zol_cli *cli, const struct zol_test_symbols *s, struct zol_strv *argv,
		   struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str program = ZOL_STR_INIT;

	if (zol_app_program("zolkit-debug", &program, err) < 0)
		return -(int)err->code;
	zol_strv_add(argv, zol_str_c(&program));
	if (cli->globals.config)
		zol_strv_addf(argv, "--config=%s", cli->globals.config);
	if (s->guest)
		zol_strv_addf(argv, "--guest=%s", s->guest);
	zol_strv_add(argv, "debug");
	zol_strv_add(argv, "decode");
	if (s->vmlinux)
		zol_strv_addf(argv, "--vmlinux=%s", s->vmlinux);
	if (s->root)
		zol_strv_addf(argv, "--root=%s", s->root);
	for (size_t i = 0; s->trees && s->trees[i]; i++)
		zol_strv_addf(argv, "--tree=%s", s->trees[i]);
	return zol_strv_check(argv, err);
}

int zol_test_locate(const struct zol_cli *cli, const struct zol_test_symbols *s, struct zol_console_find *f,
		    struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	ZOL_AUTO(run_result) struct zol_run_result result = { 0 };
	struct zol_run run = { .timeout_ms = LOCATE_MS, .max_output = OUTPUT_MAX };
	struct zol_span rest, line;

	if (!questions(f, &text))
		return 0;
	if (zol_str_check(&text, err) < 0 || command(cli, s, &argv, err) < 0)
		return -(int)err->code;
	run.input = zol_span_str(&text);
	run.spawn = (struct zol_spawn){ .argv = zol_strv_list(&argv),
					.in = ZOL_STDIO_PIPE,
					.out = ZOL_STDIO_PIPE,
					.err = s->quiet ? ZOL_STDIO_NULL : ZOL_STDIO_INHERIT };
	if (zol_proc_run(&run, &result, err) < 0)
		return -(int)err->code;
	if (result.exit.status != 0)
		return zol_err_set(err, ZOL_CHILD, 0, "the findings get no source lines: zolkit debug decode failed");
	rest = zol_span_str(&result.out);
	while (zol_span_line(&rest, &line))
		if (answer(f, line, err) < 0)
			return -(int)err->code;
	return 0;
}
