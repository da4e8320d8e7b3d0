/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* JSON values (libjansson): for QMP and for state files of our own. */

#include <stdint.h>

#include "base/str.h"

struct zol_json; /* a value; an object's members belong to it */

void zol_json_free(struct zol_json *v);
ZOL_CLEANUP_PTR(json, struct zol_json *, zol_json_free);

/* Reads one value that fills the text (blanks around it allowed). ZOL_MALFORMED names line and column. */
int zol_json_parse(struct zol_span text, struct zol_json **ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3);

/* A new empty object, or NULL when out of memory. */
struct zol_json *zol_json_object(void) ZOL_MUST_CHECK;
/* Each sets a member; NULL objects and values are passed over, so that one check of the dump is enough. */
void zol_json_set_str(struct zol_json *o, const char *key, const char *value) ZOL_NONNULL(2);
void zol_json_set_u64(struct zol_json *o, const char *key, uint64_t value) ZOL_NONNULL(2);
void zol_json_set_bool(struct zol_json *o, const char *key, bool value) ZOL_NONNULL(2);
/* Takes the member over (released also when o is NULL). */
void zol_json_set(struct zol_json *o, const char *key, struct zol_json *value) ZOL_NONNULL(2);

/* The member of an object; NULL when v is NULL, no object, or has none. Borrowed. */
const struct zol_json *zol_json_get(const struct zol_json *v, const char *key) ZOL_NONNULL(2);
/* The value, or the fallback when v is NULL or of another kind (negative numbers too). */
const char *zol_json_str(const struct zol_json *v, const char *fallback);
uint64_t zol_json_u64(const struct zol_json *v, uint64_t fallback);
bool zol_json_bool(const struct zol_json *v, bool fallback);

/* Appends the text: on one line, or indented. ZOL_SYSTEM when out of memory or v is NULL. */
int zol_json_dump(const struct zol_json *v, bool indent, struct zol_str *out, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(3, 4);
