/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "base/path.h"
#include "base/progress.h"
#include "base/rows.h"
#include "core/digests.h"
#include "core/settings.h"
#include "core/stage_index.h"
#include "sys/stage_cache.h"
#include "sys/stage_verify.h"
#include "sys/unpack.h"

/* What is unpacked, and what it is held to. */
struct source {
	int fd;
	char *path;
	struct zol_digests digests;
	const char *verified; /* by what; NULL: by nothing */
	char *fast;           /* where its fast copy belongs; NULL: nowhere */
};

static void source_free(struct source *s)
{
	zol_cleanup_fd(&s->fd);
	free(s->path);
	free(s->fast);
}
ZOL_CLEANUP_STRUCT(source, struct source, source_free);

/* Named after the tarball's digest: whatever is called like this beside it was made from it. */
static int name_fast(struct source *s, const char *dir, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str hex = ZOL_STR_INIT;

	zol_str_hex(&hex, s->digests.sha512, ZOL_HASH_SIZE);
	s->fast = hex.oom ? NULL : zol_asprintf("%s/%.32s.fast", dir, zol_str_c(&hex));
	return s->fast ? 0 : zol_err_oom(err);
}

static int take_entry(struct source *s, struct zol_stage_entry *e, bool fast, struct zol_err *err)
{
	s->fd = zol_take_fd(&e->fd);
	s->path = zol_take_ptr(e->path);
	s->digests = e->digests;
	s->verified = "cache";
	return fast ? name_fast(s, e->dir, err) : 0;
}

/* Is the file that was named the cache's own? 0 and *s is filled, 1: no. */
static int from_cache(const struct zol_cli *cli, const char *path, bool fast, struct source *s, struct zol_err *err)
{
	ZOL_AUTO(stage_entry) struct zol_stage_entry e = ZOL_STAGE_ENTRY_INIT;
	ZOL_AUTO(stage_build) struct zol_stage_build b = { .size = 0 };
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	const char *name = zol_base_name(path);
	struct stat named, cached;
	int rc;

	if (zol_stage_name_parse(zol_span_c(name), &b, &ignored))
		return 1;
	rc = zol_stage_cache_open(cli->settings->paths.cache, name, &e, NULL, err);
	if (rc)
		return rc;
	if (stat(path, &named) || fstat(e.fd, &cached) || named.st_dev != cached.st_dev ||
	    named.st_ino != cached.st_ino)
		return 1;
	return take_entry(s, &e, fast, err);
}

static int from_variant(const struct zol_cli *cli, const struct zol_stage_unpack_args *a, struct source *s,
			struct zol_err *err)
{
	ZOL_AUTO(stage_entry) struct zol_stage_entry e = ZOL_STAGE_ENTRY_INIT;
	ZOL_AUTO(str) struct zol_str sub = ZOL_STR_INIT;
	const char *arch = a->common.arch ? a->common.arch : cli->settings->stage.arch;
	int rc = zol_stage_sub(arch, a->what.v[0], &sub, err);

	if (!rc)
		rc = zol_stage_cache_newest(cli->settings->paths.cache, zol_str_c(&sub), &e, err);
	if (rc > 0) {
		zol_err_set(err, ZOL_SYSTEM, ENOENT, "no file '%s', and no verified stage3-%s in the cache",
			    a->what.v[0], zol_str_c(&sub));
		return zol_err_hint(err, "fetch it: zolkit stage fetch %s", a->what.v[0]);
	}
	return rc ? rc : take_entry(s, &e, !a->no_fast, err);
}

/*
 * The digests that the signed FILE.DIGESTS gives for this name: with them checked in the pass that
 * unpacks, a detached signature over the same bytes adds nothing, and would cost one more reading.
 */
static int trust_digests(const struct zol_cli *cli, const struct zol_stage_unpack_args *a, const char *path,
			 struct source *s, struct zol_err *err)
{
	ZOL_AUTO(stage_trust) struct zol_stage_trust trust = { .path = NULL };
	ZOL_AUTO(stage_build) struct zol_stage_build b = { .size = 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(free) char *beside = zol_asprintf("%s.DIGESTS", path);
	const struct zol_strv *keys = a->common.keys.len ? &a->common.keys : &cli->settings->stage.keys;
	const char *name = zol_base_name(path);

	if (!beside)
		return zol_err_oom(err);
	if (zol_read_file(beside, ZOL_STAGE_TEXT_MAX, &text, err)) {
		if (err->errnum != ENOENT)
			return -(int)err->code;
		zol_err_clear(err);
		zol_err_set(err, ZOL_VERIFY, 0, "%s is missing: nobody vouches for %s", beside, name);
		return zol_err_hint(err, "get it from where the tarball came from, or give --no-verify");
	}
	if (zol_stage_name_parse(zol_span_c(name), &b, err) ||
	    zol_stage_trust_load(a->common.keyring ? a->common.keyring : cli->settings->stage.keyring,
				 zol_strv_list(keys), &trust, err))
		return -(int)err->code;
	if (zol_stage_verify_digests(&trust, zol_span_str(&text), name, b.time, &s->digests, err))
		return zol_err_wrap(err, "%s", beside);
	s->verified = "DIGESTS";
	return 0;
}

static int find_source(const struct zol_cli *cli, const struct zol_stage_unpack_args *a, struct source *s,
		       struct zol_err *err)
{
	const char *path = a->what.v[0];
	int rc = zol_exists(path, err);

