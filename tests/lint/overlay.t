#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Ebuilds and eclasses, as far as bash and grep can tell; pkgcheck tells more (tests/overlay).
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"

files() { (cd "$1" && find overlay/sys-*/ eclass -name '*.ebuild' -o -name '*.eclass' | sort); }

headers() {
	files "$1" | while IFS= read -r f; do
		[[ $(head -n 3 "$1/$f"; echo .) =~ ^'# Copyright 2026 '(Gentoo|zolkit)$' Authors\n# Distributed under the terms of the GNU General Public License v2\n\n.'$ ]] ||
			echo "$f"
	done
}

syntax() { files "$1" | while IFS= read -r f; do (cd "$1" && bash -n "$f" 2>&1); done; }

# Live ebuilds have no keywords; order and length of what describes a package.
ebuilds() {
	files "$1" | grep '\.ebuild$' | while IFS= read -r f; do
		[[ $(sed -n 4p "$1/$f") == EAPI=8 ]] || echo "$f: EAPI is not 8, or not in line 4"
		[[ $f != *-9999.ebuild ]] || ! grep -q '^KEYWORDS=' "$1/$f" || echo "$f: keywords"
		length=$(sed -n 's/^DESCRIPTION="\(.*\)"$/\1/p' "$1/$f" | tr -d '\n' | wc -c)
		((length >= 10 && length <= 80)) || echo "$f: a description of $length bytes"
		order=$(grep -oE '^(DESCRIPTION|HOMEPAGE|SRC_URI|S|LICENSE|SLOT|KEYWORDS|IUSE|RESTRICT)=' "$1/$f" | tr -d '\n')
		[[ DESCRIPTION=HOMEPAGE=SRC_URI=S=LICENSE=SLOT=KEYWORDS=IUSE=RESTRICT= =~ ^$(sed 's/=/=.*/g' <<<"$order")$ ]] ||
			echo "$f: order of $order"
		grep -nE '^ +[^ ]' "$1/$f" | sed "s|^|$f:|;s|\$| (blanks instead of tabs)|"
	done
}

# Every function and variable of an eclass has its words.
docs() {
	files "$1" | grep '\.eclass$' | while IFS= read -r f; do
		for tag in ECLASS MAINTAINER SUPPORTED_EAPIS BLURB DESCRIPTION; do
			grep -q "^# @$tag:" "$1/$f" || echo "$f: no @$tag"
		done
		grep -oE '^[A-Za-z_][A-Za-z0-9_-]*\(\)' "$1/$f" | tr -d '()' | while IFS= read -r name; do
			grep -qx "# @FUNCTION: $name" "$1/$f" || echo "$f: $name has no @FUNCTION"
		done
		# A variable that users or ebuilds may set.
		grep -oE '^: "\$\{[A-Za-z_]+:?=' "$1/$f" | sed -E 's/^: "\$\{//; s/:?=$//' | while IFS= read -r name; do
			grep -qx "# @ECLASS_VARIABLE: $name" "$1/$f" || echo "$f: $name has no @ECLASS_VARIABLE"
		done
	done
}

# Flags that metadata.xml must tell of: those that are not Gentoo's global ones.
flags() {
	files "$1" | grep '\.ebuild$' | while IFS= read -r f; do
		entry=$1/overlay/metadata/md5-cache/$(cut -d/ -f2 <<<"$f")/$(basename "$f" .ebuild)
		for flag in $(sed -n 's/^IUSE=//p' "$entry" | tr -d '+'); do
			grep -q "^$flag - " "$ZOL_TOP/tests/data/gentoo/profiles/use.desc" ||
				grep -q "<flag name=\"$flag\"" "$1/${f%/*}/metadata.xml" || [[ $flag == python_* || $flag == split-usr ]] || echo "$f: $flag"
		done
	done
}

# Entries whose checksums of the ebuild or of an eclass of ours are not those of the files.
stale() {
	files "$1" | grep '\.ebuild$' | while IFS= read -r f; do
		entry=$1/overlay/metadata/md5-cache/$(cut -d/ -f2 <<<"$f")/$(basename "$f" .ebuild)
		grep -qsx "_md5_=$(md5sum <"$1/$f" | cut -d' ' -f1)" "$entry" || echo "$f"
		for e in "$1"/eclass/*.eclass; do
			name=$(basename "$e" .eclass)
			grep -qsP "^_eclasses_=(.*\t)?$name\t" "$entry" || continue
			grep -qsP "\b$name\t$(md5sum <"$e" | cut -d' ' -f1)" "$entry" || echo "$f: $name.eclass"
		done
	done
	find "$1/overlay/metadata/md5-cache" -type f | while IFS= read -r entry; do
		pf=${entry##*/} category=$(basename "${entry%/*}")
		compgen -G "$1/overlay/$category/*/$pf.ebuild" >/dev/null || echo "$category/$pf: no such ebuild"
	done
}

