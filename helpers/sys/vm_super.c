/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

#include "base/lock.h"
#include "base/num.h"
#include "base/path.h"
#include "base/sig.h"
#include "core/qemu.h"
#include "sys/qmp.h"
#include "sys/vm_sock.h"
#include "sys/vm_super_impl.h"

#define TICK_MS 500
#define CONNECT_TICK_MS 5
#define DOOM_MS 2000U /* for a kernel that has panicked to end QEMU by itself (panic=-1, -no-reboot) */
#define OOPS_MS 4000U /* for the panic that oops=panic makes of an oops */
#define QUIT_MS 5000U
#define QMP_MS 2000U
#define OWNER_MS 5000U   /* per step, when the owner of a run is gone */
#define LISTEN_MS 10000U /* for virtiofsd to listen */
#define HARD_FACTOR 10U  /* boot that prints for ever: limit as a multiple of boot_timeout */
#define POWEROFF_CHANNEL UINT32_MAX

enum { SLOT_QEMU, SLOT_CONSOLE, SLOT_AGENT, SLOT_CLIENTS, SLOT_VIEWERS, SLOT_FIXED };

/* --- stopping ------------------------------------------------------------------------------------ */

static bool ask_agent(struct zol_vm_super *s)
{
	if (!s->agent_pid || s->agent < 0)
		return false;
	if (!s->job->run)
		zol_frame_put_u32x2(&s->to_agent, ZOL_FRAME_REQUEST, POWEROFF_CHANNEL - 1, ZOL_REQ_SYNC, 0);
	zol_frame_put_u32x2(&s->to_agent, ZOL_FRAME_REQUEST, POWEROFF_CHANNEL, ZOL_REQ_POWEROFF, s->job->run);
	zol_vm_relay_agent_flush(s);
	return true;
}

static bool ask_qemu(struct zol_vm_super *s, const char *command)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(qmp) struct zol_qmp q = ZOL_QMP_INIT;

	return zol_qmp_open(s->job->dirs->run, ZOL_QEMU_QMP, QMP_MS, &q, &err) == 0 &&
	       zol_qmp_command(&q, command, NULL, NULL, &err) == 0;
}

void zol_vm_super_next_step(struct zol_vm_super *s)
{
	bool asked = false;

	while (!asked && s->step < ZOL_VM_KILL) {
		s->step++;
		s->step_at = zol_now_ms() + s->stop_limit;
		if (s->step == ZOL_VM_ASK_AGENT) {
			asked = ask_agent(s);
		} else if (s->step == ZOL_VM_ASK_ACPI) {
			/* Nobody in the guest would take the button before init runs, nor our own init ever. */
			asked = !s->job->run && s->watch.stage >= ZOL_BOOT_INIT && ask_qemu(s, "system_powerdown");
		} else if (s->step == ZOL_VM_ASK_QMP) {
			s->step_at = zol_now_ms() + QUIT_MS;
			asked = ask_qemu(s, "quit");
		} else {
			zol_proc_signal(&s->qemu, SIGKILL);
		}
	}
}

void zol_vm_super_stop(struct zol_vm_super *s, uint32_t limit_ms)
{
	if (s->step != ZOL_VM_UP || s->over)
		return;
	s->stop_limit = limit_ms ? limit_ms : (uint32_t)s->job->stop_timeout;
	zol_vm_super_next_step(s);
}

static void kill_now(struct zol_vm_super *s)
{
	s->step = ZOL_VM_KILL;
	zol_proc_signal(&s->qemu, SIGKILL);
}

/* --- why it ended -------------------------------------------------------------------------------- */

/* As much of it as a message is the better for: the log has all. */
static void last_line_of_qemu(const struct zol_vm_super *s, struct zol_str *line)
{
	ZOL_AUTO(fd) int fd = open(s->job->dirs->qemu_log, O_RDONLY | O_CLOEXEC);
	char tail[1000];
	struct stat st;
	ssize_t n = -1;
	struct zol_span rest, one, last = { 0 };

	if (fd >= 0 && fstat(fd, &st) == 0)
		n = pread(fd, tail, sizeof(tail),
			  st.st_size > (off_t)sizeof(tail) ? st.st_size - (off_t)sizeof(tail) : 0);
	rest = zol_span(tail, n > 0 ? (size_t)n : 0);
	while (zol_span_line(&rest, &one))
		if (one.len > 0)
			last = one;
	if (last.len > 0)
		zol_str_printf(line, ": %.*s", (int)last.len, last.ptr);
}

