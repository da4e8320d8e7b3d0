/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Mirrors: small files from them, and the newest signed index that any of them offers. A mirror that
 * redirects (bouncer.gentoo.org sends each request somewhere else) is asked once; what
 * follows goes to where it led.
 */

#include <stdint.h>

#include "base/event.h"
#include "base/str.h"
#include "core/stage_index.h"
#include "sys/stage_state.h"
#include "sys/stage_verify.h"
#include "wrap/curl.h"

struct zol_stage_net {
	struct zol_curl *curl;
	const struct zol_strv *mirrors; /* base URLs, the preferred one first */
	const char *arch_dir;           /* amd64 */
	const char *ca_file;            /* or NULL */
	uint64_t stall_ms;
	uint64_t max_age_ms; /* of an index; 0: any age */
	const struct zol_stage_trust *trust;
	const struct zol_events *ev;
};

/* A signed index that was accepted. */
struct zol_stage_offer {
	struct zol_stage_index index;
	char *base;    /* URL of the mirror it came from, after redirects; no slash at its end */
	size_t mirror; /* which one of the mirrors that is */
};

void zol_stage_offer_free(struct zol_stage_offer *o) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(stage_offer, struct zol_stage_offer, zol_stage_offer_free);

/* The base URL of a mirror without slashes at its end; NULL when out of memory. */
char *zol_stage_mirror_base(const char *mirror) ZOL_MUST_CHECK ZOL_NONNULL(1);

/*
 * Gets <base>/releases/<arch>/autobuilds/<path> (at most ZOL_STAGE_TEXT_MAX bytes) and appends it. *ret as
 * zol_curl_run() fills it.
 */
int zol_stage_mirror_get(const struct zol_stage_net *n, const char *base, const char *path, struct zol_str *out,
			 struct zol_curl_result *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5, 6);

/* One mirror's index: fetched, its signature verified, parsed; how old it is was not looked at. */
int zol_stage_mirror_index(const struct zol_stage_net *n, size_t mirror, const char *name, struct zol_stage_offer *ret,
			   struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4, 5);

/*
 * The newest index of this name. Mirrors are asked in order; one that does not deliver, or delivers
 * something stale, malformed or (seen not NULL) older than what was seen before, is noted and the next one asked.
 * A bad signature ends the search: that is not a matter of choosing another mirror. The mirror after the one that
 * answered is asked too, as a witness, and the newer index wins.
 * sub: whose builds are compared with seen; may be NULL when seen is.
 */
int zol_stage_mirror_newest(const struct zol_stage_net *n, const char *name, const char *sub,
			    const struct zol_stage_seen *seen, struct zol_stage_offer *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 5, 6);

/*
 * Keeps the more telling of two failures in worst: refusals before malformed input before the network.
 * from becomes unset.
 */
void zol_stage_mirror_worse(struct zol_err *worst, struct zol_err *from) ZOL_NONNULL(1, 2);
