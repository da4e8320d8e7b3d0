/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kconfig_frag.h"

#include "base/num.h"
#include "base/room.h"

#define PREFIX "CONFIG_"
#define PREFIX_LEN (sizeof(PREFIX) - 1)
#define VERSION_MAX 1023U /* of each part: SUBLEVELs beyond 255 exist (4.9.337) */

bool zol_kversion_parse(struct zol_span text, uint32_t *ret, unsigned *ret_parts)
{
	uint32_t part[3] = { 0, 0, 0 };
	unsigned n = 0;
	size_t i = 0;

	while (n < 3) {
		size_t start = i;

		while (i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9') {
			part[n] = part[n] * 10 + (uint32_t)(text.ptr[i++] - '0');
			if (part[n] > VERSION_MAX)
				return false;
		}
		if (i == start)
			break;
		n++;
		if (i >= text.len || text.ptr[i] != '.')
			break;
		i++;
	}
	if (!n)
		return false;
	*ret = ZOL_KVERSION(part[0], part[1], part[2]);
	if (ret_parts)
		*ret_parts = n;
	return true;
}

static bool makefile_number(struct zol_span line, const char *key, uint32_t *ret)
{
	if (!zol_span_starts(line, key))
		return false;
	line = zol_span_trim(zol_span(line.ptr + strlen(key), line.len - strlen(key)));
	if (!line.len || line.ptr[0] != '=')
		return false;
	uint64_t n;

	if (!zol_span_u64(zol_span_trim(zol_span(line.ptr + 1, line.len - 1)), &n) || n > VERSION_MAX)
		return false;
	*ret = (uint32_t)n;
	return true;
}

uint32_t zol_kversion_makefile(struct zol_span makefile)
{
	uint32_t part[3] = { 0, 0, 0 };
	unsigned seen = 0;
	struct zol_span line;

	while (seen != 7 && zol_span_line(&makefile, &line)) {
		if (makefile_number(line, "VERSION", &part[0]))
			seen |= 1;
		else if (makefile_number(line, "PATCHLEVEL", &part[1]))
			seen |= 2;
		else if (makefile_number(line, "SUBLEVEL", &part[2]))
			seen |= 4;
	}
	return (seen & 3) == 3 ? ZOL_KVERSION(part[0], part[1], part[2]) : 0;
}

void zol_kfrags_free(struct zol_kfrags *f)
{
	free(f->v);
	zol_strv_free(&f->files);
	zol_strv_free(&f->pool);
	zol_strmap_free(&f->last);
	*f = (struct zol_kfrags){ 0 };
}

static const char *keep(struct zol_kfrags *f, struct zol_span text)
{
	zol_strv_addn(&f->pool, text.ptr, text.len);
	return f->pool.oom ? NULL : f->pool.v[f->pool.len - 1];
}

