/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wrap/archive.h"

#include <endian.h>
#include <errno.h>
#include <locale.h>

#include <archive.h>
#include <archive_entry.h>

#include "base/num.h"
#include "base/path.h"
#include "base/room.h"

struct zol_tar {
	struct archive *a;
	struct zol_pull src;
	struct zol_err src_err; /* what src failed with, while libarchive unwinds */
	struct zol_tar_xattr *xattrs;
	size_t nxattrs;
	size_t cap_xattrs;
	locale_t utf8;
};

static void drop_xattrs(struct zol_tar *t)
{
	for (size_t i = 0; i < t->nxattrs; i++) {
		free(t->xattrs[i].name);
		free(t->xattrs[i].value);
	}
	t->nxattrs = 0;
}

void zol_tar_free(struct zol_tar *t)
{
	if (!t)
		return;
	drop_xattrs(t);
	free(t->xattrs);
	zol_err_clear(&t->src_err);
	if (t->a)
		archive_read_free(t->a);
	if (t->utf8)
		freelocale(t->utf8);
	free(t);
}

static la_ssize_t on_read(struct archive *a, void *ctx, const void **buffer)
{
	struct zol_tar *t = ctx;
	struct zol_span piece;

	if (t->src_err.code != ZOL_OK || t->src.next(t->src.ctx, &piece, &t->src_err)) {
		archive_set_error(a, EIO, "the source failed");
		return -1;
	}
	*buffer = piece.ptr;
	return (la_ssize_t)piece.len;
}

/* What libarchive, or the source below it, complains about. */
static int fail(struct zol_tar *t, const char *what, struct zol_err *err)
{
	const char *text = archive_error_string(t->a);

	if (t->src_err.code != ZOL_OK) {
		int code = -(int)t->src_err.code;

		zol_err_move(err, &t->src_err);
		return code;
	}
	if (archive_errno(t->a) == ENOMEM)
		return zol_err_oom(err);
	return zol_err_set(err, ZOL_MALFORMED, 0, "%s: %s", what, text ? text : "not a tar archive");
}

/*
 * libarchive converts names of pax headers from UTF-8 to the locale's character set; only where
 * that is UTF-8 too do the bytes stay as they are. The program's own locale is nobody's business
 * here, so every call runs under a UTF-8 locale of this thread.
 */
static locale_t enter(const struct zol_tar *t)
{
	return t->utf8 ? uselocale(t->utf8) : (locale_t)0;
}

static void leave(locale_t old)
{
	if (old)
		uselocale(old);
}

static int open_archive(struct zol_tar *t, bool filters, struct zol_err *err)
{
	t->a = archive_read_new();
	if (!t->a)
		return zol_err_oom(err);
	if (archive_read_support_format_tar(t->a) != ARCHIVE_OK ||
	    archive_read_support_format_empty(t->a) != ARCHIVE_OK)
		return fail(t, "tar", err);
	/* ARCHIVE_WARN: a filter of the list needs a program; it is still known. */
	if (filters && archive_read_support_filter_all(t->a) < ARCHIVE_WARN)
		return fail(t, "compression", err);
	if (archive_read_open(t->a, t, NULL, on_read, NULL) != ARCHIVE_OK)
		return fail(t, "cannot read the archive", err);
	return 0;
}

int zol_tar_open(const struct zol_pull *src, bool filters, struct zol_tar **ret, struct zol_err *err)
{
	ZOL_AUTO(tar) struct zol_tar *t = calloc(1, sizeof(*t));
	locale_t old;
	int rc;

	if (!t)
		return zol_err_oom(err);
	t->src = *src;
	t->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	old = enter(t);
	rc = open_archive(t, filters, err);
	leave(old);
	if (rc)
		return rc;
	*ret = zol_take_ptr(t);
	return 0;
}

static int add_xattr(struct zol_tar *t, const char *name, const void *value, size_t size, struct zol_err *err)
{
	struct zol_tar_xattr x = { .name = strdup(name), .value = malloc(size ? size : 1), .size = size };
	struct zol_tar_xattr *grown = zol_room(t->xattrs, &t->cap_xattrs, t->nxattrs + 1, sizeof(*grown));

	if (grown)
		t->xattrs = grown;
	if (!x.name || !x.value || !grown) {
		free(x.name);
		free(x.value);
		return zol_err_oom(err);
	}
	if (size)
		memcpy(x.value, value, size);
	t->xattrs[t->nxattrs++] = x;
	return 0;
}

static bool has_xattr(const struct zol_tar *t, const char *name)
{
	for (size_t i = 0; i < t->nxattrs; i++)
		if (!strcmp(t->xattrs[i].name, name))
			return true;
	return false;
}

/* The kernel's form of an ACL as an extended attribute (include/uapi/linux/posix_acl_xattr.h). */
struct acl_head {
	uint32_t version;
};

struct acl_item {
	uint16_t tag;
	uint16_t perm;
	uint32_t id;
};