static const char *peaceful_end(enum zol_vm_step step)
{
	switch (step) {
	case ZOL_VM_UP:
		return "the guest powered off";
	case ZOL_VM_ASK_AGENT:
		return "powered off by its agent";
	case ZOL_VM_ASK_ACPI:
		return "powered off by ACPI";
	case ZOL_VM_ASK_QMP:
		return "QEMU was told to quit, as the guest did not power off";
	case ZOL_VM_KILL:
		break;
	}
	return "QEMU was killed, as it did not quit";
}

static void set_verdict(struct zol_vm_super *s)
{
	if (s->why.code != ZOL_OK)
		return;
	zol_err_set(&s->why, ZOL_CHILD, 0, "%s (at the stage \"%s\")", s->watch.verdict ? s->watch.verdict : "oops",
		    zol_boot_stage_name(s->was_ready ? ZOL_BOOT_AGENT : s->watch.stage));
	zol_err_hint(&s->why, "the whole console is in %s", s->job->dirs->console_log);
}

static void judge_end(struct zol_vm_super *s, const struct zol_exit *end)
{
	ZOL_AUTO(str) struct zol_str line = ZOL_STR_INIT;

	s->over = true;
	if (s->watch.kind == ZOL_CONSOLE_PANIC && s->step == ZOL_VM_UP)
		set_verdict(s);
	if (s->why.code != ZOL_OK)
		return;
	if (end->status != 0 && s->step < ZOL_VM_KILL) {
		last_line_of_qemu(s, &line);
		if (end->signal)
			zol_err_set(&s->why, ZOL_CHILD, 0, "QEMU was killed by signal %d%s", end->signal,
				    zol_str_c(&line));
		else
			zol_err_set(&s->why, ZOL_CHILD, 0, "QEMU ended with status %d%s", end->status,
				    zol_str_c(&line));
	} else if (!s->was_ready && s->step == ZOL_VM_UP) {
		zol_err_set(&s->why, ZOL_CHILD, 0, "the VM ended before its agent answered, at the stage \"%s\"",
			    zol_boot_stage_name(s->watch.stage));
	} else {
		s->why.msg = strdup(peaceful_end(s->step));
	}
}

/* --- limits -------------------------------------------------------------------------------------- */

static void check_boot(struct zol_vm_super *s, uint64_t now)
{
	uint64_t limit = s->job->boot_timeout;
	char text[ZOL_NUM_TEXT];
	bool silent = limit && now - s->progress_at > limit;

	if (!limit || s->was_ready || s->step != ZOL_VM_UP || s->doom_at)
		return;
	if (!silent && now - s->born <= limit * HARD_FACTOR)
		return;
	zol_err_set(&s->why, ZOL_CHILD, 0,
		    silent ? "no progress for %s at the stage \"%s\" of the boot" :
			     "the boot took longer than %s, at the stage \"%s\"",
		    zol_num_fmt_duration(silent ? limit : limit * HARD_FACTOR, text),
		    zol_boot_stage_name(s->watch.stage));
	zol_err_hint(&s->why, "the whole console is in %s", s->job->dirs->console_log);
	kill_now(s);
}

static void check_doom(struct zol_vm_super *s, uint64_t now)
{
	bool fatal = s->watch.kind == ZOL_CONSOLE_PANIC ||
		     (s->watch.kind == ZOL_CONSOLE_OOPS && (s->job->run || !s->was_ready));

	if (!fatal || s->step != ZOL_VM_UP)
		return;
	if (s->doom_at == 0)
		s->doom_at = now + (s->watch.kind == ZOL_CONSOLE_PANIC ? DOOM_MS : OOPS_MS);
	if (now < s->doom_at)
		return;
	set_verdict(s);
	kill_now(s);
}

