/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/flamecheck.h"

#include "base/path.h"
#include "unit.h"

static const struct zol_flame_finding *find(const struct zol_flame_findings *f, const char *check)
{
	for (size_t i = 0; i < f->len; i++) {
		if (!strcmp(f->v[i].check, check))
			return &f->v[i];
	}
	fail_msg("no finding of %s", check);
	return NULL;
}

/* A module with so many functions, each of so many bytes. */
/* type: 't' for static functions, 'T' for those of which the others know */
static void put_module(struct zol_str *s, const char *name, uint64_t at, unsigned functions, char type)
{
	unsigned bytes = type == 't' ? 900 : 400;

	for (unsigned i = 0; i < functions; i++)
		zol_str_printf(s, "%llx %c f%u\t[%s]\n", (unsigned long long)(at + (uint64_t)i * bytes), type, i, name);
	zol_str_printf(s, "%llx d data\t[%s]\n", (unsigned long long)(at + (uint64_t)functions * bytes), name);
}

static const char modules[] =
	"zfs 6131712 1 - Live 0xffffffffc0024000 (PO)\nspl 143360 1 zfs, Live 0xffffffffc0000000 (O)\n"
	"zfs .text 0xffffffffc0024000\n";
static const char ids[] = "kernel 040000001400000003000000474e5500aabb\nzfs 040000001400000003000000474e5500ccdd\n";

static void run(struct zol_flame_facts x, struct zol_flame_findings *f)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	zol_flame_findings_free(f);
	assert_int_equal(zol_flame_check(&x, f, &err), 0);
}

UNIT(counts_function_symbols)
{
	ZOL_AUTO(str) struct zol_str k = ZOL_STR_INIT;
	ZOL_AUTO(flame_findings) struct zol_flame_findings f = { 0 };
	struct zol_flame_facts x = { .perf = zol_span_c("perf version 6.1\n"),
				     .paranoid = zol_span_c("2\n"),
				     .restricted = zol_span_c("0\n"),
				     .modules = zol_span_c(modules),
				     .build_ids = zol_span_c(ids),
				     .root = true };

	zol_str_puts(&k, "ffffffff81000000 T _text\nffffffff81001000 t update_stack_state\n");
	put_module(&k, "zfs", 0xffffffffc0024000, 50, 't');
	put_module(&k, "spl", 0xffffffffc0000000, 50, 't');
	x.kallsyms = zol_span_str(&k);
	run(x, &f);
	assert_int_equal(find(&f, "modules")->state, ZOL_FLAME_OK);
	assert_int_equal(find(&f, "kallsyms")->state, ZOL_FLAME_OK);
	assert_string_equal(find(&f, "unwinder")->detail, "frame pointers");
	assert_int_equal(find(&f, "build-ids")->state, ZOL_FLAME_WARN);
	assert_string_equal(find(&f, "build-ids")->detail, "none in: spl");
	/* strip --strip-unneeded takes the static ones, strip -s all. */
	zol_str_truncate(&k, 0);
	zol_str_puts(&k, "ffffffff81000000 R __start_orc_unwind\nffffffff81000000 T _text\n");
	put_module(&k, "zfs", 0xffffffffc0024000, 20, 'T');
	x.kallsyms = zol_span_str(&k);
	run(x, &f);
	assert_non_null(strstr(find(&f, "modules")->detail, "zfs has 20 function symbols, one for"));
	assert_int_equal(find(&f, "modules")->state, ZOL_FLAME_BAD);
	assert_non_null(strstr(find(&f, "modules")[1].detail, "spl has no function symbols"));
	assert_non_null(strstr(find(&f, "unwinder")->detail, "ORC"));
}

UNIT(says_who_may_not)
{
	ZOL_AUTO(flame_findings) struct zol_flame_findings f = { 0 };
	struct zol_flame_facts x = { .paranoid = zol_span_c("2"),
				     .restricted = zol_span_c("1"),
				     .kallsyms = zol_span_c("0000000000000000 T _text\n"),
				     .modules = zol_span_c("") };

	x.perf = x.build_ids = zol_span_c("");
	run(x, &f);
	assert_int_equal(find(&f, "perf")->state, ZOL_FLAME_BAD);
	assert_int_equal(find(&f, "permission")->state, ZOL_FLAME_BAD);
	assert_string_equal(find(&f, "kallsyms")->detail, "all addresses are 0 (kptr_restrict is 1)");
	x.paranoid = zol_span_c("-1\n");
	run(x, &f);
	assert_int_equal(find(&f, "permission")->state, ZOL_FLAME_OK);
	x.paranoid = x.kallsyms = zol_span_c("");
	run(x, &f);
	assert_string_equal(find(&f, "permission")->detail, "the kernel has no perf events");
	assert_string_equal(find(&f, "kallsyms")->detail, "/proc/kallsyms cannot be read");
}

UNIT(tells_what_else_is_missing)
{
	ZOL_AUTO(flame_findings) struct zol_flame_findings f = { 0 };
	struct zol_flame_facts x = { .perf = zol_span_c("perf version 6.1\n"),
				     .paranoid = zol_span_c("4\n"),
				     .restricted = zol_span_c("2\n"),
				     .kallsyms = zol_span_c("ffffffff81000000 T _text\nffffffff81001000 t any\n"),
				     .modules = zol_span_c("zfs 6131712 1 - Live 0xffffffffc0024000 (PO)\n"),
				     .build_ids = zol_span_c("zfs 00\nspl 040000001400000003000000474e5500aabb\n"),
				     .root = true };

	run(x, &f);
	assert_int_equal(find(&f, "permission")->state, ZOL_FLAME_OK); /* root may whatever is set */
	assert_int_equal(find(&f, "unwinder")->state, ZOL_FLAME_WARN);
	assert_non_null(strstr(find(&f, "unwinder")->remedy, "CONFIG_UNWINDER_ORC"));
	assert_string_equal(find(&f, "build-ids")->detail, "none in: kernel zfs");
	assert_non_null(strstr(find(&f, "build-ids")->remedy, "--build-id"));
	assert_int_equal(find(&f, "modules")->state, ZOL_FLAME_BAD);
	x.root = false;
	run(x, &f);
	assert_non_null(strstr(find(&f, "permission")->remedy, "perf_event_paranoid=-1"));
	x.kallsyms = zol_span_c("0000000000000000 T _text\n");
	run(x, &f);
	assert_string_equal(find(&f, "kallsyms")->detail, "all addresses are 0 (kptr_restrict is 2)");
	assert_non_null(strstr(find(&f, "kallsyms")->remedy, "kptr_restrict=0"));
}

/* Whatever this test was compiled with: it has symbols and a verdict. */
UNIT(looks_for_frame_pointers_in_code)
{
	ZOL_AUTO(flame_findings) struct zol_flame_findings f = { 0 };
	ZOL_AUTO(str) struct zol_str self = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_read_file("/proc/self/exe", ZOL_READ_MAX, &self, &err), 0);
	zol_flame_check_program(zol_span_str(&self), "self", &f);
	zol_flame_check_program(zol_span_c("no program"), "none", &f);
#ifdef __x86_64__
	assert_int_equal(f.len, 1);
	assert_null(strstr(f.v[0].detail, "too few"));
#else
	assert_int_equal(f.len, 0);
#endif
}

UNIT_MAIN()
