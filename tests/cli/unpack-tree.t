#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What comes out is what GNU tar would make of it, down to the last attribute.
. "${ZOL_TOP:?}/tests/lib/tap.sh" || exit 1

((EUID == 0)) || skip_all "owners and device nodes need root"
stage=$ZOL_BUILD/zolkit-stage
src=$T/src
mkdir -p "$src/a/b/c" "$src/empty" "$src/odd" "$src/dev" "$src/ro/below"
echo one >"$src/a/one"
echo two >"$src/a/b/two"
ln "$src/a/one" "$src/a/b/c/hard"
ln "$src/a/one" "$src/zhard"
ln -s ../../nowhere "$src/a/link"
ln "$src/a/link" "$src/a/link-too"
printf x >"$src/odd/"$'new\nline'
printf x >"$src/odd/"$'caf\xe9'
printf x >"$src/odd/Főtanúsítvány.crt"
printf x >"$src/odd/ space and 'quote'"
long=$(printf 'n%.0s' {1..200})
mkdir -p "$src/$long/$long"
printf long >"$src/$long/$long/$long"
truncate -s 0 "$src/zero"
truncate -s 3M "$src/hole"
printf 'data' | dd of="$src/hole" bs=1 seek=1048576 conv=notrunc status=none
truncate -s 5M "$src/only-hole"
head -c 300000 /dev/urandom >"$src/big"
mkfifo "$src/dev/fifo"
devices=1
mknod "$src/dev/null" c 1 3 2>/dev/null && mknod "$src/dev/sda" b 8 0 && mknod "$src/dev/wide" c 300 70000 || devices=0
printf suid >"$src/suid"
chown 1234:5678 "$src/suid" "$src/a/b"
chown -h 77:88 "$src/a/link"
chown 4000000000:4000000001 "$src/zero"
chmod 4755 "$src/suid"
chmod 2750 "$src/a/b"
chmod 1777 "$src/empty"
chmod 0 "$src/odd/"$'new\nline'
caps=1
printf cap >"$src/caps"
chown 5:5 "$src/caps"
setfattr -n security.capability -v 0x0100000200040000000000000000000000000000 "$src/caps" 2>/dev/null || caps=0
setfattr -n user.pax.flags -v er "$src/suid" 2>/dev/null
setfattr -n user.dir -v yes "$src/a" 2>/dev/null
setfattr -n trusted.zol -v kept "$src/big" 2>/dev/null
if command -v setfacl >/dev/null; then
	setfacl -m u:1234:rwx,g:99:r-- "$src/big" 2>/dev/null
	setfacl -m u:7:rwx,d:u:7:r-x,d:g:8:rwx "$src/ro/below" 2>/dev/null
fi
chmod 555 "$src/ro"
find "$src" -depth -exec touch -h -d '2001-02-03 04:05:06.123456789' {} +
touch -d '1969-12-31 23:59:50' "$src/zero"
diag "device nodes: $devices, capabilities: $caps"

list() { python3 "$ZOL_TOP/tests/lib/treelist.py" "$@"; }

for format in pax gnu; do
	tar -C "$src" --format=$format --sparse --xattrs --xattrs-include='*' --numeric-owner -cpf "$T/$format.tar" .
	mkdir "$T/want-$format"
	# A process's umask and the parent's setgid bit and default ACL are nobody's business.
	tar -C "$T/want-$format" --warning=no-timestamp --xattrs --xattrs-include='*.*' --numeric-owner -xpf "$T/$format.tar"
	xz -T2 --block-size=100KiB -k "$T/$format.tar"
	mkdir -p "$T/parent"
	chmod 2775 "$T/parent"
	chgrp 4242 "$T/parent"
	setfacl -d -m u:31:rwx "$T/parent" 2>/dev/null
	run env -C "$T/parent" bash -c 'umask 077; exec "$@"' - "$stage" stage unpack --no-verify "$T/$format.tar.xz" "$format"
	is "$format: unpacked" "$status $err" "0 $err"
	list "$T/want-$format" >"$T/want"
	list "$T/parent/$format" >"$T/got"
	ok "$format: the same tree as GNU tar makes" diff -u "$T/want" "$T/got"
	is "$format: nothing beside it" "$(ls -A "$T/parent")" "$format"
	rm -rf "$T/parent"
