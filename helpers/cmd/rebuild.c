/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/rebuild.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "base/num.h"
#include "base/path.h"
#include "base/rows.h"
#include "cmd/self.h"
#include "core/settings.h"

#define PACKAGES_MAX 16

void zol_build_free(struct zol_build *b)
{
	zol_live_free(&b->live);
	free(b->commit);
	*b = (struct zol_build){ .commit = NULL };
}

int zol_rebuild_look(struct zol_cli *cli, const char *package, struct zol_build *ret, struct zol_err *err)
{
	ZOL_AUTO(ptree) struct zol_ptree t = ZOL_PTREE_INIT;
	int r = zol_portage_name(package, &ret->pkg, err);

	if (r == 0)
		r = zol_ptree_open(cli, false, NULL, &t, err);
	if (r == 0)
		r = zol_live_look(cli, &t, &ret->pkg, &ret->live, err);
	/* Of what is fetched from elsewhere the clone here is only what it was at the last time. */
	if (r == 0 && ret->live.tip && (ret->live.commit || (ret->live.repo && zol_live_is_local(ret->live.repo)))) {
		ret->commit = strdup(ret->live.tip);
		r = ret->commit ? 0 : zol_err_oom(err);
	}
	return r;
}

static const char *guest_name(const struct zol_cli *cli)
{
	return cli->globals.guest ? cli->globals.guest : cli->settings->guest.name;
}

int zol_rebuild_vm(const struct zol_cli *cli, struct zol_err *err)
{
	ZOL_AUTO(guest) struct zol_guest g = { 0 };
	int64_t pid;
	int r = zol_guest_need(cli->settings, guest_name(cli), &g, err);

	return r < 0 ? r : zol_guest_vm(&g, &pid, err);
}

/* --- emerge --- */

static void emerge_args(const struct zol_build *b, struct zol_strv *args)
{
	ZOL_AUTO(str) struct zol_str var = ZOL_STR_INIT;

	zol_strv_add(args, "portage");
	zol_strv_add(args, "emerge");
	if (b->commit) {
		zol_portage_live_var(b->pkg.name, "COMMIT", &var);
		zol_strv_addf(args, "--env=%s=%s", zol_str_c(&var), b->commit);
	}
	zol_strv_extend(
		args, (const char *const[]){ "--", "--oneshot", "--nospinner", "--color=n", "--quiet-build=n", NULL });
	zol_strv_addf(args, "=%s-9999", b->live.package);
}

static char *log_path(const struct zol_cli *cli)
{
	return zol_asprintf("%s/guests/%s/log/emerge.log", cli->settings->paths.state, guest_name(cli));
}

int zol_rebuild_emerge(struct zol_cli *cli, const struct zol_build *b, const struct zol_events *ev, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv args = ZOL_STRV_INIT;
	ZOL_AUTO(free) char *log = log_path(cli), *dir = log ? zol_span_dup(zol_span(log, strlen(log) - 11)) : NULL;
	ZOL_AUTO(fd) int fd = -1;
	bool already;
	int r;

	if (!dir)
		return zol_err_oom(err);
	emerge_args(b, &args);
	if (zol_strv_check(&args, err) < 0 || zol_mkdirs(dir, 0755, err) < 0)
		return -(int)err->code;
	fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return zol_err_sys(err, "%s", log);
	r = zol_self_run_to(cli, zol_strv_list(&args), fd, ev, &already, err);
	if (r < 0 && !err->hint)
		(void)zol_err_hint(err, "what it said: %s", log);
	return r;
}

/* --- snapshot --- */

/* Whether the branch to be built is the one that is checked out. */
static int checked_out(const struct zol_build *b, bool *ret, struct zol_err *err)
{
	ZOL_AUTO(git) struct zol_git *g = NULL;
	ZOL_AUTO(git_commit_info) struct zol_git_commit head = { .subject = NULL };
	int r = zol_git_open(b->live.place, ZOL_GIT_ANY_OWNER | ZOL_GIT_SEARCH, "", &g, err);

	if (r == 0)
		r = zol_git_commit(g, "HEAD", &head, err);
	*ret = r == 0 && strcmp(head.id, b->live.tip) == 0;
	return r;
}

