#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Hostile mirrors: each case changes a copy of a good mirror, and the fetch must be refused with the
# exit code and the reason that tests/data/stage/hostile.tsv gives for it.
# shellcheck source=tests/lib/tap.sh
. "$ZOL_TOP/tests/lib/tap.sh"
# shellcheck source=tests/lib/stage-mirror.sh
. "$ZOL_TOP/tests/lib/stage-mirror.sh"

type -P gpg gpgv > /dev/null || skip_all 'no gpg'
mirror_make || exit 1
FPR=$(< "$KEY/fingerprint")

resign() { "$MAKE" clearsign --key "$KEY" "$@"; }
reindex() { "$MAKE" index --mirror "$C" --key "$KEY" "$@"; }
# The signed text of a clearsigned file, unsigned again.
strip() {
	awk '/^-----BEGIN PGP SIGNATURE/ { exit } text; /^$/ { text = 1 }' "$1" > "$1.text"
	mv "$1.text" "$1"
}
signed_index() { # TEXT: an index of our own making, signed by the right key
	printf '# ts=%s\n%s\n' "$(date +%s)" "$1" > "$I"
	resign "$I"
}
gpg_key() {
	gpg --homedir "$KEY" --batch --yes --quiet --no-tty --pinentry-mode loopback --passphrase '' "$@" 2> /dev/null
}
# A second key; the mirror is signed with it from the index on.
other_key() {
	"$MAKE" key "$T/$1" "${@:2}" && strip "$I" && "$MAKE" clearsign --key "$T/$1" "${SIGN[@]}" "$I"
}

# A key that was there in January 2026, trusted: so that only the time of a signature is wrong.
old_key() {
	"$MAKE" key "$T/old" --time 20260101T000000
	conf_make "$T/old/release.asc" "$(< "$T/old/fingerprint")"
}

