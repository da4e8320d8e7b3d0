#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Archives that want out: each refused with its reason, or safe; nothing outside ever changes.
. "${ZOL_TOP:?}/tests/lib/tap.sh" || exit 1

stage=$ZOL_BUILD/zolkit-stage
mkdir -p "$T/tars" "$T/outside/dir" "$T/in"
echo alive >"$T/outside/canary"
echo alive >"$T/outside/dir/canary"
echo alive >"$T/canary"
python3 "$ZOL_TOP/tests/lib/hostile-tars.py" "$T/tars" "$T/outside" || exit 1
snapshot() {
	python3 "$ZOL_TOP/tests/lib/treelist.py" "$T/outside"
	stat -c '%n %i %a %u:%g %y %z' "$T/canary" "$T/outside/canary" "$T/outside/dir" "$T/outside/dir/canary"
	cat "$T/canary"
}
before=$(snapshot)

for tar in "$T"/tars/*.tar; do
	name=${tar##*/}
	name=${name%.tar}
	run "$stage" stage unpack --no-verify --max-size 1G "$tar" "$T/in/tree"
	case $name in
	refuse-*)
		like "$name: refused" "$status" '^[56]$'
		like "$name: says why" "$err" '.'
		is "$name: nothing is left" "$(ls -A "$T/in")" ''
		;;
	safe-*)
		is "$name: unpacked" "$status $err" "0 $err"
		ok "$name: the tree is there" test -d "$T/in/tree"
		is "$name: and nothing else" "$(ls -A "$T/in")" tree
		;;
	esac
	is "$name: nothing outside has changed" "$(snapshot)" "$before"
	rm -rf "$T/in/tree"
done

# The same through the filters of libarchive and through the threaded decoder.
for way in "gzip gz" "bzip2 bz2" "zstd zst" "xz xz"; do
	read -r tool suffix <<<"$way"
	command -v "$tool" >/dev/null || continue
	"$tool" -c "$T/tars/refuse-symlink-dir-absolute.tar" >"$T/evil.tar.$suffix"
	run "$stage" stage unpack --no-verify "$T/evil.tar.$suffix" "$T/in/tree"
	is "$tool: refused" "$status" 6
	like "$tool: names the entry and the reason" "$err" "a/canary: passes through 'a', which is no directory"
	is "$tool: nothing outside has changed" "$(snapshot)" "$before"
done

done_testing
