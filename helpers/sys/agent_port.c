/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/bytes.h"
#include "base/num.h"
#include "base/path.h"
#include "sys/agent.h"

#define PORTS "/sys/class/virtio-ports"
#define RETRY_MS 200

/* First line of a small file of sysfs into buf; false when there is none. */
static bool read_line(const char *path, char *buf, size_t size)
{
	ZOL_AUTO(fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);

	if (n <= 0)
		return false;
	buf[n] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return true;
}

/* Where there is no devtmpfs: a node of our own, for as long as it takes to open it. */
static int open_by_number(const char *port)
{
	static const char *const dirs[] = { "/dev", "/run", "/tmp" };
	ZOL_AUTO(free) char *path = zol_asprintf("%s/%s/dev", PORTS, port);
	char text[32];
	unsigned major_no, minor_no;

	if (!path || !read_line(path, text, sizeof(text)) || sscanf(text, "%u:%u", &major_no, &minor_no) != 2)
		return -1;
	for (size_t i = 0; i < ZOL_COUNT(dirs); i++) {
		ZOL_AUTO(free) char *node = zol_asprintf("%s/.zolkit-port.%d", dirs[i], (int)getpid());
		int fd;

		if (!node || mknod(node, S_IFCHR | 0600, makedev(major_no, minor_no)) < 0)
			continue;
		fd = open(node, O_RDWR | O_NONBLOCK | O_CLOEXEC);
		(void)unlink(node);
		if (fd >= 0)
			return fd;
	}
	return -1;
}

static int open_port(const char *port)
{
	ZOL_AUTO(free) char *node = zol_asprintf("/dev/%s", port);
	int fd = node ? open(node, O_RDWR | O_NONBLOCK | O_CLOEXEC) : -1;

	return fd < 0 && errno == ENOENT ? open_by_number(port) : fd;
}

static int find_port(void)
{
	ZOL_AUTO(dir) DIR *d = opendir(PORTS);

	if (!d)
		return -1;
	for (struct dirent *e = readdir(d); e; e = readdir(d)) {
		ZOL_AUTO(free) char *path = zol_asprintf("%s/%s/name", PORTS, e->d_name);
		char name[64];

		if (e->d_name[0] != '.' && path && read_line(path, name, sizeof(name)) &&
		    strcmp(name, ZOL_AGENT_PORT) == 0)
			return open_port(e->d_name);
	}
	errno = ENOENT;
	return -1;
}

int zol_agent_port_open(uint64_t limit_ms)
{
	uint64_t end = zol_now_ms() + limit_ms;

	for (;;) {
		int fd = find_port();

		if (fd >= 0 || zol_now_ms() >= end)
			return fd;
		(void)poll(NULL, 0, RETRY_MS);
	}
}

/* Whole frames from out_pos on that fit into one write. */
static size_t next_batch(const struct zol_agent *a)
{
	size_t n = 0;

	while (a->out.len - a->out_pos - n >= ZOL_FRAME_HEADER) {
		size_t len = ZOL_FRAME_HEADER + zol_le32(a->out.ptr + a->out_pos + n + 12);

		if (n > 0 && n + len > ZOL_FRAME_MAX)
			break;
		n += len;
	}
	return n;
}

bool zol_agent_flush(struct zol_agent *a)
{
	while (a->out_pos < a->out.len) {
		ssize_t n;

		if (a->batch == 0)
			a->batch = next_batch(a);
		n = write(a->port, a->out.ptr + a->out_pos, a->batch);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN;
		a->batch -= (size_t)n;
		a->out_pos += (size_t)n;
	}
	zol_str_truncate(&a->out, 0);
	a->out_pos = 0;
	return true;
}

void zol_agent_greet(struct zol_agent *a)
{
	ZOL_AUTO(str) struct zol_str records = ZOL_STR_INIT;
	char release[128];

	zol_tag_put_u32(&records, ZOL_TAG_VERSION, ZOL_AGENT_VERSION);
	zol_tag_put_u32(&records, ZOL_TAG_PID, (uint32_t)getpid());
	zol_tag_puts(&records, ZOL_TAG_MODE, a->run ? "run" : "daemon");
	if (read_line("/proc/sys/kernel/osrelease", release, sizeof(release)))
		zol_tag_puts(&records, ZOL_TAG_RELEASE, release);
	zol_frame_put(&a->out, ZOL_FRAME_HELLO, 0, 0, records.ptr, records.len);
}

static void take_frame(struct zol_agent *a, const struct zol_frame *f)
{
	a->greeted = true;
	if (f->type == ZOL_FRAME_HELLO)
		zol_agent_greet(a);
	else if (f->type == ZOL_FRAME_PING)
		zol_frame_put(&a->out, ZOL_FRAME_PONG, f->channel, 0, f->data.ptr, f->data.len);
	else
		zol_chan_frame(a, f);
}

bool zol_agent_receive(struct zol_agent *a)
{
	char buf[ZOL_FRAME_MAX];
	struct zol_frame f;
	ssize_t n = read(a->port, buf, sizeof(buf));

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n == 0)
		return true; /* the host's end is closed; poll() says POLLHUP */
	zol_frames_feed(&a->in, buf, (size_t)n);
	while (zol_frames_next(&a->in, &f))
		take_frame(a, &f);
	return true;
}
