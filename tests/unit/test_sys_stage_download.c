/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/stage_download.h"

#include <sys/stat.h>

#include "scratch.h"
#include "unit.h"

#define TEXT "0123456789abcdef"
#define SIZE (sizeof(TEXT) - 1)

/* A file of the mirror, what it shall be, and a download of it. */
struct rig {
	struct zol_stage_download d;
	struct zol_digests want;
	struct zol_curl *curl;
	char *url, *part, *meta;
};

static void setup(struct rig *r, const struct scratch *s)
{
	struct zol_err err = ZOL_ERR_INIT;
	struct zol_hash *h = NULL;

	*r = (struct rig){ .d = ZOL_STAGE_DOWNLOAD_INIT };
	scratch_put(s, "file", TEXT);
	assert_int_equal(zol_hash_new(&h, &err), 0);
	assert_int_equal(zol_hash_update(h, TEXT, SIZE, &err), 0);
	assert_int_equal(zol_hash_final(h, &r->want, &err), 0);
	zol_hash_free(h);
	r->url = zol_asprintf("file://%s/file", s->path);
	r->part = zol_path_join(s->path, "file.part");
	r->meta = zol_path_join(s->path, "file.part.meta");
	assert_int_equal(zol_curl_new(&r->curl, &err), 0);
}

static void open_part(struct rig *r, bool from_zero)
{
	struct zol_err err = ZOL_ERR_INIT;

	zol_stage_download_free(&r->d);
	r->d.part = r->part;
	r->d.meta = r->meta;
	r->d.size = SIZE;
	r->d.want = &r->want;
	if (zol_stage_download_open(&r->d, from_zero, &err))
		fail_msg("%s", zol_err_text(&err));
}

static void finish(struct rig *r, const struct scratch *s)
{
	enum zol_curl_fault fault;
	struct zol_err err = ZOL_ERR_INIT;
	struct zol_digests got;

	if (zol_stage_download_run(&r->d, r->curl, r->url, &fault, &err))
		fail_msg("%s", zol_err_text(&err));
	assert_int_equal(fault, ZOL_CURL_OK);
	assert_int_equal(zol_stage_download_digests(&r->d, &got, &err), 0);
	assert_int_equal(zol_hash_compare(&got, &r->want), 0);
	assert_string_equal(scratch_get(s, "file.part"), TEXT);
}

static void teardown(struct rig *r)
{
	zol_stage_download_free(&r->d);
	zol_curl_free(r->curl);
	free(r->url);
	free(r->part);
	free(r->meta);
}

UNIT(downloads_and_remembers_from_where)
{
	SCRATCH(s);
	struct rig r;
	struct stat st;

	setup(&r, &s);
	open_part(&r, false);
	assert_int_equal(r.d.have, 0);
	finish(&r, &s);
	assert_false(r.d.mixed);
	assert_non_null(strstr(scratch_get(&s, "file.part.meta"), r.url));
	assert_int_equal(fstatat(s.fd, "file.part.meta", &st, 0), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	teardown(&r);
}

UNIT(goes_on_with_what_an_earlier_run_left)
{
	SCRATCH(s);
	struct rig r;

	setup(&r, &s);
	open_part(&r, false);
	finish(&r, &s);
	assert_int_equal(truncate(r.part, 5), 0);
	open_part(&r, false);
	assert_int_equal(r.d.have, 5);
	assert_int_equal(r.d.resumed, 5);
	assert_true(r.d.mixed);
	finish(&r, &s);
	/* Complete: nothing is asked for, not even from a mirror that is gone. */
	assert_int_equal(unlinkat(s.fd, "file", 0), 0);
	open_part(&r, false);
	assert_int_equal(r.d.have, SIZE);
	finish(&r, &s);
	teardown(&r);
}

UNIT(begins_anew_when_told_or_when_nothing_fits)
{
	SCRATCH(s);
	struct rig r;

	setup(&r, &s);
	scratch_put(&s, "file.part", "01234"); /* without .meta: of what file? */
	open_part(&r, false);
	assert_int_equal(r.d.have, 0);
	finish(&r, &s);
	open_part(&r, true);
	assert_int_equal(r.d.have, 0);
	finish(&r, &s);
	scratch_put(&s, "file.part", TEXT "longer than it can be");
	open_part(&r, false);
	assert_int_equal(r.d.have, 0);
	finish(&r, &s);
	r.want.sha512[0] ^= 1; /* another file is wanted now */
	open_part(&r, false);
	assert_int_equal(r.d.have, 0);
	teardown(&r);
}

UNIT(damage_shows_in_the_digests)
{
	SCRATCH(s);
	struct rig r;
	struct zol_digests got;
	enum zol_curl_fault fault;
	struct zol_err err = ZOL_ERR_INIT;

	setup(&r, &s);
	open_part(&r, false);
	finish(&r, &s);
	scratch_put(&s, "file.part", "XXXXX");
	open_part(&r, false);
	assert_int_equal(r.d.have, 5);
	assert_int_equal(zol_stage_download_run(&r.d, r.curl, r.url, &fault, &err), 0);
	assert_int_equal(zol_stage_download_digests(&r.d, &got, &err), 0);
	assert_int_equal(zol_hash_compare(&got, &r.want), 3);
	assert_int_equal(zol_stage_download_reset(&r.d, &err), 0);
	finish(&r, &s);
	teardown(&r);
}

UNIT(a_missing_file_leaves_what_there_is)
{
	SCRATCH(s);
	struct rig r;
	enum zol_curl_fault fault;
	struct zol_err err = ZOL_ERR_INIT;

	setup(&r, &s);
	open_part(&r, false);
	finish(&r, &s);
	assert_int_equal(truncate(r.part, 5), 0);
	assert_int_equal(unlinkat(s.fd, "file", 0), 0);
	open_part(&r, false);
	assert_int_equal(zol_stage_download_run(&r.d, r.curl, r.url, &fault, &err), -ZOL_NETWORK);
	assert_int_equal(fault, ZOL_CURL_MISSING);
	assert_int_equal(r.d.have, 5);
	assert_string_equal(scratch_get(&s, "file.part"), "01234");
	zol_err_clear(&err);
	teardown(&r);
}

UNIT_MAIN()
