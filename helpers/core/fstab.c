/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "core/fstab.h"

bool zol_fstab_parse(struct zol_span line, struct zol_fstab_entry *ret)
{
	struct zol_span rest = zol_span_trim(line);

	*ret = (struct zol_fstab_entry){ .opts = zol_span("", 0) };
	if (rest.len == 0 || rest.ptr[0] == '#')
		return false;
	if (!zol_span_field(&rest, " \t", &ret->spec) || !zol_span_field(&rest, " \t", &ret->file) ||
	    !zol_span_field(&rest, " \t", &ret->type))
		return false;
	(void)zol_span_field(&rest, " \t", &ret->opts);
	return true;
}

static bool is_octal(const char *p)
{
	return p[0] >= '0' && p[0] <= '3' && p[1] >= '0' && p[1] <= '7' && p[2] >= '0' && p[2] <= '7';
}

/* Compares a field with a path: escapes undone, doubled and trailing slashes ignored. */
static bool field_is(struct zol_span field, const char *path)
{
	size_t n = strlen(path), at = 0;
	char last = '\0';

	for (size_t i = 0; i < field.len; i++) {
		char c = field.ptr[i];

		if (c == '\\' && i + 3 < field.len && is_octal(field.ptr + i + 1)) {
			c = (char)((field.ptr[i + 1] - '0') << 6 | (field.ptr[i + 2] - '0') << 3 |
				   (field.ptr[i + 3] - '0'));
			i += 3;
		}
		if (c == '/' && last == '/')
			continue;
		last = c;
		if (at < n && path[at] == c)
			at++;
		else if (!(at == n && c == '/'))
			return false;
	}
	return at == n;
}

static bool has_opt(struct zol_span opts, const char *name)
{
	struct zol_span opt;

	while (zol_span_field(&opts, ",", &opt))
		if (zol_span_eq(opt, name))
			return true;
	return false;
}

static bool spec_is_disk(struct zol_span spec)
{
	static const char *const prefixes[] = { "LABEL=", "UUID=", "PARTLABEL=", "PARTUUID=", "ID=", "/dev/" };

	for (size_t i = 0; i < ZOL_COUNT(prefixes); i++)
		if (zol_span_starts(spec, prefixes[i]))
			return true;
	return false;
}

bool zol_fstab_wants_disk(const struct zol_fstab_entry *e)
{
	static const char *const system[] = { "/", "/boot", "/efi", "/boot/efi" };

	if (has_opt(e->opts, ZOL_FSTAB_KEEP) || has_opt(e->opts, "bind") || has_opt(e->opts, "rbind"))
		return false;
	if (zol_span_eq(e->type, "9p") || zol_span_eq(e->type, "virtiofs") || zol_span_eq(e->type, "tmpfs"))
		return false;
	if (zol_span_eq(e->type, "swap") || spec_is_disk(e->spec))
		return true;
	for (size_t i = 0; i < ZOL_COUNT(system); i++)
		if (field_is(e->file, system[i]))
			return true;
	return false;
}

int zol_fstab_disable(struct zol_str *text, unsigned *ret_n, struct zol_str *note, struct zol_err *err)
{
	struct zol_fstab_entry e;
	struct zol_line line;
	size_t pos = 0;
	unsigned n = 0;
	int r;

	while (zol_lineedit_line(zol_span_str(text), &pos, &line)) {
		if (!zol_fstab_parse(line.text, &e) || !zol_fstab_wants_disk(&e))
			continue;
		zol_str_puts(note, n++ ? ", " : "");
		zol_str_add(note, e.file.ptr, e.file.len);
		r = zol_lineedit_off(text, &line, err);
		if (r < 0)
			return r;
		pos += strlen(ZOL_LINE_WAS);
	}
	*ret_n = n;
	return 0;
}

