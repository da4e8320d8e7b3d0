/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wrap/dwfl.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <fcntl.h>

#define DEPTH 16  /* of unnamed members and of typedefs */
#define TYPES 16U /* structures whose places are remembered */

struct zol_dwfl {
	Dwfl *dwfl;
	Dwfl_Module *mod;
	Dwarf *dw; /* NULL: none, or not asked for yet */
	Dwarf_Addr bias;
	bool asked;
	struct {
		char *name;
		Dwarf_Die die;
	} types[TYPES];
	size_t ntypes;
};

static const Dwfl_Callbacks callbacks = {
	.find_debuginfo = dwfl_build_id_find_debuginfo,
	.section_address = dwfl_offline_section_address,
};

void zol_dwfl_free(struct zol_dwfl *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->ntypes; i++)
		free(d->types[i].name);
	if (d->dwfl)
		dwfl_end(d->dwfl);
	free(d);
}

int zol_dwfl_open(const char *path, struct zol_dwfl **ret, struct zol_err *err)
{
	ZOL_AUTO(dwfl) struct zol_dwfl *d = calloc(1, sizeof(*d));
	int fd;

	if (!d)
		return zol_err_oom(err);
	d->dwfl = dwfl_begin(&callbacks);
	if (!d->dwfl)
		return zol_err_set(err, ZOL_SYSTEM, 0, "libdw: %s", dwfl_errmsg(-1));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return zol_err_sys(err, "%s", path);
	dwfl_report_begin(d->dwfl);
	d->mod = dwfl_report_elf(d->dwfl, path, path, fd, 0, false); /* takes fd over when it works */
	if (!d->mod)
		close(fd);
	if (!d->mod || dwfl_report_end(d->dwfl, NULL, NULL) != 0)
		return zol_err_set(err, ZOL_MALFORMED, 0, "%s: %s", path, dwfl_errmsg(-1));
	*ret = zol_take_ptr(d);
	return 0;
}

static Dwarf *dwarf_of(struct zol_dwfl *d)
{
	if (!d->asked)
		d->dw = dwfl_module_getdwarf(d->mod, &d->bias);
	d->asked = true;
	return d->dw;
}

void zol_dwfl_symbols(struct zol_dwfl *d, zol_dwfl_symbol_fn *fn, void *ctx)
{
	int n = dwfl_module_getsymtab(d->mod);

	for (int i = 1; i < n; i++) {
		GElf_Sym sym;
		GElf_Addr addr;
		GElf_Word shndx;
		const char *name = dwfl_module_getsym_info(d->mod, i, &sym, &addr, &shndx, NULL, NULL);
		int type = GELF_ST_TYPE(sym.st_info);

		if (!name || !*name || shndx == SHN_UNDEF || (type != STT_FUNC && type != STT_NOTYPE))
			continue;
		if (!fn(ctx, name, addr, sym.st_size))
			return;
	}
}

/* --- lines --------------------------------------------------------------------------------------- */

static const char *name_of(Dwarf_Die *die)
{
	Dwarf_Attribute attr;
	const char *name = dwarf_formstring(dwarf_attr_integrate(die, DW_AT_name, &attr));

	return name;
}

static bool call_site(Dwarf_Die *cu, Dwarf_Die *die, struct zol_dwfl_line *ret)
{
	Dwarf_Attribute attr;
	Dwarf_Word file, line;
	Dwarf_Files *files;
	size_t n;

	if (dwarf_formudata(dwarf_attr(die, DW_AT_call_file, &attr), &file) != 0 ||
	    dwarf_formudata(dwarf_attr(die, DW_AT_call_line, &attr), &line) != 0 ||
	    dwarf_getsrcfiles(cu, &files, &n) != 0 || file >= n || line > INT32_MAX)
		return false;
	ret->file = dwarf_filesrc(files, (size_t)file, NULL, NULL);
	ret->line = (int)line;
	return ret->file != NULL;
}

