/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The manifest of an exported directory: what `zolkit src export` wrote there, and how each file
 * looked when it was written. Text, one file a line, sorted, so that a cut one is recognised:
 *
 *	zolkit-export 1
 *	state complete
 *	boot 0b1c...            (boot id of the kernel: after a crash nothing is taken on trust)
 *	commit 9e62...
 *	submodules none         (or no such line)
 *	F 8c7e... 1024:1700000000000000001:1700000000000000001:4711 module/zfs/arc.c
 *	L 1f02... - scripts/link
 *	end 2
 *
 * Kind: F file, X executable, L symbolic link, D directory (a submodule that is not there). Stamp:
 * size:mtime:ctime:inode, times in ns, or "-": look at the content. In paths, bytes that are no
 * printable ASCII, and the backslash, are written \ooo.
 */

#include <stdint.h>

#include "base/str.h"

#define ZOL_OID_MAX 65 /* hex digits of the longest object id, and a NUL */

/* What identifies the present state of a file without reading it. */
struct zol_stamp {
	bool known;
	uint64_t size;
	int64_t mtime, ctime; /* ns since 1970 */
	uint64_t ino;
};

bool zol_stamp_eq(const struct zol_stamp *a, const struct zol_stamp *b) ZOL_NONNULL(1, 2);

enum zol_manifest_kind {
	ZOL_MANIFEST_FILE = 'F',
	ZOL_MANIFEST_EXEC = 'X',
	ZOL_MANIFEST_LINK = 'L',
	ZOL_MANIFEST_DIR = 'D',
};

struct zol_manifest_entry {
	const char *path; /* relative, as zol_manifest_path_ok() wants it; the manifest's */
	enum zol_manifest_kind kind;
	char oid[ZOL_OID_MAX];
	struct zol_stamp stamp;
};

struct zol_manifest {
	bool complete; /* false: a run ended early; what it lists may or may not be there */
	bool plain;    /* the commit has no submodule: what a directory holds depends on its tree alone */
	char *boot;    /* NULL: not known */
	char *commit;  /* NULL: none */
	struct zol_manifest_entry *v;
	size_t len, cap;
	struct zol_manifest_names *names; /* where the paths are */
};

#define ZOL_MANIFEST_INIT { .v = NULL, .len = 0, .cap = 0, .names = NULL }

void zol_manifest_free(struct zol_manifest *m) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(manifest, struct zol_manifest, zol_manifest_free);

/* The manifest itself and the temporary file, at the top of the directory. No commit may have a path like it. */
#define ZOL_MANIFEST_NAME ".zolkit-export"
#define ZOL_MANIFEST_TEMP ".zolkit-export.tmp"

/* How the text begins; both have the same length, so that the one can be made the other in place. */
#define ZOL_MANIFEST_COMPLETE "zolkit-export 1\nstate complete\n"
#define ZOL_MANIFEST_UNDERWAY "zolkit-export 1\nstate underway\n"

/*
 * May a path of a commit be written below a directory? Not when it is empty or absolute, has an
 * empty component, ".", ".." or ".git" (in any case), a NUL, is 4096 bytes or longer, has a
 * component of more than 255, or begins with ".zolkit-export".
 */
bool zol_manifest_path_ok(struct zol_span path);

/* Order of paths: bytes, '/' before all others, so that a directory's content follows its name. */
int zol_manifest_cmp(const char *a, const char *b) ZOL_NONNULL(1, 2);

/*
 * Adds an entry with an unknown stamp (copies path and oid). ZOL_MALFORMED when the path is none
 * that may be written, or the oid is none.
 */
int zol_manifest_add(struct zol_manifest *m, struct zol_span path, enum zol_manifest_kind kind, struct zol_span oid,
		     struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 5);

/*
 * Sorts, and proves that no path is twice there and none stands below one that is no directory
 * (a tree made by hand can have both): ZOL_MALFORMED.
 */
int zol_manifest_sort(struct zol_manifest *m, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

/* The entry of a path in a sorted manifest, or NULL. */
struct zol_manifest_entry *zol_manifest_find(const struct zol_manifest *m, const char *path) ZOL_NONNULL(1, 2);

/* Does a sorted manifest have something below this directory ("" is the whole)? */
bool zol_manifest_below(const struct zol_manifest *m, const char *dir) ZOL_NONNULL(1, 2);

/* Adds copies of the entries that a sorted manifest has below this directory ("" is the whole), their stamps unknown. */
int zol_manifest_add_below(struct zol_manifest *m, const struct zol_manifest *from, const char *dir,
			   struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* Reads one (text of any origin). ZOL_MALFORMED names the line; *ret is then untouched. The result is sorted. */
int zol_manifest_parse(struct zol_span text, struct zol_manifest *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(2, 3);

/* Appends a sorted one as text; parsing it gives the same. */
void zol_manifest_text(const struct zol_manifest *m, struct zol_str *text) ZOL_NONNULL(1, 2);

/*
 * The entries of two sorted manifests, those of a where both have a path: what may be there while
 * a directory is brought from b to a. *ret is sorted, incomplete, and has no commit. A path below
 * one that was no directory stays: it is no tree any more, only a list.
 */
int zol_manifest_union(const struct zol_manifest *a, const struct zol_manifest *b, struct zol_manifest *ret,
		       struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);
