/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>

#include "cmd/flame.h"

static const char *const counts[] = { "auto", "samples", "periods", NULL };
static const char *const shows[] = { "comm", "pid", "tid", NULL };
static const char *const palettes[] = { "kind", "safe", "hot",    "mem",    "io",     "red",  "green",
					"blue", "aqua", "yellow", "purple", "orange", "grey", NULL };
static const char *const formats[] = { "svg", "speedscope", "folded", NULL };

/* The rows of struct zol_flame_in_args inside the structure T. */
#define IN(T, member) (offsetof(T, in) + offsetof(struct zol_flame_in_args, member))
#define IN_ROWS(T)                                                                                                     \
	{ "comm", 'c', ZOL_OPT_LIST, IN(T, comm), "NAME", "only tasks of this name", NULL, ZOL_COMPLETE_NONE },        \
	{ "pid", 'p', ZOL_OPT_LIST, IN(T, pid), "PID", "only this process", NULL, ZOL_COMPLETE_NONE },                 \
	{ "tid", 't', ZOL_OPT_LIST, IN(T, tid), "TID", "only this thread", NULL, ZOL_COMPLETE_NONE },                  \
	{ "func", 'f', ZOL_OPT_LIST, IN(T, func), "NAME", "only stacks with this function", NULL, ZOL_COMPLETE_NONE }, \
	{ "regex", 'E', ZOL_OPT_FLAG, IN(T, regex), NULL, "take --comm and --func as regular expressions", NULL,           \
	  ZOL_COMPLETE_NONE },                                                                                         \
	{ "event", 'e', ZOL_OPT_STR, IN(T, event), "NAME", "this event instead of the first one", NULL,                \
	  ZOL_COMPLETE_NONE },                                                                                         \
	{ "all-events", 0, ZOL_OPT_FLAG, IN(T, all_events), NULL, "add up all events", NULL, ZOL_COMPLETE_NONE },      \
	{ "count", 0, ZOL_OPT_CHOICE, IN(T, count), "WHAT", "what is counted; auto: periods where there are any",      \
	  counts, ZOL_COMPLETE_NONE },                                                                                 \
	{ "from", 0, ZOL_OPT_DURATION, IN(T, from), "TIME", "leave out what came before, after the first sample",      \
	  NULL, ZOL_COMPLETE_NONE },                                                                                   \
	{ "to", 0, ZOL_OPT_DURATION, IN(T, to), "TIME", "leave out what came later", NULL, ZOL_COMPLETE_NONE },        \
	{ "show", 0, ZOL_OPT_CHOICE, IN(T, show), "WHAT", "how the first frame names the task: NAME, NAME-PID, "       \
	  "NAME-PID/TID", shows, ZOL_COMPLETE_NONE },                                                                  \
	{ "addrs", 0, ZOL_OPT_FLAG, IN(T, addrs), NULL, "unresolved frames with their address", NULL,                  \
	  ZOL_COMPLETE_NONE },                                                                                         \
	{ "inline", 0, ZOL_OPT_FLAG, IN(T, inlined), NULL, "functions that the compiler has inlined as frames of their own", NULL,           \
	  ZOL_COMPLETE_NONE },\
	{ "collapse", 0, ZOL_OPT_FLAG, IN(T, collapse), NULL, "one frame for each run of the same frame without a name", NULL, ZOL_COMPLETE_NONE }, \
	{ "kallsyms", 0, ZOL_OPT_STR, IN(T, kallsyms), "FILE", "the recorded kernel's symbols, saved after the recording", NULL, ZOL_COMPLETE_FILE }, \
	{ "modules", 0, ZOL_OPT_STR, IN(T, modules), "FILE", "its modules and their sections, for what kallsyms does not know", NULL, ZOL_COMPLETE_FILE }, \
	{ "vmlinux", 0, ZOL_OPT_STR, IN(T, vmlinux), "FILE", "the recorded kernel itself, in place of kallsyms", NULL, ZOL_COMPLETE_FILE }, \
	{ "guest-kallsyms", 0, ZOL_OPT_STR, IN(T, guest_kallsyms), "FILE", "symbols of a guest that perf kvm recorded", NULL, ZOL_COMPLETE_FILE }, \
	{ "root", 0, ZOL_OPT_STR, IN(T, root), "DIR", "where the files of the recorded machine are: the tree of a guest", NULL, ZOL_COMPLETE_DIR }, \
	{ "perf-addresses", 0, ZOL_OPT_FLAG, IN(T, perf_addresses), NULL, "look up return addresses, as perf does, not the calls before them", NULL, ZOL_COMPLETE_NONE }

