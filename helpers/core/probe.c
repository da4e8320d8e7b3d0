/* SPDX-License-Identifier: GPL-2.0-or-later */

#include "core/probe.h"

#include <ctype.h>

#define TEMP ZOL_PROBE_TEMP
#define SPECIAL ZOL_PROBE_SPECIAL
#define LOSSY ZOL_PROBE_LOSSY

static const struct zol_probe_row rows[] = {
	{ "unlinked-fstat", TEMP, "anything that asks the size of a deleted temporary file" },
	{ "unlinked-read", TEMP, "here-documents of shells, pipes through temporary files" },
	{ "unlinked-write", TEMP, "temporary files of every program that deletes them early" },
	{ "unlinked-ftruncate", TEMP, "tmpfile() users that shrink or grow: sort, databases, linkers" },
	{ "unlinked-fchmod", TEMP, "programs that set the mode of a deleted temporary file" },
	{ "unlinked-fchown", TEMP, "programs that hand a deleted temporary file to a user" },
	{ "unlinked-futimens", 0, "programs that set times through a deleted file" },
	{ "unlinked-fstatfs", 0, "programs that ask the free space through a deleted file" },
	{ "unlinked-fsetxattr", 0, "programs that set attributes of a deleted file" },
	{ "unlinked-fsync", TEMP, "programs that sync a deleted temporary file" },
	{ "unlinked-reopen", TEMP, "opening /dev/fd/N or /proc/self/fd/N of a deleted file" },
	{ "unlinked-linkat", 0, "giving a deleted file a name again" },
	{ "unlinked-mmap", TEMP, "shared memory on deleted files: gcc-config, python multiprocessing" },
	{ "tmpfile", 0, "O_TMPFILE (most programs fall back)" },
	{ "rename-over-read", TEMP | LOSSY, "readers of a file that was replaced while open" },
	{ "rename-over-nlink", 0, "programs that detect replaced files by their link count" },
	{ "rename-over-ftruncate", TEMP | LOSSY, "truncating the old file truncates the NEW one" },
	{ "mkfifo", SPECIAL, "named pipes: init, Portage's job control" },
	{ "mknod", 0, "device nodes: packages that install them, stage3 unpacking" },
	{ "socket", SPECIAL, "Unix sockets: agents, tmux, dbus, ccache" },
	{ "symlink", 0, "symbolic links" },
	{ "hardlink", 0, "hard links: git, tar" },
	{ "sticky", 0, "sticky directories" },
	{ "setuid", 0, "setuid programs keep their bit" },
	{ "setgid-dir", 0, "files inherit the group of a setgid directory" },
	{ "chown", 0, "packages with owners other than root" },
	{ "xattr-user", 0, "user.* attributes" },
	{ "xattr-trusted", 0, "trusted.* attributes (overlay file systems)" },
	{ "xattr-capability", 0, "file capabilities (ping)" },
	{ "acl", 0, "POSIX access control lists" },
	{ "time-ns", 0, "nanosecond times: make sees equal times as up to date" },
	{ "time-mtime", 0, "writing moves the modification time" },
	{ "mmap-shared", TEMP, "shared writable mappings: linkers, databases, ztest's vdevs" },
	{ "mmap-coherent", TEMP | LOSSY, "read() sees what was written through a mapping" },
	{ "mmap-exec", 0, "executing a mapped file" },
	{ "exec", 0, "running a program that was just written" },
	{ "flock", 0, "flock(2) excludes" },
	{ "fcntl-lock", 0, "fcntl(2) record locks exclude" },
	{ "fcntl-after-flock", 0, "both kinds of lock on one file" },
	{ "ofd-lock", 0, "open file description locks exclude" },
	{ "rename-noreplace", 0, "renameat2(RENAME_NOREPLACE): atomic creation" },
	{ "rename-exchange", 0, "renameat2(RENAME_EXCHANGE): atomic swaps" },
	{ "rename-dir", 0, "renaming a directory over an empty one" },
	{ "fallocate", 0, "preallocation (fails cleanly, programs fall back)" },
	{ "punch-hole", 0, "punching holes" },
	{ "seek-hole", 0, "finding holes" },
	{ "direct-io", 0, "O_DIRECT" },
	{ "append", 0, "O_APPEND through two descriptors loses nothing" },
	{ "large-offset", 0, "offsets above 4 GiB" },
	{ "copy-file-range", 0, "copy_file_range(2)" },
	{ "sendfile", 0, "sendfile(2)" },
	{ "readdir", LOSSY, "a directory of 1,000 entries lists each once" },
	{ "long-name", 0, "names of 255 bytes" },
	{ "byte-name", 0, "names that are no UTF-8" },
	{ "inotify", 0, "change notification" },
};

/* What a directory of a guest is for, hence what it needs. */
static const struct {
	const char *dir;
	unsigned needs;
} roles[] = {
	{ "/tmp", TEMP | SPECIAL },
	{ "/var/tmp/portage", TEMP | SPECIAL },
	{ "/run", SPECIAL },
	{ "/dev/shm", TEMP },
};

const struct zol_probe_row *zol_probe_rows(size_t *ret_n)
{
	*ret_n = ZOL_COUNT(rows);
	return rows;
}

