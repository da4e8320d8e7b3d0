/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of menu entries: Documentation/kbuild/kconfig-language.rst, "Menu attributes". */
#include "core/kconfig_priv.h"

static int behind(struct zol_klex *x, size_t at, struct zol_err *err)
{
	return at == x->ntok ? 0 : zol_klex_error(x, err, "unexpected text at the end of the line");
}

/* [if expr] at the end of a line. */
static int parse_cond(struct zol_klex *x, size_t at, struct zol_kexpr **ret, struct zol_err *err)
{
	*ret = NULL;
	if (at < x->ntok && x->tok[at].kind == ZOL_KTOK_IF) {
		at++;
		int rc = zol_kparse_expr(x, &at, ret, err);

		if (rc < 0)
			return rc;
	}
	return behind(x, at, err);
}

/* The property at the end of its symbol's list; menus and comments have no symbol. */
static struct zol_kprop *add_prop(struct zol_klex *x, struct zol_kmenu *m, enum zol_kprop_kind kind)
{
	struct zol_kprop *p = zol_karena_alloc(&x->k->arena, sizeof(*p));

	if (!p)
		return NULL;
	p->kind = (uint8_t)kind;
	p->menu = m;
	p->file = x->at.file;
	p->line = x->at.line;
	if (m->sym) {
		m->props = m->props ? m->props : p;
		*m->sym->props_end = p;
		m->sym->props_end = &p->next;
	}
	return p;
}

static void set_type(struct zol_klex *x, struct zol_kmenu *m, enum zol_ktype type)
{
	struct zol_ksym *s = m->sym;

	if (s->type == type)
		return;
	if (s->type != ZOL_KT_UNKNOWN) {
		zol_kconfig_warn(x->k, x->at.file, x->at.line, "ignoring type redefinition of '%s'",
				 s->name ? s->name : "choice");
		return;
	}
	s->type = (uint8_t)type;
}

static int parse_prompt(struct zol_klex *x, struct zol_kmenu *m, struct zol_err *err)
{
	if (x->tok[1].kind != ZOL_KTOK_STR && x->tok[1].kind != ZOL_KTOK_WORD)
		return zol_klex_error(x, err, "a prompt's text is missing");
	struct zol_kprop *p = add_prop(x, m, ZOL_KP_PROMPT);

	if (!p)
		return zol_err_oom(err);
	if (m->prompt)
		zol_kconfig_warn(x->k, x->at.file, x->at.line, "prompt redefined");
	/* Blanks at the start of a prompt do not count. */
	struct zol_span text = x->tok[1].text;

	while (text.len && (text.ptr[0] == ' ' || text.ptr[0] == '\t'))
		text = zol_span(text.ptr + 1, text.len - 1);
	p->text = zol_karena_dup(&x->k->arena, text);
	m->prompt = p;
	return p->text ? parse_cond(x, 2, &p->cond, err) : zol_err_oom(err);
}

static int parse_type(struct zol_klex *x, struct zol_kmenu *m, enum zol_ktype type, struct zol_err *err)
{
	set_type(x, m, type);
	return x->ntok > 1 ? parse_prompt(x, m, err) : 0;
}

static int parse_default(struct zol_klex *x, struct zol_kmenu *m, enum zol_ktype type, struct zol_err *err)
{
	if (type != ZOL_KT_UNKNOWN)
		set_type(x, m, type);
	struct zol_kprop *p = add_prop(x, m, ZOL_KP_DEFAULT);
	size_t at = 1;
	int rc = p ? zol_kparse_expr(x, &at, &p->value, err) : zol_err_oom(err);

	return rc < 0 ? rc : parse_cond(x, at, &p->cond, err);
}

