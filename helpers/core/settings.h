/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The configuration: one row per key (section, key, kind, default, help) feeds the reader
 * (wrap/conf), `zolkit config`, conf/zolkit.conf and zolkit.conf(5). Pure data and typed access.
 */

#include <stdint.h>

#include "base/str.h"

enum zol_set_kind {
	ZOL_SET_STR,
	ZOL_SET_PATH, /* absolute; a leading ~/ is the invoking user's home */
	ZOL_SET_LIST, /* blank-separated words; setting adds, an empty value empties */
	ZOL_SET_U64,
	ZOL_SET_SIZE,
	ZOL_SET_DURATION,
	ZOL_SET_BOOL,
	ZOL_SET_CHOICE,
};

/*
 * All values, by section. Strings are owned by the object and never NULL ("" = not set);
 * sizes are bytes, durations milliseconds; 0 in a size, duration or count means "automatic".
 */
struct zol_settings {
	struct {
		const char *guests, *state, *cache, *run; /* /guest /var/lib/zolkit /var/cache/zolkit /run/zolkit */
		const char *conf;                         /* our data: fragments, templates (/usr/share/zolkit) */
	} paths;
	struct {
		struct zol_strv mirrors;
		const char *arch, *variant; /* amd64, openrc */
		const char *keyring;        /* armored or binary */
		struct zol_strv keys;       /* fingerprints of primary keys */
		uint64_t max_age;           /* ms */
		uint64_t max_size;          /* bytes unpacked */
		uint64_t stall;             /* ms without a byte before the next mirror is tried */
	} stage;
	struct {
		const char *name; /* of the default guest: gentoo */
		const char *hostname;
		uint64_t tmp_size, portage_tmp_size;
		bool autologin;
	} guest;
	struct {
		struct zol_strv code;                           /* directories that appear read-only below /mnt/code */
		const char *portage_tree, *distfiles, *binpkgs; /* shared from the host when set */
		bool pid_namespace;
	} chroot;
	struct {
		uint64_t jobs;       /* 0: by CPUs and memory */
		const char *march;   /* "": the compiler's default */
		const char *tree;    /* auto, webrsync, none */
		const char *overlay; /* of the host; "": found out */
		bool ccache, buildpkg, pgo, incremental;
	} portage;
	struct {
		const char *source;        /* tree in the guest (/usr/src/linux) or on the host */
		const char *base;          /* tinyconfig, defconfig, host or a file */
		struct zol_strv fragments; /* names below conf/kernel or files */
		const char *localversion;
		uint64_t jobs;
		bool ccache;
	} kernel;
	struct {
		const char *qemu, *accel, *machine, *cpu;
		uint64_t smp, memory, msize, boot_timeout, stop_timeout;
		const char *transport, *cache, *security_model; /* 9p, mmap, passthrough */
		struct zol_strv kernel_args, qemu_args;
	} vm;
	struct {
		struct zol_strv checkouts; /* NAME=PATH, or directories */
	} src;
};

struct zol_set_row {
	const char *section, *key;
	enum zol_set_kind kind;
	size_t offset;
	const char *fallback;       /* the default, as it would be written in the file */
	const char *const *choices; /* NULL-terminated, for ZOL_SET_CHOICE */
	const char *env;            /* environment variable that overrides the files, or NULL */
	const char *help;           /* one or two sentences */
};

#define ZOL_SETTINGS_MAX 64U /* more rows than there are, for arrays by row */

const struct zol_set_row *zol_settings_rows(size_t *ret_n) ZOL_NONNULL(1);
/* The row of a key, or NULL. */
const struct zol_set_row *zol_settings_find(const char *section, const char *key) ZOL_NONNULL(1, 2);
/* Which row it is: 0 .. n - 1 of zol_settings_rows(). */
size_t zol_settings_index(const struct zol_set_row *row) ZOL_NONNULL(1);

/*
 * ZOL_USAGE for a section or key that there is none of, with the nearest one ("did you mean").
 * Sections stand in the order of the rows.
 */
int zol_settings_unknown(const char *section, const char *key, struct zol_err *err) ZOL_NONNULL(1, 2, 3);

/* All defaults. */
int zol_settings_init(struct zol_settings *s, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);
void zol_settings_free(struct zol_settings *s) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(settings, struct zol_settings, zol_settings_free);

/*
 * Sets one value from its text. Lists: adds its words; an empty text empties. Paths must be
 * absolute; only one whose default is empty may be empty. Control characters are refused.
 * Returns ZOL_USAGE with what is wrong with the value; the object is then unchanged.
 */
int zol_settings_set(struct zol_settings *s, const struct zol_set_row *row, const char *value, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* Appends the value as it would be written in the file; reading it back gives the same value. */
void zol_settings_text(const struct zol_settings *s, const struct zol_set_row *row, struct zol_str *text)
	ZOL_NONNULL(1, 2, 3);

/*
 * Appends the default configuration file: every key with its help, commented out. It is conf/zolkit.conf.
 */
void zol_settings_file(struct zol_str *text) ZOL_NONNULL(1);
/* Appends the keys as scdoc text for zolkit.conf(5). */
void zol_settings_man(struct zol_str *text) ZOL_NONNULL(1);
