/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/room.h"
#include "core/perffold_priv.h"

void zol_perf_resolver_free(struct zol_perf_resolver *r)
{
	free(r->slots);
	free(r->files);
	zol_syms_free(&r->ksymbols);
	zol_str_free(&r->name);
	zol_str_free(&r->plain);
}

static bool in_guest(enum zol_perf_mode m)
{
	return m == ZOL_PERF_MODE_GUEST_KERNEL || m == ZOL_PERF_MODE_GUEST_USER;
}

static bool in_kernel(enum zol_perf_mode m)
{
	return m == ZOL_PERF_MODE_KERNEL || m == ZOL_PERF_MODE_GUEST_KERNEL || m == ZOL_PERF_MODE_HYPERVISOR;
}

/* What is known of an address before it becomes a frame. */
struct found {
	struct zol_span name; /* len 0: unresolved */
	struct zol_span dso;
	enum zol_frame_kind kind;
	struct zol_span module;
	struct zol_perf_code code; /* for what is inlined there; its function is empty where nobody can know */
};

static struct zol_span sym_name(const struct zol_sym *y)
{
	return zol_span(y->name, y->len);
}

/* By the list of the kernel's symbols; false when it is not in it. */
static bool by_kallsyms(const struct zol_kallsyms *k, uint64_t addr, bool guest, struct found *f)
{
	const struct zol_sym *y = k ? zol_syms_find(&k->syms, addr) : NULL;
	const char *module = y ? zol_kallsyms_module(k, y) : NULL;

	if (!y)
		return false;
	f->name = sym_name(y);
	f->kind = ZOL_FRAME_KERNEL;
	f->module = zol_span_c(guest ? "guest.kernel.kallsyms" : "kernel.kallsyms");
	if (module && strcmp(module, "bpf") != 0) {
		f->kind = ZOL_FRAME_MODULE;
		f->module = zol_span_c(module);
	}
	if (!guest)
		f->code = (struct zol_perf_code){
			.function = f->name, .offset = addr - y->start, .kind = f->kind, .module = f->module
		};
	return true;
}

static void find_kernel(struct zol_perf_resolver *r, const struct zol_perf_place *p, uint64_t addr, struct found *f)
{
	bool guest = in_guest(p->mode);
	const struct zol_perf_space *space;
	const struct zol_perf_area *a;
	const struct zol_sym *y;

	if (by_kallsyms(guest ? r->y->guest : r->y->kernel, addr, guest, f))
		return;
	f->kind = ZOL_FRAME_KERNEL;
	y = guest ? NULL : zol_syms_find(&r->ksymbols, addr);
	if (y) {
		f->name = sym_name(y);
		f->module = f->name;
		return;
	}
	space = guest ? NULL : zol_perf_world_known(r->world, ZOL_PERF_KERNEL_PID);
	a = space ? zol_perf_space_find(space, addr) : NULL;
	if (guest)
		f->dso = zol_span_c("[guest.kernel]");
	if (!a)
		return;
	f->dso = r->world->dsos[a->dso].path;
	f->kind = zol_dso_kind(f->dso, addr);
	f->module = zol_dso_module(f->dso);
}

static const struct zol_perf_image *image_of(struct zol_perf_resolver *r, uint32_t dso)
{
	struct zol_perf_file *v;

	if (dso >= r->nfiles) {
		v = zol_room(r->files, &r->files_cap, (size_t)dso + 1, sizeof(*v));
		if (!v) {
			r->s->oom = true;
			return NULL;
		}
		r->files = v;
		memset(v + r->nfiles, 0, (dso + 1 - r->nfiles) * sizeof(*v));
		r->nfiles = (size_t)dso + 1;
	}
	v = &r->files[dso];
	if (!v->asked && r->y->image)
		v->image = r->y->image(r->y->ctx, &r->world->dsos[dso]);
	v->asked = true;
	return v->image;
}

static void find_user(struct zol_perf_resolver *r, const struct zol_perf_place *p, uint64_t addr, struct found *f)
{
	/* The mappings of a guest's processes are not recorded; those of its QEMU are others. */
	bool known = p->space && !in_guest(p->mode);
	const struct zol_perf_area *a = known ? zol_perf_space_find(p->space, addr) : NULL;
	const struct zol_perf_image *image;
	const struct zol_sym *y;
	uint64_t at = addr;

	f->kind = ZOL_FRAME_USER;
	if (!a)
		return;
	f->dso = r->world->dsos[a->dso].path;
	f->kind = zol_dso_kind(f->dso, addr);
	f->module = zol_dso_module(f->dso);
	image = image_of(r, a->dso);
	if (!image || (image->has_elf && !zol_elf_offset_to_addr(&image->elf, addr - a->start + a->offset, &at)))
		return;
	y = zol_syms_find(&image->syms, at);
	if (!y)
		return;
	f->name = sym_name(y);
	if (image->has_elf)
		f->code = (struct zol_perf_code){ .function = f->name,
						  .offset = at - y->start,
						  .kind = ZOL_FRAME_USER,
						  .dso = &r->world->dsos[a->dso],
						  .addr = at };
}

