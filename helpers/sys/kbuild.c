/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/kbuild.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "base/lock.h"
#include "base/num.h"
#include "base/path.h"
#include "sys/kbuild_publish.h"
#include "sys/kheaders.h"
#include "sys/korigin.h"
#include "sys/ktree.h"

#define RECORD_MAX (1U << 20)
#define STAGING "modules.tmp"
#define LOCK_WAIT_MS 5000U
#define ORPHANS_WAIT_MS 300000U
/* Any fixed time does: what matters is that objects with __DATE__-like contents come from the cache. */
#define TIMESTAMP "Thu Jan  1 00:00:00 UTC 2026"

void zol_kbuilt_free(struct zol_kbuilt *b)
{
	zol_krecord_free(&b->record);
	zol_kmerged_free(&b->merged);
	zol_strv_free(&b->errors);
}

/* What a run carries from step to step. */
struct work {
	const struct zol_kbuild *job;
	const struct zol_events *ev;
	struct zol_kbuilt *ret;
	struct zol_kenv env;
	struct zol_str tree, build, ccache_dir, staging, release, image;
	uint64_t inputs;
	bool fresh;           /* nothing was compiled before */
	uint64_t known_steps; /* of a build from nothing */
	uint64_t ms;
	struct zol_kmake seen;
};

static void work_free(struct work *w)
{
	zol_str_free(&w->tree);
	zol_str_free(&w->build);
	zol_str_free(&w->ccache_dir);
	zol_str_free(&w->staging);
	zol_str_free(&w->release);
	zol_str_free(&w->image);
	zol_kmake_free(&w->seen);
}
ZOL_CLEANUP_STRUCT(work, struct work, work_free);

int zol_kbuild_record(const char *dir, struct zol_krecord *ret, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_path_join(dir, "kernel.ini");
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	if (!path)
		return zol_err_oom(err);
	if (!zol_kbuild_complete(dir))
		return 1;
	int rc = zol_read_file(path, RECORD_MAX, &text, err);

	if (rc == 0)
		rc = zol_krecord_parse(ret, zol_span_str(&text), err);
	return rc < 0 ? zol_err_wrap(err, "%s", path) : 0;
}

/* --- inputs -------------------------------------------------------------------------------------- */

static uint64_t add_program(uint64_t seed, const char *name)
{
	ZOL_AUTO(free) char *path = zol_path_which(name);
	struct stat st = { 0 };

	if (!path || stat(path, &st) < 0)
		return zol_fnv64(seed, name, strlen(name));
	const int64_t facts[] = { (int64_t)st.st_size, (int64_t)st.st_mtim.tv_sec, (int64_t)st.st_ino };

	seed = zol_fnv64(seed, path, strlen(path) + 1);
	return zol_fnv64(seed, facts, sizeof(facts));
}

static int add_base(const struct work *w, uint64_t *seed, struct zol_err *err)
{
	const char *base = w->job->base;
	ZOL_AUTO(str) struct zol_str path = ZOL_STR_INIT, text = ZOL_STR_INIT;

	*seed = zol_fnv64(*seed, base, strlen(base) + 1);
	if (zol_kmerge_base_is_target(base) || strcmp(base, "current") == 0)
		return 0;
	int rc = zol_kmerge_base_path(base, zol_str_c(&w->build), &path, err);

	if (rc == 0)
		rc = zol_ktree_read_config(zol_str_c(&path), &text, err);
	if (rc == 0)
		*seed = zol_fnv64(*seed, zol_str_c(&text), text.len);
	return rc;
}

/* One number for all that the result depends on. */
static int take_inputs(struct work *w, struct zol_err *err)
{
	static const char *const programs[] = { "gcc", "ld", "as", "make" };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	uint64_t seed;
	int rc = zol_ktree_fingerprint(zol_str_c(&w->tree), &seed, err);

	if (rc == 0)
		rc = add_base(w, &seed, err);
	if (rc < 0)
		return rc;
	zol_kfrags_text(w->job->settings, &text);
	zol_str_printf(&text, "ARCH=%s\n", w->job->arch);
	rc = zol_str_check(&text, err);
	if (rc < 0)
		return rc;
	seed = zol_fnv64(seed, text.ptr, text.len);
	if (w->job->chroot)
		rc = zol_kchroot_programs(w->job->chroot, &seed, err);
	for (size_t i = 0; !w->job->chroot && i < ZOL_COUNT(programs); i++)
		seed = add_program(seed, programs[i]);
	w->inputs = seed;
	return rc;
}

