/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/path.h"
#include "wrap/conf.h"

#include "unit.h"

/* A scratch directory that goes with the scope. */
struct scratch {
	char dir[64];
};

static void scratch_free(struct scratch *s)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_rmtree(AT_FDCWD, s->dir, &err), 0);
}
ZOL_CLEANUP_STRUCT(scratch, struct scratch, scratch_free);

static struct scratch scratch_new(void)
{
	struct scratch s = { .dir = "/tmp/zol-conf-XXXXXX" };

	assert_non_null(mkdtemp(s.dir));
	return s;
}

/* Writes a file below it; the path belongs to the caller. */
static char *file_of(const struct scratch *s, const char *name, const char *text, size_t len)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	char *path = zol_path_join(s->dir, name);
	char *slash = strrchr(path, '/');

	*slash = '\0';
	assert_true(zol_mkdirs(path, 0755, &err) >= 0);
	*slash = '/';
	assert_int_equal(zol_write_file(path, text, len, 0644, &err), 0);
	return path;
}

static char *file(const struct scratch *s, const char *name, const char *text)
{
	return file_of(s, name, text, strlen(text));
}

static const char *origin(const struct zol_conf *c, const char *section, const char *key)
{
	const char *o = c->origins[zol_settings_index(zol_settings_find(section, key))];

	return o ? o : "default";
}

/* Reads text as a file over the defaults; the message has the path cut to its last component. */
static int read_text(const char *text, struct zol_conf *c, struct zol_err *err)
{
	ZOL_AUTO(scratch) struct scratch s = scratch_new();
	ZOL_AUTO(free) char *path = file(&s, "f", text);
	int r;

	assert_int_equal(zol_conf_init(c, err), 0);
	r = zol_conf_read(c, path, "/home/me", err);
	if (r < 0 && strncmp(zol_err_text(err), s.dir, strlen(s.dir)) == 0)
		memmove(err->msg, err->msg + strlen(s.dir) + 1, strlen(err->msg) - strlen(s.dir));
	return r;
}

static void refused(const char *text, const char *message, const char *hint)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(conf) struct zol_conf c = { .files = ZOL_STRV_INIT };

	assert_int_equal(read_text(text, &c, &err), -ZOL_USAGE);
	assert_string_equal(zol_err_text(&err), message);
	if (hint)
		assert_string_equal(err.hint, hint);
	/* Not even the right lines before the wrong one were applied. */
	assert_string_equal(c.settings.stage.arch, "amd64");
	assert_string_equal(origin(&c, "stage", "arch"), "default");
	assert_int_equal(c.files.len, 0);
}

UNIT(values_are_read_with_their_origin)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(conf) struct zol_conf c = { .files = ZOL_STRV_INIT };

	assert_int_equal(read_text("# a comment\r\n; another\n\n[stage]\narch = arm64\nmax_age=2d ; why not\n"
				   "[vm]\nmemory: 4G\n\t; indented comment\nsmp =  3  \n[stage]\nvariant = musl",
				   &c, &err),
			 0);
	assert_string_equal(c.settings.stage.arch, "arm64");
	assert_int_equal(c.settings.stage.max_age, 2 * 86400000);
	assert_int_equal(c.settings.vm.memory, 4ULL << 30);
	assert_int_equal(c.settings.vm.smp, 3);
	assert_string_equal(c.settings.stage.variant, "musl");
	assert_non_null(strstr(origin(&c, "stage", "arch"), "/f:5"));
	assert_non_null(strstr(origin(&c, "stage", "max_age"), "/f:6"));
	assert_non_null(strstr(origin(&c, "vm", "smp"), "/f:10"));
	assert_non_null(strstr(origin(&c, "stage", "variant"), "/f:12"));
	assert_string_equal(origin(&c, "vm", "cpu"), "default");
	assert_int_equal(c.files.len, 1);
}

