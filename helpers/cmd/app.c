/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/app.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <sys/stat.h>

#include "base/num.h"
#include "base/path.h"
#include "base/sig.h"
#include "cmd/table.h"

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)
#define SYSTEM_DIR TEXT(ZOL_SYSCONFDIR) "/zolkit"

/* Where this program is: /usr/bin, /usr/libexec/zolkit, build/release. */
static int own_dir(struct zol_str *dir, struct zol_err *err)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	const char *slash;

	if (n < 0)
		return zol_err_sys(err, "/proc/self/exe");
	exe[n] = '\0';
	slash = strrchr(exe, '/');
	zol_str_add(dir, exe, slash ? (size_t)(slash - exe) : 0);
	return zol_str_check(dir, err);
}

/* Appends dir without its suffix and with another one, when it has the suffix. */
static bool replace_suffix(const struct zol_str *dir, const char *suffix, const char *other, struct zol_str *out)
{
	if (!zol_span_ends(zol_span_str(dir), suffix))
		return false;
	zol_str_add(out, zol_str_c(dir), dir->len - strlen(suffix));
	zol_str_puts(out, other);
	return true;
}

/* A build tree has the archive that all programs are linked from. */
static bool in_build_tree(const struct zol_str *dir)
{
	ZOL_AUTO(free) char *archive = zol_path_join(zol_str_c(dir), "libzolkit.a");

	return archive && access(archive, F_OK) == 0;
}

int zol_app_program(const char *name, struct zol_str *path, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str dir = ZOL_STR_INIT;
	bool front = strcmp(name, "zolkit") == 0;
	size_t before = path->len;
	int r = own_dir(&dir, err);

	if (r < 0)
		return r;
	if (in_build_tree(&dir) || !(front ? replace_suffix(&dir, "/libexec/zolkit", "/bin", path) :
					     replace_suffix(&dir, "/bin", "/libexec/zolkit", path)))
		zol_str_puts(path, zol_str_c(&dir));
	zol_str_printf(path, "/%s", name);
	r = zol_str_check(path, err);
	if (r == 0 && access(zol_str_c(path) + before, X_OK) != 0)
		r = zol_err_sys(err, "%s", zol_str_c(path) + before);
	return r;
}

/* The kit's data: of the checkout when run from its build tree, else beside where it is installed. */
static void data_dir(struct zol_str *data)
{
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str dir = ZOL_STR_INIT;
	char *real;

	if (own_dir(&dir, &ignored) < 0)
		return;
	if (in_build_tree(&dir)) {
		zol_str_puts(&dir, "/../../conf");
		real = realpath(zol_str_c(&dir), NULL);
		if (real)
			zol_str_puts(data, real);
		free(real);
		return;
	}
	if (!replace_suffix(&dir, "/bin", "/share/zolkit", data))
		(void)replace_suffix(&dir, "/libexec/zolkit", "/share/zolkit", data);
}

/* Who typed the command: with sudo, not root. */
static uid_t invoking_user(void)
{
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	const char *text = getenv("SUDO_UID");
	uint64_t uid;

	if (geteuid() == 0 && text && zol_num_u64(text, 0, UINT32_MAX - 1, &uid, &ignored) == 0)
		return (uid_t)uid;
	return getuid();
}

/* Their home. $HOME unless it is root's because of sudo; the user database is asked only when needed. */
static void home_dir(uid_t user, struct zol_str *home)
{
	const char *env = getenv("HOME");
	const struct passwd *pw;

	if (user == getuid() && env && env[0] == '/') {
		zol_str_puts(home, env);
		return;
	}
	pw = getpwuid(user);
	if (pw && pw->pw_dir && pw->pw_dir[0] == '/')
		zol_str_puts(home, pw->pw_dir);
}

static void user_file(uid_t user, const struct zol_str *home, struct zol_str *file)
{
	const char *xdg = getenv("XDG_CONFIG_HOME");

	if (user == getuid() && xdg && xdg[0] == '/')
		zol_str_printf(file, "%s/zolkit/zolkit.conf", xdg);
	else if (home->len)
		zol_str_printf(file, "%s/.config/zolkit/zolkit.conf", zol_str_c(home));
}

