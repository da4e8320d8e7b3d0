/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/kmods.h"
#include "unit.h"

static const char loaded[] = "zfs 4919296 3 - Live 0xffffffffc0a00000 (POE)\n"
			     "zunicode 331776 1 zfs, Live 0xffffffffc0900000 (POE)\n"
			     "zzstd 573440 1 zfs, Live 0x0000000000000000 (OE)\n"
			     "zlua 184320 1 zfs, Live 0x0000000000000000 (OE)\n"
			     "zcommon 110592 1 zfs, Live 0x0000000000000000 (POE)\n"
			     "icp 331776 1 zfs, Live 0x0000000000000000 (POE)\n"
			     "znvpair 114688 2 zfs,zcommon, Live 0x0000000000000000 (POE)\n"
			     "zavl 20480 2 zfs,icp, Live 0x0000000000000000 (POE)\n"
			     "spl 131072 6 zfs,zzstd,icp,zlua,znvpair,zavl, Live 0x0000000000000000 (OE)\n"
			     "brd 16384 1 - Live 0x0000000000000000\n";

static void read_mods(const char *text, struct zol_kmods *m)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_kmods_parse(zol_span_c(text), m, &err), 0);
}

static char *order_of(const char *text, char **ret_blocked)
{
	ZOL_AUTO(kmods) struct zol_kmods m = { 0 };
	ZOL_AUTO(strv) struct zol_strv order = ZOL_STRV_INIT, blocked = ZOL_STRV_INIT;
	ZOL_AUTO(str) struct zol_str words = ZOL_STR_INIT, why = ZOL_STR_INIT;
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	read_mods(text, &m);
	assert_int_equal(zol_kmods_order(&m, zol_kmods_zfs, &order, &blocked, &err), 0);
	for (size_t i = 0; i < order.len; i++)
		zol_str_printf(&words, "%s%s", i ? " " : "", order.v[i]);
	for (size_t i = 0; i < blocked.len; i++)
		zol_str_printf(&why, "%s%s", i ? "; " : "", blocked.v[i]);
	*ret_blocked = strdup(zol_str_c(&why));
	return strdup(zol_str_c(&words));
}

static void expect_order(const char *text, const char *order, const char *blocked)
{
	ZOL_AUTO(free) char *why = NULL;
	ZOL_AUTO(free) char *got = order_of(text, &why);

	assert_string_equal(got, order);
	assert_string_equal(why, blocked);
}

UNIT(reads_lines)
{
	ZOL_AUTO(kmods) struct zol_kmods m = { 0 };
	const struct zol_kmods_mod *k;

	read_mods(loaded, &m);
	assert_int_equal(m.len, 10);
	k = zol_kmods_find(&m, "znvpair");
	assert_non_null(k);
	assert_int_equal(k->refs, 2);
	assert_int_equal(k->users.len, 2);
	assert_string_equal(k->users.v[1], "zcommon");
	assert_false(k->permanent);
	assert_null(zol_kmods_find(&m, "zf"));
}

UNIT(knows_kernels_that_do_not_count)
{
	ZOL_AUTO(kmods) struct zol_kmods m = { 0 };

	read_mods("spl 1 - - Live 0x0\n\nzfs 1 0 [permanent], Live 0x0\n", &m);
	assert_int_equal(m.len, 2);
	assert_int_equal(m.v[0].refs, -1);
	assert_true(m.v[1].permanent);
}

UNIT(refuses_what_is_no_line)
{
	static const char *const bad[] = { "zfs", "zfs 12", "zfs 12 many - Live", "zfs 12 -1 - Live" };

	for (size_t i = 0; i < ZOL_COUNT(bad); i++) {
		ZOL_AUTO(kmods) struct zol_kmods m = { 0 };
		ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

		assert_int_equal(zol_kmods_parse(zol_span_c(bad[i]), &m, &err), -ZOL_MALFORMED);
		assert_non_null(strstr(zol_err_text(&err), "zfs"));
	}
}

UNIT(unloads_users_first)
{
	expect_order(loaded, "zfs zzstd zlua icp zcommon zunicode znvpair zavl spl", "");
}

UNIT(unloads_what_newer_releases_have)
{
	expect_order("spl 1 1 zfs, Live 0x0\nzfs 1 0 - Live 0x0\n", "zfs spl", "");
	expect_order("brd 1 0 - Live 0x0\n", "", "");
}

UNIT(tells_what_blocks)
{
	expect_order("spl 1 2 zfs,osd_zfs, Live 0x0\nzfs 1 1 osd_zfs, Live 0x0\nosd_zfs 1 0 - Live 0x0\n", "",
		     "zfs is used by the module osd_zfs; spl is used by the module osd_zfs");
	expect_order("zfs 1 0 [permanent], Live 0x0\n", "", "zfs can never be unloaded");
}

static const char busy[] = "=mounts\n"
			   "zolroot / 9p rw 0 0\n"
			   "tank /tank zfs rw 0 0\n"
			   "/dev/zd0 /mnt/v ext4 rw 0 0\n"
			   "short\n"
			   "=comm\n"
			   "/proc/1/comm:init\n"
			   "/proc/81/comm:zed\n"
			   "/proc/90/comm:sh: x\n"
			   "=fds\n"
			   "/proc/1/fd:\n"
			   "lrwx------ 1 root root 64 Nov 22 00:00 0 -> /dev/null\n"
			   "/proc/81/fd:\n"
			   "lrwx------ 1 root root 64 Nov 22 00:00 3 -> /dev/zfs\n"
			   "lrwx------ 1 root root 64 Nov 22 00:00 4 -> /dev/zfs\n"
			   "/proc/90/fd:\n"
			   "lr-x------ 1 root root 64 Nov 22 00:00 0 -> /tank/file\n"
			   "lr-x------ 1 root root 64 Nov 22 00:00 1 -> /tanker/file\n"
			   "lrwxrwxrwx 1 root root 0 Nov 22 00:00 /proc/90/cwd -> /tank\n"
			   "lrwxrwxrwx 1 root root 0 Nov 22 00:00 /proc/92/cwd -> /mnt/v/x\n"
			   "=holders\n"
			   "/sys/block/zd0/holders/dm-0\n"
			   "=swaps\n"
			   "Filename Type Size Used Priority\n"
			   "/dev/zd16 partition 1 0 -2\n";

UNIT(tells_holders)
{
	static const char *const want[] = { "tank is mounted on /tank",
					    "/dev/zd0 is mounted on /mnt/v",
					    "zed (process 81) has /dev/zfs open",
					    "sh: x (process 90) has /tank/file open",
					    "sh: x (process 90) has /tank open",
					    "? (process 92) has /mnt/v/x open",
					    "a block device lies on a zvol: /sys/block/zd0/holders/dm-0",
					    "/dev/zd16 is used as swap" };
	ZOL_AUTO(strv) struct zol_strv out = ZOL_STRV_INIT;

	zol_kmods_holders(zol_span_c(busy), &out);
	assert_int_equal(out.len, ZOL_COUNT(want));
	for (size_t i = 0; i < out.len; i++)
		assert_string_equal(out.v[i], want[i]);
}

UNIT(an_idle_guest_has_none)
{
	ZOL_AUTO(strv) struct zol_strv out = ZOL_STRV_INIT;

	zol_kmods_holders(zol_span_c(""), &out);
	zol_kmods_holders(zol_span_c("=mounts\nzolroot / 9p rw 0 0\n=fds\n/proc/1/fd:\n"), &out);
	assert_int_equal(out.len, 0);
}

UNIT_MAIN()
