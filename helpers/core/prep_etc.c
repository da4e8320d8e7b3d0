/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What does not depend on the init: fstab, directories and their owners, names and resolver. */
#include <inttypes.h>

#include "core/fstab.h"
#include "core/passwd.h"
#include "core/prep_parts.h"

struct ids {
	int64_t uid, gid; /* of portage, or -1 */
	bool gentoo;      /* the tree is one that Portage runs in */
};

static int portage_ids(struct zol_prep *p, struct ids *ret, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str passwd = ZOL_STR_INIT, group = ZOL_STR_INIT;
	int r = zol_prep_peek(p, "etc/passwd", &passwd, err);
	uint32_t uid, gid;

	if (r == 0)
		r = zol_prep_peek(p, "etc/group", &group, err);
	if (r < 0)
		return r;
	*ret = (struct ids){ -1, -1, false };
	if (zol_passwd_ids(zol_span_str(&passwd), "portage", &uid, &gid)) {
		(void)zol_passwd_group(zol_span_str(&group), "portage", &gid);
		*ret = (struct ids){ uid, gid, true };
	}
	if (!ret->gentoo)
		ret->gentoo = (r = zol_prep_is(p, "etc/portage", ZOL_NODE_DIR, err)) > 0;
	return r < 0 ? r : 0;
}

/* A directory with its owner; a user's own choice of owner (not root) stays. */
static int dir(struct zol_prep *p, const char *path, const struct zol_owner *want, struct zol_err *err)
{
	struct zol_journal_entry e = { .kind = ZOL_JOURNAL_OWNER };
	ZOL_AUTO(free) char *copy = NULL;
	struct zol_prep_act *a;
	struct zol_node node;
	int r = p->view->stat(p->view->ctx, path, &node, err);

	if (r < 0)
		return r;
	if (node.kind != ZOL_NODE_DIR) {
		size_t before = p->plan->nacts;

		r = zol_prep_parents(p, path, true, err);
		if (r <= 0 || p->plan->nacts == before)
			return r < 0 ? r : 0;
		p->plan->acts[p->plan->nacts - 1].after = *want;
		return zol_prep_item(p, ZOL_PREP_CHANGE, path, err, "made");
	}
	if (node.owner.uid != 0 || want->uid == 0)
		return zol_prep_item(p, ZOL_PREP_CURRENT, path, err, "there");
	a = zol_prep_act(p, ZOL_PREP_OWNER, path);
	e.path = copy = zol_asprintf("%s", path);
	if (!a || !copy)
		return zol_err_oom(err);
	a->before = e.before = node.owner;
	a->after = e.after = (struct zol_owner){ want->uid, want->gid, node.owner.mode };
	r = zol_journal_add(&p->plan->before, &e, err);
	return r < 0 ? r :
		       zol_prep_item(p, ZOL_PREP_CHANGE, path, err, "given to %" PRIu32 ":%" PRIu32, want->uid,
				     want->gid);
}

int zol_prep_portage_dir(struct zol_prep *p, const char *path, struct zol_err *err)
{
	struct zol_owner owner = { 0, 0, 0755 };
	struct ids ids = { -1, -1, false };
	int r = portage_ids(p, &ids, err);

	if (ids.uid > 0)
		owner = (struct zol_owner){ (uint32_t)ids.uid, (uint32_t)ids.gid, 0755 };
	return r < 0 ? r : dir(p, path, &owner, err);
}

int zol_prep_dirs_plan(struct zol_prep *p, struct zol_err *err)
{
	static const char *const portage[] = { "var/db/repos/gentoo", "var/cache/distfiles", "var/cache/binpkgs" };
	struct zol_owner root = { 0, 0, 0755 }, owner = root;
	struct ids ids = { -1, -1, false };
	int r = portage_ids(p, &ids, err);

	if (ids.uid > 0)
		owner = (struct zol_owner){ (uint32_t)ids.uid, (uint32_t)ids.gid, 0755 };
	if (r == 0)
		r = dir(p, "mnt/code", &root, err);
	if (r == 0 && ids.gentoo)
		r = dir(p, "etc/portage", &root, err);
	for (size_t i = 0; r == 0 && ids.gentoo && i < ZOL_COUNT(portage); i++)
		r = dir(p, portage[i], &owner, err);
	return r;
}

