/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kconfig_priv.h"

#define DEPTH_MAX 2000U

struct zol_kexpr *zol_kexpr_new(struct zol_kconfig *k, enum zol_kop op, uint16_t file, uint32_t line)
{
	struct zol_kexpr *e = zol_karena_alloc(&k->arena, sizeof(*e));

	if (e) {
		e->op = (uint8_t)op;
		e->file = file;
		e->line = line;
	}
	return e;
}

static struct zol_kexpr *join(struct zol_kconfig *k, enum zol_kop op, struct zol_kexpr *l, struct zol_kexpr *r,
			      bool *oom)
{
	struct zol_kexpr *e = zol_kexpr_new(k, op, r->file, r->line);

	if (!e) {
		*oom = true;
		return NULL;
	}
	e->l = l;
	e->r = r;
	return e;
}

struct zol_kexpr *zol_kexpr_and(struct zol_kconfig *k, struct zol_kexpr *l, struct zol_kexpr *r, bool *oom)
{
	if (!l || !r || l == r)
		return l ? l : r;
	return join(k, ZOL_KO_AND, l, r, oom);
}

struct zol_kexpr *zol_kexpr_or(struct zol_kconfig *k, struct zol_kexpr *l, struct zol_kexpr *r, bool *oom)
{
	if (!l || !r)
		return l ? l : r;
	return join(k, ZOL_KO_OR, l, r, oom);
}

/* --- parsing ------------------------------------------------------------------------------------- */

struct parser {
	struct zol_klex *x;
	size_t at;
	unsigned depth;
};

static bool peek(const struct parser *p, enum zol_ktok_kind kind)
{
	return p->at < p->x->ntok && p->x->tok[p->at].kind == kind;
}

static struct zol_kexpr *node(struct parser *p, enum zol_kop op)
{
	return zol_kexpr_new(p->x->k, op, p->x->at.file, p->x->at.line);
}

static int parse_symbol(struct parser *p, struct zol_ksym **ret, struct zol_err *err)
{
	if (!peek(p, ZOL_KTOK_WORD) && !peek(p, ZOL_KTOK_STR))
		return zol_klex_error(p->x, err, "a symbol is missing in an expression");
	const struct zol_ktok *t = &p->x->tok[p->at++];

	*ret = zol_kconfig_symbol(p->x->k, t->text, t->kind == ZOL_KTOK_STR);
	return *ret ? 0 : zol_err_oom(err);
}

static int parse_or(struct parser *p, struct zol_kexpr **ret, struct zol_err *err);

static int parse_comparison(struct parser *p, struct zol_kexpr **ret, struct zol_err *err)
{
	struct zol_ksym *a = NULL, *b = NULL;
	enum zol_kop op = ZOL_KO_SYM;
	int rc = parse_symbol(p, &a, err);

	if (rc < 0)
		return rc;
	if (p->at < p->x->ntok && p->x->tok[p->at].kind >= ZOL_KTOK_EQ && p->x->tok[p->at].kind <= ZOL_KTOK_GE) {
		op = (enum zol_kop)(ZOL_KO_EQ + (p->x->tok[p->at].kind - ZOL_KTOK_EQ));
		p->at++;
		rc = parse_symbol(p, &b, err);
		if (rc < 0)
			return rc;
	}
	struct zol_kexpr *e = node(p, op);

	if (!e)
		return zol_err_oom(err);
	e->a = a;
	e->b = b;
	*ret = e;
	return 0;
}

static int parse_primary(struct parser *p, struct zol_kexpr **ret, struct zol_err *err)
{
	if (++p->depth > DEPTH_MAX)
		return zol_klex_error(p->x, err, "an expression nested too deep");
	int rc;

	if (peek(p, ZOL_KTOK_NOT)) {
		struct zol_kexpr *inner = NULL, *e = node(p, ZOL_KO_NOT);

		p->at++;
		if (!e)
			return zol_err_oom(err);
		rc = parse_primary(p, &inner, err);
		if (rc < 0)
			return rc;
		e->l = inner;
		*ret = e;
	} else if (peek(p, ZOL_KTOK_OPEN)) {
		p->at++;
		rc = parse_or(p, ret, err);
		if (rc == 0 && !peek(p, ZOL_KTOK_CLOSE))
			rc = zol_klex_error(p->x, err, "a closing parenthesis is missing");
		p->at++;
	} else {
		rc = parse_comparison(p, ret, err);
	}
	p->depth--;
	return rc;
}

