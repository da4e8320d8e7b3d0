/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/flame_read.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/path.h"
#include "base/sig.h"
#include "core/perfdata.h"
#include "core/perftext.h"

#define PIECE (256U << 10)
#define HEAD (64U << 10)

struct input {
	int fd;
	struct zol_str head; /* its first bytes */
	uint64_t size;       /* 0: not known */
	bool end;            /* all of it is in head */
};

static void input_free(struct input *in)
{
	zol_cleanup_fd(&in->fd);
	zol_str_free(&in->head);
}
ZOL_CLEANUP_STRUCT(input, struct input, input_free);

/* Reads up to size bytes: returns how many, 0 at the end. */
static ssize_t read_piece(int fd, char *buf, size_t size, struct zol_err *err)
{
	for (;;) {
		ssize_t n = read(fd, buf, size);

		if (zol_sig_check(err) < 0)
			return -(int)err->code;
		if (n >= 0)
			return n;
		if (errno != EINTR)
			return zol_err_sys(err, "cannot read");
	}
}

static int open_input(const char *path, struct input *in, struct zol_err *err)
{
	struct stat st;

	in->fd = strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_CLOEXEC);
	if (in->fd < 0 || fstat(in->fd, &st) < 0)
		return zol_err_sys(err, "cannot open %s", path);
	if (S_ISDIR(st.st_mode))
		return zol_err_set(err, ZOL_SYSTEM, EISDIR, "cannot read %s", path);
	in->size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	while (in->head.len < HEAD) {
		char *to = zol_str_reserve(&in->head, HEAD);
		ssize_t n = to ? read_piece(in->fd, to, HEAD - in->head.len, err) : zol_err_oom(err);

		if (n < 0)
			return -(int)err->code;
		in->head.len += (size_t)n;
		in->end = n == 0;
		if (in->end)
			break;
	}
	return 0;
}

static int read_text(const struct zol_flame_source *src, struct input *in, const struct zol_events *ev,
		     struct zol_stacks *s, struct zol_fold_stats *st, struct zol_err *err)
{
	ZOL_AUTO(perftext) struct zol_perftext *p = NULL;
	ZOL_AUTO(free) char *buf = malloc(PIECE);
	uint64_t done = in->head.len;

	if (!buf)
		return zol_err_oom(err);
	if (zol_perftext_new(src->opts, s, &p, err) < 0 || zol_perftext_feed(p, zol_span_str(&in->head), err) < 0)
		return -(int)err->code;
	zol_ev_stage(ev, "read", in->size, ZOL_UNIT_BYTES);
	while (!in->end) {
		ssize_t n = read_piece(in->fd, buf, PIECE, err);

		if (n < 0 || zol_perftext_feed(p, zol_span(buf, (size_t)n), err) < 0)
			return -(int)err->code;
		in->end = n == 0;
		done += (uint64_t)n;
		zol_ev_progress(ev, done);
	}
	return zol_perftext_finish(p, st, err);
}

/* The rest behind the head. */
static int read_all(struct input *in, struct zol_err *err)
{
	return in->end ? 0 : zol_read_fd(in->fd, ZOL_FLAME_READ_MAX, &in->head, err);
}

static int read_folded(struct input *in, struct zol_stacks *s, struct zol_fold_stats *st, struct zol_err *err)
{
	if (read_all(in, err) < 0 || zol_folded_read(zol_span_str(&in->head), s, err) < 0)
		return -(int)err->code;
	st->samples = s->len;
	return 0;
}

/* Records of a file are read where they are; a pipe must be at its end before the first one can be placed in time. */
static int read_data(const struct zol_flame_source *src, struct input *in, const struct zol_events *ev,
		     struct zol_stacks *s, struct zol_fold_stats *st, struct zol_err *err)
{
	void *map;
	int r;

	if (!in->size || in->end || in->size > SIZE_MAX / 2) {
		if (read_all(in, err) < 0)
			return -(int)err->code;
		return zol_flame_data_read(src, zol_span_str(&in->head), ev, s, st, err);
	}
	map = mmap(NULL, (size_t)in->size, PROT_READ, MAP_PRIVATE, in->fd, 0);
	if (map == MAP_FAILED)
		return zol_err_sys(err, "cannot map");
	r = zol_flame_data_read(src, zol_span(map, (size_t)in->size), ev, s, st, err);
	(void)munmap(map, (size_t)in->size);
	return r;
}

/* What is neither perf's was taken for folded stacks. */
static int wrong(const char *path, enum zol_flame_form form, struct zol_err *err)
{
	(void)zol_err_wrap(err, "%s", path);
	if (form != ZOL_FLAME_FOLDED || err->code != ZOL_MALFORMED)
		return -(int)err->code;
	return zol_err_hint(err, "it is read as folded stacks, being neither perf.data nor the text of perf script");
}

int zol_flame_read(const struct zol_flame_source *src, const struct zol_events *ev, struct zol_stacks *ret,
		   struct zol_fold_stats *ret_stats, enum zol_flame_form *ret_form, struct zol_err *err)
{
	ZOL_AUTO(input) struct input in = { .fd = -1 };
	ZOL_AUTO(stacks) struct zol_stacks s = { 0 };
	struct zol_fold_stats st = { 0 };
	enum zol_flame_form form = ZOL_FLAME_FOLDED;
	int r;

	if (open_input(src->path, &in, err) < 0)
		return -(int)err->code;
	if (zol_perfdata_looks(zol_span_str(&in.head)))
		form = ZOL_FLAME_DATA;
	else if (zol_perftext_looks(zol_span_str(&in.head)))
		form = ZOL_FLAME_TEXT;
	if (form == ZOL_FLAME_FOLDED)
		r = read_folded(&in, &s, &st, err);
	else
		r = (form == ZOL_FLAME_DATA ? read_data : read_text)(src, &in, ev, &s, &st, err);
	if (r < 0)
		return wrong(src->path, form, err);
	if (zol_flamecut_apply(&src->opts->cut, &s, err) < 0)
		return -(int)err->code;
	*ret = s;
	s = (struct zol_stacks){ 0 };
	*ret_stats = st;
	*ret_form = form;
	return 0;
}
