/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rebuild --bisect. git-bisect(1) does the search, in a bare repository of our own that borrows the
 * checkout's objects: the checkout itself, its index and its refs are neither touched nor trusted.
 * That repository is also what an interrupted search goes on from.
 */
#include <errno.h>
#include <fcntl.h>

#include "base/num.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/rows.h"
#include "cmd/app.h"
#include "cmd/rebuild.h"
#include "cmd/self.h"
#include "core/settings.h"

#define TIMEOUT_MS 600000U
#define GRACE_MS 60000U /* for the way to the guest and back */
#define STATUS_HANG 124
#define STATUS_SKIP 125

enum verdict { GOOD, BAD, SKIP };
static const char *const verdicts[] = { "good", "bad", "skip" };

struct bisect {
	struct zol_cli *cli;
	const struct zol_rebuild_args *args;
	struct zol_build build;
	struct zol_git *git; /* the checkout */
	char *dir, *repo, *task;
	struct zol_rows rows;
	struct zol_progress *progress;
	struct zol_events ev;
};

static void bisect_free(struct bisect *b)
{
	zol_build_free(&b->build);
	if (b->git)
		zol_git_free(b->git);
	zol_progress_free(b->progress);
	zol_rows_free(&b->rows);
	free(b->dir);
	free(b->repo);
	free(b->task);
}

struct row {
	const char *commit, *brief, *verdict, *reason, *subject;
	uint64_t ms;
};

static const struct zol_col cols[] = {
	ZOL_COL("commit", NULL, STR, struct row, commit),
	ZOL_COL("brief", "COMMIT", STR, struct row, brief),
	ZOL_COL("verdict", "VERDICT", STR, struct row, verdict),
	ZOL_COL("reason", "WHY", STR, struct row, reason),
	ZOL_COL("ms", "TIME", DURATION, struct row, ms),
	ZOL_COL("subject", "SUBJECT", STR, struct row, subject),
};

/* --- git --- */

/* Runs git in our repository; nobody's configuration counts. Status 1: it ended with another status than 0. */
static int git(const struct bisect *b, const char *const *args, struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT, env = ZOL_STRV_INIT;
	ZOL_AUTO(run_result) struct zol_run_result result = { 0 };
	const char *path = getenv("PATH");

	zol_strv_extend(&argv, (const char *const[]){ "git", "--git-dir", b->repo, NULL });
	zol_strv_extend(&argv, args);
	zol_strv_addf(&env, "PATH=%s", path ? path : "/usr/bin:/bin");
	zol_strv_extend(&env, (const char *const[]){ "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
						     "HOME=/nonexistent", "LC_ALL=C", NULL });
	if (zol_strv_check(&argv, err) < 0 || zol_strv_check(&env, err) < 0)
		return -(int)err->code;
	const struct zol_run run = { .spawn = { .argv = zol_strv_list(&argv),
						.env = zol_strv_list(&env),
						.cwd = b->dir,
						.in = ZOL_STDIO_NULL,
						.out = ZOL_STDIO_PIPE,
						.err = ZOL_STDIO_STDOUT } };
	int r = zol_proc_run(&run, &result, err);

	if (r < 0)
		return r;
	zol_str_add(out, zol_str_c(&result.out), result.out.len);
	return result.exit.status != 0;
}

/* git's own words, of which the first line tells what it is about. */
static int refused(const char *command, const struct zol_str *said, struct zol_err *err)
{
	struct zol_span rest = zol_span_trim(zol_span_str(said)), line = { 0 };

	(void)zol_span_line(&rest, &line);
	return zol_err_set(err, ZOL_CHILD, 0, "git %s: %.*s", command, (int)line.len, line.ptr ? line.ptr : "");
}

static int git_must(const struct bisect *b, const char *const *args, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	int r = git(b, args, &out, err);

	return r > 0 ? refused(args[0], &out, err) : r;
}

static int write_in(const struct bisect *b, const char *name, const char *text, size_t len, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_path_join(b->repo, name);

	return path ? zol_write_file(path, text, len, 0644, err) : zol_err_oom(err);
}

