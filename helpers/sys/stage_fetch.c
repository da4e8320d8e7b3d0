/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/stage_fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "core/armor.h"
#include "sys/stage_download.h"

#define ROUNDS 3 /* over all mirrors, while each round brings bytes */
#define RETRY 1  /* a build vanished from the mirror: the index has to be read again */

/* The work on one build. */
struct job {
	const struct zol_stage_fetch *f;
	const struct zol_stage_build *build;
	struct zol_strv bases; /* mirrors in the order in which they are asked; "" for one that is out */
	size_t from;           /* which of them sent the tarball, or will be asked for it first */
	char *described_by;    /* which of them sent the descriptions */
	struct zol_str digests_text, asc;
	struct zol_digests want;
	struct zol_gpgstatus by;
	char *dir, *path, *part, *meta;
};

void zol_stage_fetched_free(struct zol_stage_fetched *f)
{
	zol_stage_entry_free(&f->entry);
	free(f->mirror);
	*f = (struct zol_stage_fetched){ .entry = ZOL_STAGE_ENTRY_INIT };
}

static void job_free(struct job *j)
{
	zol_strv_free(&j->bases);
	zol_str_free(&j->digests_text);
	zol_str_free(&j->asc);
	zol_gpgstatus_free(&j->by);
	free(j->described_by);
	free(j->dir);
	free(j->path);
	free(j->part);
	free(j->meta);
}
ZOL_CLEANUP_STRUCT(job, struct job, job_free);

/* Mirrors from the one that offered the build on, then those before it. */
static int job_init(struct job *j, const struct zol_stage_fetch *f, const struct zol_stage_offer *o,
		    const struct zol_stage_build *b, struct zol_err *err)
{
	const struct zol_strv *mirrors = f->net.mirrors;

	*j = (struct job){ .f = f, .build = b };
	zol_strv_add(&j->bases, o->base);
	for (size_t i = 0; i < mirrors->len; i++) {
		ZOL_AUTO(free) char *base = i == o->mirror ? NULL : zol_stage_mirror_base(mirrors->v[i]);

		if (base)
			zol_strv_add(&j->bases, base);
	}
	j->dir = zol_stage_cache_dir(f->cache, b->file);
	j->path = j->dir ? zol_path_join(j->dir, b->file) : NULL;
	j->part = j->path ? zol_asprintf("%s.part", j->path) : NULL;
	j->meta = j->path ? zol_asprintf("%s.part.meta", j->path) : NULL;
	if (!j->meta || !j->part)
		return zol_err_oom(err);
	return zol_strv_check(&j->bases, err);
}

static bool more_mirrors(const struct job *j, size_t i)
{
	while (++i < j->bases.len) {
		if (*j->bases.v[i])
			return true;
	}
	return false;
}

static bool any_mirror(const struct job *j)
{
	return *j->bases.v[0] || more_mirrors(j, 0);
}

/* Notes why a mirror did not do, when another one will be tried, and keeps the most telling reason. */
static void next_mirror(const struct job *j, size_t i, struct zol_err *worst, struct zol_err *e)
{
	if (more_mirrors(j, i))
		zol_ev_note(j->f->net.ev, ZOL_LEVEL_WARN, "%s; trying the next mirror", zol_err_text(e));
	zol_stage_mirror_worse(worst, e);
}

/* DIGESTS and .asc from one mirror; the digests are verified, and the .asc is a signature of something. */
static int describe_from(struct job *j, const char *base, bool *ret_missing, struct zol_err *err)
{
	const struct zol_stage_build *b = j->build;
	ZOL_AUTO(free) char *digests = zol_asprintf("%s/%s.DIGESTS", b->stamp, b->file);
	ZOL_AUTO(free) char *asc = zol_asprintf("%s/%s.asc", b->stamp, b->file);
	ZOL_AUTO(curl_result) struct zol_curl_result r = { .fault = ZOL_CURL_OK }, r2 = { .fault = ZOL_CURL_OK };
	ZOL_AUTO(str) struct zol_str sig = ZOL_STR_INIT;
	const struct zol_stage_net *n = &j->f->net;

	if (!digests || !asc)
		return zol_err_oom(err);
	zol_str_truncate(&j->digests_text, 0);
	zol_str_truncate(&j->asc, 0);
	if (zol_stage_mirror_get(n, base, digests, &j->digests_text, &r, err) ||
	    zol_stage_mirror_get(n, base, asc, &j->asc, &r2, err)) {
		*ret_missing = r.fault == ZOL_CURL_MISSING || r2.fault == ZOL_CURL_MISSING;
		return -(int)err->code;
	}
	if (zol_stage_verify_digests(n->trust, zol_span_str(&j->digests_text), b->file, b->time, &j->want, err))
		return zol_err_wrap(err, "%s: %s.DIGESTS", base, b->file);
	/* A page of HTML, say: better noticed while there are other mirrors than behind the download. */
	if (zol_armor_decode(zol_span_str(&j->asc), ZOL_ARMOR_SIGNATURE, &sig, err))
		return zol_err_wrap(err, "%s: %s.asc", base, b->file);
	return 0;
}

