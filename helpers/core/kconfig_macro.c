/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The macro language: Documentation/kbuild/kconfig-macro-language.rst. */
#include <stdio.h>

#include "base/room.h"
#include "core/kconfig_priv.h"

#define ARGS_MAX 16U
#define DEPTH_MAX 1000U
#define SHELL_MAX 4095U
#define WORK_MAX ((size_t)32 << 20) /* bytes expanded for one tree: nested doubling must end */

struct zol_kvar {
	const char *name;
	struct zol_str value;
	bool simple;    /* := */
	bool expanding; /* without arguments */
};

/* Where an expansion is and with what arguments. */
struct scope {
	struct zol_kconfig *k;
	struct zol_kplace at;
	const struct zol_str *args; /* [0] is the name */
	size_t nargs;
	unsigned depth;
};

static int expand(const struct scope *sc, struct zol_span text, struct zol_str *out, struct zol_err *err);

static int fail(const struct scope *sc, struct zol_err *err, const char *what, const char *name)
{
	return zol_err_set(err, ZOL_MALFORMED, 0, "%s:%u: %s%s", sc->k->files[sc->at.file], sc->at.line, what, name);
}

static struct zol_kvar *find_var(struct zol_kconfig *k, struct zol_span name)
{
	uint32_t i = zol_strmap_get(&k->vars_by_name, name);

	return i == ZOL_STRMAP_NONE ? NULL : &k->vars[i];
}

static struct zol_kvar *add_var(struct zol_kconfig *k, struct zol_span name)
{
	struct zol_kvar *v = zol_room(k->vars, &k->vars_cap, k->nvars + 1, sizeof(*v));

	if (!v)
		return NULL;
	k->vars = v;
	const char *text = zol_karena_dup(&k->arena, name);
	uint32_t *slot = text ? zol_strmap_slot(&k->vars_by_name, zol_span(text, name.len)) : NULL;

	if (!slot)
		return NULL;
	*slot = (uint32_t)k->nvars;
	k->vars[k->nvars] = (struct zol_kvar){ .name = text };
	return &k->vars[k->nvars++];
}

void zol_kmacro_free(struct zol_kconfig *k)
{
	for (size_t i = 0; i < k->nvars; i++)
		zol_str_free(&k->vars[i].value);
	free(k->vars);
	zol_strmap_free(&k->vars_by_name);
}

int zol_kmacro_assign(struct zol_kconfig *k, struct zol_kplace at, struct zol_span name, char op, struct zol_span value,
		      struct zol_err *err)
{
	struct zol_kvar *v = find_var(k, name);
	ZOL_AUTO(str) struct zol_str now = ZOL_STR_INIT;
	bool fresh = !v;

	if (!v)
		v = add_var(k, name);
	if (!v)
		return zol_err_oom(err);
	size_t i = (size_t)(v - k->vars);

	if (op != '+' || fresh)
		v->simple = op == ':';
	if (v->simple) {
		int rc = zol_kmacro_expand(k, at, value, &now, err);

		if (rc < 0)
			return rc;
		value = zol_span_str(&now);
		v = &k->vars[i];
	}
	if (op == '+' && !fresh)
		zol_str_putc(&v->value, ' ');
	else
		zol_str_truncate(&v->value, 0);
	zol_str_add(&v->value, value.ptr, value.len);
	return zol_str_check(&v->value, err);
}

size_t zol_kmacro_group(struct zol_span text)
{
	size_t nest = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '(')
			nest++;
		else if (text.ptr[i] == ')' && --nest == 0)
			return i + 1;
	}
	return 0;
}

/* --- built-in functions -------------------------------------------------------------------------- */

static int do_shell(const struct scope *sc, const struct zol_str *args, struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str got = ZOL_STR_INIT;
	const struct zol_kio *io = sc->k->io;

	if (!io->shell)
		return 0;
	int rc = io->shell(io->ctx, zol_str_c(&args[1]), &got, err);

	if (rc < 0)
		return rc;
	size_t len = got.len > SHELL_MAX ? SHELL_MAX : got.len;

	while (len && got.ptr[len - 1] == '\n')
		len--;
	for (size_t i = 0; i < len; i++)
		zol_str_putc(out, got.ptr[i] == '\n' ? ' ' : got.ptr[i]);
	return 0;
}

