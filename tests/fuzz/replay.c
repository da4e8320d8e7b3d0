/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * main() of the fuzz targets where there is no libFuzzer: gives the target each file named on the
 * command line, then cut and damaged copies of it. The same input gives the same copies.
 */

#include <string.h>
#include <unistd.h>

#include "fuzz.h"

#define SEED_MAX ((size_t)1 << 20)
/* Copies of each kind for a file; small files get one for each byte. */
#define COPIES 256

/* Each copy has a buffer of exactly its size, so that a sanitizer sees any byte read behind it. */
static void give(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	if (size)
		memcpy(copy, data, size);
	(void)LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525U + 1013904223U;
	return *state >> 8;
}

static void cut(const uint8_t *data, size_t size)
{
	size_t step = size / COPIES + 1;

	for (size_t n = 0; n < size; n += step)
		give(data, n);
}

static void flip(uint8_t *data, size_t size)
{
	uint32_t state = 1;

	for (int i = 0; size && i < COPIES; i++) {
		size_t at = next_random(&state) % size;
		uint8_t saved = data[at];

		data[at] ^= (uint8_t)(1U << next_random(&state) % 8);
		give(data, size);
		data[at] = saved;
	}
}

/* Bytes that mean something to most parsers, in place of one that was there. */
static void poke(uint8_t *data, size_t size)
{
	static const uint8_t bytes[] = { 0, '\n', ' ', '"', '\\', '/', '-', 0x80, 0xff };
	uint32_t state = 2;

	for (int i = 0; size && i < COPIES; i++) {
		size_t at = next_random(&state) % size;
		uint8_t saved = data[at];

		data[at] = bytes[next_random(&state) % sizeof(bytes)];
		give(data, size);
		data[at] = saved;
	}
}

static int replay(const char *path, uint8_t *buf)
{
	FILE *f = fopen(path, "re");
	size_t n;

	if (!f) {
		perror(path);
		return 1;
	}
	n = fread(buf, 1, SEED_MAX, f);
	(void)fclose(f);
	give(buf, n);
	cut(buf, n);
	flip(buf, n);
	poke(buf, n);
	return 0;
}

int main(int argc, char **argv)
{
	uint8_t *buf = malloc(SEED_MAX);
	int failed = 0;

	if (!buf)
		return 1;
	/* A parser that does not come to an end shall not hold the tests. */
	(void)alarm(300);
	give(buf, 0);
	for (int i = 1; i < argc; i++)
		failed |= replay(argv[i], buf);
	free(buf);
	return failed;
}
