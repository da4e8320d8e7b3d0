/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "base/path.h"
#include "base/rows.h"
#include "cmd/app.h"
#include "cmd/debug.h"
#include "core/corefile.h"

/* What `debug core` has found out. */
struct core {
	struct zol_debug d;
	struct zol_mapfile file;
	struct zol_corefile info;
	char *path;   /* of the core on the host */
	char *inside; /* the same as the guest names it, or NULL */
	char *exe;    /* the program, as the guest names it */
	char *here;   /* and on the host */
};

static void core_free(struct core *c)
{
	zol_debug_free(&c->d);
	zol_mapfile_free(&c->file);
	free(c->path);
	free(c->inside);
	free(c->exe);
	free(c->here);
}
ZOL_CLEANUP_STRUCT(core, struct core, core_free);

/* The core: a path of the host, else one that the guest would use ("/var/tmp/zdb.core"). */
static int open_core(struct core *c, const char *name, struct zol_err *err)
{
	ZOL_AUTO(err) struct zol_err none = ZOL_ERR_INIT;
	ZOL_AUTO(fd) int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t len = c->d.root ? strlen(c->d.root) : 0;

	if (fd < 0 && c->d.rootfd >= 0)
		fd = zol_open_in(c->d.rootfd, name, O_RDONLY | O_NONBLOCK, 0, &none);
	if (fd < 0)
		return zol_err_set(err, ZOL_SYSTEM, ENOENT, "%s", name);
	c->path = zol_fd_path(fd);
	if (!c->path)
		return zol_err_sys(err, "%s", name);
	if (len > 1 && strncmp(c->path, c->d.root, len) == 0 && c->path[len] == '/') {
		c->inside = strdup(c->path + len);
		if (!c->inside)
			return zol_err_oom(err);
	}
	if (zol_mapfile_fd(fd, &c->file, err) < 0 || zol_corefile_read(c->file.bytes, &c->info, err) < 0)
		return zol_err_wrap(err, "%s", c->path);
	return 0;
}

/* A name of the guest on the host; links that lead out of the tree do not. */
static int find_exe(struct core *c, const char *named, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = -1;
	char *slash;

	c->exe = named ? strdup(named) : c->info.exe.len > 0 ? zol_span_dup(c->info.exe) : NULL;
	if (!c->exe) {
		zol_err_set(err, ZOL_NEGATIVE, 0, "the core does not tell which program it was");
		return zol_err_hint(err, "name it with --exe");
	}
	/* what ran in a chroot on the host is named from the host's root */
	slash = c->d.root && strncmp(c->exe, c->d.root, strlen(c->d.root)) == 0 ? c->exe + strlen(c->d.root) : NULL;
	if (slash && *slash == '/')
		memmove(c->exe, slash, strlen(slash) + 1);
	fd = c->d.rootfd >= 0 ? zol_open_in(c->d.rootfd, c->exe, O_RDONLY | O_NONBLOCK, 0, err) :
				open(c->exe, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		if (err->code == ZOL_OK)
			(void)zol_err_sys(err, "%s", c->exe);
		return zol_err_hint(err, "is it a core of guest %s? Name the program with --exe", c->d.dirs.guest);
	}
	c->here = zol_fd_path(fd);
	return c->here ? 0 : zol_err_sys(err, "%s", c->exe);
}

static int check_exe(const struct core *c, struct zol_err *err)
{
	ZOL_AUTO(mapfile) struct zol_mapfile m = { 0 };
	char ours[ZOL_BUILD_ID_TEXT] = "none";
	struct zol_span id;
	struct zol_elf e;

	if (zol_mapfile_open(c->here, &m, err) < 0 || zol_elf_open(m.bytes, &e, err) < 0)
		return zol_err_wrap(err, "%s", c->exe);
	if (!*c->info.build_id)
		return 0;
	if (zol_elf_build_id(&e, &id))
		(void)zol_build_id_text(id, ours);
	if (strcmp(ours, c->info.build_id) == 0)
		return 0;
	zol_err_set(err, ZOL_VERIFY, 0, "the core is of a program with build-id %s, but %s has %s", c->info.build_id,
		    c->exe, ours);
	return zol_err_hint(err, "it was built anew since; name the old one with --exe");
}

