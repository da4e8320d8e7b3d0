/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/stage_mirror.h"

#include <stdlib.h>
#include <time.h>

#include "base/num.h"

#define DAY_MS (24ULL * 3600 * 1000)
#define WARN_AGE_MS (3 * DAY_MS)
#define INDEX_MS 60000U  /* limit for a file of a few hundred bytes */
#define WITNESS_MS 5000U /* a second opinion is not worth a long wait */

void zol_stage_offer_free(struct zol_stage_offer *o)
{
	zol_stage_index_free(&o->index);
	free(o->base);
	*o = (struct zol_stage_offer){ .base = NULL };
}

void zol_stage_mirror_worse(struct zol_err *worst, struct zol_err *from)
{
	static const unsigned char rank[] = {
		[ZOL_SYSTEM] = 4, [ZOL_VERIFY] = 3, [ZOL_MALFORMED] = 2, [ZOL_NETWORK] = 1, [ZOL_CHILD] = 0
	};

	if (worst->code != ZOL_OK && rank[from->code] < rank[worst->code]) {
		zol_err_clear(from);
		return;
	}
	zol_err_clear(worst);
	zol_err_move(worst, from);
}

char *zol_stage_mirror_base(const char *mirror)
{
	size_t len = strlen(mirror);

	while (len && mirror[len - 1] == '/')
		len--;
	return zol_asprintf("%.*s", (int)len, mirror);
}

static char *file_path(const struct zol_stage_net *n, const char *path)
{
	return zol_asprintf("/releases/%s/autobuilds/%s", n->arch_dir, path);
}

/* A text file of a mirror, and how long it may take. */
struct wanted {
	const char *base, *path;
	uint64_t limit_ms;
};

static int get(const struct zol_stage_net *n, struct wanted w, struct zol_str *out, struct zol_curl_result *ret,
	       struct zol_err *err)
{
	ZOL_AUTO(free) char *below = file_path(n, w.path);
	ZOL_AUTO(free) char *url = below ? zol_asprintf("%s%s", w.base, below) : NULL;
	struct zol_curl_request req = { .url = url,
					.max = ZOL_STAGE_TEXT_MAX,
					.stall_ms = n->stall_ms,
					.total_ms = w.limit_ms,
					.ca_file = n->ca_file };

	*ret = (struct zol_curl_result){ .fault = ZOL_CURL_NETWORK };
	if (!url)
		return zol_err_oom(err);
	return zol_curl_get(n->curl, &req, out, ret, err);
}

int zol_stage_mirror_get(const struct zol_stage_net *n, const char *base, const char *path, struct zol_str *out,
			 struct zol_curl_result *ret, struct zol_err *err)
{
	return get(n, (struct wanted){ base, path, INDEX_MS }, out, ret, err);
}

/* Where the mirror is after redirects: the URL without the part that we asked for, when it still ends in it. */
static char *base_of(const struct zol_stage_net *n, const char *asked, const char *path, const char *url)
{
	ZOL_AUTO(free) char *below = file_path(n, path);

	if (!below)
		return NULL;
	if (url && zol_span_ends(zol_span_c(url), below))
		return zol_asprintf("%.*s", (int)(strlen(url) - strlen(below)), url);
	return zol_stage_mirror_base(asked);
}

/* Freshness: an index is signed anew every hour, so its age is the age of what the mirror tells. */
static int check_age(const struct zol_stage_net *n, int64_t ts, const char *base, struct zol_err *err)
{
	int64_t now = time(NULL), age = now - ts;
	char text[ZOL_NUM_TEXT], max[ZOL_NUM_TEXT];

	if (ts > now + ZOL_CLOCK_SLACK) {
		zol_err_set(err, ZOL_VERIFY, 0,
			    "its index was written more than a day after this machine's present time");
		return zol_err_hint(err, "set the clock of this machine");
	}
	if (age <= 0)
		return 0;
	zol_num_fmt_duration((uint64_t)age * 1000, text);
	if (n->max_age_ms && (uint64_t)age * 1000 > n->max_age_ms) {
		zol_err_set(err, ZOL_VERIFY, 0, "its index is stale: %s old, more than %s", text,
			    zol_num_fmt_duration(n->max_age_ms, max));
		return zol_err_hint(err, "try another mirror, or allow it with --max-age");
	}
	if ((uint64_t)age * 1000 > WARN_AGE_MS)
		zol_ev_note(n->ev, ZOL_LEVEL_WARN, "%s: its index is %s old; the mirror lags behind", base, text);
	return 0;
}

