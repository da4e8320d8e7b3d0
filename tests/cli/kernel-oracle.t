#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Our evaluator against the conf of Debian's kernel trees, byte for byte: modes and random
# configurations. SEEDS="1 2 3" picks others; each seed is printed.
. "$ZOL_TOP/tests/lib/tap.sh"
type -P gcc flex bison >/dev/null || skip_all 'gcc, flex and bison are needed for the tree'"'"'s conf'
if [[ ${ZOL_QUICK:-} ]]; then n=1; else n=40; fi
: "${SEEDS:=$(seq -s " " 1 $n)}"
cc -shared -fPIC -O1 -o "$T/popen.so" "$ZOL_TOP/tests/data/kconfig/popen-cache.c" -ldl
export KCONF_CACHE=$T/cache
any=''

for version in 6.1 6.12; do
	tree=$("$ZOL_TOP/tests/lib/kconfig-tree" $version) || continue
	any=1
	make -s -C "$tree" O="$T/$version" ARCH=x86 defconfig >/dev/null 2>&1
	cp "$T/$version/.config" "$T/defconfig-$version"
	for arch in x86 i386 arm64 um; do
		jobs=(allnoconfig alldefconfig)
		[[ $arch == x86 ]] && read -ra seeds <<<"$SEEDS" && jobs+=(allyesconfig allmodconfig "satisfy=${seeds[0]}:defconfig" "satisfy=${seeds[0]}:allnoconfig" "small=${seeds[0]}:$((2 * ${#seeds[@]}))" "${seeds[@]}")
		debian=/usr/src/linux-config-$version/config.amd64_none
		if [[ $arch == x86 && -r ${debian}_amd64.xz ]]; then
			jobs+=("satisfy=${seeds[0]}:${debian}_cloud-amd64.xz" "fragment=${seeds[0]}:defconfig:${debian}_amd64.xz")
		fi
		mkdir -p "$T/popen-$version-$arch"
		while IFS= read -r line; do
			case $line in
			'ok - '*) tap_result 0 "$version ${line#ok - }" ;;
			'not ok - '*) tap_result 1 "$version ${line#not ok - }" ;;
			*) echo "$line" ;;
			esac
		# With BUILD=asan the cache stands before the sanitizer's library, which is no harm here.
		done < <(LD_PRELOAD=$T/popen.so ASAN_OPTIONS=verify_asan_link_order=0 POPEN_CACHE=$T/popen-$version-$arch \
			"$ZOL_TOP/tests/lib/kconfig-oracle" "$T/$version/scripts/kconfig/conf" "$ZOL_BUILD/tests/lib/kconf" "$tree" $arch "${jobs[@]}" 2>&1)
	done
done
[[ $any ]] || skip_all 'no linux-source package is installed'
done_testing
