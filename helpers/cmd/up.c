/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "base/path.h"
#include "base/proc.h"
#include "base/progress.h"
#include "base/rows.h"
#include "cmd/app.h"
#include "cmd/self.h"
#include "cmd/top.h"
#include "core/settings.h"
#include "sys/guest.h"
#include "sys/guest_tree.h"
#include "sys/portage_names.h"

#define STEP_ARGS 8
#define STEPS_MAX 7

/* What is known of a step right before it would run. */
enum look {
	LOOK_RUN,
	LOOK_CURRENT,
	LOOK_NONE, /* it does not concern this guest */
};

struct up {
	struct zol_cli *cli;
	const struct zol_up_args *a;
	const char *guest;
	struct zol_rows rows;
	bool portage; /* the guest has it */
	bool zfs;     /* and ZFS for its kernel */
};

/*
 * The steps, each a command of its own that is idempotent and safe to kill: what was finished
 * before an interruption is found current, what was not is done again. The weights are seconds
 * on two quiet cores (stage3 of 500 MB at 10 MB/s; a kernel of 1,400 objects; TCG).
 */
struct step {
	const char *name;
	unsigned weight;
	const char *args[STEP_ARGS];                    /* NULL-terminated */
	int (*look)(struct up *u, struct zol_err *err); /* an enum look, or a failure; NULL: LOOK_RUN */
	const char *log; /* in the guest's directory: what it writes to stdout; NULL: dropped */
};

/* A guest that was created needs no stage3 any more. */
static int look_fetch(struct up *u, struct zol_err *err)
{
	ZOL_AUTO(free)
	char *record = zol_asprintf("%s/guests/%s/guest.ini", u->cli->settings->paths.state, u->guest);

	if (!record)
		return zol_err_oom(err);
	return !u->a->fresh_index && access(record, F_OK) == 0 ? LOOK_CURRENT : LOOK_RUN;
}

static int open_tree(const struct up *u, struct zol_err *err)
{
	ZOL_AUTO(guest) struct zol_guest guest = { 0 };
	int r = zol_guest_need(u->cli->settings, u->guest, &guest, err);

	return r < 0 ? r : zol_guest_tree_look(&guest, err);
}

/* A guest that was not made from a Gentoo stage3 may have no Portage. */
static int look_portage(struct up *u, struct zol_err *err)
{
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	ZOL_AUTO(fd) int root = open_tree(u, err), emerge = -1;

	if (root < 0)
		return zol_take_fd(&root);
	emerge = zol_open_in(root, "usr/bin/emerge", O_PATH, 0, &ignored);
	u->portage = emerge >= 0;
	if (u->portage)
		return LOOK_RUN;
	if (!u->a->with_zfs)
		return LOOK_NONE;
	(void)zol_err_set(err, ZOL_USAGE, 0, "guest %s has no Portage to build ZFS with", u->guest);
	return zol_err_hint(err, "a guest made from a Gentoo stage3 has it: zolkit guest create");
}

/* Whether ZFS is installed, with modules for the guest's kernel. */
static int find_zfs(struct up *u, struct zol_err *err)
{
	ZOL_AUTO(free)
	char *path = zol_asprintf("%s/guests/%s/kernel/release", u->cli->settings->paths.state, u->guest), *dir = NULL;
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str release = ZOL_STR_INIT;
	ZOL_AUTO(strv) struct zol_strv names = ZOL_STRV_INIT;
	ZOL_AUTO(fd) int root = open_tree(u, err);

	if (root < 0 || !path)
		return root < 0 ? zol_take_fd(&root) : zol_err_oom(err);
	u->zfs = false;
	if (zol_read_file(path, 4096, &release, &ignored) < 0 || !zol_portage_has(root, "sys-fs/zfs"))
		return 0;
	struct zol_span text = zol_span_trim(zol_span_str(&release));

	dir = zol_asprintf("lib/modules/%.*s/extra", (int)text.len, text.ptr);
	if (!dir)
		return zol_err_oom(err);
	if (zol_portage_names(root, dir, &names, &ignored) == 0)
		for (size_t i = 0; i < names.len; i++)
			u->zfs = u->zfs || zol_span_starts(zol_span_c(names.v[i]), "zfs.ko");
	return 0;
}

