/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/stage_verify.h"

#include <unistd.h>

#include "scratch.h"
#include "unit.h"

/* A throw-away key of 2020 and what it signed: tests/data/stage. */
static char *data(const char *name)
{
	const char *top = getenv("ZOL_TOP");
	char *path = zol_asprintf("%s/tests/data/stage/%s", top ? top : ".", name);

	assert_non_null(path);
	return path;
}

static void slurp(const char *name, struct zol_str *out)
{
	struct zol_err err = ZOL_ERR_INIT;
	char *path = data(name);

	if (zol_read_file(path, 65536, out, &err))
		fail_msg("%s", zol_err_text(&err));
	free(path);
}

struct fixture {
	char *path, fpr[41];
	const char *keys[2];
	struct zol_stage_trust trust;
};

static void setup(struct fixture *f)
{
	struct zol_str fpr = ZOL_STR_INIT;
	struct zol_err err = ZOL_ERR_INIT;

	slurp("fingerprint", &fpr);
	assert_true(fpr.len >= 40);
	memcpy(f->fpr, fpr.ptr, 40);
	f->fpr[40] = '\0';
	f->keys[0] = f->fpr;
	f->keys[1] = NULL;
	f->path = data("keyring.asc");
	if (zol_stage_trust_load(f->path, f->keys, &f->trust, &err))
		fail_msg("%s", zol_err_text(&err));
	zol_str_free(&fpr);
}

static void teardown(struct fixture *f)
{
	zol_stage_trust_free(&f->trust);
	free(f->path);
}

UNIT(reads_signed_text_only)
{
	struct fixture f;
	struct zol_str file = ZOL_STR_INIT, text = ZOL_STR_INIT;
	struct zol_gpgstatus by = { .key = NULL };
	struct zol_err err = ZOL_ERR_INIT;

	setup(&f);
	slurp("latest.txt", &file);
	if (zol_stage_verify_text(&f.trust, zol_span_str(&file), &text, &by, &err))
		fail_msg("%s", zol_err_text(&err));
	assert_true(zol_span_starts(zol_span_str(&text), "# Latest as of"));
	assert_null(strstr(zol_str_c(&text), "PGP"));
	assert_string_equal(by.key, f.fpr);
	assert_int_equal(by.created, 1579080064); /* 2020-01-15 09:21:04 UTC */
	zol_gpgstatus_free(&by);
	zol_str_free(&text);
	/* One changed digit of the signed text. */
	*strstr(file.ptr, "496363884") = '5';
	assert_int_equal(zol_stage_verify_text(&f.trust, zol_span_str(&file), &text, &by, &err), -ZOL_VERIFY);
	assert_non_null(strstr(zol_err_text(&err), "bad signature"));
	assert_int_equal(text.len, 0);
	zol_err_clear(&err);
	zol_str_free(&file);
	teardown(&f);
}

UNIT(pins_the_primary_key)
{
	struct fixture f;
	const char *const other[] = { "13EBBDBEDE7A12775DFDB1BABB572E0E2D182910", NULL };
	struct zol_str file = ZOL_STR_INIT, text = ZOL_STR_INIT;
	struct zol_gpgstatus by = { .key = NULL };
	struct zol_err err = ZOL_ERR_INIT;

	setup(&f);
	f.trust.keys = other;
	slurp("latest.txt", &file);
	assert_int_equal(zol_stage_verify_text(&f.trust, zol_span_str(&file), &text, &by, &err), -ZOL_VERIFY);
	assert_non_null(strstr(zol_err_text(&err), "not one of the keys trusted here"));
	zol_err_clear(&err);
	zol_str_free(&file);
	teardown(&f);
}

UNIT(verifies_detached_signatures)
{
	struct fixture f;
	struct zol_str asc = ZOL_STR_INIT;
	struct zol_gpgstatus by = { .key = NULL };
	struct zol_err err = ZOL_ERR_INIT;
	char *path, *other;
	int fd;

	setup(&f);
	slurp("blob.asc", &asc);
	path = data("blob");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	if (zol_stage_verify_file(&f.trust, zol_span_str(&asc), fd, 13, &by, &err))
		fail_msg("%s", zol_err_text(&err));
	assert_string_equal(by.key, f.fpr);
	zol_gpgstatus_free(&by);
	close(fd);
	other = data("latest.txt");
	fd = open(other, O_RDONLY | O_CLOEXEC);
	assert_int_equal(zol_stage_verify_file(&f.trust, zol_span_str(&asc), fd, 13, &by, &err), -ZOL_VERIFY);
	zol_err_clear(&err);
	close(fd);
	free(path);
	free(other);
	zol_str_free(&asc);
	teardown(&f);
}

