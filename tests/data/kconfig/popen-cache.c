/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the oracle tests only: answers popen() of the kernel's conf from files below $POPEN_CACHE, so
 * that a run costs a tenth. With $CONF_SERVE, conf reads the tree once: where it has done so and
 * asks for the configuration's name, each line on its standard input ("DIRECTORY SEED PROBABILITY")
 * has a child of its own go on in that directory. Built by the test with cc -shared and loaded by
 * LD_PRELOAD.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static size_t ask(const char *command, char *text, size_t size)
{
	union {
		void *object;
		FILE *(*open)(const char *, const char *);
		int (*close)(FILE *);
	} f;

	f.object = dlsym(RTLD_NEXT, "popen");
	FILE *p = f.open(command, "r");
	size_t n = p ? fread(text, 1, size, p) : 0;

	f.object = dlsym(RTLD_NEXT, "pclose");
	if (p)
		f.close(p);
	return n;
}

FILE *popen(const char *command, const char *type)
{
	static char text[65536];
	char path[4096], tmp[4200];
	uint64_t h = 0xcbf29ce484222325ULL;

	(void)type;
	for (const char *c = command; *c; c++)
		h = (h ^ (unsigned char)*c) * 0x100000001b3ULL;
	snprintf(path, sizeof(path), "%s/%016llx", getenv("POPEN_CACHE"), (unsigned long long)h);
	FILE *known = fopen(path, "r");

	if (known)
		return known;
	size_t n = ask(command, text, sizeof(text));

	snprintf(tmp, sizeof(tmp), "%s.%d", path, (int)getpid());
	FILE *out = fopen(tmp, "w");

	if (!out)
		abort();
	fwrite(text, 1, n, out);
	fclose(out);
	rename(tmp, path);
	return fopen(path, "r");
}

int pclose(FILE *f)
{
	return fclose(f);
}

static char *environment(const char *name)
{
	union {
		void *object;
		char *(*get)(const char *);
	} f;

	f.object = dlsym(RTLD_NEXT, "getenv");
	return f.get(name);
}

/* One line, byte by byte: what follows is not ours to keep. */
static int next_job(char *line, size_t size)
{
	size_t n = 0;

	while (n + 1 < size && read(0, line + n, 1) == 1 && line[n] != '\n')
		n++;
	line[n] = '\0';
	return n > 0;
}

/* Returns in the children only. */
static void serve(void)
{
	char line[4096], dir[4096], probability[64];
	unsigned seed;

	while (next_job(line, sizeof(line))) {
		int status = 0;
		pid_t pid = fork();

		if (pid < 0 || sscanf(line, "%4095s %u %63s", dir, &seed, probability) != 3)
			abort();
		if (pid == 0) {
			int null = open("/dev/null", O_RDWR);

			if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || chdir(dir) < 0 ||
			    setenv("KCONFIG_PROBABILITY", probability, 1) < 0)
				abort();
			srand(seed);
			return;
		}
		waitpid(pid, &status, 0);
		dprintf(1, "%d\n", status);
	}
	_exit(0);
}

char *getenv(const char *name)
{
	static int served;

	if (!served && (strcmp(name, "KCONFIG_CONFIG") == 0 || strcmp(name, "KCONFIG_ALLCONFIG") == 0) &&
	    environment("CONF_SERVE")) {
		served = 1;
		serve();
	}
	return environment(name);
}
