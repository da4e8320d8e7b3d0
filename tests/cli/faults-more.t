#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The commands that the other tests of this kind have not, through their failing calls.
# shellcheck source=tests/lib/faults.sh disable=SC2154
: "${ZOL_FAULTS:=1}"
export ZOL_FAULTS
. "${ZOL_TOP:?}/tests/lib/faults.sh" || exit 1
# shellcheck source=tests/lib/world.sh
. "$ZOL_TOP/tests/lib/world.sh"
# shellcheck source=tests/lib/stage-mirror.sh
. "$ZOL_TOP/tests/lib/stage-mirror.sh"

template plain
walk plain -- config get vm.accel
walk plain -- config check
walk plain --status 0 --status 1 -- doctor config --no-boot
walk plain --status 1 -- vm status
walk plain -- vm stop

# --- kernels ---
template kernel
world_kernel "$T/kernel"
walk kernel -- kernel check -c {}/a.config {}/frag.config
walk kernel --status 1 --ignore 'cache/kernel/probes/*' -- kernel diff -s {}/tree {}/a.config {}/b.config
walk kernel --ignore 'cache/kernel/probes/*' -- kernel satisfy -s {}/tree -b {}/b.config -f {}/frag.config C=5
walk kernel -- kernel renames -o {}/renames {}/older {}/tree
walk kernel -- kernel fragments

# --- a guest, and what only tells what it would do ---
template guest
world_guest "$T/guest"
walk guest --status 1 -- guest check g
walk guest -- vm start -n
walk guest -- up -n --no-sync
walk guest -- rebuild -n

# --- tarballs ---
mirror_make || exit 1
template stage
printf '[stage]\nkeyring = %s\nkeys =\nkeys = %s\nmirrors = file://%s\n' "$KEY/release.asc" "$(cat "$KEY/fingerprint")" \
	"$MIRROR" > "$T/stage/more"
tarball=$AUTO/$STAMP/$NAME
# No allocations: libcrypto 3.0 does not survive one that fails while it sets itself up.
walk stage --kinds "$calls" -- stage verify "$tarball"
walk stage --kinds "$calls" -- stage list openrc
walk stage --kinds "$calls" --ignore 'guest/.new.partial*' --volatile 'state/guests/new/guest.ini' -- \
	guest create new --no-verify --from "$tarball"

# --- a checkout; no allocations: libgit2 1.5 does not survive one that fails while it reads configuration ---
template src
world_repo "$T/src"
walk src --kinds "$calls" -- src list {}
walk src --kinds "$calls" -- src status -r {}/repo
# Nor unlink: libgit2 1.5 tries by a file whether links can be made, and forgets its temporary pack.
walk src --kinds "${calls/,unlink/}" --status 0 --status 3 --volatile 'copy/.git/*' -- src clone "$T/src/repo" {}/copy
walk src --kinds "$calls" --status 0 --status 3 --volatile 'repo/.git/*' --volatile 'beside/.git' -- \
	src worktree -r {}/repo add {}/beside
if type -P cscope ctags > /dev/null; then
	walk src --kinds "$calls" --volatile 'repo/cscope*' --volatile 'repo/tags' -- src index -r {}/repo
fi
walk src --volatile 'cache/*' -- src tree open -c {}/cache/bt -f fam -r 6.1

# --- results ---
template test
world_texts "$T/test"
printf 'Ran: generic/001\nFailures: generic/001\n' > "$T/test/results"
sed "s|@WORK@|$T/test|" "$T/plain/conf" > "$T/here.conf"
"$ZOL_BUILD/zolkit" --config "$T/here.conf" test run --where host "$T/test/two.ini" > "$T/log" 2>&1
is 'a run is there' $? 0 || diag "$(< "$T/log")"
walk test -- test list {}/two.ini
walk test -- test history good
walk test -- test slow
walk test -- test baseline list
walk test -- test baseline import xfstests {}/results
walk test --volatile 'new.db*' -- test merge -d {}/new.db {}/state/test/results.db
done_testing
