#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The build itself, on a project of three files: what is rebuilt, and when.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"

[[ -z ${ZOL_QUICK:-} ]] || skip_all 'quick'
unset MAKEFLAGS MFLAGS MAKELEVEL CFLAGS LDFLAGS CPPFLAGS BUILD
mkdir -p "$T/p/helpers/"{base,cmd} "$T/p/tests/unit"
cp "$ZOL_TOP"/{Makefile,install.mk,VERSION} "$T/p/"
cd "$T/p" || exit 1
echo 'int zol_one(void);' >helpers/base/one.h
printf '#include "base/one.h"\nint zol_one(void)\n{\n\treturn 1;\n}\n' >helpers/base/one.c
printf '#include <stdio.h>\n#include "base/one.h"\n#define T_(x) #x\n#define T(x) T_(x)\nint main(void)\n{\n\t(void)printf("%%d %%s\\n", zol_one(), T(ZOL_VERSION));\n\treturn 0;\n}\n' >helpers/cmd/main_zolkit.c
# build ARG...: what a make prints, shortened to the names.
build() { run make CC=cc "$@"; built=$(awk '{ print $1, $2 }' <<<"$out" | grep -E '^(CC|AR|LD|GEN|MAN) ' | tr '\n' ';'); }

build
is 'everything is built at first' "$status:$built" \
	'0:CC helpers/cmd/main_zolkit.c;CC helpers/base/one.c;AR build/release/libzolkit.a;LD build/release/zolkit;'
is 'the version is text' "$(build/release/zolkit)" "1 $(cat VERSION)"
build
is 'nothing is built again' "$built" ''
build WERROR=1
is 'nor with warnings as errors' "$built" ''
if command -v ccache >/dev/null; then
	build CC='ccache cc'
	is 'nor with a compiler cache' "$built" ''
else
	skip 'nor with a compiler cache' 'no ccache'
fi
sleep 0.01
echo '/* changed */' >>helpers/base/one.h
build
is 'a header reaches all who include it' "$built" \
	'CC helpers/cmd/main_zolkit.c;CC helpers/base/one.c;AR build/release/libzolkit.a;LD build/release/zolkit;'
build CFLAGS=-O0
like 'other flags rebuild' "$built" '^CC .*CC .*LD'
build CFLAGS=-O0
is 'but once' "$built" ''
build BUILD=debug
like 'another kind has a tree of its own' "$built" 'LD build/debug/zolkit'
build BUILD=debug -s
is 'silence is kept' "$status:$out" 0:
build BUILD=other
is 'an unknown kind is refused' "$status" 2
printf 'int zol_one(void)\n{\n\tint unused;\n\treturn 1;\n}\n' >helpers/base/one.c
build WERROR=1
is 'warnings can be errors' "$status" 2
make -s CC=cc compile_commands.json
ok 'compile_commands.json is JSON' python3 -m json.tool compile_commands.json
done_testing
