/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/agent_proto.h"
#include "core/qemu.h"

#include "unit.h"

static const struct zol_qemu plain = {
	.name = "gentoo",
	.accel = "tcg",
	.kernel = "/k/bzImage",
	.root = "/guest/gentoo",
	.transport = "9p",
	.cache = "mmap",
	.run_dir = "/run/zolkit/gentoo",
};

/* The whole line, quoted for a shell. */
static char *line_of(const struct zol_qemu *q)
{
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_qemu_argv(q, &argv, &err), 0);
	zol_str_shell_join(&s, zol_strv_list(&argv));
	return zol_str_take(&s);
}

static void has(const struct zol_qemu *q, const char *part, bool want)
{
	ZOL_AUTO(free) char *line = line_of(q);

	if ((strstr(line, part) != NULL) != want)
		fail_msg("%s \"%s\" in: %s", want ? "no" : "unwanted", part, line);
}

static void refused(const struct zol_qemu *q, enum zol_code code, const char *why)
{
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_qemu_argv(q, &argv, &err), -(int)code);
	assert_non_null(strstr(zol_err_text(&err), why));
}

UNIT(the_plain_line)
{
	ZOL_AUTO(free) char *line = line_of(&plain);

	assert_string_equal(
		line, "qemu-system-x86_64 -name guest=gentoo -nodefaults -no-user-config -display none -machine q35 "
		      "-accel tcg -cpu max -smp 1 -m 1024M -no-reboot -kernel /k/bzImage -append "
		      "'root=zolroot rootfstype=9p rootflags=trans=virtio,version=9p2000.L,msize=512000,cache=mmap rw "
		      "console=ttyS0,115200 panic=-1 oops=panic no_timer_check' -chardev stdio,id=console,signal=off "
		      "-serial chardev:console -chardev "
		      "socket,id=agent,path=/run/zolkit/gentoo/agent-port.sock,server=on,wait=off "
		      "-device virtio-serial-pci -device virtserialport,chardev=agent,name=org.zolkit.agent.0 "
		      "-qmp unix:/run/zolkit/gentoo/qmp.sock,server=on,wait=off "
		      "-qmp unix:/run/zolkit/gentoo/monitor.sock,server=on,wait=off "
		      "-fsdev local,id=root,path=/guest/gentoo,security_model=passthrough,multidevs=remap "
		      "-device virtio-9p-pci,fsdev=root,mount_tag=zolroot -device vmcoreinfo");
}

UNIT(every_setting_shows)
{
	static const char *const kernel_args[] = { "nokaslr", "foo=a b", "", NULL };
	static const char *const append[] = { "quiet", NULL };
	static const char *const extra[] = { "-s", "-drive", "file=/x y", NULL };
	struct zol_qemu q = plain;

	q.qemu = "/opt/qemu";
	q.machine = "pc";
	q.accel = "kvm";
	q.cpu = "host";
	q.smp = 3;
	q.memory = (1536ULL << 20) + 1;
	q.initrd = "/k/initrd";
	q.msize = 65536;
	q.cache = "loose";
	q.security_model = "mapped-xattr";
	q.snapshot = true;
	q.kernel_args = kernel_args;
	q.append = append;
	q.qemu_args = extra;
	has(&q, "/opt/qemu -name", true);
	has(&q, "-machine pc -accel kvm -cpu host -smp 3 -m 1537M -no-reboot -snapshot", true);
	has(&q, "-initrd /k/initrd", true);
	has(&q, "msize=65536,cache=loose rw", true);
	has(&q, "nokaslr \"foo=a b\" quiet'", true);
	has(&q, "security_model=mapped-xattr", true);
	has(&q, "-s -drive 'file=/x y'", true);
}

UNIT(the_gdbserver_is_a_socket_and_may_hold_the_start)
{
	struct zol_qemu q = plain;

	has(&q, "gdb", false);
	q.gdb = true;
	has(&q, "-gdb unix:/run/zolkit/gentoo/gdb.sock,server=on,wait=off", true);
	has(&q, " -S", false);
	q.stopped = true;
	has(&q, "server=on,wait=off -S", true);
}

UNIT(the_second_serial_line_is_a_socket)
{
	struct zol_qemu q = plain;

	q.second_serial = true;
	has(&q,
	    "-serial chardev:console -chardev socket,id=serial1,path=/run/zolkit/gentoo/serial1.sock,server=on,wait=off "
	    "-serial chardev:serial1 -chardev socket,id=agent",
	    true);
}

UNIT(no_cache_mode_leaves_the_kernels_own)
{
	struct zol_qemu q = plain;

	q.cache = "";
	has(&q, "msize=512000 rw", true);
	has(&q, "cache=", false);
}

