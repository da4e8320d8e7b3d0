/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Verification of what mirrors deliver: signed texts and detached signatures, by keys pinned by
 * their primary fingerprints. Nothing that is not signed is ever parsed.
 */

#include <stdint.h>

#include "base/event.h"
#include "base/str.h"
#include "core/gpgstatus.h"
#include "wrap/hash.h"

/* Who may sign. */
struct zol_stage_trust {
	struct zol_str keyring;  /* binary */
	const char *path;        /* of the keyring, for messages; borrowed */
	const char *const *keys; /* fingerprints of primary keys; borrowed */
};

/*
 * Loads a keyring, armored or binary. ZOL_SYSTEM, with a hint, when it cannot be read,
 * ZOL_MALFORMED when it is none, ZOL_USAGE when keys is empty or no full fingerprint. keys and
 * path are borrowed: they must outlive *ret.
 */
int zol_stage_trust_load(const char *path, const char *const *keys, struct zol_stage_trust *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);
void zol_stage_trust_free(struct zol_stage_trust *t) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(stage_trust, struct zol_stage_trust, zol_stage_trust_free);

/*
 * Verifies a clearsigned file and appends its signed text. ZOL_MALFORMED for a bad frame,
 * ZOL_VERIFY for a signature that is not accepted.
 */
int zol_stage_verify_text(const struct zol_stage_trust *t, struct zol_span file, struct zol_str *text,
			  struct zol_gpgstatus *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4, 5);

/* Verifies a file of this size against an armored detached signature. */
int zol_stage_verify_file(const struct zol_stage_trust *t, struct zol_span armored, int fd, uint64_t size,
			  struct zol_gpgstatus *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 5, 6);

/*
 * Verifies a DIGESTS file and finds the digests of the tarball that is named. The signature must not be older than
 * the build (built: seconds since 1970).
 */
int zol_stage_verify_digests(const struct zol_stage_trust *t, struct zol_span file, const char *name, int64_t built,
			     struct zol_digests *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 5, 6);

/* Adds the first len bytes of fd to h, telling ev how far it is; ZOL_SYSTEM when they cannot be read. */
int zol_stage_hash_fd(struct zol_hash *h, int fd, uint64_t len, const struct zol_events *ev, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 5);

/* ZOL_VERIFY that names which digests of the file differ; 0 when none does. */
int zol_stage_check_digests(const struct zol_digests *want, const struct zol_digests *got, const char *name,
			    struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* What is known about a file once zol_stage_verify_local() has accepted it. */
struct zol_stage_verdict {
	struct zol_digests digests;
	struct zol_gpgstatus by; /* who signed the tarball, when */
	uint64_t size;
};

void zol_stage_verdict_free(struct zol_stage_verdict *v) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(stage_verdict, struct zol_stage_verdict, zol_stage_verdict_free);

/*
 * Verifies a tarball on disk with FILE.DIGESTS and FILE.asc beside it: both signatures, both digests,
 * the name. Needs no network. ZOL_VERIFY or ZOL_MALFORMED with the file and the reason.
 */
int zol_stage_verify_local(const struct zol_stage_trust *t, const char *path, const struct zol_events *ev,
			   struct zol_stage_verdict *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4, 5);
