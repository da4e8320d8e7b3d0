/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/ktree.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "base/lock.h"
#include "base/path.h"
#include "base/proc.h"
#include "core/kconfig_frag.h"
#include "core/strmap.h"

#define CONFIG_MAX (16U << 20)
#define DEPTH_MAX 64U
#define LOCK_WAIT_MS 600000U

bool zol_ktree_is_archive(const char *source)
{
	struct stat st;

	return stat(source, &st) == 0 && S_ISREG(st.st_mode);
}

static bool is_tree(const char *dir)
{
	ZOL_AUTO(free) char *makefile = zol_path_join(dir, "Makefile");
	ZOL_AUTO(free) char *kconfig = zol_path_join(dir, "Kconfig");

	return makefile && kconfig && access(makefile, R_OK) == 0 && access(kconfig, R_OK) == 0;
}

static int run_tar(const char *archive, const char *to, struct zol_err *err)
{
	const char *const argv[] = {
		"tar", "--extract", "--file", archive, "--directory", to, "--strip-components=1", "--no-same-owner",
		NULL
	};

	return zol_proc_capture(argv, NULL, err);
}

/* Written out first: after a power failure, too, what has the name is whole. */
static int put_in_place(const char *tmp, const char *to, struct zol_err *err)
{
	ZOL_AUTO(fd) int dir = open(tmp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0 || fchmod(dir, 0755) < 0 || syncfs(dir) < 0)
		return zol_err_sys(err, "cannot finish %s", tmp);
	return rename(tmp, to) < 0 ? zol_err_sys(err, "cannot rename %s to %s", tmp, to) : 0;
}

/* Unpacks beside the final place and renames. */
static int unpack(const char *archive, const char *parent, const char *name, struct zol_err *err)
{
	ZOL_AUTO(free) char *to = zol_path_join(parent, name);
	ZOL_AUTO(free) char *tmp = zol_asprintf("%s/.%s.zol-XXXXXX", parent, name);

	if (!to || !tmp)
		return zol_err_oom(err);
	if (!mkdtemp(tmp))
		return zol_err_sys(err, "cannot make %s", tmp);
	int rc = run_tar(archive, tmp, err);

	if (rc == 0 && !is_tree(tmp))
		rc = zol_err_set(err, ZOL_USAGE, 0, "%s holds no kernel source tree", archive);
	if (rc == 0)
		rc = put_in_place(tmp, to, err);
	if (rc < 0) {
		struct zol_err ignored = ZOL_ERR_INIT;

		(void)!zol_rmtree(AT_FDCWD, tmp, &ignored);
		zol_err_clear(&ignored);
	}
	return rc;
}

/* Removes what killed runs left. */
static void sweep(const char *parent)
{
	ZOL_AUTO(dir) DIR *d = opendir(parent);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		struct zol_err ignored = ZOL_ERR_INIT;

		if (e->d_name[0] == '.' && strstr(e->d_name, ".zol-"))
			(void)!zol_rmtree(dirfd(d), e->d_name, &ignored);
		zol_err_clear(&ignored);
	}
}

/* One at a time: who waited finds the tree. */
static int unpack_locked(const char *source, const char *parent, const char *name, const struct zol_events *ev,
			 struct zol_err *err)
{
	ZOL_AUTO(free) char *to = zol_path_join(parent, name);
	ZOL_AUTO(free) char *lock_path = zol_path_join(parent, ".lock");

	if (!to || !lock_path)
		return zol_err_oom(err);
	zol_ev_stage(ev, "unpack", 0, ZOL_UNIT_COUNT);
	ZOL_AUTO(fd) int lock = zol_lock_take(lock_path, "unpacking a kernel source", LOCK_WAIT_MS, err);

	if (lock < 0)
		return lock;
	if (is_tree(to))
		return 0;
	zol_ev_note(ev, ZOL_LEVEL_NOTE, "unpacking %s", source);
	sweep(parent);
	return unpack(source, parent, name, err);
}

int zol_ktree_resolve(const char *source, const char *cache, const struct zol_events *ev, struct zol_str *ret_dir,
		      struct zol_err *err)
{
	struct stat st;