/* systemd mounts /tmp by itself unless that was masked (systemd: units/tmp.mount). */
static int systemd_tmp(struct zol_prep *p, struct zol_err *err)
{
	static const char *const wants[] = { "usr/lib/systemd/system/local-fs.target.wants/tmp.mount",
					     "lib/systemd/system/local-fs.target.wants/tmp.mount",
					     "etc/systemd/system/local-fs.target.wants/tmp.mount" };
	struct zol_node node;
	int r;

	if (p->init != ZOL_INIT_SYSTEMD)
		return 0;
	r = p->view->stat(p->view->ctx, "etc/systemd/system/tmp.mount", &node, err);
	if (r < 0 || node.link)
		return r;
	for (size_t i = 0; i < ZOL_COUNT(wants); i++) {
		r = p->view->stat(p->view->ctx, wants[i], &node, err);
		if (r < 0)
			return r;
		if (node.link || node.kind != ZOL_NODE_ABSENT)
			return 1;
	}
	return 0;
}

static int tmpfs(struct zol_prep *p, struct zol_prep_text *t, const struct zol_tmpfs *want, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str note = ZOL_STR_INIT;
	enum zol_edit edit;
	int r;

	r = zol_prep_parents(p, want->path + 1, true, err);
	if (r <= 0)
		return r;
	r = zol_fstab_tmpfs(&t->text, want, &edit, &note, err);
	return r < 0 ? r : zol_prep_edited(p, t->path, edit, &note, err);
}

/* The lines that every guest gets. */
static int base_tmpfs(struct zol_prep *p, struct zol_prep_text *t, struct zol_err *err)
{
	struct zol_tmpfs tmp = { .path = "/tmp", .size = p->want->tmp_size, .mode = 01777, .uid = -1, .gid = -1 };
	struct zol_tmpfs build = { .path = "/var/tmp/portage", .size = p->want->portage_tmp_size, .mode = 0775 };
	struct ids ids = { 0 };
	int r = systemd_tmp(p, err);

	if (r > 0)
		r = zol_prep_item(p, ZOL_PREP_CURRENT, "tmp", err, "systemd's tmp.mount makes it a tmpfs");
	else if (r == 0)
		r = tmpfs(p, t, &tmp, err);
	if (r == 0)
		r = portage_ids(p, &ids, err);
	if (r < 0)
		return r;
	build.uid = ids.uid;
	build.gid = ids.gid;
	return tmpfs(p, t, &build, err);
}

/* One line of the probe's plan; its directory's own owner and mode are kept. */
static int probe_tmpfs(struct zol_prep *p, struct zol_prep_text *t, const char *path, struct zol_span reason,
		       struct zol_err *err)
{
	ZOL_AUTO(free) char *why = zol_span_dup(reason);
	struct zol_tmpfs want = { .path = path, .mode = 0755, .uid = -1, .gid = -1, .reason = why, .probe = true };
	struct zol_node node;
	int r;

	if (!why)
		return zol_err_oom(err);
	r = p->view->stat(p->view->ctx, path + 1, &node, err);
	if (r < 0)
		return r;
	if (node.kind == ZOL_NODE_DIR) {
		want.mode = node.owner.mode & 07777;
		want.uid = node.owner.uid;
		want.gid = node.owner.gid;
	}
	return tmpfs(p, t, &want, err);
}