/* Has the mirror published a newer build meanwhile, and dropped this one? */
static bool superseded(const struct job *j, size_t i)
{
	ZOL_AUTO(free) char *name = zol_asprintf("latest-stage3-%s.txt", j->f->sub);
	ZOL_AUTO(stage_offer) struct zol_stage_offer o = { .base = NULL };
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	const struct zol_stage_build *b;

	if (!name || i >= j->f->net.mirrors->len || zol_stage_mirror_index(&j->f->net, i, name, &o, &ignored))
		return false;
	b = zol_stage_index_find(&o.index, j->f->sub);
	return b && strcmp(b->stamp, j->build->stamp) > 0;
}

/* The descriptions, from the first mirror that has them. RETRY: the index is out of date. */
static int describe(struct job *j, size_t offered_by, struct zol_err *err)
{
	ZOL_AUTO(err) struct zol_err worst = ZOL_ERR_INIT;

	for (size_t i = 0; i < j->bases.len; i++) {
		ZOL_AUTO(err) struct zol_err e = ZOL_ERR_INIT;
		bool missing = false;

		if (!describe_from(j, j->bases.v[i], &missing, &e)) {
			j->from = i;
			j->described_by = strdup(j->bases.v[i]);
			return j->described_by ? 0 : zol_err_oom(err);
		}
		if (missing && i == 0 && superseded(j, offered_by))
			return RETRY;
		if (e.code != ZOL_NETWORK && e.code != ZOL_MALFORMED) {
			zol_err_move(err, &e);
			return -(int)err->code;
		}
		next_mirror(j, i, &worst, &e);
	}
	zol_err_move(err, &worst);
	return -(int)err->code;
}

static int check_signature(struct job *j, int fd, struct zol_err *err)
{
	zol_ev_stage(j->f->net.ev, "verify", 0, ZOL_UNIT_BYTES);
	zol_gpgstatus_free(&j->by);
	if (zol_stage_verify_file(j->f->net.trust, zol_span_str(&j->asc), fd, j->build->size, &j->by, err))
		return zol_err_wrap(err, "%s: %s.asc", j->described_by, j->build->file);
	return 0;
}

static int keep_beside(const struct job *j, const char *suffix, const struct zol_str *text, struct zol_err *err)
{
	ZOL_AUTO(free) char *name = zol_asprintf("%s%s", j->path, suffix);

	return name ? zol_write_file(name, text->ptr, text->len, 0644, err) : zol_err_oom(err);
}

/* Makes the cache say that the tarball in its place is verified. */
static int commit(const struct job *j, struct zol_err *err)
{
	if (keep_beside(j, ".DIGESTS", &j->digests_text, err) || keep_beside(j, ".asc", &j->asc, err))
		return -(int)err->code;
	return zol_stage_cache_mark(j->f->cache, j->build->file, &j->want, j->by.key, err);
}

/* A tarball that is in its place without a marker that vouches for it: 1 when it is no good (and gone). */
static int recheck(struct job *j, const struct zol_str *why, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = open(j->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ZOL_AUTO(hash) struct zol_hash *h = NULL;
	struct zol_digests got;
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return 1;
	if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) && (uint64_t)st.st_size == j->build->size) {
		zol_ev_note(j->f->net.ev, ZOL_LEVEL_NOTE, "%s: %s; checking it again", j->path, zol_str_c(why));
		zol_ev_stage(j->f->net.ev, "check", j->build->size, ZOL_UNIT_BYTES);
		if (zol_hash_new(&h, err) || zol_stage_hash_fd(h, fd, j->build->size, j->f->net.ev, err) ||
		    zol_hash_final(h, &got, err))
			return -(int)err->code;
		if (!zol_hash_compare(&got, &j->want))
			return check_signature(j, fd, err) || commit(j, err) ? -(int)err->code : 0;
	}
	zol_ev_note(j->f->net.ev, ZOL_LEVEL_WARN, "%s is not what was signed; it is thrown away", j->path);
	if (unlink(j->path))
		return zol_err_sys(err, "%s", j->path);
	return 1;
}

static bool comes_back(enum zol_curl_fault fault)
{
	return fault == ZOL_CURL_NETWORK || fault == ZOL_CURL_STALLED;
}

