/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/stage_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/lock.h"
#include "base/num.h"
#include "base/path.h"
#include "core/digests.h"
#include "core/gpgstatus.h"
#include "core/stage_record.h"

#define MARKER "verified"
#define KIND "stage-verified"
#define RECORD_MAX 4096

void zol_stage_entry_free(struct zol_stage_entry *e)
{
	zol_cleanup_fd(&e->fd);
	free(e->dir);
	free(e->path);
	free(e->key);
	zol_stage_build_free(&e->build);
	*e = (struct zol_stage_entry)ZOL_STAGE_ENTRY_INIT;
}

char *zol_stage_cache_dir(const char *cache, const char *file)
{
	const char *end = strstr(file, ".tar");
	int len = end ? (int)(end - file) : (int)strlen(file);

	return zol_asprintf("%s/stage/%.*s", cache, len, file);
}

/* What a file is now, as the marker records it. */
static void describe(const struct stat *st, struct zol_str *out)
{
	zol_str_printf(out, "%ju:%ju %jd.%09ld %jd.%09ld", (uintmax_t)st->st_dev, (uintmax_t)st->st_ino,
		       (intmax_t)st->st_mtim.tv_sec, st->st_mtim.tv_nsec, (intmax_t)st->st_ctim.tv_sec,
		       st->st_ctim.tv_nsec);
}

static bool trusted_owner(const struct stat *st)
{
	return (st->st_uid == 0 || st->st_uid == geteuid()) && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

/* Reads the marker: 0, or 1 with the reason when there is none that can be believed. */
static int read_marker(const char *dir, struct zol_str *text, struct zol_str *why, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_path_join(dir, MARKER);
	ZOL_AUTO(fd) int fd = -1;
	struct stat st;

	if (!path)
		return zol_err_oom(err);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == EACCES)) {
		zol_str_puts(why, errno == EACCES ? "its marker cannot be read" : "not verified yet");
		return 1;
	}
	if (fd < 0 || fstat(fd, &st))
		return zol_err_sys(err, "%s", path);
	if (!S_ISREG(st.st_mode) || !trusted_owner(&st)) {
		zol_str_puts(why, "its marker could have been written by somebody else");
		return 1;
	}
	if (st.st_size > RECORD_MAX) {
		zol_str_puts(why, "its marker is damaged");
		return 1;
	}
	return zol_read_fd(fd, RECORD_MAX, text, err);
}

/* Fills what the marker says; false when something is missing. */
static bool parse_marker(struct zol_span m, const char *file, struct zol_stage_entry *e, struct zol_span *ret_stat)
{
	struct zol_span name, sha512, blake2b, key;
	uint64_t when;

	if (!zol_stage_record_is(m, KIND) || !zol_stage_record_get(m, "file", &name) || !zol_span_eq(name, file) ||
	    !zol_stage_record_get(m, "stat", ret_stat) || !zol_stage_record_getu(m, "size", &e->size) ||
	    !zol_stage_record_getu(m, "time", &when) || !zol_stage_record_get(m, "sha512", &sha512) ||
	    !zol_stage_record_get(m, "blake2b", &blake2b) || !zol_stage_record_get(m, "key", &key))
		return false;
	e->verified = (int64_t)when;
	e->key = zol_span_dup(key);
	return e->key && zol_gpgstatus_fpr_ok(key) && zol_span_bytes(sha512, e->digests.sha512, ZOL_HASH_SIZE) &&
	       zol_span_bytes(blake2b, e->digests.blake2b, ZOL_HASH_SIZE);
}

/* Opens the tarball and compares it with the marker: 0, or 1 with the reason. */
static int open_tarball(struct zol_stage_entry *e, struct zol_span want, struct zol_str *why, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str now = ZOL_STR_INIT;
	struct stat st;

	e->fd = open(e->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (e->fd < 0 && (errno == ENOENT || errno == ELOOP)) {
		zol_str_puts(why, "not in the cache");
		return 1;
	}
	if (e->fd < 0 || fstat(e->fd, &st))
		return zol_err_sys(err, "%s", e->path);
	describe(&st, &now);
	if (zol_str_check(&now, err))
		return -(int)err->code;
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != e->size || !zol_span_eq(want, zol_str_c(&now))) {
		zol_str_puts(why, "changed since it was verified");
		return 1;
	}
	return 0;
}

int zol_stage_cache_open(const char *cache, const char *file, struct zol_stage_entry *ret, struct zol_str *why,
			 struct zol_err *err)
{
	ZOL_AUTO(stage_entry) struct zol_stage_entry e = ZOL_STAGE_ENTRY_INIT;
	ZOL_AUTO(str) struct zol_str marker = ZOL_STR_INIT, ignored = ZOL_STR_INIT;
	struct zol_span want;
	int rc;

	if (!why)
		why = &ignored;
	if (zol_stage_name_parse(zol_span_c(file), &e.build, err))
		return -(int)err->code;
	e.dir = zol_stage_cache_dir(cache, file);
	e.path = e.dir ? zol_path_join(e.dir, file) : NULL;
	if (!e.path)
		return zol_err_oom(err);
	rc = zol_exists(e.path, err);
	if (rc <= 0) {
		zol_str_puts(why, "not in the cache");
		return rc < 0 ? rc : 1;
	}
	rc = read_marker(e.dir, &marker, why, err);
	if (rc)
		return rc;
	if (!parse_marker(zol_span_str(&marker), file, &e, &want)) {
		zol_str_puts(why, "its marker is damaged");
		return 1;
	}
	rc = open_tarball(&e, want, why, err);
	if (rc)
		return rc;
	e.build.size = e.size;
	*ret = e;
	e = (struct zol_stage_entry)ZOL_STAGE_ENTRY_INIT;
	return 0;
}