static int look_zfs(struct up *u, struct zol_err *err)
{
	int r = find_zfs(u, err);

	return r < 0 ? r : u->zfs ? LOOK_CURRENT : LOOK_RUN;
}

static size_t plan(const struct up *u, struct step steps[static STEPS_MAX])
{
	const struct zol_up_args *a = u->a;
	const char *variant = a->variant ? a->variant : u->cli->settings->stage.variant;
	size_t n = 0;

	steps[n++] = (struct step){ "fetch", 50, { "stage", "fetch", variant }, look_fetch, NULL };
	steps[n++] = (struct step){ "create", 6, { "guest", "create", u->guest, "--variant", variant }, NULL, NULL };
	steps[n++] = (struct step){ "prepare", 1, { "guest", "prepare", u->guest }, NULL, NULL };
	steps[n++] = (struct step){
		"portage", 60, { "portage", "setup", a->no_sync ? "--no-sync" : NULL }, look_portage, NULL
	};
	steps[n] = (struct step){ "kernel", 300, { "kernel", "build" }, NULL, NULL };
	if (a->kernel_source) {
		steps[n].args[2] = "--source";
		steps[n].args[3] = a->kernel_source;
	}
	n++;
	if (a->with_zfs)
		steps[n++] = (struct step){
			"zfs", 400, { "portage", "emerge", "--", "--ask=n", "sys-fs/zfs" }, look_zfs, "log/emerge.log"
		};
	if (!a->no_boot)
		steps[n++] = (struct step){ "boot", 30, { "vm", "start" }, NULL, NULL };
	return n;
}

struct row {
	const char *step, *result;
	uint64_t ms;
};

static const struct zol_col cols[] = {
	ZOL_COL("step", "STEP", STR, struct row, step),
	ZOL_COL("result", "RESULT", STR, struct row, result),
	ZOL_COL("ms", "TIME", DURATION, struct row, ms),
};

