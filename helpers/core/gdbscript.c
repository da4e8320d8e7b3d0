/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "core/gdbscript.h"

/* gdb splits with quotes and backslashes as buildargv() of libiberty does. */
static void add_word(struct zol_str *out, const char *word)
{
	zol_str_putc(out, '"');
	for (const char *c = word; *c; c++) {
		if (*c == '"' || *c == '\\')
			zol_str_putc(out, '\\');
		zol_str_putc(out, *c);
	}
	zol_str_putc(out, '"');
}

static int check_path(const char *path, struct zol_err *err)
{
	if (path && strpbrk(path, "\n\r"))
		return zol_err_set(err, ZOL_USAGE, 0, "gdb cannot be told of a path with a line break in it");
	return 0;
}

static int check_all(const struct zol_gdbscript *g, struct zol_err *err)
{
	const char *const single[] = { g->vmlinux, g->target, g->sysroot, g->modules, g->reload };

	for (size_t i = 0; i < ZOL_COUNT(single); i++)
		if (check_path(single[i], err) < 0)
			return -(int)err->code;
	for (size_t i = 0; i < g->nmods; i++)
		if (check_path(g->mods[i].file, err) < 0)
			return -(int)err->code;
	for (size_t i = 0; i < g->npaths; i++)
		if (check_path(g->paths[i].from, err) < 0 || check_path(g->paths[i].to, err) < 0)
			return -(int)err->code;
	return 0;
}

static void add_module(const struct zol_gdb_module *m, struct zol_str *out)
{
	bool text = false;

	zol_str_puts(out, "  add-symbol-file ");
	add_word(out, m->file);
	/* the address without a name is that of .text; gdb before 8.2 wants it there */
	for (size_t i = 0; i < m->nsections && !text; i++) {
		if (strcmp(m->sections[i].name, ".text") != 0)
			continue;
		zol_str_printf(out, " 0x%016" PRIx64, m->sections[i].addr);
		text = true;
	}
	for (size_t i = 0; i < m->nsections; i++)
		if (strcmp(m->sections[i].name, ".text") != 0)
			zol_str_printf(out, " -s %s 0x%016" PRIx64, m->sections[i].name, m->sections[i].addr);
	zol_str_putc(out, '\n');
}

static void add_kernel(const struct zol_gdbscript *g, struct zol_str *out)
{
	zol_str_puts(out, "  symbol-file ");
	add_word(out, g->vmlinux);
	if (g->slide)
		zol_str_printf(out, " -o 0x%" PRIx64, g->slide);
	zol_str_printf(out, "\n    set $zolkit_slide = 0x%" PRIx64 "\n", g->slide);
}

static void add_modules(const struct zol_gdbscript *g, struct zol_str *out)
{
	zol_str_puts(out, "define zolkit-modules-add\n");
	/* a kernel that gdb has waited for is moved when it starts */
	if (g->vmlinux) {
		zol_str_printf(out, "  if $zolkit_slide != 0x%" PRIx64 "\n  ", g->slide);
		add_kernel(g, out);
		zol_str_puts(out, "  end\n");
	}
	for (size_t i = 0; i < g->nmods; i++)
		if (g->mods[i].nsections > 0)
			add_module(&g->mods[i], out);
	zol_str_puts(out,
		     "end\ndocument zolkit-modules-add\nAdds the symbols of the modules that the map names.\nend\n");
	zol_str_puts(out, "define zolkit-modules-remove\n");
	for (size_t i = 0; i < g->nmods; i++)
		if (g->mods[i].nsections > 0)
			zol_str_printf(out, "  remove-symbol-file -a 0x%016" PRIx64 "\n", g->mods[i].inside);
	zol_str_puts(out, "end\ndocument zolkit-modules-remove\nRemoves what zolkit-modules-add has added.\nend\n");
}

int zol_gdbscript_modules(const struct zol_gdbscript *g, struct zol_str *out, struct zol_err *err)
{
	if (check_all(g, err) < 0)
		return -(int)err->code;
	add_modules(g, out);
	return zol_str_check(out, err);
}

static void add_notes(const struct zol_gdbscript *g, struct zol_str *out)
{
	for (const char *const *n = g->notes; n && *n; n++) {
		zol_str_puts(out, "# ");
		for (const char *c = *n; *c; c++)
			zol_str_putc(out, (char)(*c < ' ' && *c >= 0 ? ' ' : *c));
		zol_str_putc(out, '\n');
	}
}

/*
 * A module that was loaded anew lies elsewhere: its old symbols go first. Breakpoints in it have lost their
 * place meanwhile, and gdb disables such; they are set again by their own text.
 */
static void add_reload(const struct zol_gdbscript *g, struct zol_str *out)
{
	if (!g->reload || !g->modules)
		return;
	zol_str_puts(out, "define zolkit-reload\n"
			  "  set $zolkit_confirm = $_gdb_setting(\"confirm\")\n"
			  "  set confirm off\n");
	if (g->let_go && g->target)
		zol_str_puts(out, "  disconnect\n");
	zol_str_printf(out, "  shell %s\n", g->reload);
	if (g->let_go && g->target)
		zol_str_printf(out, "  target remote %s\n", g->target);
	zol_str_puts(out, "  if $_shell_exitcode == 0\n"
			  "    zolkit-modules-remove\n");
	zol_str_printf(out, "    source %s\n", g->modules);
	zol_str_puts(out, "    zolkit-modules-add\n"
			  "  else\n"
			  "    echo zolkit-reload: the symbols stay as they were\\n\n"
			  "  end\n"
			  "  if $zolkit_confirm\n"
			  "    set confirm on\n"
			  "  end\n"
			  "end\n"
			  "document zolkit-reload\n"
			  "Reads anew where the guest's modules are, and replaces their symbols.\n"
			  "end\n"
			  "define zolkit-follow\n"
			  "  hbreak do_init_module\n"
			  "  commands\n"
			  "    silent\n"
			  "    zolkit-reload\n"
			  "    continue\n"
			  "  end\n"
			  "end\n"
			  "document zolkit-follow\n"
			  "Runs zolkit-reload whenever the guest loads a module, before its init function runs.\n"
			  "end\n");
}

int zol_gdbscript(const struct zol_gdbscript *g, struct zol_str *out, struct zol_err *err)
{
	if (check_all(g, err) < 0)
		return -(int)err->code;
	add_notes(g, out);
	zol_str_puts(out, "set $zolkit_confirm = $_gdb_setting(\"confirm\")\nset confirm off\nset pagination off\n");
	if (g->arch)
		zol_str_printf(out, "set architecture %s\n", g->arch);
	if (g->sysroot)
		zol_str_printf(out, "set sysroot %s\n", g->sysroot);
	for (size_t i = 0; i < g->npaths; i++) {
		zol_str_puts(out, "set substitute-path ");
		add_word(out, g->paths[i].from);
		zol_str_putc(out, ' ');
		add_word(out, g->paths[i].to);
		zol_str_putc(out, '\n');
	}
	if (g->vmlinux)
		add_kernel(g, out);
	if (g->target)
		zol_str_printf(out, "target remote %s\n", g->target);
	add_modules(g, out);
	zol_str_puts(out, "zolkit-modules-add\n");
	add_reload(g, out);
	zol_str_puts(out, "if $zolkit_confirm\n  set confirm on\nend\n");
	return zol_str_check(out, err);
}
