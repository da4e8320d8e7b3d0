#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# base < core, wrap < sys < cmd; cli stands on base alone. Proved twice: no file includes what it
# must not know, and no object needs a symbol that a later layer defines.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"

# What each layer may include and link, as an awk table. wrap/conf alone knows core/settings.
allowed='BEGIN {
	may["base"] = " base "; may["core"] = " base core "; may["wrap"] = " base wrap "
	may["sys"] = " base core wrap sys "; may["cli"] = " base cli "; may["cmd"] = " base core wrap sys cli cmd "
}
function forbidden(from, to, file, header) {
	if (!(from in may) || !(to in may) || index(may[from], " " to " ")) return 0
	return !(from == "wrap" && to == "core" && file ~ /wrap\/conf\./ && header ~ /settings/)
}'

# includes DIR: violations among the #include lines below DIR/helpers.
includes() {
	(cd "$1" && grep -rHE --include='*.[ch]' '^#include "' helpers) | awk -F: "$allowed"'
	{
		split($1, part, "/"); split($2, quote, "\""); split(quote[2], header, "/")
		if (forbidden(part[2], header[1], $1, header[2])) print $1 " includes " quote[2]
		if (quote[2] !~ /\//) print $1 " includes " quote[2] " without its directory"
	}'
}

# symbols DIR: violations among the objects below DIR/helpers.
symbols() {
	(cd "$1" && find helpers -name '*.o' -exec nm -A -P {} +) | awk "$allowed"'
	{
		file = $1; sub(/:$/, "", file); split(file, part, "/")
		if ($3 ~ /^[TDBRVWC]$/) layer[$2] = part[2]
		else if ($3 == "U") { need[++n] = $2; who[n] = file; from[n] = part[2] }
	}
	END {
		for (i = 1; i <= n; i++)
			if ((need[i] in layer) && forbidden(from[i], layer[need[i]], who[i], need[i]))
				print who[i] " needs " need[i] " of " layer[need[i]]
	}'
}

# libraries DIR: headers of a library that are included outside its one file in wrap/. Where that is
# a header, wrap/NAME_priv.h, it is for wrap/NAME.c and wrap/NAME_*.c alone.
libraries() {
	(cd "$1" && grep -rHoE --include='*.[ch]' \
		'^#include <(bzlib|curl/|openssl/|archive|lzma|git2|ini\.h|jansson|sqlite3|libkmod|elfutils/)' helpers) |
		sed 's/:#include </ /; s/archive_entry/archive/; s/\.h$//' | sort -u | awk '
	{
		if ($1 !~ /^helpers\/wrap\/([a-z0-9_]+\.c|[a-z0-9]+_priv\.h)$/) print $1 " includes a header of " $2
		else if (($2 in owner) && owner[$2] != $1) print $1 " and " owner[$2] " include headers of " $2
		owner[$2] = $1
	}'
	(cd "$1" && grep -rHoE --include='*.[ch]' '^#include "wrap/[a-z0-9]+_priv\.h"' helpers) |
		sed 's/:#include "wrap\// /; s/_priv\.h"//' | sort | awk '
	$1 !~ "^helpers/wrap/" $2 "(_[a-z0-9_]+)?\\.c$" { print $1 " includes wrap/" $2 "_priv.h" }'
}

is 'no file includes a later layer' "$(includes "$ZOL_TOP")" ''
is 'each library is known to one file of wrap' "$(libraries "$ZOL_TOP")" ''
if compgen -G "$ZOL_BUILD/helpers/base/*.o" >/dev/null; then
	is 'no object needs a later layer' "$(symbols "$ZOL_BUILD")" ''
else
	skip 'no object needs a later layer' 'nothing is built'
fi

# Each of them finds what is planted.
mkdir -p "$T/helpers/"{base,core,wrap,sys,cli,cmd}
cat >"$T/helpers/core/bad.c" <<'EOF'
#include "base/str.h"
#include "sys/mounts.h"
#include "other.h"
int zol_mount_all(void);
int zol_core_bad(void);
int zol_core_bad(void) { return zol_mount_all(); }
EOF
echo '#include "core/settings.h"' | tee "$T/helpers/wrap/conf.h" "$T/helpers/wrap/other.h" >/dev/null
echo 'int zol_mount_all(void); int zol_mount_all(void) { return 0; }' >"$T/helpers/sys/mounts.c"
is 'an upward include is found' "$(includes "$T" | sort)" "helpers/core/bad.c includes other.h without its directory
helpers/core/bad.c includes sys/mounts.h
helpers/wrap/other.h includes core/settings.h"
for f in core/bad sys/mounts; do
	sed '/^#include/d' "$T/helpers/$f.c" | "${CC_FOR_LINT:-cc}" -x c -c -o "$T/helpers/$f.o" - || diag "cannot compile $f"
done
is 'an upward symbol is found' "$(symbols "$T")" 'helpers/core/bad.o needs zol_mount_all of sys'
echo '#include <jansson.h>' | tee "$T/helpers/wrap/json.c" "$T/helpers/wrap/two.c" "$T/helpers/cmd/x.c" >/dev/null
is 'a library in two files is found' "$(libraries "$T")" "helpers/cmd/x.c includes a header of jansson
helpers/wrap/json.c and helpers/cmd/x.c include headers of jansson
helpers/wrap/two.c and helpers/wrap/json.c include headers of jansson"
rm "$T/helpers/wrap/"{json,two}.c "$T/helpers/cmd/x.c"
echo '#include <jansson.h>' >"$T/helpers/wrap/json_priv.h"
for f in wrap/json.c wrap/json_text.c wrap/jsonx.c sys/json.c; do
	echo '#include "wrap/json_priv.h"' >"$T/helpers/$f"
done
is 'a private header of a library is private' "$(libraries "$T")" "helpers/sys/json.c includes wrap/json_priv.h
helpers/wrap/jsonx.c includes wrap/json_priv.h"
done_testing