static int read_index(const struct zol_stage_net *n, size_t mirror, const char *name, uint64_t limit_ms,
		      struct zol_stage_offer *ret, struct zol_err *err)
{
	ZOL_AUTO(stage_offer) struct zol_stage_offer o = { .mirror = mirror };
	ZOL_AUTO(free) char *base = zol_stage_mirror_base(n->mirrors->v[mirror]);
	ZOL_AUTO(curl_result) struct zol_curl_result r = { .fault = ZOL_CURL_OK };
	ZOL_AUTO(gpgstatus) struct zol_gpgstatus by = { .created = 0 };
	ZOL_AUTO(str) struct zol_str file = ZOL_STR_INIT, text = ZOL_STR_INIT;

	if (!base)
		return zol_err_oom(err);
	if (get(n, (struct wanted){ base, name, limit_ms }, &file, &r, err))
		return -(int)err->code;
	o.base = base_of(n, base, name, r.url);
	if (!o.base)
		return zol_err_oom(err);
	if (zol_stage_verify_text(n->trust, zol_span_str(&file), &text, &by, err) ||
	    zol_stage_index_parse(zol_span_str(&text), &o.index, err))
		return zol_err_wrap(err, "%s: %s", base, name);
	*ret = o;
	o = (struct zol_stage_offer){ .base = NULL };
	return 0;
}

int zol_stage_mirror_index(const struct zol_stage_net *n, size_t mirror, const char *name, struct zol_stage_offer *ret,
			   struct zol_err *err)
{
	return read_index(n, mirror, name, INDEX_MS, ret, err);
}

/* Is an index that is validly signed also new enough? */
static int check_offer(const struct zol_stage_net *n, const struct zol_stage_offer *o, const char *sub,
		       const struct zol_stage_seen *seen, struct zol_err *err)
{
	const struct zol_stage_build *b = seen && sub ? zol_stage_index_find(&o->index, sub) : NULL;

	if (check_age(n, o->index.ts, o->base, err) || (b && zol_stage_state_check(seen, o->index.ts, b->stamp, err)))
		return zol_err_wrap(err, "%s", o->base);
	return 0;
}

static void ask_witness(const struct zol_stage_net *n, const char *name, const char *sub, struct zol_stage_offer *best)
{
	ZOL_AUTO(stage_offer) struct zol_stage_offer other = { .base = NULL };
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	size_t next = best->mirror + 1;

	if (next >= n->mirrors->len)
		return;
	if (read_index(n, next, name, WITNESS_MS, &other, &err) || check_age(n, other.index.ts, other.base, &err)) {
		zol_ev_note(n->ev, ZOL_LEVEL_INFO, "no second opinion: %s", zol_err_text(&err));
		return;
	}
	if (other.index.ts <= best->index.ts || (sub && !zol_stage_index_find(&other.index, sub)))
		return;
	zol_ev_note(n->ev, ZOL_LEVEL_INFO, "%s has a newer index than %s", other.base, best->base);
	zol_stage_offer_free(best);
	*best = other;
	other = (struct zol_stage_offer){ .base = NULL };
}

int zol_stage_mirror_newest(const struct zol_stage_net *n, const char *name, const char *sub,
			    const struct zol_stage_seen *seen, struct zol_stage_offer *ret, struct zol_err *err)
{
	ZOL_AUTO(err) struct zol_err worst = ZOL_ERR_INIT;

	for (size_t i = 0; i < n->mirrors->len; i++) {
		ZOL_AUTO(stage_offer) struct zol_stage_offer o = { .base = NULL };
		ZOL_AUTO(err) struct zol_err e = ZOL_ERR_INIT;
		int rc = zol_stage_mirror_index(n, i, name, &o, &e);
		bool stop = rc && e.code != ZOL_NETWORK && e.code != ZOL_MALFORMED;

		if (!rc && !check_offer(n, &o, sub, seen, &e)) {
			ask_witness(n, name, sub, &o);
			*ret = o;
			o = (struct zol_stage_offer){ .base = NULL };
			return 0;
		}
		if (stop) {
			zol_err_move(err, &e);
			return -(int)err->code;
		}
		if (i + 1 < n->mirrors->len)
			zol_ev_note(n->ev, ZOL_LEVEL_WARN, "%s; trying the next mirror", zol_err_text(&e));
		zol_stage_mirror_worse(&worst, &e);
	}
	if (worst.code == ZOL_OK)
		return zol_err_set(err, ZOL_USAGE, 0, "no mirror is configured");
	zol_err_move(err, &worst);
	if (err->code == ZOL_NETWORK && !err->hint)
		return zol_err_hint(err, "check the network, http_proxy, and the mirrors (--mirror, [stage] mirrors)");
	return -(int)err->code;
}
