/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/elf.h"
#include "unit.h"

/* As in /sys/kernel/notes: several owners, names that are padded, the build-id last. */
static const char notes[] = "\x06\0\0\0\x01\0\0\0\0\x01\0\0Linux\0\0\0x\0\0\0"
			    "\x04\0\0\0\x02\0\0\0\x03\0\0\0GNU\0\x12\x34\0";

UNIT(finds_the_build_id_among_other_notes)
{
	struct zol_span rest = zol_span(notes, sizeof(notes)), id;
	struct zol_elf_note n;
	char text[ZOL_BUILD_ID_TEXT];

	assert_true(zol_elf_note(&rest, &n));
	assert_true(zol_span_eq(n.name, "Linux"));
	assert_int_equal(n.desc.len, 1);
	assert_true(zol_notes_build_id(zol_span(notes, sizeof(notes)), &id));
	assert_string_equal(zol_build_id_text(id, text), "1234");
	/* The last one may lack its padding. */
	assert_true(zol_notes_build_id(zol_span(notes, sizeof(notes) - 2), &id));
	assert_false(zol_notes_build_id(zol_span(notes, 24), &id));
}

UNIT(takes_no_other_note_for_a_build_id)
{
	char bytes[sizeof(notes)];
	struct zol_span rest, id;
	struct zol_elf_note n;

	/* The second one without a description, of another type, of another owner. */
	for (size_t at = 28; at < 39; at += at == 28 ? 4 : 1) {
		memcpy(bytes, notes, sizeof(notes));
		bytes[at] = at == 28 ? 0 : '?';
		if (zol_notes_build_id(zol_span(bytes, sizeof(bytes)), &id))
			fail_msg("byte %zu", at);
	}
	/* An owner without its NUL, and none. */
	rest = zol_span("\3\0\0\0\0\0\0\0\3\0\0\0GNU\0"
			"\0\0\0\0\0\0\0\0\3\0\0",
			28);
	assert_true(zol_elf_note(&rest, &n));
	assert_true(zol_span_eq(n.name, "GNU"));
	assert_true(zol_elf_note(&rest, &n));
	assert_int_equal(n.name.len, 0);
	assert_false(zol_elf_note(&rest, &n));
}

UNIT(has_no_text_for_an_id_that_is_too_long)
{
	static const char long_id[65] = { 1 };
	char text[ZOL_BUILD_ID_TEXT];

	assert_int_equal(strlen(zol_build_id_text(zol_span(long_id, 64), text)), 128);
	assert_string_equal(zol_build_id_text(zol_span(long_id, 65), text), "");
}

UNIT_MAIN()
