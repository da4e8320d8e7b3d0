#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# zts.sh TEST: prints what test-runner.py prints for one test.
line() {
	echo "[2026-11-22T15:35:00.036825] Test (Linux): /usr/share/zfs/zfs-tests/tests/functional/$1 (run as root) [00:00] [$2]"
}
summary() { printf '\nResults Summary\n%s\t   1\n\nRunning Time:\t00:00:01\nPercent passed:\t%s\nLog directory:\t/tmp/x\n' "$1" "$2"; }
case $1 in
*/pass) line "$1" PASS && summary PASS 100.0% ;;
*/fail) line "$1" FAIL && summary FAIL 0.0% && exit 1 ;;
*/killed) line "$1" KILLED && summary KILLED 0.0% && exit 1 ;;
*/empty) ;;
*/cut) line "$1" PASS ;;
esac