/* Where a step's output goes: a new file in the guest's directory, or nowhere. */
static int open_log(const struct up *u, const struct step *step, char **ret_path, struct zol_err *err)
{
	int fd;

	*ret_path =
		step->log ? zol_asprintf("%s/guests/%s/%s", u->cli->settings->paths.state, u->guest, step->log) : NULL;
	if (!step->log)
		return ZOL_STDIO_NULL;
	if (!*ret_path)
		return zol_err_oom(err);
	ZOL_AUTO(free) char *dir = zol_span_dup(zol_span(*ret_path, (size_t)(strrchr(*ret_path, '/') - *ret_path)));

	if (!dir)
		return zol_err_oom(err);
	if (zol_mkdirs(dir, 0755, err) < 0)
		return -(int)err->code;
	fd = open(*ret_path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	return fd < 0 ? zol_err_sys(err, "%s", *ret_path) : fd;
}

static int run_step(struct up *u, const struct step *step, struct zol_ev_step *relay, bool *already,
		    struct zol_err *err)
{
	const struct zol_events ev = zol_ev_step_events(relay);
	ZOL_AUTO(free) char *path = NULL;
	int out = open_log(u, step, &path, err), r;

	if (step->log && out < 0)
		return out;
	r = zol_self_run_to(u->cli, step->args, out, &ev, already, err);
	if (step->log)
		zol_cleanup_fd(&out);
	if (r < 0 && step->log && !err->hint)
		(void)zol_err_hint(err, "what was said: %s; what is done stays done: run zolkit up again to go on",
				   path);
	return r;
}

static int run_steps(struct up *u, const struct step *steps, size_t n, struct zol_err *err)
{
	struct zol_cli *cli = u->cli;
	struct zol_weight weights[STEPS_MAX];

	for (size_t i = 0; i < n; i++)
		weights[i] = (struct zol_weight){ steps[i].name, steps[i].weight };
	ZOL_AUTO(progress) struct zol_progress *progress = zol_progress_new(&cli->out, weights, n);

	for (size_t i = 0; i < n; i++) {
		struct zol_ev_step relay = { zol_progress_events(progress, &cli->out), steps[i].name };
		uint64_t begin = zol_now_ms();
		int rc = steps[i].look ? steps[i].look(u, err) : LOOK_RUN;
		bool already = rc == LOOK_CURRENT;

		zol_ev_stage(&relay.to, steps[i].name, 0, ZOL_UNIT_COUNT);
		if (rc == LOOK_NONE) {
			zol_ev_note(&relay.to, ZOL_LEVEL_NOTE, "%s: passed over, the guest has none", steps[i].name);
			continue;
		}
		if (rc == LOOK_RUN)
			rc = run_step(u, &steps[i], &relay, &already, err);
		if (rc < 0) {
			(void)zol_err_wrap(err, "%s", steps[i].name);
			if (!err->hint)
				(void)zol_err_hint(err, "what is done stays done: run zolkit up again to go on");
			return rc;
		}
		const struct row row = { steps[i].name, already ? "current" : "done", zol_now_ms() - begin };

		zol_rows_add(&u->rows, &row);
	}
	return 0;
}

static void offer(const struct up *u, const char *command, const char *what)
{
	const char *guest = u->cli->globals.guest;

	zol_out_info(&u->cli->out, "  zolkit %s%s%s%-*s %s", guest ? "-g " : "", guest ? guest : "", guest ? " " : "",
		     19, command, what);
}

static void what_next(const struct up *u)
{
	zol_out_info(&u->cli->out, "the guest is %s; to go on:", u->a->no_boot ? "ready" : "running");
	if (u->a->no_boot)
		offer(u, "vm start", "boot it");
	if (u->portage && !u->zfs)
		offer(u, "up --with-zfs", "have Portage build ZFS for it, too");
	if (u->zfs)
		offer(u, "vm exec -- zpool version", "ZFS is installed; modprobe zfs loads it");
	offer(u, "vm exec -- uname -a", "a command in it");
	offer(u, "vm console", "its serial console");
	offer(u, "chroot enter", "a shell in its tree, for emerge");
	offer(u, "vm stop", "power it off");
}

/* What would run, as far as it can be told: a guest that is not there yet is taken for a Gentoo. */
static int dry_run(struct up *u, const struct step *steps, size_t n, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	const struct zol_cli *cli = u->cli;

	for (size_t i = 0; i < n; i++) {
		ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;

		if (steps[i].look && steps[i].look(u, &ignored) > LOOK_RUN)
			continue;
		zol_self_line(cli, steps[i].args, &text);
	}
	if (zol_str_check(&text, err) < 0)
		return -(int)err->code;
	if (fputs(zol_str_c(&text), cli->out.out) < 0)
		return zol_err_sys(err, "standard output");
	return 0;
}

int zol_cmd_up(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	struct up u = { .cli = cli,
			.a = args,
			.guest = cli->globals.guest ? cli->globals.guest : cli->settings->guest.name };
	struct step steps[STEPS_MAX];
	size_t n = plan(&u, steps);
	int rc;

	if (cli->globals.dry_run)
		return dry_run(&u, steps, n, err);
	zol_rows_begin(&u.rows, &cli->out, cols, ZOL_COUNT(cols));
	rc = run_steps(&u, steps, n, err);
	if (rc == 0 && u.portage)
		rc = find_zfs(&u, err);
	if (rc == 0)
		rc = zol_rows_end(&u.rows, err);
	if (rc == 0)
		what_next(&u);
	zol_rows_free(&u.rows);
	return rc;
}

/* Needs libgit2, which the front is not to be burdened with. */
static int rebuild(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str path = ZOL_STR_INIT;
	int r = zol_app_program("zolkit-portage", &path, err);

	(void)args;
	if (r < 0)
		return r;
	execv(zol_str_c(&path), cli->argv);
	return zol_err_sys(err, "%s", zol_str_c(&path));
}

const struct zol_bind zol_binds_top[] = {
	{ "", "up", zol_cmd_up },
	{ "", "rebuild", rebuild },
	{ "", "doctor", zol_cmd_doctor },
};
const size_t zol_nbinds_top = ZOL_COUNT(zol_binds_top);
