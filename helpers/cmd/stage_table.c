/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>

#include "cmd/stage.h"

#define COMMON(type, member) offsetof(struct type, common.member)

/* Options about keys, and about mirrors, as rows of an action whose arguments are of this type. */
#define KEY_ROWS(type)                                                                             \
	{ "keyring", 0, ZOL_OPT_STR, COMMON(type, keyring), "FILE",                                \
	  "keyring that holds the release keys, armored or binary", NULL, ZOL_COMPLETE_FILE },     \
	{ "key", 0, ZOL_OPT_LIST, COMMON(type, keys), "FINGERPRINT",                               \
	  "primary key that may sign, instead of the configured ones", NULL, ZOL_COMPLETE_NONE }

#define MIRROR_ROWS(type)                                                                          \
	{ "mirror", 'm', ZOL_OPT_LIST, COMMON(type, mirrors), "URL",                               \
	  "ask this mirror instead of the configured ones (again: the next one)", NULL, ZOL_COMPLETE_NONE }, \
	{ "arch", 'a', ZOL_OPT_STR, COMMON(type, arch), "ARCH",                                    \
	  "architecture, instead of the configured one", NULL, ZOL_COMPLETE_NONE },                \
	{ "max-age", 0, ZOL_OPT_DURATION, COMMON(type, max_age), "TIME",                           \
	  "refuse an index that was signed longer ago", NULL, ZOL_COMPLETE_NONE },                 \
	{ "any-age", 0, ZOL_OPT_FLAG, COMMON(type, any_age), NULL,                                 \
	  "accept an index of any age", NULL, ZOL_COMPLETE_NONE },                                 \
	{ "stall", 0, ZOL_OPT_DURATION, COMMON(type, stall), "TIME",                               \
	  "give a mirror up that sends (nearly) nothing for so long", NULL, ZOL_COMPLETE_NONE },   \
	{ "offline", 0, ZOL_OPT_FLAG, COMMON(type, offline), NULL,                                 \
	  "use what is in the cache, without the network", NULL, ZOL_COMPLETE_NONE }

static const struct zol_opt list_opts[] = {
	MIRROR_ROWS(zol_stage_list_args),
	KEY_ROWS(zol_stage_list_args),
};

