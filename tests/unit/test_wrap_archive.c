/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wrap/archive.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <archive.h>
#include <archive_entry.h>

#include "unit.h"

enum { SIZE = 1 << 20 };

/* An archive that the test writes by libarchive and reads by the wrapper. */
struct tar {
	char *buf;
	size_t len;
	struct archive *a;
};

static void begin(struct tar *t, bool gzip)
{
	t->buf = calloc(1, SIZE);
	assert_non_null(t->buf);
	t->a = archive_write_new();
	assert_non_null(t->a);
	archive_write_set_format_pax(t->a);
	if (gzip)
		archive_write_add_filter_gzip(t->a);
	assert_int_equal(archive_write_open_memory(t->a, t->buf, SIZE, &t->len), ARCHIVE_OK);
}

static struct archive_entry *entry(const char *path, mode_t type, const char *data)
{
	struct archive_entry *e = archive_entry_new();

	assert_non_null(e);
	archive_entry_set_pathname(e, path);
	archive_entry_set_filetype(e, (unsigned)type);
	archive_entry_set_perm(e, 0640);
	archive_entry_set_uid(e, 1234);
	archive_entry_set_gid(e, 4000000000);
	archive_entry_set_mtime(e, 981173106, 123456789);
	archive_entry_set_size(e, data ? (la_int64_t)strlen(data) : 0);
	return e;
}

static void add(struct tar *t, struct archive_entry *e, const char *data)
{
	/* In the C locale libarchive warns about names that are not ASCII, and writes them as they are. */
	assert_true(archive_write_header(t->a, e) >= ARCHIVE_WARN);
	if (data)
		assert_int_equal(archive_write_data(t->a, data, strlen(data)), strlen(data));
	archive_entry_free(e);
}

static void end(struct tar *t)
{
	assert_int_equal(archive_write_close(t->a), ARCHIVE_OK);
	archive_write_free(t->a);
}

struct pieces {
	struct zol_span rest;
	bool fail;
};

static int next_piece(void *ctx, struct zol_span *ret, struct zol_err *err)
{
	struct pieces *p = ctx;

	if (!p->rest.len && p->fail)
		return zol_err_set(err, ZOL_VERIFY, 0, "the source broke");
	ret->ptr = p->rest.ptr;
	ret->len = p->rest.len < 700 ? p->rest.len : 700;
	p->rest.ptr += ret->len;
	p->rest.len -= ret->len;
	return 0;
}

static struct zol_tar *open_tar(struct pieces *p, bool filters)
{
	const struct zol_pull src = { .ctx = p, .next = next_piece };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_tar *t = NULL;

	assert_int_equal(zol_tar_open(&src, filters, &t, &err), 0);
	return t;
}

static const char contents[] = "contents of the file";

/* One entry of each kind. */
static void write_kinds(struct tar *w, int gzip)
{
	struct archive_entry *ae;

	begin(w, gzip);
	ae = entry("./file\xc5\x91", AE_IFREG, contents);
	archive_entry_xattr_add_entry(ae, "user.one",
				      "1\0"
				      "2",
				      3);
	archive_entry_xattr_add_entry(ae, "security.capability", "", 0);
	add(w, ae, contents);
	add(w, entry("dir/", AE_IFDIR, NULL), NULL);
	ae = entry("link", AE_IFLNK, NULL);
	archive_entry_set_symlink(ae, "../over/there");
	add(w, ae, NULL);
	ae = entry("hard", AE_IFREG, NULL);
	archive_entry_set_hardlink(ae, "./file");
	add(w, ae, NULL);
	ae = entry("dev", AE_IFCHR, NULL);
	archive_entry_set_rdevmajor(ae, 300);
	archive_entry_set_rdevminor(ae, 70000);
	add(w, ae, NULL);
	add(w, entry("fifo", AE_IFIFO, NULL), NULL);
	end(w);
}

static void check_file(const struct zol_tar_entry *e)
{
	assert_int_equal(e->type, ZOL_TAR_FILE);
	assert_string_equal(e->path, "./file\xc5\x91");
	assert_int_equal(e->mode, 0640);
	assert_int_equal(e->uid, 1234);
	assert_int_equal(e->gid, 4000000000);
	assert_true(e->has_mtime);
	assert_int_equal(e->mtime.tv_sec, 981173106);
	assert_int_equal(e->mtime.tv_nsec, 123456789);
	assert_int_equal(e->size, strlen(contents));
	/* libarchive writes each twice (SCHILY.xattr, LIBARCHIVE.xattr), and so reads it twice. */
	assert_true(e->nxattrs == 2 || e->nxattrs == 4);
	for (size_t i = 0; i < e->nxattrs; i++) {
		bool one = !strcmp(e->xattrs[i].name, "user.one");

		assert_int_equal(e->xattrs[i].size, one ? 3 : 0);
		if (one)
			assert_memory_equal(e->xattrs[i].value,
					    "1\0"
					    "2",
					    3);
	}
}

