/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/kplan.h"

#include "base/path.h"
#include "sys/ktree.h"

static const char *env(const struct zol_kloaded *l, const char *name)
{
	const char *v = l->io.env(l->io.ctx, name);

	return v ? v : "";
}

/* Reads a file of the tree: 0, or 1 when there is none. */
static int tree_file(struct zol_kloaded *l, const char *path, struct zol_str *out, struct zol_err *err)
{
	int rc = l->io.read(l->io.ctx, path, out, err);

	if (rc == 0)
		zol_str_putc(out, '\n');
	return rc;
}

static void resolve(struct zol_kconfig *k, const struct zol_str *text, bool all_no, struct zol_str *out)
{
	zol_kconfig_reset(k);
	zol_kconfig_read(k, zol_span_str(text));
	zol_kconfig_settle(k);
	if (all_no)
		zol_kconfig_set_all(k, ZOL_KN);
	zol_kconfig_write(k, out);
}

/* make tinyconfig: allnoconfig on top of tiny-base.config, then the tiny.config files merged. */
static int tiny(struct zol_kloaded *l, struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str preset = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(free) char *arch = zol_asprintf("arch/%s/configs/tiny.config", env(l, "SRCARCH"));
	int rc = arch ? tree_file(l, "kernel/configs/tiny-base.config", &preset, err) : zol_err_oom(err);

	if (rc < 0)
		return rc;
	resolve(&l->k, &preset, true, &text);
	rc = tree_file(l, "kernel/configs/tiny.config", &text, err);
	if (rc >= 0)
		rc = tree_file(l, arch, &text, err);
	if (rc < 0)
		return rc;
	resolve(&l->k, &text, false, out);
	return 0;
}

static int defconfig(struct zol_kloaded *l, const char *base, struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	const char *arch = env(l, "ARCH"), *srcarch = env(l, "SRCARCH");
	const char *name = base;

	if (strcmp(base, "defconfig") == 0 && strcmp(srcarch, "x86") == 0)
		name = strcmp(arch, "i386") == 0 ? "i386_defconfig" : "x86_64_defconfig";
	ZOL_AUTO(free) char *path = zol_asprintf("arch/%s/configs/%s", srcarch, name);
	int rc = path ? tree_file(l, path, &text, err) : zol_err_oom(err);

	if (rc == 1)
		return zol_err_set(err, ZOL_USAGE, 0, "the tree has no %s for ARCH=%s", base, arch);
	if (rc == 0)
		resolve(&l->k, &text, false, out);
	return rc;
}

int zol_kplan_base(struct zol_kloaded *l, const struct zol_kload_options *o, const char *base, struct zol_str *out,
		   struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	int rc = 0;

	if (strcmp(base, "tinyconfig") == 0) {
		rc = tiny(l, out, err);
	} else if (strcmp(base, "allnoconfig") == 0 || strcmp(base, "alldefconfig") == 0) {
		resolve(&l->k, &text, base[3] == 'n', out);
	} else if (zol_kmerge_base_is_target(base)) {
		rc = defconfig(l, base, out, err);
	} else {
		rc = zol_kmerge_base_path(base, o->tree, &text, err);
		if (rc == 0)
			rc = zol_ktree_read_config(zol_str_c(&text), out, err);
	}
	if (rc == 0 && out->len && out->ptr[out->len - 1] != '\n')
		zol_str_putc(out, '\n');
	return rc < 0 ? rc : zol_str_check(out, err);
}

int zol_kplan_apply(struct zol_kconfig *k, const struct zol_str *base, const struct zol_kfrags *settings,
		    struct zol_str *out, struct zol_err *err)
{
	zol_kconfig_reset(k);
	zol_kconfig_read(k, zol_span_str(base));
	for (size_t i = 0; i < k->nsyms; i++)
		k->syms[i]->user_line = 0;
	for (size_t i = 0; i < settings->len; i++) {
		const struct zol_kset *s = &settings->v[i];
		bool off = strcmp(s->value, "n") == 0;

		if (zol_kfrags_is_last(settings, s))
			(void)zol_kconfig_assign(k, zol_span_c(s->name), zol_span_c(s->value), off, (uint32_t)i + 1);
	}
	zol_kconfig_changed(k);
	zol_kconfig_settle(k);
	if (!out)
		return 0;
	zol_kconfig_write(k, out);
	return zol_str_check(out, err);
}
