/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap: malloc calloc realloc reallocarray strdup strndup */
/* Folding and drawing with too little memory: an error, or the whole picture. */
#include "core/flamecheck.h"
#include "core/perftext.h"
#include "core/svg.h"
#include "unit.h"

#include "oom.h"
#include "perfbuild.h"

static const char text[] = "fio   160 [000]    44.270406:    1003009 cpu-clock:ppp: \n"
			   "\tffffffffc0281050 zfs_is_readonly+0x0 (/lib/modules/6.1/extra/zfs.ko.zst)\n"
			   "\tffffffff811ba74a vfs_write+0x1da ([kernel.kallsyms])\n"
			   "\t           f64c7 pwrite+0x57 (/usr/lib/libc.so.6)\n\n"
			   "a b 7/8 45.0: 7 cpu-clock:ppp: \n\t12 f->g+0x1 (/tmp/perf-1.map)\n\n"
			   "a b 7/8 46.0: 7 cpu-clock:ppp: \n\t12 f->g+0x1 (/tmp/perf-1.map)\n\n";
static const char text_folded[] = "a_b-7/8;f_[j];g_[i] 14\n"
				  "fio-?/160;pwrite;vfs_write_[k];zfs_is_readonly_[m] 1003009\n";

static int fold_text(const void *what)
{
	static const char *const funcs[] = { "f|pwrite", NULL };
	const struct zol_fold_opts o = { .cut = { .funcs = funcs, .regex = true }, .show = ZOL_SHOW_TID };
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(perftext) struct zol_perftext *p = NULL;
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const size_t *piece = what;
	struct zol_fold_stats st;

	if (zol_perftext_new(&o, &s, &p, &err) < 0)
		return -(int)err.code;
	for (size_t i = 0; i < sizeof(text) - 1; i += *piece) {
		size_t n = sizeof(text) - 1 - i;

		if (zol_perftext_feed(p, zol_span(text + i, n < *piece ? n : *piece), &err) < 0)
			return -(int)err.code;
	}
	if (zol_perftext_finish(p, &st, &err) < 0 || zol_flamecut_apply(&o.cut, &s, &err) < 0 ||
	    zol_stacks_sort(&s, &err) < 0)
		return -(int)err.code;
	zol_folded_write(&s, ZOL_FOLD_KINDS, &out);
	if (zol_str_check(&out, &err) < 0)
		return -(int)err.code;
	assert_string_equal(zol_str_c(&out), text_folded);
	return 0;
}

UNIT(perf_script_is_folded_wholly_or_not)
{
	assert_true(oom_walk(fold_text, &(const size_t){ sizeof(text) }) > 20);
	assert_true(oom_walk(fold_text, &(const size_t){ 100 }) > 20);
}

/* What a picture, a table and the text of two foldings hold: the same whenever no error is told. */
static char *drawn;

static int draw(const void *what)
{
	const struct zol_svg_opts o = { .title = "t", .unit = "samples", .width = 1200, .height = 16 };
	ZOL_AUTO(stacks) struct zol_stacks a = { 0 };
	ZOL_AUTO(stacks) struct zol_stacks b = { 0 };
	ZOL_AUTO(stacks) struct zol_stacks d = { 0 };
	ZOL_AUTO(boxes) struct zol_boxes boxes = { 0 };
	ZOL_AUTO(free) struct zol_flame_row *rows = NULL;
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	size_t n = 0;

	(void)what;
	if (zol_folded_read(zol_span_c("t;x_[k];y_[m] 1.5\nt;z 1\nu;-;x_[k] 3\n"), &a, &err) < 0 ||
	    zol_folded_read(zol_span_c("t;x_[k] 8\nv;w 1\n"), &b, &err) < 0 ||
	    zol_flame_diff_stacks(&a, &b, true, &d, &err) < 0 || zol_boxes_make(&d, &boxes, &err) < 0 ||
	    zol_flame_table(&d, &rows, &n, &err) < 0)
		return -(int)err.code;
	zol_svg_write(&d, &boxes, &o, &out);
	zol_str_printf(&out, "%zu rows", n);
	zol_speedscope_write(&d, "t", &out);
	zol_stacks_reverse(&d);
	zol_folded_write(&d, ZOL_FOLD_KINDS, &out);
	if (zol_stacks_check(&d, &err) < 0 || zol_str_check(&out, &err) < 0)
		return -(int)err.code;
	if (drawn)
		assert_string_equal(zol_str_c(&out), drawn);
	else
		drawn = zol_str_take(&out);
	return 0;
}

