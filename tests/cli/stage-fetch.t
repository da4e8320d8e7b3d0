#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# stage list, fetch and verify against an honest mirror: the cache, the second run, interruption, locks,
# several mirrors, proxies.
# shellcheck source=tests/lib/tap.sh
. "$ZOL_TOP/tests/lib/tap.sh"
# shellcheck source=tests/lib/stage-mirror.sh
. "$ZOL_TOP/tests/lib/stage-mirror.sh"

type -P gpg gpgv > /dev/null || skip_all 'no gpg'
mirror_make || exit 1
"$MAKE" build --mirror "$MIRROR" --key "$KEY" --tree "$T/tree/etc" --stamp "$STAMP" --variant systemd > /dev/null
"$MAKE" build --mirror "$MIRROR" --key "$KEY" --tree "$T/tree/etc" --stamp "$STAMP" --sub x32-openrc > /dev/null
serve "$MIRROR" || exit 1
requests() { grep -c "$1" "$LOG"; }
# A program ends within 10 s.
ends() {
	local i
	for ((i = 0; i < 200; i++)); do
		kill -0 "$1" 2> /dev/null || return 0
		sleep 0.05
	done
	return 1
}

# --- list ---
run zs list --mirror "$URL"
is 'list works' "$status" 0 || diag "$err"
like 'list has a row for each variant' "$out" $'VARIANT.*\nopenrc +'"$STAMP"$'.* no\nsystemd .*\nx32-openrc '
run zs list --mirror "$URL" --json
ok 'list in JSON' python3 -c 'import json, sys
rows = {r["variant"]: r for r in json.loads(sys.argv[1])}
assert rows["openrc"]["size"] == int(sys.argv[2]) and rows["openrc"]["cached"] is False, rows
assert rows["systemd"]["stamp"] == sys.argv[3]' "$out" "$SIZE" "$STAMP"
run zs list --mirror "$URL" systemd
unlike 'list of one variant' "$out" 'openrc'
run zs list --mirror "$URL" opernc
is 'list of a variant that there is none of' "$status$out" 1
like 'which is said' "$err" 'no such build on the mirror'
fault '*/latest-stage3.txt status 404'
run zs list --mirror "$URL" x32-openrc
like 'without the index of all, the one of the variant is read' "$out" "x32-openrc +$STAMP"
run zs list --mirror "$URL"
is 'without either, it is a network failure' "$status" 4
no_fault

# --- fetch, and again ---
run zs fetch --mirror "$URL" --dry-run
is 'a dry run works' "$status" 0 || diag "$err"
like 'and says what it would do' "$err" "would fetch $NAME"
ok 'and writes nothing' test ! -e "$T/cache" -a ! -e "$T/state"
run zs fetch --mirror "$URL"
is 'fetch works' "$status" 0 || diag "$err"
is 'the path is what it prints' "$out" "$(entry)/$NAME"
ok 'the tarball is the one of the mirror' cmp "$out" "$AUTO/$STAMP/$NAME"
ok 'nothing partial is left' test ! -e "$(entry)/$NAME.part" -a ! -e "$(entry)/$NAME.part.meta"
is 'the marker is private' "$(stat -c %a "$(entry)/verified")" 600
is 'the state is private' "$(stat -c %a "$T/state/stage/amd64-openrc.seen")" 600
: > "$LOG"
run zs fetch --mirror "$URL"
is 'a second run works' "$status" 0
like 'and says that there is nothing to do' "$err" 'nothing to do'
is 'and asks for the index only' "$(< "$LOG")" "GET /$BELOW/$INDEX - 200 $(stat -c %s "$AUTO/$INDEX")"
: > "$LOG"
run zs fetch --mirror "$URL" --offline
is 'offline works from the cache' "$status $out" "0 $(entry)/$NAME"
is 'without any request' "$(< "$LOG")" ''
run zs fetch --mirror "$URL" --any-age --max-age 1d
is 'any age, and a limit for it' "$status" 2
run zs fetch --mirror "$URL" --wait 1m --no-wait
is 'to wait, and not' "$status" 2
run zs fetch --offline systemd
is 'offline without it in the cache' "$status" 4
like 'says what is missing' "$err" 'no verified stage3-amd64-systemd is in the cache'
run zs list --offline
like 'list --offline shows the cache' "$out" $'\nopenrc .* yes$'
run zs fetch --mirror "$URL" --json
ok 'the result in JSON' python3 -c 'import hashlib, json, sys
r = json.loads(sys.argv[1]); data = open(r["path"], "rb").read()
assert r["action"] == "cached" and r["size"] == len(data) and r["stamp"] == sys.argv[2], r
assert r["sha512"] == hashlib.sha512(data).hexdigest() and r["blake2b"] == hashlib.blake2b(data).hexdigest(), r
assert r["key"] == open(sys.argv[3]).read().strip(), r' "$out" "$STAMP" "$KEY/fingerprint"
run zs fetch --mirror "$URL" systemd
like 'another variant' "$out" 'stage3-amd64-systemd'
run zs fetch --mirror "$URL" x32-openrc
like 'a variant with an architecture of its own' "$out" 'stage3-x32-openrc'

