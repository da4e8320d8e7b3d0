/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A small command with one of everything that the option rows can say. */

#include <limits.h>

#include "cli/cli.h"

struct fetch_args {
	bool all, keep;
	const char *arch, *mode, *when;
	struct zol_strv mirrors, names;
	uint64_t jobs, size, wait;
};

struct run_args {
	bool tty;
	struct zol_strv argv;
};

static const char *const whens[] = { "now", "later", NULL };
static const char *const modes[] = { "fast", "safe", "don't care", NULL };

static const struct zol_opt fetch_opts[] = {
	{ "all", 'a', ZOL_OPT_FLAG, offsetof(struct fetch_args, all), NULL, "every variant", NULL, ZOL_COMPLETE_NONE },
	{ "keep", 'k', ZOL_OPT_FLAG, offsetof(struct fetch_args, keep), NULL, "keep [old]: ones_too", NULL,
	  ZOL_COMPLETE_NONE },
	{ "arch", 'A', ZOL_OPT_STR, offsetof(struct fetch_args, arch), "ARCH", "the architecture", NULL,
	  ZOL_COMPLETE_NONE },
	{ "mode", 'm', ZOL_OPT_CHOICE, offsetof(struct fetch_args, mode), "MODE", "how", modes, ZOL_COMPLETE_NONE },
	{ "at", 'w', ZOL_OPT_MAYBE, offsetof(struct fetch_args, when), "WHEN", "maybe at once", whens,
	  ZOL_COMPLETE_NONE },
	{ "mirror", 0, ZOL_OPT_LIST, offsetof(struct fetch_args, mirrors), "DIR", "a mirror", NULL, ZOL_COMPLETE_DIR },
	{ "jobs", 'j', ZOL_OPT_U64, offsetof(struct fetch_args, jobs), "N", "so many at once", NULL,
	  ZOL_COMPLETE_NONE },
	{ "size", 0, ZOL_OPT_SIZE, offsetof(struct fetch_args, size), "SIZE", "at most this", NULL, ZOL_COMPLETE_FILE },
	{ "wait", 0, ZOL_OPT_DURATION, offsetof(struct fetch_args, wait), "TIME", "at most this long", NULL,
	  ZOL_COMPLETE_GUEST },
};
static const struct zol_operand fetch_operand = {
	"NAME", 1, 3, offsetof(struct fetch_args, names), "what to fetch", ZOL_COMPLETE_FILE,
};
static const struct zol_opt run_opts[] = {
	{ "tty", 't', ZOL_OPT_FLAG, offsetof(struct run_args, tty), NULL, "with a terminal", NULL, ZOL_COMPLETE_NONE },
};
static const struct zol_operand run_operand = {
	"CMD", 1, UINT_MAX, offsetof(struct run_args, argv), "what to run", ZOL_COMPLETE_COMMAND,
};

static const struct zol_action stage_actions[] = {
	{ .name = "fetch",
	  .summary = "fetch it",
	  .text = "One paragraph.\n\nAnother *one*.",
	  .opts = fetch_opts,
	  .nopts = ZOL_COUNT(fetch_opts),
	  .operand = &fetch_operand,
	  .args_size = sizeof(struct fetch_args),
	  .flags = ZOL_ACT_DRY_RUN | ZOL_ACT_JSON | ZOL_ACT_JSON_PLAN },
	{ .name = "list", .summary = "list them", .flags = ZOL_ACT_JSON },
	{ .name = "lists", .summary = "list lists" },
	{ .name = "listen", .summary = "wait for one" },
	{ .name = "secret", .summary = "not for you", .flags = ZOL_ACT_HIDDEN },
	{ .name = "mount", .summary = "mount it", .flags = ZOL_ACT_ROOT | ZOL_ACT_DRY_RUN },
};
static const struct zol_action guest_actions[] = {
	{ .name = "run",
	  .summary = "run a command",
	  .opts = run_opts,
	  .nopts = ZOL_COUNT(run_opts),
	  .operand = &run_operand,
	  .args_size = sizeof(struct run_args),
	  .flags = ZOL_ACT_COMMAND | ZOL_ACT_NO_CONFIG },
	{ .name = "list", .summary = "list guests" },
};
static const struct zol_action top_actions[] = {
	{ .name = "up", .summary = "do it all", .flags = ZOL_ACT_DRY_RUN },
	{ .name = "state", .summary = "how it stands" },
};
static const struct zol_module top_module = { "", "the whole", NULL, top_actions, ZOL_COUNT(top_actions) };
static const struct zol_module stage_module = { "stage", "stages of [it]", NULL, stage_actions,
						ZOL_COUNT(stage_actions) };
static const struct zol_module guest_module = { "guest", "guests", "zolkit-other", guest_actions,
						ZOL_COUNT(guest_actions) };
static const struct zol_module *const sample_modules[] = { &top_module, &stage_module, &guest_module };
static const struct zol_table sample = { "zolkit", "1.2", "A sample.", sample_modules, ZOL_COUNT(sample_modules) };
