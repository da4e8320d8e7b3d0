/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/btf.h"

#include "base/bytes.h"

#define MAGIC 0xeb9fU
#define HEADER 24U
#define RECORD 12U    /* struct btf_type */
#define DEPTH 16      /* of unnamed members and of typedefs */
#define MEMBERS 4096U /* looked at for one name; struct module has less than 100 */

enum {
	KIND_INT = 1,
	KIND_ARRAY = 3,
	KIND_STRUCT = 4,
	KIND_UNION = 5,
	KIND_ENUM = 6,
	KIND_TYPEDEF = 8,
	KIND_VOLATILE = 9,
	KIND_CONST = 10,
	KIND_RESTRICT = 11,
	KIND_FUNC_PROTO = 13,
	KIND_VAR = 14,
	KIND_DATASEC = 15,
	KIND_DECL_TAG = 17,
	KIND_TYPE_TAG = 18,
	KIND_ENUM64 = 19,
	KIND_LAST = 19,
};

void zol_btf_free(struct zol_btf *b)
{
	free(b->types);
	*b = (struct zol_btf){ 0 };
}

/* One type's fields. */
struct type {
	uint32_t name, info, size; /* size is a type's number for some kinds */
	size_t pos;                /* behind the fixed part */
};

static unsigned kind_of(const struct type *t)
{
	return t->info >> 24 & 0x1f;
}

static uint32_t count_of(const struct type *t)
{
	return t->info & 0xffff;
}

/* Bytes behind the fixed part; SIZE_MAX for a kind that is not known. */
static size_t tail(const struct type *t)
{
	switch (kind_of(t)) {
	case KIND_INT:
	case KIND_VAR:
	case KIND_DECL_TAG:
		return 4;
	case KIND_ARRAY:
		return 12;
	case KIND_STRUCT:
	case KIND_UNION:
	case KIND_DATASEC:
	case KIND_ENUM64:
		return (size_t)count_of(t) * 12;
	case KIND_ENUM:
	case KIND_FUNC_PROTO:
		return (size_t)count_of(t) * 8;
	default:
		return kind_of(t) > 0 && kind_of(t) <= KIND_LAST ? 0 : SIZE_MAX;
	}
}

static bool get_type(const struct zol_btf *b, uint32_t id, struct type *ret)
{
	size_t pos;

	if (id == 0 || id > b->ntypes)
		return false;
	pos = b->types[id - 1];
	*ret = (struct type){ .name = zol_le32(b->data.ptr + pos),
			      .info = zol_le32(b->data.ptr + pos + 4),
			      .size = zol_le32(b->data.ptr + pos + 8),
			      .pos = pos + RECORD };
	return true;
}

static int index_types(struct zol_btf *b, size_t pos, size_t end, struct zol_err *err)
{
	size_t cap = (end - pos) / RECORD;

	b->types = calloc(cap ? cap : 1, sizeof(*b->types));
	if (!b->types)
		return zol_err_oom(err);
	while (pos < end) {
		struct type t;
		size_t more;

		if (end - pos < RECORD)
			return zol_err_set(err, ZOL_MALFORMED, 0, "BTF: type %u is cut short", b->ntypes + 1);
		b->types[b->ntypes++] = (uint32_t)pos;
		(void)get_type(b, b->ntypes, &t);
		more = tail(&t);
		if (more == SIZE_MAX)
			return zol_err_set(err, ZOL_MALFORMED, 0, "BTF: type %u is of kind %u", b->ntypes, kind_of(&t));
		pos += RECORD;
		if (more > end - pos)
			return zol_err_set(err, ZOL_MALFORMED, 0, "BTF: type %u is cut short", b->ntypes);
		pos += more;
	}
	return 0;
}

