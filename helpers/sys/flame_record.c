/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/flame_record.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include "base/num.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/sig.h"

#define TICK_MS 250U
#define END_MS 120000U /* perf writes what it has: a guest without hardware support takes its time */
#define TEXT_MAX ((size_t)256 << 20)
#define FALLBACK "cpu-clock"

/*
 * These texts hold nothing of the user's: they are for the shell that any guest has. The kernel gives an address of a
 * section to one read of the whole file only: the read of dash, byte by byte, fails.
 */
const char *const zol_flame_modules_argv[] = {
	"sh", "-c",
	"cat /proc/modules 2>/dev/null; cd /sys/module && "
	"grep -Hs . */sections/* */sections/.[!.]* | sed 's,/sections/, ,; s,:0x, 0x,'; :",
	NULL
};
const char *const zol_flame_build_ids_argv[] = {
	"sh", "-c",
	"hex() { od -An -v -tx1 \"$1\" | tr -d ' \\n'; }; echo \"kernel $(hex /sys/kernel/notes)\"; cd /sys/module && "
	"for s in */notes/.note.gnu.build-id; do [ -f \"$s\" ] && echo \"${s%%/*} $(hex \"$s\")\"; done; :",
	NULL
};

/* prefix and argv as one list. */
static int full_argv(const struct zol_flame_target *t, const char *const *argv, struct zol_strv *out,
		     struct zol_err *err)
{
	zol_strv_extend(out, t->prefix);
	zol_strv_extend(out, argv);
	return zol_strv_check(out, err);
}

/* Why a command failed there. "zolkit vm exec", which asks the guest, has said it in our own words: message and advice. */
static int tell(const char *program, int status, struct zol_span said, struct zol_err *err)
{
	static const char ours[] = "zolkit: ";
	struct zol_span line;

	if (!zol_span_starts(said, ours) || !zol_span_line(&said, &line))
		return zol_err_set(err, ZOL_CHILD, 0, "%s ended with status %d%s%.*s", program, status,
				   said.len ? ": " : "", (int)said.len, said.len ? said.ptr : "");
	(void)zol_err_set(err, ZOL_CHILD, 0, "%.*s", (int)(line.len - sizeof(ours) + 1), line.ptr + sizeof(ours) - 1);
	said = zol_span_trim(said);
	if (said.len)
		(void)zol_err_hint(err, "%.*s", (int)said.len, said.ptr);
	return -(int)ZOL_CHILD;
}

int zol_flame_target_get(const struct zol_flame_target *t, const char *const *argv, struct zol_str *out,
			 struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv words = ZOL_STRV_INIT;
	ZOL_AUTO(run_result) struct zol_run_result result = { 0 };
	struct zol_run run = { .spawn = { .in = ZOL_STDIO_NULL, .out = ZOL_STDIO_PIPE, .err = ZOL_STDIO_PIPE },
			       .max_output = TEXT_MAX };

	if (full_argv(t, argv, &words, err) < 0)
		return -(int)err->code;
	run.spawn.argv = zol_strv_list(&words);
	if (zol_proc_run(&run, &result, err) < 0)
		return -(int)err->code;
	if (result.exit.status)
		return tell(argv[0], result.exit.status, zol_span_trim(zol_span_str(&result.err)), err);
	zol_str_add(out, result.out.ptr, result.out.len);
	return zol_str_check(out, err);
}

static int run_into(const struct zol_flame_recording *r, const char *const *argv, const char *path,
		    struct zol_exit *end, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv words = ZOL_STRV_INIT;
	ZOL_AUTO(proc) struct zol_proc p = ZOL_PROC_INIT;
	ZOL_AUTO(fd) int fd = -1;

	if (full_argv(&r->target, argv, &words, err) < 0)
		return -(int)err->code;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return zol_err_sys(err, "cannot make %s", path);
	const struct zol_spawn spawn = {
		.argv = zol_strv_list(&words), .in = ZOL_STDIO_NULL, .out = fd, .err = ZOL_STDIO_INHERIT
	};

	if (zol_proc_spawn(&spawn, &p, err) < 0 || zol_proc_wait(&p, UINT64_MAX, end, err) < 0)
		return -(int)err->code;
	return zol_sig_check(err);
}