static int probe_lines(struct zol_prep *p, struct zol_prep_text *t, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv paths = ZOL_STRV_INIT;
	struct zol_span rest = p->want->probe_plan, path, reason;
	unsigned gone;
	int r = 0;

	while (r >= 0 && zol_probe_plan_next(&rest, &path, &reason)) {
		ZOL_AUTO(free) char *copy = zol_span_dup(path);

		if (!copy)
			return zol_err_oom(err);
		if (!zol_tmpfs_path_ok(copy)) {
			r = zol_prep_item(p, ZOL_PREP_WARN, copy[0] == '/' ? copy + 1 : copy, err,
					  "the probe asks for a tmpfs here: refused, the system lives there");
			continue;
		}
		zol_strv_add(&paths, copy);
		r = probe_tmpfs(p, t, copy, reason, err);
	}
	if (r >= 0)
		r = zol_strv_check(&paths, err);
	if (r >= 0)
		r = zol_fstab_probe_gone(&t->text, zol_strv_list(&paths), paths.len, &gone, err);
	if (r >= 0 && gone > 0)
		r = zol_prep_item(p, ZOL_PREP_CHANGE, t->path, err,
				  "%u lines that the probe no longer asks for taken back", gone);
	return r;
}

int zol_prep_fstab_plan(struct zol_prep *p, struct zol_err *err)
{
	ZOL_AUTO(prep_text) struct zol_prep_text t = { 0 };
	ZOL_AUTO(str) struct zol_str off = ZOL_STR_INIT;
	unsigned n;
	int r = zol_prep_text_read(p, "etc/fstab", &t, err);

	if (r <= 0)
		return r;
	r = zol_fstab_disable(&t.text, &n, &off, err);
	if (r == 0)
		r = zol_str_check(&off, err);
	if (r == 0 && n > 0)
		r = zol_prep_item(p, ZOL_PREP_CHANGE, t.path, err, "switched off: %s", zol_str_c(&off));
	if (r == 0)
		r = base_tmpfs(p, &t, err);
	if (r == 0 && p->want->from_probe)
		r = probe_lines(p, &t, err);
	return r < 0 ? r : zol_prep_text_write(p, &t, 0644, err);
}

/* Whether what stands in the file now came from us (or was there before an interrupted run). */
static bool from_us(const struct zol_journal_entry *e, struct zol_span now)
{
	return e->sum == zol_lineedit_sum(now) ||
	       (e->kind == ZOL_JOURNAL_REPLACE && zol_span_same(zol_span_str(&e->old), now));
}

/* A file that holds one value and can hold no marks. */
static int whole_file(struct zol_prep *p, const char *path, const char *value, struct zol_err *err)
{
	ZOL_AUTO(prep_text) struct zol_prep_text t = { 0 };
	const struct zol_journal *j = p->want->journal;
	const struct zol_journal_entry *known = NULL;
	struct zol_journal_entry e = { .kind = ZOL_JOURNAL_REPLACE };
	ZOL_AUTO(free) char *copy = zol_asprintf("%s", path);
	int r = copy ? zol_prep_text_read(p, path, &t, err) : zol_err_oom(err);

	if (r <= 0)
		return r;
	if (j) {
		known = zol_journal_find(j, ZOL_JOURNAL_REPLACE, path);
		known = known ? known : zol_journal_find(j, ZOL_JOURNAL_COPY, path);
	}
	if (t.existed && known && !zol_span_same(zol_span_trim(zol_span_str(&t.old)), zol_span_c(value)) &&
	    !from_us(known, zol_span_str(&t.old)))
		return zol_prep_item(p, ZOL_PREP_KEPT, path, err, "changed by hand since, left alone");
	if (t.existed && !known && zol_span_same(zol_span_trim(zol_span_str(&t.old)), zol_span_c(value)))
		return zol_prep_item(p, ZOL_PREP_CURRENT, path, err, "%s", value);
	zol_str_truncate(&t.text, 0);
	zol_str_printf(&t.text, "%s\n", value);
	e.kind = known ? known->kind : t.existed ? ZOL_JOURNAL_REPLACE : ZOL_JOURNAL_COPY;
	e.path = copy;
	e.sum = zol_lineedit_sum(zol_span_str(&t.text));
	zol_str_add(&e.old, zol_str_c(&t.old), e.kind == ZOL_JOURNAL_REPLACE ? t.old.len : 0);
	r = zol_str_check(&t.text, err);
	if (r == 0)
		r = zol_journal_add(&p->plan->before, &e, err);
	if (r >= 0)
		r = zol_journal_add(&p->plan->after, &e, err);
	zol_str_free(&e.old);
	if (r >= 0)
		r = zol_prep_item(p,
				  t.existed && zol_span_same(zol_span_str(&t.old), zol_span_str(&t.text)) ?
					  ZOL_PREP_CURRENT :
					  ZOL_PREP_CHANGE,
				  path, err, "%s", value);
	return r < 0 ? r : zol_prep_text_write(p, &t, 0644, err);
}

