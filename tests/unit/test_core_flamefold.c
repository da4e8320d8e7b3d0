/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/flamefold.h"
#include "unit.h"

UNIT(tells_modules_from_the_kernel_and_user_code)
{
	assert_int_equal(zol_dso_kind(zol_span_c("[zfs]"), 0), ZOL_FRAME_MODULE);
	assert_int_equal(zol_dso_kind(zol_span_c("/lib/modules/6/zfs.ko.xz"), 0), ZOL_FRAME_MODULE);
	assert_int_equal(zol_dso_kind(zol_span_c("[kernel.kallsyms]"), 0), ZOL_FRAME_KERNEL);
	assert_int_equal(zol_dso_kind(zol_span_c("/boot/vmlinux-6.1"), 0), ZOL_FRAME_KERNEL);
	assert_int_equal(zol_dso_kind(zol_span_c("[vdso]"), 0), ZOL_FRAME_USER);
	assert_int_equal(zol_dso_kind(zol_span_c("[unknown]"), UINT64_MAX), ZOL_FRAME_KERNEL);
	assert_int_equal(zol_dso_kind(zol_span_c("/tmp/perf-12.map"), 0), ZOL_FRAME_JIT);
	assert_true(zol_span_eq(zol_dso_module(zol_span_c("/x/zfs.ko.zst")), "zfs"));
	assert_true(zol_span_eq(zol_dso_module(zol_span_c("[spl]")), "spl"));
}

/* What the tools in use get wrong: facts that each were a box or a task too many, or one too few. */
UNIT(tells_the_kernels_own_names_from_files)
{
	assert_int_equal(zol_dso_kind(zol_span(NULL, 0), 0), ZOL_FRAME_USER);
	assert_int_equal(zol_dso_kind(zol_span_c("/lib/modules/6.1/extra/zfs.ko"), 0), ZOL_FRAME_MODULE);
	assert_int_equal(zol_dso_kind(zol_span_c("bpf_prog_12"), 0), ZOL_FRAME_KERNEL);
	assert_true(zol_span_eq(zol_dso_module(zol_span_c("/usr/lib/libc.so.6 (deleted)")), "libc.so.6"));
	assert_int_equal(zol_dso_module(zol_span(NULL, 0)).len, 0);
}

UNIT(parts_names_at_arrows)
{
	struct zol_span parts[ZOL_FRAME_PARTS];

	assert_int_equal(zol_frame_arrows(zol_span_c("a->b->c"), parts), 3);
	assert_true(zol_span_eq(parts[2], "c"));
	assert_int_equal(zol_frame_arrows(zol_span_c("x::operator->"), parts), 1);
	assert_int_equal(zol_frame_arrows(zol_span_c("a->a->a->a->a->a->a->a->a->a->a->a->a->a->a->a->a->a"), parts),
			 ZOL_FRAME_PARTS - 1);
}

UNIT(knows_where_code_comes_from)
{
	static const struct {
		const char *dso;
		enum zol_frame_kind kind;
	} cases[] = {
		{ "inlined", ZOL_FRAME_INLINE },
		{ "[stack:12]", ZOL_FRAME_USER },
		{ "[anon:x]", ZOL_FRAME_USER },
		{ "[guest.kernel.kallsyms]", ZOL_FRAME_KERNEL },
		{ "vmlinux", ZOL_FRAME_KERNEL },
		{ "/proc/kcore", ZOL_FRAME_KERNEL },
		{ "[bpf]", ZOL_FRAME_KERNEL },
		{ "/tmp/jitted-1-2.so", ZOL_FRAME_JIT },
		{ "/tmp/perf-1.txt", ZOL_FRAME_USER },
		{ "/tmp/jitted-1.o", ZOL_FRAME_USER },
		{ "/usr/bin/vmlinuxish", ZOL_FRAME_USER },
		{ "[", ZOL_FRAME_MODULE },
	};

	for (size_t i = 0; i < ZOL_COUNT(cases); i++)
		if (zol_dso_kind(zol_span_c(cases[i].dso), 0) != cases[i].kind)
			fail_msg("%s", cases[i].dso);
}

UNIT(takes_parameters_off_names)
{
	static const struct {
		const char *name, *tidy;
		bool java;
	} cases[] = {
		{ "foo(int)", "foo", false },
		{ "(anonymous namespace)::f(int)", "(anonymous namespace)::f", false },
		{ "a::(anonymous namespace)::f()", "a::(anonymous namespace)::f", false },
		{ "(foo)", "", false },
		{ "X::operator()(int)", "X::operator()", false },
		{ "X::operator<(X)", "X::operator<", false },
		{ "X::operator>>(X)", "X::operator>>", false },
		{ "f<void (*)(int)>::g(int)", "f<void (*)(int)>::g", false },
		{ "f{lambda(int)#1}::g(int)", "f{lambda(int)#1}::g", false },
		{ "f[abi:cxx11](int)", "f[abi:cxx11]", false },
		{ "main.(*T).Run", "main.(*T).Run", false },
		{ "o(p)", "o", false },
		{ "a\"b'c;d", "abc:d", false },
		{ "Lorg/x/Y;::run", "org/x/Y:::run", true },
		{ "Lorg.x", "Lorg.x", true },
		{ "", "", true },
	};

	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

		zol_frame_tidy(zol_span_c(cases[i].name), cases[i].java, &s);
		assert_string_equal(zol_str_c(&s), cases[i].tidy);
	}
}

UNIT(names_what_has_no_symbol)
{
	static const struct {
		const char *dso, *name;
	} cases[] = { { "", "[unknown <1f>]" },
		      { "[vdso]", "[vdso <1f>]" },
		      { "/lib/a;b.so (deleted)", "[a:b.so <1f>]" },
		      { "[]", "[[] <1f>]" } };

	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;

		zol_frame_unknown(zol_span_c(cases[i].dso), 0x1f, true, &s);
		assert_string_equal(zol_str_c(&s), cases[i].name);
	}
}

UNIT(names_tasks_as_they_are_shown)
{
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };

	(void)zol_frame_task(&s, zol_span_c("a b\tc;d"), ZOL_SHOW_TID, -1, 7);
	(void)zol_frame_task(&s, zol_span_c(""), ZOL_SHOW_PID, 5, 7);
	assert_string_equal(s.frames[0].name, "a_b_c:d-?/7");
	assert_string_equal(s.frames[1].name, "[unknown]-5");
}

UNIT(wants_the_event_that_is_asked_for)
{
	const struct zol_fold_opts asked = { .event = "cycles" }, first = { 0 };
	struct zol_fold_stats st = { 0 };

	assert_true(zol_fold_wants_event(&asked, &st, zol_span_c("cycles:u")));
	assert_string_equal(st.event, "cycles:u");
	assert_false(zol_fold_wants_event(&asked, &st, zol_span_c("cycles2")));
	assert_true(zol_fold_wants_event(&asked, &st, zol_span_c("")));
	st = (struct zol_fold_stats){ 0 };
	assert_true(zol_fold_wants_event(&first, &st, zol_span_c("faults")));
	assert_false(zol_fold_wants_event(&first, &st, zol_span_c("cycles")));
}

UNIT_MAIN()
