/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Shared by the parts of the console classifier. */

#include "core/console_find.h"

/* What part of an event a line is. */
enum zol_console_role {
	ZOL_ROLE_ALONE, /* begins an event */
	ZOL_ROLE_HEAD,  /* the cause, before the BUG, WARNING or oops that reports it */
	ZOL_ROLE_BODY,  /* kernel BUG at, WARNING: CPU: belongs to a head before it */
	ZOL_ROLE_DIE,   /* Oops, invalid opcode, Internal error: belongs to what is open */
	ZOL_ROLE_TAIL,  /* panic: ends what is open */
	ZOL_ROLE_HANG,  /* stalls and lockups: those that follow are the same one */
	ZOL_ROLE_BOOT,  /* a kernel or its firmware starts */
	ZOL_ROLE_DOWN,  /* an orderly end */
};

/* What may stand before a rule's text besides the prefix of its line. */
enum zol_console_place {
	ZOL_PLACE_HEAD, /* a prompt */
	ZOL_PLACE_TAG,  /* also "name: " */
	ZOL_PLACE_ANY,  /* also half a line: the text is distinctive */
};

struct zol_console_rule {
	const char *text;
	const char *need; /* must stand behind the text on its line, or NULL */
	const char *no;   /* must not, or NULL */
	uint8_t kind, role, place;
};

/* The rules, more special ones before those that they begin like. */
const struct zol_console_rule *zol_console_rules(size_t *ret_n) ZOL_NONNULL(1);

/*
 * Finds the lines that have a rule's text: every third block of three bytes is looked up by its hash.
 * No step depends on the one before, as those of a skip table do. Of each text the rarest part counts.
 */
struct zol_console_prefilter *zol_console_prefilter_new(void);
void zol_console_prefilter_free(struct zol_console_prefilter *p);
/* An offset inside of the first such text at or behind from, or len. */
size_t zol_console_prefilter_next(const struct zol_console_prefilter *p, const char *text, size_t len, size_t from)
	ZOL_NONNULL(1, 2);
/* The first rule whose text stands at the start of rest, of those behind after (NULL: all); NULL: none. */
const struct zol_console_rule *zol_console_prefilter_rule(const struct zol_console_prefilter *p, struct zol_span rest,
							  const struct zol_console_rule *after) ZOL_NONNULL(1);

/*
 * What a line says whose first prefix bytes printk and others have put there, or NULL. *ret_at: where
 * the rule's text stands. Texts in quotes, inside of words and behind other text do not count, the
 * last but for those that are distinctive enough.
 */
const struct zol_console_rule *zol_console_match(const struct zol_console_prefilter *p, struct zol_span line,
						 size_t prefix, size_t *ret_at) ZOL_NONNULL(1, 4);

/* How many LF there are. */
size_t zol_console_count_lines(const char *text, size_t len) ZOL_NONNULL(1);

/* Length of what printk, syslog, a journal and terminals put before the text; *ret_caller: "T123", "C0" or empty. */
size_t zol_console_prefix(struct zol_span line, struct zol_span *ret_caller) ZOL_NONNULL(2);

/* "name+0x12/0x34 [mod]" on a line of a trace or a register. */
struct zol_console_frame {
	struct zol_span name, module, place, file; /* place: name+0x12/0x34 */
	unsigned line;
	bool doubtful; /* "? name" */
	bool counter;  /* the program counter's line */
};

/* The first (for counter lines: the right) symbol of the line; false when there is none. */
bool zol_console_frame_read(struct zol_span line, struct zol_console_frame *ret) ZOL_NONNULL(2);
/* Is it machinery (reporting, locks, copying) and not where the defect is? */
bool zol_console_frame_dull(struct zol_span name, enum zol_finding_kind kind);

/* "file.c:123" at the start of the text; sets file and line. */
bool zol_console_place_read(struct zol_span text, struct zol_span *ret_file, unsigned *ret_line) ZOL_NONNULL(2, 3);

/* What the line that begins an event says about where. Spans point into it. */
struct zol_console_where {
	struct zol_span function, place, module, file;
	unsigned line;
};
/* said: the line from the rule's text on. */
void zol_console_where_read(const struct zol_console_rule *rule, struct zol_span said, struct zol_console_where *ret)
	ZOL_NONNULL(1, 3);

/* The kind when the text says more than its rule: what a panic is about, whose file a BUG or WARNING is in. */
enum zol_finding_kind zol_console_refine(const struct zol_console_rule *rule, struct zol_span said) ZOL_NONNULL(1);
