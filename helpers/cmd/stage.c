/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/stage.h"

#include <errno.h>
#include <stdlib.h>

#include "base/num.h"
#include "base/path.h"
#include "base/progress.h"
#include "base/rows.h"
#include "core/digests.h"
#include "core/settings.h"
#include "sys/fence.h"
#include "sys/stage_fetch.h"

#define WAIT_MS (3600ULL * 1000)

/* What all actions set up: who is trusted, which mirrors are asked, how progress is shown. */
struct session {
	struct zol_stage_trust trust;
	struct zol_curl *curl;
	struct zol_strv mirrors, keys;
	struct zol_progress *progress;
	struct zol_events events;
	struct zol_stage_net net;
	const char *arch;
};

static void session_free(struct session *s)
{
	zol_progress_free(s->progress);
	zol_stage_trust_free(&s->trust);
	zol_curl_free(s->curl);
	zol_strv_free(&s->mirrors);
	zol_strv_free(&s->keys);
}
ZOL_CLEANUP_STRUCT(session, struct session, session_free);

static bool usable(const char *url)
{
	static const char *const schemes[] = { "http://", "https://", "file:///" };

	for (size_t i = 0; i < ZOL_COUNT(schemes); i++) {
		if (zol_span_starts(zol_span_c(url), schemes[i]))
			return true;
	}
	return false;
}

/* Is the configured list the built-in default, so that Portage's variable may replace it? */
static bool mirrors_are_default(const struct zol_settings *set)
{
	const struct zol_set_row *row = zol_settings_find("stage", "mirrors");

	return set->stage.mirrors.len == 1 && row && !strcmp(set->stage.mirrors.v[0], row->fallback);
}

/* --mirror, else the configuration, else GENTOO_MIRRORS, else the built-in default. */
static int choose_mirrors(struct session *s, const struct zol_cli *cli, const struct zol_stage_common *a,
			  struct zol_err *err)
{
	const char *env = getenv("GENTOO_MIRRORS");
	struct zol_span rest = zol_span_c(env ? env : ""), url;

	if (a->mirrors.len) {
		zol_strv_extend(&s->mirrors, zol_strv_list(&a->mirrors));
	} else if (mirrors_are_default(cli->settings)) {
		while (zol_span_field(&rest, " \t\n", &url)) {
			ZOL_AUTO(free) char *text = zol_span_dup(url);

			if (text && usable(text))
				zol_strv_add(&s->mirrors, text);
			else
				zol_out_verbose(&cli->out, "GENTOO_MIRRORS: '%s' is left out (http, https, file)",
						text ? text : "");
		}
	}
	if (!s->mirrors.len)
		zol_strv_extend(&s->mirrors, zol_strv_list(&cli->settings->stage.mirrors));
	for (size_t i = 0; i < s->mirrors.len; i++) {
		if (!usable(s->mirrors.v[i]))
			return zol_err_set(err, ZOL_USAGE, 0, "'%s' is no URL of a mirror (http, https, file:///)",
					   s->mirrors.v[i]);
	}
	return zol_strv_check(&s->mirrors, err);
}

/* One bar over a whole fetch; for several files, a bar for each. */
static void show_progress(struct session *s, const struct zol_cli *cli, bool fetch)
{
	static const struct zol_weight weights[] = { { "check", 5 }, { "download", 90 }, { "verify", 5 } };

	s->progress = zol_progress_new(&cli->out, weights, fetch ? ZOL_COUNT(weights) : 0);
	s->events = zol_progress_events(s->progress, &cli->out);
}

static int open_trust(struct session *s, const struct zol_cli *cli, const struct zol_stage_common *a,
		      struct zol_err *err)
{
	zol_strv_extend(&s->keys, zol_strv_list(a->keys.len ? &a->keys : &cli->settings->stage.keys));
	if (zol_strv_check(&s->keys, err))
		return -(int)err->code;
	return zol_stage_trust_load(a->keyring ? a->keyring : cli->settings->stage.keyring, zol_strv_list(&s->keys),
				    &s->trust, err);
}

