/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/path.h"
#include "core/console_find.h"

#include "unit.h"

static struct zol_console_find *finder(void)
{
	struct zol_console_find *f = NULL;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_console_find_new(&f, &err), 0);
	return f;
}

static void feed(struct zol_console_find *f, const char *text)
{
	(void)zol_console_find_feed(f, text, strlen(text));
}

static void read_data(const char *name, const char *suffix, struct zol_str *text)
{
	const char *top = getenv("ZOL_TOP");
	ZOL_AUTO(free) char *path = zol_asprintf("%s/tests/data/console/%s%s", top ? top : ".", name, suffix);
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_read_file(path, ZOL_READ_MAX, text, &err), 0);
}

/* The findings as lines of expected.tsv. */
static void tell(const char *name, const struct zol_console_find *f, struct zol_str *text)
{
	for (size_t i = 0; i < zol_console_find_count(f); i++) {
		const struct zol_finding *v = zol_console_find_get(f, i);

		zol_str_printf(text, "%s\t%s\t%s\t%s\t", name, zol_finding_kind_name(v->kind),
			       v->function ? v->function : "-", v->module ? v->module : "-");
		if (v->file)
			zol_str_printf(text, "%s:%u\t", v->file, v->line);
		else
			zol_str_puts(text, "-\t");
		zol_str_printf(text, "%s\n", v->stopped ? "yes" : "no");
	}
	if (zol_console_find_count(f) == 0)
		zol_str_printf(text, "%s\t-\t-\t-\t-\t-\n", name);
}

static void classify(const char *name, size_t piece, struct zol_str *told)
{
	ZOL_AUTO(console_find) struct zol_console_find *f = finder();
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	read_data(name, ".log", &text);
	for (size_t i = 0; i < text.len; i += piece)
		(void)zol_console_find_feed(f, text.ptr + i, text.len - i < piece ? text.len - i : piece);
	zol_console_find_end(f);
	tell(name, f, told);
}

/* Names the first line that differs. */
static void same(const char *got, const char *want)
{
	size_t n = 0, start = 0;

	for (; got[n] && got[n] == want[n]; n++)
		if (got[n] == '\n')
			start = n + 1;
	if (got[n] != want[n])
		fail_msg("got %.*s, want %.*s", (int)strcspn(got + start, "\n"), got + start,
			 (int)strcspn(want + start, "\n"), want + start);
}

static void compare_all(size_t piece)
{
	ZOL_AUTO(str) struct zol_str table = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str got = ZOL_STR_INIT;
	ZOL_AUTO(free) char *last = NULL;
	struct zol_span rest, line;
	const char *want;

	read_data("expected", ".tsv", &table);
	rest = zol_span_str(&table);
	assert_true(zol_span_line(&rest, &line));
	want = rest.ptr;
	while (zol_span_line(&rest, &line)) {
		struct zol_span name;

		assert_true(zol_span_field(&line, "\t", &name));
		if (last && zol_span_eq(name, last))
			continue;
		free(last);
		last = zol_span_dup(name);
		classify(last, piece, &got);
	}
	same(zol_str_c(&got), want);
}

UNIT(the_corpus_gets_its_verdicts)
{
	compare_all(SIZE_MAX / 2);
}

UNIT(the_verdicts_do_not_depend_on_how_the_log_is_cut)
{
	compare_all(1);
	compare_all(7);
	compare_all(1000);
}

UNIT(a_finding_says_where_it_stands)
{
	ZOL_AUTO(console_find) struct zol_console_find *f = finder();
	const struct zol_finding *v;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	feed(f, "one\ntwo\n[    1.5] PANIC at spa.c:12:spa_sync()\n[    1.5]  spa_sync+0x1/0x2 [zfs]\n");
	zol_console_find_end(f);
	assert_int_equal(zol_console_find_count(f), 1);
	v = zol_console_find_get(f, 0);
	assert_int_equal(v->at, 3);
	assert_int_equal(v->offset, 8);
	assert_string_equal(v->excerpt.v[0], "PANIC at spa.c:12:spa_sync()");
	assert_int_equal(v->excerpt.len, 2);
	zol_finding_text(v, &text);
	assert_string_equal(zol_str_c(&text), "zfs-panic: spa_sync [zfs] at spa.c:12: PANIC at spa.c:12:spa_sync()");
	assert_int_equal(zol_console_find_lines(f), 4);
	assert_null(zol_console_find_get(f, 1));
}

