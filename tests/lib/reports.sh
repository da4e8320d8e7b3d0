# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The reports of zolkit test, read by parsers that are not ours.
#
#	tap_counts FILE     "8 run, 3 failed, 2 skipped, errors: none", by Perl's TAP::Parser
#	junit_counts FILE   "8 tests, 2 failures, 1 errors, 2 skipped", by lxml and junitparser

tap_counts() {
	# It knows the same lines as version 13.
	sed '1s/^TAP version 14$/TAP version 13/' "$1" | perl -MTAP::Parser -e '
		my $p = TAP::Parser->new({ tap => join "", <STDIN> });
		while ($p->next) { }
		printf "%d run, %d failed, %d skipped, errors: %s\n", $p->tests_run, scalar $p->failed, scalar $p->skipped,
			join("; ", $p->parse_errors) || "none";'
}

junit_counts() {
	/usr/bin/python3 - "$1" <<-'PY'
		import sys
		import lxml.etree
		from junitparser import JUnitXml
		lxml.etree.parse(sys.argv[1])
		x = JUnitXml.fromfile(sys.argv[1])
		s = next(iter(x))
		assert len(list(s)) == x.tests
		print(f'{x.tests} tests, {x.failures} failures, {x.errors} errors, {s.skipped} skipped')
	PY
}
