/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>

#include "base/rows.h"
#include "cmd/test.h"
#include "core/console_find.h"
#include "sys/fence.h"

struct row {
	const char *log;
	uint64_t line, offset, times;
	const char *kind, *function, *module, *source, *inlined, *place, *title;
	uint64_t severity;
	bool stopped;
	const char *const *excerpt;
};

static const struct zol_col cols[] = {
	ZOL_COL("log", NULL, STR, struct row, log),           ZOL_COL("line", NULL, U64, struct row, line),
	ZOL_COL("offset", NULL, U64, struct row, offset),     ZOL_COL("kind", NULL, STR, struct row, kind),
	ZOL_COL("severity", NULL, U64, struct row, severity), ZOL_COL("stopped", NULL, BOOL, struct row, stopped),
	ZOL_COL("function", NULL, STR, struct row, function), ZOL_COL("module", NULL, STR, struct row, module),
	ZOL_COL("source", NULL, STR, struct row, source),     ZOL_COL("inlined", NULL, STR, struct row, inlined),
	ZOL_COL("place", NULL, STR, struct row, place),       ZOL_COL("times", NULL, U64, struct row, times),
	ZOL_COL("title", NULL, STR, struct row, title),       ZOL_COL("excerpt", NULL, LIST, struct row, excerpt),
};

#define CHUNK ((size_t)256 << 10)

static int read_log(const char *path, struct zol_console_find *f, uint64_t *ret_bytes, struct zol_err *err)
{
	bool in = strcmp(path, "-") == 0;
	ZOL_AUTO(fd) int own = in ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	ZOL_AUTO(free) char *buf = malloc(CHUNK);
	int fd = in ? STDIN_FILENO : own;

	if (!buf)
		return zol_err_oom(err);
	if (fd < 0)
		return zol_err_sys(err, "%s", path);
	for (;;) {
		ssize_t n = read(fd, buf, CHUNK);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return zol_err_sys(err, "%s", path);
		if (n == 0)
			break;
		*ret_bytes += (uint64_t)n;
		(void)zol_console_find_feed(f, buf, (size_t)n);
	}
	zol_console_find_end(f);
	return 0;
}

static int print_text(const struct zol_cli *cli, const char *path, const struct zol_finding *v, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str shown = ZOL_STR_INIT;

	zol_str_printf(&text, "%s:%llu: ", path, (unsigned long long)v->at);
	zol_finding_text(v, &text);
	zol_text_escape(&shown, zol_str_c(&text));
	zol_str_putc(&shown, '\n');
	for (size_t i = 0; cli->out.verbosity > 0 && i < v->excerpt.len; i++) {
		zol_str_puts(&shown, "    ");
		zol_text_escape(&shown, v->excerpt.v[i]);
		zol_str_putc(&shown, '\n');
	}
	if (zol_str_check(&shown, err) < 0)
		return -(int)err->code;
	(void)fputs(zol_str_c(&shown), cli->out.out);
	return 0;
}

static int add_row(struct zol_rows *rows, const char *path, const struct zol_finding *v, struct zol_err *err)
{
	ZOL_AUTO(free) char *source = v->file ? zol_asprintf("%s:%u", v->file, v->line) : NULL;
	const struct row row = {
		.log = path,
		.line = v->at,
		.offset = v->offset,
		.times = v->times,
		.kind = zol_finding_kind_name(v->kind),
		.function = v->function,
		.module = v->module,
		.source = source,
		.inlined = v->inlined,
		.place = v->place,
		.title = v->title,
		.severity = zol_finding_severity(v->kind),
		.stopped = v->stopped,
		.excerpt = zol_strv_list(&v->excerpt),
	};

	if (v->file && !source)
		return zol_err_oom(err);
	zol_rows_add(rows, &row);
	return 0;
}

/* One log; 1 when it has findings. */
static int classify(const struct zol_cli *cli, const struct zol_test_classify_args *a, const char *path,
		    struct zol_rows *rows, struct zol_err *err)
{
	const struct zol_test_symbols symbols = {
		.guest = cli->globals.guest, .vmlinux = a->vmlinux, .root = a->root, .trees = zol_strv_list(&a->trees)
	};
	bool resolve = a->vmlinux || a->root || a->trees.len > 0 || cli->globals.guest;
	ZOL_AUTO(console_find) struct zol_console_find *f = NULL;
	ZOL_AUTO(err) struct zol_err why = ZOL_ERR_INIT;
	uint64_t bytes = 0;

	if (zol_console_find_new(&f, err) < 0 || read_log(path, f, &bytes, err) < 0)
		return -(int)err->code;
	if (bytes == 0)
		return zol_err_set(err, ZOL_MALFORMED, 0, "%s: an empty log says nothing", path);
	if (resolve && zol_test_locate(cli, &symbols, f, &why) < 0)
		zol_out_warn(&cli->out, "%s", zol_err_text(&why)); /* the verdicts hold without */
	for (size_t i = 0; i < zol_console_find_count(f); i++) {
		const struct zol_finding *v = zol_console_find_get(f, i);

		if ((cli->out.json ? add_row(rows, path, v, err) : print_text(cli, path, v, err)) < 0)
			return -(int)err->code;
	}
	if (zol_console_find_dropped(f) > 0)
		zol_out_warn(&cli->out, "%s: %llu more findings are not shown", path,
			     (unsigned long long)zol_console_find_dropped(f));
	return zol_console_find_count(f) > 0;
}

int zol_cmd_test_classify(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_test_classify_args *a = args;
	ZOL_AUTO(rows) struct zol_rows rows = { 0 };
	int found = 0;

	if (a->vmlinux && access(a->vmlinux, R_OK) < 0)
		return zol_err_sys(err, "%s", a->vmlinux);
	if (zol_fence_reader_raise(&(struct zol_fence_reader){ .output = NULL }, err) < 0)
		return -(int)err->code;
	zol_rows_begin(&rows, &cli->out, cols, ZOL_COUNT(cols));
	for (size_t i = 0; i < a->files.len; i++) {
		int r = classify(cli, a, a->files.v[i], &rows, err);

		if (r < 0)
			return r;
		found |= r;
	}
	if (cli->out.json && zol_rows_end(&rows, err) < 0)
		return -(int)err->code;
	return found;
}
