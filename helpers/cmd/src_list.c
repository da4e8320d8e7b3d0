/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>

#include "base/path.h"
#include "base/rows.h"
#include "cmd/src_common.h"
#include "core/settings.h"
#include "wrap/git_work.h"

struct list_row {
	const char *name, *path, *branch, *commit, *short_commit, *state, *upstream, *subject, *problem;
	bool dirty;
	uint64_t ahead, behind, staged, edited, untracked;
};

#define LIST(key, title, kind) ZOL_COL(#key, title, kind, struct list_row, key)

static const struct zol_col list_cols[] = {
	LIST(name, "NAME", STR),    LIST(branch, "BRANCH", STR),
	LIST(commit, NULL, STR),    { "short_commit", "COMMIT", ZOL_KIND_STR, offsetof(struct list_row, short_commit) },
	LIST(dirty, NULL, BOOL),    LIST(state, "STATE", STR),
	LIST(staged, NULL, U64),    LIST(edited, NULL, U64),
	LIST(untracked, NULL, U64), LIST(upstream, "UPSTREAM", STR),
	LIST(ahead, "AHEAD", U64),  LIST(behind, "BEHIND", U64),
	LIST(subject, NULL, STR),   LIST(path, "PATH", STR),
	LIST(problem, NULL, STR),
};

/* "clean", or "2 staged, 1 edited, 3 new". */
static void say_state(const struct zol_git_state *s, struct zol_str *text)
{
	const struct {
		size_t n;
		const char *what;
	} counts[] = {
		{ s->unmerged, "unmerged" },
		{ s->staged, "staged" },
		{ s->edited, "edited" },
		{ s->untracked, "new" },
	};

	for (size_t i = 0; i < ZOL_COUNT(counts); i++) {
		if (counts[i].n)
			zol_str_printf(text, "%s%zu %s", text->len ? ", " : "", counts[i].n, counts[i].what);
	}
	if (s->doing)
		zol_str_printf(text, "%s%s under way", text->len ? ", " : "", s->doing);
	if (!text->len)
		zol_str_puts(text, s->bare ? "bare" : "clean");
}

/* Looks at a repository as its owner. */
static int look(const char *path, zol_git_file_fn *fn, void *ctx, struct zol_git_state *ret, struct zol_err *err)
{
	ZOL_AUTO(src_owner) struct zol_src_owner owner = ZOL_SRC_OWNER_INIT;
	ZOL_AUTO(git) struct zol_git *git = NULL;
	int rc;

	if (zol_src_owner_of(path, &owner, err) || zol_src_owner_enter(&owner, err))
		return -(int)err->code;
	rc = zol_git_open(path, ZOL_GIT_SEARCH, owner.home, &git, err);
	if (!rc)
		rc = zol_git_look(git, fn, ctx, ret, err);
	return zol_src_owner_leave(&owner, rc, err);
}

/* One that cannot be looked at is a row with the reason: it must not hide the others. */
static void add_row(struct zol_rows *rows, const char *name, const char *path)
{
	ZOL_AUTO(git_state) struct zol_git_state s = { .branch = NULL };
	ZOL_AUTO(err) struct zol_err why = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str state = ZOL_STR_INIT;
	char brief[13] = "";
	struct list_row r = { .name = name, .path = path };

	if (look(path, NULL, NULL, &s, &why)) {
		r.problem = r.state = zol_err_text(&why);
		zol_rows_add(rows, &r);
		return;
	}
	say_state(&s, &state);
	memcpy(brief, s.id, 12);
	r.branch = s.branch ? s.branch : "(detached)";
	r.commit = *s.id ? s.id : NULL;
	r.short_commit = *brief ? brief : NULL;
	r.state = zol_str_c(&state);
	r.dirty = s.staged || s.edited || s.untracked || s.unmerged;
	r.staged = s.staged;
	r.edited = s.edited;
	r.untracked = s.untracked;
	r.upstream = s.upstream;
	r.ahead = s.ahead;
	r.behind = s.behind;
	r.subject = s.subject;
	zol_rows_add(rows, &r);
}

