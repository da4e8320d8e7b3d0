/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "core/kwalk.h"
#include "unit.h"

/* Memory of a made-up kernel: one megabyte at BASE, and the interrupt table. */
#define BASE 0xffffffffb0000000ULL
#define SIZE 0x100000U
#define IDT 0xfffffe0000000000ULL

struct memory {
	char *bytes;
	char idt[4096];
	unsigned reads;
	unsigned fail_at; /* that read fails; 0: none */
};

static void put64(struct memory *m, uint64_t addr, uint64_t v)
{
	memcpy(m->bytes + (addr - BASE), &v, sizeof(v));
}

static void put_text(struct memory *m, uint64_t addr, const char *text)
{
	memcpy(m->bytes + (addr - BASE), text, strlen(text) + 1);
}

static int reading(void *ctx, uint64_t addr, void *buf, size_t len, struct zol_err *err)
{
	struct memory *m = ctx;

	if (++m->reads == m->fail_at)
		return zol_err_set(err, ZOL_SYSTEM, EIO, "no more");
	if (addr >= BASE && addr - BASE <= SIZE && len <= SIZE - (addr - BASE))
		memcpy(buf, m->bytes + (addr - BASE), len);
	else if (addr >= IDT && addr - IDT + len <= sizeof(m->idt))
		memcpy(buf, m->idt + (addr - IDT), len);
	else
		return zol_err_set(err, ZOL_NEGATIVE, 0, "no memory at %" PRIx64, addr);
	return 0;
}

static const struct zol_klayout old_layout = { .list = 8,
					       .name = 24,
					       .state = 0,
					       .base = 320,
					       .size = 328,
					       .sect_attrs = 560,
					       .percpu = 584,
					       .nsections = 40,
					       .attrs = 48,
					       .stride = 72,
					       .attr_name = 0,
					       .attr_addr = 64 };
static const struct zol_klayout new_layout = { .list = 8,
					       .name = 24,
					       .state = 0,
					       .base = 320,
					       .size = 328,
					       .sect_attrs = 560,
					       .bin_attrs = 40,
					       .bin_name = 0,
					       .bin_private = 24 };

#define HEAD (BASE + 0x100)
#define MOD(i) (BASE + 0x1000 + (i) * 0x1000)
#define ATTRS(i) (MOD(i) + 0x800)
#define STRINGS (BASE + 0x80000)

static const char note[] = "\4\0\0\0\4\0\0\0\3\0\0\0GNU\0\xab\xcd\x01\x02";

static struct memory *fresh(void)
{
	struct memory *m = calloc(1, sizeof(*m));

	m->bytes = calloc(1, SIZE);
	return m;
}

static void done(struct memory *m)
{
	free(m->bytes);
	free(m);
}

static void module(struct memory *m, unsigned i, uint64_t next, const char *name, uint32_t state)
{
	put64(m, MOD(i), state);
	put64(m, MOD(i) + 8, next);
	put_text(m, MOD(i) + 24, name);
	put64(m, MOD(i) + 320, 0xffffffffc0000000ULL + i * 0x10000);
	put64(m, MOD(i) + 328, 16384);
	put64(m, MOD(i) + 560, ATTRS(i));
	put64(m, MOD(i) + 584, i == 0 ? 0x30 : 0);
}

/* Two modules: zfs with two sections, and spl, which is being loaded. */
static struct memory *two(bool new_form)
{
	struct memory *m = fresh();

