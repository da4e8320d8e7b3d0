/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/rows.h"
#include "cmd/src_common.h"
#include "sys/buildtree.h"

#define KEEP 4

struct record {
	const char *tree;
	bool fresh;
	const char *const *why;
};

static const struct zol_col cols[] = {
	ZOL_COL("tree", NULL, STR, struct record, tree),
	ZOL_COL("fresh", NULL, BOOL, struct record, fresh),
	ZOL_COL("why", NULL, LIST, struct record, why),
};

static int missing(const char *option, struct zol_err *err)
{
	return zol_err_set(err, ZOL_USAGE, 0, "%s is missing", option);
}

static void tell(const struct zol_cli *cli, const char *what, const struct zol_strv *why)
{
	for (size_t i = 0; i < why->len; i++) {
		ZOL_AUTO(str) struct zol_str line = ZOL_STR_INIT;

		zol_text_escape(&line, why->v[i]);
		zol_out_info(&cli->out, "%s: %s", what, zol_str_c(&line));
	}
}

static int tree_open(struct zol_cli *cli, const struct zol_src_tree_args *a, struct zol_err *err)
{
	ZOL_AUTO(buildtree_opened) struct zol_buildtree_opened o = { .tree = NULL };
	const struct zol_buildtree b = { .cache = a->cache,
					 .family = a->family,
					 .release = a->release,
					 .options = &a->options,
					 .recipe = &a->recipe,
					 .files = &a->recipe_files,
					 .discard = a->discard,
					 .keep = a->keep ? a->keep : KEEP };

	if (!a->cache || !a->family || !a->release)
		return missing(!a->cache ? "--cache" : !a->family ? "--family" : "--release", err);
	if (zol_buildtree_open(&b, &o, err))
		return -(int)err->code;
	const struct record r = { o.tree, o.fresh, zol_strv_list(&o.why) };

	tell(cli, "a clean build tree", &o.why);
	if (cli->out.json)
		return zol_record_print(&cli->out, cols, ZOL_COUNT(cols), &r, err);
	(void)fprintf(cli->out.out, "%s\n%s\n", o.tree, o.fresh ? "fresh" : "kept");
	return zol_out_finish(&cli->out, err);
}

static int tree_due(struct zol_cli *cli, const struct zol_src_tree_args *a, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv why = ZOL_STRV_INIT;
	const struct zol_buildstep s = { .tree = a->tree,
					 .name = a->step,
					 .inputs = &a->inputs,
					 .built = &a->built,
					 .files = &a->files,
					 .words = &a->words,
					 .outputs = &a->outputs };
	int rc = zol_buildtree_due(&s, &why, err);

	if (rc < 0)
		return rc;
	tell(cli, a->step, &why);
	if (rc == 1)
		zol_out_verbose(&cli->out, "%s: nothing changed since it was done", a->step);
	return rc;
}

int zol_cmd_src_tree(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_src_tree_args *a = args;
	const char *verb = a->verb.v[0];

	if (strcmp(verb, "open") == 0)
		return tree_open(cli, a, err);
	if (!a->tree)
		return missing("--tree", err);
	if (strcmp(verb, "seal") == 0)
		return zol_buildtree_seal(a->tree, err);
	if (!a->step)
		return missing("--step", err);
	if (strcmp(verb, "due") == 0)
		return tree_due(cli, a, err);
	if (strcmp(verb, "done") == 0)
		return zol_buildtree_done(a->tree, a->step, err);
	return zol_err_set(err, ZOL_USAGE, 0, "'%s' is none of open, due, done and seal", verb);
}
