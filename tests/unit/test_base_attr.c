/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>

#include "base/attr.h"

#include "unit.h"

static int released;

static void release(char *p)
{
	(void)p;
	released++;
}

ZOL_CLEANUP_PTR(counted, char *, release);

UNIT(pointers_are_released_at_the_end_of_the_scope)
{
	char c = 0;

	released = 0;
	{
		ZOL_AUTO(counted) char *p = &c;
		ZOL_AUTO(counted) char *none = NULL;

		(void)p;
		(void)none;
		assert_int_equal(released, 0);
	}
	assert_int_equal(released, 1);
}

UNIT(taken_pointers_are_not)
{
	char c = 0, *kept;

	released = 0;
	{
		ZOL_AUTO(counted) char *p = &c;

		kept = zol_take_ptr(p);
		assert_null(p);
	}
	assert_ptr_equal(kept, &c);
	assert_int_equal(released, 0);
}

UNIT(descriptors_are_closed_once)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	zol_cleanup_fd(&fd);
	assert_int_equal(fd, -1);
}

UNIT(descriptors_are_closed_and_errno_is_kept)
{
	int number;

	{
		ZOL_AUTO(fd) int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		ZOL_AUTO(fd) int none = -1;

		(void)none;
		number = fd;
		assert_true(fd >= 0);
		errno = EXDEV;
	}
	assert_int_equal(errno, EXDEV);
	assert_int_equal(fcntl(number, F_GETFD), -1);
}

UNIT(taken_descriptors_stay_open)
{
	int kept;

	{
		ZOL_AUTO(fd) int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

		kept = zol_take_fd(&fd);
		assert_int_equal(fd, -1);
	}
	assert_true(fcntl(kept, F_GETFD) >= 0);
	assert_int_equal(close(kept), 0);
}

UNIT(streams_and_directories_are_closed)
{
	ZOL_AUTO(file) FILE *f = fopen("/dev/null", "re");
	ZOL_AUTO(dir) DIR *d = opendir("/");
	ZOL_AUTO(free) char *mem = malloc(8);

	assert_non_null(f);
	assert_non_null(d);
	assert_non_null(mem);
}

UNIT_MAIN()
