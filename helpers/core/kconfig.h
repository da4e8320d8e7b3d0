/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The Kconfig language of Linux 4.18 and later: reader, model, evaluator. Written from the kernel's
 * Documentation/kbuild/kconfig-language.rst and kconfig-macro-language.rst and from observation of
 * the kernel's own conf, with which results are byte-identical. Pure: files, probes and the
 * environment come through callbacks.
 */

#include <stdint.h>

#include "base/event.h"
#include "base/str.h"
#include "core/karena.h"
#include "core/strmap.h"

enum zol_ktype { ZOL_KT_UNKNOWN, ZOL_KT_BOOL, ZOL_KT_TRISTATE, ZOL_KT_INT, ZOL_KT_HEX, ZOL_KT_STRING };

/* Values of bool and tristate symbols and of expressions. */
enum zol_ktri { ZOL_KN = 0, ZOL_KM = 1, ZOL_KY = 2 };

enum zol_kop {
	ZOL_KO_SYM,
	ZOL_KO_NOT,
	ZOL_KO_AND,
	ZOL_KO_OR,
	ZOL_KO_EQ,
	ZOL_KO_NE,
	ZOL_KO_LT,
	ZOL_KO_LE,
	ZOL_KO_GT,
	ZOL_KO_GE
};

struct zol_ksym;
struct zol_kmenu;

/* Nodes are shared; the value is remembered for one generation of user values. */
struct zol_kexpr {
	uint8_t op;    /* enum zol_kop */
	uint8_t val;   /* of generation gen */
	uint16_t file; /* where it was written: index in files */
	uint32_t line;
	uint32_t gen;
	struct zol_kexpr *l, *r; /* NOT (l), AND, OR */
	struct zol_ksym *a, *b;  /* SYM (a), comparisons */
};

enum zol_kprop_kind { ZOL_KP_PROMPT, ZOL_KP_DEFAULT, ZOL_KP_SELECT, ZOL_KP_IMPLY, ZOL_KP_RANGE };

struct zol_kprop {
	struct zol_kprop *next;
	struct zol_kmenu *menu;  /* where it was given */
	const char *text;        /* of a prompt */
	struct zol_kexpr *value; /* default: expression; select, imply: the symbol; range: a and b */
	struct zol_kexpr *cond;  /* its "if", or NULL */
	struct zol_kexpr *full;  /* with the dependencies of its place (and "visible if" for prompts); NULL: always */
	uint8_t kind;            /* enum zol_kprop_kind */
	uint16_t file;
	uint32_t line;
};

enum {
	ZOL_KS_CONST = 1U << 0,        /* y, m, n, or text in quotes */
	ZOL_KS_CHOICE = 1U << 1,       /* stands for a choice; has no name unless the choice has */
	ZOL_KS_MEMBER = 1U << 2,       /* of a choice */
	ZOL_KS_DEFINED = 1U << 3,      /* by a config entry */
	ZOL_KS_ALLNO_Y = 1U << 4,      /* option allnoconfig_y (before 5.13) */
	ZOL_KS_TRANSITIONAL = 1U << 5, /* since 6.18: readable from a .config, never written */
	ZOL_KS_OPTIONAL = 1U << 6,     /* a choice that may be empty (before 6.10) */
};

struct zol_ksym {
	const char *name; /* NULL for unnamed choices */
	uint8_t type;     /* enum zol_ktype */
	uint8_t flags;
	uint16_t checked; /* for the search for cycles */
	uint32_t index;   /* in syms */
	struct zol_kprop *props, **props_end;
	struct zol_kmenu *node, *last_node;            /* its first and last place, or NULL */
	struct zol_kexpr *dir_dep, *rev_dep, *implied; /* NULL: y for dir_dep, n for the others */
	/* Choices. */
	struct zol_ksym *choice;   /* of a member */
	struct zol_ksym **members; /* of a choice, in order */
	uint32_t nmembers;
	uint32_t rank; /* of a member since 6.11: the lowest was mentioned last */
	/* What the user set. */
	uint8_t has_user, user; /* enum zol_ktri */
	uint32_t user_line;     /* of the assignment that set it, as given; 0: none */
	const char *user_str;
	struct zol_ksym *user_member;
	/* What follows, for generation gen. */
	uint32_t gen, vis_gen;
	uint8_t visible, val, write, busy;
	uint8_t dir, rev, imp;
	uint8_t written;
	const char *str;
	struct zol_ksym *chosen;
};

