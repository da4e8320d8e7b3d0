#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# make install: which files, with which modes; make uninstall: none of them is left; make dist: the same bytes twice.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh" || exit 1
[[ -z ${ZOL_QUICK:-} ]] || skip_all 'quick'
[[ $ZOL_BUILD == "$ZOL_TOP"/build/* ]] || skip_all 'not in a build tree of its own'
command -v scdoc > /dev/null || skip_all 'no scdoc'

# What is built already is not built again: the same flags.
inst() {
	local status=0
	env -u MAKEFLAGS -u MAKEOVERRIDES -u CFLAGS -u LDFLAGS make -s -C "$ZOL_TOP" BUILD="${ZOL_BUILD##*/}" DESTDIR="$T/root" \
		"$@" > "$T/log" 2>&1 || { status=$? && diag "$(tail -5 "$T/log")"; }
	return "$status"
}
# Everything below a tree, with type and mode, but the times; a file with its contents.
all() { (cd "$1" && find . -printf '%P %y %m %l\n' | sort && find . -type f -print0 | sort -z | xargs -0r sha256sum); }

mkdir -p "$T/root"/{etc,usr/{bin,lib,share/{man/man8,doc,bash-completion/completions}}}
echo other > "$T/root/usr/share/man/man8/other.8"
echo other > "$T/root/usr/bin/other"
# A directory that is empty goes with the last file, as with dpkg.
echo other > "$T/root/usr/share/bash-completion/completions/other"
before=$(all "$T/root")
umask 077
inst install
is 'install' $? 0
umask 022
programs=$(cd "$T/root/usr/libexec/zolkit" && ls)
is 'a program for each part' "$programs" "$(cd "$ZOL_BUILD" && find . -maxdepth 1 -type f -name 'zolkit-*' -perm -u+x ! -name zolkit-gen -printf '%f\n' | sort)"
is 'what is data' "$(cd "$T/root/usr/share/zolkit" && find . -type f | sort)" \
	"$(cd "$ZOL_TOP/conf" && find ./kernel ./portage ./suites ./baselines ./gdb ./slurm -type f 2> /dev/null | sort)"
is 'a page for each' "$(cd "$T/root/usr/share/man" && find . -type f ! -name 'other*' | sort)" \
	"$(cd "$ZOL_TOP" && printf '%s\n' helpers/man/*.scd eclass/*.eclass |
		sed -E 's|.*/||; s/\.scd$//; s/\.eclass$/&.5/; s|.*([58])$|./man\1/&|' | sort)"
is 'and nothing else' "$(cd "$T/root" && find . -type f ! -path './usr/libexec/zolkit/*' ! -path './usr/share/zolkit/*' \
	! -path './usr/share/man/*' ! -name 'other*' | sort)" './etc/zolkit/zolkit.conf
./usr/bin/zolkit
./usr/share/bash-completion/completions/zolkit
./usr/share/eselect/modules/zolkit.eselect
./usr/share/fish/vendor_completions.d/zolkit.fish
./usr/share/zsh/site-functions/_zolkit'
is 'everybody can read it all, whatever the umask' \
	"$(find "$T/root/usr" \( -type f ! -perm -444 \) -o \( -type d -path '*zolkit*' ! -perm -555 \))" ''
is 'nothing runs with the rights of others, nothing can be written by them' "$(find "$T/root" -type f -perm /7022)" ''
is 'nothing names where it was built' "$(grep -rlF -- "$T" "$T/root" | head -3)" ''
ok 'it runs' "$T/root/usr/bin/zolkit" --version
# One file of many that cannot be written, be it the first.
for at in usr/share/zolkit/kernel usr/share/man/man8; do
	mkdir -p "$T/bad/${at%/*}"
	: > "$T/bad/$at"
	inst install DESTDIR="$T/bad" > "$T/said"
	is "what cannot be installed is a failure: $at" $? 2
	rm -rf "$T/bad"
done
inst uninstall
is 'uninstall' $? 0
ok 'keeps the configuration' test -s "$T/root/etc/zolkit/zolkit.conf"
rm -r "$T/root/etc/zolkit"
is 'and leaves nothing else' "$(all "$T/root")" "$before"

if git -C "$ZOL_TOP" rev-parse -q --verify HEAD > /dev/null 2>&1 && command -v xz > /dev/null; then
	git clone -q --no-hardlinks "$ZOL_TOP" "$T/one" 2> "$T/log" && git clone -q "$ZOL_TOP" "$T/two" 2>> "$T/log"
	archive=build/zolkit-$(< "$ZOL_TOP/VERSION").tar.xz
	(umask 077 && env -u MAKEFLAGS TZ=Asia/Tokyo make -s -C "$T/one" dist) >> "$T/log" 2>&1
	touch "$T/two"/* && env -u MAKEFLAGS TZ=UTC LC_ALL=C make -s -C "$T/two" dist >> "$T/log" 2>&1
	ok 'dist: the same bytes, wherever and whenever' cmp "$T/one/$archive" "$T/two/$archive" || diag "$(tail -5 "$T/log")"
	printf '#!/bin/sh\nhead -c 100\nexit 5\n' > "$T/xz"
	chmod +x "$T/xz"
	rm "$T/two/$archive"
	env -u MAKEFLAGS PATH="$T:$PATH" make -s -C "$T/two" dist >> "$T/log" 2>&1 < /dev/null
	is 'nothing that looks like an archive is left of a failure' "$? $(cd "$T/two/build" && ls ./*.xz 2> /dev/null)" '2 '
else
	skip 'dist' 'no repository'
fi
done_testing
