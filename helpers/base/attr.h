/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Compiler attributes and scope-bound cleanup.
 *
 * Every owned resource (memory, descriptor, stream, foreign handle) is declared with
 * ZOL_AUTO(kind), so that each return path releases it. Ownership leaves a variable only
 * through zol_take_ptr() or zol_take_fd().
 */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ZOL_MUST_CHECK __attribute__((warn_unused_result))
#define ZOL_NONNULL(...) __attribute__((nonnull(__VA_ARGS__)))
#define ZOL_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define ZOL_UNUSED __attribute__((unused))
#define ZOL_NORETURN __attribute__((noreturn))

#define ZOL_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Analysers report leaks of variables with a cleanup handler. clang's does not where the suppress attribute */
/* stands (as in kmod:shared/macro.h); what is static does not leak for cppcheck. */
#ifdef ZOL_LEAKS_ONLY
#define ZOL_AUTO(kind) static
#elif defined(__clang_analyzer__)
#define ZOL_AUTO(kind) __attribute__((suppress)) __attribute__((cleanup(zol_cleanup_##kind)))
#else
#define ZOL_AUTO(kind) __attribute__((cleanup(zol_cleanup_##kind)))
#endif

/*
 * Defines zol_cleanup_<kind>() for a pointer type whose release function takes the pointer.
 * Example: ZOL_CLEANUP_PTR(curl, CURL *, curl_easy_cleanup) gives ZOL_AUTO(curl).
 */
#define ZOL_CLEANUP_PTR(kind, type, release)           \
	static inline void zol_cleanup_##kind(type *p) \
	{                                              \
		if (*p)                                \
			release(*p);                   \
	}                                              \
	struct zol_cleanup_swallow_##kind

/* The same for a structure that is released through its address. */
#define ZOL_CLEANUP_STRUCT(kind, type, release)        \
	static inline void zol_cleanup_##kind(type *p) \
	{                                              \
		release(p);                            \
	}                                              \
	struct zol_cleanup_swallow_##kind

static inline void zol_cleanup_free(void *p)
{
	free(*(void **)p);
}

/*
 * Closes a descriptor that is not negative and leaves -1 behind, so that nothing else that gets the same number is
 * closed by a second call. errno is kept, so that a failure can still be reported.
 */
void zol_cleanup_fd(int *fd);

ZOL_CLEANUP_PTR(file, FILE *, (void)fclose);
ZOL_CLEANUP_PTR(dir, DIR *, (void)closedir);

/* Hands a descriptor over: returns it and leaves -1 behind. */
static inline int zol_take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/* Hands a pointer over: returns it and leaves NULL behind. */
#define zol_take_ptr(p)                                \
	__extension__({                                \
		__typeof__(p) *zol_slot_ = &(p);       \
		__typeof__(p) zol_taken_ = *zol_slot_; \
		*zol_slot_ = NULL;                     \
		zol_taken_;                            \
	})
