/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kconfig_dotconfig.h"

#include <stdlib.h>

#define PREFIX "CONFIG_"

void zol_kconfig_reset(struct zol_kconfig *k)
{
	for (size_t i = 0; i < k->nsyms; i++) {
		struct zol_ksym *s = k->syms[i];

		s->has_user = false;
		s->user = ZOL_KN;
		s->user_str = NULL;
		s->user_line = 0;
		s->user_member = NULL;
		for (uint32_t m = 0; m < s->nmembers; m++)
			s->members[m]->rank = UINT32_MAX / 2 + m;
		/* A choice counts as set to n until a member is read; one of numbers has no value to be set to. */
		if (s->flags & ZOL_KS_CHOICE)
			s->has_user = k->choices == 1 && zol_ksym_is_tri(s);
	}
	k->rank = UINT32_MAX / 2 - 1;
	/* What was asked before has no part in what follows. */
	k->cyclic = false;
	zol_kconfig_changed(k);
}

/* -?(0|[1-9][0-9]*) */
static bool is_int(struct zol_span v)
{
	if (v.len && v.ptr[0] == '-')
		v = zol_span(v.ptr + 1, v.len - 1);
	if (!v.len || (v.ptr[0] == '0' && v.len > 1))
		return false;
	for (size_t i = 0; i < v.len; i++)
		if (v.ptr[i] < '0' || v.ptr[i] > '9')
			return false;
	return true;
}

static bool is_hex(struct zol_span v)
{
	if (v.len >= 2 && v.ptr[0] == '0' && (v.ptr[1] == 'x' || v.ptr[1] == 'X'))
		v = zol_span(v.ptr + 2, v.len - 2);
	for (size_t i = 0; i < v.len; i++)
		if (!v.ptr[i] || !strchr("0123456789abcdefABCDEF", v.ptr[i]))
			return false;
	return v.len > 0;
}

/* The text between quotes, backslashes taken off; false when it is not one. */
static bool unquote(struct zol_span v, struct zol_str *out)
{
	if (!v.len || v.ptr[0] != '"')
		return false;
	for (size_t i = 1; i < v.len; i++) {
		if (v.ptr[i] == '"')
			return true;
		if (v.ptr[i] == '\\' && i + 1 < v.len)
			i++;
		zol_str_putc(out, v.ptr[i]);
	}
	return false;
}

static bool set_tri(struct zol_ksym *s, struct zol_span v)
{
	char c = v.len ? v.ptr[0] : '\0';

	if (c == 'm' && s->type == ZOL_KT_TRISTATE)
		s->user = ZOL_KM;
	else if (c == 'y' || c == 'n')
		s->user = c == 'y' ? ZOL_KY : ZOL_KN;
	else
		return false;
	return true;
}

static bool set_text(struct zol_kconfig *k, struct zol_ksym *s, struct zol_span v)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	if (s->type == ZOL_KT_STRING) {
		if (!unquote(v, &text))
			return false;
		v = zol_span_str(&text);
	} else if (s->type == ZOL_KT_INT ? !is_int(v) : !is_hex(v)) {
		return false;
	}
	const char *kept = zol_karena_dup(&k->arena, v);

	if (kept)
		s->user_str = kept;
	return kept != NULL;
}

bool zol_kconfig_valid(const struct zol_ksym *s, struct zol_span v)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	switch ((enum zol_ktype)s->type) {
	case ZOL_KT_BOOL:
	case ZOL_KT_TRISTATE:
		return v.len == 1 &&
		       (v.ptr[0] == 'y' || v.ptr[0] == 'n' || (v.ptr[0] == 'm' && s->type == ZOL_KT_TRISTATE));
	case ZOL_KT_INT:
		return is_int(v);
	case ZOL_KT_HEX:
		return is_hex(v);
	case ZOL_KT_STRING:
		return unquote(v, &text);
	case ZOL_KT_UNKNOWN:
		break;
	}
	return false;
}

/* A member that was read tells its choice. */
static void tell_choice(struct zol_kconfig *k, struct zol_ksym *s)
{
	struct zol_ksym *c = s->choice;

	s->rank = k->rank--;
	if (k->choices == 2)
		return;
	if (s->user == ZOL_KM && c->user == ZOL_KY)
		c->has_user = false;
	if (s->user == ZOL_KY)
		c->user_member = s;
	if (s->user > c->user)
		c->user = s->user;
}

