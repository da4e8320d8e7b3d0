/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * ELF files as bytes: sections, segments, notes, symbols. Little-endian, 64 and 32 bits; every
 * offset and count is checked against the file, so that a hostile one gives an error or nothing,
 * never a byte from outside. All spans are borrowed from the file. Format: elf(5); notes of the
 * kernel and of modules: linux:include/linux/elfnote.h; .gnu_debuglink: gdb(1), "Separate Debug Files".
 */

#include "core/syms.h"

struct zol_elf {
	struct zol_span file;
	bool wide;     /* 64 bits */
	uint16_t type; /* ET_REL 1, ET_EXEC 2, ET_DYN 3, ET_CORE 4 */
	uint16_t machine;
	uint64_t entry;
	size_t nsections, nsegments;
	uint64_t sections_at, segments_at;
	struct zol_span section_names;
};

struct zol_elf_section {
	struct zol_span name;
	uint32_t type; /* SHT_PROGBITS 1, SHT_SYMTAB 2, SHT_NOTE 7, SHT_NOBITS 8, SHT_DYNSYM 11 */
	uint64_t flags, addr, offset, size, align, entsize;
	uint32_t link, info;
	struct zol_span data; /* what of it the file holds; nothing for SHT_NOBITS and sections beyond the end */
};

struct zol_elf_segment {
	uint32_t type;  /* PT_LOAD 1, PT_NOTE 4 */
	uint32_t flags; /* PF_X 1, PF_W 2, PF_R 4 */
	uint64_t offset, addr, file_size, mem_size, align;
	struct zol_span data;
};

struct zol_elf_symbol {
	struct zol_span name;
	uint64_t value, size;
	uint8_t type;     /* STT_NOTYPE 0, STT_OBJECT 1, STT_FUNC 2, STT_GNU_IFUNC 10 */
	uint8_t bind;     /* STB_LOCAL 0, STB_GLOBAL 1, STB_WEAK 2 */
	uint16_t section; /* 0: undefined; 0xfff1: absolute */
};

/* ZOL_MALFORMED for what is no ELF file of these kinds, or whose tables do not lie inside it. */
int zol_elf_open(struct zol_span file, struct zol_elf *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3);

/* The sections are numbered from 0 (which is empty) to nsections - 1, the segments likewise; false beyond. */
bool zol_elf_section(const struct zol_elf *e, size_t i, struct zol_elf_section *ret) ZOL_NONNULL(1, 3);
bool zol_elf_segment(const struct zol_elf *e, size_t i, struct zol_elf_segment *ret) ZOL_NONNULL(1, 3);
/* The first section of a name or of a type. */
bool zol_elf_find(const struct zol_elf *e, const char *name, struct zol_elf_section *ret) ZOL_NONNULL(1, 2, 3);
bool zol_elf_find_type(const struct zol_elf *e, uint32_t type, struct zol_elf_section *ret) ZOL_NONNULL(1, 3);

/* Symbol i of a section of type SHT_SYMTAB or SHT_DYNSYM; false behind the last one. */
bool zol_elf_symbol(const struct zol_elf *e, const struct zol_elf_section *table, size_t i, struct zol_elf_symbol *ret)
	ZOL_NONNULL(1, 2, 4);

/*
 * Adds the functions of .symtab, or of .dynsym when there is none, to syms by the addresses that the
 * file gives them. In a relocatable file (a module), whose symbols are relative to their sections, bases
 * has the address of each section (nsections entries; UINT64_MAX: not loaded); NULL: what sh_addr says.
 * The names are borrowed from the file. Returns how many were added. Sort syms afterwards.
 */
size_t zol_elf_add_symbols(const struct zol_elf *e, const uint64_t *bases, struct zol_syms *syms) ZOL_NONNULL(1, 3);

/* One note of a note section or segment, of /sys/kernel/notes or /sys/module/M/notes/NAME. */
struct zol_elf_note {
	uint32_t type; /* NT_GNU_BUILD_ID 3 with name "GNU" */
	struct zol_span name, desc;
};

/* Cuts the next note off *rest; false at the end or when the rest is no note. Always ends. */
bool zol_elf_note(struct zol_span *rest, struct zol_elf_note *ret) ZOL_NONNULL(1, 2);

/*
 * Are these notes to be read? *left: how many bytes of notes the file can still have, its length in the beginning;
 * a hostile one names the same ones a million times.
 */
bool zol_notes_once(struct zol_span notes, size_t *left) ZOL_NONNULL(2);

/* The build-id among notes, or of a file (sections first, then segments); false when there is none. */
bool zol_notes_build_id(struct zol_span notes, struct zol_span *ret_id) ZOL_NONNULL(2);
bool zol_elf_build_id(const struct zol_elf *e, struct zol_span *ret_id) ZOL_NONNULL(1, 2);

/* The id in hexadecimal, as file names below /usr/lib/debug/.build-id have it; "" for none or over 64 bytes. */
#define ZOL_BUILD_ID_TEXT 129
const char *zol_build_id_text(struct zol_span id, char buf[static ZOL_BUILD_ID_TEXT]);

/* The file that .gnu_debuglink names, and the CRC-32 that it must have; false when there is none. */
bool zol_elf_debug_link(const struct zol_elf *e, struct zol_span *ret_name, uint32_t *ret_crc) ZOL_NONNULL(1, 2, 3);
/* The CRC-32 of .gnu_debuglink (that of zlib), of all bytes. */
uint32_t zol_elf_crc32(struct zol_span bytes);

/* Where the bytes at a file offset are in memory by the segments (PT_LOAD), before relocation; false: nowhere. */
bool zol_elf_offset_to_addr(const struct zol_elf *e, uint64_t offset, uint64_t *ret) ZOL_NONNULL(1, 3);