const struct zol_probe_row *zol_probe_find(struct zol_span id)
{
	for (size_t i = 0; i < ZOL_COUNT(rows); i++)
		if (zol_span_eq(id, rows[i].id))
			return &rows[i];
	return NULL;
}

const char *zol_probe_result_name(enum zol_probe_result r)
{
	switch (r) {
	case ZOL_PROBE_OK:
		return "ok";
	case ZOL_PROBE_FAIL:
		return "fail";
	case ZOL_PROBE_SKIP:
		return "skip";
	}
	return "?";
}

/* Unlike zol_span_field(), empty fields count: WHY is empty for what works. */
static bool cut_tab(struct zol_span *rest, struct zol_span *field)
{
	const char *tab;

	if (!rest->ptr)
		return false;
	tab = memchr(rest->ptr, '\t', rest->len);
	if (!tab) {
		*field = *rest;
		*rest = zol_span(NULL, 0);
		return true;
	}
	*field = zol_span(rest->ptr, (size_t)(tab - rest->ptr));
	*rest = zol_span(tab + 1, rest->len - field->len - 1);
	return true;
}

int zol_probe_parse(struct zol_span line, struct zol_probe_fact *ret, struct zol_err *err)
{
	struct zol_probe_fact f = { 0 };
	struct zol_span rest = line;
	struct zol_span result;

	if (!cut_tab(&rest, &f.dir) || !cut_tab(&rest, &f.fstype) || !cut_tab(&rest, &f.check) ||
	    !cut_tab(&rest, &result) || !cut_tab(&rest, &f.why) || rest.ptr || !f.dir.len || *f.dir.ptr != '/')
		goto bad;
	f.row = zol_probe_find(f.check);
	if (!f.row)
		goto bad;
	for (enum zol_probe_result r = ZOL_PROBE_OK; r <= ZOL_PROBE_SKIP; r++) {
		if (!zol_span_eq(result, zol_probe_result_name(r)))
			continue;
		f.result = r;
		*ret = f;
		return 0;
	}
bad:
	return zol_err_set(err, ZOL_MALFORMED, 0, "no result of the probe: '%.*s'",
			   (int)(line.len > 120 ? 120 : line.len), line.ptr ? line.ptr : "");
}

void zol_probe_format(struct zol_str *out, const char *dir, const char *fstype, const char *check,
		      enum zol_probe_result result, const char *why)
{
	zol_str_printf(out, "%s\t%s\t%s\t%s\t%s\n", dir, fstype, check, zol_probe_result_name(result), why);
}

static unsigned role_needs(struct zol_span dir)
{
	for (size_t i = 0; i < ZOL_COUNT(roles); i++)
		if (zol_span_eq(dir, roles[i].dir))
			return roles[i].needs;
	return 0;
}

/* The checks of one directory come together; a directory's line is written when the next one begins. */
struct plan_state {
	struct zol_span dir;
	struct zol_str reasons;
	size_t n;
};

static void plan_flush(struct plan_state *st, struct zol_str *plan)
{
	if (st->n)
		zol_str_printf(plan, "tmpfs\t%.*s\t%s\n", (int)st->dir.len, st->dir.ptr, zol_str_c(&st->reasons));
	zol_str_truncate(&st->reasons, 0);
	st->n = 0;
}

int zol_probe_plan(struct zol_span facts, struct zol_str *plan, struct zol_err *err)
{
	struct plan_state st = { 0 };
	struct zol_span line;
	int rc = 0;

	while (rc == 0 && zol_span_line(&facts, &line)) {
		struct zol_probe_fact f;

		rc = zol_probe_parse(line, &f, err);
		if (rc < 0)
			break;
		if (!zol_span_same(f.dir, st.dir)) {
			plan_flush(&st, plan);
			st.dir = f.dir;
		}
		if (f.result != ZOL_PROBE_FAIL || !(f.row->needs & role_needs(f.dir)))
			continue;
		zol_str_printf(&st.reasons, "%s%.*s", st.n++ ? " " : "", (int)f.check.len, f.check.ptr);
	}
	if (rc == 0) {
		plan_flush(&st, plan);
		rc = zol_str_check(plan, err);
	}
	zol_str_free(&st.reasons);
	return rc;
}

static void sysenv_name(struct zol_str *out, struct zol_span text)
{
	for (size_t i = 0; i < text.len; i++)
		zol_str_putc(out, isalnum((unsigned char)text.ptr[i]) ? text.ptr[i] : '_');
}

int zol_probe_sysenv(struct zol_span facts, struct zol_str *out, struct zol_err *err)
{
	struct zol_span line;

	while (zol_span_line(&facts, &line)) {
		struct zol_probe_fact f;
		int rc = zol_probe_parse(line, &f, err);

		if (rc < 0)
			return rc;
		if (f.result == ZOL_PROBE_SKIP)
			continue;
		zol_str_puts(out, "KSFT_SYSENV_");
		if (f.dir.len == 1)
			zol_str_puts(out, "root");
		else
			sysenv_name(out, zol_span(f.dir.ptr + 1, f.dir.len - 1));
		zol_str_putc(out, '_');
		sysenv_name(out, f.check);
		zol_str_printf(out, "_works=%d\n", f.result == ZOL_PROBE_OK);
	}
	return zol_str_check(out, err);
}
