/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <time.h>

#include "base/path.h"
#include "base/progress.h"
#include "cmd/guest.h"
#include "cmd/self.h"
#include "core/digests.h"
#include "sys/stage_cache.h"

/* What is going to be unpacked. */
struct source {
	char *path;                   /* of the tarball */
	struct zol_stage_entry entry; /* when it is a cached one */
};

static void cleanup_source(struct source *s)
{
	free(s->path);
	zol_stage_entry_free(&s->entry);
}

static int take_entry(struct source *s, struct zol_err *err)
{
	s->path = zol_asprintf("%s", s->entry.path);
	return s->path ? 0 : zol_err_oom(err);
}

/* --from: a cached tarball's name, or a file. */
static int from_file(const struct zol_cli *cli, const char *from, struct source *s, struct zol_err *err)
{
	int r;

	if (!strchr(from, '/')) {
		r = zol_stage_cache_open(cli->settings->paths.cache, from, &s->entry, NULL, err);
		if (r == 0)
			return take_entry(s, err);
		/* No name of a stage3: a file all the same, perhaps. */
		if (r == -ZOL_MALFORMED)
			zol_err_clear(err);
		else if (r < 0)
			return r;
	}
	r = zol_exists(from, err);
	if (r < 0)
		return r;
	if (r == 0)
		return zol_err_set(err, ZOL_USAGE, 0, "%s is neither a file nor a tarball in the cache", from);
	s->path = realpath(from, NULL);
	return s->path ? 0 : zol_err_sys(err, "%s", from);
}

/* The newest verified build of a variant; fetched when there is none. */
static int from_variant(const struct zol_cli *cli, const char *variant, const struct zol_events *ev, struct source *s,
			struct zol_err *err)
{
	const char *const fetch[] = { "stage", "fetch", variant, NULL };
	ZOL_AUTO(str) struct zol_str sub = ZOL_STR_INIT;
	bool already;
	int r = zol_stage_sub(cli->settings->stage.arch, variant, &sub, err);

	if (r < 0)
		return r;
	r = zol_stage_cache_newest(cli->settings->paths.cache, zol_str_c(&sub), &s->entry, err);
	if (r > 0) {
		r = zol_self_run(cli, fetch, ev, &already, err);
		if (r < 0)
			return r;
		r = zol_stage_cache_newest(cli->settings->paths.cache, zol_str_c(&sub), &s->entry, err);
	}
	if (r > 0)
		return zol_err_set(err, ZOL_SYSTEM, 0, "no verified stage3 of %s in the cache", zol_str_c(&sub));
	return r < 0 ? r : take_entry(s, err);
}

static bool set_hex(struct zol_guest_record *rec, const char *key, const uint8_t *bytes)
{
	ZOL_AUTO(str) struct zol_str hex = ZOL_STR_INIT;

	zol_str_hex(&hex, bytes, ZOL_HASH_SIZE);
	return !hex.oom && zol_guest_record_set(rec, key, zol_span_str(&hex));
}

/* Puts on record what is going to happen, so that an interrupted run is recognized. */
static int begin(struct zol_guest *g, const struct source *s, struct zol_err *err)
{
	int r = zol_guest_record_stage3(&g->record, s->path, err);

	if (r < 0)
		return r;
	if (s->entry.path && (!set_hex(&g->record, "sha512", s->entry.digests.sha512) ||
			      !set_hex(&g->record, "blake2b", s->entry.digests.blake2b)))
		return zol_err_oom(err);
	if (!zol_guest_record_set(&g->record, "state", zol_span_c("creating")))
		return zol_err_oom(err);
	g->record.created = (int64_t)time(NULL);
	return zol_guest_save(g, err);
}

static int finish(struct zol_guest *g, struct zol_err *err)
{
	if (!zol_guest_record_set(&g->record, "state", zol_span_c("ready")))
		return zol_err_oom(err);
	return zol_guest_save(g, err);
}

/* A guest of that name is there: 1 when it is what is wanted, 0 when its record is to be finished. */
static int existing(const struct zol_guest *g, const struct zol_guest_create_args *args, struct zol_err *err)
{
	if (!g->has_record) {
		(void)zol_err_set(err, ZOL_USAGE, 0, "%s exists and was not made by zolkit", g->root);
		return zol_err_hint(err, "it can be used as it is: zolkit guest prepare %s", g->name);
	}
	if (args->variant && g->record.variant && strcmp(args->variant, g->record.variant) != 0) {
		(void)zol_err_set(err, ZOL_USAGE, 0, "guest %s exists and is a variant of another name: %s", g->name,
				  g->record.variant);
		return zol_err_hint(err, "choose another name, or zolkit guest remove %s first", g->name);
	}
	if (g->record.parent && g->record.state && strcmp(g->record.state, "ready") != 0) {
		(void)zol_err_set(err, ZOL_USAGE, 0, "guest %s is an unfinished clone of %s", g->name,
				  g->record.parent);
		return zol_err_hint(err, "zolkit guest clone %s %s finishes it", g->record.parent, g->name);
	}
	return !g->record.state || strcmp(g->record.state, "ready") == 0;
}

