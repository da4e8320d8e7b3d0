/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/unpack_write.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/room.h"
#include "base/rows.h"
#include "sys/dirwalk.h"
#include "sys/unpack_meta.h"

/* What is put off until all entries are there. */
struct late_dir {
	char *path; /* clean */
	size_t seq; /* the later of two wins */
	mode_t mode;
	uid_t uid;
	gid_t gid;
	bool has_mtime;
	struct timespec mtime;
	struct zol_tar_xattr *xattrs;
	size_t nxattrs;
};

struct zol_writer {
	int root;
	uint64_t max_size;
	struct zol_meta_who who;
	mode_t umask;             /* to put back */
	struct zol_dirwalk walk;  /* where entries go */
	struct zol_dirwalk links; /* where hard links point */
	struct zol_str path, target;
	struct late_dir *dirs;
	size_t ndirs, cap_dirs;
	struct zol_writer_stats stats;
};

static void free_xattrs(struct zol_tar_xattr *x, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(x[i].name);
		free(x[i].value);
	}
	free(x);
}

int zol_writer_new(int root, uint64_t max_size, const struct zol_events *ev, struct zol_writer **ret,
		   struct zol_err *err)
{
	struct zol_writer *w = calloc(1, sizeof(*w));

	if (!w)
		return zol_err_oom(err);
	w->root = root;
	w->max_size = max_size;
	w->who = (struct zol_meta_who){ .ev = ev, .privileged = geteuid() == 0, .uid = geteuid(), .gid = getegid() };
	/* Files get their modes when they are made. */
	w->umask = umask(0);
	zol_dirwalk_init(&w->walk, root);
	zol_dirwalk_init(&w->links, root);
	*ret = w;
	return 0;
}

void zol_writer_free(struct zol_writer *w)
{
	if (!w)
		return;
	umask(w->umask);
	for (size_t i = 0; i < w->ndirs; i++) {
		free(w->dirs[i].path);
		free_xattrs(w->dirs[i].xattrs, w->dirs[i].nxattrs);
	}
	free(w->dirs);
	zol_dirwalk_free(&w->walk);
	zol_dirwalk_free(&w->links);
	zol_str_free(&w->path);
	zol_str_free(&w->target);
	free(w);
}

static int created(int rc, const char *what, struct zol_err *err)
{
	if (rc >= 0)
		return 0;
	if (errno == EEXIST)
		return zol_err_set(err, ZOL_MALFORMED, 0, "appears twice in the archive");
	if (errno == ENAMETOOLONG)
		return zol_err_set(err, ZOL_MALFORMED, 0, "the name is too long");
	return zol_err_sys(err, "cannot create the %s", what);
}

static struct late_dir *new_dir(struct zol_writer *w, struct zol_span path, struct zol_err *err)
{
	struct late_dir *d = zol_room(w->dirs, &w->cap_dirs, w->ndirs + 1, sizeof(*d));

	if (!d) {
		zol_err_oom(err);
		return NULL;
	}
	w->dirs = d;
	d = &w->dirs[w->ndirs];
	*d = (struct late_dir){
		.path = zol_span_dup(path), .seq = w->ndirs, .mode = 0755, .uid = w->who.uid, .gid = w->who.gid
	};
	if (!d->path) {
		zol_err_oom(err);
		return NULL;
	}
	w->ndirs++;
	return d;
}

/* A directory that the archive uses before, or without, describing it. */
static int make_implied(void *ctx, int dir, const char *name, struct zol_span path, struct zol_err *err)
{
	struct zol_writer *w = ctx;

	if (mkdirat(dir, name, 0700))
		return zol_err_sys(err, "cannot create directory '%s'", name);
	return new_dir(w, path, err) ? 0 : -(int)err->code;
}

static int copy_xattrs(struct late_dir *d, const struct zol_tar_entry *e, struct zol_err *err)
{
	if (!e->nxattrs)
		return 0;
	d->xattrs = calloc(e->nxattrs, sizeof(*d->xattrs));
	if (!d->xattrs)
		return zol_err_oom(err);
	for (; d->nxattrs < e->nxattrs; d->nxattrs++) {
		const struct zol_tar_xattr *from = &e->xattrs[d->nxattrs];
		struct zol_tar_xattr *to = &d->xattrs[d->nxattrs];

		to->name = strdup(from->name);
		to->value = malloc(from->size + 1);
		to->size = from->size;
		if (!to->name || !to->value) {
			d->nxattrs++;
			return zol_err_oom(err);
		}
		memcpy(to->value, from->value, from->size);
	}
	return 0;
}

