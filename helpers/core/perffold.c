/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/bytes.h"
#include "base/room.h"
#include "core/perffold_priv.h"

#define PROGRESS_EVERY 65536U
#define CONTEXT_FIRST (UINT64_MAX - 4094) /* addresses from -4095 on are marks (PERF_CONTEXT_MAX) */
#define MEMO_FIRST 16384U

/* Samples alike in mode and to the last byte of their callchains have one stack: 20 of 21, in a long recording. */
struct memo {
	uint64_t hash;
	const char *chain;
	uint32_t nchain, stamp, task, stack; /* stack: number + 1; 0: empty */
	uint64_t ip;                         /* when there is no callchain */
	enum zol_perf_mode mode;
};

struct fold {
	struct zol_perfdata *d;
	const struct zol_fold_opts *o;
	const struct zol_perf_symbols *y;
	struct zol_stacks *s;
	struct zol_fold_stats st;
	struct zol_perf_world world;
	struct zol_perf_resolver r;
	struct zol_str plain; /* unpacked records */
	struct zol_perf_entry *v;
	size_t n, cap;
	uint64_t last_time;
	signed char *wanted; /* per event: 0 not asked yet, 1 yes, -1 no */
	struct memo *memo;
	size_t memo_cap, memo_len;
	uint64_t first_time;
	bool have_first;
	uint32_t ids[ZOL_PERF_DEPTH_MAX + ZOL_FRAME_PARTS + 1]; /* filled from the end: leaf last */
};

static void fold_free(struct fold *f)
{
	zol_perf_world_free(&f->world);
	zol_perf_resolver_free(&f->r);
	zol_str_free(&f->plain);
	free(f->v);
	free(f->wanted);
	free(f->memo);
	free(f);
}
ZOL_CLEANUP_PTR(fold, struct fold *, fold_free);

static bool ordered_type(uint32_t type)
{
	return type == ZOL_PERF_SAMPLE || type == ZOL_PERF_MMAP || type == ZOL_PERF_MMAP2 || type == ZOL_PERF_COMM ||
	       type == ZOL_PERF_FORK;
}

static int note_entry(struct fold *f, const struct zol_perf_raw *r, struct zol_err *err)
{
	const struct zol_perf_event *e = zol_perf_event_of(f->d, r);
	struct zol_perf_entry *v = zol_room(f->v, &f->cap, f->n + 1, sizeof(*v));
	uint64_t time;

	if (!v)
		return zol_err_oom(err);
	f->v = v;
	if (zol_perf_time_of(e, r, &time))
		f->last_time = time;
	v[f->n++] = (struct zol_perf_entry){ .time = f->last_time, .record = r->body.ptr - 8 };
	return 0;
}

static int unpack(struct fold *f, const struct zol_perf_raw *r, struct zol_err *err)
{
	struct zol_span piece = r->body;

	if (r->type == ZOL_PERF_COMPRESSED2) { /* u64 size, bytes, padding */
		uint64_t n = piece.len >= 8 ? zol_le64(piece.ptr) : 0;

		if (piece.len < 8 || n > piece.len - 8)
			return zol_err_set(err, ZOL_MALFORMED, 0, "a compressed record is longer than its record");
		piece = zol_span(piece.ptr + 8, (size_t)n);
	}
	if (!f->y->unpack)
		return zol_err_set(err, ZOL_MALFORMED, 0, "the recording is compressed");
	return f->y->unpack(f->y->ctx, piece, &f->plain, err);
}

/* One record in the order of the file. */
static int take_first(struct fold *f, const struct zol_perf_raw *r, struct zol_err *err)
{
	struct zol_perf_map m;

	if (ordered_type(r->type))
		return note_entry(f, r, err);
	if (r->type >= ZOL_PERF_HEADER_ATTR && r->type != ZOL_PERF_COMPRESSED && r->type != ZOL_PERF_COMPRESSED2)
		return f->d->pipe ? 0 : zol_perfdata_control(f->d, r, err);
	if (r->type == ZOL_PERF_LOST || r->type == ZOL_PERF_LOST_SAMPLES)
		f->st.lost += zol_perf_lost(r);
	if (r->type == ZOL_PERF_KSYMBOL && zol_perf_map_read(r, &m))
		zol_syms_add(&f->r.ksymbols, m.start, m.len, m.name, ZOL_SYM_GLOBAL, 0);
	return 0;
}

