# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Real eselect out of its source tree, without its autotools.
#
#	eselect_make SOURCE DIR [EPREFIX]    DIR/bin/eselect with its libraries and modules

eselect_make() { # SOURCE DIR [EPREFIX]
	local src=$1 dir=$2 file
	local expr=(
		-e "s|@BASH@|$BASH|g; s|@SED@|$(type -P sed)|g; s|@DATADIR@|$dir/share|g; s|@VERSION@|0|g"
		-e "s|@EPREFIX@|${3:-}|g; s|@sysconfdir@|/etc|g; s|@libdir@|/usr/lib|g; s|@PORTAGEQ@|portageq|g"
		-e "s|@ENV_UPDATE@|env-update|g; s|@CANONICALISE@|readlink -f|g"
	)

	[[ -e $src/bin/eselect.in ]] || return 1
	mkdir -p "$dir/bin" "$dir"/share/eselect/{libs,modules}
	sed "${expr[@]}" "$src/bin/eselect.in" >"$dir/bin/eselect"
	chmod 755 "$dir/bin/eselect"
	for file in "$src"/libs/*.in; do
		sed "${expr[@]}" "$file" >"$dir/share/eselect/libs/$(basename "${file%.in}")"
	done
	cp "$src"/modules/*.eselect "$dir/share/eselect/modules/"
}
