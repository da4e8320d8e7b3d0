/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/portage_tune.h"

#define GIB (UINT64_C(1) << 30)

static unsigned clamp(uint64_t n, unsigned min, unsigned max)
{
	return n < min ? min : n > max ? max : (unsigned)n;
}

void zol_tune(const struct zol_tune_host *host, struct zol_tune *ret)
{
	unsigned cpus = clamp(host->cpus, 1, 4096);
	/* A machine of 16 GiB reports a little less. */
	uint64_t gib = (host->memory + GIB / 2) / GIB;
	unsigned by_memory = host->memory ? clamp(gib / 2, 1, cpus) : cpus;

	ret->jobs = host->jobs ? host->jobs : by_memory;
	ret->load = cpus;
	ret->emerge_jobs = clamp(cpus / 4, 1, host->memory ? clamp(gib / 8, 1, 16) : 16);
	ret->ccache_gib = host->memory ? clamp(gib / 2, 2, 20) : 5;
	ret->zstd = ret->jobs;
}

/* Linux's name where it is another one than Gentoo's (app-portage/cpuid2cpuflags). */
static const struct {
	const char *gentoo, *linux_name;
} x86_flags[] = {
	{ "aes", NULL },
	{ "avx", NULL },
	{ "avx2", NULL },
	{ "avx512_bf16", NULL },
	{ "avx512_bitalg", NULL },
	{ "avx512_fp16", NULL },
	{ "avx512_vbmi2", NULL },
	{ "avx512_vnni", NULL },
	{ "avx512_vp2intersect", NULL },
	{ "avx512_vpopcntdq", NULL },
	{ "avx512bw", NULL },
	{ "avx512cd", NULL },
	{ "avx512dq", NULL },
	{ "avx512f", NULL },
	{ "avx512ifma", NULL },
	{ "avx512vbmi", NULL },
	{ "avx512vl", NULL },
	{ "avx_vnni", NULL },
	{ "bmi1", NULL },
	{ "bmi2", NULL },
	{ "f16c", NULL },
	{ "fma3", "fma" },
	{ "fma4", NULL },
	{ "mmx", NULL },
	{ "mmxext", NULL },
	{ "mmxext", "sse" },
	{ "pclmul", "pclmulqdq" },
	{ "popcnt", NULL },
	{ "rdrand", NULL },
	{ "sha", "sha_ni" },
	{ "sse", NULL },
	{ "sse2", NULL },
	{ "sse3", "pni" },
	{ "sse4_1", NULL },
	{ "sse4_2", NULL },
	{ "sse4a", NULL },
	{ "ssse3", NULL },
	{ "vpclmulqdq", NULL },
	{ "xop", NULL },
};

static bool has_word(struct zol_span words, const char *word)
{
	struct zol_span w;

	while (zol_span_field(&words, " \t", &w))
		if (zol_span_eq(w, word))
			return true;
	return false;
}

void zol_tune_cpu_flags(struct zol_span cpuinfo, struct zol_str *ret)
{
	struct zol_span line, flags = zol_span("", 0);
	const char *last = "";

	while (!flags.len && zol_span_line(&cpuinfo, &line)) {
		const char *colon = line.len ? memchr(line.ptr, ':', line.len) : NULL;

		if (colon && zol_span_eq(zol_span_trim(zol_span(line.ptr, (size_t)(colon - line.ptr))), "flags"))
			flags = zol_span_trim(zol_span(colon + 1, (size_t)(line.ptr + line.len - colon) - 1));
	}
	for (size_t i = 0; i < ZOL_COUNT(x86_flags); i++) {
		const char *name = x86_flags[i].gentoo;

		if (strcmp(name, last) == 0 ||
		    !has_word(flags, x86_flags[i].linux_name ? x86_flags[i].linux_name : name))
			continue;
		zol_str_printf(ret, "%s%s", *last ? " " : "", name);
		last = name;
	}
}

static const struct zol_tune_word *find(const struct zol_tune_word *words, size_t n, struct zol_span name)
{
	for (size_t i = 0; i < n; i++)
		if (zol_span_eq(name, words[i].name))
			return &words[i];
	return NULL;
}

static bool set(const struct zol_tune_word *w)
{
	return w->value && *w->value;
}

static bool name_char(char c)
{
	return (c >= 'A' && c <= 'Z') || c == '_';
}

/* A name at the beginning. */
static struct zol_span leading_name(struct zol_span a)
{
	size_t n = 0;

	while (n < a.len && name_char(a.ptr[n]))
		n++;
	return zol_span(a.ptr, n);
}

static int unknown(struct zol_span name, unsigned number, struct zol_err *err)
{
	return zol_err_set(err, ZOL_MALFORMED, 0, "line %u: there is no word '%.*s'", number, (int)name.len, name.ptr);
}

/* "@?NAME rest": cuts the condition off. 1: the line counts. */
static int condition(struct zol_span *line, const struct zol_tune_word *words, size_t n, unsigned number,
		     struct zol_err *err)
{
	bool negated = zol_span_starts(*line, "@!");
	const struct zol_tune_word *w;
	struct zol_span name;

	if (!negated && !zol_span_starts(*line, "@?"))
		return 1;
	name = leading_name(zol_span(line->ptr + 2, line->len - 2));
	w = find(words, n, name);
	if (!w)
		return unknown(name, number, err);
	line->ptr += 2 + name.len;
	line->len -= 2 + name.len;
	if (line->len && line->ptr[0] == ' ')
		*line = zol_span(line->ptr + 1, line->len - 1);
	return set(w) != negated;
}

static int one_line(struct zol_span line, const struct zol_tune_word *words, size_t n, unsigned number,
		    struct zol_str *ret, struct zol_err *err)
{
	int r = condition(&line, words, n, number, err);

	if (r <= 0)
		return r;
	for (size_t i = 0; i < line.len; i++) {
		struct zol_span name = zol_span("", 0);

		if (line.ptr[i] == '@')
			name = leading_name(zol_span(line.ptr + i + 1, line.len - i - 1));
		if (!name.len || i + 1 + name.len >= line.len || line.ptr[i + 1 + name.len] != '@') {
			zol_str_putc(ret, line.ptr[i]);
			continue;
		}
		const struct zol_tune_word *w = find(words, n, name);

		if (!w)
			return unknown(name, number, err);
		zol_str_puts(ret, set(w) ? w->value : "");
		i += name.len + 1;
	}
	zol_str_putc(ret, '\n');
	return 0;
}

int zol_tune_template(struct zol_span text, const struct zol_tune_word *words, size_t n, struct zol_str *ret,
		      struct zol_err *err)
{
	struct zol_span line;
	unsigned number = 0;
	int r = 0;

	while (r >= 0 && zol_span_line(&text, &line))
		r = one_line(line, words, n, ++number, ret, err);
	return r < 0 ? r : zol_str_check(ret, err);
}
