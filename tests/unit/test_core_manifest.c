/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/manifest.h"

#include "unit.h"

#define OID1 "1111111111111111111111111111111111111111"
#define OID2 "2222222222222222222222222222222222222222"
#define OID64 "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"

static bool path_ok(const char *path)
{
	return zol_manifest_path_ok(zol_span_c(path));
}

UNIT(paths_that_may_be_written)
{
	static const char *const good[] = {
		"a",     "a/b", "a/b/c.d",  ".gitignore",    "a/.gitmodules",   "...", "a/..b", ".git2",
		"x.git", "-",   "\xff\n b", "zolkit-export", "a/.zolkit-export"
	};
	static const char *const bad[] = { "",
					   "/",
					   "/a",
					   "a/",
					   "a//b",
					   ".",
					   "..",
					   "a/.",
					   "./a",
					   "a/..",
					   "../a",
					   "a/../b",
					   ".git",
					   ".GIT/hooks",
					   "a/.Git/x",
					   ".zolkit-export",
					   ".zolkit-export.tmp",
					   ".zolkit-export/x" };
	char component[258], path[4200];

	for (size_t i = 0; i < ZOL_COUNT(good); i++)
		assert_true(path_ok(good[i]));
	for (size_t i = 0; i < ZOL_COUNT(bad); i++)
		assert_false(path_ok(bad[i]));
	assert_false(zol_manifest_path_ok(zol_span("a\0b", 3)));
	memset(component, 'x', 256);
	component[256] = '\0';
	assert_false(path_ok(component));
	component[255] = '\0';
	assert_true(path_ok(component));
	for (size_t i = 0; i < sizeof(path); i++)
		path[i] = i % 2 ? '/' : 'x';
	path[4095] = '\0';
	assert_true(path_ok(path));
	path[4095] = '/';
	path[4097] = '\0';
	assert_false(path_ok(path));
}

UNIT(directories_come_before_their_content_and_siblings_after_it)
{
	assert_true(zol_manifest_cmp("a", "a/b") < 0);
	assert_true(zol_manifest_cmp("a/b", "a-b") < 0);
	assert_true(zol_manifest_cmp("a/b", "a\x01") < 0);
	assert_true(zol_manifest_cmp("a", "b") < 0);
	assert_true(zol_manifest_cmp("a\x7f", "a\xff") < 0);
	assert_int_equal(zol_manifest_cmp("a/b", "a/b"), 0);
	assert_true(zol_manifest_cmp("b", "a/b") > 0);
	assert_true(zol_manifest_cmp("", "a") < 0);
}

static int add(struct zol_manifest *m, const char *path, struct zol_err *err)
{
	return zol_manifest_add(m, zol_span_c(path), ZOL_MANIFEST_FILE, zol_span_c(OID1), err);
}

static struct zol_manifest made(const char *const *paths)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_manifest m = ZOL_MANIFEST_INIT;

	for (; *paths; paths++)
		assert_int_equal(add(&m, *paths, &err), 0);
	assert_int_equal(zol_manifest_sort(&m, &err), 0);
	return m;
}

UNIT(entries_are_checked_when_they_are_added)
{
	ZOL_AUTO(manifest) struct zol_manifest m = ZOL_MANIFEST_INIT;
	static const char *const oids[] = { "", "1111", OID1 "1", "G111111111111111111111111111111111111111",
					    "A111111111111111111111111111111111111111" };

	for (size_t i = 0; i < ZOL_COUNT(oids); i++) {
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		assert_int_equal(zol_manifest_add(&m, zol_span_c("a"), ZOL_MANIFEST_FILE, zol_span_c(oids[i]), &err),
				 -ZOL_MALFORMED);
	}
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(add(&m, "x/../\x1b[2J", &err), -ZOL_MALFORMED);
	assert_string_equal(zol_err_text(&err), "the path 'x/../\\033[2J' may not be written");
	assert_int_equal(m.len, 0);
	zol_err_clear(&err);
	assert_int_equal(zol_manifest_add(&m, zol_span_c("a"), ZOL_MANIFEST_LINK, zol_span_c(OID64), &err), 0);
	assert_string_equal(m.v[0].oid, OID64);
	assert_false(m.v[0].stamp.known);
}