/* The repository, borrowing from the checkout. A shallow one ends where that one does. */
static int make_repo(const struct bisect *b, const char *good, const char *bad, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str common = ZOL_STR_INIT, alternates = ZOL_STR_INIT, shallow = ZOL_STR_INIT;
	ZOL_AUTO(free) char *grafts = NULL;
	const char *init[] = { "init", "-q", "--bare", strlen(bad) == 64 ? "--object-format=sha256" : NULL, NULL };
	int r = git_must(b, init, err);

	zol_git_commondir(b->git, &common);
	zol_str_printf(&alternates, "%s/objects\n", zol_str_c(&common));
	grafts = zol_path_join(zol_str_c(&common), "shallow");
	if (r == 0)
		r = grafts ? zol_exists(grafts, err) : zol_err_oom(err);
	if (r > 0)
		r = zol_read_file(grafts, ZOL_READ_MAX, &shallow, err);
	if (r == 0 && shallow.len)
		r = write_in(b, "shallow", zol_str_c(&shallow), shallow.len, err);
	if (r == 0)
		r = zol_str_check(&alternates, err);
	if (r == 0)
		r = write_in(b, "objects/info/alternates", zol_str_c(&alternates), alternates.len, err);
	if (r == 0)
		r = git_must(b, (const char *const[]){ "symbolic-ref", "HEAD", "refs/heads/bad", NULL }, err);
	if (r == 0)
		r = git_must(b, (const char *const[]){ "update-ref", "refs/heads/bad", bad, NULL }, err);
	if (r == 0)
		r = git_must(b, (const char *const[]){ "bisect", "start", "--no-checkout", bad, good, "--", NULL },
			     err);
	return r;
}

/* What makes this search another one than the last. */
static int task_text(const struct bisect *b, const char *good, const char *bad, struct zol_str *text,
		     struct zol_err *err)
{
	zol_str_printf(text, "%s\n%s\n%s\n%s\n%s\n", good, bad, b->build.live.package, b->build.live.place,
		       b->args->builder ? b->args->builder : "");
	for (size_t i = 2; i < b->args->words.len; i++)
		zol_str_printf(text, "%s\n", b->args->words.v[i]);
	return zol_str_check(text, err);
}

/* Begins, or goes on. */
static int begin(struct bisect *b, const char *good, const char *bad, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT, old = ZOL_STR_INIT;
	int r = task_text(b, good, bad, &text, err);

	if (r == 0)
		r = zol_mkdirs(b->dir, 0755, err);
	if (r >= 0)
		r = zol_exists(b->task, err);
	if (r > 0)
		r = zol_read_file(b->task, ZOL_READ_MAX, &old, err);
	if (r < 0)
		return r;
	if (old.len == text.len && text.len && memcmp(old.ptr, text.ptr, text.len) == 0) {
		zol_out_info(&b->cli->out, "an earlier search for this is gone on with");
		return 0;
	}
	(void)unlink(b->task);
	r = zol_rmtree(AT_FDCWD, b->repo, err);
	if (r == 0)
		r = make_repo(b, good, bad, err);
	return r < 0 ? r : zol_write_file(b->task, zol_str_c(&text), text.len, 0644, err);
}

/* --- one commit --- */

/* The program's status, its output going where ours does but for stdout, which is the result's. */
static int run_program(const char *const *argv, uint64_t timeout_ms, struct zol_exit *ret, struct zol_err *err)
{
	ZOL_AUTO(run_result) struct zol_run_result result = { 0 };
	const struct zol_run run = { .spawn = { .argv = argv,
						.in = ZOL_STDIO_NULL,
						.out = STDERR_FILENO,
						.err = ZOL_STDIO_INHERIT,
						.own_group = true },
				     .timeout_ms = timeout_ms };
	int r = zol_proc_run(&run, &result, err);

	*ret = result.exit;
	return r;
}

/* 1: it does not build. */
static int build(struct bisect *b, struct zol_err *err)
{
	const char *const argv[] = { b->args->builder, b->build.commit, NULL };
	struct zol_exit ended = { 0 };
	int r;

	zol_ev_stage(&b->ev, "build", 0, ZOL_UNIT_COUNT);
	if (b->args->builder) {
		zol_progress_hide(b->progress);
		r = run_program(argv, 0, &ended, err);
		return r < 0 ? r : ended.status != 0;
	}
	r = zol_rebuild_emerge(b->cli, &b->build, &b->ev, err);
	if (r == -ZOL_CHILD) {
		zol_out_warn(&b->cli->out, "%s", zol_err_text(err));
		zol_err_clear(err);
		return 1;
	}
	return r;
}

