/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include "base/str.h"

/* Arguments of the actions of `zolkit config`. */

struct zol_config_show_args {
	bool changed;
	struct zol_strv sections;
};

struct zol_config_get_args {
	struct zol_strv key;
};

struct zol_config_check_args {
	struct zol_strv files;
};
