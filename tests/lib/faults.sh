# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # T is tap.sh's
#
# For the tests that walk commands through their failing calls, instead of tap.sh. The script runs
# again in a mount namespace of its own: the mounts of others do not disturb it. ZOL_FAULTS=N tries N
# calls of a kind (all: 0); without it a sample, spread evenly.
#
#	template NAME            makes $T/NAME with the directories of the configuration
#	walk NAME [OPTION...] -- ARG...   zolkit ARG... on copies of it; OPTIONs are tests/lib/faultwalk's

set -u
[[ $EUID == 0 ]] || { . "${ZOL_TOP:?}/tests/lib/tap.sh" || exit 1; skip_all 'guests are made and entered as root'; }
if [[ -z ${ZOL_FAULTS_NS:-} ]]; then
	export ZOL_FAULTS_NS=1
	exec unshare --mount --propagation private bash "$0" "$@"
fi
. "${ZOL_TOP:?}/tests/lib/tap.sh" || exit 1
# ASan has an allocator of its own, and the preloaded one would come first.
[[ $ZOL_BUILD != */asan ]] || skip_all 'not with a sanitizer'
command -v gcc > /dev/null || skip_all 'no gcc'
gcc -shared -fPIC -O2 -D_GNU_SOURCE -std=gnu17 -o "$T/faults.so" "$ZOL_TOP/tests/data/faults/faults.c" -ldl || exit 1
# shellcheck disable=SC2034 # for the scripts: no allocations
calls=open,read,write,sync,rename,mkdir,unlink,spawn,pipe,lock
most=${ZOL_FAULTS:-8}
((most > 0)) || most=1000000

# walk NAME [OPTION...] -- ARG...: zolkit ARG... on a copy of $T/NAME, which is made before.
walk() {
	local name=$1 options=()
	shift
	while [[ $1 != -- ]]; do
		options+=("$1")
		shift
	done
	shift
	cat > "$T/$name/conf" <<- EOF
		[paths]
		guests = @WORK@/guest
		state = @WORK@/state
		cache = @WORK@/cache
		run = @WORK@/run
		conf = $ZOL_TOP/conf
		[guest]
		name = g
		$(cat "$T/$name/more" 2> /dev/null)
	EOF
	while IFS= read -r line; do
		case $line in
		'ok - '*) tap_result 0 "${line#ok - }" ;;
		'not ok - '*) tap_result 1 "${line#not ok - }" ;;
		'#'*) echo "$line" ;;
		*) tap_result 1 "zolkit $*: $line" ;;
		esac
	done < <("$ZOL_TOP/tests/lib/faultwalk" --shim "$T/faults.so" --most "$most" --ignore 'run*' --ignore '*lock' "${options[@]}" \
		-- "zolkit $*" "$T/$name" "$ZOL_BUILD/zolkit" --config {}/conf "$@" 2>&1)
}
template() { mkdir -p "$T/$1"/{guest,state,cache}; }
