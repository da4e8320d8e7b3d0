/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/portage_overlay.h"

#include <fcntl.h>

#include "base/path.h"

enum zol_overlay_place zol_portage_overlay_place(int root)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	int fd = zol_open_in(root, ZOL_OVERLAY_PLACE, O_RDONLY | O_DIRECTORY, 0, &err);
	ZOL_AUTO(dir) DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	if (!dir) {
		zol_cleanup_fd(&fd);
		return ZOL_OVERLAY_PLACE_NONE;
	}
	while ((e = readdir(dir)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			return ZOL_OVERLAY_PLACE_OWN;
	return ZOL_OVERLAY_PLACE_EMPTY;
}

/* A repository that is whole by itself: eclasses are behind a link that leads out of overlay/. */
static bool is_overlay(const char *dir)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *file = zol_path_join(dir, "profiles/repo_name");
	ZOL_AUTO(str) struct zol_str name = ZOL_STR_INIT;

	return file && zol_read_file(file, 256, &name, &err) == 0 &&
	       zol_span_eq(zol_span_trim(zol_span_str(&name)), "zolkit");
}

int zol_portage_overlay(const struct zol_settings *set, struct zol_str *ret, struct zol_err *err)
{
	ZOL_AUTO(free) char *checkout = zol_path_join(set->paths.conf, "..");
	ZOL_AUTO(free) char *real = checkout ? realpath(checkout, NULL) : NULL;
	const char *dirs[] = { real, "/" ZOL_OVERLAY_PLACE };

	if (!checkout)
		return zol_err_oom(err);
	if (*set->portage.overlay) {
		if (!is_overlay(set->portage.overlay))
			return zol_err_set(err, ZOL_USAGE, 0, "portage.overlay: %s is not the repository \"zolkit\"",
					   set->portage.overlay);
		zol_str_puts(ret, set->portage.overlay);
		return zol_str_check(ret, err);
	}
	for (size_t i = 0; i < ZOL_COUNT(dirs); i++) {
		if (!dirs[i] || !is_overlay(dirs[i]))
			continue;
		zol_str_puts(ret, dirs[i]);
		return zol_str_check(ret, err);
	}
	return 1;
}
