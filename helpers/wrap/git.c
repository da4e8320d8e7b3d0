/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wrap/git_priv.h"

#include <stdarg.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
/*
 * libgit2 1.5 does not release the match data of a pattern that does not match (git_regexp_match in
 * libgit2:src/util/regexp.c), which the leak check would lay at our door.
 */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libpcre2-8.so\n";
}

const char *__lsan_default_options(void)
{
	return "print_suppressions=0";
}
#endif

int zol_git_fail(struct zol_err *err, enum zol_code code, int rc, const char *fmt, ...)
{
	const git_error *said = git_error_last();
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	va_list ap;

	va_start(ap, fmt);
	zol_str_vprintf(&text, fmt, ap);
	va_end(ap);
	if (said && said->klass == GITERR_NOMEMORY)
		return zol_err_oom(err);
	/* Lines are joined: the message is one line. */
	zol_str_printf(&text, ": %s", said && said->message && *said->message ? said->message : "no reason given");
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\n')
			text.ptr[i] = ' ';
	}
	(void)rc;
	return zol_err_set(err, code, 0, "%s", zol_str_c(&text));
}

void zol_git_hex(const git_oid *oid, char ret[static ZOL_GIT_HEX])
{
	(void)git_oid_tostr(ret, ZOL_GIT_HEX, oid);
}

int zol_git_set_home(const char *home, struct zol_err *err)
{
	ZOL_AUTO(free) char *xdg = *home ? zol_asprintf("%s/.config/git", home) : strdup("");
	int rc;

	if (!xdg)
		return zol_err_oom(err);
	rc = git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_GLOBAL, home);
	if (rc >= 0)
		rc = git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_XDG, xdg);
	return rc < 0 ? zol_git_fail(err, ZOL_SYSTEM, rc, "cannot set the home directory") : 0;
}

static int open_failed(const char *path, int rc, struct zol_err *err)
{
	const git_error *said = git_error_last();
	const char *text = said && said->message ? said->message : "";

	/* libgit2 1.5 says "config value 'safe.directory' was not found", later ones "not owned by". */
	if (rc == GIT_EOWNER || strstr(text, "safe.directory")) {
		(void)zol_err_set(err, ZOL_USAGE, 0, "the repository %s belongs to another user", path);
		return zol_err_hint(err, "run this as its owner or as root (who acts as the owner), or name it in "
					 "safe.directory of your ~/.gitconfig");
	}
	if (rc == GIT_ENOTFOUND)
		return zol_err_set(err, ZOL_USAGE, 0, "there is no Git repository at %s", path);
	return zol_git_fail(err, ZOL_SYSTEM, rc, "cannot open the repository %s", path);
}

int zol_git_open(const char *path, unsigned flags, const char *home, struct zol_git **ret, struct zol_err *err)
{
	ZOL_AUTO(git) struct zol_git *g = calloc(1, sizeof(*g));
	unsigned how = flags & ZOL_GIT_SEARCH ? 0 : GIT_REPOSITORY_OPEN_NO_SEARCH;
	int rc;

	if (flags & ZOL_GIT_BARE)
		how |= GIT_REPOSITORY_OPEN_BARE;
	if (!g)
		return zol_err_oom(err);
	if (git_libgit2_init() < 0) {
		free(zol_take_ptr(g));
		return zol_err_set(err, ZOL_SYSTEM, 0, "cannot initialise libgit2");
	}
	if (home && zol_git_set_home(home, err))
		return -(int)err->code;
	(void)git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0 == (flags & ZOL_GIT_ANY_OWNER));
	rc = git_repository_open_ext(&g->repo, path, how, NULL);
	(void)git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 1);
	if (rc < 0)
		return open_failed(path, rc, err);
	*ret = zol_take_ptr(g);
	return 0;
}

void zol_git_free(struct zol_git *g)
{
	if (!g)
		return;
	git_repository_free(g->repo);
	free(g);
	(void)git_libgit2_shutdown();
}

/* A directory as libgit2 has it, without the slash at its end. */
static void add_dir(struct zol_str *path, const char *dir)
{
	size_t len = strlen(dir);

	while (len > 1 && dir[len - 1] == '/')
		len--;
	zol_str_add(path, dir, len);
}

int zol_git_workdir(const struct zol_git *g, struct zol_str *path, struct zol_err *err)
{
	const char *dir = git_repository_workdir(g->repo);

	if (!dir)
		return 1;
	add_dir(path, dir);
	return zol_str_check(path, err);
}

void zol_git_commondir(const struct zol_git *g, struct zol_str *path)
{
	add_dir(path, git_repository_commondir(g->repo));
}

void zol_git_commit_free(struct zol_git_commit *c)
{
	free(c->subject);
	*c = (struct zol_git_commit){ .subject = NULL };
}

int zol_git_head_commit(const struct zol_git *g, git_commit **ret, struct zol_err *err)
{
	ZOL_AUTO(git_reference) git_reference *head = NULL;
	int rc = git_repository_head(&head, g->repo);

	*ret = NULL;
	if (rc == GIT_EUNBORNBRANCH || rc == GIT_ENOTFOUND)
		return 0;
	if (rc < 0)
		return zol_git_fail(err, ZOL_SYSTEM, rc, "cannot read HEAD");
	rc = git_reference_peel((git_object **)ret, head, GIT_OBJECT_COMMIT);
	return rc < 0 ? zol_git_fail(err, ZOL_MALFORMED, rc, "HEAD is at no commit") : 0;
}

int zol_git_find_commit(const struct zol_git *g, const char *rev, git_commit **ret, struct zol_err *err)
{
	ZOL_AUTO(git_object) git_object *found = NULL;
	int rc = git_revparse_single(&found, g->repo, rev);

	if (rc == GIT_EAMBIGUOUS)
		return zol_err_set(err, ZOL_USAGE, 0, "'%s' is ambiguous", rev);
	if (rc < 0)
		return rc == GIT_ENOTFOUND || rc == GIT_EINVALIDSPEC ?
			       zol_err_set(err, ZOL_USAGE, 0, "there is no commit '%s'", rev) :
			       zol_git_fail(err, ZOL_SYSTEM, rc, "cannot find the commit '%s'", rev);
	rc = git_object_peel((git_object **)ret, found, GIT_OBJECT_COMMIT);
	return rc < 0 ? zol_err_set(err, ZOL_USAGE, 0, "'%s' is no commit", rev) : 0;
}

int zol_git_commit(const struct zol_git *g, const char *rev, struct zol_git_commit *ret, struct zol_err *err)
{
	ZOL_AUTO(git_commit) git_commit *c = NULL;
	const char *subject;

	if (zol_git_find_commit(g, rev, &c, err))
		return -(int)err->code;
	subject = git_commit_summary(c);
	ret->subject = strdup(subject ? subject : "");
	if (!ret->subject)
		return zol_err_oom(err);
	zol_git_hex(git_commit_id(c), ret->id);
	zol_git_hex(git_commit_tree_id(c), ret->tree);
	ret->time = git_commit_time(c);
	return 0;
}
