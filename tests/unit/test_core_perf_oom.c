/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap: malloc calloc realloc reallocarray strdup strndup */
/*
 * Every allocation of reading and folding a recording, and of reading the kernel's modules from its
 * memory, fails once: each time that is an error, never a crash or a shorter result.
 */
#include "core/kwalk.h"
#include "oom.h"
#include "perfbuild.h"
#include "unit.h"

static const char kallsyms[] = "ffffffff81000000 T _text\nffffffff81000100 T do_idle\n"
			       "ffffffffc0001000 t spa_sync\t[zfs]\n";

static struct zol_perf_image image;

static const struct zol_perf_image *get_image(void *ctx, const struct zol_perf_dso *dso)
{
	(void)ctx;
	return zol_span_eq(dso->path, "/bin/x") ? &image : NULL;
}

static bool plain_name(void *ctx, const char *name, struct zol_str *out)
{
	(void)ctx;
	(void)name;
	zol_str_puts(out, "plain");
	return true;
}

static int unpack(void *ctx, struct zol_span piece, struct zol_str *out, struct zol_err *err)
{
	(void)ctx;
	zol_str_add(out, piece.ptr, piece.len);
	return zol_str_check(out, err);
}

struct recording {
	struct zol_str file;
	const char *want;
};

static int fold(const void *what)
{
	const struct recording *rec = what;
	ZOL_AUTO(perfdata) struct zol_perfdata d = { 0 };
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(kallsyms) struct zol_kallsyms k = { 0 };
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_perf_symbols y = { .kernel = &k, .image = get_image, .demangle = plain_name, .unpack = unpack };
	const struct zol_fold_opts o = { .count = ZOL_COUNT_SAMPLES };
	struct zol_fold_stats st;

	if (zol_kallsyms_parse(zol_span_c(kallsyms), &k, &err) ||
	    zol_perfdata_open(zol_span_str(&rec->file), &d, &err) || zol_perffold(&d, &o, &y, &s, &st, &err) ||
	    zol_stacks_sort(&s, &err))
		return -(int)err.code;
	zol_folded_write(&s, ZOL_FOLD_KINDS, &out);
	if (zol_str_check(&out, &err))
		return -(int)err.code;
	assert_string_equal(zol_str_c(&out), rec->want);
	return 0;
}

static void put_build_id(struct zol_str *s)
{
	ZOL_AUTO(str) struct zol_str id = ZOL_STR_INIT;

	for (int i = 0; i < 4; i++)
		put64(&id, 0);
	put_name(&id, "/bin/x");
	put_record(s, ZOL_PERF_BUILD_ID, ZOL_PERF_MODE_USER, &id);
}

static void put_ksymbol(struct zol_str *s)
{
	ZOL_AUTO(str) struct zol_str b = ZOL_STR_INIT;

	put64(&b, 0xffffffffd0000000);
	put32(&b, 0x100);
	put32(&b, 1);
	put_name(&b, "bpf_prog");
	put_record(s, ZOL_PERF_KSYMBOL, 0, &b);
}

static void some_records(struct zol_str *r)
{
	static const uint64_t chain[] = {
		(uint64_t)-128, 0xffffffffc0001010, 0xffffffffd0000010, (uint64_t)-512, 0x7010, 0x9010, 0xb010
	};

	put_build_id(r);
	put_ksymbol(r);
	put_kernel_map(r, 0xffffffffc0001000, 0x10000, 0, "/lib/modules/6.1/extra/zfs.ko");
	put_comm(r, 7, 7, "a", 1);
	put_mmap2(r, 7, 0x7000, 0x1000, "/bin/x", 2);
	put_mmap2(r, 7, 0x9000, 0x1000, "//anon", 3);
	put_fork(r, 8, 7, 4);
	put_sample(r, 7, 30, 1, chain, 7);
	put_sample(r, 8, 40, 2, chain, 7); /* of another event */
	put_sample(r, 9, 20, 1, NULL, 0);  /* not in order */
}