static bool name_char(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* How long the symbol's name at the start of text is. */
static size_t name_len(struct zol_span text)
{
	size_t n = 0;

	while (n < text.len && name_char(text.ptr[n]))
		n++;
	return n;
}

static int push(struct zol_kfrags *f, struct zol_span name, struct zol_span value, struct zol_kset set,
		struct zol_err *err)
{
	struct zol_kset *v = zol_room(f->v, &f->cap, f->len + 1, sizeof(*v));

	if (!v)
		return zol_err_oom(err);
	f->v = v;
	set.name = keep(f, name);
	set.value = keep(f, value);
	if (!set.name || !set.value)
		return zol_err_oom(err);
	uint32_t *slot = zol_strmap_slot(&f->last, zol_span_c(set.name));

	if (!slot)
		return zol_err_oom(err);
	*slot = (uint32_t)f->len;
	f->v[f->len++] = set;
	return 0;
}

/* CONFIG_X=v or "# CONFIG_X is not set". */
static bool parse_setting(struct zol_span line, struct zol_span *ret_name, struct zol_span *ret_value)
{
	static const char not_set[] = " is not set";
	bool off = zol_span_starts(line, "# " PREFIX);

	if (!off && !zol_span_starts(line, PREFIX))
		return false;
	size_t skip = PREFIX_LEN + (off ? 2 : 0);
	struct zol_span rest = zol_span(line.ptr + skip, line.len - skip);
	size_t n = name_len(rest);

	*ret_name = zol_span(rest.ptr, n);
	rest = zol_span(rest.ptr + n, rest.len - n);
	if (off) {
		*ret_value = zol_span_c("n");
		return n && zol_span_starts(rest, not_set);
	}
	if (!n || !rest.len || rest.ptr[0] != '=')
		return false;
	*ret_value = zol_span(rest.ptr + 1, rest.len - 1);
	return true;
}

/* What the directives of a block said. */
struct block {
	const char *why;
	bool wrong_version, wrong_arch, settings, any;
};

struct reader {
	struct zol_kfrags *f;
	const struct zol_ktarget *target;
	const char *file;
	uint32_t line, index;
	struct block head, block; /* of the file, of these lines */
	bool head_done;
};

static int bad(const struct reader *r, struct zol_err *err, const char *what)
{
	return zol_err_set(err, ZOL_MALFORMED, 0, "%s:%u: %s", r->file, r->line, what);
}

static int version_directive(struct reader *r, struct zol_span arg, bool since, struct zol_err *err)
{
	uint32_t v;
	unsigned parts;

	if (!zol_kversion_parse(arg, &v, &parts))
		return bad(r, err, "a version is expected, as in 6.1");
	if (!r->target || !r->target->version)
		return 0;
	static const uint32_t rest[] = { 0, ZOL_KVERSION(0, VERSION_MAX, VERSION_MAX), VERSION_MAX, 0 };
	bool wrong = since ? r->target->version<v : r->target->version>(v | rest[parts]);

	r->block.wrong_version |= wrong;
	return 0;
}

static int arch_directive(struct reader *r, struct zol_span arg, struct zol_err *err)
{
	struct zol_span word;
	bool any = false, match = false;

	while (zol_span_field(&arg, " \t,", &word)) {
		any = true;
		match |= !r->target || !r->target->arch || zol_span_eq(word, r->target->arch);
	}
	if (!any)
		return bad(r, err, "@arch names no ARCH");
	r->block.wrong_arch |= !match;
	return 0;
}

static int directive(struct reader *r, struct zol_span text, struct zol_err *err)
{
	struct zol_span word, arg = text;

	if (!zol_span_field(&arg, " \t", &word))
		return bad(r, err, "an empty directive");
	arg = zol_span_trim(arg);
	r->block.any = true;
	if (zol_span_eq(word, "why")) {
		r->block.why = keep(r->f, arg);
		return r->block.why ? 0 : zol_err_oom(err);
	}
	if (zol_span_eq(word, "since") || zol_span_eq(word, "until"))
		return version_directive(r, arg, zol_span_eq(word, "since"), err);
	if (zol_span_eq(word, "arch"))
		return arch_directive(r, arg, err);
	return bad(r, err, "a directive that is not known (why, since, until, arch)");
}

static void end_block(struct reader *r)
{
	if (!r->block.any && !r->block.settings)
		return;
	if (!r->head_done && !r->block.settings) {
		r->head = r->block;
		r->f->why = r->block.why;
	}
	r->head_done = true;
	r->block = (struct block){ 0 };
}

static int fragment_line(struct reader *r, struct zol_span line, struct zol_err *err)
{
	struct zol_span name, value;

	if (!line.len) {
		end_block(r);
		return 0;
	}
	if (parse_setting(line, &name, &value)) {
		r->block.settings = true;
		if (!value.len)
			return bad(r, err, "no value behind the equals sign");
		if (r->block.wrong_version || r->block.wrong_arch || r->head.wrong_version || r->head.wrong_arch) {
			r->f->skipped++;
			return 0;
		}
		struct zol_kset set = { .why = r->block.why ? r->block.why : r->head.why,
					.file = r->index,
					.line = r->line };

		return push(r->f, name, value, set, err);
	}
	if (line.ptr[0] != '#')
		return bad(r, err, "neither CONFIG_X=value nor \"# CONFIG_X is not set\" nor a comment");
	line = zol_span_trim(zol_span(line.ptr + 1, line.len - 1));
	if (line.len && line.ptr[0] == '@')
		return directive(r, zol_span(line.ptr + 1, line.len - 1), err);
	if (zol_span_starts(line, PREFIX) && zol_span_has(line, "is not set"))
		return bad(r, err, "looks like \"# CONFIG_X is not set\", but is not written so");
	return 0;
}

int zol_kfrags_add(struct zol_kfrags *f, const char *file, struct zol_span text, const struct zol_ktarget *target,
		   struct zol_err *err)
{
	struct reader r = { .f = f, .target = target, .file = file, .index = (uint32_t)f->files.len };
	struct zol_span line;

	f->why = NULL;
	zol_strv_add(&f->files, file);
	while (zol_span_line(&text, &line)) {
		r.line++;
		if (memchr(line.ptr, '\0', line.len))
			return bad(&r, err, "a NUL byte");
		int rc = fragment_line(&r, zol_span_trim(line), err);

		if (rc < 0)
			return rc;
	}
	end_block(&r);
	return zol_strv_check(&f->files, err);
}

int zol_kfrags_add_config(struct zol_kfrags *f, const char *file, struct zol_span text, struct zol_err *err)
{
	struct zol_kset set = { .file = (uint32_t)f->files.len };
	struct zol_span line, name, value;

	f->why = NULL;
	zol_strv_add(&f->files, file);
	while (zol_span_line(&text, &line)) {
		set.line++;
		if (line.len && line.ptr[line.len - 1] == '\r')
			line.len--;
		if (memchr(line.ptr, '\0', line.len) || !parse_setting(line, &name, &value))
			continue;
		int rc = push(f, name, value, set, err);

		if (rc < 0)
			return rc;
	}
	return zol_strv_check(&f->files, err);
}

int zol_kfrags_add_word(struct zol_kfrags *f, const char *file, const char *word, struct zol_err *err)
{
	struct zol_span text = zol_span_c(word);
	struct zol_kset set = { .file = (uint32_t)f->files.len, .line = 1 };

	if (zol_span_starts(text, PREFIX))
		text = zol_span(text.ptr + PREFIX_LEN, text.len - PREFIX_LEN);
	size_t n = name_len(text);
	struct zol_span name = zol_span(text.ptr, n), value = zol_span_c("y");

	if (n < text.len && text.ptr[n] == '=')
		value = zol_span(text.ptr + n + 1, text.len - n - 1);
	else if (n < text.len)
		n = 0;
	if (!n || !value.len || strchr(value.ptr, '\n'))
		return zol_err_set(err, ZOL_USAGE, 0, "'%s' is not a setting such as CONFIG_X=y", word);
	zol_strv_add(&f->files, file);
	return push(f, name, value, set, err);
}

const struct zol_kset *zol_kfrags_find(const struct zol_kfrags *f, const char *name)
{
	uint32_t i = zol_strmap_get(&f->last, zol_span_c(name));

	return i == ZOL_STRMAP_NONE ? NULL : &f->v[i];
}

bool zol_kfrags_is_last(const struct zol_kfrags *f, const struct zol_kset *s)
{
	return zol_kfrags_find(f, s->name) == s;
}

int zol_kfrags_rename(struct zol_kfrags *f, size_t index, const char *name, struct zol_err *err)
{
	const char *kept = keep(f, zol_span_c(name));
	uint32_t *slot = kept ? zol_strmap_slot(&f->last, zol_span_c(kept)) : NULL;

	if (!slot)
		return zol_err_oom(err);
	if (*slot == ZOL_STRMAP_NONE || *slot < index)
		*slot = (uint32_t)index;
	f->v[index].name = kept;
	return 0;
}

void zol_kfrags_text(const struct zol_kfrags *f, struct zol_str *out)
{
	for (size_t i = 0; i < f->len; i++) {
		const struct zol_kset *s = &f->v[i];

		if (!zol_kfrags_is_last(f, s))
			continue;
		if (strcmp(s->value, "n") == 0)
			zol_str_printf(out, "# CONFIG_%s is not set\n", s->name);
		else
			zol_str_printf(out, "CONFIG_%s=%s\n", s->name, s->value);
	}
}

static bool is_tristate(const char *v)
{
	return strchr("ymn", v[0]) && v[0] && !v[1];
}

enum zol_kverdict zol_kset_judge(const char *want, const char *got)
{
	if (!got)
		got = "n";
	if (strcmp(want, got) == 0)
		return ZOL_KMET;
	if (strcmp(want, "m") == 0 && strcmp(got, "y") == 0)
		return ZOL_KSTRONGER;
	if (is_tristate(want) || is_tristate(got))
		return ZOL_KUNMET;
	uint64_t a, b;

	/* Numbers may be written in several ways. */
	if (zol_span_u64(zol_span_c(want), &a) && zol_span_u64(zol_span_c(got), &b) && a == b)
		return ZOL_KMET;
	if (strncmp(want, "0x", 2) == 0 && zol_span_hex(zol_span_c(want), &a) && zol_span_hex(zol_span_c(got), &b) &&
	    a == b)
		return ZOL_KMET;
	return ZOL_KUNMET;
}
