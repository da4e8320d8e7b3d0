/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wrap/conf.h"

#include <ctype.h>
#include <errno.h>
#include <sys/stat.h>

#include <ini.h>

#include "base/path.h"
#include "base/room.h"

enum { FILE_MAX = 1 << 20 };

/* One value of a file that was read but is not applied yet. */
struct assignment {
	const struct zol_set_row *row;
	char *value;
	unsigned line;
};

struct reading {
	const char *file;
	const char *home;
	struct zol_span left;               /* lines not read yet */
	unsigned line;                      /* number of the line that inih has */
	unsigned wrong;                     /* the one with a mistake, when err is set */
	bool indented;                      /* it begins with a blank */
	const struct zol_set_row *previous; /* row of the key above, while in its section */
	struct assignment *v;
	size_t len, cap;
	struct zol_err *err;
};

static void reading_free(struct reading *r)
{
	for (size_t i = 0; i < r->len; i++)
		free(r->v[i].value);
	free(r->v);
}
ZOL_CLEANUP_STRUCT(reading, struct reading, reading_free);

static void at_line(struct reading *r)
{
	r->wrong = r->line;
	zol_err_wrap(r->err, "%s:%u", r->file, r->line);
}

/* A header begins in the first column. inih says nothing about a section that has no key. */
static int check_section(struct reading *r, struct zol_span line)
{
	const char *end = memchr(line.ptr, ']', line.len);
	ZOL_AUTO(free) char *name = NULL;
	size_t n;
	const struct zol_set_row *rows = zol_settings_rows(&n);

	r->previous = NULL;
	if (!end)
		return 0; /* inih's to refuse */
	name = zol_span_dup(zol_span(line.ptr + 1, (size_t)(end - line.ptr) - 1));
	if (!name)
		return zol_err_oom(r->err);
	for (size_t i = 0; i < n; i++)
		if (strcmp(rows[i].section, name) == 0)
			return 0;
	return zol_settings_unknown(name, "", r->err);
}

/* fgets(3) for inih, that refuses what fgets would cut. */
static char *read_line(char *buf, int size, void *stream)
{
	struct reading *r = stream;
	struct zol_span line;

	if (r->err->code != ZOL_OK || !zol_span_line(&r->left, &line))
		return NULL;
	r->line++;
	if (line.len + 2 > (size_t)size) {
		zol_err_set(r->err, ZOL_USAGE, 0, "line is longer than %d bytes", size - 2);
		zol_err_hint(r->err, "go on in an indented line below, or repeat the key");
		at_line(r);
		return NULL;
	}
	if (line.len && memchr(line.ptr, '\0', line.len)) {
		zol_err_set(r->err, ZOL_USAGE, 0, "NUL byte");
		at_line(r);
		return NULL;
	}
	memcpy(buf, line.ptr, line.len);
	buf[line.len] = '\n';
	buf[line.len + 1] = '\0';
	r->indented = line.len && isspace((unsigned char)line.ptr[0]);
	if (line.len && line.ptr[0] == '[' && check_section(r, line) < 0) {
		at_line(r);
		return NULL;
	}
	return buf;
}

/* An indented line is a continuation for inih, whatever the author meant. */
static int check_continued(const struct reading *r, const struct zol_set_row *row, const char *value)
{
	size_t len = strcspn(value, " \t=:");
	const char *after = value + len + strspn(value + len, " \t");
	ZOL_AUTO(free) char *word = zol_span_dup(zol_span(value, len));

	if (word && (*after == '=' || *after == ':') && zol_settings_find(row->section, word)) {
		zol_err_set(r->err, ZOL_USAGE, 0, "an indented line continues the one above");
		return zol_err_hint(r->err, "begin '%s' in the first column", word);
	}
	if (row->kind == ZOL_SET_LIST)
		return 0;
	zol_err_set(r->err, ZOL_USAGE, 0, "%s is no list: it cannot be continued", row->key);
	return zol_err_hint(r->err, "an indented line continues the one above");
}

