/* SPDX-License-Identifier: GPL-2.0-or-later */

/* zolkit vm probe: what the guest's file systems can do, and which directories therefore want a tmpfs. */

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "base/path.h"
#include "cmd/vm.h"
#include "core/probe.h"

#define PROGRAM "/usr/local/libexec/zolkit/zolkit-probe"
#define TIMEOUT_MS 300000U /* a thousand files on an uncached 9p root of a busy host */

/* Where programs put what an unusual file system breaks; directories that the guest lacks are passed over. */
static const char *const places[] = { "/", "/tmp", "/var/tmp", "/var/tmp/portage", "/run", "/dev/shm", "/root", NULL };

struct row {
	char *dir, *fstype, *check, *why;
	const char *result, *breaks;
};

static const struct zol_col cols[] = {
	ZOL_COL("dir", "DIRECTORY", STR, struct row, dir), ZOL_COL("fstype", "TYPE", STR, struct row, fstype),
	ZOL_COL("check", "CHECK", STR, struct row, check), ZOL_COL("result", "RESULT", STR, struct row, result),
	ZOL_COL("why", "WHY", STR, struct row, why),       ZOL_COL("breaks", "CONCERNS", STR, struct row, breaks),
};

/* Runs the probe in the guest and reads what it prints. */
static int run_probe(struct zol_cli *cli, const struct zol_vm_probe_args *a, struct zol_str *facts, struct zol_err *err)
{
	ZOL_AUTO(link) struct zol_link l = ZOL_LINK_INIT;
	ZOL_AUTO(exec_spec) struct zol_exec_spec spec = { .no_stdin = true };
	ZOL_AUTO(fd) int out = memfd_create("zolkit-facts", MFD_CLOEXEC);
	struct zol_exec x = { .spec = &spec,
			      .in = -1,
			      .out = out,
			      .err = STDERR_FILENO,
			      .timeout_ms = TIMEOUT_MS,
			      .forward_signals = true };
	struct zol_exec_result result = { 0 };

	if (out < 0)
		return zol_err_sys(err, "memfd_create");
	zol_strv_add(&spec.argv, PROGRAM);
	zol_strv_extend(&spec.argv, a->dirs.len ? zol_strv_list(&a->dirs) : places);
	if (zol_strv_check(&spec.argv, err) < 0 || zol_vm_link_ready(cli, &l, err) < 0)
		return -(int)err->code;
	if (zol_exec_run(&l, &x, &result, err) < 0) {
		(void)zol_err_wrap(err, "%s in the guest", PROGRAM);
		if (err->errnum == ENOENT)
			(void)zol_err_hint(err, "zolkit guest prepare puts it there");
		return -(int)err->code;
	}
	if (result.status != 0)
		return zol_err_set(err, ZOL_CHILD, 0, "%s in the guest ended with status %d", PROGRAM, result.status);
	if (lseek(out, 0, SEEK_SET) < 0)
		return zol_err_sys(err, "memory file");
	return zol_read_fd(out, ZOL_READ_MAX, facts, err);
}

static void row_free(struct row *r)
{
	free(r->dir);
	free(r->fstype);
	free(r->check);
	free(r->why);
}

/* For people, what is true of the root as well is said once: directories of one file system behave alike. */
static bool as_on_root(struct zol_span facts, const struct zol_probe_fact *f)
{
	ZOL_AUTO(free) char *line = NULL;

	if (f->dir.len == 1)
		return false;
	line = zol_asprintf("/\t%.*s\t%s\t%s\t%.*s\n", (int)f->fstype.len, f->fstype.ptr, f->row->id,
			    zol_probe_result_name(f->result), (int)f->why.len, f->why.ptr);
	return line && zol_span_has(facts, line);
}

