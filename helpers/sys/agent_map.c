/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/utsname.h>

#include "base/num.h"
#include "base/path.h"
#include "core/elf.h"
#include "core/modmap.h"
#include "sys/agent.h"

#define TEXT_MAX (1U << 20)

/* What a small file of /proc or /sys says; false: it is not there or not for us. */
static bool slurp(int dir, const char *name, struct zol_str *out)
{
	ZOL_AUTO(err) struct zol_err none = ZOL_ERR_INIT;
	ZOL_AUTO(fd) int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);

	zol_str_truncate(out, 0);
	return fd >= 0 && zol_read_fd(fd, TEXT_MAX, out, &none) == 0;
}

/* The build-id among the notes of a file, as a word of a map. */
static char *id_of(int dir, const char *name, struct zol_str *buf)
{
	char text[ZOL_BUILD_ID_TEXT];
	struct zol_span id;

	if (!slurp(dir, name, buf) || !zol_notes_build_id(zol_span_str(buf), &id))
		return NULL;
	return strdup(zol_build_id_text(id, text));
}

static int add_sections(struct zol_kmod *k, int dir, struct zol_str *buf, struct zol_err *err)
{
	ZOL_AUTO(dir) DIR *d = NULL;
	int fd = openat(dir, "sections", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct dirent *e;

	if (fd < 0)
		return 0; /* CONFIG_KALLSYMS=n */
	d = fdopendir(fd);
	if (!d) {
		close(fd);
		return zol_err_oom(err);
	}
	while ((e = readdir(d))) {
		uint64_t addr;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || !slurp(fd, e->d_name, buf) ||
		    !zol_span_hex(zol_span_trim(zol_span_str(buf)), &addr))
			continue;
		if (zol_kmod_section_ok(zol_span_c(e->d_name)) &&
		    zol_kmod_section(k, zol_span_c(e->d_name), addr, err) < 0)
			return -(int)err->code;
	}
	return 0;
}

static int add_module(struct zol_kmod *k, struct zol_str *buf, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_asprintf("/sys/module/%s", k->name);
	ZOL_AUTO(fd) int dir = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (!path)
		return zol_err_oom(err);
	if (dir < 0)
		return 0; /* unloaded meanwhile */
	k->build_id = id_of(dir, "notes/.note.gnu.build-id", buf);
	return add_sections(k, dir, buf, err);
}

/* _stext stands among the first lines of kallsyms, which has some megabytes. */
static uint64_t find_stext(void)
{
	ZOL_AUTO(file) FILE *f = fopen("/proc/kallsyms", "re");
	char line[512];

	while (f && fgets(line, sizeof(line), f)) {
		struct zol_span rest = zol_span_c(line), addr, kind, name;
		uint64_t value;

		if (zol_span_field(&rest, " \t\n", &addr) && zol_span_field(&rest, " \t\n", &kind) &&
		    zol_span_field(&rest, " \t\n", &name) && zol_span_eq(name, "_stext") && zol_span_hex(addr, &value))
			return value;
	}
	return 0;
}

int zol_agent_map(struct zol_str *out, struct zol_err *err)
{
	ZOL_AUTO(modmap) struct zol_modmap m = { 0 };
	ZOL_AUTO(str) struct zol_str buf = ZOL_STR_INIT;
	struct utsname name;

	if (slurp(AT_FDCWD, "/proc/modules", &buf) && zol_modmap_parse(zol_span_str(&buf), &m, err) < 0)
		return -(int)err->code;
	for (size_t i = 0; i < m.nmods; i++)
		if (add_module(&m.mods[i], &buf, err) < 0)
			return -(int)err->code;
	m.build_id = id_of(AT_FDCWD, "/sys/kernel/notes", &buf);
	m.stext = find_stext();
	if (uname(&name) == 0)
		m.release = strdup(name.release);
	zol_modmap_text(&m, out);
	return zol_str_check(out, err);
}
