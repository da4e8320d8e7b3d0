/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What is known not to pass, and why: conf/baselines/NAME.ini.
 *
 *	[zts/history/history_004_pos]        suite/test; * and ? match (fnmatch without FNM_PATHNAME)
 *	expect = FAIL                        one or more verdicts; with PASS among them, it may also pass
 *	reason = races with the log daemon
 *	issue = https://github.com/openzfs/zfs/issues/7026
 *	kernel = >=6.1 <6.12                 of these kernels only; all bounds hold
 *	zfs = <2.3                           of these versions of ZFS only
 *	expires = 2027-06-30                 not expected any more after this day
 *
 * Where several entries match, the last one counts.
 */

#include "core/testcase.h"

struct zol_expect {
	char *test;
	unsigned allowed; /* bit 1 << verdict */
	char *reason, *issue, *kernel, *zfs, *expires;
};

struct zol_baseline {
	struct zol_expect *v;
	size_t n;
};

void zol_baseline_free(struct zol_baseline *b) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(baseline, struct zol_baseline, zol_baseline_free);

/* Adds the entries of a file. ZOL_MALFORMED "line N: ..." for unknown keys, verdicts, bad bounds and days. */
int zol_baseline_parse(struct zol_span text, struct zol_baseline *b, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 3);

/* The entry that holds for a test ("suite/name") with these versions (NULL: unknown, which is in no range), or NULL. */
const struct zol_expect *zol_baseline_find(const struct zol_baseline *b, const char *test, const char *kernel,
					   const char *zfs) ZOL_NONNULL(1, 2);

/* Whether an entry may have the text as its last day: "2026-11-22". */
bool zol_expect_is_day(const char *text) ZOL_NONNULL(1);

/* Whether the day ("2026-11-22") is after the entry's. */
bool zol_expect_expired(const struct zol_expect *e, const char *today) ZOL_NONNULL(1, 2);
bool zol_expect_allows(const struct zol_expect *e, enum zol_verdict v) ZOL_NONNULL(1);

/* Appends the entry as it stands in a file, with an empty line behind it. */
void zol_expect_write(const struct zol_expect *e, struct zol_str *s) ZOL_NONNULL(1, 2);

/*
 * <0, 0, >0 as version a is older, equal or newer: numbers as numbers, "6.1" equals "6.1.0", text after
 * the numbers ("-rc3", "-49-amd64") does not count.
 */
int zol_version_compare(const char *a, const char *b) ZOL_NONNULL(1, 2);
/* Whether the version fulfils all bounds (">=6.1 <6.12", "!=6.5", "=2.2.4"). ZOL_MALFORMED: -1, else 0 or 1. */
int zol_version_fits(const char *bounds, const char *version) ZOL_NONNULL(1, 2);

/*
 * The dictionaries "known" and "maybe" of OpenZFS's zts-report.py.in (tests/test-runner/bin/), as entries of the
 * suite: what is for FreeBSD is left out, a number is an issue of OpenZFS.
 */
int zol_baseline_import_zts(struct zol_span text, const char *suite, struct zol_baseline *b, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 3, 4);
/* An exclude file of xfstests (check -E): a test a line, a remark behind "#". */
int zol_baseline_import_xfstests(struct zol_span text, const char *suite, struct zol_baseline *b, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 3, 4);

/* For the importers: a new zeroed entry, or NULL when out of memory. */
struct zol_expect *zol_baseline_add(struct zol_baseline *b) ZOL_MUST_CHECK ZOL_NONNULL(1);
