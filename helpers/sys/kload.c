/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/kload.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "base/num.h"
#include "base/path.h"
#include "core/kconfig_frag.h"

#define FILE_MAX (64U << 20)

static int read_at(int tree, const char *path, struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(fd) int fd = openat(tree, path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 1 : zol_err_sys(err, "%s", path);
	int rc = zol_read_fd(fd, FILE_MAX, out, err);

	return rc < 0 ? zol_err_wrap(err, "%s", path) : 0;
}

static int io_read(void *ctx, const char *path, struct zol_str *out, struct zol_err *err)
{
	const struct zol_kloaded *l = ctx;

	return read_at(l->tree, path, out, err);
}

static int io_shell(void *ctx, const char *command, struct zol_str *out, struct zol_err *err)
{
	struct zol_kloaded *l = ctx;

	return zol_kprobes_ask(&l->probes, command, out, err);
}

static const char *io_env(void *ctx, const char *name)
{
	const struct zol_kloaded *l = ctx;
	size_t n = strlen(name);

	for (size_t i = 0; i < l->env.len; i++)
		if (strncmp(l->env.v[i], name, n) == 0 && l->env.v[i][n] == '=')
			return l->env.v[i] + n + 1;
	return NULL;
}

static void io_note(void *ctx, const char *text)
{
	const struct zol_kloaded *l = ctx;

	zol_ev_note(l->ev, ZOL_LEVEL_INFO, "%s", text);
}

void zol_kloaded_free(struct zol_kloaded *l)
{
	if (!l->open)
		return;
	zol_kprobes_save(&l->probes);
	zol_kconfig_free(&l->k);
	zol_kprobes_free(&l->probes);
	zol_strv_free(&l->env);
	zol_cleanup_fd(&l->tree);
	l->open = false;
}

/* VERSION.PATCHLEVEL.SUBLEVEL and EXTRAVERSION, as the Makefile puts them together. */
static void kernel_version(struct zol_span makefile, struct zol_str *out)
{
	static const char *const keys[] = { "VERSION", "PATCHLEVEL", "SUBLEVEL", "EXTRAVERSION" };
	struct zol_span line, key;

	for (size_t i = 0; i < ZOL_COUNT(keys); i++) {
		struct zol_span rest = makefile;

		while (zol_span_line(&rest, &line)) {
			struct zol_span value = line;

			if (!zol_span_field(&value, " \t", &key) || !zol_span_eq(key, keys[i]))
				continue;
			if (!zol_span_field(&value, " \t", &key) || !zol_span_eq(key, "="))
				continue;
			value = zol_span_trim(value);
			zol_str_printf(out, "%s%.*s", i && i < 3 && value.len ? "." : "", (int)value.len, value.ptr);
			break;
		}
	}
}

static const char *source_arch(const char *arch)
{
	static const char *const map[][2] = { { "x86_64", "x86" },
					      { "i386", "x86" },
					      { "sparc32", "sparc" },
					      { "sparc64", "sparc" },
					      { "parisc64", "parisc" } };

	for (size_t i = 0; i < ZOL_COUNT(map); i++)
		if (strcmp(arch, map[i][0]) == 0)
			return map[i][1];
	return arch;
}

static const char *const tools[] = { "gcc",    "ld",    "as",      "ar",      "nm", "objcopy",
				     "pahole", "rustc", "bindgen", "python3", "sh", NULL };

static int make_env(struct zol_kloaded *l, const struct zol_kload_options *o, struct zol_span makefile,
		    struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str version = ZOL_STR_INIT;
	ZOL_AUTO(free) char *real = realpath(o->tree, NULL);

	if (!real)
		return zol_err_sys(err, "%s", o->tree);
	kernel_version(makefile, &version);
	zol_strv_addf(&l->env, "ARCH=%s", o->arch);
	zol_strv_addf(&l->env, "SRCARCH=%s", source_arch(o->arch));
	zol_strv_addf(&l->env, "KERNELVERSION=%s", zol_str_c(&version));
	zol_strv_addf(&l->env, "srctree=%s", real);
	static const char *const fixed[] = { "CC=gcc",      "LD=ld",           "AR=ar",
					     "NM=nm",       "OBJCOPY=objcopy", "PAHOLE=pahole",
					     "RUSTC=rustc", "BINDGEN=bindgen", "PYTHON3=python3",
					     "SUBARCH=x86", "HEADER_ARCH=x86", "CLANG_FLAGS=",
					     NULL };

	zol_strv_extend(&l->env, fixed);
	return zol_strv_check(&l->env, err);
}

/* The first line of "TOOL --version", which the Makefile hands to Kconfig to notice another compiler. */
static int add_version_text(struct zol_kloaded *l, const char *name, const char *command, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str line = ZOL_STR_INIT;
	int rc = l->probes.no_run ? 0 : zol_kprobes_ask(&l->probes, command, &out, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < out.len && out.ptr[i] != '\n'; i++)
		if (out.ptr[i] != '#')
			zol_str_putc(&line, out.ptr[i]);
	zol_strv_addf(&l->env, "%s=%s", name, zol_str_c(&line));
	return zol_strv_check(&l->env, err);
}

/* What probes depend on in the tree: its scripts. */
static int open_probes(struct zol_kloaded *l, const struct zol_kload_options *o, struct zol_err *err)
{
	static const char *const scripts[] = { "scripts", "scripts/Kconfig.include", "scripts/cc-version.sh",
					       "Makefile" };
	ZOL_AUTO(str) struct zol_str extra = ZOL_STR_INIT;
	struct stat st;

	for (size_t i = 0; i < ZOL_COUNT(scripts); i++)
		if (fstatat(l->tree, scripts[i], &st, 0) == 0)
			zol_str_printf(&extra, "%" PRIu64 ":%" PRId64 ".%ld ", (uint64_t)st.st_size,
				       (int64_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	if (zol_str_check(&extra, err) < 0)
		return -(int)err->code;
	l->probes.no_run = o->no_probes;
	return zol_kprobes_open(&l->probes, o->cache, &l->env, tools, zol_str_c(&extra), err);
}

static int prepare(struct zol_kloaded *l, const struct zol_kload_options *o, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str makefile = ZOL_STR_INIT;
	int rc = read_at(l->tree, "Makefile", &makefile, err);

	if (rc == 1)
		return zol_err_set(err, ZOL_USAGE, 0, "%s is no kernel source tree", o->tree);
	if (rc == 0)
		rc = make_env(l, o, zol_span_str(&makefile), err);
	l->version = zol_kversion_makefile(zol_span_str(&makefile));
	if (rc == 0)
		rc = open_probes(l, o, err);
	if (rc == 0)
		rc = add_version_text(l, "CC_VERSION_TEXT", "gcc --version 2>/dev/null", err);
	if (rc == 0)
		rc = add_version_text(l, "RUSTC_VERSION_TEXT", "rustc --version 2>/dev/null", err);
	return rc;
}

/* The rewrite of choices (6.11) took a token out of the grammar; what has no grammar file is new. */
static int choice_generation(const struct zol_kloaded *l, unsigned *ret, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	int rc = read_at(l->tree, "scripts/kconfig/parser.y", &text, err);

	if (rc == 1 && l->version)
		*ret = l->version < ZOL_KVERSION(6, 11, 0) ? 1 : 2;
	else
		*ret = memmem(zol_str_c(&text), text.len, "T_OPTIONAL", 10) ? 1 : 2;
	return rc < 0 ? rc : 0;
}

int zol_kload(const struct zol_kload_options *o, struct zol_kloaded *ret, struct zol_err *err)
{
	unsigned choices;

	*ret = (struct zol_kloaded){ .tree = open(o->tree, O_RDONLY | O_DIRECTORY | O_CLOEXEC), .ev = o->ev };
	if (ret->tree < 0)
		return zol_err_sys(err, "cannot open %s", o->tree);
	ret->open = true;
	ret->io = (struct zol_kio){ .ctx = ret, .read = io_read, .shell = io_shell, .env = io_env, .note = io_note };
	int rc = prepare(ret, o, err);

	if (rc == 0)
		rc = choice_generation(ret, &choices, err);
	if (rc == 0)
		rc = zol_kconfig_init(&ret->k, &ret->io, choices, err);
	return rc == 0 ? zol_kconfig_load(&ret->k, "Kconfig", err) : rc;
}
