/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/suite.h"
#include "base/num.h"
#include "base/path.h"
#include "core/suite_ini.h"

static const char *const where_names[] = { "vm", "chroot" };
static const char *const parser_names[] = { "exit", "zts", "xfstests", "ztest", "filebench", "fio", "splat", "tap" };
static const char *const list_names[] = { "fixed", "runfile", "files", "command" };

const char *zol_suite_where_name(enum zol_suite_where where)
{
	return (size_t)where < ZOL_COUNT(where_names) ? where_names[where] : "unknown";
}

const char *zol_suite_parser_name(enum zol_suite_parser parser)
{
	return (size_t)parser < ZOL_COUNT(parser_names) ? parser_names[parser] : "unknown";
}

void zol_suite_free(struct zol_suite *s)
{
	struct zol_suite_cmds *cmds[] = { &s->setup, &s->before, &s->after, &s->teardown };
	struct zol_strv *lists[] = { &s->list,    &s->tests,   &s->install,   &s->env,       &s->artifacts,
				     &s->require, &s->command, &s->var_names, &s->var_values };
	char *texts[] = { s->name, s->title, s->gone, s->directory };

	for (size_t i = 0; i < ZOL_COUNT(cmds); i++) {
		for (size_t k = 0; k < cmds[i]->len; k++)
			zol_strv_free(&cmds[i]->v[k].argv);
		free(cmds[i]->v);
	}
	for (size_t i = 0; i < ZOL_COUNT(lists); i++)
		zol_strv_free(lists[i]);
	for (size_t i = 0; i < ZOL_COUNT(texts); i++)
		free(texts[i]);
	for (size_t i = 0; i < s->ngroups; i++) {
		free(s->groups[i].name);
		free(s->groups[i].title);
		zol_strv_free(&s->groups[i].tests);
	}
	free(s->groups);
	for (size_t i = 0; i < s->nrules; i++) {
		free(s->rules[i].pattern);
		free(s->rules[i].skip);
		zol_strv_free(&s->rules[i].command);
	}
	free(s->rules);
	*s = (struct zol_suite){ 0 };
}

enum kind { TEXT, WORDS, ARGV, CMDS, DURATION, NUMBER, BOOL, WHERE, PARSER, LIST };

struct key {
	const char *name;
	enum kind kind;
	size_t offset;
};

#define S(member) offsetof(struct zol_suite, member)
static const struct key suite_keys[] = {
	{ "name", TEXT, S(name) },           { "title", TEXT, S(title) },         { "gone", TEXT, S(gone) },
	{ "where", WHERE, S(where) },        { "parser", PARSER, S(parser) },     { "list", LIST, S(list) },
	{ "tests", WORDS, S(tests) },        { "install", WORDS, S(install) },    { "env", ARGV, S(env) },
	{ "artifact", WORDS, S(artifacts) }, { "require", WORDS, S(require) },    { "setup", CMDS, S(setup) },
	{ "before", CMDS, S(before) },       { "command", ARGV, S(command) },     { "after", CMDS, S(after) },
	{ "teardown", CMDS, S(teardown) },   { "directory", TEXT, S(directory) }, { "timeout", DURATION, S(timeout) },
	{ "floor", DURATION, S(floor) },     { "ceiling", DURATION, S(ceiling) }, { "factor", NUMBER, S(factor) },
	{ "serial", BOOL, S(serial) },
};
#define G(member) offsetof(struct zol_suite_group, member)
static const struct key group_keys[] = {
	{ "title", TEXT, G(title) },
	{ "tests", WORDS, G(tests) },
};
#define R(member) offsetof(struct zol_suite_rule, member)
static const struct key rule_keys[] = {
	{ "timeout", DURATION, R(timeout) },
	{ "skip", TEXT, R(skip) },
	{ "command", ARGV, R(command) },
};

/* While reading. */
struct reader {
	struct zol_suite s;
	struct zol_suite_ini ini;
	const struct key *keys; /* of the section; NULL: [vars] */
	size_t nkeys;
	void *base;
	bool has_where, has_parser;
};

static void reader_free(struct reader *r)
{
	zol_suite_free(&r->s);
	zol_suite_ini_free(&r->ini);
}
ZOL_CLEANUP_STRUCT(reader, struct reader, reader_free);

static int choice(const char *const *names, size_t n, struct zol_span value)
{
	for (size_t i = 0; i < n; i++)
		if (zol_span_eq(value, names[i]))
			return (int)i;
	return -1;
}

