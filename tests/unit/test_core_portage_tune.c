/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/portage_tune.h"
#include "unit.h"

#define GIB (UINT64_C(1) << 30)

static struct zol_tune tuned(unsigned cpus, uint64_t memory, unsigned jobs)
{
	const struct zol_tune_host host = { cpus, memory, jobs };
	struct zol_tune t;

	zol_tune(&host, &t);
	return t;
}

UNIT(jobs_follow_cpus_and_memory)
{
	assert_int_equal(tuned(12, 64 * GIB, 0).jobs, 12);
	assert_int_equal(tuned(64, 32 * GIB, 0).jobs, 16);
	/* What a machine of 16 GiB calls its memory. */
	assert_int_equal(tuned(16, 16 * GIB - 400 * (GIB / 1024), 0).jobs, 8);
	assert_int_equal(tuned(8, GIB / 2, 0).jobs, 1);
	assert_int_equal(tuned(0, 0, 0).jobs, 1);
	assert_int_equal(tuned(6, 0, 0).jobs, 6);
	assert_int_equal(tuned(4, 64 * GIB, 9).jobs, 9);
	assert_int_equal(tuned(12, 4 * GIB, 0).load, 12);
}

UNIT(packages_at_a_time)
{
	assert_int_equal(tuned(2, 4 * GIB, 0).emerge_jobs, 1);
	assert_int_equal(tuned(16, 64 * GIB, 0).emerge_jobs, 4);
	assert_int_equal(tuned(64, 16 * GIB, 0).emerge_jobs, 2);
	assert_int_equal(tuned(512, 1024 * GIB, 0).emerge_jobs, 16);
	assert_int_equal(tuned(512, 0, 0).emerge_jobs, 16);
}

UNIT(cache_size)
{
	assert_int_equal(tuned(2, GIB, 0).ccache_gib, 2);
	assert_int_equal(tuned(2, 16 * GIB, 0).ccache_gib, 8);
	assert_int_equal(tuned(2, 256 * GIB, 0).ccache_gib, 20);
	assert_int_equal(tuned(2, 0, 0).ccache_gib, 5);
	assert_int_equal(tuned(12, 64 * GIB, 0).zstd, 12);
}

static void flags_are(const char *cpuinfo, const char *want)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

	zol_tune_cpu_flags(zol_span_c(cpuinfo), &s);
	assert_string_equal(zol_str_c(&s), want);
}

UNIT(cpu_flags)
{
	flags_are("processor\t: 0\nflags\t\t: fpu mmx sse sse2 pni pclmulqdq ssse3 fma sse4_1 popcnt aes sha_ni\n\n"
		  "processor\t: 1\nflags\t\t: avx512f\n",
		  "aes fma3 mmx mmxext pclmul popcnt sha sse sse2 sse3 sse4_1 ssse3");
	flags_are("flags : mmxext sse avx2\n", "avx2 mmxext sse");
	flags_are("Features\t: fp asimd\n", "");
	flags_are("", "");
}

static const struct zol_tune_word words[] = { { "JOBS", "4" }, { "YES", "1" }, { "NO", NULL }, { "EMPTY", "" } };

static void becomes(const char *text, const char *want)
{
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_tune_template(zol_span_c(text), words, ZOL_COUNT(words), &s, &err), 0);
	assert_string_equal(zol_str_c(&s), want);
}

UNIT(fills_templates)
{
	becomes("A=\"-j@JOBS@ -l@JOBS@\"\n", "A=\"-j4 -l4\"\n");
	becomes("@?YES x\n@?NO y\n@!NO z\n@!YES w\n@?EMPTY v\n", "x\nz\n");
	becomes("@?YES @JOBS@\n", "4\n");
	becomes("a@example.org @module-rebuild @JOBS @\n", "a@example.org @module-rebuild @JOBS @\n");
	becomes("[@NO@@EMPTY@]", "[]\n");
	becomes("", "");
	becomes("@?YES\n", "\n");
}

UNIT(refuses_unknown_words)
{
	static const char *const bad[] = { "x\n@NONE@\n", "x\n@?NONE y\n", "x\n@? y\n" };

	for (size_t i = 0; i < ZOL_COUNT(bad); i++) {
		ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		assert_int_equal(zol_tune_template(zol_span_c(bad[i]), words, ZOL_COUNT(words), &s, &err),
				 -ZOL_MALFORMED);
		assert_non_null(strstr(zol_err_text(&err), "line 2"));
	}
}

UNIT_MAIN()
