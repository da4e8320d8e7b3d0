/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>

#include "base/num.h"
#include "core/kmods.h"
#include "core/modmap.h"

#define BUILD_ID_MAX 64U /* bytes; 20 are usual */

static void free_module(struct zol_kmod *k)
{
	for (size_t i = 0; i < k->nsections; i++)
		free(k->sections[i].name);
	free(k->sections);
	free(k->name);
	free(k->build_id);
}

void zol_modmap_free(struct zol_modmap *m)
{
	for (size_t i = 0; i < m->nmods; i++)
		free_module(&m->mods[i]);
	free(m->mods);
	free(m->release);
	free(m->build_id);
	*m = (struct zol_modmap){ 0 };
}

static char folded(char c)
{
	return (char)(c == '-' ? '_' : c);
}

bool zol_kmod_same(struct zol_span a, struct zol_span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (folded(a.ptr[i]) != folded(b.ptr[i]))
			return false;
	return true;
}

static bool word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool zol_kmod_name_ok(struct zol_span name)
{
	if (name.len == 0 || name.len >= ZOL_MODULE_NAME)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!word_char(name.ptr[i]) && !(i > 0 && name.ptr[i] == '-'))
			return false;
	return true;
}

bool zol_kmod_section_ok(struct zol_span name)
{
	if (name.len == 0 || name.len > 255)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!word_char(name.ptr[i]) && (name.ptr[i] == '\0' || !strchr(".-+@$:", name.ptr[i])))
			return false;
	return name.ptr[0] != '-' && name.ptr[0] != '+';
}

struct zol_kmod *zol_modmap_module(struct zol_modmap *m, struct zol_span name, bool make)
{
	struct zol_kmod *mods;
	char *copy;

	for (size_t i = m->nmods; i-- > 0;)
		if (zol_kmod_same(zol_span_c(m->mods[i].name), name))
			return &m->mods[i];
	if (!make || m->nmods >= ZOL_MODMAP_MODULES)
		return NULL;
	copy = zol_span_dup(name);
	mods = reallocarray(m->mods, m->nmods + 1, sizeof(*mods));
	if (mods)
		m->mods = mods;
	if (!copy || !mods) {
		free(copy);
		return NULL;
	}
	for (char *c = copy; *c; c++)
		*c = folded(*c);
	m->mods[m->nmods] = (struct zol_kmod){ .name = copy };
	return &m->mods[m->nmods++];
}

int zol_kmod_section(struct zol_kmod *k, struct zol_span name, uint64_t addr, struct zol_err *err)
{
	struct zol_kmod_section *more;
	char *copy;

	if (zol_span_eq(name, ".text") && k->base == 0)
		k->base = addr;
	for (size_t i = 0; i < k->nsections; i++) {
		if (!zol_span_eq(name, k->sections[i].name))
			continue;
		k->sections[i].addr = addr;
		return 0;
	}
	if (k->nsections >= ZOL_MODMAP_SECTIONS)
		return zol_err_set(err, ZOL_MALFORMED, 0, "module %s has more than %u sections", k->name,
				   ZOL_MODMAP_SECTIONS);
	more = reallocarray(k->sections, k->nsections + 1, sizeof(*more));
	if (!more)
		return zol_err_oom(err);
	k->sections = more;
	copy = zol_span_dup(name);
	if (!copy)
		return zol_err_oom(err);
	k->sections[k->nsections++] = (struct zol_kmod_section){ .name = copy, .addr = addr };
	return 0;
}

uint64_t zol_kmod_addr(const struct zol_kmod *k, const char *section)
{
	for (size_t i = 0; i < k->nsections; i++)
		if (strcmp(k->sections[i].name, section) == 0)
			return k->sections[i].addr;
	return 0;
}

bool zol_kmod_section_freed(const struct zol_kmod *k, const char *section)
{
	static const char *const gone[] = { "__ksymtab_init", ".discard", ".modinfo", "__versions" };

	if (k->loading)
		return false;
	/* linux:kernel/module/main.c module_init_section() */
	if (strncmp(section, ".init", 5) == 0)
		return true;
	for (size_t i = 0; i < ZOL_COUNT(gone); i++)
		if (strncmp(section, gone[i], strlen(gone[i])) == 0)
			return true;
	/* the symbol table the module runs with is a shorter copy elsewhere */
	return strcmp(section, ".symtab") == 0 || strcmp(section, ".strtab") == 0;
}

int zol_modmap_check(const struct zol_modmap *m, struct zol_err *err)
{
	for (size_t i = 0; i < m->nmods; i++) {
		const struct zol_kmod *k = &m->mods[i];
		bool known = k->base != 0;

		for (size_t j = 0; j < k->nsections && !known; j++)
			known = k->sections[j].addr != 0;
		if (known)
			continue;
		zol_err_set(err, ZOL_NEGATIVE, 0, "the map has no address of module %s", k->name);
		return zol_err_hint(err, "the kernel shows addresses to root only, and to nobody with kptr_restrict=2");
	}
	return 0;
}

/* --- reading ------------------------------------------------------------------------------------- */