done
tar -C "$src" --sparse --acls --xattrs --numeric-owner -cpf "$T/acls.tar" .
mkdir "$T/want-acls"
tar -C "$T/want-acls" --warning=no-timestamp --acls --xattrs --xattrs-include='*.*' --numeric-owner -xpf "$T/acls.tar"
run "$stage" stage unpack --no-verify "$T/acls.tar" "$T/acls"
list "$T/want-acls" >"$T/want"
list "$T/acls" >"$T/got"
ok "ACLs as text: the same tree as GNU tar makes" diff -u "$T/want" "$T/got"

# Directories that the archive never names.
tar -C "$src" -cf "$T/bare.tar" --no-recursion a/b/two
run "$stage" stage unpack --no-verify "$T/bare.tar" "$T/bare"
is "implied directories are made" "$status $(stat -c %a:%u "$T/bare/a/b" "$T/bare" | xargs)" "0 755:0 755:0"

# An existing tree is not touched.
echo mine >"$T/bare/mine"
run "$stage" stage unpack --no-verify "$T/bare.tar" "$T/bare"
is "an existing tree is refused" "$status" 3
like "and named" "$err" "$T/bare: File exists"
is "and kept" "$(<"$T/bare/mine")" mine
mkdir "$T/void"
run "$stage" stage unpack --no-verify "$T/bare.tar" "$T/void/"
is "an empty directory is replaced" "$status $(ls "$T/void")" "0 a"

# Without privileges.
if command -v setpriv >/dev/null; then
	mkdir -m 777 "$T/user"
	chmod 755 "$T"
	user() { setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs "$stage" "$@"; }
	if ((devices)); then
		tar -C "$src" -cf "$T/dev.tar" dev
		run user stage unpack --no-verify "$T/dev.tar" "$T/user/dev"
		like "unprivileged: device nodes are refused" "$status $err" '^6 .*dev/[a-z]*: device node .*may not create'
		is "unprivileged: nothing is left" "$(ls -A "$T/user")" ''
		if unshare --user --map-root-user true 2>/dev/null; then
			run unshare --user --map-root-user "$stage" stage unpack --no-verify "$T/dev.tar" "$T/user/dev"
			like "root of a user namespace: device nodes are refused" "$status $err" '^6 .*device node'
		fi
	fi
	run user stage unpack --no-verify "$T/bare.tar" "$T/user/tree"
	is "unprivileged: plain files unpack" "$status $(stat -c %u "$T/user/tree/a/b/two")" "0 65534"
fi

# Limits.
run "$stage" stage unpack --no-verify --max-size 300K "$T/pax.tar.xz" "$T/small"
like "a size limit is kept before anything is written" "$status $err" '^5 .*more than the limit'
ok "and nothing appears" test ! -e "$T/small"
head -c 200000 "$T/pax.tar.xz" >"$T/cut.tar.xz"
run "$stage" stage unpack --no-verify "$T/cut.tar.xz" "$T/cut"
like "a truncated .xz is refused" "$status $err" '^6 .*(truncated|damaged|not an .xz)'
cp "$T/pax.tar.xz" "$T/flip.tar.xz"
printf '\xff\x00\xff' | dd of="$T/flip.tar.xz" bs=1 seek=150000 conv=notrunc status=none
run "$stage" stage unpack --no-verify "$T/flip.tar.xz" "$T/flip"
like "a flipped .xz is refused" "$status $err" '^6 .*damaged'
is "and nothing appears" "$(ls -Ad "$T"/*flip/ "$T"/.flip* "$T"/.cut* 2>/dev/null)" ''

# A full disk.
mkdir "$T/full"
if mount -t tmpfs -o size=200k,nr_inodes=1000 none "$T/full" 2>/dev/null; then
	at_exit umount "$T/full"
	run "$stage" stage unpack --no-verify "$T/pax.tar" "$T/full/tree"
	like "a full disk: its own message" "$status $err" '^3 .*No space left on device'
	is "and nothing is left" "$(ls -A "$T/full")" ''
	run "$stage" stage unpack --no-verify "$T/pax.tar.xz" "$T/full/tree"
	like "no room: refused before anything is written" "$status $err" '^3 .*needs .* only .* free'
fi

done_testing