static uint16_t acl_tag(int tag)
{
	switch (tag) {
	case ARCHIVE_ENTRY_ACL_USER_OBJ:
		return 0x01;
	case ARCHIVE_ENTRY_ACL_USER:
		return 0x02;
	case ARCHIVE_ENTRY_ACL_GROUP_OBJ:
		return 0x04;
	case ARCHIVE_ENTRY_ACL_GROUP:
		return 0x08;
	case ARCHIVE_ENTRY_ACL_MASK:
		return 0x10;
	case ARCHIVE_ENTRY_ACL_OTHER:
		return 0x20;
	default:
		return 0;
	}
}

static int compare_items(const void *left, const void *right)
{
	const struct acl_item *a = left, *b = right;
	uint16_t ta = le16toh(a->tag), tb = le16toh(b->tag);

	if (ta != tb)
		return ta < tb ? -1 : 1;
	return (le32toh(a->id) > le32toh(b->id)) - (le32toh(a->id) < le32toh(b->id));
}

/* Fills one item; named users and groups need their number. */
static int acl_item(int tag, int perm, int id, const char *name, struct acl_item *ret, struct zol_err *err)
{
	uint16_t known = acl_tag(tag);
	uint64_t number = UINT32_MAX;

	if (known == 0x02 || known == 0x08) {
		if (id >= 0)
			number = (uint64_t)id;
		else if (!name || !zol_span_u64(zol_span_c(name), &number) || number >= UINT32_MAX)
			return zol_err_set(err, ZOL_MALFORMED, 0, "an ACL names a user or group without its number");
	}
	if (!known)
		return zol_err_set(err, ZOL_MALFORMED, 0, "an ACL is not of the POSIX kind");
	*ret = (struct acl_item){ .tag = htole16(known),
				  .perm = htole16((uint16_t)(perm & 7)),
				  .id = htole32((uint32_t)number) };
	return 0;
}

/* Turns the ACL that libarchive parsed from SCHILY.acl.* into an extended attribute. */
static int add_acl(struct zol_tar *t, struct archive_entry *e, int kind, const char *name, struct zol_err *err)
{
	int n = archive_entry_acl_reset(e, kind);
	size_t used = 0;
	ZOL_AUTO(free) char *value = NULL;
	struct acl_head head = { .version = htole32(2) };

	if (n <= 0 || has_xattr(t, name))
		return 0;
	value = calloc(1, sizeof(head) + (size_t)n * sizeof(struct acl_item));
	if (!value)
		return zol_err_oom(err);
	memcpy(value, &head, sizeof(head));
	for (; used < (size_t)n; used++) {
		int type, perm, tag, id, rc;
		const char *who = NULL;
		struct acl_item item;

		rc = archive_entry_acl_next(e, kind, &type, &perm, &tag, &id, &who);
		if (rc != ARCHIVE_OK)
			break;
		rc = acl_item(tag, perm, id, who, &item, err);
		if (rc)
			return rc;
		memcpy(value + sizeof(head) + used * sizeof(item), &item, sizeof(item));
	}
	qsort(value + sizeof(head), used, sizeof(struct acl_item), compare_items);
	return add_xattr(t, name, value, sizeof(head) + used * sizeof(struct acl_item), err);
}

static int collect_xattrs(struct zol_tar *t, struct archive_entry *e, struct zol_err *err)
{
	const char *name;
	const void *value;
	size_t size;
	int rc = 0;

	if (archive_entry_xattr_reset(e) > 0)
		while (!rc && archive_entry_xattr_next(e, &name, &value, &size) == ARCHIVE_OK)
			rc = add_xattr(t, name, value, size, err);
	if (rc || !(archive_entry_acl_types(e) & ARCHIVE_ENTRY_ACL_TYPE_POSIX1E))
		return rc;
	rc = add_acl(t, e, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, "system.posix_acl_access", err);
	return rc ? rc : add_acl(t, e, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT, "system.posix_acl_default", err);
}

static bool entry_type(struct archive_entry *e, enum zol_tar_type *ret)
{
	if (archive_entry_hardlink(e)) {
		*ret = ZOL_TAR_HARDLINK;
		return true;
	}
	switch (archive_entry_filetype(e)) {
	case AE_IFREG:
		*ret = ZOL_TAR_FILE;
		return true;
	case AE_IFDIR:
		*ret = ZOL_TAR_DIR;
		return true;
	case AE_IFLNK:
		*ret = ZOL_TAR_SYMLINK;
		return archive_entry_symlink(e) != NULL;
	case AE_IFCHR:
		*ret = ZOL_TAR_CHAR;
		return true;
	case AE_IFBLK:
		*ret = ZOL_TAR_BLOCK;
		return true;
	case AE_IFIFO:
		*ret = ZOL_TAR_FIFO;
		return true;
	default:
		return false;
	}
}

