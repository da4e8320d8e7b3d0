#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# EXAMPLES of the manual pages: the parser knows every word of each command, and those that need neither a virtual
# machine, a cluster nor hours are run, in the order of the pages, on a host as the guide has it.
# shellcheck disable=SC2154
# shellcheck source=tests/lib/guide.sh
. "${ZOL_TOP:?}/tests/lib/guide.sh"

# What is only parsed here, and the test that runs it.
declare -A elsewhere=(
	['^zolkit up']=tests/vm/00-up.t
	['^zolkit vm (start|exec|stop|run)']=tests/vm/zfs-guide.t
	['^tar .*zolkit vm exec']=tests/vm/exec.t
	['^zolkit debug (attach|stacks|dump|symbols)']=tests/vm/debug.t
	['^zolkit debug core']=tests/cli/debug-core.t
	['^zolkit flame record']=tests/vm/flame.t
	['emerge -']=tests/vm/zfs.t
	['^zolkit chroot run -- ztest']=tests/vm/zfs-guide.t
	['^zolkit kernel build --source']=tests/vm/00-up.t
	['^zolkit test run']=tests/vm/test.t
	['^zolkit test classify --vmlinux']=tests/cli/test-classify.t
	['^zolkit test submit']=tests/cli/test-slurm.t
	['^eselect zolkit']=tests/cli/completion-eselect.t
	['^zolkit portage setup$']=tests/portage/setup.t
)

# commands PAGE: those of EXAMPLES, one a line.
commands() {
	sed -n '/^# EXAMPLES/,/^# SEE ALSO/p' "$1" | sed -nE 's/^\t?([$#] )?((zolkit|tar|eselect) .*)/\2/p' | sed 's/++$//'
}
where_else() { # COMMAND
	local pattern
	for pattern in "${!elsewhere[@]}"; do
		[[ ! $1 =~ $pattern ]] || { echo "${elsewhere[$pattern]}"; return; }
	done
}
# Every `zolkit` of a line, with --help before its operands.
unknown() {
	local part words word argv
	sed 's/^\(.*\)\$(\([^)]*\))\(.*\)$/\1X\3\n\2/; s/ *\(&&\|;\|| \) */\n/g' <<<"$1" | grep '^ *zolkit ' | while read -ra words; do
		argv=()
		for word in "${words[@]:1}"; do
			[[ $word != -- ]] || break
			argv+=("$word")
		done
		zolkit "${argv[@]}" --help >"$T/help" 2>&1 || echo "${words[*]}: $(head -1 "$T/help")"
	done
}

stamp=20260811T083102Z
# shellcheck disable=SC2119
guide_world || { diag 'no world'; exit 1; }
guide_host "$stamp" || { diag 'no mirror or repository'; exit 1; }

# What the pages take for granted.
"$MAKE" build --mirror "$MIRROR" --key "$KEY" --tree "$T/tree" --level 0 --stamp 20260809T163058Z --variant systemd >/dev/null
"$MAKE" build --mirror /srv/gentoo --key "$KEY" --tree "$T/tree" --level 0 --stamp "$stamp" --sub amd64-musl --variant musl >/dev/null
mkdir -p Downloads /guest/gentoo/var/tmp /boot scrub ~/devel
cp "$MIRROR"/releases/amd64/autobuilds/$stamp/stage3-* Downloads/
zolkit -q src clone https://github.com/openzfs/zfs ~/devel/zfs || exit 1
rmdir /guest/gentoo/var/tmp /guest/gentoo/var /guest/gentoo
zolkit -q guest create gentoo && zolkit -q guest prepare gentoo && zolkit -q portage setup --no-sync || exit 1
git -C ~/devel/zfs branch my-branch
zolkit -q kernel merge -o /boot/config-6.1.192 boot9p guest zfs || exit 1
printf '[vm]\nmemory = 1G\nmemmory = 2G\n' >draft.conf
cp "$ZOL_TOP/tests/data/console/x86-oops-612.log" oops.txt
cp perf.data scrub/ && cp kallsyms scrub/ && cp kallsyms kallsyms.txt
suite=$ZOL_TOP/tests/data/test/host.ini
export ZOLKIT_DATA=$ZOL_TOP/conf
for i in 1 2; do zolkit -q test run -w host "$suite" pass fail >/dev/null 2>&1; done
for i in 1 2 3; do zolkit -q test run -w host --db part$i.db --shard $i/3 "$suite" pass fail skip >/dev/null 2>&1; done
mkdir -p /var/lib/zolkit/guests/gentoo/kernel
: >/var/lib/zolkit/guests/gentoo/kernel/bzImage

n=0
for page in "$ZOL_TOP"/helpers/man/*.scd; do
	name=${page##*/}
	name=${name%.scd}
	[[ $name == *.5 ]] || isnt "$name has examples" "$(commands "$page")" ''
	while IFS= read -r command; do
		is "$name: understood: $command" "$(unknown "$command")" ''
		other=$(where_else "$command")
		if [[ $other ]]; then
			ok "$name: run elsewhere" test -f "$ZOL_TOP/$other"
			continue
		fi
		n=$((n + 1))
		bash -c "$command" </dev/null >"$T/got" 2>&1
		status=$?
		# A mistake that is found, and a difference.
		[[ $command =~ (draft.conf$|kernel diff|test merge) ]] && want=1 || want=0
		is "$name: runs: $command" "$status" "$want" || diag "$(tail -n 5 "$T/got")"
	done < <(commands "$page")
done
ok 'many are run' test "$n" -gt 20
isnt 'a word that is wrong is found' "$(unknown 'true; zolkit vm stat --bogus')" ''
done_testing
