/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/perfspace.h"

#include "base/bytes.h"
#include "base/room.h"
#include "core/strmap.h"

#define PROT_EXEC_BIT 4U

void zol_perf_world_free(struct zol_perf_world *w)
{
	for (size_t i = 0; i < w->nspaces; i++)
		free(w->spaces[i].areas);
	free(w->spaces);
	free(w->threads);
	free(w->by_tid.slots);
	free(w->by_pid.slots);
	free(w->dsos);
	free(w->dso_slots);
	zol_strv_free(&w->texts);
	*w = (struct zol_perf_world){ 0 };
}

static size_t spread(int32_t key, size_t cap)
{
	return ((uint32_t)key * 0x9e3779b1U >> 7) & (cap - 1);
}

static struct zol_perf_slot *slot_of(const struct zol_perf_index *x, int32_t key)
{
	size_t i = spread(key, x->cap);

	while (x->slots[i].at && x->slots[i].key != key)
		i = (i + 1) & (x->cap - 1);
	return &x->slots[i];
}

/* Where the key's index stands or would stand; NULL when out of memory. */
static struct zol_perf_slot *index_slot(struct zol_perf_index *x, int32_t key)
{
	struct zol_perf_index more = { .cap = x->cap ? x->cap * 2 : 256, .len = x->len };

	if (x->len * 2 < x->cap)
		return slot_of(x, key);
	more.slots = calloc(more.cap, sizeof(*more.slots));
	if (!more.slots)
		return NULL;
	for (size_t i = 0; i < x->cap; i++) {
		if (x->slots[i].at)
			*slot_of(&more, x->slots[i].key) = x->slots[i];
	}
	free(x->slots);
	*x = more;
	return slot_of(x, key);
}

struct zol_perf_space *zol_perf_world_space(struct zol_perf_world *w, int32_t pid)
{
	struct zol_perf_slot *slot = index_slot(&w->by_pid, pid);
	struct zol_perf_space *v;

	if (slot && slot->at)
		return &w->spaces[slot->at - 1];
	v = slot ? zol_room(w->spaces, &w->spaces_cap, w->nspaces + 1, sizeof(*v)) : NULL;
	if (!v) {
		w->oom = true;
		return NULL;
	}
	w->spaces = v;
	v += w->nspaces++;
	*v = (struct zol_perf_space){ .pid = pid, .stamp = ++w->stamp };
	*slot = (struct zol_perf_slot){ .key = pid, .at = (uint32_t)w->nspaces };
	w->by_pid.len++;
	return v;
}

const struct zol_perf_space *zol_perf_world_known(const struct zol_perf_world *w, int32_t pid)
{
	const struct zol_perf_slot *slot = w->by_pid.cap ? slot_of(&w->by_pid, pid) : NULL;

	return slot && slot->at ? &w->spaces[slot->at - 1] : NULL;
}

struct zol_perf_thread *zol_perf_world_thread(struct zol_perf_world *w, int32_t pid, int32_t tid)
{
	struct zol_perf_slot *slot = index_slot(&w->by_tid, tid);
	struct zol_perf_thread *v;

	if (slot && slot->at) {
		v = &w->threads[slot->at - 1];
		if (v->pid != pid && pid != -1) {
			v->pid = pid;
			v->frame = UINT32_MAX;
		}
		return v;
	}
	v = slot ? zol_room(w->threads, &w->threads_cap, w->nthreads + 1, sizeof(*v)) : NULL;
	if (!v) {
		w->oom = true;
		return NULL;
	}
	w->threads = v;
	v += w->nthreads++;
	*v = (struct zol_perf_thread){ .tid = tid, .pid = pid, .comm = zol_span("", 0), .frame = UINT32_MAX };
	*slot = (struct zol_perf_slot){ .key = tid, .at = (uint32_t)w->nthreads };
	w->by_tid.len++;
	return v;
}

