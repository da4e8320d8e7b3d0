#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# kernel build --where chroot: make and the compiler are the guest's, everything else is as with the host's.
# The tree is tests/lib/kbuild-tree; /etc/compiler in the guest says who compiled.
. "${ZOL_TOP:?}/tests/lib/chroot.sh" || exit 1
PATH=$PATH:/usr/sbin:/sbin
command -v depmod >/dev/null || skip_all 'depmod is not installed'

tree=$T/linux k=$T/state/guests/g/kernel
"$ZOL_TOP/tests/lib/kbuild-tree" "$tree"
printf 'CONFIG_MODULES=y\nCONFIG_A=y\n' >"$T/f.config"
sed -i "s|^\[paths\]|&\nconf = $ZOL_TOP/conf|" "$C"
printf '[kernel]\nsource = %s\nbase = tinyconfig\nfragments =\nfragments = %s\nlocalversion =\njobs = 1\n' "$tree" "$T/f.config" >>"$C"
echo 'by the guest' >"$G/etc/compiler"
kb() { z kernel build "$@"; }

run kb --where chroot
is 'a guest without a compiler' "$status" 3
like 'which is said' "$err" 'guest g has no gcc to build a kernel with'
ok 'and nothing is made' test ! -e "$k/bzImage"
printf '#!/bin/sh\n' >"$G/usr/bin/gcc"
chmod 755 "$G/usr/bin/gcc"
make=$(command -v make)
mkdir -p "$G/usr/local/bin"
cp "$make" "$G/usr/local/bin/make"
for lib in $(ldd "$make" | sed -nE 's|.*[[:space:]](/[^ ]+) \(0x.*|\1|p'); do
	[[ -e $G$lib ]] || { mkdir -p "$G${lib%/*}" && cp -L "$lib" "$G$lib"; }
done

run kb -n --where chroot
like 'the plan says how make gets there' "$out" "zolkit .*--guest=g .*chroot run .*--bind $tree:$tree:ro .*-- make -j1 -C $tree O=$k/build ARCH=x86 all"
run kb --where chroot
is 'built in the chroot' "$status" 0
[[ $status == 0 ]] || { diag "$err"; exit 1; }
is "by the guest's compiler" "$(head -n 1 "$k/bzImage")" 'by the guest'
for f in bzImage vmlinux System.map config release kernel.ini; do ok "result $f" test -s "$k/$f"; done
is 'on record' "$(sed -n 's/^where = //p' "$k/kernel.ini")" chroot
is 'modules are in the guest' "$(tail -n 1 "$G/lib/modules/6.1.7-test/kernel/a.txt")" 'unit 1'
ok 'so is what others are built with' test -e "$G/usr/src/linux-6.1.7-test/.config"
ok 'nothing is left of the way there' test ! -e "$k/modules.tmp" -a ! -e "$G$tree/Makefile"
run kb --where chroot
like 'again: nothing to do' "$err" 'is current'
touch -d @1500000000 "$G/usr/bin/gcc"
before=$(wc -l <"$k/build/conf-runs")
kb -q --where chroot
is 'another compiler is another kernel' "$(wc -l <"$k/build/conf-runs")" $((before + 1))

sed -i 's/^olddefconfig:/&\n\t@if touch $(CURDIR)\/written 2>\/dev\/null; then echo sources are writable; fi\n\t@if [ -e \/host-secret ] || [ -e $(O)\/..\/kernel.ini ]; then echo more is seen; fi/' "$tree/Makefile"
run kb --where chroot
is 'the guest sees no more of the host than it needs' "$status $(grep -E 'writable|more is seen' "$k/build.log")" '0 '
ok 'and does not write to the sources' test ! -e "$tree/written"

# --- failures, and a build that is killed ---
echo 'FAIL' >>"$tree/unit3.c"
run kb --where chroot
is 'what does not compile' "$status" 7
like 'is named' "$err" "unit3.c:3:1: error: expected"
is 'and the kernel before stays' "$(head -n 1 "$k/bzImage")" 'by the guest'
sed -i '/FAIL/d' "$tree/unit3.c"
echo 'more' >>"$tree/unit5.c"
: >"$tree/stop5"
"$ZOL_BUILD/zolkit" --config "$C" kernel build --where chroot >/dev/null 2>&1 &
pid=$!
there "make -j1 -C $tree .*all"
run timeout 60 "$ZOL_BUILD/zolkit" --config "$C" kernel build --where host
like 'one build at a time' "$err" 'kernel build'
kill -KILL "$pid"
wait "$pid" 2>/dev/null
gone "make -j1 -C $tree"
rm "$tree/stop5"
run kb --where chroot
is 'a killed one is finished by the next' "$status $(grep -c more "$k/bzImage")" '0 1' || diag "$err"

# --- the host's compiler again ---
rm -f "$tree"/unit*.c
for i in 1 2 3 4 5 6 7 8; do echo "unit $i, new" >"$tree/unit$i.c"; done
run kb --where host
is "the host's compiler is another one" "$(head -n 1 "$k/bzImage") $(sed -n 's/^where = //p' "$k/kernel.ini")" 'unit 1, new host'
sed -i 's|bzImage$|../../../../etc/passwd|' "$tree/Makefile"
run kb --force --where chroot
is 'a name that leads out of the tree is refused' "$status" 7
like 'and told' "$err" 'no usable release'
run kb --where chroot -g nobody
is 'a guest that is not there' "$status" 2
done_testing