static int vm_step(struct bisect *b, const char *const *args, struct zol_err *err)
{
	bool already;

	return zol_self_run(b->cli, args, &b->ev, &already, err);
}

/* The new modules in a running guest: by a reload, or when that is not possible, by a boot. */
static int into_vm(struct bisect *b, struct zol_err *err)
{
	static const char *const reload[] = { "vm", "reload", NULL }, *const start[] = { "vm", "start", NULL };
	static const char *const stop[] = { "vm", "stop", "--force", NULL };
	int r = zol_rebuild_vm(b->cli, err);

	if (r < 0 || b->args->here)
		return r < 0 ? r : 0;
	zol_ev_stage(&b->ev, "reload", 0, ZOL_UNIT_COUNT);
	if (r > 0) {
		if (vm_step(b, reload, err) == 0)
			return 0;
		zol_out_warn(&b->cli->out, "%s: the guest is booted anew", zol_err_text(err));
		zol_err_clear(err);
		if (vm_step(b, stop, err) < 0)
			zol_err_clear(err);
	}
	return vm_step(b, start, err);
}

/* Whether the guest still answers; one that does not is put down, so that the next commit gets a fresh one. */
static bool survived(struct bisect *b)
{
	static const char *const ping[] = { "vm", "exec", "--timeout", "20s", "--", "true", NULL };
	static const char *const stop[] = { "vm", "stop", "--force", NULL };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	if (zol_rebuild_vm(b->cli, &err) > 0 && vm_step(b, ping, &err) == 0)
		return true;
	zol_err_clear(&err);
	(void)vm_step(b, stop, &err);
	return false;
}

static int judge_argv(struct bisect *b, struct zol_strv *argv, uint64_t timeout_ms, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str front = ZOL_STR_INIT;
	int r = b->args->here ? 0 : zol_app_program("zolkit", &front, err);

	if (r == 0 && !b->args->here) {
		zol_strv_add(argv, zol_str_c(&front));
		if (b->cli->globals.config)
			zol_strv_addf(argv, "--config=%s", b->cli->globals.config);
		if (b->cli->globals.guest)
			zol_strv_addf(argv, "--guest=%s", b->cli->globals.guest);
		zol_strv_extend(argv, (const char *const[]){ "vm", "exec", NULL });
		zol_strv_addf(argv, "--timeout=%llums", (unsigned long long)timeout_ms);
		zol_strv_add(argv, "--");
	}
	for (size_t i = 2; i < b->args->words.len; i++)
		zol_strv_add(argv, b->args->words.v[i]);
	return r == 0 ? zol_strv_check(argv, err) : r;
}

static int judge(struct bisect *b, enum verdict *ret, const char **ret_reason, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	uint64_t timeout = b->args->timeout ? b->args->timeout : TIMEOUT_MS;
	struct zol_exit ended = { 0 };
	int r = judge_argv(b, &argv, timeout, err);

	zol_ev_stage(&b->ev, "test", 0, ZOL_UNIT_COUNT);
	zol_progress_hide(b->progress);
	if (r == 0)
		r = run_program(zol_strv_list(&argv), timeout + (b->args->here ? 0 : GRACE_MS), &ended, err);
	if (r < 0)
		return r;
	*ret = ended.status == 0 ? GOOD : ended.status == STATUS_SKIP ? SKIP : BAD;
	*ret_reason = "the command failed";
	if (*ret == GOOD)
		*ret_reason = "the command succeeded";
	else if (*ret == SKIP)
		*ret_reason = "the command said so";
	else if (ended.timed_out || (ended.status == STATUS_HANG && !b->args->here))
		*ret_reason = "hang";
	else if (ended.signal && b->args->here)
		*ret_reason = "crash";
	if (*ret != BAD || b->args->here)
		return 0;
	if (!survived(b) && strcmp(*ret_reason, "hang") != 0)
		*ret_reason = "crash";
	else if (ended.status == 126 || ended.status == 127)
		return zol_err_set(err, ZOL_USAGE, 0, "%s cannot be run in the guest", b->args->words.v[2]);
	return 0;
}