static int do_filename(const struct scope *sc, const struct zol_str *args, struct zol_str *out, struct zol_err *err)
{
	(void)args;
	(void)err;
	zol_str_puts(out, sc->k->files[sc->at.file]);
	return 0;
}

static int do_lineno(const struct scope *sc, const struct zol_str *args, struct zol_str *out, struct zol_err *err)
{
	(void)args;
	(void)err;
	zol_str_printf(out, "%u", sc->at.line);
	return 0;
}

static int do_info(const struct scope *sc, const struct zol_str *args, struct zol_str *out, struct zol_err *err)
{
	const struct zol_kio *io = sc->k->io;

	(void)out;
	(void)err;
	if (io->note)
		io->note(io->ctx, zol_str_c(&args[1]));
	return 0;
}

static int do_error_if(const struct scope *sc, const struct zol_str *args, struct zol_str *out, struct zol_err *err)
{
	(void)out;
	return strcmp(zol_str_c(&args[1]), "y") == 0 ? fail(sc, err, zol_str_c(&args[2]), "") : 0;
}

static int do_warning_if(const struct scope *sc, const struct zol_str *args, struct zol_str *out, struct zol_err *err)
{
	(void)out;
	(void)err;
	if (strcmp(zol_str_c(&args[1]), "y") == 0)
		zol_kconfig_warn(sc->k, sc->at.file, sc->at.line, "%s", zol_str_c(&args[2]));
	return 0;
}

struct builtin {
	const char *name;
	size_t nargs;
	int (*run)(const struct scope *sc, const struct zol_str *args, struct zol_str *out, struct zol_err *err);
};

static const struct builtin builtins[] = {
	{ "shell", 1, do_shell }, { "error-if", 2, do_error_if }, { "warning-if", 2, do_warning_if },
	{ "info", 1, do_info },   { "filename", 0, do_filename }, { "lineno", 0, do_lineno },
};

/* --- expansion ----------------------------------------------------------------------------------- */

static bool is_position(const struct zol_str *name, size_t *ret)
{
	if (!name->len || name->len > 2)
		return false;
	*ret = 0;
	for (size_t i = 0; i < name->len; i++) {
		if (name->ptr[i] < '0' || name->ptr[i] > '9')
			return false;
		*ret = *ret * 10 + (size_t)(name->ptr[i] - '0');
	}
	return *ret > 0;
}

static int call_var(const struct scope *sc, size_t index, const struct zol_str *args, size_t nargs, struct zol_str *out,
		    struct zol_err *err)
{
	struct zol_kvar *v = &sc->k->vars[index];
	struct scope inner = { sc->k, sc->at, args, nargs, sc->depth + 1 };

	if (v->simple) {
		zol_str_add(out, v->value.ptr, v->value.len);
		return 0;
	}
	if (nargs == 1 && v->expanding)
		return zol_err_set(err, ZOL_MALFORMED, 0,
				   "%s:%u: Recursive variable '%s' references itself (eventually)",
				   sc->k->files[sc->at.file], sc->at.line, v->name);
	if (inner.depth > DEPTH_MAX)
		return fail(sc, err, "macros nested too deep: ", v->name);
	v->expanding = nargs == 1;
	ZOL_AUTO(str) struct zol_str body = ZOL_STR_INIT;

	/* A copy: expanding may define variables in theory, and the table may move. */
	zol_str_add(&body, v->value.ptr, v->value.len);
	int rc = expand(&inner, zol_span_str(&body), out, err);

	sc->k->vars[index].expanding = false;
	return rc;
}

static int call(const struct scope *sc, const struct zol_str *args, size_t nargs, struct zol_str *out,
		struct zol_err *err)
{
	const struct zol_kio *io = sc->k->io;
	const char *name = zol_str_c(&args[0]);
	size_t position;

