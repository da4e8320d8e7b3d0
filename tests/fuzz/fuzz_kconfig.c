/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kconfig_dotconfig.h"
#include "core/kconfig_satisfy.h"
#include "core/kconfig_why.h"

#include "fuzz.h"

/* The input: Kconfig, \x01, the file "a", \x01, the file "b", \x01, a .config. */
#define PARTS 4

struct world {
	struct zol_span part[PARTS];
};

static int read_part(void *ctx, const char *path, struct zol_str *out, struct zol_err *err)
{
	static const char *const names[] = { "Kconfig", "a", "b" };
	const struct world *w = ctx;

	(void)err;
	for (size_t i = 0; i < ZOL_COUNT(names); i++) {
		if (strcmp(path, names[i]) == 0) {
			zol_str_add(out, w->part[i].ptr, w->part[i].len);
			return 0;
		}
	}
	return 1;
}

static int shell(void *ctx, const char *command, struct zol_str *out, struct zol_err *err)
{
	(void)ctx;
	(void)err;
	zol_str_puts(out, command);
	return 0;
}

static const char *env(void *ctx, const char *name)
{
	(void)ctx;
	return strcmp(name, "ARCH") == 0 ? "x86" : NULL;
}

static void note(void *ctx, const char *text)
{
	(void)ctx;
	FUZZ_CHECK(text[0] || !text[0]);
}

static void split(struct world *w, struct zol_span rest)
{
	for (size_t i = 0; i < PARTS; i++) {
		const char *end = i + 1 < PARTS && rest.len ? memchr(rest.ptr, 1, rest.len) : NULL;
		size_t len = end ? (size_t)(end - rest.ptr) : rest.len;

		w->part[i] = zol_span(rest.ptr, len);
		rest = end ? zol_span(end + 1, rest.len - len - 1) : zol_span("", 0);
	}
}

static void resolve(struct zol_kconfig *k, struct zol_span config, struct zol_str *out)
{
	zol_kconfig_reset(k);
	zol_kconfig_read(k, config);
	zol_kconfig_settle(k);
	zol_kconfig_write(k, out);
}

/* The same .config gives the same result; a question about a symbol changes nothing. */
static void use(struct zol_kconfig *k, struct zol_span config)
{
	ZOL_AUTO(str) struct zol_str one = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str two = ZOL_STR_INIT;
	ZOL_AUTO(strv) struct zol_strv lines = ZOL_STRV_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(ksat) struct zol_ksat sat = { 0 };
	const struct zol_kwhy why = { .k = k, .lines = &lines };

	resolve(k, config, &one);
	FUZZ_CHECK(zol_ksat_init(&sat, k, NULL, 0, &err) == 0);
	sat.dry = true;
	for (size_t i = 0; i < k->nsyms && i < 40; i++) {
		struct zol_ksym *s = k->syms[i];
		struct zol_kanswer a;

		if (!s->name || !(s->flags & ZOL_KS_DEFINED))
			continue;
		(void)zol_kwhy(&why, s->name, "y");
		zol_kwhy_state(&why, s);
		if (s->type == ZOL_KT_BOOL || s->type == ZOL_KT_TRISTATE)
			(void)zol_ksat_solve(&sat, (struct zol_kgoal){ s, ZOL_KY, NULL }, &a);
	}
	resolve(k, config, &two);
	FUZZ_CHECK(one.len == two.len && memcmp(zol_str_c(&one), zol_str_c(&two), one.len) == 0);
	zol_str_truncate(&two, 0);
	zol_kconfig_write_def(k, &two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct zol_kio template = { NULL, read_part, shell, env, note };

	if (size > 16384)
		return 0;
	for (unsigned generation = 1; generation <= 2; generation++) {
		struct world w;
		struct zol_kio io = template;
		ZOL_AUTO(kconfig) struct zol_kconfig k = { 0 };
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		split(&w, zol_span((const char *)data, size));
		io.ctx = &w;
		FUZZ_CHECK(zol_kconfig_init(&k, &io, generation, &err) == 0);
		if (zol_kconfig_load(&k, "Kconfig", &err) == 0)
			use(&k, w.part[3]);
		else
			FUZZ_CHECK(err.code == ZOL_MALFORMED && *zol_err_text(&err));
	}
	return 0;
}
