/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/digests.h"

#include "base/num.h"

enum alg { ALG_NONE, ALG_SHA512, ALG_BLAKE2B, ALG_OTHER };

struct line {
	enum alg alg; /* of the section that the line stands in */
	struct zol_span hex, name;
};

/* "# ALGO HASH" begins a section; other comments change nothing. */
static enum alg section(struct zol_span line, enum alg now)
{
	struct zol_span rest = zol_span(line.ptr + 1, line.len - 1), name, word, extra;

	if (!zol_span_field(&rest, " \t", &name) || !zol_span_field(&rest, " \t", &word) ||
	    !zol_span_eq(word, "HASH") || zol_span_field(&rest, " \t", &extra))
		return now;
	if (zol_span_eq(name, "SHA512"))
		return ALG_SHA512;
	return zol_span_eq(name, "BLAKE2B") ? ALG_BLAKE2B : ALG_OTHER;
}

/* The next "<hex>  <name>" line: 1, 0 at the end, or a failure. */
static int next(struct zol_span *rest, size_t *lineno, enum alg *alg, struct line *ret, struct zol_err *err)
{
	struct zol_span l, extra;

	while (zol_span_line(rest, &l)) {
		++*lineno;
		l = zol_span_trim(l);
		if (l.len == 0)
			continue;
		if (l.ptr[0] == '#') {
			*alg = section(l, *alg);
			continue;
		}
		if (*alg == ALG_NONE)
			return zol_err_set(err, ZOL_MALFORMED, 0, "line %zu: a digest before any '# <ALGORITHM> HASH'",
					   *lineno);
		if (!zol_span_field(&l, " \t", &ret->hex) || !zol_span_field(&l, " \t", &ret->name) ||
		    zol_span_field(&l, " \t", &extra))
			return zol_err_set(err, ZOL_MALFORMED, 0, "line %zu: not '<hex>  <name>'", *lineno);
		ret->alg = *alg;
		return 1;
	}
	return 0;
}

int zol_digests_find(struct zol_span text, const char *name, uint8_t sha512[static ZOL_DIGEST_SIZE],
		     uint8_t blake2b[static ZOL_DIGEST_SIZE], struct zol_err *err)
{
	static const char *const names[] = { [ALG_SHA512] = "SHA512", [ALG_BLAKE2B] = "BLAKE2B" };
	uint8_t found[ALG_OTHER][ZOL_DIGEST_SIZE];
	unsigned seen[ALG_OTHER] = { 0 };
	enum alg alg = ALG_NONE;
	size_t lineno = 0;
	struct line l;
	int rc;

	while ((rc = next(&text, &lineno, &alg, &l, err)) > 0) {
		if (l.alg == ALG_OTHER || !zol_span_eq(l.name, name))
			continue;
		if (!zol_span_bytes(l.hex, found[l.alg], ZOL_DIGEST_SIZE))
			return zol_err_set(err, ZOL_MALFORMED, 0, "line %zu: not a %s digest", lineno, names[l.alg]);
		if (seen[l.alg]++)
			return zol_err_set(err, ZOL_MALFORMED, 0, "line %zu: a second %s digest of '%s'", lineno,
					   names[l.alg], name);
	}
	if (rc < 0)
		return rc;
	if (!seen[ALG_SHA512] && !seen[ALG_BLAKE2B])
		return zol_err_set(err, ZOL_MALFORMED, 0, "it says nothing about '%s'", name);
	for (enum alg a = ALG_SHA512; a <= ALG_BLAKE2B; a++) {
		if (!seen[a])
			return zol_err_set(err, ZOL_MALFORMED, 0, "no %s digest of '%s'", names[a], name);
	}
	memcpy(sha512, found[ALG_SHA512], ZOL_DIGEST_SIZE);
	memcpy(blake2b, found[ALG_BLAKE2B], ZOL_DIGEST_SIZE);
	return 0;
}

bool zol_digests_has(struct zol_span text, const char *name)
{
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	enum alg alg = ALG_NONE;
	size_t lineno = 0;
	struct line l;

	while (next(&text, &lineno, &alg, &l, &ignored) > 0) {
		if (zol_span_eq(l.name, name))
			return true;
	}
	return false;
}