static bool is_repo(const char *path)
{
	ZOL_AUTO(free) char *git = zol_path_join(path, ".git");
	ZOL_AUTO(free) char *head = zol_path_join(path, "HEAD");
	ZOL_AUTO(free) char *objects = zol_path_join(path, "objects");

	return git && head && objects && (!access(git, F_OK) || (!access(head, F_OK) && !access(objects, F_OK)));
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* A checkout, or each that stands in a directory. */
static int add_place(struct zol_rows *rows, const char *name, const char *path, struct zol_strv *seen,
		     struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv below = ZOL_STRV_INIT;
	ZOL_AUTO(dir) DIR *dir = NULL;
	const struct dirent *e;

	if (zol_strv_has(seen, path))
		return 0;
	zol_strv_add(seen, path);
	if (name || is_repo(path) || !(dir = opendir(path))) {
		add_row(rows, name ? name : base_of(path), path);
		return 0;
	}
	while ((e = readdir(dir))) {
		ZOL_AUTO(free) char *sub = e->d_name[0] == '.' ? NULL : zol_path_join(path, e->d_name);

		if (sub && is_repo(sub) && !zol_strv_has(seen, sub))
			zol_strv_add(&below, sub);
	}
	if (zol_strv_check(&below, err))
		return -(int)err->code;
	zol_strv_sort(&below, 0);
	for (size_t i = 0; i < below.len; i++) {
		zol_strv_add(seen, below.v[i]);
		add_row(rows, base_of(below.v[i]), below.v[i]);
	}
	return 0;
}

static int add_places(struct zol_rows *rows, const struct zol_strv *list, struct zol_strv *seen, struct zol_err *err)
{
	for (size_t i = 0; i < list->len; i++) {
		const char *word = list->v[i], *equal = strchr(word, '='), *slash = strchr(word, '/');
		bool named = equal && (!slash || equal < slash);
		ZOL_AUTO(free) char *name = named ? strndup(word, (size_t)(equal - word)) : NULL;

		if (named && !name)
			return zol_err_oom(err);
		if (add_place(rows, name, named ? equal + 1 : word, seen, err))
			return -(int)err->code;
	}
	return 0;
}

int zol_cmd_src_list(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_src_list_args *a = args;
	ZOL_AUTO(rows) struct zol_rows rows = { .out = NULL };
	ZOL_AUTO(strv) struct zol_strv seen = ZOL_STRV_INIT;

	zol_rows_begin(&rows, &cli->out, list_cols, ZOL_COUNT(list_cols));
	if (a->dirs.len) {
		if (add_places(&rows, &a->dirs, &seen, err))
			return -(int)err->code;
	} else if (add_places(&rows, &cli->settings->src.checkouts, &seen, err) ||
		   add_places(&rows, &cli->settings->chroot.code, &seen, err)) {
		return -(int)err->code;
	}
	if (!seen.len)
		zol_out_info(&cli->out, "no checkouts are configured (src.checkouts, chroot.code)");
	return zol_rows_end(&rows, err);
}

struct status_record {
	const char *path, *branch, *commit, *subject, *upstream, *state;
	bool dirty;
	int64_t time;
	uint64_t ahead, behind, staged, edited, untracked, unmerged;
	const char *const *files;
};

#define STATUS(key, title, kind) ZOL_COL(#key, title, kind, struct status_record, key)

static const struct zol_col status_cols[] = {
	STATUS(path, NULL, STR),         STATUS(branch, "branch", STR), STATUS(commit, "commit", STR),
	STATUS(subject, "subject", STR), STATUS(time, "date", TIME),    STATUS(upstream, "upstream", STR),
	STATUS(ahead, "ahead", U64),     STATUS(behind, "behind", U64), STATUS(dirty, NULL, BOOL),
	STATUS(state, "state", STR),     STATUS(staged, NULL, U64),     STATUS(edited, NULL, U64),
	STATUS(untracked, NULL, U64),    STATUS(unmerged, NULL, U64),   STATUS(files, NULL, LIST),
};

static void note_file(void *ctx, char staged, char edited, const char *path)
{
	zol_strv_addf(ctx, "%c%c %s", staged, edited, path);
}

int zol_cmd_src_status(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_src_repo_args *a = args;
	ZOL_AUTO(str) struct zol_str dir = ZOL_STR_INIT, state = ZOL_STR_INIT;
	ZOL_AUTO(strv) struct zol_strv files = ZOL_STRV_INIT;
	ZOL_AUTO(git_state) struct zol_git_state s = { .branch = NULL };
	struct status_record r;

	if (zol_src_where(cli, a->repo, &dir, err))
		return -(int)err->code;
	if (look(zol_str_c(&dir), note_file, &files, &s, err))
		return zol_src_nowhere(a->repo, err);
	if (zol_strv_check(&files, err))
		return -(int)err->code;
	say_state(&s, &state);
	r = (struct status_record){ .path = zol_str_c(&dir),
				    .branch = s.branch ? s.branch : "(detached)",
				    .commit = *s.id ? s.id : NULL,
				    .subject = s.subject,
				    .time = s.time,
				    .upstream = s.upstream,
				    .ahead = s.ahead,
				    .behind = s.behind,
				    .dirty = files.len > 0,
				    .state = zol_str_c(&state),
				    .staged = s.staged,
				    .edited = s.edited,
				    .untracked = s.untracked,
				    .unmerged = s.unmerged,
				    .files = zol_strv_list(&files) };
	if (zol_record_print(&cli->out, status_cols, ZOL_COUNT(status_cols), &r, err))
		return -(int)err->code;
	for (size_t i = 0; !cli->out.json && i < files.len; i++) {
		ZOL_AUTO(str) struct zol_str line = ZOL_STR_INIT;

		zol_text_escape(&line, files.v[i]);
		(void)fprintf(cli->out.out, "%s\n", zol_str_c(&line));
	}
	return zol_out_finish(&cli->out, err);
}
