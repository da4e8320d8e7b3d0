/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * A fuzz target is a file fuzz_<name>.c that defines this function: it hands the bytes to a
 * parser and aborts when a promise of its header is broken (FUZZ_CHECK). Seeds stand in
 * corpus/<name>/. `make fuzz` runs all targets under libFuzzer with the sanitizers; `make check`
 * replays the seeds, and cut and damaged copies of them, with any compiler (replay.c).
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(cond)                                                                               \
	do {                                                                                           \
		if (!(cond)) {                                                                         \
			(void)fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #cond); \
			abort();                                                                       \
		}                                                                                      \
	} while (0)

/* The input as a C string of its own, cut at the first NUL; free() it. */
static inline char *fuzz_string(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		abort();
	for (size_t i = 0; i < size; i++)
		text[i] = (char)data[i];
	text[size] = '\0';
	return text;
}
