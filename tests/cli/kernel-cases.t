#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The test cases of the kernel's own Kconfig tools, as Debian's linux-source packages have them.
. "$ZOL_TOP/tests/lib/tap.sh"
command -v python3 >/dev/null || skip_all 'python3 is needed to run the cases'
any=''

for version in 6.1 6.12; do
	tree=$("$ZOL_TOP/tests/lib/kconfig-tree" $version) || continue
	[[ -d $tree/scripts/kconfig/tests ]] || continue
	any=1
	seen=0
	while IFS= read -r line; do
		case $line in
		'ok - '*' # SKIP '*)
			name=${line#ok - }
			skip "$version ${name%% # SKIP *}" "${name##* # SKIP }"
			;;
		'ok - '*) tap_result 0 "$version ${line#ok - }" && seen=$((seen + 1)) ;;
		'not ok - '*) tap_result 1 "$version ${line#not ok - }" ;;
		*) echo "$line" ;;
		esac
	done < <("$ZOL_TOP/tests/lib/kconfig-cases" "$ZOL_BUILD/tests/lib/kconf" "$tree" 2>&1)
	ok "$version: at least ten cases were compared" test "$seen" -ge 10
done
[[ $any ]] || skip_all 'no linux-source package is installed'
done_testing
