/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/unflatten.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>

#include "base/path.h"
#include "base/sig.h"
#include "core/flattened.h"
#include "scratch.h"
#include "unit.h"

static void put(struct zol_str *s, uint64_t v)
{
	for (int i = 7; i >= 0; i--)
		zol_str_putc(s, (char)(v >> (8 * i)));
}

static void begin(struct zol_str *s)
{
	zol_str_add(s, "makedumpfile\0\0\0\0", 16);
	put(s, 1);
	put(s, 1);
	while (s->len < ZOL_FLATTENED_HEADER)
		zol_str_putc(s, '\0');
}

static void piece(struct zol_str *s, uint64_t offset, const char *bytes)
{
	put(s, offset);
	put(s, strlen(bytes));
	zol_str_puts(s, bytes);
}

static void end(struct zol_str *s)
{
	put(s, UINT64_MAX);
	put(s, UINT64_MAX);
}

/* What becomes of a file with this in it. */
static int run(const struct scratch *d, const struct zol_str *s, struct zol_str *after, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_path_join(d->path, "vmcore");
	ZOL_AUTO(free) char *whole = zol_path_join(d->path, "vmcore.whole");
	ZOL_AUTO(err) struct zol_err none = ZOL_ERR_INIT;
	int r;

	assert_int_equal(zol_write_file(path, s->ptr, s->len, 0600, &none), 0);
	r = zol_unflatten(path, err);
	zol_str_truncate(after, 0);
	assert_int_equal(zol_read_file(path, 1U << 20, after, &none), 0);
	assert_int_equal(access(whole, F_OK), -1);
	return r;
}

UNIT(pieces_come_to_their_places)
{
	ZOL_AUTO(scratch) struct scratch d = scratch_make();
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str after = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *path = zol_path_join(d.path, "vmcore");
	struct stat st;

	begin(&s);
	piece(&s, 6, "later");
	piece(&s, 0, "KDUXX");
	piece(&s, 3, "MP");
	end(&s);
	assert_int_equal(run(&d, &s, &after, &err), 0);
	assert_int_equal(after.len, 11);
	assert_memory_equal(after.ptr, "KDUMP\0later", 11);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

UNIT(what_a_killed_run_left_is_no_hindrance)
{
	SCRATCH(d);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT, after = ZOL_STR_INIT;

	scratch_put(&d, "vmcore.whole", "longer than what comes now");
	begin(&s);
	piece(&s, 0, "text");
	end(&s);
	assert_int_equal(run(&d, &s, &after, &err), 0);
	assert_string_equal(zol_str_c(&after), "text");
}

UNIT(other_files_stay_as_they_are)
{
	ZOL_AUTO(scratch) struct scratch d = scratch_make();
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str after = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	zol_str_puts(&s, "KDUMP   and more");
	assert_int_equal(run(&d, &s, &after, &err), 0);
	assert_string_equal(zol_str_c(&after), "KDUMP   and more");
	zol_str_truncate(&s, 0);
	assert_int_equal(run(&d, &s, &after, &err), 0);
	assert_int_equal(after.len, 0);
}

UNIT(a_signal_ends_it)
{
	SCRATCH(d);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT, after = ZOL_STR_INIT;

	begin(&s);
	piece(&s, 0, "text");
	end(&s);
	zol_sig_install();
	assert_int_equal(raise(SIGTERM), 0);
	assert_int_equal(run(&d, &s, &after, &err), -ZOL_SYSTEM);
	assert_int_equal(zol_sig_take(), SIGTERM);
	assert_int_equal(err.errnum, EINTR);
	assert_true(zol_span_same(zol_span_str(&after), zol_span_str(&s)));
}

UNIT(broken_ones_stay_as_they_are)
{
	ZOL_AUTO(scratch) struct scratch d = scratch_make();
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str after = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	begin(&s);
	piece(&s, 0, "KDUMP");
	assert_int_equal(run(&d, &s, &after, &err), -ZOL_MALFORMED);
	assert_non_null(strstr(zol_err_text(&err), "no end mark"));
	assert_int_equal(after.len, s.len);
	zol_err_clear(&err);
	put(&s, 0);
	put(&s, 1000);
	assert_int_equal(run(&d, &s, &after, &err), -ZOL_MALFORMED);
	assert_memory_equal(after.ptr, s.ptr, s.len);
	zol_err_clear(&err);
	assert_int_equal(zol_unflatten("/nonexistent/vmcore", &err), -ZOL_SYSTEM);
}

UNIT_MAIN()
