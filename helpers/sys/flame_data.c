/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/flame_data.h"

#include <sys/utsname.h>

#include "base/path.h"
#include "base/sig.h"
#include "sys/flame_images.h"
#include "sys/flame_inline.h"
#include "sys/flame_modules.h"
#include "wrap/demangle.h"
#include "wrap/zstd.h"

/* perf gets 5 to 10 times out of zstd; what is far beyond was made to fill the memory. */
#define UNPACK_RATIO 200U
#define UNPACK_LEAST ((size_t)64 << 20)

struct reader {
	const struct zol_flame_source *src;
	const struct zol_events *ev;
	struct zol_perfdata data;
	struct zol_kallsyms kernel, guest;
	struct zol_str kernel_text, guest_text;
	struct zol_images *images;
	struct zol_zstd *zstd;
	struct zol_demangle *demangle;
	struct zol_flame_modules mods;
	struct zol_inliner *inliner;
	size_t unpack_max;
	bool same_machine;
};

static void reader_free(struct reader *r)
{
	zol_perfdata_free(&r->data);
	zol_kallsyms_free(&r->kernel);
	zol_kallsyms_free(&r->guest);
	zol_str_free(&r->kernel_text);
	zol_str_free(&r->guest_text);
	zol_inliner_free(r->inliner);
	zol_images_free(r->images);
	zol_flame_modules_free(&r->mods);
	zol_zstd_free(r->zstd);
	zol_demangle_free(r->demangle);
}
ZOL_CLEANUP_STRUCT(reader, struct reader, reader_free);

static bool is_this_machine(const struct zol_perfdata *d)
{
	struct utsname u;

	return uname(&u) == 0 && zol_span_eq(d->release, u.release) && zol_span_eq(d->hostname, u.nodename);
}

/* A file beside the recording, as `flame record` leaves them; NULL when there is none. */
static char *beside(const struct reader *r, const char *name)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const char *path = r->src->path, *slash = strrchr(path, '/');
	char *p;

	if (!strcmp(path, "-"))
		return NULL;
	p = slash ? zol_asprintf("%.*s/%s", (int)(slash - path), path, name) : strdup(name);
	if (p && zol_exists(p, &err) != 1) {
		free(p);
		p = NULL;
	}
	return p;
}

static int parse_kallsyms(const char *path, struct zol_str *text, struct zol_kallsyms *k, struct zol_err *err)
{
	if (zol_read_file(path, ZOL_READ_MAX, text, err) < 0)
		return -(int)err->code;
	if (zol_kallsyms_parse(zol_span_str(text), k, err) < 0)
		return zol_err_wrap(err, "%s", path);
	return 0;
}

/* vmlinux, for recordings without kallsyms: its functions are the kernel's. */
static int parse_vmlinux(struct reader *r, struct zol_err *err)
{
	const char *path = r->src->where.vmlinux;
	struct zol_elf_section table;
	struct zol_elf_symbol y;
	struct zol_span bytes;
	struct zol_elf e;

	if (zol_read_file(path, ZOL_FLAME_READ_MAX, &r->kernel_text, err) < 0)
		return -(int)err->code;
	bytes = zol_span_str(&r->kernel_text);
	if (zol_elf_open(bytes, &e, err) < 0)
		return zol_err_wrap(err, "%s", path);
	(void)zol_elf_add_symbols(&e, NULL, &r->kernel.syms);
	for (size_t i = 0; i < r->kernel.syms.len; i++)
		r->kernel.syms.v[i].group = 0;
	for (size_t i = 1; zol_elf_find_type(&e, 2, &table) && zol_elf_symbol(&e, &table, i, &y); i++) {
		if (zol_span_eq(y.name, "_text"))
			r->kernel.text = y.value;
		else if (zol_span_eq(y.name, "_stext"))
			r->kernel.stext = y.value;
	}
	return zol_syms_sort(&r->kernel.syms, err);
}