static int open_net(struct session *s, const struct zol_cli *cli, const struct zol_stage_common *a, struct zol_err *err)
{
	const struct zol_settings *set = cli->settings;
	const char *ca = getenv("CURL_CA_BUNDLE");

	if (a->any_age && a->max_age)
		return zol_err_set(err, ZOL_USAGE, 0, "--any-age and --max-age exclude each other");
	s->arch = a->arch ? a->arch : set->stage.arch;
	if (open_trust(s, cli, a, err) || choose_mirrors(s, cli, a, err) || zol_curl_new(&s->curl, err))
		return -(int)err->code;
	show_progress(s, cli, true);
	s->net.curl = s->curl;
	s->net.mirrors = &s->mirrors;
	s->net.arch_dir = zol_stage_arch_dir(s->arch);
	s->net.ca_file = ca && *ca ? ca : NULL;
	s->net.stall_ms = a->stall ? a->stall : set->stage.stall;
	s->net.max_age_ms = a->any_age ? 0 : a->max_age ? a->max_age : set->stage.max_age;
	s->net.trust = &s->trust;
	s->net.ev = &s->events;
	return 0;
}

/* The directory that has path, which may end in slashes. */
static char *parent_of(const char *path)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	while (len > 0 && path[len - 1] != '/')
		len--;
	return len ? strndup(path, len) : strdup(".");
}

int zol_stage_fence(const struct zol_cli *cli, const char *target, bool make, struct zol_err *err)
{
	const char *want[] = { cli->settings->paths.cache, cli->settings->paths.state }, *dirs[ZOL_COUNT(want) + 1];
	ZOL_AUTO(free) char *parent = parent_of(target ? target : "");
	size_t n = 0;
	int r;

	if (!parent)
		return zol_err_oom(err);
	for (size_t i = 0; i < ZOL_COUNT(want); i++) {
		if (make && !cli->globals.dry_run && zol_mkdirs(want[i], 0755, err))
			return -(int)err->code;
		if (access(want[i], F_OK) == 0)
			dirs[n++] = want[i];
	}
	/* A parent that is not there is told by whoever needs it. */
	if (target && access(parent, F_OK) == 0)
		dirs[n++] = parent;
	r = zol_fence_raise(dirs, n, err);
	return r < 0 ? r : 0;
}

/* --- list ----------------------------------------------------------------------------------------- */

struct list_row {
	const char *variant, *stamp;
	int64_t date;
	uint64_t size;
	bool cached;
	const char *file;
};

static const struct zol_col list_cols[] = {
	ZOL_COL("variant", "VARIANT", STR, struct list_row, variant),
	ZOL_COL("stamp", "STAMP", STR, struct list_row, stamp),
	ZOL_COL("date", "DATE", TIME, struct list_row, date),
	ZOL_COL("size", "SIZE", SIZE, struct list_row, size),
	ZOL_COL("cached", "CACHED", BOOL, struct list_row, cached),
	ZOL_COL("file", NULL, STR, struct list_row, file),
};

/* What somebody types to get this sub: without the architecture that is the default. */
static const char *variant_of(const char *arch, const char *sub)
{
	size_t len = strlen(arch);

	return !strncmp(sub, arch, len) && sub[len] == '-' ? sub + len + 1 : sub;
}

static bool wanted(const struct zol_strv *subs, const char *sub)
{
	return !subs->len || zol_strv_has(subs, sub);
}

static void add_row(struct zol_rows *rows, const char *arch, const struct zol_stage_build *b, bool cached)
{
	const struct list_row row = { .variant = variant_of(arch, b->sub),
				      .stamp = b->stamp,
				      .date = b->time,
				      .size = b->size,
				      .cached = cached,
				      .file = b->file };

	zol_rows_add(rows, &row);
}

static int add_index(struct zol_rows *rows, const struct zol_cli *cli, const char *arch, const struct zol_strv *subs,
		     const struct zol_stage_index *x, struct zol_err *err)
{
	for (size_t i = 0; i < x->nbuilds; i++) {
		ZOL_AUTO(stage_entry) struct zol_stage_entry e = ZOL_STAGE_ENTRY_INIT;
		const struct zol_stage_build *b = &x->builds[i];
		int rc;

		if (!wanted(subs, b->sub) || zol_stage_index_find(x, b->sub) != b)
			continue;
		rc = zol_stage_cache_open(cli->settings->paths.cache, b->file, &e, NULL, err);
		if (rc < 0)
			return rc;
		add_row(rows, arch, b, rc == 0);
	}
	return 0;
}

