/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the files of the Kconfig reader share with each other and nobody else. */

#include "core/kconfig.h"

/* --- macros (kconfig_macro.c) -------------------------------------------------------------------- */

struct zol_kplace {
	uint16_t file;
	uint32_t line;
};

/* Appends text with every $(...) in it expanded. */
int zol_kmacro_expand(struct zol_kconfig *k, struct zol_kplace at, struct zol_span text, struct zol_str *out,
		      struct zol_err *err) ZOL_MUST_CHECK;
/* "name op value": op is '=', ':' or '+'. */
int zol_kmacro_assign(struct zol_kconfig *k, struct zol_kplace at, struct zol_span name, char op, struct zol_span value,
		      struct zol_err *err) ZOL_MUST_CHECK;
void zol_kmacro_free(struct zol_kconfig *k);
/* How many bytes "(...)" has, from the parenthesis on, or 0 when it is not closed. */
size_t zol_kmacro_group(struct zol_span text);

/* --- lexer (kconfig_lex.c) ----------------------------------------------------------------------- */

enum zol_ktok_kind {
	ZOL_KTOK_WORD,
	ZOL_KTOK_STR,
	/* Operators. */
	ZOL_KTOK_OR,
	ZOL_KTOK_AND,
	ZOL_KTOK_EQ,
	ZOL_KTOK_NE,
	ZOL_KTOK_LT,
	ZOL_KTOK_LE,
	ZOL_KTOK_GT,
	ZOL_KTOK_GE,
	ZOL_KTOK_NOT,
	ZOL_KTOK_OPEN,
	ZOL_KTOK_CLOSE,
	ZOL_KTOK_ASSIGN,
	/* Keywords. */
	ZOL_KTOK_BOOL,
	ZOL_KTOK_CHOICE,
	ZOL_KTOK_COMMENT,
	ZOL_KTOK_CONFIG,
	ZOL_KTOK_DEF_BOOL,
	ZOL_KTOK_DEF_TRISTATE,
	ZOL_KTOK_DEFAULT,
	ZOL_KTOK_DEPENDS,
	ZOL_KTOK_ENDCHOICE,
	ZOL_KTOK_ENDIF,
	ZOL_KTOK_ENDMENU,
	ZOL_KTOK_HELP,
	ZOL_KTOK_HEX,
	ZOL_KTOK_IF,
	ZOL_KTOK_IMPLY,
	ZOL_KTOK_INT,
	ZOL_KTOK_MAINMENU,
	ZOL_KTOK_MENU,
	ZOL_KTOK_MENUCONFIG,
	ZOL_KTOK_MODULES,
	ZOL_KTOK_ON,
	ZOL_KTOK_OPTION,
	ZOL_KTOK_OPTIONAL,
	ZOL_KTOK_PROMPT,
	ZOL_KTOK_RANGE,
	ZOL_KTOK_SELECT,
	ZOL_KTOK_SOURCE,
	ZOL_KTOK_STRING,
	ZOL_KTOK_TRANSITIONAL,
	ZOL_KTOK_TRISTATE,
	ZOL_KTOK_VISIBLE,
};

struct zol_ktok {
	enum zol_ktok_kind kind;
	struct zol_span text; /* into the file's text, or made in the arena */
};

/* One file being read. */
struct zol_klex {
	struct zol_kconfig *k;
	struct zol_span rest; /* what was not read yet */
	struct zol_kplace at; /* of the present line (its first one, when lines are joined) */
	uint32_t next_line;
	struct zol_ktok *tok; /* of the present line, without its end */
	size_t ntok, tok_cap;
	bool again;            /* the present line is to be given once more */
	struct zol_span value; /* of an assignment: the raw text behind the operator */
	char op;               /* of an assignment; else 0 */
};

/* The next line with tokens: 1, 0 at the end of the file, or a failure. */
int zol_klex_line(struct zol_klex *x, struct zol_err *err) ZOL_MUST_CHECK;
/* Skips the text of a help, which begins behind the present line. */
void zol_klex_help(struct zol_klex *x);
int zol_klex_error(const struct zol_klex *x, struct zol_err *err, const char *fmt, ...) ZOL_PRINTF(3, 4);

/* --- reading and preparing ----------------------------------------------------------------------- */

/* The symbol of a word (made when it is new) or of text in quotes; NULL when out of memory. */
struct zol_ksym *zol_kconfig_symbol(struct zol_kconfig *k, struct zol_span name, bool constant);
struct zol_ksym *zol_kconfig_new_symbol(struct zol_kconfig *k, struct zol_span name);
int zol_kconfig_file(struct zol_kconfig *k, const char *name, uint16_t *ret, struct zol_err *err);
/* Expression from token *at on; leaves *at behind it. */
int zol_kparse_expr(struct zol_klex *x, size_t *at, struct zol_kexpr **ret, struct zol_err *err);
/* The options of the entry that begins with the present line (kconfig_options.c). */
int zol_kparse_options(struct zol_klex *x, struct zol_kmenu *m, struct zol_err *err);
/* kconfig_final.c */
int zol_kconfig_finish(struct zol_kconfig *k, struct zol_err *err);
/* kconfig_cycle.c */
int zol_kconfig_check_cycles(struct zol_kconfig *k, struct zol_err *err);

/* --- conditions as conf has them (kconfig_terms.c) ----------------------------------------------- */

#define ZOL_KTERMS_WORK 20000000U /* steps: what is larger is no real tree */

struct zol_kterms {
	struct zol_kconfig *k;
	struct zol_karena scratch;
	size_t work;
	bool failed; /* too large, or out of memory: results mean nothing */
};

void zol_kterms_free(struct zol_kterms *w);
ZOL_CLEANUP_STRUCT(kterms, struct zol_kterms, zol_kterms_free);
/* "l && r" (NULL: y) made simpler as conf does it, and no more than that; literal m was rewritten. */
struct zol_kexpr *zol_kterms_join(struct zol_kterms *w, struct zol_kexpr *l, struct zol_kexpr *r);
/* Whether an entry shown when dep is stands below the one of s before it, which is shown when up is (NULL: y). */
bool zol_kterms_below(struct zol_kterms *w, struct zol_kexpr *up, struct zol_kexpr *dep, const struct zol_ksym *s);

/* --- choices (kconfig_members.c) ----------------------------------------------------------------- */

/* Finds the members of the choice at m and what follows from that; false: out of memory. */
bool zol_kmembers_find(struct zol_kconfig *k, struct zol_kmenu *m);