/* With KASLR, a list of another boot fits when the kernel's own symbols are moved. */
static int fit_kernel(struct reader *r, struct zol_err *err)
{
	uint64_t recorded = 0, listed;
	bool stext = false;

	if (!zol_perfdata_kernel_base(&r->data, &recorded, &stext))
		return 0;
	listed = stext ? r->kernel.stext : r->kernel.text;
	if (listed && recorded && listed != recorded) {
		zol_ev_note(r->ev, ZOL_LEVEL_INFO, "the kernel is moved by %#llx: the symbols are of another boot",
			    (unsigned long long)(recorded - listed));
		zol_kallsyms_shift(&r->kernel, recorded - listed);
	}
	return zol_syms_sort(&r->kernel.syms, err);
}

/* What lies beside a recording may be of another one: the release tells, when `flame record` has left it. */
static bool is_of_recording(const struct reader *r)
{
	ZOL_AUTO(free) char *path = beside(r, "release");
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_span release;

	if (!path || zol_read_file(path, 4096, &text, &err) < 0)
		return !r->same_machine;
	release = zol_span_trim(zol_span_str(&text));
	return !r->data.release.len || zol_span_same(release, r->data.release);
}

static int load_kernel(struct reader *r, struct zol_err *err)
{
	const struct zol_flame_where *w = &r->src->where;
	ZOL_AUTO(free) char *near = w->kallsyms || !is_of_recording(r) ? NULL : beside(r, "kallsyms");
	const char *path = w->kallsyms ? w->kallsyms : near;

	if (!path && w->vmlinux)
		return parse_vmlinux(r, err) < 0 ? -(int)err->code : fit_kernel(r, err);
	if (!path && r->same_machine)
		path = "/proc/kallsyms";
	if (!path)
		return 0;
	if (!strncmp(path, "/proc/", 6)) { /* its size is 0 in stat */
		ZOL_AUTO(file) FILE *f = fopen(path, "re");

		if (!f || zol_read_fd(fileno(f), ZOL_READ_MAX, &r->kernel_text, err) < 0)
			return f ? -(int)err->code : zol_err_sys(err, "cannot open %s", path);
		if (zol_kallsyms_parse(zol_span_str(&r->kernel_text), &r->kernel, err) < 0)
			return -(int)err->code;
	} else if (parse_kallsyms(path, &r->kernel_text, &r->kernel, err) < 0) {
		return -(int)err->code;
	}
	zol_ev_note(r->ev, ZOL_LEVEL_INFO, "%zu symbols of the kernel from %s", r->kernel.syms.len, path);
	if (!r->kernel.syms.len && r->kernel.hidden)
		zol_ev_note(r->ev, ZOL_LEVEL_WARN, "%s has no addresses: only root sees them (kptr_restrict)", path);
	return fit_kernel(r, err);
}

static int read_map(const char *path, const char *ids_path, struct zol_modmap *map, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str ids = ZOL_STR_INIT;

	if (zol_read_file(path, ZOL_READ_MAX, &text, err) < 0)
		return -(int)err->code;
	if (zol_modmap_parse(zol_span_str(&text), map, err) < 0)
		return zol_err_wrap(err, "%s", path);
	if (!ids_path)
		return 0;
	if (zol_read_file(ids_path, ZOL_READ_MAX, &ids, err) < 0)
		return -(int)err->code;
	return zol_modmap_notes(map, zol_span_str(&ids), err);
}

