# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Git repositories for tests: nobody's configuration counts, names and times are fixed.
#
#	git_repo DIR            an empty repository on branch master
#	git_commit DIR MESSAGE  commits all that is there

export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=C GIT_COMMITTER_EMAIL=c@example.org
export GIT_AUTHOR_DATE='2024-01-01T00:00:00Z' GIT_COMMITTER_DATE='2024-01-01T00:00:00Z'
: >"${T:?}/zolkit.conf"

git_repo() {
	git init -q -b master "$1"
}

git_commit() {
	git -C "$1" add -A
	git -C "$1" commit -q -m "$2"
}
