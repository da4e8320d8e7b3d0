/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>

#include "base/path.h"
#include "base/progress.h"
#include "base/rows.h"
#include "cmd/portage_live.h"
#include "core/portage_repos.h"
#include "core/settings.h"

void zol_live_free(struct zol_live *l)
{
	char *const owned[] = { l->package,     l->repo,        l->branch, l->commit, l->date, l->repo_from,
				l->branch_from, l->commit_from, l->place,  l->tip,    l->why };

	for (size_t i = 0; i < ZOL_COUNT(owned); i++)
		free(owned[i]);
	zol_installed_free(&l->installed);
	*l = (struct zol_live){ 0 };
}

/* A variable that is set to something. */
static int configured(const struct zol_pvars *vars, const struct zol_package *pkg, const char *what, char **ret,
		      char **ret_from, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str name = ZOL_STR_INIT;
	const struct zol_pvar *v;

	zol_portage_live_var(pkg->name, what, &name);
	v = zol_pvars_find(vars, zol_str_c(&name));
	if (!v || !*v->value)
		return zol_str_check(&name, err);
	*ret = strdup(v->value);
	if (ret_from)
		*ret_from = strdup(v->origin);
	return *ret && (!ret_from || *ret_from) ? 0 : zol_err_oom(err);
}

static int read_config(const struct zol_cli *cli, const struct zol_ptree *t, const struct zol_package *pkg,
		       struct zol_live *l, struct zol_err *err)
{
	const struct zol_events ev = zol_progress_events(NULL, &cli->out);
	ZOL_AUTO(pvars) struct zol_pvars vars = { 0 };
	int r = zol_portage_vars(t->root, pkg, &ev, &vars, err);

	if (r == 0)
		r = configured(&vars, pkg, "REPO", &l->repo, &l->repo_from, err);
	if (r == 0)
		r = configured(&vars, pkg, "BRANCH", &l->branch, &l->branch_from, err);
	if (r == 0)
		r = configured(&vars, pkg, "COMMIT", &l->commit, &l->commit_from, err);
	return r == 0 ? configured(&vars, pkg, "COMMIT_DATE", &l->date, NULL, err) : r;
}

bool zol_live_is_local(const char *repo)
{
	return *repo == '/' || strncmp(repo, "file:///", 8) == 0;
}

/* The path of a directory in the tree that may be anybody's: only as long as *ret_fd is open. 1: it is not there. */
static int inside(const struct zol_ptree *t, const char *path, int *ret_fd, struct zol_str *open_as,
		  struct zol_err *err)
{
	*ret_fd = zol_open_in(t->root, path, O_RDONLY | O_DIRECTORY, 0, err);
	if (*ret_fd < 0) {
		zol_err_clear(err);
		return 1;
	}
	zol_str_printf(open_as, "/proc/self/fd/%d", *ret_fd);
	return zol_str_check(open_as, err);
}

int zol_live_open(const struct zol_cli *cli, const struct zol_ptree *t, const char *repo, struct zol_git **ret,
		  struct zol_str *place, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv code = ZOL_STRV_INIT;
	ZOL_AUTO(str) struct zol_str open_as = ZOL_STR_INIT, store = ZOL_STR_INIT;
	ZOL_AUTO(fd) int fd = -1;
	const char *path = strncmp(repo, "file://", 7) == 0 ? repo + 7 : repo;
	bool local = zol_live_is_local(repo);
	int r = zol_portage_code(cli->settings, &code, err);

	if (r < 0)
		return r;
	if (local && t->host) {
		zol_str_puts(place, path);
	} else if (!local || !zol_repos_code(path, zol_strv_list(&code), place)) {
		zol_repos_store(zol_span_c(repo), &store);
		if (local)
			zol_str_printf(place, "%s%s", t->host ? "" : t->guest.root, path);
		else
			zol_str_printf(place, "%s/var/cache/distfiles/git3-src/%s", t->host ? "" : t->guest.root,
				       zol_str_c(&store));
		r = inside(t, zol_str_c(place) + (t->host ? 0 : strlen(t->guest.root)), &fd, &open_as, err);
		if (r != 0)
			return r;
	}
	if (zol_str_check(place, err) < 0 || zol_str_check(&store, err) < 0)
		return -(int)err->code;
	path = open_as.len ? zol_str_c(&open_as) : zol_str_c(place);
	r = zol_exists(path, err);
	if (r <= 0)
		return r < 0 ? r : 1;
	return zol_git_open(path, ZOL_GIT_ANY_OWNER | ZOL_GIT_SEARCH, "", ret, err);
}

