#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What runs in guests and what runs tests, through every failing call.
# shellcheck source=tests/lib/faults.sh disable=SC2154 # calls is its
. "${ZOL_TOP:?}/tests/lib/faults.sh" || exit 1
# shellcheck source=tests/lib/gitrepo.sh
. "$ZOL_TOP/tests/lib/gitrepo.sh"

# --- a command in a tree ---
template guest
g=$T/guest/guest/g
mkdir -p "$g"/{bin,sbin,usr/bin,etc/portage,etc/env.d,root,proc,sys,dev,run,tmp,mnt,var/tmp,var/db/pkg,var/cache} "$T/guest/code"
if ldd "$(command -v busybox)" > /dev/null 2>&1 || ! cp "$(command -v busybox)" "$g/bin/busybox"; then
	skip 'chroot' 'no static busybox'
else
	for a in sh env ls; do ln -s busybox "$g/bin/$a"; done
	printf 'root:x:0:0::/root:/bin/sh\nportage:x:250:250::/x:/bin/false\n' > "$g/etc/passwd"
	printf 'root:x:0:\ntty:x:5:\nportage:x:250:\n' > "$g/etc/group"
	walk guest -- chroot run -- sh -c 'echo done > /root/done'
	walk guest -- chroot run --no-pid -- sh -c 'echo done > /root/done'
fi
printf 'COMMON_FLAGS="-O2 -pipe"\nCFLAGS="${COMMON_FLAGS}"\n' > "$g/etc/portage/make.conf"
printf '[chroot]\ncode = @WORK@/code\n' > "$T/guest/more"
walk guest -- portage setup --no-sync
git_repo "$T/guest/code/zfs"
echo 1 > "$T/guest/code/zfs/file"
git_commit "$T/guest/code/zfs" first
git -C "$T/guest/code/zfs" branch topic
# No allocations: libgit2 1.5 does not survive one that fails while it reads configuration.
walk guest --kinds "$calls" -- portage live set sys-fs/zfs topic --repo {}/code/zfs
walk guest --kinds "$calls" -- portage live show sys-fs/zfs

# --- tests on this host, and what is kept of them ---
template test
cat > "$T/test/two.ini" <<- EOF
	[suite]
	name = two
	title = two tests
	where = vm
	parser = exit
	list = fixed
	tests = good skipped
	command = /bin/sh -c 'test \${test} = good || exit 77'
	timeout = 20s
EOF
# Run numbers, times and logs are never twice the same.
walk test --volatile 'state/test/*' --ignore 'state/test/*' -- test run --where host {}/two.ini
# Workers of their own: none is left behind where the next one cannot be started.
walk test --kinds spawn --volatile 'state/test/*' --ignore 'state/test/*' -- test run --where host --jobs 2 {}/two.ini
sed "s|@WORK@|$T/test|" "$T/test/conf" > "$T/here.conf"
for i in 1 2; do
	"$ZOL_BUILD/zolkit" --config "$T/here.conf" test run --where host "$T/test/two.ini" > "$T/log" 2>&1 || break
done
is 'two runs are there' $? 0 || diag "$(cat "$T/log")"
walk test -- test runs
walk test -- test report last
walk test -- test report last -f junit -o {}/report.xml
walk test -- test compare
done_testing