static void check_limits(struct zol_vm_super *s)
{
	uint64_t now = zol_now_ms();

	check_doom(s, now);
	check_boot(s, now);
	if (s->step != ZOL_VM_UP && s->step != ZOL_VM_KILL && now >= s->step_at)
		zol_vm_super_next_step(s);
	if (zol_sig_pending())
		zol_vm_super_stop(s, 0);
	if (s->job->run && s->owner_gone)
		zol_vm_super_stop(s, OWNER_MS);
}

/* --- setting up ---------------------------------------------------------------------------------- */

static int start_virtiofsd(struct zol_vm_super *s, int log, struct zol_err *err)
{
	struct zol_spawn spawn = { .argv = s->job->virtiofsd,
				   .cwd = s->job->cwd,
				   .in = ZOL_STDIO_NULL,
				   .out = log,
				   .err = log,
				   .pdeathsig = SIGKILL };
	ZOL_AUTO(free) char *path = zol_path_join(s->job->dirs->run, ZOL_QEMU_FS);
	uint64_t end = zol_now_ms() + LISTEN_MS;

	if (!path)
		return zol_err_oom(err);
	if (!s->job->virtiofsd || !s->job->virtiofsd[0])
		return 0;
	(void)unlink(path);
	if (zol_proc_spawn(&spawn, &s->virtiofsd, err) < 0)
		return -(int)err->code;
	while (access(path, F_OK) < 0) {
		struct zol_exit ended;

		/* It takes one connection only, so that a try to connect would use it up. */
		if (zol_proc_wait(&s->virtiofsd, 10, &ended, err) == 0)
			return zol_err_set(err, ZOL_CHILD, 0, "virtiofsd ended with status %d", ended.status);
		if (zol_now_ms() > end)
			return zol_err_set(err, ZOL_CHILD, ETIMEDOUT, "virtiofsd does not listen");
	}
	return 0;
}

static int start_qemu(struct zol_vm_super *s, struct zol_err *err)
{
	ZOL_AUTO(fd)
	int log = open(s->job->dirs->qemu_log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (s->restarted ? 0 : O_TRUNC),
		       0600);
	ZOL_AUTO(fd) int theirs = -1;
	int pair[2];
	struct zol_spawn spawn = { .argv = s->job->qemu, .cwd = s->job->cwd, .err = log, .pdeathsig = SIGKILL };

	if (log < 0)
		return zol_err_sys(err, "%s", s->job->dirs->qemu_log);
	if (start_virtiofsd(s, log, err) < 0)
		return -(int)err->code;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return zol_err_sys(err, "socketpair");
	theirs = pair[1];
	s->console = pair[0];
	(void)fcntl(s->console, F_SETFL, O_NONBLOCK);
	spawn.in = spawn.out = theirs;
	return zol_proc_spawn(&spawn, &s->qemu, err);
}

static int write_record(const struct zol_vm_super *s, struct zol_err *err)
{
	struct zol_vm_record record = s->job->record;

	record.pid = (uint64_t)s->qemu.pid;
	record.supervisor = (uint64_t)getpid();
	record.started = (uint64_t)time(NULL);
	return zol_vm_record_write(s->job->dirs, &record, err);
}

/* --- the loop ------------------------------------------------------------------------------------ */

static void connect_agent(struct zol_vm_super *s)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	int fd = zol_vm_sock_connect(s->job->dirs->run, ZOL_QEMU_AGENT, 0, &err);

	if (fd < 0)
		return;
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	s->agent = fd;
}

