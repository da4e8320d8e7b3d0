/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>

#include "base/path.h"
#include "base/rows.h"
#include "cmd/app.h"
#include "cmd/debug.h"
#include "cmd/debug_paths.h"
#include "core/qemu.h"
#include "core/settings.h"

/* --- the script ---------------------------------------------------------------------------------- */

/* What the parts of the script are made of, until it is written. */
struct parts {
	struct zol_gdb_module *mods;
	size_t nmods;
	struct zol_gdb_path paths[ZOL_DEBUG_PATHS];
	struct zol_strv notes, words;
	struct zol_str reload, modules;
};

static void parts_free(struct parts *p)
{
	for (size_t i = 0; i < p->nmods; i++)
		free((void *)(uintptr_t)p->mods[i].sections);
	free(p->mods);
	zol_strv_free(&p->notes);
	zol_strv_free(&p->words);
	zol_str_free(&p->reload);
	zol_str_free(&p->modules);
}
ZOL_CLEANUP_STRUCT(parts, struct parts, parts_free);

#define SHF_ALLOC 2U

/* The sections of the map that the file has in memory; freed and unknown ones are left out. */
static int add_module(struct parts *p, const struct zol_kmod *k, const struct zol_symwant *w, struct zol_err *err)
{
	struct zol_gdb_section *list = calloc(k->nsections ? k->nsections : 1, sizeof(*list));
	struct zol_gdb_module *m = &p->mods[p->nmods];
	ZOL_AUTO(mapfile) struct zol_mapfile file = { 0 };
	struct zol_elf_section s;
	struct zol_elf e;

	if (!list)
		return zol_err_oom(err);
	*m = (struct zol_gdb_module){ .name = k->name, .file = w->file, .sections = list };
	p->nmods++;
	if (zol_mapfile_open(w->file, &file, err) < 0 || zol_elf_open(file.bytes, &e, err) < 0)
		return zol_err_wrap(err, "%s", w->file);
	for (size_t i = 0; i < k->nsections; i++) {
		const struct zol_kmod_section *have = &k->sections[i];

		if (have->addr == 0 || zol_kmod_section_freed(k, have->name) || !zol_elf_find(&e, have->name, &s) ||
		    !(s.flags & SHF_ALLOC))
			continue;
		list[m->nsections++] = (struct zol_gdb_section){ .name = have->name, .addr = have->addr };
		if (s.size > 0 && (m->inside == 0 || strcmp(have->name, ".text") == 0))
			m->inside = have->addr;
	}
	/* an old map may name the code alone */
	if (m->nsections == 0 && k->base) {
		list[m->nsections++] = (struct zol_gdb_section){ .name = ".text", .addr = k->base };
		m->inside = k->base;
		zol_strv_addf(&p->notes, "module %s: the map has its code only, so that its data cannot be read",
			      k->name);
	}
	return 0;
}

static int add_modules(const struct zol_debug *d, struct parts *p, struct zol_err *err)
{
	p->mods = calloc(d->nwants ? d->nwants : 1, sizeof(*p->mods));
	if (!p->mods)
		return zol_err_oom(err);
	for (size_t i = 0; i < d->nwants; i++) {
		const struct zol_symwant *w = &d->wants[i];

		if (!w->file) {
			zol_strv_addf(&p->notes, "module %s: no file was found%s%s", w->name,
				      w->build_id ? ", build-id " : "", w->build_id ? w->build_id : "");
			zol_out_warn(&d->cli->out, "no file of module %s was found", w->name);
			continue;
		}
		if (add_module(p, &d->map.mods[i], w, err) < 0)
			return -(int)err->code;
		if (!w->debug)
			zol_strv_addf(&p->notes, "module %s: %s has no debug information", w->name, w->file);
	}
	return zol_strv_check(&p->notes, err);
}

static void option(struct zol_strv *v, const char *name, const char *value)
{
	if (!value)
		return;
	zol_strv_add(v, name);
	zol_strv_add(v, value);
}

/* The command that zolkit-reload runs: the same question again, by a way that works while gdb is connected. */
static int make_reload(const struct zol_debug *d, const struct zol_debug_script *s, struct parts *p,
		       struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str program = ZOL_STR_INIT;
	const struct zol_debug_where *w = d->where;

	if (w->map && strcmp(w->map, "-") == 0)
		return 0;
	if (zol_app_program("zolkit", &program, err) < 0)
		return -(int)err->code;
	if (d->running)
		zol_str_printf(&p->modules, "%s/modules.gdb", d->dirs.run);
	else
		zol_str_printf(&p->modules, "%s/debug/modules-%s.gdb", d->cli->settings->paths.cache, d->dirs.guest);
	zol_strv_add(&p->words, zol_str_c(&program));
	option(&p->words, "--config", d->cli->globals.config);
	option(&p->words, "-g", d->dirs.guest);
	zol_strv_extend(&p->words, (const char *const[]){ "debug", "symbols", "--modules-only", NULL });
	option(&p->words, "--map", w->map);
	option(&p->words, "--stub", s->stub);
	zol_strv_extend(&p->words, (const char *const[]){ s->stub ? "--keep-stopped" :
							  w->map  ? NULL :
								    "--outside",
							  NULL });
	option(&p->words, "--vmlinux", w->vmlinux ? w->vmlinux : d->kernel.path);
	for (size_t i = 0; i < w->trees.len; i++)
		option(&p->words, "--tree", w->trees.v[i]);
	if (w->skip)
		zol_strv_add(&p->words, "--skip-mismatch");
	option(&p->words, "-o", zol_str_c(&p->modules));
	zol_str_shell_join(&p->reload, zol_strv_list(&p->words));
	return zol_strv_check(&p->words, err) < 0 ? -(int)err->code : zol_str_check(&p->reload, err);
}