UNIT(sorted_they_are_found)
{
	static const char *const paths[] = { "b", "a-", "a/y", "a/x/1", "c/d", NULL };
	ZOL_AUTO(manifest) struct zol_manifest m = made(paths);
	static const char *const order[] = { "a/x/1", "a/y", "a-", "b", "c/d" };

	for (size_t i = 0; i < ZOL_COUNT(order); i++) {
		assert_string_equal(m.v[i].path, order[i]);
		assert_ptr_equal(zol_manifest_find(&m, order[i]), &m.v[i]);
	}
	assert_null(zol_manifest_find(&m, "a"));
	assert_null(zol_manifest_find(&m, "z"));
	assert_null(zol_manifest_find(&m, ""));
	assert_true(zol_manifest_below(&m, "a"));
	assert_true(zol_manifest_below(&m, "a/x"));
	assert_true(zol_manifest_below(&m, ""));
	assert_false(zol_manifest_below(&m, "b"));
	assert_false(zol_manifest_below(&m, "c/d"));
	assert_false(zol_manifest_below(&m, "c/"));
	assert_false(zol_manifest_below(&m, "z"));
}

UNIT(what_stands_below_a_directory_is_copied)
{
	static const char *const paths[] = { "b", "a-", "a/y", "a/x/1", "c/d", NULL };
	static const struct {
		const char *dir, *want;
	} cases[] = {
		{ "a", "a/x/1 a/y " }, { "a/x", "a/x/1 " },           { "c", "c/d " }, { "b", "" }, { "z", "" },
		{ "a/x/1", "" },       { "", "a/x/1 a/y a- b c/d " },
	};
	ZOL_AUTO(manifest) struct zol_manifest m = made(paths);

	for (size_t i = 0; i < m.len; i++)
		m.v[i].stamp = (struct zol_stamp){ .known = true, .size = i };
	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		ZOL_AUTO(manifest) struct zol_manifest part = ZOL_MANIFEST_INIT;
		ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		assert_int_equal(zol_manifest_add_below(&part, &m, cases[i].dir, &err), 0);
		for (size_t k = 0; k < part.len; k++) {
			zol_str_printf(&text, "%s ", part.v[k].path);
			assert_string_equal(part.v[k].oid, OID1);
			assert_false(part.v[k].stamp.known);
		}
		assert_string_equal(zol_str_c(&text), cases[i].want);
	}
}

UNIT(paths_that_fill_several_pieces_of_memory_stay)
{
	ZOL_AUTO(manifest) struct zol_manifest m = ZOL_MANIFEST_INIT, again = ZOL_MANIFEST_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	char path[300];

	for (int i = 0; i < 1500; i++) {
		(void)snprintf(path, sizeof(path), "d/%0*d", i % 200 + 4, i);
		assert_int_equal(add(&m, path, &err), 0);
	}
	assert_int_equal(zol_manifest_sort(&m, &err), 0);
	zol_manifest_text(&m, &text);
	assert_int_equal(zol_manifest_parse(zol_span_str(&text), &again, &err), 0);
	for (int i = 0; i < 1500; i++) {
		(void)snprintf(path, sizeof(path), "d/%0*d", i % 200 + 4, i);
		assert_non_null(zol_manifest_find(&again, path));
	}
}

UNIT(a_tree_with_one_path_twice_or_below_a_file_is_refused)
{
	static const char *const cases[][3] = { { "a", "a" }, { "a/b", "a" }, { "a/b/c/d", "a/b" } };

	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		ZOL_AUTO(manifest) struct zol_manifest m = ZOL_MANIFEST_INIT;
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		assert_int_equal(add(&m, cases[i][0], &err), 0);
		assert_int_equal(add(&m, cases[i][1], &err), 0);
		assert_int_equal(add(&m, "a-b", &err), 0);
		assert_int_equal(zol_manifest_sort(&m, &err), -ZOL_MALFORMED);
	}
}

#define SMALL                                                                    \
	"zolkit-export 1\nstate complete\nboot b-1\ncommit " OID2 "\n"           \
	"F " OID1 " 3:1700000000000000001:1700000000000000002:42 a\\040\\134?\n" \
	"end 1\n"