	put64(m, HEAD, MOD(0) + 8);
	module(m, 0, MOD(1) + 8, "zfs", 0);
	module(m, 1, HEAD, "spl", 1);
	put_text(m, STRINGS, ".text");
	put_text(m, STRINGS + 0xffa, ".note.gnu.build-id"); /* over the end of a page */
	memcpy(m->bytes + 0x90000, note, sizeof(note) - 1);
	for (unsigned i = 0; i < 2; i++) {
		uint64_t text = 0xffffffffc0000000ULL + i * 0x10000;

		if (new_form) {
			put64(m, ATTRS(i) + 40, ATTRS(i) + 0x100);
			put64(m, ATTRS(i) + 0x100, ATTRS(i) + 0x200);
			put64(m, ATTRS(i) + 0x108, i == 0 ? ATTRS(i) + 0x240 : 0);
			put64(m, ATTRS(i) + 0x200, STRINGS);
			put64(m, ATTRS(i) + 0x218, text);
			put64(m, ATTRS(i) + 0x240, STRINGS + 0xffa);
			put64(m, ATTRS(i) + 0x258, BASE + 0x90000);
		} else {
			put64(m, ATTRS(i) + 40, i == 0 ? 2 : 1);
			put64(m, ATTRS(i) + 48, STRINGS);
			put64(m, ATTRS(i) + 48 + 64, text);
			put64(m, ATTRS(i) + 120, STRINGS + 0xffa);
			put64(m, ATTRS(i) + 120 + 64, BASE + 0x90000);
		}
	}
	return m;
}

static int walk(struct memory *m, const struct zol_klayout *l, struct zol_modmap *map, struct zol_err *err)
{
	struct zol_kmem mem = { .ctx = m, .read = reading };

	return zol_kwalk_modules(&mem, l, HEAD, map, err);
}

static void check_two(const struct zol_modmap *map)
{
	assert_int_equal(map->nmods, 2);
	assert_string_equal(map->mods[0].name, "zfs");
	assert_string_equal(map->mods[0].build_id, "abcd0102");
	assert_int_equal(map->mods[0].size, 16384);
	assert_true(map->mods[0].base == 0xffffffffc0000000ULL);
	assert_false(map->mods[0].loading);
	assert_true(zol_kmod_addr(&map->mods[0], ".note.gnu.build-id") == BASE + 0x90000);
	assert_true(map->mods[1].loading);
	assert_true(zol_kmod_addr(&map->mods[1], ".text") == 0xffffffffc0010000ULL);
	assert_null(map->mods[1].build_id);
}

UNIT(both_forms_are_walked)
{
	struct memory *a = two(false);
	struct memory *b = two(true);
	ZOL_AUTO(modmap) struct zol_modmap ma = { 0 };
	ZOL_AUTO(modmap) struct zol_modmap mb = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(walk(a, &old_layout, &ma, &err), 0);
	check_two(&ma);
	assert_int_equal(zol_kmod_addr(&ma.mods[0], ".data..percpu"), 0x30);
	assert_int_equal(walk(b, &new_layout, &mb, &err), 0);
	check_two(&mb);
	done(a);
	done(b);
}

UNIT(a_module_that_is_not_formed_yet_is_passed_over)
{
	struct memory *m = two(false);
	ZOL_AUTO(modmap) struct zol_modmap map = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	put64(m, MOD(0), 3);
	assert_int_equal(walk(m, &old_layout, &map, &err), 0);
	assert_int_equal(map.nmods, 1);
	assert_string_equal(map.mods[0].name, "spl");
	done(m);
}

UNIT(an_empty_list_is_one)
{
	struct memory *m = fresh();
	ZOL_AUTO(modmap) struct zol_modmap map = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	put64(m, HEAD, HEAD);
	assert_int_equal(walk(m, &old_layout, &map, &err), 0);
	assert_int_equal(map.nmods, 0);
	done(m);
}

static void refuses(struct memory *m, const struct zol_klayout *l, int code, const char *why)
{
	ZOL_AUTO(modmap) struct zol_modmap map = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(walk(m, l, &map, &err), code);
	if (!strstr(zol_err_text(&err), why))
		fail_msg("%s", zol_err_text(&err));
	done(m);
}