is 'licence and owner stand in the first lines' "$(headers "$ZOL_TOP")" ''
is 'bash reads all of them' "$(syntax "$ZOL_TOP")" ''
is 'ebuilds have the customary form' "$(ebuilds "$ZOL_TOP")" ''
is 'eclasses are documented' "$(docs "$ZOL_TOP")" ''
is 'flags are described' "$(flags "$ZOL_TOP")" ''
is 'the cache is of these ebuilds and eclasses (make overlay-cache)' "$(stale "$ZOL_TOP")" ''
if command -v shellcheck >/dev/null && [[ -z ${ZOL_QUICK:-} ]]; then
	# Variables are Portage's, or for it: unused, unset; what is split is so on purpose.
	is 'shellcheck is content' "$(cd "$ZOL_TOP" && shellcheck -s bash -f gcc -e SC2034,SC2154,SC2206,SC2207,SC2046,SC2086,SC2016,SC2153 eclass/*.eclass overlay/*/*/*.ebuild)" ''
else
	skip 'shellcheck is content' 'quick, or none'
fi

# asked FRAGMENT...: what an ebuild of these fragments has as REQUIRED_USE.
asked() {
	(
		EAPI=8 ZOLKIT_KERNEL_FRAGMENTS=("$@")
		inherit() { :; }
		EXPORT_FUNCTIONS() { :; }
		has() { [[ " ${*:2} " == *" $1 "* ]]; }
		. "$ZOL_TOP/eclass/zolkit-kernel.eclass" && echo "$REQUIRED_USE"
	)
}
is 'lockdep and zfs exclude each other wherever they stand' "$(asked +boot9p lockdep zfs)$(asked +zfs lockdep)$(asked +boot9p zfs)" \
	'lockdep? ( !zfs )lockdep? ( !zfs )'

mkdir -p "$T/t/overlay/metadata"
cp -R "$ZOL_TOP/eclass" "$T/t/"
cp -R "$ZOL_TOP"/overlay/sys-* "$T/t/overlay/"
cp -R "$ZOL_TOP/overlay/metadata/md5-cache" "$T/t/overlay/metadata/"
spl=$T/t/overlay/sys-kernel/spl/spl-9999.ebuild
sed -i -e 1d -e 's/^LICENSE=.*/KEYWORDS="amd64"\n        eight\nfi/' -e 's/^IUSE=.*//' "$spl"
sed -i -e '/@BLURB/d' -e '/@FUNCTION: zolkit-kernel_src_compile/d' "$T/t/eclass/zolkit-kernel.eclass"
sed -i 's/name="qemu"/name="kvm"/' "$T/t/overlay/sys-fs/zolkit/metadata.xml"
rm "$T/t/overlay/sys-kernel/zolkit-kernel/zolkit-kernel-9999.ebuild"
is 'a missing header is found' "$(headers "$T/t")" 'overlay/sys-kernel/spl/spl-9999.ebuild'
like 'what bash cannot read is found' "$(syntax "$T/t")" 'spl-9999.ebuild: line [0-9]+: syntax error'
like 'keywords of a live ebuild are found' "$(ebuilds "$T/t")" 'spl-9999.ebuild: keywords'
like 'a wrong order is found' "$(ebuilds "$T/t")" 'spl-9999.ebuild: order of DESCRIPTION=HOMEPAGE=KEYWORDS=SLOT='
like 'blanks are found' "$(ebuilds "$T/t")" 'eight \(blanks instead of tabs\)'
is 'what is not documented is found' "$(docs "$T/t")" 'eclass/zolkit-kernel.eclass: no @BLURB
eclass/zolkit-kernel.eclass: zolkit-kernel_src_compile has no @FUNCTION'
like 'an undescribed flag is found' "$(flags "$T/t")" 'zolkit-9999.ebuild: qemu'
is 'a stale entry is found' "$(stale "$T/t" | sort)" 'overlay/sys-kernel/spl/spl-9999.ebuild
sys-kernel/zolkit-kernel-9999: no such ebuild'
done_testing
