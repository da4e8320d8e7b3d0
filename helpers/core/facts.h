/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What a step of a build depended on, as a sorted set of facts: words ("CFLAGS=-O2") and files with
 * a fingerprint. As text, one fact a line after the line "zolkit-facts 1":
 *
 *	W CFLAGS=-O2
 *	F 1f0293847acd0211:1024 config/kernel.m4
 *
 * In words and paths, control characters and backslashes are written \ooo. A text that was cut or is no
 * such list has no facts in common with anything.
 */

#include <stdint.h>

#include "base/str.h"

struct zol_facts {
	struct zol_strv lines;
};

#define ZOL_FACTS_INIT { .lines = ZOL_STRV_INIT }

void zol_facts_free(struct zol_facts *f) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(facts, struct zol_facts, zol_facts_free);

void zol_facts_word(struct zol_facts *f, const char *word) ZOL_NONNULL(1, 2);
/* A file's content, by its fingerprint; size -1: there is none. */
void zol_facts_file(struct zol_facts *f, const char *path, uint64_t print, int64_t size) ZOL_NONNULL(1, 2);

/* Sorts, without doubles; 0, or ZOL_SYSTEM/ENOMEM of this or an earlier call. */
int zol_facts_sort(struct zol_facts *f, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

/* Appends sorted facts as text, and reads such a text; false when it is none. */
void zol_facts_text(const struct zol_facts *f, struct zol_str *out) ZOL_NONNULL(1, 2);
bool zol_facts_parse(struct zol_span text, struct zol_facts *ret) ZOL_MUST_CHECK ZOL_NONNULL(2);

/*
 * Compares two sorted sets. Returns how many facts differ, and appends at most max lines for people:
 * "config/kernel.m4 changed", "a.m4 is new", "b.m4 is gone", "CFLAGS=-O2 instead of CFLAGS=-O3", "X=1 is new".
 */
size_t zol_facts_diff(const struct zol_facts *before, const struct zol_facts *now, size_t max, struct zol_strv *out)
	ZOL_NONNULL(1, 2, 4);

/* A number for all facts, for names. */
uint64_t zol_facts_print(const struct zol_facts *f) ZOL_NONNULL(1);
