/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/elf.h"

#include "fuzz.h"

static void inside(struct zol_span file, struct zol_span part)
{
	FUZZ_CHECK(part.len == 0 || (part.ptr >= file.ptr && part.ptr + part.len <= file.ptr + file.len));
}

static void notes(struct zol_span file, struct zol_span rest)
{
	struct zol_elf_note n;
	size_t last = rest.len;

	while (zol_elf_note(&rest, &n)) {
		inside(file, n.name);
		inside(file, n.desc);
		FUZZ_CHECK(rest.len < last);
		last = rest.len;
	}
}

static void sections(const struct zol_elf *e)
{
	struct zol_elf_section s;
	struct zol_elf_symbol y;

	for (size_t i = 0; zol_elf_section(e, i, &s) && i < 4096; i++) {
		inside(e->file, s.name);
		inside(e->file, s.data);
		if (s.type == 7)
			notes(e->file, s.data);
		for (size_t k = 0; (s.type == 2 || s.type == 11) && k < 64 && zol_elf_symbol(e, &s, k, &y); k++)
			inside(e->file, y.name);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zol_span file = zol_span((const char *)data, size), name, id;
	ZOL_AUTO(syms) struct zol_syms syms = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_elf e;
	struct zol_elf_segment p;
	uint64_t addr;
	uint32_t crc;

	notes(file, file);
	if (size > 65536 || zol_elf_open(file, &e, &err) < 0)
		return 0;
	sections(&e);
	for (size_t i = 0; zol_elf_segment(&e, i, &p); i++)
		inside(file, p.data);
	if (zol_elf_build_id(&e, &id))
		inside(file, id);
	if (zol_elf_debug_link(&e, &name, &crc))
		inside(file, name);
	(void)zol_elf_offset_to_addr(&e, size, &addr);
	(void)zol_elf_add_symbols(&e, NULL, &syms);
	FUZZ_CHECK(zol_syms_sort(&syms, &err) == 0);
	for (size_t i = 0; i + 1 < syms.len; i++)
		FUZZ_CHECK(syms.v[i].start < syms.v[i + 1].start && syms.v[i].start <= syms.v[i].end);
	return 0;
}
