/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <sys/signalfd.h>

#include "base/num.h"
#include "sys/agent.h"

#define STR_(x) #x
#define STR(x) STR_(x)

#define PORT_LIMIT_MS 30000U /* for the port to appear, as init */
#define LOST_MS 5000U        /* without the host before init powers off */
#define IDLE_MS 200          /* between looks at a port whose host is gone: poll() would return at once */
#define GREET_MS 60000U

static int make_sigfd(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* False when we are told to end. */
static bool take_signals(struct zol_agent *a)
{
	struct signalfd_siginfo info;
	bool go_on = true;

	while (read(a->sigfd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		if (info.ssi_signo == SIGTERM && !a->init)
			go_on = false;
	zol_chan_reap(a);
	return go_on;
}

static int next_timeout(const struct zol_agent *a)
{
	int ms = a->init ? 1000 : -1;

	if (a->lost_at)
		ms = IDLE_MS;
	for (size_t i = 0; i < ZOL_AGENT_CHANNELS; i++)
		if (a->chans[i].kill_at)
			ms = IDLE_MS;
	return ms;
}

/* The host's end is closed: its commands are hung up; as init, there is nothing left to live for. */
static void host_gone(struct zol_agent *a, uint64_t started)
{
	uint64_t now = zol_now_ms();

	if (a->lost_at == 0) {
		a->lost_at = now;
		zol_chan_hangup_all(a);
		zol_frames_free(&a->in);
	}
	if (a->init && a->greeted && now - a->lost_at > LOST_MS) {
		zol_agent_say("the host is gone, powering off");
		(void)zol_agent_poweroff(true);
	}
	if (a->init && !a->greeted && now - started > GREET_MS) {
		zol_agent_say("the host never spoke, powering off");
		(void)zol_agent_poweroff(true);
	}
}

static bool serve_once(struct zol_agent *a, uint64_t started)
{
	struct pollfd set[2 + 3 * ZOL_AGENT_CHANNELS];
	size_t n = 2;

	set[0] = (struct pollfd){ .fd = a->sigfd, .events = POLLIN };
	set[1] = (struct pollfd){ .fd = a->lost_at ? -1 : a->port, .events = POLLIN };
	if (a->out.len > a->out_pos)
		set[1].events |= POLLOUT;
	n += zol_chan_poll(a, set + n, ZOL_COUNT(set) - n);
	if (poll(set, n, next_timeout(a)) < 0 && errno != EINTR)
		return false;
	if (set[0].revents && !take_signals(a))
		return false;
	if (a->lost_at) {
		struct pollfd p = { .fd = a->port, .events = POLLIN };

		(void)poll(&p, 1, 0);
		set[1].revents = p.revents;
		if (!(p.revents & POLLHUP))
			a->lost_at = 0;
	}
	if ((set[1].revents & POLLIN) && !zol_agent_receive(a))
		return false;
	if ((set[1].revents & POLLHUP) && !(set[1].revents & POLLIN))
		host_gone(a, started);
	zol_chan_work(a);
	return zol_agent_flush(a);
}

static int serve(struct zol_agent *a)
{
	uint64_t started = zol_now_ms();

	while (serve_once(a, started))
		;
	return 1;
}

static int print_map(void)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	if (zol_agent_map(&text, &err) < 0) {
		fprintf(stderr, "zolkit-agent: %s\n", zol_err_text(&err));
		return (int)err.code;
	}
	return fwrite(text.ptr, 1, text.len, stdout) == text.len && fflush(stdout) == 0 ? 0 : ZOL_SYSTEM;
}

static int usage(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		printf("zolkit-agent " STR(ZOL_VERSION) ", protocol %u\n", ZOL_AGENT_VERSION);
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "map") == 0)
		return print_map();
	printf("Usage: zolkit-agent [--version | map]\n"
	       "Runs commands for the host of this virtual machine, over the port %s.\n"
	       "Started by the guest's init, or as init itself.\n"
	       "map prints where the kernel and its modules lie in memory.\n",
	       ZOL_AGENT_PORT);
	return argc > 1 && strcmp(argv[1], "--help") != 0 ? 2 : 0;
}

int main(int argc, char **argv)
{
	static struct zol_agent a;

	/* The kernel hands init the words of its command line that it does not know. */
	if (argc > 1 && getpid() != 1)
		return usage(argc, argv);
	if (getpid() == 1)
		zol_agent_init(&a);
	a.sigfd = make_sigfd();
	do {
		a.port = zol_agent_port_open(a.init ? PORT_LIMIT_MS : UINT32_MAX);
	} while (a.port < 0 && !a.init);
	if (a.port < 0) {
		zol_agent_say("fatal: there is no port %s: %s", ZOL_AGENT_PORT, strerror(errno));
		(void)zol_agent_poweroff(true);
	}
	zol_agent_greet(&a);
	(void)serve(&a);
	if (a.init)
		(void)zol_agent_poweroff(true);
	return 0;
}
