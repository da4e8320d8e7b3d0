/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Threads that leave signals to the main thread. */

#include <pthread.h>

/* pthread_create() with all signals blocked in the new thread. Returns 0 or an errno. */
int zol_thread_start(pthread_t *ret, void *(*run)(void *), void *ctx);

/* How many threads the work is worth: want, or one for each processor when 0; 1 to 64. */
unsigned zol_thread_count(unsigned want);