static int add_dir(struct zol_writer *w, const struct zol_tar_entry *e, int dir, const char *name, struct zol_err *err)
{
	struct late_dir *d;
	struct stat st;
	struct zol_meta m;
	int rc = zol_meta_of(&w->who, e, &m, err);

	if (rc)
		return rc;
	if (*name && mkdirat(dir, name, 0700)) {
		if (errno != EEXIST || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISDIR(st.st_mode))
			return created(-1, "directory", err);
	}
	d = new_dir(w, zol_span_str(&w->path), err);
	if (!d)
		return -(int)err->code;
	d->mode = m.mode;
	d->uid = m.uid;
	d->gid = m.gid;
	d->has_mtime = m.has_mtime;
	d->mtime = m.mtime;
	return copy_xattrs(d, e, err);
}

static int write_piece(int fd, struct zol_span piece, uint64_t offset, struct zol_err *err)
{
	size_t done = 0;

	while (done < piece.len) {
		ssize_t n = pwrite(fd, piece.ptr + done, piece.len - done, (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return zol_err_sys(err, "cannot write");
		done += (size_t)n;
	}
	return 0;
}

static int write_contents(int fd, const struct zol_tar_entry *e, struct zol_tar *tar, struct zol_err *err)
{
	uint64_t end = 0;

	while (e->size) {
		struct zol_span piece;
		uint64_t offset;
		int rc = zol_tar_data(tar, &piece, &offset, err);

		if (rc < 0)
			return rc;
		if (rc)
			break;
		if (!piece.len)
			continue;
		if (offset > e->size || piece.len > e->size - offset)
			return zol_err_set(err, ZOL_MALFORMED, 0, "more data than the archive announced");
		rc = write_piece(fd, piece, offset, err);
		if (rc)
			return rc;
		if (offset + piece.len > end)
			end = offset + piece.len;
	}
	if (end < e->size && ftruncate(fd, (off_t)e->size))
		return zol_err_sys(err, "cannot set its size");
	return 0;
}

static int add_file(struct zol_writer *w, const struct zol_tar_entry *e, struct zol_tar *tar, int dir, const char *name,
		    struct zol_err *err)
{
	struct zol_meta m;
	ZOL_AUTO(fd) int fd = -1;
	int rc = zol_meta_of(&w->who, e, &m, err);

	if (rc)
		return rc;
	if (e->size > w->max_size || w->stats.bytes > w->max_size - e->size)
		return zol_err_set(err, ZOL_VERIFY, 0, "the files are larger than the limit of %llu bytes",
				   (unsigned long long)w->max_size);
	w->stats.bytes += e->size;
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, m.mode & 0777);
	rc = created(fd, "file", err);
	if (rc)
		return rc;
	m.mode_done = true;
	rc = write_contents(fd, e, tar, err);
	return rc ? rc : zol_meta_set(&w->who, fd, &m, err);
}

static int add_symlink(struct zol_writer *w, const struct zol_tar_entry *e, int dir, const char *name,
		       struct zol_err *err)
{
	const struct zol_meta_node node = { .dir = dir, .name = name, .link = true };
	struct zol_meta m;
	int rc = zol_meta_of(&w->who, e, &m, err);

	if (!rc)
		rc = created(symlinkat(e->link, dir, name), "symbolic link", err);
	return rc ? rc : zol_meta_set_node(&w->who, &m, &node, err);
}

static int add_node(struct zol_writer *w, const struct zol_tar_entry *e, int dir, const char *name, struct zol_err *err)
{
	bool device = e->type != ZOL_TAR_FIFO;
	const struct zol_meta_node node = { .dir = dir, .name = name };
	mode_t kind = e->type == ZOL_TAR_CHAR ? S_IFCHR : e->type == ZOL_TAR_BLOCK ? S_IFBLK : S_IFIFO;
	struct zol_meta m;
	int rc = zol_meta_of(&w->who, e, &m, err);

	if (rc)
		return rc;
	rc = mknodat(dir, name, kind | (m.mode & 0777), device ? makedev(e->major, e->minor) : 0);
	if (rc && device && errno == EPERM) {
		zol_err_set(err, ZOL_MALFORMED, 0, "device node %u:%u, which this user may not create", e->major,
			    e->minor);
		return zol_err_hint(err, "run as root outside any user namespace");
	}
	rc = created(rc, device ? "device node" : "fifo", err);
	return rc ? rc : zol_meta_set_node(&w->who, &m, &node, err);
}

static int add_hardlink(struct zol_writer *w, const struct zol_tar_entry *e, int dir, const char *name,
			struct zol_err *err)
{
	const char *target;
	int from, rc;

	zol_str_truncate(&w->target, 0);
	rc = zol_dirwalk_clean(e->link, &w->target, err);
	if (rc)
		return zol_err_wrap(err, "hard link to '%s'", e->link);
	from = zol_dirwalk_parent(&w->links, zol_str_c(&w->target), NULL, NULL, &target, err);
	if (from < 0 && err->errnum == ENOENT) {
		zol_err_clear(err);
		return zol_err_set(err, ZOL_MALFORMED, 0, "hard link to '%s', which is not in the archive", e->link);
	}
	if (from < 0)
		return zol_err_wrap(err, "hard link to '%s'", e->link);
	/* Without AT_SYMLINK_FOLLOW, a link to a symbolic link is one more name of that link. */
	rc = linkat(from, target, dir, name, 0);
	if (rc && (errno == ENOENT || errno == EPERM))
		return zol_err_set(err, ZOL_MALFORMED, 0, "hard link to '%s', which is no file of the archive",
				   e->link);
	return created(rc, "hard link", err);
}

static int add_entry(struct zol_writer *w, const struct zol_tar_entry *e, struct zol_tar *tar, struct zol_err *err)
{
	const char *name;
	int dir, rc;

	zol_str_truncate(&w->path, 0);
	rc = zol_dirwalk_clean(e->path, &w->path, err);
	if (rc)
		return rc;
	if (!w->path.len && e->type != ZOL_TAR_DIR)
		return zol_err_set(err, ZOL_MALFORMED, 0, "the root of the archive is no directory");
	dir = zol_dirwalk_parent(&w->walk, zol_str_c(&w->path), make_implied, w, &name, err);
	if (dir < 0)
		return dir;
	switch (e->type) {
	case ZOL_TAR_FILE:
		return add_file(w, e, tar, dir, name, err);
	case ZOL_TAR_DIR:
		return add_dir(w, e, dir, name, err);
	case ZOL_TAR_SYMLINK:
		return add_symlink(w, e, dir, name, err);
	case ZOL_TAR_HARDLINK:
		return add_hardlink(w, e, dir, name, err);
	case ZOL_TAR_CHAR:
	case ZOL_TAR_BLOCK:
	case ZOL_TAR_FIFO:
		return add_node(w, e, dir, name, err);
	default:
		return zol_err_set(err, ZOL_MALFORMED, 0, "unknown kind of file");
	}
}

int zol_writer_add(struct zol_writer *w, const struct zol_tar_entry *e, struct zol_tar *tar, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str shown = ZOL_STR_INIT;
	int rc = add_entry(w, e, tar, err);

	w->stats.entries++;
	if (!rc)
		return 0;
	zol_text_escape(&shown, e->path);
	return zol_err_wrap(err, "%s", zol_str_c(&shown));
}

/* By path, descending, so that directories come after all that is in them; the latest of equals first. */
static int compare_dirs(const void *left, const void *right)
{
	const struct late_dir *a = left, *b = right;
	int order = strcmp(b->path, a->path);

	return order ? order : (a->seq < b->seq) - (a->seq > b->seq);
}

static int finish_dir(struct zol_writer *w, const struct late_dir *d, struct zol_err *err)
{
	struct zol_meta m = { .uid = d->uid,
			      .gid = d->gid,
			      .mode = d->mode,
			      .has_mtime = d->has_mtime,
			      .mtime = d->mtime,
			      .xattrs = d->xattrs,
			      .nxattrs = d->nxattrs };
	const char *name;
	ZOL_AUTO(fd) int fd = -1;
	int dir = zol_dirwalk_parent(&w->links, d->path, NULL, NULL, &name, err);

	if (dir < 0)
		return dir;
	fd = openat(dir, *name ? name : ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return zol_err_sys(err, "cannot open the directory");
	return zol_meta_set(&w->who, fd, &m, err);
}

int zol_writer_finish(struct zol_writer *w, struct zol_writer_stats *ret, struct zol_err *err)
{
	bool has_root = false;

	for (size_t i = 0; i < w->ndirs && !has_root; i++)
		has_root = !*w->dirs[i].path;
	if (!has_root && !new_dir(w, zol_span("", 0), err))
		return -(int)err->code;
	qsort(w->dirs, w->ndirs, sizeof(*w->dirs), compare_dirs);
	for (size_t i = 0; i < w->ndirs; i++) {
		int rc;

		if (i && !strcmp(w->dirs[i].path, w->dirs[i - 1].path))
			continue;
		rc = finish_dir(w, &w->dirs[i], err);
		if (rc)
			return zol_err_wrap(err, "%s", *w->dirs[i].path ? w->dirs[i].path : "/");
	}
	*ret = w->stats;
	return 0;
}
