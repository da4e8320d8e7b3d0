/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/app.h"

#define MODULES(X) \
	X(portage) \
	X(rebuild) \
	/* end */

ZOL_APP_MAIN(MODULES, false)
