/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/rows.h"
#include "core/testreport.h"

/*
 * The page is written whole, so that it can be read without scripts; the script only hides, sorts and
 * counts what is there.
 */

static const char style[] =
	":root{color-scheme:light dark;--bg:#fff;--fg:#1c1e21;--dim:#5f6670;--line:#d9dce0;--row:#f5f6f8;"
	"--good:#137333;--bad:#b3261e;--odd:#8a5300;--skip:#5f6670}\n"
	"@media(prefers-color-scheme:dark){:root{--bg:#15171a;--fg:#e4e6ea;--dim:#9aa1ac;--line:#33373d;--row:#1d2024;"
	"--good:#6fd08c;--bad:#ff8a80;--odd:#ffc46b;--skip:#9aa1ac}}\n"
	"*{box-sizing:border-box}body{margin:0 auto;max-width:1200px;padding:16px;background:var(--bg);color:var(--fg);"
	"font:14px/1.5 system-ui,sans-serif}h1{font-size:20px;margin:0 0 4px}.dim{color:var(--dim)}\n"
	".facts{display:flex;flex-wrap:wrap;gap:2px 20px;margin:0 0 12px;color:var(--dim)}.facts b{font-weight:500;"
	"color:var(--fg)}\n"
	".bar{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin:12px 0}\n"
	".bar input{flex:1 1 240px;padding:6px 10px;border:1px solid var(--line);border-radius:6px;background:var(--bg);"
	"color:var(--fg);font:inherit}\n"
	".bar button{padding:4px 10px;border:1px solid var(--line);border-radius:14px;background:none;color:var(--fg);"
	"font:inherit;cursor:pointer}.bar button[aria-pressed=true]{background:var(--fg);color:var(--bg)}\n"
	".wrap{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:5px 10px;"
	"border-bottom:1px solid var(--line);vertical-align:top}\n"
	"th{position:sticky;top:0;background:var(--bg);white-space:nowrap}th button{all:unset;cursor:pointer;"
	"font-weight:600}th button:focus-visible{outline:2px solid var(--good)}\n"
	"th[aria-sort=ascending] button::after{content:' \\25b2'}th[aria-sort=descending] button::after{content:' \\25bc'}\n"
	"tbody tr:hover{background:var(--row)}td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\n"
	".v{font-weight:600;white-space:nowrap}.good{color:var(--good)}.bad{color:var(--bad)}.odd{color:var(--odd)}"
	".skip{color:var(--skip)}\n"
	".rate{display:inline-block;position:relative;width:72px;height:12px;margin-right:6px;border-radius:3px;"
	"background:var(--row);vertical-align:-1px}.rate b,.rate i{position:absolute;top:0;bottom:0}.rate b{"
	"background:var(--dim);opacity:.45;border-radius:3px}.rate i{width:3px;margin-left:-1px;border-radius:1px;background:var(--fg)}\n"
	".change{display:block;font-weight:600;font-size:12px}\n"
	".strip{white-space:nowrap;font-size:0}.strip i{display:inline-block;width:5px;height:14px;margin-right:1px;"
	"border-radius:1px;background:currentColor;vertical-align:-3px}\n"
	"td.t{overflow-wrap:break-word;min-width:130px}th.n{text-align:right}"
	".pc{display:inline-block;min-width:5ch}\n"
	"td.why{min-width:180px;max-width:460px;overflow-wrap:anywhere}details pre{max-height:320px;overflow:auto;background:var(--row);"
	"padding:8px;border-radius:6px;font-size:12px;white-space:pre-wrap}\n"
	"@media(max-width:640px){.wrap{overflow:visible}table,thead,tbody,tr,td.t,td.why{display:block}thead tr{display:"
	"flex;flex-wrap:wrap;gap:0 16px}th{position:static;border:0;padding:2px 0}th:not([data-key]),td:empty,tr[hidden]{"
	"display:none}td{display:inline-block;border:0;padding:0;margin-right:12px}td.why{max-width:none}tbody tr{"
	"border-bottom:1px solid var(--line);padding:8px 0}}\n";