int zol_live_tip(const struct zol_git *g, const char *branch, const char *commit, struct zol_git_commit *ret,
		 struct zol_err *err)
{
	ZOL_AUTO(free) char *ref = NULL;
	const char *rev = commit;

	if (!commit) {
		ref = !branch                          ? strdup("HEAD") :
		      strncmp(branch, "refs/", 5) == 0 ? strdup(branch) :
							 zol_asprintf("refs/heads/%s", branch);
		rev = ref;
	}
	return rev ? zol_git_commit(g, rev, ret, err) : zol_err_oom(err);
}

static int compare(const struct zol_cli *cli, const struct zol_ptree *t, struct zol_live *l, struct zol_err *err)
{
	const char *repo = l->repo ? l->repo : l->installed.repo;
	const char *branch = l->branch ? l->branch : l->repo ? NULL : l->installed.branch;
	ZOL_AUTO(git_commit_info) struct zol_git_commit tip = { .subject = NULL };
	ZOL_AUTO(str) struct zol_str place = ZOL_STR_INIT;
	ZOL_AUTO(git) struct zol_git *g = NULL;
	size_t ahead = 0, behind = 0;
	int r;

	if (!repo)
		return 0;
	r = zol_live_open(cli, t, repo, &g, &place, err);
	l->place = zol_str_take(&place);
	if (r != 0) {
		if (r > 0)
			l->why = strdup(zol_live_is_local(repo) ? "not on this host" : "not fetched yet");
		return r < 0 ? r : 0;
	}
	r = zol_live_tip(g, branch, l->commit, &tip, err);
	if (r < 0)
		return r;
	l->tip = strdup(tip.id);
	if (!l->tip)
		return zol_err_oom(err);
	if (!l->installed.commit)
		return 0;
	r = zol_git_distance(g, l->installed.commit, tip.id, &ahead, &behind, err);
	if (r > 0)
		l->why = strdup("the installed commit is not in the repository");
	l->compared = r == 0;
	l->behind = ahead;
	l->ahead = behind;
	return r < 0 ? r : 0;
}

int zol_live_look(struct zol_cli *cli, const struct zol_ptree *t, const struct zol_package *pkg, struct zol_live *ret,
		  struct zol_err *err)
{
	int r;

	ret->package =
		zol_asprintf("%.*s/%.*s", (int)pkg->category.len, pkg->category.ptr, (int)pkg->name.len, pkg->name.ptr);
	r = ret->package ? zol_portage_installed(t->root, pkg, &ret->installed, err) : zol_err_oom(err);
	ret->is_installed = r == 0;
	if (r >= 0)
		r = read_config(cli, t, pkg, ret, err);
	if (r == 0)
		r = compare(cli, t, ret, err);
	/* One repository that is not what it should be is no reason to keep the rest back. */
	if (r < 0 && err->errnum != ENOMEM) {
		ret->why = strdup(zol_err_text(err));
		zol_err_clear(err);
		r = 0;
	}
	return r;
}

struct row {
	const char *package, *version, *repo, *repo_from, *branch, *branch_from, *commit, *commit_from, *date, *place,
		*tip, *installed, *brief, *installed_brief, *installed_branch, *kernel, *state, *why;
	uint64_t behind, ahead;
	bool compared;
};

#define COL(key, title, kind) ZOL_COL(#key, title, kind, struct row, key)