#define PIC(T, member) (offsetof(T, pic) + offsetof(struct zol_flame_pic_args, member))
#define PIC_ROWS(T)                                                                                                  \
	{ "output", 'o', ZOL_OPT_STR, PIC(T, output), "FILE", "where the picture goes (default: standard output)",  \
	  NULL, ZOL_COMPLETE_FILE },                                                                                 \
	{ "format", 0, ZOL_OPT_CHOICE, PIC(T, format), "FORM", "what is written", formats, ZOL_COMPLETE_NONE },      \
	{ "title", 0, ZOL_OPT_STR, PIC(T, title), "TEXT", "above the picture", NULL, ZOL_COMPLETE_NONE },            \
	{ "subtitle", 0, ZOL_OPT_STR, PIC(T, subtitle), "TEXT", "below the title", NULL, ZOL_COMPLETE_NONE },        \
	{ "unit", 0, ZOL_OPT_STR, PIC(T, unit), "TEXT", "what is counted, for the tooltips", NULL,                   \
	  ZOL_COMPLETE_NONE },                                                                                       \
	{ "palette", 0, ZOL_OPT_CHOICE, PIC(T, palette), "NAME", "colours; safe: for the colour-blind", palettes,    \
	  ZOL_COMPLETE_NONE },                                                                                       \
	{ "width", 0, ZOL_OPT_U64, PIC(T, width), "PX", "of the picture (default: 1200)", NULL, ZOL_COMPLETE_NONE },           \
	{ "height", 0, ZOL_OPT_U64, PIC(T, height), "PX", "of a frame (default: 16)", NULL, ZOL_COMPLETE_NONE },               \
	{ "min-width", 0, ZOL_OPT_STR, PIC(T, min_width), "PX|PERCENT%", "leave out narrower frames (default: 0.1)", NULL,     \
	  ZOL_COMPLETE_NONE },                                                                                       \
	{ "icicle", 0, ZOL_OPT_FLAG, PIC(T, icicle), NULL, "tasks at the top", NULL, ZOL_COMPLETE_NONE },            \
	{ "reverse", 0, ZOL_OPT_FLAG, PIC(T, reverse), NULL, "merge from the leaves: who calls it, not what it calls", \
	  NULL, ZOL_COMPLETE_NONE }

