/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/num.h"
#include "core/console_priv.h"

static struct zol_span skip(struct zol_span a, size_t n)
{
	return zol_span(a.ptr + n, a.len - n);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '.' || c == '$';
}

/* An ANSI sequence: ESC [ ... letter. */
static size_t ansi(struct zol_span a)
{
	size_t n = 2;

	if (a.len < 3 || a.ptr[0] != '\033' || a.ptr[1] != '[')
		return 0;
	while (n < a.len && n < 16 && (unsigned char)a.ptr[n] < 0x40)
		n++;
	return n < a.len ? n + 1 : 0;
}

/* "<4>", "<30>" */
static size_t level(struct zol_span a)
{
	size_t n = 1;

	if (a.len < 3 || a.ptr[0] != '<')
		return 0;
	while (n < a.len && n < 4 && is_digit(a.ptr[n]))
		n++;
	return n > 1 && n < a.len && a.ptr[n] == '>' ? n + 1 : 0;
}

/* "[ 12.345678]", "[T12]", "[   C0]", "[2: kworker/2:1: 1608]" of some vendors; the caller is what is in it. */
static size_t bracket(struct zol_span a, struct zol_span *caller)
{
	const char *end = a.len > 2 && a.ptr[0] == '[' ? memchr(a.ptr, ']', a.len < 40 ? a.len : 40) : NULL;
	struct zol_span in;
	size_t digits = 0, n = 0;

	if (!end || end == a.ptr + 1)
		return 0;
	in = zol_span_trim(zol_span(a.ptr + 1, (size_t)(end - a.ptr) - 1));
	if (in.len == 0 || !(is_digit(in.ptr[0]) || in.ptr[0] == 'T' || in.ptr[0] == 'C'))
		return 0;
	for (size_t i = 0; i < in.len; i++)
		digits += is_digit(in.ptr[i]);
	if (in.ptr[0] == 'T' || in.ptr[0] == 'C') {
		if (digits != in.len - 1 || digits == 0)
			return 0;
		*caller = in;
	} else {
		while (n < in.len && (is_digit(in.ptr[n]) || in.ptr[n] == '.'))
			n++;
		/* A number alone is a time; "2: name: 1608" is a caller. */
		if (n < in.len && in.ptr[n] != ':')
			return 0;
		if (n < in.len)
			*caller = in;
	}
	return (size_t)(end - a.ptr) + 1;
}

/* "Nov 22 15:35:00 host kernel: " and "2026-11-22T15:35:00+00:00 host kernel: " */
static size_t syslog_head(struct zol_span a)
{
	static const char tag[] = "kernel: ";
	size_t n = a.len < 100 ? a.len : 100;
	const char *at = n > sizeof(tag) ? memmem(a.ptr, n, tag, sizeof(tag) - 1) : NULL;
	const char *colon = at ? memchr(a.ptr, ':', (size_t)(at - a.ptr)) : NULL;

	/* An empty text may be at NULL. */
	if (!at)
		return 0;
	if (at == a.ptr)
		return sizeof(tag) - 1;
	/* A time of day must stand before it. */
	if (!colon || colon == a.ptr || at[-1] != ' ' || !is_digit(colon[-1]) || !is_digit(colon[1]))
		return 0;
	return (size_t)(at - a.ptr) + sizeof(tag) - 1;
}

size_t zol_console_prefix(struct zol_span line, struct zol_span *ret_caller)
{
	struct zol_span a = line;

	*ret_caller = zol_span(NULL, 0);
	for (unsigned rounds = 0; rounds < 12; rounds++) {
		size_t n = 0;

		if (a.len > 0 && (a.ptr[0] == '\r' || a.ptr[0] == ' ' || a.ptr[0] == '\0'))
			n = 1;
		if (n == 0)
			n = ansi(a);
		if (n == 0)
			n = level(a);
		if (n == 0)
			n = bracket(a, ret_caller);
		if (n == 0)
			n = syslog_head(a);
		if (n == 0)
			break;
		a = skip(a, n);
		/* Blanks that indent a trace may be many. */
		while (a.len > 0 && a.ptr[0] == ' ')
			a = skip(a, 1);
	}
	return line.len - a.len;
}

bool zol_console_place_read(struct zol_span text, struct zol_span *ret_file, unsigned *ret_line)
{
	size_t n = 0, digits;
	uint64_t line;

	while (n < text.len && (is_name(text.ptr[n]) || text.ptr[n] == '/' || text.ptr[n] == '-' || text.ptr[n] == '+'))
		n++;
	/* "file.c:12" only: a name without a suffix is an address or a device. */
	if (n < 3 || n + 1 >= text.len || text.ptr[n] != ':' || !memchr(text.ptr, '.', n))
		return false;
	for (digits = 0; n + 1 + digits < text.len && is_digit(text.ptr[n + 1 + digits]); digits++)
		;
	if (!zol_span_u64(zol_span(text.ptr + n + 1, digits), &line) || line > 10000000)
		return false;
	*ret_file = zol_span(text.ptr, n);
	*ret_line = (unsigned)line;
	return true;
}

