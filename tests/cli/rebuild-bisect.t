#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# rebuild --bisect over a real history, with a real builder and a real judge on this host: a program in C that
# is compiled at each commit and run.
. "${ZOL_TOP:?}/tests/lib/tap.sh"
. "$ZOL_TOP/tests/lib/pguest.sh"

mkdir -p "$G/etc/portage"
echo 'zfs_LIVE_REPO="/mnt/code/zfs"' >"$G/etc/portage/make.conf"
rm -rf "$CODE"
git_repo "$CODE"
# 16 commits: broken ones that do not compile, a fault from number 11 on.
source_of() { # NUMBER STATUS
	printf '#include <stdlib.h>\n/* %s */\nint main(void)\n{\n\t%s\n}\n' "$1" "$2"
}
ids=()
for i in {1..16}; do
	body='return 0;'
	((i < 11)) || body=${FAULT:-return 3;}
	[[ $i != 7 && $i != 12 ]] || body='syntax error'
	source_of "$i" "$body" >"$CODE/prog.c"
	git_commit "$CODE" "number $i"
	ids[i]=$(git -C "$CODE" rev-parse HEAD)
done
cat >"$T/build" <<END
#!/bin/bash
set -e
echo "\$1" >> "$T/tried"
git -C "$CODE" show "\$1:prog.c" > "$T/prog.c"
exec cc -o "$T/prog" "$T/prog.c"
END
chmod 755 "$T/build"
state_of() { git -C "$CODE" for-each-ref; git -C "$CODE" status --porcelain; cat "$CODE/.git/HEAD"; ls -A "$CODE/.git"; }
before=$(state_of)
bisect() { z rebuild --bisect --builder "$T/build" --here "$@"; }

run bisect "${ids[1]}" "${ids[16]}" -- "$T/prog"
is 'the search ends well' "$status" 0
like 'the first bad commit is found' "$out" "first bad commit: ${ids[11]} number 11"
like 'each commit has a row' "$out" '[0-9a-f]{12} +good +the command succeeded .* number'
ok 'by halves' test "$(wc -l <"$T/tried")" -le 7
is 'the checkout is untouched' "$(state_of)" "$before"
ok 'nothing is left of the search' test ! -e "$T/state/guests/g/bisect/repo.git"

# --- names of commits, skipped ones ---
: >"$T/tried"
git -C "$CODE" tag fine "${ids[6]}"
run bisect fine master~2 -- "$T/prog"
like 'commits can be named' "$out" "first bad commit: ${ids[11]}"
run bisect "${ids[10]}" "${ids[13]}" -- "$T/prog"
like 'next to one that does not compile' "$out" "first bad commit: ${ids[11]}"
git -C "$CODE" tag -d fine >/dev/null
printf '#!/bin/sh\nexit 125\n' >"$T/skip" && chmod 755 "$T/skip"
run bisect "${ids[8]}" "${ids[12]}" -- "$T/skip"
is 'when all are skipped, the answer is negative' "$status" 1
like 'which is said' "$err" 'had to be skipped'

# --- a crash and a hang ---
for fault in 'abort();' 'for (;;) ;'; do
	rm -rf "$CODE"
	git_repo "$CODE"
	for i in {1..5}; do
		body='return 0;'
		((i < 4)) || body=$fault
		source_of "$i" "$body" >"$CODE/prog.c"
		git_commit "$CODE" "number $i"
		ids[i]=$(git -C "$CODE" rev-parse HEAD)
	done
	run bisect --timeout 2s "${ids[1]}" "${ids[5]}" -- "$T/prog"
	like "bad: $fault" "$out" "first bad commit: ${ids[4]}"
	[[ $fault != for* ]] || like 'as a hang' "$out" 'bad +hang'
	[[ $fault != abort* ]] || like 'as a crash' "$out" 'bad +crash'
done

# --- interrupted ---
cat >"$T/once" <<END
#!/bin/bash
"$T/build" "\$1"
if [[ ! -e "$T/killed" ]]; then touch "$T/killed"; kill -KILL \$PPID; sleep 5; fi
END
chmod 755 "$T/once"
: >"$T/tried"
run z rebuild --bisect --builder "$T/once" --here --timeout 2s "${ids[1]}" "${ids[5]}" -- "$T/prog"
is 'killed' "$status" 137
ok 'the search is kept' test -e "$T/state/guests/g/bisect/repo.git"
run z rebuild --bisect --builder "$T/once" --here --timeout 2s "${ids[1]}" "${ids[5]}" -- "$T/prog"
like 'the same command goes on' "$err" 'gone on with'
like 'and comes to the end' "$out" "first bad commit: ${ids[4]}"

# --- wrong uses ---
run z rebuild --bisect "${ids[1]}" "${ids[5]}"
is 'without a command' "$status" 2
run bisect nothing "${ids[5]}" -- true
is 'a commit that is none' "$status" 2
run bisect "${ids[5]}" "${ids[1]}" -- "$T/prog"
isnt 'good and bad the wrong way round' "$status" 0
for option in --snapshot --no-snapshot --new --force --no-reload; do
	run bisect "$option" "${ids[1]}" "${ids[5]}" -- "$T/prog"
	is "$option, of which a search knows nothing" "$status" 2
done
# On another branch the fault was mended: git waits at the merge base, and so would we, building it for ever.
git -C "$CODE" checkout -q -b mended "${ids[5]}"
source_of 6 'return 0;' >"$CODE/prog.c"
git_commit "$CODE" mended
git -C "$CODE" checkout -q master
source_of 7 "$fault" >"$CODE/prog.c"
git_commit "$CODE" 'number 7'
: >"$T/tried"
run timeout 60 "$ZOL_BUILD/zolkit" --config "$C" rebuild --bisect --builder "$T/build" --here --timeout 2s mended master -- "$T/prog"
is 'a GOOD that BAD does not descend from, with a bad merge base' "$status $(wc -l <"$T/tried")" '7 1'
like 'is told in the words of git' "$err" 'merge base [0-9a-f]{40} is bad'
run z -n rebuild --bisect "${ids[1]}" "${ids[5]}" -- true
is 'a dry run prints how it would begin' "$out" "git bisect start --no-checkout ${ids[5]} ${ids[1]}"
echo 'zfs_LIVE_REPO="https://example.org/x.git"' >"$G/etc/portage/make.conf"
run bisect "${ids[1]}" "${ids[5]}" -- true
is 'a repository elsewhere' "$status" 2
done_testing