UNIT(a_recording_is_folded_as_a_whole_or_not_at_all)
{
	static const char want[] = ":9 1\na;[unknown];[perf-7.map]_[j];plain;bpf_prog_[k];spa_sync_[m] 1\n";
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str packed = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct recording file = { .file = ZOL_STR_INIT, .want = want };
	struct recording pipe = { .file = ZOL_STR_INIT, .want = want };
	struct recording dense = { .file = ZOL_STR_INIT, .want = want };

	zol_syms_add(&image.syms, 0x7000, 0x100, zol_span_c("_Zplain"), ZOL_SYM_GLOBAL, 0);
	assert_int_equal(zol_syms_sort(&image.syms, &err), 0);
	some_records(&records);
	put_file(&file.file, &records);
	put_pipe(&pipe.file, &records);
	put_record(&packed, ZOL_PERF_COMPRESSED, 0, &records);
	put_file(&dense.file, &packed);
	assert_true(oom_walk(fold, &file) > 15);
	assert_true(oom_walk(fold, &pipe) > 15);
	assert_true(oom_walk(fold, &dense) > 15);
	zol_str_free(&file.file);
	zol_str_free(&pipe.file);
	zol_str_free(&dense.file);
	zol_syms_free(&image.syms);
}

/* Many of all: every table grows. */
static int grow(const void *what)
{
	const struct zol_strv *names = what;
	ZOL_AUTO(perf_world) struct zol_perf_world w = { 0 };

	for (int32_t i = 0; i < 400; i++) {
		const struct zol_perf_map m = { .start = 0x1000 * (uint64_t)(i + 1),
						.len = 0x800,
						.name = zol_span_c(names->v[i]),
						.build_id = zol_span("", 0) };

		if (!zol_perf_world_thread(&w, i, i))
			return w.oom ? -ZOL_SYSTEM : -ZOL_MALFORMED;
		zol_perf_world_map(&w, &m, i % 3);
		if (w.oom)
			return -ZOL_SYSTEM;
	}
	assert_int_equal(w.nthreads, 400);
	assert_int_equal(w.ndsos, 400);
	assert_int_equal(w.areas, 400);
	return 0;
}

UNIT(tables_that_cannot_grow_say_so)
{
	ZOL_AUTO(strv) struct zol_strv names = ZOL_STRV_INIT;

	for (int i = 0; i < 400; i++)
		zol_strv_addf(&names, "/lib/%d", i);
	assert_true(oom_walk(grow, &names) > 10);
}

/* A kernel of one module with one section, which holds its build-id. */
#define BASE 0xffffffffb0000000ULL

struct memory {
	const char *bytes;
};

static int read_memory(void *ctx, uint64_t addr, void *buf, size_t len, struct zol_err *err)
{
	const struct memory *m = ctx;

	if (addr < BASE || addr - BASE + len > 8192)
		return zol_err_set(err, ZOL_NEGATIVE, 0, "no memory there");
	memcpy(buf, m->bytes + (addr - BASE), len);
	return 0;
}

static void put_at(char *bytes, size_t at, uint64_t v)
{
	memcpy(bytes + at, &v, sizeof(v));
}

static int walk(const void *what)
{
	const struct zol_klayout l = { .list = 8,
				       .name = 24,
				       .base = 320,
				       .size = 328,
				       .sect_attrs = 560,
				       .percpu = 584,
				       .nsections = 40,
				       .attrs = 48,
				       .stride = 72,
				       .attr_name = 0,
				       .attr_addr = 64 };
	ZOL_AUTO(modmap) struct zol_modmap map = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct memory m = { .bytes = what };
	const struct zol_kmem mem = { .ctx = &m, .read = read_memory };

	if (zol_kwalk_modules(&mem, &l, BASE, &map, &err) || zol_kwalk_release(&mem, BASE + 0x1900, &map, &err))
		return -(int)err.code;
	assert_int_equal(map.nmods, 1);
	assert_int_equal(map.mods[0].nsections, 2);
	assert_string_equal(map.mods[0].build_id, "abcd0102");
	assert_string_equal(map.release, "6.1.0");
	return 0;
}

UNIT(modules_are_read_as_a_whole_or_not_at_all)
{
	static const char note[] = "\4\0\0\0\4\0\0\0\3\0\0\0GNU\0\xab\xcd\x01\x02";
	static char bytes[8192];

	put_at(bytes, 0, BASE + 0x108);
	put_at(bytes, 0x108, BASE);
	memcpy(bytes + 0x118, "zfs", 4);
	put_at(bytes, 0x100 + 560, BASE + 0x800);
	put_at(bytes, 0x100 + 584, 0x30);
	put_at(bytes, 0x800 + 40, 1);
	put_at(bytes, 0x800 + 48, BASE + 0x1800);
	put_at(bytes, 0x800 + 48 + 64, BASE + 0x1a00);
	memcpy(bytes + 0x1800, ".note.gnu.build-id", 19);
	memcpy(bytes + 0x1a00, note, sizeof(note));
	memcpy(bytes + 0x1900, "Linux version 6.1.0 (x)", 24);
	assert_true(oom_walk(walk, bytes) > 8);
}

UNIT_MAIN()
