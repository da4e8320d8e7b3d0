/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A stream that is pulled: whoever needs bytes asks for the next piece. */

#include "base/str.h"

struct zol_pull {
	void *ctx;
	/*
	 * Gives the next piece (len 0: the end), valid until the next call. Returns 0 or a failure;
	 * after the end or a failure it is not called again.
	 */
	int (*next)(void *ctx, struct zol_span *ret, struct zol_err *err);
};
