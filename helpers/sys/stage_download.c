/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/stage_download.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "base/path.h"
#include "core/digests.h"
#include "core/stage_record.h"
#include "sys/stage_verify.h"

#define KIND "stage-part"
#define RECORD_MAX 8192

void zol_stage_download_free(struct zol_stage_download *d)
{
	zol_cleanup_fd(&d->fd);
	zol_hash_free(d->hash);
	free(d->url);
	free(d->validator);
	*d = (struct zol_stage_download)ZOL_STAGE_DOWNLOAD_INIT;
}

static int disk_error(const struct zol_stage_download *d, struct zol_err *err)
{
	char text[ZOL_NUM_TEXT];

	if (err->errnum != ENOSPC && err->errnum != EDQUOT)
		return -(int)err->code;
	return zol_err_hint(err,
			    "the disk is full: %s more are needed for %s; make room and run it again (it goes on "
			    "where it stopped)",
			    zol_num_fmt_size(d->size - d->have, text), d->part);
}

int zol_stage_download_reset(struct zol_stage_download *d, struct zol_err *err)
{
	d->have = d->resumed = 0;
	d->mixed = false;
	if (ftruncate(d->fd, 0) || lseek(d->fd, 0, SEEK_SET) < 0)
		return zol_err_sys(err, "%s", d->part);
	return zol_hash_reset(d->hash, err);
}

/* Was the .part begun for the very file that is wanted? Takes over where its bytes came from. */
static bool read_meta(struct zol_stage_download *d)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT, want = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	struct zol_span m, sha512, value;
	uint64_t size;

	if (zol_read_file(d->meta, RECORD_MAX, &text, &ignored))
		return false;
	m = zol_span_str(&text);
	zol_str_hex(&want, d->want->sha512, ZOL_HASH_SIZE);
	if (!zol_stage_record_is(m, KIND) || !zol_stage_record_getu(m, "size", &size) || size != d->size ||
	    !zol_stage_record_get(m, "sha512", &sha512) || !zol_span_eq(sha512, zol_str_c(&want)))
		return false;
	if (zol_stage_record_get(m, "url", &value))
		d->url = zol_span_dup(value);
	if (zol_stage_record_get(m, "validator", &value))
		d->validator = zol_span_dup(value);
	return true;
}

static int write_meta(struct zol_stage_download *d, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT, want = ZOL_STR_INIT;

	zol_str_hex(&want, d->want->sha512, ZOL_HASH_SIZE);
	zol_stage_record_begin(&text, KIND);
	zol_stage_record_addu(&text, "size", d->size);
	zol_stage_record_add(&text, "sha512", zol_str_c(&want));
	zol_stage_record_add(&text, "url", d->url);
	if (d->validator)
		zol_stage_record_add(&text, "validator", d->validator);
	if (zol_str_check(&text, err))
		return -(int)err->code;
	if (zol_write_file(d->meta, text.ptr, text.len, 0600, err))
		return disk_error(d, err);
	return 0;
}

/* Without this, a disk that is too small would be noticed after most of the download. */
static int reserve(const struct zol_stage_download *d, struct zol_err *err)
{
	if (d->have >= d->size || !fallocate(d->fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)d->size))
		return 0;
	if (errno != ENOSPC && errno != EDQUOT && errno != EFBIG)
		return 0; /* not every filesystem can; then the write itself will tell */
	(void)zol_err_sys(err, "%s", d->part);
	return disk_error(d, err);
}

int zol_stage_download_open(struct zol_stage_download *d, bool from_zero, struct zol_err *err)
{
	struct stat st;

	if (zol_hash_new(&d->hash, err))
		return -(int)err->code;
	d->fd = open(d->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
	if (d->fd < 0 || fstat(d->fd, &st)) {
		(void)zol_err_sys(err, "%s", d->part);
		return disk_error(d, err);
	}
	if (!S_ISREG(st.st_mode))
		return zol_err_set(err, ZOL_SYSTEM, EINVAL, "%s", d->part);
	if (from_zero || !read_meta(d) || (uint64_t)st.st_size > d->size) {
		if (zol_stage_download_reset(d, err))
			return -(int)err->code;
	} else if (st.st_size > 0) {
		zol_ev_stage(d->ev, "check", (uint64_t)st.st_size, ZOL_UNIT_BYTES);
		if (zol_stage_hash_fd(d->hash, d->fd, (uint64_t)st.st_size, d->ev, err))
			return zol_err_wrap(err, "%s", d->part);
		d->have = d->resumed = (uint64_t)st.st_size;
		d->mixed = true;
	}
	return reserve(d, err);
}

static int on_answer(void *ctx, const char *validator, struct zol_err *err)
{
	struct zol_stage_download *d = ctx;
	char *url = strdup(d->asking), *v = validator ? strdup(validator) : NULL;

	if (!url || (validator && !v)) {
		free(url);
		free(v);
		return zol_err_oom(err);
	}
	free(d->url);
	free(d->validator);
	d->url = url;
	d->validator = v;
	return write_meta(d, err);
}

static int on_body(void *ctx, bool restart, const void *data, size_t len, struct zol_err *err)
{
	struct zol_stage_download *d = ctx;

	if (restart) {
		zol_ev_note(d->ev, ZOL_LEVEL_NOTE, "%s: sent from the beginning again", d->asking);
		if (zol_stage_download_reset(d, err))
			return -(int)err->code;
	}
	if (zol_write_all(d->fd, data, len, err)) {
		(void)zol_err_wrap(err, "%s", d->part);
		return disk_error(d, err);
	}
	if (zol_hash_update(d->hash, data, len, err))
		return -(int)err->code;
	d->have += len;
	zol_ev_progress(d->ev, d->have);
	return 0;
}

int zol_stage_download_run(struct zol_stage_download *d, struct zol_curl *curl, const char *url,
			   enum zol_curl_fault *ret_fault, struct zol_err *err)
{
	ZOL_AUTO(curl_result) struct zol_curl_result r = { .fault = ZOL_CURL_OK };
	ZOL_AUTO(free) char *if_range = NULL;
	struct zol_curl_request req = { .url = url,
					.offset = d->have,
					.size = d->size,
					.stall_ms = d->stall_ms,
					.ca_file = d->ca_file,
					.sink = on_body,
					.answer = on_answer,
					.ctx = d };
	int rc;

	*ret_fault = ZOL_CURL_OK;
	if (d->have == d->size)
		return 0;
	/* A failed write may have left bytes that are not in the digests. */
	if (ftruncate(d->fd, (off_t)d->have) || lseek(d->fd, (off_t)d->have, SEEK_SET) < 0)
		return zol_err_sys(err, "%s", d->part);
	if (d->have && d->validator && d->url && !strcmp(d->url, url)) {
		if_range = strdup(d->validator);
		req.if_range = if_range;
	}
	d->mixed = d->have != 0;
	d->asking = url;
	zol_ev_stage(d->ev, "download", d->size, ZOL_UNIT_BYTES);
	zol_ev_progress(d->ev, d->have);
	rc = zol_curl_run(curl, &req, &r, err);
	*ret_fault = r.fault;
	d->asking = NULL;
	return rc;
}

int zol_stage_download_digests(struct zol_stage_download *d, struct zol_digests *ret, struct zol_err *err)
{
	return zol_hash_final(d->hash, ret, err);
}
