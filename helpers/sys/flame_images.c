/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/flame_images.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/path.h"
#include "core/perfmap.h"
#include "wrap/archive.h"

#define DEBUG_DIR "/usr/lib/debug"
#define UNPACKED_MAX ((uint64_t)1 << 30)

struct image {
	struct zol_perf_image image;
	struct image *next;
};

struct mapping {
	void *at;
	size_t len;
	struct mapping *next;
};

struct zol_images {
	int root;
	bool same_machine;
	const struct zol_perfdata *data;
	struct image *images;
	struct mapping *mappings;
};

int zol_images_new(const char *root, bool same_machine, struct zol_images **ret, struct zol_err *err)
{
	ZOL_AUTO(images) struct zol_images *m = calloc(1, sizeof(*m));

	if (!m)
		return zol_err_oom(err);
	m->same_machine = same_machine;
	m->root = zol_root_open(root, err);
	if (m->root < 0)
		return -(int)err->code;
	*ret = zol_take_ptr(m);
	return 0;
}

void zol_images_free(struct zol_images *m)
{
	if (!m)
		return;
	while (m->images) {
		struct image *i = m->images;

		m->images = i->next;
		zol_syms_free(&i->image.syms);
		free(i);
	}
	while (m->mappings) {
		struct mapping *g = m->mappings;

		m->mappings = g->next;
		(void)munmap(g->at, g->len);
		free(g);
	}
	zol_cleanup_fd(&m->root);
	free(m);
}

void zol_images_build_ids(struct zol_images *m, const struct zol_perfdata *d)
{
	m->data = d;
}

/* A file below the root; -1: none that can be read. */
static int open_below(const struct zol_images *m, const char *path)
{
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;

	return zol_open_in(m->root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0, &ignored);
}

static int map_fd(struct zol_images *m, int fd, struct zol_span *ret, struct zol_err *err)
{
	ZOL_AUTO(free) struct mapping *g = calloc(1, sizeof(*g));
	struct stat st;

	if (!g)
		return zol_err_oom(err);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size <= 0)
		return 1;
	g->len = (size_t)st.st_size;
	g->at = mmap(NULL, g->len, PROT_READ, MAP_PRIVATE, fd, 0);
	if (g->at == MAP_FAILED)
		return 1;
	*ret = zol_span(g->at, g->len);
	g->next = m->mappings;
	m->mappings = zol_take_ptr(g);
	return 0;
}

int zol_images_map(struct zol_images *m, const char *path, struct zol_span *ret, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = open_below(m, path);

	return fd < 0 ? 1 : map_fd(m, fd, ret, err);
}

int zol_images_open(struct zol_images *m, const char *path, bool pack, int *ret_fd, struct zol_err *err)
{
	ZOL_AUTO(err) struct zol_err bad = ZOL_ERR_INIT;
	ZOL_AUTO(fd) int in = open_below(m, path);
	ZOL_AUTO(fd) int out = -1;
	struct stat st;

	if (in < 0 || fstat(in, &st) < 0 || !S_ISREG(st.st_mode))
		return 1;
	if (!pack) {
		*ret_fd = zol_take_fd(&in);
		return 0;
	}
	out = memfd_create("unpacked", MFD_CLOEXEC);
	if (out < 0)
		return zol_err_sys(err, "cannot make room for %s", path);
	if (zol_unpack_file(in, out, UNPACKED_MAX, &bad) == 0) {
		*ret_fd = zol_take_fd(&out);
		return 0;
	}
	if (bad.code == ZOL_MALFORMED)
		return 1;
	zol_err_move(err, &bad);
	return -(int)err->code;
}

int zol_images_unpack(struct zol_images *m, const char *path, struct zol_span *ret, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = -1;
	int r = zol_images_open(m, path, true, &fd, err);

	return r == 0 ? map_fd(m, fd, ret, err) : r;
}

/* What the head of the recording says of a path. */
static struct zol_span known_id(const struct zol_images *m, const struct zol_perf_dso *dso)
{
	if (dso->build_id.len || !m->data)
		return dso->build_id;
	for (size_t i = 0; i < m->data->nbuild_ids; i++) {
		const struct zol_perf_build_id *b = &m->data->build_ids[i];

		if (zol_span_same(b->path, dso->path))
			return b->id;
	}
	return zol_span("", 0);
}

