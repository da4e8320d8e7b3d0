/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <time.h>

#include "base/num.h"
#include "base/path.h"
#include "base/progress.h"
#include "base/sig.h"
#include "cmd/debug.h"
#include "sys/clone_copy.h"
#include "sys/monmem.h"
#include "sys/unflatten.h"

#define STEP_MS 200
#define CORE "vmcore"
#define CRASH "crash.commands"
#define COREINFO "vmcoreinfo"

/* --- QEMU's part --------------------------------------------------------------------------------- */

/* "auto" is what crash reads and is small; QEMU without zlib has ELF alone. */
static int choose_format(struct zol_qmp *q, const char *asked, const char **ret, struct zol_err *err)
{
	ZOL_AUTO(json) struct zol_json *answer = NULL;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	*ret = asked && strcmp(asked, "auto") != 0 ? asked : "kdump-zlib";
	if (zol_qmp_command(q, "query-dump-guest-memory-capability", NULL, &answer, err) < 0 ||
	    zol_json_dump(zol_json_get(answer, "return"), false, &text, err) < 0)
		return -(int)err->code;
	if (strstr(zol_str_c(&text), *ret))
		return 0;
	if (asked && strcmp(asked, "auto") != 0)
		return zol_err_set(err, ZOL_USAGE, 0, "this QEMU does not write %s", asked);
	*ret = "elf";
	return 0;
}

static int begin(struct zol_qmp *q, const char *path, const char *format, struct zol_err *err)
{
	struct zol_json *args = zol_json_object();
	ZOL_AUTO(free) char *to = zol_asprintf("file:%s", path);

	if (!to) {
		zol_json_free(args);
		return zol_err_oom(err);
	}
	zol_json_set_bool(args, "paging", false);
	zol_json_set_str(args, "protocol", to);
	zol_json_set_bool(args, "detach", true);
	zol_json_set_str(args, "format", format);
	q->want_event = "DUMP_COMPLETED";
	return zol_qmp_command(q, "dump-guest-memory", args, NULL, err);
}

/* QEMU's own words on a dump that has failed (the event's), else the likeliest reason. */
static int failed(const struct zol_qmp *q, struct zol_err *err)
{
	const char *why = zol_json_str(zol_json_get(zol_json_get(q->event, "data"), "error"), NULL);

	zol_err_set(err, ZOL_SYSTEM, 0, "QEMU could not write the dump%s%s", why ? ": " : "", why ? why : "");
	return zol_err_hint(err, "is the disk full?");
}

static int wait_done(struct zol_qmp *q, const struct zol_events *ev, struct zol_err *err)
{
	bool told = false;

	for (;;) {
		ZOL_AUTO(json) struct zol_json *answer = NULL;
		const struct zol_json *v;
		const char *status;

		if (zol_sig_check(err) < 0 || zol_qmp_command(q, "query-dump", NULL, &answer, err) < 0)
			return -(int)err->code;
		v = zol_json_get(answer, "return");
		status = zol_json_str(zol_json_get(v, "status"), "none");
		if (!told)
			zol_ev_stage(ev, "dump", zol_json_u64(zol_json_get(v, "total"), 0), ZOL_UNIT_BYTES);
		told = told || zol_json_u64(zol_json_get(v, "total"), 0) > 0;
		zol_ev_progress(ev, zol_json_u64(zol_json_get(v, "completed"), 0));
		if (strcmp(status, "completed") == 0)
			return 0;
		if (strcmp(status, "active") != 0)
			return failed(q, err);
		(void)poll(NULL, 0, STEP_MS);
	}
}

static int dump_memory(struct zol_debug *d, const struct zol_debug_dump_args *a, const char *dir, struct zol_err *err)
{
	ZOL_AUTO(progress) struct zol_progress *p = zol_progress_new(&d->cli->out, NULL, 0);
	struct zol_events ev = zol_progress_events(p, &d->cli->out);
	ZOL_AUTO(qmp) struct zol_qmp q = ZOL_QMP_INIT;
	ZOL_AUTO(free) char *path = zol_path_join(dir, CORE);
	const char *format;
	struct stat st;

	if (!path)
		return zol_err_oom(err);
	if (zol_debug_monitor(d, &q, err) < 0 || choose_format(&q, a->format, &format, err) < 0 ||
	    begin(&q, path, format, err) < 0 || wait_done(&q, &ev, err) < 0)
		return -(int)err->code;
	if (stat(path, &st) < 0 || st.st_size == 0)
		return zol_err_set(err, ZOL_SYSTEM, 0, "QEMU has written no dump");
	return chmod(path, 0600) < 0 ? zol_err_sys(err, "%s", path) : 0;
}

/* --- what stands beside it ----------------------------------------------------------------------- */

