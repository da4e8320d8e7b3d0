#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kernel build: states, interruption, results. The tree is a stand-in whose makefile answers the same
# targets as the kernel's in seconds; the real kernel is built by the demo and by check-vm.
. "$ZOL_TOP/tests/lib/tap.sh"
PATH=$PATH:/usr/sbin:/sbin
command -v depmod >/dev/null || skip_all 'depmod is not installed'

tree=$T/linux
mkdir -p "$T/guests/box/usr/lib" "$T/outside"
ln -s usr/lib "$T/guests/box/lib"
"$ZOL_TOP/tests/lib/kbuild-tree" "$tree"
cat >"$T/conf" <<-E
	[paths]
	conf = $ZOL_TOP/conf
	cache = $T/cache
	state = $T/state
	guests = $T/guests
	[kernel]
	source = $tree
	base = tinyconfig
	fragments =
	fragments = $T/f.config
	localversion =
	jobs = 1
E
printf 'CONFIG_MODULES=y\nCONFIG_A=y\n' >"$T/f.config"
k=$T/state/guests/box/kernel
z=("$ZOL_BUILD/zolkit-kernel" --config "$T/conf" -g box)
image() { cat "$k/bzImage"; }
count() { wc -l <"$k/build/count"; }

run "${z[@]}" -n kernel build
is 'plan: exit status' "$status" 0
like 'plan: the lines' "$out" "make -j1 -C $tree O=$k/build ARCH=x86 all"
ok 'plan: nothing was made' test ! -e "$T/state"

run "${z[@]}" kernel build
is 'first build: exit status' "$status" 0 || diag "$err"
for f in bzImage vmlinux System.map config release kernel.ini; do ok "result $f" test -s "$k/$f"; done
is 'release' "$(cat "$k/release")" 6.1.7-test
is 'modules are in the guest' "$(cat "$T/guests/box/usr/lib/modules/6.1.7-test/kernel/a.txt")" 'unit 1'
ok 'depmod ran' test -e "$T/guests/box/usr/lib/modules/6.1.7-test/modules.dep"
src=$T/guests/box/usr/src/linux-6.1.7-test
is 'no link out of the guest' "$(readlink "$T/guests/box/usr/lib/modules/6.1.7-test/"{source,build})" \
	'/usr/src/linux-6.1.7-test
/usr/src/linux-6.1.7-test'
is 'what modules are built with is there, and no more' "$(cd "$src" && find . ! -type d | sort)" './.config
./.zolkit-headers
./Kconfig
./Makefile
./Module.symvers
./arch/x86/Makefile
./arch/x86/include/asm/a.h
./arch/x86/include/generated/g.h
./arch/x86/kvm/Kbuild.platforms
./include/generated/autoconf.h
./include/linux/a.h
./scripts/mod/modpost
./scripts/mod/modpost.c
./tools/objtool/objtool'
ok 'tools can be run' test -x "$src/scripts/mod/modpost"
is 'with the times that they had' "$(stat -c %Y "$src/include/linux/a.h")" 1600000000
is '/usr/src/linux points to it' "$(readlink "$T/guests/box/usr/src/linux")" linux-6.1.7-test
is 'each thing was made once' "$(count)" 8

run "${z[@]}" kernel build
is 'nothing changed: exit status' "$status" 0
like 'nothing changed: says so' "$err" 'is current'
is 'nothing changed: nothing made' "$(count)" 8
run "${z[@]}" --json kernel build
ok 'record as JSON' python3 -c 'import json,sys; r = json.loads(sys.argv[1]); assert r["release"] == "6.1.7-test" and r["modules"] == 1' "$out"

is "the tree's conf ran once" "$(wc -l <"$k/build/conf-runs")" 1