/* The complete .part against the signed digests: 1 when it was thrown away. */
static int judge_part(const struct job *j, struct zol_stage_download *d, const char *base, struct zol_err *err)
{
	struct zol_digests got;

	if (zol_stage_download_digests(d, &got, err))
		return -(int)err->code;
	if (!zol_stage_check_digests(&j->want, &got, j->build->file, err))
		return 0;
	zol_err_wrap(err, "%s", base);
	zol_err_hint(err, "the download was thrown away; if another mirror gives the same, report it to Gentoo");
	return 1;
}

/* From one mirror until it is complete and right. Only ZOL_SYSTEM is final for the caller. */
static int download_from(struct job *j, struct zol_stage_download *d, struct zol_curl *curl, size_t i,
			 struct zol_err *err)
{
	const char *base = j->bases.v[i];
	ZOL_AUTO(free)
	char *url = zol_asprintf("%s/releases/%s/autobuilds/%s/%s", base, j->f->net.arch_dir, j->build->stamp,
				 j->build->file);
	enum zol_curl_fault fault;

	if (!url)
		return zol_err_oom(err);
	for (;;) {
		bool mixed;
		int rc = zol_stage_download_run(d, curl, url, &fault, err);

		if (rc) {
			if (fault == ZOL_CURL_RANGE)
				zol_err_hint(err, "--restart throws the partial download away and begins anew");
			if (!comes_back(fault) && err->code != ZOL_SYSTEM)
				*j->bases.v[i] = '\0';
			return rc;
		}
		mixed = d->mixed;
		rc = judge_part(j, d, base, err);
		if (rc <= 0)
			return rc;
		/* Parts of several answers that do not fit together prove nothing against this mirror. */
		if (!mixed)
			*j->bases.v[i] = '\0';
		{
			ZOL_AUTO(err) struct zol_err reset = ZOL_ERR_INIT;

			if (zol_stage_download_reset(d, &reset)) {
				zol_err_clear(err);
				zol_err_move(err, &reset);
				return -(int)err->code;
			}
		}
		if (!mixed)
			return -(int)err->code;
		zol_ev_note(j->f->net.ev, ZOL_LEVEL_WARN, "%s; beginning anew from one source", zol_err_text(err));
		zol_err_clear(err);
	}
}

/* All mirrors in turn, again while that brings bytes. */
static int download_rounds(struct job *j, struct zol_stage_download *d, struct zol_err *err)
{
	ZOL_AUTO(err) struct zol_err worst = ZOL_ERR_INIT;

	for (int round = 0; round < ROUNDS; round++) {
		uint64_t before = d->have;

		for (size_t k = 0; k < j->bases.len; k++) {
			size_t i = (j->from + k) % j->bases.len;
			ZOL_AUTO(err) struct zol_err e = ZOL_ERR_INIT;

			if (!*j->bases.v[i])
				continue;
			if (!download_from(j, d, j->f->net.curl, i, &e)) {
				j->from = i;
				return 0;
			}
			if (e.code == ZOL_SYSTEM) {
				zol_err_move(err, &e);
				return -(int)err->code;
			}
			next_mirror(j, i, &worst, &e);
		}
		if (d->have <= before || !any_mirror(j) || round + 1 == ROUNDS)
			break;
		zol_ev_note(j->f->net.ev, ZOL_LEVEL_WARN, "%s; going on from byte %" PRIu64, zol_err_text(&worst),
			    d->have);
	}
	zol_err_move(err, &worst);
	if (!err->hint && err->code == ZOL_NETWORK && d->have)
		return zol_err_hint(err, "what came is kept (%" PRIu64 " of %" PRIu64 " bytes): run it again to go on",
				    d->have, d->size);
	return -(int)err->code;
}

static int download(struct job *j, uint64_t *ret_resumed, struct zol_err *err)
{
	ZOL_AUTO(stage_download) struct zol_stage_download d = ZOL_STAGE_DOWNLOAD_INIT;

	d.part = j->part;
	d.meta = j->meta;
	d.size = j->build->size;
	d.want = &j->want;
	d.ca_file = j->f->net.ca_file;
	d.stall_ms = j->f->net.stall_ms;
	d.ev = j->f->net.ev;
	if (zol_stage_download_open(&d, j->f->restart, err) || download_rounds(j, &d, err))
		return -(int)err->code;
	if (check_signature(j, d.fd, err))
		return -(int)err->code;
	if (fsync(d.fd) || rename(j->part, j->path))
		return zol_err_sys(err, "%s", j->path);
	if (zol_fsync_dir(AT_FDCWD, j->dir, err) || commit(j, err))
		return -(int)err->code;
	if (unlink(j->meta) && errno != ENOENT)
		return zol_err_sys(err, "%s", j->meta);
	*ret_resumed = d.resumed;
	return 0;
}

/* The record of a download that was cut off between its last steps. */
static void forget_download(const struct job *j)
{
	(void)unlink(j->meta);
}

