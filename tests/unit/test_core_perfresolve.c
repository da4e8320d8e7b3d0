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

/* A stack goes from the kernel into user code: the space of its process stays where it is meanwhile. */
UNIT(resolving_makes_no_space)
{
	const struct zol_fold_opts o = { 0 };
	const struct zol_perf_symbols y = { 0 };
	struct bench b = { 0 };
	struct zol_perf_place p = { .ip = 0xffffffffd0000000, .mode = ZOL_PERF_MODE_KERNEL };
	uint32_t ids[ZOL_FRAME_PARTS];

	begin(&b, &o, &y);
	/* No room is left for one more. */
	for (int32_t pid = 2; b.w.nspaces < b.w.spaces_cap; pid++)
		assert_non_null(zol_perf_world_space(&b.w, pid));
	p.space = zol_perf_world_space(&b.w, 1);
	assert_int_equal(zol_perf_resolve(&b.r, &p, ids), 1);
	assert_ptr_equal(p.space, zol_perf_world_space(&b.w, 1));
	assert_int_equal(b.w.nspaces, b.w.spaces_cap);
	p.ip = 0x7000;
	p.mode = ZOL_PERF_MODE_USER;
	assert_int_equal(zol_perf_resolve(&b.r, &p, ids), 1);
	assert_string_equal(b.s.frames[ids[0]].name, "[x]");
	end(&b);
}

/* What a guest runs lies in the guest's memory, not in that of its QEMU. */
UNIT(knows_no_user_code_of_a_guest)
{
	const struct zol_fold_opts o = { 0 };
	const struct zol_perf_symbols y = { 0 };
	struct bench b = { 0 };

	begin(&b, &o, &y);
	assert_string_equal(name_of(&b, 0x7000, false, ZOL_PERF_MODE_USER), "[x]");
	assert_string_equal(name_of(&b, 0x7000, false, ZOL_PERF_MODE_GUEST_USER), "[unknown]");
	end(&b);
}

/* A sample of a thread of QEMU without a callchain: one address, in the host's kernel or the guest's. */
static void put_lone(struct zol_str *s, uint16_t mode, uint64_t time)
{
	ZOL_AUTO(str) struct zol_str b = ZOL_STR_INIT;

	put64(&b, 0xffffffff81000001);
	put_pair(&b, 7, 7);
	put64(&b, time);
	put64(&b, 1);
	put64(&b, 0);
	put_record(s, ZOL_PERF_SAMPLE, mode, &b);
}

UNIT(tells_the_host_from_the_guest_at_one_address)
{
	ZOL_AUTO(str) struct zol_str pipe = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str attr = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(kallsyms) struct zol_kallsyms host = { 0 };
	ZOL_AUTO(kallsyms) struct zol_kallsyms guest = { 0 };
	ZOL_AUTO(perfdata) struct zol_perfdata d = { 0 };
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_perf_symbols y = { .kernel = &host, .guest = &guest };
	struct zol_fold_stats st;

	assert_int_equal(zol_kallsyms_parse(zol_span_c("ffffffff81000000 T host_fn\n"), &host, &err), 0);
	assert_int_equal(zol_kallsyms_parse(zol_span_c("ffffffff81000000 T guest_fn\n"), &guest, &err), 0);
	zol_str_puts(&pipe, "PERFILE2");
	put64(&pipe, 16);
	put_attr(&attr, 0, BUILD_TYPES & ~(uint64_t)(ZOL_PERF_CALLCHAIN | ZOL_PERF_PERIOD));
	put64(&attr, 1);
	put_record(&pipe, ZOL_PERF_HEADER_ATTR, 0, &attr);
	put_lone(&pipe, ZOL_PERF_MODE_KERNEL, 1);
	put_lone(&pipe, ZOL_PERF_MODE_GUEST_KERNEL, 2);
	put_lone(&pipe, ZOL_PERF_MODE_KERNEL, 3);
	assert_int_equal(zol_perfdata_open(zol_span_str(&pipe), &d, &err), 0);
	assert_int_equal(zol_perffold(&d, &(struct zol_fold_opts){ 0 }, &y, &s, &st, &err), 0);
	assert_int_equal(zol_stacks_sort(&s, &err), 0);
	zol_folded_write(&s, ZOL_FOLD_PLAIN, &out);
	assert_string_equal(zol_str_c(&out), ":7;guest_fn 1\n:7;host_fn 2\n");
}

/* "Compression": the records as they are. */
static int plain(void *ctx, struct zol_span piece, struct zol_str *out, struct zol_err *err)
{
	(void)ctx;
	(void)err;
	zol_str_add(out, piece.ptr, piece.len);
	return 0;
}

/* What is unpacked is gone at the end: nothing that stays may point into it. */
UNIT(takes_no_build_id_out_of_what_was_packed)
{
	static const char id[28] = { -1, -1, -1, -1, 1 };
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str packed = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str whole = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str body = ZOL_STR_INIT;
	ZOL_AUTO(perfdata) struct zol_perfdata d = { 0 };
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_perf_symbols y = { .unpack = plain };
	struct zol_fold_stats st;

	zol_str_add(&body, id, sizeof(id));
	put_name(&body, "/bin/x");
	put_record(&packed, ZOL_PERF_BUILD_ID, 0, &body);
	put_record(&records, ZOL_PERF_BUILD_ID, 0, &body);
	put_record(&records, ZOL_PERF_COMPRESSED, 0, &packed);
	put_file(&whole, &records);
	assert_int_equal(zol_perfdata_open(zol_span_str(&whole), &d, &err), 0);
	assert_int_equal(zol_perffold(&d, &(struct zol_fold_opts){ 0 }, &y, &s, &st, &err), 0);
	assert_int_equal(d.nbuild_ids, 1);
}

UNIT_MAIN()
