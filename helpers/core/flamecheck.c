/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/flamecheck.h"

#include <stdlib.h>

#include "base/num.h"
#include "base/room.h"
#include "core/kallsyms.h"
#include "core/kmods.h"

/* strip --strip-unneeded leaves next to no static functions; modules that never had any have small ones. */
#define BYTES_PER_FUNCTION 200U
#define FUNCTIONS_LEAST 4U /* modules with fewer tell nothing */
#define EM_X86_64 62U

void zol_flame_findings_free(struct zol_flame_findings *f)
{
	for (size_t i = 0; i < f->len; i++)
		free(f->v[i].detail);
	free(f->v);
	*f = (struct zol_flame_findings){ 0 };
}

void zol_flame_findings_add(struct zol_flame_findings *f, const char *check, enum zol_flame_state state,
			    const char *remedy, const char *detail, ...)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_flame_finding *v;
	va_list ap;

	va_start(ap, detail);
	zol_str_vprintf(&text, detail, ap);
	va_end(ap);
	v = zol_room(f->v, &f->cap, f->len + 1, sizeof(*v));
	f->oom = f->oom || !v;
	if (!v)
		return;
	f->v = v;
	f->v[f->len] = (struct zol_flame_finding){ .check = check, .state = state, .remedy = state ? remedy : NULL };
	f->v[f->len].detail = zol_str_take(&text);
	if (f->v[f->len].detail)
		f->len++;
	else
		f->oom = true;
}

static bool number(struct zol_span s, int64_t *ret)
{
	struct zol_span t = zol_span_trim(s);
	bool minus = t.len && t.ptr[0] == '-';
	uint64_t n;

	if (minus)
		t = zol_span(t.ptr + 1, t.len - 1);
	if (!zol_span_u64(t, &n) || n > INT32_MAX)
		return false;
	*ret = minus ? -(int64_t)n : (int64_t)n;
	return true;
}

static void check_rights(const struct zol_flame_facts *x, struct zol_flame_findings *f)
{
	int64_t n;

	if (!x->perf.len)
		zol_flame_findings_add(f, "perf", ZOL_FLAME_BAD, "install dev-util/perf (linux-perf on Debian) there",
				       "perf cannot be run");
	else
		zol_flame_findings_add(f, "perf", ZOL_FLAME_OK, NULL, "%.*s", (int)zol_span_trim(x->perf).len,
				       zol_span_trim(x->perf).ptr);
	if (!number(x->paranoid, &n))
		zol_flame_findings_add(f, "permission", ZOL_FLAME_BAD, "build the kernel with CONFIG_PERF_EVENTS",
				       "the kernel has no perf events");
	else if (n > 0 && !x->root)
		zol_flame_findings_add(f, "permission", ZOL_FLAME_BAD,
				       "record as root, or: sysctl kernel.perf_event_paranoid=-1",
				       "perf_event_paranoid is %lld: only root records the whole system", (long long)n);
	else
		zol_flame_findings_add(f, "permission", ZOL_FLAME_OK, NULL, "perf_event_paranoid is %lld",
				       (long long)n);
}

static void check_addresses(const struct zol_flame_facts *x, const struct zol_kallsyms *k, struct zol_flame_findings *f)
{
	int64_t n = 0;

	(void)number(x->restricted, &n);
	if (!x->kallsyms.len)
		zol_flame_findings_add(f, "kallsyms", ZOL_FLAME_BAD,
				       "build the kernel with CONFIG_KALLSYMS and CONFIG_KALLSYMS_ALL",
				       "/proc/kallsyms cannot be read");
	else if (!k->syms.len)
		zol_flame_findings_add(f, "kallsyms", ZOL_FLAME_BAD,
				       "record as root, or: sysctl kernel.kptr_restrict=0",
				       "all addresses are 0 (kptr_restrict is %lld)", (long long)n);
	else
		zol_flame_findings_add(f, "kallsyms", ZOL_FLAME_OK, NULL, "%zu symbols with addresses", k->syms.len);
}

