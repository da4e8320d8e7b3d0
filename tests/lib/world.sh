# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # T is tap.sh's
#
# A little of everything that commands read, after tap.sh: for the tests of what the commands have in common.
#
#	world DIR [LINE...]      makes DIR, with LINEs at the end of its configuration DIR/conf: a guest "g", a
#	                         kernel tree "tree", a checkout "repo", profiles, logs, two runs of a suite
#	w ARG...                 zolkit ARG... in the world that was made last; "{}" in an argument is its directory
#
# The names in it are not all UTF-8.

# shellcheck source=tests/lib/gitrepo.sh
. "${ZOL_TOP:?}/tests/lib/gitrepo.sh"
odd=$'na\xc3\xafve-\xff'

world_guest() { # DIR
	local g=$1/guest/g
	mkdir -p "$g"/{bin,sbin,usr/bin,etc/portage,root,proc,sys,dev,run,tmp,mnt,var/tmp,var/cache/distfiles,"$odd"} "$1/state/guests/g/kernel"
	: > "$g/sbin/init"
	: > "$g/sbin/agetty"
	: > "$g/bin/sh"
	chmod 755 "$g"/*bin/*
	printf 'root:x:0:0:\xff\xfe:/root:/bin/sh\nportage:x:250:250::/x:/bin/false\n' > "$g/etc/passwd"
	printf 'root:x:0:\nportage:x:250:\n' > "$g/etc/group"
	printf 'root::10770:0:::::\n' > "$g/etc/shadow"
	printf '# \xff\nid:3:initdefault:\n#s0:12345:respawn:/sbin/agetty -L 115200 ttyS0 vt100\n' > "$g/etc/inittab"
	printf '/dev/ROOT / ext3 noatime 0 1\nnas:/\xff /x nfs defaults 0 0\n' > "$g/etc/fstab"
	printf '127.0.0.1 localhost\n' > "$g/etc/hosts"
	printf 'COMMON_FLAGS="-O2 -pipe"\n' > "$g/etc/portage/make.conf"
	printf '[guest]\nname = g\nstate = ready\n' > "$1/state/guests/g/guest.ini"
	echo image > "$1/state/guests/g/kernel/bzImage"
}

world_kernel() { # DIR
	mkdir -p "$1/tree/sub" "$1/older"
	printf 'VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\nEXTRAVERSION =\n' | tee "$1/older/Makefile" > "$1/tree/Makefile"
	printf 'mainmenu "m"\nconfig A\n\tbool "a \xc3\xaf \xff"\n\tselect B\nconfig B\n\tbool "b"\nsource "sub/Kconfig"\n' > "$1/tree/Kconfig"
	printf 'config C\n\tint "c"\n\trange 1 9\n\tdefault 3\nconfig S\n\tstring "s"\n' > "$1/tree/sub/Kconfig"
	printf 'mainmenu "m"\nconfig OLD\n\tbool "a \xc3\xaf \xff"\nconfig B\n\tbool "b"\n' > "$1/older/Kconfig"
	printf 'CONFIG_A=y\nCONFIG_B=y\nCONFIG_C=5\nCONFIG_S="\xc3\xaf \xff"\n' > "$1/a.config"
	printf '# CONFIG_A is not set\nCONFIG_B=y\nCONFIG_C=3\n' > "$1/b.config"
	printf 'CONFIG_A=y\n' > "$1/frag.config"
}

world_repo() { # DIR
	git_repo "$1/repo"
	mkdir "$1/repo/dir"
	echo one > "$1/repo/dir/$odd.c"
	ln -s dir "$1/repo/link"
	git_commit "$1/repo" $'first \xff' 2> /dev/null
	echo two > "$1/repo/dir/$odd.c"
}

world_texts() { # DIR
	printf 'a;b;c 3\na;b;d\xff 4\n' > "$1/x.folded"
	printf 'a;b;c 5\na;\xc3\xaf 1\n' > "$1/y.folded"
	zcat "$ZOL_TOP/tests/data/flame/perf-script-zfs-full.txt.gz" 2> /dev/null | head -n 200 > "$1/script.txt"
	cp "$ZOL_TOP/tests/data/console/real-null.log" "$1/a.log"
	printf '[    9.0] \xff\xfe \xc3\xaf \0 end\n' >> "$1/a.log"
	cat > "$1/two.ini" <<- EOF
		[suite]
		name = two
		title = two t$odd
		where = vm
		parser = exit
		list = fixed
		tests = good skipped
		command = /bin/sh -c 'printf "\\\\377 \\\\303\\\\257"; test \${test} = good || exit 77'
		timeout = 20s
	EOF
}

world() {
	W=$1
	shift
	mkdir -p "$W"/{guest,state,cache,run}
	cat > "$W/conf" <<- EOF
		[paths]
		guests = $W/guest
		state = $W/state
		cache = $W/cache
		run = $W/run
		conf = $ZOL_TOP/conf
		[guest]
		name = g
		$(printf '%s\n' "$@")
	EOF
	world_guest "$W" && world_kernel "$W" && world_repo "$W" && world_texts "$W" || return 1
	local i
	for i in 1 2; do w test run --where host {}/two.ini > "$W/log" 2>&1 || return 1; done
}

w() { "$ZOL_BUILD/zolkit" --config "$W/conf" "${@//\{\}/$W}"; }