UNIT(memory_that_makes_no_sense_is_refused)
{
	struct memory *m = two(false);

	put64(m, MOD(1) + 8, MOD(0) + 8); /* a circle */
	refuses(m, &old_layout, -ZOL_MALFORMED, "has no end");
	m = two(false);
	put64(m, MOD(0) + 8, 0x100); /* LIST_POISON1 */
	refuses(m, &old_layout, -ZOL_MALFORMED, "has no end");
	m = two(false);
	put_text(m, MOD(0) + 24, "a b");
	refuses(m, &old_layout, -ZOL_MALFORMED, "a name that is none");
	m = two(false);
	put64(m, ATTRS(0) + 40, 1U << 30);
	refuses(m, &old_layout, -ZOL_MALFORMED, "sections");
	m = two(false);
	put_text(m, STRINGS, "a\nb");
	refuses(m, &old_layout, -ZOL_MALFORMED, "a section of zfs");
	m = two(false);
	memset(m->bytes + 0x80000, 'x', 0x1000);
	refuses(m, &old_layout, -ZOL_MALFORMED, "a string without an end");
	m = two(false);
	put64(m, ATTRS(0) + 48, 0xdead000000000000ULL);
	refuses(m, &old_layout, -ZOL_NEGATIVE, "no memory");
	m = two(true);
	put64(m, ATTRS(0) + 40, 0xdead000000000000ULL);
	refuses(m, &new_layout, -ZOL_NEGATIVE, "no memory");
	m = fresh();
	put64(m, HEAD, 0xdead000000000000ULL);
	refuses(m, &old_layout, -ZOL_NEGATIVE, "no memory");
}

UNIT(a_list_of_sections_without_an_end_is_refused)
{
	struct memory *m = two(true);

	for (unsigned i = 0; i < 0x70000; i += 8)
		put64(m, BASE + 0x88000 + i, ATTRS(0) + 0x200);
	put64(m, ATTRS(0) + 40, BASE + 0x88000);
	refuses(m, &new_layout, -ZOL_MALFORMED, "too many sections");
}

static void gate(struct memory *m, uint64_t handler)
{
	unsigned char *g = (unsigned char *)m->idt + 14 * 16;

	memcpy(g, &handler, 2);
	memcpy(g + 6, (char *)&handler + 2, 2);
	memcpy(g + 8, (char *)&handler + 4, 4);
	g[2] = 0x10;
	g[5] = 0x8e;
}

UNIT(the_slide_comes_from_the_interrupt_table)
{
	struct memory *m = fresh();
	struct zol_kmem mem = { .ctx = m, .read = reading };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	uint64_t slide = 1;

	gate(m, 0xffffffff81c00ab0);
	assert_int_equal(zol_kwalk_slide(&mem, 0xffffffff81c00ab0, &slide, &err), 0);
	assert_int_equal(slide, 0);
	gate(m, 0xffffffff81c00ab0 + 0x13800000);
	assert_int_equal(zol_kwalk_slide(&mem, 0xffffffff81c00ab0, &slide, &err), 0);
	assert_int_equal(slide, 0x13800000);
	gate(m, 0xffffffff81c00ac0);
	assert_int_equal(zol_kwalk_slide(&mem, 0xffffffff81c00ab0, &slide, &err), -ZOL_VERIFY);
	zol_err_clear(&err);
	gate(m, 0xffffffff81c00ab0 - 0x200000);
	assert_int_equal(zol_kwalk_slide(&mem, 0xffffffff81c00ab0, &slide, &err), -ZOL_VERIFY);
	done(m);
}

UNIT(release_and_build_id_come_from_memory)
{
	struct memory *m = fresh();
	struct zol_kmem mem = { .ctx = m, .read = reading };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(modmap) struct zol_modmap map = { 0 };

	put_text(m, BASE, "Linux version 6.1.192-zolkit (root@x)");
	memcpy(m->bytes + 0x200, note, sizeof(note) - 1);
	assert_int_equal(zol_kwalk_release(&mem, BASE, &map, &err), 0);
	assert_string_equal(map.release, "6.1.192-zolkit");
	assert_int_equal(zol_kwalk_build_id(&mem, BASE + 0x200, sizeof(note) - 1, &map, &err), 0);
	assert_string_equal(map.build_id, "abcd0102");
	/* what is none changes nothing */
	assert_int_equal(zol_kwalk_release(&mem, BASE + 0x200, &map, &err), 0);
	assert_int_equal(zol_kwalk_build_id(&mem, BASE + 0x300, 16, &map, &err), 0);
	assert_int_equal(zol_kwalk_build_id(&mem, BASE, 1U << 30, &map, &err), 0);
	assert_string_equal(map.release, "6.1.192-zolkit");
	assert_string_equal(map.build_id, "abcd0102");
	assert_int_equal(zol_kwalk_release(&mem, 0, &map, &err), -ZOL_NEGATIVE);
	done(m);
}