static int keep(struct reading *r, const struct zol_set_row *row, const char *value)
{
	struct assignment *a;

	a = zol_room(r->v, &r->cap, r->len + 1, sizeof(*a));
	if (!a)
		return zol_err_oom(r->err);
	r->v = a;
	a = &r->v[r->len];
	*a = (struct assignment){ .row = row, .value = strdup(value), .line = r->line };
	if (!a->value)
		return zol_err_oom(r->err);
	r->len++;
	return 0;
}

/* inih's handler: 1 is success. It goes on after a failure; the first one counts. */
static int on_value(void *user, const char *section, const char *name, const char *value)
{
	struct reading *r = user;
	const struct zol_set_row *row;
	int rc;

	if (r->err->code != ZOL_OK)
		return 0;
	row = zol_settings_find(section, name);
	if (!row)
		rc = zol_settings_unknown(section, name, r->err);
	else if (r->indented && row == r->previous)
		rc = check_continued(r, row, value);
	else
		rc = 0;
	if (rc == 0)
		rc = keep(r, row, value);
	if (rc < 0)
		at_line(r);
	r->previous = row;
	return rc == 0;
}

/* ~/ at the start of a path or of a word of a list. */
static int expand_home(const struct zol_set_row *row, const char *value, const char *home, struct zol_str *out,
		       struct zol_err *err)
{
	bool start = true;

	if (row->kind != ZOL_SET_PATH && row->kind != ZOL_SET_LIST) {
		zol_str_puts(out, value);
		return zol_str_check(out, err);
	}
	for (const char *c = value; *c; c++) {
		if (start && c[0] == '~' && c[1] == '/') {
			if (!home)
				return zol_err_set(err, ZOL_USAGE, 0, "~/ cannot be used: no home directory is known");
			zol_str_puts(out, home);
		} else {
			zol_str_putc(out, *c);
		}
		start = row->kind == ZOL_SET_LIST && (*c == ' ' || *c == '\t');
	}
	return zol_str_check(out, err);
}

/* Sets a value; the first one of a list replaces its default. */
static int apply(struct zol_conf *c, const struct zol_set_row *row, const char *value, const char *home, char *origin,
		 struct zol_err *err)
{
	ZOL_AUTO(free) char *owned = origin;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	char **slot = &c->origins[zol_settings_index(row)];
	int r;

	if (!owned)
		return zol_err_oom(err);
	r = expand_home(row, value, home, &text, err);
	if (r == 0 && row->kind == ZOL_SET_LIST && !*slot)
		r = zol_settings_set(&c->settings, row, "", err);
	if (r == 0)
		r = zol_settings_set(&c->settings, row, zol_str_c(&text), err);
	if (r < 0)
		return zol_err_wrap(err, "%s", row->key);
	free(*slot);
	*slot = zol_take_ptr(owned);
	return 0;
}

static int apply_all(struct zol_conf *c, const struct reading *r, struct zol_err *err)
{
	for (size_t i = 0; i < r->len; i++) {
		const struct assignment *a = &r->v[i];
		int rc = apply(c, a->row, a->value, r->home, zol_asprintf("%s:%u", r->file, a->line), err);

		if (rc < 0)
			return zol_err_wrap(err, "%s:%u", r->file, a->line);
	}
	zol_strv_add(&c->files, r->file);
	return zol_strv_check(&c->files, err);
}

