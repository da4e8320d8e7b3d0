/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/elf.h"

#include <elf.h>

#include "base/path.h"
#include "unit.h"

/* A module as small as can be: .text, .init.text, .symtab, .strtab, a note, a debug link. */
struct tiny {
	Elf64_Ehdr head;
	Elf64_Shdr sec[8];
	Elf64_Sym sym[6];
	char note[36], link[16], names[96], strings[64];
};

enum { TEXT = 1, INIT, SYMTAB, STRTAB, NOTE, LINK, NAMES };

static uint32_t put_name(char *table, size_t *len, const char *name)
{
	uint32_t at = (uint32_t)*len;

	memcpy(table + at, name, strlen(name) + 1);
	*len += strlen(name) + 1;
	return at;
}

static void set_section(struct tiny *t, int i, uint32_t type, const void *at, size_t size)
{
	t->sec[i].sh_type = type;
	t->sec[i].sh_offset = (Elf64_Off)((const char *)at - (const char *)t);
	t->sec[i].sh_size = size;
}

static void make(struct tiny *t)
{
	static const char *const names[] = {
		"", ".text", ".init.text", ".symtab", ".strtab", ".note.gnu.build-id", ".gnu_debuglink", ".shstrtab"
	};
	static const Elf64_Nhdr n = { .n_namesz = 4, .n_descsz = 20, .n_type = NT_GNU_BUILD_ID };
	size_t len = 0, text = 1;

	*t = (struct tiny){ .head = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
				      .e_type = ET_REL,
				      .e_machine = EM_X86_64,
				      .e_shoff = offsetof(struct tiny, sec),
				      .e_shentsize = sizeof(Elf64_Shdr),
				      .e_shnum = 8,
				      .e_shstrndx = NAMES } };
	for (int i = 0; i < 8; i++)
		t->sec[i].sh_name = put_name(t->names, &len, names[i]);
	set_section(t, TEXT, SHT_PROGBITS, t->note, 16);
	set_section(t, INIT, SHT_PROGBITS, t->note, 16);
	t->sec[TEXT].sh_flags = t->sec[INIT].sh_flags = SHF_ALLOC | SHF_EXECINSTR;
	set_section(t, SYMTAB, SHT_SYMTAB, t->sym, sizeof(t->sym));
	t->sec[SYMTAB].sh_link = STRTAB;
	set_section(t, STRTAB, SHT_STRTAB, t->strings, sizeof(t->strings));
	set_section(t, NOTE, SHT_NOTE, t->note, sizeof(t->note));
	set_section(t, LINK, SHT_PROGBITS, t->link, sizeof(t->link));
	set_section(t, NAMES, SHT_STRTAB, t->names, sizeof(t->names));
	memcpy(t->note, &n, sizeof(n));
	memcpy(t->note + 12, "GNU", 4);
	memset(t->note + 16, 0xab, 20);
	memcpy(t->link, "a.debug", 8);
	memcpy(t->link + 8, "\x26\x39\xf4\xcb", 4);
	t->sym[1] = (Elf64_Sym){ .st_name = put_name(t->strings, &text, "spa_sync"),
				 .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
				 .st_shndx = TEXT,
				 .st_value = 0x10,
				 .st_size = 8 };
	t->sym[2] = (Elf64_Sym){ .st_name = put_name(t->strings, &text, "init_module"),
				 .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
				 .st_shndx = INIT,
				 .st_size = 8 };
	t->sym[3] = (Elf64_Sym){ .st_name = put_name(t->strings, &text, "label"), .st_shndx = TEXT, .st_value = 0x40 };
	t->sym[4] = (Elf64_Sym){ .st_name = put_name(t->strings, &text, "printk"),
				 .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC) };
	t->sym[5] = (Elf64_Sym){
		.st_name = 9999, .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), .st_shndx = TEXT, .st_value = 0x60
	};
}

static struct zol_span bytes(const struct tiny *t)
{
	return zol_span((const char *)t, sizeof(*t));
}

