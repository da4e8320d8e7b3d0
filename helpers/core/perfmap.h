/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * /tmp/perf-PID.map, where just-in-time compilers name their code: "START SIZE NAME" lines in hexadecimal
 * (linux:tools/perf/Documentation/jit-interface.txt). The names are borrowed from the text; lines of
 * another form are left out, as compilers write them while they are read. Sorts. Returns ENOMEM only.
 */

#include "core/syms.h"

int zol_perfmap_parse(struct zol_span text, struct zol_syms *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(2, 3);
