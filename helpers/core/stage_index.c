/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/stage_index.h"

#include <stdlib.h>

#include "base/num.h"

/* Subarchitectures whose builds live in another architecture's directory (gentoo-docker-images:build.sh). */
static const struct {
	const char *prefix, *dir;
} subarchs[] = {
	{ "armv", "arm" },     { "i486", "x86" },      { "i686", "x86" },   { "ppc64", "ppc" }, { "power9", "ppc" },
	{ "rv32_", "riscv" },  { "rv64_", "riscv" },   { "s390x", "s390" }, { "x32", "amd64" }, { "hppa1.1", "hppa" },
	{ "hppa2.0", "hppa" }, { "sparc64", "sparc" }, { "mips", "mips" },
};

/* What a plain architecture means where its builds are named after a subarchitecture. */
static const struct {
	const char *arch, *sub;
} defaults[] = {
	{ "x86", "i686" },   { "arm", "armv7a_hardfp" }, { "riscv", "rv64_lp64d" },
	{ "s390", "s390x" }, { "sparc", "sparc64" },     { "hppa", "hppa2.0" },
};

static const char *const extensions[] = { ".tar.xz", ".tar.zst", ".tar.bz2", ".tar.gz" };

void zol_stage_build_free(struct zol_stage_build *b)
{
	free(b->sub);
	free(b->file);
	*b = (struct zol_stage_build){ .sub = NULL };
}

void zol_stage_index_free(struct zol_stage_index *x)
{
	for (size_t i = 0; i < x->nbuilds; i++)
		zol_stage_build_free(&x->builds[i]);
	free(x->builds);
	*x = (struct zol_stage_index){ .ts = 0 };
}

/* Days since 1970-01-01 of a civil date, by the method of Howard Hinnant's chrono algorithms. */
static int64_t days_from_civil(int64_t y, int64_t m, int64_t d)
{
	int64_t era, yoe, doy, doe;

	y -= m <= 2;
	era = y / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

static int64_t two_digits(const char *p)
{
	return (p[0] - '0') * 10 + (p[1] - '0');
}

static int64_t days_in_month(int64_t y, int64_t m)
{
	static const signed char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return days[m - 1] + (m == 2 && leap);
}

bool zol_stage_stamp_time(struct zol_span stamp, int64_t *ret)
{
	static const char form[] = "dddddddd"
				   "T"
				   "dddddd"
				   "Z";
	const char *p = stamp.ptr;
	int64_t y, mon, d, h, min, s;

	if (stamp.len != ZOL_STAGE_STAMP_LEN)
		return false;
	for (size_t i = 0; i < ZOL_STAGE_STAMP_LEN; i++) {
		bool digit = p[i] >= '0' && p[i] <= '9';

		if (form[i] == 'd' ? !digit : p[i] != form[i])
			return false;
	}
	y = two_digits(p) * 100 + two_digits(p + 2);
	mon = two_digits(p + 4);
	d = two_digits(p + 6);
	h = two_digits(p + 9);
	min = two_digits(p + 11);
	s = two_digits(p + 13);
	if (y < 1970 || mon < 1 || mon > 12 || d < 1 || d > days_in_month(y, mon) || h > 23 || min > 59 || s > 60)
		return false;
	*ret = days_from_civil(y, mon, d) * 86400 + h * 3600 + min * 60 + s;
	return true;
}

static bool sub_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
	       c == '+' || c == '.';
}

/* A sub is a part of a file name: no separators, and it can neither begin with a dot nor hold "..". */
static bool sub_ok(struct zol_span sub)
{
	if (sub.len == 0 || sub.len > 64 || sub.ptr[0] == '-' || sub.ptr[0] == '.')
		return false;
	for (size_t i = 0; i < sub.len; i++) {
		if (!sub_char(sub.ptr[i]))
			return false;
		if (i && sub.ptr[i] == '.' && sub.ptr[i - 1] == '.')
			return false;
	}
	return true;
}

static bool strip_extension(struct zol_span *name)
{
	for (size_t i = 0; i < ZOL_COUNT(extensions); i++) {
		if (zol_span_ends(*name, extensions[i])) {
			name->len -= strlen(extensions[i]);
			return true;
		}
	}
	return false;
}

/* For messages: what a line says, cut to a sane length. Bytes are escaped by whoever prints. */
static int shown(struct zol_span s)
{
	return s.len > 120 ? 120 : (int)s.len;
}