# Each case: changes $C (index $I, DIGESTS $D, signature $S, tarball $F).
case_line_before_index() { sed -i "1i $STAMP/$NAME 1" "$I"; }
case_line_after_index() { echo "$STAMP/$NAME 1" >> "$I"; }
case_comment_after_index() { echo '#' >> "$I"; }
case_two_blocks() { cat "$I" "$I" > "$I.2" && mv "$I.2" "$I"; }
case_frame_in_frame() { sed -i '1i -----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nevil' "$I"; }
case_header_injection() { sed -i '2a Comment: 20990101T000000Z/x 5' "$I"; }
case_unsigned_index() { strip "$I"; }
case_html_index() { echo '<html><body>captive portal</body></html>' > "$I"; }
case_empty_index() { : > "$I"; }
case_nul_in_index() { printf 'x\0y\n' >> "$I"; }
case_escape_in_index() { printf '\033[2J\n' >> "$I"; }
case_huge_index() { head -c 100000 /dev/zero | tr '\0' '#' >> "$I"; }
case_cut_index() { sed -i '/END PGP/d' "$I"; }
case_tampered_index() { sed -i "s/ $SIZE\$/ 5$SIZE/" "$I"; }
case_other_variants_index() {
	signed_index "$STAMP/stage3-amd64-systemd-$STAMP.tar.xz 5"
}
case_traversal() { signed_index "../../../etc/$NAME 5"; }
case_absolute() { signed_index "/etc/passwd 5"; }
case_nested() { signed_index "$STAMP/x/$NAME 5"; }
case_wrong_stamp() { signed_index "20260101T000000Z/$NAME $SIZE"; }
case_size_zero() { signed_index "$STAMP/$NAME 0"; }
case_size_huge() { signed_index "$STAMP/$NAME 99999999999"; }
case_no_size() { signed_index "$STAMP/$NAME"; }
case_index_size_small() { signed_index "$STAMP/$NAME $((SIZE - 1))"; }
case_index_size_large() { signed_index "$STAMP/$NAME $((SIZE + 1))"; }
case_no_time() { echo "$STAMP/$NAME $SIZE" > "$I"; resign "$I"; }
case_stale_index() { reindex --ts "$(date -d '20 days ago' +%s)"; }
case_future_index() { reindex --ts "$(date -d '3 days' +%s)"; }
case_future_signature() { strip "$I"; resign --sign-time "$(date -u -d '3 days' +%Y%m%dT%H%M%S)" "$I"; }
case_unknown_key() { other_key unknown; }
case_key_not_pinned() {
	other_key second
	cat "$KEY/release.asc" "$T/second/release.asc" > "$T/both.asc"
	conf_make "$T/both.asc" "$FPR"
}
case_subkey_pinned() {
	conf_make "$KEY/release.asc" "$(gpg_key --with-colons --list-keys | awk -F: '$1 == "fpr" { f = $10 } END { print f }')"
}
case_expired_key() {
	SIGN=(--sign-time 20200601T000000)
	other_key expired --time 20200101T000000 --expire 1y
	conf_make "$T/expired/release.asc" "$(< "$T/expired/fingerprint")"
}
case_revoked_key() {
	other_key revoked
	"$MAKE" revoke "$T/revoked"
	conf_make "$T/revoked/release.asc" "$(< "$T/revoked/fingerprint")"
}
case_expired_signature() {
	old_key
	strip "$I"
	gpg --homedir "$T/old" --batch --quiet --pinentry-mode loopback --passphrase '' --digest-algo SHA256 \
		--faked-system-time 20260201T000000 --default-sig-expire 1d --clearsign --output "$I.s" "$I" 2> /dev/null
	mv "$I.s" "$I"
	gpgconf --homedir "$T/old" --kill all
}
case_sha1_signature() {
	strip "$I"
	gpg_key --digest-algo SHA1 --clearsign --output "$I.s" "$I" && mv "$I.s" "$I"
	gpgconf --homedir "$KEY" --kill all
}
case_two_signatures() {
	strip "$I"
	"$MAKE" key "$T/pair" && cp -r "$KEY" "$T/two"
	gpg --homedir "$T/pair" --batch --quiet --pinentry-mode loopback --passphrase '' --export-secret-keys 2> /dev/null |
		gpg --homedir "$T/two" --batch --quiet --import 2> /dev/null
	gpg --homedir "$T/two" --batch --quiet --pinentry-mode loopback --passphrase '' --digest-algo SHA256 \
		-u "$FPR" -u "$(< "$T/pair/fingerprint")" --clearsign --output "$I.s" "$I" 2> /dev/null && mv "$I.s" "$I"
	gpgconf --homedir "$T/two" --kill all
	gpgconf --homedir "$T/pair" --kill all
	cat "$KEY/release.asc" "$T/pair/release.asc" > "$T/both.asc"
	conf_make "$T/both.asc" "$FPR"
}
case_line_before_digests() { sed -i "1i # SHA512 HASH\n$(sha512sum < /dev/null | cut -c1-128)  $NAME" "$D"; }
case_line_after_digests() { printf '# SHA512 HASH\n%s  %s\n' "$(sha512sum < /dev/null | cut -c1-128)" "$NAME" >> "$D"; }
case_digests_unsigned() { strip "$D"; }
# Another first digit in each hash; the signature's own lines stay.
case_digests_tampered() { sed -i '/^[0-9a-f]\{128\} /{s/^0/1/;t;s/^./0/}' "$D"; }
case_digests_swapped() { strip "$D"; sed -i 's/SHA512/X/;s/BLAKE2B/SHA512/;s/# X/# BLAKE2B/' "$D"; resign "$D"; }
case_digests_one_algorithm() { strip "$D"; sed -i '/BLAKE2B/,+1d' "$D"; resign "$D"; }
case_digests_doubled() { strip "$D"; cat "$D" "$D" > "$D.2"; mv "$D.2" "$D"; resign "$D"; }
case_digests_of_another_file() { strip "$D"; sed -i 's/stage3-amd64-openrc/stage3-amd64-systemd/' "$D"; resign "$D"; }
case_digests_older_than_build() {
	local f
	old_key
	for f in "$I" "$D"; do strip "$f"; done
	"$MAKE" clearsign --key "$T/old" "$I"
	"$MAKE" clearsign --key "$T/old" --sign-time 20260201T000000 "$D"
}
case_digests_missing() { rm "$D"; }
case_asc_missing() { rm "$S"; }
case_asc_of_another_file() { echo other > "$C/other"; "$MAKE" detach --key "$KEY" "$C/other"; mv "$C/other.asc" "$S"; }
case_asc_is_clearsigned() { cp "$D" "$S"; }
case_asc_twice() { cat "$S" "$S" > "$S.2"; mv "$S.2" "$S"; }
case_asc_html() { echo '<html>' > "$S"; }
case_asc_by_unknown_key() { "$MAKE" key "$T/unknown2"; "$MAKE" detach --key "$T/unknown2" "$F"; }
case_tarball_truncated() { truncate -s $((SIZE - 1000)) "$F"; }
case_tarball_longer() { echo more >> "$F"; }
case_tarball_flipped() { flip "$F" $((SIZE / 2)); }
# An old build with its own, good signature under the name of the new one.
case_tarball_renamed() {
	head -c "$SIZE" /dev/urandom > "$F"
	"$MAKE" detach --key "$KEY" "$F"
}
case_tarball_missing() { rm "$F"; }

