/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Why a symbol is not what was asked for: causes, and chains of conditions with their places. */

#include "core/kconfig.h"

enum zol_kcause {
	ZOL_KC_MET,
	ZOL_KC_STRONGER,   /* asked m, got y */
	ZOL_KC_UNKNOWN,    /* no such symbol in this tree (for this ARCH) */
	ZOL_KC_BAD_VALUE,  /* m for a bool, text without quotes, no number */
	ZOL_KC_RANGE,      /* outside the range in force */
	ZOL_KC_PROMPTLESS, /* cannot be set at all: only selected, or a default */
	ZOL_KC_HIDDEN,     /* its prompt is hidden by conditions */
	ZOL_KC_LIMITED,    /* its dependencies allow m, not y */
	ZOL_KC_SELECTED,   /* something selects it */
	ZOL_KC_CHOICE,     /* another member of its choice won */
	ZOL_KC_OTHER,
};

/* A word for it: "hidden", "promptless" ... */
const char *zol_kcause_name(enum zol_kcause c);

struct zol_kwhy {
	struct zol_kconfig *k;
	/* Where a user value was asked for, by its mark (struct zol_ksym, user_line); NULL: not told. */
	const char *(*place)(void *ctx, uint32_t mark);
	void *ctx;
	struct zol_strv *lines; /* indented by two blanks a level */
};

/*
 * The cause why the symbol is not want (the text behind "=" in a .config), in the present state
 * of w->k; the reasons go to w->lines.
 */
enum zol_kcause zol_kwhy(const struct zol_kwhy *w, const char *name, const char *want) ZOL_NONNULL(1, 2, 3);

/* Adds a line, for those who find reasons of other kinds. */
void zol_kwhy_say(const struct zol_kwhy *w, unsigned indent, const char *fmt, ...) ZOL_NONNULL(1, 3) ZOL_PRINTF(3, 4);
/* The expression, cut to what can be read. */
void zol_kwhy_expr_text(const struct zol_kexpr *e, struct zol_str *out) ZOL_NONNULL(2);

/* A choice mostly has no name. */
static inline const char *zol_ksym_label(const struct zol_ksym *s)
{
	return s->name ? s->name : "the choice";
}

/* What the symbol is now, where it is defined, and what its value comes from. */
void zol_kwhy_state(const struct zol_kwhy *w, struct zol_ksym *s) ZOL_NONNULL(1, 2);

/*
 * Whether a user value y of some other symbol forces s to be at least y by selects that know no
 * condition of their own: such a pair can never hold together. Returns that symbol or NULL; the
 * chain goes to w->lines.
 */
struct zol_ksym *zol_kwhy_forced(const struct zol_kwhy *w, struct zol_ksym *s) ZOL_NONNULL(1, 2);