int zol_btf_open(struct zol_span data, struct zol_btf *ret, struct zol_err *err)
{
	ZOL_AUTO(btf) struct zol_btf b = { .data = data };
	uint64_t head, types, ntypes, strings, nstrings;

	if (data.len < HEADER || (zol_le32(data.ptr) & 0xffff) != MAGIC)
		return zol_err_set(err, ZOL_MALFORMED, 0, "this is no BTF of a little-endian kernel");
	head = zol_le32(data.ptr + 4);
	types = head + zol_le32(data.ptr + 8);
	ntypes = zol_le32(data.ptr + 12);
	strings = head + zol_le32(data.ptr + 16);
	nstrings = zol_le32(data.ptr + 20);
	if (head < HEADER || types + ntypes > data.len || strings + nstrings > data.len || data.len > UINT32_MAX)
		return zol_err_set(err, ZOL_MALFORMED, 0, "BTF: a part lies outside");
	if (nstrings == 0 || data.ptr[strings + nstrings - 1] != '\0')
		return zol_err_set(err, ZOL_MALFORMED, 0, "BTF: strings without an end");
	b.strings = zol_span(data.ptr + strings, (size_t)nstrings);
	if (index_types(&b, (size_t)types, (size_t)(types + ntypes), err) < 0)
		return -(int)err->code;
	*ret = b;
	b.types = NULL;
	return 0;
}

static const char *name_at(const struct zol_btf *b, uint32_t off)
{
	return off < b->strings.len ? b->strings.ptr + off : "";
}

static bool find_struct(const struct zol_btf *b, const char *name, struct type *ret)
{
	for (uint32_t id = 1; id <= b->ntypes; id++)
		if (get_type(b, id, ret) && kind_of(ret) == KIND_STRUCT && strcmp(name_at(b, ret->name), name) == 0)
			return true;
	return false;
}

/* The structure or union behind typedefs, qualifiers and arrays. */
static bool strip(const struct zol_btf *b, uint32_t id, struct type *ret)
{
	for (int i = 0; i < DEPTH && get_type(b, id, ret); i++) {
		switch (kind_of(ret)) {
		case KIND_STRUCT:
		case KIND_UNION:
			return true;
		case KIND_ARRAY:
			id = zol_le32(b->data.ptr + ret->pos);
			break;
		case KIND_TYPEDEF:
		case KIND_VOLATILE:
		case KIND_CONST:
		case KIND_RESTRICT:
		case KIND_TYPE_TAG:
			id = ret->size;
			break;
		default:
			return false;
		}
	}
	return false;
}

struct search {
	const struct zol_btf *b;
	struct zol_span name;
	unsigned left; /* members that are still looked at: a structure may be said to have itself in it, and often */
};

/* A member by its name, unnamed ones searched: adds its offset in bits, and gives its type. */
static bool member(struct search *s, const struct type *t, int depth, uint64_t *bits, uint32_t *ret_type)
{
	const struct zol_btf *b = s->b;

	for (uint32_t i = 0; i < count_of(t) && s->left > 0; i++) {
		size_t pos = t->pos + (size_t)i * 12;
		const char *own = name_at(b, zol_le32(b->data.ptr + pos));
		uint32_t type = zol_le32(b->data.ptr + pos + 4);
		uint64_t off = zol_le32(b->data.ptr + pos + 8);
		struct type inner;

		s->left--;
		if (t->info >> 31) /* the upper byte is the width of a bit field */
			off &= 0xffffff;
		if (zol_span_eq(s->name, own)) {
			*bits += off;
			*ret_type = type;
			return true;
		}
		if (*own == '\0' && depth > 0 && strip(b, type, &inner)) {
			uint64_t deeper = *bits + off;

			if (member(s, &inner, depth - 1, &deeper, ret_type)) {
				*bits = deeper;
				return true;
			}
		}
	}
	return false;
}

bool zol_btf_offset(const struct zol_btf *b, const char *type, const char *path, uint64_t *ret)
{
	struct zol_span rest = zol_span_c(path), part;
	struct type t;
	uint64_t bits = 0;
	uint32_t next = 0;

	if (!find_struct(b, type, &t))
		return false;
	for (bool first = true; zol_span_field(&rest, ".", &part); first = false) {
		if (!first && !strip(b, next, &t))
			return false;
		struct search s = { .b = b, .name = part, .left = MEMBERS };

		if (!member(&s, &t, DEPTH, &bits, &next))
			return false;
	}
	if (bits % 8)
		return false;
	*ret = bits / 8;
	return true;
}

bool zol_btf_size(const struct zol_btf *b, const char *type, uint64_t *ret)
{
	struct type t;

	if (!find_struct(b, type, &t))
		return false;
	*ret = t.size;
	return true;
}
