/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/bytes.h"
#include "core/elf.h"
#include "core/kwalk.h"

#define IDT 0xfffffe0000000000ULL
#define GATE 16U
#define PAGE_FAULT 14U
#define PAGE 4096U
#define LIST_POISON_MAX 0x100000ULL /* pointers below it are none */
#define STRING_MAX 256U
#define STRING_STEP 32U
#define STATE_COMING 1U
#define STATE_UNFORMED 3U
#define NOTES_MAX 65536U
#define POINTERS 64U /* read at a time */

int zol_kwalk_slide(const struct zol_kmem *mem, uint64_t page_fault, uint64_t *ret, struct zol_err *err)
{
	char gate[GATE];
	uint64_t low, handler, slide;

	if (mem->read(mem->ctx, IDT + (uint64_t)PAGE_FAULT * GATE, gate, sizeof(gate), err) < 0)
		return zol_err_wrap(err, "interrupt table");
	/* low 16 bits, selector, flags, 16 more, the upper 32 */
	low = zol_le64(gate);
	handler = (low & 0xffff) | (low >> 32 & 0xffff0000) | zol_le64(gate + 8) << 32;
	slide = handler - page_fault;
	/* 2 MiB steps, less than 1 GiB */
	if (slide % (2U << 20) != 0 || slide >= 1ULL << 30) {
		zol_err_set(err, ZOL_VERIFY, 0,
			    "the page fault's handler is at %016" PRIx64
			    ", which is no move of this vmlinux (%016" PRIx64 ")",
			    handler, page_fault);
		return zol_err_hint(err, "another kernel runs, or none yet");
	}
	*ret = slide;
	return 0;
}

/* A C string, at most STRING_MAX bytes, never read across a page that it does not reach. */
static int read_string(const struct zol_kmem *mem, uint64_t addr, struct zol_str *out, struct zol_err *err)
{
	char buf[STRING_STEP];

	zol_str_truncate(out, 0);
	while (out->len < STRING_MAX) {
		size_t left = PAGE - (size_t)(addr % PAGE), len = left < sizeof(buf) ? left : sizeof(buf);
		const char *end;

		if (mem->read(mem->ctx, addr, buf, len, err) < 0)
			return -(int)err->code;
		end = memchr(buf, '\0', len);
		zol_str_add(out, buf, end ? (size_t)(end - buf) : len);
		if (end)
			return zol_str_check(out, err);
		addr += len;
	}
	return zol_err_set(err, ZOL_MALFORMED, 0, "a string without an end at %016" PRIx64, addr - STRING_MAX);
}

struct walk {
	const struct zol_kmem *mem;
	const struct zol_klayout *l;
	struct zol_kmod *k;
	struct zol_str name;
	struct zol_err *err;
};

static int add_section(struct walk *w, uint64_t name, uint64_t addr)
{
	if (read_string(w->mem, name, &w->name, w->err) < 0)
		return -(int)w->err->code;
	if (!zol_kmod_section_ok(zol_span_str(&w->name)))
		return zol_err_set(w->err, ZOL_MALFORMED, 0, "a section of %s has a name that is none", w->k->name);
	return zol_kmod_section(w->k, zol_span_str(&w->name), addr, w->err);
}

/* Before 6.14: a count and an array. */
static int old_sections(struct walk *w, uint64_t attrs)
{
	const struct zol_klayout *l = w->l;
	ZOL_AUTO(free) char *all = NULL;
	char count[4];
	uint32_t n;

	if (w->mem->read(w->mem->ctx, attrs + l->nsections, count, sizeof(count), w->err) < 0)
		return -(int)w->err->code;
	n = zol_le32(count);
	const size_t stride = (size_t)l->stride; /* small: core/klayout.c */

	if (n > ZOL_MODMAP_SECTIONS)
		return zol_err_set(w->err, ZOL_MALFORMED, 0, "module %s has %u sections", w->k->name, n);
	all = malloc(n * stride + 1);
	if (!all)
		return zol_err_oom(w->err);
	if (n > 0 && w->mem->read(w->mem->ctx, attrs + l->attrs, all, n * stride, w->err) < 0)
		return -(int)w->err->code;
	for (uint32_t i = 0; i < n; i++) {
		const char *one = all + i * stride;

		if (add_section(w, zol_le64(one + l->attr_name), zol_le64(one + l->attr_addr)) < 0)
			return -(int)w->err->code;
	}
	return 0;
}

static int bin_attribute(struct walk *w, uint64_t attr)
{
	char name[8];
	char addr[8];

	if (w->mem->read(w->mem->ctx, attr + w->l->bin_name, name, sizeof(name), w->err) < 0 ||
	    w->mem->read(w->mem->ctx, attr + w->l->bin_private, addr, sizeof(addr), w->err) < 0)
		return -(int)w->err->code;
	return add_section(w, zol_le64(name), zol_le64(addr));
}

/* Since 6.14: pointers to bin_attribute, the last one NULL. */
static int new_sections(struct walk *w, uint64_t attrs)
{
	char word[8];
	uint64_t list;

	if (w->mem->read(w->mem->ctx, attrs + w->l->bin_attrs, word, sizeof(word), w->err) < 0)
		return -(int)w->err->code;
	list = zol_le64(word);
	for (size_t done = 0; done < ZOL_MODMAP_SECTIONS;) {
		char buf[POINTERS * 8];
		size_t left = PAGE - (size_t)(list % PAGE), len = left < sizeof(buf) ? left : sizeof(buf);

		len = len < 8 ? 8 : len & ~(size_t)7;
		if (w->mem->read(w->mem->ctx, list, buf, len, w->err) < 0)
			return -(int)w->err->code;
		for (size_t i = 0; i < len; i += 8, done++) {
			uint64_t attr = zol_le64(buf + i);

			if (attr == 0)
				return 0;
			if (bin_attribute(w, attr) < 0)
				return -(int)w->err->code;
		}
		list += len;
	}
	return zol_err_set(w->err, ZOL_MALFORMED, 0, "module %s has too many sections", w->k->name);
}