UNIT(an_empty_file_and_a_byte_order_mark_are_fine)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(conf) struct zol_conf c = { .files = ZOL_STRV_INIT };
	ZOL_AUTO(conf) struct zol_conf d = { .files = ZOL_STRV_INIT };

	assert_int_equal(read_text("", &c, &err), 0);
	assert_int_equal(read_text("\xef\xbb\xbf[stage]\narch = x\n", &d, &err), 0);
	assert_string_equal(d.settings.stage.arch, "x");
}

UNIT(the_first_value_of_a_list_replaces_the_default_and_more_add)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(conf) struct zol_conf c = { .files = ZOL_STRV_INIT };
	ZOL_AUTO(conf) struct zol_conf d = { .files = ZOL_STRV_INIT };

	assert_int_equal(
		read_text("[stage]\nmirrors = http://a\n  http://b http://c\n\n# x\nmirrors = http://d\n", &c, &err),
		0);
	assert_int_equal(c.settings.stage.mirrors.len, 4);
	assert_string_equal(c.settings.stage.mirrors.v[0], "http://a");
	assert_string_equal(c.settings.stage.mirrors.v[3], "http://d");
	assert_int_equal(read_text("[stage]\nmirrors = http://a\nmirrors =\nmirrors = http://z", &d, &err), 0);
	assert_int_equal(d.settings.stage.mirrors.len, 1);
	assert_string_equal(d.settings.stage.mirrors.v[0], "http://z");
}

UNIT(home_is_expanded_in_paths_and_lists_only)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(conf) struct zol_conf c = { .files = ZOL_STRV_INIT };

	assert_int_equal(read_text("[paths]\nguests = ~/g\n[chroot]\ncode = ~/zfs /x/~/y ~you ~/spl\n"
				   "[guest]\nhostname = ~/h\n",
				   &c, &err),
			 0);
	assert_string_equal(c.settings.paths.guests, "/home/me/g");
	assert_int_equal(c.settings.chroot.code.len, 4);
	assert_string_equal(c.settings.chroot.code.v[0], "/home/me/zfs");
	assert_string_equal(c.settings.chroot.code.v[1], "/x/~/y");
	assert_string_equal(c.settings.chroot.code.v[2], "~you");
	assert_string_equal(c.settings.chroot.code.v[3], "/home/me/spl");
	assert_string_equal(c.settings.guest.hostname, "~/h");
}

UNIT(without_a_home_it_cannot_be_used)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(scratch) struct scratch s = scratch_new();
	ZOL_AUTO(free) char *path = file(&s, "f", "[paths]\nguests = ~/g\n");
	ZOL_AUTO(conf) struct zol_conf c = { .files = ZOL_STRV_INIT };

	assert_int_equal(zol_conf_init(&c, &err), 0);
	assert_int_equal(zol_conf_read(&c, path, NULL, &err), -ZOL_USAGE);
	assert_string_equal(c.settings.paths.guests, "/guest");
}

UNIT(mistakes_are_told_with_their_line)
{
	refused("[stage]\narch = x\nmirorrs = y\n", "f:3: no key 'mirorrs' in section [stage]",
		"did you mean 'mirrors'?");
	refused("[stage]\narch = x\n[stag]\narch = x\n", "f:3: no section [stag]", "did you mean [stage]?");
	refused("[stage]\narch = x\n[vms]\n", "f:3: no section [vms]", NULL);
	refused("[]\narch = x\n", "f:1: no section []", NULL);
	refused("arch = x\n", "f:1: key 'arch' stands outside of any section", NULL);
	refused("[stage]\narch = x\n\n[vm]\nmemory = lots\n",
		"f:5: memory: 'lots' is not a size: a number of bytes, or one with K, M, G or T", NULL);
	refused("[stage]\narch = x\n[paths]\nguests = here\n", "f:4: guests: 'here' is no absolute path", NULL);
	refused("[stage]\narch = x\nvariant\n", "f:3: neither a [section] nor a key = value", NULL);
	refused("[stage\narch = x\n", "f:1: neither a [section] nor a key = value", NULL);
	refused("[stage]\narch = x\n  y\n", "f:3: arch is no list: it cannot be continued",
		"an indented line continues the one above");
	refused("[stage]\n  arch = x\n  variant = y\n", "f:3: an indented line continues the one above",
		"begin 'variant' in the first column");
	refused("[stage]\nmirrors = x\n\tarch = y\n", "f:3: an indented line continues the one above",
		"begin 'arch' in the first column");
}