# --- a tarball that was replaced is not believed ---
cp "$(entry)/$NAME" "$T/good"
head -c "$SIZE" /dev/urandom > "$T/evil"
cp "$T/evil" "$(entry)/$NAME"
touch -r "$T/good" "$(entry)/$NAME"
run zs fetch --offline
is 'offline does not take a replaced tarball' "$status" 4
run zs fetch --mirror "$URL"
is 'fetch gets it anew' "$status" 0 || diag "$err"
like 'and says why' "$err" 'changed since it was verified.*not what was signed'
ok 'the replaced one is gone' cmp "$(entry)/$NAME" "$T/good"
cp "$T/good" "$(entry)/$NAME"
: > "$LOG"
run zs fetch --mirror "$URL"
like 'one with the right bytes is checked, not fetched' "$err" 'is verified now'
is 'no tarball was asked for' "$(requests 'tar.xz -')" 0
rm "$(entry)/verified"
run zs fetch --mirror "$URL"
like 'one without its marker is checked too' "$err" 'not verified yet; checking'

# --- interruption ---
interrupt() { # SIGNAL: sets $status; something but not all has come
	fresh
	fault '*.tar.xz rate 200k'
	zs fetch --mirror "$URL" > /dev/null 2> "$T/err" &
	local pid=$!
	wait_size "$(entry)/$NAME.part" 40000
	# zs is a function: the program is the child of the subshell, or the subshell itself.
	pkill -"$1" -P "$pid" 2> /dev/null || kill -"$1" "$pid"
	wait "$pid"
	status=$?
	no_fault
	: > "$LOG"
}
interrupt TERM
isnt 'SIGTERM ends it' "$status" 0
like 'and it says so' "$(< "$T/err")" 'interrupted'
ok 'a partial download is left' test -s "$(entry)/$NAME.part"
run zs fetch --mirror "$URL"
is 'the next run finishes it' "$status" 0 || diag "$err"
like 'with a range' "$(< "$LOG")" 'tar.xz bytes=[1-9][0-9]*- 206'
interrupt KILL
ok 'SIGKILL leaves a partial download' test -s "$(entry)/$NAME.part"
run zs fetch --mirror "$URL" --json
is 'which the next run finishes too' "$status" 0 || diag "$err"
like 'and tells from where' "$out" '"resumed": [1-9]'
ok 'right to the byte' cmp "$(entry)/$NAME" "$T/good"
interrupt INT
dd if=/dev/zero of="$(entry)/$NAME.part" bs=1 count=100 conv=notrunc status=none
run zs fetch --mirror "$URL"
is 'a damaged partial download is fetched anew' "$status" 0 || diag "$err"
like 'after the digests told' "$err" 'beginning anew from one source'
interrupt TERM
run zs fetch --mirror "$URL" --restart
unlike '--restart asks for no range' "$(< "$LOG")" 'tar.xz bytes='
interrupt TERM
touch -d yesterday "$AUTO/$STAMP/$NAME"
run zs fetch --mirror "$URL"
like 'a file whose validator changed is sent as a whole' "$(< "$LOG")" 'tar.xz bytes=[0-9]*- 200'
is 'and accepted when it is right' "$status" 0 || diag "$err"

# Killed again and again wherever it happens to be: the last run gives what an undisturbed one gives.
fresh
fault '*.tar.xz rate 600k'
for i in 1 2 3 4 5 6 7 8; do
	zs fetch --mirror "$URL" > /dev/null 2>&1 &
	pid=$!
	sleep "0.0$((RANDOM % 10))$((RANDOM % 10))"
	pkill -KILL -P "$pid" 2> /dev/null || kill -KILL "$pid" 2> /dev/null
	wait "$pid"
done
no_fault
run zs fetch --mirror "$URL"
is 'killed at eight random points, then run again' "$status" 0 || diag "$err"
ok 'the bytes are right' cmp "$(entry)/$NAME" "$T/good"
is 'nothing else is left in the cache' "$(cd "$(entry)" && shopt -s dotglob && printf '%s ' *)" "lock $NAME $NAME.DIGESTS $NAME.asc verified "

# --- progress ---
fresh
run "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" --progress-fd 7 stage fetch --mirror "$URL" 7> "$T/progress"
ok 'progress for machines counts the bytes of the download' python3 -c 'import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
last = [r for r in rows if r["stage"] == "download"][-1]
assert last["total"] == int(sys.argv[2]) and last["unit"] == "bytes", last' "$T/progress" "$SIZE"
is 'nothing is drawn on what is no terminal' "$(grep -c $'\r' <<< "$err")" 0

