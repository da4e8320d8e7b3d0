/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/vm.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <time.h>

#include "base/num.h"
#include "base/path.h"
#include "core/settings.h"
#include "sys/qmp.h"
#include "sys/vm_sock.h"

#define STEPS 4U /* of stopping; each has the limit */
#define SLACK_MS 30000U
#define STATE_MS 5000U
#define MONITOR_MS 600000U /* savevm and the like take their time */

static int wait_end(struct zol_link *l, uint64_t limit, struct zol_err *err)
{
	int r = zol_link_wait_end(l, limit, err);

	return r > 0 ? zol_err_set(err, ZOL_CHILD, ETIMEDOUT, "the VM does not end") : r;
}

static int ask_stop(struct zol_link *l, uint64_t limit, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_frame_put_u32(&s, ZOL_FRAME_STOP, 0, 0, (uint32_t)(limit > UINT32_MAX ? UINT32_MAX : limit));
	if (zol_link_send(l, &s, err) < 0)
		return -(int)err->code;
	return wait_end(l, limit * STEPS + SLACK_MS, err);
}

/* QEMU first: the supervisor then sees it end and tidies up. */
static int kill_vm(const struct zol_vm_dirs *d, struct zol_link *l, struct zol_err *err)
{
	ZOL_AUTO(vm_record) struct zol_vm_record record = { 0 };

	if (zol_vm_record_read(d, &record, err) < 0)
		return -(int)err->code;
	if (record.pid > 1 && kill((pid_t)record.pid, SIGKILL) < 0 && errno != ESRCH)
		return zol_err_sys(err, "QEMU, process %ju", (uintmax_t)record.pid);
	return wait_end(l, SLACK_MS, err);
}

int zol_cmd_vm_stop(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_vm_stop_args *a = args;
	ZOL_AUTO(vm_dirs) struct zol_vm_dirs d = { 0 };
	ZOL_AUTO(link) struct zol_link l = ZOL_LINK_INIT;
	uint64_t limit = a->limit ? a->limit : cli->settings->vm.stop_timeout;
	int64_t pid = 0;
	int r = zol_vm_dirs_of(cli, &d, err);

	if (r == 0)
		r = zol_vm_running(&d, &pid, err);
	if (r < 0)
		return r;
	if (r == 0) {
		zol_out_already(&cli->out, "the VM of guest %s does not run", d.guest);
		return access(d.run, F_OK) == 0 ? zol_vm_clean(&d, err) : 0;
	}
	if (zol_link_open(d.run, &l, err) < 0)
		return -(int)err->code;
	r = a->force ? kill_vm(&d, &l, err) : ask_stop(&l, limit, err);
	if (r < 0)
		return r;
	if (l.why.code != ZOL_OK && !a->force)
		zol_out_warn(&cli->out, "guest %s: %s", d.guest, zol_err_text(&l.why));
	else
		zol_out_info(&cli->out, "guest %s: %s", d.guest, l.why.msg ? l.why.msg : "ended");
	return 0;
}

struct status {
	const char *guest, *state, *stage;
	uint64_t pid, supervisor, uptime;
	const char *accel, *kernel, *release, *root, *transport, *cache, *mode, *console_log;
	bool agent;
	const char *verdict, *ended;
};

static const struct zol_col cols[] = {
	ZOL_COL("guest", "GUEST", STR, struct status, guest),
	ZOL_COL("state", "STATE", STR, struct status, state),
	ZOL_COL("stage", "STAGE", STR, struct status, stage),
	ZOL_COL("pid", "PID", U64, struct status, pid),
	ZOL_COL("supervisor", NULL, U64, struct status, supervisor),
	ZOL_COL("uptime_ms", "UPTIME", DURATION, struct status, uptime),
	ZOL_COL("agent", "AGENT", BOOL, struct status, agent),
	ZOL_COL("accel", "ACCEL", STR, struct status, accel),
	ZOL_COL("release", "LINUX", STR, struct status, release),
	ZOL_COL("kernel", NULL, STR, struct status, kernel),
	ZOL_COL("root", NULL, STR, struct status, root),
	ZOL_COL("transport", NULL, STR, struct status, transport),
	ZOL_COL("cache", NULL, STR, struct status, cache),
	ZOL_COL("mode", "MODE", STR, struct status, mode),
	ZOL_COL("console_log", "CONSOLE", STR, struct status, console_log),
	ZOL_COL("verdict", "VERDICT", STR, struct status, verdict),
	ZOL_COL("ended", "ENDED", STR, struct status, ended),
};

