/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap: fchmod */
#include "sys/kheaders.h"

#include "scratch.h"
#include "unit.h"

static const struct scratch *guest_of;

int __real_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode);

/* The guest runs, and is quick: after the first file a directory of the new tree is a link to the host's. */
int __wrap_fchmod(int fd, mode_t mode)
{
	if (guest_of) {
		ZOL_AUTO(free) char *outside = zol_asprintf("%s/outside", guest_of->path);

		assert_int_equal(renameat(guest_of->fd, "guest/usr/src/.linux-6.1.zol-new/include", guest_of->fd,
					  "guest/usr/src/moved"),
				 0);
		assert_int_equal(symlinkat(outside, guest_of->fd, "guest/usr/src/.linux-6.1.zol-new/include"), 0);
		guest_of = NULL;
	}
	return __real_fchmod(fd, mode);
}

static void make_dirs(const struct scratch *dir, const char *const *names)
{
	for (; *names; names++)
		assert_int_equal(mkdirat(dir->fd, *names, 0755), 0);
}

UNIT(follows_no_link_out_of_the_guest)
{
	static const char *const dirs[] = {
		"tree",          "tree/include", "tree/include/linux", "build", "guest", "guest/usr",
		"guest/usr/src", "outside",      "outside/linux",      NULL
	};
	SCRATCH(dir);
	ZOL_AUTO(free) char *tree = zol_asprintf("%s/tree", dir.path);
	ZOL_AUTO(free) char *build = zol_asprintf("%s/build", dir.path);
	ZOL_AUTO(free) char *guest = zol_asprintf("%s/guest", dir.path);
	const struct zol_kheaders h = {
		.tree = tree, .build = build, .arch = "x86", .release = "6.1", .guest_root = guest
	};
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;

	make_dirs(&dir, dirs);
	scratch_put(&dir, "tree/include/linux/a.h", "a\n");
	scratch_put(&dir, "tree/include/linux/b.h", "b\n");
	scratch_put(&dir, "outside/linux/a.h", "");
	scratch_put(&dir, "outside/linux/b.h", "");
	guest_of = &dir;
	assert_int_equal(zol_kheaders_install(&h, &err), -ZOL_SYSTEM);
	assert_null(guest_of);
	assert_string_equal(scratch_get(&dir, "outside/linux/a.h"), "");
	assert_string_equal(scratch_get(&dir, "outside/linux/b.h"), "");

	/* The next run begins anew. */
	zol_err_clear(&err);
	assert_int_equal(zol_kheaders_install(&h, &err), 0);
	assert_string_equal(scratch_get(&dir, "guest/usr/src/linux/include/linux/a.h"), "a\n");
	assert_string_equal(scratch_get(&dir, "guest/usr/src/linux/include/linux/b.h"), "b\n");
	assert_true(zol_kheaders_there(guest, "6.1"));
}

UNIT_MAIN()
