/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sys/chroot.h"
#include "unit.h"

UNIT(knows_variables)
{
	static const char *const good[] = { "A=", "A=b", "_x1=a=b", "A= \n$(x)" };
	static const char *const bad[] = { "", "=", "A", "1A=b", "A B=c", "A-=b", "\xc3\xa4=b", " A=b", "A\n=b" };
	struct zol_err err = ZOL_ERR_INIT;

	for (size_t i = 0; i < ZOL_COUNT(good); i++)
		assert_int_equal(zol_chroot_check_env(good[i], &err), 0);
	for (size_t i = 0; i < ZOL_COUNT(bad); i++) {
		assert_int_equal(zol_chroot_check_env(bad[i], &err), -ZOL_USAGE);
		zol_err_clear(&err);
	}
}

UNIT(needs_a_command)
{
	const struct zol_mplan plan = { 0 };
	const struct zol_chroot_opts opts = { .plan = &plan };
	struct zol_run_result result;
	struct zol_err err = ZOL_ERR_INIT;

	assert_int_equal(zol_chroot_run(&opts, NULL, &result, &err), -ZOL_USAGE);
	zol_err_clear(&err);
}

UNIT_MAIN()
