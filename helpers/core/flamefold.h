/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What both readers of profiles (perf script text, perf.data) take and tell. */

#include "core/flamecut.h"

enum zol_fold_count {
	ZOL_COUNT_AUTO, /* periods where the recording has them */
	ZOL_COUNT_SAMPLES,
	ZOL_COUNT_PERIODS,
};

enum zol_fold_show { ZOL_SHOW_COMM, ZOL_SHOW_PID, ZOL_SHOW_TID };

struct zol_fold_opts {
	struct zol_flamecut cut; /* comms and funcs are left to zol_flamecut_apply() */
	const char *event;       /* only this one, with or without its modifiers; NULL: the first one seen */
	bool all_events;
	enum zol_fold_count count;
	enum zol_fold_show show; /* appended to the task's name: "-PID" or "-PID/TID" */
	bool addrs;              /* unresolved frames with their address */
	bool inlined;            /* frames that perf marked as inlined, too */
	bool perf_addresses;     /* return addresses as they are, not the calls before them (perf.data) */
};

#define ZOL_EVENT_TEXT 64U

struct zol_fold_stats {
	uint64_t samples; /* folded */
	uint64_t cut;     /* left out by cut */
	uint64_t others;  /* of other events */
	uint64_t empty;   /* folded, without a callchain */
	uint64_t odd;     /* lines or records that were not understood */
	uint64_t lost;    /* samples that the kernel said it lost */
	bool periods;     /* the counts are periods, else samples */
	char event[ZOL_EVENT_TEXT];
};

/* What a name from a profile becomes as a frame. */

/* What kind a frame is by the file it is in, as perf names it; addr in the upper half is the kernel's. */
enum zol_frame_kind zol_dso_kind(struct zol_span dso, uint64_t addr);
/* "/lib/modules/6.1/extra/zfs.ko.zst" and "[zfs]" are "zfs"; "/usr/lib/libc.so.6" is "libc.so.6". */
struct zol_span zol_dso_module(struct zol_span dso);

/*
 * Appends the name as a frame: no ";" (":" instead), no quotes, without the parameters of C++ and Rust
 * names (their templates stay, as do Go's methods and "(anonymous namespace)"). java: cuts the L of a
 * class with slashes, as stackcollapse-perf.pl does. Appends nothing for names that are no function.
 */
void zol_frame_tidy(struct zol_span name, bool java, struct zol_str *out) ZOL_NONNULL(3);

/*
 * Just-in-time compilers name a function and what was inlined into it as "outer->inner": parts gets the
 * names from the outermost one on, and their number comes back (1 for other names, operator-> among them).
 */
#define ZOL_FRAME_PARTS 16U
size_t zol_frame_arrows(struct zol_span name, struct zol_span parts[static ZOL_FRAME_PARTS]);

/* Appends what stands for a function without a name: "[libc.so.6]", "[unknown]", with the address on request. */
void zol_frame_unknown(struct zol_span dso, uint64_t addr, bool addrs, struct zol_str *out) ZOL_NONNULL(4);

/* The number of the frame of a task: name with "_" for blanks, numbers as show says (-1: "?"). */
uint32_t zol_frame_task(struct zol_stacks *s, struct zol_span comm, enum zol_fold_show show, int64_t pid, int64_t tid)
	ZOL_NONNULL(1);

/* Is this the event that opts want? Takes the first one seen into st->event. */
bool zol_fold_wants_event(const struct zol_fold_opts *o, struct zol_fold_stats *st, struct zol_span event)
	ZOL_NONNULL(1, 2);
