/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/config.h"

#include "base/rows.h"
#include "cmd/app.h"

struct entry {
	const char *key, *value, *origin;
};

static const struct zol_col entry_cols[] = {
	ZOL_COL("key", "KEY", STR, struct entry, key),
	ZOL_COL("value", "VALUE", STR, struct entry, value),
	ZOL_COL("origin", "ORIGIN", STR, struct entry, origin),
};

static int check_sections(const struct zol_strv *sections, struct zol_err *err)
{
	size_t n;
	const struct zol_set_row *rows = zol_settings_rows(&n);

	for (size_t i = 0; i < sections->len; i++) {
		bool known = false;

		for (size_t k = 0; k < n; k++)
			known = known || strcmp(rows[k].section, sections->v[i]) == 0;
		if (!known)
			return zol_settings_unknown(sections->v[i], "", err);
	}
	return 0;
}

static const char *origin_of(const struct zol_conf *conf, size_t i)
{
	return conf->origins[i] ? conf->origins[i] : "default";
}

static int show(struct zol_cli *cli, const void *args_, struct zol_err *err)
{
	const struct zol_config_show_args *args = args_;
	ZOL_AUTO(conf) struct zol_conf conf = { .files = ZOL_STRV_INIT };
	ZOL_AUTO(rows) struct zol_rows table = { .nrows = 0 };
	size_t n;
	const struct zol_set_row *rows = zol_settings_rows(&n);
	int r = check_sections(&args->sections, err);

	if (r == 0)
		r = zol_app_conf_load(cli, &conf, err);
	if (r < 0)
		return r;
	zol_rows_begin(&table, &cli->out, entry_cols, ZOL_COUNT(entry_cols));
	for (size_t i = 0; i < n; i++) {
		ZOL_AUTO(str) struct zol_str key = ZOL_STR_INIT;
		ZOL_AUTO(str) struct zol_str value = ZOL_STR_INIT;
		struct entry e = { .origin = origin_of(&conf, i) };

		if ((args->sections.len && !zol_strv_has(&args->sections, rows[i].section)) ||
		    (args->changed && !conf.origins[i]))
			continue;
		zol_str_printf(&key, "%s.%s", rows[i].section, rows[i].key);
		zol_settings_text(&conf.settings, &rows[i], &value);
		e.key = zol_str_c(&key);
		e.value = zol_str_c(&value);
		zol_rows_add(&table, &e);
	}
	return zol_rows_end(&table, err);
}

static const struct zol_set_row *find_row(const char *name, struct zol_err *err)
{
	const char *dot = strchr(name, '.');
	ZOL_AUTO(free) char *section = NULL;
	const struct zol_set_row *row;

	if (!dot) {
		zol_err_set(err, ZOL_USAGE, 0, "a key is named SECTION.KEY");
		(void)zol_err_hint(err, "list them: zolkit config show");
		return NULL;
	}
	section = zol_span_dup(zol_span(name, (size_t)(dot - name)));
	if (!section) {
		zol_err_oom(err);
		return NULL;
	}
	row = zol_settings_find(section, dot + 1);
	if (!row)
		zol_settings_unknown(section, dot + 1, err);
	return row;
}

static int get(struct zol_cli *cli, const void *args_, struct zol_err *err)
{
	const struct zol_config_get_args *args = args_;
	const char *name = args->key.v[0];
	const struct zol_set_row *row = find_row(name, err);
	ZOL_AUTO(conf) struct zol_conf conf = { .files = ZOL_STRV_INIT };
	ZOL_AUTO(str) struct zol_str value = ZOL_STR_INIT;
	int r;

	if (!row)
		return -(int)err->code;
	r = zol_app_conf_load(cli, &conf, err);
	if (r < 0)
		return r;
	zol_settings_text(&conf.settings, row, &value);
	r = zol_str_check(&value, err);
	if (r < 0)
		return r;
	if (cli->out.json) {
		const struct entry e = { .key = name,
					 .value = zol_str_c(&value),
					 .origin = origin_of(&conf, zol_settings_index(row)) };

		return zol_record_print(&cli->out, entry_cols, ZOL_COUNT(entry_cols), &e, err);
	}
	for (char *c = value.ptr; row->kind == ZOL_SET_LIST && c && *c; c++)
		if (*c == ' ')
			*c = '\n';
	if (value.len || row->kind != ZOL_SET_LIST)
		fprintf(cli->out.out, "%s\n", zol_str_c(&value));
	return 0;
}

struct verdict {
	const char *file;
	bool ok;
	const char *problem, *hint;
};

static const struct zol_col verdict_cols[] = {
	ZOL_COL("file", "FILE", STR, struct verdict, file),
	ZOL_COL("ok", "OK", BOOL, struct verdict, ok),
	ZOL_COL("problem", "PROBLEM", STR, struct verdict, problem),
	ZOL_COL("hint", "HINT", STR, struct verdict, hint),
};

/* One file's verdict: text as compilers write it, so that editors find the line. */
static void report(const struct zol_cli *cli, struct zol_rows *table, const char *file, const struct zol_err *problem)
{
	bool ok = problem->code == ZOL_OK;
	const struct verdict v = {
		.file = file, .ok = ok, .problem = ok ? NULL : zol_err_text(problem), .hint = problem->hint
	};

	if (cli->out.json)
		zol_rows_add(table, &v);
	else if (ok)
		zol_out_info(&cli->out, "%s is right", file);
	else
		fprintf(cli->out.out, "%s%s%s%s\n", v.problem, v.hint ? " (" : "", v.hint ? v.hint : "",
			v.hint ? ")" : "");
}

/* 0 right, 1 wrong; a file that cannot be read is a failure. */
static int check_one(const struct zol_cli *cli, struct zol_rows *table, const char *file, struct zol_err *err)
{
	ZOL_AUTO(conf) struct zol_conf conf = { .files = ZOL_STRV_INIT };
	ZOL_AUTO(err) struct zol_err problem = ZOL_ERR_INIT;
	struct zol_cli one = *cli;
	int r;

	if (file)
		one.globals.config = file;
	r = zol_app_conf_load(&one, &conf, &problem);
	if (r < 0 && problem.code != ZOL_USAGE) {
		zol_err_move(err, &problem);
		return r;
	}
	if (r < 0 || file)
		report(cli, table, file, &problem);
	for (size_t i = 0; r == 0 && !file && i < conf.files.len; i++)
		report(cli, table, conf.files.v[i], &problem);
	return r < 0 ? 1 : 0;
}

static int check(struct zol_cli *cli, const void *args_, struct zol_err *err)
{
	const struct zol_config_check_args *args = args_;
	ZOL_AUTO(rows) struct zol_rows table = { .nrows = 0 };
	size_t n = args->files.len ? args->files.len : 1;
	bool wrong = false;

	zol_rows_begin(&table, &cli->out, verdict_cols, ZOL_COUNT(verdict_cols));
	for (size_t i = 0; i < n; i++) {
		int r = check_one(cli, &table, args->files.len ? args->files.v[i] : NULL, err);

		if (r < 0)
			return r;
		wrong = wrong || r > 0;
	}
	if (cli->out.json) {
		int r = zol_rows_end(&table, err);

		if (r < 0)
			return r;
	}
	return wrong ? 1 : 0;
}

const struct zol_bind zol_binds_config[] = {
	{ "config", "show", show },
	{ "config", "get", get },
	{ "config", "check", check },
};
const size_t zol_nbinds_config = ZOL_COUNT(zol_binds_config);
