/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wrap/gpgv.h"

#include <stdlib.h>

#include "base/path.h"
#include "core/armor.h"
#include "unit.h"

/* A throw-away key of 2020 without expiry, and its signature of "blob": tests/data/stage. */
static void slurp(const char *name, struct zol_str *out)
{
	const char *top = getenv("ZOL_TOP");
	char *path = zol_asprintf("%s/tests/data/stage/%s", top ? top : ".", name);
	struct zol_err err = ZOL_ERR_INIT;

	assert_non_null(path);
	if (zol_read_file(path, 65536, out, &err))
		fail_msg("%s", zol_err_text(&err));
	free(path);
}

struct fixture {
	struct zol_str armored, keyring, asc, sig, blob;
};

static struct fixture load(void)
{
	struct fixture f = { .blob = ZOL_STR_INIT };
	struct zol_err err = ZOL_ERR_INIT;

	slurp("keyring.asc", &f.armored);
	slurp("blob.asc", &f.asc);
	slurp("blob", &f.blob);
	assert_int_equal(zol_armor_decode(zol_span_str(&f.armored), ZOL_ARMOR_KEYS, &f.keyring, &err), 0);
	assert_int_equal(zol_armor_decode(zol_span_str(&f.asc), ZOL_ARMOR_SIGNATURE, &f.sig, &err), 0);
	return f;
}

static void drop(struct fixture *f)
{
	zol_str_free(&f->armored);
	zol_str_free(&f->keyring);
	zol_str_free(&f->asc);
	zol_str_free(&f->sig);
	zol_str_free(&f->blob);
}

static void status_of(struct zol_gpgv req, int want, const char *word)
{
	struct zol_gpgv_result r = { .exit_status = -1 };
	struct zol_err err = ZOL_ERR_INIT;

	if (zol_gpgv_run(&req, &r, &err))
		fail_msg("%s", zol_err_text(&err));
	assert_int_equal(r.exit_status, want);
	if (!strstr(zol_str_c(&r.status), word))
		fail_msg("no %s in: %s", word, zol_str_c(&r.status));
	zol_gpgv_result_free(&r);
}

UNIT(good_signature_over_memory_and_over_a_file)
{
	struct fixture f = load();
	struct zol_gpgv req = { .keyring = zol_span_str(&f.keyring),
				.sig = zol_span_str(&f.sig),
				.data = zol_span_str(&f.blob),
				.data_fd = -1 };
	FILE *file = tmpfile();

	status_of(req, 0, "[GNUPG:] VALIDSIG ");
	assert_non_null(file);
	assert_int_equal(fwrite(f.blob.ptr, 1, f.blob.len, file), f.blob.len);
	assert_int_equal(fflush(file), 0);
	req.data_fd = fileno(file);
	status_of(req, 0, "[GNUPG:] GOODSIG ");
	fclose(file);
	drop(&f);
}

UNIT(other_bytes_are_a_bad_signature)
{
	struct fixture f = load();

	status_of((struct zol_gpgv){ .keyring = zol_span_str(&f.keyring),
				     .sig = zol_span_str(&f.sig),
				     .data = zol_span_c("other bytes\n"),
				     .data_fd = -1 },
		  1, "[GNUPG:] BADSIG ");
	drop(&f);
}

UNIT(a_signature_that_is_none_is_an_error)
{
	struct fixture f = load();

	status_of((struct zol_gpgv){ .keyring = zol_span_str(&f.keyring),
				     .sig = zol_span_c("hello"),
				     .data = zol_span_str(&f.blob),
				     .data_fd = -1 },
		  2, "[GNUPG:] ");
	drop(&f);
}

UNIT(a_missing_program_is_named)
{
	struct fixture f = load();
	struct zol_gpgv req = { .keyring = zol_span_str(&f.keyring), .sig = zol_span_str(&f.sig), .data_fd = -1 };
	struct zol_gpgv_result r = { .exit_status = -1 };
	struct zol_err err = ZOL_ERR_INIT;
	char *path = strdup(getenv("PATH") ? getenv("PATH") : "");

	assert_int_equal(setenv("PATH", "/nonexistent", 1), 0);
	assert_int_equal(zol_gpgv_run(&req, &r, &err), -ZOL_SYSTEM);
	assert_non_null(strstr(zol_err_text(&err), "gpgv"));
	assert_non_null(err.hint);
	zol_err_clear(&err);
	assert_int_equal(setenv("PATH", path, 1), 0);
	free(path);
	drop(&f);
}

UNIT_MAIN()
