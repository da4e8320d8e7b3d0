#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Work on what strangers sent happens behind a fence: a gpgv that was taken over can write nothing outside
# the cache and the state, nor gain privileges.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh" || exit 1
# shellcheck source=tests/lib/stage-mirror.sh
. "$ZOL_TOP/tests/lib/stage-mirror.sh"

command -v gpg gpgv > /dev/null || skip_all 'no gpg'
mirror_make || exit 1
mkdir "$T/bin" "$T/outside"
cat > "$T/bin/gpgv" <<- EOF
	#!/bin/bash
	mkdir "$T/cache/taken"
	touch "$T/cache/taken/file" "$T/outside/file" 2> /dev/null
	grep -q 'NoNewPrivs:[[:space:]]1' /proc/self/status && mkdir "$T/cache/taken/no-new-privileges"
	PATH=/usr/bin:/bin exec gpgv "\$@"
EOF
chmod +x "$T/bin/gpgv"
ln -s gpgv "$T/bin/probe"
mkdir -p "$T/cache"
"$T/bin/probe" --version > /dev/null
ok 'without the fence it could' test -e "$T/outside/file" -a -e "$T/cache/taken/file"
rm -rf "$T/outside/file" "$T/cache"
run env PATH="$T/bin:$PATH" "$ZOL_BUILD/zolkit" --config "$T/zolkit.conf" stage fetch --mirror "file://$MIRROR" openrc
is 'the fetch itself works' "$status" 0 || diag "$err"
ok 'the cache can be written' test -e "$T/cache/taken/file"
ok 'no privilege can be gained' test -d "$T/cache/taken/no-new-privileges"
if "$ZOL_BUILD/tests/unit/test_sys_fence" 2>&1 | grep -q SKIPPED; then
	skip 'nothing else can' 'no Landlock in this kernel'
else
	ok 'nothing else can' test ! -e "$T/outside/file"
fi
done_testing