static void check_others(struct zol_tar *t)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_tar_entry e;

	assert_int_equal(zol_tar_next(t, &e, &err), 0);
	assert_int_equal(e.type, ZOL_TAR_DIR);
	assert_int_equal(e.nxattrs, 0);
	assert_int_equal(zol_tar_next(t, &e, &err), 0);
	assert_int_equal(e.type, ZOL_TAR_SYMLINK);
	assert_string_equal(e.link, "../over/there");
	assert_int_equal(zol_tar_next(t, &e, &err), 0);
	assert_int_equal(e.type, ZOL_TAR_HARDLINK);
	assert_string_equal(e.link, "./file");
	assert_int_equal(zol_tar_next(t, &e, &err), 0);
	assert_int_equal(e.type, ZOL_TAR_CHAR);
	assert_int_equal(e.major, 300);
	assert_int_equal(e.minor, 70000);
	assert_int_equal(zol_tar_next(t, &e, &err), 0);
	assert_int_equal(e.type, ZOL_TAR_FIFO);
	assert_int_equal(zol_tar_next(t, &e, &err), 1);
}

UNIT(entries_come_out_as_they_went_in)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	for (int gzip = 0; gzip < 2; gzip++) {
		struct tar w;
		struct pieces p = { .fail = false };
		struct zol_tar_entry e;
		struct zol_span data;
		uint64_t offset;

		write_kinds(&w, gzip);
		p.rest = zol_span(w.buf, w.len);
		ZOL_AUTO(tar) struct zol_tar *t = open_tar(&p, gzip);

		assert_int_equal(zol_tar_next(t, &e, &err), 0);
		check_file(&e);
		assert_int_equal(zol_tar_data(t, &data, &offset, &err), 0);
		assert_int_equal(offset, 0);
		assert_int_equal(data.len, strlen(contents));
		assert_memory_equal(data.ptr, contents, data.len);
		assert_int_equal(zol_tar_data(t, &data, &offset, &err), 1);
		check_others(t);
		free(w.buf);
	}
}

/* u::rw-,u:7:r--,g::r--,g:8:rwx,m::rwx,o::--- in the kernel's form. */
static const uint8_t acl[] = {
	2,   0,   0, 0, 1, 0, 6, 0, 255, 255, 255, 255, 2, 0, 4,   0,   7,   0,   0,  0, 4, 0, 4,   0,   255, 255,
	255, 255, 8, 0, 7, 0, 8, 0, 0,   0,   16,  0,   7, 0, 255, 255, 255, 255, 32, 0, 0, 0, 255, 255, 255, 255,
};

static void acl_entry(struct archive_entry *e, int perm, int tag, int id, const char *name)
{
	assert_int_equal(archive_entry_acl_add_entry(e, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, perm, tag, id, name),
			 ARCHIVE_OK);
}

UNIT(acls_become_attributes)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct archive_entry *ae = entry("file", AE_IFREG, NULL);
	struct pieces p = { .fail = false };
	struct zol_tar_entry e;
	struct tar w;

	begin(&w, false);
	acl_entry(ae, 7, ARCHIVE_ENTRY_ACL_MASK, -1, NULL);
	acl_entry(ae, 7, ARCHIVE_ENTRY_ACL_GROUP, 8, "audio");
	acl_entry(ae, 4, ARCHIVE_ENTRY_ACL_USER, 7, "lp");
	add(&w, ae, NULL);
	end(&w);
	p.rest = zol_span(w.buf, w.len);
	ZOL_AUTO(tar) struct zol_tar *t = open_tar(&p, false);

	assert_int_equal(zol_tar_next(t, &e, &err), 0);
	assert_int_equal(e.nxattrs, 1);
	assert_string_equal(e.xattrs[0].name, "system.posix_acl_access");
	assert_int_equal(e.xattrs[0].size, sizeof(acl));
	assert_memory_equal(e.xattrs[0].value, acl, sizeof(acl));
	free(w.buf);
}