/* perf pads shorter ids with zeros. */
static bool id_matches(const struct zol_elf *e, struct zol_span want)
{
	struct zol_span id;

	if (!zol_elf_build_id(e, &id) || id.len > 64)
		return false;
	return id.len <= want.len ? !memcmp(id.ptr, want.ptr, id.len) : !memcmp(id.ptr, want.ptr, want.len);
}

/* Opens a file as ELF; want (len 0: any) is its build-id. */
static bool open_elf(struct zol_images *m, const char *path, struct zol_span want, struct zol_elf *ret)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_span bytes;

	return zol_images_map(m, path, &bytes, &err) == 0 && zol_elf_open(bytes, ret, &err) == 0 &&
	       (!want.len || id_matches(ret, want));
}

static bool has_symtab(const struct zol_elf *e)
{
	struct zol_elf_section s;

	return zol_elf_find_type(e, 2, &s) && s.data.len;
}

/* What was split off: by build-id, else by the name that the file says, in the usual three places (gdb(1)). */
static bool open_debug(struct zol_images *m, const struct zol_elf *e, const char *path, struct zol_elf *ret)
{
	char text[ZOL_BUILD_ID_TEXT];
	struct zol_span id, name;
	uint32_t crc;
	const char *slash = strrchr(path, '/');

	if (zol_elf_build_id(e, &id) && *zol_build_id_text(id, text)) {
		ZOL_AUTO(free) char *p = zol_asprintf(DEBUG_DIR "/.build-id/%.2s/%s.debug", text, text + 2);

		if (p && open_elf(m, p, id, ret) && has_symtab(ret))
			return true;
	}
	if (!slash || !zol_elf_debug_link(e, &name, &crc) || memchr(name.ptr, '/', name.len))
		return false;
	for (size_t i = 0; i < 3; i++) {
		ZOL_AUTO(str) struct zol_str p = ZOL_STR_INIT;

		if (i == 2)
			zol_str_puts(&p, DEBUG_DIR);
		zol_str_add(&p, path, (size_t)(slash - path));
		zol_str_puts(&p, i == 1 ? "/.debug/" : "/");
		zol_str_add(&p, name.ptr, name.len);
		if (!p.oom && open_elf(m, zol_str_c(&p), zol_span("", 0), ret) && has_symtab(ret) &&
		    zol_elf_crc32(ret->file) == crc)
			return true;
	}
	return false;
}

static const struct zol_perf_image *keep(struct zol_images *m, struct image *i)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	if (zol_syms_sort(&i->image.syms, &err) < 0) {
		zol_syms_free(&i->image.syms);
		free(i);
		return NULL;
	}
	i->next = m->images;
	m->images = i;
	return &i->image;
}

static const struct zol_perf_image *load_elf(struct zol_images *m, const char *path, struct zol_span id)
{
	struct image *i = calloc(1, sizeof(*i));
	struct zol_elf debug;

	if (!i || !open_elf(m, path, id, &i->image.elf)) {
		free(i);
		return NULL;
	}
	i->image.has_elf = true;
	if (has_symtab(&i->image.elf) || !open_debug(m, &i->image.elf, path, &debug))
		debug = i->image.elf;
	(void)zol_elf_add_symbols(&debug, NULL, &i->image.syms);
	return keep(m, i);
}

static const struct zol_perf_image *load_map(struct zol_images *m, const char *path)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct image *i = calloc(1, sizeof(*i));
	struct zol_span text;

	if (!i)
		return NULL;
	if (zol_images_map(m, path, &text, &err) != 0 || zol_perfmap_parse(text, &i->image.syms, &err) < 0) {
		zol_syms_free(&i->image.syms);
		free(i);
		return NULL;
	}
	return keep(m, i);
}

const struct zol_perf_image *zol_images_get(struct zol_images *m, const struct zol_perf_dso *dso)
{
	ZOL_AUTO(free) char *path = zol_span_dup(dso->path);
	struct zol_span id = known_id(m, dso);

	if (!path || path[0] != '/')
		return NULL;
	if (zol_span_starts(dso->path, "/tmp/perf-") && zol_span_ends(dso->path, ".map"))
		return m->same_machine ? load_map(m, path) : NULL;
	if (!id.len && !m->same_machine)
		return NULL;
	return load_elf(m, path, id);
}
