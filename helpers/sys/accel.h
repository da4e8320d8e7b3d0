/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Which accelerator really runs guests here. The existence of /dev/kvm says nothing: in some
 * nested hosts it opens, and guests hang at their first instruction in protected mode (measured).
 * So each accelerator boots a guest of 206 bytes that goes through protected mode and paging to
 * long mode and then asks QEMU to exit with a status that only it gives.
 */

#include <stdint.h>

#include "base/event.h"
#include "core/settings.h"

struct zol_accel_verdict {
	char accel[16]; /* "kvm", "tcg" */
	bool works;
	uint64_t ms; /* until the answer, or the limit */
	char *why;   /* of a failure: "no answer within 3.0s", or QEMU's own words; NULL when it works */
};

void zol_accel_verdict_free(struct zol_accel_verdict *v) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(accel_verdict, struct zol_accel_verdict, zol_accel_verdict_free);

/*
 * Boots the tiny guest with one accelerator of the QEMU program. A guest that does not answer is a
 * verdict, not a failure; failures are ZOL_SYSTEM (no such program, no temporary file).
 */
int zol_accel_probe(const char *qemu, const char *accel, struct zol_accel_verdict *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/*
 * The QEMU program for the configured guests: vm.qemu, or the one for stage.arch. Gentoo's names of
 * architectures are mapped to QEMU's (amd64 is x86_64, arm64 is aarch64). Owned by set, or constant.
 */
const char *zol_accel_qemu(const struct zol_settings *set) ZOL_NONNULL(1);

/*
 * The accelerator for set->vm.accel: itself, unless it is "auto". Then kvm where it works, else
 * tcg; tcg for guests that are not x86, since the tiny guest is. The verdict is kept in
 * <paths.state>/host/accel for this kernel, QEMU program and access to /dev/kvm; refresh asks
 * again. *ret points to a constant. Where the state directory cannot be written, nothing is kept.
 */
int zol_accel_choose(const struct zol_settings *set, bool refresh, const struct zol_events *ev, const char **ret,
		     struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 3, 4, 5);
