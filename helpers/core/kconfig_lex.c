/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>

#include "base/room.h"
#include "core/kconfig_priv.h"

static const struct {
	const char *word;
	enum zol_ktok_kind kind;
} keywords[] = {
	{ "bool", ZOL_KTOK_BOOL },
	{ "boolean", ZOL_KTOK_BOOL },
	{ "choice", ZOL_KTOK_CHOICE },
	{ "comment", ZOL_KTOK_COMMENT },
	{ "config", ZOL_KTOK_CONFIG },
	{ "def_bool", ZOL_KTOK_DEF_BOOL },
	{ "def_tristate", ZOL_KTOK_DEF_TRISTATE },
	{ "default", ZOL_KTOK_DEFAULT },
	{ "depends", ZOL_KTOK_DEPENDS },
	{ "endchoice", ZOL_KTOK_ENDCHOICE },
	{ "endif", ZOL_KTOK_ENDIF },
	{ "endmenu", ZOL_KTOK_ENDMENU },
	{ "help", ZOL_KTOK_HELP },
	{ "---help---", ZOL_KTOK_HELP },
	{ "hex", ZOL_KTOK_HEX },
	{ "if", ZOL_KTOK_IF },
	{ "imply", ZOL_KTOK_IMPLY },
	{ "int", ZOL_KTOK_INT },
	{ "mainmenu", ZOL_KTOK_MAINMENU },
	{ "menu", ZOL_KTOK_MENU },
	{ "menuconfig", ZOL_KTOK_MENUCONFIG },
	{ "modules", ZOL_KTOK_MODULES },
	{ "on", ZOL_KTOK_ON },
	{ "option", ZOL_KTOK_OPTION },
	{ "optional", ZOL_KTOK_OPTIONAL },
	{ "prompt", ZOL_KTOK_PROMPT },
	{ "range", ZOL_KTOK_RANGE },
	{ "select", ZOL_KTOK_SELECT },
	{ "source", ZOL_KTOK_SOURCE },
	{ "string", ZOL_KTOK_STRING },
	{ "transitional", ZOL_KTOK_TRANSITIONAL },
	{ "tristate", ZOL_KTOK_TRISTATE },
	{ "visible", ZOL_KTOK_VISIBLE },
};

int zol_klex_error(const struct zol_klex *x, struct zol_err *err, const char *fmt, ...)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;
	va_list ap;

	va_start(ap, fmt);
	zol_str_vprintf(&text, fmt, ap);
	va_end(ap);
	return zol_err_set(err, ZOL_MALFORMED, 0, "%s:%u: %s", x->k->files[x->at.file], x->at.line, zol_str_c(&text));
}

static bool word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static enum zol_ktok_kind classify(struct zol_span word)
{
	/* Keywords are in small letters, symbols hardly ever. */
	if ((word.ptr[0] < 'a' || word.ptr[0] > 'z') && word.ptr[0] != '-')
		return ZOL_KTOK_WORD;
	for (size_t i = 0; i < ZOL_COUNT(keywords); i++)
		if (keywords[i].word[0] == word.ptr[0] && zol_span_eq(word, keywords[i].word))
			return keywords[i].kind;
	return ZOL_KTOK_WORD;
}

static int push(struct zol_klex *x, enum zol_ktok_kind kind, struct zol_span text, struct zol_err *err)
{
	struct zol_ktok *tok = zol_room(x->tok, &x->tok_cap, x->ntok + 1, sizeof(*tok));

	if (!tok)
		return zol_err_oom(err);
	x->tok = tok;
	x->tok[x->ntok++] = (struct zol_ktok){ kind, text };
	return 0;
}

static void skip(struct zol_klex *x, size_t n)
{
	x->rest.ptr += n;
	x->rest.len -= n;
}

static int push_made(struct zol_klex *x, enum zol_ktok_kind kind, const struct zol_str *text, struct zol_err *err)
{
	const char *kept = zol_karena_dup(&x->k->arena, zol_span_str(text));

	return kept ? push(x, kind, zol_span(kept, text->len), err) : zol_err_oom(err);
}

