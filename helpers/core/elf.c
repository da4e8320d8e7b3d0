/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/elf.h"

#include <stdlib.h>

#include "base/bytes.h"

#define SHN_XINDEX 0xffffU
#define PN_XNUM 0xffffU
#define SHT_NOBITS 8U
#define SECTIONS_MAX (1U << 20)
#define TEXT_MAX (64U << 10) /* of names, of which a hostile file has millions at one place */

/* The bytes from offset on, if all size of them are in the file. */
static bool part(struct zol_span file, uint64_t offset, uint64_t size, struct zol_span *ret)
{
	if (offset > file.len || size > file.len - offset)
		return false;
	*ret = zol_span(file.ptr + offset, (size_t)size);
	return true;
}

/* The C string at an offset of a string table; "" when it does not end in it, or is longer than any name. */
static struct zol_span text_at(struct zol_span table, uint64_t offset)
{
	const char *text, *end;
	size_t left;

	if (offset >= table.len)
		return zol_span("", 0);
	text = table.ptr + offset;
	left = table.len - (size_t)offset;
	end = memchr(text, '\0', left < TEXT_MAX ? left : TEXT_MAX);
	return end ? zol_span(text, (size_t)(end - text)) : zol_span("", 0);
}

static size_t section_size(const struct zol_elf *e)
{
	return e->wide ? 64 : 40;
}

static size_t segment_size(const struct zol_elf *e)
{
	return e->wide ? 56 : 32;
}

static bool raw_section(const struct zol_elf *e, size_t i, struct zol_elf_section *r)
{
	size_t size = section_size(e);
	struct zol_span h;
	const char *p;

	if (i >= e->nsections || !part(e->file, e->sections_at + i * size, size, &h))
		return false;
	p = h.ptr;
	*r = (struct zol_elf_section){ .name = text_at(e->section_names, zol_le32(p)), .type = zol_le32(p + 4) };
	if (e->wide) {
		r->flags = zol_le64(p + 8);
		r->addr = zol_le64(p + 16);
		r->offset = zol_le64(p + 24);
		r->size = zol_le64(p + 32);
		r->link = zol_le32(p + 40);
		r->info = zol_le32(p + 44);
		r->align = zol_le64(p + 48);
		r->entsize = zol_le64(p + 56);
	} else {
		r->flags = zol_le32(p + 8);
		r->addr = zol_le32(p + 12);
		r->offset = zol_le32(p + 16);
		r->size = zol_le32(p + 20);
		r->link = zol_le32(p + 24);
		r->info = zol_le32(p + 28);
		r->align = zol_le32(p + 32);
		r->entsize = zol_le32(p + 36);
	}
	r->data = zol_span(e->file.ptr, 0);
	if (r->type != SHT_NOBITS)
		(void)part(e->file, r->offset, r->size, &r->data);
	return true;
}

bool zol_elf_section(const struct zol_elf *e, size_t i, struct zol_elf_section *ret)
{
	return raw_section(e, i, ret);
}

bool zol_elf_segment(const struct zol_elf *e, size_t i, struct zol_elf_segment *ret)
{
	size_t size = segment_size(e);
	struct zol_span h;
	const char *p;

	if (i >= e->nsegments || !part(e->file, e->segments_at + i * size, size, &h))
		return false;
	p = h.ptr;
	if (e->wide)
		*ret = (struct zol_elf_segment){ .type = zol_le32(p),
						 .flags = zol_le32(p + 4),
						 .offset = zol_le64(p + 8),
						 .addr = zol_le64(p + 16),
						 .file_size = zol_le64(p + 32),
						 .mem_size = zol_le64(p + 40),
						 .align = zol_le64(p + 48) };
	else
		*ret = (struct zol_elf_segment){ .type = zol_le32(p),
						 .offset = zol_le32(p + 4),
						 .addr = zol_le32(p + 8),
						 .file_size = zol_le32(p + 16),
						 .mem_size = zol_le32(p + 20),
						 .flags = zol_le32(p + 24),
						 .align = zol_le32(p + 28) };
	ret->data = zol_span(e->file.ptr, 0);
	(void)part(e->file, ret->offset, ret->file_size, &ret->data);
	return true;
}

/* Counts that do not fit into the header stand in section 0 (elf(5), e_shnum, e_phnum, e_shstrndx). */
static int read_tables(struct zol_elf *e, size_t phnum, size_t shnum, size_t names, struct zol_err *err)
{
	struct zol_elf_section zero = { 0 }, s;
	struct zol_span table;

	e->nsections = e->sections_at ? 1 : 0;
	if (e->nsections && !raw_section(e, 0, &zero))
		return zol_err_set(err, ZOL_MALFORMED, 0, "the table of sections lies beyond the end of the ELF file");
	if (e->nsections)
		e->nsections = shnum ? shnum : (size_t)zero.size;
	e->nsegments = phnum == PN_XNUM ? zero.info : phnum;
	if (names == SHN_XINDEX)
		names = zero.link;
	if (e->nsections > SECTIONS_MAX || e->nsegments > SECTIONS_MAX ||
	    !part(e->file, e->sections_at, e->nsections * section_size(e), &table))
		return zol_err_set(err, ZOL_MALFORMED, 0, "the table of sections lies beyond the end of the ELF file");
	if (!part(e->file, e->segments_at, e->nsegments * segment_size(e), &table))
		return zol_err_set(err, ZOL_MALFORMED, 0, "the table of segments lies beyond the end of the ELF file");
	if (names && raw_section(e, names, &s))
		e->section_names = s.data;
	return 0;
}

