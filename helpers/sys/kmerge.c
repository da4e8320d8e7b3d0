/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/kmerge.h"

#include <errno.h>
#include <sys/utsname.h>

#include "base/path.h"
#include "sys/ktree.h"

#define SUFFIX ".config"
#define CONFIG_MAX (16U << 20)

void zol_kmerged_free(struct zol_kmerged *m)
{
	zol_str_free(&m->text);
	zol_kfrags_free(&m->config);
	free(m->unmet);
	*m = (struct zol_kmerged){ 0 };
}

/* --- base ---------------------------------------------------------------------------------------- */

bool zol_kmerge_base_is_target(const char *base)
{
	size_t n = strlen(base);

	if (strchr(base, '/') || strcmp(base, "host") == 0 || strcmp(base, "current") == 0)
		return false;
	return n > 6 && strcmp(base + n - 6, "config") == 0 && base[n - 7] != '.';
}

int zol_kmerge_base_path(const char *base, const char *build, struct zol_str *ret_path, struct zol_err *err)
{
	if (strcmp(base, "current") == 0) {
		zol_str_printf(ret_path, "%s/.config", build);
	} else if (strcmp(base, "host") == 0 && access("/proc/config.gz", R_OK) == 0) {
		zol_str_puts(ret_path, "/proc/config.gz");
	} else if (strcmp(base, "host") == 0) {
		struct utsname u;

		if (uname(&u) < 0)
			return zol_err_sys(err, "cannot tell the running kernel's release");
		zol_str_printf(ret_path, "/boot/config-%s", u.release);
	} else {
		zol_str_puts(ret_path, base);
	}
	if (zol_str_check(ret_path, err) < 0)
		return -(int)err->code;
	if (access(zol_str_c(ret_path), R_OK) < 0)
		return zol_err_set(err, ZOL_USAGE, errno, "no base configuration '%s': %s", base, zol_str_c(ret_path));
	return 0;
}

static int make_base(const struct zol_kenv *k, const char *build, const char *base, struct zol_str *out,
		     struct zol_err *err)
{
	ZOL_AUTO(kmake) struct zol_kmake seen = { 0 };
	ZOL_AUTO(str) struct zol_str path = ZOL_STR_INIT;
	int rc = 0;

	if (zol_kmerge_base_is_target(base)) {
		const char *const targets[] = { base, NULL };

		zol_str_printf(&path, "%s/.config", build);
		rc = zol_str_check(&path, err);
		if (rc == 0)
			rc = zol_kenv_make(k, targets, NULL, &seen, err);
	} else {
		rc = zol_kmerge_base_path(base, build, &path, err);
	}
	return rc < 0 ? rc : zol_ktree_read_config(zol_str_c(&path), out, err);
}

/* --- merge --------------------------------------------------------------------------------------- */

int zol_kmerge_judge(const struct zol_kfrags *settings, struct zol_kmerged *m, struct zol_err *err)
{
	int rc = zol_kfrags_add_config(&m->config, ".config", zol_span_str(&m->text), err);

	if (rc < 0)
		return rc;
	m->unmet = calloc(settings->len ? settings->len : 1, sizeof(*m->unmet));
	if (!m->unmet)
		return zol_err_oom(err);
	for (size_t i = 0; i < settings->len; i++) {
		const struct zol_kset *want = &settings->v[i];
		const struct zol_kset *got = zol_kfrags_find(&m->config, want->name);

		if (!zol_kfrags_is_last(settings, want)) {
			const struct zol_kset *last = zol_kfrags_find(settings, want->name);
			bool same = last && strcmp(last->value, want->value) == 0;

			m->repeated += same;
			m->overridden += !same;
			continue;
		}
		switch (zol_kset_judge(want->value, got ? got->value : NULL)) {
		case ZOL_KMET:
			m->met++;
			break;
		case ZOL_KSTRONGER:
			m->stronger++;
			break;
		case ZOL_KUNMET:
			m->unmet[m->nunmet++] = (struct zol_kunmet){ want, got ? got->value : NULL };
			break;
		}
	}
	return 0;
}

