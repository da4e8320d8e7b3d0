/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap: geteuid */
#include <errno.h>
#include <fcntl.h>

#include "sample.h"

#include "unit.h"

static uid_t fake_uid;
uid_t __wrap_geteuid(void);
uid_t __wrap_geteuid(void)
{
	return fake_uid;
}

/* What the hooks and the bound functions saw. */
static struct {
	int loads, unloads, execs, runs;
	bool settings;
	int returns, exit_status;
	bool load_fails, fails;
	char guest[16], out[8192], err[8192], prog[32];
	int verbosity;
	size_t operands;
} seen;

static int load(struct zol_cli *cli, struct zol_err *err)
{
	static const char something;

	seen.loads++;
	if (seen.load_fails)
		return zol_err_set(err, ZOL_USAGE, 0, "bad file");
	cli->settings = (const struct zol_settings *)(const void *)&something;
	return 0;
}

static void unload(struct zol_cli *cli)
{
	seen.unloads++;
	cli->settings = NULL;
}

static int exec_prog(struct zol_cli *cli, const char *prog, struct zol_err *err)
{
	seen.execs++;
	snprintf(seen.prog, sizeof(seen.prog), "%s", prog);
	assert_non_null(cli->argv);
	return zol_err_set(err, ZOL_SYSTEM, ENOENT, "%s", prog);
}

static int run(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	seen.runs++;
	assert_non_null(args);
	seen.settings = cli->settings != NULL;
	seen.verbosity = cli->out.verbosity;
	snprintf(seen.guest, sizeof(seen.guest), "%s", cli->globals.guest ? cli->globals.guest : "-");
	cli->exit_status = seen.exit_status;
	if (seen.fails)
		return zol_err_set(err, ZOL_VERIFY, 0, "no good signature");
	fputs("result\n", cli->out.out);
	return seen.returns;
}

static int run_command(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	seen.operands = ((const struct run_args *)args)->argv.len;
	return run(cli, args, err);
}

static const struct zol_bind binds[] = {
	{ "", "up", run },         { "stage", "fetch", run },       { "stage", "list", run },
	{ "stage", "mount", run }, { "guest", "run", run_command },
};
static const struct zol_hooks hooks = { load, unload, exec_prog };
static const struct zol_hooks no_exec = { load, unload, NULL };

static void slurp(FILE *f, char *text, size_t size)
{
	rewind(f);
	text[fread(text, 1, size - 1, f)] = '\0';
	fclose(f);
}

/* Runs a command line with stdout and stderr in files; returns the exit code. */
static int command_with(const struct zol_hooks *h, const char *text)
{
	char words[256], *argv[17], *at = words;
	int argc = 0, out = dup(1), err = dup(2), rc;
	FILE *to_out = tmpfile(), *to_err = tmpfile();

	memcpy(words, text, strlen(text) + 1);
	while (*at && argc < 16) {
		argv[argc++] = at;
		at += strcspn(at, " ");
		if (*at)
			*at++ = '\0';
	}
	argv[argc] = NULL;
	fflush(stdout);
	dup2(fileno(to_out), 1);
	dup2(fileno(to_err), 2);
	rc = zol_cli_main(&sample, binds, ZOL_COUNT(binds), h, argc, argv);
	fflush(stdout);
	dup2(out, 1);
	dup2(err, 2);
	close(out);
	close(err);
	slurp(to_out, seen.out, sizeof(seen.out));
	slurp(to_err, seen.err, sizeof(seen.err));
	return rc;
}

static void reset(void)
{
	memset(&seen, 0, sizeof(seen));
	seen.exit_status = -1;
	fake_uid = 0;
	unsetenv("ZOLKIT_COLOR");
}

static int command(const char *text)
{
	return command_with(&hooks, text);
}

UNIT(a_bound_action_runs_between_load_and_unload)
{
	reset();
	assert_int_equal(command("zolkit stage fetch x -g one -vv"), 0);
	assert_int_equal(seen.runs, 1);
	assert_int_equal(seen.loads, 1);
	assert_int_equal(seen.unloads, 1);
	assert_true(seen.settings);
	assert_int_equal(seen.verbosity, 2);
	assert_string_equal(seen.guest, "one");
	assert_string_equal(seen.out, "result\n");
	assert_string_equal(seen.err, "");
}

UNIT(help_version_and_usage_errors_read_no_configuration)
{
	reset();
	assert_int_equal(command("zolkit --version"), 0);
	assert_string_equal(seen.out, "zolkit 1.2\n");
	assert_int_equal(command("zolkit stage --help"), 0);
	assert_non_null(strstr(seen.out, "Actions:"));
	assert_int_equal(command("zolkit stage fetch --help"), 0);
	assert_non_null(strstr(seen.out, "--mirror"));
	assert_int_equal(command("zolkit"), 2);
	assert_string_equal(seen.out, "");
	assert_non_null(strstr(seen.err, "a module is missing"));
	assert_int_equal(command("zolkit stage ftech"), 2);
	assert_non_null(strstr(seen.err, "did you mean 'fetch'?"));
	assert_int_equal(seen.loads, 0);
	assert_int_equal(seen.runs, 0);
}

