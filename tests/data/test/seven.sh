#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# seven WAY: ends in one of the ways in which a test can. /run/seven is there until the VM is reset.
dir=${SEVEN_DIR:-/run/seven}
case $1 in
pass | after*) echo fine ;;
mismatch)
	echo one >"$dir/expected"
	echo two >"$dir/got"
	cmp "$dir/expected" "$dir/got"
	;;
fail)
	echo 'it is broken'
	exit 3
	;;
skip)
	echo 'no such device'
	exit 77
	;;
crash)
	echo 1 >/proc/sys/kernel/sysrq
	echo c >/proc/sysrq-trigger
	;;
hang) sleep 1000 ;;
stuck) # nothing but these loops gets a processor any more, the agent neither
	echo 'going away'
	echo -1 >/proc/sys/kernel/sched_rt_runtime_us
	for cpu in $(seq "$(nproc)"); do
		chrt -f 99 sh -c 'while :; do :; done' &
	done
	wait
	;;
flaky)
	if [ -e "$dir/flaky" ]; then
		rm "$dir/flaky"
	else
		touch "$dir/flaky"
		echo 'not this time'
		exit 1
	fi
	;;
*) exit 2 ;;
esac