static int parse_select(struct zol_klex *x, struct zol_kmenu *m, enum zol_kprop_kind kind, struct zol_err *err)
{
	if (x->ntok < 2 || x->tok[1].kind != ZOL_KTOK_WORD)
		return zol_klex_error(x, err, "a symbol's name is missing");
	struct zol_kprop *p = add_prop(x, m, kind);
	struct zol_ksym *s = zol_kconfig_symbol(x->k, x->tok[1].text, false);

	if (!p || !s)
		return zol_err_oom(err);
	p->value = zol_kexpr_new(x->k, ZOL_KO_SYM, x->at.file, x->at.line);
	if (!p->value)
		return zol_err_oom(err);
	p->value->a = s;
	return parse_cond(x, 2, &p->cond, err);
}

static int parse_range(struct zol_klex *x, struct zol_kmenu *m, struct zol_err *err)
{
	if (x->ntok < 3)
		return zol_klex_error(x, err, "a range has two ends");
	struct zol_kprop *p = add_prop(x, m, ZOL_KP_RANGE);

	if (!p)
		return zol_err_oom(err);
	p->value = zol_kexpr_new(x->k, ZOL_KO_EQ, x->at.file, x->at.line);
	if (!p->value)
		return zol_err_oom(err);
	p->value->a = zol_kconfig_symbol(x->k, x->tok[1].text, x->tok[1].kind == ZOL_KTOK_STR);
	p->value->b = zol_kconfig_symbol(x->k, x->tok[2].text, x->tok[2].kind == ZOL_KTOK_STR);
	return p->value->a && p->value->b ? parse_cond(x, 3, &p->cond, err) : zol_err_oom(err);
}

/* "depends on X if Y" (7.0) means X || !Y. */
static int with_condition(struct zol_klex *x, struct zol_kexpr *cond, struct zol_kexpr **e, struct zol_err *err)
{
	struct zol_kexpr *not = zol_kexpr_new(x->k, ZOL_KO_NOT, x->at.file, x->at.line);
	struct zol_kexpr *or = zol_kexpr_new(x->k, ZOL_KO_OR, x->at.file, x->at.line);

	if (!not|| !or)
		return zol_err_oom(err);
	not->l = cond;
	or->l = *e;
	or->r = not;
	*e = or ;
	return 0;
}

/* "depends on expr", "visible if expr": ANDed to what is there. */
static int parse_condition(struct zol_klex *x, enum zol_ktok_kind second, struct zol_kexpr **to, struct zol_err *err)
{
	struct zol_kexpr *e, *cond;
	size_t at = 2;
	bool oom = false;

	if (x->ntok < 2 || x->tok[1].kind != second)
		return zol_klex_error(x, err, "\"%.*s\" lacks its second word", (int)x->tok[0].text.len,
				      x->tok[0].text.ptr);
	int rc = zol_kparse_expr(x, &at, &e, err);

	if (rc == 0)
		rc = parse_cond(x, at, &cond, err);
	if (rc == 0 && cond)
		rc = with_condition(x, cond, &e, err);
	if (rc < 0)
		return rc;
	*to = zol_kexpr_and(x->k, *to, e, &oom);
	return oom ? zol_err_oom(err) : 0;
}

/* Before 5.13: option modules, defconfig_list, allnoconfig_y. */
static int parse_option(struct zol_klex *x, struct zol_kmenu *m, struct zol_err *err)
{
	if (x->ntok < 2)
		return zol_klex_error(x, err, "\"option\" lacks its name");
	if (x->tok[1].kind == ZOL_KTOK_MODULES)
		x->k->modules = m->sym;
	else if (zol_span_eq(x->tok[1].text, "allnoconfig_y"))
		m->sym->flags |= ZOL_KS_ALLNO_Y;
	return 0;
}

static int parse_flag(struct zol_klex *x, struct zol_kmenu *m, struct zol_err *err)
{
	switch ((int)x->tok[0].kind) {
	case ZOL_KTOK_MODULES:
		x->k->modules = m->sym;
		break;
	case ZOL_KTOK_OPTIONAL:
		m->sym->flags |= ZOL_KS_OPTIONAL;
		break;
	default:
		m->sym->flags |= ZOL_KS_TRANSITIONAL;
		break;
	}
	return behind(x, 1, err);
}