static size_t fill_set(struct zol_vm_super *s, struct pollfd *set)
{
	set[SLOT_QEMU] = (struct pollfd){ .fd = s->qemu.pidfd, .events = POLLIN };
	set[SLOT_CONSOLE] = (struct pollfd){ .fd = s->console, .events = POLLIN };
	if (s->to_console.len > 0)
		set[SLOT_CONSOLE].events |= POLLOUT;
	set[SLOT_AGENT] = (struct pollfd){ .fd = s->agent, .events = POLLIN };
	if (s->to_agent.len > s->to_agent_pos)
		set[SLOT_AGENT].events |= POLLOUT;
	set[SLOT_CLIENTS] = (struct pollfd){ .fd = s->clients_fd, .events = POLLIN };
	set[SLOT_VIEWERS] = (struct pollfd){ .fd = s->viewers_fd, .events = POLLIN };
	return SLOT_FIXED;
}

static void close_console(struct zol_vm_super *s)
{
	if (s->console >= 0)
		close(s->console);
	s->console = -1;
}

/*
 * QEMU before 8.2 has a race under TCG with several CPUs: one that writes to a device while another
 * moves PCI regions may hit the wrong device, which ends in an assertion (seen: msix_table_mmio_write,
 * 7.2.22, about once in 150 boots of a busy host). As long as the root is not mounted nothing of the
 * guest has happened yet, so that it may simply be started again, once.
 */
static bool may_restart(const struct zol_vm_super *s, const struct zol_exit *end)
{
	return end->signal == SIGABRT && s->step == ZOL_VM_UP && s->watch.stage < ZOL_BOOT_ROOT && !s->restarted &&
	       !zol_sig_pending();
}

static int restart(struct zol_vm_super *s, struct zol_err *err)
{
	static const char note[] = "\n[zolkit: QEMU has aborted before the root was mounted; it is started again]\n";

	s->restarted = true;
	zol_console_log_add(&s->log, note, strlen(note));
	close_console(s);
	zol_cleanup_fd(&s->agent);
	s->agent = -1;
	zol_console_free(&s->watch);
	zol_frames_free(&s->from_agent);
	zol_str_free(&s->to_agent);
	s->to_agent_pos = 0;
	zol_proc_free(&s->virtiofsd);
	s->born = s->progress_at = zol_now_ms();
	if (start_qemu(s, err) < 0 || write_record(s, err) < 0)
		return -(int)err->code;
	zol_vm_relay_state(s);
	return 0;
}

/* One round; false when QEMU has ended. */
static bool round_once(struct zol_vm_super *s, bool *connected)
{
	struct pollfd set[SLOT_FIXED + ZOL_VM_CLIENTS_MAX + ZOL_VM_VIEWERS_MAX];
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	size_t n = fill_set(s, set);
	size_t clients = n;
	size_t nclients = zol_vm_relay_poll(s, set + n);
	size_t viewers = n + nclients;
	size_t nviewers = zol_vm_view_poll(s, set + viewers);
	struct zol_exit end;

	if (poll(set, viewers + nviewers, *connected ? TICK_MS : CONNECT_TICK_MS) < 0 && errno != EINTR)
		return false;
	if (!*connected) {
		connect_agent(s);
		*connected = s->agent >= 0;
	}
	if (s->console >= 0 && (set[SLOT_CONSOLE].revents & (POLLIN | POLLHUP)) && zol_vm_view_console(s) < 0)
		close_console(s);
	if (s->agent >= 0 && (set[SLOT_AGENT].revents & (POLLIN | POLLHUP)))
		zol_vm_relay_from_agent(s);
	if (set[SLOT_CLIENTS].revents)
		zol_vm_relay_accept(s);
	if (set[SLOT_VIEWERS].revents)
		zol_vm_view_accept(s);
	zol_vm_relay_work(s, set + clients, nclients);
	zol_vm_view_work(s, set + viewers, nviewers);
	if (zol_proc_wait(&s->qemu, 0, &end, &err) == 0) {
		while (s->console >= 0 && zol_vm_view_console(s) > 0)
			;
		if (may_restart(s, &end) && restart(s, &s->why) == 0) {
			*connected = false;
			return true;
		}
		judge_end(s, &end);
		return false;
	}
	check_limits(s);
	return true;
}

