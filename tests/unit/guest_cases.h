/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Case files tests/data/guest/KIND-*.case:
 *
 *	@ARGS key=value key=value
 *	@NOTE a text that the note must hold (may be missing)
 *	@INPUT
 *	...
 *	@EXPECT
 *	...
 *
 * "<CR>" stands for a carriage return, "<NOEOL>" at the end for a text without a last newline,
 * "<SUM>" in what is expected for any sum. "@SAME" in place of @EXPECT: nothing changes.
 */

#include <dirent.h>
#include <stdio.h>

#include "base/path.h"
#include "core/lineedit.h"
#include "unit.h"

struct guest_case {
	char *name;
	struct zol_str args, note, input, expect;
};

static inline void guest_case_free(struct guest_case *c)
{
	free(c->name);
	zol_str_free(&c->args);
	zol_str_free(&c->note);
	zol_str_free(&c->input);
	zol_str_free(&c->expect);
}

/* Appends a line with its tokens replaced. */
static inline void guest_case_line(struct zol_str *s, struct zol_span line)
{
	for (size_t i = 0; i < line.len; i++) {
		struct zol_span rest = zol_span(line.ptr + i, line.len - i);

		if (zol_span_starts(rest, "<CR>")) {
			zol_str_putc(s, '\r');
			i += 3;
		} else if (zol_span_starts(rest, "<NOEOL>")) {
			return;
		} else {
			zol_str_putc(s, line.ptr[i]);
		}
	}
	zol_str_putc(s, '\n');
}

static inline void guest_case_parse(struct zol_span text, struct guest_case *c)
{
	struct zol_str *section = NULL;
	struct zol_span line;
	bool same = false;

	while (zol_span_line(&text, &line)) {
		if (zol_span_starts(line, "@ARGS "))
			zol_str_add(&c->args, line.ptr + 6, line.len - 6);
		else if (zol_span_starts(line, "@NOTE "))
			zol_str_add(&c->note, line.ptr + 6, line.len - 6);
		else if (zol_span_eq(line, "@INPUT"))
			section = &c->input;
		else if (zol_span_eq(line, "@EXPECT"))
			section = &c->expect;
		else if (zol_span_eq(line, "@SAME"))
			same = true;
		else if (section)
			guest_case_line(section, line);
	}
	if (same)
		zol_str_add(&c->expect, zol_str_c(&c->input), c->input.len);
}

/* Value of key=... in the arguments, copied into buf; NULL when it is not there. */
static inline const char *guest_case_arg(const struct guest_case *c, const char *key, char *buf, size_t size)
{
	struct zol_span rest = zol_span_str(&c->args), word;
	size_t n = strlen(key);

	while (zol_span_field(&rest, " ", &word)) {
		if (!zol_span_starts(word, key) || word.len <= n || word.ptr[n] != '=')
			continue;
		(void)snprintf(buf, size, "%.*s", (int)(word.len - n - 1), word.ptr + n + 1);
		return buf;
	}
	return NULL;
}

/* Replaces the sums of marks by <SUM>. */
static inline void guest_case_sums(struct zol_span text, struct zol_str *out)
{
	struct zol_span line;
	bool eol = text.len > 0 && text.ptr[text.len - 1] == '\n';

	while (zol_span_line(&text, &line)) {
		const char *open = line.len ? memrchr(line.ptr, '[', line.len) : NULL;

		if (zol_span_starts(line, "# >>> zolkit: ") && open && line.ptr + line.len - open >= 10) {
			zol_str_add(out, line.ptr, (size_t)(open - line.ptr) + 1);
			zol_str_puts(out, "<SUM>");
			zol_str_add(out, open + 9, (size_t)(line.ptr + line.len - open) - 9);
		} else {
			zol_str_add(out, line.ptr, line.len);
		}
		zol_str_putc(out, '\n');
	}
	if (!eol && out->len > 0)
		zol_str_truncate(out, out->len - 1);
}

typedef void guest_case_fn(const struct guest_case *c, struct zol_str *text, struct zol_str *note, bool *ret_changed);

/* Runs one: the edit, the edit again, the way back. */
static inline void guest_case_check(const struct guest_case *c, guest_case_fn *edit)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT, note = ZOL_STR_INIT, again = ZOL_STR_INIT, got = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	bool changed = false;
	unsigned kept;

	zol_str_add(&text, zol_str_c(&c->input), c->input.len);
	edit(c, &text, &note, &changed);
	guest_case_sums(zol_span_str(&text), &got);
	if (strcmp(zol_str_c(&got), zol_str_c(&c->expect)) != 0)
		print_error("%s:\n--- got\n%s--- want\n%s", c->name, zol_str_c(&got), zol_str_c(&c->expect));
	assert_string_equal(zol_str_c(&got), zol_str_c(&c->expect));
	assert_int_equal(changed, strcmp(zol_str_c(&text), zol_str_c(&c->input)) != 0);
	if (c->note.len && !strstr(zol_str_c(&note), zol_str_c(&c->note)))
		fail_msg("%s: note \"%s\" lacks \"%s\"", c->name, zol_str_c(&note), zol_str_c(&c->note));
	zol_str_add(&again, zol_str_c(&text), text.len);
	edit(c, &again, &note, &changed);
	assert_string_equal(zol_str_c(&again), zol_str_c(&text));
	assert_false(changed);
	assert_int_equal(zol_lineedit_drop(&text, NULL, &kept, &err), 0);
	assert_int_equal(text.len, c->input.len);
	assert_memory_equal(zol_str_c(&text), zol_str_c(&c->input), text.len);
}

/* Runs all case files of a kind; there must be some. */
static inline void guest_cases_run(const char *kind, guest_case_fn *edit)
{
	const char *top = getenv("ZOL_TOP");
	ZOL_AUTO(free) char *path = zol_path_join(top ? top : ".", "tests/data/guest");
	ZOL_AUTO(dir) DIR *dir = opendir(path);
	struct dirent *e;
	unsigned n = 0;

	assert_non_null(dir);
	while ((e = readdir(dir))) {
		ZOL_AUTO(free) char *file = zol_path_join(path, e->d_name);
		ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		struct guest_case c = { .name = file };

		if (strncmp(e->d_name, kind, strlen(kind)) != 0 || e->d_name[strlen(kind)] != '-')
			continue;
		assert_int_equal(zol_read_file(file, ZOL_READ_MAX, &text, &err), 0);
		guest_case_parse(zol_span_str(&text), &c);
		guest_case_check(&c, edit);
		c.name = NULL;
		guest_case_free(&c);
		n++;
	}
	assert_true(n > 3);
}
