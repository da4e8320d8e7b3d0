/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An index: whatever is accepted names plain files in a directory of their own stamp. */
#include <stdlib.h>

#include "core/stage_index.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void check(const struct zol_stage_index *x, const struct zol_stage_build *b)
{
	ZOL_AUTO(str) struct zol_str again = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(stage_build) struct zol_stage_build twin = { .size = 0 };
	const struct zol_stage_build *newest = zol_stage_index_find(x, b->sub);

	must(b->size > 0 && b->size <= ZOL_STAGE_SIZE_MAX);
	must(!strchr(b->file, '/') && !strstr(b->file, "..") && b->file[0] != '.' && strlen(b->file) < 256);
	must(newest && strcmp(newest->stamp, b->stamp) >= 0);
	must(zol_stage_name_parse(zol_span_c(b->file), &twin, &err) == 0);
	must(!strcmp(twin.sub, b->sub) && !strcmp(twin.stamp, b->stamp) && twin.time == b->time);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zol_span text = zol_span((const char *)data, size);
	ZOL_AUTO(stage_index) struct zol_stage_index x = { .ts = 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	int rc = zol_stage_index_parse(text, &x, &err);

	must(rc == 0 || (rc == -ZOL_MALFORMED && x.nbuilds == 0));
	must(rc != 0 || (x.ts > 0 && x.nbuilds > 0));
	for (size_t i = 0; i < x.nbuilds; i++)
		check(&x, &x.builds[i]);
	return 0;
}
