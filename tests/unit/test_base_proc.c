/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/num.h"
#include "base/path.h"
#include "base/proc.h"

#include "unit.h"

#define SH(script) ((const char *const[]){ "sh", "-c", script, NULL })

/* Runs a script with both streams captured. */
static void run_sh(const char *script, struct zol_run_result *ret)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_run run = {
		.spawn = { .argv = SH(script), .in = ZOL_STDIO_NULL, .out = ZOL_STDIO_PIPE, .err = ZOL_STDIO_PIPE },
	};

	assert_int_equal(zol_proc_run(&run, ret, &err), 0);
}

UNIT(streams_and_status_come_back)
{
	ZOL_AUTO(run_result) struct zol_run_result r = { 0 };

	run_sh("echo to out; echo to err >&2; exit 7", &r);
	assert_string_equal(zol_str_c(&r.out), "to out\n");
	assert_string_equal(zol_str_c(&r.err), "to err\n");
	assert_int_equal(r.exit.status, 7);
	assert_int_equal(r.exit.signal, 0);
	assert_false(r.exit.timed_out);
}

UNIT(death_by_signal_is_told)
{
	ZOL_AUTO(run_result) struct zol_run_result r = { 0 };

	run_sh("kill -9 $$", &r);
	assert_int_equal(r.exit.signal, SIGKILL);
	assert_int_equal(r.exit.status, 128 + SIGKILL);
}