static const struct zol_opt fetch_opts[] = {
	MIRROR_ROWS(zol_stage_fetch_args),
	KEY_ROWS(zol_stage_fetch_args),
	{ "allow-older", 0, ZOL_OPT_FLAG, offsetof(struct zol_stage_fetch_args, allow_older), NULL,
	  "accept a build older than one seen before", NULL, ZOL_COMPLETE_NONE },
	{ "restart", 0, ZOL_OPT_FLAG, offsetof(struct zol_stage_fetch_args, restart), NULL,
	  "throw a partial download away instead of going on with it", NULL, ZOL_COMPLETE_NONE },
	{ "wait", 0, ZOL_OPT_DURATION, offsetof(struct zol_stage_fetch_args, wait), "TIME",
	  "how long to wait for another process that fetches the same (default: 1h)", NULL, ZOL_COMPLETE_NONE },
	{ "no-wait", 0, ZOL_OPT_FLAG, offsetof(struct zol_stage_fetch_args, no_wait), NULL,
	  "do not wait for it, say who it is", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_opt verify_opts[] = {
	KEY_ROWS(zol_stage_verify_args),
};

static const struct zol_opt unpack_opts[] = {
	KEY_ROWS(zol_stage_unpack_args),
	{ "arch", 'a', ZOL_OPT_STR, COMMON(zol_stage_unpack_args, arch), "ARCH",
	  "architecture of VARIANT, instead of the configured one", NULL, ZOL_COMPLETE_NONE },
	{ "max-size", 0, ZOL_OPT_SIZE, offsetof(struct zol_stage_unpack_args, max_size), "SIZE",
	  "refuse an archive that unpacks to more, instead of the configured limit", NULL, ZOL_COMPLETE_NONE },
	{ "threads", 'j', ZOL_OPT_U64, offsetof(struct zol_stage_unpack_args, threads), "N",
	  "decode with so many threads (default: one more than there are processors)", NULL, ZOL_COMPLETE_NONE },
	{ "no-verify", 0, ZOL_OPT_FLAG, offsetof(struct zol_stage_unpack_args, no_verify), NULL,
	  "unpack FILE although nobody has signed for it", NULL, ZOL_COMPLETE_NONE },
	{ "no-fast", 0, ZOL_OPT_FLAG, offsetof(struct zol_stage_unpack_args, no_fast), NULL,
	  "neither use nor keep a fast copy in the cache", NULL, ZOL_COMPLETE_NONE },
};

static const struct zol_operand list_operand = {
	"VARIANT", 0, UINT_MAX, offsetof(struct zol_stage_list_args, variants),
	"only these: openrc, systemd, hardened-openrc, musl, x32-openrc ...", ZOL_COMPLETE_NONE,
};

static const struct zol_operand fetch_operand = {
	"VARIANT", 0, 1, offsetof(struct zol_stage_fetch_args, variants),
	"openrc, systemd, hardened-openrc, musl, x32-openrc ... (default: the configured one)", ZOL_COMPLETE_NONE,
};

static const struct zol_operand verify_operand = {
	"FILE", 1, UINT_MAX, offsetof(struct zol_stage_verify_args, files),
	"stage3 tarballs, with FILE.DIGESTS and FILE.asc beside them", ZOL_COMPLETE_FILE,
};

static const struct zol_operand unpack_operand = {
	"FILE|VARIANT DIR", 2, 2, offsetof(struct zol_stage_unpack_args, what),
	"a tarball, or a variant whose newest verified build is in the cache; and the directory to make", ZOL_COMPLETE_FILE,
};

static const struct zol_action actions[] = {
	{ .name = "list",
	  .summary = "list the builds that a mirror offers",
	  .text = "Reads the mirror's signed index. Nothing is downloaded. With --offline, what is in the cache, builds "
		  "that are not the newest any more, too.",
	  .opts = list_opts,
	  .nopts = ZOL_COUNT(list_opts),
	  .operand = &list_operand,
	  .args_size = sizeof(struct zol_stage_list_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "fetch",
	  .summary = "get the newest build of a variant into the cache, verified",
	  .text = "Prints the path of the tarball. A download that was interrupted is resumed; a tarball that is in the "
		  "cache and verified is not fetched again.",
	  .opts = fetch_opts,
	  .nopts = ZOL_COUNT(fetch_opts),
	  .operand = &fetch_operand,
	  .args_size = sizeof(struct zol_stage_fetch_args),
	  .flags = ZOL_ACT_JSON | ZOL_ACT_DRY_RUN | ZOL_ACT_JSON_PLAN },
	{ .name = "verify",
	  .summary = "verify tarballs that were downloaded by other means",
	  .text = "Checks the signatures of FILE.DIGESTS and FILE.asc, the name, and both digests. Needs no network.",
	  .opts = verify_opts,
	  .nopts = ZOL_COUNT(verify_opts),
	  .operand = &verify_operand,
	  .args_size = sizeof(struct zol_stage_verify_args),
	  .flags = ZOL_ACT_JSON },
	{ .name = "unpack",
	  .summary = "unpack a tarball into a new directory, whole or not at all",
	  .text = "A tarball of the cache is held to the digests it was verified with, any other one to those of the signed "
		  "FILE.DIGESTS beside it, in the same pass that unpacks it. Owners (by number), modes, times, links, device "
		  "nodes, holes, ACLs and extended attributes are kept. DIR must not exist, or be empty; it appears when all is "
		  "on disk, and an interrupted run leaves nothing behind. With a tarball of the cache a copy is kept "
		  "there that the next guest is unpacked from in a fraction of the time.",
	  .opts = unpack_opts,
	  .nopts = ZOL_COUNT(unpack_opts),
	  .operand = &unpack_operand,
	  .args_size = sizeof(struct zol_stage_unpack_args),
	  .flags = ZOL_ACT_JSON | ZOL_ACT_DRY_RUN },
};

const struct zol_module zol_module_stage = {
	.name = "stage",
	.summary = "stage3 tarballs: list, fetch, verify, unpack",
	.prog = "zolkit-stage",
	.actions = actions,
	.nactions = ZOL_COUNT(actions),
};
