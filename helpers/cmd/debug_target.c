/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>

#include "base/path.h"
#include "cmd/debug.h"
#include "core/qemu.h"
#include "core/settings.h"
#include "sys/fence.h"
#include "sys/guest_tree.h"
#include "sys/kbuild.h"

#define MONITOR_MS 10000U

void zol_debug_free(struct zol_debug *d)
{
	zol_vm_dirs_free(&d->dirs);
	free(d->root);
	zol_cleanup_fd(&d->rootfd);
	zol_vm_record_free(&d->record);
	zol_modmap_free(&d->map);
	zol_vmlinux_free(&d->kernel);
	zol_strv_free(&d->trees);
	zol_strv_free(&d->kernels);
	for (size_t i = 0; i < d->nwants; i++)
		zol_symwant_free(&d->wants[i]);
	free(d->wants);
	*d = (struct zol_debug)ZOL_DEBUG_INIT;
}

/* The tree: that of the VM that runs, else the guest's; none is no failure (a map may be all there is). */
static int find_root(struct zol_debug *d, struct zol_err *err)
{
	ZOL_AUTO(guest) struct zol_guest g = { 0 };
	ZOL_AUTO(free) char *own = NULL;

	if (d->where->root) {
		d->root = realpath(d->where->root, NULL);
		if (!d->root)
			return zol_err_sys(err, "%s", d->where->root);
		d->rootfd = zol_root_open(d->root, err);
		return d->rootfd < 0 ? d->rootfd : 0;
	}
	if (zol_guest_find(d->cli->settings, d->dirs.guest, &g, err) < 0)
		return -(int)err->code;
	own = g.exists ? realpath(g.root, NULL) : NULL;
	if (d->running && d->record.root && (!own || strcmp(own, d->record.root) != 0)) {
		d->root = strdup(d->record.root);
		if (!d->root)
			return zol_err_oom(err);
		d->rootfd = zol_root_open(d->root, err);
		return d->rootfd < 0 ? d->rootfd : 0;
	}
	if (!own)
		return 0;
	d->root = zol_take_ptr(own);
	d->rootfd = zol_guest_tree_open(d->cli->settings, &g, err);
	return d->rootfd < 0 ? d->rootfd : 0;
}

static int named_release(struct zol_debug *d, struct zol_err *err)
{
	const char *release = d->where->release;

	if (!release)
		return 0;
	if (!zol_name_ok(release))
		return zol_err_set(err, ZOL_USAGE, 0, "'%s' is no release of a kernel", release);
	d->map.release = strdup(release);
	return d->map.release ? 0 : zol_err_oom(err);
}

/* Where the kernel's files may be, the surest first. */
static int find_places(struct zol_debug *d, struct zol_err *err)
{
	const char *kernel = d->running ? d->record.kernel : NULL;
	const char *slash = kernel ? strrchr(kernel, '/') : NULL;

	if (d->where->vmlinux)
		zol_strv_add(&d->kernels, d->where->vmlinux);
	if (slash)
		zol_strv_addf(&d->kernels, "%.*s/vmlinux", (int)(slash - kernel), kernel);
	if (slash) /* arch/x86/boot/bzImage of a build tree */
		zol_strv_addf(&d->kernels, "%.*s/../../../vmlinux", (int)(slash - kernel), kernel);
	zol_strv_addf(&d->kernels, "%s/kernel/vmlinux", d->dirs.state);
	zol_strv_addf(&d->kernels, "%s/kernel/build/vmlinux", d->dirs.state);
	if (d->root)
		zol_strv_addf(&d->kernels, "%s/usr/src/linux/vmlinux", d->root);
	zol_strv_extend(&d->trees, zol_strv_list(&d->where->trees));
	zol_strv_addf(&d->trees, "%s/kernel/build", d->dirs.state);
	if (zol_strv_check(&d->trees, err) < 0)
		return -(int)err->code;
	return zol_strv_check(&d->kernels, err);
}

int zol_debug_open(struct zol_cli *cli, const struct zol_debug_where *w, struct zol_debug *ret, struct zol_err *err)
{
	const struct zol_settings *s = cli->settings;
	const char *guest = cli->globals.guest ? cli->globals.guest : s->guest.name;
	ZOL_AUTO(debug) struct zol_debug d = ZOL_DEBUG_INIT;
	int64_t pid;
	int r;

	d.cli = cli;
	d.where = w;
	if ((w->map != NULL) + (w->stub != NULL) + w->inside + w->outside > 1)
		return zol_err_set(err, ZOL_USAGE, 0, "one of --map, --stub, --inside and --outside at a time");
	if (zol_vm_dirs_init(s->paths.run, s->paths.state, guest, &d.dirs, err) < 0)
		return -(int)err->code;
	r = zol_vm_running(&d.dirs, &pid, err);
	if (r < 0)
		return r;
	d.running = r > 0;
	if (d.running && zol_vm_record_read(&d.dirs, &d.record, err) < 0)
		return -(int)err->code;
	if (find_root(&d, err) < 0 || named_release(&d, err) < 0 || find_places(&d, err) < 0)
		return -(int)err->code;
	*ret = d;
	d = (struct zol_debug)ZOL_DEBUG_INIT;
	return 0;
}