static int read_notes(const struct zol_kmem *mem, uint64_t addr, size_t len, char **slot, struct zol_err *err)
{
	ZOL_AUTO(free) char *notes = malloc(len);
	char text[ZOL_BUILD_ID_TEXT];
	struct zol_span id;
	char *copy;

	if (!notes)
		return zol_err_oom(err);
	if (mem->read(mem->ctx, addr, notes, len, err) < 0)
		return -(int)err->code;
	if (!zol_notes_build_id(zol_span(notes, len), &id))
		return 0;
	copy = strdup(zol_build_id_text(id, text));
	if (!copy)
		return zol_err_oom(err);
	free(*slot);
	*slot = copy;
	return 0;
}

static int module_build_id(struct walk *w)
{
	uint64_t addr = zol_kmod_addr(w->k, ".note.gnu.build-id");
	char head[16];
	uint64_t len;

	if (addr == 0)
		return 0;
	if (w->mem->read(w->mem->ctx, addr, head, sizeof(head), w->err) < 0)
		return -(int)w->err->code;
	len = 16 + (uint64_t)zol_le32(head + 4);
	return len <= 256 ? read_notes(w->mem, addr, (size_t)len, &w->k->build_id, w->err) : 0;
}

/* Bytes of struct module that matter. */
static size_t span_of(const struct zol_klayout *l)
{
	const uint64_t ends[] = { l->list + 8, l->name + ZOL_MODULE_NAME - 8, l->state, l->base, l->size, l->sect_attrs,
				  l->percpu };
	uint64_t max = 0;

	for (size_t i = 0; i < ZOL_COUNT(ends); i++)
		if (ends[i] > max)
			max = ends[i];
	return (size_t)max + 8;
}

static int one_module(struct walk *w, const char *body, struct zol_modmap *map)
{
	const struct zol_klayout *l = w->l;
	const char *name = body + l->name;
	size_t len = strnlen(name, ZOL_MODULE_NAME);
	uint64_t attrs = zol_le64(body + l->sect_attrs);
	uint32_t state = zol_le32(body + l->state);
	uint64_t percpu = l->percpu ? zol_le64(body + l->percpu) : 0;

	if (state == STATE_UNFORMED)
		return 0;
	if (!zol_kmod_name_ok(zol_span(name, len)))
		return zol_err_set(w->err, ZOL_MALFORMED, 0, "a module has a name that is none");
	w->k = zol_modmap_module(map, zol_span(name, len), true);
	if (!w->k)
		return zol_err_oom(w->err);
	w->k->loading = state == STATE_COMING;
	w->k->base = zol_le64(body + l->base);
	w->k->size = zol_le32(body + l->size);
	if (attrs > LIST_POISON_MAX && (l->bin_attrs ? new_sections(w, attrs) : old_sections(w, attrs)) < 0)
		return zol_err_wrap(w->err, "sections of module %s", w->k->name);
	if (percpu && zol_kmod_section(w->k, zol_span_c(".data..percpu"), percpu, w->err) < 0)
		return -(int)w->err->code;
	return module_build_id(w);
}

int zol_kwalk_modules(const struct zol_kmem *mem, const struct zol_klayout *l, uint64_t modules, struct zol_modmap *map,
		      struct zol_err *err)
{
	struct walk w = { .mem = mem, .l = l, .err = err };
	size_t len = span_of(l);
	ZOL_AUTO(free) char *body = malloc(len);
	uint64_t next;
	char head[8];
	int r = 0;

	if (!body)
		return zol_err_oom(err);
	if (mem->read(mem->ctx, modules, head, sizeof(head), err) < 0)
		return zol_err_wrap(err, "list of modules");
	next = zol_le64(head);
	for (size_t n = 0; next != modules && r == 0; n++) {
		if (n >= ZOL_MODMAP_MODULES || next < LIST_POISON_MAX) {
			r = zol_err_set(err, ZOL_MALFORMED, 0, "the list of modules has no end");
			break;
		}
		r = mem->read(mem->ctx, next - l->list, body, len, err);
		if (r < 0)
			break;
		r = one_module(&w, body, map);
		next = zol_le64(body + l->list);
	}
	zol_str_free(&w.name);
	return r;
}

int zol_kwalk_build_id(const struct zol_kmem *mem, uint64_t addr, uint64_t len, struct zol_modmap *map,
		       struct zol_err *err)
{
	if (len == 0 || len > NOTES_MAX)
		return 0;
	return read_notes(mem, addr, (size_t)len, &map->build_id, err);
}

int zol_kwalk_release(const struct zol_kmem *mem, uint64_t addr, struct zol_modmap *map, struct zol_err *err)
{
	char text[96];
	struct zol_span rest = zol_span(text, sizeof(text)), word;
	char *copy;

	if (mem->read(mem->ctx, addr, text, sizeof(text), err) < 0)
		return -(int)err->code;
	if (!zol_span_starts(rest, "Linux version "))
		return 0;
	rest = zol_span(text + 14, sizeof(text) - 14);
	if (!zol_span_field(&rest, " ", &word) || rest.len == 0 || !zol_kmod_section_ok(word))
		return 0;
	copy = zol_span_dup(word);
	if (!copy)
		return zol_err_oom(err);
	free(map->release);
	map->release = copy;
	return 0;
}