static const char script[] =
	"'use strict';\n"
	"const body=document.querySelector('tbody'),rows=[...body.rows],find=document.getElementById('find');\n"
	"const heads=[...document.querySelectorAll('th[data-key]')],marks=[...document.querySelectorAll('[data-v]')];\n"
	"let verdict='',key='ord',down=false;\n"
	"function show(){const words=find.value.toLowerCase().split(/\\s+/).filter(Boolean);let n=0;\n"
	" for(const r of rows){const t=r.dataset.text;const ok=(!verdict||r.dataset.verdict===verdict||(verdict==='changed'&&"
	"'changed'in r.dataset))&&"
	"words.every(w=>t.includes(w));r.hidden=!ok;n+=ok}\n"
	" document.getElementById('count').textContent=n+' of '+rows.length;\n"
	" for(const m of marks)m.setAttribute('aria-pressed',String(m.dataset.v===verdict));save()}\n"
	"function order(){const num=key==='ms'||key==='ord'||key==='tries'||key==='rate';\n"
	" const s=[...rows].sort((a,b)=>{const x=a.dataset[key],y=b.dataset[key];const c=num?x-y:x<y?-1:x>y?1:0;"
	"return(down?-c:c)||a.dataset.ord-b.dataset.ord});\n"
	" body.append(...s);for(const h of heads)if(h.dataset.key===key)h.setAttribute('aria-sort',down?'descending':"
	"'ascending');else h.removeAttribute('aria-sort');save()}\n"
	"function save(){const p=new URLSearchParams();if(find.value)p.set('q',find.value);if(verdict)p.set('v',verdict);"
	"if(key!=='ord'||down)p.set('s',(down?'-':'')+key);history.replaceState(null,'',p.size||[...p].length?'#'+p:"
	"location.pathname+location.search)}\n"
	"find.addEventListener('input',show);\n"
	"for(const m of marks)m.addEventListener('click',()=>{verdict=verdict===m.dataset.v?'':m.dataset.v;show()});\n"
	"for(const h of heads)h.querySelector('button').addEventListener('click',()=>{if(key===h.dataset.key)down=!down;"
	"else{key=h.dataset.key;down=key==='ms'}order()});\n"
	"const p=new URLSearchParams(location.hash.slice(1));find.value=p.get('q')||'';verdict=p.get('v')||'';\n"
	"const s=p.get('s');if(s){down=s[0]==='-';key=s.replace('-','');if(!heads.some(h=>h.dataset.key===key)){key='ord';"
	"down=false}}\n"
	"if(key!=='ord'||down)order();show();\n";

static void html(struct zol_str *s, const char *text)
{
	ZOL_AUTO(str) struct zol_str clean = ZOL_STR_INIT;

	for (const char *c = text; *c; c++) {
		size_t n = strcspn(c, "\n\t");
		ZOL_AUTO(free) char *piece = strndup(c, n);

		if (piece)
			zol_text_escape(&clean, piece);
		clean.oom = clean.oom || !piece;
		c += n;
		if (!*c)
			break;
		zol_str_putc(&clean, *c);
	}
	s->oom = s->oom || clean.oom;
	zol_xml_text(s, zol_span_str(&clean));
}

static const char *class_of(enum zol_verdict v)
{
	if (v == ZOL_V_PASS)
		return "good";
	if (v == ZOL_V_SKIP)
		return "skip";
	return v == ZOL_V_FLAKY ? "odd" : "bad";
}

static enum zol_verdict of_letter(char letter)
{
	for (unsigned v = 1; v < ZOL_VERDICTS; v++)
		if (zol_verdict_letter((enum zol_verdict)v) == letter)
			return (enum zol_verdict)v;
	return ZOL_V_NONE;
}

static void strip(const struct zol_case *c, struct zol_str *s)
{
	zol_str_puts(s, "<td><span class=strip>");
	for (const char *l = c->strip ? c->strip : ""; *l; l++)
		zol_str_printf(s, "<i class=%s title=%s></i>", class_of(of_letter(*l)),
			       zol_verdict_name(of_letter(*l)));
	if (c->verdict)
		zol_str_printf(s, "<i class=%s title=%s></i>", class_of(c->verdict), zol_verdict_name(c->verdict));
	zol_str_puts(s, "</span></td>");
}