static bool is_function(Dwarf_Die *die)
{
	int tag = dwarf_tag(die);

	return tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine;
}

/* The functions around an address, each called from the next one's line. */
static size_t chain(Dwarf_Die *cu, Dwarf_Addr addr, struct zol_dwfl_line *ret)
{
	Dwarf_Die *at = NULL;
	Dwarf_Die *scopes = NULL;
	int n = dwarf_getscopes(cu, addr, &at);
	int inner = 0;
	size_t used = 1;

	while (inner < n && !is_function(&at[inner]))
		inner++;
	/* behind an inlined function those are the scopes where it was defined: what is wanted is where it is now */
	n = inner < n ? dwarf_getscopes_die(&at[inner], &scopes) : 0;
	for (int i = 0; i < n && used < ZOL_DWFL_LINES; i++) {
		if (!is_function(&scopes[i]))
			continue;
		ret[used - 1].func = name_of(&scopes[i]);
		if (dwarf_tag(&scopes[i]) == DW_TAG_subprogram || !call_site(cu, &scopes[i], &ret[used]))
			break;
		ret[used++].func = NULL;
	}
	free(scopes);
	free(at);
	return used;
}

size_t zol_dwfl_lines(struct zol_dwfl *d, uint64_t addr, bool inlines, struct zol_dwfl_line ret[static ZOL_DWFL_LINES])
{
	Dwfl_Line *line;
	Dwarf_Die *cu;
	Dwarf_Addr bias;

	if (!dwarf_of(d))
		return 0;
	line = dwfl_module_getsrc(d->mod, addr);
	if (!line)
		return 0;
	ret[0] = (struct zol_dwfl_line){ 0 };
	ret[0].file = dwfl_lineinfo(line, NULL, &ret[0].line, NULL, NULL, NULL);
	if (!ret[0].file)
		return 0;
	if (!inlines)
		return 1;
	cu = dwfl_linecu(line);
	if (!cu || !dwfl_module_getdwarf(d->mod, &bias))
		return 1;
	return chain(cu, addr - bias, ret);
}

/* --- types --------------------------------------------------------------------------------------- */

static bool is_struct(Dwarf_Die *die, const char *name)
{
	const char *own;

	if (dwarf_tag(die) != DW_TAG_structure_type || dwarf_hasattr(die, DW_AT_declaration))
		return false;
	own = dwarf_diename(die);
	return own && strcmp(own, name) == 0;
}

/* The first definition among all units' outermost entries. */
static bool search(Dwarf *dw, const char *name, Dwarf_Die *ret)
{
	Dwarf_CU *cu = NULL;
	Dwarf_Die unit;

	while (dwarf_get_units(dw, cu, &cu, NULL, NULL, &unit, NULL) == 0) {
		Dwarf_Die die;

		if (dwarf_child(&unit, &die) != 0)
			continue;
		do {
			if (is_struct(&die, name)) {
				*ret = die;
				return true;
			}
		} while (dwarf_siblingof(&die, &die) == 0);
	}
	return false;
}

static bool find_struct(struct zol_dwfl *d, const char *name, Dwarf_Die *ret)
{
	for (size_t i = 0; i < d->ntypes; i++) {
		if (strcmp(d->types[i].name, name) != 0)
			continue;
		*ret = d->types[i].die;
		return ret->addr != NULL;
	}
	if (!dwarf_of(d) || d->ntypes == TYPES)
		return false;
	*ret = (Dwarf_Die){ 0 };
	if (!search(d->dw, name, ret))
		*ret = (Dwarf_Die){ 0 }; /* remembered, too */
	d->types[d->ntypes].name = strdup(name);
	if (d->types[d->ntypes].name)
		d->types[d->ntypes++].die = *ret;
	return ret->addr != NULL;
}

