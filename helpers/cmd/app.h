/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the main functions of all programs share. */

#include "cli/cli.h"
#include "wrap/conf.h"

/* The binds of one module, as the module's file defines them. */
struct zol_app_part {
	const struct zol_bind *binds;
	const size_t *nbinds;
};

/*
 * main() of a program from the list of its modules:
 *
 *	#define MODULES(X) X(stage) X(guest)
 *	ZOL_APP_MAIN(MODULES, false)
 *
 * front: what it has no code for, another program has (only zolkit itself; the table says which).
 */
#define ZOL_APP_DECLARE(name)                            \
	extern const struct zol_bind zol_binds_##name[]; \
	extern const size_t zol_nbinds_##name;
#define ZOL_APP_PART(name) { zol_binds_##name, &zol_nbinds_##name },
#define ZOL_APP_MAIN(MODULES, front)                                                  \
	MODULES(ZOL_APP_DECLARE)                                                      \
	int main(int argc, char **argv)                                               \
	{                                                                             \
		static const struct zol_app_part parts[] = { MODULES(ZOL_APP_PART) }; \
                                                                                      \
		return zol_app_run(parts, ZOL_COUNT(parts), front, argc, argv);       \
	}

/*
 * Sets up the process (umask 022, signals, descriptors 0 to 2 open) and runs the command. A closed
 * standard stream becomes one on which every transfer fails, so that no file that is opened later
 * gets its number. Returns the exit code.
 */
int zol_app_run(const struct zol_app_part *parts, size_t nparts, bool front, int argc, char **argv) ZOL_NONNULL(1, 5);

/* The same for a program with one array of binds. */
int zol_app_main(const struct zol_bind *binds, size_t nbinds, int argc, char **argv) ZOL_NONNULL(1, 4);

/*
 * Reads the configuration that the globals and the environment name, for actions that have
 * ZOL_ACT_NO_CONFIG and must know where a value came from.
 */
int zol_app_conf_load(const struct zol_cli *cli, struct zol_conf *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/*
 * Path of a program of ours ("zolkit-stage", "zolkit"): beside this one in a build tree, else
 * where installation put it (../libexec/zolkit seen from bin). Appended to path; ZOL_SYSTEM/ENOENT
 * when it is not there.
 */
int zol_app_program(const char *name, struct zol_str *path, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
