/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * nosys ERRNO CALL[,CALL...] CMD [ARGS]: runs a command for which these system calls fail, as on an
 * older kernel (ENOSYS) or behind a container's filter (EPERM).
 */

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/str.h"

static const struct {
	const char *name;
	long number;
} calls[] = {
	{ "openat2", SYS_openat2 },         { "open_tree", SYS_open_tree },         { "move_mount", SYS_move_mount },
	{ "fsopen", SYS_fsopen },           { "fsconfig", SYS_fsconfig },           { "fsmount", SYS_fsmount },
	{ "close_range", SYS_close_range }, { "mount_setattr", SYS_mount_setattr }, { "pivot_root", SYS_pivot_root },
	{ "pidfd_open", SYS_pidfd_open },
};

static long number_of(struct zol_span name)
{
	for (size_t i = 0; i < ZOL_COUNT(calls); i++)
		if (zol_span_eq(name, calls[i].name))
			return calls[i].number;
	return -1;
}

int main(int argc, char **argv)
{
	struct sock_filter code[2 * ZOL_COUNT(calls) + 2];
	unsigned short n = 0;

	if (argc < 4) {
		(void)fputs("usage: nosys ENOSYS|EPERM|EINVAL CALL[,CALL...] CMD [ARGS]\n", stderr);
		return 2;
	}

	unsigned error = strcmp(argv[1], "EPERM") == 0 ? EPERM : strcmp(argv[1], "EINVAL") == 0 ? EINVAL : ENOSYS;
	struct zol_span rest = zol_span_c(argv[2]), name;

	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	while (n < 2 * ZOL_COUNT(calls) && zol_span_field(&rest, ",", &name)) {
		long number = number_of(name);

		if (number < 0) {
			(void)fprintf(stderr, "nosys: unknown call %.*s\n", (int)name.len, name.ptr);
			return 2;
		}
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1);
		code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error);
	}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);

	struct sock_fprog prog = { .len = n, .filter = code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) < 0) {
		perror("nosys");
		return 3;
	}
	(void)execvp(argv[3], argv + 3);
	perror(argv[3]);
	return 127;
}
