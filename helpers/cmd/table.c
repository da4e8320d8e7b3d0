/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/table.h"

/* In the order of help. One a line. */
#define MODULES(X) \
	X(top)     \
	X(chroot)  \
	X(config)  \
	X(debug)   \
	X(flame)   \
	X(guest)   \
	X(kernel)  \
	X(portage) \
	X(src)     \
	X(stage)   \
	X(test)    \
	X(vm)      \
	/* end */

#define DECLARE(name) extern const struct zol_module zol_module_##name;
MODULES(DECLARE)

#define ADDRESS(name) &zol_module_##name,
static const struct zol_module *const modules[] = { MODULES(ADDRESS) };

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

const struct zol_table zol_table = {
	.program = "zolkit",
	.version = TEXT(ZOL_VERSION),
	.summary = "The ZFSOnLinux development kit: from nothing to a running virtual machine of your own ZFS branch.",
	.modules = modules,
	.nmodules = ZOL_COUNT(modules),
};
