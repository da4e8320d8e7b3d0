/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <poll.h>
#include <termios.h>

#include "base/path.h"
#include "base/sig.h"
#include "cmd/vm.h"
#include "sys/vm_sock.h"

#define DEFAULT_ESCAPE (']' & 0x1f)
#define NO_ESCAPE '\0'

bool zol_vm_term_raw(int fd, struct termios *saved)
{
	struct termios raw;

	if (!isatty(fd) || tcgetattr(fd, saved) < 0)
		return false;
	raw = *saved;
	cfmakeraw(&raw);
	return tcsetattr(fd, TCSADRAIN, &raw) == 0;
}

void zol_vm_term_restore(int fd, const struct termios *saved)
{
	(void)tcsetattr(fd, TCSADRAIN, saved);
}

/* "^]", "^a", "none". */
static int parse_escape(const char *text, char *ret, struct zol_err *err)
{
	*ret = DEFAULT_ESCAPE;
	if (!text)
		return 0;
	if (strcmp(text, "none") == 0) {
		*ret = NO_ESCAPE;
		return 0;
	}
	if (text[0] != '^' || text[1] < 'A' || text[1] > 'z' || text[1] == '`' || text[2] != '\0')
		return zol_err_set(err, ZOL_USAGE, 0, "'%s' is no key: write ^] or ^a, or none", text);
	*ret = (char)(text[1] & 0x1f);
	return 0;
}

/* Our keys to the guest: 1 when the escape key was among them, 2 at the end of input. */
static int send_keys(int fd, char escape, struct zol_err *err)
{
	char buf[1024];
	const char *at;
	ssize_t n = read(STDIN_FILENO, buf, sizeof(buf));

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : zol_err_sys(err, "stdin");
	if (n == 0)
		return 2;
	at = escape != NO_ESCAPE ? memchr(buf, escape, (size_t)n) : NULL;
	if (zol_write_all(fd, buf, at ? (size_t)(at - buf) : (size_t)n, err) < 0)
		return -(int)err->code;
	return at ? 1 : 0;
}

/* 1 when the VM has ended. */
static int show_output(int fd, struct zol_err *err)
{
	char buf[16384];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n < 0)
		return errno == EINTR ? 0 : errno == ECONNRESET ? 1 : zol_err_sys(err, "console");
	if (n == 0)
		return 1;
	return zol_write_all(STDOUT_FILENO, buf, (size_t)n, err);
}

/* Returns 1 when detached by key, 2 when the VM has ended. */
static int pass_bytes(int fd, char escape, struct zol_err *err)
{
	struct pollfd set[2] = { { .fd = fd, .events = POLLIN }, { .fd = STDIN_FILENO, .events = POLLIN } };
	int r = 0;

	while (r == 0) {
		if (poll(set, 2, -1) < 0 && errno != EINTR)
			return zol_err_sys(err, "poll");
		if (zol_sig_pending())
			return 1;
		if (set[1].revents)
			r = send_keys(fd, escape, err);
		if (r == 2) { /* no more input: a viewer from now on */
			set[1].fd = -1;
			r = 0;
		}
		if (r == 0 && set[0].revents && show_output(fd, err) != 0)
			r = err->code != ZOL_OK ? -(int)err->code : 2;
		set[0].revents = set[1].revents = 0;
	}
	return r;
}

int zol_vm_console_show(struct zol_cli *cli, const struct zol_vm_dirs *d, const char *socket_name, char escape,
			struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = zol_vm_sock_connect(d->run, socket_name, 0, err);
	struct termios saved;
	bool raw;
	int r;

	if (fd < 0 && zol_vm_sock_gone(err)) {
		(void)zol_vm_not_running(d, err);
		if (access(d->console_log, F_OK) == 0)
			(void)zol_err_hint(err, "boot it: zolkit vm start; its last console is in %s", d->console_log);
		return -(int)err->code;
	}
	if (fd < 0)
		return zol_err_wrap(err, "console of guest %s", d->guest);
	raw = zol_vm_term_raw(STDIN_FILENO, &saved);
	if (raw && escape != NO_ESCAPE)
		zol_out_info(&cli->out, "Ctrl-%c detaches\r", escape | 0x40);
	r = pass_bytes(fd, escape, err);
	if (raw)
		zol_vm_term_restore(STDIN_FILENO, &saved);
	if (r < 0)
		return r;
	if (raw)
		(void)fputc('\n', cli->out.err);
	zol_out_info(&cli->out, r == 1 ? "detached; the VM goes on" : "the VM has ended");
	return 0;
}

int zol_cmd_vm_console(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_vm_console_args *a = args;
	ZOL_AUTO(vm_dirs) struct zol_vm_dirs d = { 0 };
	char escape;

	if (parse_escape(a->escape, &escape, err) < 0 || zol_vm_dirs_of(cli, &d, err) < 0)
		return -(int)err->code;
	return zol_vm_console_show(cli, &d, a->second ? ZOL_QEMU_SERIAL : ZOL_VM_CONSOLE, escape, err);
}
