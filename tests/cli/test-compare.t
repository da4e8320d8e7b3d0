#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zolkit test compare and baseline: what has changed between runs, and what was expected.
# shellcheck disable=SC2154
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"
# shellcheck source=tests/lib/testrun.sh
. "$ZOL_TOP/tests/lib/testrun.sh"
testrun_setup

# A suite whose tests end as the file $T/ways/NAME says.
mkdir "$T/ways"
cat >"$T/ways.ini" <<EOT
[suite]
name = ways
title = as files say
where = vm
parser = exit
list = command /bin/ls $T/ways
command = /bin/sh -c 'exit \$(cat "\$1")' sh $T/ways/\${test}
timeout = 20s
EOT
ways() { # NAME STATUS...
	while (($#)); do
		echo "$2" >"$T/ways/$1"
		shift 2
	done
}
go() { z -q test run --where host "$@" "$T/ways.ini" >/dev/null; }
changes() { z --json test compare "$@" 2>/dev/null | jq -r '.[] | .change + " " + .test'; }

ways keeps 0 breaks 0 mends 1 broken 1 goes 0 skips 77
go
run z test compare
is 'without another run, what fails is a regression' "$status" 1
is 'and named' "$(changes)" 'regression ways/broken
regression ways/mends'
ways breaks 3 mends 0 comes 0 comesbad 1
rm "$T/ways/goes"
go
run z test compare
is 'a regression makes the answer negative' "$status" 1
is 'every change is named' "$(changes | sort)" 'fix ways/mends
gone ways/goes
new ways/comes
new ways/comesbad
regression ways/breaks
still bad ways/broken'
like 'counts are told' "$err" '1 regression'
is 'the other way round, it is another story' "$(changes 1 2 | sort | head -n 2)" 'fix ways/breaks
gone ways/comes'
is 'unchanged ones on demand' "$(changes --all | grep -c '^same')" 2

cat >"$T/known.ini" <<'EOT'
[ways/b*]
expect = FAIL
reason = a known bug
issue = https://example.org/7
[ways/mends]
expect = FAIL
reason = should not pass
[ways/comesbad]
expect = FAIL
expires = 2020-01-31
EOT
run z test compare -b "$T/known.ini"
is 'what is expected is no regression' "$status" 0
is 'stale and expired entries are named' "$(changes -b "$T/known.ini" | sort)" 'expired ways/comesbad
gone ways/goes
new ways/comes
stale ways/mends'
printf '[ways/b*]\nexpect = FAIL\nkernel = >=99\n' >"$T/other.ini"
run z test compare -b "$T/other.ini"
is 'an entry for another kernel does not count' "$status" 1
printf '[ways/b*]\nexpect = NEVER\n' >"$T/bad.ini"
run z test compare -b "$T/bad.ini"
like 'a wrong entry has its line' "$status $err" '6 .*bad.ini: line 2'

# proposals
cp -r "$ZOL_TOP/conf" "$T/conf" && mkdir -p "$T/conf/baselines" && cp "$T/known.ini" "$T/conf/baselines/"
printf 'conf = %s\n' "$T/conf" >>"$T/zolkit.conf"
before=$(cat "$T/conf/baselines/"*)
ways breaks 0 broken 0 mends 0 comesbad 0 keeps 9
go
run z test baseline update --expires 2030-01-01
like 'a proposal has what is new' "$out" '\[ways/keeps\]
expect = FAIL
reason = exit status 9
expires = 2030-01-01'
like 'and what is to be looked at' "$out" '# stale: \[ways/b\*\] expects otherwise for ways/breaks'
is 'nothing is written' "$(cat "$T/conf/baselines/"*)" "$before"
z -q test baseline update >"$T/conf/baselines/new.ini"
run z test compare
is 'accepted, it is expected' "$status" 0
is 'baselines are listed' "$(z --json test baseline list | jq -r '.[] | select(.expired) | .test')" 'ways/comesbad'

# lists of others
cat >"$T/zts.py" <<'EOT'
known_reason = 'Known issue'
known = {
    'a/b': ['FAIL', 7],
}
maybe = {
    'c/d':
        ['SKIP', known_reason],
}
EOT
run z test baseline import zts "$T/zts.py"
is 'lists of OpenZFS become entries' "$out" '[zts/a/b]
expect = FAIL
issue = https://github.com/openzfs/zfs/issues/7

[zts/c/d]
expect = PASS SKIP
reason = Known issue'
printf 'generic/317 # users\n' >"$T/excl"
run z test baseline import xfstests "$T/excl" --suite xfs
like 'so do exclude files of xfstests' "$out" '^\[xfs/generic/317\]'
z test baseline import zts "$T/zts.py" >"$T/i.ini"
run z test compare -b "$T/i.ini"
is 'what is imported can be read' "$status" 1
run z test baseline import zts "$T/excl"
is 'what is no such list is malformed' "$status" 6

# a rate that falls
ways keeps 0
for _ in 1 2 3 4 5 6; do go --repeat 4; done
printf '#!/bin/sh\n[ -e %s/once ] || { : >%s/once; exit 1; }\nrm %s/once\n' "$T" "$T" "$T" >"$T/flip"
sed "s|^command = .*|command = /bin/sh -c 'case \$1 in keeps) exec sh $T/flip ;; *) exit 0 ;; esac' sh \${test}|" "$T/ways.ini" >"$T/ways2.ini"
z -q test run --where host --repeat 4 "$T/ways2.ini" >/dev/null
z --json test compare >"$T/cmp"
is 'a test that has become flaky is a regression when that is significant' \
	"$(jq -r '.[] | select(.test == "ways/keeps") | .change + " " + .now + " " + (.significant | tostring)' "$T/cmp")" \
	'regression FLAKY true'
done_testing