enum zol_kread zol_kconfig_assign(struct zol_kconfig *k, struct zol_span name, struct zol_span value, bool is_not_set,
				  uint32_t mark)
{
	uint32_t i = zol_strmap_get(&k->names, name);
	struct zol_ksym *s = i == ZOL_STRMAP_NONE ? NULL : k->syms[i];

	if (!s || s->type == ZOL_KT_UNKNOWN)
		return ZOL_KREAD_UNKNOWN;
	bool tri = zol_ksym_is_tri(s);

	if (is_not_set) {
		if (!tri)
			return ZOL_KREAD_INVALID;
		value = zol_span_c("n");
	}
	if (tri ? !set_tri(s, value) : !set_text(k, s, value))
		return ZOL_KREAD_INVALID;
	s->has_user = true;
	s->user_line = mark;
	if (s->flags & ZOL_KS_MEMBER)
		tell_choice(k, s);
	return ZOL_KREAD_OK;
}

static size_t name_len(struct zol_span v, char end)
{
	const char *p = memchr(v.ptr, end, v.len);

	return p ? (size_t)(p - v.ptr) : 0;
}

static void read_line(struct zol_kconfig *k, struct zol_span line, uint32_t number)
{
	static const char not_set[] = "is not set";
	bool off = zol_span_starts(line, "# " PREFIX);

	if (!off && !zol_span_starts(line, PREFIX))
		return;
	size_t skip = strlen(PREFIX) + (off ? 2 : 0);
	struct zol_span rest = zol_span(line.ptr + skip, line.len - skip);
	size_t n = name_len(rest, off ? ' ' : '=');

	if (!n)
		return;
	struct zol_span name = zol_span(rest.ptr, n), value = zol_span(rest.ptr + n + 1, rest.len - n - 1);

	/* Up to 6.10 text may follow, later it may not. */
	if (off && (k->choices == 1 ? !zol_span_starts(value, not_set) : !zol_span_eq(value, not_set)))
		return;
	(void)zol_kconfig_assign(k, name, value, off, number);
}

void zol_kconfig_read(struct zol_kconfig *k, struct zol_span text)
{
	struct zol_span line;
	uint32_t number = 0;

	while (zol_span_line(&text, &line)) {
		number++;
		if (line.len && line.ptr[line.len - 1] == '\r')
			line.len--;
		read_line(k, line, number);
	}
	zol_kconfig_changed(k);
}

void zol_kconfig_set_all(struct zol_kconfig *k, enum zol_ktri v)
{
	for (size_t i = 0; i < k->nsyms; i++) {
		struct zol_ksym *s = k->syms[i];

		bool old_choices = k->choices == 1 && v != ZOL_KN;
		bool set = (s->flags & ZOL_KS_CHOICE) ? s->user != ZOL_KN || !old_choices : s->has_user;

		if (set || (s->flags & ZOL_KS_CONST) || ((s->flags & ZOL_KS_MEMBER) && !old_choices))
			continue;
		if (s->type != ZOL_KT_BOOL && s->type != ZOL_KT_TRISTATE)
			continue;
		s->has_user = true;
		s->user = (uint8_t)(v == ZOL_KM && s->type == ZOL_KT_BOOL ? ZOL_KY : v);
		if (v == ZOL_KN && (s->flags & ZOL_KS_ALLNO_Y))
			s->user = ZOL_KY;
	}
	zol_kconfig_changed(k);
}

/* --- writing ------------------------------------------------------------------------------------- */

static void write_quoted(struct zol_str *out, const char *text)
{
	zol_str_putc(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			zol_str_putc(out, '\\');
		zol_str_putc(out, *text);
	}
	zol_str_putc(out, '"');
}

void zol_ksym_write(struct zol_kconfig *k, struct zol_ksym *s, struct zol_str *out)
{
	const char *text = zol_ksym_text(k, s);

	switch ((enum zol_ktype)s->type) {
	case ZOL_KT_UNKNOWN:
		return;
	case ZOL_KT_BOOL:
	case ZOL_KT_TRISTATE:
		if (text[0] == 'n') {
			zol_str_puts(out, "# " PREFIX);
			zol_str_puts(out, s->name);
			zol_str_puts(out, " is not set\n");
			return;
		}
		break;
	case ZOL_KT_STRING:
	case ZOL_KT_INT:
	case ZOL_KT_HEX:
		break;
	}
	zol_str_puts(out, PREFIX);
	zol_str_puts(out, s->name);
	zol_str_putc(out, '=');
	if (s->type == ZOL_KT_STRING)
		write_quoted(out, text);
	else
		zol_str_puts(out, text);
	zol_str_putc(out, '\n');
}

struct writer {
	struct zol_kconfig *k;
	struct zol_str *out;
	bool newline;
};