static void on_note(void *ctx, enum zol_level level, const char *text)
{
	if (level == ZOL_LEVEL_WARN)
		zol_out_warn(ctx, "%s", text);
}

static const char *or_null(const struct zol_str *s)
{
	return s->len ? zol_str_c(s) : NULL;
}

int zol_app_conf_load(const struct zol_cli *cli, struct zol_conf *ret, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str home = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str data = ZOL_STR_INIT;
	struct zol_out out = cli->out;
	const struct zol_events ev = { .ctx = &out, .note = on_note };
	const char *config = getenv("ZOLKIT_CONFIG");
	uid_t user = invoking_user();
	const uid_t owners[] = { geteuid(), user };
	struct zol_conf_sources from = { .config = config && config[0] ? config : NULL,
					 .system_dir = SYSTEM_DIR,
					 .guest = cli->globals.guest,
					 .env = true,
					 .owners = owners,
					 .nowners = ZOL_COUNT(owners),
					 .ev = &ev };

	if (cli->globals.config)
		from.config = cli->globals.config;
	home_dir(user, &home);
	user_file(user, &home, &file);
	data_dir(&data);
	from.home = or_null(&home);
	from.user_file = or_null(&file);
	from.data = or_null(&data);
	return zol_conf_load(&from, ret, err);
}

static int load(struct zol_cli *cli, struct zol_err *err)
{
	ZOL_AUTO(free) struct zol_conf *conf = calloc(1, sizeof(*conf));
	int r;

	if (!conf)
		return zol_err_oom(err);
	r = zol_app_conf_load(cli, conf, err);
	if (r < 0)
		return r;
	cli->settings = &conf->settings;
	cli->data = zol_take_ptr(conf);
	return 0;
}

static void unload(struct zol_cli *cli)
{
	struct zol_conf *conf = cli->data;

	cli->settings = NULL;
	cli->data = NULL;
	zol_conf_free(conf);
	free(conf);
}

static int exec_prog(struct zol_cli *cli, const char *prog, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str path = ZOL_STR_INIT;
	int r = zol_app_program(prog, &path, err);

	if (r < 0)
		return r;
	execv(zol_str_c(&path), cli->argv);
	return zol_err_sys(err, "%s", zol_str_c(&path));
}

static const struct zol_hooks front_hooks = { .load = load, .unload = unload, .exec_prog = exec_prog };
static const struct zol_hooks other_hooks = { .load = load, .unload = unload, .exec_prog = NULL };

/* As gnulib's stdopen has it: the null device, opened the wrong way round. */
static bool open_standard_streams(void)
{
	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		if (open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
			return false;
	}
	return true;
}

static int run(const struct zol_bind *binds, size_t n, const struct zol_hooks *hooks, int argc, char **argv)
{
	if (!open_standard_streams())
		return ZOL_SYSTEM;
	umask(022);
	zol_sig_install();
	return zol_cli_main(&zol_table, binds, n, hooks, argc, argv);
}

int zol_app_main(const struct zol_bind *binds, size_t nbinds, int argc, char **argv)
{
	return run(binds, nbinds, &other_hooks, argc, argv);
}

static size_t count(const struct zol_app_part *parts, size_t nparts)
{
	size_t n = 0;

	for (size_t i = 0; i < nparts; i++)
		n += *parts[i].nbinds;
	return n;
}

int zol_app_run(const struct zol_app_part *parts, size_t nparts, bool front, int argc, char **argv)
{
	ZOL_AUTO(free) struct zol_bind *all = calloc(count(parts, nparts) + 1, sizeof(*all));
	size_t n = 0;

	if (!all) {
		(void)fputs("zolkit: out of memory\n", stderr);
		return ZOL_SYSTEM;
	}
	for (size_t i = 0; i < nparts; i++)
		for (size_t k = 0; k < *parts[i].nbinds; k++)
			all[n++] = parts[i].binds[k];
	return run(all, n, front ? &front_hooks : &other_hooks, argc, argv);
}