/* "$(...)" at the start of rest: expands it and skips it. Any other dollar stands for itself. */
static int take_macro(struct zol_klex *x, struct zol_str *out, struct zol_err *err)
{
	if (x->rest.len < 2 || x->rest.ptr[1] != '(') {
		zol_str_putc(out, '$');
		skip(x, 1);
		return 0;
	}
	size_t len = zol_kmacro_group(zol_span(x->rest.ptr + 1, x->rest.len - 1));

	if (!len || memchr(x->rest.ptr, '\n', len + 1))
		return zol_klex_error(x, err, "a \"$\" that begins no complete $(...)");
	int rc = zol_kmacro_expand(x->k, x->at, zol_span(x->rest.ptr, len + 1), out, err);

	skip(x, len + 1);
	return rc;
}

static int take_word(struct zol_klex *x, struct zol_err *err)
{
	size_t n = 0;

	while (n < x->rest.len && word_char(x->rest.ptr[n]))
		n++;
	struct zol_span word = zol_span(x->rest.ptr, n);

	if (n == x->rest.len || x->rest.ptr[n] != '$') {
		skip(x, n);
		return push(x, classify(word), word, err);
	}
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	while (x->rest.len && (word_char(x->rest.ptr[0]) || x->rest.ptr[0] == '$')) {
		if (x->rest.ptr[0] == '$') {
			int rc = take_macro(x, &text, err);

			if (rc < 0)
				return rc;
			continue;
		}
		zol_str_putc(&text, x->rest.ptr[0]);
		skip(x, 1);
	}
	/* What expands to nothing is no token. */
	return text.len ? push_made(x, ZOL_KTOK_WORD, &text, err) : zol_str_check(&text, err);
}

static int take_hard_string(struct zol_klex *x, char quote, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	while (x->rest.len && x->rest.ptr[0] != quote && x->rest.ptr[0] != '\n') {
		char c = x->rest.ptr[0];

		if (c == '$' && x->rest.len > 1 && x->rest.ptr[1] == '(') {
			int rc = take_macro(x, &text, err);

			if (rc < 0)
				return rc;
			continue;
		}
		if (c == '\\' && x->rest.len > 1 && x->rest.ptr[1] != '\n')
			skip(x, 1);
		zol_str_putc(&text, x->rest.ptr[0]);
		skip(x, 1);
	}
	if (x->rest.len && x->rest.ptr[0] == quote)
		skip(x, 1);
	else
		zol_kconfig_warn(x->k, x->at.file, x->at.line, "text in quotes goes over the end of the line");
	int rc = zol_str_check(&text, err);

	return rc < 0 ? rc : push_made(x, ZOL_KTOK_STR, &text, err);
}

static int take_string(struct zol_klex *x, struct zol_err *err)
{
	char quote = x->rest.ptr[0];

	skip(x, 1);
	for (size_t i = 0; i < x->rest.len; i++) {
		char c = x->rest.ptr[i];

		if (c == quote) {
			struct zol_span text = zol_span(x->rest.ptr, i);

			skip(x, i + 1);
			return push(x, ZOL_KTOK_STR, text, err);
		}
		if (c == '\\' || c == '$' || c == '\n')
			break;
	}
	return take_hard_string(x, quote, err);
}

static const struct {
	char text[3];
	uint8_t len;
	enum zol_ktok_kind kind;
} operators[] = {
	{ "||", 2, ZOL_KTOK_OR }, { "&&", 2, ZOL_KTOK_AND }, { "!=", 2, ZOL_KTOK_NE },   { "<=", 2, ZOL_KTOK_LE },
	{ ">=", 2, ZOL_KTOK_GE }, { "=", 1, ZOL_KTOK_EQ },   { "<", 1, ZOL_KTOK_LT },    { ">", 1, ZOL_KTOK_GT },
	{ "!", 1, ZOL_KTOK_NOT }, { "(", 1, ZOL_KTOK_OPEN }, { ")", 1, ZOL_KTOK_CLOSE },
};