/* All records of a stretch of bytes; those of compressed ones come into f->plain. */
static int index_records(struct fold *f, struct zol_span rest, struct zol_err *err)
{
	struct zol_perf_raw r;

	while (zol_perf_next(&rest, &r)) {
		bool packed = r.type == ZOL_PERF_COMPRESSED || r.type == ZOL_PERF_COMPRESSED2;

		if ((packed ? unpack(f, &r, err) : take_first(f, &r, err)) < 0)
			return -(int)err->code;
	}
	f->st.odd += rest.len > 0;
	return zol_str_check(&f->plain, err);
}

static int make_index(struct fold *f, struct zol_err *err)
{
	f->cap = f->d->data.len / 128; /* a good guess; grows when it is not */
	f->cap = f->cap > (1U << 22) ? 1U << 22 : f->cap;
	if (index_records(f, f->d->data, err) < 0)
		return -(int)err->code;
	/*
	 * Its records are whole now, and nothing moves them any more. Packed ones inside are not unpacked again; what
	 * perf itself writes is never packed, and would be told to d, which outlives them.
	 */
	if (f->plain.len) {
		struct zol_span rest = zol_span_str(&f->plain);
		struct zol_perf_raw r;

		while (zol_perf_next(&rest, &r)) {
			if (r.type < ZOL_PERF_HEADER_ATTR && take_first(f, &r, err) < 0)
				return -(int)err->code;
		}
		f->st.odd += rest.len > 0;
	}
	if (!f->d->nevents)
		return zol_err_set(err, ZOL_MALFORMED, 0, "the recording describes no event");
	if (zol_syms_sort(&f->r.ksymbols, err) < 0)
		return -(int)err->code;
	return zol_perf_order(f->v, f->n) ? 0 : zol_err_oom(err);
}

/* Mappings of the kernel itself: where its modules were. */
static void take_kernel_map(struct fold *f, const struct zol_perf_raw *r)
{
	struct zol_perf_map m;

	if (zol_perf_map_read(r, &m) && m.pid == -1 && m.mode != ZOL_PERF_MODE_GUEST_KERNEL)
		zol_perf_world_map(&f->world, &m, ZOL_PERF_KERNEL_PID);
}

static void take_world(struct fold *f, const struct zol_perf_raw *r)
{
	if (r->type == ZOL_PERF_MMAP || r->type == ZOL_PERF_MMAP2)
		take_kernel_map(f, r);
	zol_perf_world_take(&f->world, r);
}

/* The mode that a mark in a callchain begins; false: none that is known. */
static bool mode_of_mark(uint64_t ip, enum zol_perf_mode *ret)
{
	switch ((int64_t)ip) {
	case -32:
		*ret = ZOL_PERF_MODE_HYPERVISOR;
		return true;
	case -128:
		*ret = ZOL_PERF_MODE_KERNEL;
		return true;
	case -512:
		*ret = ZOL_PERF_MODE_USER;
		return true;
	case -2176:
		*ret = ZOL_PERF_MODE_GUEST_KERNEL;
		return true;
	case -2560:
		*ret = ZOL_PERF_MODE_GUEST_USER;
		return true;
	default:
		return false;
	}
}

/* Resolves the chain into f->ids, from its end on; returns how many frames that are. */
static size_t walk_chain(struct fold *f, const struct zol_perf_sample *s, struct zol_perf_place *p)
{
	uint32_t parts[ZOL_FRAME_PARTS], *end = f->ids + ZOL_COUNT(f->ids);
	size_t n = s->has_chain ? s->nchain : 1, depth = 0;

	for (size_t i = 0; i < n && depth < ZOL_PERF_DEPTH_MAX; i++) {
		size_t k;

		p->ip = s->has_chain ? zol_le64(s->chain + i * 8) : s->ip;
		if (p->ip >= CONTEXT_FIRST) {
			p->caller = false;
			if (!mode_of_mark(p->ip, &p->mode))
				break;
			continue;
		}
		k = zol_perf_resolve(&f->r, p, parts);
		for (size_t j = 0; j < k; j++)
			end[-(ptrdiff_t)++depth] = parts[j];
		p->caller = true;
	}
	return depth;
}

