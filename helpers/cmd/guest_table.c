/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/guest.h"

static const struct zol_opt create_opts[] = {
	{ "variant", 0, ZOL_OPT_STR, offsetof(struct zol_guest_create_args, variant), "NAME",
	  "stage3 variant: openrc, systemd, hardened-openrc ... (default: the configured one)", NULL, ZOL_COMPLETE_NONE },
	{ "from", 0, ZOL_OPT_STR, offsetof(struct zol_guest_create_args, from), "TARBALL",
	  "this tarball, or the cached one of this name, instead of a variant's newest", NULL, ZOL_COMPLETE_FILE },
	{ "no-verify", 0, ZOL_OPT_FLAG, offsetof(struct zol_guest_create_args, no_verify), NULL,
	  "with --from: take the tarball although nobody has signed for it", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_opt list_opts[] = {
	{ "names", 0, ZOL_OPT_FLAG, offsetof(struct zol_guest_list_args, names), NULL, "bare names, one a line", NULL,
	  ZOL_COMPLETE_NONE },
};

static const struct zol_opt prepare_opts[] = {
	{ "from-probe", 0, ZOL_OPT_FLAG, offsetof(struct zol_guest_prepare_args, from_probe), NULL,
	  "also put on tmpfs what 'zolkit vm probe' found to need it", NULL, ZOL_COMPLETE_NONE },
	{ "undo", 0, ZOL_OPT_FLAG, offsetof(struct zol_guest_prepare_args, undo), NULL, "take all of it back", NULL,
	  ZOL_COMPLETE_NONE },
};

static const char *const clone_ways[] = { "auto", "subvolume", "reflink", "overlay", "copy", NULL };

static const struct zol_opt clone_opts[] = {
	{ "how", 0, ZOL_OPT_CHOICE, offsetof(struct zol_guest_clone_args, how), "WAY",
	  "how to come by the files; auto takes the first that works", clone_ways, ZOL_COMPLETE_NONE },
};

static const struct zol_operand create_name = {
	"NAME", 0, 1, offsetof(struct zol_guest_create_args, name), "the new guest (default: -g, or the configured one)",
	ZOL_COMPLETE_NONE,
};

static const struct zol_operand prepare_name = {
	"NAME", 0, 1, offsetof(struct zol_guest_prepare_args, name), "the guest (default: -g, or the configured one)",
	ZOL_COMPLETE_GUEST,
};

static const struct zol_operand name = {
	"NAME", 0, 1, offsetof(struct zol_guest_name_args, name), "the guest (default: -g, or the configured one)",
	ZOL_COMPLETE_GUEST,
};

static const struct zol_operand remove_name = {
	"NAME", 1, 1, offsetof(struct zol_guest_name_args, name), "the guest", ZOL_COMPLETE_GUEST,
};

static const struct zol_operand clone_names = {
	"SOURCE NEW", 2, 2, offsetof(struct zol_guest_clone_args, names), "a guest, and the name of its copy",
	ZOL_COMPLETE_GUEST,
};

static const struct zol_action actions[] = {
	{ .name = "create",
	  .summary = "make a guest from a stage3",
	  .text = "Unpacks the newest verified stage3 of the variant, fetching it first when the cache has none. A guest "
		  "that exists already is left as it is; an interrupted run is taken up where it was.",
	  .opts = create_opts,
	  .nopts = ZOL_COUNT(create_opts),
	  .operand = &create_name,
	  .args_size = sizeof(struct zol_guest_create_args),
	  .flags = ZOL_ACT_ROOT | ZOL_ACT_DRY_RUN },
	{ .name = "list",
	  .summary = "list the guests of this host",
	  .opts = list_opts,
	  .nopts = ZOL_COUNT(list_opts),
	  .args_size = sizeof(struct zol_guest_list_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "show",
	  .summary = "tell what is known about a guest",
	  .operand = &name,
	  .args_size = sizeof(struct zol_guest_name_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "prepare",
	  .summary = "make a guest's tree fit to boot on a 9p root",
	  .text = "Serial consoles with root logged in, fstab without disks and with tmpfs where 9p falls short, Portage's "
		  "directories and their owners, host name, resolver, and the agent. Every edit is marked: a second run "
		  "changes nothing, what was changed by hand since is left alone and reported, --undo takes all back, "
		  "--dry-run prints the difference.",
	  .opts = prepare_opts,
	  .nopts = ZOL_COUNT(prepare_opts),
	  .operand = &prepare_name,
	  .args_size = sizeof(struct zol_guest_prepare_args),
	  .flags = ZOL_ACT_ROOT | ZOL_ACT_DRY_RUN | ZOL_ACT_JSON_PLAN | ZOL_ACT_JSON },
	{ .name = "check",
	  .summary = "tell whether a guest is complete, prepared and ready to boot",
	  .text = "Exit status 1 when something is wrong; each row names the remedy.",
	  .operand = &name,
	  .args_size = sizeof(struct zol_guest_name_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "clone",
	  .summary = "make a guest that is a copy of another one",
	  .text = "By reflink or snapshot where the file system can, else as an overlay that shares the source's files, else "
		  "by copying. Refused while the source's virtual machine runs.",
	  .opts = clone_opts,
	  .nopts = ZOL_COUNT(clone_opts),
	  .operand = &clone_names,
	  .args_size = sizeof(struct zol_guest_clone_args),
	  .flags = ZOL_ACT_ROOT | ZOL_ACT_DRY_RUN },
	{ .name = "remove",
	  .summary = "delete a guest, its tree and all that is known about it",
	  .text = "Refused while its virtual machine runs, while somebody is in its chroot, while anything is mounted in it, "
		  "and while clones lie on its tree. Never crosses a mount point.",
	  .operand = &remove_name,
	  .args_size = sizeof(struct zol_guest_name_args),
	  .flags = ZOL_ACT_ROOT | ZOL_ACT_DRY_RUN },
};

const struct zol_module zol_module_guest = {
	.name = "guest",
	.summary = "the trees that virtual machines and chroots run on",
	.actions = actions,
	.nactions = ZOL_COUNT(actions),
};
