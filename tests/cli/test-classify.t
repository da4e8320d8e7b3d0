#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zolkit test classify: verdicts, excerpts, JSON, exit codes.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"

z=$ZOL_BUILD/zolkit data=$ZOL_TOP/tests/data/console
cd "$data" || exit 1

# table FILE.json: the findings as lines of expected.tsv.
table() {
	python3 -c '
import json, sys
for v in json.load(sys.stdin):
    print("\t".join([v["log"][:-4], v["kind"], v["function"] or "-", v["module"] or "-", v["source"] or "-",
                     "yes" if v["stopped"] else "no"]))'
}

mapfile -t logs < <(sed '/^#/d; s/\t.*/.log/' expected.tsv | uniq)
run "$z" --json test classify "${logs[@]}"
is 'findings make the exit status 1' "$status" 1
is 'the whole corpus has its verdicts' "$(table <<<"$out")" "$(grep -v -e '^#' -e $'\t-\t-\t-\t-\t-$' expected.tsv)"

mapfile -t clean < <(sed -n 's/\t-\t-\t-\t-\t-$/.log/p' expected.tsv)
run "$z" test classify "${clean[@]}"
is 'clean logs pass' "$status:$out:$err" '0::'
run "$z" --json test classify clean-words.log
is 'nothing is an empty array' "$status:$out" '0:[]'

run "$z" test classify zfs-verify.log
is 'a verdict is one line' "${out%%$'\n'*}" \
	'zfs-verify.log:1: zfs-panic: dnode_sync_free [zfs] at dnode_sync.c:714: VERIFY3(0 == dmu_object_free(os, obj, tx)) failed (0 == 28)'
is 'one for each finding' "$(wc -l <<<"$out")" 2
run "$z" -v test classify zfs-verify.log
like 'the excerpt has the trace' "$out" '    spl_panic\+0xd1/0xe9 \[spl\]'
run "$z" test classify x86-null-panic.log
is 'an oops with its panic is one' "$out" \
	'x86-null-panic.log:1: null-deref: zio_write_compress [zfs]: BUG: kernel NULL pointer dereference, address: 0000000000000018 (the kernel has stopped)'

"$z" test classify - <zfs-halt.log >"$T/out"
is 'standard input is read' "$?:$(cut -d: -f1-3 "$T/out")" '1:-:1: zfs-panic'
cat clean-words.log zfs-mmp.log | "$z" test classify - >"$T/out"
like 'a pipe is read to its end' "$(<"$T/out")" "^-:$(($(wc -l <clean-words.log) + 1)): zfs-suspended: "

run "$z" test classify
is 'a log must be named' "$status" 2
run "$z" test classify "$T/none"
is 'a log that is not there' "$status" 3
: >"$T/empty"
run "$z" test classify "$T/empty"
is 'an empty log is no clean log' "$status" 6
like 'and says so' "$err" 'an empty log says nothing'

printf 'BUG: \033]0;title\007 bad \377\n' >"$T/hostile"
run "$z" test classify "$T/hostile"
unlike 'nothing drives the terminal' "$out" $'[\001-\011\013-\037]'
run "$z" --json test classify "$T/hostile"
ok 'JSON stays valid' python3 -c 'import json, sys; json.loads(sys.argv[1])' "$out"

# A megabyte without an end of line, then a panic.
{ head -c 1000000 /dev/zero | tr '\0' x; printf '\nKernel panic - not syncing: x\n'; } >"$T/long"
run "$z" test classify "$T/long"
is 'long lines are read' "$out" "$T/long:2: panic: Kernel panic - not syncing: x"
done_testing
