#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Nothing appears that nobody signed for; what was verified once is unpacked faster the next time,
# from a copy that is only used as long as it is what it was.
. "${ZOL_TOP:?}/tests/lib/tap.sh" || exit 1

make=$ZOL_TOP/tests/lib/stage3-make
command -v gpg >/dev/null && command -v gpgv >/dev/null || skip_all "no gpg"
mkdir -p "$T/tree/etc" "$T/out" "$T/guests"
head -c 9000000 /dev/urandom >"$T/tree/etc/random"
for i in {1..200}; do echo "file $i" >"$T/tree/etc/file$i"; done
"$make" key "$T/key" >/dev/null 2>&1 || exit 1
tarball=$("$make" build --mirror "$T/mirror" --key "$T/key" --tree "$T/tree" --level 0 2>"$T/make.log") || { cat "$T/make.log"; exit 1; }
name=${tarball##*/}
cat >"$T/conf" <<EOF
[paths]
cache = $T/cache
state = $T/state
guests = $T/guests
[stage]
mirrors = file://$T/mirror
keyring = $T/key/release.asc
keys = $(<"$T/key/fingerprint")
EOF
stage() { "$ZOL_BUILD/zolkit-stage" --config "$T/conf" stage "$@"; }
list() { python3 "$ZOL_TOP/tests/lib/treelist.py" "$1" --no-blocks; }

# A file with DIGESTS beside it.
cp "$tarball" "$tarball.DIGESTS" "$T/"
run stage unpack "$T/$name" "$T/out/a"
like "a tarball with signed DIGESTS: unpacked" "$status $err" '^0 .*\(verified\)'
want=$(list "$T/out/a")
is "all of it" "$(ls "$T/out/a/etc" | wc -l)" 201
run stage --json unpack "$T/$name" "$T/out/json"
like "as JSON" "$out" '"verified_by": *"DIGESTS"'
rm -rf "$T/out/json"
cp "$T/$name" "$T/good"
printf 'x' >>"$T/$name"
run stage unpack "$T/$name" "$T/out/b"
like "a byte more: refused" "$status $err" '^[56] .'
is "and nothing appears" "$(ls -A "$T/out")" a
# Trailing zeros are padding to .xz: only the digests see them.
{ cat "$T/good"; printf '\0\0\0\0'; } >"$T/$name"
run stage unpack "$T/$name" "$T/out/b"
like "padding that .xz allows: refused by the digests" "$status $err" "^5 .*SHA512 and BLAKE2B are not"
is "and nothing appears" "$(ls -A "$T/out")" a
cp "$T/good" "$T/$name"
flip "$T/$name" 5000000
run stage unpack "$T/$name" "$T/out/b"
like "a flipped byte: refused" "$status $err" '^[56] .'
head -c 5000000 "$T/good" >"$T/$name"
run stage unpack "$T/$name" "$T/out/b"
like "truncated: refused" "$status $err" '^[56] .'
is "and nothing appears" "$(ls -A "$T/out")" a
cp "$T/good" "$T/$name"
# Only one digest is wrong: both must be right.
for alg in SHA512 BLAKE2B; do
	sed "/$alg HASH/{n;s/^....../000000/}" "$tarball.DIGESTS" >"$T/text"
	gpg --homedir "$T/key" --batch --quiet --decrypt "$T/text" >"$T/$name.DIGESTS" 2>/dev/null
	"$make" clearsign --key "$T/key" "$T/$name.DIGESTS" >/dev/null 2>&1
	run stage unpack "$T/$name" "$T/out/b"
	like "a wrong $alg in DIGESTS: refused, named" "$status $err" "^5 .*$alg is not what it should be"
done
sed 's/tar.xz$/tar.xy/' "$tarball.DIGESTS" >"$T/$name.DIGESTS"
run stage unpack "$T/$name" "$T/out/b"
is "DIGESTS that were tampered with: refused" "$status" 5
rm "$T/$name.DIGESTS"
run stage unpack "$T/$name" "$T/out/b"
like "no DIGESTS: refused" "$status $err" '^5 .*nobody vouches'
run stage unpack --no-verify "$T/$name" "$T/out/b"
like "unless told so" "$status $err" '^0 .*\(not verified\)'
is "nothing is cached by that" "$(ls -A "$T/cache" 2>/dev/null)" ''
rm -rf "$T/out/b"

# The verified cache.
run stage unpack openrc "$T/out/b"
like "a variant that is not in the cache: says what to do" "$status $err" '^3 .*zolkit stage fetch openrc'
run stage fetch openrc
cached=$out
is "fetched" "$status ${cached##*/}" "0 $name"
run stage --dry-run unpack openrc "$T/out/b"
like "dry run: tells, and does nothing" "$status $out $(ls -A "$T/out")" "^0 unpack $cached into $T/out/b \(verified by cache\) a$"
run stage --json unpack openrc "$T/out/b"
like "from the cache: unpacked, and a fast copy is kept" "$status $out" '^0 .*"from_fast_copy": *false.*"kept_fast_copy": *true'
is "the same tree" "$(list "$T/out/b")" "$want"
dir=${cached%/*}
fast=$(echo "$dir"/*.fast)
is "the copy and its marker are private" "$(stat -c %a "$fast" "$fast.ok" | xargs)" "600 600"
again() { rm -rf "$T/out/c"; run stage --json unpack "$cached" "$T/out/c"; }
again
like "again: from the fast copy" "$status $out" '^0 .*"from_fast_copy": *true'
is "the same tree" "$(list "$T/out/c")" "$want"
cp -p "$fast" "$T/fast"
cp -p "$fast.ok" "$T/fast.ok"
restore() { cp -p "$T/fast" "$fast"; cp -p "$T/fast.ok" "$fast.ok"; }

not_used() {
	again
	like "$1: not used, the tarball is" "$status $out" '^0 .*"from_fast_copy": *false.*"kept_fast_copy": *true'
	is "$1: the same tree" "$(list "$T/out/c")" "$want"
	again
	like "$1: mended" "$status $out" '^0 .*"from_fast_copy": *true'
	restore
}
# Another stage3's copy under this name, complete with its marker.
printf evil >"$T/tree/etc/random"
other=$("$make" build --mirror "$T/mirror2" --key "$T/key" --tree "$T/tree" --stamp 20200101T000000Z --level 0 2>/dev/null)
sed "s|file://$T/mirror|file://$T/mirror2|; s|$T/cache|$T/cache2|; s|$T/state|$T/state2|" "$T/conf" >"$T/conf2"
"$ZOL_BUILD/zolkit-stage" --config "$T/conf2" stage fetch --any-age openrc >/dev/null 2>&1
"$ZOL_BUILD/zolkit-stage" --config "$T/conf2" stage unpack openrc "$T/out/other" >/dev/null 2>&1
theirs=$(echo "$T"/cache2/stage/*/*.fast)
ok "another copy to replace it with" test -f "$theirs" -a -f "$other"
cp "$theirs" "$fast"
not_used "another copy"
cp "$theirs" "$fast"
cp "$theirs.ok" "$fast.ok"
not_used "another copy and its marker"
truncate -s -1 "$fast"
not_used "a copy that is cut short"
flip "$fast" 10
not_used "a flipped byte in its first frame"
flip "$fast" 4300000
not_used "a flipped byte in a later frame"
printf 'ffff' | dd of="$fast" bs=1 seek=$(($(stat -c %s "$fast") - 80)) conv=notrunc status=none
not_used "a changed list of frames"
: >"$fast.ok"
not_used "an empty marker"
rm "$fast.ok"
not_used "no marker"
chmod 666 "$fast.ok"
not_used "a marker that others can write"
chmod 622 "$fast"
not_used "a copy that others can write"
# One frame that is larger than any of ours, all of it vouched for.
python3 - "$fast" <<-'E'
	import hashlib, re, sys
	fast, frame = sys.argv[1], bytes(12 << 20)
	rows = b"0 %d %d %s\n" % (len(frame), 4 << 20, hashlib.sha256(frame).hexdigest().encode())
	whole = frame + rows + (b"ZOLFAST1 %d" % len(rows)).ljust(31) + b"\n"
	open(fast, "wb").write(whole)
	mark = open(fast + ".ok").read()
	mark = re.sub("list .*", "list " + hashlib.sha256(rows).hexdigest(), mark)
	open(fast + ".ok", "w").write(re.sub("size .*", "size %d" % len(whole), mark))
E
not_used "a frame that is too large"
if ((EUID == 0)); then
	chown 12345 "$fast"
	not_used "a copy that belongs to somebody else"
fi
mv "$fast" "$T/elsewhere"
ln -s "$T/elsewhere" "$fast"
not_used "a link instead of the copy"
rm "$fast" "$fast.ok"
run stage unpack --no-fast openrc "$T/out/d"
is "--no-fast: none is kept" "$status $(find "$dir" -name "*fast*" | wc -l)" "0 0"
restore
printf x >>"$cached"
again
like "a tarball that changed since: its DIGESTS decide again" "$status $err" '^[56] .'
is "nothing is left beside the trees" "$(find "$T/out" -mindepth 1 -maxdepth 1 -printf "%f\n" | sort | xargs)" "a b d other"

done_testing