static int add_words(struct zol_strv *v, struct zol_span text, struct zol_err *err)
{
	struct zol_span word;

	while (zol_span_field(&text, " \t\r\n", &word))
		zol_strv_addn(v, word.ptr, word.len);
	return zol_strv_check(v, err);
}

static int add_cmd(struct zol_suite_cmds *c, struct zol_span text, struct zol_err *err)
{
	struct zol_suite_cmd *grown = reallocarray(c->v, c->len + 1, sizeof(*grown));

	if (!grown)
		return zol_err_oom(err);
	c->v = grown;
	c->v[c->len++] = (struct zol_suite_cmd){ .argv = ZOL_STRV_INIT };
	return zol_suite_words(text, &c->v[c->len - 1].argv, err);
}

static int set_list(struct zol_suite *s, struct zol_span text, struct zol_err *err)
{
	ZOL_AUTO(strv) struct zol_strv words = ZOL_STRV_INIT;
	int n;

	if (zol_suite_words(text, &words, err) < 0)
		return -(int)err->code;
	n = words.len ? choice(list_names, ZOL_COUNT(list_names), zol_span_c(words.v[0])) : -1;
	if (n < 0)
		return zol_err_set(err, ZOL_MALFORMED, 0, "\"list\" is fixed, runfile, files or command");
	s->listing = (enum zol_suite_listing)n;
	zol_strv_extend(&s->list, zol_strv_list(&words) + 1);
	if ((s->listing == ZOL_LIST_FIXED) != (words.len == 1) || (s->listing == ZOL_LIST_FILES && words.len != 3))
		return zol_err_set(err, ZOL_MALFORMED, 0, "\"list\": wrong number of words");
	return zol_strv_check(&s->list, err);
}

static int set_text(char **slot, struct zol_span text, struct zol_err *err)
{
	char *copy;

	if (*slot)
		return zol_err_set(err, ZOL_MALFORMED, 0, "a second value");
	copy = zol_span_dup(text);
	if (!copy)
		return zol_err_oom(err);
	for (char *p = copy; *p; p++)
		if ((unsigned char)*p < 0x20)
			*p = ' ';
	*slot = copy;
	return 0;
}

static int set_choice(struct reader *r, enum kind kind, struct zol_span text, struct zol_err *err)
{
	int n;

	if (kind == WHERE) {
		n = choice(where_names, ZOL_COUNT(where_names), text);
		if (n < 0)
			return zol_err_set(err, ZOL_MALFORMED, 0, "\"where\" is vm or chroot");
		r->s.where = (enum zol_suite_where)n;
		r->has_where = true;
		return 0;
	}
	n = choice(parser_names, ZOL_COUNT(parser_names), text);
	if (n < 0)
		return zol_err_set(err, ZOL_MALFORMED, 0, "\"parser\" is none that there is");
	r->s.parser = (enum zol_suite_parser)n;
	r->has_parser = true;
	return 0;
}

static int set_value(struct reader *r, const struct key *k, struct zol_err *err)
{
	struct zol_span text = zol_span_str(&r->ini.value);
	const char *c = zol_str_c(&r->ini.value);
	void *slot = (char *)r->base + k->offset;

	switch (k->kind) {
	case TEXT:
		return set_text(slot, text, err);
	case WORDS:
		return add_words(slot, text, err);
	case ARGV:
		return zol_suite_words(text, slot, err);
	case CMDS:
		return add_cmd(slot, text, err);
	case DURATION:
		return zol_num_duration(c, slot, err);
	case NUMBER:
		return zol_num_u64(c, 1, 1000, slot, err);
	case BOOL:
		return zol_num_bool(c, slot, err);
	case LIST:
		return set_list(&r->s, text, err);
	case WHERE:
	case PARSER:
		break;
	}
	return set_choice(r, k->kind, text, err);
}

/* Puts the line in front and makes every failure one of the text. */
static int at_line(const struct reader *r, struct zol_err *err)
{
	if (err->code != ZOL_SYSTEM)
		err->code = ZOL_MALFORMED;
	return zol_err_wrap(err, "line %u", r->ini.line);
}

