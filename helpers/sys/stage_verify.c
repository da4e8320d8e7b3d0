/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/stage_verify.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/path.h"
#include "base/sig.h"
#include "core/armor.h"
#include "core/clearsign.h"
#include "core/digests.h"
#include "core/stage_index.h"
#include "wrap/gpgv.h"

#define KEYRING_MAX (4U << 20)
#define CHUNK (1U << 20)

void zol_stage_trust_free(struct zol_stage_trust *t)
{
	zol_str_free(&t->keyring);
}

void zol_stage_verdict_free(struct zol_stage_verdict *v)
{
	zol_gpgstatus_free(&v->by);
}

int zol_stage_trust_load(const char *path, const char *const *keys, struct zol_stage_trust *ret, struct zol_err *err)
{
	ZOL_AUTO(stage_trust) struct zol_stage_trust t = { .path = path, .keys = keys };
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT;

	if (!*keys)
		return zol_err_set(err, ZOL_USAGE, 0, "no key is trusted ('keys' in section [stage] is empty)");
	for (const char *const *k = keys; *k; k++) {
		if (!zol_gpgstatus_fpr_ok(zol_span_c(*k)))
			return zol_err_set(err, ZOL_USAGE, 0, "'%s' is not a full fingerprint of a key", *k);
	}
	if (zol_read_file(path, KEYRING_MAX, &file, err)) {
		zol_err_wrap(err, "keyring");
		return zol_err_hint(err, "install sec-keys/openpgp-keys-gentoo-release, or set 'keyring' in section "
					 "[stage] (--keyring)");
	}
	if (zol_armor_is(zol_span_str(&file))) {
		if (zol_armor_decode(zol_span_str(&file), ZOL_ARMOR_KEYS, &t.keyring, err))
			return zol_err_wrap(err, "keyring %s", path);
	} else if (file.len == 0) {
		return zol_err_set(err, ZOL_MALFORMED, 0, "keyring %s is empty", path);
	} else {
		t.keyring = file;
		file = (struct zol_str)ZOL_STR_INIT;
	}
	*ret = t;
	t = (struct zol_stage_trust){ .path = NULL };
	return 0;
}

static int judge(const struct zol_stage_trust *t, const struct zol_gpgv *req, struct zol_gpgstatus *ret,
		 struct zol_err *err)
{
	ZOL_AUTO(gpgv_result) struct zol_gpgv_result r = { .exit_status = -1 };
	const struct zol_gpgstatus_policy policy = { .keys = t->keys, .now = time(NULL) };

	if (zol_gpgv_run(req, &r, err))
		return -(int)err->code;
	return zol_gpgstatus_judge(zol_span_str(&r.status), r.exit_status, &policy, ret, err);
}

int zol_stage_verify_text(const struct zol_stage_trust *t, struct zol_span file, struct zol_str *text,
			  struct zol_gpgstatus *ret, struct zol_err *err)
{
	ZOL_AUTO(clearsign) struct zol_clearsign c = { .text = ZOL_STR_INIT };
	struct zol_gpgv req = { .data_fd = -1 };

	if (file.len > ZOL_STAGE_TEXT_MAX)
		return zol_err_set(err, ZOL_MALFORMED, 0, "it has %zu bytes, more than such a file can have", file.len);
	if (zol_clearsign_split(file, &c, err))
		return -(int)err->code;
	req.keyring = zol_span_str(&t->keyring);
	req.sig = zol_span_str(&c.sig);
	req.data = zol_span_str(&c.text);
	if (judge(t, &req, ret, err))
		return -(int)err->code;
	zol_str_add(text, c.text.ptr, c.text.len);
	return zol_str_check(text, err);
}

int zol_stage_verify_file(const struct zol_stage_trust *t, struct zol_span armored, int fd, uint64_t size,
			  struct zol_gpgstatus *ret, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str sig = ZOL_STR_INIT;
	struct zol_gpgv req = { .data_fd = fd };

	if (armored.len > ZOL_STAGE_TEXT_MAX)
		return zol_err_set(err, ZOL_MALFORMED, 0, "the signature has %zu bytes, more than one can have",
				   armored.len);
	if (zol_armor_decode(armored, ZOL_ARMOR_SIGNATURE, &sig, err))
		return -(int)err->code;
	req.keyring = zol_span_str(&t->keyring);
	req.sig = zol_span_str(&sig);
	/* A slow disk reads 10 MB/s. */
	req.timeout_ms = 10000 + size / 10000;
	return judge(t, &req, ret, err);
}

