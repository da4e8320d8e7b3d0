/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/corefile.h"

#include "base/bytes.h"

#define ET_CORE 4
#define PT_LOAD 1U
#define PT_NOTE 4U
#define NT_PRSTATUS 1U
#define NT_PRPSINFO 3U
#define NT_AUXV 6U
#define NT_FILE 0x46494c45U
#define AT_PHDR 3U
#define AT_ENTRY 9U
/* struct elf_prpsinfo of x86-64 (linux:include/linux/elfcore.h) */
#define PSINFO_FNAME 40U
#define PSINFO_ARGS 56U
#define PSINFO_SIZE 136U

/* A NUL-terminated text in at most max bytes. */
static struct zol_span text_at(struct zol_span s, size_t pos, size_t max)
{
	return zol_span(s.ptr + pos, strnlen(s.ptr + pos, max));
}

struct reading {
	const struct zol_elf *e;
	struct zol_corefile *c;
	uint64_t phdr;         /* of the program in memory */
	struct zol_span files; /* NT_FILE */
};

static void take_note(struct reading *r, const struct zol_elf_note *n)
{
	struct zol_span d = n->desc;

	if (n->type == NT_PRPSINFO && d.len >= PSINFO_SIZE && r->c->name.len == 0) {
		r->c->name = text_at(d, PSINFO_FNAME, 16);
		r->c->args = zol_span_trim(text_at(d, PSINFO_ARGS, 80));
	} else if (n->type == NT_PRSTATUS && d.len >= 4 && r->c->signal == 0) {
		r->c->signal = (unsigned char)d.ptr[0]; /* si_signo; the thread that crashed comes first */
	} else if (n->type == NT_AUXV) {
		for (size_t i = 0; i + 16 <= d.len; i += 16) {
			if (zol_le64(d.ptr + i) == AT_ENTRY)
				r->c->entry = zol_le64(d.ptr + i + 8);
			if (zol_le64(d.ptr + i) == AT_PHDR)
				r->phdr = zol_le64(d.ptr + i + 8);
		}
	} else if (n->type == NT_FILE) {
		r->files = d;
	}
}

/* NT_FILE: count, page size, { start, end, offset } each, then the names. Gives the start of the mapping. */
static bool file_at(struct zol_span files, uint64_t addr, struct zol_span *ret_name, uint64_t *ret_start)
{
	uint64_t n = files.len >= 16 ? zol_le64(files.ptr) : 0;
	struct zol_span names;

	if (n == 0 || n > (files.len - 16) / 24)
		return false;
	names = zol_span(files.ptr + 16 + n * 24, files.len - 16 - (size_t)n * 24);
	for (uint64_t i = 0; i < n && names.len > 0; i++) {
		size_t at = 16 + (size_t)i * 24;
		size_t len = strnlen(names.ptr, names.len);

		if (addr >= zol_le64(files.ptr + at) && addr < zol_le64(files.ptr + at + 8)) {
			*ret_name = zol_span(names.ptr, len);
			*ret_start = zol_le64(files.ptr + at) - zol_le64(files.ptr + at + 16);
			return true;
		}
		names = len < names.len ? zol_span(names.ptr + len + 1, names.len - len - 1) : zol_span(NULL, 0);
	}
	return false;
}

#define PAGE 4096U
#define EHDR_SHOFF 40U
#define EHDR_SHNUM 60U

/* The program's first page, when the core has it (coredump_filter bit 4, the default). */
static void find_build_id(struct reading *r, uint64_t start)
{
	char page[PAGE];
	struct zol_elf_segment s;
	struct zol_elf program;
	struct zol_span id;
	ZOL_AUTO(err) struct zol_err none = ZOL_ERR_INIT;

	for (size_t i = 0; zol_elf_segment(r->e, i, &s); i++) {
		if (s.type != PT_LOAD || s.addr != start || s.data.len < sizeof(page))
			continue;
		/* sections are not in memory: their table is none here */
		memcpy(page, s.data.ptr, sizeof(page));
		memset(page + EHDR_SHOFF, 0, 8);
		memset(page + EHDR_SHNUM, 0, 4);
		if (zol_elf_open(zol_span(page, sizeof(page)), &program, &none) == 0 && zol_elf_build_id(&program, &id))
			(void)zol_build_id_text(id, r->c->build_id);
		return;
	}
}

int zol_corefile_read(struct zol_span file, struct zol_corefile *ret, struct zol_err *err)
{
	struct zol_corefile c = { 0 };
	struct zol_elf e;
	struct reading r = { .e = &e, .c = &c };
	struct zol_elf_segment s;
	uint64_t start;
	size_t left = file.len;

	if (zol_elf_open(file, &e, err) < 0)
		return -(int)err->code;
	if (e.type != ET_CORE || !e.wide)
		return zol_err_set(err, ZOL_MALFORMED, 0, "this is no core of a 64-bit program");
	for (size_t i = 0; zol_elf_segment(&e, i, &s); i++) {
		struct zol_elf_note n;
		struct zol_span rest = s.data;

		if (s.type != PT_NOTE || !zol_notes_once(rest, &left))
			continue;
		while (zol_elf_note(&rest, &n))
			take_note(&r, &n);
	}
	if (file_at(r.files, r.phdr ? r.phdr : c.entry, &c.exe, &start) || file_at(r.files, c.entry, &c.exe, &start))
		find_build_id(&r, start);
	*ret = c;
	return 0;
}
