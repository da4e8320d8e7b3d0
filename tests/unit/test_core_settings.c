/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "core/settings.h"

#include "unit.h"

static const struct zol_set_row *row(const char *section, const char *key)
{
	const struct zol_set_row *r = zol_settings_find(section, key);

	assert_non_null(r);
	return r;
}

static int set(struct zol_settings *s, const char *section, const char *key, const char *value)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	int r = zol_settings_set(s, row(section, key), value, &err);

	assert_int_equal(r < 0 ? -(int)err.code : 0, r);
	return r;
}

static void init(struct zol_settings *s)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_settings_init(s, &err), 0);
}

UNIT(defaults_are_what_the_rows_say)
{
	ZOL_AUTO(settings) struct zol_settings s;

	init(&s);
	assert_string_equal(s.paths.guests, "/guest");
	assert_string_equal(s.paths.state, "/var/lib/zolkit");
	assert_int_equal(s.stage.mirrors.len, 1);
	assert_int_equal(s.stage.keys.len, 1);
	assert_int_equal(strlen(s.stage.keys.v[0]), 40);
	assert_int_equal(s.stage.max_age, 14ULL * 86400000);
	assert_int_equal(s.stage.stall, 30000);
	assert_string_equal(s.guest.hostname, "");
	assert_true(s.guest.autologin);
	assert_int_equal(s.chroot.code.len, 0);
	assert_int_equal(s.vm.msize, 512000);
	assert_string_equal(s.vm.transport, "9p");
}

UNIT(every_default_reads_back_as_itself)
{
	ZOL_AUTO(settings) struct zol_settings s;
	size_t n;
	const struct zol_set_row *rows = zol_settings_rows(&n);

	init(&s);
	for (size_t i = 0; i < n; i++) {
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		ZOL_AUTO(str) struct zol_str first = ZOL_STR_INIT;
		ZOL_AUTO(str) struct zol_str second = ZOL_STR_INIT;

		zol_settings_text(&s, &rows[i], &first);
		assert_string_equal(zol_str_c(&first), rows[i].fallback);
		if (rows[i].kind == ZOL_SET_LIST)
			assert_int_equal(zol_settings_set(&s, &rows[i], "", &err), 0);
		if (first.len)
			assert_int_equal(zol_settings_set(&s, &rows[i], zol_str_c(&first), &err), 0);
		zol_settings_text(&s, &rows[i], &second);
		assert_string_equal(zol_str_c(&second), zol_str_c(&first));
	}
}

UNIT(rows_are_sound)
{
	size_t n;
	const struct zol_set_row *rows = zol_settings_rows(&n);

	for (size_t i = 0; i < n; i++) {
		assert_true(rows[i].offset < sizeof(struct zol_settings));
		assert_int_equal(zol_settings_index(&rows[i]), i);
		assert_ptr_equal(zol_settings_find(rows[i].section, rows[i].key), &rows[i]);
		assert_int_equal(rows[i].kind == ZOL_SET_CHOICE, rows[i].choices != NULL);
		assert_int_equal(rows[i].help[strlen(rows[i].help) - 1] == '.' ||
					 strcmp(rows[i].help + strlen(rows[i].help) - 3, "...") == 0,
				 1);
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(rows[i].offset, rows[k].offset);
	}
	assert_null(zol_settings_find("vm", "guests"));
	assert_null(zol_settings_find("", ""));
}

UNIT(numbers_sizes_durations_and_words_are_printed_in_their_largest_whole_unit)
{
	static const struct {
		const char *section, *key, *value, *text;
	} cases[] = {
		{ "vm", "memory", "2048M", "2G" },
		{ "vm", "memory", "1536M", "1536M" },
		{ "vm", "memory", "1000", "1000" },
		{ "vm", "memory", "0", "0" },
		{ "vm", "memory", "2T", "2T" },
		{ "vm", "boot_timeout", "90s", "90s" },
		{ "vm", "boot_timeout", "120s", "2m" },
		{ "vm", "boot_timeout", "1500ms", "1500ms" },
		{ "vm", "boot_timeout", "48h", "2d" },
		{ "vm", "boot_timeout", "0", "0" },
		{ "vm", "smp", "4", "4" },
		{ "kernel", "ccache", "off", "no" },
		{ "kernel", "ccache", "1", "yes" },
		{ "vm", "accel", "tcg", "tcg" },
		{ "guest", "hostname", "a b", "a b" },
		{ "chroot", "distfiles", "", "" },
		{ "chroot", "distfiles", "/d", "/d" },
		{ "vm", "kernel_args", "\t a  b ", "a b" },
	};
	ZOL_AUTO(settings) struct zol_settings s;

	init(&s);
	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

		assert_int_equal(set(&s, cases[i].section, cases[i].key, cases[i].value), 0);
		zol_settings_text(&s, row(cases[i].section, cases[i].key), &text);
		assert_string_equal(zol_str_c(&text), cases[i].text);
	}
}

