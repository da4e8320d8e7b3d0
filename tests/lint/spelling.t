#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"

command -v codespell >/dev/null || skip_all 'no codespell'

# Words that are names here, and slips that tests make on purpose.
ours='extraversion,isnt,chekc,memmory,strat,fo,ba,nd,ot,te,hel,crate,caf,ue,childs,olt,unx,creat,ro,inout,fpr,stdio,keypair,unparseable,clen'

spelling() {
	(cd "$1" && { git ls-files 2>/dev/null || find . -type f -printf '%P\n'; } |
		grep -vE '^(COPYING|tests/data/|tests/fuzz/corpus/)|\.(config|tsv|asc|gpg|svg)$' |
		tr '\n' '\0' | xargs -0 codespell -L "$ours" 2>&1)
}

is 'no known misspelling' "$(spelling "$ZOL_TOP")" ''
mkdir "$T/tree"
printf 'this is a se''perate word\n' >"$T/tree/a"
like 'a misspelling is found' "$(spelling "$T/tree")" 'separate'
done_testing