/* What lives as long as a status row. */
struct sources {
	struct zol_vm_dirs dirs;
	struct zol_vm_record record;
	struct zol_vm_ended ended;
	struct zol_link link;
};

static void free_sources(struct sources *s)
{
	zol_vm_dirs_free(&s->dirs);
	zol_vm_record_free(&s->record);
	zol_vm_ended_free(&s->ended);
	zol_link_free(&s->link);
}

ZOL_CLEANUP_STRUCT(sources, struct sources, free_sources);

static void ask_state(struct sources *s)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_frame f;

	if (zol_link_open(s->dirs.run, &s->link, &err) < 0)
		return;
	while (!s->link.known && zol_link_recv(&s->link, STATE_MS, &f, &err) == 0)
		;
}

static void fill_running(struct sources *s, struct status *row)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	const struct zol_vm_record *r = &s->record;

	ask_state(s);
	row->state = s->link.ready ? "running" : "booting";
	row->stage = zol_boot_stage_name(s->link.stage);
	row->agent = s->link.ready;
	row->release = s->link.release;
	row->verdict = s->link.verdict;
	if (zol_vm_record_read(&s->dirs, &s->record, &err) < 0)
		return;
	row->pid = r->pid;
	row->supervisor = r->supervisor;
	/* the clock may have been set back meanwhile */
	row->uptime = (uint64_t)time(NULL) > r->started ? ((uint64_t)time(NULL) - r->started) * 1000 : 0;
	row->accel = r->accel;
	row->kernel = r->kernel;
	row->root = r->root;
	row->transport = r->transport;
	row->cache = r->cache;
	row->mode = r->mode;
}

/* 1 when it runs. */
static int fill(struct sources *s, struct status *row, struct zol_err *err)
{
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	int64_t pid = 0;
	int r = zol_vm_running(&s->dirs, &pid, err);

	*row = (struct status){ .guest = s->dirs.guest,
				.state = "stopped",
				.console_log = s->dirs.console_log,
				.pid = ZOL_UNKNOWN,
				.supervisor = ZOL_UNKNOWN,
				.uptime = ZOL_UNKNOWN };
	if (r < 0)
		return r;
	if (r > 0)
		fill_running(s, row);
	else if (zol_vm_ended_read(&s->dirs, &s->ended, &ignored) == 0)
		row->ended = s->ended.text;
	return r;
}

static int add_row(const struct zol_cli *cli, const char *guest, struct zol_rows *rows, struct zol_err *err)
{
	ZOL_AUTO(sources) struct sources s = { .link = ZOL_LINK_INIT };
	struct status row;

	if (zol_vm_dirs_init(cli->settings->paths.run, cli->settings->paths.state, guest, &s.dirs, err) < 0)
		return -(int)err->code;
	if (access(s.dirs.lock, F_OK) < 0)
		return 0;
	if (fill(&s, &row, err) < 0)
		return -(int)err->code;
	zol_rows_add(rows, &row);
	return 0;
}

static int status_all(struct zol_cli *cli, struct zol_err *err)
{
	ZOL_AUTO(rows) struct zol_rows rows = { 0 };
	ZOL_AUTO(free) char *base = zol_path_join(cli->settings->paths.state, "guests");
	struct dirent **names = NULL;
	int r = 0;
	int n;

	if (!base)
		return zol_err_oom(err);
	zol_rows_begin(&rows, &cli->out, cols, ZOL_COUNT(cols));
	n = scandir(base, &names, NULL, alphasort);
	if (n < 0 && errno != ENOENT)
		return zol_err_sys(err, "%s", base);
	for (int i = 0; i < n; i++) {
		if (r == 0 && zol_name_ok(names[i]->d_name))
			r = add_row(cli, names[i]->d_name, &rows, err);
		free(names[i]);
	}
	free(names);
	if (r == 0 && rows.nrows == 0)
		zol_out_info(&cli->out, "no VM has run here yet: zolkit vm start");
	return r < 0 ? r : zol_rows_end(&rows, err);
}