/* The unwinders leave their traces among the symbols (linux:arch/x86/kernel/unwind_orc.c, unwind_frame.c). */
static void check_unwinder(const struct zol_kallsyms *k, struct zol_span text, struct zol_flame_findings *f)
{
	/* The table itself is listed only with CONFIG_KALLSYMS_ALL. */
	bool orc = zol_span_has(text, " __start_orc_unwind") || zol_span_has(text, " orc_sort_cmp\n");
	bool frames = zol_span_has(text, " update_stack_state\n");

	if (!k->syms.len)
		return;
	if (orc || frames)
		zol_flame_findings_add(f, "unwinder", ZOL_FLAME_OK, NULL,
				       orc ? "ORC: no frame pointers are needed in the kernel" : "frame pointers");
	else
		zol_flame_findings_add(f, "unwinder", ZOL_FLAME_WARN,
				       "build the kernel with CONFIG_UNWINDER_ORC or CONFIG_UNWINDER_FRAME_POINTER",
				       "neither ORC nor frame pointers: callchains of the kernel may be wrong");
}

struct module_count {
	size_t functions, local;
	uint64_t first, last;
};

static int count_functions(const struct zol_kallsyms *k, struct module_count **ret, struct zol_err *err)
{
	struct module_count *v = calloc(k->modules.len + 1, sizeof(*v));

	if (!v)
		return zol_err_oom(err);
	for (size_t i = 0; i < k->syms.len; i++) {
		const struct zol_sym *y = &k->syms.v[i];
		struct module_count *c = &v[y->group <= k->modules.len ? y->group : 0];

		if (!y->code)
			continue;
		c->first = c->functions ? c->first : y->start;
		c->last = y->start;
		c->functions++;
		c->local += y->rank == ZOL_SYM_LOCAL;
	}
	*ret = v;
	return 0;
}

/* Names of loaded modules, from the lines of /proc/modules among others. */
static bool next_module(struct zol_span *text, struct zol_span *ret)
{
	struct zol_kmods_line l;
	struct zol_span line;

	while (zol_span_line(text, &line)) {
		if (zol_kmods_line(line, &l) && l.addr.len) {
			*ret = l.name;
			return true;
		}
	}
	return false;
}

static void check_module(struct zol_span name, const struct zol_kallsyms *k, const struct module_count *counts,
			 struct zol_flame_findings *f)
{
	const struct module_count *c = NULL;

	for (size_t i = 0; i < k->modules.len && !c; i++) {
		if (zol_span_eq(name, k->modules.v[i]))
			c = &counts[i + 1];
	}
	if (!c || !c->functions)
		zol_flame_findings_add(
			f, "modules", ZOL_FLAME_BAD,
			"build it without stripping: USE=-strip, RESTRICT=strip, INSTALL_MOD_STRIP unset",
			"%.*s has no function symbols: it is stripped", (int)name.len, name.ptr);
	else if (!c->local && c->functions >= FUNCTIONS_LEAST &&
		 (c->last - c->first) / c->functions > BYTES_PER_FUNCTION)
		zol_flame_findings_add(
			f, "modules", ZOL_FLAME_BAD,
			"build it without stripping: USE=-strip; file(1) calls it not stripped all the same",
			"%.*s has %zu function symbols, one for %llu bytes: it went through strip --strip-unneeded",
			(int)name.len, name.ptr, c->functions,
			(unsigned long long)((c->last - c->first) / c->functions));
}

static void check_modules(const struct zol_flame_facts *x, const struct zol_kallsyms *k,
			  const struct module_count *counts, struct zol_flame_findings *f)
{
	struct zol_span text = x->modules, name;
	size_t n = 0, before = f->len;

	if (!k->syms.len)
		return;
	for (; next_module(&text, &name); n++)
		check_module(name, k, counts, f);
	if (f->len == before)
		zol_flame_findings_add(f, "modules", ZOL_FLAME_OK, NULL,
				       "%zu loaded modules have their function symbols", n);
}

