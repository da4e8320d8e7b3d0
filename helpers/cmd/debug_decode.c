/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "base/path.h"
#include "base/room.h"
#include "cmd/debug.h"
#include "core/ktrace.h"
#include "wrap/dwfl.h"

#define TEXT_MAX (256U << 20)
#define FRAMES_MAX (1U << 20)
#define OBJECTS_MAX 4096U /* a distribution's kernel has a few thousand modules, of which a hundred are loaded */

/* A frame of the text, and what it is. Equal ones are looked up once. */
struct frame {
	struct zol_kframe k;
	size_t file;   /* which of the files it is in; 0: the kernel */
	uint64_t addr; /* of the symbol, as libdw has it; 0: not found */
	bool sized;    /* the symbol has the size that was printed */
};

/* One file that frames lie in. */
struct object {
	struct zol_span module;
	char *name, *id;
	struct zol_dwfl *dw; /* NULL: there is no such file */
};

struct decoder {
	struct zol_debug *d;
	char *release; /* of the kernel that the text is of, or NULL */
	bool inlines;
	struct frame *frames;
	size_t nframes, cap;
	struct object *objects;
	size_t nobjects;
	size_t *heads; /* hash table of the frames of one object by symbol: index + 1 */
	size_t *next;
	size_t mask;
};

static void decoder_free(struct decoder *x)
{
	for (size_t i = 0; i < x->nobjects; i++) {
		zol_dwfl_free(x->objects[i].dw);
		free(x->objects[i].name);
		free(x->objects[i].id);
	}
	free(x->release);
	free(x->objects);
	free(x->frames);
	free(x->heads);
	free(x->next);
}
ZOL_CLEANUP_STRUCT(decoder, struct decoder, decoder_free);

static int object_of(struct decoder *x, const struct zol_kframe *k, size_t *ret, struct zol_err *err)
{
	struct object *more;

	for (size_t i = 0; i < x->nobjects; i++) {
		if (!zol_span_same(x->objects[i].module, k->module))
			continue;
		*ret = i;
		return 0;
	}
	if (x->nobjects == OBJECTS_MAX) {
		zol_err_set(err, ZOL_MALFORMED, 0, "more than %u modules", OBJECTS_MAX);
		return zol_err_hint(err, "give a part of the text");
	}
	more = reallocarray(x->objects, x->nobjects + 1, sizeof(*more));
	if (!more)
		return zol_err_oom(err);
	x->objects = more;
	more[x->nobjects] = (struct object){ .module = k->module };
	more[x->nobjects].name = zol_span_dup(k->module);
	if (k->build_id.len > 0)
		more[x->nobjects].id = zol_span_dup(k->build_id);
	*ret = x->nobjects++;
	return more[*ret].name ? 0 : zol_err_oom(err);
}

/* "Linux version 6.1.2 (": the kernel whose text this is, whose files are to be found. */
static int take_release(struct decoder *x, struct zol_span line, struct zol_err *err)
{
	static const char words[] = "Linux version ";
	const char *at = memmem(line.ptr, line.len, words, strlen(words));
	struct zol_span rest, word;

	if (!at || x->release)
		return 0;
	rest = zol_span(at + strlen(words), line.len - (size_t)(at - line.ptr) - strlen(words));
	if (!zol_span_field(&rest, " ", &word) || !zol_kmod_section_ok(word))
		return 0;
	x->release = zol_span_dup(word);
	if (x->release && !x->d->map.release)
		x->d->map.release = strdup(x->release);
	return x->release && x->d->map.release ? 0 : zol_err_oom(err);
}

static int add_frame(struct decoder *x, const struct zol_kframe *k, struct zol_err *err)
{
	struct frame *v;

	if (x->nframes == FRAMES_MAX) {
		zol_err_set(err, ZOL_MALFORMED, 0, "more than %u frames", FRAMES_MAX);
		return zol_err_hint(err, "give a part of the text");
	}
	v = zol_room(x->frames, &x->cap, x->nframes + 1, sizeof(*v));
	if (!v)
		return zol_err_oom(err);
	x->frames = v;
	v[x->nframes] = (struct frame){ .k = *k };
	if (object_of(x, k, &v[x->nframes].file, err) < 0)
		return -(int)err->code;
	x->nframes++;
	return 0;
}