int zol_debug_fence(const struct zol_debug *d, const char *output, struct zol_err *err)
{
	ZOL_AUTO(err) struct zol_err ignored = ZOL_ERR_INIT;
	ZOL_AUTO(free) char *unpacked = zol_path_join(d->cli->settings->paths.cache, "debug");
	const char *dirs[] = { unpacked };
	int r;

	if (!unpacked)
		return zol_err_oom(err);
	/* Who must unpack something and cannot, tells why. */
	(void)!zol_mkdirs(unpacked, 0755, &ignored);
	r = zol_fence_reader_raise(&(struct zol_fence_reader){ .output = output, .dirs = dirs, .n = ZOL_COUNT(dirs) },
				   err);
	return r < 0 ? r : 0;
}

int zol_debug_need_vm(const struct zol_debug *d, struct zol_err *err)
{
	return d->running ? 0 : zol_vm_not_running(&d->dirs, err);
}

int zol_debug_monitor(const struct zol_debug *d, struct zol_qmp *ret, struct zol_err *err)
{
	if (zol_qmp_open(d->dirs.run, ZOL_QEMU_MONITOR, MONITOR_MS, ret, err) == 0)
		return 0;
	zol_err_wrap(err, "monitor of guest %s", d->dirs.guest);
	return err->errnum == ETIMEDOUT ? zol_err_hint(err, "somebody else uses it") : -(int)err->code;
}

struct zol_symsearch zol_debug_search(const struct zol_debug *d)
{
	return (struct zol_symsearch){ .root = d->rootfd,
				       .release = d->map.release,
				       .cache = d->cli->settings->paths.cache,
				       .trees = zol_strv_list(&d->trees),
				       .kernels = zol_strv_list(&d->kernels) };
}

int zol_debug_kernel(struct zol_debug *d, struct zol_err *err)
{
	struct zol_symsearch s = zol_debug_search(d);
	struct zol_symwant w = { .name = "vmlinux", .build_id = d->map.build_id };
	int r;

	if (d->kernel.path)
		return 0;
	if (d->where->vmlinux && access(d->where->vmlinux, R_OK) < 0)
		return zol_err_sys(err, "%s", d->where->vmlinux);
	r = zol_symfiles_find(&s, &w, 1, err);
	if (r == 0)
		r = zol_symwant_check(&w, err);
	if (r == 0 && !w.file) {
		r = zol_err_set(err, ZOL_SYSTEM, ENOENT, "there is no vmlinux of guest %s", d->dirs.guest);
		(void)zol_err_hint(err, "name it with --vmlinux");
	}
	if (r == 0)
		r = zol_vmlinux_open(w.file, &d->kernel, err);
	zol_symwant_free(&w);
	return r;
}

/* The one kernel that the tree has modules of. */
static void only_release(struct zol_debug *d)
{
	ZOL_AUTO(err) struct zol_err none = ZOL_ERR_INIT;
	ZOL_AUTO(dir) DIR *dir = NULL;
	ZOL_AUTO(free) char *found = NULL;
	const struct dirent *e;
	int fd = d->rootfd < 0 ? -1 : zol_open_in(d->rootfd, "lib/modules", O_RDONLY | O_DIRECTORY, 0, &none);

	if (fd < 0)
		return;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return;
	}
	while ((e = readdir(dir))) {
		if (e->d_name[0] == '.' || !zol_kmod_section_ok(zol_span_c(e->d_name)))
			continue;
		if (found)
			return;
		found = strdup(e->d_name);
	}
	d->map.release = zol_take_ptr(found);
}

int zol_debug_release(struct zol_debug *d, struct zol_err *err)
{
	ZOL_AUTO(free) char *dir = zol_path_join(d->dirs.state, "kernel");
	ZOL_AUTO(krecord) struct zol_krecord k = { 0 };
	ZOL_AUTO(err) struct zol_err none = ZOL_ERR_INIT;

	if (d->map.release)
		return 0;
	if (!dir)
		return zol_err_oom(err);
	/* a kernel that was named, or that has been opened, speaks for itself */
	if ((d->where->vmlinux || d->running || d->kernel.path) && zol_debug_kernel(d, &none) == 0 &&
	    d->kernel.release) {
		d->map.release = strdup(d->kernel.release);
		return d->map.release ? 0 : zol_err_oom(err);
	}
	if (zol_kbuild_record(dir, &k, err) < 0)
		return -(int)err->code;
	d->map.release = zol_take_ptr(k.release);
	if (!d->map.release)
		only_release(d);
	return 0;
}
