/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <sched.h>
#include <sys/sysinfo.h>

#include "base/path.h"
#include "base/progress.h"
#include "cmd/portage.h"
#include "cmd/self.h"
#include "core/portage_plan.h"
#include "core/portage_repos.h"
#include "core/portage_tune.h"
#include "core/settings.h"
#include "sys/guest_prepare.h"
#include "sys/portage_names.h"
#include "sys/portage_overlay.h"

#define ETC "etc/portage/"

/* The templates, and where they go. */
static const struct {
	const char *name; /* below conf/portage */
	struct zol_portage_piece piece;
} templates[] = {
	{ "make.conf", { .path = ETC "make.conf", .name = "00-zolkit.conf", .flat = true } },
	{ "package.use", { .path = ETC "package.use", .name = "00-zolkit" } },
	{ "package.accept_keywords", { .path = ETC "package.accept_keywords", .name = "00-zolkit" } },
	{ "env/live.conf", { .path = ETC "env/zolkit/live.conf", .whole = true } },
	{ "package.env", { .path = ETC "package.env", .name = "00-zolkit" } },
	{ "repos.conf", { .path = ETC "repos.conf", .name = "00-zolkit.conf", .sections = true } },
};
#define NTEMPLATES ZOL_COUNT(templates)

enum { FLAGS, CPU_FLAGS, CPUS, MEMORY, JOBS, LOAD, EMERGE_JOBS, ZSTD, CCACHE_SIZE, NUMBERS };

struct setup {
	struct zol_str numbers[NUMBERS];
	struct zol_str texts[NTEMPLATES], zfs;
	struct zol_portage_piece pieces[NTEMPLATES];
	struct zol_tune_word words[32];
	size_t nwords;
	bool no_ccache, no_zolkit;
	enum { TREE_THERE, TREE_SHARED, TREE_FETCH, TREE_MISSING } tree;
	bool overlay;
};

static void setup_free(struct setup *s)
{
	for (size_t i = 0; i < NUMBERS; i++)
		zol_str_free(&s->numbers[i]);
	for (size_t i = 0; i < NTEMPLATES; i++)
		zol_str_free(&s->texts[i]);
	zol_str_free(&s->zfs);
}

static void word(struct setup *s, const char *name, const char *value)
{
	s->words[s->nwords++] = (struct zol_tune_word){ name, value };
}

static int cpu_flags(struct zol_str *ret, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	if (zol_read_file("/proc/cpuinfo", 16U << 20, &text, err) < 0) {
		zol_err_clear(err);
		return 0;
	}
	zol_tune_cpu_flags(zol_span_str(&text), ret);
	return zol_str_check(ret, err);
}