/* What belongs to the event before it and what does not: the kinds that are found, "!" for stopped. */
UNIT(parts_are_joined_only_where_they_belong)
{
	static const struct {
		const char *first;
		unsigned between; /* lines */
		const char *then, *want;
	} t[] = {
		{ "BUG: unable to handle page fault for address: 1", 5, "Oops: 0000 [#1]", "page-fault" },
		{ "BUG: unable to handle page fault for address: 1", 200, "Oops: 0000 [#1]", "page-fault oops" },
		{ "list_del corruption. x", 5, "kernel BUG at lib/list_debug.c:1!", "list-corruption" },
		{ "list_del corruption. x", 60, "kernel BUG at fs/a.c:1!", "list-corruption bug" },
		{ "refcount_t: underflow; use-after-free.", 1, "refcount_t: saturated; leaking memory.", "refcount" },
		{ "refcount_t: underflow; use-after-free.", 9, "refcount_t: saturated; leaking memory.",
		  "refcount refcount" },
		{ "WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2", 5, "Oops: 0000 [#1]", "warn oops" },
		{ "BUG: KASAN: x in f", 5, "Oops: 0000 [#1]", "kasan" },
		{ "Oops: 0000 [#1]", 5, "Oops: 0000 [#2]", "oops oops" },
		{ "Oops: 0000 [#1]", 2, "KASAN: probably user-memory-access in range", "oops" },
		{ "Oops: 0000 [#1]", 50, "Kernel panic - not syncing: Fatal exception", "oops!" },
		{ "Oops: 0000 [#1]", 2500, "Kernel panic - not syncing: Fatal exception", "oops panic!" },
		{ "Buffer I/O error on dev vda", 2, "Kernel panic - not syncing: VFS: no root", "io-error panic!" },
		{ "EXT4-fs error (device vda): x", 2,
		  "Kernel panic - not syncing: EXT4-fs (device vda): panic forced after error", "fs-error!" },
		{ "EXT4-fs error (device vda): x", 2, "EXT4-fs error (device vda): y", "fs-error" },
		{ "EXT4-fs error (device vda): x", 500, "EXT4-fs error (device vda): y", "fs-error fs-error" },
		{ "BUG: soft lockup - CPU#0", 9, "rcu: INFO: rcu_sched detected stalls on CPUs/tasks:", "soft-lockup" },
		{ "INFO: task a:1 blocked for more than 120 seconds.", 99,
		  "INFO: task b:2 blocked for more than 120 seconds.", "hung-task" },
		{ "INFO: task a:1 blocked for more than 120 seconds.", 3500,
		  "INFO: task b:2 blocked for more than 120 seconds.", "hung-task hung-task" },
		{ "unregister_netdevice: waiting for lo", 9, "watchdog: CPU 5 Hard LOCKUP", "netdev hard-lockup" },
		{ "a invoked oom-killer: gfp_mask=1", 30, "Out of memory: Killed process 1", "oom" },
		{ "reboot: Restarting system", 1, "Linux version 6.1 (a) #1", "" },
		{ "Linux version 6.1 (a) #1", 1, "Linux version 6.1 (a) #1", "reboot" },
		{ "Linux version 6.1 (a) #1", 1, "SeaBIOS (version 1)", "reboot" },
		{ "[  500.123456] running", 1, "SeaBIOS (version 1)", "reboot" },
		{ "SeaBIOS (version 1)", 1, "Linux version 6.1 (a) #1", "" },
		{ "Kernel panic - not syncing: x", 1, "SeaBIOS (version 1)", "panic!" },
		{ "---[ end trace 0 ]---", 1, "fine", "" },
	};

	for (size_t i = 0; i < ZOL_COUNT(t); i++) {
		ZOL_AUTO(console_find) struct zol_console_find *f = finder();
		ZOL_AUTO(str) struct zol_str got = ZOL_STR_INIT;

		feed(f, t[i].first);
		feed(f, "\n");
		for (unsigned k = 1; k < t[i].between; k++)
			feed(f, "between\n");
		feed(f, t[i].then);
		zol_console_find_end(f);
		for (size_t k = 0; k < zol_console_find_count(f); k++)
			zol_str_printf(&got, "%s%s%s", k ? " " : "",
				       zol_finding_kind_name(zol_console_find_get(f, k)->kind),
				       zol_console_find_get(f, k)->stopped ? "!" : "");
		if (strcmp(zol_str_c(&got), t[i].want) != 0)
			fail_msg("%s ... %s: %s", t[i].first, t[i].then, zol_str_c(&got));
	}
}