#define FOLD(member) offsetof(struct zol_flame_fold_args, member)
static const struct zol_opt fold_opts[] = {
	IN_ROWS(struct zol_flame_fold_args),
	{ "output", 'o', ZOL_OPT_STR, FOLD(output), "FILE", "where the stacks go (default: standard output)", NULL,
	  ZOL_COMPLETE_FILE },
	{ "kernel-annotations", 'k', ZOL_OPT_FLAG, FOLD(kernel_marks), NULL,
	  "append _[k] to functions of the kernel and its modules, _[j] to just-in-time code", NULL, ZOL_COMPLETE_NONE },
	{ "kinds", 0, ZOL_OPT_FLAG, FOLD(kind_marks), NULL, "the same, with _[m] for modules", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_opt render_opts[] = {
	IN_ROWS(struct zol_flame_render_args),
	PIC_ROWS(struct zol_flame_render_args),
};

#define DIFF(member) offsetof(struct zol_flame_diff_args, member)
static const struct zol_opt diff_opts[] = {
	IN_ROWS(struct zol_flame_diff_args),
	PIC_ROWS(struct zol_flame_diff_args),
	{ "normalize", 'N', ZOL_OPT_FLAG, DIFF(normalize), NULL, "scale the counts of BEFORE to the sum of AFTER", NULL,
	  ZOL_COMPLETE_NONE },
	{ "before", 0, ZOL_OPT_FLAG, DIFF(before), NULL, "widths of BEFORE: what went away is seen, too", NULL,
	  ZOL_COMPLETE_NONE },
};

#define TOP(member) offsetof(struct zol_flame_top_args, member)
static const struct zol_opt top_opts[] = {
	IN_ROWS(struct zol_flame_top_args),
	{ "lines", 'l', ZOL_OPT_U64, TOP(lines), "N", "how many functions (default: 30)", NULL, ZOL_COMPLETE_NONE },
};

#define FILE_HELP "perf.data, the text of perf script or folded stacks (default: standard input)"
static const struct zol_operand fold_operand = { "FILE", 0, 1, FOLD(files), FILE_HELP, ZOL_COMPLETE_FILE };
static const struct zol_operand render_operand = { "FILE", 0, 1, offsetof(struct zol_flame_render_args, files),
						   FILE_HELP, ZOL_COMPLETE_FILE };
static const struct zol_operand top_operand = { "FILE", 0, 1, TOP(files), FILE_HELP, ZOL_COMPLETE_FILE };
static const struct zol_operand diff_operand = {
	"FILE", 1, 2, DIFF(files), "BEFORE and AFTER, or one file of folded stacks with two counts", ZOL_COMPLETE_FILE
};

#define RECORD(member) offsetof(struct zol_flame_record_args, member)
static const struct zol_opt record_opts[] = {
	IN_ROWS(struct zol_flame_record_args),
	{ "output", 'o', ZOL_OPT_STR, RECORD(output), "DIR", "a new directory for the recording and its picture (default: flame-DATE-TIME)", NULL,
	  ZOL_COMPLETE_DIR },
	{ "host", 'H', ZOL_OPT_FLAG, RECORD(host), NULL, "record this machine, not the guest", NULL, ZOL_COMPLETE_NONE },
	{ "frequency", 'F', ZOL_OPT_U64, RECORD(frequency), "HZ", "samples a second on each CPU (default: 997)", NULL, ZOL_COMPLETE_NONE },
	{ "duration", 'd', ZOL_OPT_DURATION, RECORD(duration), "TIME", "end the recording after this time", NULL,
	  ZOL_COMPLETE_NONE },
	{ "title", 0, ZOL_OPT_STR, RECORD(title), "TEXT", "above the picture", NULL, ZOL_COMPLETE_NONE },
};
static const struct zol_operand record_operand = { "CMD", 0, UINT_MAX, RECORD(command),
						   "record while this command runs (default: until interrupted)",
						   ZOL_COMPLETE_COMMAND };

#define CHECK(member) offsetof(struct zol_flame_check_args, member)
static const struct zol_opt check_opts[] = {
	{ "host", 'H', ZOL_OPT_FLAG, CHECK(host), NULL, "look at this machine, not the guest", NULL, ZOL_COMPLETE_NONE },
};
static const struct zol_operand check_operand = { "PROGRAM", 0, UINT_MAX, CHECK(programs),
						  "look for frame pointers in these, too", ZOL_COMPLETE_FILE };

static const struct zol_action actions[] = {
	{ .name = "record",
	  .summary = "record where the time goes, and draw it",
	  .text = "Records all tasks of the running guest, or of this machine with --host, by perf: while CMD runs in it, "
		  "or until SIGINT or SIGTERM. --comm, --pid, --tid and --func cut the picture, not the recording: "
		  "other cuts of it are drawn with 'flame render'. Beside perf.data stands what its addresses mean.",
	  .opts = record_opts,
	  .nopts = ZOL_COUNT(record_opts),
	  .operand = &record_operand,
	  .args_size = sizeof(struct zol_flame_record_args),
	  .flags = ZOL_ACT_COMMAND },
	{ .name = "check",
	  .summary = "tell what a recording would leave without a name, and why",
	  .opts = check_opts,
	  .nopts = ZOL_COUNT(check_opts),
	  .operand = &check_operand,
	  .args_size = sizeof(struct zol_flame_check_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "fold",
	  .summary = "fold a recording to one line per stack",
	  .opts = fold_opts,
	  .nopts = ZOL_COUNT(fold_opts),
	  .operand = &fold_operand,
	  .args_size = sizeof(struct zol_flame_fold_args) },
	{ .name = "render",
	  .summary = "draw a recording as a flame graph",
	  .text = "An SVG of one file that zooms, searches and shows details in any browser. Every cut of a recording "
		  "is an option here: nothing is recorded again.",
	  .opts = render_opts,
	  .nopts = ZOL_COUNT(render_opts),
	  .operand = &render_operand,
	  .args_size = sizeof(struct zol_flame_render_args) },
	{ .name = "diff",
	  .summary = "draw what changed between two recordings",
	  .text = "Widths are those of AFTER; red frames have a greater part of it than they had of BEFORE, blue a "
		  "smaller one.",
	  .opts = diff_opts,
	  .nopts = ZOL_COUNT(diff_opts),
	  .operand = &diff_operand,
	  .args_size = sizeof(struct zol_flame_diff_args) },
	{ .name = "top",
	  .summary = "list the functions that took most of the time",
	  .opts = top_opts,
	  .nopts = ZOL_COUNT(top_opts),
	  .operand = &top_operand,
	  .args_size = sizeof(struct zol_flame_top_args),
	  .flags = ZOL_ACT_JSON },
};

const struct zol_module zol_module_flame = {
	.name = "flame",
	.summary = "draw where the time goes",
	.prog = "zolkit-flame",
	.actions = actions,
	.nactions = ZOL_COUNT(actions),
};