UNIT(reads_sections_notes_and_the_debug_link)
{
	struct tiny t;
	struct zol_elf e;
	struct zol_elf_section s;
	struct zol_span id, name;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	char text[ZOL_BUILD_ID_TEXT];
	uint32_t crc;

	make(&t);
	assert_int_equal(zol_elf_open(bytes(&t), &e, &err), 0);
	assert_int_equal(e.nsections, 8);
	assert_true(zol_elf_find(&e, ".init.text", &s));
	assert_true(zol_elf_find_type(&e, SHT_NOTE, &s));
	assert_true(zol_span_eq(s.name, ".note.gnu.build-id"));
	assert_false(zol_elf_find(&e, ".nothing", &s));
	assert_false(zol_elf_section(&e, 8, &s));
	assert_true(zol_elf_build_id(&e, &id));
	assert_string_equal(zol_build_id_text(id, text), "abababababababababababababababababababab");
	assert_true(zol_elf_debug_link(&e, &name, &crc));
	assert_true(zol_span_eq(name, "a.debug"));
	/* The check value of CRC-32 is that of "123456789". */
	assert_int_equal(crc, zol_elf_crc32(zol_span_c("123456789")));
}

UNIT(places_symbols_of_a_module_by_the_addresses_of_its_sections)
{
	const uint64_t bases[8] = { UINT64_MAX, 0x1000,     UINT64_MAX, UINT64_MAX,
				    UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX };
	struct tiny t;
	struct zol_elf e;
	ZOL_AUTO(syms) struct zol_syms syms = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	make(&t);
	assert_int_equal(zol_elf_open(bytes(&t), &e, &err), 0);
	/* Not: the one in .init.text, which is freed; the undefined one; the one whose name is not there. */
	assert_int_equal(zol_elf_add_symbols(&e, bases, &syms), 2);
	assert_int_equal(zol_syms_sort(&syms, &err), 0);
	assert_memory_equal(zol_syms_find(&syms, 0x1017)->name, "spa_sync", 8);
	assert_null(zol_syms_find(&syms, 0x1018));
	assert_memory_equal(zol_syms_find(&syms, 0x1050)->name, "label", 5);
	assert_null(zol_syms_find(&syms, 0xfff));
}

UNIT(refuses_what_lies_beyond_the_end)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct tiny t;
	struct zol_elf e;
	struct zol_elf_section s;
	struct zol_elf_symbol y;

	make(&t);
	t.head.e_shoff = UINT64_MAX - 8;
	assert_int_equal(zol_elf_open(bytes(&t), &e, &err), -ZOL_MALFORMED);
	zol_err_clear(&err);
	make(&t);
	t.head.e_shnum = 0;
	t.sec[0].sh_size = UINT64_MAX / 64;
	assert_int_equal(zol_elf_open(bytes(&t), &e, &err), -ZOL_MALFORMED);
	zol_err_clear(&err);
	make(&t);
	t.head.e_phnum = 3;
	t.head.e_phentsize = 56;
	t.head.e_phoff = sizeof(t);
	assert_int_equal(zol_elf_open(bytes(&t), &e, &err), -ZOL_MALFORMED);
	zol_err_clear(&err);
	make(&t);
	t.sec[SYMTAB].sh_size = UINT64_MAX;
	t.sec[NOTE].sh_offset = sizeof(t) - 4;
	assert_int_equal(zol_elf_open(bytes(&t), &e, &err), 0);
	assert_true(zol_elf_find_type(&e, SHT_SYMTAB, &s));
	assert_int_equal(s.data.len, 0);
	assert_false(zol_elf_symbol(&e, &s, 0, &y));
	assert_false(zol_elf_build_id(&e, &s.name));
	assert_int_equal(zol_elf_open(zol_span_c("\177ELF"), &e, &err), -ZOL_MALFORMED);
	zol_err_clear(&err);
	make(&t);
	t.head.e_ident[EI_DATA] = ELFDATA2MSB;
	assert_int_equal(zol_elf_open(bytes(&t), &e, &err), -ZOL_MALFORMED);
}

