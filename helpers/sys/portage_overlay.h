/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* This overlay as a Gentoo repository: where the host has it, and whether a guest has its own. */

#include "core/settings.h"

/* Where it appears in a guest. */
#define ZOL_OVERLAY_PLACE "var/db/repos/zolkit"

enum zol_overlay_place {
	ZOL_OVERLAY_PLACE_NONE,  /* no such directory */
	ZOL_OVERLAY_PLACE_EMPTY, /* one that is empty: the host's is to be seen there */
	ZOL_OVERLAY_PLACE_OWN,   /* the guest has a repository there, or something else */
};

enum zol_overlay_place zol_portage_overlay_place(int root);

/*
 * Appends the host's directory: portage.overlay of the settings; else the checkout that paths.conf is part of, or
 * /var/db/repos/zolkit. Returns 0, or 1 when there is none; ZOL_USAGE when the configured one is no such repository.
 */
int zol_portage_overlay(const struct zol_settings *set, struct zol_str *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);