	if (stat(source, &st) < 0) {
		zol_err_set(err, ZOL_USAGE, errno, "no kernel source at %s", source);
		return zol_err_hint(err, "set [kernel] source to a tree or an archive, such as /usr/src/linux "
					 "or /usr/src/linux-source-6.1.tar.xz");
	}
	if (S_ISDIR(st.st_mode)) {
		if (!is_tree(source))
			return zol_err_set(err, ZOL_USAGE, 0, "%s is no kernel source tree", source);
		zol_str_puts(ret_dir, source);
		return zol_str_check(ret_dir, err);
	}
	const char *base = strrchr(source, '/');
	ZOL_AUTO(free) char *parent = zol_path_join(cache, "kernel/src");
	ZOL_AUTO(free)
	char *name = zol_asprintf("%s-%" PRIx64 "-%" PRIx64, base ? base + 1 : source, (uint64_t)st.st_size,
				  (uint64_t)st.st_mtime);

	if (!parent || !name)
		return zol_err_oom(err);
	if (zol_mkdirs(parent, 0755, err) < 0)
		return -(int)err->code;
	zol_str_printf(ret_dir, "%s/%s", parent, name);
	if (zol_str_check(ret_dir, err) < 0)
		return -(int)err->code;
	if (is_tree(zol_str_c(ret_dir)))
		return 0;
	return unpack_locked(source, parent, name, ev, err);
}

int zol_ktree_version(const char *dir, uint32_t *ret, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_path_join(dir, "Makefile");
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	if (!path)
		return zol_err_oom(err);
	int rc = zol_read_file(path, CONFIG_MAX, &text, err);

	if (rc < 0)
		return rc;
	*ret = zol_kversion_makefile(zol_span_str(&text));
	return 0;
}

/* --- fingerprint --------------------------------------------------------------------------------- */

static int walk(int dirfd_taken, uint64_t seed, unsigned depth, uint64_t *sum, struct zol_err *err);

static int walk_entry(DIR *d, const struct dirent *e, uint64_t seed, unsigned depth, uint64_t *sum, struct zol_err *err)
{
	struct stat st;

	if (fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno == ENOENT)
			return 0;
		return zol_err_sys(err, "cannot look at %s", e->d_name);
	}
	uint64_t h = zol_fnv64(seed, e->d_name, strlen(e->d_name) + 1);

	if (S_ISDIR(st.st_mode)) {
		int fd = openat(dirfd(d), e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (fd < 0)
			return zol_err_sys(err, "cannot open %s", e->d_name);
		return walk(fd, h, depth + 1, sum, err);
	}
	const int64_t facts[] = { (int64_t)st.st_size, (int64_t)st.st_mtim.tv_sec, (int64_t)st.st_mtim.tv_nsec,
				  (int64_t)st.st_mode };

	/* A sum, so that the order in which a directory is read does not matter. */
	*sum += zol_fnv64(h, facts, sizeof(facts));
	return 0;
}

static int walk(int dirfd_taken, uint64_t seed, unsigned depth, uint64_t *sum, struct zol_err *err)
{
	ZOL_AUTO(dir) DIR *d = fdopendir(dirfd_taken);

	if (!d) {
		int rc = zol_err_sys(err, "cannot read a directory");

		close(dirfd_taken);
		return rc;
	}
	if (depth > DEPTH_MAX)
		return zol_err_set(err, ZOL_SYSTEM, ELOOP, "directories nested deeper than %u", DEPTH_MAX);
	struct dirent *e;

	while ((errno = 0, e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") || !strcmp(e->d_name, ".git"))
			continue;
		int rc = walk_entry(d, e, seed, depth, sum, err);

		if (rc < 0)
			return rc;
	}
	return errno ? zol_err_sys(err, "cannot read a directory") : 0;
}

int zol_ktree_fingerprint(const char *dir, uint64_t *ret, struct zol_err *err)
{
	uint64_t sum = 0;
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return zol_err_sys(err, "cannot open %s", dir);
	int rc = walk(fd, ZOL_FNV_SEED, 0, &sum, err);

	if (rc < 0)
		return zol_err_wrap(err, "%s", dir);
	*ret = sum;
	return 0;
}

/* --- copying ------------------------------------------------------------------------------------- */

static int copy_bytes(int in, int out, struct zol_err *err)
{
	for (;;) {
		ssize_t n = copy_file_range(in, NULL, out, NULL, 1U << 30, 0);

		if (n < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP))
			n = sendfile(out, in, NULL, 1U << 30);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return zol_err_sys(err, "cannot copy");
		if (n == 0)
			return 0;
	}
}