UNIT(missing_program_is_a_failure_that_names_it)
{
	static const char *const argv[] = { "no-such-program-here", NULL };
	static const char *const slash[] = { "/no/such/program", NULL };
	struct zol_spawn spawn = { .argv = argv, .in = -1, .out = -1, .err = -1 };
	ZOL_AUTO(proc) struct zol_proc p = ZOL_PROC_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_proc_spawn(&spawn, &p, &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, ENOENT);
	assert_non_null(strstr(err.msg, "no-such-program-here"));
	zol_err_clear(&err);
	spawn.argv = slash;
	assert_int_equal(zol_proc_spawn(&spawn, &p, &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, ENOENT);
	assert_non_null(strstr(err.msg, "/no/such/program"));
	assert_int_equal(p.pid, -1);
}

UNIT(what_cannot_be_executed_is_a_failure)
{
	static const char *const argv[] = { "/etc/passwd", NULL };
	static const char *const empty[] = { NULL };
	struct zol_spawn spawn = { .argv = argv, .in = -1, .out = -1, .err = -1 };
	ZOL_AUTO(proc) struct zol_proc p = ZOL_PROC_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_proc_spawn(&spawn, &p, &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, EACCES);
	zol_err_clear(&err);
	spawn.argv = empty;
	assert_int_equal(zol_proc_spawn(&spawn, &p, &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, EINVAL);
}

/* The child needs more of them than we do for starting it: where they end must not look like a program that ran. */
UNIT(too_few_descriptors_are_a_failure)
{
	struct zol_spawn spawn = { .argv = SH("exit 0"), .in = -1, .out = -1, .err = -1 };
	struct rlimit old, few;
	unsigned failed = 0, ran = 0;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	few = old;
	for (few.rlim_cur = 3; few.rlim_cur < 40; few.rlim_cur++) {
		ZOL_AUTO(proc) struct zol_proc p = ZOL_PROC_INIT;
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		struct zol_exit end;
		int rc;

		assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
		rc = zol_proc_spawn(&spawn, &p, &err);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
		if (rc < 0) {
			assert_int_equal(err.errnum, EMFILE);
			failed++;
			continue;
		}
		assert_int_equal(zol_proc_wait(&p, UINT64_MAX, &end, &err), 0);
		assert_int_equal(end.status, 0);
		ran++;
	}
	assert_true(failed > 0 && ran > 0);
}

UNIT(missing_directory_is_named)
{
	struct zol_spawn spawn = { .argv = SH("exit 0"), .cwd = "/no/such/dir", .in = -1, .out = -1, .err = -1 };
	ZOL_AUTO(proc) struct zol_proc p = ZOL_PROC_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_proc_spawn(&spawn, &p, &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, ENOENT);
	assert_non_null(strstr(err.msg, "/no/such/dir"));
}

UNIT(directory_and_environment_are_the_childs)
{
	static const char *const env[] = { "PATH=/usr/bin:/bin", "ONLY=this", NULL };
	ZOL_AUTO(run_result) struct zol_run_result r = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_run run = {
		.spawn = { .argv = SH("pwd; echo $ONLY; env | grep -c HOME"),
			   .env = env,
			   .cwd = "/usr",
			   .in = ZOL_STDIO_NULL,
			   .out = ZOL_STDIO_PIPE,
			   .err = ZOL_STDIO_STDOUT },
	};

	assert_int_equal(zol_proc_run(&run, &r, &err), 0);
	assert_string_equal(zol_str_c(&r.out), "/usr\nthis\n0\n");
}

UNIT(stderr_can_follow_stdout)
{
	ZOL_AUTO(run_result) struct zol_run_result r = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_run run = {
		.spawn = { .argv = SH("echo a; echo b >&2; echo c"),
			   .in = -1,
			   .out = ZOL_STDIO_PIPE,
			   .err = ZOL_STDIO_STDOUT },
	};

	assert_int_equal(zol_proc_run(&run, &r, &err), 0);
	assert_string_equal(zol_str_c(&r.out), "a\nb\nc\n");
	assert_int_equal(r.err.len, 0);
}

UNIT(input_larger_than_a_pipe_goes_through)
{
	ZOL_AUTO(str) struct zol_str in = ZOL_STR_INIT;
	ZOL_AUTO(run_result) struct zol_run_result r = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	static const char *const argv[] = { "cat", NULL };
	struct zol_run run = {
		.spawn = { .argv = argv, .in = ZOL_STDIO_PIPE, .out = ZOL_STDIO_PIPE, .err = ZOL_STDIO_PIPE },
	};

	for (int i = 0; i < 50000; i++)
		zol_str_printf(&in, "%d\n", i);
	run.input = zol_span_str(&in);
	assert_int_equal(zol_proc_run(&run, &r, &err), 0);
	assert_int_equal(r.out.len, in.len);
	assert_memory_equal(r.out.ptr, in.ptr, in.len);
}

UNIT(child_need_not_read_its_input)
{
	ZOL_AUTO(str) struct zol_str in = ZOL_STR_INIT;
	ZOL_AUTO(run_result) struct zol_run_result r = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_run run = {
		.spawn = { .argv = SH("exec <&-; exit 3"), .in = ZOL_STDIO_PIPE, .out = -1, .err = -1 },
	};
	void (*old)(int) = signal(SIGPIPE, SIG_IGN);

	for (int i = 0; i < 50000; i++)
		zol_str_puts(&in, "0123456789");
	run.input = zol_span_str(&in);
	assert_int_equal(zol_proc_run(&run, &r, &err), 0);
	assert_int_equal(r.exit.status, 3);
	(void)signal(SIGPIPE, old);
}

UNIT(output_is_bounded_and_keeps_its_end)
{
	ZOL_AUTO(run_result) struct zol_run_result r = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_run run = {
		.spawn = { .argv = SH("seq 1 100000"), .in = -1, .out = ZOL_STDIO_PIPE, .err = -1 },
		.max_output = 13,
	};

	assert_int_equal(zol_proc_run(&run, &r, &err), 0);
	assert_string_equal(zol_str_c(&r.out), "99999\n100000\n");
}

struct lines {
	struct zol_strv v;
	size_t longest;
};

static void collect(void *ctx, int which, struct zol_span line)
{
	struct lines *l = ctx;

	if (line.len > l->longest)
		l->longest = line.len;
	zol_strv_addf(&l->v, "%d:%.*s", which, (int)(line.len < 20 ? line.len : 20), line.ptr);
}

UNIT(lines_come_one_by_one)
{
	struct lines l = { 0 };
	ZOL_AUTO(run_result) struct zol_run_result r = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_run run = {
		.spawn = { .argv = SH("printf 'a\\n\\nb'"), .in = -1, .out = ZOL_STDIO_PIPE, .err = ZOL_STDIO_PIPE },
		.on_line = collect,
		.ctx = &l,
	};

	assert_int_equal(zol_proc_run(&run, &r, &err), 0);
	assert_int_equal(l.v.len, 3);
	assert_string_equal(l.v.v[0], "1:a");
	assert_string_equal(l.v.v[1], "1:");
	assert_string_equal(l.v.v[2], "1:b");
	zol_strv_free(&l.v);
}

UNIT(endless_lines_come_in_parts)
{
	struct lines l = { 0 };
	ZOL_AUTO(run_result) struct zol_run_result r = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_run run = {
		.spawn = { .argv = SH("head -c 200000 /dev/zero | tr '\\0' x"),
			   .in = -1,
			   .out = -1,
			   .err = ZOL_STDIO_PIPE },
		.on_line = collect,
		.ctx = &l,
	};

	run.spawn.out = ZOL_STDIO_PIPE;
	assert_int_equal(zol_proc_run(&run, &r, &err), 0);
	assert_int_equal(l.v.len, 4);
	assert_int_equal(l.longest, 65536);
	zol_strv_free(&l.v);
}

UNIT(time_limit_ends_a_child)
{
	ZOL_AUTO(run_result) struct zol_run_result r = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_run run = {
		.spawn = { .argv = SH("echo begun; exec sleep 100"), .in = -1, .out = ZOL_STDIO_PIPE, .err = -1 },
		.timeout_ms = 300,
	};

	assert_int_equal(zol_proc_run(&run, &r, &err), 0);
	assert_true(r.exit.timed_out);
	assert_int_equal(r.exit.signal, SIGTERM);
	assert_string_equal(zol_str_c(&r.out), "begun\n");
}

UNIT(daemons_of_a_child_do_not_hold_us)
{
	ZOL_AUTO(run_result) struct zol_run_result r = { 0 };
	ZOL_AUTO(str) struct zol_str pid = ZOL_STR_INIT;

	run_sh("sleep 100 & echo $!", &r);
	assert_int_equal(r.exit.status, 0);
	/* It runs still: end it. */
	assert_int_equal(kill((pid_t)strtol(zol_str_c(&r.out), NULL, 10), SIGKILL), 0);
}

UNIT(signals_are_reset_in_the_child)
{
	ZOL_AUTO(run_result) struct zol_run_result r = { 0 };
	sigset_t block, old;
	void (*oldpipe)(int) = signal(SIGPIPE, SIG_IGN);

	(void)sigemptyset(&block);
	(void)sigaddset(&block, SIGUSR1);
	(void)sigprocmask(SIG_BLOCK, &block, &old);
	/* Signals 32 and 33 belong to libc: nobody can reset them, and some makes ignore them. */
	run_sh("grep -E 'Sig(Blk|Ign)' /proc/self/status | sed s/180000000/000000000/ | tr -d '\\t\\n'", &r);
	(void)sigprocmask(SIG_SETMASK, &old, NULL);
	(void)signal(SIGPIPE, oldpipe);
	assert_string_equal(zol_str_c(&r.out), "SigBlk:0000000000000000SigIgn:0000000000000000");
}

UNIT(only_mapped_descriptors_are_inherited)
{
	ZOL_AUTO(fd) int leak = open("/etc/passwd", O_RDONLY); /* without O_CLOEXEC */
	ZOL_AUTO(fd) int given = open("/etc/group", O_RDONLY | O_CLOEXEC);
	const struct zol_fdmap map[] = { { given, 9 }, { given, leak } };
	ZOL_AUTO(run_result) struct zol_run_result r = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_run run = {
		.spawn = { .argv = SH(
				   "for f in /proc/self/fd/*; do readlink $f; done | sort -u | grep etc; readlink /proc/self/fd/9"),
			   .in = -1,
			   .out = ZOL_STDIO_PIPE,
			   .err = -1,
			   .fds = map,
			   .nfds = 1 },
	};

	assert_true(leak >= 0 && given >= 0);
	assert_int_equal(zol_proc_run(&run, &r, &err), 0);
	assert_string_equal(zol_str_c(&r.out), "/etc/group\n/etc/group\n");
}

UNIT(mapped_descriptors_can_change_places)
{
	ZOL_AUTO(fd) int a = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	ZOL_AUTO(fd) int b = open("/etc/group", O_RDONLY | O_CLOEXEC);
	const struct zol_fdmap map[] = { { a, b }, { b, a } };
	ZOL_AUTO(free) char *script = zol_asprintf("readlink /proc/self/fd/%d; readlink /proc/self/fd/%d", a, b);
	const char *const argv[] = { "sh", "-c", script, NULL };
	ZOL_AUTO(run_result) struct zol_run_result r = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_run run = {
		.spawn = { .argv = argv, .in = -1, .out = ZOL_STDIO_PIPE, .err = -1, .fds = map, .nfds = 2 },
	};

	assert_int_equal(zol_proc_run(&run, &r, &err), 0);
	assert_string_equal(zol_str_c(&r.out), "/etc/group\n/etc/passwd\n");
}

UNIT(wait_tells_that_it_still_runs)
{
	struct zol_spawn spawn = { .argv = SH("read x; exit 4"), .in = ZOL_STDIO_PIPE, .out = -1, .err = -1 };
	ZOL_AUTO(proc) struct zol_proc p = ZOL_PROC_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_exit end = { 0 };

	assert_int_equal(zol_proc_spawn(&spawn, &p, &err), 0);
	assert_int_equal(zol_proc_wait(&p, 10, &end, &err), 1);
	assert_int_equal(zol_write_all(p.in, "\n", 1, &err), 0);
	assert_int_equal(zol_proc_wait(&p, UINT64_MAX, &end, &err), 0);
	assert_int_equal(end.status, 4);
	assert_int_equal(p.pid, -1);
	assert_int_equal(zol_proc_wait(&p, 0, &end, &err), -(int)ZOL_SYSTEM);
	assert_int_equal(err.errnum, ECHILD);
}

UNIT(stop_kills_what_does_not_obey)
{
	struct zol_spawn spawn = { .argv = SH("trap '' TERM; echo ready; while :; do sleep 1; done"),
				   .in = -1,
				   .out = ZOL_STDIO_PIPE,
				   .err = -1,
				   .own_group = true };
	ZOL_AUTO(proc) struct zol_proc p = ZOL_PROC_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	char buf[16];

	assert_int_equal(zol_proc_spawn(&spawn, &p, &err), 0);
	assert_int_equal(read(p.out, buf, sizeof(buf)), 6);
	zol_proc_stop(&p, 50);
	assert_int_equal(p.pid, -1);
	assert_int_equal(p.out, -1);
	zol_proc_stop(&p, 50);
}

UNIT(signal_reaches_the_group)
{
	struct zol_spawn spawn = {
		.argv = SH("sleep 100 & echo $!; wait"), .in = -1, .out = ZOL_STDIO_PIPE, .err = -1, .own_group = true
	};
	ZOL_AUTO(proc) struct zol_proc p = ZOL_PROC_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_exit end = { 0 };
	char buf[32];
	ssize_t n;

	assert_int_equal(zol_proc_spawn(&spawn, &p, &err), 0);
	n = read(p.out, buf, sizeof(buf) - 1);
	assert_true(n > 0);
	zol_proc_signal(&p, SIGTERM);
	assert_int_equal(zol_proc_wait(&p, UINT64_MAX, &end, &err), 0);
	assert_int_equal(end.signal, SIGTERM);
	/* The grandchild held the pipe's other end: it is gone when the pipe ends. */
	assert_int_equal(read(p.out, buf, sizeof(buf)), 0);
}

UNIT(own_session_has_no_terminal)
{
	struct zol_spawn spawn = { .argv = SH("read -r _ _ _ _ _ sid _ < /proc/$$/stat; [ $sid = $$ ]"),
				   .in = -1,
				   .out = -1,
				   .err = -1,
				   .own_session = true,
				   .pdeathsig = SIGKILL };
	ZOL_AUTO(proc) struct zol_proc p = ZOL_PROC_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_exit end = { 0 };

	assert_int_equal(zol_proc_spawn(&spawn, &p, &err), 0);
	assert_int_equal(zol_proc_wait(&p, UINT64_MAX, &end, &err), 0);
	assert_int_equal(end.status, 0);
}

UNIT(capture_gives_output_or_the_reason)
{
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_proc_capture(SH("echo hello"), &out, &err), 0);
	assert_string_equal(zol_str_c(&out), "hello\n");
	assert_int_equal(zol_proc_capture(SH("exit 0"), NULL, &err), 0);
	assert_int_equal(zol_proc_capture(SH("echo first >&2; echo the reason >&2; echo >&2; exit 2"), &out, &err),
			 -(int)ZOL_CHILD);
	assert_string_equal(err.msg, "sh failed with status 2: the reason");
	zol_err_clear(&err);
	assert_int_equal(zol_proc_capture(SH("kill -15 $$"), &out, &err), -(int)ZOL_CHILD);
	assert_string_equal(err.msg, "sh was killed by signal 15 (Terminated)");
	assert_string_equal(zol_str_c(&out), "hello\n");
}

UNIT_MAIN()