/* C++ and Rust: the plain name, if there is somebody who knows it. */
static struct zol_span demangled(struct zol_perf_resolver *r, struct zol_span name)
{
	bool mangled = name.len > 2 && name.ptr[0] == '_' && (name.ptr[1] == 'Z' || name.ptr[1] == 'R');

	if (!mangled || !r->y->demangle)
		return name;
	zol_str_truncate(&r->name, 0);
	zol_str_add(&r->name, name.ptr, name.len);
	zol_str_truncate(&r->plain, 0);
	if (!r->y->demangle(r->y->ctx, zol_str_c(&r->name), &r->plain) || !r->plain.len)
		return name;
	return zol_span_str(&r->plain);
}

static uint32_t one_frame(struct zol_perf_resolver *r, const struct found *f, struct zol_span name, bool java,
			  bool inner)
{
	zol_str_truncate(&r->name, 0);
	zol_frame_tidy(name, java, &r->name);
	if (!r->name.len)
		return UINT32_MAX;
	return zol_stacks_frame(r->s, zol_span_str(&r->name), inner ? ZOL_FRAME_INLINE : f->kind, f->module);
}

/* What the compiler has inlined there, innermost first, behind which its function stands. */
static size_t inlined_frames(struct zol_perf_resolver *r, const struct found *f, uint32_t *ids)
{
	const char *names[ZOL_FRAME_PARTS - 1];
	size_t n, out = 0;

	if (!r->o->inlined || !r->y->inlined || !f->code.function.len)
		return 0;
	n = r->y->inlined(r->y->ctx, &f->code, names, ZOL_COUNT(names));
	for (size_t i = 0; i < n && i < ZOL_COUNT(names); i++) {
		uint32_t id = one_frame(r, f, zol_span_c(names[i]), false, true);

		if (id != UINT32_MAX)
			ids[out++] = id;
	}
	return out;
}

static size_t make_frames(struct zol_perf_resolver *r, const struct zol_perf_place *p, const struct found *f,
			  uint32_t *ids)
{
	struct zol_span parts[ZOL_FRAME_PARTS];
	size_t n, out = 0;

	if (!f->name.len) {
		zol_str_truncate(&r->name, 0);
		zol_frame_unknown(f->dso, p->ip, r->o->addrs, &r->name);
		ids[0] = zol_stacks_frame(r->s, zol_span_str(&r->name), f->kind, f->module);
		return ids[0] != UINT32_MAX;
	}
	out = inlined_frames(r, f, ids);
	if (out) { /* compiled code has no arrows in its names */
		uint32_t id = one_frame(r, f, demangled(r, f->name), p->java, false);

		ids[out] = id;
		return out + (id != UINT32_MAX);
	}
	n = zol_frame_arrows(demangled(r, f->name), parts);
	for (size_t i = n; i-- > 0;) {
		uint32_t id = one_frame(r, f, parts[i], p->java, i > 0);

		if (id != UINT32_MAX)
			ids[out++] = id;
	}
	return out;
}

static struct zol_perf_frame_slot *slot_of(struct zol_perf_resolver *r, const struct zol_perf_place *p, uint64_t addr,
					   uint32_t stamp)
{
	uint64_t h = (addr ^ (uint64_t)stamp << 44 ^ (uint64_t)p->mode << 60) * 0x9e3779b97f4a7c15ULL;

	return &r->slots[h >> 48 & (ZOL_PERF_FRAME_SLOTS - 1)];
}

size_t zol_perf_resolve(struct zol_perf_resolver *r, const struct zol_perf_place *p, uint32_t *ids)
{
	uint64_t addr = p->ip - (p->caller && p->ip && !r->o->perf_addresses);
	uint32_t stamp = in_kernel(p->mode) || !p->space ? 0 : p->space->stamp;
	struct zol_perf_frame_slot *slot = slot_of(r, p, addr, stamp);
	struct found f = { .name = zol_span("", 0), .dso = zol_span("", 0), .module = zol_span("", 0) };
	uint8_t mode = (uint8_t)((unsigned)p->mode + 1U);
	size_t n;

	if (slot->mode == mode && slot->addr == addr && slot->stamp == stamp && !p->java) {
		ids[0] = slot->frame;
		return 1;
	}
	if (in_kernel(p->mode))
		find_kernel(r, p, addr, &f);
	else
		find_user(r, p, addr, &f);
	n = make_frames(r, p, &f, ids);
	if (n == 1 && !p->java && !(r->o->addrs && !f.name.len))
		*slot = (struct zol_perf_frame_slot){ .addr = addr, .stamp = stamp, .frame = ids[0], .mode = mode };
	return n;
}