/* Each entry of the cache that is verified. */
static int add_cached(struct zol_rows *rows, const struct zol_cli *cli, const char *arch, const struct zol_strv *subs,
		      struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv names = ZOL_STRV_INIT;

	if (zol_stage_cache_list(cli->settings->paths.cache, &names, err))
		return -(int)err->code;
	for (size_t i = 0; i < names.len; i++) {
		ZOL_AUTO(stage_entry) struct zol_stage_entry e = ZOL_STAGE_ENTRY_INIT;
		ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
		int rc = zol_stage_cache_open(cli->settings->paths.cache, names.v[i], &e, NULL, &ignored);

		if (rc == 0 && wanted(subs, e.build.sub))
			add_row(rows, arch, &e.build, true);
		else if (rc < 0)
			zol_out_warn(&cli->out, "%s", zol_err_text(&ignored));
	}
	return 0;
}

/* The index of all variants; where a mirror has none, one for each variant that was asked for. */
static int add_offered(struct zol_rows *rows, const struct zol_cli *cli, const struct session *s,
		       const struct zol_strv *subs, struct zol_err *err)
{
	ZOL_AUTO(stage_offer) struct zol_stage_offer all = { .base = NULL };

	if (!zol_stage_mirror_newest(&s->net, "latest-stage3.txt", NULL, NULL, &all, err))
		return add_index(rows, cli, s->arch, subs, &all.index, err);
	if (err->code != ZOL_NETWORK || !subs->len)
		return -(int)err->code;
	zol_err_clear(err);
	for (size_t i = 0; i < subs->len; i++) {
		ZOL_AUTO(stage_offer) struct zol_stage_offer one = { .base = NULL };
		ZOL_AUTO(free) char *name = zol_asprintf("latest-stage3-%s.txt", subs->v[i]);

		if (!name)
			return zol_err_oom(err);
		if (zol_stage_mirror_newest(&s->net, name, NULL, NULL, &one, err) ||
		    add_index(rows, cli, s->arch, subs, &one.index, err))
			return -(int)err->code;
	}
	return 0;
}

int zol_cmd_stage_list(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_stage_list_args *a = args;
	ZOL_AUTO(session) struct session s = { .arch = NULL };
	ZOL_AUTO(strv) struct zol_strv subs = ZOL_STRV_INIT;
	ZOL_AUTO(rows) struct zol_rows rows = { .out = NULL };
	bool nothing;

	s.arch = a->common.arch ? a->common.arch : cli->settings->stage.arch;
	for (size_t i = 0; i < a->variants.len; i++) {
		ZOL_AUTO(str) struct zol_str sub = ZOL_STR_INIT;

		if (zol_stage_sub(s.arch, a->variants.v[i], &sub, err))
			return -(int)err->code;
		zol_strv_add(&subs, zol_str_c(&sub));
	}
	if (zol_strv_check(&subs, err))
		return -(int)err->code;
	zol_rows_begin(&rows, &cli->out, list_cols, ZOL_COUNT(list_cols));
	if (a->common.offline) {
		if (add_cached(&rows, cli, s.arch, &subs, err))
			return -(int)err->code;
	} else if (open_net(&s, cli, &a->common, err) || zol_stage_fence(cli, NULL, false, err) ||
		   add_offered(&rows, cli, &s, &subs, err)) {
		return -(int)err->code;
	}
	zol_progress_hide(s.progress);
	nothing = subs.len && rows.nrows == 0;
	if (nothing)
		zol_out_warn(&cli->out, "there is no such build %s",
			     a->common.offline ? "in the cache" : "on the mirror");
	return zol_rows_end(&rows, err) < 0 ? -(int)err->code : nothing;
}

/* --- fetch ---------------------------------------------------------------------------------------- */

struct fetch_record {
	const char *variant, *stamp, *path, *action, *mirror, *sha512, *blake2b, *key;
	uint64_t size, resumed;
	int64_t date, index_time;
};