/* Under the lock of the entry: 0, RETRY, or a failure. */
static int work(struct job *j, size_t offered_by, struct zol_stage_fetched *out, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str why = ZOL_STR_INIT;
	int rc = zol_stage_cache_open(j->f->cache, j->build->file, &out->entry, &why, err);

	if (rc <= 0 && (rc || out->entry.size == j->build->size)) {
		out->how = ZOL_STAGE_CACHED;
		forget_download(j);
		return rc;
	}
	if (rc == 0)
		zol_str_puts(&why, "its size is not the one in the signed index");
	zol_stage_entry_free(&out->entry);
	rc = describe(j, offered_by, err);
	if (rc)
		return rc;
	rc = recheck(j, &why, err);
	out->how = ZOL_STAGE_RECHECKED;
	if (rc > 0) {
		out->how = ZOL_STAGE_DOWNLOADED;
		rc = download(j, &out->resumed, err);
	} else if (rc == 0) {
		forget_download(j);
	}
	if (rc)
		return rc;
	rc = zol_stage_cache_open(j->f->cache, j->build->file, &out->entry, &why, err);
	if (rc > 0)
		return zol_err_set(err, ZOL_VERIFY, 0, "%s: %s, although it was just verified", j->path,
				   zol_str_c(&why));
	return rc;
}

/* What --dry-run tells: whether it is in the cache, or where it would go. */
static int plan(struct job *j, struct zol_stage_fetched *out, struct zol_err *err)
{
	int rc = zol_stage_cache_open(j->f->cache, j->build->file, &out->entry, NULL, err);

	if (rc <= 0) {
		out->how = ZOL_STAGE_CACHED;
		return rc;
	}
	out->how = ZOL_STAGE_PLANNED;
	out->entry.dir = zol_take_ptr(j->dir);
	out->entry.path = zol_take_ptr(j->path);
	out->entry.size = j->build->size;
	return zol_stage_name_parse(zol_span_c(j->build->file), &out->entry.build, err);
}

static int fetch_offer(const struct zol_stage_fetch *f, const struct zol_stage_offer *o, struct zol_stage_fetched *out,
		       struct zol_err *err)
{
	const struct zol_stage_build *b = zol_stage_index_find(&o->index, f->sub);
	struct zol_stage_seen now = { .ts = o->index.ts };
	ZOL_AUTO(job) struct job j = { .f = f };
	ZOL_AUTO(fd) int lock = -1;
	int rc;

	if (!b)
		return zol_err_set(err, ZOL_MALFORMED, 0, "%s: its index of stage3-%s names other variants only",
				   o->base, f->sub);
	if (job_init(&j, f, o, b, err))
		return -(int)err->code;
	out->ts = o->index.ts;
	if (f->plan_only) {
		rc = plan(&j, out, err);
	} else {
		memcpy(now.stamp, b->stamp, sizeof(now.stamp));
		if (zol_stage_state_write(f->state, f->sub, &now, err))
			return -(int)err->code;
		lock = zol_stage_cache_lock(f->cache, b->file, "stage fetch", f->wait_ms, f->net.ev, err);
		if (lock < 0)
			return lock;
		rc = work(&j, o->mirror, out, err);
	}
	if (rc)
		return rc;
	out->mirror = strdup(*j.bases.v[j.from] ? j.bases.v[j.from] : o->base);
	return out->mirror ? 0 : zol_err_oom(err);
}

int zol_stage_fetch(const struct zol_stage_fetch *f, struct zol_stage_fetched *ret, struct zol_err *err)
{
	ZOL_AUTO(free) char *name = zol_asprintf("latest-stage3-%s.txt", f->sub);
	struct zol_stage_seen seen = { .ts = 0 };

	if (!name)
		return zol_err_oom(err);
	if (!f->allow_older && zol_stage_state_read(f->state, f->sub, &seen, err))
		return -(int)err->code;
	for (int attempt = 0; attempt < 3; attempt++) {
		ZOL_AUTO(stage_fetched) struct zol_stage_fetched out = { .entry = ZOL_STAGE_ENTRY_INIT };
		ZOL_AUTO(stage_offer) struct zol_stage_offer o = { .base = NULL };
		int rc;

		if (zol_stage_mirror_newest(&f->net, name, f->sub, f->allow_older ? NULL : &seen, &o, err))
			return -(int)err->code;
		rc = fetch_offer(f, &o, &out, err);
		if (rc < 0)
			return rc;
		if (rc == 0) {
			*ret = out;
			out = (struct zol_stage_fetched){ .entry = ZOL_STAGE_ENTRY_INIT };
			return 0;
		}
		zol_ev_note(f->net.ev, ZOL_LEVEL_NOTE, "%s has published a newer build meanwhile", o.base);
	}
	return zol_err_set(err, ZOL_NETWORK, 0, "the mirror's index and its files do not agree; try again later");
}