/* The first area that ends behind addr. */
static size_t first_after(const struct zol_perf_space *s, uint64_t addr)
{
	size_t lo = 0, hi = s->nareas;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->areas[mid].end <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct zol_perf_area *zol_perf_space_find(const struct zol_perf_space *s, uint64_t addr)
{
	size_t i = first_after(s, addr);

	return i < s->nareas && s->areas[i].start <= addr ? &s->areas[i] : NULL;
}

static bool room_for_areas(struct zol_perf_world *w, struct zol_perf_space *s, size_t n)
{
	struct zol_perf_area *v;

	if (s->nareas + n > ZOL_PERF_AREAS_MAX || w->areas + n > ZOL_PERF_ALL_AREAS_MAX) {
		w->refused++;
		return false;
	}
	v = zol_room(s->areas, &s->cap, s->nareas + n, sizeof(*v));
	if (!v) {
		w->oom = true;
		return false;
	}
	s->areas = v;
	return true;
}

static void drop_areas(struct zol_perf_world *w, struct zol_perf_space *s)
{
	w->areas -= s->nareas;
	s->nareas = 0;
	s->stamp = ++w->stamp;
}

/* What a new mapping covers is there no more; it may leave a part on both sides. */
static void insert_area(struct zol_perf_world *w, struct zol_perf_space *s, struct zol_perf_area a)
{
	size_t i = first_after(s, a.start), j = i;
	struct zol_perf_area keep[3];
	size_t n = 0;

	while (j < s->nareas && s->areas[j].start < a.end)
		j++;
	if (!room_for_areas(w, s, 2))
		return;
	if (i < j && s->areas[i].start < a.start) {
		keep[n] = s->areas[i];
		keep[n++].end = a.start;
	}
	keep[n++] = a;
	if (i < j && s->areas[j - 1].end > a.end) {
		keep[n] = s->areas[j - 1];
		keep[n].offset += a.end - keep[n].start;
		keep[n++].start = a.end;
	}
	memmove(s->areas + i + n, s->areas + j, (s->nareas - j) * sizeof(*s->areas));
	memcpy(s->areas + i, keep, n * sizeof(*keep));
	w->areas += n;
	w->areas -= j - i;
	s->nareas += n;
	s->nareas -= j - i;
	s->stamp = ++w->stamp;
}

/* A new process begins with what its parent has mapped. */
static void copy_areas(struct zol_perf_world *w, int32_t from, int32_t to)
{
	struct zol_perf_space *child = zol_perf_world_space(w, to);
	struct zol_perf_space *parent = child ? zol_perf_world_space(w, from) : NULL;

	if (!parent)
		return;
	child = zol_perf_world_space(w, to); /* making the parent may have moved it */
	if (!child)
		return;
	drop_areas(w, child);
	if (!parent->nareas || !room_for_areas(w, child, parent->nareas))
		return;
	memcpy(child->areas, parent->areas, parent->nareas * sizeof(*child->areas));
	child->nareas = parent->nareas;
	w->areas += child->nareas;
}

static bool grow_dso_slots(struct zol_perf_world *w)
{
	size_t cap = w->dso_slots_cap ? w->dso_slots_cap * 2 : 256;
	struct zol_perf_dso_slot *slots = calloc(cap, sizeof(*slots));

	if (!slots)
		return false;
	for (size_t i = 0; i < w->dso_slots_cap; i++) {
		size_t at = (size_t)w->dso_slots[i].hash & (cap - 1);

		if (!w->dso_slots[i].at)
			continue;
		while (slots[at].at)
			at = (at + 1) & (cap - 1);
		slots[at] = w->dso_slots[i];
	}
	free(w->dso_slots);
	w->dso_slots = slots;
	w->dso_slots_cap = cap;
	return true;
}

/* A path with another build-id is another file: it was replaced in between. */
uint32_t zol_perf_world_dso(struct zol_perf_world *w, struct zol_span path, struct zol_span build_id)
{
	uint64_t hash = zol_fnv64(zol_fnv64(ZOL_FNV_SEED, path.ptr, path.len), build_id.ptr, build_id.len);
	struct zol_perf_dso *v;
	size_t at;

	if (w->ndsos * 2 >= w->dso_slots_cap && !grow_dso_slots(w)) {
		w->oom = true;
		return UINT32_MAX;
	}
	for (at = (size_t)hash & (w->dso_slots_cap - 1); w->dso_slots[at].at; at = (at + 1) & (w->dso_slots_cap - 1)) {
		const struct zol_perf_dso *d = &w->dsos[w->dso_slots[at].at - 1];

		if (w->dso_slots[at].hash == hash && zol_span_same(d->path, path) &&
		    zol_span_same(d->build_id, build_id))
			return w->dso_slots[at].at - 1;
	}
	v = zol_room(w->dsos, &w->dsos_cap, w->ndsos + 1, sizeof(*v));
	if (!v) {
		w->oom = true;
		return UINT32_MAX;
	}
	w->dsos = v;
	v[w->ndsos] = (struct zol_perf_dso){ .path = path, .build_id = build_id };
	w->dso_slots[at] = (struct zol_perf_dso_slot){ .hash = hash, .at = (uint32_t)++w->ndsos };
	return (uint32_t)w->ndsos - 1;
}

void zol_perf_world_map(struct zol_perf_world *w, const struct zol_perf_map *m, int32_t pid)
{
	struct zol_perf_area a = { .start = m->start, .offset = m->offset };
	struct zol_perf_space *s;

	if (__builtin_add_overflow(m->start, m->len, &a.end))
		a.end = UINT64_MAX;
	if (a.end <= a.start)
		return;
	a.dso = zol_perf_world_dso(w, m->name, m->build_id);
	s = zol_perf_world_space(w, pid);
	if (!s || a.dso == UINT32_MAX)
		return;
	insert_area(w, s, a);
}

/* Memory that no file stands behind: a compiler may have put code there and named it (linux:tools/perf/util/map.c). */
static bool anonymous(struct zol_span name)
{
	static const char *const starts[] = { "//anon", "/dev/zero", "/anon_hugepage", "[anon:",
					      "[stack", "/SYSV",     "[heap]" };

	for (size_t i = 0; i < ZOL_COUNT(starts); i++) {
		if (zol_span_starts(name, starts[i]))
			return true;
	}
	return false;
}

static void take_map(struct zol_perf_world *w, const struct zol_perf_raw *r)
{
	struct zol_perf_map m;

	if (!zol_perf_map_read(r, &m) || m.pid == -1)
		return;
	if (r->type == ZOL_PERF_MMAP2 && !(zol_le32(r->body.ptr + 56) & PROT_EXEC_BIT))
		return;
	if (anonymous(m.name)) {
		zol_strv_addf(&w->texts, "/tmp/perf-%d.map", m.pid);
		w->oom = w->oom || w->texts.oom;
		if (w->oom)
			return;
		m.name = zol_span_c(w->texts.v[w->texts.len - 1]);
	}
	zol_perf_world_map(w, &m, m.pid);
}

static void take_comm(struct zol_perf_world *w, const struct zol_perf_task *t)
{
	struct zol_perf_thread *thread = zol_perf_world_thread(w, t->pid, t->tid);

	if (!thread)
		return;
	thread->comm = t->name;
	thread->frame = UINT32_MAX;
	/*
	 * What was mapped before an exec stays, as in perf: the stack of who called execve() is still in it
	 * when the new program's mappings come, and those cover what they replace.
	 */
}

static void take_fork(struct zol_perf_world *w, const struct zol_perf_task *t)
{
	struct zol_perf_thread *parent = zol_perf_world_thread(w, t->ppid, t->ptid), *child;
	struct zol_span comm = parent ? parent->comm : zol_span("", 0);

	child = zol_perf_world_thread(w, t->pid, t->tid);
	if (!child)
		return;
	child->comm = comm;
	child->frame = UINT32_MAX;
	/* What perf makes up of the processes that run already comes with mappings of its own. */
	if (t->pid != t->ppid && !t->exec)
		copy_areas(w, t->ppid, t->pid);
}

void zol_perf_world_take(struct zol_perf_world *w, const struct zol_perf_raw *r)
{
	struct zol_perf_task t;

	if (r->type == ZOL_PERF_MMAP || r->type == ZOL_PERF_MMAP2)
		take_map(w, r);
	else if (r->type == ZOL_PERF_COMM && zol_perf_task_read(r, &t))
		take_comm(w, &t);
	else if (r->type == ZOL_PERF_FORK && zol_perf_task_read(r, &t))
		take_fork(w, &t);
}
