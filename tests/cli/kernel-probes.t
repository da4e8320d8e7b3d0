#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The $(shell,...) probes of a tree: where they run, what is remembered, and what makes that worthless.
. "$ZOL_TOP/tests/lib/tap.sh"

mkdir -p "$T/tree/scripts" "$T/conf.d/kernel" "$T/bin" "$T/tmp"
printf 'VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\nEXTRAVERSION =\n' >"$T/tree/Makefile"
printf '[paths]\nconf = %s\ncache = %s\n[kernel]\nsource = %s\nfragments =\nlocalversion =\n' "$T/conf.d" "$T/cache" "$T/tree" >"$T/conf"
: >"$T/empty.config"
ran=$T/ran
cat >"$T/tree/Kconfig" <<-E
	config ONE
	 string
	 default "\$(shell,echo one >>$ran; echo answer)"
	config WHERE
	 string
	 default "\$(shell,pwd; ls -A | wc -l)"
	config ARCHES
	 string
	 default "\$(shell,echo \$ARCH \$SRCARCH \$CC \$KERNELVERSION \$SECRET)"
	config TEST
	 def_bool \$(shell,true && echo "y" || echo "n")
E
z() { SECRET=x TMPDIR=$T/tmp run "$ZOL_BUILD/zolkit-kernel" --config "$T/conf" kernel merge -b allnoconfig -o "$T/out" "$@" "$T/empty.config"; }
count() { grep -c . "$ran" 2>/dev/null || true; }

z --no-probes
is 'without probes: exit status' "$status" 0
ok 'without probes: nothing ran' test ! -e "$ran"
ok 'without probes: a test counts as failed' ! grep -q 'CONFIG_TEST=y' "$T/out"
z
is 'exit status' "$status" 0
is 'each ran once' "$(count)" 1
ok 'the answer is used' grep -qx 'CONFIG_ONE="answer"' "$T/out"
like 'in a private, empty directory' "$(grep WHERE "$T/out")" "\"$T/tmp/zolkit-probe-[^ ]* 0\""
is 'which is gone' "$(ls -A "$T/tmp")" ''
is 'with the variables that the tree exports, and no others' "$(grep ARCHES "$T/out")" 'CONFIG_ARCHES="x86 x86 gcc 6.1.0"'
z
is 'remembered' "$(count)" 1
ok 'remembered: the same answer' grep -qx 'CONFIG_ONE="answer"' "$T/out"
z --no-probes
ok 'remembered: also without probes' grep -qx 'CONFIG_ONE="answer"' "$T/out"

printf '#!/bin/sh\nexec /usr/bin/gcc "$@"\n' >"$T/bin/gcc"
chmod 755 "$T/bin/gcc"
PATH=$T/bin:$PATH z
is 'another compiler first in PATH: asked again' "$(count)" 2
PATH=$T/bin:$PATH z
is 'another compiler: remembered as well' "$(count)" 2
touch -d '1 hour ago' "$T/bin/gcc"
PATH=$T/bin:$PATH z
is 'the same compiler with another time: asked again' "$(count)" 3
z
is 'the first compiler again: still known' "$(count)" 3
z -a arm64
is 'another ARCH: asked again' "$(count)" 4
echo '# changed' >>"$T/tree/Makefile"
z
is 'another tree: asked again' "$(count)" 5

printf 'config DYING\n string\n default "$(shell,echo two >>%s; kill -KILL $$)"\n' "$ran" >"$T/tree/Kconfig"
: >"$ran"
z
is 'a probe that is killed: no failure' "$status" 0
z
is 'a probe that is killed: never remembered' "$(count)" 2
printf 'config SLOW\n string\n default "$(shell,echo three >>%s; sleep 3)"\n' "$ran" >"$T/tree/Kconfig"
: >"$ran"
"$ZOL_BUILD/zolkit-kernel" --config "$T/conf" kernel merge -b allnoconfig -o "$T/out" "$T/empty.config" >/dev/null 2>&1 &
pid=$!
for ((i = 0; i < 200; i++)); do
	[[ -s $ran ]] && break
	sleep 0.05
done
kill -KILL $pid
wait $pid 2>/dev/null
printf 'config SLOW\n string\n default "$(shell,echo three >>%s; echo fast)"\n' "$ran" >"$T/tree/Kconfig"
z
ok 'killed while a probe runs: the next run is as good as the first' grep -qx 'CONFIG_SLOW="fast"' "$T/out"
find "$T/cache" -type f -exec sh -c 'head -c 20 "$1" >"$1.x" && mv "$1.x" "$1"' _ {} \;
: >"$ran"
z
is 'a damaged cache: exit status' "$status" 0
is 'a damaged cache: asked again' "$(count)" 1
done_testing