enum zol_kmenu_kind { ZOL_KM_MENU, ZOL_KM_CONFIG, ZOL_KM_CHOICE, ZOL_KM_COMMENT, ZOL_KM_IF };

struct zol_kmenu {
	struct zol_kmenu *parent, *next, *first, *last;
	struct zol_kmenu *same;    /* the next place of the same symbol */
	struct zol_kmenu *above;   /* in a choice up to 6.10: the entry before it that it depends on */
	struct zol_ksym *sym;      /* config, choice */
	struct zol_kprop *props;   /* of sym, the first one given here: the others here follow it */
	struct zol_kprop *prompt;  /* the last one given here; menu and comment: their text */
	struct zol_kexpr *dep;     /* own "depends on" */
	struct zol_kexpr *full;    /* with those of all around it; NULL: y */
	struct zol_kexpr *visible; /* own "visible if" of a menu */
	struct zol_kexpr *shown;   /* all "visible if" of menus around it, and its own */
	uint8_t kind;              /* enum zol_kmenu_kind */
	uint16_t file;
	uint32_t line;
};

/* What the reader needs from outside. */
struct zol_kio {
	void *ctx;
	/* Appends the file's text: 0, or 1 when there is no such file. */
	int (*read)(void *ctx, const char *path, struct zol_str *out, struct zol_err *err);
	/* Appends what the command prints, as it is; its exit status is of no interest. */
	int (*shell)(void *ctx, const char *command, struct zol_str *out, struct zol_err *err);
	/* The value of an environment variable, or NULL. */
	const char *(*env)(void *ctx, const char *name);
	/* Warnings of the language ("file:line: text"), $(info) and $(warning-if). NULL: nobody wants them. */
	void (*note)(void *ctx, const char *text);
};

struct zol_kconfig {
	const struct zol_kio *io;
	struct zol_karena arena;
	struct zol_strmap names;     /* symbols with a name, not constant */
	struct zol_strmap constants; /* text in quotes */
	struct zol_ksym **syms;      /* all, in the order they were met */
	size_t nsyms, syms_cap;
	struct zol_kmenu root;
	struct zol_ksym *modules; /* MODULES, or NULL */
	struct zol_ksym *y, *m, *n;
	const char **files;
	size_t nfiles, files_cap;
	unsigned choices; /* 1: up to 6.10, 2: since 6.11 */
	/* Variables of the macro language. */
	struct zol_strmap vars_by_name;
	struct zol_kvar *vars;
	size_t nvars, vars_cap;
	size_t expanded; /* bytes, to bound the work */
	/* Evaluation. */
	uint32_t gen;
	uint8_t modules_val;
	unsigned depth; /* calculations inside each other */
	bool choosing;  /* the members of a choice up to 6.10 are looked at */
	bool cyclic;    /* a value was made of itself, by a range: the order of calculation matters */
	uint32_t rank;  /* of the next member that is mentioned */
};

/* choices: 1 or 2, see the member. io must outlive k. */
int zol_kconfig_init(struct zol_kconfig *k, const struct zol_kio *io, unsigned choices, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4);
void zol_kconfig_free(struct zol_kconfig *k) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(kconfig, struct zol_kconfig, zol_kconfig_free);

/*
 * Reads the file and all that it sources, and prepares for evaluation. Errors are ZOL_MALFORMED
 * with "file:line: ".
 */
