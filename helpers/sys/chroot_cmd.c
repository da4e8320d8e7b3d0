/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "base/path.h"
#include "sys/chroot_priv.h"

/* What a login has before any profile; Gentoo's root has /opt/bin too. */
static const char default_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/bin";

/*
 * Fixed texts for the guest's shell. The variables come first, up to "--", then the command: both as
 * arguments, so that nothing in them is ever read as shell. The profile is a file of the guest's.
 */
static const char with_profile[] = "if [ -f /etc/profile ] && [ -r /etc/profile ]; then . /etc/profile; fi\n"
				   "while [ \"$1\" != -- ]; do export \"$1\"; shift; done; shift\n"
				   "exec \"$@\"\n";
static const char without_profile[] = "while [ \"$1\" != -- ]; do export \"$1\"; shift; done; shift\n"
				      "exec \"$@\"\n";

/* Kept from the caller's environment. The locale is not: which ones there are is the guest's affair. */
static const char *const kept[] = {
	"TERM",      "COLORTERM", "NO_COLOR",   "NOCOLOR",     "http_proxy", "https_proxy", "ftp_proxy", "rsync_proxy",
	"all_proxy", "no_proxy",  "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY",  "RSYNC_PROXY", "ALL_PROXY", "NO_PROXY",
};

int zol_chroot_check_env(const char *text, struct zol_err *err)
{
	size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

	if (n == 0 || text[n] != '=' || (*text >= '0' && *text <= '9'))
		return zol_err_set(err, ZOL_USAGE, 0, "'%s' is no NAME=VALUE", text);
	return 0;
}

int zol_chroot_user(const char *name, struct zol_passwd *ret, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err why = ZOL_ERR_INIT;

	if (zol_read_file("/etc/passwd", 16U << 20, &text, &why) < 0)
		zol_str_truncate(&text, 0);
	int rc = zol_passwd_find(zol_span_str(&text), name ? name : "root", ret, err);
	if (rc != 0)
		return rc < 0 ? rc : 0;
	if (name && strcmp(name, "root") != 0 && strcmp(name, "0") != 0)
		return zol_err_set(err, ZOL_USAGE, 0, "the guest has no user '%s'", name);
	/* A tree without accounts still has a root. */
	*ret = (struct zol_passwd){ .name = strdup("root"), .home = strdup("/root"), .shell = strdup("/bin/sh") };
	return ret->name && ret->home && ret->shell ? 0 : zol_err_oom(err);
}

void zol_chroot_environ(const struct zol_passwd *user, struct zol_strv *ret)
{
	bool have_term = false;

	for (size_t i = 0; i < ZOL_COUNT(kept); i++) {
		const char *value = getenv(kept[i]);

		if (!value)
			continue;
		zol_strv_addf(ret, "%s=%s", kept[i], value);
		have_term |= strcmp(kept[i], "TERM") == 0;
	}
	if (!have_term)
		zol_strv_add(ret, "TERM=dumb");
	zol_strv_add(ret, "LANG=C.UTF-8"); /* until the profile says otherwise */
	zol_strv_addf(ret, "HOME=%s", *user->home ? user->home : "/");
	zol_strv_addf(ret, "USER=%s", user->name);
	zol_strv_addf(ret, "LOGNAME=%s", user->name);
	zol_strv_addf(ret, "SHELL=%s", *user->shell ? user->shell : "/bin/sh");
	zol_strv_addf(ret, "PATH=%s", default_path);
}

/* The start-up file of the interactive shell, on our own /run. bash reads it as its rcfile, others by ENV. */
static int write_rc(const char *label, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	zol_str_puts(&text, "if [ -n \"$BASH_VERSION\" ] && [ -r ~/.bashrc ]; then . ~/.bashrc; fi\n");
	zol_str_puts(&text, "unset ENV\nPS1=\"(chroot");
	for (size_t i = 0; label && label[i]; i++) {
		bool plain = strchr("._+-", label[i]) || (label[i] >= '0' && label[i] <= '9') ||
			     (label[i] >= 'A' && label[i] <= 'Z') || (label[i] >= 'a' && label[i] <= 'z');

		if (i == 0)
			zol_str_putc(&text, ' ');
		zol_str_putc(&text, plain ? label[i] : '_');
	}
	zol_str_puts(&text, ") ${PS1:-# }\"\n");
	int rc = zol_str_check(&text, err);
	if (rc == 0)
		rc = zol_mkdirs("/run/zolkit", 0755, err);
	if (rc < 0)
		return rc;
	return zol_write_file("/run/zolkit/shrc", text.ptr, text.len, 0644, err);
}

