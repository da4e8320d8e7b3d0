#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Installed below another prefix, the front finds its programs and data by where it is itself.
. "${ZOL_TOP:?}/tests/lib/tap.sh"

mkdir -p "$T/usr/bin" "$T/usr/libexec/zolkit"
cp "$ZOL_BUILD/zolkit" "$T/usr/bin/zolkit"
export HOME="$T" ZOLKIT_CONFIG="$T/conf"
unset ZOLKIT_DATA XDG_CONFIG_HOME
: >"$T/conf"

prog=$("$ZOL_BUILD/zolkit-gen" rows | awk -F '\t' '$1 == "prog" { print $3 " " $2 " " $4; exit }')
[[ $prog ]] || skip_all "no module has a program of its own yet"
read -r prog module action <<<"$prog"

run "$T/usr/bin/zolkit" config get paths.conf
is "data beside the prefix" "$out" "$T/usr/share/zolkit"
run "$ZOL_BUILD/zolkit" config get paths.conf
is "data of the checkout from the build tree" "$out" "$ZOL_TOP/conf"

run "$T/usr/bin/zolkit" "$module" "$action"
is "a missing program is a system failure" "$status" 3
like "and is named" "$err" "$T/usr/libexec/zolkit/$prog"

# What it gets is the whole command line as it was typed.
printf '#!/bin/sh\nprintf "<%%s>" "$0" "$@"\nexit 9\n' >"$T/usr/libexec/zolkit/$prog"
chmod +x "$T/usr/libexec/zolkit/$prog"
run "$T/usr/bin/zolkit" -q "$module" "$action" --color=never
is "its status is ours" "$status" 9
is "its words are ours" "$out" "<$T/usr/libexec/zolkit/$prog><-q><$module><$action><--color=never>"

run "$T/usr/bin/zolkit" "$module" "$action" --no-such-option
is "wrong words never reach it" "$status" 2
done_testing
