# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
#
# For the tests of `zolkit chroot`: the script runs again in a mount namespace of its own, so that
# the host's mounts hold still and nothing of a failed test stays; $G is the tree of guest "g",
# $C the configuration, z runs zolkit with it.

set -u
[[ $EUID == 0 ]] || { . "${ZOL_TOP:?}/tests/lib/tap.sh" || exit 1; skip_all "needs root"; }
if [[ -z ${ZOL_CHROOT_TEST_NS:-} ]]; then
	export ZOL_CHROOT_TEST_NS=1
	exec unshare --mount --propagation "${propagation:-private}" bash "$0" "$@"
fi

. "$ZOL_TOP/tests/lib/tap.sh" || exit 1

[[ -d ${T:?} ]] || exit 1
C=$T/zolkit.conf
G=$T/guests/g
mkdir -p "$T/guests" "$T/host"
cat > "$C" <<-EOF
	[paths]
	guests = $T/guests
	state = $T/state
	cache = $T/cache
	run = $T/run
	[guest]
	name = g
EOF
"$ZOL_TOP/tests/lib/miniroot" "$G"
unset XDG_CONFIG_HOME ZOLKIT_CONFIG
export HOME=$T/host

z() { "$ZOL_BUILD/zolkit" --config "$C" "$@"; }
inside() { z chroot run "$@"; }
# For the background: its process is zolkit itself.
inside_exec() { exec "$ZOL_BUILD/zolkit" --config "$C" chroot run "$@"; }
# gone PATTERN / there PATTERN: waits until no / a process has it in its command line; a test of its own fails when
# that never comes.
there() {
	local i
	for ((i = 0; i < 3000; i++)); do
		"${@:2}" pgrep -f -- "$1" > /dev/null && return 0
		sleep 0.02
	done
	tap_result 1 "waiting for ${2:+no }process $1"
}
gone() { there "$1" not; }
not() { ! "$@"; }