/* Each read of a walk fails once: that is its error, in whatever part it was. */
UNIT(memory_that_ends_anywhere_is_an_error)
{
	for (int new_form = 0; new_form < 2; new_form++) {
		for (unsigned n = 1;; n++) {
			struct memory *m = two(new_form);
			ZOL_AUTO(modmap) struct zol_modmap map = { 0 };
			ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
			int rc;

			m->fail_at = n;
			rc = walk(m, new_form ? &new_layout : &old_layout, &map, &err);
			if (m->reads < n) {
				assert_int_equal(rc, 0);
				assert_true(n > 10);
				done(m);
				break;
			}
			assert_int_equal(rc, -ZOL_SYSTEM);
			assert_non_null(strstr(zol_err_text(&err), "no more"));
			done(m);
		}
	}
}

UNIT(modules_with_little_to_say_are_walked)
{
	struct memory *m = two(false);
	ZOL_AUTO(modmap) struct zol_modmap map = { 0 };
	ZOL_AUTO(modmap) struct zol_modmap again = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	put64(m, MOD(0) + 560, 0);  /* no sections at all */
	put64(m, ATTRS(1) + 40, 0); /* a list of none */
	assert_int_equal(walk(m, &old_layout, &map, &err), 0);
	assert_int_equal(map.nmods, 2);
	assert_int_equal(map.mods[1].nsections, 0);
	done(m);
	/* A note that says it is large is not read; one of another kind is no build-id. */
	m = two(false);
	m->bytes[0x90000 + 5] = 1;
	assert_int_equal(walk(m, &old_layout, &again, &err), 0);
	assert_null(again.mods[0].build_id);
	done(m);
}

/* A pointer that is not aligned, as memory that is no list has: what is left of its page is less than one. */
UNIT(a_list_at_the_end_of_a_page_is_read_on)
{
	struct memory *m = two(true);
	ZOL_AUTO(modmap) struct zol_modmap map = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	put64(m, ATTRS(0) + 40, BASE + 0x90ffc);
	put64(m, BASE + 0x90ffc, ATTRS(0) + 0x200);
	put64(m, BASE + 0x91004, 0);
	assert_int_equal(walk(m, &new_layout, &map, &err), 0);
	assert_int_equal(map.mods[0].nsections, 1);
	done(m);
}

UNIT(versions_that_are_none_are_not_taken)
{
	static const char *const texts[] = { "Linux version ", "Linux version  x", "Linux version a\nb c",
					     "Unix version 1 " };
	ZOL_AUTO(modmap) struct zol_modmap map = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	for (size_t i = 0; i < ZOL_COUNT(texts); i++) {
		struct memory *m = fresh();
		struct zol_kmem mem = { .ctx = m, .read = reading };

		put_text(m, BASE, texts[i]);
		assert_int_equal(zol_kwalk_release(&mem, BASE, &map, &err), 0);
		if (map.release)
			fail_msg("'%s' gives '%s'", texts[i], map.release);
		memset(m->bytes, 'x', 96);
		memcpy(m->bytes, "Linux version ", 14);
		assert_int_equal(zol_kwalk_release(&mem, BASE, &map, &err), 0);
		assert_null(map.release);
		assert_int_equal(zol_kwalk_build_id(&mem, BASE, 0, &map, &err), 0);
		assert_int_equal(zol_kwalk_build_id(&mem, 0, 16, &map, &err), -ZOL_NEGATIVE);
		zol_err_clear(&err);
		assert_null(map.build_id);
		m->fail_at = m->reads + 1;
		assert_int_equal(zol_kwalk_slide(&mem, 0, &(uint64_t){ 0 }, &err), -ZOL_SYSTEM);
		zol_err_clear(&err);
		done(m);
	}
}

UNIT_MAIN()
