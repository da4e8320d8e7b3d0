/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Small Kconfig trees in memory, for tests of the language. */

#include "core/kconfig_dotconfig.h"

#include "unit.h"

struct world {
	const char *const *files; /* name, text, ..., NULL */
	struct zol_str notes;
	unsigned shells;
};

static inline int world_read(void *ctx, const char *path, struct zol_str *out, struct zol_err *err)
{
	const struct world *w = ctx;

	(void)err;
	for (const char *const *f = w->files; *f; f += 2)
		if (strcmp(f[0], path) == 0)
			return zol_str_puts(out, f[1]), 0;
	return 1;
}

static inline int world_shell(void *ctx, const char *command, struct zol_str *out, struct zol_err *err)
{
	struct world *w = ctx;

	(void)err;
	w->shells++;
	zol_str_printf(out, "<%s>\n\n", command);
	return 0;
}

static const char *world_env(void *ctx, const char *name)
{
	(void)ctx;
	return strcmp(name, "ARCH") == 0 ? "x86" : NULL;
}

static inline void world_note(void *ctx, const char *text)
{
	struct world *w = ctx;

	zol_str_printf(&w->notes, "%s\n", text);
}

static const struct zol_kio kworld_io = { NULL, world_read, world_shell, world_env, world_note };

/* Loads, reads config, and gives the .config without its head; or the error's text. */
static inline char *run(const char *const *files, unsigned choices, const char *config, char **ret_notes)
{
	struct world w = { .files = files };
	struct zol_kio io = kworld_io;
	ZOL_AUTO(kconfig) struct zol_kconfig k = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_str out = ZOL_STR_INIT;

	io.ctx = &w;
	assert_int_equal(zol_kconfig_init(&k, &io, choices, &err), 0);
	if (zol_kconfig_load(&k, "Kconfig", &err) < 0) {
		assert_int_equal(err.code, ZOL_MALFORMED);
		zol_str_printf(&out, "error: %s", zol_err_text(&err));
	} else {
		zol_kconfig_reset(&k);
		zol_kconfig_read(&k, zol_span_c(config));
		zol_kconfig_settle(&k);
		zol_kconfig_write(&k, &out);
	}
	if (ret_notes)
		*ret_notes = zol_str_take(&w.notes);
	zol_str_free(&w.notes);
	char *text = zol_str_take(&out);
	char *body = strncmp(text, "error", 5) ? strstr(text + 2, "\n#\n") : NULL;

	if (body)
		memmove(text, body + 3, strlen(body + 3) + 1);
	return text;
}

/* The same with both generations of choices. */
static inline void check(const char *kconfig, const char *config, const char *want)
{
	const char *const files[] = { "Kconfig", kconfig, NULL };
	ZOL_AUTO(free) char *one = run(files, 1, config, NULL);
	ZOL_AUTO(free) char *two = run(files, 2, config, NULL);

	assert_string_equal(one, want);
	assert_string_equal(two, want);
}

#define MODULES "config MODULES\n\tbool \"modules\"\n\tmodules\n\tdefault y\n"
#define WITH_MODULES "CONFIG_MODULES=y\n"

/* The tree is refused, with this in the message. */
static inline void assert_error_of(unsigned choices, const char *kconfig, const char *want)
{
	const char *const files[] = { "Kconfig", kconfig, "self", "source \"self\"\n", "open", "menu \"x\"\n", NULL };
	ZOL_AUTO(free) char *text = run(files, choices, "", NULL);

	if (!strstr(text, want))
		print_error("got: %s\nwant: %s\n", text, want);
	assert_true(strncmp(text, "error", 5) == 0);
	assert_non_null(strstr(text, want));
}

static inline void assert_error(const char *kconfig, const char *want)
{
	assert_error_of(1, kconfig, want);
}
