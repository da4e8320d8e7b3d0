/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/path.h"
#include "scratch.h"
#include "unit.h"
#include "wrap/dwfl.h"

/* What is looked for in this very program. */
struct dwfl_part {
	char first;
	long second;
};

struct dwfl_sample {
	int state;
	struct dwfl_part parts[3];
	union {
		int unnamed_int;
		struct {
			char pad[8];
			char deep;
		};
	};
	const struct dwfl_part *pointer;
	volatile const struct dwfl_part quiet;
};

volatile struct dwfl_sample dwfl_here = { .state = 1, .parts = { { 'a', 2 } } };
int dwfl_marked(int a);
static const int dwfl_line = __LINE__ + 3;

__attribute__((noinline, used)) int dwfl_marked(int a)
{
	dwfl_here.state += a;
	return dwfl_here.state * a;
}

static struct zol_dwfl *self(void)
{
	struct zol_dwfl *d = NULL;
	struct zol_err err = ZOL_ERR_INIT;

	if (zol_dwfl_open("/proc/self/exe", &d, &err) < 0)
		fail_msg("%s", zol_err_text(&err));
	return d;
}

struct found {
	uint64_t addr, size;
	unsigned calls;
};

static bool on_symbol(void *ctx, const char *name, uint64_t addr, uint64_t size)
{
	struct found *f = ctx;

	f->calls++;
	if (strcmp(name, "dwfl_marked") != 0)
		return true;
	f->addr = addr;
	f->size = size;
	return false;
}

UNIT(symbols_and_lines)
{
	ZOL_AUTO(dwfl) struct zol_dwfl *d = self();
	struct zol_dwfl_line lines[ZOL_DWFL_LINES];
	struct found f = { 0 };
	unsigned calls;

	assert_int_equal(dwfl_marked(2), 6);
	zol_dwfl_symbols(d, on_symbol, &f);
	assert_true(f.addr != 0 && f.size > 0);
	calls = f.calls;
	zol_dwfl_symbols(d, on_symbol, &f); /* it stopped where it was told to */
	assert_int_equal(f.calls, 2 * calls);
	assert_int_equal(zol_dwfl_lines(d, f.addr, false, lines), 1);
	assert_non_null(strstr(lines[0].file, "test_wrap_dwfl.c"));
	assert_true(lines[0].line >= dwfl_line - 1 && lines[0].line <= dwfl_line + 3);
	assert_true(zol_dwfl_lines(d, f.addr, true, lines) >= 1);
	assert_string_equal(lines[0].func, "dwfl_marked");
	assert_int_equal(zol_dwfl_lines(d, 1ULL << 40, true, lines), 0);
}

UNIT(members_and_sizes)
{
	ZOL_AUTO(dwfl) struct zol_dwfl *d = self();
	const struct {
		const char *path;
		size_t want;
	} cases[] = {
		{ "state", offsetof(struct dwfl_sample, state) },
		{ "parts", offsetof(struct dwfl_sample, parts) },
		{ "parts.second", offsetof(struct dwfl_sample, parts) + offsetof(struct dwfl_part, second) },
		{ "unnamed_int", offsetof(struct dwfl_sample, unnamed_int) },
		{ "deep", offsetof(struct dwfl_sample, deep) },
		{ "quiet.second", offsetof(struct dwfl_sample, quiet) + offsetof(struct dwfl_part, second) },
		{ "pointer", offsetof(struct dwfl_sample, pointer) },
	};
	uint64_t v;

	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		v = UINT64_MAX;
		if (!zol_dwfl_offset(d, "dwfl_sample", cases[i].path, &v) || v != cases[i].want)
			fail_msg("%s is not at %zu", cases[i].path, cases[i].want);
	}
	assert_true(zol_dwfl_size(d, "dwfl_sample", &v));
	assert_int_equal(v, sizeof(struct dwfl_sample));
	assert_false(zol_dwfl_offset(d, "dwfl_sample", "nothing", &v));
	assert_false(zol_dwfl_offset(d, "dwfl_sample", "state.x", &v));
	assert_false(zol_dwfl_offset(d, "dwfl_sample", "pointer.first", &v)); /* not inside */
	assert_false(zol_dwfl_offset(d, "dwfl_no_such", "state", &v));
	assert_false(zol_dwfl_size(d, "dwfl_no_such", &v)); /* asked again: remembered */
}

UNIT(the_source_is_known)
{
	ZOL_AUTO(dwfl) struct zol_dwfl *d = self();
	char path[4096];
	char small[4];

	assert_true(zol_dwfl_source(d, path, sizeof(path)));
	assert_int_equal(path[0], '/');
	assert_non_null(strstr(path, ".c"));
	assert_false(zol_dwfl_source(d, small, sizeof(small)));
}

UNIT(what_is_no_elf_file_is_refused)
{
	SCRATCH(s);
	ZOL_AUTO(free) char *path = zol_path_join(s.path, "text");
	ZOL_AUTO(free) char *none = zol_path_join(s.path, "none");
	ZOL_AUTO(err) struct zol_err a = ZOL_ERR_INIT;
	ZOL_AUTO(err) struct zol_err b = ZOL_ERR_INIT;
	struct zol_dwfl *d = NULL;

	scratch_put(&s, "text", "no program\n");
	assert_int_equal(zol_dwfl_open(path, &d, &a), -ZOL_MALFORMED);
	assert_int_equal(zol_dwfl_open(none, &d, &b), -ZOL_SYSTEM);
	assert_null(d);
}

UNIT_MAIN()
