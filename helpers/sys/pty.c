/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>

#include "sys/pty.h"

void zol_pty_close(struct zol_pty *p)
{
	zol_cleanup_fd(&p->master);
	zol_cleanup_fd(&p->slave);
	*p = (struct zol_pty)ZOL_PTY_INIT;
}

int zol_pty_open(int like, bool cooked, struct zol_pty *ret, struct zol_err *err)
{
	ZOL_AUTO(fd) int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	struct termios tio;

	if (master < 0 || unlockpt(master) < 0)
		return zol_err_sys(err, "cannot make a terminal");
	/* By the master (Linux 4.13): the name need not lead to the same devpts. */
	ZOL_AUTO(fd) int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (slave < 0) {
		char name[64];

		if (ptsname_r(master, name, sizeof(name)) == 0)
			slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	}
	if (slave < 0)
		return zol_err_sys(err, "cannot open the new terminal");
	if (tcgetattr(like, &tio) == 0) {
		if (cooked)
			tio.c_oflag &= (tcflag_t)~OPOST;
		(void)tcsetattr(slave, TCSANOW, &tio);
	}
	ret->master = zol_take_fd(&master);
	ret->slave = zol_take_fd(&slave);
	zol_pty_resize(ret, like);
	return 0;
}

void zol_pty_resize(const struct zol_pty *p, int from)
{
	struct winsize size;

	if (ioctl(from, TIOCGWINSZ, &size) == 0)
		(void)ioctl(p->master, TIOCSWINSZ, &size);
}

int zol_raw_enter(struct zol_raw *raw, int fd)
{
	struct termios tio;

	/* In the background, setting the terminal would stop us. */
	if (tcgetattr(fd, &tio) < 0 || tcgetpgrp(fd) != getpgrp())
		return 0;
	raw->saved = tio;
	cfmakeraw(&tio);
	if (tcsetattr(fd, TCSADRAIN, &tio) < 0)
		return 0;
	raw->fd = fd;
	return 1;
}

void zol_raw_leave(struct zol_raw *raw)
{
	if (raw->fd >= 0)
		(void)tcsetattr(raw->fd, TCSADRAIN, &raw->saved);
	raw->fd = -1;
}
