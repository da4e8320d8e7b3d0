/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/stage_cache.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"
#include "unit.h"

#define KEY "13EBBDBEDE7A12775DFDB1BABB572E0E2D182910"
#define STEM "stage3-amd64-openrc-20260811T083102Z"
#define FILE_ STEM ".tar.xz"
#define PATH "stage/" STEM "/" FILE_
#define MARKER "stage/" STEM "/verified"

static const struct zol_digests digests = { .sha512 = { 1, 2, 3 }, .blake2b = { 4, 5, 6 } };

static void add(const struct scratch *s, const char *file, const char *text)
{
	struct zol_err err = ZOL_ERR_INIT;
	char *dir = zol_stage_cache_dir(s->path, file);
	char *path = dir ? zol_path_join(dir, file) : NULL;

	assert_non_null(path);
	assert_true(zol_mkdirs(dir, 0755, &err) >= 0);
	assert_int_equal(zol_write_file(path, text, strlen(text), 0644, &err), 0);
	assert_int_equal(zol_stage_cache_mark(s->path, file, &digests, KEY, &err), 0);
	free(dir);
	free(path);
}

/* Is it vouched for? The reason otherwise. */
static void is_open(const struct scratch *s, const char *reason)
{
	struct zol_stage_entry e = ZOL_STAGE_ENTRY_INIT;
	struct zol_str why = ZOL_STR_INIT;
	struct zol_err err = ZOL_ERR_INIT;
	int rc = zol_stage_cache_open(s->path, FILE_, &e, &why, &err);

	if (rc != (reason ? 1 : 0))
		fail_msg("rc %d: %s%s", rc, zol_str_c(&why), rc < 0 ? zol_err_text(&err) : "");
	if (reason && !strstr(zol_str_c(&why), reason))
		fail_msg("'%s' is not in '%s'", reason, zol_str_c(&why));
	zol_stage_entry_free(&e);
	zol_str_free(&why);
}

