/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The small files about a guest: record, journal, accounts, names of tarballs; and the diff of halves. */
#include <stdlib.h>

#include "core/guest_record.h"
#include "core/passwd.h"
#include "core/prep_journal.h"
#include "core/prep_plan.h"
#include "core/udiff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was written is read back to the same. */
static void journal(struct zol_span text)
{
	ZOL_AUTO(journal) struct zol_journal j = { 0 }, again = { 0 };
	ZOL_AUTO(str) struct zol_str one = ZOL_STR_INIT, two = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	if (zol_journal_parse(text, &j, &err) < 0)
		return;
	zol_journal_text(&j, &one);
	if (zol_journal_parse(zol_span_str(&one), &again, &err) < 0)
		abort();
	zol_journal_text(&again, &two);
	if (strcmp(zol_str_c(&one), zol_str_c(&two)) != 0)
		abort();
}

static void record(struct zol_span text)
{
	ZOL_AUTO(guest_record) struct zol_guest_record r = { 0 }, again = { 0 };
	ZOL_AUTO(str) struct zol_str one = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *name = zol_span_dup(text);

	if (zol_guest_record_parse(text, &r, &err) == 0) {
		zol_guest_record_text(&r, &one);
		if (zol_guest_record_parse(zol_span_str(&one), &again, &err) < 0 && *r.name)
			abort();
	}
	zol_err_clear(&err);
	if (name && zol_guest_record_stage3(&again, name, &err) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zol_span text = zol_span((const char *)data, size);
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	uint32_t uid, gid;

	journal(text);
	record(text);
	(void)zol_passwd_root(text, text, 20000);
	(void)zol_passwd_ids(text, "portage", &uid, &gid);
	(void)zol_passwd_group(text, "portage", &gid);
	(void)zol_prep_elf_arch(text);
	(void)zol_lineedit_sealed(text);
	if (zol_udiff(&out, "a", zol_span(text.ptr, size / 2), "b", zol_span(text.ptr + size / 2, size - size / 2),
		      &err) < 0)
		abort();
	return 0;
}
