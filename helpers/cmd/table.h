/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "cli/cli.h"

/*
 * Every module there is. A new one: its line in MODULES of table.c, and X(name) in the main file of
 * the program that has its code.
 */
extern const struct zol_table zol_table;
