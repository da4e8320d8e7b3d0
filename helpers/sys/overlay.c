/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/overlay.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/path.h"
#include "sys/clone_copy.h"

enum { RECORD_MAX = 64 << 10 };

static const char record_name[] = "overlay.ini";

static char *record_of(const char *dir)
{
	return zol_path_join(dir, record_name);
}

int zol_overlay_exists(const char *dir, struct zol_err *err)
{
	ZOL_AUTO(free) char *record = record_of(dir);

	return record ? zol_exists(record, err) : zol_err_oom(err);
}

static int write_record(const char *dir, const char *const *lowers, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(free) char *record = record_of(dir);

	zol_str_puts(&text, "[overlay]\n");
	for (size_t i = 0; lowers[i]; i++) {
		if (lowers[i][0] != '/' || strchr(lowers[i], '\n'))
			return zol_err_set(err, ZOL_USAGE, 0, "'%s' cannot lie below an overlay", lowers[i]);
		zol_str_printf(&text, "lower = %s\n", lowers[i]);
	}
	if (!record)
		return zol_err_oom(err);
	if (zol_str_check(&text, err))
		return -(int)err->code;
	return zol_write_file(record, zol_str_c(&text), text.len, 0600, err);
}

/* The root of the merged tree has the owner, mode and attributes of upper. */
static int copy_root(const char *lower, int upper, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = open(lower, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return zol_err_sys(err, "%s", lower);
	return zol_clone_meta(fd, upper, err);
}

static int fill(const char *dir, const char *const *lowers, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	ZOL_AUTO(fd) int upper = -1;

	if (fd < 0 || mkdirat(fd, "upper", 0700) || mkdirat(fd, "work", 0700))
		return zol_err_sys(err, "%s", dir);
	upper = openat(fd, "upper", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (upper < 0)
		return zol_err_sys(err, "%s", dir);
	if (copy_root(lowers[0], upper, err))
		return -(int)err->code;
	/* The record comes last: without it there is no overlay. */
	return write_record(dir, lowers, err);
}

int zol_overlay_make(const char *dir, const char *const *lowers, struct zol_err *err)
{
	int rc = zol_overlay_exists(dir, err);

	if (rc > 0)
		return zol_err_set(err, ZOL_SYSTEM, EEXIST, "%s", dir);
	if (!rc)
		rc = zol_rmtree(AT_FDCWD, dir, err);
	if (rc)
		return rc;
	if (!lowers[0])
		return zol_err_set(err, ZOL_USAGE, 0, "an overlay needs a tree to lie on");
	if (mkdir(dir, 0700))
		return zol_err_sys(err, "%s", dir);
	rc = fill(dir, lowers, err);
	if (rc) {
		ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;

		if (zol_rmtree(AT_FDCWD, dir, &ignored))
			zol_err_clear(&ignored);
	}
	return rc;
}

int zol_overlay_lowers(const char *dir, struct zol_strv *ret, struct zol_err *err)
{
	ZOL_AUTO(free) char *record = record_of(dir);
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_span rest, line;
	size_t before = ret->len;

	if (!record)
		return zol_err_oom(err);
	if (zol_read_file(record, RECORD_MAX, &text, err))
		return -(int)err->code;
	rest = zol_span_str(&text);
	while (zol_span_line(&rest, &line)) {
		if (zol_span_eq(line, "[overlay]") || !zol_span_trim(line).len)
			continue;
		if (!zol_span_starts(line, "lower = /"))
			return zol_err_set(err, ZOL_MALFORMED, 0, "%s is damaged", record);
		zol_strv_addn(ret, line.ptr + 8, line.len - 8);
	}
	if (zol_strv_check(ret, err))
		return -(int)err->code;
	return ret->len > before ? 0 : zol_err_set(err, ZOL_MALFORMED, 0, "%s names no tree", record);
}

/* ":" ends a lower directory, "," an option, "\" takes their meaning away (fs/overlayfs/params.c). */
static void add_escaped(struct zol_str *s, const char *path)
{
	for (; *path; path++) {
		if (*path == ':' || *path == ',' || *path == '\\')
			zol_str_putc(s, '\\');
		zol_str_putc(s, *path);
	}
}

int zol_overlay_options(const char *dir, struct zol_str *ret, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv lowers = ZOL_STRV_INIT;
	int rc = zol_overlay_lowers(dir, &lowers, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < lowers.len; i++) {
		zol_str_puts(ret, i ? ":" : "lowerdir=");
		add_escaped(ret, lowers.v[i]);
	}
	zol_str_puts(ret, ",upperdir=");
	add_escaped(ret, dir);
	zol_str_puts(ret, "/upper,workdir=");
	add_escaped(ret, dir);
	zol_str_puts(ret, "/work");
	return zol_str_check(ret, err);
}