static void trust_fails(const char *path, const char *key, enum zol_code code, const char *why)
{
	const char *const keys[] = { key, NULL };
	struct zol_stage_trust t = { .path = NULL };
	struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_stage_trust_load(path, keys, &t, &err), -(int)code);
	if (!strstr(zol_err_text(&err), why))
		fail_msg("'%s' is not in '%s'", why, zol_err_text(&err));
	zol_err_clear(&err);
}

UNIT(says_what_is_wrong_with_a_keyring)
{
	SCRATCH(s);
	const char *key = "13EBBDBEDE7A12775DFDB1BABB572E0E2D182910";
	char *empty = zol_path_join(s.path, "empty"), *bad = zol_path_join(s.path, "bad");

	scratch_put(&s, "empty", "");
	scratch_put(&s, "bad", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n!!\n");
	trust_fails("/nonexistent/keyring", key, ZOL_SYSTEM, "/nonexistent/keyring");
	trust_fails(empty, key, ZOL_MALFORMED, "empty");
	trust_fails(bad, key, ZOL_MALFORMED, "line 3");
	trust_fails(empty, NULL, ZOL_USAGE, "no key is trusted");
	trust_fails(empty, "BB572E0E2D182910", ZOL_USAGE, "not a full fingerprint");
	free(empty);
	free(bad);
}

UNIT(a_binary_keyring_is_taken_as_it_is)
{
	SCRATCH(s);
	const char *const keys[] = { "13EBBDBEDE7A12775DFDB1BABB572E0E2D182910", NULL };
	struct zol_stage_trust t = { .path = NULL };
	struct zol_err err = ZOL_ERR_INIT;
	char *path = zol_path_join(s.path, "ring");

	scratch_put(&s, "ring", "\x99\x01\x02");
	assert_int_equal(zol_stage_trust_load(path, keys, &t, &err), 0);
	assert_int_equal(t.keyring.len, 3);
	zol_stage_trust_free(&t);
	free(path);
}

UNIT(names_the_digest_that_differs)
{
	struct zol_digests a = { .sha512 = { 1 } }, b = a;
	struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_stage_check_digests(&a, &b, "f", &err), 0);
	b.blake2b[1] = 1;
	assert_int_equal(zol_stage_check_digests(&a, &b, "f", &err), -ZOL_VERIFY);
	assert_string_equal(zol_err_text(&err), "wrong BLAKE2B digest of f");
	zol_err_clear(&err);
}

UNIT(a_local_file_needs_both_companions)
{
	SCRATCH(s);
	struct fixture f;
	struct zol_stage_verdict v = { .size = 0 };
	struct zol_err err = ZOL_ERR_INIT;
	char *path = zol_path_join(s.path, "stage3-a-20260811T083102Z.tar.xz");
	char *plain = zol_path_join(s.path, "other.tar.xz");

	setup(&f);
	scratch_put(&s, "stage3-a-20260811T083102Z.tar.xz", "x");
	scratch_put(&s, "other.tar.xz", "x");
	assert_int_equal(zol_stage_verify_local(&f.trust, path, NULL, &v, &err), -ZOL_VERIFY);
	assert_non_null(strstr(zol_err_text(&err), "no .DIGESTS"));
	zol_err_clear(&err);
	scratch_put(&s, "stage3-a-20260811T083102Z.tar.xz.DIGESTS", "x");
	assert_int_equal(zol_stage_verify_local(&f.trust, path, NULL, &v, &err), -ZOL_VERIFY);
	assert_non_null(strstr(zol_err_text(&err), "no .asc"));
	zol_err_clear(&err);
	assert_int_equal(zol_stage_verify_local(&f.trust, plain, NULL, &v, &err), -ZOL_MALFORMED);
	zol_err_clear(&err);
	assert_int_equal(zol_stage_verify_local(&f.trust, s.path, NULL, &v, &err), -ZOL_USAGE);
	zol_err_clear(&err);
	assert_int_equal(zol_stage_verify_local(&f.trust, "/nonexistent", NULL, &v, &err), -ZOL_SYSTEM);
	zol_err_clear(&err);
	free(path);
	free(plain);
	teardown(&f);
}

UNIT_MAIN()
