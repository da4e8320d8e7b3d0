/* SPDX-License-Identifier: GPL-2.0-or-later */
/* portage live set and unset: a file of assignments for the package, and a line of package.env that names it. */
#include <errno.h>

#include "base/path.h"
#include "cmd/portage_live.h"
#include "cmd/src_common.h"
#include "core/portage_plan.h"
#include "core/portage_repos.h"
#include "core/settings.h"
#include "sys/guest_prepare.h"
#include "wrap/git_work.h"

#define ETC "etc/portage/"

struct choice {
	char *repo, *branch, *commit;
	bool clear_commit; /* another file sets one */
};

static void choice_free(struct choice *c)
{
	free(c->repo);
	free(c->branch);
	free(c->commit);
}

static int replace(char **slot, const char *text, struct zol_err *err)
{
	free(*slot);
	*slot = text ? strdup(text) : NULL;
	return text && !*slot ? zol_err_oom(err) : 0;
}

/* What goes between double quotes as it is, and into the name of a ref. */
static int check_text(const char *what, const char *text, struct zol_err *err)
{
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 127 || strchr("\"'\\$`", *p))
			return zol_err_set(err, ZOL_USAGE, 0, "%s: a character that is not possible here", what);
	return *text ? 0 : zol_err_set(err, ZOL_USAGE, 0, "%s is empty", what);
}

static char *own_file(const struct zol_package *pkg)
{
	return zol_asprintf(ETC ZOL_LIVE_ENV "/%.*s/%.*s.conf", (int)pkg->category.len, pkg->category.ptr,
			    (int)pkg->name.len, pkg->name.ptr);
}

/* What was chosen before. */
static int own_choice(const struct zol_ptree *t, const struct zol_package *pkg, struct choice *c, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = own_file(pkg);
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(pvars) struct zol_pvars vars = { 0 };
	const struct {
		const char *what;
		char **to;
	} parts[] = { { "REPO", &c->repo }, { "BRANCH", &c->branch }, { "COMMIT", &c->commit } };
	int r = 0;

	if (!path)
		return zol_err_oom(err);
	if (zol_read_file_in(t->root, path, 1U << 20, &text, err) < 0 ||
	    zol_portage_conf(zol_span_str(&text), path, NULL, &vars, err) < 0) {
		zol_err_clear(err);
		return 0;
	}
	for (size_t i = 0; r == 0 && i < ZOL_COUNT(parts); i++) {
		ZOL_AUTO(str) struct zol_str name = ZOL_STR_INIT;
		const struct zol_pvar *v;

		zol_portage_live_var(pkg->name, parts[i].what, &name);
		v = zol_pvars_find(&vars, zol_str_c(&name));
		if (v && *v->value)
			r = replace(parts[i].to, v->value, err);
		else if (v && parts[i].to == &c->commit)
			c->clear_commit = true;
	}
	return r;
}

/* --repo as the guest will see it. */
static int as_repo(const struct zol_cli *cli, const struct zol_ptree *t, const char *given, char **ret,
		   struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv code = ZOL_STRV_INIT;
	ZOL_AUTO(str) struct zol_str seen = ZOL_STR_INIT;
	ZOL_AUTO(free) char *real = NULL;
	ZOL_AUTO(str) struct zol_str dir = ZOL_STR_INIT;

	if (strstr(given, "://"))
		return replace(ret, given, err);
	if (zol_src_where(cli, given, &dir, err) < 0)
		return -(int)err->code;
	given = zol_str_c(&dir);
	real = realpath(given, NULL);
	if (!t->host && strncmp(given, "/mnt/code", 9) == 0 && (given[9] == '/' || !given[9]))
		return replace(ret, given, err);
	if (!real)
		return zol_err_set(err, ZOL_USAGE, errno, "%s", given);
	if (t->host)
		return replace(ret, real, err);
	if (zol_portage_code(cli->settings, &code, err) < 0)
		return -(int)err->code;
	if (!zol_repos_in_guest(real, zol_strv_list(&code), &seen)) {
		(void)zol_err_set(err, ZOL_USAGE, 0, "the guest does not see %s", real);
		return zol_err_hint(err, "chroot.code names the directories that appear below /mnt/code");
	}
	return zol_str_check(&seen, err) < 0 ? -(int)err->code : replace(ret, zol_str_c(&seen), err);
}

static int add_name(void *ctx, const struct zol_git_branch *b, struct zol_err *err)
{
	(void)err;
	zol_strv_add(ctx, b->name);
	return 0;
}

static int no_branch(const struct zol_git *g, const char *branch, const char *place, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv names = ZOL_STRV_INIT;
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	const char *near = NULL;

	if (zol_git_branches(g, false, add_name, &names, &ignored) == 0)
		near = zol_nearest(branch, zol_strv_list(&names), names.len);
	zol_err_clear(err);
	(void)zol_err_set(err, ZOL_USAGE, 0, "there is no branch '%s' in %s", branch, place);
	return near ? zol_err_hint(err, "did you mean %s?", near) : zol_err_hint(err, "list them: zolkit src branch");
}

