/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kmake.h"

#include <stdio.h>

void zol_kmake_free(struct zol_kmake *k)
{
	zol_strv_free(&k->errors);
	*k = (struct zol_kmake){ 0 };
}

static bool upper(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* "  CC      path", "  CC [M]  path"; gives the command and the path. */
static bool parse_step(struct zol_span line, struct zol_span *ret_cmd, struct zol_span *ret_path)
{
	if (line.len < 5 || line.ptr[0] != ' ' || line.ptr[1] != ' ' || !upper(line.ptr[2]))
		return false;
	size_t i = 2;

	while (i < line.len && upper(line.ptr[i]))
		i++;
	if (i >= line.len || line.ptr[i] != ' ')
		return false;
	*ret_cmd = zol_span(line.ptr + 2, i - 2);
	while (i < line.len && line.ptr[i] == ' ')
		i++;
	if (line.len - i > 4 && line.ptr[i] == '[' && line.ptr[i + 2] == ']')
		i += 3;
	*ret_path = zol_span_trim(zol_span(line.ptr + i, line.len - i));
	return ret_path->len > 0;
}

static bool is_error(struct zol_span line)
{
	static const char *const signs[] = {
		": error:",
		": fatal error:",
		"Error:",
		"undefined reference to",
		"ERROR: ",
		": command not found",
		"cannot find -l",
		"No space left on device",
		"Segmentation fault",
		"internal compiler error",
		": not found",
		"No rule to make target",
	};

	for (size_t i = 0; i < ZOL_COUNT(signs); i++)
		if (zol_span_has(line, signs[i]))
			return true;
	return zol_span_starts(line, "make") && zol_span_has(line, "***");
}

static void set_what(struct zol_kmake *k, struct zol_span cmd, struct zol_span path)
{
	size_t room = sizeof(k->what) - cmd.len - 2;

	if (cmd.len > 16)
		return;
	if (path.len > room)
		path = zol_span(path.ptr + (path.len - room), room);
	snprintf(k->what, sizeof(k->what), "%.*s %.*s", (int)cmd.len, cmd.ptr, (int)path.len, path.ptr);
}

enum zol_kmake_line zol_kmake_add(struct zol_kmake *k, struct zol_span line)
{
	struct zol_span cmd, path;

	if (parse_step(line, &cmd, &path)) {
		k->steps++;
		set_what(k, cmd, path);
		return ZOL_KMAKE_STEP;
	}
	if (!is_error(line))
		return ZOL_KMAKE_OTHER;
	if (k->nerrors++ < ZOL_KMAKE_ERRORS)
		zol_strv_addn(&k->errors, line.ptr, line.len);
	return ZOL_KMAKE_ERROR;
}
