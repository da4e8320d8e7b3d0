/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What depends on the init that a guest boots: serial consoles, and the start of the agent. */
#include "base/bytes.h"
#include "core/inittab.h"
#include "core/passwd.h"
#include "core/prep_parts.h"

#define AGENT "/" ZOL_GUEST_LIBEXEC "/zolkit-agent"

struct machine {
	unsigned number; /* e_machine, elf.h */
	const char *arch;
};

/* e_machine to Gentoo's names of architectures (profiles/arch.list). */
static const struct machine machines[] = {
	{ 62, "amd64" }, { 3, "x86" },     { 183, "arm64" }, { 40, "arm" },    { 21, "ppc64" },
	{ 20, "ppc" },   { 243, "riscv" }, { 22, "s390" },   { 258, "loong" }, { 8, "mips" },
	{ 43, "sparc" }, { 2, "sparc" },   { 15, "hppa" },   { 4, "m68k" },    { 0x9026, "alpha" },
};

const char *zol_prep_elf_arch(struct zol_span head)
{
	unsigned number;

	if (head.len < 20 || memcmp(head.ptr, "\177ELF", 4) != 0)
		return NULL;
	number = head.ptr[5] == 2 ? zol_be16(head.ptr + 18) : zol_le16(head.ptr + 18);
	for (size_t i = 0; i < ZOL_COUNT(machines); i++)
		if (machines[i].number == number)
			return machines[i].arch;
	return NULL;
}

const char *const *zol_prep_consoles(const char *arch)
{
	static const char *const pc[] = { "ttyS0", "ttyS1", NULL }, *const pl011[] = { "ttyAMA0", NULL },
				 *const hvc[] = { "hvc0", NULL }, *const uart[] = { "ttyS0", NULL },
				 *const sclp[] = { "ttysclp0", NULL }, *const goldfish[] = { "ttyGF0", NULL };
	static const struct {
		const char *arch;
		const char *const *ttys;
	} rows[] = {
		{ "amd64", pc },  { "x86", pc },  { "arm64", pl011 }, { "arm", pl011 },
		{ "ppc64", hvc }, { "ppc", hvc }, { "s390", sclp },   { "m68k", goldfish },
	};

	for (size_t i = 0; i < ZOL_COUNT(rows); i++)
		if (strcmp(arch, rows[i].arch) == 0)
			return rows[i].ttys;
	return uart;
}

const char *zol_init_text(enum zol_init init)
{
	static const char *const names[] = {
		[ZOL_INIT_UNKNOWN] = "unknown", [ZOL_INIT_SYSV] = "sysvinit",   [ZOL_INIT_OPENRC] = "openrc-init",
		[ZOL_INIT_SYSTEMD] = "systemd", [ZOL_INIT_BUSYBOX] = "busybox",
	};

	return names[init];
}

static enum zol_init init_by_name(const char *target)
{
	const char *base = zol_base_name(target);

	if (strcmp(base, "systemd") == 0)
		return ZOL_INIT_SYSTEMD;
	if (strcmp(base, "openrc-init") == 0)
		return ZOL_INIT_OPENRC;
	if (strcmp(base, "busybox") == 0)
		return ZOL_INIT_BUSYBOX;
	return ZOL_INIT_UNKNOWN;
}

int zol_prep_init(const struct zol_prep_view *view, enum zol_init *ret, struct zol_err *err)
{
	struct zol_prep p = { .view = view };
	struct zol_node node, inittab;
	int r = view->stat(view->ctx, "sbin/init", &node, err);

	*ret = ZOL_INIT_UNKNOWN;
	if (r == 0 && node.link) {
		ZOL_AUTO(str) struct zol_str target = ZOL_STR_INIT;

		r = view->readlink(view->ctx, "sbin/init", &target, err);
		if (r == 0)
			*ret = init_by_name(zol_str_c(&target));
	}
	if (r < 0 || *ret != ZOL_INIT_UNKNOWN)
		return r;
	r = view->stat(view->ctx, "etc/inittab", &inittab, err);
	if (r < 0)
		return r;
	if (inittab.kind != ZOL_NODE_ABSENT || inittab.link) {
		*ret = ZOL_INIT_SYSV;
		return 0;
	}
	r = node.kind == ZOL_NODE_FILE ? 0 : zol_prep_is(&p, "usr/lib/systemd/systemd", ZOL_NODE_FILE, err);
	if (r > 0)
		*ret = ZOL_INIT_SYSTEMD;
	return r < 0 ? r : 0;
}