static bool modules_there(const char *guest_root, const char *release)
{
	struct zol_err ignored = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *path = zol_asprintf("/lib/modules/%s/modules.dep", release);
	ZOL_AUTO(fd) int root = zol_root_open(guest_root, &ignored);
	ZOL_AUTO(fd) int fd = root >= 0 && path ? zol_open_in(root, path, O_PATH, 0, &ignored) : -1;

	zol_err_clear(&ignored);
	return fd >= 0;
}

/* Whether the present results came from the same inputs and are where they belong. */
static int is_current(struct work *w, struct zol_err *err)
{
	ZOL_AUTO(krecord) struct zol_krecord old = { 0 };
	char inputs[17];
	int rc = zol_kbuild_record(w->job->dir, &old, err);

	if (rc != 0) /* A record that cannot be read is no reason not to build. */
		return zol_err_clear(err), 0;
	w->known_steps = old.steps;
	snprintf(inputs, sizeof(inputs), "%016" PRIx64, w->inputs);
	if (w->job->force || !old.inputs || !old.release || strcmp(old.inputs, inputs) != 0)
		return 0;
	if (w->job->guest_root && old.modules &&
	    (!modules_there(w->job->guest_root, old.release) || !zol_kheaders_there(w->job->guest_root, old.release)))
		return 0;
	w->ret->record = old;
	old = (struct zol_krecord){ 0 };
	return 1;
}

/* --- steps --------------------------------------------------------------------------------------- */

static int check_tree(const char *tree, struct zol_err *err)
{
	ZOL_AUTO(free) char *config = zol_path_join(tree, ".config");
	ZOL_AUTO(free) char *made = zol_path_join(tree, "include/config");

	if (!config || !made)
		return zol_err_oom(err);
	if (access(config, F_OK) < 0 && access(made, F_OK) < 0)
		return 0;
	zol_err_set(err, ZOL_USAGE, 0, "%s was configured in place, so that it cannot be built elsewhere", tree);
	return zol_err_hint(err, "save its .config if you need it, then: make -C %s mrproper", tree);
}

static void set_env(struct work *w, int lock)
{
	const struct zol_kbuild *job = w->job;

	zol_str_printf(&w->ccache_dir, "%s/ccache", job->cache);
	w->env = (struct zol_kenv){ .source = zol_str_c(&w->tree),
				    .build = zol_str_c(&w->build),
				    .arch = job->arch,
				    .jobs = job->jobs,
				    .ccache = job->ccache ? zol_kenv_ccache() : NULL,
				    .ccache_dir = zol_str_c(&w->ccache_dir),
				    .timestamp = TIMESTAMP,
				    .log = -1,
				    .keep = lock };
}

/* What make needs is shown to the guest, and no more: its processes write to none of the host's other files. */
static int set_chroot(struct work *w, struct zol_err *err)
{
	struct zol_kchroot *c = w->job->chroot;
	int rc = 0;

	w->env.runner = zol_kchroot_run;
	w->env.ctx = c;
	w->env.ccache = c->ccache = w->job->ccache ? zol_kchroot_ccache(c) : NULL;
	zol_str_truncate(&w->ccache_dir, 0);
	zol_str_printf(&w->ccache_dir, "%s/ccache", w->job->dir);
	zol_str_printf(&w->staging, "%s/" STAGING, w->job->dir);
	if (zol_str_check(&w->ccache_dir, err) < 0 || zol_str_check(&w->staging, err) < 0)
		return -(int)err->code;
	if (c->ccache)
		rc = zol_mkdirs(zol_str_c(&w->ccache_dir), 0755, err);
	w->env.ccache_dir = zol_str_c(&w->ccache_dir);
	c->source = w->env.source;
	c->dirs[0] = w->env.build;
	c->dirs[1] = zol_str_c(&w->staging);
	c->dirs[2] = c->ccache ? w->env.ccache_dir : NULL;
	return rc < 0 ? rc : 0;
}