/* Whether repository, branch and commit exist; the commit becomes its whole id. */
static int check(const struct zol_cli *cli, const struct zol_ptree *t, const char *repo, bool force, struct choice *c,
		 struct zol_err *err)
{
	ZOL_AUTO(git_commit_info) struct zol_git_commit at = { .subject = NULL }, tip = { .subject = NULL };
	ZOL_AUTO(str) struct zol_str place = ZOL_STR_INIT;
	ZOL_AUTO(git) struct zol_git *g = NULL;
	int r;

	if (!repo) {
		(void)zol_err_set(err, ZOL_USAGE, 0, "no repository is configured for the package");
		return zol_err_hint(err, "--repo names one");
	}
	r = zol_live_open(cli, t, repo, &g, &place, err);
	if (r > 0 && force)
		return 0;
	if (r > 0) {
		(void)zol_err_set(err, ZOL_USAGE, 0, "%s cannot be looked at: %s is not there", repo,
				  zol_str_c(&place));
		return zol_err_hint(err, "--force writes it nevertheless");
	}
	if (r == 0 && c->branch) {
		r = zol_live_tip(g, c->branch, NULL, &tip, err);
		if (r == -ZOL_USAGE)
			return no_branch(g, c->branch, zol_str_c(&place), err);
	}
	if (r == 0 && c->commit) {
		r = zol_live_tip(g, NULL, c->commit, &at, err);
		if (r == 0)
			r = replace(&c->commit, at.id, err);
	}
	return r;
}

static int file_text(const struct zol_package *pkg, const struct choice *c, struct zol_str *text, struct zol_err *err)
{
	const struct {
		const char *what, *value;
	} parts[] = { { "REPO", c->repo }, { "BRANCH", c->branch }, { "COMMIT", c->commit ? c->commit : "" } };

	zol_str_puts(text, "# By zolkit portage live set; zolkit portage live unset takes it back.\n");
	for (size_t i = 0; i < ZOL_COUNT(parts); i++) {
		if (!parts[i].value || (!*parts[i].value && !c->clear_commit))
			continue;
		zol_portage_live_var(pkg->name, parts[i].what, text);
		zol_str_printf(text, "=\"%s\"\n", parts[i].value);
	}
	return zol_str_check(text, err);
}

/* The lines of package.env for all packages that have a file, without or with this one. */
static int env_lines(const struct zol_ptree *t, const char *own, bool with, struct zol_str *text, struct zol_err *err)
{
	static const char top[] = ETC ZOL_LIVE_ENV "/";
	ZOL_AUTO(strv) struct zol_strv files = ZOL_STRV_INIT;
	int r = zol_portage_files(t->root, ETC ZOL_LIVE_ENV, &files, err);

	if (r < 0)
		return r;
	if (with && !zol_strv_has(&files, own))
		zol_strv_add(&files, own);
	for (size_t i = 0; i < files.len; i++) {
		struct zol_span name = zol_span_c(files.v[i]);

		if (!zol_span_starts(name, top) || !zol_span_ends(name, ".conf") ||
		    (!with && strcmp(files.v[i], own) == 0))
			continue;
		name = zol_span(name.ptr + sizeof(top) - 1, name.len - sizeof(top) + 1 - strlen(".conf"));
		zol_str_printf(text, "%.*s zolkit/live/%.*s.conf\n", (int)name.len, name.ptr, (int)name.len, name.ptr);
	}
	return zol_strv_check(&files, err) < 0 ? -(int)err->code : zol_str_check(text, err);
}

/* text empty: the package's file goes. */
static int write_choice(struct zol_cli *cli, struct zol_ptree *t, const struct zol_package *pkg,
			const struct zol_str *text, size_t *ret_acts, struct zol_err *err)
{
	ZOL_AUTO(prep_plan) struct zol_prep_plan plan = { 0 };
	ZOL_AUTO(free) char *own = own_file(pkg);
	ZOL_AUTO(str) struct zol_str lines = ZOL_STR_INIT;
	const struct zol_prep_view view = zol_guest_view(&t->root);
	int r = own ? env_lines(t, own, text->len > 0, &lines, err) : zol_err_oom(err);
	/* First the file, then the line that names it; the other way round when it goes. */
	const struct zol_portage_piece file = { .path = own, .text = zol_span_str(text), .whole = true };
	const struct zol_portage_piece line = {
		.path = ETC "package.env", .name = "zz-zolkit-live", .text = zol_span_str(&lines), .last = true
	};
	const struct zol_portage_piece pieces[] = { text->len ? file : line, text->len ? line : file };
	const struct zol_portage_want want = { .pieces = pieces, .npieces = ZOL_COUNT(pieces) };

	if (r == 0)
		r = zol_portage_plan(&view, &want, &plan, err);
	*ret_acts = plan.nacts;
	return r < 0 ? r : zol_ptree_apply(cli, t, &plan, false, err);
}