/* What a command prints there becomes a file of the recording, however much it is: whole or not at all. */
static int save(const struct zol_flame_recording *r, const char *const *argv, const char *name, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_path_join(r->dir, name);
	ZOL_AUTO(free) char *part = zol_asprintf("%s/.%s.part", r->dir, name);
	struct zol_exit end = { 0 };
	int rc;

	if (!path || !part)
		return zol_err_oom(err);
	rc = run_into(r, argv, part, &end, err);
	if (rc == 0 && end.status)
		rc = zol_err_set(err, ZOL_CHILD, 0, "%s was not saved: %s ended with status %d", name, argv[0],
				 end.status);
	if (rc == 0 && rename(part, path) < 0)
		rc = zol_err_sys(err, "cannot rename %s", part);
	if (rc < 0)
		(void)unlink(part);
	return rc;
}

static int perf_argv(const struct zol_flame_recording *r, const char *event, const char *data, struct zol_strv *argv,
		     struct zol_err *err)
{
	zol_strv_extend(argv, r->target.prefix);
	zol_strv_add(argv, "perf");
	zol_strv_add(argv, "record");
	zol_strv_add(argv, "-q");
	zol_strv_add(argv, "-a");
	zol_strv_add(argv, "-g");
	zol_strv_add(argv, "-N"); /* no copies of programs below ~/.debug; the build-ids are in the recording */
	zol_strv_addf(argv, "-F%llu", (unsigned long long)r->frequency);
	if (event) {
		zol_strv_add(argv, "-e");
		zol_strv_add(argv, event);
	}
	zol_strv_add(argv, "-o");
	zol_strv_add(argv, data);
	if (r->command && r->command[0]) {
		zol_strv_add(argv, "--");
		zol_strv_extend(argv, r->command);
	}
	return zol_strv_check(argv, err);
}

/* Waits for perf; passes on to it, once, what is to end us, and ends it when its time is over. */
static int wait_recording(const struct zol_flame_recording *r, struct zol_proc *p, const struct zol_events *ev,
			  struct zol_exit *end, struct zol_err *err)
{
	uint64_t begin = zol_now_ms(), now = begin, told = 0;

	zol_ev_stage(ev, "record", r->duration / 1000, ZOL_UNIT_COUNT);
	for (;;) {
		int w = zol_proc_wait(p, TICK_MS, end, err);

		if (w < 0 && !zol_sig_pending())
			return -(int)err->code;
		if (w == 0)
			return 0;
		zol_err_clear(err);
		now = zol_now_ms();
		if (zol_sig_take() || (r->duration && !told && now - begin >= r->duration)) {
			zol_proc_signal(p, SIGINT);
			told = told ? told : now;
		}
		if (told && now - told > END_MS)
			return zol_err_set(err, ZOL_CHILD, 0, "perf does not end");
		zol_ev_progress(ev, (now - begin) / 1000);
	}
}

/* One attempt; *ret_empty: perf recorded nothing, perhaps for want of the event. */
static int attempt(const struct zol_flame_recording *r, const char *event, const char *data,
		   const struct zol_events *ev, struct zol_exit *end, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	ZOL_AUTO(proc) struct zol_proc p = ZOL_PROC_INIT;

	if (perf_argv(r, event, data, &argv, err) < 0)
		return -(int)err->code;
	/* A group of its own: Ctrl-C comes from us, once. */
	const struct zol_spawn spawn = { .argv = zol_strv_list(&argv),
					 .in = r->command && r->command[0] ? ZOL_STDIO_INHERIT : ZOL_STDIO_NULL,
					 .out = ZOL_STDIO_INHERIT,
					 .err = ZOL_STDIO_INHERIT,
					 .own_group = true };

	if (zol_proc_spawn(&spawn, &p, err) < 0)
		return zol_err_hint(err, "the package is dev-util/perf, linux-perf on Debian");
	p.own_group = false; /* perf itself ends its command */
	return wait_recording(r, &p, ev, end, err);
}

/* Has perf written more than a head there? */
static bool recorded(const struct zol_flame_recording *r, const char *data)
{
	const char *const argv[] = { "test", "-s", data, NULL };
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	return zol_flame_target_get(&r->target, argv, &out, &err) == 0;
}

