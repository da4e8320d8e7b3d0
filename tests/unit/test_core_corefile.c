/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/corefile.h"
#include "unit.h"

#define LOAD_AT 4096U
#define PROGRAM 0x555500000000ULL

static void put(char *p, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (char)(v >> (8 * i));
}

static void header(char *p, unsigned type, unsigned segments)
{
	memcpy(p, "\177ELF\2\1\1", 7);
	put(p + 16, type, 2);
	put(p + 18, 62, 2);
	put(p + 20, 1, 4);
	put(p + 32, 64, 8);
	put(p + 52, 64, 2);
	put(p + 54, 56, 2);
	put(p + 56, segments, 2);
	put(p + 58, 64, 2);
}

static void segment(char *p, unsigned type, uint64_t offset, uint64_t addr, uint64_t size)
{
	put(p, type, 4);
	put(p + 8, offset, 8);
	put(p + 16, addr, 8);
	put(p + 32, size, 8);
	put(p + 40, size, 8);
	put(p + 48, 4, 8);
}

static size_t note(char *p, unsigned type, const void *desc, size_t len)
{
	put(p, 5, 4);
	put(p + 4, len, 4);
	put(p + 8, type, 4);
	memcpy(p + 12, "CORE\0\0\0", 8);
	memcpy(p + 20, desc, len);
	return 20 + ((len + 3) & ~3UL);
}

/* A core of /sbin/ztest, whose first page is in it when with_page says so. */
static size_t make(char *p, bool with_page, bool with_files)
{
	char info[136] = { 0 };
	char status[336] = { 11 };
	char auxv[48] = { 0 };
	char files[128] = { 0 };
	size_t n = 64 + 2 * 56;

	memset(p, 0, 16384);
	header(p, 4, 2);
	memcpy(info + 40, "ztest", 6);
	memcpy(info + 56, "/sbin/ztest -T 30 ", 19);
	put(auxv, 3, 8);
	put(auxv + 8, PROGRAM + 64, 8);
	put(auxv + 16, 9, 8);
	put(auxv + 24, PROGRAM + 0x1234, 8);
	put(files, 2, 8);
	put(files + 8, 4096, 8);
	put(files + 16, PROGRAM - 0x10000, 8);
	put(files + 24, PROGRAM - 0xf000, 8);
	put(files + 40, PROGRAM, 8);
	put(files + 48, PROGRAM + 0x5000, 8);
	memcpy(files + 64, "/lib/libc.so\0/sbin/ztest", 25);
	n += note(p + n, 1, status, sizeof(status));
	n += note(p + n, 3, info, sizeof(info));
	n += note(p + n, 6, auxv, sizeof(auxv));
	if (with_files)
		n += note(p + n, 0x46494c45, files, 64 + 25);
	segment(p + 64, 4, 64 + 2 * 56, 0, n - 64 - 2 * 56);
	segment(p + 120, 1, LOAD_AT, PROGRAM, with_page ? 4096 : 0);
	header(p + LOAD_AT, 3, 1);
	put(p + LOAD_AT + 40, 0x7fffffff, 8); /* where its sections are in the file */
	put(p + LOAD_AT + 60, 30, 2);
	segment(p + LOAD_AT + 64, 4, 0x200, 0x200, 20);
	memcpy(p + LOAD_AT + 0x200, "\4\0\0\0\4\0\0\0\3\0\0\0GNU\0\xab\xcd\x01\x02", 20);
	return LOAD_AT + 4096;
}

UNIT(a_core_tells_whose_it_is)
{
	static char p[16384];
	struct zol_corefile c;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	size_t n = make(p, true, true);

	assert_int_equal(zol_corefile_read(zol_span(p, n), &c, &err), 0);
	assert_true(zol_span_eq(c.exe, "/sbin/ztest"));
	assert_true(zol_span_eq(c.name, "ztest"));
	assert_true(zol_span_eq(c.args, "/sbin/ztest -T 30"));
	assert_int_equal(c.signal, 11);
	assert_true(c.entry == PROGRAM + 0x1234);
	assert_string_equal(c.build_id, "abcd0102");
}

UNIT(what_it_does_not_tell_is_empty)
{
	static char p[16384];
	struct zol_corefile c;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	size_t n = make(p, false, true);

	assert_int_equal(zol_corefile_read(zol_span(p, n), &c, &err), 0);
	assert_string_equal(c.build_id, "");
	n = make(p, true, false);
	assert_int_equal(zol_corefile_read(zol_span(p, n), &c, &err), 0);
	assert_int_equal(c.exe.len, 0);
	assert_true(zol_span_eq(c.name, "ztest"));
}

/* A file cannot have more notes than bytes: who names the same ones often wants them to take long. */
UNIT(notes_are_read_once)
{
	static char p[16384];
	struct zol_corefile c;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	size_t n = make(p, true, true);

	memmove(p + 120, p + 64, 56);
	segment(p + 64, 4, 0, 0, n);
	assert_int_equal(zol_corefile_read(zol_span(p, n), &c, &err), 0);
	assert_int_equal(c.name.len, 0);
	segment(p + 64, 4, 0, 0, n / 2);
	assert_int_equal(zol_corefile_read(zol_span(p, n), &c, &err), 0);
	assert_true(zol_span_eq(c.name, "ztest"));
}

UNIT(other_files_are_refused)
{
	static char p[16384];
	struct zol_corefile c;
	ZOL_AUTO(err) struct zol_err a = ZOL_ERR_INIT;
	ZOL_AUTO(err) struct zol_err b = ZOL_ERR_INIT;
	size_t n = make(p, true, true);

	p[16] = 3;
	assert_int_equal(zol_corefile_read(zol_span(p, n), &c, &a), -ZOL_MALFORMED);
	assert_non_null(strstr(zol_err_text(&a), "no core"));
	assert_int_equal(zol_corefile_read(zol_span_c("text"), &c, &b), -ZOL_MALFORMED);
}

UNIT(hostile_lists_of_files_are_harmless)
{
	static char p[16384];
	struct zol_corefile c;
	size_t n = make(p, true, true);
	char *files = memmem(p, n, "\2\0\0\0\0\0\0\0\0\x10\0\0\0\0\0\0", 16);

	assert_non_null(files);
	for (unsigned v = 0; v < 4; v++) {
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		put(files, v == 0 ? 0 : v == 1 ? 3 : v == 2 ? 1U << 30 : UINT64_MAX, 8);
		assert_int_equal(zol_corefile_read(zol_span(p, n), &c, &err), 0);
		assert_int_equal(c.exe.len, 0);
	}
}

UNIT_MAIN()