mkdir "$T/guests/box/usr/lib/modules/6.1.7-test/extra"
echo zfs >"$T/guests/box/usr/lib/modules/6.1.7-test/extra/zfs.txt"
echo 'unit two' >"$tree/unit2.c"
touch -d '2 seconds' "$tree/unit2.c"
first=$(readlink "$k/current")
run "${z[@]}" kernel build
is 'an edited file: exit status' "$status" 0
is 'an edited file: only that was made again' "$(count)" 9
like 'an edited file: it is in the image' "$(image)" 'unit two'
isnt 'results are a new set' "$(readlink "$k/current")" "$first"
ok 'the old set is gone' test ! -e "$k/$first"
is 'modules of others are kept' "$(cat "$T/guests/box/usr/lib/modules/6.1.7-test/extra/zfs.txt")" zfs
touch -d '2 seconds ago' "$tree/unit2.c"

rm -r "$src"
run "${z[@]}" kernel build
ok 'headers that are gone come back' test -e "$src/Module.symvers"
ln -sfn /elsewhere "$T/guests/box/usr/src/linux"
rm -r "$T/guests/box/usr/lib/modules"
run "${z[@]}" kernel build
is '/usr/src/linux that is the user'"'"'s stays' "$(readlink "$T/guests/box/usr/src/linux")" /elsewhere
ok 'modules that are gone come back' test -e "$T/guests/box/usr/lib/modules/6.1.7-test/modules.dep"

echo 'FAIL' >"$tree/unit3.c"
touch -d '2 seconds' "$tree/unit3.c"
before=$(image)
run "${z[@]}" kernel build
is 'a failing build: exit status' "$status" 7
like 'a failing build: the error line' "$err" "unit3.c:3:1: error: expected ';'"
like 'a failing build: where the log is' "$err" "$k/build.log"
ok 'the whole log is kept' grep -q "expected ';'" "$k/build.log"
is 'the results before stay' "$(image)" "$before"
echo 'unit 3' >"$tree/unit3.c"

# Killed in the middle: what was made before is not made again, the results are those of before.
rm "$k/build/count"
for i in 4 5 6 7; do echo "later $i" >"$tree/unit$i.c"; touch -d '2 seconds' "$tree/unit$i.c"; done
touch "$tree/stop6"
"${z[@]}" kernel build >/dev/null 2>&1 &
pid=$!
for ((i = 0; i < 600; i++)); do
	grep -qx 6 "$k/build/count" 2>/dev/null && break
	sleep 0.05
done
run "${z[@]}" kernel build
is 'a second build at the same time: exit status' "$status" 3
like 'and who holds the lock' "$err" "process $pid"
kill -KILL "$pid"
wait "$pid" 2>/dev/null
is 'killed: the results before stay' "$(image)" "$before"
rm "$tree/stop6"
run "${z[@]}" kernel build
is 'run again: exit status' "$status" 0 || diag "$err"
is 'run again: all of it is there' "$(image)" "$(cat "$tree"/unit?.c)"
ok 'run again: no set is left over' test "$(cd "$k" && echo image-*)" = "$(readlink "$k/current")"
ok 'run again: no staging is left over' test ! -e "$k/modules.tmp"

# What the source is, for who measures something on this kernel.
origin() { sed -n 's/^origin = //p' "$k/kernel.ini"; }
is 'a tree of nobody has no origin' "$(origin)" ''
git=(git -C "$tree" -c user.name=A -c user.email=a@example.org -c init.defaultBranch=main)
"${git[@]}" init -q && "${git[@]}" add -A && "${git[@]}" commit -qm 'A kernel'
echo 'unit seven' >"$tree/unit7.c" && touch -d '4 seconds' "$tree/unit7.c" && "${git[@]}" commit -qam 'An edit'
GIT_DIR=/nonexistent run "${z[@]}" kernel build
is 'of a checkout the commit is kept' "$status $(origin)" "0 commit $("${git[@]}" rev-parse HEAD)"
echo 'unit 7' >"$tree/unit7.c" && touch -d '8 seconds' "$tree/unit7.c"
run "${z[@]}" --json kernel build
is 'and that there were changes' "$(jq -r .origin <<<"$out")" "commit $("${git[@]}" rev-parse HEAD) and changes"
rm -rf "$tree/.git"