static int open_named(struct reader *r, const char *name, bool group, struct zol_err *err)
{
	struct zol_suite *s = &r->s;
	size_t size = group ? sizeof(*s->groups) : sizeof(*s->rules);
	size_t n = group ? s->ngroups : s->nrules;
	char *grown = reallocarray(group ? (void *)s->groups : (void *)s->rules, n + 1, size);

	if (!grown)
		return zol_err_oom(err);
	memset(grown + n * size, 0, size);
	r->base = grown + n * size;
	if (group) {
		s->groups = (void *)grown;
		s->ngroups++;
		r->keys = group_keys;
		r->nkeys = ZOL_COUNT(group_keys);
		return set_text(&s->groups[n].name, zol_span_c(name), err);
	}
	s->rules = (void *)grown;
	s->nrules++;
	r->keys = rule_keys;
	r->nkeys = ZOL_COUNT(rule_keys);
	return set_text(&s->rules[n].pattern, zol_span_c(name), err);
}

static int open_section(struct reader *r, struct zol_err *err)
{
	const char *name = zol_str_c(&r->ini.section);

	if (strcmp(name, "suite") == 0) {
		r->keys = suite_keys;
		r->nkeys = ZOL_COUNT(suite_keys);
		r->base = &r->s;
		return 0;
	}
	r->keys = NULL;
	r->base = NULL;
	if (strcmp(name, "vars") == 0) {
		r->base = &r->s.var_names;
		return 0;
	}
	if (strncmp(name, "group ", 6) == 0) {
		if (zol_suite_group(&r->s, name + 6))
			return zol_err_set(err, ZOL_MALFORMED, 0, "a second group '%s'", name + 6);
		return open_named(r, name + 6, true, err);
	}
	if (strncmp(name, "test ", 5) == 0)
		return open_named(r, name + 5, false, err);
	return zol_err_set(err, ZOL_MALFORMED, 0, "no section is called '%s'", name);
}

static int take_key(struct reader *r, struct zol_err *err)
{
	const char *name = zol_str_c(&r->ini.key);

	if (!r->base)
		return zol_err_set(err, ZOL_MALFORMED, 0, "a key before the first section");
	if (!r->keys) {
		zol_strv_add(&r->s.var_names, name);
		zol_strv_add(&r->s.var_values, zol_str_c(&r->ini.value));
		return zol_strv_check(&r->s.var_names, err) < 0 ? -(int)err->code :
								  zol_strv_check(&r->s.var_values, err);
	}
	for (size_t i = 0; i < r->nkeys; i++)
		if (strcmp(name, r->keys[i].name) == 0)
			return set_value(r, &r->keys[i], err) < 0 ? zol_err_wrap(err, "%s", name) : 0;
	return zol_err_set(err, ZOL_MALFORMED, 0, "[%s] has no key '%s'", zol_str_c(&r->ini.section), name);
}

static int check(struct reader *r, struct zol_err *err)
{
	struct zol_suite *s = &r->s;

	if (!s->name || !s->title)
		return zol_err_set(err, ZOL_MALFORMED, 0, "no '%s'", s->name ? "title" : "name");
	if (!zol_name_ok(s->name))
		return zol_err_set(err, ZOL_MALFORMED, 0, "\"name\" cannot be a file's name");
	if (!s->gone && (!r->has_where || !r->has_parser || s->command.len == 0))
		return zol_err_set(err, ZOL_MALFORMED, 0, "no '%s'",
				   !r->has_where  ? "where" :
				   !r->has_parser ? "parser" :
						    "command");
	if (s->install.len % 3 != 0)
		return zol_err_set(err, ZOL_MALFORMED, 0, "\"install\" has SRC DEST MODE");
	s->timeout = s->timeout ? s->timeout : 600000;
	s->floor = s->floor ? s->floor : 30000;
	s->ceiling = s->ceiling ? s->ceiling : 3600000;
	s->factor = s->factor ? s->factor : 10;
	if (s->ceiling < s->timeout)
		s->ceiling = s->timeout;
	if (s->floor > s->ceiling)
		return zol_err_set(err, ZOL_MALFORMED, 0, "\"floor\" is above \"ceiling\"");
	return 0;
}

int zol_suite_parse(struct zol_span text, struct zol_suite *ret, struct zol_err *err)
{
	ZOL_AUTO(reader) struct reader r = { 0 };
	int got;

	zol_suite_ini_open(&r.ini, text);
	while ((got = zol_suite_ini_next(&r.ini, err)) > 0)
		if ((r.ini.has_key ? take_key(&r, err) : open_section(&r, err)) < 0)
			return at_line(&r, err);
	if (got < 0 || check(&r, err) < 0)
		return -(int)err->code;
	*ret = r.s;
	r.s = (struct zol_suite){ 0 };
	return 0;
}