static bool guest_has_gdb(const struct core *c)
{
	const char *where;
	ZOL_AUTO(fd) int fd = zol_debug_guest_gdb(c->d.rootfd, &where);

	return fd >= 0;
}

/* zolkit chroot run -- gdb ... : paths, libraries and gdb are the guest's own. */
static int guest_argv(const struct core *c, const struct zol_debug_core_args *a, struct zol_strv *argv,
		      struct zol_err *err)
{
	const struct zol_cli *cli = c->d.cli;
	ZOL_AUTO(str) struct zol_str program = ZOL_STR_INIT;

	if (zol_app_program("zolkit", &program, err) < 0)
		return -(int)err->code;
	zol_strv_add(argv, zol_str_c(&program));
	if (cli->globals.config)
		zol_strv_extend(argv, (const char *const[]){ "--config", cli->globals.config, NULL });
	zol_strv_extend(argv,
			(const char *const[]){ "-q", "-g", c->d.dirs.guest, "chroot", "run", "--", "gdb", "-q", NULL });
	zol_strv_extend(argv, (const char *const[]){ a->batch ? "-batch" : "-q", NULL });
	for (size_t i = 1; i < a->words.len; i++)
		zol_strv_add(argv, a->words.v[i]);
	zol_strv_extend(argv, (const char *const[]){ c->exe, c->inside, NULL });
	return zol_strv_check(argv, err);
}

/* The host's gdb: the guest's tree is its sysroot, nothing of the guest is run or auto-loaded. */
static int host_argv(const struct core *c, const struct zol_debug_core_args *a, struct zol_strv *argv,
		     struct zol_err *err)
{
	const char *root = c->d.root ? c->d.root : "/";
	ZOL_AUTO(free) char *gdb = NULL;

	if (zol_debug_find_gdb(a->gdb, &gdb, err) < 0)
		return -(int)err->code;
	if (strchr(root, '\n'))
		return zol_err_set(err, ZOL_USAGE, 0, "gdb cannot be told of a path with a line break in it");
	zol_strv_extend(argv, (const char *const[]){ gdb, "-q", "-nx", a->batch ? "-batch" : "-q", NULL });
	zol_strv_extend(argv, (const char *const[]){ "-iex", "set auto-load off", "-iex", NULL });
	zol_strv_addf(argv, "set sysroot %s", root);
	zol_strv_add(argv, "-iex");
	zol_strv_addf(argv, "set debug-file-directory %s%susr/lib/debug", root, root[1] ? "/" : "");
	zol_strv_add(argv, "-iex");
	zol_strv_addf(argv, "set substitute-path /usr/src %s%susr/src", root, root[1] ? "/" : "");
	for (size_t i = 1; i < a->words.len; i++)
		zol_strv_add(argv, a->words.v[i]);
	zol_strv_extend(argv, (const char *const[]){ c->here, c->path, NULL });
	return zol_strv_check(argv, err);
}

static void say(const struct core *c)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(free) char *args = zol_span_dup(c->info.args);

	zol_text_escape(&text, args && *args ? args : c->exe);
	zol_out_info(&c->d.cli->out, "core of %s (%s), killed by signal %d", c->exe, zol_str_c(&text), c->info.signal);
}

int zol_cmd_debug_core(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	static const struct zol_debug_where nowhere = { 0 };
	const struct zol_debug_core_args *a = args;
	ZOL_AUTO(core) struct core c = { .d = ZOL_DEBUG_INIT };
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	bool inside;

	if (zol_debug_open(cli, &nowhere, &c.d, err) < 0 || open_core(&c, a->words.v[0], err) < 0 ||
	    find_exe(&c, a->exe, err) < 0 || check_exe(&c, err) < 0)
		return -(int)err->code;
	say(&c);
	inside = c.inside && !a->host_gdb && !a->gdb && guest_has_gdb(&c);
	if ((inside ? guest_argv(&c, a, &argv, err) : host_argv(&c, a, &argv, err)) < 0)
		return -(int)err->code;
	return zol_debug_run_gdb(cli, &argv, err);
}
