#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A real crash of a program in a chroot, looked at from outside: with the libraries of the guest, not
# those of the host.
# shellcheck disable=SC2154 # tap.sh sets status, out and err; debug.sh root
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/debug.sh
. "$ZOL_TOP/tests/lib/debug.sh"

debug_conf
((EUID == 0)) || skip_all 'chroot needs root'
"$ZOL_TOP/tests/lib/miniroot" "$root" >/dev/null || skip_all 'no small root tree'

# A program with a library that the host has not.
cat >"$T/src/lib.c" <<'EOF2'
int guest_depth = 42;
void guest_crash(int *p);
void guest_crash(int *p) { *p = guest_depth; }
EOF2
cat >"$T/src/main.c" <<'EOF2'
extern void guest_crash(int *p);
int main(void)
{
	guest_crash((int *)8);
	return 0;
}
EOF2
mkdir -p "$root/opt/lib" "$root/opt/bin" "$root/var/tmp"
(cd "$T/src" && gcc -g -O0 -fPIC -shared -Wl,--build-id=sha1 -o "$root/opt/lib/libguest.so" lib.c &&
	gcc -g -O0 -Wl,--build-id=sha1 -Wl,-rpath,/opt/lib -o "$root/opt/bin/victim" main.c -L"$root/opt/lib" -lguest) ||
	{ ok 'the program is built' false; exit 1; }
while read -r lib; do
	[[ -e $root$lib ]] || { mkdir -p "$root${lib%/*}" && cp -L "$lib" "$root$lib"; }
done < <(ldd "$root/opt/bin/victim" 2>/dev/null | grep -oE '/[^ ]+' | grep -v guest)

case $(cat /proc/sys/kernel/core_pattern) in
core*) crash=(chroot "$root" /bin/sh -c 'cd /var/tmp && ulimit -c unlimited && /opt/bin/victim') ;;
*) # a handler of the host takes cores: gdb itself makes one
	crash=(chroot "$root" /opt/bin/victim) ;;
esac
make_core() {
	rm -f "$root"/var/tmp/core*
	("${crash[@]}") >/dev/null 2>&1
	core=$(find "$root/var/tmp" -name 'core*' | head -n 1)
	[[ -n $core ]] && return
	gdb -q -nx -batch -ex "set sysroot $root" -ex 'set follow-exec-mode same' -ex 'run' \
		-ex "generate-core-file $root/var/tmp/core" --args chroot "$root" /opt/bin/victim >"$T/gen" 2>&1
	core=$root/var/tmp/core
	[[ -e $core ]]
}
make_core || { diag "$(cat "$T/gen" 2>/dev/null)"; skip_all 'this host gives no cores'; }

run z debug core "$core" --batch -- -ex bt -ex 'print guest_depth' -ex 'info sharedlibrary'
is 'a core is looked at' "$status" 0
[[ $status == 0 ]] || diag "$err"
like 'the program is known from the core' "$err" 'core of /opt/bin/victim .*killed by signal 11'
like 'frames have their lines' "$out" '#0 .*guest_crash \(p=0x8\) at lib.c:3'
like 'up to main' "$out" '#1 .*main \(\) at main.c:4'
like 'data of the guest is read' "$out" '= 42'
like 'libraries are the guest'"'"'s' "$out" "$root/(opt/lib/libguest.so|usr/lib|lib)"
is 'and not the host'"'"'s' "$(grep -cE 'Yes .* /(usr/)?lib' <<<"$out")" 0
run z debug core /var/tmp/"${core##*/}" --batch -- -ex bt
like 'a core is found by its name in the guest' "$out" 'guest_crash'

mkdir -p "$root/usr/bin"
cat >"$root/usr/bin/gdb" <<'EOF2'
#!/bin/sh
echo "guest gdb: $*"
exit 9
EOF2
chmod +x "$root/usr/bin/gdb"
run z debug core "$core" --batch -- -ex bt
is 'the guest'"'"'s own gdb is used when it has one' "$status" 9
like 'with the guest'"'"'s names' "$out" "guest gdb: .*-batch -ex bt /opt/bin/victim /var/tmp/${core##*/}"
run z debug core --host-gdb "$core" --batch -- -ex bt
like 'or the host'"'"'s when asked for' "$out" 'guest_crash'
cp "$core" "$T/elsewhere"
run z debug core "$T/elsewhere" --batch -- -ex bt
like 'and for a core outside the guest' "$out" 'guest_crash'

sed -i 's/(int \*)8/(int *)16/' "$T/src/main.c"
(cd "$T/src" && gcc -g -O0 -Wl,--build-id=sha1 -Wl,-rpath,/opt/lib -o "$root/opt/bin/victim" main.c -L"$root/opt/lib" -lguest)
run z debug core "$T/elsewhere" --batch
is 'a program that was built anew is refused' "$status" 5
like 'with both ids' "$err" "build-id [0-9a-f]{40}, but /opt/bin/victim has $(debug_id "$root/opt/bin/victim")"
run z debug core "$root/opt/bin/victim" --batch
is 'what is no core is malformed' "$status" 6
run z debug core "$T/none" --batch
is 'what is not there is a failure' "$status" 3
rm "$root/opt/bin/victim"
ln -s /bin/true "$root/opt/bin/victim"
run z debug core "$T/elsewhere" --exe ../../../../../../etc/passwd --batch
isnt 'nothing outside the guest is taken for its program' "$status" 0
done_testing
