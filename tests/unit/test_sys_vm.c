/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest's agent may do to its supervisor and the clients of that; what a silent QEMU may. */
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "scratch.h"
#include "sys/qmp.h"
#include "sys/stub.h"
#include "sys/vm_link.h"
#include "sys/vm_sock.h"
#include "sys/vm_super_impl.h"
#include "unit.h"

/* A supervisor with one client, on channel 7 of the agent. */
struct stage {
	struct zol_vm_super s;
	int agent, client; /* the other ends */
};

static struct stage *stage_new(void)
{
	struct stage *t = calloc(1, sizeof(*t));
	int a[2], c[2];

	assert_non_null(t);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, a), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, c), 0);
	for (size_t i = 0; i < ZOL_VM_CLIENTS_MAX; i++)
		t->s.clients[i].fd = -1;
	for (size_t i = 0; i < ZOL_VM_VIEWERS_MAX; i++)
		t->s.viewers[i].fd = -1;
	t->s.console = -1;
	t->s.agent_pid = 1;
	t->s.agent = a[0];
	t->agent = a[1];
	t->s.clients[0] = (struct zol_vm_client){ .fd = c[0], .channel = 7, .own = 1 };
	t->client = c[1];
	return t;
}

static void stage_free(struct stage *t)
{
	zol_vm_relay_free(&t->s);
	zol_frames_free(&t->s.from_agent);
	zol_str_free(&t->s.to_agent);
	if (t->s.agent >= 0)
		close(t->s.agent);
	close(t->agent);
	close(t->client);
	free(t);
}

static void agent_says(struct stage *t, struct zol_str *frames)
{
	assert_false(frames->oom);
	assert_int_equal(write(t->agent, frames->ptr, frames->len), frames->len);
	zol_str_truncate(frames, 0);
	zol_vm_relay_from_agent(&t->s);
}

/* The type of the next frame that the client gets; 0: none. */
static enum zol_frame_type client_gets(struct stage *t, struct zol_frames *in)
{
	char buf[ZOL_FRAME_MAX];
	ssize_t n = read(t->client, buf, sizeof(buf));
	struct zol_frame f;

	if (n > 0)
		zol_frames_feed(in, buf, (size_t)n);
	return zol_frames_next(in, &f) ? f.type : 0;
}

UNIT(a_guest_does_not_speak_for_its_supervisor)
{
	struct stage *t = stage_new();
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	struct zol_frames in = { 0 };

	zol_frame_put(&out, ZOL_FRAME_STATE, 7, 0, NULL, 0);
	zol_frame_put(&out, ZOL_FRAME_FAIL, 7, 0, NULL, 0);
	zol_frame_put(&out, ZOL_FRAME_STOP, 7, 0, NULL, 0);
	zol_frame_put_u32(&out, ZOL_FRAME_STARTED, 7, 0, 5);
	agent_says(t, &out);
	assert_int_equal(client_gets(t, &in), ZOL_FRAME_STARTED);
	assert_int_equal(client_gets(t, &in), 0);
	zol_frames_free(&in);
	stage_free(t);
}

/* More than a guest may send whose windows nobody has opened again. */
UNIT(a_guest_does_not_fill_its_supervisor)
{
	struct stage *t = stage_new();
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	static const char data[16384];

	for (size_t i = 0; i < 512; i++) {
		zol_frame_put(&out, ZOL_FRAME_DATA, 7, ZOL_STREAM_OUT, data, sizeof(data));
		agent_says(t, &out);
		assert_true(t->s.clients[0].out.len < 8 * ZOL_AGENT_WINDOW);
	}
	/* It is hung up, and the client is told. */
	assert_int_equal(t->s.clients[0].channel, 0);
	stage_free(t);
}

/* A viewer that is always a little behind: what it has read is not kept for ever. */
UNIT(a_viewer_that_lags_costs_little)
{
	struct stage *t = stage_new();
	static char data[16384];
	int c[2], v[2], room = 32768;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, c), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, v), 0);
	assert_int_equal(setsockopt(v[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)), 0);
	t->s.console = c[0];
	t->s.log = (struct zol_console_log)ZOL_CONSOLE_LOG_INIT;
	t->s.viewers[0].fd = v[0];
	for (int i = 0; i < 2000; i++) {
		assert_int_equal(write(c[1], data, sizeof(data)), sizeof(data));
		assert_int_equal(zol_vm_view_console(&t->s), 1);
		if (i >= 20)
			assert_true(read(v[1], data, sizeof(data)) > 0);
		assert_true(t->s.viewers[0].out.len < 4U << 20);
	}
	assert_true(t->s.viewers[0].out.len > 0);
	zol_vm_view_free(&t->s);
	zol_console_free(&t->s.watch);
	zol_str_free(&t->s.ring);
	close(c[0]);
	close(c[1]);
	close(v[1]);
	stage_free(t);
}

