/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Recordings by perf(1) on this machine or in a guest, and what is kept beside them:
 *
 *	perf.data   the recording
 *	kallsyms    of the kernel, after the recording: modules that were loaded meanwhile are in it
 *	modules     /proc/modules, then "MODULE SECTION ADDRESS" lines
 *	build-ids   "NAME HEX" lines: kernel and modules
 *	release     uname -r
 */

#include "base/event.h"

struct zol_flame_target {
	const char *const *prefix; /* words before each command ("zolkit vm exec -N --"); NULL: this machine */
};

struct zol_flame_recording {
	struct zol_flame_target target;
	const char *dir;            /* where the files go; exists */
	const char *event;          /* NULL: perf's own choice, cycles where it can */
	uint64_t frequency;         /* samples a second and CPU */
	uint64_t duration;          /* ms; 0: until the command ends or we are told to */
	const char *const *command; /* NULL or empty: until we are told to */
};

/*
 * Records the whole system. SIGINT, SIGTERM and SIGHUP end the recording, not the rest of the work. An
 * event that the machine does not have is replaced by cpu-clock, with a note. *ret_status: what the
 * command ended with. ZOL_CHILD when perf cannot be run there or records nothing.
 */
int zol_flame_record(const struct zol_flame_recording *r, const struct zol_events *ev, int *ret_status,
		     struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);

/* Runs a command there and appends what it prints. Any other end than success is ZOL_CHILD. */
int zol_flame_target_get(const struct zol_flame_target *t, const char *const *argv, struct zol_str *out,
			 struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* Commands that print what the files above hold, for zol_flame_target_get(). */
extern const char *const zol_flame_modules_argv[], *const zol_flame_build_ids_argv[];