UNIT(counts_sections_that_do_not_fit_into_the_header)
{
	struct tiny t;
	struct zol_elf e;
	struct zol_elf_section s;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	make(&t);
	t.head.e_shnum = 0;
	t.head.e_shstrndx = SHN_XINDEX;
	t.sec[0].sh_size = 8;
	t.sec[0].sh_link = NAMES;
	assert_int_equal(zol_elf_open(bytes(&t), &e, &err), 0);
	assert_true(zol_elf_find(&e, ".text", &s));
}

UNIT(ends_with_notes_that_lie)
{
	static const char endless[24] = { 0 };
	char big[16] = { 4, 0, 0, 0, -1, -1, -1, -1, 3, 0, 0, 0, 'G', 'N', 'U', 0 };
	struct zol_span rest = zol_span(endless, sizeof(endless));
	struct zol_elf_note n;
	size_t count = 0;

	while (zol_elf_note(&rest, &n))
		count++;
	assert_int_equal(count, 2);
	rest = zol_span(big, sizeof(big));
	assert_false(zol_elf_note(&rest, &n));
}

/* A million times the same would take hours. */
UNIT(reads_no_more_notes_and_names_than_a_file_can_have)
{
	static struct {
		struct tiny t;
		char strings[100000];
	} b;
	struct zol_span file = zol_span((const char *)&b, sizeof(b)), id;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_elf_section table;
	struct zol_elf_symbol y;
	struct zol_elf e;

	make(&b.t);
	memset(b.strings, 'a', sizeof(b.strings) - 1);
	set_section(&b.t, STRTAB, SHT_STRTAB, b.strings, sizeof(b.strings));
	b.t.sym[1].st_name = 0;
	b.t.sym[2].st_name = 40000;
	assert_int_equal(zol_elf_open(file, &e, &err), 0);
	assert_true(zol_elf_build_id(&e, &id) && zol_elf_find_type(&e, SHT_SYMTAB, &table));
	assert_true(zol_elf_symbol(&e, &table, 1, &y) && y.name.len == 0);
	assert_true(zol_elf_symbol(&e, &table, 2, &y) && y.name.len == 59999);
	set_section(&b.t, TEXT, SHT_NOTE, &b, sizeof(b));
	assert_false(zol_elf_build_id(&e, &id));
}

/* The same in 32 bits: .text, .dynsym, .dynstr, one segment with a note. */
struct narrow {
	Elf32_Ehdr head;
	Elf32_Phdr seg[2];
	Elf32_Shdr sec[4];
	Elf32_Sym sym[3];
	char strings[16], note[20];
};

static void make_narrow(struct narrow *t)
{
	*t = (struct narrow){
		.head = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT },
			  .e_type = ET_DYN,
			  .e_machine = EM_386,
			  .e_entry = 0x1004,
			  .e_phoff = offsetof(struct narrow, seg),
			  .e_phentsize = sizeof(Elf32_Phdr),
			  .e_phnum = 2,
			  .e_shoff = offsetof(struct narrow, sec),
			  .e_shentsize = sizeof(Elf32_Shdr),
			  .e_shnum = 4 },
		.seg = { { .p_type = PT_LOAD, .p_vaddr = 0x1000, .p_filesz = 64, .p_memsz = 80, .p_flags = PF_X },
			 { .p_type = PT_NOTE, .p_offset = offsetof(struct narrow, note), .p_filesz = 20 } },
		.sec = { [1] = { .sh_type = SHT_PROGBITS, .sh_addr = 0x1000, .sh_size = 64, .sh_flags = SHF_EXECINSTR },
			 [2] = { .sh_type = SHT_DYNSYM,
				 .sh_offset = offsetof(struct narrow, sym),
				 .sh_size = 3 * sizeof(Elf32_Sym),
				 .sh_link = 3,
				 .sh_info = 1,
				 .sh_addralign = 4,
				 .sh_entsize = sizeof(Elf32_Sym) },
			 [3] = { .sh_type = SHT_STRTAB, .sh_offset = offsetof(struct narrow, strings), .sh_size = 16 } },
		.sym = { [1] = { .st_name = 1, .st_value = 0x1004, .st_size = 8, .st_info = STT_FUNC, .st_shndx = 1 },
			 [2] = { .st_name = 6,
				 .st_value = 0x1010,
				 .st_info = STB_WEAK << 4 | STT_FUNC,
				 .st_shndx = 1 } },
		.strings = "\0main\0weak",
	};
	memcpy(t->note, "\4\0\0\0\4\0\0\0\3\0\0\0GNU\0\x12\x34\x56\x78", 20);
}