/* What stands in entries with a symbol. */
static int parse_symbol_option(struct zol_klex *x, struct zol_kmenu *m, struct zol_err *err)
{
	switch ((int)x->tok[0].kind) {
	case ZOL_KTOK_BOOL:
		return parse_type(x, m, ZOL_KT_BOOL, err);
	case ZOL_KTOK_TRISTATE:
		return parse_type(x, m, ZOL_KT_TRISTATE, err);
	case ZOL_KTOK_INT:
		return parse_type(x, m, ZOL_KT_INT, err);
	case ZOL_KTOK_HEX:
		return parse_type(x, m, ZOL_KT_HEX, err);
	case ZOL_KTOK_STRING:
		return parse_type(x, m, ZOL_KT_STRING, err);
	case ZOL_KTOK_PROMPT:
		return x->ntok > 1 ? parse_prompt(x, m, err) : zol_klex_error(x, err, "a prompt's text is missing");
	case ZOL_KTOK_DEFAULT:
		return parse_default(x, m, ZOL_KT_UNKNOWN, err);
	case ZOL_KTOK_DEF_BOOL:
		return parse_default(x, m, ZOL_KT_BOOL, err);
	case ZOL_KTOK_DEF_TRISTATE:
		return parse_default(x, m, ZOL_KT_TRISTATE, err);
	case ZOL_KTOK_SELECT:
		return parse_select(x, m, ZOL_KP_SELECT, err);
	case ZOL_KTOK_IMPLY:
		return parse_select(x, m, ZOL_KP_IMPLY, err);
	case ZOL_KTOK_RANGE:
		return parse_range(x, m, err);
	case ZOL_KTOK_OPTION:
		return parse_option(x, m, err);
	default:
		return parse_flag(x, m, err);
	}
}

static bool is_symbol_option(enum zol_ktok_kind kind)
{
	switch ((int)kind) {
	case ZOL_KTOK_BOOL:
	case ZOL_KTOK_TRISTATE:
	case ZOL_KTOK_INT:
	case ZOL_KTOK_HEX:
	case ZOL_KTOK_STRING:
	case ZOL_KTOK_PROMPT:
	case ZOL_KTOK_DEFAULT:
	case ZOL_KTOK_DEF_BOOL:
	case ZOL_KTOK_DEF_TRISTATE:
	case ZOL_KTOK_SELECT:
	case ZOL_KTOK_IMPLY:
	case ZOL_KTOK_RANGE:
	case ZOL_KTOK_OPTION:
	case ZOL_KTOK_MODULES:
	case ZOL_KTOK_OPTIONAL:
	case ZOL_KTOK_TRANSITIONAL:
		return true;
	default:
		return false;
	}
}

int zol_kparse_options(struct zol_klex *x, struct zol_kmenu *m, struct zol_err *err)
{
	int rc;

	while ((rc = zol_klex_line(x, err)) > 0) {
		enum zol_ktok_kind kind = x->tok[0].kind;

		if (!x->op && kind == ZOL_KTOK_DEPENDS) {
			rc = parse_condition(x, ZOL_KTOK_ON, &m->dep, err);
		} else if (!x->op && kind == ZOL_KTOK_VISIBLE && m->kind == ZOL_KM_MENU) {
			rc = parse_condition(x, ZOL_KTOK_IF, &m->visible, err);
		} else if (!x->op && kind == ZOL_KTOK_HELP) {
			zol_klex_help(x);
		} else if (!x->op && m->sym && is_symbol_option(kind)) {
			rc = parse_symbol_option(x, m, err);
		} else {
			x->again = true;
			return 0;
		}
		if (rc < 0)
			return rc;
	}
	return rc;
}
