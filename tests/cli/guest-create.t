#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# From a signed mirror to a guest: guest create runs stage fetch and stage unpack.
# shellcheck source=tests/lib/tap.sh
. "$ZOL_TOP/tests/lib/tap.sh"
# shellcheck source=tests/lib/stage-mirror.sh
. "$ZOL_TOP/tests/lib/stage-mirror.sh"

((EUID == 0)) || skip_all 'needs root'
type -P gpg gpgv > /dev/null || skip_all 'no gpg'
mirror_make || exit 1
sed -i "s|^\[paths\]|[paths]\nguests = $T/guest|; s|^\[stage\]|[stage]\nmirrors = file://$MIRROR\nvariant = openrc\narch = amd64|" "$T/zolkit.conf"
zol() { "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" "$@"; }
record() { sed -n "s/^$2 = //p" "$T/state/guests/$1/guest.ini"; }

run zol --dry-run guest create first
mine=${out%% stage fetch*}
is 'dry run' "$out" "$mine stage fetch openrc
$mine stage unpack openrc $T/guest/first"
like 'of commands with the same configuration' "$mine" "^zolkit --config $T/[^ ]+$"
run zol --dry-run guest create first --from "$T/a b.tar" --no-verify
is 'from a file that nobody has signed for' "$out" "$mine stage unpack '$T/a b.tar' $T/guest/first --no-verify"
run zol guest create first --from x.tar --variant openrc
is 'a tarball and a variant' "$status" 2
run zol guest create first --no-verify
is 'without verification only what is named' "$status" 2
ok 'changes nothing' test ! -e "$T/guest"

run zol guest create first
is 'created, fetched on the way' "$status" 0
diag "$err"
ok 'the tree is there' cmp "$T/guest/first/random" "$T/tree/random"
is 'on record: state' "$(record first state)" ready
is 'on record: stage3' "$(record first stage3)" "$NAME"
is 'on record: stamp' "$(record first stamp)" "$STAMP"
is 'on record: variant' "$(record first variant)" openrc
is 'on record: arch' "$(record first arch)" amd64
is 'on record: SHA512' "$(record first sha512)" "$(sha512sum < "$AUTO/$STAMP/$NAME" | cut -d' ' -f1)"
is 'on record: BLAKE2B' "$(record first blake2b)" "$(b2sum < "$AUTO/$STAMP/$NAME" | cut -d' ' -f1)"
before=$(find "$T/guest" "$T/state/guests/first/guest.ini" -printf '%p %T@\n' | sort)
run zol guest create first
is 'again: well' "$status" 0
like 'again: says so' "$err" 'exists already'
is 'again: nothing written' "$(find "$T/guest" "$T/state/guests/first/guest.ini" -printf '%p %T@\n' | sort)" "$before"
run zol guest create first --variant systemd
is 'another variant of the same name' "$status" 2
like 'says what is there' "$err" 'exists and is a variant of another name: openrc'

# --- from the cache, without the mirror ---
mv "$MIRROR" "$MIRROR.away"
run zol guest create second
is 'a second one needs no mirror' "$status" 0
run zol guest create third --from "$NAME"
is 'from a cached one by name' "$status" 0
is 'on record as well' "$(record third stamp)" "$STAMP"
run zol guest create fourth --from "$MIRROR.away/$BELOW/$STAMP/$NAME"
is 'from a file with its signed DIGESTS' "$status" 0
cp "$MIRROR.away/$BELOW/$STAMP/$NAME" "$T/unsigned.tar.xz"
run zol guest create fifth --from "$T/unsigned.tar.xz"
is 'from a file that nobody signed' "$status" 5
ok 'no tree' test ! -e "$T/guest/fifth"
run zol guest create fifth --from "$T/unsigned.tar.xz" --no-verify
is 'unless that is wished' "$status" 0
is 'a name that says nothing' "$(record fifth stage3)/$(record fifth stamp)" unsigned.tar.xz/
run zol guest create sixth --from nosuch.tar.xz
is 'no such tarball' "$status" 2
run zol guest create sixth --variant systemd
is 'no mirror' "$status" 4
mkdir -p "$T/guest/foreign/etc"
run zol guest create foreign
is 'a tree that is not ours' "$status" 2
like 'can be prepared all the same' "$err" 'guest prepare foreign'
run zol guest list --names
is 'what there is now' "$out" $'fifth\nfirst\nforeign\nfourth\nsecond\nthird'

# --- killed, and taken up ---
for n in 1 2 3; do
	rm -rf "$T/guest/killed" "$T/state/guests/killed"
	{ timeout -s KILL "0.0$((n * 3))" "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" guest create killed; } > "$T/null" 2>&1
	run zol guest list --names
	[[ $out != *killed* || -e $T/guest/killed/random ]] || diag "half a guest after $n"
	run zol guest create killed
	is "killed ($n) and run again" "$status $(record killed state)" '0 ready'
done 2> "$T/null"
# Killed between the tree's new name and the record.
sed -i 's/^state = .*/state = creating/' "$T/state/guests/second/guest.ini"
run zol --json guest check second
ok 'an unfinished record is told' jq -e 'any(.check == "record" and .state == "problem")' <<< "$out"
run zol guest create second
is 'and finished' "$status $(record second state)" '0 ready'

done_testing
