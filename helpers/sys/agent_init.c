/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/num.h"
#include "sys/agent.h"

#define REAL_INIT "/sbin/init"

struct init_mount {
	const char *type, *dir, *options;
	unsigned long flags;
};

static const struct init_mount mounts[] = {
	{ "proc", "/proc", NULL, MS_NOSUID | MS_NOEXEC | MS_NODEV },
	{ "sysfs", "/sys", NULL, MS_NOSUID | MS_NOEXEC | MS_NODEV },
	{ "devtmpfs", "/dev", "mode=0755", MS_NOSUID },
	{ "devpts", "/dev/pts", "gid=5,mode=620,ptmxmode=666", MS_NOSUID | MS_NOEXEC },
	{ "tmpfs", "/dev/shm", "mode=1777", MS_NOSUID | MS_NODEV },
	{ "tmpfs", "/run", "mode=0755", MS_NOSUID | MS_NODEV },
	{ "tmpfs", "/tmp", "mode=1777", MS_NOSUID | MS_NODEV },
};

void zol_agent_say(const char *fmt, ...)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	va_list ap;

	zol_str_puts(&text, "zolkit-agent: ");
	va_start(ap, fmt);
	zol_str_vprintf(&text, fmt, ap);
	va_end(ap);
	zol_str_putc(&text, '\n');
	if (text.len > 0)
		(void)!write(STDERR_FILENO, text.ptr, text.len);
}

static ZOL_NORETURN void off(void)
{
	sync();
	(void)reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

/* The supervisor takes this line for the end of the run. */
static ZOL_NORETURN void fatal(const char *what, const char *hint)
{
	int errnum = errno;

	zol_agent_say("fatal: %s: %s%s%s", what, strerror(errnum), hint ? " - " : "", hint ? hint : "");
	off();
}

static void mount_all(void)
{
	for (size_t i = 0; i < ZOL_COUNT(mounts); i++) {
		const struct init_mount *m = &mounts[i];

		/* /dev may be there already (CONFIG_DEVTMPFS_MOUNT); below it, directories are ours to make. */
		if (i > 2)
			(void)mkdir(m->dir, 0755);
		if (mount(m->type, m->dir, m->type, m->flags, m->options) < 0 && errno != EBUSY)
			zol_agent_say("cannot mount %s on %s: %s", m->type, m->dir, strerror(errno));
	}
}

static void loopback_up(void)
{
	ZOL_AUTO(fd) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq r = { .ifr_flags = IFF_UP };

	memcpy(r.ifr_name, "lo", 3);
	if (fd >= 0)
		(void)ioctl(fd, SIOCSIFFLAGS, &r);
}

/* A directory of the root to put the memory on: one that is there and that init mounts over anyway. */
static const char *scratch_dir(void)
{
	static const char *const dirs[] = { "/run", "/tmp", "/mnt", "/proc" };

	for (size_t i = 0; i < ZOL_COUNT(dirs); i++) {
		struct stat st;

		if (lstat(dirs[i], &st) == 0 && S_ISDIR(st.st_mode))
			return dirs[i];
	}
	errno = ENOENT;
	fatal("no directory to mount on", NULL);
}

/* Root becomes an overlay whose changes live in memory; the tree that the host exports is its lower layer. */
static void make_root_copy(void)
{
	const char *dir = scratch_dir();

	if (mount("zolkit", dir, "tmpfs", 0, "mode=0755") < 0)
		fatal("cannot mount a tmpfs", "CONFIG_TMPFS");
	if (chdir(dir) < 0 || mkdir("upper", 0755) < 0 || mkdir("work", 0755) < 0 || mkdir("root", 0755) < 0)
		fatal("cannot prepare the copy of the root", NULL);
	if (mount("zolkit", "root", "overlay", 0, "lowerdir=/,upperdir=upper,workdir=work") < 0)
		fatal("cannot mount an overlay", errno == ENODEV ? "--ephemeral needs CONFIG_OVERLAY_FS=y" : NULL);
	if (mount("/dev", "root/dev", NULL, MS_MOVE, NULL) < 0 && errno != EINVAL)
		fatal("cannot move /dev", NULL);
	if (chdir("root") < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 || chdir("/") < 0)
		fatal("cannot change to the copy of the root", NULL);
}

static ZOL_NORETURN void become_init(void)
{
	const char *real = getenv(ZOL_AGENT_INIT);
	char *argv[2] = { NULL, NULL };

	argv[0] = strdup(real && *real ? real : REAL_INIT);
	if (!argv[0])
		fatal("cannot start init", NULL);
	(void)unsetenv(ZOL_AGENT_INIT);
	(void)unsetenv(ZOL_AGENT_MODE);
	execv(argv[0], argv);
	fatal(argv[0], NULL);
}

void zol_agent_init(struct zol_agent *a)
{
	const char *mode = getenv(ZOL_AGENT_MODE);

	umask(022);
	a->init = true;
	a->run = true;
	if (mode && strcmp(mode, "ephemeral") == 0) {
		make_root_copy();
		become_init();
	}
	if (mode && strcmp(mode, "run-ephemeral") == 0)
		make_root_copy();
	mount_all();
	loopback_up();
}

/* Whether any process but us is left. */
static bool others(void)
{
	pid_t pid;

	do {
		pid = waitpid(-1, NULL, WNOHANG);
	} while (pid > 0);
	return pid == 0;
}

static void end_others(void)
{
	uint64_t end = zol_now_ms() + 1000;

	if (!others())
		return;
	kill(-1, SIGTERM);
	kill(-1, SIGCONT);
	while (others() && zol_now_ms() < end)
		(void)poll(NULL, 0, 20);
	kill(-1, SIGKILL);
}

/* Asks the init that runs: its own program knows how. */
static int ask_init(void)
{
	static const char *const programs[][4] = {
		{ "/sbin/poweroff", NULL },
		{ "/usr/bin/systemctl", "poweroff", NULL },
		{ "/sbin/shutdown", "-hP", "now", NULL },
		{ "/bin/busybox", "poweroff", NULL },
	};

	for (size_t i = 0; i < ZOL_COUNT(programs); i++) {
		int status = 0;
		pid_t pid;

		if (access(programs[i][0], X_OK) < 0)
			continue;
		pid = fork();
		if (pid == 0) {
			char *argv[4];

			for (size_t k = 0; k < 4; k++)
				argv[k] = programs[i][k] ? strdup(programs[i][k]) : NULL;
			execv(argv[0], argv);
			_exit(127);
		}
		if (pid > 0 && waitpid(pid, &status, 0) == pid && status == 0)
			return 0;
	}
	return ENOENT;
}

int zol_agent_poweroff(bool at_once)
{
	if (!at_once)
		return ask_init();
	if (getpid() == 1)
		end_others();
	sync();
	/* Writes that 9p caches are lost when QEMU goes; a read-only root has none. */
	(void)mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL);
	off();
}