static int take_operator(struct zol_klex *x, struct zol_err *err)
{
	for (size_t i = 0; i < ZOL_COUNT(operators); i++) {
		size_t len = operators[i].len;

		if (x->rest.len < len || memcmp(x->rest.ptr, operators[i].text, len) != 0)
			continue;
		struct zol_span text = zol_span(x->rest.ptr, len);

		skip(x, len);
		return push(x, operators[i].kind, text, err);
	}
	zol_kconfig_warn(x->k, x->at.file, x->at.line, "ignoring unsupported character '%c'", x->rest.ptr[0]);
	skip(x, 1);
	return 0;
}

/* Behind the first word of a line: "name = value", "name := value", "name += value"? */
static bool take_assignment(struct zol_klex *x)
{
	size_t i = 0;

	while (i < x->rest.len && (x->rest.ptr[i] == ' ' || x->rest.ptr[i] == '\t'))
		i++;
	if (i >= x->rest.len)
		return false;
	char op = x->rest.ptr[i];

	if ((op == ':' || op == '+') && i + 1 < x->rest.len && x->rest.ptr[i + 1] == '=')
		i += 2;
	else if (op == '=')
		i++;
	else
		return false;
	while (i < x->rest.len && (x->rest.ptr[i] == ' ' || x->rest.ptr[i] == '\t'))
		i++;
	skip(x, i);
	const char *end = memchr(x->rest.ptr, '\n', x->rest.len);
	size_t len = end ? (size_t)(end - x->rest.ptr) : x->rest.len;

	x->value = zol_span(x->rest.ptr, len);
	x->op = op;
	skip(x, len);
	return true;
}

/* One token, or what is between tokens. Sets *ret_end at the end of the line. */
static int take(struct zol_klex *x, bool *ret_end, struct zol_err *err)
{
	char c = x->rest.ptr[0];

	switch (c) {
	case '\n':
		*ret_end = true;
		x->next_line++;
		skip(x, 1);
		return 0;
	case ' ':
	case '\t':
		skip(x, 1);
		return 0;
	case '#': {
		const char *end = memchr(x->rest.ptr, '\n', x->rest.len);

		skip(x, end ? (size_t)(end - x->rest.ptr) : x->rest.len);
		return 0;
	}
	case '\\':
		if (x->rest.len > 1 && x->rest.ptr[1] == '\n') {
			x->next_line++;
			skip(x, 2);
			return 0;
		}
		return take_operator(x, err);
	case '"':
	case '\'':
		return take_string(x, err);
	default:
		return word_char(c) || c == '$' ? take_word(x, err) : take_operator(x, err);
	}
}

int zol_klex_line(struct zol_klex *x, struct zol_err *err)
{
	if (x->again) {
		x->again = false;
		return 1;
	}
	x->ntok = 0;
	x->op = 0;
	while (x->rest.len) {
		bool end = false;

		x->at.line = x->next_line;
		while (x->rest.len && !end) {
			size_t before = x->ntok;
			int rc = take(x, &end, err);

			if (rc < 0)
				return rc;
			if (before == 0 && x->ntok == 1 && x->tok[0].kind != ZOL_KTOK_STR)
				(void)take_assignment(x);
		}
		if (x->ntok)
			return 1;
	}
	return 0;
}

/* The blanks a line begins with, tabs to 8; *ret_blank: there is nothing else. */
static unsigned indent(struct zol_span line, bool *ret_blank)
{
	unsigned column = 0;
	size_t i = 0;

	for (; i < line.len; i++) {
		if (line.ptr[i] == '\t')
			column = (column & ~7U) + 8;
		else if (line.ptr[i] == ' ')
			column++;
		else
			break;
	}
	*ret_blank = i == line.len || (line.ptr[i] == '\r' && i + 1 == line.len);
	return column;
}

void zol_klex_help(struct zol_klex *x)
{
	unsigned reference = 0;
	struct zol_span rest = x->rest, line;

	while (zol_span_line(&rest, &line)) {
		bool blank;
		unsigned column = indent(line, &blank);

		if (!blank) {
			if (!reference)
				reference = column;
			if (!column || column < reference)
				return;
		}
		x->next_line++;
		x->rest = rest;
	}
	x->rest = rest;
}
