/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Portage's configuration: assignments, what bash reads of them, lines with atoms, repos.conf. */
#include <stdint.h>
#include <stdlib.h>

#include "core/portage_atom.h"
#include "core/portage_conf.h"
#include "core/portage_repos.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static int read_same(void *ctx, const char *path, struct zol_str *text, struct zol_err *err)
{
	const struct zol_span *input = ctx;

	if (strlen(path) % 3 == 0)
		return 1;
	zol_str_add(text, input->ptr, input->len);
	return zol_str_check(text, err);
}

static void conf(struct zol_span text)
{
	ZOL_AUTO(pvars) struct zol_pvars vars = { 0 };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str value = ZOL_STR_INIT;
	struct zol_portage_source src = { .ctx = &text, .read = read_same };

	/* A file that sources itself is read up to 64 times. */
	if (text.len < 4096)
		must(zol_portage_conf(text, "/etc/portage/make.conf", &src, &vars, &err) <= 0);
	zol_err_clear(&err);
	must(zol_portage_bash(text, "/e", &vars, &err) == 0);
	for (size_t i = 0; i < vars.n; i++)
		must(*vars.v[i].name && strlen(vars.v[i].value) <= (1U << 20) && *vars.v[i].origin == '/');
	(void)zol_portage_declared(text, "EGIT_VERSION", &value);
}

static void lines(struct zol_span text)
{
	const struct zol_package pkg = { zol_span_c("sys-fs"), zol_span_c("zfs"), zol_span_c("9999") };
	struct zol_span rest = text, words, word;

	while (zol_portage_line(&rest, &words)) {
		must(words.len > 0 && words.ptr[0] != '#');
		while (zol_span_field(&words, ZOL_PORTAGE_BLANKS, &word)) {
			struct zol_package p;
			int rank = zol_portage_atom(word, &pkg);

			must(rank >= 0 && rank <= ZOL_ATOM_EXACT);
			(void)zol_package_parse(word, &p);
			must(zol_portage_vercmp(word, word) == 0);
			must((zol_portage_vercmp(word, pkg.version) > 0) ==
			     (zol_portage_vercmp(pkg.version, word) < 0));
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zol_span text = zol_span((const char *)data, size);
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;

	conf(text);
	lines(text);
	(void)zol_repos_location(text, zol_span_c("gentoo"), &out);
	zol_repos_store(text, &out);
	return 0;
}