UNIT(reads_files_of_32_bits)
{
	struct narrow t;
	struct zol_elf e;
	struct zol_elf_section s;
	struct zol_elf_segment p;
	struct zol_elf_symbol y;
	struct zol_span id;
	ZOL_AUTO(syms) struct zol_syms syms = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	char text[ZOL_BUILD_ID_TEXT];
	uint64_t addr = 0;

	make_narrow(&t);
	assert_int_equal(zol_elf_open(zol_span((const char *)&t, sizeof(t)), &e, &err), 0);
	assert_false(e.wide);
	assert_int_equal(e.machine, EM_386);
	assert_int_equal(e.entry, 0x1004);
	assert_true(zol_elf_section(&e, 2, &s));
	assert_int_equal(s.type, SHT_DYNSYM);
	assert_int_equal(s.info, 1);
	assert_int_equal(s.align, 4);
	assert_int_equal(s.entsize, sizeof(Elf32_Sym));
	assert_true(zol_elf_symbol(&e, &s, 1, &y));
	assert_true(zol_span_eq(y.name, "main"));
	assert_int_equal(y.size, 8);
	assert_false(zol_elf_symbol(&e, &s, 3, &y));
	assert_true(zol_elf_segment(&e, 0, &p));
	assert_int_equal(p.flags, PF_X);
	assert_int_equal(p.mem_size, 80);
	assert_false(zol_elf_segment(&e, 2, &p));
	/* There is no section with notes. */
	assert_true(zol_elf_build_id(&e, &id));
	assert_string_equal(zol_build_id_text(id, text), "12345678");
	assert_true(zol_elf_offset_to_addr(&e, 63, &addr));
	assert_int_equal(addr, 0x103f);
	assert_false(zol_elf_offset_to_addr(&e, 64, &addr));
	/* What is loaded is named by .dynsym, since there is no .symtab. */
	assert_int_equal(zol_elf_add_symbols(&e, NULL, &syms), 2);
	assert_int_equal(zol_syms_sort(&syms, &err), 0);
	assert_memory_equal(zol_syms_find(&syms, 0x1008)->name, "main", 4);
	/* Without it there is none. */
	t.sec[2].sh_type = SHT_PROGBITS;
	assert_int_equal(zol_elf_add_symbols(&e, NULL, &syms), 0);
}

