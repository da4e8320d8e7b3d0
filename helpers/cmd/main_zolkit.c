/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/app.h"

/* Modules whose code needs no more than libc and inih. The others' programs are started from here. */
#define MODULES(X) \
	X(top)     \
	X(chroot)  \
	X(config)  \
	X(guest)   \
	/* end */

ZOL_APP_MAIN(MODULES, true)