/* Path of agetty in the guest, or NULL. */
static int find_getty(struct zol_prep *p, const char **ret, struct zol_err *err)
{
	static const char *const places[] = { "/sbin/agetty", "/usr/sbin/agetty", "/usr/bin/agetty", "/bin/agetty" };

	*ret = NULL;
	for (size_t i = 0; i < ZOL_COUNT(places); i++) {
		int r = zol_prep_is(p, places[i] + 1, ZOL_NODE_FILE, err);

		if (r < 0)
			return r;
		if (r > 0) {
			*ret = places[i];
			return 0;
		}
	}
	return 0;
}

static int inittab_consoles(struct zol_prep *p, const char *getty, struct zol_err *err)
{
	ZOL_AUTO(prep_text) struct zol_prep_text t = { 0 };
	const char *const *ttys = zol_prep_consoles(p->want->arch);
	int r = zol_prep_text_read(p, "etc/inittab", &t, err);

	if (r <= 0)
		return r;
	if (!t.existed)
		return zol_prep_item(p, p->init == ZOL_INIT_BUSYBOX ? ZOL_PREP_WARN : ZOL_PREP_PROBLEM, "etc/inittab",
				     err, "not there: no serial console");
	for (; *ttys; ttys++) {
		struct zol_inittab_console want = { *ttys, getty, p->want->autologin };
		ZOL_AUTO(str) struct zol_str note = ZOL_STR_INIT;
		enum zol_edit edit;

		r = zol_inittab_serial(&t.text, &want, &edit, &note, err);
		if (r == 0)
			r = zol_prep_edited(p, t.path, edit, &note, err);
		if (r < 0)
			return r;
	}
	if (!getty && !zol_inittab_is_busybox(zol_span_str(&t.text)) && p->want->autologin) {
		r = zol_prep_item(p, ZOL_PREP_WARN, "sbin/agetty", err,
				  "not there: getty asks for a name, no autologin");
		if (r < 0)
			return r;
	}
	return zol_prep_text_write(p, &t, 0644, err);
}

/* OpenRC's init has a service per terminal (openrc: init.d/agetty.in). */
static int openrc_console(struct zol_prep *p, const char *tty, struct zol_err *err)
{
	ZOL_AUTO(free) char *conf = zol_asprintf("etc/conf.d/agetty.%s", tty);
	ZOL_AUTO(free) char *service = zol_asprintf("etc/init.d/agetty.%s", tty);
	ZOL_AUTO(free) char *enabled = zol_asprintf("etc/runlevels/default/agetty.%s", tty);
	ZOL_AUTO(free) char *target = zol_asprintf("/etc/init.d/agetty.%s", tty);
	int r;

	if (!conf || !service || !enabled || !target)
		return zol_err_oom(err);
	r = zol_prep_own_file(p, conf,
			      p->want->autologin ?
				      "baud=\"115200\"\nterm_type=\"vt100\"\nagetty_options=\"-a root -L\"\n" :
				      "baud=\"115200\"\nterm_type=\"vt100\"\nagetty_options=\"-L\"\n",
			      0644, err);
	if (r >= 0)
		r = zol_prep_own_link(p, service, "agetty", err);
	return r < 0 ? r : zol_prep_own_link(p, enabled, target, err);
}

/* systemd: a drop-in for serial-getty@.service (systemd: units/serial-getty@.service.in). */
static int systemd_console(struct zol_prep *p, const char *getty, const char *tty, struct zol_err *err)
{
	ZOL_AUTO(free) char *dropin = zol_asprintf("etc/systemd/system/serial-getty@%s.service.d/zolkit.conf", tty);
	ZOL_AUTO(free) char *wants = zol_asprintf("etc/systemd/system/getty.target.wants/serial-getty@%s.service", tty);
	ZOL_AUTO(free) char *text = NULL;
	int r, merged;

	merged = zol_prep_is(p, "usr/lib/systemd/system/serial-getty@.service", ZOL_NODE_FILE, err);
	if (merged < 0)
		return merged;
	text = zol_asprintf("[Service]\nExecStart=\nExecStart=-%s %s--keep-baud 115200,57600,38400,9600 - ${TERM}\n",
			    getty ? getty : "/sbin/agetty", p->want->autologin ? "--autologin root " : "");
	if (!dropin || !wants || !text)
		return zol_err_oom(err);
	r = zol_prep_own_file(p, dropin, text, 0644, err);
	return r < 0 ? r :
		       zol_prep_own_link(p, wants,
					 merged ? "/usr/lib/systemd/system/serial-getty@.service" :
						  "/lib/systemd/system/serial-getty@.service",
					 err);
}

