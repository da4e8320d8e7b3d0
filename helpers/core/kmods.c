/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kmods.h"

#include "base/num.h"
#include "base/room.h"

const char *const zol_kmods_zfs[] = { "zfs",  "zzstd", "zlua",  "icp", "zcommon", "zunicode", "znvpair",
				      "zavl", "zpios", "splat", "spl", "ztaskq",  NULL };

void zol_kmods_free(struct zol_kmods *m)
{
	for (size_t i = 0; i < m->len; i++) {
		free(m->v[i].name);
		zol_strv_free(&m->v[i].users);
	}
	free(m->v);
	*m = (struct zol_kmods){ 0 };
}

static struct zol_kmods_mod *add(struct zol_kmods *m)
{
	struct zol_kmods_mod *v = zol_room(m->v, &m->cap, m->len + 1, sizeof(*v));

	if (!v)
		return NULL;
	m->v = v;
	m->v[m->len] = (struct zol_kmods_mod){ 0 };
	return &m->v[m->len++];
}

static void read_users(struct zol_kmods_mod *k, struct zol_span users)
{
	struct zol_span one;

	while (zol_span_field(&users, ",", &one)) {
		if (zol_span_eq(one, "[permanent]"))
			k->permanent = true;
		else if (!zol_span_eq(one, "-"))
			zol_strv_addn(&k->users, one.ptr, one.len);
	}
}

bool zol_kmods_line(struct zol_span line, struct zol_kmods_line *ret)
{
	struct zol_span *const words[] = { &ret->name, &ret->size, &ret->refs, &ret->users, &ret->state, &ret->addr };
	uint64_t size;
	size_t n = 0;

	*ret = (struct zol_kmods_line){ 0 };
	while (n < ZOL_COUNT(words) && zol_span_field(&line, " \t", words[n]))
		n++;
	return n >= 3 && zol_span_u64(ret->size, &size);
}

static int read_line(struct zol_kmods *m, struct zol_span line, struct zol_err *err)
{
	struct zol_kmods_line l;
	struct zol_kmods_mod *k;
	uint64_t n = 0;

	if (!zol_kmods_line(line, &l))
		return zol_err_set(err, ZOL_MALFORMED, 0, "'%.*s' is no line of /proc/modules", (int)line.len,
				   line.ptr);
	if (!zol_span_eq(l.refs, "-") && !zol_span_u64(l.refs, &n))
		return zol_err_set(err, ZOL_MALFORMED, 0, "'%.*s' counts no users", (int)line.len, line.ptr);
	k = add(m);
	if (!k)
		return zol_err_oom(err);
	k->refs = zol_span_eq(l.refs, "-") ? -1 : (int64_t)n;
	k->name = zol_span_dup(l.name);
	if (l.users.len)
		read_users(k, l.users);
	return k->name ? zol_strv_check(&k->users, err) : zol_err_oom(err);
}

int zol_kmods_parse(struct zol_span text, struct zol_kmods *ret, struct zol_err *err)
{
	struct zol_span line;

	while (zol_span_line(&text, &line))
		if (zol_span_trim(line).len && read_line(ret, line, err))
			return -(int)err->code;
	return 0;
}

const struct zol_kmods_mod *zol_kmods_find(const struct zol_kmods *m, const char *name)
{
	for (size_t i = 0; i < m->len; i++)
		if (strcmp(m->v[i].name, name) == 0)
			return &m->v[i];
	return NULL;
}

static bool in_list(const char *const *list, const char *name)
{
	for (; *list; list++)
		if (strcmp(*list, name) == 0)
			return true;
	return false;
}

/* Whether all modules that use k are in the order already. */
static bool is_free(const struct zol_kmods_mod *k, const struct zol_strv *order)
{
	for (size_t i = 0; i < k->users.len; i++)
		if (!zol_strv_has(order, k->users.v[i]))
			return false;
	return !k->permanent;
}

static void tell_blocked(const struct zol_kmods_mod *k, const char *const *family, const struct zol_strv *order,
			 struct zol_strv *blocked)
{
	if (k->permanent)
		zol_strv_addf(blocked, "%s can never be unloaded", k->name);
	for (size_t i = 0; i < k->users.len; i++)
		if (!zol_strv_has(order, k->users.v[i]) && !in_list(family, k->users.v[i]))
			zol_strv_addf(blocked, "%s is used by the module %s", k->name, k->users.v[i]);
}

int zol_kmods_order(const struct zol_kmods *m, const char *const *family, struct zol_strv *order,
		    struct zol_strv *blocked, struct zol_err *err)
{
	for (bool more = true; more;) {
		more = false;
		for (const char *const *name = family; *name; name++) {
			const struct zol_kmods_mod *k = zol_kmods_find(m, *name);

			if (!k || zol_strv_has(order, *name) || !is_free(k, order))
				continue;
			zol_strv_add(order, *name);
			more = !order->oom;
		}
	}
	for (const char *const *name = family; *name; name++) {
		const struct zol_kmods_mod *k = zol_kmods_find(m, *name);

		if (k && !zol_strv_has(order, *name))
			tell_blocked(k, family, order, blocked);
	}
	return zol_strv_check(order, err) ? -(int)err->code : zol_strv_check(blocked, err);
}

