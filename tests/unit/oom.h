/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Failing allocations. The test that includes this names the wrapped functions for the linker in its
 * second line: "wrap: malloc calloc realloc reallocarray strdup strndup" as a comment.
 */

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/err.h"
#include "unit.h"

/* The nth allocation of ours fails, n = 1, 2, 3 ... until none is left to fail. */

static long oom_left = -1; /* until the failure; negative: none */
static bool oom_failed;

static bool fails(void)
{
	if (oom_left < 0 || oom_left-- != 0)
		return false;
	oom_failed = true;
	errno = ENOMEM;
	return true;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size)
{
	return fails() ? NULL : __real_realloc(p, size);
}

void *__real_reallocarray(void *p, size_t n, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return fails() ? NULL : __real_reallocarray(p, n, size);
}

char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);
char *__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

char *__real_strndup(const char *text, size_t n);
char *__wrap_strndup(const char *text, size_t n);
char *__wrap_strndup(const char *text, size_t n)
{
	return fails() ? NULL : __real_strndup(text, n);
}

/*
 * Calls run with its first allocation failing, then the second, until there are no more: what it returns is
 * 0, or -ZOL_SYSTEM where one failed. run may also judge what it got. Returns how many failed.
 */
static inline long oom_walk(int (*run)(const void *what), const void *what)
{
	for (long n = 0;; n++) {
		int rc;

		oom_failed = false;
		oom_left = n;
		rc = run(what);
		oom_left = -1;
		if (rc != 0 && (rc != -ZOL_SYSTEM || !oom_failed))
			fail_msg("allocation %ld fails: %d", n, rc);
		if (!oom_failed)
			return n;
	}
}
