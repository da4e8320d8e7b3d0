/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>

#include "base/path.h"
#include "cmd/debug.h"
#include "core/elf.h"

#define CONF_MAX 65536U
#define PT_INTERP 3U

int zol_debug_find_gdb(const char *named, char **ret, struct zol_err *err)
{
	*ret = zol_path_which(named ? named : "gdb");
	if (*ret)
		return 0;
	zol_err_set(err, ZOL_SYSTEM, ENOENT, "there is no %s", named ? named : "gdb");
	return zol_err_hint(err, "install gdb (dev-debug/gdb), or name one with --gdb");
}

int zol_debug_guest_gdb(int rootfd, const char **ret)
{
	static const char *const places[] = { "/usr/bin/gdb", "/usr/local/bin/gdb", "/bin/gdb" };

	for (size_t i = 0; rootfd >= 0 && i < ZOL_COUNT(places); i++) {
		ZOL_AUTO(err) struct zol_err none = ZOL_ERR_INIT;
		int fd = zol_open_in(rootfd, places[i], O_RDONLY | O_NONBLOCK, 0, &none);

		if (fd < 0)
			continue;
		*ret = places[i];
		return fd;
	}
	return -1;
}

/* --- the guest's program on the host: by its own loader, with its own libraries --------------------- */

static int loader_of(const struct zol_debug *d, int fd, const char *gdb, char **ret, struct zol_err *err)
{
	ZOL_AUTO(mapfile) struct zol_mapfile m = { 0 };
	ZOL_AUTO(fd) int loader = -1;
	struct zol_elf_segment s;
	struct zol_elf e;

	if (zol_mapfile_fd(fd, &m, err) < 0 || zol_elf_open(m.bytes, &e, err) < 0)
		return zol_err_wrap(err, "%s of the guest", gdb);
	for (size_t i = 0; zol_elf_segment(&e, i, &s); i++) {
		ZOL_AUTO(free) char *name = s.type == PT_INTERP ? strndup(s.data.ptr, s.data.len) : NULL;

		if (!name)
			continue;
		loader = zol_open_in(d->rootfd, name, O_RDONLY | O_NONBLOCK, 0, err);
		*ret = loader < 0 ? NULL : zol_fd_path(loader);
		if (loader < 0)
			return zol_err_wrap(err, "the loader of the guest's gdb");
		if (!*ret)
			return zol_err_oom(err);
		/* an overlay that is mounted nowhere has no paths on the host */
		if (strncmp(*ret, d->root, strlen(d->root)) == 0 && access(*ret, X_OK) == 0)
			return 0;
		free(*ret);
		*ret = NULL;
		return zol_err_set(err, ZOL_SYSTEM, 0,
				   "guest %s shares its files with another one: its gdb cannot be run here",
				   d->dirs.guest);
	}
	return zol_err_set(err, ZOL_MALFORMED, 0, "%s of the guest names no loader", gdb);
}

/* Directories of /etc/ld.so.conf; its includes are those of ld.so.conf.d everywhere. */
static void add_conf(const struct zol_debug *d, const char *path, struct zol_str *dirs)
{
	ZOL_AUTO(err) struct zol_err none = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_span rest, line;

	if (zol_read_file_in(d->rootfd, path, CONF_MAX, &text, &none) < 0)
		return;
	rest = zol_span_str(&text);
	while (zol_span_line(&rest, &line)) {
		line = zol_span_trim(line);
		if (line.len > 1 && line.ptr[0] == '/')
			zol_str_printf(dirs, "%s%.*s:", d->root, (int)line.len, line.ptr);
	}
}

static void add_conf_dir(const struct zol_debug *d, struct zol_str *dirs)
{
	ZOL_AUTO(err) struct zol_err none = ZOL_ERR_INIT;
	ZOL_AUTO(dir) DIR *dir = NULL;
	const struct dirent *e;
	int fd = zol_open_in(d->rootfd, "etc/ld.so.conf.d", O_RDONLY | O_DIRECTORY, 0, &none);

	if (fd < 0)
		return;
	dir = fdopendir(fd);
	if (!dir)
		close(fd);
	while (dir && (e = readdir(dir))) {
		ZOL_AUTO(free) char *path = zol_asprintf("etc/ld.so.conf.d/%s", e->d_name);

		if (path && e->d_name[0] != '.')
			add_conf(d, path, dirs);
	}
}

static int guest_words(const struct zol_debug *d, int fd, const char *gdb, struct zol_strv *argv, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str dirs = ZOL_STR_INIT;
	ZOL_AUTO(free) char *env = zol_path_which("env");
	ZOL_AUTO(free) char *loader = NULL;

	if (!env)
		return zol_err_set(err, ZOL_SYSTEM, ENOENT, "there is no env");
	if (strchr(d->root, ':'))
		return zol_err_set(err, ZOL_USAGE, 0, "a loader cannot be told of libraries below %s", d->root);
	if (loader_of(d, fd, gdb, &loader, err) < 0)
		return -(int)err->code;
	add_conf(d, "etc/ld.so.conf", &dirs);
	add_conf_dir(d, &dirs);
	zol_str_printf(&dirs, "%s/lib64:%s/usr/lib64:%s/lib:%s/usr/lib", d->root, d->root, d->root, d->root);
	if (zol_str_check(&dirs, err) < 0)
		return -(int)err->code;
	zol_strv_add(argv, env);
	zol_strv_addf(argv, "PYTHONHOME=%s/usr", d->root);
	zol_strv_extend(argv, (const char *const[]){ loader, "--library-path", zol_str_c(&dirs), NULL });
	zol_strv_addf(argv, "%s%s", d->root, gdb);
	zol_strv_add(argv, "--data-directory");
	zol_strv_addf(argv, "%s%s/share/gdb", d->root, strstr(gdb, "/local/") ? "/usr/local" : "/usr");
	return zol_strv_check(argv, err);
}

int zol_debug_gdb_argv(const struct zol_debug *d, const char *named, bool guest, struct zol_strv *argv,
		       struct zol_err *err)
{
	ZOL_AUTO(free) char *gdb = NULL;
	ZOL_AUTO(fd) int fd = -1;
	const char *inside;

	if (named && guest)
		return zol_err_set(err, ZOL_USAGE, 0, "one of --gdb and --guest-gdb at a time");
	if (!guest && zol_debug_find_gdb(named, &gdb, err) == 0) {
		zol_strv_add(argv, gdb);
		return zol_strv_check(argv, err);
	}
	fd = named ? -1 : zol_debug_guest_gdb(d->rootfd, &inside);
	if (fd < 0 && !guest)
		return -(int)err->code;
	if (fd < 0) {
		zol_err_set(err, ZOL_SYSTEM, ENOENT, "guest %s has no gdb", d->dirs.guest);
		return zol_err_hint(err, "install it there: zolkit chroot run -- emerge dev-debug/gdb");
	}
	zol_err_clear(err);
	if (!guest)
		zol_out_info(&d->cli->out, "there is no gdb on this host: the guest's own is run");
	return guest_words(d, fd, inside, argv, err);
}