UNIT(pictures_are_drawn_wholly_or_not)
{
	assert_int_equal(draw(NULL), 0);
	assert_true(oom_walk(draw, NULL) > 20);
	free(drawn);
	drawn = NULL;
}

static const char kallsyms[] = "ffffffff81000000 T _text\nffffffff81000100 T do_idle\n"
			       "ffffffffc0001000 t spa_sync\t[zfs]\n";

/* "Compression": the records as they are. */
static int plain(void *ctx, struct zol_span piece, struct zol_str *out, struct zol_err *err)
{
	(void)ctx;
	zol_str_add(out, piece.ptr, piece.len);
	return zol_str_check(out, err);
}

static int fold_data(const void *what)
{
	const struct zol_fold_opts o = { .all_events = true };
	ZOL_AUTO(perfdata) struct zol_perfdata d = { 0 };
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(kallsyms) struct zol_kallsyms k = { 0 };
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_perf_symbols y = { .kernel = &k, .unpack = plain };
	struct zol_fold_stats st;

	if (zol_kallsyms_parse(zol_span_c(kallsyms), &k, &err) < 0 ||
	    zol_perfdata_open(zol_span_str(what), &d, &err) < 0 || zol_perffold(&d, &o, &y, &s, &st, &err) < 0 ||
	    zol_stacks_sort(&s, &err) < 0)
		return -(int)err.code;
	zol_folded_write(&s, ZOL_FOLD_KINDS, &out);
	if (zol_str_check(&out, &err) < 0)
		return -(int)err.code;
	assert_string_equal(zol_str_c(&out), ":9 100\n"
					     "a_b;[unknown];[libc.so.6];[zfs.ko.zst]_[m];spa_sync_[m] 200\n"
					     "swapper;do_idle_[k] 100\n");
	return 0;
}

UNIT(perf_data_is_folded_wholly_or_not)
{
	static const uint64_t idle[] = { (uint64_t)-128, 0xffffffff81000110 };
	static const uint64_t sync[] = { (uint64_t)-128, 0xffffffffc0001010, 0xffffffffc0009000, (uint64_t)-512, 0x5000,
					 0x9000 };
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str packed = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;

	put_kernel_map(&records, 0xffffffff81000000, 0x1000, 0xffffffff81000000, "[kernel.kallsyms]_text");
	put_kernel_map(&records, 0xffffffffc0001000, 0x10000, 0, "/lib/modules/6.1/extra/zfs.ko.zst");
	put_comm(&records, 7, 7, "a b", 5);
	put_mmap2(&records, 7, 0x4000, 0x2000, "/usr/lib/libc.so.6", 6);
	put_sample(&records, 7, 30, 1, sync, 6);
	put_sample(&records, 0, 10, 1, idle, 2);
	put_fork(&records, 8, 7, 31);
	put_sample(&records, 8, 40, 2, sync, 6);
	put_sample(&records, 9, 41, 1, NULL, 0);
	put_file(&file, &records);
	assert_true(oom_walk(fold_data, &file) > 20);
	put_record(&packed, ZOL_PERF_COMPRESSED, 0, &records);
	zol_str_truncate(&file, 0);
	put_pipe(&file, &packed);
	assert_true(oom_walk(fold_data, &file) > 20);
}

static int check(const void *what)
{
	static const char ids[] =
		"kernel 040000001400000003000000474e5500aabb\nzfs 040000001400000003000000474e5500cc\n";
	const struct zol_flame_facts facts = {
		.perf = zol_span_c("perf version 6.1\n"),
		.paranoid = zol_span_c("2\n"),
		.restricted = zol_span_c("1\n"),
		.kallsyms = zol_span_c(kallsyms),
		.modules = zol_span_c("zfs 6131712 1 - Live 0xffffffffc0001000 (PO)\nzfs .text 0xffffffffc0001000\n"),
		.build_ids = zol_span_c(ids),
	};
	ZOL_AUTO(flame_findings) struct zol_flame_findings f = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	(void)what;
	if (zol_flame_check(&facts, &f, &err) < 0)
		return -(int)err.code;
	if (f.oom)
		return zol_err_oom(&err);
	assert_true(f.len > 3);
	for (size_t i = 0; i < f.len; i++)
		assert_non_null(f.v[i].detail);
	return 0;
}

UNIT(a_check_tells_all_or_that_it_cannot)
{
	assert_true(oom_walk(check, NULL) > 5);
}

UNIT_MAIN()
