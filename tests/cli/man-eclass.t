#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Manual pages from the comments of eclasses: what each tag becomes; what is wrong is told with its line; the same by
# every awk.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh" || exit 1
cd "$T" || exit 1

awks=()
for awk in mawk gawk original-awk 'busybox awk'; do
	command -v "${awk%% *}" >/dev/null && awks+=("$awk")
done
page() { # AWK FILE
	# shellcheck disable=SC2086 # busybox awk is two words
	run ${1:-awk} -f "$ZOL_TOP/helpers/man/eclass.awk" "${2:-x.eclass}"
}

cat >x.eclass <<'END'
# Copyright

# @ECLASS: x-y.eclass
# @MAINTAINER:
# Some Body <some@example.org>
# @SUPPORTED_EAPIS: 7 8
# @PROVIDES: git-r3
# @BLURB: a_b and [c]
# @DESCRIPTION:
# First *line*.  "zolkit kernel check" and
# .config.
#
#
# Second, by "zolkit kernel merge".
# @EXAMPLE:
# As in
# @CODE
# a_b="$(c\d)"
#
#   # indented
# @CODE
# so.

# @ECLASS_VARIABLE: X_CACHE
# @USER_VARIABLE
# @DESCRIPTION:
# Where.
#
# And why.
: "${X_CACHE:=/var/cache/x_y}"

# @ECLASS_VARIABLE: X_LIST
# @PRE_INHERIT
# @DESCRIPTION:
# Many.
X_LIST=( a b )

# @VARIABLE: X_NAME
# @DESCRIPTION:
# Its name.
X_NAME="one two"

# @ECLASS_VARIABLE: X_OUT
# @OUTPUT_VARIABLE
# @DEFAULT_UNSET
# @DESCRIPTION:
# What came of it.

# @FUNCTION: x-y_src_compile
# @USAGE: <a> [b]...
# @RETURN: 0 when all is well
# @DESCRIPTION:
# Compiles.
x-y_src_compile() {
	# @no tag
	true
}

# @FUNCTION: _x-y_inner
# @INTERNAL
# @DESCRIPTION:
# Nobody's business.
_x-y_inner() { :; }
END
cat >want <<'END'
x-y.eclass(5)

# NAME

x-y.eclass - a\_b and \[c\]

# DESCRIPTION

First \*line\*. "zolkit kernel check" and
\.config.

Second, by "zolkit kernel merge".

# SUPPORTED EAPIS

7 8

# PROVIDED ECLASSES

git-r3

# FUNCTIONS

*x-y\_src\_compile* \<a\> \[b\]...
	Compiles.

	Returns 0 when all is well.

# VARIABLES

## Set by the user, in make.conf, package.env or the environment

*X\_CACHE*
	Where.

	And why.
	Default: _/var/cache/x\_y_.

## Set by the ebuild, before it inherits the eclass

*X\_LIST*
	Many.

## Set by the ebuild

*X\_NAME*
	Its name.
	Default: _one two_.

## Set by the eclass

*X\_OUT*
	What came of it.

# EXAMPLES

As in

```
a_b="$(c\d)"

  # indented
```

so.

# MAINTAINERS

Some Body \<some@example.org\>

# SEE ALSO

*zolkit*(8), *zolkit-kernel*(8), *ebuild*(5), *make.conf*(5)
END
ok 'there is an awk' test "${#awks[@]}" -gt 0
for awk in "${awks[@]}"; do
	page "$awk"
	is "$awk: makes the page" "$status:$err" '0:'
	is "$awk: every tag has its place" "$out" "$(<want)"
done
ok 'scdoc takes it' scdoc <want

# wrong DESC SED WANT: the eclass with one mistake
wrong() {
	sed -E "$2" x.eclass >wrong.eclass
	page awk wrong.eclass
	is "$1" "$status:$err" "1:$3"
	is "$1: there is no half of a page" "$out" ''
}
wrong 'a tag that nobody knows' 's/@PRE_INHERIT/@PREINHERIT/' 'wrong.eclass:33: unknown tag @PREINHERIT'
wrong 'a function without words' '/@FUNCTION: _x-y_inner/,/^# Nobody/d' 'wrong.eclass:59: function _x-y_inner has no @FUNCTION'
wrong 'words without a function' '/^_x-y_inner/d' 'wrong.eclass:62: there is no function _x-y_inner'
wrong 'a variable without a description' '/^# Many/d' 'wrong.eclass:35: X_LIST has no @DESCRIPTION'
wrong 'one thing twice' 's/X_OUT/X_NAME/; s/@ECLASS_VARIABLE: X_NAME/@VARIABLE: X_NAME/' 'wrong.eclass:43: @VARIABLE: X_NAME is there twice'
wrong 'one tag twice' 's/@PROVIDES: git-r3/@BLURB: x/' 'wrong.eclass:8: @BLURB of x-y.eclass is there twice'
wrong 'code without an end' '/^# so\./d; 21s/.*/#/' 'wrong.eclass:22: @CODE is not closed'
wrong 'no blurb' '/@BLURB/d' 'wrong.eclass:62: x-y.eclass needs @BLURB, @DESCRIPTION and @MAINTAINER'
wrong 'no eclass' '/@ECLASS:/,/so\./d' 'wrong.eclass:4: @ECLASS_VARIABLE before @ECLASS'
echo >empty.eclass
page awk empty.eclass
is 'nothing at all' "$status:$err" '1:empty.eclass:1: no @ECLASS: NAME.eclass'

# What the overlay has: every function and variable that is not internal, and no more.
for eclass in "$ZOL_TOP"/eclass/*.eclass; do
	page awk "$eclass"
	is "${eclass##*/}: every function" "$(sed -n '/^# FUNCTIONS/,/^# VARIABLES/s/^\*\([^*]*\)\*.*/\1/p' <<<"$out" | tr -d '\134' | sort)" \
		"$(sed -n 's/^\([a-z][a-z_-]*\)() .*/\1/p' "$eclass" | sort)"
	is "${eclass##*/}: every variable" "$(sed -n '/^# VARIABLES/,/^# EXAMPLES/s/^\*\([^*]*\)\*.*/\1/p' <<<"$out" | tr -d '\134' | sort)" \
		"$(sed -n 's/^# @ECLASS_VARIABLE: \([^_]\)/\1/p' "$eclass" | sort)"
done
done_testing