static int set_up(struct zol_vm_super *s, struct zol_err *err)
{
	const struct zol_vm_dirs *d = s->job->dirs;

	s->born = s->progress_at = zol_now_ms();
	if (zol_mkdirs(d->state, 0755, err) < 0)
		return -(int)err->code;
	s->lock = zol_lock_take(d->lock, "virtual machine", 0, err);
	if (s->lock < 0) {
		if (err->errnum == EWOULDBLOCK)
			zol_err_wrap(err, "the VM of guest %s runs already", d->guest);
		return -(int)err->code;
	}
	(void)unlink(d->ended);
	if (zol_vm_clean(d, err) < 0 || zol_vm_dirs_make(d, err) < 0)
		return -(int)err->code;
	if (zol_console_log_open(d->console_log, &s->log, err) < 0)
		return -(int)err->code;
	s->clients_fd = zol_vm_sock_listen(d->run, ZOL_VM_CLIENTS, err);
	if (s->clients_fd < 0)
		return -(int)err->code;
	s->viewers_fd = zol_vm_sock_listen(d->run, ZOL_VM_CONSOLE, err);
	if (s->viewers_fd < 0 || start_qemu(s, err) < 0)
		return -(int)err->code;
	return write_record(s, err);
}

static void init_super(struct zol_vm_super *s, const struct zol_vm_job *job)
{
	*s = (struct zol_vm_super){ .job = job,
				    .qemu = ZOL_PROC_INIT,
				    .virtiofsd = ZOL_PROC_INIT,
				    .lock = -1,
				    .console = -1,
				    .agent = -1,
				    .clients_fd = -1,
				    .viewers_fd = -1,
				    .log = ZOL_CONSOLE_LOG_INIT };
	for (size_t i = 0; i < ZOL_VM_CLIENTS_MAX; i++)
		s->clients[i].fd = -1;
	for (size_t i = 0; i < ZOL_VM_VIEWERS_MAX; i++)
		s->viewers[i].fd = -1;
}

/* The VM's things go before its clients hear of its end: whoever hears may start it again. */
static void tear_down(struct zol_vm_super *s)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_vm_ended ended = { .time = (uint64_t)time(NULL), .code = s->why.code, .text = s->why.msg };

	zol_proc_free(&s->qemu);
	zol_proc_free(&s->virtiofsd);
	zol_vm_view_free(s);
	close_console(s);
	zol_console_log_close(&s->log);
	if (s->lock >= 0) {
		if (zol_vm_ended_write(s->job->dirs, &ended, &err) < 0)
			zol_err_clear(&err);
		if (zol_vm_clean(s->job->dirs, &err) < 0)
			zol_err_clear(&err);
	}
	zol_cleanup_fd(&s->clients_fd);
	zol_cleanup_fd(&s->viewers_fd);
	zol_cleanup_fd(&s->lock);
	s->clients_fd = s->viewers_fd = s->lock = -1;
	zol_vm_relay_end(s, QUIT_MS);
	zol_vm_relay_free(s);
}

static ZOL_NORETURN void supervise(const struct zol_vm_job *job, int owner)
{
	struct zol_vm_super *s = calloc(1, sizeof(*s));
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	bool connected = false;

	if (!s || null < 0 || setsid() < 0)
		_exit(1);
	/* Nothing of the caller's may stay open here: it could be a pipe that somebody waits on. */
	if (dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0 || dup2(owner, 3) < 0)
		_exit(1);
	(void)close_range(4, ~0U, 0);
	(void)fcntl(3, F_SETFD, FD_CLOEXEC);
	(void)fcntl(3, F_SETFL, O_NONBLOCK);
	umask(022);
	zol_sig_install();
	init_super(s, job);
	zol_vm_relay_add(s, 3, true);
	if (set_up(s, &s->why) == 0) {
		zol_vm_relay_state(s);
		while (round_once(s, &connected))
			;
	}
	tear_down(s);
	_exit(0);
}

int zol_vm_super_start(const struct zol_vm_job *job, int *ret_fd, pid_t *ret_pid, struct zol_err *err)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return zol_err_sys(err, "socketpair");
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		supervise(job, pair[1]);
	}
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return zol_err_sys(err, "fork");
	}
	*ret_fd = pair[0];
	*ret_pid = pid;
	return 0;
}