static int one_commit(struct bisect *b, enum verdict *ret, struct zol_err *err)
{
	ZOL_AUTO(git_commit_info) struct zol_git_commit c = { .subject = NULL };
	const char *reason = "does not build";
	uint64_t start = zol_now_ms();
	char brief[13];
	int r = zol_git_commit(b->git, b->build.commit, &c, err);

	if (r < 0)
		return r;
	(void)snprintf(brief, sizeof(brief), "%.12s", c.id);
	zol_out_info(&b->cli->out, "%s %s", brief, c.subject);
	*ret = SKIP;
	r = build(b, err);
	if (r == 0) {
		r = into_vm(b, err);
		if (r == 0)
			r = judge(b, ret, &reason, err);
	}
	if (r < 0)
		return r;
	zol_out_info(&b->cli->out, "%s is %s: %s", brief, *ret == SKIP ? "skipped" : verdicts[*ret], reason);
	const struct row row = { c.id, brief, verdicts[*ret], reason, c.subject, zol_now_ms() - start };

	zol_rows_add(&b->rows, &row);
	return 0;
}

/* --- the search --- */

/* What git says of the search: 1 and the first bad commit, 2 when only skipped ones are left, 0 to go on. */
static int outcome(const struct bisect *b, struct zol_str *commit, struct zol_err *err)
{
	static const char first[] = "# first bad commit: [", left[] = "# only skipped commits left";
	ZOL_AUTO(str) struct zol_str log = ZOL_STR_INIT;
	struct zol_span rest, line;
	int r = git(b, (const char *const[]){ "bisect", "log", NULL }, &log, err);

	rest = zol_span_str(&log);
	while (r >= 0 && zol_span_line(&rest, &line)) {
		const char *end = line.len ? memchr(line.ptr, ']', line.len) : NULL;

		if (zol_span_starts(line, left))
			return 2;
		if (!zol_span_starts(line, first) || !end)
			continue;
		line = zol_span(line.ptr + sizeof(first) - 1, (size_t)(end - line.ptr) - sizeof(first) + 1);
		zol_str_add(commit, line.ptr, line.len);
		return zol_str_check(commit, err) < 0 ? -(int)err->code : 1;
	}
	return r < 0 ? r : 0;
}

static int next_commit(struct bisect *b, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	int r = git(b, (const char *const[]){ "rev-parse", "--verify", "-q", "BISECT_HEAD", NULL }, &out, err);

	if (r > 0)
		return zol_err_set(err, ZOL_CHILD, 0, "git has no commit to be tested");
	if (r < 0)
		return r;
	free(b->build.commit);
	b->build.commit = zol_span_dup(zol_span_trim(zol_span_str(&out)));
	return b->build.commit ? 0 : zol_err_oom(err);
}

/* Tells git the verdict. 0 to go on, else as outcome(); git does not go on either when the merge base is bad. */
static int tell(struct bisect *b, enum verdict v, struct zol_str *commit, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str said = ZOL_STR_INIT;
	int r = git(b, (const char *const[]){ "bisect", verdicts[v], b->build.commit, NULL }, &said, err);
	int end = r > 0 ? outcome(b, commit, err) : r;

	if (r <= 0 || end != 0)
		return end;
	(void)refused("bisect", &said, err);
	return v == BAD ? zol_err_hint(err, "GOOD has what mends it: name a GOOD that BAD descends from") :
			  -(int)err->code;
}

static int search(struct bisect *b, struct zol_str *commit, struct zol_err *err)
{
	for (;;) {
		enum verdict v;
		int r = outcome(b, commit, err);

		if (r != 0)
			return r;
		r = next_commit(b, err);
		if (r == 0)
			r = one_commit(b, &v, err);
		if (r == 0)
			r = tell(b, v, commit, err);
		if (r != 0)
			return r;
	}
}