int zol_stage_verify_digests(const struct zol_stage_trust *t, struct zol_span file, const char *name, int64_t built,
			     struct zol_digests *ret, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(gpgstatus) struct zol_gpgstatus by = { .created = 0 };
	struct zol_digests d;

	if (zol_stage_verify_text(t, file, &text, &by, err) ||
	    zol_digests_find(zol_span_str(&text), name, d.sha512, d.blake2b, err))
		return -(int)err->code;
	if (by.created < built)
		return zol_err_set(err, ZOL_VERIFY, 0, "its signature is older than the build");
	*ret = d;
	return 0;
}

int zol_stage_hash_fd(struct zol_hash *h, int fd, uint64_t len, const struct zol_events *ev, struct zol_err *err)
{
	ZOL_AUTO(free) char *buf = malloc(CHUNK);
	uint64_t done = 0;

	if (!buf)
		return zol_err_oom(err);
	while (done < len) {
		size_t want = len - done < CHUNK ? (size_t)(len - done) : CHUNK;
		ssize_t n = pread(fd, buf, want, (off_t)done);

		if (zol_sig_check(err))
			return -(int)err->code;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return zol_err_sys(err, "reading the tarball");
		if (n == 0)
			return zol_err_set(err, ZOL_SYSTEM, 0, "the file became shorter while it was read");
		if (zol_hash_update(h, buf, (size_t)n, err))
			return -(int)err->code;
		done += (uint64_t)n;
		zol_ev_progress(ev, done);
	}
	return 0;
}

int zol_stage_check_digests(const struct zol_digests *want, const struct zol_digests *got, const char *name,
			    struct zol_err *err)
{
	static const char *const which[] = { "", "SHA512 digest of", "BLAKE2B digest of",
					     "SHA512 and BLAKE2B digests of" };
	int differ = zol_hash_compare(want, got);

	if (!differ)
		return 0;
	return zol_err_set(err, ZOL_VERIFY, 0, "wrong %s %s", which[differ], name);
}

static int read_beside(const char *path, const char *suffix, struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(free) char *name = zol_asprintf("%s%s", path, suffix);

	if (!name)
		return zol_err_oom(err);
	if (!zol_read_file(name, ZOL_STAGE_TEXT_MAX, out, err))
		return 0;
	if (err->errnum != ENOENT)
		return -(int)err->code;
	zol_err_clear(err);
	zol_err_set(err, ZOL_VERIFY, 0, "%s: there is no %s beside it", path, suffix);
	return zol_err_hint(err, "fetch %s from where the tarball came from, without renaming it", suffix);
}

static int open_tarball(const char *path, uint64_t *ret_size, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return zol_err_sys(err, "%s", path);
	if (!S_ISREG(st.st_mode))
		return zol_err_set(err, ZOL_USAGE, 0, "%s is not a regular file", path);
	*ret_size = (uint64_t)st.st_size;
	return zol_take_fd(&fd);
}

static int hash_whole(int fd, uint64_t size, const struct zol_events *ev, struct zol_digests *ret, struct zol_err *err)
{
	ZOL_AUTO(hash) struct zol_hash *h = NULL;

	zol_ev_stage(ev, "check", size, ZOL_UNIT_BYTES);
	if (zol_hash_new(&h, err) || zol_stage_hash_fd(h, fd, size, ev, err))
		return -(int)err->code;
	return zol_hash_final(h, ret, err);
}

int zol_stage_verify_local(const struct zol_stage_trust *t, const char *path, const struct zol_events *ev,
			   struct zol_stage_verdict *ret, struct zol_err *err)
{
	const char *name = zol_base_name(path);
	ZOL_AUTO(stage_build) struct zol_stage_build b = { .size = 0 };
	ZOL_AUTO(stage_verdict) struct zol_stage_verdict v = { .size = 0 };
	ZOL_AUTO(str) struct zol_str digests = ZOL_STR_INIT, asc = ZOL_STR_INIT;
	struct zol_digests want;
	ZOL_AUTO(fd) int fd = -1;

	fd = open_tarball(path, &v.size, err);
	if (fd < 0)
		return fd;
	if (zol_stage_name_parse(zol_span_c(name), &b, err) || read_beside(path, ".DIGESTS", &digests, err) ||
	    read_beside(path, ".asc", &asc, err))
		return -(int)err->code;
	if (zol_stage_verify_digests(t, zol_span_str(&digests), name, b.time, &want, err))
		return zol_err_wrap(err, "%s.DIGESTS", path);
	if (hash_whole(fd, v.size, ev, &v.digests, err))
		return -(int)err->code;
	if (zol_stage_check_digests(&want, &v.digests, path, err))
		return -(int)err->code;
	if (zol_stage_verify_file(t, zol_span_str(&asc), fd, v.size, &v.by, err))
		return zol_err_wrap(err, "%s.asc", path);
	*ret = v;
	v = (struct zol_stage_verdict){ .size = 0 };
	return 0;
}
