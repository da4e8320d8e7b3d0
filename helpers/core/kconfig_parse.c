/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements of the language: Documentation/kbuild/kconfig-language.rst, "Menu entries". */
#include "core/kconfig_priv.h"

#define FILE_DEPTH_MAX 64U
#define BLOCK_DEPTH_MAX 512U

/* The files being read, innermost first: to find a file that sources itself. */
struct open_file {
	const struct open_file *outer;
	const char *name;
	const struct zol_klex *x; /* how far it was read */
	unsigned depth;
};

struct reader {
	struct zol_klex *x;
	const struct open_file *file;
	unsigned depth;
};

static int parse_file(struct zol_kconfig *k, const char *name, struct zol_kmenu *parent, const struct open_file *outer,
		      struct zol_err *err);
static int parse_block(struct reader *r, struct zol_kmenu *parent, enum zol_ktok_kind end, struct zol_err *err);

static struct zol_kmenu *add_menu(struct zol_klex *x, struct zol_kmenu *parent, enum zol_kmenu_kind kind)
{
	struct zol_kmenu *m = zol_karena_alloc(&x->k->arena, sizeof(*m));

	if (!m)
		return NULL;
	m->kind = (uint8_t)kind;
	m->parent = parent;
	m->file = x->at.file;
	m->line = x->at.line;
	if (parent->last)
		parent->last->next = m;
	else
		parent->first = m;
	parent->last = m;
	return m;
}

static void add_place(struct zol_ksym *s, struct zol_kmenu *m)
{
	if (s->node)
		s->last_node->same = m;
	else
		s->node = m;
	s->last_node = m;
	m->sym = s;
}

static int need_text(struct zol_klex *x, size_t i, struct zol_err *err)
{
	if (i >= x->ntok || (x->tok[i].kind != ZOL_KTOK_STR && x->tok[i].kind != ZOL_KTOK_WORD))
		return zol_klex_error(x, err, "text in quotes is missing");
	return 0;
}

/* The text of menu, comment and mainmenu as a prompt of its own. */
static int set_text(struct zol_klex *x, struct zol_kmenu *m, struct zol_err *err)
{
	int rc = need_text(x, 1, err);

	if (rc < 0)
		return rc;
	struct zol_kprop *p = zol_karena_alloc(&x->k->arena, sizeof(*p));

	if (!p)
		return zol_err_oom(err);
	p->text = zol_karena_dup(&x->k->arena, x->tok[1].text);
	p->menu = m;
	p->file = x->at.file;
	p->line = x->at.line;
	m->prompt = p;
	return p->text ? 0 : zol_err_oom(err);
}

static int parse_config(struct reader *r, struct zol_kmenu *parent, struct zol_err *err)
{
	struct zol_klex *x = r->x;

	if (x->ntok != 2 || x->tok[1].kind != ZOL_KTOK_WORD)
		return zol_klex_error(x, err, "one symbol's name is expected");
	struct zol_ksym *s = zol_kconfig_symbol(x->k, x->tok[1].text, false);
	struct zol_kmenu *m = s ? add_menu(x, parent, ZOL_KM_CONFIG) : NULL;

	if (!m)
		return zol_err_oom(err);
	if (s->flags & ZOL_KS_CONST)
		return zol_klex_error(x, err, "\"%s\" cannot be a symbol's name", s->name);
	s->flags |= ZOL_KS_DEFINED;
	add_place(s, m);
	return zol_kparse_options(x, m, err);
}

static int parse_choice(struct reader *r, struct zol_kmenu *parent, struct zol_err *err)
{
	struct zol_klex *x = r->x;
	struct zol_ksym *s;

	if (x->ntok > 1 && x->tok[1].kind == ZOL_KTOK_WORD)
		s = zol_kconfig_symbol(x->k, x->tok[1].text, false);
	else
		s = zol_kconfig_new_symbol(x->k, zol_span(NULL, 0));
	struct zol_kmenu *m = s ? add_menu(x, parent, ZOL_KM_CHOICE) : NULL;

	if (!m)
		return zol_err_oom(err);
	s->flags |= ZOL_KS_CHOICE;
	add_place(s, m);
	int rc = zol_kparse_options(x, m, err);

	return rc < 0 ? rc : parse_block(r, m, ZOL_KTOK_ENDCHOICE, err);
}

static int parse_menu(struct reader *r, struct zol_kmenu *parent, struct zol_err *err)
{
	struct zol_kmenu *m = add_menu(r->x, parent, ZOL_KM_MENU);
	int rc = m ? set_text(r->x, m, err) : zol_err_oom(err);

	if (rc == 0)
		rc = zol_kparse_options(r->x, m, err);
	return rc < 0 ? rc : parse_block(r, m, ZOL_KTOK_ENDMENU, err);
}

static int parse_comment(struct reader *r, struct zol_kmenu *parent, struct zol_err *err)
{
	struct zol_kmenu *m = add_menu(r->x, parent, ZOL_KM_COMMENT);
	int rc = m ? set_text(r->x, m, err) : zol_err_oom(err);

	return rc < 0 ? rc : zol_kparse_options(r->x, m, err);
}

static int parse_if(struct reader *r, struct zol_kmenu *parent, struct zol_err *err)
{
	struct zol_kmenu *m = add_menu(r->x, parent, ZOL_KM_IF);
	size_t at = 1;
	int rc = m ? zol_kparse_expr(r->x, &at, &m->dep, err) : zol_err_oom(err);

	if (rc == 0 && at != r->x->ntok)
		rc = zol_klex_error(r->x, err, "text behind the expression");
	return rc < 0 ? rc : parse_block(r, m, ZOL_KTOK_ENDIF, err);
}

