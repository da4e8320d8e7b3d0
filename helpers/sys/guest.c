/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/lock.h"
#include "base/path.h"
#include "core/mountinfo.h"
#include "sys/guest.h"

void zol_guest_free(struct zol_guest *g)
{
	free(g->name);
	free(g->root);
	free(g->dir);
	zol_guest_record_free(&g->record);
	*g = (struct zol_guest){ 0 };
}

int zol_guest_read(const struct zol_guest *g, const char *name, size_t max, struct zol_str *ret, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_path_join(g->dir, name);
	int r;

	if (!path)
		return zol_err_oom(err);
	r = zol_exists(path, err);
	if (r > 0 && zol_read_file(path, max, ret, err) < 0)
		return -(int)err->code;
	return r;
}

static int read_record(struct zol_guest *g, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	int r = zol_guest_read(g, "guest.ini", ZOL_GUEST_RECORD_MAX, &text, err);

	if (r <= 0)
		return r;
	r = zol_guest_record_parse(zol_span_str(&text), &g->record, err);
	if (r < 0)
		return zol_err_wrap(err, "%s/guest.ini", g->dir);
	g->has_record = true;
	return 0;
}

int zol_guest_find(const struct zol_settings *set, const char *name, struct zol_guest *ret, struct zol_err *err)
{
	ZOL_AUTO(guest) struct zol_guest g = { 0 };
	struct stat st;
	int r;

	if (!zol_name_ok(name))
		return zol_err_set(err, ZOL_USAGE, 0, "'%s' cannot be the name of a guest", name);
	g.name = zol_asprintf("%s", name);
	g.root = zol_path_join(set->paths.guests, name);
	g.dir = zol_asprintf("%s/guests/%s", set->paths.state, name);
	if (!g.name || !g.root || !g.dir)
		return zol_err_oom(err);
	if (lstat(g.root, &st) == 0) {
		if (!S_ISDIR(st.st_mode))
			return zol_err_set(err, ZOL_SYSTEM, ENOTDIR, "%s", g.root);
		g.exists = true;
	} else if (errno != ENOENT && errno != ENOTDIR) {
		return zol_err_sys(err, "%s", g.root);
	}
	r = read_record(&g, err);
	if (r < 0)
		return r;
	*ret = g;
	g = (struct zol_guest){ 0 };
	return 0;
}

int zol_guest_need(const struct zol_settings *set, const char *name, struct zol_guest *ret, struct zol_err *err)
{
	ZOL_AUTO(guest) struct zol_guest g = { 0 };
	ZOL_AUTO(strv) struct zol_strv names = ZOL_STRV_INIT;
	const char *near;
	int r = zol_guest_find(set, name, &g, err);

	if (r < 0)
		return r;
	if (g.exists) {
		*ret = g;
		g = (struct zol_guest){ 0 };
		return 0;
	}
	r = zol_guest_names(set, &names, err);
	if (r < 0)
		return r;
	near = zol_nearest(name, zol_strv_list(&names), names.len);
	(void)zol_err_set(err, ZOL_USAGE, 0, "there is no guest '%s' below %s", name, set->paths.guests);
	return near ? zol_err_hint(err, "did you mean '%s'?", near) :
		      zol_err_hint(err, "make it: zolkit guest create %s; or name another: zolkit guest list", name);
}

int zol_guest_names(const struct zol_settings *set, struct zol_strv *names, struct zol_err *err)
{
	ZOL_AUTO(dir) DIR *dir = opendir(set->paths.guests);
	struct dirent *e;
	int fd;

	if (!dir)
		return errno == ENOENT ? 0 : zol_err_sys(err, "%s", set->paths.guests);
	fd = dirfd(dir);
	while ((errno = 0, e = readdir(dir))) {
		struct stat st;

		if (fd >= 0 && zol_name_ok(e->d_name) && fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISDIR(st.st_mode))
			zol_strv_add(names, e->d_name);
	}
	if (errno)
		return zol_err_sys(err, "%s", set->paths.guests);
	zol_strv_sort(names, 0);
	return zol_strv_check(names, err);
}

int zol_guest_lock(const struct zol_guest *g, const char *what, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_path_join(g->dir, "lock");
	int r;

	if (!path)
		return zol_err_oom(err);
	r = zol_mkdirs(g->dir, 0755, err);
	return r < 0 ? r : zol_lock_take(path, what, 0, err);
}

int zol_guest_save(struct zol_guest *g, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_path_join(g->dir, "guest.ini");
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	int r;

	if (!path || !zol_guest_record_set(&g->record, "name", zol_span_c(g->name)))
		return zol_err_oom(err);
	zol_guest_record_text(&g->record, &text);
	r = zol_str_check(&text, err);
	if (r == 0)
		r = zol_mkdirs(g->dir, 0755, err);
	if (r >= 0)
		r = zol_write_file(path, zol_str_c(&text), text.len, 0644, err);
	if (r == 0)
		g->has_record = true;
	return r;
}

int zol_guest_vm(const struct zol_guest *g, int64_t *ret_pid, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_path_join(g->dir, "vm.lock");
	ZOL_AUTO(str) struct zol_str what = ZOL_STR_INIT;

	return path ? zol_lock_holder(path, ret_pid, &what, err) : zol_err_oom(err);
}

int zol_guest_mounts(const struct zol_guest *g, struct zol_strv *ret, struct zol_err *err)
{
	ZOL_AUTO(mountinfo) struct zol_mountinfo mi = { 0 };
	ZOL_AUTO(free) char *root = realpath(g->root, NULL);
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	size_t len;
	int r;

	if (!root)
		return errno == ENOENT ? 0 : zol_err_sys(err, "%s", g->root);
	r = zol_read_file("/proc/self/mountinfo", ZOL_READ_MAX, &text, err);
	if (r == 0)
		r = zol_mountinfo_parse(zol_span_str(&text), &mi, err);
	if (r < 0)
		return r;
	len = strlen(root);
	for (size_t i = 0; i < mi.len; i++) {
		const char *point = mi.rows[i].point;

		if (strncmp(point, root, len) == 0 && (point[len] == '\0' || point[len] == '/'))
			zol_strv_add(ret, point);
	}
	return zol_strv_check(ret, err);
}

int zol_guest_dependents(const struct zol_settings *set, const struct zol_guest *g, struct zol_strv *ret,
			 struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv names = ZOL_STRV_INIT;
	int r = zol_guest_names(set, &names, err);

	for (size_t i = 0; r == 0 && i < names.len; i++) {
		ZOL_AUTO(guest) struct zol_guest other = { 0 };
		ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;

		/* One whose record is broken cannot say what it lies on; its own commands will complain. */
		if (zol_guest_find(set, names.v[i], &other, &ignored) < 0 || !other.record.parent ||
		    !other.record.method)
			continue;
		if (strcmp(other.record.parent, g->name) == 0 && strcmp(other.record.method, "overlay") == 0)
			zol_strv_add(ret, names.v[i]);
	}
	return r < 0 ? r : zol_strv_check(ret, err);
}
