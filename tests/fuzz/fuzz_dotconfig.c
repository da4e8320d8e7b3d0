/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kconfig_diff.h"
#include "core/kconfig_dotconfig.h"

#include "fuzz.h"

static int read_tree(void *ctx, const char *path, struct zol_str *out, struct zol_err *err)
{
	(void)ctx;
	(void)path;
	(void)err;
	zol_str_puts(out, "config MODULES\n\tbool \"m\"\n\tmodules\n"
			  "config B\n\tbool \"b\"\nconfig T\n\ttristate \"t\"\n\tdepends on B\n"
			  "config S\n\tstring \"s\"\nconfig I\n\tint \"i\"\n\trange -5 100\nconfig H\n hex \"h\"\n"
			  "choice\n\tprompt \"c\"\nconfig C1\n\tbool \"1\"\nconfig C2\n\tbool \"2\"\nendchoice\n");
	return 0;
}

/* Written and read again, settings are the same. */
static void round_trip(const struct zol_kfrags *f)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(kfrags) struct zol_kfrags again = { 0 };
	ZOL_AUTO(kchanges) struct zol_kchanges c = { 0 };

	zol_kfrags_text(f, &text);
	FUZZ_CHECK(zol_kfrags_add(&again, "again", zol_span_str(&text), NULL, &err) == 0);
	FUZZ_CHECK(zol_kchanges_find(f, &again, &c, &err) == 0 && c.len == 0);
}

static void as_fragment(struct zol_span text)
{
	const struct zol_ktarget target = { ZOL_KVERSION(6, 1, 0), "x86" };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(kfrags) struct zol_kfrags f = { 0 };

	if (zol_kfrags_add(&f, "f", text, &target, &err) == 0)
		round_trip(&f);
	else
		FUZZ_CHECK(err.code == ZOL_MALFORMED && strncmp(zol_err_text(&err), "f:", 2) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct zol_kio io = { .read = read_tree };
	struct zol_span text = zol_span((const char *)data, size);
	ZOL_AUTO(kfrags) struct zol_kfrags config = { 0 };

	if (size > 16384)
		return 0;
	as_fragment(text);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	FUZZ_CHECK(zol_kfrags_add_config(&config, "c", text, &err) == 0 || err.code == ZOL_MALFORMED);
	for (unsigned generation = 1; generation <= 2; generation++) {
		ZOL_AUTO(kconfig) struct zol_kconfig k = { 0 };
		ZOL_AUTO(str) struct zol_str one = ZOL_STR_INIT;
		ZOL_AUTO(str) struct zol_str two = ZOL_STR_INIT;

		zol_err_clear(&err);
		FUZZ_CHECK(zol_kconfig_init(&k, &io, generation, &err) == 0);
		FUZZ_CHECK(zol_kconfig_load(&k, "Kconfig", &err) == 0);
		zol_kconfig_reset(&k);
		zol_kconfig_read(&k, text);
		zol_kconfig_settle(&k);
		zol_kconfig_write(&k, &one);
		/* What was written is what it says. */
		zol_kconfig_reset(&k);
		zol_kconfig_read(&k, zol_span_str(&one));
		zol_kconfig_settle(&k);
		zol_kconfig_write(&k, &two);
		FUZZ_CHECK(one.len == two.len && memcmp(zol_str_c(&one), zol_str_c(&two), one.len) == 0);
	}
	return 0;
}