/* Says when root cannot be logged in without a password. */
static int login(struct zol_prep *p, struct zol_err *err)
{
	ZOL_AUTO(str) struct zol_str passwd = ZOL_STR_INIT, shadow = ZOL_STR_INIT;
	enum zol_login l;
	int r = zol_prep_peek(p, "etc/passwd", &passwd, err);

	if (r == 0)
		r = zol_prep_peek(p, "etc/shadow", &shadow, err);
	if (r < 0)
		return r;
	l = zol_passwd_root(zol_span_str(&passwd), zol_span_str(&shadow), p->want->today);
	if (l == ZOL_LOGIN_OK)
		return 0;
	r = shadow.len > 0 ? 0 : zol_prep_is(p, "etc/shadow", ZOL_NODE_FILE, err);
	if (r != 0)
		return r < 0 ? r : 0; /* there, but not for our eyes */
	return zol_prep_item(p, ZOL_PREP_WARN, l == ZOL_LOGIN_ABSENT ? "etc/passwd" : "etc/shadow", err,
			     "%s: autologin may be refused (remedy: zolkit chroot run -- passwd -d root)",
			     zol_login_text(l));
}

int zol_prep_consoles_plan(struct zol_prep *p, struct zol_err *err)
{
	const char *const *ttys = zol_prep_consoles(p->want->arch);
	const char *getty;
	int r = find_getty(p, &getty, err);

	if (r < 0)
		return r;
	switch (p->init) {
	case ZOL_INIT_SYSV:
	case ZOL_INIT_BUSYBOX:
		r = inittab_consoles(p, getty, err);
		break;
	case ZOL_INIT_OPENRC:
		for (; r >= 0 && *ttys; ttys++)
			r = openrc_console(p, *ttys, err);
		break;
	case ZOL_INIT_SYSTEMD:
		for (; r >= 0 && *ttys; ttys++)
			r = systemd_console(p, getty, *ttys, err);
		break;
	case ZOL_INIT_UNKNOWN:
		return zol_prep_item(p, ZOL_PREP_PROBLEM, "sbin/init", err, "no init that is known here");
	}
	return r < 0 || !p->want->autologin ? r : login(p, err);
}

/* Copies one of our programs; 1 when it is (or will be) there. */
static int program(struct zol_prep *p, const struct zol_prep_program *prog, struct zol_err *err)
{
	ZOL_AUTO(free) char *path = zol_asprintf(ZOL_GUEST_LIBEXEC "/%s", prog->name);
	ZOL_AUTO(prep_text) struct zol_prep_text t = { 0 };
	struct zol_journal_entry e = { .kind = ZOL_JOURNAL_COPY, .path = path };
	struct zol_prep_act *a;
	int r;

	if (!path)
		return zol_err_oom(err);
	if (prog->data.len == 0)
		return zol_prep_item(p, ZOL_PREP_WARN, path, err, "%s is not installed on this host", prog->name);
	r = zol_prep_text_read(p, path, &t, err);
	if (r <= 0)
		return r;
	if (zol_span_same(zol_span_str(&t.old), prog->data)) {
		r = zol_prep_item(p, ZOL_PREP_CURRENT, path, err, "in place");
		return r < 0 ? r : 1;
	}
	r = zol_prep_parents(p, path, false, err);
	if (r <= 0)
		return r;
	e.sum = zol_lineedit_sum(prog->data);
	a = zol_prep_act(p, ZOL_PREP_WRITE, path);
	r = a ? zol_journal_add(&p->plan->before, &e, err) : zol_err_oom(err);
	if (r < 0)
		return r;
	a->existed = t.existed;
	a->binary = true;
	a->after.mode = 0755;
	zol_str_add(&a->text, prog->data.ptr, prog->data.len);
	r = zol_str_check(&a->text, err);
	if (r == 0)
		r = zol_prep_item(p, ZOL_PREP_CHANGE, path, err, t.existed ? "brought up to date" : "copied");
	return r < 0 ? r : 1;
}

