/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/src_common.h"
#include "core/settings.h"

int zol_src_where(const struct zol_cli *cli, const char *repo, struct zol_str *dir, struct zol_err *err)
{
	const struct zol_strv *known = &cli->settings->src.checkouts;
	size_t len = repo ? strlen(repo) : 0;

	for (size_t i = 0; repo && i < known->len; i++) {
		const char *entry = known->v[i], *slash = strrchr(entry, '/');
		bool named = !strncmp(entry, repo, len) && entry[len] == '=';

		/* NAME=DIR, or a directory of that name */
		if (named || (slash && !strchr(entry, '=') && strcmp(slash + 1, repo) == 0)) {
			zol_str_puts(dir, named ? entry + len + 1 : entry);
			return zol_str_check(dir, err);
		}
	}
	zol_str_puts(dir, repo ? repo : ".");
	return zol_str_check(dir, err);
}