static int add_shell(const struct zol_chroot_job *job, bool bash, struct zol_strv *ret, struct zol_err *err)
{
	if (!isatty(job->std[0])) {
		zol_strv_add(ret, bash ? "/bin/bash" : "/bin/sh");
		return 0;
	}
	int rc = write_rc(job->opts->label, err);
	if (rc < 0)
		return rc;
	if (bash) {
		static const char *const interactive[] = { "/bin/bash", "--rcfile", "/run/zolkit/shrc", "-i", NULL };

		zol_strv_extend(ret, interactive);
	} else {
		static const char *const interactive[] = { "/bin/sh", "-i", NULL };

		zol_strv_extend(ret, interactive);
	}
	return 0;
}

int zol_chroot_argv(const struct zol_chroot_job *job, struct zol_strv *ret, struct zol_err *err)
{
	const struct zol_chroot_opts *opts = job->opts;
	bool bash = access("/bin/bash", X_OK) == 0;
	bool sh = bash || access("/bin/sh", X_OK) == 0;
	int rc = 0;

	if (sh) {
		zol_strv_add(ret, bash ? "/bin/bash" : "/bin/sh");
		zol_strv_add(ret, "-c");
		zol_strv_add(ret, opts->bare ? without_profile : with_profile);
		zol_strv_add(ret, "zolkit");
		if (opts->shell && !bash)
			zol_strv_add(ret, "ENV=/run/zolkit/shrc");
		zol_strv_extend(ret, opts->env);
		zol_strv_add(ret, "--");
	} else if (opts->shell) {
		return zol_err_set(err, ZOL_SYSTEM, ENOENT, "the guest has neither /bin/bash nor /bin/sh");
	}
	if (opts->shell)
		rc = add_shell(job, bash, ret, err);
	else
		zol_strv_extend(ret, job->argv);
	return rc < 0 ? rc : zol_strv_check(ret, err);
}

/* The newest change in a directory, itself included; 0 when there is none. */
static int64_t newest_in(const char *path)
{
	ZOL_AUTO(dir) DIR *dir = opendir(path);
	struct stat st;
	int64_t newest = 0;

	if (!dir)
		return 0;
	for (struct dirent *d = readdir(dir); d; d = readdir(dir))
		if (strcmp(d->d_name, "..") != 0 && fstatat(dirfd(dir), d->d_name, &st, 0) == 0 && st.st_mtime > newest)
			newest = st.st_mtime;
	return newest;
}