/* --- holders ------------------------------------------------------------------------------------- */

/* The text of a section, without its heading. */
static struct zol_span section(struct zol_span text, const char *name)
{
	struct zol_span line, found = zol_span("", 0);
	bool in = false;

	while (zol_span_line(&text, &line)) {
		if (line.len && line.ptr[0] == '=') {
			in = zol_span_eq(zol_span(line.ptr + 1, line.len - 1), name);
			continue;
		}
		if (in)
			found = found.len ? zol_span(found.ptr, (size_t)(line.ptr + line.len - found.ptr)) : line;
	}
	return found;
}

static bool of_zfs(struct zol_span device)
{
	return zol_span_starts(device, "/dev/zd") || zol_span_starts(device, "/dev/zvol/");
}

static void tell_mounts(struct zol_span mounts, struct zol_strv *points, struct zol_strv *out)
{
	struct zol_span line, what, where, type;

	while (zol_span_line(&mounts, &line)) {
		if (!zol_span_field(&line, " ", &what) || !zol_span_field(&line, " ", &where) ||
		    !zol_span_field(&line, " ", &type))
			continue;
		if (!zol_span_eq(type, "zfs") && !of_zfs(what))
			continue;
		zol_strv_addn(points, where.ptr, where.len);
		zol_strv_addf(out, "%.*s is mounted on %.*s", (int)what.len, what.ptr, (int)where.len, where.ptr);
	}
}

static bool below_any(const struct zol_strv *points, struct zol_span path)
{
	for (size_t i = 0; i < points->len; i++) {
		size_t len = strlen(points->v[i]);

		if (zol_span_starts(path, points->v[i]) && (path.len == len || path.ptr[len] == '/'))
			return true;
	}
	return false;
}

static struct zol_span pid_of(struct zol_span text)
{
	struct zol_span pid;

	if (!zol_span_starts(text, "/proc/"))
		return zol_span("", 0);
	text = zol_span(text.ptr + 6, text.len - 6);
	return zol_span_field(&text, "/", &pid) ? pid : zol_span("", 0);
}

static struct zol_span comm_of(struct zol_span comms, struct zol_span pid)
{
	struct zol_span line;

	while (zol_span_line(&comms, &line)) {
		struct zol_span own = pid_of(line);
		const char *colon = memchr(line.ptr, ':', line.len);

		if (colon && zol_span_same(own, pid))
			return zol_span(colon + 1, (size_t)(line.ptr + line.len - colon - 1));
	}
	return zol_span("?", 1);
}

static void tell_process(struct zol_span comms, struct zol_span pid, struct zol_span target, struct zol_strv *out)
{
	struct zol_span comm = comm_of(comms, pid);
	ZOL_AUTO(free)
	char *text = zol_asprintf("%.*s (process %.*s) has %.*s open", (int)comm.len, comm.ptr, (int)pid.len, pid.ptr,
				  (int)target.len, target.ptr);

	if (text && !zol_strv_has(out, text))
		zol_strv_add(out, text);
}

static void tell_processes(struct zol_span text, const struct zol_strv *points, struct zol_strv *out)
{
	struct zol_span fds = section(text, "fds"), comms = section(text, "comm");
	struct zol_span line, pid = zol_span("", 0);

	while (zol_span_line(&fds, &line)) {
		const char *arrow = memmem(line.ptr, line.len, " -> ", 4);
		const char *proc = memmem(line.ptr, line.len, "/proc/", 6);
		struct zol_span target;

		if (proc && (!arrow || proc < arrow))
			pid = pid_of(zol_span(proc, (size_t)(line.ptr + line.len - proc)));
		if (!arrow)
			continue;
		target = zol_span(arrow + 4, (size_t)(line.ptr + line.len - arrow - 4));
		if (zol_span_eq(target, "/dev/zfs") || of_zfs(target) || below_any(points, target))
			tell_process(comms, pid, target, out);
	}
}

static void tell_block(struct zol_span text, struct zol_strv *out)
{
	struct zol_span rest = section(text, "holders"), line, what;

	while (zol_span_line(&rest, &line))
		if (zol_span_starts(line, "/sys/block/zd"))
			zol_strv_addf(out, "a block device lies on a zvol: %.*s", (int)line.len, line.ptr);
	rest = section(text, "swaps");
	while (zol_span_line(&rest, &line))
		if (zol_span_field(&line, " \t", &what) && of_zfs(what))
			zol_strv_addf(out, "%.*s is used as swap", (int)what.len, what.ptr);
}

void zol_kmods_holders(struct zol_span text, struct zol_strv *out)
{
	ZOL_AUTO(strv) struct zol_strv points = ZOL_STRV_INIT;

	tell_mounts(section(text, "mounts"), &points, out);
	tell_processes(text, &points, out);
	tell_block(text, out);
}