static int parse(const char *text, struct zol_manifest *m, struct zol_err *err)
{
	return zol_manifest_parse(zol_span_c(text), m, err);
}

UNIT(text_and_back)
{
	ZOL_AUTO(manifest) struct zol_manifest m = ZOL_MANIFEST_INIT, again = ZOL_MANIFEST_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(add(&m, "a\n\\\xc3\xa4 b", &err), 0);
	assert_int_equal(zol_manifest_add(&m, zol_span_c("b"), ZOL_MANIFEST_EXEC, zol_span_c(OID2), &err), 0);
	assert_int_equal(zol_manifest_add(&m, zol_span_c("c"), ZOL_MANIFEST_LINK, zol_span_c(OID64), &err), 0);
	assert_int_equal(zol_manifest_add(&m, zol_span_c("d"), ZOL_MANIFEST_DIR, zol_span_c(OID1), &err), 0);
	m.v[1].stamp = (struct zol_stamp){ true, 5, 1700000000123456789, INT64_MAX, UINT64_MAX };
	m.v[2].stamp = (struct zol_stamp){ true, 5, -1, 0, 1 };
	m.complete = true;
	m.boot = strdup("boot");
	m.commit = strdup(OID2);
	m.plain = true;
	zol_manifest_text(&m, &text);
	assert_int_equal(parse(zol_str_c(&text), &again, &err), 0);
	assert_true(again.complete);
	assert_true(again.plain);
	assert_string_equal(again.boot, "boot");
	assert_string_equal(again.commit, OID2);
	assert_int_equal(again.len, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(again.v[i].path, m.v[i].path);
		assert_string_equal(again.v[i].oid, m.v[i].oid);
		assert_int_equal(again.v[i].kind, m.v[i].kind);
	}
	assert_true(zol_stamp_eq(&again.v[1].stamp, &m.v[1].stamp));
	assert_false(again.v[0].stamp.known);
	/* Times before 1970 are dropped. */
	assert_false(again.v[2].stamp.known);
}

UNIT(an_empty_one_is_one)
{
	ZOL_AUTO(manifest) struct zol_manifest m = ZOL_MANIFEST_INIT, again = ZOL_MANIFEST_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	zol_manifest_text(&m, &text);
	assert_string_equal(zol_str_c(&text), "zolkit-export 1\nstate underway\nend 0\n");
	assert_int_equal(parse(zol_str_c(&text), &again, &err), 0);
	assert_false(again.complete);
	assert_false(again.plain);
	assert_null(again.boot);
	assert_false(zol_manifest_below(&again, ""));
}

UNIT(what_is_damaged_is_refused)
{
	static const struct {
		const char *from, *to, *says;
	} cases[] = {
		{ "zolkit-export 1", "zolkit-export 2", "no manifest of ours" },
		{ "complete", "finished", "line 2: no such state" },
		{ "b-1", "", "line 3: this is no boot or commit id" },
		{ "boot b-1\n", "boot b-1\nboot b-1\n", "line 4: this is no boot" },
		{ "boot b-1\n", "boot 12345678901234567890123456789012345678901234567890123456789012345\n", "line 3" },
		{ "commit 2", "commit x", "line 4: this is no boot or commit" },
		{ "commit 2", "comment 2", "line 4: this is no entry" },
		{ "boot b-1", "submodules 1", "line 3: this is no entry" },
		{ "F 1", "Q 1", "line 5: this is no entry" },
		{ "F 1", "FF 1", "line 5: this is no entry" },
		{ "F 1", " 1", "line 5: this is no entry" },
		{ "F 1", "F x", "line 5: '" },
		{ " 3:", " 3:4:", "line 5: this is no entry" },
		{ " 3:", " ", "line 5: this is no entry" },
		{ " 3:", " -3:", "line 5: this is no entry" },
		{ "0002:", "00020000000000:", "line 5: this is no entry" },
		{ "\\040", "\\040/../", "line 5: the path" },
		{ "\\040", "\\400", "line 5: this is no entry" },
		{ "\\040", "\\04", "line 5: this is no entry" },
		{ "\\040", "\\000", "line 5: the path" },
		{ "\\134?", "\\", "line 5: this is no entry" },
		{ "?\nend", "?\n\nend", "an empty line" },
		{ "end 1", "end 2", "line 6: the number" },
		{ "end 1", "end", "line 6: the number" },
		{ "end 1\n", "", "cut off" },
		{ "end 1\n", "end 1\nx\n", "text behind its end" },
	};

	ZOL_AUTO(manifest) struct zol_manifest sound = ZOL_MANIFEST_INIT;
	ZOL_AUTO(err) struct zol_err none = ZOL_ERR_INIT;

	assert_int_equal(parse(SMALL, &sound, &none), 0);
	for (size_t i = 0; i < ZOL_COUNT(cases); i++) {
		ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		ZOL_AUTO(manifest) struct zol_manifest m = ZOL_MANIFEST_INIT;
		const char *at = strstr(SMALL, cases[i].from);

		assert_non_null(at);
		zol_str_add(&text, SMALL, (size_t)(at - SMALL));
		zol_str_puts(&text, cases[i].to);
		zol_str_puts(&text, at + strlen(cases[i].from));
		if (parse(zol_str_c(&text), &m, &err) != -ZOL_MALFORMED || !strstr(zol_err_text(&err), cases[i].says))
			fail_msg("%s -> %s: %s", cases[i].from, cases[i].to, zol_err_text(&err));
		assert_null(m.v);
	}
}

