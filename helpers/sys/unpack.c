/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/unpack.h"

#include <errno.h>

#include "base/sig.h"
#include "sys/staging.h"
#include "sys/unpack_source.h"
#include "sys/unpack_write.h"

/* A stage3 has an entry for each 25 KiB; fewer than this many inodes are never enough. */
static const uint64_t bytes_per_inode = UINT64_C(1) << 20;

static int copy_entries(struct zol_source *s, struct zol_writer *w, struct zol_err *err)
{
	ZOL_AUTO(tar) struct zol_tar *tar = NULL;
	bool filters;
	struct zol_pull pull = zol_source_pull(s, &filters);
	int rc = zol_tar_open(&pull, filters, &tar, err);

	while (!rc) {
		struct zol_tar_entry e;

		rc = zol_sig_check(err);
		if (!rc)
			rc = zol_tar_next(tar, &e, err);
		if (!rc)
			rc = zol_writer_add(w, &e, tar, err);
	}
	return rc < 0 ? rc : 0;
}

/* A full disk is told apart from a full table of inodes, which look the same to write(2). */
static int explain(const struct zol_staging *st, struct zol_err *err)
{
	if (err->errnum == ENOSPC || err->errnum == EDQUOT)
		zol_err_hint(err, "nothing was left behind; free some space (df, df -i) beside %s and run again",
			     st->dir);
	return -(int)err->code;
}

static int fill(const struct zol_unpack *job, struct zol_source *s, const struct zol_staging *st,
		struct zol_unpack_result *result, struct zol_err *err)
{
	ZOL_AUTO(writer) struct zol_writer *w = NULL;
	struct zol_writer_stats stats = { 0 };
	uint64_t limit = job->max_size ? job->max_size : ZOL_UNPACK_MAX;
	uint64_t entries = zol_source_entries(s);
	uint64_t bytes = zol_source_unpacked(s);
	int rc = zol_staging_room(st->root, bytes, entries ? entries : bytes / bytes_per_inode, err);

	if (!rc)
		rc = zol_writer_new(st->root, limit, job->ev, &w, err);
	if (!rc)
		rc = copy_entries(s, w, err);
	if (!rc)
		rc = zol_source_end(s, err);
	if (!rc)
		rc = zol_writer_finish(w, &stats, err);
	if (!rc && !stats.entries)
		rc = zol_err_set(err, ZOL_MALFORMED, 0, "the archive has no entries");
	if (rc)
		return explain(st, err);
	result->entries = stats.entries;
	result->bytes = stats.bytes;
	return 0;
}

static int unpack_once(const struct zol_unpack *job, bool try_fast, struct zol_unpack_result *ret, struct zol_err *err)
{
	ZOL_AUTO(staging) struct zol_staging st = ZOL_STAGING_INIT;
	ZOL_AUTO(source) struct zol_source *s = NULL;
	struct zol_unpack_result result = { 0 };
	int rc = zol_source_open(job, try_fast, &s, err);

	if (rc)
		return rc;
	result.from_fast = zol_source_is_fast(s);
	result.packed = zol_source_packed(s);
	*ret = result;
	zol_ev_stage(job->ev, "unpack", result.packed, ZOL_UNIT_BYTES);
	rc = zol_staging_begin(job->dir, "unpacking", &st, err);
	if (!rc)
		rc = fill(job, s, &st, &result, err);
	if (!rc) {
		zol_ev_stage(job->ev, "sync", 0, ZOL_UNIT_BYTES);
		result.kept_fast = zol_source_keep(s, result.entries);
		rc = zol_staging_commit(&st, err);
	}
	*ret = result;
	return rc;
}

int zol_unpack(const struct zol_unpack *job, struct zol_unpack_result *ret, struct zol_err *err)
{
	struct zol_unpack_result result = { 0 };
	int rc = unpack_once(job, true, &result, err);

	if (rc && result.from_fast && job->fd >= 0 && (err->code == ZOL_VERIFY || err->code == ZOL_MALFORMED)) {
		zol_ev_note(job->ev, ZOL_LEVEL_WARN, "%s; the archive itself is used", zol_err_text(err));
		zol_err_clear(err);
		rc = zol_fastcopy_drop(job->fast, err);
		if (!rc)
			rc = unpack_once(job, false, &result, err);
	}
	if (rc)
		return rc;
	*ret = result;
	return 0;
}
