#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Servers that cut, stall, lie about lengths and ranges, redirect; and a disk that fills up.
# shellcheck source=tests/lib/tap.sh
. "$ZOL_TOP/tests/lib/tap.sh"
# shellcheck source=tests/lib/stage-mirror.sh
. "$ZOL_TOP/tests/lib/stage-mirror.sh"

type -P gpg gpgv > /dev/null || skip_all 'no gpg'
mirror_make || exit 1
serve "$MIRROR" || exit 1

# refused DESC CODE REGEX RULE...: a fresh fetch under these faults
refused() {
	local desc=$1 code=$2 why=$3
	shift 3
	fresh
	fault "$@"
	run zs fetch --mirror "$URL"
	is "$desc: exit code" "$status" "$code" || diag "$err"
	like "$desc: says why" "$err" "$why"
	ok "$desc: nothing is verified" ! verified
	no_fault
}
# works DESC RULE...: the same, but it succeeds
works() {
	local desc=$1
	shift
	fresh
	fault "$@"
	run zs fetch --mirror "$URL"
	is "$desc" "$status" 0 || diag "$err"
	ok "$desc: the bytes are right" cmp "$(entry)/$NAME" "$AUTO/$STAMP/$NAME"
	no_fault
}

# --- connections ---
refused 'always cut' 4 'cut after 1000 bytes' '*.tar.xz cut 1000'
ok 'what came is kept' test -s "$(entry)/$NAME.part"
like 'and it is said' "$err" 'run it again to go on'
run zs fetch --mirror "$URL"
is 'the next run goes on' "$status" 0 || diag "$err"
like 'from there' "$(grep 'tar.xz bytes=' "$LOG" | tail -1)" 'bytes=[0-9]+- 206'
refused 'always reset' 4 'reset' '*.tar.xz reset 1000'
refused 'stalled' 4 'stalled' '*.tar.xz stall 2000'
refused 'slow-loris' 4 'stalled: less than 1024 bytes a second' '*.tar.xz slow 5'
refused 'slow-loris on the index' 4 'stalled' "*$INDEX slow 5"
refused 'slow-loris in the headers' 4 'stalled' '*.tar.xz slowhead'
works 'cut once: goes on by itself' '*.tar.xz cut 100000 x1'
works 'reset once: goes on by itself' '*.tar.xz reset 100000 x1'

# --- statuses ---
refused '403' 4 '403 \(forbidden\)' '*.tar.xz status 403'
refused '404' 4 '404 \(not found\)' '*.tar.xz status 404'
refused '500' 4 'answered 500' "*$INDEX status 500"
printf '<html>\n' > "$AUTO/page.html"
refused 'a page instead of the index' 6 'not signed' "*$INDEX redirect /$BELOW/page.html"

# --- lengths ---
refused 'a longer Content-Length' 5 "it has $((SIZE + 5)) bytes instead of $SIZE" '*.tar.xz length 5'
refused 'a shorter Content-Length' 5 "it has $((SIZE - 5)) bytes instead of $SIZE" '*.tar.xz length -5'
refused 'a body without end' 5 "sends more than $SIZE bytes" '*.tar.xz endless'
refused 'an index without end' 5 'more than 65536 bytes' "*$INDEX endless"
refused 'a flipped byte' 5 'wrong SHA512 and BLAKE2B' '*.tar.xz flip'
ok 'a wrong download is thrown away' test ! -s "$(entry)/$NAME.part"

# --- resuming ---
refused 'wrong Content-Range' 4 "wrong Content-Range: asked for bytes from 150000, offered from 150007" \
	'*.tar.xz cut 150000 x1' '*.tar.xz badrange 7'
is 'nothing of it was taken' "$(stat -c %s "$(entry)/$NAME.part")" 150000
like 'what to do is said' "$err" '--restart'
fault '*.tar.xz badrange 7'
run zs fetch --mirror "$URL" --restart
is '--restart gets it' "$status" 0 || diag "$err"
refused 'a Content-Range of another file' 4 'wrong Content-Range: a file of' '*.tar.xz cut 150000 x1' \
	'*.tar.xz badtotal 9'
