# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034 # the variables are for the tests
#
# A mirror of our own for the tests of `zolkit stage`: sourced after tap.sh.
#
#	mirror_make       a key, and a mirror with one build, in $T; sets $MIRROR, $KEY, $STAMP, $NAME, $AUTO, ...
#	serve DIR [ARG]   httpd.py over DIR: sets $URL, $LOG, $FAULTS, $SERVER
#	zs ARG...         zolkit stage ARG... with a configuration, a cache and a state of the test's own
#	fresh             forgets cache and state
#	entry             the directory of the build in the cache

unset http_proxy https_proxy HTTPS_PROXY no_proxy NO_PROXY ALL_PROXY all_proxy GENTOO_MIRRORS CURL_CA_BUNDLE
MAKE=$ZOL_TOP/tests/lib/stage3-make

conf_make() { # KEYRING FINGERPRINT...
	{
		printf '[paths]\ncache = %s\nstate = %s\nrun = %s\n' "$T/cache" "$T/state" "$T/run"
		printf '[stage]\nstall = 1s\nkeyring = %s\nkeys =\n' "$1"
		shift
		printf 'keys = %s\n' "$@"
	} > "$T/zolkit.conf"
}

mirror_make() {
	KEY=$T/key MIRROR=$T/mirror
	"$MAKE" key "$KEY" || return 1
	mkdir -p "$T/tree/etc"
	head -c 300000 /dev/urandom > "$T/tree/random"
	echo 'a stage3 for tests' > "$T/tree/etc/gentoo-release"
	STAMP=$(date -u -d '2 days ago' +%Y%m%dT%H%M%SZ)
	"$MAKE" build --mirror "$MIRROR" --key "$KEY" --tree "$T/tree" --stamp "$STAMP" --level 0 > /dev/null || return 1
	NAME=stage3-amd64-openrc-$STAMP.tar.xz
	BELOW=releases/amd64/autobuilds
	AUTO=$MIRROR/$BELOW
	INDEX=latest-stage3-amd64-openrc.txt
	SIZE=$(stat -c %s "$AUTO/$STAMP/$NAME")
	conf_make "$KEY/release.asc" "$(< "$KEY/fingerprint")"
}

zs() { "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" stage "$@"; }
fresh() { rm -rf "$T/cache" "$T/state"; }
entry() { printf '%s\n' "$T/cache/stage/${NAME%.tar.xz}"; }
verified() { [[ -f $(entry)/verified && -f $(entry)/$NAME ]]; }

serve() {
	local dir=$1 port
	shift
	LOG=$T/log.$RANDOM FAULTS=$T/faults.$RANDOM
	: > "$LOG"
	: > "$FAULTS"
	[[ -p $T/port ]] || mkfifo "$T/port"
	"$ZOL_TOP/tests/lib/httpd.py" --die-with-parent --log "$LOG" --faults "$FAULTS" "$@" "$dir" > "$T/port" &
	SERVER=$!
	at_exit kill "$SERVER"
	read -r port < "$T/port" || return 1
	URL=http://127.0.0.1:$port
}

fault() { printf '%s\n' "$@" > "$FAULTS"; }
no_fault() { : > "$FAULTS"; }

# Waits (for at most 10 s) until a file has at least so many bytes.
wait_size() {
	local i
	for ((i = 0; i < 200; i++)); do
		[[ -e $1 && $(stat -c %s "$1") -ge $2 ]] && return 0
		sleep 0.05
	done
	return 1
}
