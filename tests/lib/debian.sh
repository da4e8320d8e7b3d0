# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Where tests get Debian's packages from: wherever this host does.
#
#	debian_sources [src]  the lines of a sources.list for what the host's apt has configured of bookworm's
#	                      main (updates and security with it, where it has them); with "src" also those
#	                      of contrib and of its sources, from the same place. Status 1: it has no bookworm.

debian_sources() {
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
		awk -v src="${1:-}" '$3 == "main" && $2 ~ /^bookworm(|-security|-updates)$/ && !seen[$0]++ {
			print "deb", $1, $2, "main"
			if ($2 == "bookworm") {
				found = 1
				if (src) {
					print "deb", $1, $2, "contrib"
					print "deb-src", $1, $2, "contrib"
				}
			}
		}
		END { exit !found }'
}