/* Attempts of this run that count. */
static struct zol_rate rate_now(const struct zol_case *c)
{
	bool counts = c->verdict != ZOL_V_NONE && c->verdict != ZOL_V_SKIP && c->verdict != ZOL_V_LOST;

	return (struct zol_rate){ .passed = counts ? c->passed : 0, .total = counts ? c->attempts : 0 };
}

static double share(struct zol_rate r)
{
	return r.total ? 100 * (double)r.passed / (double)r.total : 0;
}

static bool has_changed(const struct zol_case *c)
{
	return zol_stats_fisher(c->before, rate_now(c)) < ZOL_STATS_SIGNIFICANT;
}

/* The rate of all that is known with where the true one is, and whether it is another one since. */
static void rate(const struct zol_case *c, struct zol_str *s)
{
	struct zol_rate now = rate_now(c);
	struct zol_rate all = { .passed = c->before.passed + now.passed, .total = c->before.total + now.total };
	double low;
	double high;

	zol_str_puts(s, "<td class=n>");
	if (all.total > 0) {
		zol_stats_wilson(all, &low, &high);
		zol_str_printf(
			s,
			"<span class=rate title=\"passed %ju of %ju attempts; the true rate is %.0f to %.0f %%, with a "
			"confidence of 95 %% (Wilson)\"><b style=\"left:%.1f%%;width:%.1f%%\"></b><i "
			"style=\"left:%.1f%%\"></i></span><span class=pc>%.0f %%</span>",
			(uintmax_t)all.passed, (uintmax_t)all.total, 100 * low, 100 * high, 100 * low,
			100 * (high - low), share(all), share(all));
	}
	if (has_changed(c))
		zol_str_printf(
			s,
			"<span class=\"change %s\" title=\"before %ju of %ju, now %ju of %ju: chance alone gives this "
			"in %.2g of 100 cases (Fisher)\">%.0f &#8594; %.0f %%</span>",
			share(now) < share(c->before) ? "bad" : "good", (uintmax_t)c->before.passed,
			(uintmax_t)c->before.total, (uintmax_t)now.passed, (uintmax_t)now.total,
			100 * zol_stats_fisher(c->before, now), share(c->before), share(now));
	zol_str_puts(s, "</td>");
}

/* A path as a URL: what is no plain character is escaped. */
static void link_to(struct zol_str *s, const char *path, const char *name)
{
	if (!path)
		return;
	zol_str_printf(s, " <a href=\"%s", *path == '/' ? "file://" : "");
	for (; *path; path++) {
		unsigned char c = (unsigned char)*path;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("/._-+~", c))
			zol_str_putc(s, (char)c);
		else
			zol_str_printf(s, "%%%02X", c);
	}
	zol_str_printf(s, "\">%s</a>", name);
}

