/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <limits.h>
#include <stddef.h>

#include "cmd/top.h"

static const struct zol_opt up_opts[] = {
	{ "variant", 0, ZOL_OPT_STR, offsetof(struct zol_args_up, variant), "NAME",
	  "stage3 variant: openrc, systemd, hardened-openrc ... (default: the configured one)", NULL, ZOL_COMPLETE_NONE },
	{ "source", 0, ZOL_OPT_STR, offsetof(struct zol_args_up, kernel_source), "TREE",
	  "kernel source tree or tarball (default: the configured one)", NULL, ZOL_COMPLETE_FILE },
	{ "no-boot", 0, ZOL_OPT_FLAG, offsetof(struct zol_args_up, no_boot), NULL,
	  "stop before the virtual machine is started", NULL, ZOL_COMPLETE_NONE },
	{ "refresh", 0, ZOL_OPT_FLAG, offsetof(struct zol_args_up, fresh_index), NULL,
	  "ask the mirrors for a newer stage3 although the guest exists", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_opt doctor_opts[] = {
	{ "no-boot", 0, ZOL_OPT_FLAG, offsetof(struct zol_args_doctor, no_boot), NULL,
	  "do not try the accelerators", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_operand doctor_modules = {
	"MODULE", 0, UINT_MAX, offsetof(struct zol_args_doctor, modules), "only what these modules need",
	ZOL_COMPLETE_NONE,
};

static const struct zol_action actions[] = {
	{ "up", "take this host from nothing to a running virtual machine",
	  "Fetches and verifies the stage3, creates and prepares the guest, builds its kernel and boots it. Each step is "
	  "passed over when its result is current, so that an interrupted run is taken up where it was by running it again.",
	  up_opts, ZOL_COUNT(up_opts), NULL, sizeof(struct zol_args_up), ZOL_ACT_ROOT | ZOL_ACT_DRY_RUN | ZOL_ACT_JSON },
	{ "doctor", "tell what this host lacks, and the remedy",
	  "Checks kernel features, programs, permissions, disk space and whether the accelerator really runs guests. "
	  "Exit status 1 when something that is needed is missing.",
	  doctor_opts, ZOL_COUNT(doctor_opts), &doctor_modules, sizeof(struct zol_args_doctor), ZOL_ACT_JSON },
};

const struct zol_module zol_module_top = {
	.name = "",
	.summary = "the whole guide as one command, and a check of the host",
	.actions = actions,
	.nactions = ZOL_COUNT(actions),
};
