/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Git repositories for unit tests, made by git(1) without anybody's configuration. */

#include "base/proc.h"
#include "scratch.h"

/* Runs git in scratch/dir with the words of a command line ("add -A"); its output, without the last LF, in a static buffer. */
static inline const char *git_in(const struct scratch *s, const char *dir, const char *line)
{
	static char answer[4096];
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_span rest = zol_span_c(line), word;

	(void)setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	(void)setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	(void)setenv("GIT_AUTHOR_DATE", "1700000000 +0000", 1);
	(void)setenv("GIT_COMMITTER_DATE", "1700000000 +0000", 1);
	zol_strv_add(&argv, "git");
	zol_strv_add(&argv, "-C");
	zol_strv_addf(&argv, "%s/%s", s->path, dir);
	zol_strv_extend(&argv, (const char *const[]){ "-c", "user.name=A", "-c", "user.email=a@example.org", NULL });
	while (zol_span_field(&rest, " ", &word))
		zol_strv_addn(&argv, word.ptr, word.len);
	if (zol_proc_capture(zol_strv_list(&argv), &out, &err)) {
		(void)fprintf(stderr, "# git %s: %s\n", line, zol_err_text(&err));
		abort();
	}
	(void)snprintf(answer, sizeof(answer), "%.*s", (int)(out.len ? out.len - 1 : 0), zol_str_c(&out));
	return answer;
}

/* An empty repository on branch master at scratch/dir. */
static inline void git_make(const struct scratch *s, const char *dir)
{
	if (mkdirat(s->fd, dir, 0755))
		abort();
	(void)git_in(s, dir, "init -q -b master");
}

/* Commits all that is there. */
static inline void git_commit_all(const struct scratch *s, const char *dir, const char *message)
{
	ZOL_AUTO(free) char *line = zol_asprintf("commit -q --allow-empty -m %s", message);

	(void)git_in(s, dir, "add -A");
	(void)git_in(s, dir, line);
}
