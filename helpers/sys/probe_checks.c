/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "sys/probe_checks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/path.h"

int zol_probe_file(int dir, const char *name, const char *text)
{
	ZOL_AUTO(fd) int fd = openat(dir, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	size_t len = strlen(text);

	if (fd < 0)
		return -1;
	if (pwrite(fd, text, len, 0) != (ssize_t)len)
		return -1;
	return zol_take_fd(&fd);
}

/*
 * The type of the file system as mounted, from mountinfo by device number: statfs(2) does not
 * tell 9p from what lies below it on the host.
 */
static void fstype_of(int dir, char type[static 32])
{
	ZOL_AUTO(file) FILE *f = fopen("/proc/self/mountinfo", "re");
	ZOL_AUTO(free) char *line = NULL;
	size_t cap = 0;
	struct stat st;

	memcpy(type, "unknown", sizeof("unknown"));
	if (!f || fstat(dir, &st) < 0)
		return;
	while (getline(&line, &cap, f) > 0) {
		unsigned maj, min;
		char found[32];
		const char *sep = strstr(line, " - ");

		/* "36 35 98:0 /root /mnt options - type source": proc_pid_mountinfo(5) */
		if (!sep || sscanf(line, "%*s %*s %u:%u", &maj, &min) != 2 || sscanf(sep, " - %31s", found) != 1)
			continue;
		if (maj == major(st.st_dev) && min == minor(st.st_dev))
			memcpy(type, found, sizeof(found));
	}
}

/* "ENOENT": a word for a table, and the same in every language. musl has only the sentence. */
static const char *errno_name(int number)
{
#ifdef __GLIBC__
	const char *name = strerrorname_np(number);

	return name ? name : "errno";
#else
	return strerror(number);
#endif
}

static void run_group(const struct zol_probe_check *checks, int scratch, const char *dir, const char *fstype,
		      struct zol_str *out)
{
	for (const struct zol_probe_check *c = checks; c->id; c++) {
		const char *why = "";
		int rc = c->run(scratch, &why);
		enum zol_probe_result result = ZOL_PROBE_OK;

		if (rc == ZOL_CHECK_SKIP)
			result = ZOL_PROBE_SKIP;
		else if (rc != 0)
			result = ZOL_PROBE_FAIL;
		if (rc > 0)
			why = errno_name(rc);
		zol_probe_format(out, dir, fstype, c->id, result, why);
	}
}

int zol_probe_run(const char *dir, struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_asprintf("%s/.zolkit-probe-XXXXXX", strcmp(dir, "/") == 0 ? "" : dir);
	ZOL_AUTO(fd) int scratch = -1;
	char fstype[32];
	int rc;

	if (!path)
		return zol_err_oom(err);
	if (!mkdtemp(path))
		return zol_err_sys(err, "cannot make a directory in %s", dir);
	scratch = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (scratch < 0) {
		rc = zol_err_sys(err, "cannot open %s", path);
		(void)rmdir(path);
		return rc;
	}
	fstype_of(scratch, fstype);
	run_group(zol_probe_unlinked, scratch, dir, fstype, out);
	run_group(zol_probe_names, scratch, dir, fstype, out);
	run_group(zol_probe_data, scratch, dir, fstype, out);
	rc = zol_rmtree(AT_FDCWD, path, err);
	if (rc < 0)
		return rc;
	return zol_str_check(out, err);
}