static const char openrc_service[] = "#!/sbin/openrc-run\n"
				     "# Answers `zolkit vm exec` over the virtio port org.zolkit.agent.0.\n"
				     "supervisor=\"supervise-daemon\"\n"
				     "command=\"" AGENT "\"\n"
				     "description=\"zolkit agent\"\n"
				     "respawn_delay=1\n"
				     "respawn_max=0\n"
				     "\n"
				     "depend() {\n"
				     "\tneed dev\n"
				     "\tafter localmount modules\n"
				     "}\n";

static const char systemd_unit[] =
	"[Unit]\n"
	"Description=zolkit agent: answers zolkit vm exec over the virtio port org.zolkit.agent.0\n"
	"DefaultDependencies=no\n"
	"After=local-fs.target systemd-tmpfiles-setup.service\n"
	"Conflicts=shutdown.target\n"
	"Before=shutdown.target\n"
	"\n"
	"[Service]\n"
	"ExecStart=" AGENT "\n"
	"Restart=always\n"
	"RestartSec=1\n"
	"\n"
	"[Install]\n"
	"WantedBy=multi-user.target\n";

static int inittab_agent(struct zol_prep *p, struct zol_err *err)
{
	ZOL_AUTO(prep_text) struct zol_prep_text t = { 0 };
	ZOL_AUTO(str) struct zol_str note = ZOL_STR_INIT;
	enum zol_edit edit;
	int r;

	/* The plan may have a newer text of the file than the tree. */
	for (size_t i = 0; i < p->plan->nacts; i++) {
		struct zol_prep_act *a = &p->plan->acts[i];

		if (a->op != ZOL_PREP_WRITE || strcmp(a->path, "etc/inittab") != 0)
			continue;
		r = zol_inittab_respawn(&a->text, "agent", AGENT, &edit, &note, err);
		return r < 0 ? r : zol_prep_edited(p, a->path, edit, &note, err);
	}
	r = zol_prep_text_read(p, "etc/inittab", &t, err);
	if (r <= 0 || !t.existed)
		return r < 0 ? r : 0;
	r = zol_inittab_respawn(&t.text, "agent", AGENT, &edit, &note, err);
	if (r == 0)
		r = zol_prep_edited(p, t.path, edit, &note, err);
	return r < 0 ? r : zol_prep_text_write(p, &t, 0644, err);
}

static int has_openrc(struct zol_prep *p, struct zol_err *err)
{
	static const char *const places[] = { "sbin/openrc-run", "usr/sbin/openrc-run", "usr/bin/openrc-run" };
	int r = 0;

	for (size_t i = 0; r == 0 && i < ZOL_COUNT(places); i++)
		r = zol_prep_is(p, places[i], ZOL_NODE_FILE, err);
	return r;
}

int zol_prep_agent_plan(struct zol_prep *p, struct zol_err *err)
{
	int r = program(p, &p->want->probe, err), openrc;

	if (r >= 0)
		r = program(p, &p->want->agent, err);
	if (r <= 0)
		return r;
	if (p->init == ZOL_INIT_SYSTEMD) {
		r = zol_prep_own_file(p, "etc/systemd/system/zolkit-agent.service", systemd_unit, 0644, err);
		return r < 0 ? r :
			       zol_prep_own_link(p, "etc/systemd/system/multi-user.target.wants/zolkit-agent.service",
						 "/etc/systemd/system/zolkit-agent.service", err);
	}
	openrc = has_openrc(p, err);
	if (openrc < 0)
		return openrc;
	if (openrc || p->init == ZOL_INIT_OPENRC) {
		r = zol_prep_own_file(p, "etc/init.d/zolkit-agent", openrc_service, 0755, err);
		return r < 0 ? r :
			       zol_prep_own_link(p, "etc/runlevels/default/zolkit-agent", "/etc/init.d/zolkit-agent",
						 err);
	}
	if (p->init == ZOL_INIT_SYSV || p->init == ZOL_INIT_BUSYBOX)
		return inittab_agent(p, err);
	return 0;
}