struct reader {
	struct zol_modmap *m;
	struct zol_kmod *last; /* whose sections come */
	struct zol_err *err;
};

static int no_room(struct reader *r)
{
	if (r->m->nmods >= ZOL_MODMAP_MODULES)
		return zol_err_set(r->err, ZOL_MALFORMED, 0, "more than %u modules", ZOL_MODMAP_MODULES);
	return zol_err_oom(r->err);
}

static struct zol_kmod *module_of(struct reader *r, struct zol_span name)
{
	size_t last = r->last ? (size_t)(r->last - r->m->mods) : 0;
	struct zol_kmod *k;

	if (!zol_kmod_name_ok(name)) {
		zol_err_set(r->err, ZOL_MALFORMED, 0, "this is no module's name");
		return NULL;
	}
	k = zol_modmap_module(r->m, name, true);
	/* One more module may have moved all of them. */
	if (r->last)
		r->last = &r->m->mods[last];
	if (!k)
		(void)no_room(r);
	return k;
}

static bool hex_word(struct zol_span a)
{
	if (a.len == 0 || a.len % 2 || a.len > 2UL * BUILD_ID_MAX)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (!((a.ptr[i] >= '0' && a.ptr[i] <= '9') || (a.ptr[i] >= 'a' && a.ptr[i] <= 'f')))
			return false;
	return true;
}

static int set_word(struct reader *r, char **slot, struct zol_span value)
{
	char *copy = zol_span_dup(value);

	if (!copy)
		return zol_err_oom(r->err);
	free(*slot);
	*slot = copy;
	return 0;
}

static int set_id(struct reader *r, char **slot, struct zol_span value)
{
	if (zol_span_eq(value, "-"))
		return 0;
	if (!hex_word(value))
		return zol_err_set(r->err, ZOL_MALFORMED, 0, "this is no build-id");
	return set_word(r, slot, value);
}

static int add_section(struct reader *r, struct zol_kmod *k, struct zol_span name, struct zol_span addr)
{
	uint64_t value;

	if (!k)
		return zol_err_set(r->err, ZOL_MALFORMED, 0, "a section without a module");
	if (!zol_kmod_section_ok(name))
		return zol_err_set(r->err, ZOL_MALFORMED, 0, "this is no section's name");
	if (!zol_span_hex(addr, &value))
		return zol_err_set(r->err, ZOL_MALFORMED, 0, "this is no address");
	return zol_kmod_section(k, name, value, r->err);
}

/* "NAME SIZE STATE BASE BUILD-ID" */
static int our_module(struct reader *r, struct zol_span rest)
{
	struct zol_span name, size, state, base, id;
	struct zol_kmod *k;

	if (!zol_span_field(&rest, " ", &name) || !zol_span_field(&rest, " ", &size) ||
	    !zol_span_field(&rest, " ", &state) || !zol_span_field(&rest, " ", &base) ||
	    !zol_span_field(&rest, " ", &id))
		return zol_err_set(r->err, ZOL_MALFORMED, 0, "a module line that is cut short");
	k = module_of(r, name);
	if (!k)
		return -(int)r->err->code;
	r->last = k;
	k->loading = zol_span_eq(state, "Loading");
	if (!zol_span_u64(size, &k->size) || !zol_span_hex(base, &k->base))
		return zol_err_set(r->err, ZOL_MALFORMED, 0, "this is no number");
	return set_id(r, &k->build_id, id);
}

/* "zfs 6131712 1 - Live 0xffffffffc0024000 (PO)": 1 when the line is none of /proc/modules. */
static int proc_module(struct reader *r, struct zol_span line)
{
	struct zol_kmods_line l;
	uint64_t base;
	struct zol_kmod *k;

	if (!zol_kmods_line(line, &l) || !zol_span_starts(l.addr, "0x") || !zol_span_hex(l.addr, &base))
		return 1;
	k = module_of(r, l.name);
	if (!k)
		return -(int)r->err->code;
	(void)zol_span_u64(l.size, &k->size);
	k->base = base;
	k->loading = zol_span_eq(l.state, "Loading");
	return 0;
}

static int find(struct zol_span hay, const char *needle)
{
	const char *at = hay.len ? memmem(hay.ptr, hay.len, needle, strlen(needle)) : NULL;

	return at ? (int)(at - hay.ptr) : -1;
}

/* "/sys/module/zfs/sections/.text:0xffff...": 1 when it is none. */
static int sysfs_section(struct reader *r, struct zol_span line)
{
	int at = find(line, "/sections/");
	struct zol_span name, section, addr;
	size_t start;
	const char *colon;
	struct zol_kmod *k;

	if (at <= 0 || line.len > 4096)
		return 1;
	start = (size_t)at;
	while (start > 0 && line.ptr[start - 1] != '/')
		start--;
	name = zol_span(line.ptr + start, (size_t)at - start);
	section = zol_span(line.ptr + at + 10, line.len - (size_t)at - 10);
	colon = memrchr(section.ptr, ':', section.len);
	if (!colon)
		return 1;
	addr = zol_span(colon + 1, (size_t)(section.ptr + section.len - colon - 1));
	section.len = (size_t)(colon - section.ptr);
	k = module_of(r, name);
	return k ? add_section(r, k, section, zol_span_trim(addr)) : -(int)r->err->code;
}