static uint64_t hash_chain(const struct zol_perf_sample *s, uint32_t stamp, uint32_t task)
{
	uint64_t h = (s->ip ^ stamp) * 0x9e3779b97f4a7c15ULL ^ task, g = s->nchain;

	for (size_t i = 0; i + 1 < s->nchain; i += 2) {
		h = (h ^ zol_le64(s->chain + i * 8)) * 0xff51afd7ed558ccdULL;
		g = (g ^ zol_le64(s->chain + i * 8 + 8)) * 0xc4ceb9fe1a85ec53ULL;
		h ^= h >> 29;
		g ^= g >> 31;
	}
	if (s->nchain & 1)
		h ^= zol_le64(s->chain + (s->nchain - 1) * 8) * 0xc4ceb9fe1a85ec53ULL;
	h = (h ^ g ^ (g << 17)) * 0x9e3779b97f4a7c15ULL;
	return h ^ h >> 32;
}

static struct memo *memo_slot(struct memo *v, size_t cap, const struct memo *key)
{
	size_t at = (size_t)key->hash & (cap - 1);

	for (;; at = (at + 1) & (cap - 1)) {
		struct memo *m = &v[at];

		if (!m->stack)
			return m;
		if (m->hash == key->hash && m->stamp == key->stamp && m->task == key->task && m->ip == key->ip &&
		    m->mode == key->mode && m->nchain == key->nchain &&
		    (!m->nchain || !memcmp(m->chain, key->chain, (size_t)m->nchain * 8)))
			return m;
	}
}

static bool grow_memo(struct fold *f)
{
	size_t cap = f->memo_cap ? f->memo_cap * 2 : MEMO_FIRST;
	struct memo *v = calloc(cap, sizeof(*v));

	if (!v)
		return false;
	for (size_t i = 0; i < f->memo_cap; i++) {
		size_t at = (size_t)f->memo[i].hash & (cap - 1);

		if (!f->memo[i].stack)
			continue;
		while (v[at].stack)
			at = (at + 1) & (cap - 1);
		v[at] = f->memo[i];
	}
	free(f->memo);
	f->memo = v;
	f->memo_cap = cap;
	return true;
}

static uint32_t task_frame(struct fold *f, struct zol_perf_thread *t, const struct zol_perf_sample *s)
{
	char unknown[16];
	struct zol_span comm = t->comm;

	if (t->frame != UINT32_MAX)
		return t->frame;
	if (!comm.len) { /* as perf names them */
		(void)snprintf(unknown, sizeof(unknown), ":%d", s->tid);
		comm = zol_span_c(s->tid ? unknown : "swapper");
	}
	t->frame = zol_frame_task(f->s, comm, f->o->show, s->pid, s->tid);
	return t->frame;
}

/* A stack that was not seen before. */
static bool new_stack(struct fold *f, const struct zol_perf_sample *s, const struct zol_perf_space *space,
		      struct memo *m, const struct zol_perf_thread *t)
{
	struct zol_perf_place p = { .mode = s->mode, .space = space, .java = zol_span_starts(t->comm, "java") };
	size_t depth = walk_chain(f, s, &p);
	uint32_t *ids = f->ids + ZOL_COUNT(f->ids) - depth - 1, stack;

	ids[0] = m->task;
	stack = zol_stacks_add(f->s, ids, depth + 1, 0, 0);
	if (stack == UINT32_MAX)
		return false;
	m->stack = stack + 1;
	return true;
}

static int fold_sample(struct fold *f, const struct zol_perf_sample *s, uint64_t weight, struct zol_err *err)
{
	struct zol_perf_thread *t = zol_perf_world_thread(&f->world, s->pid, s->tid);
	const struct zol_perf_space *space = zol_perf_world_space(&f->world, s->pid);
	struct memo key = { .chain = s->chain, .nchain = (uint32_t)s->nchain, .mode = s->mode }, *m;
	struct zol_stack *k;

	if (!t || !space || (f->memo_len * 2 >= f->memo_cap && !grow_memo(f)))
		return zol_err_oom(err);
	key.task = task_frame(f, t, s);
	if (key.task == UINT32_MAX)
		return zol_err_oom(err);
	key.stamp = space->stamp;
	key.ip = s->has_chain ? 0 : s->ip;
	key.hash = hash_chain(s, key.stamp, key.task);
	m = memo_slot(f->memo, f->memo_cap, &key);
	if (!m->stack) {
		if (!new_stack(f, s, space, &key, t))
			return zol_err_oom(err);
		*m = key;
		f->memo_len++;
	}
	k = &f->s->v[m->stack - 1];
	k->count = zol_count_add(k->count, weight);
	f->st.samples++;
	f->st.empty += k->len == 1;
	return 0;
}

