/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /var/db/pkg: what is installed. */
#include <errno.h>
#include <fcntl.h>

#include "base/path.h"
#include "sys/portage_names.h"
#include "sys/portage_read.h"
#include "wrap/bz2.h"

#define ENV_MAX (16U << 20)

void zol_installed_free(struct zol_installed *i)
{
	free(i->version);
	free(i->commit);
	free(i->branch);
	free(i->repo);
	free(i->kernel);
	*i = (struct zol_installed){ 0 };
}

static bool is_live(struct zol_span version)
{
	return zol_span_starts(version, "9999") || zol_span_ends(version, ".9999");
}

/* "/lib/modules/6.1.0-zolkit/extra/zfs.ko" among the contents. */
static int modules_of(int root, const char *dir, char **ret, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_path_join(dir, "CONTENTS");
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_span rest, line;

	if (!path)
		return zol_err_oom(err);
	if (zol_read_file_in(root, path, ENV_MAX, &text, err) < 0) {
		zol_err_clear(err);
		return 0;
	}
	rest = zol_span_str(&text);
	while (zol_span_line(&rest, &line)) {
		static const char mark[] = "/lib/modules/";
		const char *at =
			zol_span_starts(line, "obj ") ? memmem(line.ptr, line.len, mark, sizeof(mark) - 1) : NULL;
		const char *end = line.ptr + line.len, *slash;

		if (!at || !memmem(at, (size_t)(end - at), ".ko", 3))
			continue;
		at += sizeof(mark) - 1;
		slash = memchr(at, '/', (size_t)(end - at));
		*ret = slash ? zol_span_dup(zol_span(at, (size_t)(slash - at))) : NULL;
		return !slash || *ret ? 0 : zol_err_oom(err);
	}
	return 0;
}

static int declared(struct zol_span env, const char *name, char **ret, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str value = ZOL_STR_INIT;

	if (zol_portage_declared(env, name, &value) && value.len)
		*ret = zol_str_take(&value);
	return zol_str_check(&value, err);
}

static bool is_hash(const char *text)
{
	size_t len = strlen(text);

	return (len == 40 || len == 64) && strspn(text, "0123456789abcdef") == len;
}

static int environment(int root, const char *dir, struct zol_installed *ret, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_path_join(dir, "environment.bz2");
	ZOL_AUTO(str) struct zol_str packed = ZOL_STR_INIT, env = ZOL_STR_INIT;
	int r;

	if (!path)
		return zol_err_oom(err);
	if (zol_read_file_in(root, path, ENV_MAX, &packed, err) < 0) {
		zol_err_clear(err);
		return 0;
	}
	r = zol_bz2_unpack(zol_span_str(&packed), ENV_MAX, &env, err);
	if (r < 0)
		return zol_err_wrap(err, "/%s", path);
	r = declared(zol_span_str(&env), "EGIT_VERSION", &ret->commit, err);
	if (r == 0)
		r = declared(zol_span_str(&env), "EGIT_BRANCH", &ret->branch, err);
	if (r == 0)
		r = declared(zol_span_str(&env), "EGIT_REPO_URI", &ret->repo, err);
	if (ret->commit && !is_hash(ret->commit)) {
		free(ret->commit);
		ret->commit = NULL;
	}
	return r;
}

int zol_portage_installed(int root, const struct zol_package *pkg, struct zol_installed *ret, struct zol_err *err)
{
	ZOL_AUTO(free) char *dir = zol_asprintf(ZOL_PORTAGE_VDB "/%.*s", (int)pkg->category.len, pkg->category.ptr);
	ZOL_AUTO(strv) struct zol_strv names = ZOL_STRV_INIT;
	int r = dir ? zol_portage_names(root, dir, &names, err) : zol_err_oom(err);

	for (size_t i = 0; r == 0 && i < names.len; i++) {
		struct zol_span version = zol_portage_version(names.v[i], pkg->name);
		ZOL_AUTO(free) char *own = NULL;

		if (!is_live(version))
			continue;
		own = zol_path_join(dir, names.v[i]);
		ret->version = zol_span_dup(version);
		r = own && ret->version ? environment(root, own, ret, err) : zol_err_oom(err);
		return r == 0 ? modules_of(root, own, &ret->kernel, err) : r;
	}
	return r < 0 ? r : 1;
}

int zol_portage_live_names(int root, struct zol_strv *ret, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv categories = ZOL_STRV_INIT;
	int r = zol_portage_names(root, ZOL_PORTAGE_VDB, &categories, err);

	for (size_t c = 0; r >= 0 && c < categories.len; c++) {
		ZOL_AUTO(strv) struct zol_strv names = ZOL_STRV_INIT;
		ZOL_AUTO(free) char *dir = zol_path_join(ZOL_PORTAGE_VDB, categories.v[c]);

		r = dir ? zol_portage_names(root, dir, &names, err) : zol_err_oom(err);
		for (size_t i = 0; r == 0 && i < names.len; i++) {
			ZOL_AUTO(free) char *full = zol_path_join(categories.v[c], names.v[i]);
			struct zol_package p;

			if (!full)
				return zol_err_oom(err);
			if (zol_package_parse(zol_span_c(full), &p) && is_live(p.version))
				zol_strv_addn(ret, full, (size_t)(p.name.ptr + p.name.len - full));
		}
	}
	zol_strv_sort(ret, 0);
	return r < 0 ? r : zol_strv_check(ret, err);
}