int zol_stage_name_parse(struct zol_span file, struct zol_stage_build *ret, struct zol_err *err)
{
	static const char prefix[] = "stage3-";
	struct zol_span rest = file, sub, stamp;
	struct zol_stage_build b = { .size = 0 };

	if (!zol_span_starts(rest, prefix) || !strip_extension(&rest) ||
	    rest.len < sizeof(prefix) - 1 + 2 + ZOL_STAGE_STAMP_LEN)
		return zol_err_set(err, ZOL_MALFORMED, 0, "'%.*s' is not the name of a stage3 tarball", shown(file),
				   file.ptr);
	stamp = zol_span(rest.ptr + rest.len - ZOL_STAGE_STAMP_LEN, ZOL_STAGE_STAMP_LEN);
	sub = zol_span(rest.ptr + sizeof(prefix) - 1, rest.len - (sizeof(prefix) - 1) - ZOL_STAGE_STAMP_LEN - 1);
	if (sub.ptr[sub.len] != '-' || !zol_stage_stamp_time(stamp, &b.time))
		return zol_err_set(err, ZOL_MALFORMED, 0, "'%.*s' does not end in a valid build stamp", shown(file),
				   file.ptr);
	if (!sub_ok(sub))
		return zol_err_set(err, ZOL_MALFORMED, 0, "'%.*s' does not name a valid variant", shown(file),
				   file.ptr);
	memcpy(b.stamp, stamp.ptr, ZOL_STAGE_STAMP_LEN);
	b.sub = zol_span_dup(sub);
	b.file = zol_span_dup(file);
	if (!b.sub || !b.file) {
		zol_stage_build_free(&b);
		return zol_err_oom(err);
	}
	*ret = b;
	return 0;
}

const char *zol_stage_arch_dir(const char *arch)
{
	for (size_t i = 0; i < ZOL_COUNT(subarchs); i++) {
		if (zol_span_starts(zol_span_c(arch), subarchs[i].prefix))
			return subarchs[i].dir;
	}
	return arch;
}

/* Does the variant itself begin with a subarchitecture of this directory? */
static bool has_subarch(const char *dir, const char *variant)
{
	for (size_t i = 0; i < ZOL_COUNT(subarchs); i++) {
		if (!strcmp(subarchs[i].dir, dir) && zol_span_starts(zol_span_c(variant), subarchs[i].prefix))
			return true;
	}
	return false;
}

int zol_stage_sub(const char *arch, const char *variant, struct zol_str *out, struct zol_err *err)
{
	size_t start = out->len, alen = strlen(arch);
	const char *v = variant, *sub = arch;

	if (!strncmp(v, "stage3-", 7))
		v += 7;
	if (!strncmp(v, arch, alen) && v[alen] == '-')
		v += alen + 1;
	for (size_t i = 0; i < ZOL_COUNT(defaults); i++) {
		if (!strcmp(arch, defaults[i].arch))
			sub = defaults[i].sub;
	}
	if (!has_subarch(zol_stage_arch_dir(arch), v))
		zol_str_printf(out, "%s-", sub);
	zol_str_puts(out, v);
	if (zol_str_check(out, err))
		return -(int)err->code;
	if (!*v || !*arch || strlen(v) > 64 || alen > 32 || !sub_ok(zol_span(out->ptr + start, out->len - start)))
		return zol_err_set(err, ZOL_USAGE, 0, "'%s' is not a variant of stage3 for '%s'", variant, arch);
	return 0;
}

static int parse_ts(struct zol_span line, size_t lineno, struct zol_stage_index *x, struct zol_err *err)
{
	uint64_t ts = 0;
	struct zol_span digits = zol_span(line.ptr + 5, line.len - 5);

	if (!zol_span_u64(digits, &ts) || ts == 0 || ts > INT64_MAX / 2)
		return zol_err_set(err, ZOL_MALFORMED, 0, "line %zu: '%.*s' is not a valid time", lineno, shown(line),
				   line.ptr);
	if (x->ts)
		return zol_err_set(err, ZOL_MALFORMED, 0, "line %zu: a second '# ts=' line", lineno);
	x->ts = (int64_t)ts;
	return 0;
}