/* OpenRC's conf.d/hostname: hostname="...". */
static int conf_hostname(struct zol_prep *p, struct zol_err *err)
{
	ZOL_AUTO(prep_text) struct zol_prep_text t = { 0 };
	ZOL_AUTO(str) struct zol_str note = ZOL_STR_INIT, want = ZOL_STR_INIT;
	struct zol_line line, found = { 0 };
	bool have = false;
	enum zol_edit edit;
	size_t pos = 0;
	int r = zol_prep_text_read(p, "etc/conf.d/hostname", &t, err);

	if (r <= 0)
		return r;
	zol_str_printf(&want, "hostname=\"%s\"\n", p->want->hostname);
	r = zol_str_check(&want, err);
	if (r < 0)
		return r;
	while (zol_lineedit_line(zol_span_str(&t.text), &pos, &line)) {
		if (!zol_span_starts(line.text, "hostname="))
			continue;
		found = line;
		have = true;
	}
	if (have && zol_span_same(found.text, zol_span(zol_str_c(&want), want.len - 1)))
		return zol_prep_item(p, ZOL_PREP_CURRENT, t.path, err, "%s", p->want->hostname);
	zol_str_puts(&note, p->want->hostname);
	r = zol_lineedit_put(&t.text, "hostname", zol_span_str(&want), have ? &found : NULL, &edit, err);
	if (r == 0)
		r = zol_prep_edited(p, t.path, edit, &note, err);
	return r < 0 ? r : zol_prep_text_write(p, &t, 0644, err);
}

static int hostname(struct zol_prep *p, struct zol_err *err)
{
	int conf = zol_prep_is(p, "etc/conf.d/hostname", ZOL_NODE_FILE, err);
	int absent = conf < 0 ? conf : zol_prep_is(p, "etc/hostname", ZOL_NODE_ABSENT, err);
	int r = absent < 0 ? absent : conf ? conf_hostname(p, err) : 0;

	/* OpenRC prefers /etc/hostname where it is there (openrc: init.d/hostname.in). */
	if (r == 0 && (!conf || !absent))
		r = whole_file(p, "etc/hostname", p->want->hostname, err);
	return r;
}

/* Whether some line gives an address to the name. */
static bool hosts_has(struct zol_span text, const char *name)
{
	struct zol_line line;
	size_t pos = 0;

	while (zol_lineedit_line(text, &pos, &line)) {
		const char *hash = line.text.len ? memchr(line.text.ptr, '#', line.text.len) : NULL;
		struct zol_span rest = line.text, word;

		if (hash)
			rest.len = (size_t)(hash - rest.ptr);
		if (!zol_span_field(&rest, " \t", &word))
			continue;
		while (zol_span_field(&rest, " \t", &word))
			if (zol_span_eq(word, name))
				return true;
	}
	return false;
}