static bool below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return strncmp(path, dir, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

bool zol_tmpfs_path_ok(const char *path)
{
	/* A tmpfs over these, or anywhere in those, leaves no system. */
	static const char *const exact[] = { "/var",  "/var/lib", "/var/cache", "/var/db",
					     "/root", "/home",    "/mnt",       "/opt" };
	static const char *const tree[] = {
		"/etc",    "/usr",  "/bin", "/sbin", "/lib", "/lib32",           "/lib64",
		"/libx32", "/boot", "/dev", "/proc", "/sys", "/var/lib/portage", "/var/db/pkg"
	};

	if (path[0] != '/' || path[1] == '\0' || strlen(path) > 255)
		return false;
	for (const char *p = path; *p; p++) {
		if ((unsigned char)*p <= ' ' || *p == 0x7f || *p == '\\' || *p == '#')
			return false;
		if (*p == '/' &&
		    (p[1] == '/' || p[1] == '\0' || (p[1] == '.' && (p[2] == '/' || p[2] == '\0' || p[2] == '.'))))
			return false;
	}
	for (size_t i = 0; i < ZOL_COUNT(exact); i++)
		if (strcmp(path, exact[i]) == 0)
			return false;
	for (size_t i = 0; i < ZOL_COUNT(tree); i++)
		if (below(path, tree[i]))
			return false;
	return true;
}

static void add_size(struct zol_str *s, uint64_t bytes)
{
	static const char units[] = "GMK";

	for (unsigned i = 0, shift = 30; i < 3; i++, shift -= 10)
		if (bytes % (UINT64_C(1) << shift) == 0) {
			zol_str_printf(s, ",size=%" PRIu64 "%c", bytes >> shift, units[i]);
			return;
		}
	zol_str_printf(s, ",size=%" PRIu64, bytes);
}

static void tmpfs_line(struct zol_str *s, const struct zol_tmpfs *want)
{
	if (want->reason && *want->reason) {
		zol_str_puts(s, "# ");
		for (const char *p = want->reason; *p; p++)
			zol_str_putc(s, (unsigned char)*p < ' ' || *p == 0x7f ? ' ' : *p);
		zol_str_putc(s, '\n');
	}
	zol_str_printf(s, "tmpfs\t%s\ttmpfs\tnosuid,mode=%04o", want->path, want->mode);
	if (want->uid > 0)
		zol_str_printf(s, ",uid=%" PRId64, want->uid);
	if (want->gid > 0)
		zol_str_printf(s, ",gid=%" PRId64, want->gid);
	if (want->size)
		add_size(s, want->size);
	zol_str_puts(s, "\t0 0\n");
}

/* The user's own line for a place. */
static bool user_has(struct zol_span text, const char *path)
{
	struct zol_fstab_entry e;
	struct zol_line line;
	size_t pos = 0;

	while (zol_lineedit_line(text, &pos, &line))
		if (zol_fstab_parse(line.text, &e) && field_is(e.file, path))
			return true;
	return false;
}

static void block_name(struct zol_str *s, const char *path, bool probe)
{
	zol_str_printf(s, "%s %s", probe ? "tmpfs-probe" : "tmpfs", path);
}

/* Whether the place has a line of ours already, for the other reason. */
static int have_other(struct zol_span text, const struct zol_tmpfs *want, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str other = ZOL_STR_INIT;
	struct zol_block b;
	int r;

	block_name(&other, want->path, !want->probe);
	r = zol_str_check(&other, err);
	return r < 0 ? r : zol_lineedit_find(text, zol_str_c(&other), &b);
}

int zol_fstab_tmpfs(struct zol_str *text, const struct zol_tmpfs *want, enum zol_edit *ret, struct zol_str *note,
		    struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str name = ZOL_STR_INIT, line = ZOL_STR_INIT;
	struct zol_block b;
	int r;

	*ret = ZOL_EDIT_SAME;
	block_name(&name, want->path, want->probe);
	tmpfs_line(&line, want);
	r = zol_str_check(&line, err);
	if (r == 0)
		r = zol_str_check(&name, err);
	if (r == 0)
		r = have_other(zol_span_str(text), want, err);
	if (r != 0)
		return r < 0 ? r : 0;
	if (!zol_lineedit_find(zol_span_str(text), zol_str_c(&name), &b) && user_has(zol_span_str(text), want->path)) {
		zol_str_printf(note, "%s has a line of its own", want->path);
		return 0;
	}
	zol_str_printf(note, "tmpfs on %s", want->path);
	return zol_lineedit_put(text, zol_str_c(&name), zol_span_str(&line), NULL, ret, err);
}

static bool listed(struct zol_span path, const char *const *paths, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (zol_span_eq(path, paths[i]))
			return true;
	return false;
}

int zol_fstab_probe_gone(struct zol_str *text, const char *const *paths, size_t n, unsigned *ret_n, struct zol_err *err)
{
	static const char prefix[] = "tmpfs-probe ";
	struct zol_block b;
	size_t pos = 0;

	*ret_n = 0;
	while (zol_lineedit_block(zol_span_str(text), &pos, &b)) {
		ZOL_AUTO(free) char *name = NULL;
		unsigned kept;
		int r;

		if (!zol_span_starts(b.name, prefix) || b.changed ||
		    listed(zol_span(b.name.ptr + sizeof(prefix) - 1, b.name.len - (sizeof(prefix) - 1)), paths, n))
			continue;
		name = zol_span_dup(b.name);
		if (!name)
			return zol_err_oom(err);
		r = zol_lineedit_drop(text, name, &kept, err);
		if (r < 0)
			return r;
		(*ret_n)++;
		pos = 0;
	}
	return 0;
}

bool zol_probe_plan_next(struct zol_span *rest, struct zol_span *ret_path, struct zol_span *ret_reason)
{
	struct zol_span line, word;

	while (zol_span_line(rest, &line)) {
		line = zol_span_trim(line);
		if (!zol_span_field(&line, "\t", &word) || !zol_span_eq(word, "tmpfs"))
			continue;
		if (!zol_span_field(&line, "\t", ret_path))
			continue;
		*ret_reason = zol_span_trim(line);
		return true;
	}
	return false;
}