static int print_first(struct bisect *b, const char *id, struct zol_err *err)
{
	ZOL_AUTO(git_commit_info) struct zol_git_commit c = { .subject = NULL };
	int r = zol_git_commit(b->git, id, &c, err);

	if (r < 0)
		return r;
	r = zol_rows_end(&b->rows, err);
	if (r == 0 && !b->cli->out.json)
		(void)fprintf(b->cli->out.out, "first bad commit: %s %s\n", c.id, c.subject);
	return r;
}

static int prepare(struct bisect *b, struct zol_str *good, struct zol_str *bad, struct zol_err *err)
{
	const struct zol_strv *words = &b->args->words;
	const char *guest = b->cli->globals.guest ? b->cli->globals.guest : b->cli->settings->guest.name;
	ZOL_AUTO(git_commit_info) struct zol_git_commit g = { .subject = NULL }, w = { .subject = NULL };
	int r;

	if (words->len < 3) {
		(void)zol_err_set(err, ZOL_USAGE, 0, "--bisect takes GOOD BAD -- CMD");
		return zol_err_hint(err, "a commit without the fault, one with it, and a command that tells");
	}
	r = zol_rebuild_look(b->cli, "sys-fs/zfs", &b->build, err);
	if (r == 0 && (!b->build.live.place || !b->build.live.repo || !zol_live_is_local(b->build.live.repo))) {
		(void)zol_err_set(err, ZOL_USAGE, 0, "%s is not built from a checkout on this host",
				  b->build.live.package);
		(void)zol_err_hint(err, "zolkit portage live set zfs --repo DIR");
		r = -ZOL_USAGE;
	}
	if (r == 0)
		r = zol_git_open(b->build.live.place, ZOL_GIT_ANY_OWNER | ZOL_GIT_SEARCH, "", &b->git, err);
	if (r == 0)
		r = zol_git_commit(b->git, words->v[0], &g, err);
	if (r == 0)
		r = zol_git_commit(b->git, words->v[1], &w, err);
	if (r < 0)
		return r;
	zol_str_puts(good, g.id);
	zol_str_puts(bad, w.id);
	b->dir = zol_asprintf("%s/guests/%s/bisect", b->cli->settings->paths.state, guest);
	b->repo = b->dir ? zol_path_join(b->dir, "repo.git") : NULL;
	b->task = b->dir ? zol_path_join(b->dir, "task") : NULL;
	return b->repo && b->task ? 0 : zol_err_oom(err);
}

int zol_rebuild_bisect(struct zol_cli *cli, const struct zol_rebuild_args *a, struct zol_err *err)
{
	__attribute__((cleanup(bisect_free))) struct bisect b = { .cli = cli, .args = a };
	ZOL_AUTO(str) struct zol_str good = ZOL_STR_INIT, bad = ZOL_STR_INIT, first = ZOL_STR_INIT;
	int r = prepare(&b, &good, &bad, err);

	if (r < 0)
		return r;
	if (cli->globals.dry_run) {
		(void)fprintf(cli->out.out, "git bisect start --no-checkout %s %s\n", zol_str_c(&bad),
			      zol_str_c(&good));
		return 0;
	}
	if (geteuid() != 0 && !(a->builder && a->here))
		return zol_err_set(err, ZOL_SYSTEM, EPERM, "rebuild needs root");
	b.progress = zol_progress_new(&cli->out, NULL, 0);
	b.ev = zol_progress_events(b.progress, &cli->out);
	zol_rows_begin(&b.rows, &cli->out, cols, ZOL_COUNT(cols));
	r = begin(&b, zol_str_c(&good), zol_str_c(&bad), err);
	if (r < 0)
		return r;
	r = search(&b, &first, err);
	if (r < 0)
		return err->hint ? r : zol_err_hint(err, "the same command goes on from here");
	zol_progress_hide(b.progress);
	(void)unlink(b.task);
	if (zol_rmtree(AT_FDCWD, b.repo, err) < 0)
		return -(int)err->code;
	if (r == 1)
		return print_first(&b, zol_str_c(&first), err);
	zol_out_warn(&cli->out, "only commits are left that had to be skipped: the first bad one is among them");
	r = zol_rows_end(&b.rows, err);
	return r < 0 ? r : 1;
}
