/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/settings.h"

static const char *kind_name(enum zol_set_kind kind)
{
	switch (kind) {
	case ZOL_SET_PATH:
		return "path";
	case ZOL_SET_LIST:
		return "list";
	case ZOL_SET_U64:
		return "number";
	case ZOL_SET_SIZE:
		return "size";
	case ZOL_SET_DURATION:
		return "duration";
	case ZOL_SET_BOOL:
		return "yes or no";
	case ZOL_SET_CHOICE:
		return "one of";
	case ZOL_SET_STR:
	default:
		return "text";
	}
}

static const char *section_help(const char *section)
{
	static const char *const help[][2] = {
		{ "paths", "Where things are kept." },    { "stage", "Fetching and verifying a stage3." },
		{ "guest", "What a new guest is like." }, { "chroot", "Entering a guest's tree from the host." },
		{ "portage", "Portage in the guest." },   { "kernel", "Building the guest's kernel." },
		{ "vm", "The virtual machine." },         { "src", "Source trees of the host." },
	};

	for (size_t i = 0; i < ZOL_COUNT(help); i++)
		if (strcmp(help[i][0], section) == 0)
			return help[i][1];
	return "";
}

/* Lines of at most 76 columns behind "# ". */
static void comment(struct zol_str *s, const char *text)
{
	struct zol_span left = zol_span_c(text), word;
	size_t at = 0;

	while (zol_span_field(&left, " ", &word)) {
		if (at && at + 1 + word.len > 76) {
			zol_str_putc(s, '\n');
			at = 0;
		}
		zol_str_puts(s, at ? " " : "# ");
		zol_str_add(s, word.ptr, word.len);
		at += word.len + 1;
	}
	zol_str_putc(s, '\n');
}

static void kind_text(struct zol_str *s, const struct zol_set_row *row)
{
	zol_str_puts(s, kind_name(row->kind));
	for (size_t i = 0; row->choices && row->choices[i]; i++)
		zol_str_printf(s, "%s%s", i ? ", " : " ", row->choices[i]);
}

static const char file_head[] =
	"# Configuration of zolkit(8); see zolkit.conf(5). Every key is here with its default.\n"
	"#\n"
	"# A list is blank-separated. The first value given for a list replaces the default; the same\n"
	"# key again, or an indented line below it, adds; an empty value empties it. Lines have at most\n"
	"# 198 bytes. A value ends at \" ;\". Sizes: 512K, 4G. Durations: 90s, 5m, 14d. Paths are absolute\n"
	"# or begin with ~/.\n";

void zol_settings_file(struct zol_str *text)
{
	size_t n;
	const struct zol_set_row *rows = zol_settings_rows(&n);

	zol_str_puts(text, file_head);
	for (size_t i = 0; i < n; i++) {
		ZOL_AUTO(str) struct zol_str help = ZOL_STR_INIT;

		if (i == 0 || strcmp(rows[i].section, rows[i - 1].section) != 0) {
			zol_str_putc(text, '\n');
			comment(text, section_help(rows[i].section));
			zol_str_printf(text, "[%s]\n", rows[i].section);
		}
		zol_str_printf(&help, "%s (", rows[i].help);
		kind_text(&help, &rows[i]);
		if (rows[i].env)
			zol_str_printf(&help, "; %s", rows[i].env);
		zol_str_putc(&help, ')');
		zol_str_putc(text, '\n');
		comment(text, zol_str_c(&help));
		text->oom = text->oom || help.oom;
		zol_str_printf(text, "#%s =%s%s\n", rows[i].key, rows[i].fallback[0] ? " " : "", rows[i].fallback);
	}
}

/* Text for scdoc: what it would take as markup is escaped. */
static void man_escape(struct zol_str *s, const char *text)
{
	for (; *text; text++) {
		if (strchr("\\_*#|[]<>~`", *text))
			zol_str_putc(s, '\\');
		zol_str_putc(s, *text);
	}
}

void zol_settings_man(struct zol_str *text)
{
	size_t n;
	const struct zol_set_row *rows = zol_settings_rows(&n);

	for (size_t i = 0; i < n; i++) {
		ZOL_AUTO(str) struct zol_str kind = ZOL_STR_INIT;

		if (i == 0 || strcmp(rows[i].section, rows[i - 1].section) != 0) {
			zol_str_printf(text, "%s## [%s]\n\n", i ? "\n" : "", rows[i].section);
			man_escape(text, section_help(rows[i].section));
			zol_str_puts(text, "\n\n");
		} else {
			zol_str_putc(text, '\n');
		}
		kind_text(&kind, &rows[i]);
		zol_str_putc(text, '*');
		man_escape(text, rows[i].key);
		zol_str_puts(text, "* (");
		man_escape(text, zol_str_c(&kind));
		text->oom = text->oom || kind.oom;
		zol_str_puts(text, ")\n\t");
		man_escape(text, rows[i].help);
		zol_str_puts(text, rows[i].fallback[0] ? " Default: " : " Default: empty");
		man_escape(text, rows[i].fallback);
		zol_str_puts(text, ".");
		if (rows[i].env) {
			zol_str_puts(text, " Environment: ");
			man_escape(text, rows[i].env);
			zol_str_putc(text, '.');
		}
		zol_str_putc(text, '\n');
	}
}
