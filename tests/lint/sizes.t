#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Functions of at most 60 lines and 6 parameters, files of at most 500 lines.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"

# sizes DIR SUB...: what is too large below these directories.
sizes() {
	local dir=$1
	shift
	(cd "$dir" && find "$@" -name '*.[ch]' -exec awk '
	function report(what) { print FILENAME ":" FNR ": " what }
	FNR == 1 { head = ""; open = 0 }
	# A function of Linux style opens and closes its body in the first column.
	/^\{/ && head ~ /\)[^;=]*$/ {
		open = FNR; name = head
		list = head; sub(/^[^(]*\(/, "", list)
		gsub(/\([^()]*\)/, "", list); gsub(/\([^()]*\)/, "", list)
		sub(/\).*/, "", list)
		if (gsub(/,/, "", list) > 5) report("more than 6 parameters: " head)
	}
	/^\}/ {
		if (open && FNR - open - 1 > 60) report(FNR - open - 1 " lines: " name)
		open = 0; head = ""; next
	}
	/^[a-zA-Z_]/ { head = $0 }
	/^[ \t]/ && !open { head = head " " $0 }
	FNR == 501 { report("more than 500 lines") }
	' {} +)
}

where=(helpers tests)
[[ -z ${ZOL_QUICK:-} ]] || where=(helpers)
is 'functions and files keep their sizes' "$(sizes "$ZOL_TOP" "${where[@]}")" ''

mkdir -p "$T/helpers/base" "$T/tests"
# body N: a body of N lines.
body() { printf '{\n'; for ((i = 0; i < $1; i++)); do printf '\t;\n'; done; printf '}\n'; }
{
	echo 'int fits(int a, int (*b)(int, int), int c, int d, int e, int f)'
	body 60
	echo 'static int wide(int a, int b, int c,'
	echo '		int d, int e, int f, int g)'
	body 1
	echo 'static int tall(void)'
	body 61
	echo 'static const int data[] = {'
	for ((i = 0; i < 100; i++)); do echo '	1,'; done
	echo '};'
} >"$T/helpers/base/a.c"
for ((i = 0; i < 501; i++)); do echo; done >"$T/tests/b.c"
is 'what is too large is found' "$(sizes "$T" helpers tests | sed 's/ lines: .*/ lines/; s/: static.*//' | sort)" "helpers/base/a.c:132: 61 lines
helpers/base/a.c:66: more than 6 parameters
tests/b.c:501: more than 500 lines"
done_testing
