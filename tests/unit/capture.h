/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* An output object that writes into memory, for tests of what is printed. */

#include <stdio.h>
#include <stdlib.h>

#include "base/out.h"

struct capture {
	struct zol_out o;
	char *out, *err;
	size_t out_len, err_len;
	size_t seen; /* of err, by capture_new() */
};

static inline void capture_begin(struct capture *c)
{
	*c = (struct capture){ .out = NULL };
	c->o = (struct zol_out){
		.out = open_memstream(&c->out, &c->out_len),
		.err = open_memstream(&c->err, &c->err_len),
		.width = 80,
		.progress_fd = -1,
	};
	if (!c->o.out || !c->o.err)
		abort();
}

/* What went to stdout, or to stderr, so far; valid until the next output. */
static inline const char *capture_out(struct capture *c)
{
	(void)fflush(c->o.out);
	return c->out;
}

static inline const char *capture_err(struct capture *c)
{
	(void)fflush(c->o.err);
	return c->err;
}

/* What went to stderr since the last call. */
static inline const char *capture_new(struct capture *c)
{
	const char *text = capture_err(c) + c->seen;

	c->seen = c->err_len;
	return text;
}

static inline void zol_cleanup_capture(struct capture *c)
{
	(void)fclose(c->o.out);
	(void)fclose(c->o.err);
	free(c->out);
	free(c->err);
}

#define CAPTURE(name)                                                      \
	__attribute__((cleanup(zol_cleanup_capture))) struct capture name; \
	capture_begin(&name)
