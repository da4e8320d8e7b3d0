/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/flamefold.h"

#include <stdio.h>

static struct zol_span base_name(struct zol_span path)
{
	const char *slash = path.len ? memrchr(path.ptr, '/', path.len) : NULL;

	return slash ? zol_span(slash + 1, (size_t)(path.ptr + path.len - slash - 1)) : path;
}

/* Cuts suffix off, if it is there and something stays. */
static bool cut(struct zol_span *a, const char *suffix)
{
	size_t n = strlen(suffix);

	if (a->len <= n || !zol_span_ends(*a, suffix))
		return false;
	a->len -= n;
	return true;
}

/* "zfs.ko", "zfs.ko.zst", "zfs.ko.debug": cuts all of it off. */
static bool cut_ko(struct zol_span *a)
{
	static const char *const packs[] = { ".gz", ".xz", ".zst", ".debug" };
	struct zol_span t = *a;

	for (size_t i = 0; i < ZOL_COUNT(packs); i++)
		(void)cut(&t, packs[i]);
	if (!cut(&t, ".ko"))
		return false;
	*a = t;
	return true;
}

static bool user_area(struct zol_span dso)
{
	static const char *const areas[] = { "[unknown]", "[vdso]", "[vsyscall]", "[heap]",    "[stack]",
					     "[vvar]",    "[anon]", "[uprobes]",  "[vectors]", "[sigpage]" };

	for (size_t i = 0; i < ZOL_COUNT(areas); i++) {
		if (zol_span_eq(dso, areas[i]))
			return true;
	}
	return zol_span_starts(dso, "[stack:") || zol_span_starts(dso, "[anon:");
}

enum zol_frame_kind zol_dso_kind(struct zol_span dso, uint64_t addr)
{
	enum zol_frame_kind by_addr = addr >> 63 ? ZOL_FRAME_KERNEL : ZOL_FRAME_USER;
	struct zol_span base = base_name(dso);

	if (!dso.len)
		return by_addr;
	if (zol_span_eq(dso, "inlined"))
		return ZOL_FRAME_INLINE;
	if (user_area(dso))
		return zol_span_eq(dso, "[unknown]") ? by_addr : ZOL_FRAME_USER;
	if (zol_span_starts(dso, "[kernel") || zol_span_starts(dso, "[guest.kernel") || zol_span_eq(base, "vmlinux") ||
	    zol_span_starts(base, "vmlinux-") || zol_span_eq(dso, "/proc/kcore") || zol_span_starts(dso, "[bpf") ||
	    zol_span_starts(dso, "bpf_prog_"))
		return ZOL_FRAME_KERNEL;
	if (dso.ptr[0] == '[' || cut_ko(&base))
		return ZOL_FRAME_MODULE;
	if ((zol_span_starts(base, "perf-") && zol_span_ends(base, ".map")) ||
	    (zol_span_starts(base, "jitted-") && zol_span_ends(base, ".so")))
		return ZOL_FRAME_JIT;
	return ZOL_FRAME_USER;
}

struct zol_span zol_dso_module(struct zol_span dso)
{
	struct zol_span base;

	(void)cut(&dso, " (deleted)");
	base = base_name(dso);
	if (base.len > 2 && base.ptr[0] == '[' && base.ptr[base.len - 1] == ']')
		base = zol_span(base.ptr + 1, base.len - 2);
	(void)cut_ko(&base);
	return base;
}

/* C++'s operator(), operator<, operator-> and so on have brackets that are none: how long is the word with its sign? */
static size_t operator_len(const char *p, const char *end)
{
	const char *q = p + strlen("operator");

	if ((size_t)(end - p) < strlen("operator") || memcmp(p, "operator", strlen("operator")) != 0)
		return 0;
	if (end - q >= 2 && q[0] == '(' && q[1] == ')')
		return (size_t)(q + 2 - p);
	while (q < end && (*q == '<' || *q == '>' || *q == '-' || *q == '='))
		q++;
	return (size_t)(q - p);
}

/* Where the parameters of a function begin, or its end. */
static size_t params_at(struct zol_span name)
{
	const char *end = name.ptr + name.len;
	int depth = 0;

	for (const char *p = name.ptr; p < end; p++) {
		size_t op = *p == 'o' ? operator_len(p, end) : 0;

		if (op) {
			p += op - 1;
		} else if (*p == '<' || *p == '{' || *p == '[') {
			depth++;
		} else if (*p == '>' || *p == '}' || *p == ']') {
			depth -= depth > 0 && p > name.ptr && p[-1] != '-';
		} else if (*p == '(') {
			struct zol_span rest = zol_span(p, (size_t)(end - p));
			bool go = p > name.ptr && p[-1] == '.' && memchr(p, ')', rest.len);

			if (depth == 0 && !go && !zol_span_starts(rest, "(anonymous namespace)"))
				return (size_t)(p - name.ptr);
		}
	}
	return name.len;
}