/* The structure or union behind typedefs, qualifiers and arrays. */
static bool strip(Dwarf_Die *die, Dwarf_Die *ret)
{
	Dwarf_Attribute attr;
	Dwarf_Die now = *die;

	for (int i = 0; i < DEPTH; i++) {
		if (!dwarf_attr_integrate(&now, DW_AT_type, &attr) || !dwarf_formref_die(&attr, &now))
			return false;
		switch (dwarf_tag(&now)) {
		case DW_TAG_structure_type:
		case DW_TAG_union_type:
			*ret = now;
			return true;
		case DW_TAG_array_type:
		case DW_TAG_typedef:
		case DW_TAG_const_type:
		case DW_TAG_volatile_type:
			break;
		default:
			return false;
		}
	}
	return false;
}

static bool offset_of(Dwarf_Die *member, uint64_t *ret)
{
	Dwarf_Attribute attr;
	Dwarf_Word value = 0;

	/* members of unions have none */
	if (dwarf_attr(member, DW_AT_data_member_location, &attr) && dwarf_formudata(&attr, &value) != 0)
		return false;
	*ret = value;
	return true;
}

static bool member(Dwarf_Die *type, struct zol_span name, int depth, uint64_t *total, Dwarf_Die *ret)
{
	Dwarf_Die die;

	if (dwarf_child(type, &die) != 0)
		return false;
	do {
		const char *own = dwarf_diename(&die);
		Dwarf_Die inner;
		uint64_t off;

		if (dwarf_tag(&die) != DW_TAG_member || !offset_of(&die, &off))
			continue;
		if (own && zol_span_eq(name, own)) {
			*total += off;
			*ret = die;
			return true;
		}
		if (!own && depth > 0 && strip(&die, &inner)) {
			uint64_t deeper = *total + off;

			if (member(&inner, name, depth - 1, &deeper, ret)) {
				*total = deeper;
				return true;
			}
		}
	} while (dwarf_siblingof(&die, &die) == 0);
	return false;
}

bool zol_dwfl_offset(struct zol_dwfl *d, const char *type, const char *path, uint64_t *ret)
{
	struct zol_span rest = zol_span_c(path), part;
	Dwarf_Die now;
	Dwarf_Die found;
	uint64_t total = 0;

	if (!find_struct(d, type, &now))
		return false;
	for (bool first = true; zol_span_field(&rest, ".", &part); first = false) {
		if (!first && !strip(&found, &now))
			return false;
		if (!member(&now, part, DEPTH, &total, &found))
			return false;
	}
	*ret = total;
	return true;
}

bool zol_dwfl_size(struct zol_dwfl *d, const char *type, uint64_t *ret)
{
	Dwarf_Die die;
	int size;

	if (!find_struct(d, type, &die))
		return false;
	size = dwarf_bytesize(&die);
	if (size < 0)
		return false;
	*ret = (uint64_t)size;
	return true;
}

bool zol_dwfl_source(struct zol_dwfl *d, char *buf, size_t size)
{
	Dwarf_CU *cu = NULL;
	Dwarf_Die unit;

	if (!dwarf_of(d))
		return false;
	while (dwarf_get_units(d->dw, cu, &cu, NULL, NULL, &unit, NULL) == 0) {
		Dwarf_Attribute attr;
		const char *dir = dwarf_formstring(dwarf_attr(&unit, DW_AT_comp_dir, &attr));
		const char *name = dwarf_formstring(dwarf_attr(&unit, DW_AT_name, &attr));
		size_t len = name ? strlen(name) : 0;
		int n;

		if (len < 3 || strcmp(name + len - 2, ".c") != 0 || strstr(name, ".mod.c"))
			continue;
		if (*name != '/' && !dir)
			continue;
		n = *name == '/' ? snprintf(buf, size, "%s", name) : snprintf(buf, size, "%s/%s", dir, name);
		return n > 0 && (size_t)n < size && *buf == '/';
	}
	return false;
}