echo CONFIG_B=y >>"$T/f.config"
sed -i 's|@touch $(O)/.config|@touch $(O)/.config; sed -i /CONFIG_B=/d $(O)/.config|' "$tree/Makefile"
run "${z[@]}" kernel build
is 'a setting that does not survive: exit status' "$status" 1
like 'a setting that does not survive: named' "$err" 'f.config:3: CONFIG_B=y did not survive'
sed -i '$d' "$T/f.config"

# A hostile guest: its /lib/modules leads out of it.
rm -r "$T/guests/box/usr/lib/modules"
ln -s "$T/outside" "$T/guests/box/usr/lib/modules"
run "${z[@]}" kernel build --force
is 'a link out of the guest is not followed' "$(find "$T/outside" -mindepth 1)" ''

touch "$tree/.config"
run "${z[@]}" kernel build
is 'a tree configured in place: exit status' "$status" 2
like 'and what to do' "$err" mrproper
rm "$tree/.config"
tar -C "$T" -cJf "$T/linux.tar.xz" linux
run "${z[@]}" -g other kernel build --source "$T/linux.tar.xz"
is 'an archive as source: exit status' "$status" 0
is 'an archive as source: built' "$(cat "$T/state/guests/other/kernel/release")" 6.1.7-test
run "${z[@]}" kernel build --source "$T/f.config"
is 'an archive that is none' "$status" 7
is 'nothing half unpacked stays' "$(find "$T/cache/kernel/src" -maxdepth 1 -name '*zol*')" ''

# A name that is gone is followed; conf has the last word, and what it says otherwise is told.
printf 'CONFIG_MODULES=y\nCONFIG_KPROBE_EVENT=y\n' >"$T/f.config"
run "${z[@]}" kernel build --no-modules
is 'a renamed symbol: exit status' "$status" 0 || diag "$err"
like 'a renamed symbol: said' "$err" 'KPROBE_EVENT is called CONFIG_KPROBE_EVENTS'
ok 'a renamed symbol: set' grep -qx 'CONFIG_KPROBE_EVENTS=y' "$k/config"
unlike 'conf agrees' "$err" 'another .config'
echo 'CONFIG_B=y' >"$tree/more"
run "${z[@]}" kernel build --no-modules
is 'conf differs: exit status' "$status" 0
like 'conf differs: said' "$err" 'another .config'
like 'conf differs: by what' "$err" 'CONFIG_B: zolkit says n, conf y'
ok "conf differs: its file is taken" grep -qx 'CONFIG_B=y' "$k/config"
rm "$tree/more"
printf 'CONFIG_MODULES=y\nCONFIG_GHOST=y\n' >"$T/f.config"
run "${z[@]}" kernel build --no-modules
is 'a setting that does not survive: exit status' "$status" 1
like 'a setting that does not survive: where' "$err" 'f.config:2: CONFIG_GHOST=y did not survive: it is n \(unknown\)'

# A kernel to boot has the configured local version whatever its fragments are; a merge only what is asked for.
sed 's/localversion =/&-mine/' "$T/conf" >"$T/conf-mine"
z[2]=$T/conf-mine
echo 'CONFIG_MODULES=y' >"$T/f.config"
run "${z[@]}" kernel build --no-modules
is 'local version: exit status' "$status" 0 || diag "$err"
ok 'local version: in the configuration' grep -qx 'CONFIG_LOCALVERSION="-mine"' "$k/config"
echo 'CONFIG_A=y' >"$T/g.config"
run "${z[@]}" kernel build --no-modules "$T/f.config" "$T/g.config"
is 'fragments given: exit status' "$status" 0 || diag "$err"
ok 'fragments given: they are taken' grep -qx 'CONFIG_A=y' "$k/config"
ok 'fragments given: and the local version' grep -qx 'CONFIG_LOCALVERSION="-mine"' "$k/config"
run "${z[@]}" kernel merge -o "$T/merged" "$T/g.config"
is 'merged alone: exit status' "$status" 0 || diag "$err"
unlike 'merged alone: no local version' "$(cat "$T/merged")" mine
done_testing
