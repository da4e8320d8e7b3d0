/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/perfspace.h"

#include "perfbuild.h"
#include "unit.h"

static void take_all(struct zol_perf_world *w, const struct zol_str *records)
{
	struct zol_span rest = zol_span_str(records);
	struct zol_perf_raw r;

	while (zol_perf_next(&rest, &r))
		zol_perf_world_take(w, &r);
}

static const char *file_at(struct zol_perf_world *w, int32_t pid, uint64_t addr)
{
	const struct zol_perf_area *a = zol_perf_space_find(zol_perf_world_space(w, pid), addr);

	return a ? w->dsos[a->dso].path.ptr : "-";
}

UNIT(keeps_what_a_new_mapping_leaves_of_old_ones)
{
	ZOL_AUTO(str) struct zol_str r = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str all = ZOL_STR_INIT; /* names are borrowed: what was read does not grow */
	ZOL_AUTO(perf_world) struct zol_perf_world w = { 0 };
	const struct zol_perf_area *a;

	put_mmap2(&r, 1, 0x1000, 0x9000, "/a", 1);
	put_mmap2(&r, 1, 0x3000, 0x1000, "/b", 2);
	put_mmap2(&r, 1, 0x20000, 0x1000, "/c", 2);
	take_all(&w, &r);
	assert_string_equal(file_at(&w, 1, 0x2fff), "/a");
	assert_string_equal(file_at(&w, 1, 0x3fff), "/b");
	assert_string_equal(file_at(&w, 1, 0x4000), "/a");
	assert_string_equal(file_at(&w, 1, 0xa000), "-");
	a = zol_perf_space_find(zol_perf_world_space(&w, 1), 0x4000);
	assert_int_equal(a->offset, 0x1000 + 0x3000);
	assert_int_equal(w.areas, 4);
	/* One that covers all of them. */
	put_mmap2(&all, 1, 0, UINT64_MAX, "/all", 3);
	take_all(&w, &all);
	assert_string_equal(file_at(&w, 1, 0x20000), "/all");
	assert_int_equal(w.areas, 1);
}

UNIT(gives_children_what_their_parents_have)
{
	ZOL_AUTO(str) struct zol_str r = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str exec = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str late = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str b = ZOL_STR_INIT;
	ZOL_AUTO(perf_world) struct zol_perf_world w = { 0 };

	put_comm(&r, 1, 1, "sh", 1);
	put_mmap2(&r, 1, 0x1000, 0x1000, "/sh", 1);
	put_fork(&r, 2, 1, 2);
	put_mmap2(&r, 2, 0x5000, 0x1000, "/more", 3);
	take_all(&w, &r);
	assert_string_equal(file_at(&w, 2, 0x1000), "/sh");
	assert_string_equal(file_at(&w, 1, 0x5000), "-");
	assert_true(zol_span_eq(zol_perf_world_thread(&w, 2, 2)->comm, "sh"));
	put_pair(&b, 2, 2);
	put_name(&b, "ls");
	put_record(&exec, ZOL_PERF_COMM, 1U << 13, &b);
	take_all(&w, &exec);
	/* execve() itself was called from there. */
	assert_string_equal(file_at(&w, 2, 0x1000), "/sh");
	put_mmap2(&late, 2, 0x9000, 0x1000, "/ls", 9);
	take_all(&w, &late);
	assert_string_equal(file_at(&w, 2, 0x9000), "/ls");
	assert_true(zol_span_eq(zol_perf_world_thread(&w, 2, 2)->comm, "ls"));
	assert_int_equal(w.areas, 4);
}

UNIT(names_anonymous_memory_after_the_file_of_its_compiler)
{
	ZOL_AUTO(str) struct zol_str r = ZOL_STR_INIT;
	ZOL_AUTO(perf_world) struct zol_perf_world w = { 0 };

	put_mmap2(&r, 77, 0x1000, 0x1000, "//anon", 1);
	take_all(&w, &r);
	assert_string_equal(file_at(&w, 77, 0x1000), "/tmp/perf-77.map");
}

UNIT(finds_many_files_again)
{
	ZOL_AUTO(strv) struct zol_strv names = ZOL_STRV_INIT;
	ZOL_AUTO(perf_world) struct zol_perf_world w = { 0 };

	for (int i = 0; i < 1000; i++)
		zol_strv_addf(&names, "/lib/%d", i);
	for (int round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < 1000; i++)
			assert_int_equal(zol_perf_world_dso(&w, zol_span_c(names.v[i]), zol_span("", 0)), i);
	}
	assert_int_equal(zol_perf_world_dso(&w, zol_span_c("/lib/1"), zol_span("id", 2)), 1000);
}