static int wants_snapshot(const struct zol_cli *cli, const struct zol_rebuild_args *a, const struct zol_build *b,
			  bool *ret, struct zol_err *err)
{
	bool local = b->live.place && b->live.tip && b->live.repo && zol_live_is_local(b->live.repo);
	int r = 0;

	*ret = false;
	if (a->snapshot && !local)
		return zol_err_set(err, ZOL_USAGE, 0, "%s is not built from a checkout on this host%s%s",
				   b->live.package, b->live.why ? ": " : "", b->live.why ? b->live.why : "");
	if (a->no_snapshot || !local || (b->live.commit && !a->snapshot))
		return 0;
	if (!a->snapshot)
		r = checked_out(b, ret, err);
	if (r == 0 && !a->snapshot && !*ret)
		zol_out_info(&cli->out,
			     "%s: what is checked out is not what is to be built: edits are left out "
			     "(--snapshot takes them)",
			     b->live.package);
	*ret = *ret || a->snapshot;
	return r;
}

static int first_line(int fd, struct zol_str *line, struct zol_err *err)
{
	struct zol_span rest, first;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return zol_err_sys(err, "snapshot");
	int r = zol_read_fd(fd, 1U << 16, line, err);

	if (r < 0)
		return r;
	rest = zol_span_str(line);
	if (!zol_span_line(&rest, &first))
		return zol_err_set(err, ZOL_CHILD, 0, "no commit came back");
	zol_str_truncate(line, first.len);
	return 0;
}

static int snapshot(struct zol_cli *cli, const struct zol_rebuild_args *a, struct zol_build *b,
		    const struct zol_events *ev, bool *ret_already, struct zol_err *err)
{
	const char *args[] = { "src", "snapshot", "--repo", b->live.place, NULL, NULL, NULL };
	size_t n = 4;
	ZOL_AUTO(fd) int fd = memfd_create("snapshot", MFD_CLOEXEC);
	ZOL_AUTO(str) struct zol_str id = ZOL_STR_INIT;
	int r;

	if (a->untracked)
		args[n++] = "--new";
	if (cli->globals.dry_run)
		args[n++] = "--dry-run";
	if (fd < 0)
		return zol_err_sys(err, "memfd_create");
	r = zol_self_run_to(cli, args, fd, ev, ret_already, err);
	if (r == 0)
		r = first_line(fd, &id, err);
	if (r < 0)
		return r;
	free(b->commit);
	b->commit = strdup(zol_str_c(&id));
	return b->commit ? 0 : zol_err_oom(err);
}

/* --- the whole --- */

struct row {
	const char *step, *package, *commit, *result;
	uint64_t ms;
};

static const struct zol_col cols[] = {
	ZOL_COL("step", "STEP", STR, struct row, step),       ZOL_COL("package", "PACKAGE", STR, struct row, package),
	ZOL_COL("commit", "COMMIT", STR, struct row, commit), ZOL_COL("result", "RESULT", STR, struct row, result),
	ZOL_COL("ms", "TIME", DURATION, struct row, ms),
};

struct work {
	struct zol_cli *cli;
	const struct zol_rebuild_args *args;
	struct zol_build builds[PACKAGES_MAX];
	size_t n;
	struct zol_progress *progress;
	struct zol_rows rows;
	uint64_t begin;
	bool built;
};

static void work_free(struct work *w)
{
	for (size_t i = 0; i < w->n; i++)
		zol_build_free(&w->builds[i]);
	zol_progress_free(w->progress);
	zol_rows_free(&w->rows);
}

static struct zol_ev_step step(struct work *w, const char *name)
{
	struct zol_ev_step r = { zol_progress_events(w->progress, &w->cli->out), name };

	w->begin = zol_now_ms();
	zol_ev_stage(&r.to, name, 0, ZOL_UNIT_COUNT);
	return r;
}