void zol_frame_tidy(struct zol_span name, bool java, struct zol_str *out)
{
	size_t n;

	if (!name.len || (name.ptr[0] == '(' && !zol_span_starts(name, "(anonymous namespace)")))
		return;
	if (java && name.ptr[0] == 'L' && memchr(name.ptr, '/', name.len)) {
		name.ptr++;
		name.len--;
	}
	n = memchr(name.ptr, '(', name.len) ? params_at(name) : name.len;
	for (size_t i = 0; i < n; i++) {
		char c = name.ptr[i];

		if (c == ';')
			zol_str_putc(out, ':');
		else if (c != '"' && c != '\'')
			zol_str_putc(out, c);
	}
}

/* Where Java's "outer->inner" is parted; not in C++'s operator->. */
static const char *find_arrow(struct zol_span name)
{
	for (size_t i = 1; i + 1 < name.len; i++) {
		bool op = i >= 8 && memcmp(name.ptr + i - 8, "operator", 8) == 0;

		if (name.ptr[i] == '-' && name.ptr[i + 1] == '>' && !op)
			return name.ptr + i;
	}
	return NULL;
}

size_t zol_frame_arrows(struct zol_span name, struct zol_span parts[static ZOL_FRAME_PARTS])
{
	size_t n = 0;

	while (n < ZOL_FRAME_PARTS - 1) {
		const char *arrow = find_arrow(name);
		size_t len = arrow ? (size_t)(arrow - name.ptr) : name.len;

		parts[n++] = zol_span(name.ptr, len);
		if (!arrow)
			break;
		name = zol_span(arrow + 2, name.len - len - 2);
	}
	return n;
}

void zol_frame_unknown(struct zol_span dso, uint64_t addr, bool addrs, struct zol_str *out)
{
	struct zol_span base;

	(void)cut(&dso, " (deleted)");
	base = base_name(dso);
	if (base.len > 2 && base.ptr[0] == '[' && base.ptr[base.len - 1] == ']')
		base = zol_span(base.ptr + 1, base.len - 2);
	if (!base.len)
		base = zol_span_c("unknown");
	zol_str_putc(out, '[');
	for (size_t i = 0; i < base.len; i++)
		zol_str_putc(out, base.ptr[i] == ';' ? ':' : base.ptr[i]);
	if (addrs)
		zol_str_printf(out, " <%llx>", (unsigned long long)addr);
	zol_str_putc(out, ']');
}

static void put_id(struct zol_str *s, char before, int64_t id)
{
	zol_str_putc(s, before);
	if (id < 0)
		zol_str_putc(s, '?');
	else
		zol_str_printf(s, "%lld", (long long)id);
}

uint32_t zol_frame_task(struct zol_stacks *s, struct zol_span comm, enum zol_fold_show show, int64_t pid, int64_t tid)
{
	ZOL_AUTO(str) struct zol_str name = ZOL_STR_INIT;

	for (size_t i = 0; i < comm.len; i++) {
		char c = comm.ptr[i];

		zol_str_putc(&name, c == ' ' || c == '\t' ? '_' : c == ';' ? ':' : c);
	}
	if (!name.len)
		zol_str_puts(&name, "[unknown]");
	if (show != ZOL_SHOW_COMM)
		put_id(&name, '-', pid);
	if (show == ZOL_SHOW_TID)
		put_id(&name, '/', tid);
	return name.oom ? UINT32_MAX : zol_stacks_frame(s, zol_span_str(&name), ZOL_FRAME_TASK, zol_span(NULL, 0));
}

/* "cycles" is also cycles:u and cycles:ppp. */
static bool same_event(struct zol_span event, const char *want)
{
	size_t n = strlen(want);

	return zol_span_eq(event, want) || (event.len > n && zol_span_starts(event, want) && event.ptr[n] == ':');
}

bool zol_fold_wants_event(const struct zol_fold_opts *o, struct zol_fold_stats *st, struct zol_span event)
{
	bool wanted = o->all_events || !event.len ||
		      same_event(event, o->event     ? o->event :
					st->event[0] ? st->event :
						       "");

	if (!wanted && (o->event || st->event[0]))
		return false;
	if (!st->event[0] && event.len)
		(void)snprintf(st->event, sizeof(st->event), "%.*s", (int)(event.len < 63 ? event.len : 63), event.ptr);
	return true;
}