/* "[zfs]", "[zfs 0123abcd]", "[zfs(PO)]" behind a symbol. */
static struct zol_span read_module(struct zol_span rest)
{
	size_t n = 0;

	while (rest.len > 0 && rest.ptr[0] == ' ')
		rest = skip(rest, 1);
	if (rest.len < 3 || rest.ptr[0] != '[')
		return zol_span(NULL, 0);
	rest = skip(rest, 1);
	while (n < rest.len && (is_name(rest.ptr[n]) || rest.ptr[n] == '-'))
		n++;
	if (n == 0 || n >= rest.len || !strchr("] (", rest.ptr[n]) || zol_span_eq(zol_span(rest.ptr, n), "inline"))
		return zol_span(NULL, 0);
	return zol_span(rest.ptr, n);
}

/* Whether the program counter is on this line: RIP:, EIP:, pc :, PC is at, NIP [, epc :, Krnl PSW, IP: */
static bool is_counter(struct zol_span line)
{
	static const char *const starts[] = { "RIP: ", "EIP: ",  "IP: ",     "pc : ",       "PC is at ", "NIP [",
					      "NIP:",  "epc : ", "epc   : ", "Krnl PSW : ", "CIA: " };

	for (size_t i = 0; i < ZOL_COUNT(starts); i++)
		if (zol_span_starts(line, starts[i]))
			return true;
	return false;
}

/* "ffffffff81234567" */
static bool is_address(struct zol_span name)
{
	size_t n = 0;

	while (n < name.len && is_hex(name.ptr[n]))
		n++;
	return n == name.len && n >= 8;
}

/* Without what a compiler adds to the copies of a function that it makes: ".isra.0", ".constprop.0", ".cold". */
static struct zol_span plain(struct zol_span name)
{
	static const char *const suffixes[] = { ".isra.", ".constprop.", ".part.", ".cold", ".llvm." };

	for (size_t i = 0; i < ZOL_COUNT(suffixes); i++) {
		const char *at = memmem(name.ptr, name.len, suffixes[i], strlen(suffixes[i]));

		if (at && at > name.ptr)
			name.len = (size_t)(at - name.ptr);
	}
	return name;
}

/* Extends a "+0x" at plus to its symbol; false when nothing is named there. */
static bool read_symbol(struct zol_span line, size_t plus, struct zol_console_frame *ret)
{
	size_t from = plus, to = plus + 3;
	unsigned depth = 0;

	/* Rust's names: <a::B as c::D>::e */
	while (from > 0) {
		char c = line.ptr[from - 1];

		if (c == '>')
			depth++;
		else if (c == '<' && depth > 0)
			depth--;
		else if (!is_name(c) && c != ':' && !(depth > 0 && (c == ' ' || c == ',' || c == '&')))
			break;
		from--;
	}
	/* "0010:name" of RIP lines. */
	for (size_t i = from; i < plus; i++)
		if (line.ptr[i] == ':' && line.ptr[from] != '<' && i - from == 4 && is_digit(line.ptr[from]))
			from = i + 1;
	if (from == plus || is_digit(line.ptr[from]) || is_address(zol_span(line.ptr + from, plus - from)))
		return false;
	while (to < line.len && is_hex(line.ptr[to]))
		to++;
	if (to + 3 < line.len && line.ptr[to] == '/' && line.ptr[to + 1] == '0' && line.ptr[to + 2] == 'x')
		for (to += 3; to < line.len && is_hex(line.ptr[to]);)
			to++;
	*ret = (struct zol_console_frame){ .name = plain(zol_span(line.ptr + from, plus - from)),
					   .place = zol_span(line.ptr + from, to - from) };
	ret->module = read_module(skip(line, to));
	ret->doubtful = from >= 2 && line.ptr[from - 2] == '?';
	if (to + 1 < line.len && line.ptr[to] == ' ')
		(void)zol_console_place_read(skip(line, to + 1), &ret->file, &ret->line);
	return true;
}

/* "name file.c:123" and "name file.c:123 [inline]" of logs that a resolver has gone over. */
static bool read_resolved(struct zol_span line, struct zol_console_frame *ret)
{
	size_t n = 0;

	while (n < line.len && is_name(line.ptr[n]))
		n++;
	if (n < 2 || n >= line.len || line.ptr[n] != ' ' || is_digit(line.ptr[0]))
		return false;
	*ret = (struct zol_console_frame){ .name = zol_span(line.ptr, n), .place = zol_span(line.ptr, n) };
	return zol_console_place_read(skip(line, n + 1), &ret->file, &ret->line);
}

bool zol_console_frame_read(struct zol_span line, struct zol_console_frame *ret)
{
	size_t at = 0;
	bool counter = is_counter(line);

	while (at + 4 <= line.len) {
		const char *plus = memmem(line.ptr + at, line.len - at, "+0x", 3);

		if (!plus)
			break;
		at = (size_t)(plus - line.ptr);
		if (read_symbol(line, at, ret)) {
			ret->counter = counter;
			return true;
		}
		at += 3;
	}
	if (counter && zol_span_starts(line, "PC is at "))
		line = skip(line, 9);
	if (!read_resolved(line, ret))
		return false;
	ret->counter = counter;
	return true;
}
