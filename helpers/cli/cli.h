/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The command line as data. One row per option feeds the parser, --help at every level, the
 * completions of three shells, the eselect module and the OPTIONS of the man pages. Tables hold
 * no code, so that the light front knows every command; code is bound to them by name in the
 * program that links it (struct zol_bind). Tables are passed down as parameters: nothing here
 * refers to a table of cmd/.
 */

#include "base/out.h"

struct zol_settings; /* core/settings.h */

enum zol_opt_kind {
	ZOL_OPT_FLAG,     /* bool */
	ZOL_OPT_STR,      /* const char * */
	ZOL_OPT_LIST,     /* struct zol_strv: may be given again and again */
	ZOL_OPT_U64,      /* uint64_t */
	ZOL_OPT_SIZE,     /* uint64_t bytes */
	ZOL_OPT_DURATION, /* uint64_t ms */
	ZOL_OPT_CHOICE,   /* const char *, one of choices */
	ZOL_OPT_MAYBE,    /* the same, but the value may be left out, which means the first: --gdb, --gdb=wait */
};

/* What a value is, for completion. */
enum zol_complete {
	ZOL_COMPLETE_NONE,
	ZOL_COMPLETE_FILE,
	ZOL_COMPLETE_DIR,
	ZOL_COMPLETE_GUEST,   /* names printed by `zolkit guest list --names` */
	ZOL_COMPLETE_COMMAND, /* a program and its arguments */
};

struct zol_opt {
	const char *name; /* long name without dashes */
	char letter;      /* short name, or 0 */
	enum zol_opt_kind kind;
	size_t offset;              /* of the member in the action's args structure */
	const char *arg;            /* name of the value in help: FILE, SIZE; NULL for flags */
	const char *help;           /* one line, lower case, no full stop */
	const char *const *choices; /* NULL-terminated, for ZOL_OPT_CHOICE */
	enum zol_complete complete;
};

/* Whether the next word may be its value. */
static inline bool zol_opt_takes_word(const struct zol_opt *o)
{
	return o->kind != ZOL_OPT_FLAG && o->kind != ZOL_OPT_MAYBE;
}

struct zol_operand {
	const char *name;  /* in help: NAME, CMD */
	unsigned min, max; /* how many; max UINT_MAX: any number */
	size_t offset;     /* of a struct zol_strv that takes them */
	const char *help;
	enum zol_complete complete;
};

enum {
	ZOL_ACT_ROOT = 1U << 0,      /* needs root (also as the root of a user namespace) */
	ZOL_ACT_DRY_RUN = 1U << 1,   /* accepts --dry-run; others refuse it */
	ZOL_ACT_JSON = 1U << 2,      /* accepts --json; others refuse it */
	ZOL_ACT_COMMAND = 1U << 3,   /* operands are a command line: the first one ends option parsing */
	ZOL_ACT_HIDDEN = 1U << 4,    /* for other programs: not in help, completion, man page; no prefix matches it */
	ZOL_ACT_NO_CONFIG = 1U << 5, /* runs without the configuration: cli->settings is NULL */
	ZOL_ACT_JSON_PLAN = 1U << 6, /* accepts both at once; elsewhere a plan is text */
};

struct zol_action {
	const char *name;
	const char *summary; /* one line, lower case, imperative */
	const char *text;    /* more for --help and the man page, or NULL; plain paragraphs */
	const struct zol_opt *opts;
	size_t nopts;
	const struct zol_operand *operand; /* NULL: none */
	size_t args_size;                  /* of its args structure; the core allocates it zeroed, fills and frees it */
	unsigned flags;
};

struct zol_module {
	const char *name;
	const char *summary;
	const char *prog; /* libexec program that has its code; NULL: the front itself */
	const struct zol_action *actions;
	size_t nactions;
};

/* The whole command: top-level actions (up, doctor) stand in a module with the name "". */
struct zol_table {
	const char *program; /* "zolkit" */
	const char *version;
	const char *summary;
	const struct zol_module *const *modules;
	size_t nmodules;
};

/* Global options, already applied where they only concern output. */
struct zol_globals {
	const char *config; /* --config, or NULL */
	const char *guest;  /* -g, or NULL */
	bool dry_run;
};

/* What an action's code gets. */
struct zol_cli {
	struct zol_out out;
	struct zol_globals globals;
	const struct zol_settings *settings; /* loaded before the action runs */
	void *data;                          /* of the hooks */
	const struct zol_table *table;
	const char *argv0;
	char *const *argv; /* all of it, for handing over to another program */
	int exit_status;   /* when >= 0, replaces the exit code after a return of 0: the
				       status of the command that ran in the chroot or the guest */
};

/* Returns 0 done, 1 a negative answer, or a failure. */
typedef int zol_run_fn(struct zol_cli *cli, const void *args, struct zol_err *err);

struct zol_bind {
	const char *module, *action;
	zol_run_fn *run;
};

/* Set-up between parsing and running (configuration); table-independent so that cli/ stays below cmd/. */
struct zol_hooks {
	int (*load)(struct zol_cli *cli, struct zol_err *err);
	void (*unload)(struct zol_cli *cli);
	/* Replaces the process with module->prog; returns only on failure. NULL in a program that has no others. */
	int (*exec_prog)(struct zol_cli *cli, const char *prog, struct zol_err *err);
};

/*
 * The whole of main(): parses, finds the action by unique prefix, checks its flags in one place,
 * runs what is bound or execs the module's program, prints the error, returns the exit code.
 * --help and --version at every level. "--" ends options. ZOL_USAGE errors name the nearest match.
 */
int zol_cli_main(const struct zol_table *table, const struct zol_bind *binds, size_t nbinds,
		 const struct zol_hooks *hooks, int argc, char **argv) ZOL_NONNULL(1, 2, 4, 6);

/* The global options' rows (offsets into an internal structure), for help and exporters. */
const struct zol_opt *zol_cli_global_opts(size_t *ret_n) ZOL_NONNULL(1);

/* Help texts, appended to s. module and action NULL: the level above. */
void zol_cli_help(const struct zol_table *t, const struct zol_module *m, const struct zol_action *a, int width,
		  struct zol_str *s) ZOL_NONNULL(1, 5);