static int foreign_line(struct reader *r, struct zol_span line)
{
	struct zol_span rest = line, f[3], more;
	struct zol_kmod *k;
	int rc = proc_module(r, line);

	if (rc == 1)
		rc = sysfs_section(r, line);
	if (rc != 1)
		return rc;
	for (size_t i = 0; i < ZOL_COUNT(f); i++)
		if (!zol_span_field(&rest, " \t", &f[i]))
			return zol_err_set(r->err, ZOL_MALFORMED, 0, "this is no line of a map");
	if (zol_span_field(&rest, " \t", &more))
		return zol_err_set(r->err, ZOL_MALFORMED, 0, "this is no line of a map");
	k = module_of(r, f[0]);
	return k ? add_section(r, k, f[1], f[2]) : -(int)r->err->code;
}

static int symbol_line(struct reader *r, struct zol_span rest)
{
	struct zol_span name, addr;
	uint64_t value;

	if (!zol_span_field(&rest, " ", &name) || !zol_span_field(&rest, " ", &addr) || !zol_span_hex(addr, &value))
		return zol_err_set(r->err, ZOL_MALFORMED, 0, "this is no symbol");
	if (zol_span_eq(name, "_stext"))
		r->m->stext = value;
	return 0;
}

static int one_line(struct reader *r, struct zol_span line)
{
	struct zol_span rest = line, word, name, addr;

	if (!zol_span_field(&rest, " \t", &word) || word.ptr[0] == '#')
		return 0;
	if (zol_span_eq(word, "zolkit-map")) {
		if (!zol_span_field(&rest, " ", &name) || !zol_span_eq(name, "1"))
			return zol_err_set(r->err, ZOL_MALFORMED, 0, "a map of another version");
		return 0;
	}
	if (zol_span_eq(word, "release") && zol_span_field(&rest, " ", &name) && rest.len == 0)
		return zol_kmod_section_ok(name) ? set_word(r, &r->m->release, name) :
						   zol_err_set(r->err, ZOL_MALFORMED, 0, "this is no release");
	if (zol_span_eq(word, "kernel") && zol_span_field(&rest, " ", &name) && rest.len == 0)
		return set_id(r, &r->m->build_id, name);
	if (zol_span_eq(word, "symbol"))
		return symbol_line(r, rest);
	if (zol_span_eq(word, "module"))
		return our_module(r, rest);
	if (zol_span_eq(word, "section") && zol_span_field(&rest, " ", &name) && zol_span_field(&rest, " ", &addr))
		return add_section(r, r->last, name, addr);
	return foreign_line(r, line);
}

int zol_modmap_parse(struct zol_span text, struct zol_modmap *m, struct zol_err *err)
{
	struct reader r = { .m = m, .err = err };
	struct zol_span line;
	size_t number = 0;

	while (zol_span_line(&text, &line)) {
		number++;
		if (one_line(&r, zol_span_trim(line)) < 0)
			return zol_err_wrap(err, "module map, line %zu", number);
	}
	return 0;
}

int zol_modmap_notes(struct zol_modmap *m, struct zol_span text, struct zol_err *err)
{
	/* name and type of the note; before that the length of the id, 4 bytes with the lowest first */
	static const char gnu[] = "03000000474e5500";
	struct reader r = { .m = m, .err = err };
	struct zol_span line, name, hex, id;
	struct zol_kmod *k;
	uint64_t size;

	while (zol_span_line(&text, &line)) {
		int at = zol_span_field(&line, " ", &name) && zol_span_field(&line, " ", &hex) ? find(hex, gnu) : -1;

		k = at >= 8 ? zol_modmap_module(m, name, false) : NULL;
		if (!k || !zol_span_hex(zol_span(hex.ptr + at - 8, 2), &size) || !size)
			continue;
		id = zol_span(hex.ptr + at + 16, hex.len - (size_t)at - 16);
		if (id.len < 2 * size)
			continue;
		id.len = 2 * (size_t)size;
		if (hex_word(id) && set_word(&r, &k->build_id, id) < 0)
			return -(int)err->code;
	}
	return 0;
}

void zol_modmap_text(const struct zol_modmap *m, struct zol_str *out)
{
	zol_str_puts(out, "zolkit-map 1\n");
	if (m->release)
		zol_str_printf(out, "release %s\n", m->release);
	zol_str_printf(out, "kernel %s\n", m->build_id ? m->build_id : "-");
	if (m->stext)
		zol_str_printf(out, "symbol _stext %016" PRIx64 "\n", m->stext);
	for (size_t i = 0; i < m->nmods; i++) {
		const struct zol_kmod *k = &m->mods[i];

		zol_str_printf(out, "module %s %" PRIu64 " %s %016" PRIx64 " %s\n", k->name, k->size,
			       k->loading ? "Loading" : "Live", k->base, k->build_id ? k->build_id : "-");
		for (size_t j = 0; j < k->nsections; j++)
			zol_str_printf(out, "section %s %016" PRIx64 "\n", k->sections[j].name, k->sections[j].addr);
	}
}
