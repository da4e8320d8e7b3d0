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
