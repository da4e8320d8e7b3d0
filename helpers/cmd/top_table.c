/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <limits.h>
#include <stddef.h>

#include "cmd/top.h"

static const struct zol_opt up_opts[] = {
	{ "variant", 0, ZOL_OPT_STR, offsetof(struct zol_up_args, variant), "NAME",
	  "stage3 variant: openrc, systemd, hardened-openrc ... (default: the configured one)", NULL, ZOL_COMPLETE_NONE },
	{ "source", 0, ZOL_OPT_STR, offsetof(struct zol_up_args, kernel_source), "TREE",
	  "kernel source tree or tarball (default: the configured one)", NULL, ZOL_COMPLETE_FILE },
	{ "with-zfs", 'z', ZOL_OPT_FLAG, offsetof(struct zol_up_args, with_zfs), NULL,
	  "have Portage build and install ZFS for the new kernel, too", NULL, ZOL_COMPLETE_NONE },
	{ "no-sync", 0, ZOL_OPT_FLAG, offsetof(struct zol_up_args, no_sync), NULL,
	  "do not fetch the Gentoo repository when the guest has none", NULL, ZOL_COMPLETE_NONE },
	{ "no-boot", 0, ZOL_OPT_FLAG, offsetof(struct zol_up_args, no_boot), NULL,
	  "stop before the virtual machine is started", NULL, ZOL_COMPLETE_NONE },
	{ "refresh", 0, ZOL_OPT_FLAG, offsetof(struct zol_up_args, fresh_index), NULL,
	  "ask the mirrors for a newer stage3 although the guest exists", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_opt rebuild_opts[] = {
	{ "snapshot", 's', ZOL_OPT_FLAG, offsetof(struct zol_rebuild_args, snapshot), NULL,
	  "build the checkout as it stands, edits included, also when another branch or commit is configured", NULL,
	  ZOL_COMPLETE_NONE },
	{ "no-snapshot", 'S', ZOL_OPT_FLAG, offsetof(struct zol_rebuild_args, no_snapshot), NULL,
	  "build what is committed", NULL, ZOL_COMPLETE_NONE },
	{ "new", 'N', ZOL_OPT_FLAG, offsetof(struct zol_rebuild_args, untracked), NULL,
	  "take new files, too, unless they are ignored", NULL, ZOL_COMPLETE_NONE },
	{ "force", 'f', ZOL_OPT_FLAG, offsetof(struct zol_rebuild_args, force), NULL,
	  "build also what is installed already", NULL, ZOL_COMPLETE_NONE },
	{ "no-reload", 0, ZOL_OPT_FLAG, offsetof(struct zol_rebuild_args, no_reload), NULL,
	  "leave the modules of the running virtual machine alone", NULL, ZOL_COMPLETE_NONE },
	{ "bisect", 0, ZOL_OPT_FLAG, offsetof(struct zol_rebuild_args, bisect), NULL,
	  "find the first bad commit between GOOD and BAD, by what CMD says in the virtual machine", NULL,
	  ZOL_COMPLETE_NONE },
	{ "timeout", 'T', ZOL_OPT_DURATION, offsetof(struct zol_rebuild_args, timeout), "TIME",
	  "with --bisect: CMD hangs when it takes longer (default: 10m)", NULL, ZOL_COMPLETE_NONE },
	{ "builder", 0, ZOL_OPT_STR, offsetof(struct zol_rebuild_args, builder), "PROGRAM",
	  "with --bisect: build by this program, with the commit as its argument, not by emerge", NULL,
	  ZOL_COMPLETE_COMMAND },
	{ "here", 0, ZOL_OPT_FLAG, offsetof(struct zol_rebuild_args, here), NULL,
	  "with --bisect: run CMD on this host, and leave the virtual machine alone", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_operand rebuild_words = {
	"WORD", 0, UINT_MAX, offsetof(struct zol_rebuild_args, words),
	"live packages to build (default: sys-fs/zfs); with --bisect: GOOD BAD -- CMD...", ZOL_COMPLETE_NONE,
};

static const struct zol_opt doctor_opts[] = {
	{ "no-boot", 0, ZOL_OPT_FLAG, offsetof(struct zol_doctor_args, no_boot), NULL,
	  "do not try the accelerators", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_operand doctor_modules = {
	"MODULE", 0, UINT_MAX, offsetof(struct zol_doctor_args, modules), "only what these modules need",
	ZOL_COMPLETE_NONE,
};

static const struct zol_action actions[] = {
	{ "up", "take this host from nothing to a running virtual machine",
	  "Fetches and verifies the stage3, creates and prepares the guest, sets its Portage up, builds its kernel and "
	  "boots it. Each step is "
	  "passed over when its result is current, so that an interrupted run is taken up where it was by running it again.",
	  up_opts, ZOL_COUNT(up_opts), NULL, sizeof(struct zol_up_args), ZOL_ACT_ROOT | ZOL_ACT_DRY_RUN | ZOL_ACT_JSON },
	{ "rebuild", "build what was edited, and get it running in the virtual machine",
	  "Makes a snapshot of the checkout if it has edits that are not committed, emerges the live package from it in the "
	  "guest, and has the running virtual machine load the new modules. What is installed already is not built again, "
	  "so that an interrupted run is taken up where it was. With --bisect the same for one commit after the other, until "
	  "the first bad one is found: CMD is run in the virtual machine for each; a crash and a hang count as bad, a commit "
	  "that does not build is skipped, and so is one for which CMD ends with status 125.",
	  rebuild_opts, ZOL_COUNT(rebuild_opts), &rebuild_words, sizeof(struct zol_rebuild_args),
	  ZOL_ACT_DRY_RUN | ZOL_ACT_JSON },
	{ "doctor", "tell what this host lacks, and the remedy",
	  "Checks kernel features, programs, permissions, disk space and whether the accelerator really runs guests. "
	  "Exit status 1 when something that is needed is missing.",
	  doctor_opts, ZOL_COUNT(doctor_opts), &doctor_modules, sizeof(struct zol_doctor_args), ZOL_ACT_JSON },
};

const struct zol_module zol_module_top = {
	.name = "",
	.summary = "the whole guide as one command, and a check of the host",
	.actions = actions,
	.nactions = ZOL_COUNT(actions),
};