static int print_facts(const struct zol_cli *cli, struct zol_span facts, bool all, struct zol_err *err)
{
	ZOL_AUTO(rows) struct zol_rows rows = { 0 };
	struct zol_span rest = facts, line;

	zol_rows_begin(&rows, &cli->out, cols, ZOL_COUNT(cols));
	while (zol_span_line(&rest, &line)) {
		struct zol_probe_fact f;

		if (zol_probe_parse(line, &f, err) < 0)
			return zol_err_wrap(err, "answer of the guest");
		if (!all && (f.result != ZOL_PROBE_FAIL || (!cli->out.json && as_on_root(facts, &f))))
			continue;
		struct row row = { .dir = zol_span_dup(f.dir),
				   .fstype = zol_span_dup(f.fstype),
				   .check = zol_span_dup(f.check),
				   .why = f.why.len ? zol_span_dup(f.why) : NULL,
				   .result = zol_probe_result_name(f.result),
				   .breaks = f.row->breaks };

		zol_rows_add(&rows, &row);
		row_free(&row);
	}
	return zol_rows_end(&rows, err);
}

/* Both files go beside the guest's record, where `guest prepare --from-probe` looks. */
static int keep(struct zol_cli *cli, const struct zol_str *facts, const struct zol_str *plan, struct zol_err *err)
{
	ZOL_AUTO(vm_dirs) struct zol_vm_dirs d = { 0 };
	int rc = zol_vm_dirs_of(cli, &d, err);

	if (rc < 0)
		return rc;
	ZOL_AUTO(free) char *facts_file = zol_path_join(d.state, "probe.facts");
	ZOL_AUTO(free) char *plan_file = zol_path_join(d.state, "probe.plan");

	if (!facts_file || !plan_file)
		return zol_err_oom(err);
	rc = zol_write_file(facts_file, zol_str_c(facts), facts->len, 0644, err);
	return rc < 0 ? rc : zol_write_file(plan_file, zol_str_c(plan), plan->len, 0644, err);
}

static void say_plan(const struct zol_cli *cli, const struct zol_str *plan, bool kept)
{
	struct zol_span rest = zol_span_str(plan), line, field;

	if (!plan->len) {
		zol_out_info(&cli->out, "every directory can do what it is there for: no tmpfs is needed");
		return;
	}
	while (zol_span_line(&rest, &line)) {
		struct zol_span dir;

		if (!zol_span_field(&line, "\t", &field) || !zol_span_field(&line, "\t", &dir))
			continue;
		line = zol_span_trim(line);
		zol_out_warn(&cli->out, "%.*s wants a tmpfs: it fails %.*s", (int)dir.len, dir.ptr, (int)line.len,
			     line.ptr);
	}
	if (kept)
		zol_out_info(&cli->out, "zolkit guest prepare --from-probe puts them into the guest's fstab");
}

int zol_cmd_vm_probe(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_vm_probe_args *a = args;
	ZOL_AUTO(str) struct zol_str facts = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str plan = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	int rc;

	if (a->sysenv && (cli->out.json || a->all))
		return zol_err_set(err, ZOL_USAGE, 0,
				   "--sysenv prints shell variables: neither --json nor --all goes with it");
	for (size_t i = 0; i < a->dirs.len; i++)
		if (a->dirs.v[i][0] != '/')
			return zol_err_set(err, ZOL_USAGE, 0, "'%s' is no absolute directory of the guest",
					   a->dirs.v[i]);
	rc = run_probe(cli, a, &facts, err);
	if (rc == 0)
		rc = zol_probe_plan(zol_span_str(&facts), &plan, err);
	if (rc == 0 && !a->dirs.len)
		rc = keep(cli, &facts, &plan, err);
	if (rc < 0)
		return rc;
	if (a->sysenv) {
		rc = zol_probe_sysenv(zol_span_str(&facts), &text, err);
		if (rc == 0 && fputs(zol_str_c(&text), cli->out.out) < 0)
			rc = zol_err_sys(err, "standard output");
		return rc;
	}
	rc = print_facts(cli, zol_span_str(&facts), a->all, err);
	if (rc == 0)
		say_plan(cli, &plan, !a->dirs.len);
	return rc;
}