static int collect(struct decoder *x, struct zol_span text, struct zol_err *err)
{
	struct zol_span line;

	while (zol_span_line(&text, &line)) {
		struct zol_kframe k;
		size_t pos = 0;

		if (take_release(x, line, err) < 0)
			return -(int)err->code;
		while (zol_ktrace_next(line, &pos, &k))
			if (add_frame(x, &k, err) < 0)
				return -(int)err->code;
	}
	return 0;
}

/* --- symbols ------------------------------------------------------------------------------------- */

static size_t hash(const char *p, size_t len)
{
	size_t h = 5381;

	for (size_t i = 0; i < len; i++)
		h = h * 33 ^ (unsigned char)p[i];
	return h;
}

static bool on_symbol(void *ctx, const char *name, uint64_t addr, uint64_t size)
{
	struct decoder *x = ctx;
	size_t len = strlen(name);

	for (size_t i = x->heads[hash(name, len) & x->mask]; i; i = x->next[i - 1]) {
		struct frame *f = &x->frames[i - 1];

		if (!zol_span_same(f->k.symbol, zol_span(name, len)) || f->sized)
			continue;
		/* of several static functions of one name the size tells which */
		if (f->addr == 0 || size == f->k.size) {
			f->addr = addr;
			f->sized = size == f->k.size;
		}
	}
	return true;
}

static void find_symbols(struct decoder *x, size_t object)
{
	memset(x->heads, 0, (x->mask + 1) * sizeof(*x->heads));
	for (size_t i = 0; i < x->nframes; i++) {
		struct frame *f = &x->frames[i];
		size_t slot = hash(f->k.symbol.ptr, f->k.symbol.len) & x->mask;

		if (f->file != object)
			continue;
		x->next[i] = x->heads[slot];
		x->heads[slot] = i + 1;
	}
	zol_dwfl_symbols(x->objects[object].dw, on_symbol, x);
}

static int make_table(struct decoder *x, struct zol_err *err)
{
	size_t size = 64;

	while (size < x->nframes * 2)
		size *= 2;
	x->mask = size - 1;
	x->heads = calloc(size, sizeof(*x->heads));
	x->next = calloc(x->nframes + 1, sizeof(*x->next));
	return x->heads && x->next ? 0 : zol_err_oom(err);
}

/* --- files --------------------------------------------------------------------------------------- */

/* What cannot be found costs lines, not the text: a remark for each. */
static void open_kernel(struct decoder *x, struct object *o)
{
	ZOL_AUTO(err) struct zol_err why = ZOL_ERR_INIT;

	int rc = zol_debug_kernel(x->d, &why);

	if (rc == 0 && x->release && x->d->kernel.release && strcmp(x->release, x->d->kernel.release) != 0)
		zol_out_warn(&x->d->cli->out, "the text is of Linux %s, %s is %s: no lines of it", x->release,
			     x->d->kernel.path, x->d->kernel.release);
	else if (rc < 0 || zol_dwfl_open(x->d->kernel.path, &o->dw, &why) < 0)
		zol_out_warn(&x->d->cli->out, "%s", zol_err_text(&why));
}

static int open_modules(struct decoder *x, struct zol_err *err)
{
	ZOL_AUTO(free) struct zol_symwant *wants = calloc(x->nobjects + 1, sizeof(*wants));
	struct zol_symsearch s;
	int r = zol_debug_release(x->d, err);

	if (!wants)
		return zol_err_oom(err);
	if (r < 0)
		return r;
	s = zol_debug_search(x->d);
	for (size_t i = 0; i < x->nobjects; i++) {
		wants[i].name = *x->objects[i].name ? x->objects[i].name : "vmlinux";
		wants[i].build_id = x->objects[i].id;
	}
	r = zol_symfiles_find(&s, wants, x->nobjects, err);
	for (size_t i = 0; i < x->nobjects && r == 0; i++) {
		ZOL_AUTO(err) struct zol_err why = ZOL_ERR_INIT;
		int rc;

		if (!*x->objects[i].name)
			continue;
		rc = zol_symwant_check(&wants[i], &why);
		if (rc == 0 && !wants[i].file)
			zol_out_warn(&x->d->cli->out, "no file of module %s was found", x->objects[i].name);
		else if (rc < 0 || zol_dwfl_open(wants[i].file, &x->objects[i].dw, &why) < 0)
			zol_out_warn(&x->d->cli->out, "%s", zol_err_text(&why));
	}
	for (size_t i = 0; i < x->nobjects; i++)
		zol_symwant_free(&wants[i]);
	return r;
}