static int parse_chain(struct parser *p, bool and, struct zol_kexpr **ret, struct zol_err *err)
{
	enum zol_ktok_kind kind = and ? ZOL_KTOK_AND : ZOL_KTOK_OR;
	struct zol_kexpr *left = NULL;
	int rc = and ? parse_primary(p, &left, err) : parse_chain(p, true, &left, err);

	while (rc == 0 && peek(p, kind)) {
		struct zol_kexpr *right = NULL, *e = node(p, and? ZOL_KO_AND : ZOL_KO_OR);

		p->at++;
		rc = and ? parse_primary(p, &right, err) : parse_chain(p, true, &right, err);
		if (rc < 0)
			return rc;
		if (!e)
			return zol_err_oom(err);
		e->l = left;
		e->r = right;
		left = e;
	}
	if (rc == 0)
		*ret = left;
	return rc;
}

static int parse_or(struct parser *p, struct zol_kexpr **ret, struct zol_err *err)
{
	return parse_chain(p, false, ret, err);
}

int zol_kparse_expr(struct zol_klex *x, size_t *at, struct zol_kexpr **ret, struct zol_err *err)
{
	struct parser p = { .x = x, .at = *at };
	int rc = parse_or(&p, ret, err);

	*at = p.at;
	return rc;
}

/* --- text ---------------------------------------------------------------------------------------- */

static void symbol_text(const struct zol_ksym *s, struct zol_str *out)
{
	bool quoted = (s->flags & ZOL_KS_CONST) && s->type == ZOL_KT_STRING;

	zol_str_printf(out, quoted ? "\"%s\"" : "%s", s->name ? s->name : "(choice)");
}

size_t zol_kexpr_chain(const struct zol_kexpr *e, struct zol_kexpr *v[static ZOL_KCHAIN])
{
	uint8_t op = e->op;
	size_t all = 1;

	for (const struct zol_kexpr *x = e; x->op == op; x = x->l)
		all++;
	for (size_t i = all - 1; e->op == op; e = e->l, i--) {
		if (i < ZOL_KCHAIN)
			v[i] = e->r;
		if (i == 1)
			v[0] = e->l;
	}
	return all;
}

static void text(const struct zol_kexpr *e, struct zol_str *out, unsigned outer);

static void chain_text(const struct zol_kexpr *e, const char *sign, struct zol_str *out, unsigned tight)
{
	struct zol_kexpr *v[ZOL_KCHAIN];
	size_t n = zol_kexpr_chain(e, v);

	for (size_t i = 0; i < n && i < ZOL_KCHAIN; i++) {
		if (i)
			zol_str_puts(out, sign);
		text(v[i], out, tight);
	}
	if (n > ZOL_KCHAIN)
		zol_str_printf(out, "%s...", sign);
}

/* outer: how tight the operator around binds; looser ones inside get parentheses. */
static void text(const struct zol_kexpr *e, struct zol_str *out, unsigned outer)
{
	static const char *const signs[] = { "", "", " && ", " || ", "=", "!=", "<", "<=", ">", ">=" };
	static const unsigned tight[] = { 4, 3, 2, 1, 4, 4, 4, 4, 4, 4 };
	bool parens = tight[e->op] < outer;

	if (parens)
		zol_str_putc(out, '(');
	if (e->op == ZOL_KO_NOT) {
		zol_str_putc(out, '!');
		text(e->l, out, 3);
	} else if (e->op == ZOL_KO_AND || e->op == ZOL_KO_OR) {
		chain_text(e, signs[e->op], out, tight[e->op]);
	} else {
		symbol_text(e->a, out);
		if (e->b) {
			zol_str_puts(out, signs[e->op]);
			symbol_text(e->b, out);
		}
	}
	if (parens)
		zol_str_putc(out, ')');
}

void zol_kexpr_text(const struct zol_kexpr *e, struct zol_str *out)
{
	if (e)
		text(e, out, 0);
	else
		zol_str_putc(out, 'y');
}
