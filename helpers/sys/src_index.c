/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/src_index.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/path.h"
#include "base/proc.h"
#include "wrap/git_work.h"

#define LIST "cscope.files"

struct job {
	const struct zol_src_index *x;
	struct zol_src_indexed done;
	struct zol_str top;  /* of the working tree */
	struct zol_str list; /* the new cscope.files */
	int fd;              /* top, O_PATH */
	struct timespec newest;
};

static bool later(struct timespec a, struct timespec b)
{
	return a.tv_sec > b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec > b.tv_nsec);
}

static bool is_source(const char *path)
{
	static const char *const suffixes[] = {
		".c", ".h", ".S", ".s", ".cc", ".cpp", ".cxx", ".hpp", ".hh", ".y", ".l"
	};
	const char *dot = strrchr(path, '.');

	for (size_t i = 0; dot && i < ZOL_COUNT(suffixes); i++) {
		if (!strcmp(dot, suffixes[i]))
			return true;
	}
	return false;
}

static int add_file(void *ctx, const char *path, unsigned mode, struct zol_err *err)
{
	struct job *j = ctx;
	struct stat st;

	(void)err;
	if ((mode & 0170000) != 0100000 || !is_source(path) || fstatat(j->fd, path, &st, AT_SYMLINK_NOFOLLOW) ||
	    !S_ISREG(st.st_mode))
		return 0;
	/* A leading dash would be an option. */
	if (strpbrk(path, " \t\n\r\"'\\") || *path == '-') {
		j->done.left_out++;
		return 0;
	}
	if (later(st.st_mtim, j->newest))
		j->newest = st.st_mtim;
	zol_str_puts(&j->list, path);
	zol_str_putc(&j->list, '\n');
	j->done.files++;
	return 0;
}

/* Writes the list, if it is another one than before. */
static int write_list(struct job *j, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_path_join(zol_str_c(&j->top), LIST);
	ZOL_AUTO(str) struct zol_str old = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	struct stat st;

	if (!path)
		return zol_err_oom(err);
	if (zol_str_check(&j->list, err))
		return -(int)err->code;
	if (zol_read_file(path, ZOL_READ_MAX, &old, &ignored) || old.len != j->list.len ||
	    memcmp(zol_str_c(&old), zol_str_c(&j->list), old.len) != 0) {
		if (zol_write_file(path, zol_str_c(&j->list), j->list.len, 0644, err))
			return -(int)err->code;
		j->done.list = true;
	}
	if (!stat(path, &st) && later(st.st_mtim, j->newest))
		j->newest = st.st_mtim;
	return 0;
}

/* Is the output there, and younger than all that it is made of? One from the future tells of a clock that was wrong. */
static bool current(const struct job *j, const char *output)
{
	struct timespec now;
	struct stat st;

	return !j->x->all && !fstatat(j->fd, output, &st, AT_SYMLINK_NOFOLLOW) && S_ISREG(st.st_mode) &&
	       later(st.st_mtim, j->newest) && !clock_gettime(CLOCK_REALTIME, &now) && !later(st.st_mtim, now);
}

/*
 * The time at which something begins that is made of what was seen: later than all of that, for which the
 * clock that files are dated by may have to tick once. What comes from the future is not waited for.
 */
static int begin(const struct job *j, struct timespec *ret, struct zol_err *err)
{
	struct timespec now;

	for (;;) {
		if (clock_gettime(CLOCK_REALTIME_COARSE, ret) || clock_gettime(CLOCK_REALTIME, &now))
			return zol_err_sys(err, "cannot read the clock");
		if (later(*ret, j->newest) || later(j->newest, now))
			return 0;
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
}

/*
 * Runs a program that makes temp, gives it the time at which it began (what is edited while it
 * works counts as newer), and moves it to output.
 */
static int make(const struct job *j, const char *const *argv, const char *temp, const char *output,
		const char **ret_how, struct zol_err *err)
{
	ZOL_AUTO(run_result) struct zol_run_result result = { .out = ZOL_STR_INIT };
	struct zol_run run = { .spawn = { .argv = argv,
					  .cwd = zol_str_c(&j->top),
					  .in = ZOL_STDIO_NULL,
					  .out = ZOL_STDIO_NULL,
					  .err = ZOL_STDIO_PIPE } };
	struct timespec times[2];

	if (begin(j, &times[0], err))
		return -(int)err->code;
	times[1] = times[0];
	zol_ev_stage(j->x->ev, argv[0], 0, ZOL_UNIT_COUNT);
	if (zol_proc_run(&run, &result, err))
		return -(int)err->code;
	if (result.exit.status)
		return zol_err_set(err, ZOL_CHILD, 0, "%s failed (status %d): %s", argv[0], result.exit.status,
				   zol_str_c(&result.err));
	if (utimensat(j->fd, temp, times, AT_SYMLINK_NOFOLLOW) ||
	    (strcmp(temp, output) != 0 && renameat(j->fd, temp, j->fd, output)))
		return zol_err_sys(err, "%s made no %s", argv[0], output);
	*ret_how = "made";
	return 0;
}

static int run_programs(struct job *j, struct zol_err *err)
{
	static const char *const cscope[] = { "cscope", "-b", "-q", "-k", "-i", LIST, NULL };
	static const char *const ctags[] = { "ctags", "-f", ".tags.zolkit", "-L", LIST, NULL };
	ZOL_AUTO(free) char *has_cscope = zol_path_which("cscope");
	ZOL_AUTO(free) char *has_ctags = zol_path_which("ctags");

	j->done.cscope = j->done.ctags = "current";
	if (!j->done.files)
		return 0;
	if (!has_cscope)
		j->done.cscope = "missing";
	else if (!current(j, "cscope.out") && make(j, cscope, "cscope.out", "cscope.out", &j->done.cscope, err))
		return -(int)err->code;
	if (!has_ctags)
		j->done.ctags = "missing";
	else if (!current(j, "tags") && make(j, ctags, ".tags.zolkit", "tags", &j->done.ctags, err))
		return -(int)err->code;
	return 0;
}

static int work(const struct zol_git *g, struct job *j, struct zol_err *err)
{
	static const char *const made[] = { LIST,           "cscope.out", "cscope.in.out", "cscope.po.out", "tags",
					    ".tags.zolkit", NULL };
	int rc = zol_git_workdir(g, &j->top, err);

	if (rc > 0)
		return zol_err_set(err, ZOL_USAGE, 0, "a bare repository has no files to index");
	if (rc < 0)
		return rc;
	j->fd = zol_root_open(zol_str_c(&j->top), err);
	if (j->fd < 0 || zol_git_tracked(g, add_file, j, err) || zol_git_exclude(g, made, err) || write_list(j, err))
		return -(int)err->code;
	return run_programs(j, err);
}

int zol_src_index_run(const struct zol_git *g, const struct zol_src_index *x, struct zol_src_indexed *ret,
		      struct zol_err *err)
{
	struct job j = { .x = x, .top = ZOL_STR_INIT, .list = ZOL_STR_INIT, .fd = -1 };
	int rc = work(g, &j, err);

	if (!rc)
		*ret = j.done;
	zol_cleanup_fd(&j.fd);
	zol_str_free(&j.top);
	zol_str_free(&j.list);
	return rc;
}
