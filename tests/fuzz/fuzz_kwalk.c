/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel's memory that says anything: the bytes are the memory, over and over. */
#include "core/kwalk.h"
#include "fuzz.h"

struct memory {
	const uint8_t *data;
	size_t size;
	unsigned reads;
};

static int reading(void *ctx, uint64_t addr, void *buf, size_t len, struct zol_err *err)
{
	struct memory *m = ctx;

	/* a walk that never ends would stop here, too, but must not need it for long */
	if (++m->reads > 20000)
		return zol_err_set(err, ZOL_SYSTEM, 0, "enough");
	for (size_t i = 0; i < len; i++)
		((uint8_t *)buf)[i] = m->data[(addr + i) % m->size];
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct zol_klayout forms[] = {
		{ .list = 8,
		  .name = 24,
		  .base = 80,
		  .size = 88,
		  .sect_attrs = 96,
		  .nsections = 0,
		  .attrs = 8,
		  .stride = 16,
		  .attr_addr = 8 },
		{ .list = 8,
		  .name = 24,
		  .base = 80,
		  .size = 88,
		  .sect_attrs = 96,
		  .percpu = 104,
		  .bin_attrs = 8,
		  .bin_private = 16 },
	};
	struct memory m = { .data = data, .size = size };
	struct zol_kmem mem = { .ctx = &m, .read = reading };
	uint64_t slide;

	if (size == 0)
		return 0;
	for (size_t i = 0; i < ZOL_COUNT(forms); i++) {
		ZOL_AUTO(modmap) struct zol_modmap map = { 0 };
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		m.reads = 0;
		(void)!zol_kwalk_modules(&mem, &forms[i], data[0], &map, &err);
		FUZZ_CHECK(map.nmods <= ZOL_MODMAP_MODULES);
		zol_err_clear(&err);
		(void)!zol_kwalk_slide(&mem, data[0], &slide, &err);
		zol_err_clear(&err);
		(void)!zol_kwalk_release(&mem, data[0], &map, &err);
	}
	return 0;
}
