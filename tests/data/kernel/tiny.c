/* SPDX-License-Identifier: GPL-2.0-or-later */
int tiny(void);
__attribute__((section(".modinfo"), used)) static const char license[] = "license=GPL";
int tiny(void)
{
	return 42;
}