UNIT(lists_add_and_empty)
{
	ZOL_AUTO(settings) struct zol_settings s;

	init(&s);
	assert_int_equal(set(&s, "stage", "mirrors", "http://a http://b"), 0);
	assert_int_equal(s.stage.mirrors.len, 3);
	assert_string_equal(s.stage.mirrors.v[2], "http://b");
	assert_int_equal(set(&s, "stage", "mirrors", " \t"), 0);
	assert_int_equal(s.stage.mirrors.len, 0);
	assert_int_equal(set(&s, "stage", "mirrors", ""), 0);
	assert_int_equal(set(&s, "stage", "mirrors", "file:///m"), 0);
	assert_int_equal(s.stage.mirrors.len, 1);
}

UNIT(wrong_values_are_refused_and_change_nothing)
{
	static const struct {
		const char *section, *key, *value;
	} cases[] = {
		{ "paths", "guests", "guest" },
		{ "paths", "guests", "" },
		{ "paths", "guests", "~/guest" },
		{ "chroot", "distfiles", "d" },
		{ "vm", "accel", "" },
		{ "vm", "accel", "KVM" },
		{ "vm", "accel", "kwm" },
		{ "vm", "smp", "-1" },
		{ "vm", "smp", "two" },
		{ "vm", "smp", "" },
		{ "vm", "memory", "4 G" },
		{ "vm", "memory", "G" },
		{ "vm", "stop_timeout", "5y" },
		{ "guest", "autologin", "y e" },
		{ "guest", "autologin", "" },
		{ "guest", "name", "a\nb" },
		{ "guest", "name", "a\x7f" },
		{ "vm", "kernel_args", "a\033b" },
	};
	ZOL_AUTO(settings) struct zol_settings s;

	init(&s);
	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		ZOL_AUTO(str) struct zol_str before = ZOL_STR_INIT;
		ZOL_AUTO(str) struct zol_str after = ZOL_STR_INIT;

		zol_settings_text(&s, row(cases[i].section, cases[i].key), &before);
		assert_int_equal(set(&s, cases[i].section, cases[i].key, cases[i].value), -ZOL_USAGE);
		zol_settings_text(&s, row(cases[i].section, cases[i].key), &after);
		assert_string_equal(zol_str_c(&before), zol_str_c(&after));
	}
}

UNIT(near_choices_are_suggested)
{
	ZOL_AUTO(settings) struct zol_settings s;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	init(&s);
	assert_int_equal(zol_settings_set(&s, row("vm", "transport"), "virtio-fs", &err), -ZOL_USAGE);
	assert_string_equal(zol_err_text(&err), "'virtio-fs' is none of: 9p, virtiofs");
	assert_string_equal(err.hint, "did you mean 'virtiofs'?");
}

static void unknown(const char *section, const char *key, const char *text, const char *hint)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_settings_unknown(section, key, &err), -ZOL_USAGE);
	assert_string_equal(zol_err_text(&err), text);
	assert_string_equal(err.hint, hint);
}

UNIT(unknown_keys_and_sections_get_the_nearest)
{
	unknown("vm", "memmory", "no key 'memmory' in section [vm]", "did you mean 'memory'?");
	unknown("vm", "colour", "no key 'colour' in section [vm]", "'zolkit config show' lists the keys");
	unknown("stages", "arch", "no section [stages]", "did you mean [stage]?");
	unknown("network", "x", "no section [network]", "'zolkit config show' lists the keys");
	unknown("", "arch", "key 'arch' stands outside of any section", "'zolkit config show' lists the keys");
}

UNIT(the_file_has_every_key_once_commented)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_span left, line;
	size_t n, keys = 0, sections = 0;
	const struct zol_set_row *rows = zol_settings_rows(&n);

	zol_settings_file(&text);
	for (size_t i = 0; i < n; i++) {
		ZOL_AUTO(free)
		char *want =
			zol_asprintf("\n#%s =%s%s\n", rows[i].key, rows[i].fallback[0] ? " " : "", rows[i].fallback);

		assert_non_null(strstr(zol_str_c(&text), want));
	}
	/* Each section says what it is for. */
	assert_null(strstr(zol_str_c(&text), "\n\n["));
	left = zol_span_str(&text);
	while (zol_span_line(&left, &line)) {
		assert_true(line.len <= 198); /* what inih can read */
		sections += line.len && line.ptr[0] == '[';
		keys += line.len > 1 && line.ptr[0] == '#' && line.ptr[1] != ' ' && line.ptr[1] != '\0';
		assert_true(!line.len || line.ptr[0] == '#' || line.ptr[0] == '[');
	}
	assert_int_equal(sections, 8);
	assert_int_equal(keys, n);
}

UNIT(the_manual_has_every_key_escaped)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	zol_settings_man(&text);
	assert_non_null(strstr(zol_str_c(&text), "## [vm]\n\n"));
	assert_non_null(strstr(zol_str_c(&text), "\n*kernel\\_args* (list)\n\t"));
	assert_non_null(strstr(zol_str_c(&text), "Environment: ZOLKIT\\_GUEST."));
	assert_non_null(strstr(zol_str_c(&text), "(one of auto, kvm, tcg)"));
	assert_non_null(strstr(zol_str_c(&text), "Default: empty."));
}

UNIT_MAIN()