UNIT(an_indented_key_below_a_section_is_a_key)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(conf) struct zol_conf c = { .files = ZOL_STRV_INIT };

	assert_int_equal(read_text("[stage]\n  arch = x\n[stage]\n  arch = y\n", &c, &err), 0);
	assert_string_equal(c.settings.stage.arch, "y");
}

UNIT(the_first_mistake_counts)
{
	refused("[stage]\nbogus = 1\nbogus2 = 2\n[x\n", "f:2: no key 'bogus' in section [stage]", NULL);
}

/* A line of so many bytes that sets vm.kernel_args. */
static char *long_line(size_t len)
{
	static const char head[] = "[stage]\narch = x\n[vm]\nkernel_args = ";
	size_t start = strlen("[stage]\narch = x\n[vm]\n");
	char *text = malloc(start + len + 2);

	memset(text, 'a', start + len);
	memcpy(text, head, sizeof(head) - 1);
	text[start + len] = '\n';
	text[start + len + 1] = '\0';
	return text;
}

UNIT(lines_that_inih_would_cut_are_refused)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(conf) struct zol_conf c = { .files = ZOL_STRV_INIT };
	ZOL_AUTO(free) char *fits = long_line(198);
	ZOL_AUTO(free) char *too_long = long_line(199);
	ZOL_AUTO(free) char *huge = long_line(100000);

	assert_int_equal(read_text(fits, &c, &err), 0);
	assert_int_equal(c.settings.vm.kernel_args.len, 1);
	assert_int_equal(strlen(c.settings.vm.kernel_args.v[0]), 198 - strlen("kernel_args = "));
	refused(too_long, "f:4: line is longer than 198 bytes", "go on in an indented line below, or repeat the key");
	refused(huge, "f:4: line is longer than 198 bytes", NULL);
}

UNIT(a_nul_byte_is_refused)
{
	static const char text[] = "[stage]\narch = x\0y\n";
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(scratch) struct scratch s = scratch_new();
	ZOL_AUTO(free) char *path = file_of(&s, "f", text, sizeof(text) - 1);
	ZOL_AUTO(conf) struct zol_conf c = { .files = ZOL_STRV_INIT };

	assert_int_equal(zol_conf_init(&c, &err), 0);
	assert_int_equal(zol_conf_read(&c, path, NULL, &err), -ZOL_USAGE);
	assert_non_null(strstr(zol_err_text(&err), "/f:2: NUL byte"));
}

UNIT(only_regular_files_are_read)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(err) struct zol_err missing = ZOL_ERR_INIT;
	ZOL_AUTO(conf) struct zol_conf c = { .files = ZOL_STRV_INIT };

	assert_int_equal(zol_conf_init(&c, &err), 0);
	assert_int_equal(zol_conf_read(&c, "/dev/zero", NULL, &err), -ZOL_SYSTEM);
	assert_int_equal(zol_conf_read(&c, "/nonexistent/file", NULL, &missing), -ZOL_SYSTEM);
	assert_int_equal(missing.errnum, ENOENT);
}

/* --- layers ------------------------------------------------------------------------------------ */

struct warned {
	int n;
	char text[256];
};

static void on_note(void *ctx, enum zol_level level, const char *text)
{
	struct warned *w = ctx;

	assert_int_equal(level, ZOL_LEVEL_WARN);
	w->n++;
	snprintf(w->text, sizeof(w->text), "%s", text);
}