/* One number of the head each, and what must come of it. */
UNIT(judges_each_number_of_the_head)
{
	static const struct {
		size_t at, size;
		uint64_t value;
		const char *says; /* NULL: it is read */
	} cases[] = {
		{ 0, 1, 'E', "no ELF file" },
		{ EI_CLASS, 1, 3, "another kind" },
		{ EI_CLASS, 1, 0, "another kind" },
		{ offsetof(Elf64_Ehdr, e_shentsize), 2, 63, "wrong size" },
		{ offsetof(Elf64_Ehdr, e_phnum), 2, 1, "wrong size" },
		{ offsetof(Elf64_Ehdr, e_shnum), 2, 65535, "beyond the end" },
		{ offsetof(Elf64_Ehdr, e_shoff), 8, 1U << 20, "beyond the end" },
		{ offsetof(Elf64_Ehdr, e_shoff), 8, 0, NULL },
		{ offsetof(Elf64_Ehdr, e_shstrndx), 2, 0, NULL },
		{ offsetof(Elf64_Ehdr, e_shstrndx), 2, 77, NULL },
	};

	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		struct zol_elf_section s;
		struct zol_elf e;
		struct tiny t;
		int rc;

		make(&t);
		memcpy((char *)&t + cases[i].at, &cases[i].value, cases[i].size);
		rc = zol_elf_open(bytes(&t), &e, &err);
		if (rc != (cases[i].says ? -ZOL_MALFORMED : 0) ||
		    (cases[i].says && !strstr(zol_err_text(&err), cases[i].says)))
			fail_msg("case %zu: %d %s", i, rc, zol_err_text(&err));
		/* Sections that nobody can name are not found by name. */
		if (rc == 0)
			assert_false(zol_elf_find(&e, ".text", &s));
	}
}

UNIT(counts_segments_that_do_not_fit_into_the_header)
{
	struct tiny t;
	struct zol_elf e;
	struct zol_elf_segment p;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	make(&t);
	t.head.e_phnum = PN_XNUM;
	t.head.e_phentsize = sizeof(Elf64_Phdr);
	t.head.e_phoff = 0;
	t.sec[0].sh_info = 2;
	assert_int_equal(zol_elf_open(bytes(&t), &e, &err), 0);
	assert_int_equal(e.nsegments, 2);
	assert_true(zol_elf_segment(&e, 1, &p));
	t.sec[0].sh_info = (1U << 20) + 1;
	assert_int_equal(zol_elf_open(bytes(&t), &e, &err), -ZOL_MALFORMED);
}

/* The head of 64 bits is longer than that of 32. */
UNIT(needs_the_whole_head)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct tiny t;
	struct zol_elf e;

	make(&t);
	t.head.e_shoff = 0;
	assert_int_equal(zol_elf_open(zol_span((const char *)&t, 63), &e, &err), -ZOL_MALFORMED);
	zol_err_clear(&err);
	assert_int_equal(zol_elf_open(zol_span((const char *)&t, 64), &e, &err), 0);
	assert_int_equal(e.nsections, 0);
}

UNIT(takes_functions_only_where_they_are)
{
	struct tiny t;
	struct zol_elf e;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(syms) struct zol_syms syms = { 0 };
	const uint64_t bases[8] = { 0, 0x1000, 0x2000 };

	make(&t);
	t.sec[TEXT].sh_addr = 0x5000;
	t.sym[1].st_info = ELF64_ST_INFO(STB_LOCAL, STT_GNU_IFUNC);
	t.sym[2].st_info = ELF64_ST_INFO(9, STT_FUNC); /* a binding of some system */
	t.sym[2].st_shndx = 77;                        /* a section that is not there */
	t.sym[3].st_shndx = SHN_ABS;                   /* a number without a type is no code */
	t.sym[4].st_shndx = SHN_ABS;                   /* an absolute function is where it says */
	t.sym[4].st_value = 0x7000;
	assert_int_equal(zol_elf_open(bytes(&t), &e, &err), 0);
	assert_int_equal(zol_elf_add_symbols(&e, NULL, &syms), 2);
	assert_int_equal(zol_syms_sort(&syms, &err), 0);
	assert_memory_equal(zol_syms_find(&syms, 0x5010)->name, "spa_sync", 8);
	assert_memory_equal(zol_syms_find(&syms, 0x7000)->name, "printk", 6);
	zol_syms_free(&syms);
	assert_int_equal(zol_elf_add_symbols(&e, bases, &syms), 2);
	/* Labels: not those that begin with a dot, nor of sections without code. */
	make(&t);
	t.strings[t.sym[3].st_name] = '.';
	assert_int_equal(zol_elf_add_symbols(&e, NULL, &syms), 2);
	make(&t);
	t.sym[3].st_shndx = NOTE;
	assert_int_equal(zol_elf_add_symbols(&e, NULL, &syms), 2);
	make(&t);
	t.sym[3].st_shndx = 99;
	assert_int_equal(zol_elf_add_symbols(&e, NULL, &syms), 2);
	/* Names of a section that is not there are none. */
	make(&t);
	t.sec[SYMTAB].sh_link = 99;
	assert_int_equal(zol_elf_add_symbols(&e, NULL, &syms), 0);
	/* Nor is one that does not end in its table. */
	make(&t);
	t.sec[STRTAB].sh_size = t.sym[1].st_name + 3;
	assert_int_equal(zol_elf_add_symbols(&e, NULL, &syms), 0);
	/* An empty .symtab is none: there may be a .dynsym. */
	make(&t);
	t.sec[SYMTAB].sh_size = 0;
	t.sec[LINK] = (Elf64_Shdr){ .sh_type = SHT_DYNSYM,
				    .sh_offset = offsetof(struct tiny, sym),
				    .sh_size = sizeof(t.sym),
				    .sh_link = STRTAB };
	assert_int_equal(zol_elf_add_symbols(&e, NULL, &syms), 3);
	t.sec[LINK].sh_type = SHT_PROGBITS;
	assert_int_equal(zol_elf_add_symbols(&e, NULL, &syms), 0);
}