static const struct zol_col fetch_cols[] = {
	ZOL_COL("variant", "variant", STR, struct fetch_record, variant),
	ZOL_COL("stamp", "stamp", STR, struct fetch_record, stamp),
	ZOL_COL("date", "date", TIME, struct fetch_record, date),
	ZOL_COL("path", "path", STR, struct fetch_record, path),
	ZOL_COL("size", "size", SIZE, struct fetch_record, size),
	ZOL_COL("action", "action", STR, struct fetch_record, action),
	ZOL_COL("mirror", "mirror", STR, struct fetch_record, mirror),
	ZOL_COL("index_time", "index of", TIME, struct fetch_record, index_time),
	ZOL_COL("resumed", "resumed at", SIZE, struct fetch_record, resumed),
	ZOL_COL("sha512", "SHA512", STR, struct fetch_record, sha512),
	ZOL_COL("blake2b", "BLAKE2B", STR, struct fetch_record, blake2b),
	ZOL_COL("key", "signed by", STR, struct fetch_record, key),
};

static const char *const actions_done[] = {
	[ZOL_STAGE_CACHED] = "cached",
	[ZOL_STAGE_RECHECKED] = "checked",
	[ZOL_STAGE_DOWNLOADED] = "downloaded",
	[ZOL_STAGE_PLANNED] = "download",
};

static void say_done(const struct zol_cli *cli, const struct zol_stage_fetched *f)
{
	const char *file = f->entry.build.file;
	char size[ZOL_NUM_TEXT];

	zol_num_fmt_size(f->entry.size, size);
	switch (f->how) {
	case ZOL_STAGE_CACHED:
		zol_out_already(&cli->out, "%s is in the cache, verified: nothing to do", file);
		break;
	case ZOL_STAGE_RECHECKED:
		zol_out_info(&cli->out, "%s was in the cache and is verified now", file);
		break;
	case ZOL_STAGE_DOWNLOADED:
		zol_out_info(&cli->out, "%s (%s) fetched from %s and verified", file, size, f->mirror);
		break;
	case ZOL_STAGE_PLANNED:
		zol_out_info(&cli->out, "would fetch %s (%s) from %s", file, size, f->mirror);
		break;
	}
}

static int report(const struct zol_cli *cli, const char *arch, const struct zol_stage_fetched *f, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str sha512 = ZOL_STR_INIT, blake2b = ZOL_STR_INIT;
	bool known = f->how != ZOL_STAGE_PLANNED;
	struct fetch_record r = { .variant = variant_of(arch, f->entry.build.sub),
				  .stamp = f->entry.build.stamp,
				  .date = f->entry.build.time,
				  .path = f->entry.path,
				  .size = f->entry.size,
				  .action = actions_done[f->how],
				  .mirror = f->mirror,
				  .index_time = f->ts,
				  .resumed = f->resumed,
				  .key = f->entry.key };

	zol_str_hex(&sha512, f->entry.digests.sha512, ZOL_HASH_SIZE);
	zol_str_hex(&blake2b, f->entry.digests.blake2b, ZOL_HASH_SIZE);
	if (zol_str_check(&sha512, err) || zol_str_check(&blake2b, err))
		return -(int)err->code;
	say_done(cli, f);
	if (!cli->out.json) {
		fprintf(cli->out.out, "%s\n", f->entry.path);
		return 0;
	}
	r.sha512 = known ? zol_str_c(&sha512) : NULL;
	r.blake2b = known ? zol_str_c(&blake2b) : NULL;
	return zol_record_print(&cli->out, fetch_cols, ZOL_COUNT(fetch_cols), &r, err);
}

/* --offline: the newest verified build in the cache. */
static int fetch_offline(const struct zol_cli *cli, const char *arch, const char *sub, struct zol_err *err)
{
	ZOL_AUTO(stage_fetched) struct zol_stage_fetched f = { .entry = ZOL_STAGE_ENTRY_INIT };
	int rc = zol_stage_cache_newest(cli->settings->paths.cache, sub, &f.entry, err);

	if (rc > 0) {
		zol_err_set(err, ZOL_NETWORK, 0, "no verified stage3-%s is in the cache (%s/stage)", sub,
			    cli->settings->paths.cache);
		return zol_err_hint(err, "run it once without --offline");
	}
	return rc ? rc : report(cli, arch, &f, err);
}