/* Modules by their files: where they lie, from the option or from what stands beside the recording. */
static int load_modules(struct reader *r, struct zol_err *err)
{
	const char *given = r->src->where.modules;
	bool ours = !given && is_of_recording(r);
	ZOL_AUTO(free) char *near = ours ? beside(r, "modules") : NULL;
	ZOL_AUTO(free) char *ids = ours ? beside(r, "build-ids") : NULL;
	ZOL_AUTO(free) char *release = zol_span_dup(r->data.release);
	ZOL_AUTO(modmap) struct zol_modmap map = { 0 };
	const char *path = given ? given : near;

	if (!release)
		return zol_err_oom(err);
	if (!path || !zol_name_ok(release))
		return 0;
	r->mods.release = release;
	r->mods.map = &map;
	if (read_map(path, ids, &map, err) < 0 || zol_flame_modules(r->images, &r->mods, &r->kernel, err) < 0)
		return -(int)err->code;
	r->mods.release = NULL; /* they end here */
	r->mods.map = NULL;
	zol_ev_note(r->ev, ZOL_LEVEL_INFO, "%zu of %zu modules of %s have their files there", r->mods.files.len / 2,
		    map.nmods, path);
	if (r->mods.others.len)
		zol_ev_note(r->ev, ZOL_LEVEL_WARN,
			    "%zu modules were built anew since (%s): only kallsyms names their functions",
			    r->mods.others.len, r->mods.others.v[0]);
	return 0;
}

static const struct zol_perf_image *on_image(void *ctx, const struct zol_perf_dso *dso)
{
	struct reader *r = ctx;

	return r->images ? zol_images_get(r->images, dso) : NULL;
}

static int on_unpack(void *ctx, struct zol_span piece, struct zol_str *out, struct zol_err *err)
{
	struct reader *r = ctx;

	if (!r->zstd && zol_zstd_new(&r->zstd, err) < 0)
		return -(int)err->code;
	return zol_zstd_stream(r->zstd, piece, r->unpack_max, out, err);
}

static size_t on_inlined(void *ctx, const struct zol_perf_code *code, const char **names, size_t cap)
{
	struct reader *r = ctx;

	return r->inliner ? zol_inliner_get(r->inliner, code, names, cap) : 0;
}

static bool on_demangle(void *ctx, const char *name, struct zol_str *out)
{
	struct reader *r = ctx;

	return zol_demangle_name(r->demangle, name, out);
}

static int on_progress(void *ctx, uint64_t done, uint64_t total, struct zol_err *err)
{
	struct reader *r = ctx;

	if (!done)
		zol_ev_stage(r->ev, "fold", total, ZOL_UNIT_COUNT);
	zol_ev_progress(r->ev, done);
	return zol_sig_check(err);
}

int zol_flame_data_read(const struct zol_flame_source *src, struct zol_span bytes, const struct zol_events *ev,
			struct zol_stacks *ret, struct zol_fold_stats *ret_stats, struct zol_err *err)
{
	ZOL_AUTO(reader) struct reader r = { .src = src, .ev = ev };
	struct zol_perf_symbols y = { .kernel = &r.kernel,
				      .guest = &r.guest,
				      .ctx = &r,
				      .image = on_image,
				      .unpack = on_unpack,
				      .demangle = on_demangle,
				      .inlined = on_inlined,
				      .progress = on_progress };
	const struct zol_flame_where *w = &src->where;

	r.unpack_max = bytes.len > SIZE_MAX / UNPACK_RATIO ? SIZE_MAX : bytes.len * UNPACK_RATIO;
	if (r.unpack_max < UNPACK_LEAST)
		r.unpack_max = UNPACK_LEAST;
	if (zol_perfdata_open(bytes, &r.data, err) < 0)
		return -(int)err->code;
	r.same_machine = is_this_machine(&r.data);
	if (zol_demangle_new(&r.demangle, err) < 0 ||
	    zol_images_new(w->root ? w->root : "/", r.same_machine || w->root, &r.images, err) < 0)
		return -(int)err->code;
	zol_images_build_ids(r.images, &r.data);
	if (load_kernel(&r, err) < 0 || load_modules(&r, err) < 0)
		return -(int)err->code;
	if (w->guest_kallsyms && parse_kallsyms(w->guest_kallsyms, &r.guest_text, &r.guest, err) < 0)
		return -(int)err->code;
	if (src->opts->inlined && zol_inliner_new(r.images, &r.mods.files, w->vmlinux, &r.inliner, err) < 0)
		return -(int)err->code;
	return zol_perffold(&r.data, src->opts, &y, ret, ret_stats, err);
}