/* Copies by text: what zol_settings_text() gives reads back as the same value. */
static int copy(const struct zol_conf *from, struct zol_conf *to, struct zol_err *err)
{
	size_t n;
	const struct zol_set_row *rows = zol_settings_rows(&n);
	int r = zol_conf_init(to, err);

	for (size_t i = 0; r == 0 && i < n; i++) {
		ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

		zol_settings_text(&from->settings, &rows[i], &text);
		r = zol_str_check(&text, err);
		if (r == 0 && rows[i].kind == ZOL_SET_LIST)
			r = zol_settings_set(&to->settings, &rows[i], "", err);
		if (r == 0 && (rows[i].kind != ZOL_SET_LIST || text.len))
			r = zol_settings_set(&to->settings, &rows[i], zol_str_c(&text), err);
		if (r == 0 && from->origins[i]) {
			to->origins[i] = strdup(from->origins[i]);
			if (!to->origins[i])
				r = zol_err_oom(err);
		}
	}
	if (r == 0) {
		zol_strv_extend(&to->files, zol_strv_list(&from->files));
		r = zol_strv_check(&to->files, err);
	}
	return r;
}

static int parse(struct reading *r)
{
	int line = ini_parse_stream(read_line, r, on_value, r);

	/* What inih itself objects to does not stop it: the first mistake is the one to tell. */
	if (line > 0 && (r->err->code == ZOL_OK || (unsigned)line < r->wrong)) {
		zol_err_clear(r->err);
		return zol_err_set(r->err, ZOL_USAGE, 0, "%s:%d: neither a [section] nor a key = value", r->file, line);
	}
	if (r->err->code != ZOL_OK)
		return -(int)r->err->code;
	return line < 0 ? zol_err_oom(r->err) : 0;
}

static int read_into(struct zol_conf *c, const char *file, const char *home, struct zol_str *text, struct zol_err *err)
{
	ZOL_AUTO(reading) struct reading r = { .file = file, .home = home, .left = zol_span_str(text), .err = err };
	int rc = parse(&r);

	return rc < 0 ? rc : apply_all(c, &r, err);
}

int zol_conf_init(struct zol_conf *c, struct zol_err *err)
{
	memset(c, 0, sizeof(*c));
	return zol_settings_init(&c->settings, err);
}

void zol_conf_free(struct zol_conf *c)
{
	zol_settings_free(&c->settings);
	for (size_t i = 0; i < ZOL_SETTINGS_MAX; i++)
		free(c->origins[i]);
	zol_strv_free(&c->files);
	memset(c, 0, sizeof(*c));
}

int zol_conf_read(struct zol_conf *c, const char *file, const char *home, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(conf) struct zol_conf next = { .files = ZOL_STRV_INIT };
	struct zol_conf old = *c;
	int r = zol_read_file(file, FILE_MAX, &text, err);

	if (r == 0)
		r = copy(c, &next, err);
	if (r == 0)
		r = read_into(&next, file, home, &text, err);
	if (r < 0)
		return r;
	*c = next;
	next = old;
	return 0;
}

/* A file that may be absent: 1 when it is there. */
static int present(const char *file, struct zol_err *err)
{
	struct stat st;

	if (stat(file, &st) == 0)
		return 1;
	if (errno == ENOENT || errno == ENOTDIR)
		return 0;
	return zol_err_sys(err, "%s", file);
}

static int read_if_present(struct zol_conf *c, const char *file, const struct zol_conf_sources *from,
			   struct zol_err *err)
{
	int r = present(file, err);

	return r == 1 ? zol_conf_read(c, file, from->home, err) : r;
}

static int list_drop_ins(const char *path, struct zol_strv *names, struct zol_err *err)
{
	ZOL_AUTO(dir) DIR *dir = opendir(path);
	const struct dirent *e;

	if (!dir)
		return errno == ENOENT ? 0 : zol_err_sys(err, "%s", path);
	while ((errno = 0, e = readdir(dir)) != NULL)
		if (e->d_name[0] != '.' && zol_span_ends(zol_span_c(e->d_name), ".conf"))
			zol_strv_add(names, e->d_name);
	if (errno)
		return zol_err_sys(err, "%s", path);
	zol_strv_sort(names, 0);
	return zol_strv_check(names, err);
}