int zol_cmd_stage_fetch(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_stage_fetch_args *a = args;
	const char *variant = a->variants.len ? a->variants.v[0] : cli->settings->stage.variant;
	ZOL_AUTO(session) struct session s = { .arch = NULL };
	ZOL_AUTO(str) struct zol_str sub = ZOL_STR_INIT;
	ZOL_AUTO(stage_fetched) struct zol_stage_fetched done = { .entry = ZOL_STAGE_ENTRY_INIT };
	struct zol_stage_fetch f = { .allow_older = a->allow_older, .restart = a->restart };

	if (a->no_wait && a->wait)
		return zol_err_set(err, ZOL_USAGE, 0, "--wait and --no-wait exclude each other");
	s.arch = a->common.arch ? a->common.arch : cli->settings->stage.arch;
	if (zol_stage_sub(s.arch, variant, &sub, err))
		return -(int)err->code;
	if (a->common.offline)
		return fetch_offline(cli, s.arch, zol_str_c(&sub), err);
	if (open_net(&s, cli, &a->common, err) || zol_stage_fence(cli, NULL, true, err))
		return -(int)err->code;
	f.net = s.net;
	f.cache = cli->settings->paths.cache;
	f.state = cli->settings->paths.state;
	f.sub = zol_str_c(&sub);
	f.plan_only = cli->globals.dry_run;
	f.wait_ms = a->no_wait ? 0 : a->wait ? a->wait : WAIT_MS;
	if (zol_stage_fetch(&f, &done, err))
		return -(int)err->code;
	zol_progress_hide(s.progress);
	return report(cli, s.arch, &done, err);
}

/* --- verify --------------------------------------------------------------------------------------- */

struct verify_row {
	const char *file, *result, *key, *reason;
	int64_t signed_at;
	uint64_t size;
};

static const struct zol_col verify_cols[] = {
	ZOL_COL("file", "FILE", STR, struct verify_row, file),
	ZOL_COL("result", "RESULT", STR, struct verify_row, result),
	ZOL_COL("size", "SIZE", SIZE, struct verify_row, size),
	ZOL_COL("signed", "SIGNED", TIME, struct verify_row, signed_at),
	ZOL_COL("key", "KEY", STR, struct verify_row, key),
	ZOL_COL("reason", NULL, STR, struct verify_row, reason),
};

int zol_cmd_stage_verify(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_stage_verify_args *a = args;
	ZOL_AUTO(session) struct session s = { .arch = NULL };
	ZOL_AUTO(rows) struct zol_rows rows = { .out = NULL };
	ZOL_AUTO(err) struct zol_err first = ZOL_ERR_INIT;

	if (open_trust(&s, cli, &a->common, err) || zol_stage_fence(cli, NULL, false, err))
		return -(int)err->code;
	show_progress(&s, cli, false);
	zol_rows_begin(&rows, &cli->out, verify_cols, ZOL_COUNT(verify_cols));
	for (size_t i = 0; i < a->files.len; i++) {
		ZOL_AUTO(stage_verdict) struct zol_stage_verdict v = { .size = 0 };
		ZOL_AUTO(err) struct zol_err e = ZOL_ERR_INIT;
		int rc = zol_stage_verify_local(&s.trust, a->files.v[i], &s.events, &v, &e);
		const struct verify_row row = { .file = a->files.v[i],
						.result = rc ? "refused" : "good",
						.size = v.size,
						.signed_at = v.by.created,
						.key = v.by.key,
						.reason = rc ? zol_err_text(&e) : NULL };

		if (!rc || a->files.len > 1 || cli->out.json)
			zol_rows_add(&rows, &row);
		if (!rc)
			continue;
		bool interrupted = e.errnum == EINTR;

		if (first.code != ZOL_OK) {
			zol_progress_hide(s.progress);
			zol_out_warn(&cli->out, "%s", zol_err_text(&e));
		} else {
			zol_err_move(&first, &e);
		}
		if (interrupted)
			break;
	}
	zol_progress_hide(s.progress);
	if (zol_rows_end(&rows, err))
		return -(int)err->code;
	if (first.code == ZOL_OK)
		return 0;
	zol_err_move(err, &first);
	return -(int)err->code;
}

const struct zol_bind zol_binds_stage[] = {
	{ "stage", "list", zol_cmd_stage_list },
	{ "stage", "fetch", zol_cmd_stage_fetch },
	{ "stage", "verify", zol_cmd_stage_verify },
	{ "stage", "unpack", zol_cmd_stage_unpack },
};
const size_t zol_nbinds_stage = ZOL_COUNT(zol_binds_stage);
