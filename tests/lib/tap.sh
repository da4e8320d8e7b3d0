# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034 # status, out and err are for the test
#
# TAP for shell tests. A test is a bash script that begins with
#
#	. "$ZOL_TOP/tests/lib/tap.sh"
#
# and uses (DESC is always one line of text)
#
#	plan N | done_testing          how many tests: said first, or counted at the end
#	ok DESC CMD...                 CMD succeeds ("!" as first word: fails, and not for want of the program)
#	is DESC GOT WANT               equal texts
#	isnt DESC GOT UNWANTED         different texts
#	like DESC GOT REGEX            GOT matches the extended regular expression
#	unlike DESC GOT REGEX
#	run CMD...                     runs it: $status, $out and $err (without trailing newlines)
#	skip DESC WHY                  one test that cannot run here
#	skip_all WHY                   none can run here: ends the script
#	diag TEXT...                   a remark
#	at_exit CMD...                 runs at exit, last one first
#	$T                             a fresh private directory, removed at exit
#
# The exit status is 0 only when the plan was kept and every test passed.

: "${ZOL_TOP:=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)}"
: "${ZOL_BUILD:=$ZOL_TOP/build/release}"
export ZOL_TOP ZOL_BUILD
T=$(mktemp -d "${TMPDIR:-/tmp}/zol-t.XXXXXX") || exit 1
tap_n=0 tap_failed=0 tap_plan='' tap_exit=() tap_pid=$BASHPID
status=0 out='' err=''

tap_end() {
	local rc=$? i
	trap - EXIT
	# A subshell inherits the trap where bash is old: only the script itself cleans up.
	[[ $BASHPID == "$tap_pid" ]] || exit "$rc"
	for ((i = ${#tap_exit[@]} - 1; i >= 0; i--)); do eval "${tap_exit[i]}"; done
	rm -rf --one-file-system -- "$T"
	if [[ -z $tap_plan ]]; then
		echo '# the script ended without a plan'
		exit 1
	fi
	if ((tap_n != tap_plan)); then
		echo "# $tap_plan tests were planned, $tap_n ran"
		exit 1
	fi
	((rc == 0)) || exit "$rc"
	exit $((tap_failed ? 1 : 0))
}
trap tap_end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

at_exit() { tap_exit+=("$(printf '%q ' "$@")"); }
diag() { printf '# %s\n' "${*//$'\n'/$'\n# '}"; }
plan() { tap_plan=$1; echo "1..$1"; }
done_testing() { plan "$tap_n"; }

# tap_result STATUS DESC [REMARK]
tap_result() {
	tap_n=$((tap_n + 1))
	if (($1 == 0)); then
		echo "ok $tap_n - ${2//#/\\#}"
		return 0
	fi
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_n - ${2//#/\\#}"
	[[ -z ${3:-} ]] || diag "$3"
	return 1
}

ok() {
	local desc=$1 rc=0 want=0
	shift
	if [[ $1 == '!' ]]; then
		want=1
		shift
	fi
	"$@" >"$T/.ok" 2>&1 || rc=$?
	if (((rc != 0) == want && !(want && (rc == 126 || rc == 127)))); then
		tap_result 0 "$desc"
	else
		tap_result 1 "$desc" "status $rc: $*"$'\n'"$(tail -n 30 "$T/.ok")"
	fi
}

is() { [[ $2 == "$3" ]]; tap_result $? "$1" "     got: $2"$'\n'"expected: $3"; }
isnt() { [[ $2 != "$3" ]]; tap_result $? "$1" "unexpected: $2"; }
like() { [[ $2 =~ $3 ]]; tap_result $? "$1" "     got: $2"$'\n'"to match: $3"; }
unlike() { [[ ! $2 =~ $3 ]]; tap_result $? "$1" "         got: $2"$'\n'"not to match: $3"; }

run() {
	status=0
	"$@" >"$T/.out" 2>"$T/.err" || status=$?
	out=$(<"$T/.out") err=$(<"$T/.err")
}

# flip FILE AT: another byte stands there, whatever it was
flip() {
	local was
	was=$(od -An -tu1 -j "$2" -N 1 "$1") || return 1
	# shellcheck disable=SC2059 # the byte is the format
	printf "\\x$(printf %x $((was ^ 255)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

skip() {
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - ${1//#/\\#} # SKIP ${2:-}"
}

skip_all() {
	echo "1..0 # SKIP $*"
	tap_plan=0 tap_n=0
	exit 0
}