UNIT(a_live_console_is_told_as_soon_as_it_is_seen)
{
	ZOL_AUTO(console_find) struct zol_console_find *f = finder();
	static const char quiet[] = "all is well\n", bug[] = "kernel BUG at fs/a.c:1!\n", more[] = " f+0x1/0x2 [zfs]\n",
			  end[] = "Kernel panic - not syncing: Fatal exception\n";

	assert_false(zol_console_find_feed(f, quiet, strlen(quiet)));
	assert_null(zol_console_find_worst(f));
	assert_true(zol_console_find_feed(f, bug, strlen(bug)));
	assert_false(zol_console_find_feed(f, more, strlen(more)));
	assert_false(zol_console_find_worst(f)->stopped);
	assert_true(zol_console_find_feed(f, end, strlen(end)));
	assert_true(zol_console_find_worst(f)->stopped);
	zol_console_find_end(f);
	assert_string_equal(zol_console_find_worst(f)->function, "f");
	assert_int_equal(zol_console_find_count(f), 1);
}

UNIT(the_worst_outranks_the_first)
{
	ZOL_AUTO(console_find) struct zol_console_find *f = finder();

	feed(f, "Buffer I/O error on dev loop0, logical block 0\nWARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2\n"
		"---[ end trace 0 ]---\nBUG: KASAN: use-after-free in g+0x1/0x2\n");
	zol_console_find_end(f);
	assert_int_equal(zol_console_find_count(f), 3);
	assert_int_equal(zol_console_find_worst(f)->kind, ZOL_FIND_KASAN);
}

UNIT(the_same_again_is_counted)
{
	ZOL_AUTO(console_find) struct zol_console_find *f = finder();
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	for (int i = 0; i < 1000; i++)
		feed(f, "WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2\n---[ end trace 0 ]---\n");
	zol_console_find_end(f);
	assert_int_equal(zol_console_find_count(f), 1);
	assert_int_equal(zol_console_find_get(f, 0)->times, 1000);
	zol_finding_text(zol_console_find_get(f, 0), &text);
	assert_non_null(strstr(zol_str_c(&text), "(1000 times)"));
}

UNIT(memory_is_bounded)
{
	ZOL_AUTO(console_find) struct zol_console_find *f = finder();
	const struct zol_finding *v;

	for (int i = 0; i < 1000; i++) {
		ZOL_AUTO(free) char *text = zol_asprintf("WARNING: CPU: 0 PID: 1 at a.c:%d f+0x1/0x2\n", i + 1);

		feed(f, text);
		for (int k = 0; k < 200; k++)
			feed(f, " g+0x1/0x2\n");
	}
	zol_console_find_end(f);
	assert_int_equal(zol_console_find_count(f), ZOL_FINDINGS);
	assert_int_equal(zol_console_find_dropped(f), 1000 - ZOL_FINDINGS);
	v = zol_console_find_get(f, 0);
	assert_int_equal(v->excerpt.len, ZOL_FINDING_LINES);
}

/* A line of a megabyte with a BUG at its end, in one piece and in small ones. */
UNIT(long_lines_are_read_to_their_end)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	for (int i = 0; i < 100000; i++)
		zol_str_puts(&text, "0123456789");
	zol_str_puts(&text, " Kernel panic - not syncing: at the end\nnext\n");
	for (size_t piece = 1000; piece <= text.len; piece *= 1100) {
		ZOL_AUTO(console_find) struct zol_console_find *f = finder();

		for (size_t i = 0; i < text.len; i += piece)
			(void)zol_console_find_feed(f, text.ptr + i, text.len - i < piece ? text.len - i : piece);
		zol_console_find_end(f);
		assert_int_equal(zol_console_find_count(f), 1);
		assert_int_equal(zol_console_find_get(f, 0)->at, 1);
		assert_int_equal(zol_console_find_lines(f), 2);
	}
}

UNIT(an_end_closes_and_feeding_may_go_on)
{
	ZOL_AUTO(console_find) struct zol_console_find *f = finder();

	feed(f, "kernel BUG at a.c:1!");
	assert_int_equal(zol_console_find_count(f), 0);
	zol_console_find_end(f);
	assert_int_equal(zol_console_find_count(f), 1);
	feed(f, "\nkernel BUG at a.c:2!\n");
	assert_int_equal(zol_console_find_count(f), 2);
	zol_console_find_end(f);
	assert_int_equal(zol_console_find_get(f, 1)->line, 2);
}

UNIT(names_and_patterns_are_complete)
{
	size_t n = 0;

	for (int k = 0; k < ZOL_FIND_KINDS; k++) {
		assert_non_null(zol_finding_kind_name((enum zol_finding_kind)k));
		assert_non_null(zol_finding_kind_text((enum zol_finding_kind)k));
		assert_true((zol_finding_severity((enum zol_finding_kind)k) == 0) == (k == 0));
	}
	assert_string_equal(zol_finding_kind_name((enum zol_finding_kind)99), "unknown");
	assert_string_equal(zol_finding_kind_text((enum zol_finding_kind)99), "unknown");
	assert_int_equal(zol_finding_severity((enum zol_finding_kind)99), 0);
	while (zol_console_find_pattern(n)) {
		assert_true(strlen(zol_console_find_pattern(n)) >= 5);
		n++;
	}
	assert_true(n > 150);
}