static int unpack(const struct zol_cli *cli, struct zol_guest *g, const struct zol_guest_create_args *args,
		  struct zol_err *err)
{
	static const struct zol_weight weights[] = { { "download", 50 }, { "unpack", 10 } };
	__attribute__((cleanup(cleanup_source))) struct source s = { .entry = ZOL_STAGE_ENTRY_INIT };
	ZOL_AUTO(progress)
	struct zol_progress *progress =
		zol_progress_new(&cli->out, args->from ? weights + 1 : weights, args->from ? 1 : 2);
	const struct zol_events ev = zol_progress_events(progress, &cli->out);
	const char *variant = args->variant ? args->variant : cli->settings->stage.variant;
	bool already;
	int r;

	r = args->from ? from_file(cli, args->from, &s, err) : from_variant(cli, variant, &ev, &s, err);
	if (r == 0)
		r = begin(g, &s, err);
	if (r == 0)
		r = zol_mkdirs(cli->settings->paths.guests, 0755, err);
	if (r < 0)
		return r;
	const char *const argv[] = { "stage",
				     "unpack",
				     args->no_verify ? "--no-verify" : s.path,
				     args->no_verify ? s.path : g->root,
				     args->no_verify ? g->root : NULL,
				     NULL };

	return zol_self_run(cli, argv, &ev, &already, err);
}

static int dry_run(const struct zol_cli *cli, const struct zol_guest *g, const struct zol_guest_create_args *args,
		   struct zol_err *err)
{
	const char *variant = args->variant ? args->variant : cli->settings->stage.variant;
	const char *const fetch[] = { "stage", "fetch", variant, NULL };
	const char *const unpack[] = {
		"stage", "unpack", args->from ? args->from : variant, g->root, args->no_verify ? "--no-verify" : NULL,
		NULL
	};
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	if (!args->from)
		zol_self_line(cli, fetch, &text);
	zol_self_line(cli, unpack, &text);
	if (zol_str_check(&text, err) < 0)
		return -(int)err->code;
	return fputs(zol_str_c(&text), cli->out.out) < 0 ? zol_err_sys(err, "standard output") : 0;
}

static int check_args(const struct zol_guest_create_args *args, struct zol_err *err)
{
	if (args->from && args->variant)
		return zol_err_set(err, ZOL_USAGE, 0, "--from and --variant exclude each other");
	if (args->no_verify && !args->from)
		return zol_err_set(err, ZOL_USAGE, 0, "--no-verify is for --from");
	return 0;
}

int zol_cmd_guest_create(struct zol_cli *cli, const void *args_, struct zol_err *err)
{
	const struct zol_guest_create_args *args = args_;
	const char *name = zol_guest_chosen(cli, &args->name);
	ZOL_AUTO(guest) struct zol_guest g = { 0 };
	ZOL_AUTO(fd) int lock = -1;
	int r = check_args(args, err);

	if (r == 0)
		r = zol_guest_find(cli->settings, name, &g, err);
	if (r < 0)
		return r;
	if (!cli->globals.dry_run) {
		lock = zol_guest_lock(&g, "guest create", err);
		if (lock < 0)
			return zol_take_fd(&lock);
		/* Whoever had the lock may have made it. */
		zol_guest_free(&g);
		r = zol_guest_find(cli->settings, name, &g, err);
		if (r < 0)
			return r;
	}
	r = g.exists ? existing(&g, args, err) : 0;
	if (r < 0)
		return r;
	if (r > 0) {
		zol_out_already(&cli->out, "guest %s exists already", name);
		return 0;
	}
	if (cli->globals.dry_run)
		return g.exists ? 0 : dry_run(cli, &g, args, err);
	/* The tree gets its name only when it is complete. */
	r = g.exists ? 0 : unpack(cli, &g, args, err);
	if (r == 0)
		r = finish(&g, err);
	if (r == 0)
		zol_out_info(&cli->out, "guest %s is created in %s", name, g.root);
	return r;
}