/* What this host is, as words of the templates. */
static int measure(const struct zol_settings *set, const char *arch, struct setup *s, struct zol_err *err)
{
	bool native = strcmp(set->portage.march, "native") == 0;
	struct zol_tune_host host = { .jobs = (unsigned)set->portage.jobs };
	struct zol_tune tune;
	struct sysinfo info;
	cpu_set_t cpus;

	host.cpus = sched_getaffinity(0, sizeof(cpus), &cpus) == 0 ? (unsigned)CPU_COUNT(&cpus) :
								     (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
	if (sysinfo(&info) == 0)
		host.memory = (uint64_t)info.totalram * info.mem_unit;
	zol_tune(&host, &tune);
	if (*set->portage.march)
		zol_str_printf(&s->numbers[FLAGS], "-march=%s ", set->portage.march);
	zol_str_puts(&s->numbers[FLAGS], "-O2 -pipe -ggdb");
	if (native && strcmp(arch, "amd64") == 0 && cpu_flags(&s->numbers[CPU_FLAGS], err) < 0)
		return -(int)err->code;
	zol_str_printf(&s->numbers[CPUS], "%u", host.cpus);
	zol_str_printf(&s->numbers[MEMORY], "%llu", (unsigned long long)(host.memory + (1U << 29)) >> 30);
	zol_str_printf(&s->numbers[JOBS], "%u", tune.jobs);
	zol_str_printf(&s->numbers[LOAD], "%u", tune.load);
	zol_str_printf(&s->numbers[EMERGE_JOBS], "%u", tune.emerge_jobs);
	zol_str_printf(&s->numbers[ZSTD], "%u", tune.zstd);
	zol_str_printf(&s->numbers[CCACHE_SIZE], "%u", tune.ccache_gib);
	for (size_t i = 0; i < NUMBERS; i++)
		if (zol_str_check(&s->numbers[i], err) < 0)
			return -(int)err->code;
	return 0;
}

/* Whether the Gentoo repository is there, or how it gets there. */
static void find_tree(const struct zol_cli *cli, const struct zol_ptree *t, struct setup *s)
{
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str name = ZOL_STR_INIT;
	const char *how = cli->settings->portage.tree;

	if (*cli->settings->chroot.portage_tree && strcmp(how, "webrsync") != 0)
		s->tree = TREE_SHARED;
	else if (zol_read_file_in(t->root, "var/db/repos/gentoo/profiles/repo_name", 4096, &name, &ignored) == 0)
		s->tree = TREE_THERE;
	else
		s->tree = strcmp(how, "none") == 0 ? TREE_MISSING : TREE_FETCH;
}

static int find_overlay(const struct zol_cli *cli, const struct zol_ptree *t, struct setup *s, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str host = ZOL_STR_INIT;
	int r = zol_portage_overlay(cli->settings, &host, err);

	s->overlay = r == 0 || zol_portage_overlay_place(t->root) == ZOL_OVERLAY_PLACE_OWN;
	return r < 0 ? r : 0;
}

/* The checkout that the guest sees as the guide has it: /mnt/code/zfs, or a code directory of that name. */
static int find_zfs(const struct zol_settings *set, struct zol_str *ret, struct zol_err *err)
{
	static const char *const names[] = { ".git", "zfs/.git" };
	ZOL_AUTO(strv) struct zol_strv code = ZOL_STRV_INIT;
	int r = zol_portage_code(set, &code, err);

	for (size_t i = 0; r == 0 && !ret->len && i < 2 * code.len; i++) {
		const char *dir = code.v[i / 2];
		ZOL_AUTO(free) char *git = zol_path_join(dir, names[i % 2]);
		ZOL_AUTO(free) char *repo = git ? zol_span_dup(zol_span(git, strlen(git) - 5)) : NULL;

		if (!repo)
			return zol_err_oom(err);
		if (zol_span_ends(zol_span_c(repo), "/zfs") && access(git, F_OK) == 0)
			(void)zol_repos_in_guest(repo, zol_strv_list(&code), ret);
	}
	return r < 0 ? r : zol_str_check(ret, err);
}

static int gather(const struct zol_cli *cli, const struct zol_ptree *t, struct setup *s, struct zol_err *err)
{
	const struct zol_settings *set = cli->settings;
	const char *arch = NULL;
	int r = zol_guest_arch(t->root, &arch, err);

	if (r == 0)
		r = measure(set, arch, s, err);
	if (r == 0)
		r = find_overlay(cli, t, s, err);
	if (r == 0)
		r = find_zfs(set, &s->zfs, err);
	if (r < 0)
		return r;
	find_tree(cli, t, s);
	s->no_zolkit = set->portage.incremental && !zol_portage_has(t->root, "sys-fs/zolkit");
	s->no_ccache = set->portage.ccache && !zol_portage_has(t->root, "dev-util/ccache");
	static const char *const names[NUMBERS] = { "FLAGS", "CPU_FLAGS",   "CPUS", "MEMORY",     "JOBS",
						    "LOAD",  "EMERGE_JOBS", "ZSTD", "CCACHE_SIZE" };
	for (size_t i = 0; i < NUMBERS; i++)
		word(s, names[i], zol_str_c(&s->numbers[i]));
	word(s, "ARCH", arch);
	word(s, "ZFS_REPO", zol_str_c(&s->zfs));
	word(s, "CCACHE", set->portage.ccache && !s->no_ccache ? "yes" : NULL);
	word(s, "BUILDPKG", set->portage.buildpkg ? "yes" : NULL);
	word(s, "PGO", set->portage.pgo ? "yes" : NULL);
	word(s, "INCREMENTAL", set->portage.incremental ? "yes" : NULL);
	word(s, "DEBUGEDIT", zol_portage_has(t->root, "dev-util/debugedit") ? "yes" : NULL);
	word(s, "SHARED", s->tree == TREE_SHARED ? "yes" : NULL);
	word(s, "WEBRSYNC", s->tree != TREE_SHARED && strcmp(set->portage.tree, "none") != 0 ? "yes" : NULL);
	word(s, "OVERLAY", s->overlay ? "yes" : NULL);
	return 0;
}

static int expand(const struct zol_cli *cli, struct setup *s, struct zol_err *err)
{
	for (size_t i = 0; i < NTEMPLATES; i++) {
		ZOL_AUTO(free) char *path = zol_asprintf("%s/portage/%s", cli->settings->paths.conf, templates[i].name);
		ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
		int r = path ? zol_read_file(path, 1U << 20, &text, err) : zol_err_oom(err);

		if (r == 0)
			r = zol_tune_template(zol_span_str(&text), s->words, s->nwords, &s->texts[i], err);
		if (r < 0)
			return path ? zol_err_wrap(err, "%s", path) : r;
		s->pieces[i] = templates[i].piece;
		s->pieces[i].text = zol_span_str(&s->texts[i]);
	}
	return 0;
}

static int plan_setup(struct zol_cli *cli, struct zol_ptree *t, struct setup *s, struct zol_prep_plan *plan,
		      struct zol_err *err)
{
	const struct zol_prep_view view = zol_guest_view(&t->root);
	const char *dirs[5];
	size_t n = 0;
	struct zol_portage_want want = { .pieces = s->pieces, .npieces = NTEMPLATES, .dirs = dirs };
	int r = gather(cli, t, s, err);

	if (r == 0)
		r = expand(cli, s, err);
	if (r < 0)
		return r;
	if (cli->settings->portage.incremental) {
		dirs[n++] = "var/cache/zolkit";
		dirs[n++] = "var/cache/zolkit/live";
	}
	if (cli->settings->portage.ccache && !s->no_ccache)
		dirs[n++] = "var/cache/ccache";
	if (s->overlay)
		dirs[n++] = ZOL_OVERLAY_PLACE;
	dirs[n] = NULL;
	want.flags = zol_str_c(&s->numbers[FLAGS]);
	return zol_portage_plan(&view, &want, plan, err);
}

static int plan_undo(struct zol_ptree *t, struct zol_prep_plan *plan, struct zol_err *err)
{
	ZOL_AUTO(journal) struct zol_journal journal = { 0 };
	const struct zol_prep_view view = zol_guest_view(&t->root);
	struct zol_portage_piece pieces[NTEMPLATES];
	const struct zol_portage_want want = { .pieces = pieces, .npieces = NTEMPLATES };
	int r = zol_guest_journal(&t->guest, ZOL_PORTAGE_JOURNAL, &journal, err);

	for (size_t i = 0; i < NTEMPLATES; i++)
		pieces[i] = templates[i].piece;
	return r < 0 ? r : zol_portage_undo(&view, &journal, &want, plan, err);
}

/* Fetches the repository, in the chroot. */
static int fetch_tree(struct zol_cli *cli, struct zol_err *err)
{
	static const char *const args[] = { "chroot", "run", "--", "emerge-webrsync", NULL };
	ZOL_AUTO(progress) struct zol_progress *progress = zol_progress_new(&cli->out, NULL, 0);
	const struct zol_events ev = zol_progress_events(progress, &cli->out);
	bool already;

	if (cli->globals.dry_run) {
		ZOL_AUTO(str) struct zol_str line = ZOL_STR_INIT;

		zol_self_line(cli, args, &line);
		if (zol_str_check(&line, err) < 0)
			return -(int)err->code;
		/* The rows have been printed, and are all that JSON may have. */
		(void)fputs(zol_str_c(&line), cli->out.json ? cli->out.err : cli->out.out);
		return 0;
	}
	zol_out_info(&cli->out, "the guest has no Gentoo repository yet: emerge-webrsync fetches it");
	zol_ev_stage(&ev, "sync", 0, ZOL_UNIT_COUNT);
	if (zol_self_run(cli, args, &ev, &already, err) == 0)
		return 0;
	err->code = ZOL_CHILD;
	(void)zol_err_wrap(err, "emerge-webrsync");
	return zol_err_hint(err, "the rest is set up; --no-sync goes without, chroot.portage_tree shares the host's");
}

static void remarks(const struct zol_cli *cli, const struct setup *s)
{
	if (s->no_ccache)
		zol_out_info(&cli->out, "ccache is not installed in the guest: zolkit portage emerge dev-util/ccache, "
					"then this again");
	if (s->no_zolkit && s->overlay)
		zol_out_info(&cli->out,
			     "incremental builds need the kit in the guest: zolkit portage emerge sys-fs/zolkit");
	if (!s->overlay)
		zol_out_warn(&cli->out, "this overlay is not on the host: portage.overlay says where it is");
	if (s->tree == TREE_MISSING)
		zol_out_warn(&cli->out, "the guest has no Gentoo repository, and portage.tree is none");
}

int zol_cmd_portage_setup(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_portage_setup_args *a = args;
	__attribute__((cleanup(setup_free))) struct setup s = { 0 };
	ZOL_AUTO(prep_plan) struct zol_prep_plan plan = { 0 };
	ZOL_AUTO(ptree) struct zol_ptree t = ZOL_PTREE_INIT;
	int r = zol_ptree_open(cli, false, a->undo ? "portage setup --undo" : "portage setup", &t, err), worst;

	if (r == 0)
		r = a->undo ? plan_undo(&t, &plan, err) : plan_setup(cli, &t, &s, &plan, err);
	if (r < 0)
		return r;
	worst = r = zol_ptree_apply(cli, &t, &plan, a->undo, err);
	if (r < 0)
		return r;
	if (!a->undo)
		remarks(cli, &s);
	zol_cleanup_fd(&t.lock);
	t.lock = -1;
	bool fetch = !a->undo && !a->no_sync && s.tree == TREE_FETCH;

	if (fetch)
		r = fetch_tree(cli, err);
	if (r < 0)
		return r;
	if (plan.nacts == 0 && !fetch)
		zol_out_already(&cli->out,
				a->undo ? "nothing of Portage in guest %s is set up" :
					  "Portage in guest %s is set up already",
				t.guest.name);
	else if (!cli->globals.dry_run && worst == 0)
		zol_out_info(&cli->out, a->undo ? "Portage in guest %s is as it was" : "Portage in guest %s is set up",
			     t.guest.name);
	return worst;
}