UNIT(a_resolver_names_the_line_that_the_kernel_has_not)
{
	ZOL_AUTO(console_find) struct zol_console_find *f = finder();
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_span none = { 0 };

	assert_null(zol_console_find_release(f));
	feed(f, "Linux version 6.1.2-x (a@b) #1\n"
		"BUG: kernel NULL pointer dereference, address: 0\nRIP: 0010:spa_sync+0x1/0x20 [zfs]\n");
	/* still open: nothing is known for sure */
	assert_int_equal(zol_console_find_locate(f, 0, none, zol_span_c("a.c"), 1, &err), 0);
	assert_null(zol_console_find_get(f, 0)->file);
	zol_console_find_end(f);
	feed(f, "WARNING: CPU: 0 PID: 1 at fs/b.c:77 foo+0x1/0x20\n");
	zol_console_find_end(f);
	assert_string_equal(zol_console_find_release(f), "6.1.2-x");
	assert_int_equal(zol_console_find_locate(f, 0, zol_span_c("inl"), zol_span_c("spa.c"), 12, &err), 0);
	assert_int_equal(zol_console_find_locate(f, 1, none, zol_span_c("other.c"), 3, &err), 0);
	assert_int_equal(zol_console_find_locate(f, 2, none, zol_span_c("other.c"), 3, &err), 0);
	zol_finding_text(zol_console_find_get(f, 0), &text);
	assert_string_equal(zol_str_c(&text), "null-deref: spa_sync [zfs] at spa.c:12 (inl): BUG: kernel NULL pointer "
					      "dereference, address: 0");
	assert_string_equal(zol_console_find_get(f, 1)->file, "fs/b.c");
	assert_int_equal(zol_console_find_get(f, 1)->line, 77);
}

/* The same again, far away, is counted; what differs in anything is another finding. */
UNIT(the_same_finding_is_counted)
{
	static const struct {
		const char *first, *then;
		size_t n;
	} t[] = {
		{ "kernel BUG at fs/a.c:1!", "kernel BUG at fs/a.c:1!", 1 },
		{ "kernel BUG at fs/a.c:1!", "kernel BUG at fs/a.c:2!", 2 },
		{ "kernel BUG at fs/a.c:1!", "kernel BUG at fs/b.c:1!", 2 },
		{ "kernel BUG at fs/a.c:1!", "BUG: KASAN: x in f", 2 },
		{ "BUG: KASAN: x in f", "BUG: KASAN: x in f", 1 },
		{ "BUG: KASAN: x in f", "BUG: KASAN: x in g", 2 },
		{ "Oops: 0000 [#1]", "Oops: 0000 [#1]", 1 },
		{ "Oops: 0000 [#1]", "Oops: 0000 [#2]", 2 },
		{ "unregister_netdevice: waiting for lo", "unregister_netdevice: waiting for eth0", 2 },
		{ "Kernel panic - not syncing: x", "Kernel panic - not syncing: x", 2 }, /* two starts */
	};

	for (size_t i = 0; i < ZOL_COUNT(t); i++) {
		ZOL_AUTO(console_find) struct zol_console_find *f = finder();

		feed(f, t[i].first);
		zol_console_find_end(f);
		for (unsigned k = 0; k < 5000; k++)
			feed(f, "\nbetween");
		feed(f, "\n");
		feed(f, t[i].then);
		zol_console_find_end(f);
		if (zol_console_find_count(f) != t[i].n)
			fail_msg("%s, %s: %zu", t[i].first, t[i].then, zol_console_find_count(f));
		assert_int_equal(zol_console_find_get(f, 0)->times, t[i].n == 1 ? 2 : 1);
	}
}

UNIT(the_release_is_that_of_the_last_banner)
{
	ZOL_AUTO(console_find) struct zol_console_find *f = finder();
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	assert_null(zol_console_find_release(f));
	feed(f, "[    0.000000] Linux version 6.1.0-zfs (a@b) #1\n");
	assert_string_equal(zol_console_find_release(f), "6.1.0-zfs");
	zol_str_puts(&text, "[    0.000000] Linux version ");
	for (int i = 0; i < 100; i++)
		zol_str_putc(&text, '6');
	zol_str_puts(&text, " (a@b) #1\n");
	feed(f, zol_str_c(&text));
	assert_string_equal(zol_console_find_release(f), "6.1.0-zfs");
}

UNIT_MAIN()
