/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap: malloc calloc realloc reallocarray strdup strndup */
/* Memory that is short loses excerpts and names, never a finding. */
#include "core/console_find.h"
#include "unit.h"

#include "oom.h"

struct log {
	const char *text, *kinds;
	size_t piece; /* bytes at once */
};

static int classify(const void *what)
{
	const struct log *log = what;
	ZOL_AUTO(console_find) struct zol_console_find *f = NULL;
	ZOL_AUTO(str) struct zol_str kinds = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	size_t len = strlen(log->text);
	long left;

	if (zol_console_find_new(&f, &err) < 0)
		return -(int)err.code;
	for (size_t i = 0; i < len; i += log->piece)
		(void)zol_console_find_feed(f, log->text + i, len - i < log->piece ? len - i : log->piece);
	zol_console_find_end(f);
	left = oom_left;
	oom_left = -1;
	for (size_t i = 0; i < zol_console_find_count(f); i++) {
		const struct zol_finding *v = zol_console_find_get(f, i);

		zol_str_printf(&kinds, "%s%s ", zol_finding_kind_name(v->kind), v->stopped ? "!" : "");
		zol_finding_text(v, &text); /* whatever is not there */
	}
	assert_string_equal(zol_str_c(&kinds), log->kinds);
	assert_true(text.len > 0);
	oom_left = left;
	return zol_console_find_locate(f, 0, zol_span_c("inlined"), zol_span_c("fs/a.c"), 7, &err);
}

static const char mixed[] = "[    1.5] PANIC at spa.c:12:spa_sync()\n"
			    "[    1.5]  ? spa_doubtful+0x1/0x2 [zfs]\n"
			    "[    1.5]  spa_sync+0x1/0x2 [zfs]\n"
			    "[    2.0][  T12] BUG: kernel NULL pointer dereference, address: 0000000000000000\n"
			    "[    2.0][  T12] RIP: 0010:zap_add+0x12/0x34 [zfs]\n"
			    "[    2.0][  T13] someone else\n"
			    "[    2.0][  T12] Call Trace:\n"
			    "[    2.0][  T12]  zap_update+0x12/0x34 [zfs]\n"
			    "[    2.0][  T12] ---[ end trace 0000000000000000 ]---\n"
			    "[    3.0] Kernel panic - not syncing: Fatal exception\n";

UNIT(no_finding_is_lost_of_whole_lines)
{
	const struct log log = { mixed, "zfs-panic null-deref! ", sizeof(mixed) };

	assert_true(oom_walk(classify, &log) > 20);
}

UNIT(no_finding_is_lost_of_lines_in_pieces)
{
	struct log log = { mixed, "zfs-panic null-deref! ", 1 };

	assert_true(oom_walk(classify, &log) > 20);
	log.piece = 33;
	assert_true(oom_walk(classify, &log) > 20);
}

UNIT_MAIN()
