/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * LD_PRELOAD=taken.so CMD: at its end each program of ours tries what a parser that was taken over would
 * try, and tells on stderr what it could. TAKEN_IN and TAKEN_OUT are directories, TAKEN_PORT is one of
 * loopback that somebody listens on. Built by tests/cli/fence.t.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static bool makes(const char *dir)
{
	char path[4096];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/taken", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool connects(const char *port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((unsigned short)strtoul(port, NULL, 10)) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0;
}

__attribute__((destructor)) static void tell(void)
{
	const char *in = getenv("TAKEN_IN"), *out = getenv("TAKEN_OUT"), *port = getenv("TAKEN_PORT");

	char exe[4096] = "";

	/* Not what it starts. */
	if (readlink("/proc/self/exe", exe, sizeof(exe) - 1) < 0 || !strstr(exe, "/zolkit-") || !in || !out || !port)
		return;
	(void)fprintf(stderr, "taken: inside=%d outside=%d connect=%d privileges=%d mount=%d\n", makes(in), makes(out),
		      connects(port), prctl(PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L) != 1,
		      mount("none", out, "tmpfs", 0, NULL) == 0);
}
