/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap: malloc calloc realloc reallocarray strdup strndup */
/*
 * Every allocation of reading, merging, explaining and satisfying fails once: each time that is an
 * error or a shorter text, never a crash, and all memory is given back.
 */
#include "core/kconfig_diff.h"
#include "core/kconfig_dotconfig.h"
#include "core/kconfig_moved.h"
#include "core/kconfig_satisfy.h"
#include "core/kconfig_why.h"

#include "oom.h"
#include "unit.h"

static const char tree[] =
	"mainmenu \"x $(ARCH)\"\nx := 1\nx += $(f,2)\nf = $(1)\n$(warning-if,y,$(x))\nconfig MODULES\n\tbool \"m\"\n\tmodules\n"
	"menuconfig A\n\ttristate \"a $(x)\" if B\n\tdepends on !C || B=y\n\tselect D if C\n\timply E\n\thelp\n\t  Text that has more than eight words in it, so that it counts.\n"
	"config B\n\tbool \"b\"\nconfig C\n\tbool \"c\"\nconfig D\n\tbool\nconfig E\n\tdef_tristate m\n"
	"config N\n\tint \"n\"\n\trange 1 100 if A\n\tdefault 5\nconfig H\n hex \"h\"\n\tdefault 0x10\n\trange 0x1 0x20\n"
	"config S\n\tstring \"s\"\n\tdefault \"q\\\"\"\nconfig ON_S\n\tbool \"o\"\n\tdepends on S != \"\" && N > 7\n"
	"choice\n\tprompt \"ch\"\n\tdefault C2\n\tdepends on A\nconfig C1\n\tbool \"1\"\nconfig C2\n\tbool \"2\"\nendchoice\n"
	"if A\nsource \"b\"\nendif\nmenu \"menu\"\n\tvisible if B\nconfig IN\n\tbool \"in\"\nendmenu\ncomment \"c\"\n\tdepends on A\n";
static const char other[] = "config FROM\n\tbool \"one two three\"\nconfig MODULES\n\tbool \"m\"\n";
static const char config[] =
	"CONFIG_B=y\nCONFIG_C=y\nCONFIG_N=200\nCONFIG_H=0x12\nCONFIG_S=\"a\\\"b\"\n# CONFIG_IN is not set\n"
	"CONFIG_C1=y\nCONFIG_GHOST=y\nCONFIG_S=unquoted\n";

static int read_text(void *ctx, const char *path, struct zol_str *out, struct zol_err *err)
{
	zol_str_puts(out, strcmp(path, "b") == 0 ? "config IN_A\n\tbool \"in a\"\n\tdepends on m\n" : ctx);
	return zol_str_check(out, err);
}

static const char *env(void *ctx, const char *name)
{
	(void)ctx;
	return strcmp(name, "ARCH") == 0 ? "x86" : NULL;
}

static void note(void *ctx, const char *text)
{
	(void)ctx;
	assert_non_null(text);
}

static int satisfy(struct zol_kconfig *k, struct zol_err *err)
{
	static const char *const names[] = { "A", "D", "C1", "ON_S", "IN", "IN_A", "E" };
	ZOL_AUTO(ksat) struct zol_ksat sat = { 0 };
	struct zol_kanswer alts[2];
	int rc = zol_ksat_init(&sat, k, NULL, 0, err);

	sat.dry = true;
	sat.alts = alts;
	sat.max_alts = 2;
	for (size_t i = 0; rc == 0 && i < ZOL_COUNT(names); i++) {
		const struct zol_kgoal g = { zol_kconfig_find(k, names[i]), ZOL_KY, NULL };
		struct zol_kanswer a;

		(void)zol_ksat_solve(&sat, g, &a);
	}
	return rc;
}

static int ask(struct zol_kconfig *k, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv lines = ZOL_STRV_INIT;
	const struct zol_kwhy why = { .k = k, .lines = &lines };

	for (size_t i = 0; i < k->nsyms; i++) {
		struct zol_ksym *s = k->syms[i];

		if (!s->name || !(s->flags & ZOL_KS_DEFINED))
			continue;
		zol_kwhy_state(&why, s);
		(void)zol_kwhy(&why, s->name, "y");
		(void)zol_kwhy(&why, s->name, "n");
		(void)zol_kwhy_forced(&why, s);
	}
	return zol_strv_check(&lines, err);
}

static int resolve(struct zol_kconfig *k, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(kfrags) struct zol_kfrags a = { 0 };
	ZOL_AUTO(kfrags) struct zol_kfrags b = { 0 };
	ZOL_AUTO(kchanges) struct zol_kchanges c = { 0 };

	zol_kconfig_reset(k);
	zol_kconfig_read(k, zol_span_c(config));
	zol_kconfig_settle(k);
	zol_kconfig_write(k, &out);
	zol_kconfig_write_def(k, &out);
	int rc = zol_str_check(&out, err);

	if (rc == 0)
		rc = zol_kfrags_add(&a, "f", zol_span_c("# @why all\n\n# @since 6.1\nCONFIG_A=y\nCONFIG_B=m\n"), NULL,
				    err);
	if (rc == 0)
		rc = zol_kfrags_add_word(&a, "w", "CONFIG_C=n", err);
	if (rc == 0)
		rc = zol_kfrags_rename(&a, 0, "AA", err);
	if (rc == 0)
		rc = zol_kfrags_add_config(&b, "c", zol_span_str(&out), err);
	return rc == 0 ? zol_kchanges_find(&a, &b, &c, err) : rc;
}

static int compare(struct zol_kconfig *k, struct zol_err *err)
{
	const struct zol_kio io = { .ctx = (char *)(uintptr_t)other, .read = read_text };
	ZOL_AUTO(kconfig) struct zol_kconfig old = { 0 };
	ZOL_AUTO(kmoveds) struct zol_kmoveds m = { 0 };
	int rc = zol_kconfig_init(&old, &io, 1, err);

	if (rc == 0)
		rc = zol_kconfig_load(&old, "Kconfig", err);
	return rc == 0 ? zol_kmoveds_find(&old, k, &m, err) : rc;
}

static int all(unsigned generation, struct zol_err *err)
{
	const struct zol_kio io = { .ctx = (char *)(uintptr_t)tree, .read = read_text, .env = env, .note = note };
	ZOL_AUTO(kconfig) struct zol_kconfig k = { 0 };
	int rc = zol_kconfig_init(&k, &io, generation, err);

	if (rc == 0)
		rc = zol_kconfig_load(&k, "Kconfig", err);
	if (rc == 0)
		rc = resolve(&k, err);
	if (rc == 0)
		rc = ask(&k, err);
	if (rc == 0)
		rc = satisfy(&k, err);
	return rc == 0 ? compare(&k, err) : rc;
}

UNIT(without_a_failure_all_is_well)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	for (unsigned generation = 1; generation <= 2; generation++)
		assert_int_equal(all(generation, &err), 0);
}

UNIT(each_allocation_that_fails_is_survived)
{
	long errors = 0, n = 1;

	for (;; n++) {
		struct zol_err err = ZOL_ERR_INIT;

		oom_failed = false;
		oom_left = n - 1;
		int rc = all(1 + (unsigned)n % 2, &err);

		oom_left = -1;
		errors += rc < 0;
		if (rc < 0)
			assert_true(oom_failed && (err.code == ZOL_SYSTEM || err.code == ZOL_MALFORMED));
		zol_err_clear(&err);
		if (!oom_failed)
			break;
	}
	assert_true(n > 100);
	assert_true(errors > n / 4);
}

UNIT_MAIN()