static int configure(struct work *w, struct zol_err *err)
{
	struct stat st;
	ZOL_AUTO(free) char *compiled = zol_path_join(zol_str_c(&w->build), "init/main.o");

	if (!compiled)
		return zol_err_oom(err);
	w->fresh = stat(compiled, &st) < 0;
	zol_ev_stage(w->ev, "configure", 0, ZOL_UNIT_COUNT);
	const struct zol_kbuild *job = w->job;
	struct zol_kmerged *merged = &w->ret->merged;
	const char *build = zol_str_c(&w->build);
	int rc = job->config ? zol_kmerge_confirm(&w->env, build, job->config, job->settings, merged, err) :
			       zol_kmerge_run(&w->env, build, job->base, job->settings, merged, err);

	if (rc < 0)
		return rc;
	if (job->configured)
		job->configured(job->ctx, merged);
	return w->ret->merged.nunmet ? 2 : 0;
}

static int compile(struct work *w, struct zol_err *err)
{
	static const char *const all[] = { "all", NULL };
	uint64_t start = zol_now_ms();

	zol_ev_stage(w->ev, "compile", w->fresh ? w->known_steps : 0, ZOL_UNIT_COUNT);
	int rc = zol_kenv_make(&w->env, all, w->ev, &w->seen, err);

	w->ms = zol_now_ms() - start;
	zol_strv_extend(&w->ret->errors, zol_strv_list(&w->seen.errors));
	if (rc < 0)
		return rc;
	if (w->fresh)
		w->known_steps = w->seen.steps;
	rc = zol_kenv_ask(&w->env, "kernelrelease", &w->release, err);
	if (rc == 0)
		rc = zol_kenv_ask(&w->env, "image_name", &w->image, err);
	if (rc == 0 && (!zol_name_ok(zol_str_c(&w->release)) || !w->image.len || w->image.ptr[0] == '/' ||
			strstr(zol_str_c(&w->image), "..")))
		rc = zol_err_set(err, ZOL_CHILD, 0, "make gave no usable release ('%s') or image name ('%s')",
				 zol_str_c(&w->release), zol_str_c(&w->image));
	return rc;
}

static uint64_t count_modules(const char *build)
{
	ZOL_AUTO(free) char *path = zol_path_join(build, "modules.order");
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_err ignored = ZOL_ERR_INIT;
	uint64_t n = 0;

	if (path && zol_read_file(path, RECORD_MAX, &text, &ignored) == 0)
		for (size_t i = 0; i < text.len; i++)
			n += text.ptr[i] == '\n';
	zol_err_clear(&ignored);
	return n;
}

static int headers(struct work *w, struct zol_err *err)
{
	const struct zol_kheaders h = { .tree = zol_str_c(&w->tree),
					.build = zol_str_c(&w->build),
					.arch = w->job->arch,
					.release = zol_str_c(&w->release),
					.guest_root = w->job->guest_root };
	int rc = zol_kheaders_install(&h, err);

	if (rc == 1)
		zol_ev_note(w->ev, ZOL_LEVEL_NOTE, "the guest's /usr/src/linux stays: it is not ours");
	return rc < 0 ? rc : 0;
}

