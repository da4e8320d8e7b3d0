/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * pairtime ROUNDS COMMAND... -- COMMAND...: runs both in turn, A B A B, so that a drifting
 * machine hits both alike, and prints "MEDIAN-A<TAB>MEDIAN-B<TAB>RATIO" in wall milliseconds.
 * Their output is dropped. A command that fails ends it with status 1.
 */

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/num.h"

static double once(char **argv, const posix_spawn_file_actions_t *quiet)
{
	struct timespec begin, end;
	int status = 0;
	pid_t pid;

	(void)clock_gettime(CLOCK_MONOTONIC, &begin);
	if (posix_spawnp(&pid, argv[0], quiet, NULL, argv, environ) != 0 || waitpid(pid, &status, 0) < 0 || status) {
		(void)fprintf(stderr, "pairtime: %s failed (%d)\n", argv[0], status);
		exit(EXIT_FAILURE);
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	return (double)(end.tv_sec - begin.tv_sec) * 1e3 + (double)(end.tv_nsec - begin.tv_nsec) / 1e6;
}

static int ascending(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

int main(int argc, char **argv)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	posix_spawn_file_actions_t quiet;
	char **second = NULL;
	uint64_t rounds;

	for (int i = 2; i < argc && !second; i++)
		if (strcmp(argv[i], "--") == 0) {
			argv[i] = NULL;
			second = &argv[i + 1];
		}
	if (!second || !second[0] || !argv[2] || zol_num_u64(argv[1], 1, 10000, &rounds, &err) < 0) {
		(void)fputs("usage: pairtime ROUNDS COMMAND... -- COMMAND...\n", stderr);
		return ZOL_USAGE;
	}
	ZOL_AUTO(free) double *a = calloc(rounds, sizeof(*a));
	ZOL_AUTO(free) double *b = calloc(rounds, sizeof(*b));

	if (!a || !b || posix_spawn_file_actions_init(&quiet) != 0 ||
	    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0) != 0)
		return ZOL_SYSTEM;
	for (size_t i = 0; i < rounds; i++) {
		a[i] = once(argv + 2, &quiet);
		b[i] = once(second, &quiet);
	}
	(void)posix_spawn_file_actions_destroy(&quiet);
	qsort(a, rounds, sizeof(*a), ascending);
	qsort(b, rounds, sizeof(*b), ascending);
	(void)printf("%.2f ms\t%.2f ms\t%.2f\n", a[rounds / 2], b[rounds / 2], a[rounds / 2] / b[rounds / 2]);
	return EXIT_SUCCESS;
}
