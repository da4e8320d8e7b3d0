/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Test suites as data: conf/suites/NAME.ini says where a suite runs, how its tests are listed, the
 * command of one test, what reads its output, and what must be there. Nothing of a suite is known
 * to the runner but this structure and the parser's results (core/suite_result.h).
 *
 *	[suite]
 *	name = zts                     the file's name without .ini
 *	title = ZFS Test Suite
 *	where = vm                     vm or chroot
 *	parser = zts                   exit zts xfstests ztest filebench fio splat tap
 *	gone = since 0.8; use zts      the suite cannot run; this is what to say
 *	list = runfile ${dir}/a.run    fixed | runfile FILE... | files DIR SUFFIX | command ARGV...
 *	tests = a b c                  for list = fixed, or added to what is listed
 *	install = SRC DEST MODE        below conf/suites, into the guest, before set-up; any number
 *	setup = ARGV...                once before the first test (again after a reset); any number
 *	before = ARGV...               before each test; any number
 *	command = ARGV...              one test
 *	after = ARGV...                after each test, whatever came of it
 *	teardown = ARGV...             once at the end
 *	directory = DIR                where a test runs; the other commands run in /
 *	env = NAME=VALUE...            blank-separated, for all of these
 *	artifact = PATH...             of the guest, kept after a test that did not pass; globs
 *	require = program:zpool module:zfs path:/usr/share/zfs user:fsgqa kernel:CONFIG_X
 *	timeout = 10m                  of a test that has no history
 *	floor = 30s  ceiling = 1h      of the limit that history gives
 *	factor = 10                    history's longest times this is the limit
 *	serial = yes                   tests leave state for the next one: those of a group (else of a directory)
 *	                               run one after the other in one place, whatever -j and --shard divide
 *	[vars]
 *	dir = /usr/share/zfs           ${dir} in all values of [suite], [group] and [test]
 *	[group NAME]
 *	title = ...
 *	tests = PATTERN...             names or globs (fnmatch without FNM_PATHNAME)
 *	[test PATTERN]
 *	timeout = 30m  command = ...  skip = REASON   ceiling is raised to timeout
 *
 * ARGV is split at blanks; '…' and "…" keep blanks, a backslash outside '…' takes the next byte as
 * it is. No shell is involved. ${NAME} is replaced inside a word; a word that is only ${args}
 * becomes the user's operands, word by word. Besides [vars], the runner sets: test, suite, args,
 * results (a directory of the guest, fresh per test), pool, mnt, disk1, disk2, seconds (the limit).
 * Lines that begin with a blank continue the value before; "#" or ";" in the first column is a remark.
 */

#include <stdint.h>

#include "base/str.h"

enum zol_suite_where { ZOL_SUITE_VM, ZOL_SUITE_CHROOT };

enum zol_suite_parser {
	ZOL_PARSER_EXIT, /* the exit status is the verdict: 0 pass, 77 skip */
	ZOL_PARSER_ZTS,
	ZOL_PARSER_XFSTESTS,
	ZOL_PARSER_ZTEST,
	ZOL_PARSER_FILEBENCH,
	ZOL_PARSER_FIO,
	ZOL_PARSER_SPLAT,
	ZOL_PARSER_TAP,
};

enum zol_suite_listing {
	ZOL_LIST_FIXED,   /* only tests = */
	ZOL_LIST_RUNFILE, /* ZTS runfiles in the guest: zol_suite_runfile() */
	ZOL_LIST_FILES,   /* files below a directory of the guest whose names end in a suffix */
	ZOL_LIST_COMMAND, /* its standard output: a name a line, anything behind a blank is passed over */
};

struct zol_suite_cmd {
	struct zol_strv argv;
};

struct zol_suite_group {
	char *name, *title;
	struct zol_strv tests; /* names and globs */
};

struct zol_suite_rule {
	char *pattern;
	uint64_t timeout;        /* ms; 0: not set */
	char *skip;              /* why it must not run, or NULL */
	struct zol_strv command; /* empty: the suite's */
};

struct zol_suite_cmds {
	struct zol_suite_cmd *v;
	size_t len;
};

struct zol_suite {
	char *name, *title;
	char *gone; /* NULL: it can run */
	enum zol_suite_where where;
	enum zol_suite_parser parser;
	enum zol_suite_listing listing;
	struct zol_strv list;  /* arguments of the listing */
	struct zol_strv tests; /* fixed names */
	struct zol_strv install, env, artifacts, require;
	struct zol_suite_cmds setup, before, after, teardown;
	struct zol_strv command;
	char *directory;                  /* NULL: / */
	uint64_t timeout, floor, ceiling; /* ms */
	uint64_t factor;
	bool serial;
	struct zol_strv var_names, var_values; /* of [vars], side by side */
	struct zol_suite_group *groups;
	size_t ngroups;
	struct zol_suite_rule *rules;
	size_t nrules;
};

/*
 * Reads a description. ZOL_MALFORMED "line N: ..." for what the grammar above does not have, a
 * missing name, parser or command (unless gone), a duration or choice that is none. ${…} are
 * kept: they are replaced by zol_suite_expand().
 */
int zol_suite_parse(struct zol_span text, struct zol_suite *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3);
void zol_suite_free(struct zol_suite *s) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(suite, struct zol_suite, zol_suite_free);

/* Values for ${NAME}: given ones win over [vars]. args: what ${args} alone becomes (may be NULL). */
struct zol_suite_vars {
	const char *const *names, *const *values;
	size_t len;
	const char *const *args; /* NULL-terminated */
};

/* Appends the words with ${…} replaced. ZOL_USAGE for a name that nothing sets. */
int zol_suite_expand(const struct zol_suite *s, const struct zol_strv *words, const struct zol_suite_vars *vars,
		     struct zol_strv *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5);

/* The group of this name, or NULL. */
const struct zol_suite_group *zol_suite_group(const struct zol_suite *s, const char *name) ZOL_NONNULL(1, 2);
/* Does the group have this test? */
bool zol_suite_group_has(const struct zol_suite_group *g, const char *test) ZOL_NONNULL(1, 2);

/* What holds for one test: every rule that matches, later ones win member by member. */
struct zol_suite_test {
	uint64_t timeout; /* ms; without history: rule, else suite */
	uint64_t ceiling;
	const char *skip;
	const struct zol_strv *command;
};
void zol_suite_test(const struct zol_suite *s, const char *test, struct zol_suite_test *ret) ZOL_NONNULL(1, 2, 3);

/*
 * The limit from history: longest (ms, 0: none known) times factor, between floor and ceiling; a
 * rule's timeout stands as it is.
 */
uint64_t zol_suite_limit(const struct zol_suite *s, const char *test, uint64_t longest) ZOL_NONNULL(1, 2);

/* "vm", "chroot"; "zts", "xfstests", ... */
const char *zol_suite_where_name(enum zol_suite_where where);
const char *zol_suite_parser_name(enum zol_suite_parser parser);

/*
 * Appends the tests of a ZTS runfile (openzfs/zfs:tests/runfiles/common.run: ConfigParser's form, lists of Python
 * strings, sections that are directories) as "acl/off/dosmode". ZOL_MALFORMED when there are none.
 */
int zol_suite_runfile(struct zol_span text, struct zol_strv *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3);

/* Splits a line into words as written above. ZOL_MALFORMED for a quote that is not closed. */
int zol_suite_words(struct zol_span line, struct zol_strv *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3);