UNIT(later_layers_win)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(scratch) struct scratch s = scratch_new();
	ZOL_AUTO(free)
	char *main_file =
		file(&s, "etc/zolkit.conf", "[stage]\narch = a1\nvariant = v1\nmirrors = m1\n[vm]\nsmp = 1\ncpu = c\n");
	ZOL_AUTO(free) char *b = file(&s, "etc/zolkit.conf.d/20-b.conf", "[stage]\narch = b2\nmirrors = m3\n");
	ZOL_AUTO(free)
	char *a = file(&s, "etc/zolkit.conf.d/10-a.conf", "[stage]\narch = a2\nvariant = v2\nmirrors = m2\n");
	ZOL_AUTO(free) char *off = file(&s, "etc/zolkit.conf.d/30-c.conf.bak", "garbage");
	ZOL_AUTO(free) char *hidden = file(&s, "etc/zolkit.conf.d/.d.conf", "garbage");
	ZOL_AUTO(free) char *user = file(&s, "user.conf", "[vm]\nsmp = 2\n[guest]\nname = mine\n[paths]\nrun = /r\n");
	ZOL_AUTO(free) char *dir = zol_path_join(s.dir, "etc");
	ZOL_AUTO(conf) struct zol_conf c = { .files = ZOL_STRV_INIT };
	const uid_t owners[] = { geteuid() };
	struct zol_conf_sources from = {
		.system_dir = dir, .user_file = user, .data = "/data", .env = true, .owners = owners, .nowners = 1
	};

	setenv("ZOLKIT_RUN", "/from/env", 1);
	setenv("ZOLKIT_STATE", "", 1); /* empty is not set */
	assert_int_equal(zol_conf_load(&from, &c, &err), 0);
	unsetenv("ZOLKIT_RUN");
	unsetenv("ZOLKIT_STATE");
	assert_string_equal(c.settings.stage.arch, "b2");
	assert_string_equal(c.settings.stage.variant, "v2");
	assert_int_equal(c.settings.stage.mirrors.len, 3); /* added over the files, default replaced */
	assert_int_equal(c.settings.vm.smp, 2);
	assert_string_equal(c.settings.vm.cpu, "c");
	assert_string_equal(c.settings.guest.name, "mine");
	assert_string_equal(c.settings.paths.run, "/from/env");
	assert_string_equal(c.settings.paths.state, "/var/lib/zolkit");
	assert_string_equal(c.settings.paths.conf, "/data");
	assert_string_equal(origin(&c, "paths", "run"), "environment ZOLKIT_RUN");
	assert_string_equal(origin(&c, "paths", "conf"), "default");
	assert_non_null(strstr(origin(&c, "stage", "arch"), "20-b.conf:2"));
	assert_int_equal(c.files.len, 4);
	assert_string_equal(c.files.v[1], a);
	zol_conf_free(&c);
	from.guest = "other";
	assert_int_equal(zol_conf_load(&from, &c, &err), 0);
	assert_string_equal(c.settings.guest.name, "other");
	assert_string_equal(origin(&c, "guest", "name"), "option --guest");
}

UNIT(a_named_file_replaces_the_others_but_not_the_environment)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(scratch) struct scratch s = scratch_new();
	ZOL_AUTO(free) char *main_file = file(&s, "etc/zolkit.conf", "garbage");
	ZOL_AUTO(free) char *user = file(&s, "user.conf", "garbage");
	ZOL_AUTO(free) char *named = file(&s, "named.conf", "[vm]\nsmp = 5\n");
	ZOL_AUTO(free) char *dir = zol_path_join(s.dir, "etc");
	ZOL_AUTO(conf) struct zol_conf c = { .files = ZOL_STRV_INIT };
	struct zol_conf_sources from = { .config = named, .system_dir = dir, .user_file = user, .env = true };

	setenv("ZOLKIT_GUEST", "envg", 1);
	assert_int_equal(zol_conf_load(&from, &c, &err), 0);
	unsetenv("ZOLKIT_GUEST");
	assert_int_equal(c.settings.vm.smp, 5);
	assert_string_equal(c.settings.guest.name, "envg");
	assert_int_equal(c.files.len, 1);
}

