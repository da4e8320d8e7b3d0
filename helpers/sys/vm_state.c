/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/lock.h"
#include "base/path.h"
#include "base/rows.h"
#include "sys/vm_state.h"
#include "wrap/json.h"

void zol_vm_dirs_free(struct zol_vm_dirs *d)
{
	free(d->guest);
	free(d->run);
	free(d->state);
	free(d->lock);
	free(d->ended);
	free(d->console_log);
	free(d->qemu_log);
	free(d->kernel);
	*d = (struct zol_vm_dirs){ 0 };
}

int zol_vm_dirs_init(const char *run_base, const char *state_base, const char *guest, struct zol_vm_dirs *ret,
		     struct zol_err *err)
{
	ZOL_AUTO(vm_dirs) struct zol_vm_dirs d = { 0 };

	if (!zol_name_ok(guest))
		return zol_err_set(err, ZOL_USAGE, 0, "'%s' cannot be the name of a guest", guest);
	d.guest = strdup(guest);
	d.run = zol_path_join(run_base, guest);
	d.state = zol_asprintf("%s/guests/%s", state_base, guest);
	d.lock = zol_asprintf("%s/guests/%s/vm.lock", state_base, guest);
	d.ended = zol_asprintf("%s/guests/%s/ended.json", state_base, guest);
	d.console_log = zol_asprintf("%s/guests/%s/log/console.log", state_base, guest);
	d.qemu_log = zol_asprintf("%s/guests/%s/log/qemu.log", state_base, guest);
	d.kernel = zol_asprintf("%s/guests/%s/kernel/bzImage", state_base, guest);
	if (!d.guest || !d.run || !d.state || !d.lock || !d.ended || !d.console_log || !d.qemu_log || !d.kernel)
		return zol_err_oom(err);
	*ret = d;
	d = (struct zol_vm_dirs){ 0 };
	return 0;
}

int zol_vm_dirs_make(const struct zol_vm_dirs *d, struct zol_err *err)
{
	ZOL_AUTO(free) char *log = zol_asprintf("%s/log", d->state);

	if (!log)
		return zol_err_oom(err);
	if (zol_mkdirs(log, 0755, err) < 0 || zol_mkdirs(d->run, 0700, err) < 0)
		return -(int)err->code;
	if (chmod(d->run, 0700) < 0)
		return zol_err_sys(err, "%s", d->run);
	return 0;
}

int zol_vm_running(const struct zol_vm_dirs *d, int64_t *ret_pid, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str what = ZOL_STR_INIT;

	return zol_lock_holder(d->lock, ret_pid, &what, err);
}

int zol_vm_not_running(const struct zol_vm_dirs *d, struct zol_err *err)
{
	(void)zol_err_set(err, ZOL_SYSTEM, 0, "the VM of guest %s does not run", d->guest);
	return zol_err_hint(err, "boot it: zolkit vm start");
}

int zol_vm_clean(const struct zol_vm_dirs *d, struct zol_err *err)
{
	return zol_rmtree(AT_FDCWD, d->run, err);
}

void zol_vm_record_free(struct zol_vm_record *r)
{
	free(r->accel);
	free(r->kernel);
	free(r->root);
	free(r->transport);
	free(r->cache);
	free(r->mode);
	*r = (struct zol_vm_record){ 0 };
}

static int write_json(const char *path, const struct zol_json *v, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	if (zol_json_dump(v, true, &text, err) < 0)
		return -(int)err->code;
	zol_str_putc(&text, '\n');
	if (zol_str_check(&text, err) < 0)
		return -(int)err->code;
	return zol_write_file(path, text.ptr, text.len, 0644, err);
}

static int read_json(const char *path, struct zol_json **ret, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	if (zol_read_file(path, 65536, &text, err) < 0)
		return -(int)err->code;
	if (zol_json_parse(zol_span_str(&text), ret, err) < 0)
		return zol_err_wrap(err, "%s", path);
	return 0;
}

int zol_vm_record_write(const struct zol_vm_dirs *d, const struct zol_vm_record *r, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_path_join(d->run, ZOL_VM_RECORD);
	ZOL_AUTO(json) struct zol_json *v = zol_json_object();

	if (!path)
		return zol_err_oom(err);
	zol_json_set_str(v, "guest", d->guest);
	zol_json_set_u64(v, "pid", r->pid);
	zol_json_set_u64(v, "supervisor", r->supervisor);
	zol_json_set_u64(v, "started", r->started);
	zol_json_set_str(v, "accel", r->accel);
	zol_json_set_str(v, "kernel", r->kernel);
	zol_json_set_str(v, "root", r->root);
	zol_json_set_str(v, "transport", r->transport);
	zol_json_set_str(v, "cache", r->cache);
	zol_json_set_str(v, "mode", r->mode);
	zol_json_set_str(v, "console_log", d->console_log);
	return write_json(path, v, err);
}

static char *text_of(const struct zol_json *v, const char *key)
{
	return strdup(zol_json_str(zol_json_get(v, key), ""));
}

int zol_vm_record_read(const struct zol_vm_dirs *d, struct zol_vm_record *ret, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_path_join(d->run, ZOL_VM_RECORD);
	ZOL_AUTO(json) struct zol_json *v = NULL;
	ZOL_AUTO(vm_record) struct zol_vm_record r = { 0 };

	if (!path)
		return zol_err_oom(err);
	if (read_json(path, &v, err) < 0)
		return -(int)err->code;
	r.pid = zol_json_u64(zol_json_get(v, "pid"), 0);
	r.supervisor = zol_json_u64(zol_json_get(v, "supervisor"), 0);
	r.started = zol_json_u64(zol_json_get(v, "started"), 0);
	r.accel = text_of(v, "accel");
	r.kernel = text_of(v, "kernel");
	r.root = text_of(v, "root");
	r.transport = text_of(v, "transport");
	r.cache = text_of(v, "cache");
	r.mode = text_of(v, "mode");
	if (!r.accel || !r.kernel || !r.root || !r.transport || !r.cache || !r.mode)
		return zol_err_oom(err);
	*ret = r;
	r = (struct zol_vm_record){ 0 };
	return 0;
}

void zol_vm_ended_free(struct zol_vm_ended *e)
{
	free(e->text);
	*e = (struct zol_vm_ended){ 0 };
}

int zol_vm_ended_write(const struct zol_vm_dirs *d, const struct zol_vm_ended *e, struct zol_err *err)
{
	ZOL_AUTO(json) struct zol_json *v = zol_json_object();
	ZOL_AUTO(str) struct zol_str text = ZOL_STR_INIT;

	/* It may be a line of the guest's console; JSON takes UTF-8 only. */
	zol_text_escape(&text, e->text ? e->text : "");
	zol_json_set_u64(v, "time", e->time);
	zol_json_set_u64(v, "code", e->code);
	zol_json_set_str(v, "text", zol_str_c(&text));
	return write_json(d->ended, v, err);
}

int zol_vm_ended_read(const struct zol_vm_dirs *d, struct zol_vm_ended *ret, struct zol_err *err)
{
	ZOL_AUTO(json) struct zol_json *v = NULL;
	char *text;

	if (read_json(d->ended, &v, err) < 0)
		return -(int)err->code;
	text = text_of(v, "text");
	if (!text)
		return zol_err_oom(err);
	*ret = (struct zol_vm_ended){ .time = zol_json_u64(zol_json_get(v, "time"), 0),
				      .code = zol_json_u64(zol_json_get(v, "code"), 0),
				      .text = text };
	return 0;
}
