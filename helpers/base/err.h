/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The error object, last parameter of everything that can fail.
 *
 * Convention: a function returns a negative number on failure (forward it unchanged), 0 when
 * done, and a positive number only where its header says what that means. The object is set
 * once, at the place that knows the cause, and wrapped with context on the way up. Success
 * outputs (ret_*) are untouched on failure.
 */

#include <errno.h>

#include "base/attr.h"

/* What went wrong, by who has to act. The values are the documented exit codes of every command. */
enum zol_code {
	ZOL_OK = 0,        /* done */
	ZOL_NEGATIVE = 1,  /* a negative answer: a check or a test failed */
	ZOL_USAGE = 2,     /* wrong option, operand or configuration value */
	ZOL_SYSTEM = 3,    /* a system call or a local resource failed */
	ZOL_NETWORK = 4,   /* no mirror delivered */
	ZOL_VERIFY = 5,    /* signature, key, digest, size, age or rollback refused */
	ZOL_MALFORMED = 6, /* input that cannot be parsed */
	ZOL_CHILD = 7,     /* a program that was started failed */
};

struct zol_err {
	enum zol_code code;
	int errnum; /* errno of the cause, or 0 */
	char *msg;  /* one line, no full stop, outermost context first; NULL when not set */
	char *hint; /* what to do about it; NULL when there is nothing to say */
};

#define ZOL_ERR_INIT { .code = ZOL_OK, .errnum = 0, .msg = NULL, .hint = NULL }

/*
 * Records a failure; err must not be set already. errnum, if not 0, is appended as strerror text.
 * Returns -(int)code, so that `return zol_err_set(...)` forwards it. When memory is short,
 * the code and errnum are still recorded and zol_err_text() gives a fixed text.
 */
int zol_err_set(struct zol_err *err, enum zol_code code, int errnum, const char *fmt, ...) ZOL_NONNULL(1, 4)
	ZOL_PRINTF(4, 5);

/* zol_err_set(ZOL_SYSTEM, errno, ...): the commonest case. */
#define zol_err_sys(err, ...) zol_err_set(err, ZOL_SYSTEM, errno, __VA_ARGS__)

/* zol_err_set(ZOL_SYSTEM, ENOMEM, "out of memory"). */
int zol_err_oom(struct zol_err *err) ZOL_NONNULL(1);

/*
 * An analyser that sees one file at a time does not know that these always return a failure;
 * tests/lint/deep.t tells it.
 */
#ifdef ZOL_ANALYZER
#define zol_err_set(err, code, ...) ((void)zol_err_set(err, code, __VA_ARGS__), -(int)(code))
#define zol_err_oom(err) ((void)zol_err_oom(err), -(int)ZOL_SYSTEM)
#endif

/* Puts "context: " before the message; returns -(int)err->code. */
int zol_err_wrap(struct zol_err *err, const char *fmt, ...) ZOL_NONNULL(1, 2) ZOL_PRINTF(2, 3);

/* Adds (or replaces) the hint; returns -(int)err->code. */
int zol_err_hint(struct zol_err *err, const char *fmt, ...) ZOL_NONNULL(1, 2) ZOL_PRINTF(2, 3);

/* The message, never NULL. Owned by err. */
const char *zol_err_text(const struct zol_err *err) ZOL_NONNULL(1);

/* Releases what err owns and makes it unset again. */
void zol_err_clear(struct zol_err *err) ZOL_NONNULL(1);

/* Moves an error from one object to another (which must be unset); from becomes unset. */
void zol_err_move(struct zol_err *to, struct zol_err *from) ZOL_NONNULL(1, 2);

ZOL_CLEANUP_STRUCT(err, struct zol_err, zol_err_clear);
