/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <poll.h>

#include "base/num.h"
#include "base/path.h"
#include "base/sig.h"
#include "cmd/debug.h"
#include "sys/vm_sock.h"

#define CONNECT_MS 2000U
#define REPLAY_MS 300U  /* for the last lines of the console, which come first */
#define ANSWER_MS 6000U /* for the kernel to take a SysRq; a break is good for five seconds */
#define QUIET_MS 1500U  /* of silence: it has told all */
#define LIMIT_MS 120000U
#define TEXT_MAX (64U << 20)

/* Reads what the console prints, until it was silent for quiet ms or limit is over. */
static int listen_for(int fd, uint64_t quiet, uint64_t limit, struct zol_str *out, struct zol_err *err)
{
	uint64_t end = zol_now_ms() + limit;

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		uint64_t now = zol_now_ms();
		char buf[16384];
		ssize_t n;

		if (zol_sig_check(err) < 0)
			return -(int)err->code;
		if (now >= end || out->len > TEXT_MAX || poll(&p, 1, (int)(quiet < end - now ? quiet : end - now)) == 0)
			return 0;
		n = read(fd, buf, sizeof(buf));
		if (n < 0 && errno != EINTR)
			return zol_err_sys(err, "console");
		if (n == 0)
			return zol_err_set(err, ZOL_CHILD, 0, "the VM has ended");
		if (n > 0)
			zol_str_add(out, buf, (size_t)n);
	}
}

static int send_sysrq(const struct zol_debug *d, int fd, char key, struct zol_err *err)
{
	ZOL_AUTO(qmp) struct zol_qmp q = ZOL_QMP_INIT;
	struct zol_json *args = zol_json_object();

	if (zol_debug_monitor(d, &q, err) < 0) {
		zol_json_free(args);
		return -(int)err->code;
	}
	zol_json_set_str(args, "id", "console");
	if (zol_qmp_command(&q, "chardev-send-break", args, NULL, err) < 0)
		return -(int)err->code;
	return zol_write_all(fd, &key, 1, err);
}

/* From the line that SysRq begins with to the end; empty when it did not come. */
static struct zol_span answer_of(const struct zol_str *text)
{
	const char *at = text->len ? memmem(text->ptr, text->len, "sysrq: ", 7) : NULL;

	if (!at) /* before 4.20 */
		at = text->len ? memmem(text->ptr, text->len, "SysRq : ", 8) : NULL;
	if (!at)
		return zol_span(NULL, 0);
	while (at > text->ptr && at[-1] != '\n')
		at--;
	return zol_span(at, text->len - (size_t)(at - text->ptr));
}

/* Asks until the header has come, then listens to the end. */
static int ask(const struct zol_debug *d, int fd, char key, struct zol_str *out, struct zol_err *err)
{
	uint64_t end = zol_now_ms() + ANSWER_MS;

	zol_str_truncate(out, 0);
	if (send_sysrq(d, fd, key, err) < 0)
		return -(int)err->code;
	while (answer_of(out).len == 0 && zol_now_ms() < end)
		if (listen_for(fd, REPLAY_MS, REPLAY_MS, out, err) < 0)
			return -(int)err->code;
	if (answer_of(out).len == 0)
		return 1;
	return listen_for(fd, QUIET_MS, LIMIT_MS, out, err);
}

static void drop_returns(struct zol_str *s, struct zol_span from)
{
	size_t n = 0;

	memmove(s->ptr, from.ptr, from.len);
	for (size_t i = 0; i < from.len; i++)
		if (s->ptr[i] != '\r')
			s->ptr[n++] = s->ptr[i];
	zol_str_truncate(s, n);
}

/* 1: the guest does not answer. */
static int by_sysrq(struct zol_debug *d, bool all, struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = zol_vm_sock_connect(d->dirs.run, ZOL_VM_CONSOLE, CONNECT_MS, err);
	char key = all ? 't' : 'w';
	int r;

	if (fd < 0 || listen_for(fd, REPLAY_MS, REPLAY_MS, out, err) < 0)
		return -(int)err->code;
	r = ask(d, fd, key, out, err);
	if (r == 0 && all && answer_of(out).len < 200) {
		/* the console shows less than the kernel says ("quiet"): everything, for once */
		r = ask(d, fd, '8', out, err);
		if (r == 0)
			r = ask(d, fd, key, out, err);
		if (r == 0)
			zol_out_info(&d->cli->out,
				     "the guest's console was quiet: its level is 8 now (dmesg -n 4 ends that)");
	}
	if (r == 0)
		drop_returns(out, answer_of(out));
	return r < 0 ? r : r > 0 ? 1 : zol_str_check(out, err);
}

/* What each CPU does, by gdb on the stopped VM. */
static int by_cpus(struct zol_debug *d, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(free) char *socket = NULL;
	ZOL_AUTO(free) char *script = zol_path_join(d->dirs.run, "stacks.gdb");
	struct zol_debug_script s = { 0 };
	int r;

	if (!script)
		return zol_err_oom(err);
	if (zol_debug_gdb_argv(d, NULL, false, &argv, err) < 0 || zol_debug_map(d, false, err) < 0 ||
	    zol_debug_files(d, err) < 0 || zol_debug_gdbserver(d, &socket, err) < 0)
		return -(int)err->code;
	s.target = socket;
	if (zol_debug_script(d, &s, &text, err) < 0 || zol_write_file(script, text.ptr, text.len, 0600, err) < 0)
		return -(int)err->code;
	zol_strv_extend(&argv, (const char *const[]){ "-q", "-nx", "-batch", "-x", script, "-ex", "thread apply all bt",
						      NULL });
	/* a VM that stood still is left so */
	if (zol_debug_paused(d))
		zol_strv_extend(&argv, (const char *const[]){ "-ex", "disconnect", NULL });
	r = zol_debug_run_gdb(d->cli, &argv, err);
	(void)unlink(script);
	return r;
}

int zol_cmd_debug_stacks(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_debug_stacks_args *a = args;
	ZOL_AUTO(debug) struct zol_debug d = ZOL_DEBUG_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	int r = 1;

	if (a->cpus && a->all)
		return zol_err_set(err, ZOL_USAGE, 0, "one of --all and --cpus at a time");
	if (zol_debug_open(cli, &a->where, &d, err) < 0 || zol_debug_need_vm(&d, err) < 0)
		return -(int)err->code;
	if (!a->cpus && !zol_debug_paused(&d))
		r = by_sysrq(&d, a->all, &text, err);
	if (r < 0)
		return r;
	if (r > 0) {
		if (!a->cpus)
			zol_out_warn(&cli->out, "the guest's kernel does not answer: this is what its CPUs do");
		return by_cpus(&d, err);
	}
	if (!a->raw && zol_debug_fence(&d, NULL, err) < 0)
		return -(int)err->code;
	if (!a->raw)
		return zol_debug_decode_text(&d, zol_span_str(&text), !a->no_inlines, err);
	(void)fwrite(zol_str_c(&text), 1, text.len, cli->out.out);
	return 0;
}