static int copy(const char *from, const char *dir, const char *name, struct zol_err *err)
{
	ZOL_AUTO(free) char *to = zol_path_join(dir, name);
	ZOL_AUTO(fd) int src = open(from, O_RDONLY | O_CLOEXEC);
	ZOL_AUTO(fd) int dst = -1;
	ZOL_AUTO(err) struct zol_err none = ZOL_ERR_INIT;
	struct stat st;

	if (!to)
		return zol_err_oom(err);
	if (src < 0 || fstat(src, &st) < 0)
		return zol_err_sys(err, "%s", from);
	dst = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (dst < 0)
		return zol_err_sys(err, "%s", to);
	/* sharing blocks is free where the file system can; elsewhere they are copied */
	if (zol_clone_data(src, dst, st.st_size, true, &none) == 0)
		return 0;
	return zol_clone_data(src, dst, st.st_size, false, err) < 0 ? zol_err_wrap(err, "%s", to) : 0;
}

static int put(const char *dir, const char *name, const struct zol_str *text, struct zol_err *err)
{
	ZOL_AUTO(free) char *to = zol_path_join(dir, name);

	if (!to)
		return zol_err_oom(err);
	return zol_write_file(to, text->ptr ? text->ptr : "", text->len, 0644, err);
}

static int copy_files(struct zol_debug *d, const char *dir, struct zol_err *err)
{
	if (d->kernel.path && copy(d->kernel.path, dir, "vmlinux", err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < d->nwants; i++) {
		ZOL_AUTO(free) char *name = zol_asprintf("%s.ko", d->wants[i].name);

		if (!name)
			return zol_err_oom(err);
		if (d->wants[i].file && copy(d->wants[i].file, dir, name, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

/* Where the n-th module's file is for whoever reads the dump: beside it, or with --no-files where it was found. */
static void put_module(const struct zol_debug *d, size_t n, bool no_files, struct zol_str *out)
{
	if (no_files)
		zol_str_puts(out, d->wants[n].file);
	else
		zol_str_printf(out, "%s.ko", d->wants[n].name);
}

/* What crash(8) is to read first: the modules' symbols. */
static int put_crash_commands(const struct zol_debug *d, bool no_files, const char *dir, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	for (size_t i = 0; i < d->nwants; i++) {
		if (!d->wants[i].file)
			continue;
		zol_str_printf(&s, "mod -s %s ", d->wants[i].name);
		put_module(d, i, no_files, &s);
		zol_str_putc(&s, '\n');
	}
	return zol_str_check(&s, err) < 0 ? -(int)err->code : put(dir, CRASH, &s, err);
}

/* For kernels that told QEMU nothing. Without it a dump still is one. */
static bool put_coreinfo(struct zol_debug *d, const char *dir, struct zol_err *err)
{
	ZOL_AUTO(qmp) struct zol_qmp q = ZOL_QMP_INIT;
	ZOL_AUTO(monmem) struct zol_monmem m = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_coreinfo info;
	struct zol_kmem mem;

	if (!d->have_slide)
		return false;
	if (zol_debug_monitor(d, &q, err) < 0 || zol_monmem_init(&m, &q, d->dirs.run, err) < 0)
		return false;
	mem = zol_monmem_mem(&m);
	if (zol_outside_coreinfo(&d->kernel, &mem, d->map.release, d->slide, &info, err) < 0)
		return false;
	zol_coreinfo_text(&info, &text);
	return zol_str_check(&text, err) == 0 && put(dir, COREINFO, &text, err) == 0;
}

/* How to go on, for whoever finds the directory. */
static int put_readme(const struct zol_debug *d, bool no_files, bool coreinfo, const char *dir, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str vmlinux = ZOL_STR_INIT;

	zol_str_shell_quote(&vmlinux, no_files && d->kernel.path ? d->kernel.path : "vmlinux");
	zol_str_printf(&s, "Memory of guest %s, Linux %s. In this directory:\n\n", d->dirs.guest,
		       d->map.release ? d->map.release : "?");
	zol_str_printf(&s, "\tcrash%s %s " CORE "\n", d->nwants > 0 ? " -i " CRASH : "", zol_str_c(&vmlinux));
	zol_str_printf(&s, "\tdrgn%s -c " CORE " -s %s",
		       coreinfo ? " --architecture x86_64 --vmcoreinfo " COREINFO : "", zol_str_c(&vmlinux));
	for (size_t i = 0; i < d->nwants; i++) {
		if (!d->wants[i].file)
			continue;
		zol_str_puts(&s, " -s ");
		put_module(d, i, no_files, &s);
	}
	zol_str_puts(
		&s, "\n\nBoth want a vmlinux with debug information (kernel fragment gdb). modules.map says where the\n"
		    "modules were.\n");
	if (d->have_slide && d->slide)
		zol_str_printf(&s, "KASLR had moved the kernel by 0x%llx.\n", (unsigned long long)d->slide);
	return zol_str_check(&vmlinux, err) < 0 || zol_str_check(&s, err) < 0 ? -(int)err->code :
										put(dir, "README", &s, err);
}

static int put_files(struct zol_debug *d, bool no_files, const char *dir, struct zol_err *err)
{
	ZOL_AUTO(err) struct zol_err why = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str map = ZOL_STR_INIT;
	bool coreinfo;

	zol_modmap_text(&d->map, &map);
	if (zol_str_check(&map, err) < 0 || put(dir, "modules.map", &map, err) < 0 ||
	    (!no_files && copy_files(d, dir, err) < 0) ||
	    (d->nwants > 0 && put_crash_commands(d, no_files, dir, err) < 0))
		return -(int)err->code;
	coreinfo = put_coreinfo(d, dir, &why);
	if (!coreinfo)
		zol_out_verbose(&d->cli->out, "no " COREINFO ": %s", zol_err_text(&why));
	return put_readme(d, no_files, coreinfo, dir, err);
}

/* The dump as it is in memory, not the stream that QEMU writes: what reads it needs no reassembling. */
static void put_together(struct zol_debug *d, const char *dir)
{
	ZOL_AUTO(err) struct zol_err why = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *path = zol_path_join(dir, CORE);

	if (path && zol_unflatten(path, &why) < 0)
		zol_out_warn(&d->cli->out, "the dump stays in its flattened form: %s", zol_err_text(&why));
}

static int fill(struct zol_debug *d, const struct zol_debug_dump_args *a, const char *dir, struct zol_err *err)
{
	ZOL_AUTO(err) struct zol_err why = ZOL_ERR_INIT;

	/* the memory first: a guest that hangs or changes is why one dumps */
	if (dump_memory(d, a, dir, err) < 0)
		return -(int)err->code;
	put_together(d, dir);
	if (zol_debug_map(d, false, &why) < 0 || zol_debug_files(d, &why) < 0) {
		zol_out_warn(&d->cli->out, "the dump has no modules beside it: %s", zol_err_text(&why));
		return put_readme(d, a->no_files, false, dir, err);
	}
	return put_files(d, a->no_files, dir, err);
}

/* --- the directory ------------------------------------------------------------------------------- */

static int name_dir(const struct zol_debug *d, const struct zol_debug_dump_args *a, char **ret, struct zol_err *err)
{
	char stamp[32];
	time_t now = time(NULL);
	struct tm tm;

	if (a->dir.len > 0)
		*ret = *a->dir.v[0] == '/' ? strdup(a->dir.v[0]) : NULL;
	if (a->dir.len > 0 && !*ret) {
		ZOL_AUTO(free) char *cwd = getcwd(NULL, 0);

		*ret = cwd ? zol_path_join(cwd, a->dir.v[0]) : NULL;
	}
	if (a->dir.len == 0) {
		(void)strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", gmtime_r(&now, &tm));
		*ret = zol_asprintf("%s/dumps/%s", d->dirs.state, stamp);
	}
	if (!*ret)
		return zol_err_oom(err);
	for (size_t n = strlen(*ret); n > 1 && (*ret)[n - 1] == '/'; n--)
		(*ret)[n - 1] = '\0';
	if (access(*ret, F_OK) == 0)
		return zol_err_set(err, ZOL_USAGE, EEXIST, "%s", *ret);
	return 0;
}

/* A sibling that becomes the directory when all is there. */
static int make_partial(const char *dir, char **ret, struct zol_err *err)
{
	ZOL_AUTO(free) char *parent = strdup(dir);
	ZOL_AUTO(free) char *partial = zol_asprintf("%s.partial-XXXXXX", dir);
	char *slash;

	if (!parent || !partial)
		return zol_err_oom(err);
	slash = strrchr(parent, '/');
	if (slash && slash != parent) {
		*slash = '\0';
		if (zol_mkdirs(parent, 0755, err) < 0)
			return -(int)err->code;
	}
	if (!mkdtemp(partial))
		return zol_err_sys(err, "%s", partial);
	*ret = zol_take_ptr(partial);
	return 0;
}

int zol_cmd_debug_dump(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_debug_dump_args *a = args;
	ZOL_AUTO(debug) struct zol_debug d = ZOL_DEBUG_INIT;
	ZOL_AUTO(free) char *dir = NULL;
	ZOL_AUTO(free) char *partial = NULL;
	ZOL_AUTO(err) struct zol_err none = ZOL_ERR_INIT;
	int r;

	if (zol_debug_open(cli, &a->where, &d, err) < 0 || zol_debug_need_vm(&d, err) < 0 ||
	    name_dir(&d, a, &dir, err) < 0 || make_partial(dir, &partial, err) < 0)
		return -(int)err->code;
	r = fill(&d, a, partial, err);
	if (r == 0)
		r = zol_fsync_dir(AT_FDCWD, partial, err);
	if (r == 0 && rename(partial, dir) < 0)
		r = zol_err_sys(err, "%s", dir);
	if (r < 0) {
		(void)!zol_rmtree(AT_FDCWD, partial, &none);
		return r;
	}
	(void)fprintf(cli->out.out, "%s\n", dir);
	return 0;
}
