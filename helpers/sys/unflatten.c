/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/unflatten.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/path.h"
#include "base/sig.h"
#include "core/flattened.h"
#include "sys/mapfile.h"

#define LIMIT (1ULL << 46) /* the memory that x86-64 can have */

static int put(int fd, const char *path, const char *bytes, size_t len, uint64_t offset, struct zol_err *err)
{
	while (len > 0) {
		ssize_t n = pwrite(fd, bytes, len, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return zol_err_sys(err, "%s", path);
		bytes += n;
		offset += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

static int pieces(struct zol_span from, int fd, const char *path, struct zol_err *err)
{
	struct zol_flattened_piece p;

	from = zol_span(from.ptr + ZOL_FLATTENED_HEADER, from.len - ZOL_FLATTENED_HEADER);
	for (;;) {
		if (from.len < ZOL_FLATTENED_PIECE)
			return zol_err_set(err, ZOL_MALFORMED, 0, "%s has no end mark", path);
		if (zol_flattened_piece((const unsigned char *)from.ptr, from.len - ZOL_FLATTENED_PIECE, LIMIT, &p,
					err) < 0)
			return zol_err_wrap(err, "%s", path);
		if (p.end)
			return 0;
		if (zol_sig_check(err) < 0)
			return -(int)err->code;
		if (put(fd, path, from.ptr + ZOL_FLATTENED_PIECE, (size_t)p.len, p.offset, err) < 0)
			return -(int)err->code;
		from = zol_span(from.ptr + ZOL_FLATTENED_PIECE + p.len, from.len - ZOL_FLATTENED_PIECE - (size_t)p.len);
	}
}

int zol_unflatten(const char *path, struct zol_err *err)
{
	ZOL_AUTO(mapfile) struct zol_mapfile m = { 0 };
	ZOL_AUTO(free) char *whole = zol_asprintf("%s.whole", path);
	ZOL_AUTO(fd) int fd = -1;
	struct stat st;

	if (!whole)
		return zol_err_oom(err);
	if (stat(path, &st) < 0)
		return zol_err_sys(err, "%s", path);
	if (zol_mapfile_open(path, &m, err) < 0)
		return -(int)err->code;
	if (m.bytes.len < ZOL_FLATTENED_HEADER || !zol_flattened_is(m.bytes))
		return 0;
	/* A run that was killed has left its piece; nobody else makes one of this dump. */
	(void)unlink(whole);
	fd = open(whole, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, st.st_mode & 0777);
	if (fd < 0)
		return zol_err_sys(err, "%s", whole);
	if (pieces(m.bytes, fd, whole, err) == 0) {
		if (rename(whole, path) == 0)
			return 0;
		(void)zol_err_sys(err, "%s", whole);
	}
	(void)unlink(whole);
	return -(int)err->code;
}
