/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/monmem.h"

#include <fcntl.h>
#include <inttypes.h>

#include "base/path.h"

#define PAGE 4096U
#define CPUS_MAX 64U

int zol_monmem_init(struct zol_monmem *m, struct zol_qmp *q, const char *dir, struct zol_err *err)
{
	*m = (struct zol_monmem){ .q = q };
	m->file = zol_asprintf("%s/.memory-%d", dir, (int)getpid());
	return m->file ? 0 : zol_err_oom(err);
}

void zol_monmem_free(struct zol_monmem *m)
{
	for (size_t i = 0; i < ZOL_MONMEM_PAGES; i++)
		free(m->pages[i].bytes);
	free(m->file);
	*m = (struct zol_monmem){ 0 };
}

static int save(struct zol_monmem *m, uint64_t addr, uint64_t cpu, struct zol_err *err)
{
	struct zol_json *args = zol_json_object();

	/* addresses are read as signed by some versions: what is above 2^63 goes as it is, a number of JSON */
	zol_json_set_u64(args, "val", addr);
	zol_json_set_u64(args, "size", PAGE);
	zol_json_set_str(args, "filename", m->file);
	zol_json_set_u64(args, "cpu-index", cpu);
	return zol_qmp_command(m->q, "memsave", args, NULL, err);
}

/* By the eyes of each CPU until one sees the page. */
static int save_anyhow(struct zol_monmem *m, uint64_t addr, struct zol_err *err)
{
	int r = save(m, addr, 0, err);

	for (uint64_t cpu = 1; r == -ZOL_NEGATIVE && cpu < CPUS_MAX; cpu++) {
		ZOL_AUTO(err) struct zol_err other = ZOL_ERR_INIT;

		if (save(m, addr, cpu, &other) < 0) {
			if (strstr(zol_err_text(&other), "cpu-index")) /* there is none of that number */
				break;
			continue;
		}
		zol_err_clear(err);
		r = 0;
	}
	return r;
}

static int fetch(struct zol_monmem *m, uint64_t addr, const char **ret, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str bytes = ZOL_STR_INIT;
	int r;

	for (size_t i = 0; i < ZOL_MONMEM_PAGES; i++) {
		if (m->pages[i].bytes && m->pages[i].addr == addr) {
			*ret = m->pages[i].bytes;
			return 0;
		}
	}
	r = save_anyhow(m, addr, err);
	if (r == 0)
		r = zol_read_file(m->file, PAGE, &bytes, err);
	(void)unlink(m->file);
	if (r < 0)
		return r;
	if (bytes.len != PAGE)
		return zol_err_set(err, ZOL_SYSTEM, 0, "QEMU saved %zu bytes of a page", bytes.len);
	free(m->pages[m->next].bytes);
	m->pages[m->next].bytes = zol_str_take(&bytes);
	m->pages[m->next].addr = addr;
	*ret = m->pages[m->next].bytes;
	m->next = (m->next + 1) % ZOL_MONMEM_PAGES;
	return *ret ? 0 : zol_err_oom(err);
}

static int mem_read(void *ctx, uint64_t addr, void *buf, size_t len, struct zol_err *err)
{
	struct zol_monmem *m = ctx;
	char *to = buf;

	while (len > 0) {
		uint64_t off = addr % PAGE;
		size_t n = PAGE - off < len ? (size_t)(PAGE - off) : len;
		const char *page;

		if (fetch(m, addr - off, &page, err) < 0) {
			if (err->code == ZOL_NEGATIVE)
				return zol_err_wrap(err, "memory at %016" PRIx64, addr);
			return -(int)err->code;
		}
		memcpy(to, page + off, n);
		addr += n;
		to += n;
		len -= n;
	}
	return 0;
}

struct zol_kmem zol_monmem_mem(struct zol_monmem *m)
{
	return (struct zol_kmem){ .ctx = m, .read = mem_read };
}
