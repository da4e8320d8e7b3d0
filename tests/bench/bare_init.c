/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The peer of `zolkit vm run`: the least that an init can do to run one command, say how it ended, and power off. */

#include <stdio.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
	char path[] = "/bin/true";
	char *argv[] = { path, NULL };
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		execv(path, argv);
		_exit(127);
	}
	(void)waitpid(pid, &status, 0);
	(void)printf("status %d\n", WEXITSTATUS(status));
	(void)fflush(stdout);
	sync();
	return reboot(RB_POWER_OFF);
}
