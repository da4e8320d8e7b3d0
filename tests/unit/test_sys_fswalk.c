/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wrap: readdir readdir64 */
#include "sys/fswalk.h"

#include <errno.h>

#include "scratch.h"
#include "sys/ktree.h"
#include "unit.h"

static bool broken; /* the medium: a directory cannot be read */

/* Which of them readdir(3) is depends on the C library and the machine. */
struct dirent *__real_readdir(DIR *d);
struct dirent *__wrap_readdir(DIR *d);
__attribute__((weak)) struct dirent64 *__real_readdir64(DIR *d);
struct dirent64 *__wrap_readdir64(DIR *d);

struct dirent *__wrap_readdir(DIR *d)
{
	if (broken)
		errno = EIO;
	return broken ? NULL : __real_readdir(d);
}

struct dirent64 *__wrap_readdir64(DIR *d)
{
	if (broken)
		errno = EIO;
	return broken ? NULL : __real_readdir64(d);
}

/* Removes each directory that it is told of. */
static int take_away(void *ctx, int root, const char *path, const struct stat *st, struct zol_err *err)
{
	size_t *n = ctx;

	(void)err;
	++*n;
	if (S_ISDIR(st->st_mode))
		assert_int_equal(unlinkat(root, path, AT_REMOVEDIR), 0);
	return 0;
}

UNIT(passes_over_what_vanishes)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	SCRATCH(dir);
	ZOL_AUTO(fd) int root = open(dir.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t n = 0;

	assert_int_equal(mkdirat(dir.fd, "gone", 0755), 0);
	assert_int_equal(mkdirat(dir.fd, "too", 0755), 0);
	scratch_put(&dir, "file", "");
	assert_int_equal(zol_fswalk(root, take_away, &n, &err), 0);
	assert_int_equal(n, 3);
}

UNIT(takes_no_error_for_the_end)
{
	ZOL_AUTO(err) struct zol_err err = ZOL_ERR_INIT;
	SCRATCH(dir);
	ZOL_AUTO(fd) int root = open(dir.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	uint64_t sum;
	size_t n = 0;

	broken = true;
	assert_int_equal(zol_fswalk(root, take_away, &n, &err), -ZOL_SYSTEM);
	zol_err_clear(&err);
	assert_int_equal(zol_ktree_copy(root, root, &err), -ZOL_SYSTEM);
	zol_err_clear(&err);
	assert_int_equal(zol_ktree_fingerprint(dir.path, &sum, &err), -ZOL_SYSTEM);
	broken = false;
	assert_int_equal(err.errnum, EIO);
}

UNIT_MAIN()