UNIT(an_action_that_needs_no_configuration_gets_none)
{
	reset();
	assert_int_equal(command("zolkit guest run ls -l"), 0);
	assert_int_equal(seen.loads, 0);
	assert_int_equal(seen.unloads, 0);
	assert_false(seen.settings);
	assert_int_equal(seen.operands, 2);
}

UNIT(failures_become_their_exit_codes)
{
	reset();
	seen.fails = true;
	assert_int_equal(command("zolkit up"), ZOL_VERIFY);
	assert_non_null(strstr(seen.err, "no good signature"));
	assert_int_equal(seen.unloads, 1);
	reset();
	seen.load_fails = true;
	assert_int_equal(command("zolkit up"), ZOL_USAGE);
	assert_int_equal(seen.runs, 0);
	reset();
	seen.returns = 1;
	assert_int_equal(command("zolkit up"), ZOL_NEGATIVE);
	assert_string_equal(seen.err, "");
	reset();
	seen.returns = -3; /* and no error set: still not silent */
	assert_int_equal(command("zolkit up"), ZOL_SYSTEM);
	assert_string_not_equal(seen.err, "");
}

UNIT(the_status_of_a_command_replaces_success_only)
{
	reset();
	seen.exit_status = 42;
	assert_int_equal(command("zolkit guest run x"), 42);
	seen.fails = true;
	assert_int_equal(command("zolkit guest run x"), ZOL_VERIFY);
	seen.fails = false;
	seen.exit_status = 0;
	assert_int_equal(command("zolkit guest run x"), 0);
	seen.returns = 1;
	assert_int_equal(command("zolkit guest run x"), ZOL_NEGATIVE);
}

UNIT(other_programs_get_what_is_not_bound)
{
	reset();
	assert_int_equal(command("zolkit guest list"), ZOL_SYSTEM);
	assert_int_equal(seen.execs, 1);
	assert_string_equal(seen.prog, "zolkit-other");
	assert_int_equal(seen.loads, 0);
	assert_int_equal(command("zolkit stage listen"), ZOL_SYSTEM); /* bound nowhere */
	assert_int_equal(seen.execs, 1);
	assert_non_null(strstr(seen.err, "stage listen is not in this program"));
	assert_int_equal(command_with(&no_exec, "zolkit guest list"), ZOL_SYSTEM);
	assert_int_equal(seen.execs, 1);
}

UNIT(root_is_asked_for_except_for_a_plan)
{
	reset();
	fake_uid = 1000;
	assert_int_equal(command("zolkit stage mount"), ZOL_SYSTEM);
	assert_non_null(strstr(seen.err, "mount needs root"));
	assert_non_null(strstr(seen.err, "--dry-run"));
	assert_int_equal(seen.runs, 0);
	assert_int_equal(command("zolkit -n stage mount"), 0);
	assert_int_equal(command("zolkit stage mount --help"), 0);
	fake_uid = 0;
	assert_int_equal(command("zolkit stage mount"), 0);
	assert_int_equal(seen.runs, 2);
}

UNIT(the_progress_descriptor_must_be_open)
{
	reset();
	assert_int_equal(command("zolkit up --progress-fd 999"), ZOL_USAGE);
	assert_int_equal(seen.runs, 0);
	assert_int_equal(command("zolkit up --progress-fd 2"), 0);
}

UNIT(errors_are_json_when_asked_for)
{
	reset();
	seen.fails = true;
	assert_int_equal(command("zolkit --json stage fetch x"), ZOL_VERIFY);
	assert_non_null(strstr(seen.out, "\"error\"") ? strstr(seen.out, "\"error\"") : strstr(seen.err, "\"error\""));
}

UNIT(results_that_cannot_be_written_are_a_failure)
{
	int out = dup(1), full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	char program[] = "zolkit", version[] = "--version";
	char *argv[] = { program, version, NULL };
	int err = dup(2), null = open("/dev/null", O_WRONLY | O_CLOEXEC), rc;

	reset();
	fflush(stdout);
	dup2(full, 1);
	dup2(null, 2);
	rc = zol_cli_main(&sample, binds, ZOL_COUNT(binds), &hooks, 2, argv);
	clearerr(stdout);
	dup2(out, 1);
	dup2(err, 2);
	close(out);
	close(err);
	close(full);
	close(null);
	assert_int_equal(rc, ZOL_SYSTEM);
}

UNIT_MAIN()