/* Takes "<stamp>/<file>" apart. */
static int parse_path(struct zol_span path, struct zol_stage_build *ret, struct zol_err *err)
{
	const char *slash = memchr(path.ptr, '/', path.len);
	struct zol_span dir, file;
	int rc;

	if (!slash || slash == path.ptr)
		return zol_err_set(err, ZOL_MALFORMED, 0, "'%.*s' is not <stamp>/<file>", shown(path), path.ptr);
	dir = zol_span(path.ptr, (size_t)(slash - path.ptr));
	file = zol_span(slash + 1, path.len - dir.len - 1);
	if (memchr(file.ptr, '/', file.len))
		return zol_err_set(err, ZOL_MALFORMED, 0, "'%.*s' is not <stamp>/<file>", shown(path), path.ptr);
	rc = zol_stage_name_parse(file, ret, err);
	if (rc)
		return rc;
	if (!zol_span_eq(dir, ret->stamp)) {
		zol_stage_build_free(ret);
		return zol_err_set(err, ZOL_MALFORMED, 0, "'%.*s': the file's stamp is not its directory's",
				   shown(path), path.ptr);
	}
	return 0;
}

static int parse_size(struct zol_span text, uint64_t *ret, struct zol_err *err)
{
	if (!zol_span_u64(text, ret))
		return zol_err_set(err, ZOL_MALFORMED, 0, "'%.*s' is not a size", shown(text), text.ptr);
	if (*ret == 0 || *ret > ZOL_STAGE_SIZE_MAX)
		return zol_err_set(err, ZOL_MALFORMED, 0, "a size of %.*s bytes is refused (1 to 16 GiB)", shown(text),
				   text.ptr);
	return 0;
}

static int parse_build(struct zol_span line, struct zol_stage_build *ret, struct zol_err *err)
{
	struct zol_span rest = line, path, size, extra;
	struct zol_stage_build b = { .size = 0 };
	int rc;

	if (!zol_span_field(&rest, " \t", &path) || !zol_span_field(&rest, " \t", &size) ||
	    zol_span_field(&rest, " \t", &extra))
		return zol_err_set(err, ZOL_MALFORMED, 0, "'%.*s' is not '<stamp>/<file> <size>'", shown(line),
				   line.ptr);
	rc = parse_path(path, &b, err);
	if (rc)
		return rc;
	rc = parse_size(size, &b.size, err);
	if (rc) {
		zol_stage_build_free(&b);
		return rc;
	}
	*ret = b;
	return 0;
}

static int add_build(struct zol_stage_index *x, struct zol_span line, struct zol_err *err)
{
	struct zol_stage_build b;
	struct zol_stage_build *grown;
	int rc = parse_build(line, &b, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < x->nbuilds; i++) {
		if (!strcmp(x->builds[i].file, b.file)) {
			zol_stage_build_free(&b);
			return zol_err_set(err, ZOL_MALFORMED, 0, "'%.*s' is listed twice", shown(line), line.ptr);
		}
	}
	grown = reallocarray(x->builds, x->nbuilds + 1, sizeof(*grown));
	if (!grown) {
		zol_stage_build_free(&b);
		return zol_err_oom(err);
	}
	x->builds = grown;
	x->builds[x->nbuilds++] = b;
	return 0;
}

int zol_stage_index_parse(struct zol_span text, struct zol_stage_index *ret, struct zol_err *err)
{
	ZOL_AUTO(stage_index) struct zol_stage_index x = { .ts = 0 };
	struct zol_span rest = text, line;
	size_t lineno = 0;

	if (text.len > ZOL_STAGE_TEXT_MAX)
		return zol_err_set(err, ZOL_MALFORMED, 0, "the index has %zu bytes, more than an index can have",
				   text.len);
	while (zol_span_line(&rest, &line)) {
		lineno++;
		line = zol_span_trim(line);
		if (line.len == 0)
			continue;
		if (zol_span_starts(line, "# ts=")) {
			if (parse_ts(line, lineno, &x, err))
				return -(int)err->code;
		} else if (line.ptr[0] != '#' && add_build(&x, line, err)) {
			return zol_err_wrap(err, "line %zu", lineno);
		}
	}
	if (!x.ts)
		return zol_err_set(err, ZOL_MALFORMED, 0, "the index does not say when it was written (no '# ts=')");
	if (!x.nbuilds)
		return zol_err_set(err, ZOL_MALFORMED, 0, "the index names no build");
	*ret = x;
	x = (struct zol_stage_index){ .ts = 0 };
	return 0;
}

const struct zol_stage_build *zol_stage_index_find(const struct zol_stage_index *x, const char *sub)
{
	const struct zol_stage_build *best = NULL;

	for (size_t i = 0; i < x->nbuilds; i++) {
		const struct zol_stage_build *b = &x->builds[i];

		if (!strcmp(b->sub, sub) && (!best || strcmp(b->stamp, best->stamp) > 0))
			best = b;
	}
	return best;
}