int zol_ktree_copy_file(int from_dir, const char *from, int to_dir, const char *to, struct zol_err *err)
{
	ZOL_AUTO(fd) int in = openat(from_dir, from, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (in < 0 || fstat(in, &st) < 0)
		return zol_err_sys(err, "cannot open %s", from);
	if (!S_ISREG(st.st_mode))
		return zol_err_set(err, ZOL_SYSTEM, EINVAL, "%s is no regular file", from);
	ZOL_AUTO(fd) int out = openat(to_dir, to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (out < 0)
		return zol_err_sys(err, "cannot create %s", to);
	int rc = copy_bytes(in, out, err);

	if (rc < 0)
		return zol_err_wrap(err, "%s", to);
	if (fchmod(out, st.st_mode & 0111 ? 0755 : 0644) < 0 || fsync(out) < 0)
		return zol_err_sys(err, "cannot finish %s", to);
	return 0;
}

static int copy_level(int from, int to, unsigned depth, struct zol_err *err);

static int copy_dir(int from, int to, const char *name, unsigned depth, struct zol_err *err)
{
	ZOL_AUTO(fd) int sub = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (sub < 0)
		return zol_err_sys(err, "cannot open %s", name);
	if (mkdirat(to, name, 0755) < 0 && errno != EEXIST)
		return zol_err_sys(err, "cannot make %s", name);
	ZOL_AUTO(fd) int into = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (into < 0)
		return zol_err_sys(err, "cannot open %s", name);
	return copy_level(sub, into, depth + 1, err);
}

static int copy_entry(int from, int to, const char *name, unsigned depth, struct zol_err *err)
{
	struct stat st;

	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return 0;
	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return zol_err_sys(err, "cannot look at %s", name);
	if (S_ISDIR(st.st_mode))
		return copy_dir(from, to, name, depth, err);
	return S_ISREG(st.st_mode) ? zol_ktree_copy_file(from, name, to, name, err) : 0;
}

static int copy_level(int from, int to, unsigned depth, struct zol_err *err)
{
	if (depth > DEPTH_MAX)
		return zol_err_set(err, ZOL_SYSTEM, ELOOP, "directories nested deeper than %u", DEPTH_MAX);
	int fd = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ZOL_AUTO(dir) DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;

	if (!d) {
		int rc = zol_err_sys(err, "cannot read a directory");

		if (fd >= 0)
			close(fd);
		return rc;
	}
	while ((errno = 0, e = readdir(d))) {
		int rc = copy_entry(from, to, e->d_name, depth, err);

		if (rc < 0)
			return rc;
	}
	return errno ? zol_err_sys(err, "cannot read a directory") : 0;
}

int zol_ktree_copy(int from, int to, struct zol_err *err)
{
	return copy_level(from, to, 0, err);
}

/* --- configurations ------------------------------------------------------------------------------ */

static const char *unpacker(const struct zol_str *head)
{
	static const struct {
		const char *magic;
		size_t len;
		const char *program;
	} known[] = { { "\x1f\x8b", 2, "gzip" },
		      { "\xfd"
			"7zXZ",
			5, "xz" },
		      { "BZh", 3, "bzip2" },
		      { "\x28\xb5\x2f\xfd", 4, "zstd" } };

	for (size_t i = 0; i < ZOL_COUNT(known); i++)
		if (head->len >= known[i].len && !memcmp(head->ptr, known[i].magic, known[i].len))
			return known[i].program;
	return NULL;
}

int zol_ktree_read_config(const char *path, struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str raw = ZOL_STR_INIT;
	ZOL_AUTO(run_result) struct zol_run_result got = { 0 };
	int rc = zol_read_file(path, CONFIG_MAX, &raw, err);

	if (rc < 0)
		return rc;
	const char *program = unpacker(&raw);

	if (!program) {
		zol_str_add(out, raw.ptr, raw.len);
		return zol_str_check(out, err);
	}
	const char *const argv[] = { program, "-dc", NULL };
	const struct zol_run run = {
		.spawn = { .argv = argv, .in = ZOL_STDIO_PIPE, .out = ZOL_STDIO_PIPE, .err = ZOL_STDIO_PIPE },
		.input = zol_span_str(&raw),
		.max_output = CONFIG_MAX + 1,
	};

	rc = zol_proc_run(&run, &got, err);
	if (rc < 0)
		return rc;
	if (got.exit.status)
		return zol_err_set(err, ZOL_MALFORMED, 0, "%s: %s cannot decompress it", path, program);
	if (got.out.len > CONFIG_MAX)
		return zol_err_set(err, ZOL_MALFORMED, 0, "%s: more than %u bytes, decompressed", path, CONFIG_MAX);
	zol_str_add(out, zol_str_c(&got.out), got.out.len);
	return zol_str_check(out, err);
}
