/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>

#include "base/path.h"
#include "base/proc.h"
#include "cmd/app.h"
#include "cmd/debug.h"
#include "core/agent_proto.h"
#include "core/settings.h"
#include "sys/monmem.h"
#include "sys/stub.h"

#define MAP_MAX (16U << 20)
#define AGENT_MS 10000U /* a guest that hangs does not answer */
#define STUB_MS 5000U

/* --- from inside --------------------------------------------------------------------------------- */

static int agent_argv(const struct zol_debug *d, struct zol_strv *argv, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str program = ZOL_STR_INIT;

	if (zol_app_program("zolkit-vm", &program, err) < 0)
		return -(int)err->code;
	zol_strv_add(argv, zol_str_c(&program));
	if (d->cli->globals.config) {
		zol_strv_add(argv, "--config");
		zol_strv_add(argv, d->cli->globals.config);
	}
	zol_strv_add(argv, "-g");
	zol_strv_add(argv, d->dirs.guest);
	zol_strv_extend(argv, (const char *const[]){ "vm", "exec", "-N", "--", ZOL_AGENT_PATH, "map", NULL });
	return zol_strv_check(argv, err);
}

static int by_agent(struct zol_debug *d, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	ZOL_AUTO(run_result) struct zol_run_result result = { 0 };
	struct zol_run run = { .timeout_ms = AGENT_MS, .max_output = MAP_MAX };
	struct zol_span said;

	if (agent_argv(d, &argv, err) < 0)
		return -(int)err->code;
	run.spawn = (struct zol_spawn){
		.argv = zol_strv_list(&argv), .in = ZOL_STDIO_NULL, .out = ZOL_STDIO_PIPE, .err = ZOL_STDIO_PIPE
	};
	if (zol_proc_run(&run, &result, err) < 0)
		return -(int)err->code;
	if (result.exit.timed_out)
		return zol_err_set(err, ZOL_CHILD, ETIMEDOUT, "the agent in the guest does not answer");
	said = zol_span_trim(zol_span_str(&result.err));
	if (result.exit.status != 0)
		return zol_err_set(err, ZOL_CHILD, 0, "the agent in the guest gave no map (%.*s)", (int)said.len,
				   said.ptr ? said.ptr : "");
	return zol_modmap_parse(zol_span_str(&result.out), &d->map, err);
}

/* --- from outside -------------------------------------------------------------------------------- */

/* A module of this kernel that has debug information, for a vmlinux that has none; NULL: there is none. */
static int any_module(void *ctx, int dirfd, const char *name, struct zol_err *err)
{
	ZOL_AUTO(err) struct zol_err none = ZOL_ERR_INIT;
	ZOL_AUTO(mapfile) struct zol_mapfile m = { 0 };
	char **ret = ctx;
	bool packed = false;
	struct zol_elf_section s;
	struct zol_elf e;
	int fd;

	if (*ret || zol_symfile_module(name, &packed).len == 0 || packed)
		return 0;
	fd = openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return 0;
	if (zol_mapfile_fd(fd, &m, &none) == 0 && zol_elf_open(m.bytes, &e, &none) == 0 &&
	    zol_elf_find(&e, ".debug_info", &s))
		*ret = zol_fd_path(fd);
	close(fd);
	(void)err;
	return 0;
}