	if (rc < 0)
		return rc;
	if (!rc && !strchr(path, '/'))
		return from_variant(cli, a, s, err);
	rc = from_cache(cli, path, !a->no_fast, s, err);
	if (rc <= 0)
		return rc;
	s->path = strdup(path);
	if (!s->path)
		return zol_err_oom(err);
	s->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (s->fd < 0)
		return zol_err_sys(err, "%s", path);
	return a->no_verify ? 0 : trust_digests(cli, a, path, s, err);
}

struct unpack_record {
	const char *path, *dir, *verified;
	uint64_t entries, bytes, ms;
	bool from_fast, kept_fast;
};

static const struct zol_col unpack_cols[] = {
	ZOL_COL("dir", "directory", STR, struct unpack_record, dir),
	ZOL_COL("archive", "archive", STR, struct unpack_record, path),
	ZOL_COL("verified_by", "verified by", STR, struct unpack_record, verified),
	ZOL_COL("entries", "entries", U64, struct unpack_record, entries),
	ZOL_COL("bytes", "bytes", SIZE, struct unpack_record, bytes),
	ZOL_COL("from_fast_copy", "from the fast copy", BOOL, struct unpack_record, from_fast),
	ZOL_COL("kept_fast_copy", "fast copy kept", BOOL, struct unpack_record, kept_fast),
	ZOL_COL("time_ms", "time", DURATION, struct unpack_record, ms),
};

static int report(const struct zol_cli *cli, const struct unpack_record *r, struct zol_err *err)
{
	char size[ZOL_NUM_TEXT], time[ZOL_NUM_TEXT];

	if (cli->out.json)
		return zol_record_print(&cli->out, unpack_cols, ZOL_COUNT(unpack_cols), r, err);
	zol_out_info(&cli->out, "%s: %llu entries, %s, in %s%s", r->dir, (unsigned long long)r->entries,
		     zol_num_fmt_size(r->bytes, size), zol_num_fmt_duration(r->ms, time),
		     r->from_fast ? " (from the fast copy)" :
		     r->verified  ? " (verified)" :
				    " (not verified)");
	return 0;
}

int zol_cmd_stage_unpack(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	static const struct zol_weight weights[] = { { "unpack", 95 }, { "sync", 5 } };
	const struct zol_stage_unpack_args *a = args;
	ZOL_AUTO(source) struct source s = { .fd = -1 };
	ZOL_AUTO(progress) struct zol_progress *progress = zol_progress_new(&cli->out, weights, ZOL_COUNT(weights));
	struct zol_events ev = zol_progress_events(progress, &cli->out);
	uint64_t limit = a->max_size ? a->max_size : cli->settings->stage.max_size;
	struct zol_unpack_result done = { 0 };
	uint64_t began = zol_now_ms();
	int rc = zol_stage_fence(cli, a->what.v[1], false, err);

	if (!rc)
		rc = find_source(cli, a, &s, err);

	if (rc)
		return rc;
	if (cli->globals.dry_run) {
		fprintf(cli->out.out, "unpack %s into %s (%s%s)\n", s.path, a->what.v[1],
			s.verified ? "verified by " : "not verified", s.verified ? s.verified : "");
		return 0;
	}
	const struct zol_unpack job = { .fd = s.fd,
					.dir = a->what.v[1],
					.expect = s.verified ? &s.digests : NULL,
					.fast = s.fast,
					.max_size = limit ? limit : UINT64_MAX,
					.threads = a->threads > 64 ? 64 : (unsigned)a->threads,
					.ev = &ev };
	rc = zol_unpack(&job, &done, err);
	zol_progress_hide(progress);
	if (rc)
		return zol_err_wrap(err, "%s", s.path);
	const struct unpack_record r = { .path = s.path,
					 .dir = a->what.v[1],
					 .verified = s.verified,
					 .entries = done.entries,
					 .bytes = done.bytes,
					 .ms = zol_now_ms() - began,
					 .from_fast = done.from_fast,
					 .kept_fast = done.kept_fast };

	return report(cli, &r, err);
}