UNIT(cuts_are_malformed)
{
	static const char text[] = "contents";
	struct tar w;

	begin(&w, false);
	add(&w, entry("one", AE_IFREG, text), text);
	add(&w, entry("two", AE_IFREG, text), text);
	end(&w);
	/* In the data of the second file, whose header ends at a block of 512. */
	for (size_t cut = 100; cut < w.len; cut += 700) {
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
		struct pieces p = { .rest = zol_span(w.buf, cut) };
		const struct zol_pull src = { .ctx = &p, .next = next_piece };
		ZOL_AUTO(tar) struct zol_tar *t = NULL;
		int rc = zol_tar_open(&src, false, &t, &err);
		size_t files = 0;

		while (!rc) {
			struct zol_tar_entry e;
			struct zol_span data;
			uint64_t offset;

			rc = zol_tar_next(t, &e, &err);
			files += !rc;
			while (!rc && !(rc = zol_tar_data(t, &data, &offset, &err)))
				continue;
			rc = rc > 0 && files ? (files == 2 ? 1 : 0) : rc;
		}
		assert_true(rc == -ZOL_MALFORMED || files == 2);
	}
	free(w.buf);
}

UNIT(failure_of_the_source_is_forwarded)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct tar w;
	struct zol_tar_entry e;
	struct zol_span data;
	uint64_t offset;
	int rc;

	begin(&w, false);
	add(&w, entry("one", AE_IFREG, "12345678"), "12345678");
	end(&w);
	struct pieces p = { .rest = zol_span(w.buf, 700), .fail = true };
	ZOL_AUTO(tar) struct zol_tar *t = open_tar(&p, false);

	rc = zol_tar_next(t, &e, &err);
	if (!rc)
		rc = zol_tar_data(t, &data, &offset, &err);
	assert_int_equal(rc, -ZOL_VERIFY);
	assert_string_equal(zol_err_text(&err), "the source broke");
	free(w.buf);
}

/* What libarchive makes of the text when it packs it alone; the descriptor is at its beginning. */
static int packed(const char *text, int (*filter)(struct archive *))
{
	static char buf[SIZE];
	struct archive *a = archive_write_new();
	struct archive_entry *e = entry("data", S_IFREG, text);
	int fd = memfd_create("packed", MFD_CLOEXEC);
	size_t len = 0;

	archive_write_set_format_raw(a);
	if (filter)
		assert_true(filter(a) >= ARCHIVE_WARN);
	assert_int_equal(archive_write_open_memory(a, buf, sizeof(buf), &len), ARCHIVE_OK);
	assert_true(archive_write_header(a, e) >= ARCHIVE_WARN);
	assert_int_equal(archive_write_data(a, text, strlen(text)), strlen(text));
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_entry_free(e);
	archive_write_free(a);
	assert_int_equal(pwrite(fd, buf, len, 0), len);
	return fd;
}

UNIT(single_files_are_unpacked_whatever_packed_them)
{
	static int (*const filters[])(struct archive *) = { NULL, archive_write_add_filter_gzip,
							    archive_write_add_filter_xz, archive_write_add_filter_zstd,
							    archive_write_add_filter_bzip2 };
	static const char text[] = "a module, or what is taken for one; a module, or what is taken for one";

	for (size_t i = 0; i < ZOL_COUNT(filters); i++) {
		int in = packed(text, filters[i]);
		int out = memfd_create("out", MFD_CLOEXEC);
		struct zol_err err = ZOL_ERR_INIT;
		char back[256] = "";

		if (zol_unpack_file(in, out, 1 << 20, &err) < 0)
			fail_msg("%zu: %s", i, zol_err_text(&err));
		assert_int_equal(pread(out, back, sizeof(back), 0), sizeof(text) - 1);
		assert_memory_equal(back, text, sizeof(text) - 1);
		close(in);
		close(out);
	}
}

UNIT(too_much_and_damage_are_refused)
{
	struct zol_err err = ZOL_ERR_INIT;
	int in = packed("0123456789012345678901234567890123456789", archive_write_add_filter_gzip);
	int out = memfd_create("out", MFD_CLOEXEC);

	assert_int_equal(zol_unpack_file(in, out, 39, &err), -ZOL_MALFORMED);
	assert_non_null(strstr(zol_err_text(&err), "more than 39 bytes"));
	zol_err_clear(&err);
	assert_int_equal(ftruncate(in, 24), 0);
	assert_int_equal(lseek(in, 0, SEEK_SET), 0);
	assert_int_equal(zol_unpack_file(in, out, 1 << 20, &err), -ZOL_MALFORMED);
	zol_err_clear(&err);
	close(in);
	close(out);
}

UNIT_MAIN()