static void write_entry(struct writer *w, const struct zol_kmenu *m)
{
	struct zol_ksym *s = m->sym;

	if (!s) {
		if (!zol_kmenu_visible(w->k, m))
			return;
		zol_str_puts(w->out, "\n#\n# ");
		zol_str_puts(w->out, m->prompt->text);
		zol_str_puts(w->out, "\n#\n");
		w->newline = false;
		return;
	}
	if ((s->flags & (ZOL_KS_CHOICE | ZOL_KS_TRANSITIONAL)) || s->written)
		return;
	zol_ksym_calc(w->k, s);
	if (!s->write)
		return;
	if (w->newline)
		zol_str_putc(w->out, '\n');
	w->newline = false;
	s->written = true;
	zol_ksym_write(w->k, s, w->out);
}

static void write_menu(struct writer *w, const struct zol_kmenu *m)
{
	for (const struct zol_kmenu *c = m->first; c; c = c->next) {
		write_entry(w, c);
		write_menu(w, c);
		if (c->kind == ZOL_KM_MENU && zol_kmenu_visible(w->k, c)) {
			zol_str_puts(w->out, "# end of ");
			zol_str_puts(w->out, c->prompt->text);
			zol_str_putc(w->out, '\n');
			w->newline = true;
		}
	}
}

void zol_kconfig_write(struct zol_kconfig *k, struct zol_str *out)
{
	struct writer w = { .k = k, .out = out };

	for (size_t i = 0; i < k->nsyms; i++)
		k->syms[i]->written = false;
	zol_str_printf(out, "#\n# Automatically generated file; DO NOT EDIT.\n# %s\n#\n",
		       k->root.prompt ? k->root.prompt->text : "Main menu");
	write_menu(&w, &k->root);
}

/* What a symbol would be if nobody had set it, as text. */
static const char *default_text(struct zol_kconfig *k, struct zol_ksym *s)
{
	static const char *const names[] = { "n", "m", "y" };
	bool tri = zol_ksym_is_tri(s);
	uint8_t v = ZOL_KN;
	const char *text = "";

	for (const struct zol_kprop *p = s->props; p; p = p->next) {
		enum zol_ktri cond = p->kind == ZOL_KP_DEFAULT ? zol_kexpr_value(k, p->full) : ZOL_KN;

		if (cond == ZOL_KN)
			continue;
		if (!tri && p->value->op == ZOL_KO_SYM)
			text = zol_ksym_text(k, p->value->a);
		v = tri ? (uint8_t)zol_kexpr_value(k, p->value) : ZOL_KN;
		v = v < cond ? v : (uint8_t)cond;
		break;
	}
	if (!tri && k->choices == 2 && !*text && s->type != ZOL_KT_STRING)
		return s->type == ZOL_KT_HEX ? "0x0" : "0";
	if (!tri)
		return text;
	if (v < s->rev)
		v = s->rev;
	/* What would be m in a choice of tristates stays so, modules or not: so conf writes the member. */
	if (v == ZOL_KM && (s->type == ZOL_KT_BOOL || (!k->modules_val && !(s->flags & ZOL_KS_MEMBER))))
		v = ZOL_KY;
	if (v < s->imp)
		v = s->imp;
	return names[v];
}

/* Whether a .config without this symbol gives it the same value. */
static bool is_default(struct zol_kconfig *k, struct zol_ksym *s)
{
	if (s->visible <= s->rev)
		return true;
	if (strcmp(zol_ksym_text(k, s), default_text(k, s)) == 0)
		return true;
	if (s->type != ZOL_KT_BOOL)
		return false;
	return (s->flags & ZOL_KS_MEMBER) && !(s->choice->flags & ZOL_KS_OPTIONAL) && s->val == ZOL_KY &&
	       zol_kchoice_default(k, s->choice) == s;
}

static void write_def_menu(struct zol_kconfig *k, const struct zol_kmenu *m, struct zol_str *out)
{
	for (const struct zol_kmenu *c = m->first; c; c = c->next) {
		struct zol_ksym *s = c->sym;

		if (s && !(s->flags & (ZOL_KS_CHOICE | ZOL_KS_TRANSITIONAL)) && !s->written) {
			zol_ksym_calc(k, s);
			s->written = true;
			if (s->write && !is_default(k, s))
				zol_ksym_write(k, s, out);
		}
		write_def_menu(k, c, out);
	}
}

void zol_kconfig_write_def(struct zol_kconfig *k, struct zol_str *out)
{
	for (size_t i = 0; i < k->nsyms; i++)
		k->syms[i]->written = false;
	/* As conf: what it wrote of olddefconfig may be made of values that were forgotten since. */
	zol_kconfig_changed(k);
	write_def_menu(k, &k->root, out);
}