/* A setting of the user's that is stronger is nothing that we change, but they should know. */
static void warn_stronger(const struct zol_cli *cli, const char *what, const char *want, const char *got,
			  const char *from)
{
	if (want && (!got || strcmp(want, got) != 0))
		zol_out_warn(&cli->out, "%s sets the %s to %s, and is stronger", from ? from : "the configuration",
			     what, got ? got : "nothing");
}

static int afterwards(struct zol_cli *cli, const struct zol_ptree *t, const struct zol_package *pkg,
		      const struct choice *c, struct zol_err *err)
{
	ZOL_AUTO(live) struct zol_live l = { 0 };
	int r = zol_live_look(cli, t, pkg, &l, err);

	if (r < 0)
		return r;
	warn_stronger(cli, "repository", c->repo, l.repo, l.repo_from);
	warn_stronger(cli, "branch", c->branch, l.branch, l.branch_from);
	warn_stronger(cli, "commit", c->commit, l.commit, l.commit_from);
	zol_out_info(&cli->out, "%s will be built from %s, %s %s", l.package, l.repo ? l.repo : "its own repository",
		     l.commit ? "commit" : "branch",
		     l.commit ? l.commit :
		     l.branch ? l.branch :
				"HEAD");
	return 0;
}

static int choose(const struct zol_cli *cli, const struct zol_ptree *t, const struct zol_portage_live_args *a,
		  struct choice *c, struct zol_err *err)
{
	const char *branch = a->words.len > 2 ? a->words.v[2] : NULL;
	int r = 0;

	if (!branch && !a->repo && !a->commit)
		return zol_err_set(err, ZOL_USAGE, 0, "live set: what? BRANCH, --repo or --commit is missing");
	if (branch)
		r = check_text("BRANCH", branch, err);
	if (r == 0 && a->commit)
		r = check_text("--commit", a->commit, err);
	if (r == 0 && a->repo) {
		r = as_repo(cli, t, a->repo, &c->repo, err);
		if (r == 0)
			r = check_text("--repo", c->repo, err);
	}
	if (r == 0 && (branch || a->repo))
		r = replace(&c->commit, NULL, err);
	if (r == 0 && branch)
		r = replace(&c->branch, branch, err);
	return r == 0 && a->commit ? replace(&c->commit, a->commit, err) : r;
}

int zol_live_set(struct zol_cli *cli, const struct zol_portage_live_args *a, struct zol_err *err)
{
	__attribute__((cleanup(choice_free))) struct choice c = { 0 };
	ZOL_AUTO(ptree) struct zol_ptree t = ZOL_PTREE_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(live) struct zol_live now = { 0 };
	ZOL_AUTO(free) char *own = NULL;
	struct zol_package pkg;
	size_t acts = 0;
	int r = zol_portage_name(a->words.v[1], &pkg, err);

	if (r == 0)
		r = zol_ptree_open(cli, a->host, "portage live set", &t, err);
	if (r == 0)
		r = own_choice(&t, &pkg, &c, err);
	if (r == 0)
		r = zol_live_look(cli, &t, &pkg, &now, err);
	if (r == 0)
		r = choose(cli, &t, a, &c, err);
	if (r == 0)
		r = check(cli, &t, c.repo ? c.repo : now.repo, a->force, &c, err);
	if (r < 0)
		return r;
	own = own_file(&pkg);
	if (own && now.commit_from && strcmp(now.commit_from + 1, own) != 0)
		c.clear_commit = true;
	r = own ? file_text(&pkg, &c, &text, err) : zol_err_oom(err);
	if (r == 0)
		r = write_choice(cli, &t, &pkg, &text, &acts, err);
	if (r != 0 || cli->globals.dry_run)
		return r;
	if (acts == 0)
		zol_out_already(&cli->out, "%s is set so already", now.package);
	return afterwards(cli, &t, &pkg, &c, err);
}

int zol_live_unset(struct zol_cli *cli, const struct zol_portage_live_args *a, struct zol_err *err)
{
	ZOL_AUTO(ptree) struct zol_ptree t = ZOL_PTREE_INIT;
	ZOL_AUTO(str) struct zol_str none = ZOL_STR_INIT;
	struct zol_package pkg;
	size_t acts = 0;
	int r = zol_portage_name(a->words.v[1], &pkg, err);

	if (r == 0)
		r = zol_ptree_open(cli, a->host, "portage live unset", &t, err);
	if (r == 0)
		r = write_choice(cli, &t, &pkg, &none, &acts, err);
	if (r == 0 && acts == 0)
		zol_out_already(&cli->out, "nothing is set for %s", a->words.v[1]);
	return r;
}
