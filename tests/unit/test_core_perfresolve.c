/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>

#include "core/perffold_priv.h"
#include "perfbuild.h"
#include "unit.h"

/* A file whose code is at offset 0x1000 and address 0x2000. */
static struct {
	Elf64_Ehdr head;
	Elf64_Phdr load;
} file = { .head = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		     .e_type = ET_DYN,
		     .e_phoff = sizeof(Elf64_Ehdr),
		     .e_phentsize = sizeof(Elf64_Phdr),
		     .e_phnum = 1 },
	   .load = {
		   .p_type = PT_LOAD, .p_offset = 0x1000, .p_vaddr = 0x2000, .p_filesz = 0x1000, .p_memsz = 0x1000 } };

static struct zol_perf_image image;
static int asked;

static const struct zol_perf_image *get_image(void *ctx, const struct zol_perf_dso *dso)
{
	(void)ctx;
	asked++;
	return zol_span_eq(dso->path, "/bin/x") ? &image : NULL;
}

static bool plain_name(void *ctx, const char *name, struct zol_str *out)
{
	(void)ctx;
	if (strcmp(name, "_Zplain") != 0)
		return false;
	zol_str_puts(out, "ns::plain(int)");
	return true;
}

struct bench {
	struct zol_stacks s;
	struct zol_perf_world w;
	struct zol_perf_resolver r;
};

static void begin(struct bench *b, const struct zol_fold_opts *o, const struct zol_perf_symbols *y)
{
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
	struct zol_span rest;
	struct zol_perf_raw r;

	put_mmap2(&records, 1, 0x7000, 0x1000, "/bin/x", 1); /* from offset 0x1000 */
	put_mmap2(&records, 1, 0x9000, 0x1000, "/bin/y", 1);
	b->r = (struct zol_perf_resolver){ .o = o, .y = y, .s = &b->s, .world = &b->w };
	b->r.slots = calloc(ZOL_PERF_FRAME_SLOTS, sizeof(*b->r.slots));
	/* The names live as long as the test: those of the tables above do. */
	for (rest = zol_span_str(&records); zol_perf_next(&rest, &r);) {
		struct zol_perf_map m;

		assert_true(zol_perf_map_read(&r, &m));
		m.name = zol_span_c(m.start == 0x7000 ? "/bin/x" : "/bin/y");
		zol_perf_world_map(&b->w, &m, 1);
	}
}

static void end(struct bench *b)
{
	zol_perf_resolver_free(&b->r);
	zol_perf_world_free(&b->w);
	zol_stacks_free(&b->s);
	zol_syms_free(&image.syms);
}

static const char *name_of(struct bench *b, uint64_t ip, bool caller, enum zol_perf_mode mode)
{
	struct zol_perf_place p = { .ip = ip, .caller = caller, .mode = mode, .space = zol_perf_world_space(&b->w, 1) };
	uint32_t ids[ZOL_FRAME_PARTS];

	return zol_perf_resolve(&b->r, &p, ids) ? b->s.frames[ids[0]].name : "-";
}

UNIT(names_user_code_by_its_file)
{
	const struct zol_fold_opts o = { 0 };
	const struct zol_perf_symbols y = { .image = get_image, .demangle = plain_name };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct bench b = { 0 };

	assert_int_equal(zol_elf_open(zol_span((const char *)&file, sizeof(file)), &image.elf, &err), 0);
	image.has_elf = true;
	zol_syms_add(&image.syms, 0x2000, 0x10, zol_span_c("main"), ZOL_SYM_GLOBAL, 0);
	zol_syms_add(&image.syms, 0x2010, 0x10, zol_span_c("_Zplain"), ZOL_SYM_GLOBAL, 0);
	zol_syms_add(&image.syms, 0x2020, 0x10, zol_span_c("outer->inner"), ZOL_SYM_GLOBAL, 0);
	assert_int_equal(zol_syms_sort(&image.syms, &err), 0);
	begin(&b, &o, &y);
	asked = 0;
	assert_string_equal(name_of(&b, 0x7000, false, ZOL_PERF_MODE_USER), "main");
	assert_string_equal(name_of(&b, 0x7010, false, ZOL_PERF_MODE_USER), "ns::plain");
	/* The call before the address is main's. */
	assert_string_equal(name_of(&b, 0x7010, true, ZOL_PERF_MODE_USER), "main");
	assert_string_equal(name_of(&b, 0x7020, false, ZOL_PERF_MODE_USER), "inner");
	assert_string_equal(name_of(&b, 0x7fff, false, ZOL_PERF_MODE_USER), "[x]");
	assert_string_equal(name_of(&b, 0x9000, false, ZOL_PERF_MODE_USER), "[y]");
	assert_string_equal(name_of(&b, 0x9000, false, ZOL_PERF_MODE_USER), "[y]");
	assert_string_equal(name_of(&b, 0x100, false, ZOL_PERF_MODE_USER), "[unknown]");
	assert_int_equal(asked, 2);
	end(&b);
}

UNIT(names_the_kernel_the_guest_and_what_it_made)
{
	static const char host_text[] = "ffffffff81000000 T host_fn\nffffffffc0000000 t bpf_prog_9\t[bpf]\n";
	static const char guest_text[] = "ffffffff81000000 T guest_fn\n";
	ZOL_AUTO(kallsyms) struct zol_kallsyms host = { 0 };
	ZOL_AUTO(kallsyms) struct zol_kallsyms guest = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_fold_opts o = { .addrs = true };
	const struct zol_perf_symbols y = { .kernel = &host, .guest = &guest };
	struct bench b = { 0 };

	assert_int_equal(zol_kallsyms_parse(zol_span_c(host_text), &host, &err), 0);
	assert_int_equal(zol_kallsyms_parse(zol_span_c(guest_text), &guest, &err), 0);
	begin(&b, &o, &y);
	zol_syms_add(&b.r.ksymbols, 0xffffffffc0500000, 16, zol_span_c("bpf_prog_new"), ZOL_SYM_GLOBAL, 0);
	assert_int_equal(zol_syms_sort(&b.r.ksymbols, &err), 0);
	assert_string_equal(name_of(&b, 0xffffffff81000001, true, ZOL_PERF_MODE_KERNEL), "host_fn");
	assert_string_equal(name_of(&b, 0xffffffff81000001, true, ZOL_PERF_MODE_GUEST_KERNEL), "guest_fn");
	assert_string_equal(name_of(&b, 0xffffffffc0500000, false, ZOL_PERF_MODE_KERNEL), "bpf_prog_new");
	assert_string_equal(name_of(&b, 0xffffffffc0000001, false, ZOL_PERF_MODE_KERNEL), "bpf_prog_9");
	assert_int_equal(b.s.frames[b.s.nframes - 1].kind, ZOL_FRAME_KERNEL);
	assert_string_equal(name_of(&b, 0xffffffffd0000000, false, ZOL_PERF_MODE_KERNEL),
			    "[unknown <ffffffffd0000000>]");
	assert_string_equal(name_of(&b, 0xffffffffd0000000, false, ZOL_PERF_MODE_GUEST_KERNEL),
			    "[guest.kernel <ffffffffd0000000>]");
	end(&b);
}

UNIT_MAIN()