while IFS=$'\t' read -r name code why; do
	[[ $name && $name != \#* ]] || continue
	C=$T/case I=$T/case/$BELOW/$INDEX F=$T/case/$BELOW/$STAMP/$NAME SIGN=()
	D=$F.DIGESTS S=$F.asc
	fresh
	rm -rf "$C"
	cp -a "$MIRROR" "$C"
	conf_make "$KEY/release.asc" "$FPR"
	"case_$name" > /dev/null 2> "$T/case.err" || { tap_result 1 "$name: cannot be made" "$(< "$T/case.err")"; continue; }
	run zs fetch --mirror "file://$C"
	is "$name: exit code" "$status" "$code" || diag "$err"
	like "$name: says why" "$err" "$why"
	ok "$name: nothing is verified" ! verified
done < "$ZOL_TOP/tests/data/stage/hostile.tsv"

# The same mirror without a change is fine: the refusals above have their reasons.
fresh
conf_make "$KEY/release.asc" "$FPR"
run zs fetch --mirror "file://$MIRROR"
is 'the good mirror is accepted' "$status" 0 || diag "$err"

# What no signature covers may differ.
fresh
cp -a "$MIRROR" "$T/crlf"
sed -i 's/$/ \r/' "$T/crlf/$BELOW/$INDEX"
run zs fetch --mirror "file://$T/crlf"
is 'CRLF and trailing blanks are accepted' "$status" 0 || diag "$err"

# A keyring in binary form.
fresh
gpg --dearmor < "$KEY/release.asc" > "$T/release.gpg" 2> /dev/null
conf_make "$T/release.gpg" "$FPR"
run zs fetch --mirror "file://$MIRROR"
is 'a binary keyring is accepted' "$status" 0 || diag "$err"

conf_make "$T/no-such-keyring" "$FPR"
run zs fetch --mirror "file://$MIRROR"
is 'a missing keyring: exit code' "$status" 3
like 'a missing keyring: what to install' "$err" 'no-such-keyring.*openpgp-keys-gentoo-release'

# --- rollback ---
conf_make "$KEY/release.asc" "$FPR"
fresh
new=$(date -u -d '1 day ago' +%Y%m%dT%H%M%SZ)
cp -a "$MIRROR" "$T/newer"
"$MAKE" build --mirror "$T/newer" --key "$KEY" --tree "$T/tree" --stamp "$new" --level 0 > /dev/null
run zs fetch --mirror "file://$T/newer"
is 'the newer build is fetched' "$status" 0 || diag "$err"
"$MAKE" index --mirror "$MIRROR" --key "$KEY"
run zs fetch --mirror "file://$MIRROR"
is 'an older build is refused' "$status" 5
like 'an older build: says which' "$err" "$STAMP, older than $new"
like 'an older build: says what to do' "$err" '--allow-older'
run zs fetch --mirror "file://$MIRROR" --mirror "file://$T/newer"
is 'a mirror with the newest build makes up for it' "$status" 0 || diag "$err"
run zs fetch --mirror "file://$MIRROR" --allow-older
is '--allow-older accepts it' "$status" 0 || diag "$err"
run zs fetch --mirror "file://$MIRROR"
is 'and does not forget the newest one' "$status" 5
cp -a "$T/newer" "$T/frozen"
"$MAKE" index --mirror "$T/frozen" --key "$KEY" --ts "$(date -d '1 hour ago' +%s)"
run zs fetch --mirror "file://$T/frozen"
is 'an older index of the same build is refused' "$status" 5
like 'an older index: says so' "$err" 'index of .* is older than one of'
chmod 666 "$T/state/stage/amd64-openrc.seen"
run zs fetch --mirror "file://$T/newer"
is 'a state that others can write is refused' "$status" 5
like 'such a state is named' "$err" 'amd64-openrc.seen'

# --- age ---
fresh
"$MAKE" index --mirror "$T/frozen" --key "$KEY" --ts "$(date -d '20 days ago' +%s)"
run zs fetch --mirror "file://$T/frozen"
is 'an index of 20 days is refused' "$status" 5
run zs fetch --mirror "file://$T/frozen" --max-age 30d
is 'unless --max-age allows it' "$status" 0 || diag "$err"
like 'and even then it is said' "$err" 'lags behind'
fresh
run zs fetch --mirror "file://$T/frozen" --any-age
is 'or --any-age' "$status" 0 || diag "$err"
fresh
run zs fetch --mirror "file://$T/frozen" --mirror "file://$T/newer"
is 'a fresh mirror makes up for a stale one' "$status" 0 || diag "$err"
like 'the stale one is named' "$err" "frozen: its index is stale"

done_testing