UNIT(a_debug_link_is_whole_or_none)
{
	static const size_t sizes[] = { 0, 4, 8, 11 };
	struct tiny t;
	struct zol_elf e;
	struct zol_span name;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	uint32_t crc;

	make(&t);
	assert_int_equal(zol_elf_open(bytes(&t), &e, &err), 0);
	for (size_t i = 0; i < ZOL_COUNT(sizes); i++) {
		t.sec[LINK].sh_size = sizes[i];
		assert_false(zol_elf_debug_link(&e, &name, &crc));
	}
	t.sec[LINK].sh_size = 12;
	assert_true(zol_elf_debug_link(&e, &name, &crc));
	t.link[0] = '\0';
	assert_false(zol_elf_debug_link(&e, &name, &crc));
	t.sec[LINK].sh_name = 0;
	assert_false(zol_elf_debug_link(&e, &name, &crc));
}

/* This program, as the linker made it. */
UNIT(reads_itself)
{
	ZOL_AUTO(str) struct zol_str self = ZOL_STR_INIT;
	ZOL_AUTO(syms) struct zol_syms syms = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_elf e;
	struct zol_elf_section table, s;
	struct zol_elf_symbol y;
	uint64_t addr = 0;
	bool found = false;

	assert_int_equal(zol_read_file("/proc/self/exe", ZOL_READ_MAX, &self, &err), 0);
	assert_int_equal(zol_elf_open(zol_span_str(&self), &e, &err), 0);
	assert_true(zol_elf_find_type(&e, SHT_SYMTAB, &table));
	for (size_t i = 0; !found && zol_elf_symbol(&e, &table, i, &y); i++)
		found = zol_span_eq(y.name, "zol_elf_open");
	assert_true(found);
	assert_true(zol_elf_section(&e, y.section, &s));
	assert_true(zol_span_eq(s.name, ".text"));
	assert_true(zol_elf_offset_to_addr(&e, y.value - s.addr + s.offset, &addr));
	assert_int_equal(addr, y.value);
	assert_false(zol_elf_offset_to_addr(&e, UINT64_MAX, &addr));
	assert_true(zol_elf_add_symbols(&e, NULL, &syms) > 10);
	assert_int_equal(zol_syms_sort(&syms, &err), 0);
	assert_non_null(zol_syms_find(&syms, y.value + 1));
	assert_memory_equal(zol_syms_find(&syms, y.value + 1)->name, "zol_elf_open", 12);
}

UNIT_MAIN()
