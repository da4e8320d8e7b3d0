/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * /etc/inittab of sysvinit (inittab(5): id:levels:action:process, id of one to four characters)
 * and of busybox (busybox:init/init.c: id is the terminal, levels are ignored).
 */

#include "core/lineedit.h"

struct zol_inittab_entry {
	struct zol_span id, levels, action, process;
	bool off; /* commented out */
};

/* Reads one line, commented out or not; false when it is no entry. */
bool zol_inittab_parse(struct zol_span line, struct zol_inittab_entry *ret) ZOL_NONNULL(2);

/* Whether the text is in busybox's form: entries without id, or whose id is a terminal's name. */
bool zol_inittab_is_busybox(struct zol_span text);

struct zol_inittab_console {
	const char *tty;   /* ttyS0 */
	const char *getty; /* agetty's path in the guest; NULL: there is none */
	bool autologin;    /* root, without a password */
};

/*
 * Sees to it that exactly one entry serves the terminal. Any spelling is found by its device; an
 * entry that does it already is left alone; one that is commented out is replaced where it stands;
 * else one is appended. note gets a few words on what was done ("ttyS0: entry replaced").
 */
int zol_inittab_serial(struct zol_str *text, const struct zol_inittab_console *want, enum zol_edit *ret,
		       struct zol_str *note, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5);

/* Sees to it that init keeps `process` (an absolute path, with arguments) running; block `name`. */
int zol_inittab_respawn(struct zol_str *text, const char *name, const char *process, enum zol_edit *ret,
			struct zol_str *note, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4, 5, 6);
