/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/bytes.h"
#include "core/elf.h"

#define NT_GNU_BUILD_ID 3U
#define SHT_NOTE 7U
#define PT_LOAD 1U
#define PT_NOTE 4U

static uint64_t padded(uint32_t n)
{
	return ((uint64_t)n + 3) & ~3ULL;
}

bool zol_elf_note(struct zol_span *rest, struct zol_elf_note *ret)
{
	uint32_t name_len, desc_len;
	uint64_t desc_at, end;

	if (rest->len < 12)
		return false;
	name_len = zol_le32(rest->ptr);
	desc_len = zol_le32(rest->ptr + 4);
	desc_at = 12 + padded(name_len);
	if (desc_at + desc_len > rest->len)
		return false;
	*ret = (struct zol_elf_note){ .type = zol_le32(rest->ptr + 8),
				      .name = zol_span(rest->ptr + 12, name_len),
				      .desc = zol_span(rest->ptr + desc_at, desc_len) };
	if (name_len && ret->name.ptr[name_len - 1] == '\0')
		ret->name.len--;
	end = desc_at + padded(desc_len);
	if (end > rest->len)
		end = rest->len;
	*rest = zol_span(rest->ptr + end, rest->len - (size_t)end);
	return true;
}

bool zol_notes_once(struct zol_span notes, size_t *left)
{
	if (notes.len > *left)
		return false;
	*left -= notes.len;
	return true;
}

bool zol_notes_build_id(struct zol_span notes, struct zol_span *ret_id)
{
	struct zol_elf_note n;

	while (zol_elf_note(&notes, &n)) {
		if (n.type == NT_GNU_BUILD_ID && zol_span_eq(n.name, "GNU") && n.desc.len) {
			*ret_id = n.desc;
			return true;
		}
	}
	return false;
}

bool zol_elf_build_id(const struct zol_elf *e, struct zol_span *ret_id)
{
	struct zol_elf_section s;
	struct zol_elf_segment p;
	size_t left = e->file.len;

	for (size_t i = 1; zol_elf_section(e, i, &s); i++) {
		if (s.type == SHT_NOTE && zol_notes_once(s.data, &left) && zol_notes_build_id(s.data, ret_id))
			return true;
	}
	left = e->file.len;
	for (size_t i = 0; zol_elf_segment(e, i, &p); i++) {
		if (p.type == PT_NOTE && zol_notes_once(p.data, &left) && zol_notes_build_id(p.data, ret_id))
			return true;
	}
	return false;
}

const char *zol_build_id_text(struct zol_span id, char buf[static ZOL_BUILD_ID_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	for (size_t i = 0; i < id.len && id.len <= 64; i++) {
		unsigned char c = (unsigned char)id.ptr[i];

		buf[n++] = digits[c >> 4];
		buf[n++] = digits[c & 15];
	}
	buf[n] = '\0';
	return buf;
}

bool zol_elf_debug_link(const struct zol_elf *e, struct zol_span *ret_name, uint32_t *ret_crc)
{
	struct zol_elf_section s;
	size_t len;

	if (!zol_elf_find(e, ".gnu_debuglink", &s) || s.data.len < 5)
		return false;
	len = strnlen(s.data.ptr, s.data.len);
	if (!len || ((len + 4) & ~(size_t)3) + 4 > s.data.len)
		return false;
	*ret_name = zol_span(s.data.ptr, len);
	*ret_crc = zol_le32(s.data.ptr + ((len + 4) & ~(size_t)3));
	return true;
}

uint32_t zol_elf_crc32(struct zol_span bytes)
{
	uint32_t table[256], crc = UINT32_MAX;

	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (int bit = 0; bit < 8; bit++)
			c = c & 1 ? 0xedb88320U ^ (c >> 1) : c >> 1;
		table[i] = c;
	}
	for (size_t i = 0; i < bytes.len; i++)
		crc = table[(crc ^ (unsigned char)bytes.ptr[i]) & 0xff] ^ (crc >> 8);
	return ~crc;
}

bool zol_elf_offset_to_addr(const struct zol_elf *e, uint64_t offset, uint64_t *ret)
{
	struct zol_elf_segment p;

	for (size_t i = 0; zol_elf_segment(e, i, &p); i++) {
		if (p.type == PT_LOAD && offset >= p.offset && offset - p.offset < p.file_size) {
			*ret = offset - p.offset + p.addr;
			return true;
		}
	}
	return false;
}
