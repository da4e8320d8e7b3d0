/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Prints the texts that the console classifier looks for, one a line: for grep -F -f. */

#include "core/console_find.h"

int main(void)
{
	for (size_t i = 0; zol_console_find_pattern(i); i++)
		puts(zol_console_find_pattern(i));
	return 0;
}