int zol_kconfig_load(struct zol_kconfig *k, const char *file, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* The symbol of a name (without CONFIG_), or NULL; also symbols that are only referred to. */
struct zol_ksym *zol_kconfig_find(const struct zol_kconfig *k, const char *name) ZOL_NONNULL(1, 2);

/* A warning of the language, to io->note. */
void zol_kconfig_warn(const struct zol_kconfig *k, uint16_t file, uint32_t line, const char *fmt, ...) ZOL_NONNULL(1, 4)
	ZOL_PRINTF(4, 5);

/* --- evaluation (kconfig_eval.c) ----------------------------------------------------------------- */

/* User values were changed: everything is calculated again when it is asked for. */
void zol_kconfig_changed(struct zol_kconfig *k) ZOL_NONNULL(1);
/* Value of an expression; NULL: y. */
enum zol_ktri zol_kexpr_value(struct zol_kconfig *k, struct zol_kexpr *e) ZOL_NONNULL(1);
/* Whether a comparison would hold if its two symbols had these values. */
bool zol_kexpr_compare(const struct zol_kexpr *e, const char *a, const char *b) ZOL_NONNULL(1, 2, 3);
/* Calculates visible, val, str, write, dir, rev, imp (and chosen of a choice). */
void zol_ksym_calc(struct zol_kconfig *k, struct zol_ksym *s) ZOL_NONNULL(1, 2);
/* The value as text, as in a .config without quotes; "n" and so on for bool and tristate. */
const char *zol_ksym_text(struct zol_kconfig *k, struct zol_ksym *s) ZOL_NONNULL(1, 2);
/* The type when MODULES is what it is: a tristate without modules is a bool. */
enum zol_ktype zol_ksym_type(const struct zol_kconfig *k, const struct zol_ksym *s) ZOL_NONNULL(1, 2);
/* Whether it is bool or tristate by its definition: y, m, n, and no text. */
static inline bool zol_ksym_is_tri(const struct zol_ksym *s)
{
	return s->type == ZOL_KT_BOOL || s->type == ZOL_KT_TRISTATE;
}
/* Whether it can be set by hand at all, somewhere. */
static inline bool zol_ksym_has_prompt(const struct zol_ksym *s)
{
	const struct zol_kprop *p = s->props;

	while (p && p->kind != ZOL_KP_PROMPT)
		p = p->next;
	return p != NULL;
}
/* The range that is in force: false when there is none. */
bool zol_ksym_range(struct zol_kconfig *k, struct zol_ksym *s, int64_t *ret_low, int64_t *ret_high)
	ZOL_NONNULL(1, 2, 3, 4);
/*
 * The end of the range that a number lies beyond, whose text is its value then; NULL: within. As in
 * linux:scripts/kconfig/symbol.c sym_validate_range(), the upper end gets its value only when the
 * lower one has nothing to say: it may be made of this very value.
 */
struct zol_ksym *zol_ksym_beyond(struct zol_kconfig *k, struct zol_ksym *s, const char *text) ZOL_NONNULL(1, 2, 3);
/* What a choice is when nobody chose: the first default that is shown, else the first member that is; or NULL. */
struct zol_ksym *zol_kchoice_default(struct zol_kconfig *k, const struct zol_ksym *s) ZOL_NONNULL(1, 2);
/* Whether a menu or comment is shown. */
bool zol_kmenu_visible(struct zol_kconfig *k, const struct zol_kmenu *m) ZOL_NONNULL(1, 2);

/* --- expressions (kconfig_expr.c) ---------------------------------------------------------------- */

struct zol_kexpr *zol_kexpr_new(struct zol_kconfig *k, enum zol_kop op, uint16_t file, uint32_t line)
	ZOL_MUST_CHECK ZOL_NONNULL(1);
/* AND and OR that leave out what is NULL (y and n); sets *oom when out of memory. */
struct zol_kexpr *zol_kexpr_and(struct zol_kconfig *k, struct zol_kexpr *l, struct zol_kexpr *r, bool *oom)
	ZOL_NONNULL(1, 4);
struct zol_kexpr *zol_kexpr_or(struct zol_kconfig *k, struct zol_kexpr *l, struct zol_kexpr *r, bool *oom)
	ZOL_NONNULL(1, 4);
/*
 * The operands of an AND or OR, those of the same kind inside it too, from the first one on: at most ZOL_KCHAIN of them,
 * more than any real tree has. Returns how many there are.
 */
#define ZOL_KCHAIN 64U
size_t zol_kexpr_chain(const struct zol_kexpr *e, struct zol_kexpr *v[static ZOL_KCHAIN]) ZOL_NONNULL(1, 2);
/* Appends the expression as one would write it, of what is longer the first ZOL_KCHAIN operands. */
void zol_kexpr_text(const struct zol_kexpr *e, struct zol_str *out) ZOL_NONNULL(2);