/* Is there a line "NAME HEX" with a build-id in its notes? */
static bool has_build_id(struct zol_span lines, struct zol_span name)
{
	struct zol_span line, w, hex;

	while (zol_span_line(&lines, &line)) {
		/* "GNU\0" of the owner, then the id. */
		if (zol_span_field(&line, " ", &w) && zol_span_same(w, name) && zol_span_field(&line, " ", &hex) &&
		    zol_span_has(hex, "03000000474e5500"))
			return true;
	}
	return false;
}

static void check_build_ids(const struct zol_flame_facts *x, struct zol_flame_findings *f)
{
	ZOL_AUTO(str) struct zol_str without = ZOL_STR_INIT;
	struct zol_span text = x->modules, name;

	if (!has_build_id(x->build_ids, zol_span_c("kernel")))
		zol_str_puts(&without, " kernel");
	while (next_module(&text, &name)) {
		if (!has_build_id(x->build_ids, name))
			zol_str_printf(&without, " %.*s", (int)name.len, name.ptr);
	}
	if (without.len)
		zol_flame_findings_add(f, "build-ids", ZOL_FLAME_WARN,
				       "link with --build-id: files are found by their path only", "none in:%s",
				       zol_str_c(&without));
	else
		zol_flame_findings_add(f, "build-ids", ZOL_FLAME_OK, NULL, "the kernel and all modules have one");
	f->oom = f->oom || without.oom;
}

int zol_flame_check(const struct zol_flame_facts *x, struct zol_flame_findings *f, struct zol_err *err)
{
	ZOL_AUTO(kallsyms) struct zol_kallsyms k = { 0 };
	ZOL_AUTO(free) struct module_count *counts = NULL;

	if (zol_kallsyms_parse(x->kallsyms, &k, err) < 0 || count_functions(&k, &counts, err) < 0)
		return -(int)err->code;
	check_rights(x, f);
	check_addresses(x, &k, f);
	check_unwinder(&k, x->kallsyms, f);
	check_modules(x, &k, counts, f);
	check_build_ids(x, f);
	return f->oom ? zol_err_oom(err) : 0;
}

/* The code of a function, as far as it is in the file. */
static struct zol_span code_of(const struct zol_elf *e, const struct zol_elf_symbol *y)
{
	struct zol_elf_segment p;

	for (size_t i = 0; zol_elf_segment(e, i, &p); i++) {
		if (p.type == 1 && y->value >= p.addr && y->value - p.addr < p.data.len) {
			size_t at = (size_t)(y->value - p.addr), room = p.data.len - at;

			return zol_span(p.data.ptr + at, y->size < room ? (size_t)y->size : room);
		}
	}
	return zol_span("", 0);
}

void zol_flame_check_program(struct zol_span file, const char *name, struct zol_flame_findings *f)
{
	static const char enter[] = "\x55\x48\x89\xe5"; /* push %rbp; mov %rsp,%rbp */
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	size_t functions = 0, with = 0;
	struct zol_elf_section table;
	struct zol_elf_symbol y;
	struct zol_elf e;

	if (zol_elf_open(file, &e, &err) < 0 || e.machine != EM_X86_64)
		return;
	if (!zol_elf_find_type(&e, 2, &table) && !zol_elf_find_type(&e, 11, &table))
		return;
	for (size_t i = 1; zol_elf_symbol(&e, &table, i, &y); i++) {
		/* Small ones may do without in any program. */
		struct zol_span code = y.type == 2 && y.section && y.size >= 64 ? code_of(&e, &y) : zol_span("", 0);

		if (code.len < 16)
			continue;
		functions++;
		with += memmem(code.ptr, 16, enter, 4) != NULL;
	}
	if (functions < 8)
		zol_flame_findings_add(f, "user code", ZOL_FLAME_WARN, NULL, "%s has too few symbols to tell", name);
	else if (with * 2 < functions)
		zol_flame_findings_add(f, "user code", ZOL_FLAME_WARN,
				       "for stacks of user code, build it with -fno-omit-frame-pointer",
				       "%s has frame pointers in %zu of %zu functions", name, with, functions);
	else
		zol_flame_findings_add(f, "user code", ZOL_FLAME_OK, NULL, "%s has frame pointers", name);
}
