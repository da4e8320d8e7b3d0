#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The template of a module (tests/lib/template.c) does what it promises to those who copy it.
# shellcheck source=tests/lib/tap.sh
. "${ZOL_TOP:?}/tests/lib/tap.sh"

template=$ZOL_BUILD/tests/lib/template
run "$template" tide show --hours 5 -t hamburg
is 'rows are printed as a table' "$status:$out" $'0:PORT     HOURS  NIGHT\nhamburg      5  yes'
run "$template" --json tide show hamburg
is 'or as JSON' "$status:$out" $'0:[\n  {"port": "hamburg", "hours": 0, "night": false}\n]'
run "$template" tide show basel
is 'a negative answer is status 1' "$status:$err" '1: * basel lies on a river'
run "$template" tide show --hours 49 hamburg
is 'a wrong value is status 2' "$status" 2
like 'and says why' "$err" 'known for 48 hours, not 49'
run "$template" tide show
is 'operands are counted' "$status" 2
run "$template" tide show --help
like 'help comes from the rows' "$out" '--hours.*only the hours of the night'
done_testing