/* In the words of the kernel's own tools. */
static int recursive(const struct reader *r, const char *name, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	zol_str_printf(&text, "Recursive inclusion detected.\nInclusion path:\n  current file : %s", name);
	for (const struct open_file *f = r->file; f; f = f->outer) {
		zol_str_printf(&text, "\n  included from: %s:%u", f->name, f->x->at.line);
		if (strcmp(f->name, name) == 0)
			break;
	}
	return zol_klex_error(r->x, err, "%s", zol_str_c(&text));
}

static int parse_source(struct reader *r, struct zol_kmenu *parent, struct zol_err *err)
{
	int rc = need_text(r->x, 1, err);

	if (rc < 0)
		return rc;
	ZOL_AUTO(free) char *name = zol_span_dup(r->x->tok[1].text);

	if (!name)
		return zol_err_oom(err);
	if (r->file->depth >= FILE_DEPTH_MAX)
		return zol_klex_error(r->x, err, "files that source each other, more than %u deep", FILE_DEPTH_MAX);
	for (const struct open_file *f = r->file; f; f = f->outer)
		if (strcmp(f->name, name) == 0)
			return recursive(r, name, err);
	rc = parse_file(r->x->k, name, parent, r->file, err);
	if (rc == 1)
		return zol_klex_error(r->x, err, "can't open file \"%s\"", name);
	return rc;
}

static int parse_statement(struct reader *r, struct zol_kmenu *parent, struct zol_err *err)
{
	struct zol_klex *x = r->x;

	switch ((int)x->tok[0].kind) {
	case ZOL_KTOK_CONFIG:
	case ZOL_KTOK_MENUCONFIG:
		return parse_config(r, parent, err);
	case ZOL_KTOK_CHOICE:
		return parse_choice(r, parent, err);
	case ZOL_KTOK_MENU:
		return parse_menu(r, parent, err);
	case ZOL_KTOK_COMMENT:
		return parse_comment(r, parent, err);
	case ZOL_KTOK_IF:
		return parse_if(r, parent, err);
	case ZOL_KTOK_SOURCE:
		return parse_source(r, parent, err);
	case ZOL_KTOK_MAINMENU:
		return set_text(x, &x->k->root, err);
	case ZOL_KTOK_ENDMENU:
	case ZOL_KTOK_ENDIF:
	case ZOL_KTOK_ENDCHOICE:
		return zol_klex_error(x, err, "unexpected \"%.*s\"", (int)x->tok[0].text.len, x->tok[0].text.ptr);
	default:
		return zol_klex_error(x, err, "unknown statement \"%.*s\"", (int)x->tok[0].text.len,
				      x->tok[0].text.ptr);
	}
}

/* Statements up to the line that ends the block; WORD as end stands for the end of the file. */
static int parse_block(struct reader *r, struct zol_kmenu *parent, enum zol_ktok_kind end, struct zol_err *err)
{
	struct zol_klex *x = r->x;
	struct zol_kplace start = x->at;
	int rc;

	if (++r->depth > BLOCK_DEPTH_MAX)
		return zol_klex_error(x, err, "blocks nested deeper than %u", BLOCK_DEPTH_MAX);
	while ((rc = zol_klex_line(x, err)) > 0) {
		if (x->op) {
			rc = zol_kmacro_assign(x->k, x->at, x->tok[0].text, x->op, x->value, err);
		} else if (end != ZOL_KTOK_WORD && x->tok[0].kind == end) {
			r->depth--;
			return 0;
		} else {
			rc = parse_statement(r, parent, err);
		}
		if (rc < 0)
			return rc;
	}
	if (rc == 0 && end != ZOL_KTOK_WORD)
		return zol_err_set(err, ZOL_MALFORMED, 0,
				   "%s:%u: the block that begins here is not closed in this file",
				   x->k->files[start.file], start.line);
	r->depth--;
	return rc;
}

static int refuse_nul(const char *name, const struct zol_str *text, struct zol_err *err)
{
	const char *nul = text->len ? memchr(text->ptr, '\0', text->len) : NULL;
	unsigned line = 1;

	if (!nul)
		return 0;
	for (const char *p = text->ptr; p < nul; p++)
		line += *p == '\n';
	return zol_err_set(err, ZOL_MALFORMED, 0, "%s:%u: a NUL byte", name, line);
}

static int parse_file(struct zol_kconfig *k, const char *name, struct zol_kmenu *parent, const struct open_file *outer,
		      struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	struct zol_klex x = { .k = k, .next_line = 1 };
	const struct open_file file = { outer, name, &x, outer ? outer->depth + 1 : 0 };
	struct reader r = { .x = &x, .file = &file };
	int rc = k->io->read(k->io->ctx, name, &text, err);

	if (rc < 0 && outer)
		return zol_err_wrap(err, "%s:%u", outer->name, outer->x->at.line);
	if (rc == 0)
		rc = refuse_nul(name, &text, err);
	if (rc != 0)
		return rc;
	rc = zol_kconfig_file(k, name, &x.at.file, err);
	if (rc < 0)
		return rc;
	x.rest = zol_span_str(&text);
	rc = parse_block(&r, parent, ZOL_KTOK_WORD, err);
	free(x.tok);
	return rc;
}

int zol_kconfig_load(struct zol_kconfig *k, const char *file, struct zol_err *err)
{
	int rc = parse_file(k, file, &k->root, NULL, err);

	if (rc == 1)
		return zol_err_set(err, ZOL_MALFORMED, 0, "there is no file \"%s\"", file);
	return rc < 0 ? rc : zol_kconfig_finish(k, err);
}