UNIT(entries_must_be_sorted_and_without_nul)
{
	ZOL_AUTO(manifest) struct zol_manifest m = ZOL_MANIFEST_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(parse("zolkit-export 1\nF " OID1 " - b\nF " OID1 " - a\nend 2\n", &m, &err), -ZOL_MALFORMED);
	assert_string_equal(zol_err_text(&err), "line 3: the entries are not sorted");
	zol_err_clear(&err);
	assert_int_equal(parse("zolkit-export 1\nF " OID1 " - b\nF " OID1 " - b\nend 2\n", &m, &err), -ZOL_MALFORMED);
	zol_err_clear(&err);
	assert_int_equal(zol_manifest_parse(zol_span("zolkit-export 1\n\0\nend 0\n", 24), &m, &err), -ZOL_MALFORMED);
	zol_err_clear(&err);
	/* A field behind the first entry is an entry, and none. */
	assert_int_equal(parse("zolkit-export 1\nF " OID1 " - b\nstate complete\nend 1\n", &m, &err), -ZOL_MALFORMED);
	zol_err_clear(&err);
	assert_int_equal(parse("", &m, &err), -ZOL_MALFORMED);
}

UNIT(a_union_prefers_the_first_and_is_a_list)
{
	static const char *const p1[] = { "a", "c", "d/e", NULL }, *const p2[] = { "a/b", "c", "z", NULL };
	ZOL_AUTO(manifest)
	struct zol_manifest x = made(p1), y = made(p2), both = ZOL_MANIFEST_INIT, again = ZOL_MANIFEST_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	static const char *const want[] = { "a", "a/b", "c", "d/e", "z" };

	x.v[1].stamp = (struct zol_stamp){ true, 1, 2, 3, 4 };
	assert_int_equal(zol_manifest_union(&x, &y, &both, &err), 0);
	assert_int_equal(both.len, ZOL_COUNT(want));
	assert_false(both.complete);
	for (size_t i = 0; i < ZOL_COUNT(want); i++)
		assert_string_equal(both.v[i].path, want[i]);
	assert_true(both.v[2].stamp.known);
	/* It is one that can be read back. */
	zol_manifest_text(&both, &text);
	assert_int_equal(parse(zol_str_c(&text), &again, &err), 0);
	assert_int_equal(again.len, ZOL_COUNT(want));
}

UNIT(stamps_are_equal_when_known_and_the_same)
{
	const struct zol_stamp a = { true, 1, 2, 3, 4 };

	for (int i = 0; i < 5; i++) {
		struct zol_stamp b = a;

		b.known = i != 0;
		b.size += i == 1;
		b.mtime += i == 2;
		b.ctime += i == 3;
		b.ino += i == 4;
		assert_false(zol_stamp_eq(&a, &b));
		assert_false(zol_stamp_eq(&b, &a));
	}
	assert_true(zol_stamp_eq(&a, &a));
}

UNIT_MAIN()
