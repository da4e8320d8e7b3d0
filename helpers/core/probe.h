/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What a file system must be able to do for the directories of a guest, and what to do where it
 * cannot: pure tables and decisions. The checks themselves run in the guest (sys/probe_checks.h);
 * their results travel as lines of tab-separated text:
 *
 *	DIR<TAB>FSTYPE<TAB>CHECK<TAB>ok|fail|skip<TAB>WHY
 *
 * 9p does not announce itself: statfs(2) passes the host file system's f_type through, so only
 * trying tells (measured on QEMU 7.2 with Linux 6.1 and 6.12).
 */

#include "base/str.h"

enum zol_probe_result { ZOL_PROBE_OK, ZOL_PROBE_FAIL, ZOL_PROBE_SKIP };

/* What breaks when the check fails; decides which directories want a tmpfs. */
enum {
	ZOL_PROBE_TEMP = 1U << 0,    /* temporary files: /tmp, PORTAGE_TMPDIR */
	ZOL_PROBE_SPECIAL = 1U << 1, /* sockets and fifos: /run, /tmp, PORTAGE_TMPDIR */
	ZOL_PROBE_LOSSY = 1U << 2,   /* data can be lost: warn wherever it fails */
};

struct zol_probe_row {
	const char *id;     /* "unlinked-ftruncate" */
	unsigned needs;     /* flags above; 0: good to know, no consequence */
	const char *breaks; /* what a user sees when it does not work */
};

const struct zol_probe_row *zol_probe_rows(size_t *ret_n) ZOL_NONNULL(1);
const struct zol_probe_row *zol_probe_find(struct zol_span id);

/* One result; the spans point into the text that was parsed. */
struct zol_probe_fact {
	struct zol_span dir, fstype, check, why;
	const struct zol_probe_row *row; /* of the check; never NULL */
	enum zol_probe_result result;
};

/* Parses one line (without LF). Returns 0, or ZOL_MALFORMED that quotes the line. */
int zol_probe_parse(struct zol_span line, struct zol_probe_fact *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 3);

/* Appends the line for a result, with its LF. why may be "". */
void zol_probe_format(struct zol_str *out, const char *dir, const char *fstype, const char *check,
		      enum zol_probe_result result, const char *why) ZOL_NONNULL(1, 2, 3, 4, 6);

/* The name of a result: ok, fail, skip. */
const char *zol_probe_result_name(enum zol_probe_result r);

/*
 * The plan for all results of a guest: appends a line "tmpfs<TAB>DIR<TAB>REASON" for each
 * directory that has a role (/tmp, /var/tmp/portage, /run, /dev/shm) and fails what the role
 * needs. The same text is what `guest prepare --from-probe` reads. Lines that are no facts
 * make it fail with ZOL_MALFORMED.
 */
int zol_probe_plan(struct zol_span facts, struct zol_str *plan, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3);

/*
 * The environment-style names that kernel selftests want (linux-kselftest, 2025-03-11): appends
 * KSFT_SYSENV_<dir>_<check>_works=0|1 lines; "/" becomes "root", other separators "_".
 */
int zol_probe_sysenv(struct zol_span facts, struct zol_str *out, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3);