UNIT(absent_files_are_fine_but_a_named_one_must_exist)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(conf) struct zol_conf c = { .files = ZOL_STRV_INIT };
	struct zol_conf_sources from = { .system_dir = "/nonexistent/etc", .user_file = "/nonexistent/user" };
	struct zol_conf_sources named = { .config = "/nonexistent/named" };

	assert_int_equal(zol_conf_load(&from, &c, &err), 0);
	assert_int_equal(c.files.len, 0);
	zol_conf_free(&c);
	assert_int_equal(zol_conf_load(&named, &c, &err), -ZOL_SYSTEM);
	assert_int_equal(err.errnum, ENOENT);
}

UNIT(a_wrong_environment_variable_is_named)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(conf) struct zol_conf c = { .files = ZOL_STRV_INIT };
	struct zol_conf_sources from = { .env = true };

	setenv("ZOLKIT_CACHE", "relative", 1);
	assert_int_equal(zol_conf_load(&from, &c, &err), -ZOL_USAGE);
	unsetenv("ZOLKIT_CACHE");
	assert_non_null(strstr(zol_err_text(&err), "ZOLKIT_CACHE"));
}

UNIT(a_user_file_that_others_could_write_is_ignored_aloud)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(scratch) struct scratch s = scratch_new();
	ZOL_AUTO(free) char *user = file(&s, "user.conf", "[vm]\nsmp = 2\n");
	ZOL_AUTO(conf) struct zol_conf c = { .files = ZOL_STRV_INIT };
	struct warned w = { .n = 0 };
	const struct zol_events ev = { .ctx = &w, .note = on_note };
	const uid_t owners[] = { geteuid() };
	struct zol_conf_sources from = { .user_file = user, .ev = &ev, .owners = owners, .nowners = 1 };

	assert_int_equal(chmod(user, 0666), 0);
	assert_int_equal(zol_conf_load(&from, &c, &err), 0);
	assert_int_equal(c.settings.vm.smp, 0);
	assert_int_equal(w.n, 1);
	assert_non_null(strstr(w.text, "everybody may write it"));
	zol_conf_free(&c);
	assert_int_equal(chmod(user, 0644), 0);
	assert_int_equal(zol_conf_load(&from, &c, &err), 0);
	assert_int_equal(c.settings.vm.smp, 2);
	assert_int_equal(w.n, 1);
}

UNIT(a_user_file_of_somebody_else_is_ignored_aloud)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(scratch) struct scratch s = scratch_new();
	ZOL_AUTO(free) char *user = file(&s, "user.conf", "[vm]\nsmp = 2\n");
	ZOL_AUTO(conf) struct zol_conf c = { .files = ZOL_STRV_INIT };
	struct warned w = { .n = 0 };
	const struct zol_events ev = { .ctx = &w, .note = on_note };
	const uid_t nobody[] = { 65534 };
	struct zol_conf_sources from = { .user_file = user, .ev = &ev, .owners = nobody, .nowners = 1 };

	/* As root the file is made another user's; without, nobody is who asks. */
	if (geteuid() == 0)
		assert_int_equal(chown(user, 12345, 12345), 0);
	assert_int_equal(zol_conf_load(&from, &c, &err), 0);
	assert_int_equal(c.settings.vm.smp, 0);
	assert_int_equal(w.n, 1);
	assert_non_null(strstr(w.text, "belongs to somebody else"));
}

UNIT(the_result_is_untouched_on_failure)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(scratch) struct scratch s = scratch_new();
	ZOL_AUTO(free) char *named = file(&s, "named.conf", "[vm]\nsmp = 5\nbogus = 1\n");
	struct zol_conf_sources from = { .config = named };
	struct zol_conf c, before;

	memset(&c, 0x5a, sizeof(c));
	memcpy(&before, &c, sizeof(c));
	assert_int_equal(zol_conf_load(&from, &c, &err), -ZOL_USAGE);
	assert_memory_equal(&c, &before, sizeof(c));
}

UNIT_MAIN()