void zol_chroot_env_update(const struct zol_chroot_job *job, const char *const *env)
{
	static const char program[] = "/usr/sbin/env-update";
	struct stat st;

	if (job->opts->bare || access(program, X_OK) < 0)
		return;
	if (stat("/etc/profile.env", &st) == 0 && newest_in("/etc/env.d") <= st.st_mtime)
		return;
	pid_t pid = fork();
	if (pid == 0) {
		sigset_t none;
		char *argv[] = { (char *)(uintptr_t)program, NULL };
		int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

		(void)sigemptyset(&none);
		(void)sigprocmask(SIG_SETMASK, &none, NULL);
		/* It talks on stdout, which belongs to the command. */
		(void)dup2(null, 0);
		(void)dup2(job->std[2], 1);
		(void)dup2(job->std[2], 2);
		(void)execve(program, argv, (char *const *)(uintptr_t)env);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

bool zol_chroot_is_x86_32(void)
{
	ZOL_AUTO(fd) int fd = open("/bin/sh", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	unsigned char head[20];
	struct utsname un;

	if (fd < 0 || uname(&un) < 0 || strcmp(un.machine, "x86_64") != 0)
		return false;
	return read(fd, head, sizeof(head)) == (ssize_t)sizeof(head) && memcmp(head, ELFMAG, SELFMAG) == 0 &&
	       head[EI_CLASS] == ELFCLASS32 && head[18] == EM_386 && head[19] == 0;
}

/* --- the command's process ------------------------------------------------------------------- */

static void reset_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		(void)signal(sig, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static int take_streams(const struct zol_chroot_job *job, struct zol_err *err)
{
	int moved[3];

	/* Out of the way first: one of them may be another's target. */
	for (int i = 0; i < 3; i++) {
		moved[i] = fcntl(job->std[i], F_DUPFD_CLOEXEC, 3);
		if (moved[i] < 0)
			return zol_err_sys(err, "cannot pass descriptor %d on", job->std[i]);
	}
	for (int i = 0; i < 3; i++)
		if (dup2(moved[i], i) < 0)
			return zol_err_sys(err, "cannot pass descriptor %d on", i);
	return 0;
}

static void close_others(void)
{
	if (syscall(SYS_close_range, 3U, ~0U, 1U << 2 /* CLOSE_RANGE_CLOEXEC */) == 0)
		return;
	ZOL_AUTO(dir) DIR *dir = opendir("/proc/self/fd");

	for (struct dirent *d = dir ? readdir(dir) : NULL; d; d = readdir(dir)) {
		long fd = strtol(d->d_name, NULL, 10);

		if (fd > 2)
			(void)fcntl((int)fd, F_SETFD, FD_CLOEXEC);
	}
}

static int become(const struct zol_passwd *user, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err why = ZOL_ERR_INIT;
	uint32_t gids[256];

	if (user->uid == 0 && user->gid == 0 && geteuid() == 0) {
		/* The caller's other groups are the host's. A user namespace may not be able to drop them. */
		if (setgroups(0, NULL) < 0 && errno != EPERM)
			return zol_err_sys(err, "cannot drop the caller's groups");
		return 0;
	}
	if (zol_read_file("/etc/group", 16U << 20, &text, &why) < 0)
		zol_str_truncate(&text, 0);
	size_t n = zol_passwd_groups(zol_span_str(&text), user->name, user->gid, gids, ZOL_COUNT(gids));
	if (setgroups(n, gids) < 0 || setgid(user->gid) < 0 || setuid(user->uid) < 0)
		return zol_err_sys(err, "cannot become user %s (%u)", user->name, user->uid);
	return 0;
}

static int enter_dir(const char *dir, const struct zol_passwd *user, struct zol_err *err)
{
	if (dir)
		return chdir(dir) == 0 ? 0 : zol_err_sys(err, "cannot enter %s in the guest", dir);
	if (chdir(user->home) < 0 && chdir("/") < 0)
		return zol_err_sys(err, "cannot enter / in the guest");
	return 0;
}

static int prepare(const struct zol_chroot_job *job, const struct zol_passwd *user, struct zol_err *err)
{
	pid_t parent = getppid();

	if (setsid() < 0)
		return zol_err_sys(err, "cannot begin a session");
	if (job->tty >= 0 && ioctl(job->tty, TIOCSCTTY, 0) < 0)
		return zol_err_sys(err, "cannot take the new terminal");
	int rc = take_streams(job, err);
	if (rc == 0)
		rc = become(user, err);
	if (rc == 0)
		rc = enter_dir(job->opts->dir, user, err);
	if (rc < 0)
		return rc;
	/* After the change of user, which clears it (prctl(2)). A PID namespace needs none of this. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(128 + SIGKILL);
	return 0;
}

void zol_chroot_exec(const struct zol_chroot_job *job, const struct zol_passwd *user, const struct zol_strv *argv,
		     const struct zol_strv *env)
{
	struct zol_err err = ZOL_ERR_INIT;
	int rc = prepare(job, user, &err);

	if (rc == 0) {
		close_others();
		reset_signals();
		environ = env->v;
		/* By PATH of the new environment when there is no slash: only where the guest has no shell. */
		(void)execvp(argv->v[0], argv->v);
		(void)zol_err_sys(&err, "cannot run %s in the guest", argv->v[0]);
		if (err.errnum == E2BIG)
			(void)zol_err_hint(&err, "arguments and environment are too long for the kernel");
	}
	zol_chroot_report_err(job->report, &err);
	_exit(127);
}