/* --- output -------------------------------------------------------------------------------------- */

/* Paths as they stand in the tree: "./fs/read_write.c", and what comes after the build directory. */
static const char *shorten(const char *file)
{
	return file[0] == '.' && file[1] == '/' ? file + 2 : file;
}

static void put_frame(const struct decoder *x, const struct frame *f, struct zol_str *out, struct zol_str *callers)
{
	struct zol_dwfl_line lines[ZOL_DWFL_LINES];
	struct zol_dwfl *dw = x->objects[f->file].dw;
	size_t n;

	if (!dw || f->addr == 0)
		return;
	n = zol_dwfl_lines(dw, f->addr + f->k.offset - (f->k.exact ? 0 : 1), x->inlines, lines);
	if (n == 0)
		return;
	if (n > 1 && lines[0].func)
		zol_str_printf(out, " (%s, %s:%d)", lines[0].func, shorten(lines[0].file), lines[0].line);
	else
		zol_str_printf(out, " (%s:%d)", shorten(lines[0].file), lines[0].line);
	for (size_t i = 1; i < n; i++)
		zol_str_printf(callers, "\t\tinlined into %s (%s:%d)\n", lines[i].func ? lines[i].func : "?",
			       shorten(lines[i].file), lines[i].line);
}

static void put_line(struct decoder *x, struct zol_span line, size_t *frame, struct zol_str *out)
{
	ZOL_AUTO(str) struct zol_str callers = ZOL_STR_INIT;
	struct zol_kframe k;
	size_t pos = 0, done = 0;

	while (zol_ktrace_next(line, &pos, &k) && *frame < x->nframes) {
		zol_str_add(out, line.ptr + done, k.end - done);
		done = k.end;
		put_frame(x, &x->frames[(*frame)++], out, &callers);
	}
	zol_str_add(out, line.ptr + done, line.len - done);
	zol_str_putc(out, '\n');
	zol_str_puts(out, zol_str_c(&callers));
}

int zol_debug_decode_text(struct zol_debug *d, struct zol_span text, bool inlines, struct zol_err *err)
{
	ZOL_AUTO(decoder) struct decoder x = { .d = d, .inlines = inlines };
	ZOL_AUTO(str) struct zol_str out = ZOL_STR_INIT;
	struct zol_span rest = text, line;
	bool modules = false;
	size_t frame = 0;

	if (collect(&x, text, err) < 0 || make_table(&x, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < x.nobjects; i++) {
		if (x.objects[i].module.len == 0)
			open_kernel(&x, &x.objects[i]);
		else
			modules = true;
	}
	if (modules && open_modules(&x, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < x.nobjects; i++)
		if (x.objects[i].dw)
			find_symbols(&x, i);
	while (zol_span_line(&rest, &line))
		put_line(&x, line, &frame, &out);
	if (zol_str_check(&out, err) < 0)
		return -(int)err->code;
	(void)fwrite(out.ptr ? out.ptr : "", 1, out.len, d->cli->out.out);
	return 0;
}

int zol_cmd_debug_decode(struct zol_cli *cli, const void *args, struct zol_err *err)
{
	const struct zol_debug_decode_args *a = args;
	const char *file = a->file.len > 0 ? a->file.v[0] : "-";
	ZOL_AUTO(debug) struct zol_debug d = ZOL_DEBUG_INIT;
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	if (zol_debug_open(cli, &a->where, &d, err) < 0 || zol_debug_fence(&d, NULL, err) < 0)
		return -(int)err->code;
	if (strcmp(file, "-") == 0 ? zol_read_fd(STDIN_FILENO, TEXT_MAX, &text, err) < 0 :
				     zol_read_file(file, TEXT_MAX, &text, err) < 0)
		return -(int)err->code;
	return zol_debug_decode_text(&d, zol_span_str(&text), !a->no_inlines, err);
}