	if (nargs == 1 && is_position(&args[0], &position) && sc->nargs) {
		if (position < sc->nargs)
			zol_str_add(out, sc->args[position].ptr, sc->args[position].len);
		return 0;
	}
	uint32_t i = zol_strmap_get(&sc->k->vars_by_name, zol_span_str(&args[0]));

	if (i != ZOL_STRMAP_NONE)
		return call_var(sc, i, args, nargs, out, err);
	for (size_t b = 0; b < ZOL_COUNT(builtins); b++) {
		if (strcmp(name, builtins[b].name) != 0)
			continue;
		if (nargs - 1 != builtins[b].nargs)
			return fail(sc, err, "wrong number of arguments for ", name);
		return builtins[b].run(sc, args, out, err);
	}
	if (nargs == 1 && io->env) {
		const char *value = io->env(io->ctx, name);

		if (value)
			zol_str_puts(out, value);
	}
	return 0;
}

/* Splits at the commas of this level, expands each part. */
static int split(const struct scope *sc, struct zol_span inside, struct zol_str *args, size_t *ret_n,
		 struct zol_err *err)
{
	size_t start = 0, nest = 0, n = 0;

	for (size_t i = 0; i <= inside.len; i++) {
		char c = i < inside.len ? inside.ptr[i] : ',';

		if (c == '(')
			nest++;
		else if (c == ')')
			nest--;
		if (c != ',' || (nest && i < inside.len))
			continue;
		if (n == ARGS_MAX + 1)
			return fail(sc, err, "too many arguments in a macro call", "");
		int rc = expand(sc, zol_span(inside.ptr + start, i - start), &args[n++], err);

		if (rc < 0)
			return rc;
		start = i + 1;
	}
	*ret_n = n;
	return 0;
}

static int expand_call(const struct scope *sc, struct zol_span inside, struct zol_str *out, struct zol_err *err)
{
	struct zol_str args[ARGS_MAX + 1] = { 0 };
	size_t n = 0;
	int rc = split(sc, inside, args, &n, err);

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = zol_str_check(&args[i], err);
	if (rc == 0)
		rc = call(sc, args, n, out, err);
	for (size_t i = 0; i < ZOL_COUNT(args); i++)
		zol_str_free(&args[i]);
	return rc;
}

static int expand(const struct scope *sc, struct zol_span text, struct zol_str *out, struct zol_err *err)
{
	size_t i = 0;

	sc->k->expanded += text.len;
	if (sc->k->expanded > WORK_MAX)
		return fail(sc, err, "macros expand without end", "");
	while (i < text.len) {
		const char *dollar = memchr(text.ptr + i, '$', text.len - i);
		size_t at = dollar ? (size_t)(dollar - text.ptr) : text.len;

		zol_str_add(out, text.ptr + i, at - i);
		if (!dollar)
			break;
		i = at + 1;
		if (i >= text.len || text.ptr[i] != '(') {
			zol_str_putc(out, '$');
			continue;
		}
		size_t len = zol_kmacro_group(zol_span(text.ptr + i, text.len - i));

		if (!len)
			return fail(sc, err, "a macro call without its closing parenthesis", "");
		if (sc->depth > DEPTH_MAX)
			return fail(sc, err, "macros nested too deep", "");
		struct scope inner = *sc;

		inner.depth++;
		size_t before = out->len;
		int rc = expand_call(&inner, zol_span(text.ptr + i + 1, len - 2), out, err);

		if (rc < 0)
			return rc;
		sc->k->expanded += out->len - before;
		if (sc->k->expanded > WORK_MAX)
			return fail(sc, err, "macros expand without end", "");
		i += len;
	}
	return zol_str_check(out, err);
}

int zol_kmacro_expand(struct zol_kconfig *k, struct zol_kplace at, struct zol_span text, struct zol_str *out,
		      struct zol_err *err)
{
	const struct scope sc = { .k = k, .at = at };

	return expand(&sc, text, out, err);
}