UNIT(finds_many_tasks_again)
{
	ZOL_AUTO(perf_world) struct zol_perf_world w = { 0 };

	for (int32_t i = 1; i <= 1000; i++)
		assert_non_null(zol_perf_world_thread(&w, i, i));
	for (int32_t i = 1; i <= 1000; i++) {
		assert_int_equal(zol_perf_world_thread(&w, -1, i)->pid, i);
		assert_int_equal(zol_perf_world_space(&w, i)->pid, i);
	}
	assert_int_equal(w.nthreads, 1000);
	assert_int_equal(w.nspaces, 1000);
	/* A number that another process got: its frame is another one. */
	zol_perf_world_thread(&w, 5, 5)->frame = 77;
	assert_int_equal(zol_perf_world_thread(&w, 5, 5)->frame, 77);
	assert_int_equal(zol_perf_world_thread(&w, 6, 5)->frame, UINT32_MAX);
	assert_int_equal(zol_perf_world_thread(&w, 6, 5)->pid, 6);
}

static struct zol_perf_map map_at(uint64_t start, uint64_t len)
{
	return (struct zol_perf_map){
		.pid = 1, .start = start, .len = len, .name = zol_span_c("/x"), .build_id = zol_span("", 0)
	};
}

UNIT(refuses_more_mappings_than_linux_has)
{
	ZOL_AUTO(perf_world) struct zol_perf_world w = { 0 };
	struct zol_perf_map m;
	size_t before;

	for (uint64_t i = 0; i < ZOL_PERF_AREAS_MAX + 10; i++) {
		m = map_at(i * 0x2000, 0x1000);
		zol_perf_world_map(&w, &m, 1);
	}
	before = w.areas;
	assert_true(before < ZOL_PERF_AREAS_MAX);
	assert_true(before + 2 >= ZOL_PERF_AREAS_MAX);
	assert_int_equal(w.refused, ZOL_PERF_AREAS_MAX + 10 - before);
	assert_false(w.oom);
	/* None is left out in the middle, and the bound over all processes holds, too. */
	assert_non_null(zol_perf_space_find(zol_perf_world_space(&w, 1), 0x2000 * (before - 1)));
	assert_null(zol_perf_space_find(zol_perf_world_space(&w, 1), 0x2000 * before));
	w.areas = ZOL_PERF_ALL_AREAS_MAX;
	m = map_at(0, 0x1000);
	zol_perf_world_map(&w, &m, 2);
	assert_null(zol_perf_space_find(zol_perf_world_space(&w, 2), 0));
	w.areas = before;
}

UNIT(passes_over_what_is_no_code)
{
	ZOL_AUTO(str) struct zol_str r = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str b = ZOL_STR_INIT;
	ZOL_AUTO(perf_world) struct zol_perf_world w = { 0 };
	struct zol_perf_map m = map_at(0x1000, 0);

	put_kernel_map(&r, 0x1000, 0x1000, 0, "[kernel.kallsyms]_text"); /* of the kernel: another's work */
	put_record(&r, ZOL_PERF_MMAP2, 0, &b);                           /* of no bytes */
	put_record(&r, ZOL_PERF_COMM, 0, &b);
	put_record(&r, ZOL_PERF_FORK, 0, &b);
	put_record(&r, ZOL_PERF_EXIT, 0, &b);
	put_mmap2(&r, 1, 0x5000, 0x1000, "/data", 1);
	r.ptr[r.len - 32 - 8 - 8] = 3; /* protection: readable and writable; before flags, name, trailer */
	take_all(&w, &r);
	assert_int_equal(w.nthreads, 0);
	assert_int_equal(w.areas, 0);
	zol_perf_world_map(&w, &m, 1);
	assert_int_equal(w.areas, 0);
	/* The older kind of record does not say; and one that goes beyond the last address ends there. */
	put_pair(&b, 1, 1);
	put64(&b, 0x7000);
	put64(&b, UINT64_MAX);
	put64(&b, 0);
	put_name(&b, "/old");
	zol_str_truncate(&r, 0);
	put_record(&r, ZOL_PERF_MMAP, ZOL_PERF_MODE_USER, &b);
	take_all(&w, &r);
	assert_string_equal(file_at(&w, 1, UINT64_MAX - 1), "/old");
	assert_string_equal(file_at(&w, 1, 0x6fff), "-");
}

UNIT(a_thread_is_no_process_and_perf_makes_some_up)
{
	ZOL_AUTO(str) struct zol_str r = ZOL_STR_INIT;
	ZOL_AUTO(str) struct zol_str b = ZOL_STR_INIT;
	ZOL_AUTO(perf_world) struct zol_perf_world w = { 0 };

	put_mmap2(&r, 1, 0x1000, 0x1000, "/sh", 1);
	put_fork(&r, 1, 1, 2); /* of the same process */
	put_pair(&b, 9, 1);
	put_pair(&b, 9, 1);
	put64(&b, 3);
	put_record(&r, ZOL_PERF_FORK, 1U << 13, &b); /* it runs already: its own mappings follow */
	put_fork(&r, 8, 5, 4);                       /* the parent has nothing mapped */
	take_all(&w, &r);
	assert_string_equal(file_at(&w, 1, 0x1000), "/sh");
	assert_string_equal(file_at(&w, 9, 0x1000), "-");
	assert_string_equal(file_at(&w, 8, 0x1000), "-");
	assert_int_equal(w.areas, 1);
}

UNIT_MAIN()