/* --- the end of a VM ------------------------------------------------------------------------------- */

/* Waits until the file is there and has so many bytes. */
static void await_file(const struct scratch *dir, const char *name, off_t size)
{
	struct stat st = { .st_size = -1 };

	for (int i = 0; i < 3000 && (fstatat(dir->fd, name, &st, 0) < 0 || st.st_size < size); i++)
		(void)poll(NULL, 0, 10);
	assert_true(st.st_size >= size);
}

/* "QEMU" ends at once when it has printed its last words, before the supervisor has read them. */
UNIT(last_words_are_kept_although_a_viewer_lags)
{
	SCRATCH(dir);
	static const char script[] = "until [ -e start ]; do sleep 0.01; done; head -c 500000 /dev/zero | tr '\\0' a;"
				     " until [ -e go ]; do sleep 0.01; done; head -c 80000 /dev/zero | tr '\\0' b;"
				     " echo the end; : >done";
	const char *const qemu[] = { "sh", "-c", script, NULL };
	const char *const none[] = { NULL };
	ZOL_AUTO(free) char *run = zol_asprintf("%s/run", dir.path);
	ZOL_AUTO(vm_dirs) struct zol_vm_dirs dirs = { 0 };
	ZOL_AUTO(str) struct zol_str log = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_vm_job job = { .dirs = &dirs, .qemu = qemu, .virtiofsd = none, .cwd = dir.path };
	ZOL_AUTO(fd) int owner = -1;
	ZOL_AUTO(fd) int viewer = -1;
	pid_t pid;

	assert_int_equal(zol_vm_dirs_init(run, dir.path, "g", &dirs, &err), 0);
	assert_int_equal(zol_vm_super_start(&job, &owner, &pid, &err), 0);
	viewer = zol_vm_sock_connect(dirs.run, ZOL_VM_CONSOLE, 10000, &err);
	assert_true(viewer >= 0);
	scratch_put(&dir, "start", "");
	await_file(&dir, "guests/g/log/console.log", 500000);
	assert_int_equal(kill(pid, SIGSTOP), 0);
	scratch_put(&dir, "go", "");
	await_file(&dir, "done", 0);
	assert_int_equal(kill(pid, SIGCONT), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(zol_read_file(dirs.console_log, 1U << 20, &log, &err), 0);
	assert_int_equal(log.len, 580008);
	assert_true(zol_span_ends(zol_span_str(&log), "bthe end\n"));
}

/* The text is a line of the console, which may have any bytes. */
UNIT(an_end_in_odd_bytes_is_told)
{
	SCRATCH(dir);
	ZOL_AUTO(vm_dirs) struct zol_vm_dirs dirs = { 0 };
	ZOL_AUTO(vm_ended) struct zol_vm_ended got = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	char text[] = "Kernel panic - not syncing: \xff\xfe";
	const struct zol_vm_ended ended = { .time = 5, .code = ZOL_CHILD, .text = text };

	assert_int_equal(zol_vm_dirs_init(dir.path, dir.path, "g", &dirs, &err), 0);
	assert_int_equal(zol_vm_dirs_make(&dirs, &err), 0);
	assert_int_equal(zol_vm_ended_write(&dirs, &ended, &err), 0);
	assert_int_equal(zol_vm_ended_read(&dirs, &got, &err), 0);
	assert_string_equal(got.text, "Kernel panic - not syncing: \\xff\\xfe");
}

/* What it says last is told, however much it has said. */
UNIT(a_garrulous_end_is_told)
{
	static const char *const scripts[] = {
		"head -c 40000 /dev/zero | tr '\\0' e >&2; exit 3",
		"yes of no use | head -c 2000000 >&2; echo >&2; echo the reason >&2; exit 3",
	};
	static const char *const says[] = { "QEMU ended with status 3: ee", "QEMU ended with status 3: the reason" };

	for (size_t i = 0; i < ZOL_COUNT(scripts); i++) {
		SCRATCH(dir);
		const char *const qemu[] = { "sh", "-c", scripts[i], NULL };
		const char *const none[] = { NULL };
		ZOL_AUTO(vm_dirs) struct zol_vm_dirs dirs = { 0 };
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		ZOL_AUTO(link) struct zol_link l = ZOL_LINK_INIT;
		struct zol_vm_job job = { .dirs = &dirs, .qemu = qemu, .virtiofsd = none };
		ZOL_AUTO(free) char *run = zol_asprintf("%s/run", dir.path);
		pid_t pid;

		assert_int_equal(zol_vm_dirs_init(run, dir.path, "g", &dirs, &err), 0);
		assert_int_equal(zol_vm_super_start(&job, &l.fd, &pid, &err), 0);
		assert_int_equal(zol_link_wait_end(&l, 20000, &err), 0);
		assert_non_null(l.why.msg);
		assert_int_equal(strncmp(l.why.msg, says[i], strlen(says[i])), 0);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
}

/* --- the client ---------------------------------------------------------------------------------- */

static void link_pair(struct zol_link *l, int *other)
{
	int p[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, p), 0);
	*l = (struct zol_link)ZOL_LINK_INIT;
	l->fd = p[0];
	*other = p[1];
}

UNIT(an_error_without_text_is_one)
{
	for (size_t len = 0; len <= 4; len++) {
		ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		ZOL_AUTO(link) struct zol_link l = ZOL_LINK_INIT;
		ZOL_AUTO(fd) int other = -1;

		link_pair(&l, &other);
		zol_frame_put(&out, ZOL_FRAME_ERROR, 1, 0, "\1\0\0\0", len);
		/* What lies behind it is not its text. */
		zol_frame_put(&out, ZOL_FRAME_DATA, 1, 'x', "of another", 10);
		assert_int_equal(write(other, out.ptr, out.len), out.len);
		assert_int_equal(zol_link_request(&l, ZOL_REQ_SYNC, 0, 5000, &err), -ZOL_CHILD);
		assert_int_equal(err.errnum, len < 4 ? EIO : EPERM);
		assert_non_null(strstr(zol_err_text(&err), "the guest refused"));
	}
}

/* A command whose agent sends what it likes; nobody reads the output. */
UNIT(a_guest_does_not_fill_its_client)
{
	ZOL_AUTO(exec_spec) struct zol_exec_spec spec = { .no_stdin = true };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(link) struct zol_link l = ZOL_LINK_INIT;
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	struct zol_exec x = { .spec = &spec, .in = -1 };
	struct zol_exec_result result;
	ZOL_AUTO(fd) int other = -1;
	static const char data[16384];
	int p[2];

	link_pair(&l, &other);
	assert_int_equal(pipe2(p, O_CLOEXEC | O_NONBLOCK), 0);
	zol_strv_add(&spec.argv, "yes");
	zol_frame_put_u32(&out, ZOL_FRAME_STARTED, 1, 0, 5);
	for (size_t i = 0; i < 64; i++)
		zol_frame_put(&out, ZOL_FRAME_DATA, 1, ZOL_STREAM_OUT, data, sizeof(data));
	x.out = x.err = p[1];
	pid_t pid = fork();
	if (pid == 0) {
		/* the peer stays until the test has closed its end */
		(void)close(l.fd);
		(void)!write(other, out.ptr, out.len);
		while (read(other, &result, sizeof(result)) > 0)
			;
		_exit(0);
	}
	close(zol_take_fd(&other));
	x.timeout_ms = 3000;
	assert_int_equal(zol_exec_run(&l, &x, &result, &err), -ZOL_CHILD);
	assert_int_equal(err.errnum, EPROTO);
	close(zol_take_fd(&l.fd));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(p[0]);
	close(p[1]);
}

/* --- QEMU that says nothing ---------------------------------------------------------------------- */

static void on_alarm(int sig)
{
	(void)sig;
}

/* One signal in 50 ms, which interrupts calls. */
static void alarm_soon(void)
{
	const struct sigaction sa = { .sa_handler = on_alarm };
	const struct itimerval soon = { .it_value = { .tv_usec = 50000 } };

	assert_int_equal(sigaction(SIGALRM, &sa, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
}

UNIT(a_signal_does_not_make_the_monitor_wait_for_ever)
{
	SCRATCH(dir);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(fd) int fd = zol_vm_sock_listen(dir.path, "m", &err);
	ZOL_AUTO(qmp) struct zol_qmp q = ZOL_QMP_INIT;

	assert_true(fd >= 0);
	alarm_soon();
	assert_true(zol_qmp_open(dir.path, "m", 300, &q, &err) < 0);
	assert_int_equal(err.errnum, ETIMEDOUT);
}

UNIT(nor_the_gdbserver)
{
	SCRATCH(dir);
	ZOL_AUTO(free) char *path = zol_asprintf("%s/g", dir.path);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(fd) int fd = zol_vm_sock_listen(dir.path, "g", &err);
	ZOL_AUTO(stub) struct zol_stub s = ZOL_STUB_INIT;

	assert_true(fd >= 0);
	alarm_soon();
	assert_true(zol_stub_open(path, 300, &s, &err) < 0);
	assert_int_equal(err.errnum, ETIMEDOUT);
}

UNIT_MAIN()
