/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the oracle tests only: answers popen() of the kernel's conf from files below $POPEN_CACHE, so
 * that a run costs a tenth. Built by the test with cc -shared and loaded by LD_PRELOAD.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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
