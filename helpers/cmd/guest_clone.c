/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "base/progress.h"
#include "cmd/guest.h"
#include "sys/guest_tree.h"

/* The new guest: 1 when it is there and what is wanted, 0 when it is to be made. */
static int target(const struct zol_guest *src, const struct zol_guest *dst, struct zol_err *err)
{
	const struct zol_guest_record *rec = &dst->record;
	bool ours = rec->parent && strcmp(rec->parent, src->name) == 0;

	if (!dst->exists || (ours && rec->state && strcmp(rec->state, "creating") == 0))
		return 0;
	if (ours)
		return 1;
	(void)zol_err_set(err, ZOL_USAGE, 0, "guest %s exists and is no clone of %s", dst->name, src->name);
	return zol_err_hint(err, "choose another name, or zolkit guest remove %s first", dst->name);
}

static int clone_locked(struct zol_cli *cli, const struct zol_guest_clone_args *args, const struct zol_guest *src,
			struct zol_guest *dst, struct zol_err *err)
{
	ZOL_AUTO(guest_claim) struct zol_guest_claim claim = ZOL_GUEST_CLAIM_INIT;
	ZOL_AUTO(progress) struct zol_progress *progress = zol_progress_new(&cli->out, NULL, 0);
	const struct zol_events ev = zol_progress_events(progress, &cli->out);
	int r = target(src, dst, err);

	if (r > 0) {
		zol_out_already(&cli->out, "guest %s is a clone of %s already", dst->name, src->name);
		return 0;
	}
	if (r == 0)
		r = zol_guest_claim(cli->settings, src, false, &claim, err);
	if (r == 0)
		r = zol_guest_clone(src, dst, args->how ? args->how : "auto", &ev, err);
	if (r < 0)
		return r;
	zol_out_info(&cli->out, "guest %s is cloned to %s (%s)", src->name, dst->name, dst->record.method);
	zol_out_info(&cli->out, "zolkit guest prepare %s gives it a host name of its own.", dst->name);
	return 0;
}

int zol_cmd_guest_clone(struct zol_cli *cli, const void *args_, struct zol_err *err)
{
	const struct zol_guest_clone_args *args = args_;
	ZOL_AUTO(guest) struct zol_guest src = { 0 };
	ZOL_AUTO(guest) struct zol_guest dst = { 0 };
	ZOL_AUTO(fd) int src_lock = -1;
	ZOL_AUTO(fd) int dst_lock = -1;
	const char *const *names = zol_strv_list(&args->names);

	if (strcmp(names[0], names[1]) == 0)
		return zol_err_set(err, ZOL_USAGE, 0, "%s cannot be a clone of itself", names[0]);
	int r = zol_guest_need(cli->settings, names[0], &src, err);

	if (r == 0)
		r = zol_guest_find(cli->settings, names[1], &dst, err);
	if (r < 0)
		return r;
	if (src.record.state && strcmp(src.record.state, "ready") != 0)
		return zol_err_set(err, ZOL_USAGE, 0, "guest %s is not complete", src.name);
	if (cli->globals.dry_run) {
		r = target(&src, &dst, err);
		if (r == 0)
			(void)fprintf(cli->out.out, "clone %s %s\n", src.root, dst.root);
		return r < 0 ? r : 0;
	}
	src_lock = zol_guest_lock(&src, "guest clone", err);
	if (src_lock < 0)
		return zol_take_fd(&src_lock);
	dst_lock = zol_guest_lock(&dst, "guest clone", err);
	if (dst_lock < 0)
		return zol_take_fd(&dst_lock);
	/* Whoever had the lock may have made it. */
	zol_guest_free(&dst);
	r = zol_guest_find(cli->settings, args->names.v[1], &dst, err);
	return r < 0 ? r : clone_locked(cli, args, &src, &dst, err);
}
