/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sys/stat.h>
#include <time.h>

#include "base/path.h"
#include "base/progress.h"
#include "base/rows.h"
#include "cmd/app.h"
#include "cmd/flame.h"
#include "cmd/self.h"
#include "core/flamecheck.h"
#include "core/flamefold.h"
#include "core/settings.h"
#include "sys/fence.h"
#include "sys/flame_record.h"

#define FREQUENCY 997U /* not in step with the timers, which tick 100, 250 or 1000 times a second */

int zol_flame_target_of(struct zol_cli *cli, bool host, struct zol_strv *words, struct zol_flame_target *ret,
			struct zol_str *guest_root, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str program = ZOL_STR_INIT;
	const char *guest = cli->globals.guest ? cli->globals.guest : cli->settings->guest.name;

	if (host) {
		zol_str_putc(guest_root, '/');
		return zol_str_check(guest_root, err);
	}
	if (zol_app_program("zolkit", &program, err) < 0)
		return -(int)err->code;
	zol_strv_add(words, zol_str_c(&program));
	zol_self_globals(cli, words);
	zol_strv_add(words, "-q");
	zol_strv_add(words, "vm");
	zol_strv_add(words, "exec");
	zol_strv_add(words, "--");
	zol_str_printf(guest_root, "%s/%s", cli->settings->paths.guests, guest);
	if (zol_strv_check(words, err) < 0)
		return -(int)err->code;
	ret->prefix = zol_strv_list(words);
	return zol_str_check(guest_root, err);
}

/* A directory that is new, or empty of recordings: nothing is overwritten. */
static int make_dir(const char *wanted, struct zol_str *dir, bool *ret_made, struct zol_err *err)
{
	time_t now = time(NULL);
	struct tm tm;
	int there;

	if (wanted)
		zol_str_puts(dir, wanted);
	else if (localtime_r(&now, &tm))
		zol_str_printf(dir, "flame-%04d%02d%02d-%02d%02d%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
			       tm.tm_hour, tm.tm_min, tm.tm_sec);
	ZOL_AUTO(free) char *data = zol_path_join(zol_str_c(dir), "perf.data");

	if (!data || zol_str_check(dir, err) < 0)
		return data ? -(int)err->code : zol_err_oom(err);
	*ret_made = mkdir(zol_str_c(dir), 0777) == 0;
	if (!*ret_made && errno != EEXIST)
		return zol_err_sys(err, "cannot make %s", zol_str_c(dir));
	there = zol_exists(data, err);
	return there > 0 ? zol_err_set(err, ZOL_USAGE, 0, "%s holds a recording already", zol_str_c(dir)) : there;
}

/* The picture beside the recording. Nothing left after the cuts is 1. */
static int draw(struct zol_cli *cli, const struct zol_flame_record_args *a, const char *dir, const char *root,
		struct zol_err *err)
{
	ZOL_AUTO(free) char *data = zol_path_join(dir, "perf.data");
	ZOL_AUTO(free) char *svg = zol_path_join(dir, "flame.svg");
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	ZOL_AUTO(str) struct zol_str subtitle = ZOL_STR_INIT;
	struct zol_flame_in_args in = a->in;
	struct zol_flame_pic_args pic = { .title = a->title, .silent = true };
	struct zol_fold_stats st;
	struct stat tree;
	int r;

	if (!data || !svg)
		return zol_err_oom(err);
	/* Most programs have no frame pointers. */
	in.collapse = true;
	if (!in.root && stat(root, &tree) == 0 && S_ISDIR(tree.st_mode))
		in.root = root;
	r = zol_fence_reader_raise(&(struct zol_fence_reader){ .output = svg }, err);
	if (r >= 0)
		r = zol_flame_input(cli, &in, data, &s, &st, err);
	if (r != 0)
		return r;
	pic.output = svg;
	pic.unit = zol_flame_unit(&pic, &st);
	zol_flame_subtitle(&in, &st, &subtitle);
	pic.subtitle = zol_str_c(&subtitle);
	if (zol_flame_draw(cli, &pic, &s, "Flame graph", false, err) < 0)
		return -(int)err->code;
	(void)fprintf(cli->out.out, "%s\n", svg);
	return 0;
}

int zol_cmd_flame_record(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_flame_record_args *a = args;
	ZOL_AUTO(strv) struct zol_strv words = ZOL_STRV_INIT;
	ZOL_AUTO(str) struct zol_str root = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str dir = ZOL_STR_INIT;
	ZOL_AUTO(progress) struct zol_progress *p = NULL;
	struct zol_flame_recording r = { .event = a->in.event,
					 .frequency = a->frequency ? a->frequency : FREQUENCY,
					 .duration = a->duration,
					 .command = zol_strv_list(&a->command) };
	struct zol_events ev;
	int status = 0, result;
	bool made = false;

	if (zol_flame_target_of(cli, a->host, &words, &r.target, &root, err) < 0 ||
	    make_dir(a->output, &dir, &made, err) < 0)
		return -(int)err->code;
	r.dir = zol_str_c(&dir);
	/* What a command prints and a bar would mix. */
	p = a->command.len ? NULL : zol_progress_new(&cli->out, NULL, 0);
	ev = zol_progress_events(p, &cli->out);
	result = zol_flame_record(&r, &ev, &status, err);
	zol_progress_hide(p);
	if (result < 0) {
		if (made)
			(void)rmdir(r.dir);
		return -(int)err->code;
	}
	if (a->command.len && status)
		zol_out_warn(&cli->out, "the command ended with status %d", status);
	struct zol_flame_record_args cut = *a;

	cut.in.event = NULL; /* whatever was recorded */
	return draw(cli, &cut, r.dir, zol_str_c(&root), err);
}

