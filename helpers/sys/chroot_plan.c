/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/path.h"
#include "core/passwd.h"
#include "sys/chroot.h"
#include "sys/portage_overlay.h"

static const char host_resolv[] = "/etc/resolv.conf";

/* The absolute name of a directory, or NULL with errno. */
static char *real_dir(const char *path)
{
	char *real = realpath(path, NULL);
	struct stat st;

	if (real && stat(real, &st) == 0 && S_ISDIR(st.st_mode))
		return real;
	if (real)
		errno = ENOTDIR;
	free(real);
	return NULL;
}

static int add_code(struct zol_strv *code, const struct zol_settings *set, const struct zol_chroot_want *want,
		    const struct zol_events *ev, struct zol_err *err)
{
	for (size_t i = 0; !want->no_code && i < set->chroot.code.len; i++) {
		ZOL_AUTO(free) char *dir = real_dir(set->chroot.code.v[i]);

		if (dir)
			zol_strv_add(code, dir);
		else
			zol_ev_note(ev, ZOL_LEVEL_WARN, "code directory %s of the configuration left out: %s",
				    set->chroot.code.v[i], strerror(errno));
	}
	for (size_t i = 0; want->code && want->code[i]; i++) {
		ZOL_AUTO(free) char *dir = real_dir(want->code[i]);

		if (!dir)
			return zol_err_set(err, ZOL_USAGE, errno, "code directory %s", want->code[i]);
		zol_strv_add(code, dir);
	}
	return zol_strv_check(code, err);
}

static int look_at_binds(const struct zol_chroot_want *want, struct zol_err *err)
{
	for (size_t i = 0; i < want->nbinds; i++) {
		struct stat st;

		if (stat(want->binds[i].src, &st) < 0)
			return zol_err_set(err, ZOL_USAGE, errno, "cannot bind %s", want->binds[i].src);
		want->binds[i].file = !S_ISDIR(st.st_mode);
	}
	return 0;
}

/* What the guest says about Portage: where it builds, and as whom. A guest that says nothing is fine. */
static int read_guest(const struct zol_chroot_want *want, struct zol_str *tmpdir, struct zol_mplan_in *in,
		      struct zol_err *err)
{
	ZOL_AUTO(fd) int root = want->tree > 0 ? fcntl(want->tree, F_DUPFD_CLOEXEC, 3) : zol_root_open(want->root, err);
	ZOL_AUTO(str) struct zol_str conf = ZOL_STR_INIT, passwd = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;

	if (root < 0)
		return want->tree > 0 ? zol_err_sys(err, "%s", want->root) : zol_take_fd(&root);
	if (zol_read_file_in(root, "/etc/portage/make.conf", 1U << 20, &conf, &ignored) < 0) {
		zol_str_truncate(&conf, 0);
		zol_err_clear(&ignored);
	}
	if (zol_read_file_in(root, "/etc/passwd", 1U << 20, &passwd, &ignored) < 0)
		zol_str_truncate(&passwd, 0);
	zol_mplan_portage_tmpdir(zol_span_str(&conf), tmpdir);
	(void)zol_passwd_ids(zol_span_str(&passwd), "portage", &in->portage_uid, &in->portage_gid);
	in->portage_tmpdir = zol_str_c(tmpdir);
	return zol_str_check(tmpdir, err);
}

/* Where this overlay is on the host, if the guest has but an empty place for it (zolkit portage setup). */
static int guest_overlay(const struct zol_settings *set, const struct zol_chroot_want *want, struct zol_str *ret,
			 struct zol_err *err)
{
	ZOL_AUTO(fd) int root = want->tree > 0 ? fcntl(want->tree, F_DUPFD_CLOEXEC, 3) : zol_root_open(want->root, err);

	if (root < 0)
		return want->tree > 0 ? zol_err_sys(err, "%s", want->root) : zol_take_fd(&root);
	if (zol_portage_overlay_place(root) != ZOL_OVERLAY_PLACE_EMPTY)
		return 0;
	return zol_portage_overlay(set, ret, err) < 0 ? -(int)err->code : 0;
}

/* A shared directory that the host has; NULL with a warning when it has not. */
static const char *shared(const char *dir, const struct zol_events *ev)
{
	struct stat st;

	if (!*dir)
		return NULL;
	if (stat(dir, &st) == 0 && S_ISDIR(st.st_mode))
		return dir;
	zol_ev_note(ev, ZOL_LEVEL_WARN, "%s is configured to be shared but is no directory: left out", dir);
	return NULL;
}

int zol_chroot_plan(const struct zol_settings *set, const struct zol_chroot_want *want, const struct zol_events *ev,
		    struct zol_mplan *ret, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv code = ZOL_STRV_INIT;
	ZOL_AUTO(str) struct zol_str tmpdir = ZOL_STR_INIT, overlay = ZOL_STR_INIT;
	struct zol_mplan_in in = {
		.root = want->root,
		.overlay = want->overlay,
		.binds = want->binds,
		.nbinds = want->nbinds,
		.resolv = access(host_resolv, R_OK) == 0 ? host_resolv : NULL,
		.tmp_size = set->guest.tmp_size,
		.portage_tmp_size = set->guest.portage_tmp_size,
	};
	int rc = add_code(&code, set, want, ev, err);

	if (rc == 0)
		rc = look_at_binds(want, err);
	if (rc == 0)
		rc = read_guest(want, &tmpdir, &in, err);
	if (rc == 0)
		rc = guest_overlay(set, want, &overlay, err);
	if (rc < 0)
		return rc;
	in.portage_tree = shared(set->chroot.portage_tree, ev);
	in.portage_overlay = zol_str_c(&overlay);
	in.distfiles = shared(set->chroot.distfiles, ev);
	in.binpkgs = shared(set->chroot.binpkgs, ev);
	in.code = zol_strv_list(&code);
	return zol_mplan_build(&in, ret, err);
}
