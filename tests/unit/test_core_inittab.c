/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/inittab.h"
#include "guest_cases.h"

static void serial(const struct guest_case *c, struct zol_str *text, struct zol_str *note, bool *ret_changed)
{
	char ttys[64], getty[64], autologin[8];
	struct zol_inittab_console want = { .getty = guest_case_arg(c, "getty", getty, sizeof(getty)) };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_span rest, tty;

	want.autologin = !guest_case_arg(c, "autologin", autologin, sizeof(autologin));
	assert_non_null(guest_case_arg(c, "ttys", ttys, sizeof(ttys)));
	rest = zol_span_c(ttys);
	*ret_changed = false;
	while (zol_span_field(&rest, ",", &tty)) {
		ZOL_AUTO(free) char *name = zol_span_dup(tty);
		enum zol_edit edit;

		want.tty = name;
		assert_int_equal(zol_inittab_serial(text, &want, &edit, note, &err), 0);
		assert_int_not_equal(edit, ZOL_EDIT_KEPT);
		*ret_changed = *ret_changed || edit == ZOL_EDIT_CHANGED;
	}
}

UNIT(cases)
{
	guest_cases_run("inittab", serial);
}

UNIT(parses_fields)
{
	struct zol_inittab_entry e;

	assert_true(zol_inittab_parse(zol_span_c("  s0:12345:respawn:/sbin/agetty -L ttyS0  "), &e));
	assert_true(zol_span_eq(e.id, "s0") && zol_span_eq(e.levels, "12345") && zol_span_eq(e.action, "respawn"));
	assert_true(zol_span_eq(e.process, "/sbin/agetty -L ttyS0"));
	assert_false(e.off);
	assert_true(zol_inittab_parse(zol_span_c("## s0::respawn:x"), &e));
	assert_true(e.off);
	assert_true(zol_inittab_parse(zol_span_c("id:3:initdefault:"), &e));
	assert_false(zol_inittab_parse(zol_span_c("a b:3:respawn:x"), &e));
	assert_false(zol_inittab_parse(zol_span_c("s0:3:respawn"), &e));
	assert_false(zol_inittab_parse(zol_span_c(""), &e));
	assert_false(zol_inittab_parse(zol_span("s0:3\0:respawn:x", 15), &e));
	assert_false(zol_inittab_parse(zol_span_c("an-id-that-is-much-too-long-for-anything:3:respawn:x"), &e));
}

static void put(struct zol_str *text, enum zol_edit want)
{
	const struct zol_inittab_console c = { "ttyS0", "/sbin/agetty", true };
	ZOL_AUTO(str) struct zol_str note = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	enum zol_edit edit;

	assert_int_equal(zol_inittab_serial(text, &c, &edit, &note, &err), 0);
	assert_int_equal(edit, want);
}

UNIT(keeps_a_line_changed_by_hand)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT, before = ZOL_STR_INIT;
	char *at;

	zol_str_puts(&text, "id:3:initdefault:\n#s0:12345:respawn:/sbin/agetty -L 9600 ttyS0 vt100\n");
	put(&text, ZOL_EDIT_CHANGED);
	at = strstr(text.ptr, "-a root -L");
	assert_non_null(at);
	memcpy(at, "-a toor -L", 10);
	zol_str_puts(&before, zol_str_c(&text));
	put(&text, ZOL_EDIT_KEPT);
	assert_string_equal(zol_str_c(&text), zol_str_c(&before));
}

UNIT(updates_its_own_line)
{
	const struct zol_inittab_console c = { "ttyS0", "/sbin/agetty", false };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT, note = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	enum zol_edit edit;
	unsigned kept;

	zol_str_puts(&text, "#T0:23:respawn:/sbin/getty -L ttyS0 9600 vt100\n");
	put(&text, ZOL_EDIT_CHANGED);
	assert_int_equal(zol_inittab_serial(&text, &c, &edit, &note, &err), 0);
	assert_int_equal(edit, ZOL_EDIT_CHANGED);
	assert_non_null(strstr(zol_str_c(&note), "brought up to date"));
	assert_null(strstr(zol_str_c(&text), "-a root"));
	assert_int_equal(zol_lineedit_drop(&text, NULL, &kept, &err), 0);
	assert_string_equal(zol_str_c(&text), "#T0:23:respawn:/sbin/getty -L ttyS0 9600 vt100\n");
}

static void respawn(const char *before, const char *line)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT, note = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	enum zol_edit edit;
	unsigned kept;

	zol_str_puts(&text, before);
	assert_int_equal(zol_inittab_respawn(&text, "agent", "/a/b", &edit, &note, &err), 0);
	assert_int_equal(edit, ZOL_EDIT_CHANGED);
	assert_non_null(strstr(zol_str_c(&text), line));
	assert_int_equal(zol_inittab_respawn(&text, "agent", "/a/b", &edit, &note, &err), 0);
	assert_int_equal(edit, ZOL_EDIT_SAME);
	assert_int_equal(zol_lineedit_drop(&text, "agent", &kept, &err), 0);
	assert_string_equal(zol_str_c(&text), before);
}

UNIT(respawns_a_program)
{
	respawn("id:3:initdefault:\n", "\ns0:12345:respawn:/a/b\n");
	respawn("id:3:initdefault:\ns0:1:off:x\n", "\ns1:12345:respawn:/a/b\n");
	respawn("::sysinit:/etc/init.d/rcS\n", "\n::respawn:/a/b\n");
}

UNIT(finds_an_id_when_all_the_near_ones_are_taken)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	for (char c = '0'; c <= '9'; c++)
		zol_str_printf(&text, "s%c:1:off:x\n", c);
	put(&text, ZOL_EDIT_CHANGED);
	assert_non_null(strstr(zol_str_c(&text), "\nsa:12345:respawn:"));
}

UNIT(a_megabyte_in_one_line)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT, before = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	unsigned kept;

	zol_str_puts(&text, "s0:12345:respawn:");
	memset(zol_str_reserve(&text, 1 << 20), 'x', 1 << 20);
	text.len += 1 << 20;
	zol_str_puts(&text, " ttyS0");
	zol_str_add(&before, text.ptr, text.len);
	put(&text, ZOL_EDIT_CHANGED);
	put(&text, ZOL_EDIT_SAME);
	assert_int_equal(zol_lineedit_drop(&text, NULL, &kept, &err), 0);
	assert_int_equal(text.len, before.len);
	assert_memory_equal(text.ptr, before.ptr, before.len);
}

UNIT_MAIN()
