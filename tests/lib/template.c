/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * How a module is written: a whole one with one action, compiled and run by `make check`, so that
 * it cannot rot. To make one of your own, say "tide" with the action "show":
 *
 * 1. helpers/cmd/tide.h           the args structure of each action            (part 1 below)
 * 2. helpers/cmd/tide_table.c     the option rows and the module: data only    (part 2)
 * 3. helpers/cmd/tide.c           the code, and what binds it to the names     (part 3)
 * 4. helpers/cmd/table.c          X(tide) in MODULES, where help shall show it
 * 5. helpers/cmd/main_<prog>.c    X(tide) in the program that has the code; a new one, with its
 *                                 name in .prog of the module, when it needs a heavy library
 * 6. helpers/man/zolkit-tide.8.scd  the manual page: @SYNOPSIS tide@ and @OPTIONS tide@ are filled in
 * 7. tests/cli/tide-show.t        what a user sees: exit status, stdout, stderr, --json
 *
 * What is static here because it is one file has its names there: zol_module_tide, zol_binds_tide and
 * zol_nbinds_tide; an action that stands in another file than its bind is zol_cmd_tide_show.
 *
 * What can be had without a system call goes to core/, with a unit test and, when it reads what
 * others wrote, a fuzz target; what has effects goes to sys/. cmd/ only asks, calls and prints.
 */

#include <inttypes.h>
#include <limits.h>

#include "base/path.h"
#include "base/rows.h"
#include "cli/cli.h"

/* --- 1: the arguments, zeroed before they are filled; strings and lists belong to the core --- */

struct zol_tide_show_args {
	uint64_t hours;
	bool tonight;
	struct zol_strv ports;
};

/* --- 2: the rows --- */

static const struct zol_opt show_opts[] = {
	{ "hours", 'H', ZOL_OPT_U64, offsetof(struct zol_tide_show_args, hours), "N", "so many hours from now", NULL,
	  ZOL_COMPLETE_NONE },
	{ "tonight", 't', ZOL_OPT_FLAG, offsetof(struct zol_tide_show_args, tonight), NULL,
	  "only the hours of the night", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_operand show_operand = {
	"PORT", 1, UINT_MAX, offsetof(struct zol_tide_show_args, ports), "a port by its name", ZOL_COMPLETE_NONE,
};

static const struct zol_action actions[] = {
	{ .name = "show",
	  .summary = "show the tides of ports",
	  .text = "The exit status is 1 when one of the ports has none.",
	  .opts = show_opts,
	  .nopts = ZOL_COUNT(show_opts),
	  .operand = &show_operand,
	  .args_size = sizeof(struct zol_tide_show_args),
	  .flags = ZOL_ACT_JSON | ZOL_ACT_NO_CONFIG },
};

static const struct zol_module module_tide = {
	.name = "tide",
	.summary = "an example",
	.actions = actions,
	.nactions = ZOL_COUNT(actions),
};

/* --- 3: the code --- */

/* What one line of the result is made of, and how it is shown: as a table, or with --json. */
struct tide {
	const char *port;
	uint64_t hours;
	bool night;
};

static const struct zol_col tide_cols[] = {
	ZOL_COL("port", "PORT", STR, struct tide, port),
	ZOL_COL("hours", "HOURS", U64, struct tide, hours),
	ZOL_COL("night", "NIGHT", BOOL, struct tide, night),
};

/* 0 done, 1 a negative answer, or a failure that says what and why. */
static int show(struct zol_cli *cli, const void *args_, struct zol_err *err)
{
	const struct zol_tide_show_args *args = args_;
	ZOL_AUTO(rows) struct zol_rows rows = { .nrows = 0 };
	int negative = 0;

	if (args->hours > 48)
		return zol_err_set(err, ZOL_USAGE, 0, "tides are known for 48 hours, not %" PRIu64, args->hours);
	zol_rows_begin(&rows, &cli->out, tide_cols, ZOL_COUNT(tide_cols));
	for (size_t i = 0; i < args->ports.len; i++) {
		struct tide tide = { args->ports.v[i], args->hours, args->tonight };

		if (!zol_name_ok(tide.port))
			return zol_err_set(err, ZOL_USAGE, 0, "\"%s\" is no name of a port", tide.port);
		if (strcmp(tide.port, "basel") == 0) {
			zol_out_warn(&cli->out, "%s lies on a river", tide.port);
			negative = 1;
			continue;
		}
		zol_rows_add(&rows, &tide);
	}
	return zol_rows_end(&rows, err) < 0 ? -(int)err->code : negative;
}

static const struct zol_bind binds[] = {
	{ "tide", "show", show },
};

/* --- what the real program has in table.c and main_<prog>.c --- */

static const struct zol_module *const modules[] = { &module_tide };

static const struct zol_table table = {
	.program = "template",
	.version = "0",
	.summary = "An example.",
	.modules = modules,
	.nmodules = ZOL_COUNT(modules),
};

int main(int argc, char **argv)
{
	static const struct zol_hooks hooks = { NULL, NULL, NULL };

	return zol_cli_main(&table, binds, ZOL_COUNT(binds), &hooks, argc, argv);
}