int zol_cmd_vm_status(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_vm_status_args *a = args;
	ZOL_AUTO(sources) struct sources s = { .link = ZOL_LINK_INIT };
	struct status row;
	int r;

	if (a->all)
		return status_all(cli, err);
	if (zol_vm_dirs_of(cli, &s.dirs, err) < 0)
		return -(int)err->code;
	r = fill(&s, &row, err);
	if (r < 0 || zol_record_print(&cli->out, cols, ZOL_COUNT(cols), &row, err) < 0)
		return -(int)err->code;
	return r > 0 ? 0 : 1;
}

/* One command of the monitor; what it returned is printed. */
static int monitor_line(struct zol_cli *cli, struct zol_qmp *q, const char *line, struct zol_err *err)
{
	ZOL_AUTO(json) struct zol_json *answer = NULL;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	bool json = line[strspn(line, " \t")] == '{';
	int r = json ? zol_qmp_raw(q, zol_span_c(line), &answer, err) : zol_qmp_human(q, line, &text, err);

	if (r < 0)
		return r;
	if (json && zol_json_dump(answer, true, &text, err) < 0)
		return -(int)err->code;
	if (json)
		zol_str_putc(&text, '\n');
	for (const char *c = zol_str_c(&text); *c; c++) /* HMP ends its lines as terminals want them */
		if (*c != '\r')
			(void)fputc(*c, cli->out.out);
	(void)fflush(cli->out.out);
	return 0;
}

static int monitor_interactive(struct zol_cli *cli, struct zol_qmp *q, struct zol_err *err)
{
	bool tty = isatty(STDIN_FILENO);
	char *line = NULL;
	size_t size = 0;
	int r = 0;

	while (r == 0) {
		ssize_t n;

		if (tty)
			(void)fputs("(qemu) ", cli->out.err);
		n = getline(&line, &size, stdin);
		if (n < 0)
			break;
		line[strcspn(line, "\r\n")] = '\0';
		if (!*line)
			continue;
		r = monitor_line(cli, q, line, err);
		if (r < 0 && tty && err->code == ZOL_NEGATIVE) { /* QEMU's "no" is no reason to leave */
			zol_out_error(&cli->out, err);
			zol_err_clear(err);
			r = 0;
		}
	}
	free(line);
	return r;
}

int zol_cmd_vm_monitor(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_vm_monitor_args *a = args;
	ZOL_AUTO(vm_dirs) struct zol_vm_dirs d = { 0 };
	ZOL_AUTO(qmp) struct zol_qmp q = ZOL_QMP_INIT;
	ZOL_AUTO(str) struct zol_str line = ZOL_STR_INIT;

	if (zol_vm_dirs_of(cli, &d, err) < 0)
		return -(int)err->code;
	if (zol_qmp_open(d.run, ZOL_QEMU_MONITOR, STATE_MS, &q, err) < 0) {
		if (zol_vm_sock_gone(err))
			return zol_vm_not_running(&d, err);
		zol_err_wrap(err, "monitor of guest %s", d.guest);
		return err->errnum == ETIMEDOUT ? zol_err_hint(err, "somebody else uses it") : -(int)err->code;
	}
	q.timeout_ms = MONITOR_MS;
	if (a->command.len == 0)
		return monitor_interactive(cli, &q, err);
	for (size_t i = 0; i < a->command.len; i++)
		zol_str_printf(&line, "%s%s", i ? " " : "", a->command.v[i]);
	return monitor_line(cli, &q, zol_str_c(&line), err);
}

const struct zol_bind zol_binds_vm[] = {
	{ "vm", "start", zol_cmd_vm_start },     { "vm", "stop", zol_cmd_vm_stop },
	{ "vm", "status", zol_cmd_vm_status },   { "vm", "console", zol_cmd_vm_console },
	{ "vm", "exec", zol_cmd_vm_exec },       { "vm", "run", zol_cmd_vm_run },
	{ "vm", "monitor", zol_cmd_vm_monitor }, { "vm", "drop-caches", zol_cmd_vm_drop_caches },
	{ "vm", "reload", zol_cmd_vm_reload },   { "vm", "probe", zol_cmd_vm_probe },
};
const size_t zol_nbinds_vm = ZOL_COUNT(zol_binds_vm);