struct check_row {
	const char *check, *state, *detail, *remedy;
};

static const struct zol_col check_cols[] = {
	ZOL_COL("check", "CHECK", STR, struct check_row, check),
	ZOL_COL("state", "STATE", STR, struct check_row, state),
	ZOL_COL("detail", "DETAIL", STR, struct check_row, detail),
	ZOL_COL("remedy", "REMEDY", STR, struct check_row, remedy),
};

/* What cannot be had stays empty: the check says what that means. */
static void ask(const struct zol_flame_target *t, const char *const *argv, struct zol_str *out)
{
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;

	if (zol_flame_target_get(t, argv, out, &ignored) < 0)
		zol_str_truncate(out, 0);
}

enum { PERF, PARANOID, RESTRICTED, KALLSYMS, MODULES, BUILD_IDS, WHO, FACTS };

static void check_programs(const struct zol_flame_target *t, const struct zol_strv *programs,
			   struct zol_flame_findings *f)
{
	static const char *const usual[] = { "/lib64/libc.so.6", "/lib/x86_64-linux-gnu/libc.so.6", NULL };

	for (size_t i = 0; programs->len ? i < programs->len : usual[i] != NULL; i++) {
		const char *path = programs->len ? programs->v[i] : usual[i];
		const char *const cat[] = { "cat", path, NULL };
		ZOL_AUTO(str) struct zol_str bytes = ZOL_STR_INIT;

		ask(t, cat, &bytes);
		if (bytes.len)
			zol_flame_check_program(zol_span_str(&bytes), path, f);
		else if (programs->len)
			zol_flame_findings_add(f, "user code", ZOL_FLAME_WARN, NULL, "%s cannot be read", path);
		if (bytes.len && !programs->len)
			return;
	}
}

static int print_findings(struct zol_cli *cli, const struct zol_flame_findings *f, struct zol_err *err)
{
	static const char *const states[] = { "ok", "degraded", "missing" };
	ZOL_AUTO(rows) struct zol_rows rows;
	bool bad = false;

	zol_rows_begin(&rows, &cli->out, check_cols, ZOL_COUNT(check_cols));
	for (size_t i = 0; i < f->len; i++) {
		const struct check_row row = { f->v[i].check, states[f->v[i].state], f->v[i].detail, f->v[i].remedy };

		zol_rows_add(&rows, &row);
		bad |= f->v[i].state == ZOL_FLAME_BAD;
	}
	return zol_rows_end(&rows, err) < 0 ? -(int)err->code : bad;
}

int zol_cmd_flame_check(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	static const char *const perf[] = { "perf", "version", NULL };
	static const char *const paranoid[] = { "cat", "/proc/sys/kernel/perf_event_paranoid", NULL };
	static const char *const restricted[] = { "cat", "/proc/sys/kernel/kptr_restrict", NULL };
	static const char *const kallsyms[] = { "cat", "/proc/kallsyms", NULL };
	static const char *const who[] = { "id", "-u", NULL };
	const char *const *const commands[FACTS] = {
		perf, paranoid, restricted, kallsyms, zol_flame_modules_argv, zol_flame_build_ids_argv, who
	};
	const struct zol_flame_check_args *a = args;
	ZOL_AUTO(strv) struct zol_strv words = ZOL_STRV_INIT;
	ZOL_AUTO(str) struct zol_str root = ZOL_STR_INIT;
	ZOL_AUTO(flame_findings) struct zol_flame_findings f = { 0 };
	struct zol_flame_target t = { 0 };
	struct zol_str texts[FACTS] = { 0 };
	int r = zol_flame_target_of(cli, a->host, &words, &t, &root, err);

	/* The first one that must work in any guest tells whether there is one. */
	if (r == 0)
		r = zol_flame_target_get(&t, who, &texts[WHO], err);
	for (int i = 0; r == 0 && i < WHO; i++)
		ask(&t, commands[i], &texts[i]);
	if (r == 0) {
		const struct zol_flame_facts facts = {
			.perf = zol_span_str(&texts[PERF]),
			.paranoid = zol_span_str(&texts[PARANOID]),
			.restricted = zol_span_str(&texts[RESTRICTED]),
			.kallsyms = zol_span_str(&texts[KALLSYMS]),
			.modules = zol_span_str(&texts[MODULES]),
			.build_ids = zol_span_str(&texts[BUILD_IDS]),
			.root = zol_span_eq(zol_span_trim(zol_span_str(&texts[WHO])), "0"),
		};

		r = zol_flame_check(&facts, &f, err);
	}
	if (r == 0)
		check_programs(&t, &a->programs, &f);
	for (int i = 0; i < FACTS; i++)
		zol_str_free(&texts[i]);
	return r < 0 ? r : print_findings(cli, &f, err);
}
