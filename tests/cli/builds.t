#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Other compilers, other flags: no warnings, and programs that run.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh" || exit 1
[[ -z ${ZOL_QUICK:-} ]] || skip_all 'slow'

# build DESC GOALS MAKE-ARGS...: with a tree of its own, compiler output in $T/log. WERROR is not passed
# on: at -O3 across all files gcc guesses at faults that are none, and clang's warnings are counted.
build() {
	local desc=$1 goals=$2
	shift 2
	read -ra goals <<< "$goals"
	env -u MAKEFLAGS -u MAKEOVERRIDES -u WERROR make -s -C "$ZOL_TOP" O="$T/b" "$@" "${goals[@]/#/$T/b/}" > "$T/log" 2>&1
	is "$desc: builds" $? 0 || diag "$(tail -5 "$T/log")"
}
quiet() { is "$1: without a warning" "$(grep -c 'warning:' "$T/log")" 0 || diag "$(grep 'warning:' "$T/log" | head -5)"; }
runs() { ok "$1: runs" "$T/b/zolkit" --version; }

# Others than the default one: make check-compilers names all that are there.
for cc in ${ZOL_COMPILERS:-clang-19}; do
	if command -v "$cc" > /dev/null; then
		build "$cc, all layers" libzolkit.a CC="$cc" CFLAGS=-O1
		quiet "$cc"
		rm -rf "$T/b"
	else
		skip "$cc" "no $cc"
	fi
done
build 'LTO, -O3, -march=native' zolkit CFLAGS='-O3 -march=native -flto=auto'
runs LTO
rm -rf "$T/b"
if command -v musl-gcc > /dev/null && [[ -d /usr/include/linux ]]; then
	# musl-gcc has no kernel headers of its own.
	mkdir "$T/inc"
	ln -s /usr/include/{linux,asm-generic} "$T/inc"
	ln -s "/usr/include/$(gcc -print-multiarch)/asm" "$T/inc"
	build 'musl, the agent' zolkit-agent STATIC_CC=musl-gcc CPPFLAGS="-idirafter $T/inc"
	# zolkit-probe, in the same archive, is written for glibc.
	quiet musl
	ok 'musl: the agent is static' grep -q 'statically linked' <(file -b "$T/b/zolkit-agent")
	rm -rf "$T/b"
else
	skip musl 'no musl-gcc'
fi
# 32 bits: what runs in guests and all pure code. The rest is as wide as its libraries.
if gcc -m32 -fsyntax-only -x c - <<< '#include <stdio.h>
#include <linux/types.h>' 2> /dev/null; then
	(cd "$ZOL_TOP" && printf '%s\0' helpers/{base,core,cli}/*.c helpers/sys/{agent,probe}_*.c | xargs -0 -n 32 gcc -m32 \
		-D_FILE_OFFSET_BITS=64 -std=gnu17 -D_GNU_SOURCE -DZOL_VERSION=0 -DZOL_PREFIX=/usr -DZOL_SYSCONFDIR=/etc -Ihelpers \
		-Wall -Wextra -Wpedantic -Wformat=2 -Wconversion -Wsign-conversion -Wshadow -fsyntax-only) > "$T/log" 2>&1
	is '32 bits: compiles' $? 0 || diag "$(grep 'error:' "$T/log" | head -5)"
	quiet '32 bits'
else
	skip '32 bits' 'no headers for 32 bits (gcc-multilib)'
fi
done_testing
