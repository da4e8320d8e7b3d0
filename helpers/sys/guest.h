/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Guests: a tree below <paths.guests>/NAME that is a root file system, and what the host keeps about
 * it below <paths.state>/guests/NAME (guest.ini, prepare.journal, lock, ...). The lock outlives the
 * guest, because a lock that is removed lets two holders in.
 */

#include <stdint.h>

#include "base/event.h"
#include "core/guest_record.h"
#include "core/settings.h"

struct zol_guest {
	char *name;
	char *root;  /* the tree */
	char *dir;   /* the host's state */
	bool exists; /* the tree is there */
	bool has_record;
	struct zol_guest_record record;
};

void zol_guest_free(struct zol_guest *g) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(guest, struct zol_guest, zol_guest_free);

/*
 * Looks a guest up. One that does not exist is no failure: see exists. A bad name is ZOL_USAGE, a
 * tree that is no directory (a link, say) ZOL_SYSTEM, a broken record ZOL_MALFORMED.
 */
int zol_guest_find(const struct zol_settings *set, const char *name, struct zol_guest *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* zol_guest_find() for one that must exist: else ZOL_USAGE, with the nearest name as the hint. */
int zol_guest_need(const struct zol_settings *set, const char *name, struct zol_guest *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* Names of all trees, sorted. */
int zol_guest_names(const struct zol_settings *set, struct zol_strv *names, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* Takes <dir>/lock, making the directory if needed; a holder is named in the failure. Returns the descriptor. */
int zol_guest_lock(const struct zol_guest *g, const char *what, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* Reads the file name of the host's directory of the guest: 1, or 0 when there is none. */
int zol_guest_read(const struct zol_guest *g, const char *name, size_t max, struct zol_str *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4, 5);

/* Writes guest.ini. */
int zol_guest_save(struct zol_guest *g, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2);

/* Whether its virtual machine runs, by the lock that one holds (sys/vm_state.h): 1 and its supervisor, or 0. */
int zol_guest_vm(const struct zol_guest *g, int64_t *ret_pid, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* Adds the mount points of this namespace that are the tree or lie in it. */
int zol_guest_mounts(const struct zol_guest *g, struct zol_strv *ret, struct zol_err *err)
	ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3);

/* Names of the guests whose trees lie on this one's (overlay clones). */
int zol_guest_dependents(const struct zol_settings *set, const struct zol_guest *g, struct zol_strv *ret,
			 struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 3, 4);

/* What keeps others out of a guest that is being taken away. */
struct zol_guest_claim {
	int use; /* chroots (sys/guest_use.h) */
	int vm;  /* virtual machines */
};

#define ZOL_GUEST_CLAIM_INIT { .use = -1, .vm = -1 }

void zol_guest_claim_free(struct zol_guest_claim *c) ZOL_NONNULL(1);
ZOL_CLEANUP_STRUCT(guest_claim, struct zol_guest_claim, zol_guest_claim_free);

/*
 * Claims a guest that nobody may use meanwhile: refuses (ZOL_SYSTEM, EBUSY) when its VM runs or a chroot
 * is in it; with for_removal also when something is mounted in it or clones lie on it.
 */
int zol_guest_claim(const struct zol_settings *set, const struct zol_guest *g, bool for_removal,
		    struct zol_guest_claim *ret, struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4, 5);

/*
 * Removes tree and state of a claimed, locked guest. The tree first gets a hidden name, so that an
 * interrupted removal leaves no half guest; what an earlier one left behind goes too.
 */
int zol_guest_remove(const struct zol_settings *set, struct zol_guest *g, const struct zol_events *ev,
		     struct zol_err *err) ZOL_MUST_CHECK ZOL_NONNULL(1, 2, 4);

/* The hidden name under which a tree waits for its removal. */
#define ZOL_GUEST_DOOMED ".%s.removing"
