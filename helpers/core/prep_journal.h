/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * prepare.journal: what `guest prepare` made that the files themselves do not tell, so that --undo
 * can take it back. Written before the deeds; one tab-separated line each, first come first kept:
 *
 *	create	PATH                       the file was not there
 *	replace	PATH	SUM	HEX        the whole file was replaced; its old bytes
 *	copy	PATH	SUM                a program of ours; sum of what was written
 *	mkdir	PATH
 *	owner	PATH	UID:GID:MODE	UID:GID:MODE    before, after (numbers; mode in octal)
 *	link	PATH	TARGET             a symbolic link that was made
 */

#include <stdint.h>

#include "base/str.h"

enum zol_journal_kind {
	ZOL_JOURNAL_CREATE,
	ZOL_JOURNAL_REPLACE,
	ZOL_JOURNAL_COPY,
	ZOL_JOURNAL_MKDIR,
	ZOL_JOURNAL_OWNER,
	ZOL_JOURNAL_LINK,
};

struct zol_owner {
	uint32_t uid, gid, mode;
};

struct zol_journal_entry {
	enum zol_journal_kind kind;
	char *path;
	uint32_t sum;       /* REPLACE, COPY: of what was written */
	struct zol_str old; /* REPLACE: the bytes before; LINK: the target */
	struct zol_owner before, after;
};

struct zol_journal {
	struct zol_journal_entry *v;
	size_t n, cap;
};

/* Adds what a journal's text has. A bad line is ZOL_MALFORMED with its number. */
int zol_journal_parse(struct zol_span text, struct zol_journal *j, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 3);
void zol_journal_text(const struct zol_journal *j, struct zol_str *text) ZOL_NONNULL(1, 2);

const struct zol_journal_entry *zol_journal_find(const struct zol_journal *j, enum zol_journal_kind kind,
						 const char *path) ZOL_NONNULL(1, 3);

/*
 * Whether the journal tells already how it was before the deed of this entry: it has one of the same kind
 * and path, or it says that we made the directory that is given away. A run that ended between the two left
 * a directory of root's, and undone it goes whole.
 */
bool zol_journal_knows(const struct zol_journal *j, const struct zol_journal_entry *e) ZOL_NONNULL(1, 2);

/*
 * Adds an entry (copied), or brings the one of the same kind and path up to date: the original
 * (old, before) stays, what was written last (sum, after) changes. Returns 1 when nothing changed.
 */
int zol_journal_add(struct zol_journal *j, const struct zol_journal_entry *e, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

void zol_journal_free(struct zol_journal *j) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(journal, struct zol_journal, zol_journal_free);
