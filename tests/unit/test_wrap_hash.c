/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wrap/hash.h"

#include "unit.h"

/* Of "abc": FIPS 180-4 and RFC 7693, appendix A. */
static const uint8_t sha_abc[4] = { 0xdd, 0xaf, 0x35, 0xa1 };
static const uint8_t blake_abc[4] = { 0xba, 0x80, 0xa5, 0x3f };

static struct zol_digests digest(struct zol_hash *h, const char *const *parts)
{
	struct zol_err err = ZOL_ERR_INIT;
	struct zol_digests d;

	for (; *parts; parts++)
		assert_int_equal(zol_hash_update(h, *parts, strlen(*parts), &err), 0);
	assert_int_equal(zol_hash_final(h, &d, &err), 0);
	return d;
}

UNIT(computes_both_in_one_pass)
{
	struct zol_err err = ZOL_ERR_INIT;
	struct zol_hash *h = NULL;
	struct zol_digests one, two;

	assert_int_equal(zol_hash_new(&h, &err), 0);
	one = digest(h, (const char *const[]){ "abc", NULL });
	assert_memory_equal(one.sha512, sha_abc, sizeof(sha_abc));
	assert_memory_equal(one.blake2b, blake_abc, sizeof(blake_abc));
	assert_int_equal(zol_hash_reset(h, &err), 0);
	two = digest(h, (const char *const[]){ "a", "", "bc", NULL });
	assert_int_equal(zol_hash_compare(&one, &two), 0);
	zol_hash_free(h);
}

UNIT(reset_forgets_what_was_added)
{
	struct zol_err err = ZOL_ERR_INIT;
	struct zol_hash *h = NULL;
	struct zol_digests d;

	assert_int_equal(zol_hash_new(&h, &err), 0);
	assert_int_equal(zol_hash_update(h, "junk", 4, &err), 0);
	assert_int_equal(zol_hash_reset(h, &err), 0);
	d = digest(h, (const char *const[]){ "abc", NULL });
	assert_memory_equal(d.sha512, sha_abc, sizeof(sha_abc));
	zol_hash_free(h);
	zol_hash_free(NULL);
}

UNIT(says_which_digest_differs)
{
	struct zol_digests a = { .sha512 = { 1 }, .blake2b = { 2 } }, b = a;

	assert_int_equal(zol_hash_compare(&a, &b), 0);
	b.sha512[63] = 1;
	assert_int_equal(zol_hash_compare(&a, &b), 1);
	b.blake2b[0] = 3;
	assert_int_equal(zol_hash_compare(&a, &b), 3);
	b = a;
	b.blake2b[63] = 9;
	assert_int_equal(zol_hash_compare(&a, &b), 2);
}

UNIT_MAIN()