/* So that `hostname -f` answers without a network, which xfstests wants. */
static int hosts(struct zol_prep *p, struct zol_err *err)
{
	ZOL_AUTO(prep_text) struct zol_prep_text t = { 0 };
	ZOL_AUTO(str) struct zol_str note = ZOL_STR_INIT, want = ZOL_STR_INIT;
	const char *name = p->want->hostname, *dot = strchr(name, '.');
	enum zol_edit edit;
	int r = zol_prep_text_read(p, "etc/hosts", &t, err);

	if (r <= 0)
		return r;
	if (hosts_has(zol_span_str(&t.text), name))
		return zol_prep_item(p, ZOL_PREP_CURRENT, t.path, err, "%s is there", name);
	if (!hosts_has(zol_span_str(&t.text), "localhost"))
		zol_str_puts(&want, "127.0.0.1\tlocalhost\n::1\t\tlocalhost\n");
	if (dot)
		zol_str_printf(&want, "127.0.1.1\t%s %.*s\n", name, (int)(dot - name), name);
	else
		zol_str_printf(&want, "127.0.1.1\t%s.localdomain %s\n", name, name);
	zol_str_printf(&note, "address for %s", name);
	r = zol_str_check(&want, err);
	if (r == 0)
		r = zol_lineedit_put(&t.text, "hostname", zol_span_str(&want), NULL, &edit, err);
	if (r == 0)
		r = zol_prep_edited(p, t.path, edit, &note, err);
	return r < 0 ? r : zol_prep_text_write(p, &t, 0644, err);
}

/*
 * The host's resolver as seen from a virtual machine: an address of the host's own loopback is not
 * there, but QEMU's user network forwards 10.0.2.3 to it.
 */
static void resolv_lines(struct zol_span host, struct zol_str *out)
{
	struct zol_span line, rest, word;
	bool server = false, loop = false;

	while (zol_span_line(&host, &line)) {
		rest = line = zol_span_trim(line);
		if (!zol_span_field(&rest, " \t", &word) || word.ptr[0] == '#' || word.ptr[0] == ';')
			continue;
		if (zol_span_eq(word, "nameserver")) {
			rest = zol_span_trim(rest);
			if (zol_span_starts(rest, "127.") || zol_span_eq(rest, "::1")) {
				loop = true;
				continue;
			}
			server = true;
		}
		zol_str_add(out, line.ptr, line.len);
		zol_str_putc(out, '\n');
	}
	if (loop || !server)
		zol_str_puts(out, "nameserver 10.0.2.3\n");
}

static int resolv(struct zol_prep *p, struct zol_err *err)
{
	ZOL_AUTO(prep_text) struct zol_prep_text t = { 0 };
	ZOL_AUTO(str) struct zol_str note = ZOL_STR_INIT, want = ZOL_STR_INIT;
	struct zol_block b;
	struct zol_node node;
	enum zol_edit edit;
	int r = p->view->stat(p->view->ctx, "etc/resolv.conf", &node, err);

	if (r < 0)
		return r;
	if (node.link)
		return zol_prep_item(p, ZOL_PREP_CURRENT, "etc/resolv.conf", err,
				     "a link: the guest writes it when it boots");
	r = zol_prep_text_read(p, "etc/resolv.conf", &t, err);
	if (r <= 0)
		return r;
	if (zol_span_trim(zol_span_str(&t.text)).len > 0 && !zol_lineedit_find(zol_span_str(&t.text), "resolver", &b))
		return zol_prep_item(p, ZOL_PREP_CURRENT, t.path, err, "there");
	resolv_lines(p->want->resolv, &want);
	zol_str_puts(&note, "the host's resolver");
	r = zol_str_check(&want, err);
	if (r == 0)
		r = zol_lineedit_put(&t.text, "resolver", zol_span_str(&want), NULL, &edit, err);
	if (r == 0)
		r = zol_prep_edited(p, t.path, edit, &note, err);
	return r < 0 ? r : zol_prep_text_write(p, &t, 0644, err);
}

int zol_prep_names_plan(struct zol_prep *p, struct zol_err *err)
{
	int r = hostname(p, err);

	if (r == 0)
		r = hosts(p, err);
	return r == 0 ? resolv(p, err) : r;
}