int zol_debug_script(struct zol_debug *d, const struct zol_debug_script *s, struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(parts) struct parts p = { 0 };
	ZOL_AUTO(debug_paths) struct zol_debug_paths paths = { 0 };
	struct zol_gdbscript g = { .arch = "i386:x86-64", .target = s->target, .let_go = s->stub != NULL };

	zol_strv_addf(&p.notes, "zolkit debug symbols: guest %s, Linux %s", d->dirs.guest,
		      d->map.release ? d->map.release : "of unknown release");
	if (add_modules(d, &p, err) < 0)
		return -(int)err->code;
	g.mods = p.mods;
	g.nmods = p.nmods;
	g.vmlinux = d->kernel.path;
	g.slide = d->slide;
	if (s->modules_only)
		return zol_gdbscript_modules(&g, out, err);
	if (zol_debug_paths(d, &paths, err) < 0 || make_reload(d, s, &p, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < paths.n; i++)
		p.paths[i] = (struct zol_gdb_path){ .from = paths.from[i], .to = paths.to[i] };
	if (d->kernel.path && !d->have_slide) {
		zol_strv_add(&p.notes,
			     "the map does not tell where the kernel is: without KASLR (nokaslr) it is right");
		zol_out_warn(&d->cli->out, "the map does not tell where the kernel is; it is taken not to be moved");
	}
	g.paths = p.paths;
	g.npaths = paths.n;
	g.modules = p.modules.len ? zol_str_c(&p.modules) : NULL;
	g.reload = p.reload.len ? zol_str_c(&p.reload) : NULL;
	g.notes = zol_strv_list(&p.notes);
	return zol_gdbscript(&g, out, err);
}

/* --- symbols ------------------------------------------------------------------------------------- */

/* Behind the fence only files can be made. */
static int make_parent(const char *path, struct zol_err *err)
{
	ZOL_AUTO(free) char *dir = path ? strdup(path) : NULL;
	char *slash = dir ? strrchr(dir, '/') : NULL;

	if (path && !dir)
		return zol_err_oom(err);
	if (!slash || slash == dir)
		return 0;
	*slash = '\0';
	return zol_mkdirs(dir, 0755, err) < 0 ? -(int)err->code : 0;
}

static int put(struct zol_cli *cli, const char *path, const struct zol_str *text, struct zol_err *err)
{
	if (path && strcmp(path, "-") != 0)
		return zol_write_file(path, text->ptr, text->len, 0600, err);
	(void)fwrite(text->ptr, 1, text->len, cli->out.out);
	return 0;
}

static int fence(const struct zol_debug *d, const char *output, struct zol_err *err)
{
	return make_parent(output, err) < 0 ? -(int)err->code : zol_debug_fence(d, output, err);
}

/* One row of --files-only. */
struct file_row {
	const char *module, *build_id, *file;
	bool debug;
};

static const struct zol_col file_cols[] = {
	ZOL_COL("module", "MODULE", STR, struct file_row, module),
	ZOL_COL("build_id", "BUILD-ID", STR, struct file_row, build_id),
	ZOL_COL("debug", "DEBUG", BOOL, struct file_row, debug),
	ZOL_COL("file", "FILE", STR, struct file_row, file),
};

static int collect(void *ctx, int dirfd, const char *name, struct zol_err *err)
{
	struct zol_strv *names = ctx;
	bool packed = false;
	struct zol_span module = zol_symfile_module(name, &packed);
	ZOL_AUTO(free) char *copy = NULL;

	(void)dirfd;
	if (module.len == 0 || !zol_kmod_name_ok(module))
		return 0;
	copy = zol_span_dup(module);
	if (!copy)
		return zol_err_oom(err);
	for (char *c = copy; *c; c++)
		if (*c == '-')
			*c = '_';
	if (!zol_strv_has(names, copy))
		zol_strv_add(names, copy);
	return 0;
}

static int files_list(struct zol_debug *d, const struct zol_strv *names, struct zol_str *text, struct zol_err *err)
{
	ZOL_AUTO(rows) struct zol_rows rows = { 0 };
	struct zol_symsearch s = zol_debug_search(d);

	d->wants = calloc(names->len ? names->len : 1, sizeof(*d->wants));
	if (!d->wants)
		return zol_err_oom(err);
	d->nwants = names->len;
	for (size_t i = 0; i < names->len; i++)
		d->wants[i].name = names->v[i];
	if (zol_symfiles_find(&s, d->wants, d->nwants, err) < 0)
		return -(int)err->code;
	zol_rows_begin(&rows, &d->cli->out, file_cols, ZOL_COUNT(file_cols));
	for (size_t i = 0; i < d->nwants; i++) {
		struct file_row row = { d->wants[i].name, d->wants[i].id, d->wants[i].file, d->wants[i].debug };

		if (!row.file)
			return zol_err_set(err, ZOL_NEGATIVE, 0, "no file of module %s was found", row.module);
		zol_rows_add(&rows, &row);
		zol_str_printf(text, "%s %s %s %s\n", row.module, row.build_id && *row.build_id ? row.build_id : "-",
			       row.debug ? "debug" : "stripped", row.file);
	}
	if (zol_str_check(text, err) < 0)
		return -(int)err->code;
	return zol_rows_end(&rows, err);
}

/* For Portage's postinst: what was just built is found, unpacked and listed, whether a VM runs or not. */
static int files_only(struct zol_debug *d, const struct zol_debug_symbols_args *a, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv names = ZOL_STRV_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(free) char *path = NULL;
	int r;

	if (d->rootfd < 0 && a->modules.len == 0) {
		zol_err_set(err, ZOL_USAGE, 0, "there is no guest %s whose modules could be listed", d->dirs.guest);
		return zol_err_hint(err, "name a tree with --root, or modules and where they are with --tree");
	}
	if (zol_debug_release(d, err) < 0)
		return -(int)err->code;
	path = zol_asprintf("lib/modules/%s", d->map.release ? d->map.release : "");
	if (!path)
		return zol_err_oom(err);
	if (a->modules.len > 0)
		zol_strv_extend(&names, zol_strv_list(&a->modules));
	else if (zol_symfiles_walk(d->rootfd, path, collect, &names, err) < 0)
		return -(int)err->code;
	if (zol_strv_check(&names, err) < 0)
		return -(int)err->code;
	r = files_list(d, &names, &text, err);
	if (r == 0 && a->output)
		r = put(d->cli, a->output, &text, err);
	return r;
}

static int check_symbols_args(const struct zol_cli *cli, const struct zol_debug_symbols_args *a, struct zol_err *err)
{
	if (a->files_only + a->map_only + a->modules_only > 1)
		return zol_err_set(err, ZOL_USAGE, 0, "one of --files-only, --map-only and --modules-only at a time");
	if (a->modules.len > 0 && !a->files_only)
		return zol_err_set(err, ZOL_USAGE, 0, "modules are named with --files-only");
	if (a->where.release && !a->files_only)
		return zol_err_set(err, ZOL_USAGE, 0, "--release is for --files-only");
	if (cli->out.json && !a->files_only)
		return zol_err_set(err, ZOL_USAGE, 0, "a script for gdb is no JSON: --json is for --files-only");
	if (a->keep_stopped && !a->where.stub)
		return zol_err_set(err, ZOL_USAGE, 0, "--keep-stopped is for --stub");
	return 0;
}

int zol_cmd_debug_symbols(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_debug_symbols_args *a = args;
	ZOL_AUTO(debug) struct zol_debug d = ZOL_DEBUG_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(free) char *socket = NULL;
	struct zol_debug_script s = { .modules_only = a->modules_only, .target = a->where.stub, .stub = a->where.stub };

	if (check_symbols_args(cli, a, err) < 0)
		return -(int)err->code;
	if (zol_debug_open(cli, &a->where, &d, err) < 0)
		return -(int)err->code;
	if (a->files_only)
		return fence(&d, a->output, err) < 0 ? -(int)err->code : files_only(&d, a, err);
	socket = d.running && !a->where.map ? zol_path_join(d.dirs.run, ZOL_QEMU_GDB) : NULL;
	if (!s.target && socket && access(socket, F_OK) == 0)
		s.target = socket;
	if (zol_debug_map(&d, a->keep_stopped, err) < 0 || fence(&d, a->output, err) < 0)
		return -(int)err->code;
	if (d.stopped_us)
		zol_out_verbose(&cli->out, "the VM stood still for %.1f ms", (double)d.stopped_us / 1000);
	if (a->map_only)
		zol_modmap_text(&d.map, &text);
	else if (zol_debug_files(&d, err) < 0 || zol_debug_script(&d, &s, &text, err) < 0)
		return -(int)err->code;
	if (zol_str_check(&text, err) < 0)
		return -(int)err->code;
	return put(cli, a->output, &text, err);
}

const struct zol_bind zol_binds_debug[] = {
	{ "debug", "symbols", zol_cmd_debug_symbols }, { "debug", "attach", zol_cmd_debug_attach },
	{ "debug", "stacks", zol_cmd_debug_stacks },   { "debug", "decode", zol_cmd_debug_decode },
	{ "debug", "dump", zol_cmd_debug_dump },       { "debug", "core", zol_cmd_debug_core },
};
const size_t zol_nbinds_debug = ZOL_COUNT(zol_binds_debug);