static void lower(struct zol_str *s, const char *text)
{
	ZOL_AUTO(free) char *copy = strdup(text);

	for (char *c = copy; c && *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	if (copy)
		html(s, copy);
	s->oom = s->oom || !copy;
}

static void reason(const struct zol_case *c, struct zol_str *s)
{
	zol_str_puts(s, "<td class=why>");
	html(s, c->reason ? c->reason : "");
	link_to(s, c->log, "log");
	link_to(s, c->console, "console");
	link_to(s, c->stacks, "stacks");
	if (c->output) {
		zol_str_puts(s, "<details><summary>output</summary><pre>");
		html(s, c->output);
		zol_str_puts(s, "</pre></details>");
	}
	zol_str_puts(s, "</td></tr>\n");
}

/* What the script sorts and filters by. */
static void attributes(const struct zol_case *c, size_t ord, const char *verdict, struct zol_str *s)
{
	struct zol_rate now = rate_now(c);
	struct zol_rate all = { .passed = c->before.passed + now.passed, .total = c->before.total + now.total };

	zol_str_printf(s, "<tr data-ord=%zu data-verdict=%s data-ms=%ju data-tries=%ju data-rate=%.1f%s data-name=\"",
		       ord, verdict, (uintmax_t)c->ms, (uintmax_t)c->attempts, all.total ? share(all) : 101,
		       has_changed(c) ? " data-changed" : "");
	html(s, c->suite);
	zol_str_putc(s, '/');
	html(s, c->name);
	zol_str_puts(s, "\" data-text=\"");
	lower(s, c->suite);
	zol_str_putc(s, '/');
	lower(s, c->name);
	zol_str_putc(s, ' ');
	lower(s, verdict);
	zol_str_putc(s, ' ');
	lower(s, c->reason ? c->reason : "");
	zol_str_puts(s, "\">");
}

static void row(const struct zol_case *c, size_t ord, struct zol_str *s)
{
	const char *verdict = c->verdict ? zol_verdict_name(c->verdict) : "MISSING";

	attributes(c, ord, verdict, s);
	zol_str_puts(s, "<td class=t>");
	html(s, c->suite);
	zol_str_putc(s, '/');
	html(s, c->name);
	zol_str_printf(s, "</td><td class=\"v %s\">%s</td><td class=n>%.1f s</td><td class=n>", class_of(c->verdict),
		       verdict, (double)c->ms / 1000);
	if (c->attempts > 1)
		zol_str_printf(s, "%ju of %ju", (uintmax_t)c->passed, (uintmax_t)c->attempts);
	zol_str_puts(s, "</td>");
	rate(c, s);
	strip(c, s);
	reason(c, s);
}

static void head(const struct zol_case_set *set, struct zol_str *s)
{
	zol_str_puts(s, "<!doctype html>\n<html lang=en><head><meta charset=utf-8>\n"
			"<meta name=viewport content=\"width=device-width,initial-scale=1\">\n<title>");
	html(s, set->name ? set->name : "Test results");
	zol_str_puts(s, "</title>\n<style>\n");
	zol_str_puts(s, style);
	zol_str_puts(s, "</style></head><body>\n<h1>");
	html(s, set->name ? set->name : "Test results");
	zol_str_printf(s, " <span class=dim>run %jd</span></h1>\n<div class=facts>", (intmax_t)set->run);
	for (size_t i = 0; i < set->nfacts; i++) {
		zol_str_puts(s, "<span>");
		html(s, set->facts[i].key);
		zol_str_puts(s, " <b>");
		html(s, set->facts[i].value);
		zol_str_puts(s, "</b></span>");
	}
	zol_str_puts(s, "</div>\n");
}

static void controls(const struct zol_case_set *set, struct zol_str *s)
{
	static const char *const keys[] = { "name", "verdict", "ms", "tries", "rate" };
	static const char *const titles[] = { "Test", "Verdict", "Time", "Passed", "Rate" };
	size_t count[ZOL_VERDICTS];
	size_t changed = 0;

	zol_case_count(set, count);
	zol_str_puts(s, "<div class=bar><input id=find type=search placeholder=\"Filter by words\" aria-label=Filter>");
	for (unsigned v = 0; v < ZOL_VERDICTS; v++)
		if (count[v])
			zol_str_printf(s, "<button type=button data-v=%s><span class=%s>%s</span> %zu</button>",
				       v ? zol_verdict_name((enum zol_verdict)v) : "MISSING",
				       class_of((enum zol_verdict)v),
				       v ? zol_verdict_name((enum zol_verdict)v) : "MISSING", count[v]);
	for (size_t i = 0; i < set->n; i++)
		changed += has_changed(&set->v[i]);
	if (changed)
		zol_str_printf(s, "<button type=button data-v=changed>rate has changed %zu</button>", changed);
	zol_str_printf(s, "<span id=count class=dim>%zu of %zu</span></div>\n<div class=wrap><table><thead><tr>",
		       set->n, set->n);
	for (size_t i = 0; i < ZOL_COUNT(keys); i++)
		zol_str_printf(s, "<th%s data-key=%s><button type=button>%s</button></th>", i < 2 ? "" : " class=n",
			       keys[i], titles[i]);
	zol_str_puts(s, "<th>History</th><th>Reason</th></tr></thead>\n<tbody>\n");
}

void zol_testpage(const struct zol_case_set *set, struct zol_str *s)
{
	head(set, s);
	controls(set, s);
	for (size_t i = 0; i < set->n; i++)
		row(&set->v[i], i, s);
	zol_str_puts(s, "</tbody></table></div>\n<script>\n");
	zol_str_puts(s, script);
	zol_str_puts(s, "</script></body></html>\n");
}
