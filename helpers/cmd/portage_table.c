/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>

#include "cmd/portage.h"

static const struct zol_opt setup_opts[] = {
	{ "no-sync", 0, ZOL_OPT_FLAG, offsetof(struct zol_portage_setup_args, no_sync), NULL,
	  "do not fetch the Gentoo repository when the guest has none", NULL, ZOL_COMPLETE_NONE },
	{ "undo", 0, ZOL_OPT_FLAG, offsetof(struct zol_portage_setup_args, undo), NULL,
	  "take all of it back, also what live set wrote", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_opt live_opts[] = {
	{ "repo", 'r', ZOL_OPT_STR, offsetof(struct zol_portage_live_args, repo), "REPO",
	  "set: build from this repository: a directory, a name of src.checkouts, or a URI", NULL, ZOL_COMPLETE_DIR },
	{ "commit", 'c', ZOL_OPT_STR, offsetof(struct zol_portage_live_args, commit), "COMMIT",
	  "set: build this commit of the branch, not its last one", NULL, ZOL_COMPLETE_NONE },
	{ "force", 0, ZOL_OPT_FLAG, offsetof(struct zol_portage_live_args, force), NULL,
	  "set: write it although nobody can tell whether it exists", NULL, ZOL_COMPLETE_NONE },
	{ "host", 0, ZOL_OPT_FLAG, offsetof(struct zol_portage_live_args, host), NULL,
	  "this host's own configuration, not the guest's (default when there is no such guest)", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_operand live_operand = {
	"VERB [PACKAGE [BRANCH]]", 0, 3, offsetof(struct zol_portage_live_args, words),
	"list, show PACKAGE, set PACKAGE [BRANCH], or unset PACKAGE (default: list)",
	ZOL_COMPLETE_NONE,
};

static const struct zol_opt emerge_opts[] = {
	{ "env", 'e', ZOL_OPT_LIST, offsetof(struct zol_portage_emerge_args, env), "NAME=VALUE",
	  "set a variable for this run, stronger than all files", NULL, ZOL_COMPLETE_NONE },
	{ "bind", 'b', ZOL_OPT_LIST, offsetof(struct zol_portage_emerge_args, binds), "SRC:DST[:ro]",
	  "make a directory or file of the host appear in the guest", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_operand emerge_operand = {
	"ARG", 1, UINT_MAX, offsetof(struct zol_portage_emerge_args, words), "options and atoms of emerge",
	ZOL_COMPLETE_NONE,
};

static const struct zol_action actions[] = {
	{ "setup", "configure Portage in the guest",
	  "Writes make.conf, package.use, package.accept_keywords, package.env and repos.conf as additions that the "
	  "user's own lines win over, shows the overlay to the guest, and fetches the Gentoo repository when it is missing. "
	  "A second run changes nothing.",
	  setup_opts, ZOL_COUNT(setup_opts), NULL, sizeof(struct zol_portage_setup_args),
	  ZOL_ACT_ROOT | ZOL_ACT_DRY_RUN | ZOL_ACT_JSON_PLAN | ZOL_ACT_JSON },
	{ "live", "tell or choose what live packages are built from",
	  "list and show tell for live packages from which repository, branch and commit they will be built, which commit is "
	  "installed, and how many commits of the branch that one lacks. set chooses the branch of a package, after a look "
	  "whether it exists; unset takes that back.",
	  live_opts, ZOL_COUNT(live_opts), &live_operand, sizeof(struct zol_portage_live_args),
	  ZOL_ACT_DRY_RUN | ZOL_ACT_JSON_PLAN | ZOL_ACT_JSON },
	{ "emerge", "run emerge in the guest", "Runs emerge in the chroot of the guest and ends with status 7 when it fails.",
	  emerge_opts, ZOL_COUNT(emerge_opts), &emerge_operand, sizeof(struct zol_portage_emerge_args),
	  ZOL_ACT_ROOT | ZOL_ACT_DRY_RUN | ZOL_ACT_COMMAND },
};

const struct zol_module zol_module_portage = {
	.name = "portage",
	.summary = "Portage in the guest: configuration, live packages, emerge",
	.prog = "zolkit-portage",
	.actions = actions,
	.nactions = ZOL_COUNT(actions),
};
