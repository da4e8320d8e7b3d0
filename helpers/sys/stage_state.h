/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The newest index accepted so far, for each <sub>: <paths.state>/stage/<sub>.seen. A mirror (or
 * whoever stands between) can only serve old signed files to somebody who has kept no state.
 */

#include <stdint.h>

#include "base/str.h"
#include "core/stage_index.h"

struct zol_stage_seen {
	int64_t ts; /* of the newest index; 0: none seen yet */
	char stamp[ZOL_STAGE_STAMP_LEN + 1];
};

/*
 * Reads the state; all zero when there is none. A file that belongs to neither us nor root, or that others can
 * write, is ZOL_VERIFY; a damaged one ZOL_MALFORMED.
 */
int zol_stage_state_read(const char *state, const char *sub, struct zol_stage_seen *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* Records what was accepted; never goes back: each member only grows. Takes a lock of its own. */
int zol_stage_state_write(const char *state, const char *sub, const struct zol_stage_seen *now, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* ZOL_VERIFY when ts or stamp is older than what was seen. */
int zol_stage_state_check(const struct zol_stage_seen *seen, int64_t ts, const char *stamp, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4);