static int describe(struct zol_tar *t, struct archive_entry *e, struct zol_tar_entry *ret, struct zol_err *err)
{
	struct zol_tar_entry out = { 0 };
	int rc;

	out.path = archive_entry_pathname(e);
	if (!out.path)
		return zol_err_set(err, ZOL_MALFORMED, 0, "an entry has no name");
	if (!entry_type(e, &out.type))
		return zol_err_set(err, ZOL_MALFORMED, 0, "%s: not a kind of file that tar can hold", out.path);
	if (archive_entry_uid(e) < 0 || archive_entry_gid(e) < 0 || archive_entry_size(e) < 0)
		return zol_err_set(err, ZOL_MALFORMED, 0, "%s: a negative owner or size", out.path);
	if (out.type == ZOL_TAR_HARDLINK)
		out.link = archive_entry_hardlink(e);
	else if (out.type == ZOL_TAR_SYMLINK)
		out.link = archive_entry_symlink(e);
	out.mode = archive_entry_perm(e) & 07777;
	out.uid = (uint64_t)archive_entry_uid(e);
	out.gid = (uint64_t)archive_entry_gid(e);
	out.has_mtime = archive_entry_mtime_is_set(e) != 0;
	out.mtime = (struct timespec){ .tv_sec = archive_entry_mtime(e), .tv_nsec = archive_entry_mtime_nsec(e) };
	out.size = out.type == ZOL_TAR_FILE ? (uint64_t)archive_entry_size(e) : 0;
	out.major = (unsigned)archive_entry_rdevmajor(e);
	out.minor = (unsigned)archive_entry_rdevminor(e);
	rc = collect_xattrs(t, e, err);
	if (rc)
		return zol_err_wrap(err, "%s", out.path);
	out.xattrs = t->xattrs;
	out.nxattrs = t->nxattrs;
	*ret = out;
	return 0;
}

/*
 * Names of pax headers that are no UTF-8 (GNU tar writes whatever bytes a name has) come out as
 * they are, with a warning that has no number of its own
 * (libarchive:libarchive/archive_read_support_format_tar.c set_conversion_failed_error()).
 */
static bool only_odd_bytes(const struct zol_tar *t, int rc)
{
	const char *text = archive_error_string(t->a);

	return rc == ARCHIVE_WARN && text && zol_span_ends(zol_span_c(text), "to current locale.");
}

int zol_tar_next(struct zol_tar *t, struct zol_tar_entry *ret, struct zol_err *err)
{
	struct archive_entry *e = NULL;
	locale_t old = enter(t);
	int rc = archive_read_next_header(t->a, &e);

	drop_xattrs(t);
	if (rc == ARCHIVE_EOF)
		rc = 1;
	else if (rc != ARCHIVE_OK && !only_odd_bytes(t, rc))
		rc = fail(t, "damaged archive", err);
	else
		rc = describe(t, e, ret, err);
	leave(old);
	return rc;
}

int zol_tar_data(struct zol_tar *t, struct zol_span *ret, uint64_t *ret_offset, struct zol_err *err)
{
	const void *buf = NULL;
	size_t len = 0;
	la_int64_t offset = 0;
	int rc = archive_read_data_block(t->a, &buf, &len, &offset);

	if (rc == ARCHIVE_EOF)
		return 1;
	if (rc != ARCHIVE_OK)
		return fail(t, "damaged archive", err);
	if (offset < 0)
		return zol_err_set(err, ZOL_MALFORMED, 0, "damaged archive: data at a negative offset");
	*ret = zol_span(buf, len);
	*ret_offset = (uint64_t)offset;
	return 0;
}

ZOL_CLEANUP_PTR(archive, struct archive *, (void)archive_read_free);

static int raw_fail(struct archive *a, struct zol_err *err)
{
	const char *text = archive_error_string(a);

	return zol_err_set(err, ZOL_MALFORMED, 0, "cannot decompress: %s", text ? text : "unknown form");
}

int zol_unpack_file(int in, int out, uint64_t max, struct zol_err *err)
{
	ZOL_AUTO(archive) struct archive *a = archive_read_new();
	struct archive_entry *e;
	char buf[65536];
	uint64_t total = 0;
	la_ssize_t n;

	if (!a)
		return zol_err_oom(err);
	if (archive_read_support_format_raw(a) != ARCHIVE_OK || archive_read_support_filter_all(a) < ARCHIVE_WARN ||
	    archive_read_open_fd(a, in, sizeof(buf)) != ARCHIVE_OK || archive_read_next_header(a, &e) != ARCHIVE_OK)
		return raw_fail(a, err);
	while ((n = archive_read_data(a, buf, sizeof(buf))) > 0) {
		total += (uint64_t)n;
		if (total > max)
			return zol_err_set(err, ZOL_MALFORMED, 0, "more than %llu bytes when decompressed",
					   (unsigned long long)max);
		if (zol_write_all(out, buf, (size_t)n, err) < 0)
			return -(int)err->code;
	}
	return n < 0 ? raw_fail(a, err) : 0;
}