UNIT(the_agent_as_init)
{
	struct zol_qemu q = plain;

	q.init = ZOL_AGENT_PATH;
	q.mode = "ephemeral";
	q.real_init = "/bin/myinit";
	q.read_only = true;
	has(&q, " ro console", true);
	has(&q, "init=/usr/local/libexec/zolkit/zolkit-agent zolkit_mode=ephemeral zolkit_init=/bin/myinit", true);
	has(&q, "multidevs=remap,readonly=on", true);
}

UNIT(commas_in_paths_are_doubled)
{
	struct zol_qemu q = plain;

	q.root = "/guest/a,b";
	q.run_dir = "/run/c,d";
	q.name = "e,f";
	has(&q, "path=/guest/a,,b,security", true);
	has(&q, "path=/run/c,,d/agent-port.sock,server", true);
	has(&q, "guest=e,,f", true);
}

UNIT(a_long_run_directory_is_the_working_directory)
{
	struct zol_qemu q = plain;
	char dir[120];

	memset(dir, 'd', sizeof(dir));
	dir[sizeof(dir) - 1] = '\0';
	assert_false(zol_qemu_run_dir_fits(dir));
	dir[ZOL_QEMU_SUN_MAX - strlen("/" ZOL_QEMU_AGENT)] = '\0';
	assert_true(zol_qemu_run_dir_fits(dir));
	q.run_dir = "";
	has(&q, "unix:qmp.sock,server=on", true);
	has(&q, "path=agent-port.sock,server=on", true);
}

UNIT(virtiofs_shares_its_memory)
{
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	ZOL_AUTO(str) struct zol_str s = ZOL_STR_INIT;
	struct zol_qemu q = plain;

	q.transport = "virtiofs";
	q.virtiofsd = "/usr/libexec/virtiofsd";
	q.memory = 512U << 20;
	has(&q, "root=zolroot rootfstype=virtiofs rw", true);
	has(&q, "-machine q35,memory-backend=mem", true);
	has(&q, "memory-backend-memfd,id=mem,size=512M,share=on", true);
	has(&q, "vhost-user-fs-pci,chardev=fs,tag=zolroot", true);
	has(&q, "-fsdev", false);
	assert_int_equal(zol_qemu_virtiofsd_argv(&q, &argv, &err), 0);
	zol_str_shell_join(&s, zol_strv_list(&argv));
	assert_string_equal(zol_str_c(&s), "/usr/libexec/virtiofsd --socket-path=/run/zolkit/gentoo/fs.sock "
					   "-o source=/guest/gentoo -o cache=auto "
					   "-o sandbox=chroot,xattr,flock,posix_lock");
	q.cache = "loose";
	q.run_dir = "";
	zol_strv_free(&argv);
	assert_int_equal(zol_qemu_virtiofsd_argv(&q, &argv, &err), 0);
	assert_true(zol_strv_has(&argv, "cache=always"));
	assert_true(zol_strv_has(&argv, "--socket-path=fs.sock"));
}

UNIT(nine_p_needs_no_daemon)
{
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_qemu_virtiofsd_argv(&plain, &argv, &err), 0);
	assert_int_equal(argv.len, 0);
}

UNIT(what_cannot_work_is_refused)
{
	static const char *const quote[] = { "a\"b", NULL };
	ZOL_AUTO(strv) struct zol_strv argv = ZOL_STRV_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	struct zol_qemu q = plain;

	q.machine = "microvm,rtc=on";
	refused(&q, ZOL_USAGE, "microvm does not boot under TCG");
	q.accel = "kvm";
	has(&q, "-machine microvm,rtc=on -accel kvm", true);
	q = plain;
	q.accel = "auto";
	refused(&q, ZOL_USAGE, "not chosen");
	q = plain;
	q.transport = "virtiofs";
	refused(&q, ZOL_SYSTEM, "virtiofsd");
	assert_int_equal(zol_qemu_virtiofsd_argv(&q, &argv, &err), -ZOL_SYSTEM);
	q = plain;
	q.append = quote;
	refused(&q, ZOL_USAGE, "quote");
	q.append = NULL;
	q.kernel_args = quote;
	refused(&q, ZOL_USAGE, "quote");
}

UNIT(a_line_that_the_kernel_would_cut_is_refused)
{
	char word[2000];
	const char *words[] = { word, NULL };
	struct zol_qemu q = plain;

	memset(word, 'w', sizeof(word));
	word[sizeof(word) - 1] = '\0';
	q.append = words;
	refused(&q, ZOL_USAGE, "the kernel takes 2047");
	word[1000] = '\0';
	has(&q, word, true);
}

UNIT_MAIN()
