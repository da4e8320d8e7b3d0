// SPDX-License-Identifier: GPL-2.0-or-later
/* A kernel module that does on insertion what its parameter says: for logs that are real. */
#include <linux/module.h>

static char *what = "";
module_param(what, charp, 0);

static __attribute__((noipa)) int zolfault_null(int *p)
{
	return *p;
}

static noinline void zolfault_bug(void)
{
	BUG();
}

static noinline void zolfault_warn(void)
{
	WARN_ON(1);
}

/* What spl_panic() does with spl_panic_halt=0, but for the halt. */
static noinline void zolfault_verify(void)
{
	printk(KERN_EMERG "VERIFY3(0 == error) failed (0 == 5)\n");
	printk(KERN_EMERG "PANIC at %s:%d:%s()\n", "zolfault.c", __LINE__, __func__);
	dump_stack();
}

static int __init zolfault_init(void)
{
	if (strcmp(what, "null") == 0)
		return zolfault_null((int *)0x18);
	if (strcmp(what, "bug") == 0)
		zolfault_bug();
	if (strcmp(what, "warn") == 0)
		zolfault_warn();
	if (strcmp(what, "verify") == 0)
		zolfault_verify();
	return 0;
}

static void __exit zolfault_exit(void)
{
}

module_init(zolfault_init);
module_exit(zolfault_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("provokes kernel reports");