static const struct zol_col cols[] = {
	COL(package, "PACKAGE", STR),
	COL(repo, "REPOSITORY", STR),
	COL(repo_from, NULL, STR),
	COL(branch, "BRANCH", STR),
	COL(branch_from, NULL, STR),
	COL(commit, NULL, STR),
	COL(commit_from, NULL, STR),
	COL(date, NULL, STR),
	COL(place, NULL, STR),
	COL(tip, NULL, STR),
	{ "tip_brief", "COMMIT", ZOL_KIND_STR, offsetof(struct row, brief) },
	COL(version, NULL, STR),
	COL(installed, NULL, STR),
	{ "installed_brief", "INSTALLED", ZOL_KIND_STR, offsetof(struct row, installed_brief) },
	COL(installed_branch, NULL, STR),
	COL(kernel, NULL, STR),
	COL(compared, NULL, BOOL),
	COL(behind, NULL, U64),
	COL(ahead, NULL, U64),
	COL(state, "STATE", STR),
};

static const struct zol_col show_cols[] = {
	COL(package, "Package", STR),
	COL(repo, "Repository", STR),
	COL(repo_from, "  set in", STR),
	COL(place, "  on this host", STR),
	COL(branch, "Branch", STR),
	COL(branch_from, "  set in", STR),
	COL(commit, "Commit", STR),
	COL(commit_from, "  set in", STR),
	COL(date, "Commit date", STR),
	COL(tip, "To be built", STR),
	COL(version, "Installed version", STR),
	COL(installed, "  commit", STR),
	COL(installed_branch, "  branch", STR),
	COL(kernel, "  modules for", STR),
	COL(compared, NULL, BOOL),
	COL(behind, NULL, U64),
	COL(ahead, NULL, U64),
	COL(state, "State", STR),
};

static void state_text(const struct zol_live *l, struct zol_str *s)
{
	if (l->compared && (l->behind || l->ahead)) {
		if (l->behind)
			zol_str_printf(s, "%llu behind", (unsigned long long)l->behind);
		if (l->ahead)
			zol_str_printf(s, "%s%llu ahead", l->behind ? ", " : "", (unsigned long long)l->ahead);
	} else if (l->compared) {
		zol_str_puts(s, "current");
	} else if (l->why) {
		zol_str_puts(s, l->why);
	} else if (!l->is_installed) {
		zol_str_puts(s, "not installed");
	} else {
		zol_str_puts(s, l->installed.commit ? "not compared" : "no commit on record");
	}
}

static int print(struct zol_cli *cli, const struct zol_live *l, struct zol_rows *rows, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str state = ZOL_STR_INIT;
	char brief[13] = "", installed[13] = "";
	struct row r = { .package = l->package,
			 .version = l->installed.version,
			 .repo = l->repo,
			 .repo_from = l->repo_from,
			 .branch = l->branch,
			 .branch_from = l->branch_from,
			 .commit = l->commit,
			 .commit_from = l->commit_from,
			 .date = l->date,
			 .place = l->place,
			 .tip = l->tip,
			 .installed = l->installed.commit,
			 .installed_branch = l->installed.branch,
			 .kernel = l->installed.kernel,
			 .compared = l->compared,
			 .behind = l->behind,
			 .ahead = l->ahead };

	state_text(l, &state);
	if (zol_str_check(&state, err) < 0)
		return -(int)err->code;
	r.state = zol_str_c(&state);
	if (l->tip) {
		(void)snprintf(brief, sizeof(brief), "%.12s", l->tip);
		r.brief = brief;
	}
	if (l->installed.commit) {
		(void)snprintf(installed, sizeof(installed), "%.12s", l->installed.commit);
		r.installed_brief = installed;
	}
	if (!rows)
		return zol_record_print(&cli->out, show_cols, ZOL_COUNT(show_cols), &r, err);
	zol_rows_add(rows, &r);
	return 0;
}

