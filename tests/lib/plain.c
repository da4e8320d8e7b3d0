/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The peer of a program's start: links libc only, prints a line, ends. */

#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	return puts("plain") < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
