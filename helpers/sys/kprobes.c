/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/kprobes.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/num.h"
#include "base/path.h"
#include "base/proc.h"

#define CACHE_MAX (4U << 20)
#define ANSWER_MAX (64U << 10)
#define PROBE_MS 60000U
#define MAGIC "zolkit-probes 1\n"

static uint64_t add_tool(uint64_t key, const char *tool)
{
	ZOL_AUTO(free) char *path = zol_path_which(tool);
	struct stat st;

	key = zol_fnv64(key, tool, strlen(tool) + 1);
	if (!path || stat(path, &st) < 0)
		return key;
	const int64_t facts[] = { (int64_t)st.st_size, (int64_t)st.st_mtim.tv_sec, (int64_t)st.st_mtim.tv_nsec,
				  (int64_t)st.st_ino };

	key = zol_fnv64(key, path, strlen(path) + 1);
	return zol_fnv64(key, facts, sizeof(facts));
}

/* Records "<length of command> <length of answer>\n<command><answer>\n". */
static void load(struct zol_kprobes *p)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_err ignored = ZOL_ERR_INIT;

	if (zol_read_file(p->file, CACHE_MAX, &text, &ignored) < 0) {
		zol_err_clear(&ignored);
		return;
	}
	struct zol_span rest = zol_span_str(&text), line, a, b;
	uint64_t command, answer;

	if (!zol_span_starts(rest, MAGIC))
		return;
	(void)zol_span_line(&rest, &line);
	while (zol_span_line(&rest, &line)) {
		if (!zol_span_field(&line, " ", &a) || !zol_span_field(&line, " ", &b) || !zol_span_u64(a, &command) ||
		    !zol_span_u64(b, &answer) || command > rest.len || answer > rest.len - command ||
		    command + answer + 1 > rest.len)
			return;
		zol_strv_addn(&p->text, rest.ptr, command);
		zol_strv_addn(&p->text, rest.ptr + command, answer);
		rest = zol_span(rest.ptr + command + answer + 1, rest.len - command - answer - 1);
	}
}

static int index_text(struct zol_kprobes *p, struct zol_err *err)
{
	if (zol_strv_check(&p->text, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i + 1 < p->text.len; i += 2) {
		uint32_t *slot = zol_strmap_slot(&p->map, zol_span_c(p->text.v[i]));

		if (!slot)
			return zol_err_oom(err);
		*slot = (uint32_t)(i + 1);
	}
	return 0;
}

int zol_kprobes_open(struct zol_kprobes *p, const char *cache, const struct zol_strv *env, const char *const *tools,
		     const char *extra, struct zol_err *err)
{
	uint64_t key = zol_fnv64(ZOL_FNV_SEED, extra, strlen(extra) + 1);
	const char *path = getenv("PATH");

	zol_strv_extend(&p->env, zol_strv_list(env));
	zol_strv_addf(&p->env, "PATH=%s", path && *path ? path : "/usr/bin:/bin");
	zol_strv_add(&p->env, "LC_ALL=C");
	if (zol_strv_check(&p->env, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < p->env.len; i++)
		key = zol_fnv64(key, p->env.v[i], strlen(p->env.v[i]) + 1);
	for (; *tools; tools++)
		key = add_tool(key, *tools);
	if (!cache)
		return 0;
	p->file = zol_asprintf("%s/kernel/probes/%016" PRIx64, cache, key);
	if (!p->file)
		return zol_err_oom(err);
	load(p);
	return index_text(p, err);
}

static int run(struct zol_kprobes *p, const char *command, struct zol_run_result *got, struct zol_err *err)
{
	const char *const argv[] = { "/bin/sh", "-c", command, NULL };

	if (!p->dir) {
		const char *tmp = getenv("TMPDIR");
		char *dir = zol_asprintf("%s/zolkit-probe-XXXXXX", tmp && *tmp == '/' ? tmp : "/tmp");

		if (!dir)
			return zol_err_oom(err);
		if (!mkdtemp(dir)) {
			int rc = zol_err_sys(err, "cannot make %s", dir);

			free(dir);
			return rc;
		}
		p->dir = dir;
	}
	const struct zol_run r = {
		.spawn = { .argv = argv,
			   .env = zol_strv_list(&p->env),
			   .cwd = p->dir,
			   .in = ZOL_STDIO_NULL,
			   .out = ZOL_STDIO_PIPE,
			   .err = ZOL_STDIO_NULL,
			   .own_group = true },
		.timeout_ms = PROBE_MS,
		.max_output = ANSWER_MAX,
	};

	p->run++;
	return zol_proc_run(&r, got, err);
}

/* What stands for an answer when nothing may be run: a test that failed, a version of 0. */
static const char *unasked(const char *command)
{
	return strstr(command, "echo \"n\"") || strstr(command, "echo n") ? "n" : "0";
}

int zol_kprobes_ask(struct zol_kprobes *p, const char *command, struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(run_result) struct zol_run_result got = { 0 };
	uint32_t i = zol_strmap_get(&p->map, zol_span_c(command));

	p->asked++;
	if (i != ZOL_STRMAP_NONE) {
		zol_str_puts(out, p->text.v[i]);
		return 0;
	}
	if (p->no_run) {
		zol_str_puts(out, unasked(command));
		return 0;
	}
	int rc = run(p, command, &got, err);

	if (rc < 0)
		return zol_err_wrap(err, "probe '%s'", command);
	zol_str_add(out, zol_str_c(&got.out), got.out.len);
	if (got.exit.signal || got.exit.timed_out || memchr(zol_str_c(&got.out), '\0', got.out.len))
		return 0;
	zol_strv_add(&p->text, command);
	zol_strv_addn(&p->text, zol_str_c(&got.out), got.out.len);
	if (zol_strv_check(&p->text, err) < 0)
		return -(int)err->code;
	uint32_t *slot = zol_strmap_slot(&p->map, zol_span_c(p->text.v[p->text.len - 2]));

	if (!slot)
		return zol_err_oom(err);
	*slot = (uint32_t)p->text.len - 1;
	p->dirty = true;
	return 0;
}

void zol_kprobes_save(struct zol_kprobes *p)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_err ignored = ZOL_ERR_INIT;

	if (!p->dirty || !p->file)
		return;
	zol_str_puts(&text, MAGIC);
	for (size_t i = 0; i + 1 < p->text.len; i += 2)
		zol_str_printf(&text, "%zu %zu\n%s%s\n", strlen(p->text.v[i]), strlen(p->text.v[i + 1]), p->text.v[i],
			       p->text.v[i + 1]);
	char *slash = strrchr(p->file, '/');

	*slash = '\0';
	int rc = zol_mkdirs(p->file, 0755, &ignored);

	*slash = '/';
	if (rc >= 0 && !text.oom)
		(void)!zol_write_file(p->file, text.ptr, text.len, 0644, &ignored);
	zol_err_clear(&ignored);
	p->dirty = false;
}

void zol_kprobes_free(struct zol_kprobes *p)
{
	if (p->dir) {
		struct zol_err ignored = ZOL_ERR_INIT;

		/* once more: it may have been a lack of the moment, and nobody else removes it */
		if (zol_rmtree(AT_FDCWD, p->dir, &ignored) < 0) {
			zol_err_clear(&ignored);
			(void)!zol_rmtree(AT_FDCWD, p->dir, &ignored);
			zol_err_clear(&ignored);
		}
	}
	free(p->dir);
	free(p->file);
	zol_strv_free(&p->env);
	zol_strv_free(&p->text);
	zol_strmap_free(&p->map);
	*p = (struct zol_kprobes){ 0 };
}
