#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/lib/deps with package managers of the test's own: it is silent when nothing is missing,
# installs only what is, and says what it cannot do.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"

mkdir "$T/bin"
for p in bash awk sort mktemp tail rm cat env grep tr; do ln -s "$(command -v $p)" "$T/bin/"; done

# fake NAME SCRIPT
fake() {
	printf '#!/bin/bash\n%s\n' "$2" >"$T/bin/$1"
	chmod +x "$T/bin/$1"
}

deps() { run env PATH="$T/bin" LACK="${lack:-}" LOG="$T/log" bash "$ZOL_TOP/tests/lib/deps" "$@"; }

deps build
is 'without a package manager it fails' "$status" 1
like 'and prints what is needed' "$err" 'libarchive-dev'

fake dpkg-query 'for p; do [[ $p == -* || $p == *\$* || " $LACK " == *" $p "* ]] || echo "installed $p"; done'
fake apt-get 'echo "$*" >>"$LOG"; exit "${APT_RC:-0}"'
deps build check
is 'silent when all is there' "$status:$out:$err" 0::
ok 'nothing was asked' ! test -e "$T/log"

lack='scdoc gcc' deps build
is 'installs what is missing' "$status:$(tail -n 1 "$T/log")" \
	'0:-q -y -o DPkg::Lock::Timeout=120 --no-install-recommends install gcc scdoc'
is 'after an update' "$(head -n 1 "$T/log")" '-q update'

fake apt-get 'echo "no network"; exit 100'
lack='scdoc' deps build
is 'a failing installation fails' "$status" 1
like 'and is shown' "$err" 'no network'

deps nonsense
is 'groups must be known' "$status:$err" '1:deps: no group nonsense'
deps
is 'and named' "$status" 1
done_testing
