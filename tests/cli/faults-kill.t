#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What writes, killed or told to end before each of its deeds: the next run does all of it, and nothing is left.
# shellcheck source=tests/lib/faults.sh disable=SC2154
: "${ZOL_FAULTS:=1}"
export ZOL_FAULTS
. "${ZOL_TOP:?}/tests/lib/faults.sh" || exit 1
# shellcheck source=tests/lib/world.sh
. "$ZOL_TOP/tests/lib/world.sh"
# shellcheck source=tests/lib/stage-mirror.sh
. "$ZOL_TOP/tests/lib/stage-mirror.sh"
mirror_make || exit 1
tarball=$AUTO/$STAMP/$NAME

killed() {
	local name=$1 signal
	shift
	for signal in 9 15; do walk "$name" --kinds write,sync,rename,mkdir,unlink,spawn,mount --signal "$signal" "$@"; done
}

template guest
world_guest "$T/guest"
killed guest --volatile guest/g/etc/inittab -- guest prepare
killed guest --ignore 'guest/.two.partial*' --volatile 'state/guests/two/guest.ini' -- guest clone g two --how copy
killed guest --ignore 'guest/.new.partial*' --volatile 'state/guests/new/guest.ini' -- \
	guest create new --no-verify --from "$tarball"
killed guest --status 0 --status 2 -- guest remove g
killed guest -- portage setup --no-sync

template stage
printf '[stage]\nkeyring = %s\nkeys =\nkeys = %s\nmirrors = file://%s\n' "$KEY/release.asc" "$(cat "$KEY/fingerprint")" \
	"$MIRROR" > "$T/stage/more"
killed stage --volatile '*/verified' -- stage fetch openrc

template src
world_repo "$T/src"
killed src --ignore 'repo/.git/objects*' --ignore 'repo/.git/refs/zolkit*' -- src snapshot -r {}/repo
killed src --volatile 'tree/.zolkit-export' -- src export --repo {}/repo --commit HEAD --to {}/tree
if type -P cscope ctags > /dev/null; then
	killed src --volatile 'repo/cscope*' --volatile 'repo/tags' -- src index -r {}/repo
fi

template kernel
world_kernel "$T/kernel"
killed kernel -- kernel merge -s {}/tree -b allnoconfig --no-probes -o {}/out.config {}/frag.config
template flame
world_texts "$T/flame"
killed flame -- flame render -o {}/x.svg {}/x.folded
done_testing