static int modules(struct work *w, struct zol_err *err)
{
	const struct zol_kset *enabled = zol_kfrags_find(&w->ret->merged.config, "MODULES");
	ZOL_AUTO(free) char *staging = zol_path_join(w->job->dir, STAGING);
	ZOL_AUTO(free) char *path = zol_asprintf("INSTALL_MOD_PATH=%s/" STAGING, w->job->dir);

	if (!staging || !path)
		return zol_err_oom(err);
	if (!w->job->guest_root || !enabled || strcmp(enabled->value, "y") != 0)
		return 0;
	const char *const targets[] = { "modules_install", path, NULL };

	zol_ev_stage(w->ev, "modules", 0, ZOL_UNIT_COUNT);
	int rc = zol_rmtree(AT_FDCWD, staging, err);

	if (rc == 0 && zol_mkdirs(staging, 0755, err) < 0)
		rc = -(int)err->code;
	if (rc == 0)
		rc = zol_kenv_make(&w->env, targets, w->ev, &w->seen, err);
	if (rc == 0)
		rc = zol_kmodules_install(staging, zol_str_c(&w->release), w->job->guest_root, err);
	if (rc == 0)
		rc = headers(w, err);
	if (rc == 0)
		rc = zol_rmtree(AT_FDCWD, staging, err);
	return rc;
}