static void done(struct work *w, const char *name, const struct zol_build *b, const char *result)
{
	char brief[13] = "";
	const struct row row = { name, b ? b->live.package : NULL, b && b->commit ? brief : NULL, result,
				 zol_now_ms() - w->begin };

	if (b && b->commit)
		(void)snprintf(brief, sizeof(brief), "%.12s", b->commit);
	zol_rows_add(&w->rows, &row);
}

static int one_snapshot(struct work *w, struct zol_build *b, struct zol_err *err)
{
	struct zol_ev_step relay = step(w, "snapshot");
	const struct zol_events ev = zol_ev_step_events(&relay);
	bool wanted, clean = false;
	int r = wants_snapshot(w->cli, w->args, b, &wanted, err);

	if (r < 0 || !wanted)
		return r;
	r = snapshot(w->cli, w->args, b, &ev, &clean, err);
	if (r == 0)
		done(w, "snapshot", b, clean ? "no edits" : "done");
	return r < 0 ? zol_err_wrap(err, "snapshot") : 0;
}

/* Installed from that very commit, its modules for the kernel that the guest has now. */
static bool is_current(const struct work *w, const struct zol_build *b)
{
	ZOL_AUTO(free)
	char *path = zol_asprintf("%s/guests/%s/kernel/release", w->cli->settings->paths.state, guest_name(w->cli));
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str release = ZOL_STR_INIT;

	if (w->args->force || !b->commit || !b->live.installed.commit ||
	    strcmp(b->commit, b->live.installed.commit) != 0)
		return false;
	if (!b->live.installed.kernel || !path || zol_read_file(path, 256, &release, &ignored) < 0)
		return true;
	return zol_span_eq(zol_span_trim(zol_span_str(&release)), b->live.installed.kernel);
}

static int one_emerge(struct work *w, struct zol_build *b, struct zol_err *err)
{
	struct zol_ev_step relay = step(w, "emerge");
	const struct zol_events ev = zol_ev_step_events(&relay);
	int r = 0;

	if (is_current(w, b)) {
		done(w, "emerge", b, "current");
		return 0;
	}
	r = zol_rebuild_emerge(w->cli, b, &ev, err);
	if (r < 0)
		return zol_err_wrap(err, "%s", b->live.package);
	done(w, "emerge", b, "done");
	w->built = true;
	return 0;
}

/* Also when nothing was built: an earlier run may have ended in between, and the step finds out by itself. */
static int reload(struct work *w, struct zol_err *err)
{
	static const char *const args[] = { "vm", "reload", NULL };
	struct zol_ev_step relay = step(w, "reload");
	const struct zol_events ev = zol_ev_step_events(&relay);
	bool already = false;
	int r = w->args->no_reload ? 0 : zol_rebuild_vm(w->cli, err);

	if (r < 0)
		return r;
	if (r == 0) {
		done(w, "reload", NULL, w->args->no_reload ? "left out" : "no VM runs");
		return 0;
	}
	r = zol_self_run(w->cli, args, &ev, &already, err);
	if (r < 0)
		return zol_err_wrap(err, "reload");
	done(w, "reload", NULL, already ? "current" : "done");
	return 0;
}

static int look_all(struct work *w, struct zol_err *err)
{
	const struct zol_strv *words = &w->args->words;
	int r = 0;

	if (words->len > PACKAGES_MAX)
		return zol_err_set(err, ZOL_USAGE, 0, "more than %d packages", PACKAGES_MAX);
	for (size_t i = 0; r == 0 && i < (words->len ? words->len : 1); i++)
		r = zol_rebuild_look(w->cli, words->len ? words->v[i] : "sys-fs/zfs", &w->builds[w->n++], err);
	return r;
}