int zol_kmerge_confirm(const struct zol_kenv *k, const char *build, const struct zol_str *config,
		       const struct zol_kfrags *settings, struct zol_kmerged *ret, struct zol_err *err)
{
	static const char *const resolve[] = { "olddefconfig", NULL };
	ZOL_AUTO(kmake) struct zol_kmake seen = { 0 };
	ZOL_AUTO(free) char *path = zol_path_join(build, ".config");

	if (!path)
		return zol_err_oom(err);
	int rc = zol_write_file(path, config->ptr, config->len, 0644, err);

	if (rc == 0)
		rc = zol_kenv_make(k, resolve, NULL, &seen, err);
	if (rc == 0)
		rc = zol_read_file(path, CONFIG_MAX, &ret->text, err);
	return rc < 0 ? rc : zol_kmerge_judge(settings, ret, err);
}

int zol_kmerge_run(const struct zol_kenv *k, const char *build, const char *base, const struct zol_kfrags *settings,
		   struct zol_kmerged *ret, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	int rc = make_base(k, build, base, &text, err);

	if (rc < 0)
		return zol_err_wrap(err, "base '%s'", base);
	if (text.len && text.ptr[text.len - 1] != '\n')
		zol_str_putc(&text, '\n');
	zol_kfrags_text(settings, &text);
	rc = zol_str_check(&text, err);
	return rc < 0 ? rc : zol_kmerge_confirm(k, build, &text, settings, ret, err);
}

/* --- fragments ----------------------------------------------------------------------------------- */

int zol_kmerge_names(const char *dir, struct zol_strv *ret, struct zol_err *err)
{
	ZOL_AUTO(dir) DIR *d = opendir(dir);
	struct dirent *e;

	if (!d) {
		zol_err_sys(err, "cannot read the fragments in %s", dir);
		return zol_err_hint(err, "[paths] conf says where zolkit's data are");
	}
	while ((e = readdir(d))) {
		struct zol_span name = zol_span_c(e->d_name);

		if (name.ptr[0] != '.' && zol_span_ends(name, SUFFIX))
			zol_strv_addn(ret, name.ptr, name.len - strlen(SUFFIX));
	}
	zol_strv_sort(ret, 0);
	return zol_strv_check(ret, err);
}

static int unknown_name(const char *dir, const char *name, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv names = ZOL_STRV_INIT;
	struct zol_err ignored = ZOL_ERR_INIT;

	zol_err_set(err, ZOL_USAGE, 0, "no fragment '%s' in %s", name, dir);
	if (zol_kmerge_names(dir, &names, &ignored) == 0) {
		const char *near = zol_nearest(name, zol_strv_list(&names), names.len);

		(void)(near ? zol_err_hint(err, "did you mean '%s'?", near) :
			      zol_err_hint(err, "list them: zolkit kernel fragments"));
	}
	zol_err_clear(&ignored);
	return -(int)err->code;
}

int zol_kmerge_fragments(const char *dir, const char *const *names, const struct zol_ktarget *target,
			 struct zol_kfrags *f, struct zol_err *err)
{
	for (; *names; names++) {
		bool path = strchr(*names, '/') || zol_span_ends(zol_span_c(*names), SUFFIX);
		ZOL_AUTO(free)
		char *file = path ? zol_asprintf("%s", *names) : zol_asprintf("%s/%s" SUFFIX, dir, *names);
		ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

		if (!file)
			return zol_err_oom(err);
		if (!path && access(file, F_OK) < 0)
			return unknown_name(dir, *names, err);
		int rc = zol_read_file(file, CONFIG_MAX, &text, err);

		if (rc == 0)
			rc = zol_kfrags_add(f, path ? file : *names, zol_span_str(&text), target, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}