static char *now_text(void)
{
	time_t t = time(NULL);
	struct tm tm;
	char buf[32];

	if (!gmtime_r(&t, &tm) || !strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%SZ", &tm))
		return NULL;
	return zol_asprintf("%s", buf);
}

static int record(struct work *w, struct zol_err *err)
{
	struct zol_krecord *r = &w->ret->record;
	const struct zol_str *config = &w->ret->merged.text;
	ZOL_AUTO(str) struct zol_str origin = ZOL_STR_INIT;

	if (zol_korigin(w->job->source, zol_str_c(&w->tree), &origin, err) < 0)
		return -(int)err->code;
	r->origin = origin.len ? zol_str_take(&origin) : NULL;
	r->release = zol_asprintf("%s", zol_str_c(&w->release));
	r->source = zol_asprintf("%s", w->job->source);
	r->where = zol_asprintf("%s", w->job->chroot ? "chroot" : "host");
	r->build = zol_asprintf("%s", zol_str_c(&w->build));
	r->fragments = zol_asprintf("%s", w->job->names ? w->job->names : "");
	r->base = zol_asprintf("%s", w->job->base);
	r->config_hash = zol_asprintf("%016" PRIx64, zol_fnv64(ZOL_FNV_SEED, zol_str_c(config), config->len));
	r->inputs = zol_asprintf("%016" PRIx64, w->inputs);
	r->date = now_text();
	r->steps = w->known_steps;
	r->modules = count_modules(zol_str_c(&w->build));
	r->ms = w->ms;
	if (!r->release || !r->source || !r->where || !r->build || !r->fragments || !r->base || !r->config_hash ||
	    !r->inputs || !r->date)
		return zol_err_oom(err);
	const struct zol_kresults results = {
		.dir = w->job->dir, .build = zol_str_c(&w->build), .image = zol_str_c(&w->image), .record = r
	};

	return zol_kbuild_publish(&results, err);
}

/* Everything behind the lock. */
static int steps(struct work *w, struct zol_err *err)
{
	int rc = check_tree(zol_str_c(&w->tree), err);

	if (rc == 0)
		rc = take_inputs(w, err);
	if (rc == 0)
		rc = is_current(w, err);
	if (rc != 0)
		return rc;
	ZOL_AUTO(free) char *path = zol_path_join(w->job->dir, "build.log");

	if (!path)
		return zol_err_oom(err);
	ZOL_AUTO(fd) int log = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (log < 0)
		return zol_err_sys(err, "cannot write %s", path);
	w->env.log = log;
	rc = configure(w, err);
	if (rc == 0)
		rc = compile(w, err);
	/* Modules first: results must never be newer than the modules that belong to them. */
	if (rc == 0)
		rc = modules(w, err);
	if (rc == 0)
		rc = record(w, err);
	return rc;
}

/* Compilers of a killed run still hold the lock until they end: for them it pays to wait longer. */
static int take_lock(const char *path, const struct zol_events *ev, struct zol_err *err)
{
	ZOL_AUTO(err) struct zol_err first = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str what = ZOL_STR_INIT;
	struct zol_err ignored = ZOL_ERR_INIT;
	int64_t pid = 0;
	int fd = zol_lock_take(path, "kernel build", LOCK_WAIT_MS, &first);

	if (fd >= 0)
		return fd;
	int held = zol_lock_holder(path, &pid, &what, &ignored);

	zol_err_clear(&ignored);
	if (held == 1 && pid > 0 && kill((pid_t)pid, 0) < 0 && errno == ESRCH) {
		zol_ev_note(ev, ZOL_LEVEL_NOTE, "waiting for what a killed build left running");
		return zol_lock_take(path, "kernel build", ORPHANS_WAIT_MS, err);
	}
	zol_err_move(err, &first);
	return -(int)err->code;
}

int zol_kbuild_run(const struct zol_kbuild *job, const struct zol_events *ev, struct zol_kbuilt *ret,
		   struct zol_err *err)
{
	ZOL_AUTO(work) struct work w = { .job = job, .ev = ev, .ret = ret };
	ZOL_AUTO(free) char *lock_path = zol_path_join(job->dir, "lock");

	if (job->build)
		zol_str_puts(&w.build, job->build);
	else
		zol_str_printf(&w.build, "%s/build", job->dir);
	if (!lock_path || zol_str_check(&w.build, err) < 0)
		return lock_path ? -(int)err->code : zol_err_oom(err);
	int rc = zol_mkdirs(job->dir, 0755, err);

	if (rc >= 0)
		rc = zol_mkdirs(zol_str_c(&w.build), 0755, err);
	if (rc < 0)
		return rc;
	ZOL_AUTO(fd) int lock = take_lock(lock_path, ev, err);

	if (lock < 0)
		return lock;
	rc = zol_ktree_resolve(job->source, job->cache, ev, &w.tree, err);
	if (rc < 0)
		return rc;
	set_env(&w, lock);
	if (job->chroot)
		rc = set_chroot(&w, err);
	return rc < 0 ? rc : steps(&w, err);
}

/* --- plan ---------------------------------------------------------------------------------------- */

static void plan_make(const struct zol_kenv *k, const char *target, const char *more, struct zol_str *out)
{
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT, inside = ZOL_STRV_INIT;
	const char *const targets[] = { target, more, NULL };

	zol_kenv_argv(k, targets, &argv);
	if (k->ctx)
		zol_kchroot_argv(k->ctx, zol_strv_list(&argv), NULL, &inside);
	zol_str_shell_join(out, zol_strv_list(k->ctx ? &inside : &argv));
	zol_str_putc(out, '\n');
}

int zol_kbuild_plan(const struct zol_kbuild *job, struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(free) char *build = zol_path_join(job->dir, "build");
	ZOL_AUTO(free) char *staging = zol_asprintf("INSTALL_MOD_PATH=%s/" STAGING, job->dir);
	bool archive = zol_ktree_is_archive(job->source);
	struct zol_kenv k = { .source = archive ? "SOURCE" : job->source,
			      .build = job->build ? job->build : build,
			      .arch = job->arch,
			      .jobs = job->jobs,
			      .ctx = job->chroot };

	if (!build || !staging)
		return zol_err_oom(err);
	if (job->chroot) {
		job->chroot->source = k.source;
		job->chroot->dirs[0] = k.build;
	}
	if (archive)
		zol_str_printf(out, "# unpack %s below %s/kernel/src, unless it is there: SOURCE\n", job->source,
			       job->cache);
	if (zol_kmerge_base_is_target(job->base))
		plan_make(&k, job->base, NULL, out);
	else
		zol_str_printf(out, "# base configuration: %s\n", job->base);
	zol_str_printf(out, "# append %zu settings to %s/.config\n", job->settings->len, k.build);
	plan_make(&k, "olddefconfig", NULL, out);
	plan_make(&k, "all", NULL, out);
	if (job->guest_root) {
		plan_make(&k, "modules_install", staging, out);
		zol_str_printf(out, "# copy the modules to %s/lib/modules\n", job->guest_root);
	}
	zol_str_printf(out, "# switch %s/current to the new bzImage, vmlinux, System.map, config, release\n", job->dir);
	return zol_str_check(out, err);
}
