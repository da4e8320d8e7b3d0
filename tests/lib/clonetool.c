/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The clone engine from the command line, for tests:
 *
 *	clonetool clone HOW SRC DST [OVERLAY [SRC_OVERLAY]]   prints how it was done
 *	clonetool run OVERLAY RUNDIR MOUNTPOINT CMD...        CMD with the overlay mounted, in a namespace of its own
 *	clonetool remove PARENT NAME
 */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>

#include "base/sig.h"
#include "sys/clone.h"
#include "sys/overlay.h"

static int fail(const struct zol_err *err)
{
	fprintf(stderr, "clonetool: %s\n", zol_err_text(err));
	return (int)err->code;
}

static int do_clone(char **argv)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_clone job = { .src = argv[1], .dst = argv[2], .overlay = argv[3] };
	enum zol_clone_how how;

	if (argv[3])
		job.src_overlay = argv[4];
	if (!zol_clone_parse(argv[0], &job.how))
		return 2;
	if (zol_clone_tree(&job, &how, &err))
		return fail(&err);
	puts(zol_clone_name(how));
	return 0;
}

static int do_run(char **argv)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(overlay_mount) struct zol_overlay_mount m = ZOL_OVERLAY_MOUNT_INIT;

	if (zol_overlay_open(argv[0], argv[1], &m, &err))
		return fail(&err);
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) ||
	    move_mount(m.mnt, "", AT_FDCWD, argv[2], MOVE_MOUNT_F_EMPTY_PATH)) {
		perror("clonetool");
		return 3;
	}
	fprintf(stderr, "%s\n", m.shared ? "shared" : "new");
	if (zol_overlay_register(&m, getpid(), argv[2], &err))
		return fail(&err);
	execvp(argv[3], argv + 3);
	perror(argv[3]);
	return 3;
}

int main(int argc, char **argv)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	zol_sig_install();
	if (argc >= 5 && !strcmp(argv[1], "clone"))
		return do_clone(argv + 2);
	if (argc >= 6 && !strcmp(argv[1], "run"))
		return do_run(argv + 2);
	if (argc == 4 && !strcmp(argv[1], "remove")) {
		ZOL_AUTO(fd) int dir = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		if (dir < 0)
			return 3;
		return zol_clone_remove(dir, argv[3], &err) ? fail(&err) : 0;
	}
	return 2;
}
