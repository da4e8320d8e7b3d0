/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/portage_read.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/path.h"
#include "sys/portage_names.h"

#define ETC "etc/portage"
#define FILE_MAX (1U << 20)
#define DEPTH 8
#define FILES_MAX 4096

static bool not_there(const struct zol_err *err)
{
	return err->code == ZOL_SYSTEM && (err->errnum == ENOENT || err->errnum == ENOTDIR || err->errnum == ELOOP);
}

struct files {
	int root;
	unsigned seen; /* names that were looked at: links can lead to the same directory over and over */
	struct zol_strv *ret;
};

static int walk(struct files *f, const char *path, unsigned depth, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv names = ZOL_STRV_INIT;
	ZOL_AUTO(fd) int fd = zol_open_in(f->root, path, O_PATH, 0, err);
	struct stat st;
	int r;

	if (fd < 0) {
		if (!not_there(err))
			return zol_take_fd(&fd);
		zol_err_clear(err);
		return 0;
	}
	if (fstat(fd, &st) < 0)
		return zol_err_sys(err, "%s", path);
	if (S_ISREG(st.st_mode))
		zol_strv_add(f->ret, path);
	if (!S_ISDIR(st.st_mode))
		return zol_strv_check(f->ret, err);
	r = zol_portage_names(f->root, path, &names, err);
	for (size_t i = 0; r == 0 && i < names.len && depth < DEPTH && f->seen++ < FILES_MAX; i++) {
		const char *name = names.v[i];
		ZOL_AUTO(free) char *inside = zol_path_join(path, name);

		if (name[strlen(name) - 1] == '~') /* an editor's copy */
			continue;
		if (depth == 0 || (strcmp(name, "CVS") != 0 && strcmp(name, "RCS") != 0))
			r = inside ? walk(f, inside, depth + 1, err) : zol_err_oom(err);
	}
	return r < 0 ? r : 0;
}

int zol_portage_files(int root, const char *path, struct zol_strv *ret, struct zol_err *err)
{
	struct files f = { .root = root, .ret = ret };

	return walk(&f, path, 0, err);
}

static int read_source(void *ctx, const char *path, struct zol_str *text, struct zol_err *err)
{
	const int *root = ctx;
	int r = zol_read_file_in(*root, path, FILE_MAX, text, err);

	if (r < 0 && not_there(err)) {
		zol_err_clear(err);
		return 1;
	}
	return r;
}

/* What cannot be read or parsed is told; only a lack of memory is a failure. */
static int told(int r, const struct zol_events *ev, struct zol_err *err)
{
	if (r >= 0 || err->errnum == ENOMEM)
		return r;
	zol_ev_note(ev, ZOL_LEVEL_WARN, "%s", zol_err_text(err));
	zol_err_clear(err);
	return 0;
}

/* One file of assignments. 1: it is not there. */
static int one_conf(int root, const char *file, const struct zol_events *ev, struct zol_pvars *vars,
		    struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(free) char *origin = zol_asprintf("/%s", file);
	struct zol_portage_source src = { .ctx = &root, .read = read_source };
	int r = origin ? read_source(&root, file, &text, err) : zol_err_oom(err);

	if (r == 0)
		r = zol_portage_conf(zol_span_str(&text), origin, &src, vars, err);
	return told(r, ev, err);
}

static int make_conf(int root, const char *path, const struct zol_events *ev, struct zol_pvars *vars,
		     struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv files = ZOL_STRV_INIT;
	int r = zol_portage_files(root, path, &files, err);

	for (size_t i = 0; r >= 0 && i < files.len; i++)
		r = one_conf(root, files.v[i], ev, vars, err);
	return r < 0 ? r : 0;
}

/* The files that package.env names, by how close the atom is. */
struct envs {
	struct zol_strv of[ZOL_ATOM_EXACT + 1];
};

static void envs_free(struct envs *e)
{
	for (size_t i = 0; i < ZOL_COUNT(e->of); i++)
		zol_strv_free(&e->of[i]);
}

static int package_env_file(int root, const char *file, const struct zol_package *pkg, struct envs *envs,
			    struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_span rest, words, atom, name;
	int r = read_source(&root, file, &text, err);

	rest = zol_span_str(&text);
	while (r == 0 && zol_portage_line(&rest, &words)) {
		int rank = zol_span_field(&words, ZOL_PORTAGE_BLANKS, &atom) ? zol_portage_atom(atom, pkg) : 0;

		while (rank && zol_span_field(&words, ZOL_PORTAGE_BLANKS, &name))
			zol_strv_addf(&envs->of[rank], ETC "/env/%.*s", (int)name.len, name.ptr);
		r = zol_strv_check(&envs->of[rank], err);
	}
	return r < 0 ? r : 0;
}

static int package_env(int root, const struct zol_package *pkg, const struct zol_events *ev, struct zol_pvars *vars,
		       struct zol_err *err)
{
	__attribute__((cleanup(envs_free))) struct envs envs = { 0 };
	ZOL_AUTO(strv) struct zol_strv files = ZOL_STRV_INIT;
	int r = zol_portage_files(root, ETC "/package.env", &files, err);

	for (size_t i = 0; r >= 0 && i < files.len; i++)
		r = told(package_env_file(root, files.v[i], pkg, &envs, err), ev, err);
	for (size_t i = 0; r >= 0 && i < ZOL_COUNT(envs.of); i++) {
		for (size_t k = 0; r >= 0 && k < envs.of[i].len; k++) {
			r = one_conf(root, envs.of[i].v[k], ev, vars, err);
			if (r > 0)
				zol_ev_note(ev, ZOL_LEVEL_WARN, "package.env names /%s, which is not there",
					    envs.of[i].v[k]);
		}
	}
	return r < 0 ? r : 0;
}

/* In the order of portage: bin/ebuild.sh: CATEGORY/NAME, NAME:SLOT, NAME-VERSION. The live version's slot is not known. */
static int bash_env(int root, const struct zol_package *pkg, const struct zol_events *ev, struct zol_pvars *vars,
		    struct zol_err *err)
{
	const char *const suffixes[] = { "", "-9999" };
	int r = 0;

	for (size_t i = 0; r >= 0 && i < ZOL_COUNT(suffixes); i++) {
		ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
		ZOL_AUTO(free)
		char *path = zol_asprintf("/" ETC "/env/%.*s/%.*s%s", (int)pkg->category.len, pkg->category.ptr,
					  (int)pkg->name.len, pkg->name.ptr, suffixes[i]);

		r = path ? read_source(&root, path, &text, err) : zol_err_oom(err);
		if (r == 0)
			r = zol_portage_bash(zol_span_str(&text), path, vars, err);
		r = told(r, ev, err);
	}
	return r < 0 ? r : 0;
}

int zol_portage_vars(int root, const struct zol_package *pkg, const struct zol_events *ev, struct zol_pvars *ret,
		     struct zol_err *err)
{
	int r = zol_portage_profile(root, ret, ev, err);

	if (r >= 0)
		r = make_conf(root, "etc/make.conf", ev, ret, err);
	if (r >= 0)
		r = make_conf(root, ETC "/make.conf", ev, ret, err);
	if (r >= 0)
		r = package_env(root, pkg, ev, ret, err);
	return r >= 0 ? bash_env(root, pkg, ev, ret, err) : r;
}
