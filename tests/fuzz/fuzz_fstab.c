/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Edits of an fstab, with the plan of a probe from the same bytes; and the way back. */
#include <stdlib.h>

#include "core/fstab.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void edit(struct zol_str *text, struct zol_span plan, unsigned *ret_changes)
{
	const struct zol_tmpfs tmp = { .path = "/tmp", .mode = 01777, .uid = -1, .gid = -1, .size = 4096 };
	ZOL_AUTO(str) struct zol_str note = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_span path, reason;
	enum zol_edit e;

	must(zol_fstab_disable(text, ret_changes, &note, &err) == 0);
	must(zol_fstab_tmpfs(text, &tmp, &e, &note, &err) == 0);
	*ret_changes += e == ZOL_EDIT_CHANGED;
	for (int i = 0; i < 8 && zol_probe_plan_next(&plan, &path, &reason); i++) {
		ZOL_AUTO(free) char *copy = zol_span_dup(path), *why = zol_span_dup(reason);
		struct zol_tmpfs want = { .path = copy, .mode = 0700, .uid = 1, .gid = 2, .reason = why, .probe = true };

		if (!copy || !why || !zol_tmpfs_path_ok(copy))
			continue;
		must(zol_fstab_tmpfs(text, &want, &e, &note, &err) == 0);
		/* The plan may name a place twice with different reasons. */
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zol_span before = zol_span((const char *)data, size);
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	unsigned kept, n;

	zol_str_add(&text, before.ptr, before.len);
	must(zol_lineedit_drop(&text, NULL, &kept, &err) == 0);
	bool plain = text.len == size && (size == 0 || memcmp(text.ptr, data, size) == 0);

	edit(&text, before, &n);
	edit(&text, before, &n);
	must(!plain || n == 0);
	must(zol_fstab_probe_gone(&text, NULL, 0, &n, &err) == 0);
	must(zol_lineedit_drop(&text, NULL, &kept, &err) == 0);
	must(!plain || kept > 0 || (text.len == size && (size == 0 || memcmp(text.ptr, data, size) == 0)));
	return 0;
}
