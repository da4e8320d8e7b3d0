/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/vm_reload.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "base/num.h"
#include "base/path.h"
#include "core/kmods.h"

#define OUTPUT_MAX (8U << 20)
#define COMMAND_MS 300000U

void zol_reloaded_free(struct zol_reloaded *r)
{
	zol_strv_free(&r->pools);
	zol_strv_free(&r->modules);
	zol_strv_free(&r->holders);
	free(r->before);
	free(r->after);
}

struct work {
	struct zol_link *l;
	const struct zol_reload *how;
	const struct zol_events *ev;
	struct zol_reloaded *ret;
	struct zol_strv dirs; /* where vdevs of the pools are */
	bool zed;             /* the event daemon ran */
	char *srcversion;
};

static void work_free(struct work *w)
{
	zol_strv_free(&w->dirs);
	free(w->srcversion);
}
ZOL_CLEANUP_STRUCT(work, struct work, work_free);

/* Runs a command in the guest; *ret_status is its own, out gets its two outputs. */
static int guest_run(struct work *w, const char *const *argv, struct zol_str *out, int *ret_status, struct zol_err *err)
{
	ZOL_AUTO(exec_spec) struct zol_exec_spec spec = { .no_stdin = true };
	ZOL_AUTO(fd) int fd = memfd_create("zolkit-reload", MFD_CLOEXEC);
	struct zol_exec x = { .spec = &spec, .in = -1, .out = fd, .err = fd, .timeout_ms = COMMAND_MS };
	struct zol_exec_result result = { 0 };

	if (fd < 0)
		return zol_err_sys(err, "no memory for a command's output");
	zol_strv_extend(&spec.argv, argv);
	zol_strv_add(&spec.env, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	zol_strv_add(&spec.env, "LC_ALL=C");
	if (zol_strv_check(&spec.argv, err) || zol_strv_check(&spec.env, err) || zol_exec_run(w->l, &x, &result, err))
		return -(int)err->code;
	if (result.timed_out)
		return zol_err_set(err, ZOL_CHILD, ETIMEDOUT, "%s in the guest", argv[0]);
	*ret_status = result.status;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return zol_err_sys(err, "a command's output");
	return zol_read_fd(fd, OUTPUT_MAX, out, err);
}

/* A fixed script for the guest's shell, with words as $1 ... */
static int guest_sh(struct work *w, const char *script, const char *word, struct zol_str *out, int *ret_status,
		    struct zol_err *err)
{
	const char *const argv[] = { "/bin/sh", "-c", script, "sh", word, NULL };

	return guest_run(w, argv, out, ret_status, err);
}

/* --- what is there ------------------------------------------------------------------------------- */

static const char look_script[] = "echo =modules; cat /proc/modules\n"
				  "[ -d /sys/module/zfs ] || exit 0\n"
				  "echo =version; cat /sys/module/zfs/version; cat /sys/module/zfs/srcversion\n"
				  "echo =zed; pidof zed || :\n"
				  "[ -c /dev/zfs ] || exit 0\n"
				  "echo =pools; zpool list -vHP -o name 2>/dev/null || zpool list -H -o name\n";

static void add_pool_line(struct work *w, struct zol_span line)
{
	struct zol_span first;
	const char *slash;

	if (line.ptr[0] != '\t') {
		if (zol_span_field(&line, "\t", &first))
			zol_strv_addn(&w->ret->pools, first.ptr, first.len);
		return;
	}
	if (!zol_span_field(&line, "\t", &first) || first.ptr[0] != '/')
		return;
	slash = memrchr(first.ptr, '/', first.len);
	ZOL_AUTO(free) char *dir = zol_span_dup(zol_span(first.ptr, (size_t)(slash - first.ptr)));

	if (dir && *dir && !zol_strv_has(&w->dirs, dir))
		zol_strv_add(&w->dirs, dir);
}

static void take_line(struct work *w, struct zol_span section, struct zol_span line, struct zol_str *modules)
{
	if (zol_span_eq(section, "=modules")) {
		zol_str_add(modules, line.ptr, line.len);
		zol_str_putc(modules, '\n');
	} else if (zol_span_eq(section, "=version")) {
		char **to = w->ret->before ? &w->srcversion : &w->ret->before;

		if (!*to)
			*to = zol_span_dup(line);
	} else if (zol_span_eq(section, "=zed")) {
		w->zed = true;
	} else if (zol_span_eq(section, "=pools")) {
		add_pool_line(w, line);
	}
}

static int look(struct work *w, struct zol_kmods *mods, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT, modules = ZOL_STR_INIT;
	struct zol_span rest, line, section = zol_span("", 0);
	int status = 0;

	if (guest_sh(w, look_script, "", &text, &status, err))
		return -(int)err->code;
	rest = zol_span_str(&text);
	while (zol_span_line(&rest, &line)) {
		if (!line.len)
			continue;
		if (line.ptr[0] == '=')
			section = line;
		else
			take_line(w, section, line, &modules);
	}
	if (zol_str_check(&modules, err) || zol_strv_check(&w->ret->pools, err) || zol_strv_check(&w->dirs, err))
		return -(int)err->code;
	return zol_kmods_parse(zol_span_str(&modules), mods, err);
}

static const char holders_script[] = "echo =mounts; cat /proc/mounts\n"
				     "echo =comm; grep -H . /proc/[0-9]*/comm 2>/dev/null\n"
				     "echo =fds; ls -l /proc/[0-9]*/fd 2>/dev/null\n"
				     "ls -ld /proc/[0-9]*/cwd /proc/[0-9]*/root 2>/dev/null\n"
				     "echo =holders; ls -d /sys/block/zd*/holders/* 2>/dev/null\n"
				     "echo =swaps; cat /proc/swaps\n";

/* Adds who is in the way, after the line that says what failed. */
static int tell_holders(struct work *w, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	int status = 0;

	if (guest_sh(w, holders_script, "", &text, &status, err))
		return -(int)err->code;
	zol_kmods_holders(zol_span_str(&text), &w->ret->holders);
	return zol_strv_check(&w->ret->holders, err);
}

static int add_failure(struct work *w, const char *what, const struct zol_str *output)
{
	struct zol_span line, text = zol_span_str(output), last = zol_span("", 0);

	while (zol_span_line(&text, &line))
		if (zol_span_trim(line).len)
			last = line;
	zol_strv_addf(&w->ret->holders, "%s: %.*s", what, (int)last.len, last.ptr);
	return 1;
}

/* What a command said, as one line. */
static int failed(struct zol_err *err, const char *what, const struct zol_str *output)
{
	struct zol_span text = zol_span_trim(zol_span_str(output));

	return zol_err_set(err, ZOL_CHILD, 0, "%s: %.*s", what, (int)text.len, text.len ? text.ptr : "");
}

/* --- steps --------------------------------------------------------------------------------------- */

static int import_pools(struct work *w, size_t n, struct zol_err *err)
{
	for (size_t i = 0; i < n; i++) {
		ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
		ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
		int status = 0;

		zol_strv_add(&argv, "zpool");
		zol_strv_add(&argv, "import");
		for (size_t d = 0; d < w->dirs.len; d++) {
			zol_strv_add(&argv, "-d");
			zol_strv_add(&argv, w->dirs.v[d]);
		}
		zol_strv_add(&argv, w->ret->pools.v[i]);
		if (zol_strv_check(&argv, err) || guest_run(w, zol_strv_list(&argv), &out, &status, err))
			return -(int)err->code;
		if (status)
			return failed(err, w->ret->pools.v[i], &out);
	}
	return 0;
}

static int stop_zed(struct work *w, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	int status;

	if (!w->zed)
		return 0;
	return guest_sh(
		w, "kill $(pidof zed); for i in 1 2 3 4 5 6 7 8 9 10; do pidof zed >/dev/null || break; sleep 1; done",
		"", &out, &status, err);
}

static int start_zed(struct work *w, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	int status = 0;

	if (!w->zed)
		return 0;
	if (guest_sh(w, "exec zed </dev/null >/dev/null 2>&1", "", &out, &status, err))
		return -(int)err->code;
	if (status)
		zol_ev_note(w->ev, ZOL_LEVEL_WARN, "zed, which ran before, does not start again (status %d)", status);
	return 0;
}

/* What was taken away before it was clear that it cannot be done. */
static int restore(struct work *w, size_t exported, struct zol_err *err)
{
	if (import_pools(w, exported, err) || start_zed(w, err))
		return -(int)err->code;
	return 1;
}

static int export_pools(struct work *w, struct zol_err *err)
{
	for (size_t i = 0; i < w->ret->pools.len; i++) {
		const char *name = w->ret->pools.v[i];
		const char *const argv[] = { "zpool", "export", w->how->force ? "-f" : name,
					     w->how->force ? name : NULL, NULL };
		ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
		int status = 0;

		if (guest_run(w, argv, &out, &status, err))
			return -(int)err->code;
		if (!status)
			continue;
		add_failure(w, name, &out);
		if (tell_holders(w, err))
			return -(int)err->code;
		return restore(w, i, err);
	}
	return 0;
}

static int held(struct work *w, const struct zol_strv *blocked, struct zol_err *err)
{
	zol_strv_extend(&w->ret->holders, zol_strv_list(blocked));
	if (tell_holders(w, err))
		return -(int)err->code;
	return restore(w, w->ret->pools.len, err);
}

static int unload(struct work *w, const struct zol_kmods *mods, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv order = ZOL_STRV_INIT, blocked = ZOL_STRV_INIT;

	if (zol_kmods_order(mods, zol_kmods_zfs, &order, &blocked, err))
		return -(int)err->code;
	if (blocked.len)
		return held(w, &blocked, err);
	for (size_t i = 0; i < order.len; i++) {
		const char *const argv[] = { "rmmod", order.v[i], NULL };
		ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
		int status = 0;

		if (guest_run(w, argv, &out, &status, err))
			return -(int)err->code;
		if (status) {
			add_failure(w, order.v[i], &out);
			return held(w, &blocked, err);
		}
		zol_strv_add(&w->ret->modules, order.v[i]);
	}
	return zol_strv_check(&w->ret->modules, err);
}

static int load(struct work *w, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT, now = ZOL_STR_INIT;
	const char *const argv[] = { "modprobe", "zfs", NULL };
	struct zol_span rest, version, src = zol_span("", 0);
	int status = 0;

	if (zol_link_request(w->l, ZOL_REQ_DROP_CACHES, 3, COMMAND_MS, err) || guest_run(w, argv, &out, &status, err))
		return -(int)err->code;
	if (status) {
		(void)failed(err, "modprobe zfs in the guest", &out);
		return zol_err_hint(err, "is it built for the guest's kernel? zolkit vm exec -- uname -r");
	}
	if (guest_sh(w, "cat /sys/module/zfs/version /sys/module/zfs/srcversion", "", &now, &status, err))
		return -(int)err->code;
	rest = zol_span_str(&now);
	if (!status && zol_span_line(&rest, &version)) {
		w->ret->after = zol_span_dup(version);
		(void)zol_span_line(&rest, &src);
	}
	w->ret->same = w->srcversion && zol_span_eq(src, w->srcversion);
	return 0;
}

/* Begins a step; the one before, if it has a place for its time, is over. */
static uint64_t next(struct work *w, const char *name, uint64_t since, uint64_t *ret_ms)
{
	uint64_t now = zol_now_ms();

	if (ret_ms)
		*ret_ms = now - since;
	if (name)
		zol_ev_stage(w->ev, name, 0, ZOL_UNIT_COUNT);
	return now;
}

static int steps(struct work *w, const struct zol_kmods *mods, struct zol_err *err)
{
	struct zol_reloaded *r = w->ret;
	uint64_t begun = next(w, "export", 0, NULL);
	int rc = stop_zed(w, err);

	if (rc == 0)
		rc = export_pools(w, err);
	if (rc)
		return rc;
	begun = next(w, "unload", begun, &r->ms_export);
	rc = unload(w, mods, err);
	if (rc)
		return rc;
	begun = next(w, "load", begun, &r->ms_unload);
	rc = load(w, err);
	if (rc)
		return rc;
	begun = next(w, "import", begun, &r->ms_load);
	if (!w->how->no_import)
		rc = import_pools(w, r->pools.len, err);
	(void)next(w, NULL, begun, &r->ms_import);
	return rc ? rc : start_zed(w, err);
}

int zol_vm_reload_run(struct zol_link *l, const struct zol_reload *how, const struct zol_events *ev,
		      struct zol_reloaded *ret, struct zol_err *err)
{
	ZOL_AUTO(work) struct work w = { .l = l, .how = how, .ev = ev, .ret = ret };
	ZOL_AUTO(kmods) struct zol_kmods mods = { 0 };

	if (look(&w, &mods, err))
		return -(int)err->code;
	return steps(&w, &mods, err);
}