static int layout(struct zol_debug *d, struct zol_err *err)
{
	const char *cache = d->cli->settings->paths.cache;
	ZOL_AUTO(err) struct zol_err first = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *module = NULL;
	ZOL_AUTO(free) char *path = NULL;

	if (zol_vmlinux_layout(&d->kernel, cache, NULL, &first) == 0)
		return 0;
	if (zol_debug_release(d, err) < 0)
		return -(int)err->code;
	path = zol_asprintf("lib/modules/%s", d->map.release ? d->map.release : "");
	if (!path)
		return zol_err_oom(err);
	if (d->rootfd >= 0 && zol_symfiles_walk(d->rootfd, path, any_module, &module, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < d->trees.len && !module; i++)
		if (zol_symfiles_walk(-1, d->trees.v[i], any_module, &module, err) < 0)
			return -(int)err->code;
	if (module)
		return zol_vmlinux_layout(&d->kernel, cache, module, err);
	zol_err_move(err, &first);
	return -(int)err->code;
}

static int prepare(struct zol_debug *d, struct zol_err *err)
{
	return zol_debug_kernel(d, err) < 0 ? -(int)err->code : layout(d, err);
}

static int finish(struct zol_debug *d, struct zol_err *err)
{
	d->have_slide = true;
	return zol_debug_release(d, err);
}

static int by_monitor(struct zol_debug *d, struct zol_err *err)
{
	ZOL_AUTO(qmp) struct zol_qmp q = ZOL_QMP_INIT;
	ZOL_AUTO(monmem) struct zol_monmem m = { 0 };
	struct zol_kmem mem;

	if (zol_debug_need_vm(d, err) < 0 || prepare(d, err) < 0 || zol_debug_monitor(d, &q, err) < 0 ||
	    zol_monmem_init(&m, &q, d->dirs.run, err) < 0)
		return -(int)err->code;
	mem = zol_monmem_mem(&m);
	if (zol_outside_map(&d->kernel, &mem, &d->map, &d->slide, err) < 0)
		return -(int)err->code;
	return finish(d, err);
}

bool zol_debug_paused(const struct zol_debug *d)
{
	ZOL_AUTO(err) struct zol_err none = ZOL_ERR_INIT;
	ZOL_AUTO(qmp) struct zol_qmp q = ZOL_QMP_INIT;
	ZOL_AUTO(json) struct zol_json *answer = NULL;

	return d->running && zol_debug_monitor(d, &q, &none) == 0 &&
	       zol_qmp_command(&q, "query-status", NULL, &answer, &none) == 0 &&
	       !zol_json_bool(zol_json_get(zol_json_get(answer, "return"), "running"), true);
}

static int by_stub(struct zol_debug *d, bool keep, struct zol_err *err)
{
	struct zol_stub s = ZOL_STUB_INIT;
	bool go_on = !keep && !zol_debug_paused(d);
	struct zol_kmem mem;
	int r;

	if (prepare(d, err) < 0 || zol_stub_open(d->where->stub, STUB_MS, &s, err) < 0)
		return -(int)err->code;
	mem = zol_stub_mem(&s);
	r = zol_outside_map(&d->kernel, &mem, &d->map, &d->slide, err);
	d->stopped_us = zol_stub_close(&s, go_on);
	return r < 0 ? r : finish(d, err);
}

static int by_file(struct zol_debug *d, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	if (strcmp(d->where->map, "-") == 0 ? zol_read_fd(STDIN_FILENO, MAP_MAX, &text, err) < 0 :
					      zol_read_file(d->where->map, MAP_MAX, &text, err) < 0)
		return -(int)err->code;
	if (zol_modmap_parse(zol_span_str(&text), &d->map, err) < 0)
		return zol_err_wrap(err, "%s", d->where->map);
	return 0;
}

static int by_anyone(struct zol_debug *d, struct zol_err *err)
{
	if (zol_debug_need_vm(d, err) < 0)
		return -(int)err->code;
	if (!zol_debug_paused(d) && by_agent(d, err) == 0)
		return 0;
	if (err->code != ZOL_OK)
		zol_out_verbose(&d->cli->out, "%s: reading its memory", zol_err_text(err));
	zol_err_clear(err);
	zol_modmap_free(&d->map);
	return by_monitor(d, err);
}

int zol_debug_map(struct zol_debug *d, bool keep, struct zol_err *err)
{
	const struct zol_debug_where *w = d->where;
	int r;

	if (w->map)
		r = by_file(d, err);
	else if (w->stub)
		r = by_stub(d, keep, err);
	else if (w->outside)
		r = by_monitor(d, err);
	else if (w->inside)
		r = zol_debug_need_vm(d, err) < 0 ? -(int)err->code : by_agent(d, err);
	else
		r = by_anyone(d, err);
	if (r < 0)
		return r;
	return zol_modmap_check(&d->map, err);
}

/* --- files --------------------------------------------------------------------------------------- */

/* Where vmlinux lies, from the map's _stext. */
static int find_slide(struct zol_debug *d, struct zol_err *err)
{
	ZOL_AUTO(err) struct zol_err why = ZOL_ERR_INIT;

	if (zol_debug_kernel(d, &why) < 0) {
		/* a map of modules alone still is good for their symbols */
		if (why.code == ZOL_SYSTEM && why.errnum == ENOENT && !d->where->vmlinux) {
			zol_out_warn(&d->cli->out, "%s", zol_err_text(&why));
			return 0;
		}
		zol_err_move(err, &why);
		return -(int)err->code;
	}
	if (!d->have_slide && d->map.stext) {
		d->slide = d->map.stext - d->kernel.stext;
		d->have_slide = true;
	}
	return 0;
}

int zol_debug_files(struct zol_debug *d, struct zol_err *err)
{
	struct zol_symsearch s;
	size_t n = d->map.nmods;

	if (find_slide(d, err) < 0 || zol_debug_release(d, err) < 0)
		return -(int)err->code;
	d->wants = calloc(n ? n : 1, sizeof(*d->wants));
	if (!d->wants)
		return zol_err_oom(err);
	d->nwants = n;
	for (size_t i = 0; i < n; i++) {
		d->wants[i].name = d->map.mods[i].name;
		d->wants[i].build_id = d->map.mods[i].build_id;
	}
	s = zol_debug_search(d);
	if (zol_symfiles_find(&s, d->wants, n, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < n; i++) {
		if (zol_symwant_check(&d->wants[i], err) == 0)
			continue;
		if (!d->where->skip)
			return -(int)err->code;
		zol_out_warn(&d->cli->out, "%s", zol_err_text(err));
		zol_err_clear(err);
	}
	return 0;
}
