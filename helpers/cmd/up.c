/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "base/progress.h"
#include "base/rows.h"
#include "cmd/app.h"
#include "cmd/self.h"
#include "cmd/top.h"
#include "core/settings.h"

#define STEP_ARGS 8

/*
 * The steps, each a command of its own that is idempotent and safe to kill: what was finished
 * before an interruption is found current, what was not is done again. The weights are seconds
 * on two quiet cores (stage3 of 500 MB at 10 MB/s; a kernel of 1,400 objects; TCG).
 */
struct step {
	const char *name;
	unsigned weight;
	const char *args[STEP_ARGS]; /* NULL-terminated */
	bool current;                /* known without running it */
};

/* A guest that was created needs no stage3 any more. */
static bool guest_exists(const struct zol_cli *cli, const char *guest)
{
	ZOL_AUTO(free) char *record = zol_asprintf("%s/guests/%s/guest.ini", cli->settings->paths.state, guest);

	return record && access(record, F_OK) == 0;
}

static size_t plan(const struct zol_cli *cli, const struct zol_args_up *a, struct step steps[static 5])
{
	const char *guest = cli->globals.guest ? cli->globals.guest : cli->settings->guest.name;
	const char *variant = a->variant ? a->variant : cli->settings->stage.variant;
	size_t n = 0;

	steps[n++] = (struct step){
		"fetch", 50, { "stage", "fetch", variant }, !a->fresh_index && guest_exists(cli, guest)
	};
	steps[n++] = (struct step){ "create", 6, { "guest", "create", guest, "--variant", variant }, false };
	steps[n++] = (struct step){ "prepare", 1, { "guest", "prepare", guest }, false };
	steps[n] = (struct step){ "kernel", 300, { "kernel", "build" }, false };
	if (a->kernel_source) {
		steps[n].args[2] = "--source";
		steps[n].args[3] = a->kernel_source;
	}
	n++;
	if (!a->no_boot)
		steps[n++] = (struct step){ "boot", 30, { "vm", "start" }, false };
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

/* The stages that a child reports become part of the step's own share of the bar. */
struct relay {
	struct zol_events ev;
	const char *step;
};

static void relay_stage(void *ctx, const char *name, uint64_t total, enum zol_unit unit)
{
	const struct relay *r = ctx;

	(void)name;
	zol_ev_stage(&r->ev, r->step, total, unit);
}

static void relay_progress(void *ctx, uint64_t done)
{
	const struct relay *r = ctx;

	zol_ev_progress(&r->ev, done);
}

static void relay_note(void *ctx, enum zol_level level, const char *text)
{
	const struct relay *r = ctx;

	zol_ev_note(&r->ev, level, "%s", text);
}

static int run_steps(struct zol_cli *cli, const struct step *steps, size_t n, struct zol_rows *rows,
		     struct zol_err *err)
{
	struct zol_weight weights[5];

	for (size_t i = 0; i < n; i++)
		weights[i] = (struct zol_weight){ steps[i].name, steps[i].weight };
	ZOL_AUTO(progress) struct zol_progress *progress = zol_progress_new(&cli->out, weights, n);

	for (size_t i = 0; i < n; i++) {
		struct relay relay = { zol_progress_events(progress, &cli->out), steps[i].name };
		const struct zol_events ev = { &relay, relay_stage, relay_progress, relay_note };
		uint64_t begin = zol_now_ms();
		bool already = steps[i].current;
		int rc = 0;

		zol_ev_stage(&relay.ev, steps[i].name, 0, ZOL_UNIT_COUNT);
		if (!already)
			rc = zol_self_run(cli, steps[i].args, &ev, &already, err);
		if (rc < 0) {
			(void)zol_err_wrap(err, "%s", steps[i].name);
			if (!err->hint)
				(void)zol_err_hint(err, "what is done stays done: run zolkit up again to go on");
			return rc;
		}
		const struct row row = { steps[i].name, already ? "current" : "done", zol_now_ms() - begin };

		zol_rows_add(rows, &row);
	}
	return 0;
}

static void what_next(const struct zol_cli *cli, const struct zol_args_up *a)
{
	zol_out_info(&cli->out, a->no_boot ? "The guest is ready. To go on:" : "The guest is running. To go on:");
	if (a->no_boot)
		zol_out_info(&cli->out, "  zolkit vm start              boot it");
	zol_out_info(&cli->out, "  zolkit vm exec -- uname -a   a command in it");
	zol_out_info(&cli->out, "  zolkit vm console            its serial console");
	zol_out_info(&cli->out, "  zolkit chroot enter          a shell in its tree, for emerge");
	zol_out_info(&cli->out, "  zolkit vm stop               power it off");
}

static int dry_run(const struct zol_cli *cli, const struct step *steps, size_t n, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	for (size_t i = 0; i < n; i++) {
		if (steps[i].current)
			continue;
		zol_str_puts(&text, "zolkit ");
		if (cli->globals.guest) {
			zol_str_puts(&text, "--guest ");
			zol_str_shell_quote(&text, cli->globals.guest);
			zol_str_putc(&text, ' ');
		}
		zol_str_shell_join(&text, steps[i].args);
		zol_str_putc(&text, '\n');
	}
	if (zol_str_check(&text, err) < 0)
		return -(int)err->code;
	if (fputs(zol_str_c(&text), cli->out.out) < 0)
		return zol_err_sys(err, "standard output");
	return 0;
}

int zol_cmd_up(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_args_up *a = args;
	ZOL_AUTO(rows) struct zol_rows rows = { 0 };
	struct step steps[5];
	size_t n = plan(cli, a, steps);
	int rc;

	if (cli->globals.dry_run)
		return dry_run(cli, steps, n, err);
	zol_rows_begin(&rows, &cli->out, cols, ZOL_COUNT(cols));
	rc = run_steps(cli, steps, n, &rows, err);
	if (rc < 0)
		return rc;
	rc = zol_rows_end(&rows, err);
	if (rc == 0)
		what_next(cli, a);
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