static int list(struct zol_cli *cli, const struct zol_portage_live_args *a, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv names = ZOL_STRV_INIT;
	ZOL_AUTO(ptree) struct zol_ptree t = ZOL_PTREE_INIT;
	ZOL_AUTO(rows) struct zol_rows rows = { .out = NULL };
	int r = zol_ptree_open(cli, a->host, NULL, &t, err);

	zol_strv_add(&names, "sys-fs/zfs");
	if (r == 0)
		r = zol_portage_live_names(t.root, &names, err);
	if (r < 0)
		return r;
	zol_rows_begin(&rows, &cli->out, cols, ZOL_COUNT(cols));
	for (size_t i = 0; r == 0 && i < names.len; i++) {
		ZOL_AUTO(live) struct zol_live l = { 0 };
		struct zol_package pkg;

		if (i && strcmp(names.v[i], names.v[i - 1]) == 0)
			continue;
		r = zol_portage_name(names.v[i], &pkg, err);
		if (r == 0)
			r = zol_live_look(cli, &t, &pkg, &l, err);
		if (r == 0)
			r = print(cli, &l, &rows, err);
	}
	return r < 0 ? r : zol_rows_end(&rows, err);
}

static int show(struct zol_cli *cli, const struct zol_portage_live_args *a, struct zol_err *err)
{
	ZOL_AUTO(ptree) struct zol_ptree t = ZOL_PTREE_INIT;
	ZOL_AUTO(live) struct zol_live l = { 0 };
	struct zol_package pkg;
	int r = zol_portage_name(a->words.v[1], &pkg, err);

	if (r == 0)
		r = zol_ptree_open(cli, a->host, NULL, &t, err);
	if (r == 0)
		r = zol_live_look(cli, &t, &pkg, &l, err);
	return r < 0 ? r : print(cli, &l, NULL, err);
}

/* Inside of a guest, and wherever else there is none, the system's own configuration is what one can mean. */
static bool means_host(const struct zol_cli *cli)
{
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	ZOL_AUTO(guest) struct zol_guest guest = { 0 };

	if (cli->globals.guest || access("/etc/portage", F_OK) < 0)
		return false;
	if (zol_guest_find(cli->settings, cli->settings->guest.name, &guest, &ignored) < 0 || guest.exists)
		return false;
	zol_out_verbose(&cli->out, "there is no guest '%s': this system's own configuration is meant", guest.name);
	return true;
}

int zol_cmd_portage_live(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	static const struct {
		const char *name;
		size_t min, max; /* words behind it */
		int (*run)(struct zol_cli *cli, const struct zol_portage_live_args *a, struct zol_err *err);
	} verbs[] = { { "list", 0, 0, list },
		      { "show", 1, 1, show },
		      { "set", 1, 2, zol_live_set },
		      { "unset", 1, 1, zol_live_unset } };
	struct zol_portage_live_args copy = *(const struct zol_portage_live_args *)args;
	const struct zol_portage_live_args *a = &copy;
	const char *verb = a->words.len ? a->words.v[0] : "list";
	size_t given = a->words.len ? a->words.len - 1 : 0;

	for (size_t i = 0; i < ZOL_COUNT(verbs); i++) {
		if (strcmp(verb, verbs[i].name) != 0)
			continue;
		if (given < verbs[i].min || given > verbs[i].max)
			return zol_err_set(err, ZOL_USAGE, 0, "live %s takes %s", verb,
					   verbs[i].max == 0 ? "no operand" :
					   verbs[i].max == 1 ? "PACKAGE" :
							       "PACKAGE [BRANCH]");
		if (cli->globals.dry_run && i < 2)
			return zol_err_set(err, ZOL_USAGE, 0, "live %s changes nothing: --dry-run has no meaning",
					   verb);
		if ((a->repo || a->commit || a->force) && verbs[i].run != zol_live_set)
			return zol_err_set(err, ZOL_USAGE, 0, "--repo, --commit and --force are for live set");
		if (a->host && cli->globals.guest)
			return zol_err_set(err, ZOL_USAGE, 0, "--host and a guest's name exclude each other");
		copy.host = copy.host || means_host(cli);
		return verbs[i].run(cli, a, err);
	}
	(void)zol_err_set(err, ZOL_USAGE, 0, "'%s' is nothing that can be done here", verb);
	return zol_err_hint(err, "list, show, set or unset");
}