/* With the commit that the snapshot would be: it is the same for the same edits. */
static int plan_one(struct work *w, struct zol_build *b, struct zol_str *text, struct zol_err *err)
{
	const char *const args[] = { "src", "snapshot", "--repo", b->live.place, w->args->untracked ? "--new" : NULL,
				     NULL };
	const struct zol_events ev = zol_progress_events(NULL, &w->cli->out);
	ZOL_AUTO(strv) struct zol_strv words = ZOL_STRV_INIT;
	bool wanted, clean;
	int r = wants_snapshot(w->cli, w->args, b, &wanted, err);

	if (r == 0 && wanted) {
		zol_self_line(w->cli, args, text);
		r = snapshot(w->cli, w->args, b, &ev, &clean, err);
	}
	if (r < 0 || is_current(w, b))
		return r;
	emerge_args(b, &words);
	if (zol_strv_check(&words, err) < 0)
		return -(int)err->code;
	zol_self_line(w->cli, zol_strv_list(&words), text);
	return 0;
}

static int dry_run(struct work *w, struct zol_err *err)
{
	static const char *const reload_args[] = { "vm", "reload", NULL };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	int vm = 0;

	for (size_t i = 0; i < w->n; i++)
		if (plan_one(w, &w->builds[i], &text, err) < 0)
			return -(int)err->code;
	if (!w->args->no_reload)
		vm = zol_rebuild_vm(w->cli, err);
	if (vm < 0)
		return vm;
	if (vm)
		zol_self_line(w->cli, reload_args, &text);
	if (zol_str_check(&text, err) < 0)
		return -(int)err->code;
	return fputs(zol_str_c(&text), w->cli->out.out) < 0 ? zol_err_sys(err, "standard output") : 0;
}

static int rebuild(struct zol_cli *cli, const struct zol_rebuild_args *a, struct zol_err *err)
{
	static const struct zol_weight weights[] = { { "snapshot", 1 }, { "emerge", 60 }, { "reload", 10 } };
	__attribute__((cleanup(work_free))) struct work w = { .cli = cli, .args = a };
	int r = look_all(&w, err);

	if (r == 0 && cli->globals.dry_run)
		return dry_run(&w, err);
	if (r == 0 && geteuid() != 0)
		r = zol_err_set(err, ZOL_SYSTEM, EPERM, "rebuild needs root");
	if (r < 0)
		return r;
	zol_rows_begin(&w.rows, &cli->out, cols, ZOL_COUNT(cols));
	w.progress = zol_progress_new(&cli->out, weights, ZOL_COUNT(weights));
	for (size_t i = 0; r == 0 && i < w.n; i++)
		r = one_snapshot(&w, &w.builds[i], err);
	for (size_t i = 0; r == 0 && i < w.n; i++)
		r = one_emerge(&w, &w.builds[i], err);
	if (r == 0)
		r = reload(&w, err);
	zol_progress_hide(w.progress);
	if (r < 0 && !err->hint)
		(void)zol_err_hint(err, "what is done stays done: run zolkit rebuild again to go on");
	if (r < 0)
		return r;
	return zol_rows_end(&w.rows, err);
}

int zol_cmd_rebuild(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_rebuild_args *a = args;

	if (a->snapshot && a->no_snapshot)
		return zol_err_set(err, ZOL_USAGE, 0, "--snapshot and --no-snapshot exclude each other");
	if (!a->bisect && (a->builder || a->here || a->timeout))
		return zol_err_set(err, ZOL_USAGE, 0, "--builder, --here and --timeout are for --bisect");
	if (a->bisect && (a->snapshot || a->no_snapshot || a->untracked || a->force || a->no_reload))
		return zol_err_set(err, ZOL_USAGE, 0,
				   "--bisect builds commits, each once: of the other options only "
				   "--builder, --here and --timeout go with it");
	if (a->no_snapshot && a->untracked)
		return zol_err_set(err, ZOL_USAGE, 0, "--no-snapshot and --new exclude each other");
	return a->bisect ? zol_rebuild_bisect(cli, a, err) : rebuild(cli, a, err);
}

const struct zol_bind zol_binds_rebuild[] = { { "", "rebuild", zol_cmd_rebuild } };
const size_t zol_nbinds_rebuild = ZOL_COUNT(zol_binds_rebuild);
