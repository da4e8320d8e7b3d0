/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/outside.h"

#include "base/path.h"
#include "core/btf.h"
#include "wrap/dwfl.h"

#define SYMTAB 2U

void zol_vmlinux_free(struct zol_vmlinux *v)
{
	zol_mapfile_free(&v->file);
	free(v->path);
	free(v->build_id);
	free(v->release);
	*v = (struct zol_vmlinux){ 0 };
}

static void find_symbols(const struct zol_elf *e, struct zol_vmlinux *v)
{
	const struct {
		const char *name;
		uint64_t *value;
	} wanted[] = { { "_stext", &v->stext },
		       { "modules", &v->modules },
		       { "asm_exc_page_fault", &v->page_fault },
		       { "page_fault", &v->page_fault },
		       { "linux_banner", &v->banner },
		       { "init_top_pgt", &v->top_pgt },
		       { "init_level4_pgt", &v->top_pgt }, /* before 4.13 */
		       { "phys_base", &v->phys_base },
		       { "__pgtable_l5_enabled", &v->five_levels } };
	struct zol_elf_section table;
	struct zol_elf_symbol sym;

	if (!zol_elf_find_type(e, SYMTAB, &table))
		return;
	for (size_t i = 0; zol_elf_symbol(e, &table, i, &sym); i++) {
		if (sym.name.len < 6 || sym.name.len > 20 || sym.section == 0)
			continue;
		for (size_t w = 0; w < ZOL_COUNT(wanted); w++)
			if (*wanted[w].value == 0 && zol_span_eq(sym.name, wanted[w].name))
				*wanted[w].value = sym.value;
	}
}

/* "Linux version 6.1.192 (...", in whichever section the symbol lies. */
static void find_release(const struct zol_elf *e, struct zol_vmlinux *v)
{
	struct zol_elf_section s;

	for (size_t i = 1; v->banner && zol_elf_section(e, i, &s); i++) {
		struct zol_span rest, word;
		uint64_t at = v->banner - s.addr;

		if (s.addr == 0 || v->banner < s.addr || at >= s.data.len)
			continue;
		rest = zol_span(s.data.ptr + at, s.data.len - at < 128 ? s.data.len - (size_t)at : 128);
		if (!zol_span_starts(rest, "Linux version "))
			return;
		rest = zol_span(rest.ptr + 14, rest.len - 14);
		if (zol_span_field(&rest, " ", &word) && zol_kmod_section_ok(word))
			v->release = zol_span_dup(word);
		return;
	}
}

int zol_vmlinux_open(const char *path, struct zol_vmlinux *ret, struct zol_err *err)
{
	ZOL_AUTO(vmlinux) struct zol_vmlinux v = { .path = strdup(path) };
	char text[ZOL_BUILD_ID_TEXT];
	struct zol_elf_section notes;
	struct zol_span id;
	struct zol_elf e;

	if (!v.path)
		return zol_err_oom(err);
	if (zol_mapfile_open(path, &v.file, err) < 0)
		return -(int)err->code;
	if (zol_elf_open(v.file.bytes, &e, err) < 0)
		return zol_err_wrap(err, "%s", path);
	if (zol_elf_build_id(&e, &id)) {
		v.build_id = strdup(zol_build_id_text(id, text));
		if (!v.build_id)
			return zol_err_oom(err);
	}
	find_symbols(&e, &v);
	find_release(&e, &v);
	if (zol_elf_find(&e, ".notes", &notes)) {
		v.notes = notes.addr;
		v.nnotes = notes.size;
	}
	if (v.stext == 0)
		return zol_err_set(err, ZOL_MALFORMED, 0, "%s has no symbol _stext: it is no vmlinux, or stripped",
				   path);
	*ret = v;
	v = (struct zol_vmlinux){ 0 };
	return 0;
}

/* --- layout -------------------------------------------------------------------------------------- */

static bool btf_offset(void *ctx, const char *type, const char *path, uint64_t *ret)
{
	return zol_btf_offset(ctx, type, path, ret);
}

static bool btf_size(void *ctx, const char *type, uint64_t *ret)
{
	return zol_btf_size(ctx, type, ret);
}

static bool dwarf_offset(void *ctx, const char *type, const char *path, uint64_t *ret)
{
	return zol_dwfl_offset(ctx, type, path, ret);
}

static bool dwarf_size(void *ctx, const char *type, uint64_t *ret)
{
	return zol_dwfl_size(ctx, type, ret);
}

static bool from_btf(struct zol_vmlinux *v)
{
	ZOL_AUTO(err) struct zol_err none = ZOL_ERR_INIT;
	ZOL_AUTO(btf) struct zol_btf b = { 0 };
	struct zol_types t = { .ctx = &b, .offset = btf_offset, .size = btf_size };
	struct zol_elf_section s;
	struct zol_elf e;

	return zol_elf_open(v->file.bytes, &e, &none) == 0 && zol_elf_find(&e, ".BTF", &s) &&
	       zol_btf_open(s.data, &b, &none) == 0 && zol_klayout_find(&t, &v->layout, &none) == 0;
}

