/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/flame_modules.h"

void zol_flame_modules_free(struct zol_flame_modules *mods)
{
	zol_strv_free(&mods->others);
	zol_strv_free(&mods->files);
}

/* "kernel/fs/zfs.ko.zst" is the file of zfs. */
static bool is_file_of(struct zol_span path, const char *name)
{
	const char *slash = path.len ? memrchr(path.ptr, '/', path.len) : NULL;
	struct zol_span base = slash ? zol_span(slash + 1, (size_t)(path.ptr + path.len - slash - 1)) : path;
	const char *ko = memmem(base.ptr, base.len, ".ko", 3);

	return ko && zol_kmod_same(zol_span(base.ptr, (size_t)(ko - base.ptr)), zol_span_c(name));
}

/* Where a module's file is below /lib/modules/RELEASE; NULL: nowhere. */
static char *find_file(struct zol_span dep, const char *release, const char *name)
{
	struct zol_span line, path;

	while (zol_span_line(&dep, &line)) {
		if (zol_span_field(&line, ":", &path) && is_file_of(path, name))
			return zol_asprintf("/lib/modules/%s/%.*s", release, (int)path.len, path.ptr);
	}
	return NULL;
}

/* The bytes of a module's file, unpacked. Returns 1 when there is none that can be read. */
static int open_module(struct zol_images *m, const char *path, struct zol_span *ret, struct zol_err *err)
{
	return zol_span_ends(zol_span_c(path), ".ko") ? zol_images_map(m, path, ret, err) :
							zol_images_unpack(m, path, ret, err);
}

/* Is it the file that was loaded, as far as that is known? */
static bool is_build(const struct zol_elf *e, const struct zol_kmod *mod)
{
	char text[ZOL_BUILD_ID_TEXT];
	struct zol_span id;

	return !mod->build_id || (zol_elf_build_id(e, &id) && !strcmp(zol_build_id_text(id, text), mod->build_id));
}

/* The addresses of the sections of a file. init: only those that are freed once it runs, else only the others. */
static bool place_sections(const struct zol_elf *e, const struct zol_kmod *mod, bool init, uint64_t *bases)
{
	struct zol_elf_section s;
	bool any = false;

	for (size_t i = 0; zol_elf_section(e, i, &s); i++) {
		ZOL_AUTO(free) char *name = zol_span_dup(s.name);
		uint64_t addr = name && i ? zol_kmod_addr(mod, name) : 0;
		bool wanted = addr && zol_kmod_section_freed(mod, name) == init;

		bases[i] = wanted ? addr : UINT64_MAX;
		any = any || wanted;
	}
	return any;
}

/* Adds the symbols of a file to those of k; with late, those of freed sections that lie where nothing else does. */
static int add_file(struct zol_kallsyms *k, const struct zol_elf *e, const struct zol_kmod *mod, struct zol_syms *late,
		    struct zol_err *err)
{
	ZOL_AUTO(free) uint64_t *bases = calloc(e->nsections + 1, sizeof(*bases));
	ZOL_AUTO(syms) struct zol_syms syms = { 0 };
	uint16_t group = zol_kallsyms_group(k, zol_span_c(mod->name));

	if (!bases)
		return zol_err_oom(err);
	if (!place_sections(e, mod, late != NULL, bases))
		return 0;
	(void)zol_elf_add_symbols(e, bases, &syms);
	for (size_t i = 0; i < syms.len; i++) {
		const struct zol_sym *y = &syms.v[i];

		if (!late || !zol_syms_find(&k->syms, y->start))
			zol_syms_add(late ? late : &k->syms, y->start, y->end - y->start, zol_span(y->name, y->len),
				     (enum zol_sym_rank)y->rank, group);
	}
	return syms.oom ? zol_err_oom(err) : 0;
}

static int open_file(struct zol_images *m, struct zol_span dep, struct zol_flame_modules *mods,
		     const struct zol_kmod *mod, struct zol_elf *ret, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = find_file(dep, mods->release, mod->name);
	ZOL_AUTO(err) struct zol_err bad = ZOL_ERR_INIT;
	struct zol_span bytes = { 0 };
	int r = path ? open_module(m, path, &bytes, err) : 1;

	if (r == 0 && zol_elf_open(bytes, ret, &bad) < 0)
		r = 1;
	if (r == 0 && !is_build(ret, mod)) {
		zol_strv_add(&mods->others, mod->name);
		r = 1;
	}
	if (r != 0) {
		*ret = (struct zol_elf){ 0 };
		return r;
	}
	zol_strv_add(&mods->files, mod->name);
	zol_strv_add(&mods->files, path);
	return 0;
}

/* Code that is freed once a module runs: known by its name where nothing else has come to its place. */
static int add_late(struct zol_kallsyms *k, const struct zol_elf *files, const struct zol_modmap *map,
		    struct zol_err *err)
{
	ZOL_AUTO(syms) struct zol_syms late = { 0 };

	for (size_t i = 0; i < map->nmods; i++) {
		if (files[i].nsections && add_file(k, &files[i], &map->mods[i], &late, err) < 0)
			return -(int)err->code;
	}
	for (size_t i = 0; i < late.len; i++) {
		const struct zol_sym *y = &late.v[i];

		zol_syms_add(&k->syms, y->start, y->end - y->start, zol_span(y->name, y->len),
			     (enum zol_sym_rank)y->rank, y->group);
	}
	return zol_syms_sort(&k->syms, err);
}

int zol_flame_modules(struct zol_images *m, struct zol_flame_modules *mods, struct zol_kallsyms *k, struct zol_err *err)
{
	const struct zol_modmap *map = mods->map;
	ZOL_AUTO(free) char *dep_path = zol_asprintf("/lib/modules/%s/modules.dep", mods->release);
	ZOL_AUTO(free) struct zol_elf *files = calloc(map->nmods + 1, sizeof(*files));
	struct zol_span dep;
	int r;

	if (!dep_path || !files)
		return zol_err_oom(err);
	r = zol_images_map(m, dep_path, &dep, err);
	if (r != 0)
		return r < 0 ? r : 0;
	for (size_t i = 0; i < map->nmods; i++) {
		r = map->mods[i].nsections ? open_file(m, dep, mods, &map->mods[i], &files[i], err) : 1;
		if (r < 0 || (r == 0 && add_file(k, &files[i], &map->mods[i], NULL, err) < 0))
			return -(int)err->code;
	}
	if (zol_syms_sort(&k->syms, err) < 0 || add_late(k, files, map, err) < 0)
		return -(int)err->code;
	return zol_strv_check(&mods->others, err) < 0 ? -(int)err->code : zol_strv_check(&mods->files, err);
}