static int read_system(struct zol_conf *c, const struct zol_conf_sources *from, struct zol_err *err)
{
	ZOL_AUTO(free) char *file = zol_path_join(from->system_dir, "zolkit.conf");
	ZOL_AUTO(free) char *dir = zol_path_join(from->system_dir, "zolkit.conf.d");
	ZOL_AUTO(strv) struct zol_strv names = ZOL_STRV_INIT;
	int r;

	if (!file || !dir)
		return zol_err_oom(err);
	r = read_if_present(c, file, from, err);
	if (r == 0)
		r = list_drop_ins(dir, &names, err);
	for (size_t i = 0; r == 0 && i < names.len; i++) {
		ZOL_AUTO(free) char *one = zol_path_join(dir, names.v[i]);

		r = one ? zol_conf_read(c, one, from->home, err) : zol_err_oom(err);
	}
	return r;
}

/* Why the user's file must not be followed, or NULL: it can name programs that run as root. */
static const char *distrust(const struct stat *st, const struct zol_conf_sources *from)
{
	if (st->st_mode & S_IWOTH)
		return "everybody may write it";
	if (st->st_uid == 0)
		return NULL;
	for (size_t i = 0; i < from->nowners; i++)
		if (st->st_uid == from->owners[i])
			return NULL;
	return "it belongs to somebody else";
}

static int read_user(struct zol_conf *c, const struct zol_conf_sources *from, struct zol_err *err)
{
	struct stat st;
	const char *why;

	if (stat(from->user_file, &st) != 0)
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? 0 :
										zol_err_sys(err, "%s", from->user_file);
	why = distrust(&st, from);
	if (why) {
		zol_ev_note(from->ev, ZOL_LEVEL_WARN, "%s is ignored: %s", from->user_file, why);
		return 0;
	}
	return zol_conf_read(c, from->user_file, from->home, err);
}

/* A value that stands alone: a list is replaced by it. */
static int override(struct zol_conf *c, const struct zol_set_row *row, const char *value,
		    const struct zol_conf_sources *from, char *origin, struct zol_err *err)
{
	char **slot = &c->origins[zol_settings_index(row)];

	free(*slot);
	*slot = NULL;
	return apply(c, row, value, from->home, origin, err);
}

static int read_environment(struct zol_conf *c, const struct zol_conf_sources *from, struct zol_err *err)
{
	size_t n;
	const struct zol_set_row *rows = zol_settings_rows(&n);

	for (size_t i = 0; i < n; i++) {
		const char *value = rows[i].env ? getenv(rows[i].env) : NULL;
		int r;

		if (!value || !value[0])
			continue;
		r = override(c, &rows[i], value, from, zol_asprintf("environment %s", rows[i].env), err);
		if (r < 0)
			return zol_err_wrap(err, "environment %s", rows[i].env);
	}
	return 0;
}

static int load(const struct zol_conf_sources *from, struct zol_conf *c, struct zol_err *err)
{
	int r = zol_conf_init(c, err);

	if (r == 0 && from->data)
		r = zol_settings_set(&c->settings, zol_settings_find("paths", "conf"), from->data, err);
	if (r == 0 && from->config)
		r = zol_conf_read(c, from->config, from->home, err);
	if (r == 0 && !from->config && from->system_dir)
		r = read_system(c, from, err);
	if (r == 0 && !from->config && from->user_file)
		r = read_user(c, from, err);
	if (r == 0 && from->env)
		r = read_environment(c, from, err);
	if (r == 0 && from->guest)
		r = override(c, zol_settings_find("guest", "name"), from->guest, from, strdup("option --guest"), err);
	return r;
}

int zol_conf_load(const struct zol_conf_sources *from, struct zol_conf *ret, struct zol_err *err)
{
	ZOL_AUTO(conf) struct zol_conf next = { .files = ZOL_STRV_INIT };
	int r = load(from, &next, err);

	if (r < 0)
		return r;
	*ret = next;
	memset(&next, 0, sizeof(next));
	return 0;
}