refused '416' 4 '416 \(range not satisfiable\)' '*.tar.xz cut 150000 x1' '*.tar.xz rangeerr'
works 'a server without ranges sends all again' '*.tar.xz cut 150000 x1' '*.tar.xz norange'
works 'a server without ETags' '*.tar.xz etag -'
works 'a weak ETag is not used' '*.tar.xz etag W/"x" x1' '*.tar.xz etag W/"x"'
refused 'a file that changed between requests' 5 'wrong SHA512' '*.tar.xz cut 150000 x1' '*.tar.xz changed'

# --- several mirrors ---
cp -a "$MIRROR" "$T/second"
good=$URL
serve "$MIRROR" || exit 1
for rule in 'cut 1000' 'reset 1000' 'stall 1000' 'status 403' 'status 404' 'length 9' 'flip' 'endless'; do
	fresh
	fault "*.tar.xz $rule"
	run zs fetch --mirror "$URL" --mirror "$good"
	is "$rule: the next mirror delivers" "$status" 0 || diag "$err"
	like "$rule: the first one is named" "$err" "$URL.*trying the next mirror"
done
for rule in 'status 503' 'status 404' 'slow 5' 'cut 100'; do
	fresh
	fault "*$INDEX $rule"
	run zs fetch --mirror "$URL" --mirror "$good"
	is "index, $rule: the next mirror delivers" "$status" 0 || diag "$err"
done
fresh
fault "*.DIGESTS status 404"
run zs fetch --mirror "$URL" --mirror "$good"
is 'DIGESTS missing: the next mirror delivers' "$status" 0 || diag "$err"
fresh
fault "*.asc changed"
run zs fetch --mirror "$URL" --mirror "$good"
is 'an .asc that is none: the next mirror delivers' "$status" 0 || diag "$err"
fresh
fault '*.tar.xz cut 150000'
run zs fetch --mirror "$URL" --mirror "$good"
like 'a second mirror goes on where the first one stopped' "$(grep tar.xz "$T"/log.* | grep 'bytes=150000- 206')" .
no_fault

# --- redirects ---
fresh
fault "/$BELOW/$INDEX redirect $good{path}"
: > "$LOG"
run zs fetch --mirror "$URL"
is 'a redirect is followed' "$status" 0 || diag "$err"
is 'and asked for once only' "$(wc -l < "$LOG")" 1
refused 'a redirect to a file' 4 'redirect to something other than http' "*$INDEX redirect file:///etc/passwd"
refused 'redirects without end' 4 'redirects' "*$INDEX redirect {path}"
"$ZOL_TOP/tests/lib/httpd.py" --make-ca "$T/ca"
http=$URL
serve "$MIRROR" --tls "$T/ca/server.pem" || exit 1
URL=https://${URL#http://}
refused 'an unknown certificate' 4 'certificate' ''
export CURL_CA_BUNDLE=$T/ca/ca.pem
works 'https with a known one' ''
refused 'a redirect from https to http' 4 'redirect from https to something else is refused' \
	"*.tar.xz redirect $http{path}"
refused 'the same for the index' 4 'redirect from https to something else is refused' "*$INDEX redirect $http{path}"
unset CURL_CA_BUNDLE

# --- a full disk ---
if unshare -m true 2> /dev/null; then
	fresh
	mkdir "$T/cache"
	# shellcheck disable=SC2016 # expanded by the inner shell
	run unshare -m sh -c 'mount -t tmpfs -o size=128k tmpfs "$1" && shift && "$@"; rc=$?
		ls -l "$0" >&2; exit $rc' "$T/cache" "$T/cache" \
		"$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" stage fetch --mirror "file://$MIRROR"
	is 'a full disk: exit code' "$status" 3
	like 'a full disk: says how much is missing' "$err" 'No space left.*disk is full: .*more are needed'
	run zs fetch --mirror "file://$MIRROR"
	is 'with room it works' "$status" 0 || diag "$err"
else
	skip 'a full disk' 'needs to mount'
fi

done_testing
