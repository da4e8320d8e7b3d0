#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The guide (doc/guide.md): every command that it marks with this test is run as it stands there, in its order, and must
# print what it shows. What needs a virtual machine is in tests/vm/zfs-guide.t.
# shellcheck disable=SC2154
# shellcheck source=tests/lib/guide.sh
. "${ZOL_TOP:?}/tests/lib/guide.sh"

# shellcheck disable=SC2119 # nothing of the machine's is given to it
guide_world || { diag 'no world'; exit 1; }
guide_host || { diag 'no mirror or repository'; exit 1; }
guide_run "$ZOL_TOP/doc/guide.md" tests/cli/guide.t
done_testing