UNIT(opens_what_was_marked)
{
	SCRATCH(s);
	struct zol_stage_entry e = ZOL_STAGE_ENTRY_INIT;
	struct zol_err err = ZOL_ERR_INIT;
	char buf[8] = { 0 };
	struct stat st;

	is_open(&s, "not in the cache");
	add(&s, FILE_, "tarball");
	assert_int_equal(zol_stage_cache_open(s.path, FILE_, &e, NULL, &err), 0);
	assert_int_equal(e.size, 7);
	assert_int_equal(zol_hash_compare(&e.digests, &digests), 0);
	assert_string_equal(e.key, KEY);
	assert_string_equal(e.build.sub, "amd64-openrc");
	assert_int_equal(e.build.size, 7);
	assert_true(e.verified > 0);
	assert_int_equal(read(e.fd, buf, 7), 7);
	assert_string_equal(buf, "tarball");
	zol_stage_entry_free(&e);
	assert_int_equal(fstatat(s.fd, MARKER, &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

UNIT(a_tarball_that_changed_is_not_believed)
{
	SCRATCH(s);
	struct timespec times[2];
	struct stat st;

	add(&s, FILE_, "tarball");
	assert_int_equal(fstatat(s.fd, PATH, &st, 0), 0);
	/* Same size, same inode, mtime put back: the ctime tells. */
	usleep(20000);
	scratch_put(&s, PATH, "TARBALL");
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	assert_int_equal(utimensat(s.fd, PATH, times, 0), 0);
	is_open(&s, "changed since");
	add(&s, FILE_, "tarball");
	is_open(&s, NULL);
	scratch_put(&s, "other", "tarball");
	assert_int_equal(renameat(s.fd, "other", s.fd, PATH), 0);
	is_open(&s, "changed since");
}

UNIT(a_link_in_its_place_is_not_followed)
{
	SCRATCH(s);

	add(&s, FILE_, "tarball");
	assert_int_equal(renameat(s.fd, PATH, s.fd, "moved"), 0);
	assert_int_equal(symlinkat("../../moved", s.fd, PATH), 0);
	is_open(&s, "not in the cache");
}

UNIT(a_marker_must_be_ours_and_whole)
{
	SCRATCH(s);

	add(&s, FILE_, "tarball");
	assert_int_equal(fchmodat(s.fd, MARKER, 0660, 0), 0);
	is_open(&s, "somebody else");
	assert_int_equal(unlinkat(s.fd, MARKER, 0), 0);
	is_open(&s, "not verified yet");
	scratch_put(&s, MARKER, "zolkit stage-verified 1\n");
	is_open(&s, "damaged");
	scratch_put(&s, MARKER, "");
	is_open(&s, "damaged");
	assert_int_equal(unlinkat(s.fd, MARKER, 0), 0);
	assert_int_equal(mkdirat(s.fd, MARKER, 0700), 0);
	is_open(&s, "somebody else");
}

UNIT(a_marker_of_another_file_does_not_count)
{
	SCRATCH(s);
	const char *other = "stage/stage3-amd64-openrc-20260811T083103Z/verified";

	add(&s, FILE_, "tarball");
	add(&s, "stage3-amd64-openrc-20260811T083103Z.tar.xz", "tarball");
	assert_int_equal(renameat(s.fd, other, s.fd, MARKER), 0);
	is_open(&s, "damaged");
}

UNIT(finds_the_newest_of_a_sub)
{
	SCRATCH(s);
	struct zol_stage_entry e = ZOL_STAGE_ENTRY_INIT;
	struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_stage_cache_newest(s.path, "amd64-openrc", &e, &err), 1);
	add(&s, FILE_, "older");
	add(&s, "stage3-amd64-openrc-20260901T000000Z.tar.xz", "newer one");
	add(&s, "stage3-amd64-openrc-20261001T000000Z.tar.xz", "changed");
	add(&s, "stage3-amd64-systemd-20261001T000000Z.tar.xz", "other");
	scratch_put(&s, "stage/stage3-amd64-openrc-20261001T000000Z/stage3-amd64-openrc-20261001T000000Z.tar.xz", "x");
	assert_int_equal(zol_stage_cache_newest(s.path, "amd64-openrc", &e, &err), 0);
	assert_string_equal(e.build.stamp, "20260901T000000Z");
	zol_stage_entry_free(&e);
}

UNIT(lists_all_entries_sorted)
{
	SCRATCH(s);
	struct zol_strv names = ZOL_STRV_INIT;
	struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_stage_cache_list(s.path, &names, &err), 0);
	assert_int_equal(names.len, 0);
	add(&s, "stage3-amd64-systemd-20261001T000000Z.tar.xz", "b");
	add(&s, FILE_, "a");
	assert_int_equal(mkdirat(s.fd, "stage/unrelated", 0755), 0);
	assert_int_equal(zol_stage_cache_list(s.path, &names, &err), 0);
	assert_int_equal(names.len, 2);
	assert_string_equal(names.v[0], FILE_);
	zol_strv_free(&names);
}

static void note(void *ctx, enum zol_level level, const char *text)
{
	(void)level;
	assert_non_null(strstr(text, "waiting"));
	++*(int *)ctx;
}

UNIT(one_holder_at_a_time)
{
	SCRATCH(s);
	struct zol_err err = ZOL_ERR_INIT;
	int notes = 0;
	const struct zol_events ev = { .ctx = &notes, .note = note };
	int held = zol_stage_cache_lock(s.path, FILE_, "test", 0, &ev, &err);

	assert_true(held >= 0);
	assert_int_equal(zol_stage_cache_lock(s.path, FILE_, "test", 0, &ev, &err), -ZOL_SYSTEM);
	assert_int_equal(err.errnum, EWOULDBLOCK);
	assert_int_equal(notes, 0);
	zol_err_clear(&err);
	assert_int_equal(zol_stage_cache_lock(s.path, FILE_, "test", 50, &ev, &err), -ZOL_SYSTEM);
	assert_int_equal(notes, 1);
	zol_err_clear(&err);
	close(held);
	held = zol_stage_cache_lock(s.path, FILE_, "test", 0, &ev, &err);
	assert_true(held >= 0);
	close(held);
}

UNIT(what_a_kill_left_is_swept)
{
	SCRATCH(s);
	struct zol_err err = ZOL_ERR_INIT;
	int held;

	add(&s, FILE_, "tarball");
	scratch_put(&s, "stage/" STEM "/.verified.zol-abc123", "x");
	scratch_put(&s, "stage/" STEM "/." FILE_ ".asc.zol-abc123", "x");
	scratch_put(&s, "stage/" STEM "/.other.zol-abc123", "x");
	held = zol_stage_cache_lock(s.path, FILE_, "test", 0, NULL, &err);
	assert_true(held >= 0);
	close(held);
	assert_int_equal(faccessat(s.fd, "stage/" STEM "/.verified.zol-abc123", F_OK, 0), -1);
	assert_int_equal(faccessat(s.fd, "stage/" STEM "/." FILE_ ".asc.zol-abc123", F_OK, 0), -1);
	assert_int_equal(faccessat(s.fd, "stage/" STEM "/.other.zol-abc123", F_OK, 0), 0);
	is_open(&s, NULL);
}

UNIT_MAIN()
