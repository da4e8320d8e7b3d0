/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/path.h"
#include "base/rows.h"
#include "cmd/kernel_common.h"
#include "sys/ktree.h"

/* One thing that is to be so. */
struct row {
	const char *symbol, *wanted, *got, *from;
	bool ok, warning;
};

static const struct zol_col cols[] = {
	ZOL_COL("symbol", "SYMBOL", STR, struct row, symbol), ZOL_COL("wanted", "WANTED", STR, struct row, wanted),
	ZOL_COL("got", "GOT", STR, struct row, got),          ZOL_COL("from", "FROM", STR, struct row, from),
	ZOL_COL("warning", NULL, BOOL, struct row, warning),
};

struct check {
	struct zol_kfrags config;
	struct zol_rows rows;
	size_t missing;
};

static void add(struct check *c, const struct row *r)
{
	if (r->ok)
		return;
	c->missing += !r->warning;
	zol_rows_add(&c->rows, r);
}

static const char *value_of(const struct check *c, const char *name)
{
	const struct zol_kset *s = zol_kfrags_find(&c->config, name);

	return s ? s->value : "n";
}

/*
 * linux-info.eclass: FOO is set (y or m), !FOO is not, ~ before either only warns, @FOO is a
 * module. Words may be prefixed with CONFIG_.
 */
static int check_word(struct check *c, struct zol_span word, struct zol_err *err)
{
	ZOL_AUTO(free) char *text = zol_span_dup(word);
	bool not = false, module = false, warning = false;
	const char *name = text;

	if (!text)
		return zol_err_oom(err);
	for (;; name++) {
		if (*name == '~')
			warning = true;
		else if (*name == '!')
			not = true;
		else if (*name == '@')
			module = true;
		else
			break;
	}
	if (strncmp(name, "CONFIG_", 7) == 0)
		name += 7;
	if (!*name || name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")])
		return zol_err_set(err, ZOL_USAGE, 0, "'%s' is no word of a CONFIG_CHECK string", text);
	const char *got = value_of(c, name);
	bool set = strcmp(got, "y") == 0 || strcmp(got, "m") == 0;
	bool ok = module ? strcmp(got, "m") == 0 : set != not;

	add(c, &(struct row){ name, not? "n" : module ? "m" : "y or m", got, "CONFIG_CHECK", ok, warning });
	return 0;
}

static int check_string(struct check *c, const char *text, struct zol_err *err)
{
	struct zol_span rest = zol_span_c(text), word;
	int rc = 0;

	while (rc == 0 && zol_span_field(&rest, " \t\n", &word))
		rc = check_word(c, word, err);
	return rc;
}

/* The release a .config is for, from its head; 0 when it does not say. */
static uint32_t config_version(const struct zol_str *text)
{
	struct zol_span rest = zol_span_str(text), line, word;
	uint32_t v = 0;

	for (unsigned n = 0; n < 5 && zol_span_line(&rest, &line); n++)
		if (zol_span_starts(line, "# Linux/"))
			while (zol_span_field(&line, " ", &word))
				if (zol_kversion_parse(word, &v, NULL))
					return v;
	return 0;
}

static int check_fragments(struct zol_cli *cli, struct check *c, const struct zol_strv *names, uint32_t version,
			   struct zol_err *err)
{
	ZOL_AUTO(kfrags) struct zol_kfrags f = { 0 };
	ZOL_AUTO(free) char *dir = zol_kernel_dir(cli);
	const struct zol_ktarget target = { version, zol_kernel_arch(cli, NULL) };
	int rc = dir ? zol_kmerge_fragments(dir, zol_strv_list(names), &target, &f, err) : zol_err_oom(err);

	for (size_t i = 0; rc == 0 && i < f.len; i++) {
		const struct zol_kset *s = &f.v[i];
		const struct zol_kset *got = zol_kfrags_find(&c->config, s->name);
		ZOL_AUTO(free) char *from = zol_asprintf("%s:%u", f.files.v[s->file], s->line);
		bool ok = zol_kset_judge(s->value, got ? got->value : NULL) != ZOL_KUNMET;

		if (zol_kfrags_is_last(&f, s))
			add(c, &(struct row){ s->name, s->value, got ? got->value : "n", from, ok, false });
	}
	return rc;
}

static void check_free(struct check *c)
{
	zol_kfrags_free(&c->config);
	zol_rows_free(&c->rows);
}
ZOL_CLEANUP_STRUCT(check, struct check, check_free);

int zol_cmd_kernel_check(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_kernel_check_args *a = args;
	ZOL_AUTO(check) struct check c = { 0 };
	ZOL_AUTO(str) struct zol_str path = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	int rc = zol_kmerge_base_path(a->config ? a->config : "host", "", &path, err);

	if (rc == 0)
		rc = zol_ktree_read_config(zol_str_c(&path), &text, err);
	if (rc == 0)
		rc = zol_kfrags_add_config(&c.config, zol_str_c(&path), zol_span_str(&text), err);
	if (rc == 0 && !a->check && !a->fragments.len)
		rc = zol_err_set(err, ZOL_USAGE, 0, "nothing to check: name fragments, or give --string");
	zol_rows_begin(&c.rows, &cli->out, cols, ZOL_COUNT(cols));
	if (rc == 0 && a->check)
		rc = check_string(&c, a->check, err);
	if (rc == 0 && a->fragments.len)
		rc = check_fragments(cli, &c, &a->fragments, config_version(&text), err);
	if (rc == 0)
		rc = zol_rows_end(&c.rows, err);
	return rc < 0 ? rc : c.missing > 0;
}