int zol_stage_cache_list(const char *cache, struct zol_strv *names, struct zol_err *err)
{
	ZOL_AUTO(free) char *top = zol_path_join(cache, "stage");
	ZOL_AUTO(dir) DIR *d = top ? opendir(top) : NULL;
	size_t before = names->len;
	struct dirent *de;

	if (!top)
		return zol_err_oom(err);
	if (!d)
		return errno == ENOENT ? 0 : zol_err_sys(err, "%s", top);
	while ((errno = 0, de = readdir(d))) {
		if (!strncmp(de->d_name, "stage3-", 7))
			zol_strv_addf(names, "%s.tar.xz", de->d_name);
	}
	if (errno)
		return zol_err_sys(err, "%s", top);
	zol_strv_sort(names, before);
	return zol_strv_check(names, err);
}

int zol_stage_cache_newest(const char *cache, const char *sub, struct zol_stage_entry *ret, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv names = ZOL_STRV_INIT;

	if (zol_stage_cache_list(cache, &names, err))
		return -(int)err->code;
	/* Names of one sub sort by their stamps. */
	for (size_t i = names.len; i-- > 0;) {
		ZOL_AUTO(stage_build) struct zol_stage_build b = { .size = 0 };
		ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
		int rc;

		if (zol_stage_name_parse(zol_span_c(names.v[i]), &b, &ignored) || strcmp(b.sub, sub) != 0)
			continue;
		rc = zol_stage_cache_open(cache, names.v[i], ret, NULL, err);
		if (rc <= 0)
			return rc;
	}
	return 1;
}

static int marker_text(const struct stat *st, const char *file, const struct zol_digests *digests, const char *key,
		       struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str now = ZOL_STR_INIT, sha512 = ZOL_STR_INIT, blake2b = ZOL_STR_INIT;

	describe(st, &now);
	zol_str_hex(&sha512, digests->sha512, ZOL_HASH_SIZE);
	zol_str_hex(&blake2b, digests->blake2b, ZOL_HASH_SIZE);
	zol_stage_record_begin(out, KIND);
	zol_stage_record_add(out, "file", file);
	zol_stage_record_addu(out, "size", (uint64_t)st->st_size);
	zol_stage_record_add(out, "stat", zol_str_c(&now));
	zol_stage_record_add(out, "sha512", zol_str_c(&sha512));
	zol_stage_record_add(out, "blake2b", zol_str_c(&blake2b));
	zol_stage_record_add(out, "key", key);
	zol_stage_record_addu(out, "time", (uint64_t)time(NULL));
	if (zol_str_check(&now, err) || zol_str_check(&sha512, err) || zol_str_check(&blake2b, err))
		return -(int)err->code;
	return zol_str_check(out, err);
}

int zol_stage_cache_mark(const char *cache, const char *file, const struct zol_digests *digests, const char *key,
			 struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(free) char *dir = zol_stage_cache_dir(cache, file);
	ZOL_AUTO(free) char *path = dir ? zol_path_join(dir, file) : NULL;
	ZOL_AUTO(free) char *marker = dir ? zol_path_join(dir, MARKER) : NULL;
	struct stat st;

	if (!path || !marker)
		return zol_err_oom(err);
	if (lstat(path, &st))
		return zol_err_sys(err, "%s", path);
	if (marker_text(&st, file, digests, key, &text, err))
		return -(int)err->code;
	/* A marker of another owner or mode is not to be inherited. */
	if (unlink(marker) && errno != ENOENT)
		return zol_err_sys(err, "%s", marker);
	return zol_write_file(marker, text.ptr, text.len, 0600, err);
}

/* Removes what a kill in the middle of zol_write_file() left of our own small files. */
static void sweep(const char *dir, const char *file)
{
	static const char *const suffixes[] = { ".part.meta", ".asc", ".DIGESTS", NULL };
	ZOL_AUTO(strv) struct zol_strv stale = ZOL_STRV_INIT;
	ZOL_AUTO(dir) DIR *d = opendir(dir);
	struct dirent *de;

	zol_strv_add(&stale, "." MARKER ".zol-");
	for (const char *const *s = suffixes; *s; s++)
		zol_strv_addf(&stale, ".%s%s.zol-", file, *s);
	while (d && (de = readdir(d))) {
		for (size_t i = 0; i < stale.len; i++) {
			if (zol_span_starts(zol_span_c(de->d_name), stale.v[i]))
				(void)unlinkat(dirfd(d), de->d_name, 0);
		}
	}
}

int zol_stage_cache_lock(const char *cache, const char *file, const char *what, uint64_t wait_ms,
			 const struct zol_events *ev, struct zol_err *err)
{
	ZOL_AUTO(free) char *dir = zol_stage_cache_dir(cache, file);
	ZOL_AUTO(free) char *lock = dir ? zol_path_join(dir, "lock") : NULL;
	int fd;

	if (!lock)
		return zol_err_oom(err);
	if (zol_mkdirs(dir, 0755, err) < 0)
		return -(int)err->code;
	fd = zol_lock_take(lock, what, 0, err);
	if (fd < 0 && err->errnum == EWOULDBLOCK && wait_ms) {
		zol_ev_note(ev, ZOL_LEVEL_NOTE, "waiting: %s", zol_err_text(err));
		zol_err_clear(err);
		fd = zol_lock_take(lock, what, wait_ms, err);
	}
	if (fd >= 0)
		sweep(dir, file);
	return fd;
}