/* Is it one of an event that is wanted, and not cut? */
static bool sample_wanted(struct fold *f, const struct zol_perf_event *e, const struct zol_perf_sample *s)
{
	signed char *wanted = &f->wanted[e - f->d->events];

	if (!f->have_first) {
		f->have_first = true;
		f->first_time = s->time;
	}
	if (!*wanted)
		*wanted = zol_fold_wants_event(f->o, &f->st, zol_span_c(e->name)) ? 1 : -1;
	if (*wanted < 0) {
		f->st.others++;
		return false;
	}
	if (!zol_flamecut_sample(&f->o->cut, s->pid, s->tid, s->time > f->first_time ? s->time - f->first_time : 0)) {
		f->st.cut++;
		return false;
	}
	return true;
}

static int take_sample(struct fold *f, const struct zol_perf_raw *r, struct zol_err *err)
{
	const struct zol_perf_event *e = zol_perf_event_of(f->d, r);
	struct zol_perf_sample s;
	bool periods;

	if (!e || !zol_perf_sample_read(e, r, &s)) {
		f->st.odd++;
		return 0;
	}
	if (!sample_wanted(f, e, &s))
		return 0;
	/* A fixed period is not among the fields of its samples: perf script does not print it either. */
	periods = f->o->count == ZOL_COUNT_PERIODS ||
		  (f->o->count == ZOL_COUNT_AUTO && (e->sample_type & ZOL_PERF_PERIOD));
	f->st.periods = f->st.periods || periods;
	return fold_sample(f, &s, periods ? s.period : 1, err);
}

static int fold_all(struct fold *f, struct zol_err *err)
{
	for (size_t i = 0; i < f->n; i++) {
		struct zol_span one = zol_span(f->v[i].record, zol_le16(f->v[i].record + 6));
		struct zol_perf_raw r;

		if (i % PROGRESS_EVERY == 0 && f->y->progress && f->y->progress(f->y->ctx, i, f->n, err) < 0)
			return -(int)err->code;
		if (!zol_perf_next(&one, &r))
			continue;
		if (r.type != ZOL_PERF_SAMPLE)
			take_world(f, &r);
		else if (take_sample(f, &r, err) < 0)
			return -(int)err->code;
		if (f->world.oom)
			return zol_err_oom(err);
	}
	/* A name that was cut short must not pass for another one. */
	f->s->oom = f->s->oom || f->r.name.oom || f->r.plain.oom;
	return zol_stacks_check(f->s, err);
}

int zol_perffold(struct zol_perfdata *d, const struct zol_fold_opts *o, const struct zol_perf_symbols *y,
		 struct zol_stacks *s, struct zol_fold_stats *ret_stats, struct zol_err *err)
{
	ZOL_AUTO(fold) struct fold *f = calloc(1, sizeof(*f));

	if (!f)
		return zol_err_oom(err);
	f->d = d;
	f->o = o;
	f->y = y;
	f->s = s;
	f->r = (struct zol_perf_resolver){ .o = o, .y = y, .s = s, .world = &f->world };
	f->r.slots = calloc(ZOL_PERF_FRAME_SLOTS, sizeof(*f->r.slots));
	if (!f->r.slots)
		return zol_err_oom(err);
	if (make_index(f, err) < 0)
		return -(int)err->code;
	f->wanted = calloc(d->nevents, 1);
	if (!f->wanted)
		return zol_err_oom(err);
	if (fold_all(f, err) < 0)
		return -(int)err->code;
	f->st.odd += f->world.refused;
	*ret_stats = f->st;
	return 0;
}

bool zol_perfdata_kernel_base(const struct zol_perfdata *d, uint64_t *ret_addr, bool *ret_stext)
{
	struct zol_span rest = d->data;
	struct zol_perf_raw r;
	struct zol_perf_map m;

	/* perf writes it before everything else; in a pipe, behind the events. */
	for (int i = 0; i < 1024 && zol_perf_next(&rest, &r); i++) {
		if (r.type == ZOL_PERF_KSYMBOL || !zol_perf_map_read(&r, &m) || m.pid != -1)
			continue;
		if (!zol_span_starts(m.name, "[kernel.kallsyms]_"))
			continue;
		*ret_addr = m.offset;
		*ret_stext = zol_span_eq(m.name, "[kernel.kallsyms]_stext");
		return true;
	}
	return false;
}
