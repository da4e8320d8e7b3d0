/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ksat TREE ARCH CONFIG [EVERY]: tries to satisfy =y for every EVERY-th symbol with a prompt that
 * is not y. Prints "SYMBOL=y SETTING..." for each answer, "none SYMBOL", "impossible SYMBOL", and a
 * summary with the CPU time on stderr. For the bench and for confirming answers by the tree's conf.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "base/path.h"
#include "core/kconfig_dotconfig.h"
#include "core/kconfig_satisfy.h"
#include "sys/kload.h"

static bool has_prompt(const struct zol_ksym *s)
{
	for (const struct zol_kprop *p = s->props; p; p = p->next)
		if (p->kind == ZOL_KP_PROMPT)
			return true;
	return false;
}

static void reload(struct zol_kconfig *k, const struct zol_str *text)
{
	zol_kconfig_reset(k);
	zol_kconfig_read(k, zol_span_str(text));
	zol_kconfig_settle(k);
}

static int run(char **argv, struct zol_err *err)
{
	ZOL_AUTO(kloaded) struct zol_kloaded l = { 0 };
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	ZOL_AUTO(ksat) struct zol_ksat sat = { 0 };
	const struct zol_kload_options o = { .tree = argv[1], .arch = argv[2], .cache = getenv("KCONF_CACHE") };
	size_t every = argv[4] ? (size_t)strtoul(argv[4], NULL, 10) : 1, count[3] = { 0 }, seen = 0;
	int rc = zol_kload(&o, &l, err);

	if (rc == 0)
		rc = zol_read_file(argv[3], ZOL_READ_MAX, &text, err);
	if (rc == 0)
		rc = zol_ksat_init(&sat, &l.k, NULL, 0, err);
	if (rc < 0)
		return rc;
	sat.dry = true;
	clock_t start = clock();

	reload(&l.k, &text);
	for (size_t i = 0; i < l.k.nsyms; i++) {
		struct zol_ksym *s = l.k.syms[i];
		struct zol_kanswer a;

		if (!s->name || (s->type != ZOL_KT_BOOL && s->type != ZOL_KT_TRISTATE) || !has_prompt(s))
			continue;
		zol_ksym_calc(&l.k, s);
		if (s->val == ZOL_KY || seen++ % every)
			continue;
		enum zol_ksat_result r = zol_ksat_solve(&sat, (struct zol_kgoal){ s, ZOL_KY, NULL }, &a);

		count[r]++;
		if (r != ZOL_KSAT_FOUND) {
			printf("%s %s\n", r == ZOL_KSAT_NONE ? "none" : "impossible", s->name);
			continue;
		}
		printf("%s=y", s->name);
		for (size_t n = 0; n < a.n; n++)
			printf(" %s=%s", a.v[n].s->name, zol_kgoal_value(&a.v[n]));
		putchar('\n');
	}
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	fprintf(stderr, "found %zu none %zu impossible %zu, %zu candidates, %.3f CPU-s, %ld kB\n", count[0], count[1],
		count[2], sat.tried, (double)(clock() - start) / CLOCKS_PER_SEC, u.ru_maxrss);
	return 0;
}

int main(int argc, char **argv)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	if (argc < 4)
		return ZOL_USAGE;
	int rc = run(argv, &err);

	if (rc < 0)
		fprintf(stderr, "%s\n", zol_err_text(&err));
	return -rc;
}
