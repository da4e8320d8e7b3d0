/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/fence.h"

/* Of headers newer than Debian 12's. */
#define FS_TRUNCATE (1ULL << 14)
#define NET_BIND_TCP (1ULL << 0)
#define NET_CONNECT_TCP (1ULL << 1)
#define SCOPE_ABSTRACT (1ULL << 0)
#define SCOPE_SIGNAL (1ULL << 1)
#define ABI_REFER 2
#define ABI_TRUNCATE 3
#define ABI_NET 4
#define ABI_SCOPE 6
#define RULESET_SIZE_FS 8
#define RULESET_SIZE_NET 16
#define RULESET_SIZE_FULL 24

struct ruleset {
	uint64_t fs, net, scoped;
};

#define FILE_RIGHTS (LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE)
#define TREE_RIGHTS                                                                                                    \
	(FILE_RIGHTS | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | \
	 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |                    \
	 LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM |                  \
	 LANDLOCK_ACCESS_FS_REFER)

/* What is forbidden where nothing else is said, as far as this kernel knows it. */
static struct ruleset everything(long abi)
{
	struct ruleset r = { .fs = TREE_RIGHTS };

	if (abi < ABI_REFER)
		r.fs &= ~(uint64_t)LANDLOCK_ACCESS_FS_REFER;
	if (abi < ABI_TRUNCATE)
		r.fs &= ~FS_TRUNCATE;
	if (abi >= ABI_NET)
		r.net = NET_BIND_TCP;
	if (abi >= ABI_SCOPE)
		r.scoped = SCOPE_ABSTRACT | SCOPE_SIGNAL;
	return r;
}

static size_t size_of(long abi)
{
	return abi >= ABI_SCOPE ? RULESET_SIZE_FULL : abi >= ABI_NET ? RULESET_SIZE_NET : RULESET_SIZE_FS;
}

static int allow(int ruleset, const char *path, uint64_t rights, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = open(path, O_PATH | O_CLOEXEC);
	struct landlock_path_beneath_attr beneath = { .allowed_access = rights, .parent_fd = fd };

	if (fd < 0)
		return zol_err_sys(err, "cannot open %s", path);
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0))
		return zol_err_sys(err, "cannot allow writing below %s", path);
	return 0;
}

static int raise_fence(const char *const *writable, size_t n, uint64_t net, struct zol_err *err)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION);
	ZOL_AUTO(fd) int ruleset = -1;
	struct ruleset all;
	int rc;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L))
		return zol_err_sys(err, "cannot give up gaining privileges");
	/* Not built in, not enabled at boot, or hidden by a container's filter. */
	if (abi < 1)
		return ZOL_FENCE_NONE;
	all = everything(abi);
	if (abi >= ABI_NET)
		all.net |= net;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &all, size_of(abi), 0U);
	if (ruleset < 0)
		return zol_err_sys(err, "cannot make a Landlock ruleset");
	rc = allow(ruleset, "/dev/null", all.fs & FILE_RIGHTS, err);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = allow(ruleset, writable[i], all.fs, err);
	if (rc)
		return rc;
	if (syscall(SYS_landlock_restrict_self, ruleset, 0U))
		return zol_err_sys(err, "cannot raise the Landlock fence");
	return ZOL_FENCE_UP;
}

int zol_fence_raise(const char *const *writable, size_t n, struct zol_err *err)
{
	return raise_fence(writable, n, 0, err);
}

/* --- readers -------------------------------------------------------------------------------------- */

#define KEPT (1U << CAP_CHOWN | 1U << CAP_FOWNER | 1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH)
#define KEPT_HIGH CAP_TO_MASK(CAP_SYSLOG)

static int drop_capabilities(struct zol_err *err)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3, .pid = 0 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &head, data))
		return zol_err_sys(err, "cannot tell the capabilities");
	data[0].effective &= KEPT;
	data[0].permitted &= KEPT;
	data[1].effective &= KEPT_HIGH;
	data[1].permitted &= KEPT_HIGH;
	data[0].inheritable = data[1].inheritable = 0;
	if (syscall(SYS_capset, &head, data))
		return zol_err_sys(err, "cannot give up capabilities");
	return 0;
}

/* The directory that a file is in, through links; NULL: there is none. */
static char *directory_of(const char *file)
{
	char *real = realpath(file, NULL), *slash;

	if (!real)
		real = strdup(file);
	slash = real ? strrchr(real, '/') : NULL;
	if (real && !slash) {
		free(real);
		return strdup(".");
	}
	if (slash)
		slash[slash == real] = '\0';
	return real;
}

int zol_fence_reader_raise(const struct zol_fence_reader *r, struct zol_err *err)
{
	const char *writable[ZOL_FENCE_DIRS + 1];
	bool file = r->output && strcmp(r->output, "-") != 0;
	ZOL_AUTO(free) char *dir = file ? directory_of(r->output) : NULL;
	size_t n = 0;

	if (file && !dir)
		return zol_err_oom(err);
	if (dir && access(dir, F_OK) == 0)
		writable[n++] = dir;
	for (size_t i = 0; i < r->n && i < ZOL_FENCE_DIRS; i++) {
		if (access(r->dirs[i], F_OK) == 0)
			writable[n++] = r->dirs[i];
	}
	if (drop_capabilities(err) < 0)
		return -(int)err->code;
	return raise_fence(writable, n, NET_CONNECT_TCP, err);
}
