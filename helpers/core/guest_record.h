/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* guest.ini: what the host remembers about a guest. "[guest]" and "key = value" lines, ours alone. */

#include <stdint.h>

#include "base/str.h"

struct zol_guest_record {
	char *name;
	char *state;  /* "creating" until the tree stands, then "ready" */
	char *stage3; /* file name of the tarball */
	char *stamp;  /* 20260811T083102Z */
	char *variant, *arch;
	char *sha512, *blake2b;
	char *parent;    /* the guest it was cloned from */
	char *method;    /* of the clone: subvolume, reflink, overlay, copy */
	int64_t created; /* seconds since 1970; 0: not known */
};

#define ZOL_GUEST_RECORD_MAX (64U << 10)

/* Reads one. Unknown keys are passed over; a bad line is ZOL_MALFORMED with its number. */
int zol_guest_record_parse(struct zol_span text, struct zol_guest_record *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 3);

/* Writes one: keys without a value are left out, line feeds in values become blanks. */
void zol_guest_record_text(const struct zol_guest_record *r, struct zol_str *text) ZOL_NONNULL(1, 2);

/* Sets a member by its key in the file; false for an unknown key, a bad number or no memory. */
bool zol_guest_record_set(struct zol_guest_record *r, const char *key, struct zol_span value) ZOL_NONNULL(1, 2);

void zol_guest_record_free(struct zol_guest_record *r) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(guest_record, struct zol_guest_record, zol_guest_record_free);

/*
 * Takes apart "stage3-amd64-openrc-20260811T083102Z.tar.xz" (a path before it is passed over):
 * sets stage3, stamp, variant and arch where the name has that form, only stage3 otherwise.
 */
int zol_guest_record_stage3(struct zol_guest_record *r, const char *file, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