int zol_elf_open(struct zol_span file, struct zol_elf *ret, struct zol_err *err)
{
	struct zol_elf e = { .file = file };
	const char *p = file.ptr;
	size_t phsize, shsize, at;

	if (file.len < 52 || memcmp(p, "\177ELF", 4) != 0)
		return zol_err_set(err, ZOL_MALFORMED, 0, "no ELF file");
	e.wide = p[4] == 2;
	if ((p[4] != 1 && p[4] != 2) || p[5] != 1 || (e.wide && file.len < 64))
		return zol_err_set(err, ZOL_MALFORMED, 0,
				   "an ELF file of another kind than 32 or 64 bits, little-endian");
	e.type = zol_le16(p + 16);
	e.machine = zol_le16(p + 18);
	e.entry = e.wide ? zol_le64(p + 24) : zol_le32(p + 24);
	e.segments_at = e.wide ? zol_le64(p + 32) : zol_le32(p + 28);
	e.sections_at = e.wide ? zol_le64(p + 40) : zol_le32(p + 32);
	at = e.wide ? 54 : 42;
	phsize = zol_le16(p + at);
	shsize = zol_le16(p + at + 4);
	if ((zol_le16(p + at + 2) && phsize != segment_size(&e)) || (e.sections_at && shsize != section_size(&e)))
		return zol_err_set(err, ZOL_MALFORMED, 0, "the tables of the ELF file have entries of a wrong size");
	if (read_tables(&e, zol_le16(p + at + 2), zol_le16(p + at + 6), zol_le16(p + at + 8), err) < 0)
		return -(int)err->code;
	*ret = e;
	return 0;
}

bool zol_elf_find(const struct zol_elf *e, const char *name, struct zol_elf_section *ret)
{
	struct zol_elf_section s;

	for (size_t i = 1; raw_section(e, i, &s); i++) {
		if (zol_span_eq(s.name, name)) {
			*ret = s;
			return true;
		}
	}
	return false;
}

bool zol_elf_find_type(const struct zol_elf *e, uint32_t type, struct zol_elf_section *ret)
{
	struct zol_elf_section s;

	for (size_t i = 1; raw_section(e, i, &s); i++) {
		if (s.type == type) {
			*ret = s;
			return true;
		}
	}
	return false;
}

static size_t symbol_size(const struct zol_elf *e)
{
	return e->wide ? 24 : 16;
}

static bool symbol_at(const struct zol_elf *e, struct zol_span table, struct zol_span names, size_t i,
		      struct zol_elf_symbol *r)
{
	size_t size = symbol_size(e);
	const char *p;
	uint8_t info;

	if (i >= table.len / size)
		return false;
	p = table.ptr + i * size;
	info = (uint8_t)p[e->wide ? 4 : 12];
	*r = (struct zol_elf_symbol){ .name = text_at(names, zol_le32(p)),
				      .value = e->wide ? zol_le64(p + 8) : zol_le32(p + 4),
				      .size = e->wide ? zol_le64(p + 16) : zol_le32(p + 8),
				      .type = info & 15,
				      .bind = info >> 4,
				      .section = zol_le16(p + (e->wide ? 6 : 14)) };
	return true;
}

static struct zol_span names_of(const struct zol_elf *e, const struct zol_elf_section *table)
{
	struct zol_elf_section names;

	return raw_section(e, table->link, &names) ? names.data : zol_span("", 0);
}

bool zol_elf_symbol(const struct zol_elf *e, const struct zol_elf_section *table, size_t i, struct zol_elf_symbol *ret)
{
	return symbol_at(e, table->data, names_of(e, table), i, ret);
}

static bool is_function(const struct zol_elf_symbol *y)
{
	return (y->type == 2 || y->type == 10) && y->section && y->name.len;
}

/* SHT_SYMTAB 2 with something in it, else SHT_DYNSYM 11. */
static bool symbol_table(const struct zol_elf *e, struct zol_elf_section *ret)
{
	return (zol_elf_find_type(e, 2, ret) && ret->data.len) || zol_elf_find_type(e, 11, ret);
}

/* The address of a symbol; false when its section is not loaded. */
static bool symbol_addr(const struct zol_elf *e, const uint64_t *bases, const struct zol_elf_symbol *y, uint64_t *ret)
{
	struct zol_elf_section s;

	*ret = y->value;
	if (e->type != 1 || y->section >= 0xff00)
		return true;
	if (bases) {
		*ret += y->section < e->nsections ? bases[y->section] : 0;
		return y->section < e->nsections && bases[y->section] != UINT64_MAX;
	}
	if (!raw_section(e, y->section, &s))
		return false;
	*ret += s.addr;
	return true;
}

size_t zol_elf_add_symbols(const struct zol_elf *e, const uint64_t *bases, struct zol_syms *syms)
{
	static const uint8_t ranks[] = { ZOL_SYM_LOCAL, ZOL_SYM_GLOBAL, ZOL_SYM_WEAK };
	struct zol_elf_section table;
	struct zol_elf_symbol y;
	struct zol_span names;
	size_t n = 0;

	if (!symbol_table(e, &table))
		return 0;
	names = names_of(e, &table);
	for (size_t i = 1; symbol_at(e, table.data, names, i, &y); i++) {
		/* Functions of assembler have no type: those of the sections with code (SHF_EXECINSTR) count too. */
		struct zol_elf_section s;
		bool code = is_function(&y) || (y.type == 0 && y.section && y.name.len && y.section < 0xff00 &&
						y.name.ptr[0] != '.' && raw_section(e, y.section, &s) && (s.flags & 4));
		uint64_t addr;

		if (!code || !symbol_addr(e, bases, &y, &addr))
			continue;
		zol_syms_add(syms, addr, y.size, y.name, ranks[y.bind < 3 ? y.bind : 1], y.section);
		n++;
	}
	return n;
}