static int record(const struct zol_flame_recording *r, const char *data, const struct zol_events *ev,
		  struct zol_exit *end, struct zol_err *err)
{
	const char *event = r->event;

	/* Now that the target has answered. */
	if (!(r->command && r->command[0]) && !r->duration)
		zol_ev_note(ev, ZOL_LEVEL_NOTE, "recording until you press Ctrl-C");
	for (;;) {
		if (attempt(r, event, data, ev, end, err) < 0)
			return -(int)err->code;
		if (recorded(r, data))
			return 0;
		if (end->status == 127 || end->status == 126) {
			zol_err_set(err, ZOL_CHILD, 0, "perf cannot be run there");
			return zol_err_hint(err, "install dev-util/perf in the guest");
		}
		if (event && !strcmp(event, FALLBACK))
			break;
		zol_ev_note(ev, ZOL_LEVEL_WARN, "%s cannot be recorded there: recording " FALLBACK " instead",
			    event ? event : "the processor's clock");
		event = FALLBACK;
	}
	zol_err_set(err, ZOL_CHILD, 0, "perf recorded nothing and ended with status %d", end->status);
	return zol_err_hint(err, "zolkit flame check tells what is missing");
}

/* The list after the recording and what else resolving needs. */
static int save_symbols(const struct zol_flame_recording *r, const struct zol_events *ev, struct zol_err *err)
{
	static const char *const kallsyms[] = { "cat", "/proc/kallsyms", NULL };
	static const char *const release[] = { "uname", "-r", NULL };

	zol_ev_stage(ev, "symbols", 4, ZOL_UNIT_COUNT);
	if (save(r, kallsyms, "kallsyms", err) < 0)
		return -(int)err->code;
	zol_ev_progress(ev, 1);
	if (save(r, zol_flame_modules_argv, "modules", err) < 0)
		return -(int)err->code;
	zol_ev_progress(ev, 2);
	if (save(r, zol_flame_build_ids_argv, "build-ids", err) < 0)
		return -(int)err->code;
	zol_ev_progress(ev, 3);
	return save(r, release, "release", err);
}

static int fetch(const struct zol_flame_recording *r, const char *data, const struct zol_events *ev,
		 struct zol_err *err)
{
	const char *const cat[] = { "cat", data, NULL };

	zol_ev_stage(ev, "fetch", 1, ZOL_UNIT_COUNT);
	return save(r, cat, "perf.data", err);
}

static int record_remote(const struct zol_flame_recording *r, const struct zol_events *ev, struct zol_exit *end,
			 struct zol_err *err)
{
	static const char *const mktemp_argv[] = { "mktemp", "-d", "/tmp/zolkit-flame.XXXXXX", NULL };
	ZOL_AUTO(str) struct zol_str dir = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str gone = ZOL_STR_INIT;
	ZOL_AUTO(free) char *data = NULL;
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	int result;

	if (zol_flame_target_get(&r->target, mktemp_argv, &dir, err) < 0)
		return -(int)err->code;
	zol_str_truncate(&dir, zol_span_trim(zol_span_str(&dir)).len);
	data = zol_path_join(zol_str_c(&dir), "perf.data");
	if (!data)
		return zol_err_oom(err);
	result = record(r, data, ev, end, err);
	if (result == 0)
		result = save_symbols(r, ev, err);
	if (result == 0)
		result = fetch(r, data, ev, err);
	const char *const rm[] = { "rm", "-rf", "--", zol_str_c(&dir), NULL };

	if (zol_flame_target_get(&r->target, rm, &gone, &ignored) < 0)
		zol_ev_note(ev, ZOL_LEVEL_INFO, "%s stays in the guest", zol_str_c(&dir));
	return result;
}

int zol_flame_record(const struct zol_flame_recording *r, const struct zol_events *ev, int *ret_status,
		     struct zol_err *err)
{
	ZOL_AUTO(free) char *data = zol_path_join(r->dir, "perf.data");
	struct zol_exit end = { 0 };

	if (!data)
		return zol_err_oom(err);
	if (r->target.prefix) {
		if (record_remote(r, ev, &end, err) < 0)
			return -(int)err->code;
	} else if (record(r, data, ev, &end, err) < 0 || save_symbols(r, ev, err) < 0) {
		return -(int)err->code;
	}
	*ret_status = end.status;
	return 0;
}