static int from_dwarf(struct zol_vmlinux *v, const char *path, struct zol_err *err)
{
	ZOL_AUTO(dwfl) struct zol_dwfl *d = NULL;
	struct zol_types t = { .offset = dwarf_offset, .size = dwarf_size };

	if (zol_dwfl_open(path, &d, err) < 0)
		return -(int)err->code;
	t.ctx = d;
	return zol_klayout_find(&t, &v->layout, err) < 0 ? zol_err_wrap(err, "%s", path) : 0;
}

static char *cache_name(const struct zol_vmlinux *v, const char *cache)
{
	return v->build_id ? zol_asprintf("%s/debug/%s/layout", cache, v->build_id) : NULL;
}

static bool from_cache(struct zol_vmlinux *v, const char *cache)
{
	ZOL_AUTO(err) struct zol_err none = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *path = cache_name(v, cache);
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	return path && zol_read_file(path, 65536, &text, &none) == 0 &&
	       zol_klayout_parse(zol_span_str(&text), &v->layout, &none) == 0;
}

/* A cache that cannot be written costs time and nothing else. */
static void keep(const struct zol_vmlinux *v, const char *cache)
{
	ZOL_AUTO(err) struct zol_err none = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *path = cache_name(v, cache);
	ZOL_AUTO(free) char *dir = path ? strdup(path) : NULL;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	if (!dir)
		return;
	*strrchr(dir, '/') = '\0';
	zol_klayout_text(&v->layout, &text);
	if (zol_mkdirs(dir, 0755, &none) >= 0 && zol_str_check(&text, &none) == 0)
		(void)!zol_write_file(path, text.ptr, text.len, 0644, &none);
}

int zol_vmlinux_layout(struct zol_vmlinux *v, const char *cache, const char *module, struct zol_err *err)
{
	if (v->has_layout)
		return 0;
	if (from_cache(v, cache)) {
		v->has_layout = true;
		return 0;
	}
	if (!from_btf(v) && from_dwarf(v, v->path, err) < 0) {
		if (!module || err->code == ZOL_SYSTEM)
			return zol_err_hint(err, "build the kernel with debug information: fragment gdb");
		zol_err_clear(err);
		if (from_dwarf(v, module, err) < 0)
			return zol_err_hint(err, "build the kernel or the module with debug information");
	}
	v->has_layout = true;
	keep(v, cache);
	return 0;
}

int zol_outside_map(const struct zol_vmlinux *v, const struct zol_kmem *mem, struct zol_modmap *map,
		    uint64_t *ret_slide, struct zol_err *err)
{
	uint64_t slide;

	if (v->page_fault == 0 || v->modules == 0)
		return zol_err_set(err, ZOL_NEGATIVE, 0, "%s has no symbol %s", v->path,
				   v->modules ? "asm_exc_page_fault" : "modules");
	if (zol_kwalk_slide(mem, v->page_fault, &slide, err) < 0)
		return zol_err_wrap(err, "%s", v->path);
	if (v->banner && zol_kwalk_release(mem, v->banner + slide, map, err) < 0)
		return -(int)err->code;
	if (v->notes && zol_kwalk_build_id(mem, v->notes + slide, v->nnotes, map, err) < 0)
		return -(int)err->code;
	if (map->build_id && v->build_id && strcmp(map->build_id, v->build_id) != 0)
		return zol_err_set(err, ZOL_VERIFY, 0, "the running kernel has build-id %s, but %s has %s",
				   map->build_id, v->path, v->build_id);
	if (zol_kwalk_modules(mem, &v->layout, v->modules + slide, map, err) < 0)
		return -(int)err->code;
	map->stext = v->stext + slide;
	*ret_slide = slide;
	return 0;
}

int zol_outside_coreinfo(const struct zol_vmlinux *v, const struct zol_kmem *mem, const char *release, uint64_t slide,
			 struct zol_coreinfo *ret, struct zol_err *err)
{
	uint32_t levels = 0;

	*ret = (struct zol_coreinfo){ .release = release,
				      .build_id = v->build_id,
				      .top_pgt = v->top_pgt + slide,
				      .stext = v->stext + slide,
				      .slide = slide };
	if (v->top_pgt == 0 || v->phys_base == 0)
		return zol_err_set(err, ZOL_NEGATIVE, 0, "%s has no symbol %s", v->path,
				   v->top_pgt ? "phys_base" : "init_top_pgt");
	if (mem->read(mem->ctx, v->phys_base + slide, &ret->phys_base, sizeof(ret->phys_base), err) < 0)
		return -(int)err->code;
	if (v->five_levels && mem->read(mem->ctx, v->five_levels + slide, &levels, sizeof(levels), err) < 0)
		return -(int)err->code;
	ret->five_levels = levels == 1;
	if (!zol_coreinfo_ok(ret))
		return zol_err_set(err, ZOL_NEGATIVE, 0,
				   "the memory of the guest says nothing sensible of its page tables");
	return 0;
}