# --- two at once ---
fresh
fault '*.tar.xz rate 200k'
zs fetch --mirror "$URL" > "$T/first" 2>&1 &
first=$!
wait_size "$(entry)/$NAME.part" 20000
run zs fetch --mirror "$URL" --no-wait
is 'a second one can refuse to wait' "$status" 3
like 'and says for whom' "$err" 'locked by process [0-9]+ \(stage fetch\)'
: > "$LOG"
run zs fetch --mirror "$URL"
is 'a second one waits' "$status" 0 || diag "$err"
like 'and says so' "$err" 'waiting: .*process [0-9]+.*nothing to do'
wait "$first"
is 'the first one is done' "$?" 0
is 'there was one download' "$(grep -c 'tar.xz - 200' "$LOG")" 1
no_fault

# --- mirrors ---
fresh
cp -a "$MIRROR" "$T/second"
run zs fetch --mirror http://127.0.0.1:1 --mirror "$URL/"
is 'a dead mirror is left for the next one' "$status" 0 || diag "$err"
like 'which is said' "$err" '127.0.0.1:1.*trying the next mirror'
fresh
run env GENTOO_MIRRORS="rsync://example.invalid/gentoo $URL" "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" stage fetch
is 'GENTOO_MIRRORS is used' "$status" 0 || diag "$err"
fresh
sed "s|^\[stage\]|&\nmirrors =\nmirrors = $URL|" "$T/zolkit.conf" > "$T/mirror.conf"
run env GENTOO_MIRRORS=http://127.0.0.1:1 "$ZOL_BUILD/zolkit" --config "$T/mirror.conf" stage fetch
is 'the configuration comes first' "$status" 0 || diag "$err"
run zs fetch --mirror ftp://example.invalid
is 'a URL of another kind is a usage error' "$status" 2
run zs fetch --mirror "$URL" ../../x
is 'so is a variant that is no name' "$status" 2
run zs fetch --mirror "$URL" nosuch
is 'a variant that is not there' "$status" 4
like 'is named' "$err" 'latest-stage3-amd64-nosuch.txt: .*404'
run zs fetch --mirror http://127.0.0.1:1
is 'no network' "$status" 4
like 'no network: what to look at' "$err" 'check the network'
fresh
run zs fetch --mirror "file://$MIRROR"
is 'file:// works' "$status" 0 || diag "$err"

# The mirror that answered first is older than the next one: the newer index wins.
new=$(date -u -d '1 day ago' +%Y%m%dT%H%M%SZ)
"$MAKE" build --mirror "$T/second" --key "$KEY" --tree "$T/tree" --stamp "$new" --ts "$(date -d '1 hour' +%s)" \
	--level 0 > /dev/null
fresh
run zs fetch --mirror "$URL" --mirror "file://$T/second"
like 'a second mirror is a witness' "$out" "$new"

# The index names a build that the mirror has just dropped: it is read again.
mkdir -p "$T/second/old/$BELOW"
cp "$AUTO/$INDEX" "$T/second/old/$BELOW/"
rm -rf "${T:?}/second/$BELOW/$STAMP"
serve "$T/second" || exit 1
fault "/$BELOW/$INDEX redirect /old{path} x1"
fresh
run zs fetch --mirror "$URL"
is 'a build that vanished meanwhile' "$status" 0 || diag "$err"
like 'is replaced by the newer one' "$out" "$new"
like 'which is said' "$err" 'newer build meanwhile'

# --- proxy ---
serve "$MIRROR" || exit 1
fresh
run env http_proxy="$URL" "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" stage fetch --mirror http://mirror.invalid
is 'http_proxy is used' "$status" 0 || diag "$err"
unlike 'for every request' "$(grep -v PROXY "$LOG")" .

# --- verify ---
mkdir "$T/v"
cp "$AUTO/$STAMP/$NAME"* "$T/v/"
run zs verify "$T/v/$NAME"
is 'verify accepts a downloaded tarball' "$status" 0 || diag "$err"
like 'and names key and time' "$out" "good .*$(< "$KEY/fingerprint")"
mkdir "$T/bin"
printf '#!/bin/sh\nkill -INT $PPID\nexec %s "$@"\n' "$(command -v gpgv)" >"$T/bin/gpgv"
chmod 755 "$T/bin/gpgv"
run env PATH="$T/bin:$PATH" "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" stage verify "$T/v/$NAME"
is 'an interrupted one verifies nothing' "$status" 3
like 'which is said' "$err" 'interrupted'
cp "$T/evil" "$T/v/$NAME"
run zs verify "$T/v/$NAME"
is 'verify refuses another one' "$status" 5
like 'and says why' "$err" 'wrong SHA512 and BLAKE2B digests'
run zs verify --json "$T/v/$NAME" "$(entry)/$NAME"
is 'verify of several: one refusal counts' "$status" 5
like 'and each has its row' "$out" '"result": "refused".*"result": "good"'
cp "$AUTO/$STAMP/$NAME" "$T/v/"
rm "$T/v/$NAME.asc"
run zs verify "$T/v/$NAME"
is 'verify needs the signature' "$status" 5
like 'and says so' "$err" 'no .asc beside it'
mv "$T/v/$NAME" "$T/v/renamed.tar.xz"
run zs verify "$T/v/renamed.tar.xz"
is 'verify needs the name' "$status" 6

done_testing
